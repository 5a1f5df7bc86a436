/* SPDX-License-Identifier: MIT */
/* html_decode.h - what a piece of HTML says: the text of an attribute's value, or between tags.
 */
#ifndef CR_PARSE_HTML_DECODE_H
#define CR_PARSE_HTML_DECODE_H

#include "base/str.h"

/* A reference without its ';' means less in an attribute, so that "?a=1&copy=2" stays a query. NUL
 * means nothing in the text of HTML's elements (13.2.6.4.7), and is U+FFFD in attributes, in the
 * text of title and textarea, and in that of svg and math (13.2.5.2, 13.2.6.5). */
enum cr_html_context { CR_HTML_IN_BODY, CR_HTML_IN_TEXT, CR_HTML_IN_ATTRIBUTE };

/* Can raw be taken as it is? It has no '&', no CR and no NUL then. */
bool cr_html_is_plain(struct cr_span raw);

/* The value of an attribute, or text, as a tree would have it: references decoded, CR and CRLF as
 * LF, NUL by its context. raw is UTF-8; other
 * encodings that hold ASCII as it is pass through, what is decoded is UTF-8 all the same. out has
 * room for 3 * raw.len bytes, any of which may be written to, and doesn't overlap raw. Returns the
 * length. Time is linear in raw.len. */
size_t cr_html_decode(struct cr_span raw, enum cr_html_context context, char *out);

#endif
