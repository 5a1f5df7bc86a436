/* SPDX-License-Identifier: MIT */
/* html_reference.h - inside parse/: character references that gumbo can't count.
 */
#ifndef CR_PARSE_HTML_REFERENCE_H
#define CR_PARSE_HTML_REFERENCE_H

#include "base/str.h"

/* Writes each ("&#99999999999;") as a smaller one that means the same, U+FFFD, and is as long. */
void cr_html_tame_references(char *html, size_t len);

#endif
