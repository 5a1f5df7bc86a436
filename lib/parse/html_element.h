/* SPDX-License-Identifier: MIT */
/* html_element.h - what the HTML standard's tree construction knows about a tag name.
 */
#ifndef CR_PARSE_HTML_ELEMENT_H
#define CR_PARSE_HTML_ELEMENT_H

#include "base/str.h"

/* Which rules a start tag follows in HTML content. */
enum cr_element_kind {
  CR_ELEMENT_ORDINARY, /* no rule of its own */
  CR_ELEMENT_DOUBTFUL, /* void to some parsers, not to others: menuitem */
  CR_ELEMENT_IGNORED,  /* makes no element of its own: html, head, body */
  CR_ELEMENT_VOID,
  CR_ELEMENT_TEXT, /* its content is text up to its end tag: title, style */
  CR_ELEMENT_SCRIPT,
  CR_ELEMENT_PLAINTEXT,
  CR_ELEMENT_FORMATTING,
  CR_ELEMENT_BLOCK,
  CR_ELEMENT_MAIN,     /* a block; special to some parsers, not to others */
  CR_ELEMENT_NOSCRIPT, /* in the head it ends by itself */
  CR_ELEMENT_OBJECT,   /* applet, marquee, object */
  CR_ELEMENT_HEADING,
  CR_ELEMENT_P,
  CR_ELEMENT_LI,
  CR_ELEMENT_DEFINITION, /* dd, dt */
  CR_ELEMENT_RUBY,
  CR_ELEMENT_RUBY_TEXT, /* rb, rt, rp, rtc */
  CR_ELEMENT_BUTTON,
  CR_ELEMENT_FORM,
  CR_ELEMENT_OPTION,
  CR_ELEMENT_OPTGROUP,
  CR_ELEMENT_SELECT,
  CR_ELEMENT_TEXTAREA,
  CR_ELEMENT_FIELD, /* input, keygen: end a select, and are void */
  CR_ELEMENT_TABLE,
  CR_ELEMENT_CAPTION,
  CR_ELEMENT_COLGROUP, /* and col */
  CR_ELEMENT_SECTION,  /* tbody, thead, tfoot */
  CR_ELEMENT_ROW,
  CR_ELEMENT_CELL,
  CR_ELEMENT_TEMPLATE,
  CR_ELEMENT_FRAMESET,
  CR_ELEMENT_FOREIGN /* svg, math */
};

/* Flags. */
enum {
  CR_ELEMENT_SPECIAL = 1,      /* the standard's category "special" */
  CR_ELEMENT_SCOPE = 2,        /* ends a search "in scope" */
  CR_ELEMENT_MARKER = 4,       /* formatting elements inside end with it */
  CR_ELEMENT_CLOSES_P = 8,     /* its start tag ends an open p */
  CR_ELEMENT_BREAKOUT = 16,    /* its start tag ends svg and math */
  CR_ELEMENT_IN_SVG = 32,      /* an element of svg: special, ends a scope, HTML inside */
  CR_ELEMENT_IN_MATH = 64,     /* the same of math */
  CR_ELEMENT_ANNOTATION = 128, /* of math: special, ends a scope, HTML inside if it says so */
  CR_ELEMENT_IN_HEAD = 256     /* doesn't end the head */
};

struct cr_element {
  char name[16];
  uint8_t kind;
  uint16_t flags;
};

/* In any case; NULL: a name without rules, which a parser may not even know. */
const struct cr_element *cr_html_element(struct cr_span name);

#endif
