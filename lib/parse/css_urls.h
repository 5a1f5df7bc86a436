/* SPDX-License-Identifier: MIT */
/* css_urls.h - inside parse/: the URLs of a style sheet.
 */
#ifndef CR_PARSE_CSS_URLS_H
#define CR_PARSE_CSS_URLS_H

#include "base/arena.h"
#include "base/str.h"

struct cr_css { /* what is left of a style sheet, UTF-8 */
  const char *at;
  const char *end;
  uint8_t expects;    /* what the next token may be: see css_urls.c */
  bool in_namespace;  /* the prelude of a @namespace, whose URLs are names */
  uint32_t set_depth; /* parentheses that are open since an image-set(, its own too; 0: none */
  const atomic_bool *given_up; /* see arena.h; NULL: never */
};

struct cr_css_url {
  struct cr_span raw;
  bool has_escapes; /* raw needs cr_css_unescape */
  bool is_import;
};

void cr_css_begin(struct cr_css *css, struct cr_span text);
/* The next url(), src(), string of an image-set(), or @import, if it isn't empty; its raw lies in
 * the text. False: no more, or given up. */
bool cr_css_next(struct cr_css *css, struct cr_css_url *found);
/* Escapes of CSS undone, in UTF-8, without NUL: at most 3 * raw.len bytes. Returns how many. */
size_t cr_css_unescape(struct cr_span raw, char *out);

#endif
