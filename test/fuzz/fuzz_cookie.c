/* SPDX-License-Identifier: MIT */
/* fuzz_cookie.c - any bytes as Set-Cookie headers of several servers.
 *
 * Input: lines. The first byte of each says which server answers, and by https or not; the rest is
 * the header's value. Checked: bounds, that what is sent is fit to be, and that nobody is sent what
 * only others have set.
 */
#include "fetch/cookie_jar.h"
#include "fuzz/fuzz.h"

#define WALL_MS INT64_C(1559559600000)

enum { HOSTS = 5, MAX_BYTES = 128 << 10 };

static const struct {
  const char *host;
  int site; /* registrable domain, or address */
} hosts[HOSTS] = {
  { "a.shop.co.uk", 0 }, { "b.shop.co.uk", 0 }, { "other.co.uk", 1 },
  { "127.0.0.1", 2 },    { "uk", 3 },
};

static struct cr_cookie_place place_of(int host, bool https)
{
  return (struct cr_cookie_place){ cr_span_text(hosts[host].host), CR_SPAN("/a/b?c"), https };
}

static void check_given(struct cr_cookie_jar *jar, struct cr_mem *mem, const bool has_set[HOSTS])
{
  for (int i = 0; i < 2 * HOSTS; i++) {
    const struct cr_cookie_place place = place_of(i / 2, i % 2 == 1);
    struct cr_buf line;

    cr_buf_init(&line, mem, CR_MEM_CORE, 1 << 16);
    require(cr_cookie_jar_give(jar, &place, WALL_MS, &line) == 0);
    require(line.len <= CR_COOKIE_LINE_BYTES);
    require(line.len == 0 || has_set[hosts[i / 2].site]);
    for (size_t k = 0; k < line.len; k++)
      require(((unsigned char)line.data[k] >= ' ' || line.data[k] == '\t') && line.data[k] != 0x7f);
    cr_buf_free(&line);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct cr_span text = cr_span((const char *)data, bytes);
  struct cr_cookie_jar *jar = NULL;
  bool has_set[HOSTS] = { false }; /* by site */
  struct cr_mem mem;

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  require(cr_cookie_jar_open(&jar, &mem, MAX_BYTES, 1) == 0);
  while (text.len > 0) {
    size_t len = cr_span_find(text, '\n');
    unsigned which = (unsigned char)text.at[0];
    int host = (int)(which / 2 % HOSTS);
    const struct cr_cookie_place place = place_of(host, which % 2 == 1);

    if (len > 0) {
      require(cr_cookie_jar_take(jar, &place, cr_span(text.at + 1, len - 1), WALL_MS) == 0);
      has_set[hosts[host].site] = true;
    }
    text = cr_span_from(text, len + (len < text.len));
  }
  require(cr_cookie_jar_count(jar) <= (size_t)HOSTS * CR_COOKIES_PER_SITE);
  require(cr_cookie_jar_bytes(jar) <= MAX_BYTES);
  check_given(jar, &mem, has_set);
  cr_cookie_jar_close(jar);
  require(mem.blocks == 0);
  return 0;
}
