/* SPDX-License-Identifier: MIT */
/* html_links.h - inside parse/: the links of a tree.
 */
#ifndef CR_PARSE_HTML_LINKS_H
#define CR_PARSE_HTML_LINKS_H

#include "base/arena.h"
#include "base/str.h"
#include "model/link.h"

struct GumboInternalOutput;

struct cr_html_links {
  struct crawler_link *links; /* in document order */
  uint32_t count;
  struct cr_span base_href; /* of the first <base> that has one; at NULL: none */
};

/* All a and area elements with an href that aren't inside a template. arena takes the array, texts,
 * and copies of the other strings unless `borrows`: then they stay the tree's own.
 * CRAWLER_E_NOMEM. */
int cr_html_links(struct cr_html_links *out, const struct GumboInternalOutput *tree,
                  struct cr_arena *arena, bool borrows, bool want_text);

#endif
