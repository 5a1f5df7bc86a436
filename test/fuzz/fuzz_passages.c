/* SPDX-License-Identifier: MIT */
/* fuzz_passages.c - libFuzzer target: pages that share pieces, read with and without a memory.
 *
 * Input: a byte (how they are read), 31 bytes (which piece comes next), then the pieces, each up to
 * a byte 0xff. Some pages are put together from them; what is remembered of one makes no difference
 * to the next.
 */
#include "fuzz/fuzz.h"
#include "support/mixed_pages.h"

enum { ORDER = 31, MOST_PIECES = 16, PAGES = 6, MOST_BYTES = 64 * 1024 };

struct pieces {
  struct cr_span at[MOST_PIECES];
  size_t count;
};

static void split(struct pieces *pieces, struct cr_span rest)
{
  pieces->count = 0;
  while (pieces->count < MOST_PIECES && rest.len > 0) {
    const char *end = memchr(rest.at, 0xff, rest.len);
    size_t len = end ? (size_t)(end - rest.at) : rest.len;

    pieces->at[pieces->count++] = cr_span(rest.at, len);
    rest = cr_span(rest.at + len + (end != NULL), rest.len - len - (end != NULL));
  }
}

/* Two links first, as passages begin behind some. */
static struct cr_span put_together(char *page, const struct pieces *pieces, const uint8_t *order,
                                   size_t n)
{
  static const char head[] = "<body><a href=1>2</a><a href=3>4</a>";
  size_t len = sizeof(head) - 1;

  memcpy(page, head, len);
  for (size_t i = 0; i < ORDER; i++) {
    struct cr_span piece = pieces->at[order[(i + n * 7) % ORDER] % pieces->count];

    if (len + piece.len > MOST_BYTES)
      break;
    memcpy(page + len, piece.at, piece.len);
    len += piece.len;
  }
  return cr_span(page, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
  static char page[MOST_BYTES];
  static struct cr_reader plain, keen;
  struct pieces pieces;
  struct cr_mem mem;

  if (bytes < 1 + ORDER + 1)
    return 0;
  split(&pieces, cr_span((const char *)data + 1 + ORDER, bytes - 1 - ORDER));
  const struct cr_html_wants wants = { .kinds = data[0] & 1 ? ~0u : CR_LINK_KINDS_TOLD,
                                       .link_text = data[0] & 2,
                                       .metadata = true };
  const char *charset = data[0] & 4 ? "windows-1252" : "utf-8";
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  cr_reader_open(&plain, &mem);
  cr_reader_open(&keen, &mem);
  require(cr_passages_open(&keen.passages, &mem) == 0);
  for (size_t n = 0; n < PAGES; n++) {
    struct cr_span html = put_together(page, &pieces, data + 1, n / 2);
    size_t piece = data[0] & 8 ? html.len : 1 + (size_t)(data[0] >> 4) * 251;

    require(cr_reader_read(&plain, html, html.len, charset, &wants) == 0);
    require(cr_reader_read(&keen, html, piece, charset, &wants) == 0);
    require(cr_reader_agree(&plain, &keen));
  }
  cr_reader_close(&plain);
  cr_reader_close(&keen);
  return 0;
}
