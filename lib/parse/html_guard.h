/* SPDX-License-Identifier: MIT */
/* html_guard.h - inside parse/: how deep and wide would the tree of a document be?
 */
#ifndef CR_PARSE_HTML_GUARD_H
#define CR_PARSE_HTML_GUARD_H

#include "base/str.h"

/* Blink nests at most 512 elements; no page for people comes near. */
#define CR_HTML_MAX_DEPTH 512
/* gumbo compares each attribute of a tag with all before it. */
#define CR_HTML_MAX_ATTRIBUTES 1000

struct cr_html_shape {
  size_t depth;      /* most elements open at a time: at least about as many as gumbo has */
  size_t attributes; /* most of one tag */
};

/* One pass over html; stops where a limit is passed. */
struct cr_html_shape cr_html_measure(struct cr_span html);

#endif
