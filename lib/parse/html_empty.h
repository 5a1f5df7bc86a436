/* SPDX-License-Identifier: MIT */
/* html_empty.h - inside parse/: XHTML's empty text elements, written as HTML has them.
 */
#ifndef CR_PARSE_HTML_EMPTY_H
#define CR_PARSE_HTML_EMPTY_H

#include "base/arena.h"
#include "base/str.h"

/* Puts an end tag behind each text element that closes itself: *xhtml is then a copy in arena, NUL-
 * terminated, at most twice as long; itself if there is none. 0 or CRAWLER_E_NOMEM. */
int cr_html_end_empty(struct cr_arena *arena, struct cr_span *xhtml);

#endif
