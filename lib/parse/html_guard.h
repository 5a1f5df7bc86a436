/* SPDX-License-Identifier: MIT */
/* html_guard.h - inside parse/: how deep and wide would the tree of a document be?
 */
#ifndef CR_PARSE_HTML_GUARD_H
#define CR_PARSE_HTML_GUARD_H

#include "base/arena.h"
#include "base/str.h"

/* Blink nests at most 512 elements; no page for people comes near. */
#define CR_HTML_MAX_DEPTH 512
/* gumbo compares each attribute of a tag with all before it. */
#define CR_HTML_MAX_ATTRIBUTES 1000
/* gumbo reads a text or a value in one go: it asks for memory, which is when it can be stopped,
 * when that has doubled. */
#define CR_HTML_MAX_PIECE ((size_t)8 << 20)

struct cr_html_shape {
  size_t depth;       /* most elements open at a time: at least about as many as gumbo has */
  size_t attributes;  /* most of one tag */
  size_t piece_bytes; /* most from one tag to the next */
};

/* One pass over html; stops where a limit is passed, or given_up (arena.h; NULL: never) raised. */
struct cr_html_shape cr_html_measure(struct cr_span html, const atomic_bool *given_up);

#endif
