/* SPDX-License-Identifier: MIT */
/* html_element.h - what the HTML standard's tree construction knows about a tag name.
 */
#ifndef CR_PARSE_HTML_ELEMENT_H
#define CR_PARSE_HTML_ELEMENT_H

#include "base/str.h"

/* Which rules a start tag follows in HTML content. */
enum cr_element_kind {
  CR_ELEMENT_ORDINARY, /* no rule of its own */
  CR_ELEMENT_DOUBTFUL, /* menuitem: to the standard a name without rules, void to gumbo */
  CR_ELEMENT_IGNORED,  /* makes no element of its own: html, head, body */
  CR_ELEMENT_VOID,
  CR_ELEMENT_TEXT, /* its content is text up to its end tag: title, style */
  CR_ELEMENT_SCRIPT,
  CR_ELEMENT_PLAINTEXT,
  CR_ELEMENT_FORMATTING,
  CR_ELEMENT_BLOCK,
  CR_ELEMENT_MAIN,     /* a block; special to some parsers, not to others */
  CR_ELEMENT_NEWER,    /* dialog, search: blocks, but to gumbo names without rules */
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
  CR_ELEMENT_CAPTION,  /* from here on parts of tables */
  CR_ELEMENT_COLGROUP, /* and col */
  CR_ELEMENT_SECTION,  /* tbody, thead, tfoot */
  CR_ELEMENT_ROW,
  CR_ELEMENT_CELL, /* the last of them */
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
  CR_ELEMENT_IN_HEAD = 256,    /* doesn't end the head */
  CR_ELEMENT_LINKS = 512,      /* may lead somewhere, or says something of the page */
  CR_ELEMENT_FEEDBACK = 1024   /* tells the tokenizer something (html_feedback.c) */
};

/* Which links an element may have: see the table in html_element_links.c. */
enum cr_link_set {
  CR_LINKS_NONE,
  CR_LINKS_A,
  CR_LINKS_AREA,
  CR_LINKS_AUDIO,
  CR_LINKS_BASE,
  CR_LINKS_BODY,
  CR_LINKS_BUTTON,
  CR_LINKS_CITE,
  CR_LINKS_EMBED,
  CR_LINKS_FORM,
  CR_LINKS_FRAME,
  CR_LINKS_HEAD,
  CR_LINKS_HTML,
  CR_LINKS_IFRAME,
  CR_LINKS_IMG,
  CR_LINKS_INPUT,
  CR_LINKS_LINK,
  CR_LINKS_META,
  CR_LINKS_OBJECT,
  CR_LINKS_APPLET,
  CR_LINKS_SCRIPT,
  CR_LINKS_SOURCE,
  CR_LINKS_TRACK,
  CR_LINKS_VIDEO,
  CR_LINK_SETS
};

#define CR_ELEMENT_NAME_BYTES 16

struct cr_element {
  char name[CR_ELEMENT_NAME_BYTES]; /* zeros behind it */
  uint8_t kind;                     /* enum cr_element_kind */
  uint8_t link_set;                 /* enum cr_link_set */
  uint16_t flags;
};

/* <li> ends an open li, <dd> and <dt> an open dd or dt, and of what is special and stands above it
 * these alone don't keep it from that: address, div and p (13.2.6.4.7). */
static inline bool cr_element_lets_items_end(const struct cr_element *known)
{
  return known->kind == CR_ELEMENT_P || strcmp(known->name, "div") == 0 ||
         strcmp(known->name, "address") == 0;
}

/* caption, colgroup, col, tbody, thead, tfoot, tr, td, th. */
static inline bool cr_element_is_table_part(enum cr_element_kind kind)
{
  return kind >= CR_ELEMENT_CAPTION && kind <= CR_ELEMENT_CELL;
}

/* script or style: its text is none for readers, in svg neither. */
static inline bool cr_element_is_code(const struct cr_element *known)
{
  return known && (known->kind == CR_ELEMENT_SCRIPT || strcmp(known->name, "style") == 0);
}

/* Is this what <template shadowrootmode> has to say for a declarative shadow root? */
static inline bool cr_html_is_shadow_mode(struct cr_span mode)
{
  return cr_span_eq_nocase(mode, CR_SPAN("open")) || cr_span_eq_nocase(mode, CR_SPAN("closed"));
}

/* All of them, sorted by name. */
extern const struct cr_element cr_html_elements[];
/* Where a name's element is: by its first 8 bytes and length (html_element_slots.c). */
#define CR_ELEMENT_SLOT_BITS 10
struct cr_element_slot {
  uint8_t element;
  uint8_t name_len; /* 0: free */
  uint16_t flags;   /* CR_ELEMENT_LINKS and _FEEDBACK of the element's */
};
extern const struct cr_element_slot cr_html_element_slots[1 << CR_ELEMENT_SLOT_BITS];
extern const uint64_t cr_html_element_factor;

/* The first of at most 8 bytes of a name as a number, its ASCII letters in lower case. */
static inline uint64_t cr_html_name_word(const char *at, size_t len, const char *end)
{
  uint64_t word = 0;

  if (end - at >= 8) {
    word = cr_load_word(at);
    if (len < 8)
      word &= (UINT64_C(1) << (8 * len)) - 1;
  } else {
    for (size_t i = 0; i < len && i < 8; i++)
      word |= (uint64_t)(uint8_t)at[i] << (8 * i);
  }
  /* 0x40 is set in letters, and in nothing else that a name here has. */
  return word | (word & UINT64_C(0x4040404040404040)) >> 1;
}

/* The only slot that a name's element may be in. name isn't empty; *word is for cr_html_element_in.
 * The bytes from the name's first to end may be read. */
static inline const struct cr_element_slot *cr_html_slot(struct cr_span name, const char *end,
                                                         uint64_t *word)
{
  *word = cr_html_name_word(name.at, name.len, end);
  uint64_t hash = (*word + name.len) * cr_html_element_factor;

  return &cr_html_element_slots[hash >> (64 - CR_ELEMENT_SLOT_BITS)];
}

/* A name's element; NULL: a name without rules, which a parser may not even know. */
static inline const struct cr_element *cr_html_element_in(const struct cr_element_slot *slot,
                                                          struct cr_span name, const char *end,
                                                          uint64_t word)
{
  const struct cr_element *element = &cr_html_elements[slot->element];

  if (slot->name_len != name.len || cr_load_word(element->name) != word)
    return NULL;
  if (name.len <= 8)
    return element;
  uint64_t second = cr_html_name_word(name.at + 8, name.len - 8, end);
  return cr_load_word(element->name + 8) == second ? element : NULL;
}

/* In any case; NULL: a name without rules. */
static inline const struct cr_element *cr_html_element(struct cr_span name)
{
  uint64_t word;

  if (name.len == 0)
    return NULL;
  const char *end = name.at + name.len;
  const struct cr_element_slot *slot = cr_html_slot(name, end, &word);
  return cr_html_element_in(slot, name, end, word);
}

#endif
