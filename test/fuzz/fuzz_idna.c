/* SPDX-License-Identifier: MIT */
/* fuzz_idna.c - libFuzzer target: any bytes as a host, as a domain, and as Punycode.
 *
 * A host that comes out is its own host, in lower case and in the ASCII that hosts may have; a
 * domain that comes out is one that the host parser takes as it is; code points come back from
 * Punycode as they went in.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "crawl/crawler.h"
#include "url/url.h"
#include "url/url_host.h"

enum { MAX_CODES = 400 };

static bool is_error(int err)
{
  return err == CRAWLER_E_URL || err == CRAWLER_E_LIMIT;
}

static struct cr_span text_of(const struct cr_buf *buf)
{
  return cr_span(buf->data, buf->len);
}

/* out is a host: of itself, too. */
static void check_again(const struct cr_buf *out)
{
  struct cr_buf again;

  cr_buf_init(&again, out->mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  require(cr_host_parse(text_of(out), &again) == 0);
  require(cr_span_eq(text_of(&again), text_of(out)));
  cr_buf_free(&again);
}

static void check_host(struct cr_mem *mem, struct cr_span text)
{
  struct cr_buf out;
  uint8_t address[16];

  cr_buf_init(&out, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  int err = cr_host_parse(text, &out);
  require(err == 0 || is_error(err));
  for (size_t i = 0; err == 0 && i < out.len; i++)
    require(out.data[i] > ' ' && out.data[i] < 0x7f && cr_lower(out.data[i]) == out.data[i]);
  if (err == 0) {
    struct cr_span site = cr_host_site(text_of(&out));
    require(out.len > 0 && site.len <= out.len);
    (void)cr_host_address(text_of(&out), address); /* any answer; nothing read elsewhere */
    check_again(&out);
  }
  cr_buf_free(&out);
}

static void check_domain(struct cr_mem *mem, struct cr_span text)
{
  struct cr_buf out;

  cr_buf_init(&out, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  int err = cr_idna_to_ascii(text, &out);
  require(err == 0 || is_error(err));
  for (size_t i = 0; err == 0 && i < out.len; i++)
    require((uint8_t)out.data[i] < 0x80 && cr_lower(out.data[i]) == out.data[i]);
  cr_buf_free(&out);
}

static void check_punycode(struct cr_span text)
{
  int32_t codes[MAX_CODES];
  int32_t again[MAX_CODES];
  char ascii[8 * MAX_CODES];
  size_t count = 0;
  size_t len = 0;

  if (!cr_punycode_decode(text, codes, MAX_CODES, &count))
    return;
  require(count <= MAX_CODES);
  if (!cr_punycode_encode((struct cr_codes){ codes, count }, ascii, sizeof(ascii), &len))
    return;
  size_t back = 0;
  require(len <= sizeof(ascii));
  require(cr_punycode_decode(cr_span(ascii, len), again, MAX_CODES, &back));
  require(back == count && (count == 0 || memcmp(codes, again, count * sizeof(codes[0])) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct cr_span text = cr_span(bytes > 0 ? (const char *)data : "", bytes);
  struct cr_mem mem;

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  check_host(&mem, text);
  check_domain(&mem, text);
  check_punycode(text);
  require(mem.blocks == 0);
  return 0;
}
