/* SPDX-License-Identifier: MIT */
/* page_rig.h - a page of a suite, read in one piece, a byte at a time, or by a tree; with the
 * absolute URLs of its links.
 *
 * As the library reads it: where tokens alone can't tell which links there are, a tree does.
 */
#ifndef CR_TEST_PAGE_RIG_H
#define CR_TEST_PAGE_RIG_H

#include "model/page.h"
#include "parse/charset.h"
#include "parse/extract_rig.h"
#include "parse/html_gumbo.h"
#include "parse/html_links.h"
#include "parse/html_tame.h"
#include "parse/parse.h"

enum page_way { PAGE_WHOLE, PAGE_BYTEWISE, PAGE_BY_TREE, PAGE_WAYS };

struct page_rig {
  struct extract_rig x;
  struct crawler_page page;
  unsigned doubtful; /* readings by tokens that a tree had to decide */
  char wrong[1024];
};

static inline void page_open(struct page_rig *rig)
{
  *rig = (struct page_rig){ .doubtful = 0 };
  extract_open(&rig->x);
  cr_arena_init(&rig->page.arena, &rig->x.mem, CR_MEM_PAGE, 16 * 1024, 0);
}

static inline void page_close(struct page_rig *rig)
{
  cr_arena_free(&rig->page.arena);
  extract_close(&rig->x);
}

static inline int64_t page_clock(void)
{
  return 0;
}

static inline void page_read_tree(struct extract_rig *x, struct cr_span html)
{
  const struct GumboInternalOutput *tree = NULL;
  struct cr_html_limits limits = cr_html_limits_for(html.len, page_clock);
  struct cr_span utf8 = html;

  cr_arena_reset(&x->keep);
  cr_arena_reset(&x->scratch);
  assert_int_equal(cr_charset_decode(&x->scratch, x->charset, html, &utf8), 0);
  char *copy = cr_arena_strndup(&x->scratch, utf8.at, utf8.len);
  assert_non_null(copy);
  cr_html_tame(copy, utf8.len, NULL);
  assert_int_equal(cr_html_build(&tree, &x->scratch, cr_span(copy, utf8.len), &limits),
                   CR_PARSE_WHOLE);
  cr_collect_init(&x->collect, &x->keep, &x->scratch, "utf-8", &x->wants);
  cr_html_links(&x->collect, tree);
  assert_int_equal(cr_collect_finish(&x->collect), 0);
}

/* url: the page's; charset: the encoding of html. What it found before is gone. */
static inline void page_read(struct page_rig *rig, struct cr_span html, const char *url,
                             const char *charset, enum page_way way)
{
  struct cr_html_found *found = &rig->x.collect.found;
  struct crawler_page *page = &rig->page;

  rig->x.charset = charset;
  if (way != PAGE_BY_TREE) {
    extract_run(&rig->x, html, way == PAGE_BYTEWISE ? 1 : html.len + 1);
    rig->doubtful += cr_extract_is_doubtful(&rig->x.extract);
  }
  if (way == PAGE_BY_TREE || cr_extract_is_doubtful(&rig->x.extract))
    page_read_tree(&rig->x, html);
  cr_arena_reset(&rig->x.scratch); /* nothing found may lie there */
  cr_arena_reset(&page->arena);
  page->req.url = url;
  page->req.url_bytes = strlen(url);
  page->encoding = cr_charset_encoding(charset);
  page->base_href = found->base_href;
  page->inner_bases = found->inner_bases;
  page->links = found->links;
  page->link_count = found->count;
  cr_page_resolve_others(page);
}

/* The absolute URL of a link; "": it's none. */
static inline const char *page_url(struct page_rig *rig, uint32_t link)
{
  const char *url = cr_page_link_url(&rig->page, link);

  assert_non_null(url);
  return url;
}

static inline bool page_has_url(struct page_rig *rig, struct cr_span want)
{
  for (uint32_t i = 0; i < rig->page.link_count; i++)
    if (cr_span_eq(cr_span_text(page_url(rig, i)), want))
      return true;
  return false;
}

/* What is wrong, to be told: what was wanted, and what there is. */
static inline const char *page_wrong(struct page_rig *rig, struct cr_span want)
{
  size_t len = (size_t)snprintf(rig->wrong, sizeof(rig->wrong), "no '%.*s' in:", (int)want.len,
                                want.len > 0 ? want.at : "");

  for (uint32_t i = 0; i < rig->page.link_count && len < sizeof(rig->wrong); i++)
    len += (size_t)snprintf(rig->wrong + len, sizeof(rig->wrong) - len, " %s:%s (%s)",
                            crawler_link_kind_name(rig->page.links[i].kind),
                            rig->page.links[i].href, page_url(rig, i));
  return rig->wrong;
}

#endif
