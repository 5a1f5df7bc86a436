/* SPDX-License-Identifier: MIT */
/* html_collect.h - inside parse/: what a page says of links and of itself, put together.
 *
 * Two ways lead here: tokens (html_extract.h) and a tree (html_links.h). Both tell of the same
 * elements and texts in the order of the document, and get the same links.
 */
#ifndef CR_PARSE_HTML_COLLECT_H
#define CR_PARSE_HTML_COLLECT_H

#include "base/arena.h"
#include "model/facts.h"
#include "model/link.h"
#include "parse/html_decode.h"
#include "parse/html_feedback.h"
#include "parse/html_text.h"

/* Of one page; what a page has beyond them isn't kept. */
#define CR_HTML_MAX_LINKS 500000
#define CR_HTML_MAX_METAS 256

struct cr_html_wants {
  uint32_t kinds; /* a bit for each crawler_link_kind that is collected */
  bool link_text;
  bool metadata;               /* title, lang, metas */
  struct cr_span robots_token; /* a <meta> of this name is for us; empty: only one for all robots */
  uint32_t max_links;          /* 0: CR_HTML_MAX_LINKS */
};

#define CR_LINK_BIT(kind) (UINT32_C(1) << (kind))

struct cr_html_found {        /* everything in `keep` */
  struct crawler_link *links; /* in document order */
  uint32_t count;
  uint32_t links_left;      /* those beyond max_links */
  struct cr_span base_href; /* of the first <base> that has one; at NULL: none */
  struct cr_inner_base *inner_bases;
  struct cr_page_facts facts;
};

struct cr_html_tag { /* an element, as its start tag has it */
  const struct cr_element *known;
  struct cr_span name;
  enum cr_html_place place;
  const struct cr_html_attribute *attributes;
  unsigned attribute_count;
  bool is_inert;    /* in a template */
  bool is_fostered; /* stands elsewhere in the document */
  const char *end;  /* what follows a name may be read up to here; NULL: nothing may */
};

/* Documents that are read one inside of the other; what is deeper is left out. */
enum { CR_HTML_OPEN_LINKS = 8, CR_HTML_INSIDE_DEEP = 3 };

struct cr_collect {
  /* in */
  struct cr_arena *keep;
  struct cr_arena *scratch;
  const char *charset; /* of what isn't decoded; ASCII-compatible */
  struct cr_html_wants wants;
  /* out */
  struct cr_html_found found;
  int err;          /* CRAWLER_E_NOMEM: out is useless */
  bool is_doubtful; /* which links there are, and in which order, needs a tree */
  bool is_cut;      /* there are more links than are kept, or more documents inside, or in XML that
                       can't be read */
  /* between */
  bool is_utf8;
  struct cr_span inside; /* a document inside of the page, UTF-8, to be read next; at NULL: none */
  unsigned depth; /* of documents one inside of the other; 0: the page. What one inside says of
                     itself isn't of the page */
  bool is_guess;  /* the document inside is a comment: all its links are of kind GUESS */
  uint16_t base;  /* of the links that are told now: see model/link.h */
  uint16_t base_count;
  uint32_t base_cap;
  bool in_title;
  bool has_title;
  bool has_refresh;           /* of those only the first counts */
  bool sheet_counts;          /* the text of the last style element is CSS */
  size_t title_from;          /* in text */
  uint32_t link_cap;          /* links grow in scratch, and move to keep at the end */
  struct cr_page_meta *metas; /* room for CR_HTML_MAX_METAS; NULL: none yet */
  struct {
    uint32_t link;
    size_t from;
  } open[CR_HTML_OPEN_LINKS]; /* links whose text is being read */
  uint32_t open_len;
  struct cr_html_text text;
};

void cr_collect_init(struct cr_collect *c, struct cr_arena *keep, struct cr_arena *scratch,
                     const char *charset, const struct cr_html_wants *wants);
