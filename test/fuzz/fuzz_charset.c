/* SPDX-License-Identifier: MIT */
/* fuzz_charset.c - libFuzzer target: any bytes in any encoding.
 *
 * Input: one byte that chooses a label, then the text. What is decoded must be UTF-8 that is no
 * longer than any encoding can make it, and decoding that again as UTF-8 must change nothing.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "parse/charset.h"
#include "parse/parse.h"

static bool lies_in(struct cr_span part, struct cr_span whole)
{
  return part.at >= whole.at && part.at + part.len <= whole.at + whole.len;
}

static void check_decoded(struct cr_arena *arena, const char *charset, struct cr_span in)
{
  struct cr_span out;
  struct cr_span again;

  require(cr_charset_decode(arena, charset, in, &out) == 0);
  require(out.len <= 3 * in.len && cr_utf8_valid(out) == out.len);
  require(lies_in(out, in) || out.at[out.len] == '\0');
  if (out.len < 3 || memcmp(out.at, "\xef\xbb\xbf", 3) != 0) { /* a second mark would go too */
    require(cr_charset_decode(arena, "utf-8", out, &again) == 0);
    require(cr_span_eq(out, again));
  }
  struct cr_span text = cr_parse_text(arena, in, charset);
  require(text.at && cr_span_eq(text, out) && text.at[text.len] == '\0');
}

/* What a document says of itself is one of the standard's names, or nothing. */
static void check_named(struct cr_span in)
{
  const char *names[] = { cr_charset_prescan(in), cr_charset_of_xml(in), cr_charset_of_label(in),
                          cr_charset_decide(in, in, "text/html"),
                          cr_charset_decide(in, in, "text/css") };

  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    require(!names[i] || cr_charset_of_label(cr_span_text(names[i])) == names[i]);
  require(names[3] && names[4]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  struct cr_mem mem;
  struct cr_arena arena;

  if (bytes == 0)
    return 0;
  const char *label = cr_charset_labels[data[0] % cr_charset_label_count].label;
  struct cr_span in = cr_span((const char *)data + 1, bytes - 1);
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 4096, 0);
  check_decoded(&arena, label, in);
  check_named(in);
  cr_arena_free(&arena);
  require(mem.blocks == 0);
  return 0;
}
