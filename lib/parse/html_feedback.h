/* SPDX-License-Identifier: MIT */
/* html_feedback.h - inside parse/: what a tree builder would tell the tokenizer, without a tree.
 *
 * Which tags make elements, whether those are HTML's or SVG's, and how the text behind a tag is to
 * be read. Where that depends on more than tokens tell, it says so: then a tree has to decide.
 */
#ifndef CR_PARSE_HTML_FEEDBACK_H
#define CR_PARSE_HTML_FEEDBACK_H

#include "parse/html_token.h"

/* Whose element a start tag makes. */
enum cr_html_place {
  CR_HTML_NOWHERE, /* nobody's: the tag means nothing there */
  CR_HTML_IN_HTML,
  CR_HTML_IN_SVG,
  CR_HTML_IN_MATH
};

/* Why tokens alone can't tell which links there are, and in which order. */
enum cr_html_doubt {
  CR_HTML_SURE,
  CR_HTML_DOUBT_LINK,    /* an element with an href may be made twice (13.2.4.3, 13.2.6.4.7) */
  CR_HTML_DOUBT_TABLE,   /* something with a link is moved in front of its table (13.2.6.1) */
  CR_HTML_DOUBT_SELECT,  /* another select, or its end, may be out of reach in a select */
  CR_HTML_DOUBT_SHADOW,  /* a template may be a shadow root, whose links count */
  CR_HTML_DOUBT_FOREIGN, /* svg or math end where no tag says so */
  CR_HTML_DOUBT_FRAMES,
  CR_HTML_DOUBT_ROOT, /* html or body begin again */
  CR_HTML_DOUBT_SIZE  /* more is nested, or a tag has more attributes, than is kept here */
};

enum { CR_FEEDBACK_DEPTH = 64 };

struct cr_feedback_open {
  uint64_t name;                  /* stands for it */
  const struct cr_element *known; /* NULL: a name without rules */
  enum cr_html_place place;
};

struct cr_feedback {
  enum cr_html_doubt doubt;
  bool is_newer;    /* has what gumbo reads by older rules, or wrongly: its tree decides nothing */
  bool is_fostered; /* what the last start tag makes is moved in front of a table */
  bool in_select;   /* of this table, or of none */
  bool has_form;    /* another form means nothing */
  bool has_body;
  bool has_begun;      /* so that a head tag means nothing any more */
  bool may_have_main;  /* open; to gumbo it ends no search for what an end tag names */
  bool may_have_newer; /* open: dialog or search, to gumbo names without rules */
  uint32_t template_depth;
  uint32_t inert_depth; /* the same without declarative shadow roots, which are shown */

  /* From an outermost svg or math on, HTML inside of it too. */
  struct cr_feedback_open foreign[CR_FEEDBACK_DEPTH];
  uint32_t foreign_len;

  /* Tables, and templates among them, that are open. */
  struct {
    enum { CR_TABLE_ITSELF, CR_TABLE_TD, CR_TABLE_TH, CR_TABLE_CAPTION, CR_TABLE_TEMPLATE } in;
    bool may_have_p; /* outside of it */
    bool in_select;
    bool has_moved; /* something that was moved in front of it may be open */
    bool is_shadow; /* a template that is a shadow root */
  } tables[CR_FEEDBACK_DEPTH];
  uint32_t table_len;

  /* Inside <a href>: what has been opened since. */
  bool in_link;
  bool link_may_have_p; /* outside of it */
  struct cr_feedback_open inner[CR_FEEDBACK_DEPTH];
  uint32_t inner_len;

  bool may_have_p;
  bool keeps_p; /* there may be one behind a button or an object */
  bool may_have_button;
};

void cr_feedback_init(struct cr_feedback *f);
/* To be called for each start and end tag that t gives, whichever it gives; sets t's state. Once
 * f->doubt is set, what is said is a guess. */
enum cr_html_place cr_feedback_start(struct cr_feedback *f, struct cr_html_tokens *t,
                                     const struct cr_html_token *token);
void cr_feedback_end(struct cr_feedback *f, struct cr_html_tokens *t,
                     const struct cr_html_token *token);

/* All of it as a number, for the moments between elements of a body where it is simple; 0: it
 * isn't. */