/* Is there anything to be told of an element that begins? Most have no attributes. */
static inline bool cr_collect_needs(const struct cr_collect *c, const struct cr_element *known,
                                    unsigned attribute_count)
{
  return attribute_count > 0 || c->open_len > 0 || (known && known->kind == CR_ELEMENT_TEXT);
}
/* An element begins. Returns how many of its links' texts are read from here on: 0 or 1. */
int cr_collect_start(struct cr_collect *c, const struct cr_html_tag *tag);
/* The innermost link whose text is read ends. */
void cr_collect_end_link(struct cr_collect *c);
/* Another element ends; says nothing while no text is needed. */
void cr_collect_end(struct cr_collect *c, const struct cr_element *known, enum cr_html_place place);
/* Is the text of the document wanted where it stands? */
static inline bool cr_collect_needs_text(const struct cr_collect *c)
{
  return c->in_title || c->open_len > 0;
}
/* Text of the document: UTF-8 without references and NUL, or raw. */
void cr_collect_text(struct cr_collect *c, struct cr_span text);
void cr_collect_raw_text(struct cr_collect *c, struct cr_span raw, enum cr_html_context context);
/* The text of a style or script element, raw or as UTF-8. */
void cr_collect_style(struct cr_collect *c, struct cr_span text, bool is_decoded);
/* The raw text of svg's style, which has character references. */
void cr_collect_svg_style(struct cr_collect *c, struct cr_span raw);
void cr_collect_script(struct cr_collect *c, struct cr_span text, bool is_decoded);
/* A comment's text, or a doctype's; with what ends it or without. */
void cr_collect_comment(struct cr_collect *c, struct cr_span text);
/* A doctype's, UTF-8. */
void cr_collect_system_id(struct cr_collect *c, struct cr_span id);
/* A base for c->base, relative to the one of that number; href is copied (at NULL: none yet).
 * Returns its number; 0: there are too many, or no memory. */
uint16_t cr_collect_base(struct cr_collect *c, uint16_t outer, struct cr_span href);
/* 0 or CRAWLER_E_NOMEM; then found is whole. */
int cr_collect_finish(struct cr_collect *c);

/* What an iframe's srcdoc holds is a document inside of the page, or of such a one. */
void cr_collect_srcdoc(struct cr_collect *c, const struct cr_html_tag *tag);

/* ---- for those who know links (html_element_links.c, html_meta_links.c) ---- */

/* A value as a tree would have it, in arena, NUL-terminated. at NULL: no memory. */
struct cr_span cr_collect_decode(struct cr_collect *c, struct cr_arena *arena, struct cr_span raw);
/* The same for a while, which is all of raw's or as long as scratch lasts; maybe no copy, and no
 * NUL. */
struct cr_span cr_collect_view(struct cr_collect *c, struct cr_span raw);
/* Text as UTF-8, references still in it; in scratch if it wasn't. CRAWLER_E_NOMEM. */
int cr_collect_utf8(struct cr_collect *c, struct cr_span *text);
/* Does nobody want it any more (arena.h)? Then all that collects ends, as with any error. */
bool cr_collect_is_given_up(struct cr_collect *c);
static inline bool cr_collect_wants(const struct cr_collect *c, crawler_link_kind kind)
{
  return (c->wants.kinds & CR_LINK_BIT(kind)) != 0;
}
/* A link, where it is until the next one; href is decoded and copied. NULL: not wanted, or no
 * memory. */
struct crawler_link *cr_collect_link(struct cr_collect *c, const struct cr_html_tag *tag,
                                     crawler_link_kind kind, struct cr_span href);
/* Links that were told before, with all their strings. False: there is no room for them. */
bool cr_collect_again(struct cr_collect *c, const struct crawler_link *links, uint32_t count,
                      struct cr_span strings);
/* The links of an element; the one whose text follows, or NULL. */
struct crawler_link *cr_collect_element(struct cr_collect *c, const struct cr_html_tag *tag);
void cr_collect_meta(struct cr_collect *c, const struct cr_html_tag *tag);
/* The link of a refresh, a meta's or (tag NULL) a header's. NULL: none, not wanted, or no memory.
 * */
struct crawler_link *cr_collect_refresh(struct cr_collect *c, const struct cr_html_tag *tag,
                                        struct cr_span content);
/* The URLs of a style sheet in UTF-8, of an element of that name or "" for a file. */
void cr_collect_sheet(struct cr_collect *c, const char *tag, struct cr_span utf8);
/* What <link rel>, or a Link header, is for; which flags a rel gives. */
crawler_link_kind cr_link_kind_of_rel(struct cr_span rel, struct cr_span type, bool has_language);
uint8_t cr_link_flags_of_rel(struct cr_span rel);
/* An attribute's value, raw; the first of that name (lower case). false: it has none. Inline, for
 * mostly the names' lengths, known to the compiler, tell that it has none. */
static inline bool cr_html_attribute(const struct cr_html_tag *tag, struct cr_span name,
                                     struct cr_span *value)
{
  for (unsigned i = 0; i < tag->attribute_count; i++) {
    if (cr_span_eq_nocase(tag->attributes[i].name, name)) {
      *value = tag->attributes[i].value;
      return true;
    }
  }
  return false;
}

#endif
