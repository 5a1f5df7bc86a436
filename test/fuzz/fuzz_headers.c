/* SPDX-License-Identifier: MIT */
/* fuzz_headers.c - libFuzzer target: any header block, and what is read of its values.
 *
 * Input: a header block, up to an empty line, and the first bytes of a body. Names and values are
 * text of the block, no more than its lines; each value is read as each kind of value that matters:
 * a media type, what it says to robots, how long to wait, a list.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "crawl/crawler.h"
#include "fuzz/fuzz.h"
#include "model/headers.h"
#include "parse/parse.h"
#include "parse/robots_tags.h"
#include "schedule/retry_after.h"

enum { MIME_BYTES = 128 };

static void check_type(struct cr_span value, struct cr_span body)
{
  char essence[MIME_BYTES], again[MIME_BYTES];
  char charset[64];

  cr_mime_essence(value, essence);
  require(strlen(essence) < sizeof(essence));
  cr_mime_essence(cr_span_text(essence), again);
  require(strcmp(essence, again) == 0);
  cr_mime_charset(value, charset);
  require(strlen(charset) < sizeof(charset));
  (void)cr_charset_decide(body, value, essence);
  bool nosniff = cr_mime_is_nosniff(value);
  const char *sniffed = cr_mime_sniff(essence, value, nosniff, body);
  require(sniffed && strlen(sniffed) < MIME_BYTES);
  require(cr_mime_sniff(essence, value, nosniff, body) == sniffed);
}

static void check_wait(struct cr_span value, struct cr_span date)
{
  int64_t ms = cr_retry_after_ms(value, date, INT64_C(1700000000000));

  require(ms >= -1);
  require(cr_retry_after_ms(value, date, INT64_C(1700000000000)) == ms);
}

static void check_joined(const struct cr_headers *headers, const char *name, struct cr_arena *arena)
{
  struct cr_span list;

  require(cr_headers_joined(headers, name, arena, &list) == 0);
  require(list.at && list.len >= strlen(cr_headers_get(headers, name)));
}

static void check_robots(const struct cr_headers *headers)
{
  struct cr_page_facts facts = { 0 };

  cr_robots_tags_headers(&facts, headers, CR_SPAN("examplebot"));
  for (size_t i = 0; i < headers->count; i++)
    cr_robots_tags_meta(&facts, CR_SPAN("robots"), cr_span_text(headers->at[i].value),
                        CR_SPAN("examplebot"));
}

static void check_headers(const struct cr_headers *headers, struct cr_arena *arena,
                          struct cr_span block, struct cr_span body)
{
  size_t bytes = 0;

  for (size_t i = 0; i < headers->count; i++) {
    const char *name = headers->at[i].name;
    struct cr_span value = cr_span_text(headers->at[i].value);
    require(!strpbrk(name, "\r\n:") && !strpbrk(value.at, "\r\n"));
    bytes += strlen(name) + value.len + 1;
    check_type(value, body);
    check_wait(value, cr_span_text(headers->at[headers->count - 1].value));
    if (i < 16)
      check_joined(headers, name, arena);
  }
  require(bytes <= block.len);
  check_robots(headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  char *copy = room_for(bytes);
  struct cr_headers headers = { NULL, 0 };
  struct cr_arena arena;
  struct cr_mem mem;

  if (bytes > 0)
    memcpy(copy, data, bytes);
  const char *end = bytes > 0 ? memmem(copy, bytes, "\r\n\r\n", 4) : NULL;
  size_t head = end ? (size_t)(end - copy) + 4 : bytes;
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 4096, SIZE_MAX - 1);
  require(cr_headers_parse(&headers, &arena, cr_span(copy, head)) == 0);
  check_headers(&headers, &arena, cr_span(copy, head), cr_span(copy + head, bytes - head));
  cr_arena_free(&arena);
  require(mem.blocks == 0);
  free(copy);
  return 0;
}
