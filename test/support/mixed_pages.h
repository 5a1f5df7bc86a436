/* SPDX-License-Identifier: MIT */
/* mixed_pages.h - pages that are made of the same pieces, read with and without a memory of them.
 */
#ifndef CR_TEST_MIXED_PAGES_H
#define CR_TEST_MIXED_PAGES_H

#include "parse/html_extract.h"
#include "parse/html_passages.h"
#include "support/same_found.h"

/* One way to read a page; the other has no passages. */
struct cr_reader {
  struct cr_mem *mem;
  struct cr_passages *passages;
  struct cr_arena keep;
  struct cr_arena scratch;
  struct cr_collect collect;
  struct cr_extract extract;
};

static inline void cr_reader_open(struct cr_reader *r, struct cr_mem *mem)
{
  *r = (struct cr_reader){ .mem = mem };
  cr_arena_init(&r->keep, mem, CR_MEM_PAGE, 64 * 1024, 0);
  cr_arena_init(&r->scratch, mem, CR_MEM_PAGE, 64 * 1024, 0);
}

static inline void cr_reader_close(struct cr_reader *r)
{
  cr_passages_close(r->passages);
  cr_arena_free(&r->keep);
  cr_arena_free(&r->scratch);
}

/* In pieces of so many bytes. 0 or CRAWLER_E_NOMEM. */
static inline int cr_reader_read(struct cr_reader *r, struct cr_span html, size_t piece,
                                 const char *charset, const struct cr_html_wants *wants)
{
  int err = 0;

  cr_arena_reset(&r->keep);
  cr_arena_reset(&r->scratch);
  cr_collect_init(&r->collect, &r->keep, &r->scratch, charset, wants);
  cr_extract_begin(&r->extract, &r->collect, r->mem, html.len + 1);
  r->extract.passages = cr_passages_begin(r->passages);
  for (size_t at = 0; err == 0 && at < html.len; at += piece) {
    size_t len = html.len - at < piece ? html.len - at : piece;
    err = cr_extract_add(&r->extract, cr_span(html.at + at, len), at + len == html.len);
  }
  int finished = cr_collect_finish(&r->collect);
  cr_extract_free(&r->extract);
  return err < 0 ? err : finished;
}

/* Has the memory made no difference? */
static inline bool cr_reader_agree(struct cr_reader *a, struct cr_reader *b)
{
  if (cr_extract_is_doubtful(&a->extract) != cr_extract_is_doubtful(&b->extract) ||
      a->collect.is_cut != b->collect.is_cut || a->extract.f.is_newer != b->extract.f.is_newer)
    return false;
  return cr_same_found(&a->collect.found, &b->collect.found);
}

#endif
