/* SPDX-License-Identifier: MIT */
/* html_reference.h - inside parse/: character references that gumbo can't count.
 */
#ifndef CR_PARSE_HTML_REFERENCE_H
#define CR_PARSE_HTML_REFERENCE_H

#include "base/str.h"

/* Where the first one begins ("&#99999999999;"); html.len: there is none. */
size_t cr_html_find_huge_reference(struct cr_span html);
/* Writes each of them as a smaller one that means the same, U+FFFD, and is as long. */
void cr_html_tame_references(char *html, size_t len);

#endif
