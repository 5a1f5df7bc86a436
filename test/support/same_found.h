/* SPDX-License-Identifier: MIT */
/* same_found.h - do two collectors hold the same links and facts, string by string?
 */
#ifndef CR_TEST_SAME_FOUND_H
#define CR_TEST_SAME_FOUND_H

#include "parse/html_collect.h"

static inline bool cr_same_text(const char *a, const char *b)
{
  return a && b ? strcmp(a, b) == 0 : a == b;
}

static inline bool cr_same_link(const struct crawler_link *a, const struct crawler_link *b)
{
  return a->href_bytes == b->href_bytes && cr_same_text(a->href, b->href) &&
         cr_same_text(a->rel, b->rel) && cr_same_text(a->text, b->text) &&
         cr_same_text(a->tag, b->tag) && cr_same_text(a->attribute, b->attribute) &&
         cr_same_text(a->hreflang, b->hreflang) && a->kind == b->kind && a->flags == b->flags &&
         a->base == b->base;
}

static inline bool cr_same_facts(const struct cr_page_facts *a, const struct cr_page_facts *b)
{
  bool same = cr_same_text(a->title, b->title) && cr_same_text(a->lang, b->lang) &&
              a->meta_count == b->meta_count && a->robots == b->robots;

  for (uint32_t i = 0; same && i < a->meta_count; i++)
    same = cr_same_text(a->metas[i].name, b->metas[i].name) &&
           cr_same_text(a->metas[i].content, b->metas[i].content);
  return same;
}

static inline bool cr_same_found(const struct cr_html_found *a, const struct cr_html_found *b)
{
  bool same = a->count == b->count && cr_same_text(a->base_href.at, b->base_href.at) &&
              cr_same_facts(&a->facts, &b->facts);

  for (uint32_t i = 0; same && i < a->count; i++)
    same = cr_same_link(&a->links[i], &b->links[i]);
  return same;
}

#endif
