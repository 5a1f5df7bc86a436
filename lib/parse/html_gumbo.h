/* SPDX-License-Identifier: MIT */
/* html_gumbo.h - inside parse/: a tree from gumbo, bounded in memory and time.
 */
#ifndef CR_PARSE_HTML_GUMBO_H
#define CR_PARSE_HTML_GUMBO_H

#include "base/arena.h"
#include "base/str.h"
#include "parse/parse.h"

/* What building one tree may cost. */
struct cr_html_limits {
  size_t max_bytes;            /* of memory */
  int64_t max_ms;              /* of time */
  int64_t (*clock_ms)(void);   /* never goes back */
  const atomic_bool *given_up; /* see arena.h; it is then too slow */
};

/* What a document of so many bytes gets. clock_ms NULL: the system's. */
struct cr_html_limits cr_html_limits_for(size_t html_bytes, int64_t (*clock_ms)(void));

/* *tree, in arena, of html, which is UTF-8, stays as long as the tree, and has passed
 * cr_html_guard. On any note but CR_PARSE_WHOLE there is no tree, though arena may have grown. */
enum cr_parse_note cr_html_build(const struct GumboInternalOutput **tree, struct cr_arena *arena,
                                 struct cr_span html, const struct cr_html_limits *limits);
/* Makes cr_html_tag answer in lower case for elements that gumbo has no name for: to be called once
 * on a tree that is handed out. arena is the tree's. CRAWLER_E_NOMEM. */
int cr_html_name_elements(const struct GumboInternalOutput *tree, struct cr_arena *arena);

#endif