uint64_t cr_feedback_pack(const struct cr_feedback *f);
/* The other way round, where it could be packed, too. */
void cr_feedback_unpack(struct cr_feedback *f, uint64_t packed);

/* In a table, but in no cell or caption of it? */
static inline bool cr_feedback_is_in_table(const struct cr_feedback *f)
{
  return f->table_len > 0 && f->tables[f->table_len - 1].in == CR_TABLE_ITSELF;
}

/* Does text in CR_HTML_DATA matter now? Before it, there is nothing but white space and comments
 * (13.2.6.4.1 to 3); in a table it may open formatting elements again, in front (13.2.6.4.10). */
static inline bool cr_feedback_needs_text(const struct cr_feedback *f)
{
  return !f->has_begun || cr_feedback_is_in_table(f);
}

static inline void cr_feedback_text(struct cr_feedback *f, struct cr_span raw)
{
  if (!cr_feedback_needs_text(f) || cr_span_trim(raw).len == 0)
    return;
  f->has_begun = true;
  if (cr_feedback_is_in_table(f))
    f->tables[f->table_len - 1].has_moved = true;
}

/* ---- html_feedback_link.c: inside <a href> ---- */

/* An <a> begins in HTML content. */
void cr_feedback_start_link(struct cr_feedback *f, const struct cr_html_token *token);
/* Another tag, while in_link. */
void cr_feedback_start_in_link(struct cr_feedback *f, const struct cr_feedback_open *open);
void cr_feedback_end_in_link(struct cr_feedback *f, const struct cr_feedback_open *open);
/* The cell that the link stands in ends, or a cell of a table inside of it. */
void cr_feedback_cell_in_link(struct cr_feedback *f, bool ends_table);
/* The innermost select ends, and with it what was opened in it. */
void cr_feedback_end_select_in_link(struct cr_feedback *f);

/* ---- html_feedback_foreign.c: inside svg and math ---- */

/* An svg or math begins. */
enum cr_html_place cr_feedback_start_foreign(struct cr_feedback *f, struct cr_html_tokens *t,
                                             const struct cr_html_token *token);
/* The state that HTML's own text elements give the tokenizer. */
void cr_feedback_set_state(struct cr_html_tokens *t, const struct cr_html_token *token);
enum cr_html_place cr_feedback_start_in_foreign(struct cr_feedback *f, struct cr_html_tokens *t,
                                                const struct cr_html_token *token);
/* False: the tag ends all of it, and means what it means outside. */
bool cr_feedback_end_in_foreign(struct cr_feedback *f, struct cr_html_tokens *t,
                                const struct cr_html_token *token);

/* ---- for all of them ---- */

static inline void cr_feedback_doubt(struct cr_feedback *f, enum cr_html_doubt why)
{
  bool may_be_newer = why == CR_HTML_DOUBT_LINK || why == CR_HTML_DOUBT_FOREIGN;

  f->is_newer = f->is_newer || (may_be_newer && f->may_have_newer);
  if (f->doubt == CR_HTML_SURE)
    f->doubt = why;
}

/* Of what is svg's or math's, the innermost that is open. NULL: none is, or HTML inside of it. */
static inline const struct cr_feedback_open *cr_feedback_in_foreign(const struct cr_feedback *f)
{
  const struct cr_feedback_open *top = f->foreign_len > 0 ? &f->foreign[f->foreign_len - 1] : NULL;
  return top && top->place != CR_HTML_IN_HTML ? top : NULL;
}

/* Does every tag count now, not only those with CR_ELEMENT_LINKS or _FEEDBACK? */
static inline bool cr_feedback_wants_all(const struct cr_feedback *f)
{
  return f->in_link || f->foreign_len > 0 || !f->has_begun || cr_feedback_is_in_table(f);
}

static inline enum cr_element_kind cr_html_kind(const struct cr_element *known)
{
  return known ? (enum cr_element_kind)known->kind : CR_ELEMENT_ORDINARY;
}

/* A number that stands for a name, in any case. */
uint64_t cr_html_name_number(struct cr_span name);
uint64_t cr_html_number_of(const struct cr_html_token *token);

#endif
