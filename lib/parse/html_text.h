/* SPDX-License-Identifier: MIT */
/* html_text.h - inside parse/: text as a reader sees it, white space folded.
 */
#ifndef CR_PARSE_HTML_TEXT_H
#define CR_PARSE_HTML_TEXT_H

#include "base/str.h"

/* A title, or the text of links: what is beyond that isn't kept. */
#define CR_HTML_TEXT_BYTES 4096

struct cr_html_text {
  char data[CR_HTML_TEXT_BYTES];
  size_t len;
  bool needs_space; /* between what is there and what comes */
  bool is_full;
};

void cr_html_text_clear(struct cr_html_text *text);
/* Text of the document, UTF-8. */
void cr_html_text_add(struct cr_html_text *text, struct cr_span more);
/* Words before and behind stand apart. */
static inline void cr_html_text_break(struct cr_html_text *text)
{
  text->needs_space = true;
}

/* What was added since the text was `from` long, without space in front, at most max_bytes, ending
 * with a whole character. */
struct cr_span cr_html_text_since(const struct cr_html_text *text, size_t from, size_t max_bytes);

#endif
