/* SPDX-License-Identifier: MIT */
/* html_feedback_foreign.c - svg and math: where they end, and where HTML begins again inside.
 *
 * The HTML standard's rules for foreign content, 13.2.6.5, and its integration points, 13.2.4.2.
 * HTML inside an integration point is followed as long as each end tag meets its start tag;
 * anything else is doubted.
 */
#include "parse/html_feedback.h"

static struct cr_feedback_open *top_of(struct cr_feedback *f)
{
  return &f->foreign[f->foreign_len - 1];
}

static void push(struct cr_feedback *f, const struct cr_html_token *token, enum cr_html_place place)
{
  if (f->foreign_len == CR_FEEDBACK_DEPTH) {
    cr_feedback_doubt(f, CR_HTML_DOUBT_SIZE);
    return;
  }
  f->foreign[f->foreign_len++] =
      (struct cr_feedback_open){ cr_html_number_of(token), token->known, place };
}

/* CDATA sections are where the innermost element isn't HTML's. */
static void tell_cdata(struct cr_feedback *f, struct cr_html_tokens *t)
{
  t->may_have_cdata = f->foreign_len > 0 && top_of(f)->place != CR_HTML_IN_HTML;
}

enum cr_html_place cr_feedback_start_foreign(struct cr_feedback *f, struct cr_html_tokens *t,
                                             const struct cr_html_token *token)
{
  enum cr_html_place place = token->known->name[0] == 's' ? CR_HTML_IN_SVG : CR_HTML_IN_MATH;

  if (!token->is_self_closing)
    push(f, token, place);
  tell_cdata(f, t);
  return place;
}

/* Does HTML begin again inside this one, for a start tag of that name? */
static bool holds_html(const struct cr_feedback_open *open, struct cr_span name)
{
  unsigned flags = open->known ? open->known->flags : 0;

  switch (open->place) {
  case CR_HTML_IN_SVG:
    return (flags & CR_ELEMENT_IN_SVG) != 0;
  case CR_HTML_IN_MATH:
    return (flags & CR_ELEMENT_IN_MATH) != 0 && !cr_span_eq_nocase(name, CR_SPAN("mglyph")) &&
           !cr_span_eq_nocase(name, CR_SPAN("malignmark"));
  default:
    return true;
  }
}

/* Is there an element of HTML inside the integration point that a block or another link ends? */
static bool may_end_others(const struct cr_feedback *f, const struct cr_element *known)
{
  bool is_link = strcmp(known->name, "a") == 0 || strcmp(known->name, "nobr") == 0;
  bool is_block = known->kind == CR_ELEMENT_LI || known->kind == CR_ELEMENT_DEFINITION ||
                  known->kind == CR_ELEMENT_BUTTON || known->kind == CR_ELEMENT_RUBY_TEXT ||
                  (known->flags & CR_ELEMENT_CLOSES_P) != 0;

  for (uint32_t i = f->foreign_len; i-- > 0 && f->foreign[i].place == CR_HTML_IN_HTML;) {
    const struct cr_element *open = f->foreign[i].known;
    if (open && ((is_link && open == known) ||
                 (is_block && (open->kind == CR_ELEMENT_P || open->kind == known->kind))))
      return true;
  }
  return false;
}

/* A start tag of HTML, inside an integration point. */
static enum cr_html_place start_html(struct cr_feedback *f, struct cr_html_tokens *t,
                                     const struct cr_html_token *token)
{
  const struct cr_element *known = token->known;

  switch (cr_html_kind(known)) {
  case CR_ELEMENT_FOREIGN:
    return cr_feedback_start_foreign(f, t, token);
  case CR_ELEMENT_VOID:
  case CR_ELEMENT_FIELD:
    return CR_HTML_IN_HTML;
  case CR_ELEMENT_IGNORED: /* html and body lend their attributes to what there is */
    if (token->attribute_count > 0)
      cr_feedback_doubt(f, CR_HTML_DOUBT_ROOT);
    return CR_HTML_NOWHERE;
  case CR_ELEMENT_TEXT:
  case CR_ELEMENT_TEXTAREA:
  case CR_ELEMENT_SCRIPT:
    cr_feedback_set_state(t, token);
    return CR_HTML_IN_HTML;
  case CR_ELEMENT_TABLE:
  case CR_ELEMENT_CAPTION:
  case CR_ELEMENT_COLGROUP:
  case CR_ELEMENT_SECTION:
  case CR_ELEMENT_ROW:
  case CR_ELEMENT_CELL:
  case CR_ELEMENT_TEMPLATE:
  case CR_ELEMENT_FRAMESET:
  case CR_ELEMENT_SELECT:
  case CR_ELEMENT_OPTION:
  case CR_ELEMENT_OPTGROUP:
  case CR_ELEMENT_FORM:
  case CR_ELEMENT_OBJECT:
  case CR_ELEMENT_PLAINTEXT:
    cr_feedback_doubt(f, CR_HTML_DOUBT_FOREIGN);
    return CR_HTML_IN_HTML;
  default:
    if (known && may_end_others(f, known))
      cr_feedback_doubt(f, CR_HTML_DOUBT_FOREIGN);
    push(f, token, CR_HTML_IN_HTML);
    return CR_HTML_IN_HTML;
  }
}

enum cr_html_place cr_feedback_start_in_foreign(struct cr_feedback *f, struct cr_html_tokens *t,
                                                const struct cr_html_token *token)
{
  const struct cr_feedback_open *top = top_of(f);
  enum cr_html_place place = top->place;
  unsigned flags = token->known ? token->known->flags : 0;

  f->is_fostered = false;
  if (holds_html(top, token->name)) {
    place = start_html(f, t, token);
  } else {
    /* b, div, p and their like end svg and math. */
    if ((flags & (CR_ELEMENT_BREAKOUT | CR_ELEMENT_ANNOTATION)) != 0)
      cr_feedback_doubt(f, CR_HTML_DOUBT_FOREIGN);
    if (!token->is_self_closing)
      push(f, token, place);
  }
  tell_cdata(f, t);
  return place;
}

/* An end tag while the innermost element is HTML's. */
static void end_html(struct cr_feedback *f, const struct cr_html_token *token)
{
  switch (cr_html_kind(token->known)) {
  case CR_ELEMENT_VOID:
  case CR_ELEMENT_FIELD:
  case CR_ELEMENT_IGNORED:
    return;
  default:
    if (top_of(f)->name == cr_html_number_of(token))
      f->foreign_len--;
    else
      cr_feedback_doubt(f, CR_HTML_DOUBT_FOREIGN);
  }
}

/* </p> and </br> end svg and math as <p> does, since 2022: up to where HTML may stand inside. */
static bool is_breakout(const struct cr_element *known)
{
  return known && (known->kind == CR_ELEMENT_P || strcmp(known->name, "br") == 0);
}

static void leave_foreign(struct cr_feedback *f, struct cr_span name)
{
  f->is_newer = f->is_newer || !holds_html(top_of(f), name);
  while (f->foreign_len > 0 && !holds_html(top_of(f), name))
    f->foreign_len--;
}

/* The same while it is not. */
static void end_foreign(struct cr_feedback *f, const struct cr_html_token *token)
{
  uint64_t name = cr_html_number_of(token);

  for (uint32_t i = f->foreign_len; i-- > 0 && f->foreign[i].place != CR_HTML_IN_HTML;) {
    if (f->foreign[i].name == name) {
      f->foreign_len = i;
      return;
    }
  }
  cr_feedback_doubt(f, CR_HTML_DOUBT_FOREIGN);
}

bool cr_feedback_end_in_foreign(struct cr_feedback *f, struct cr_html_tokens *t,
                                const struct cr_html_token *token)
{
  bool breaks_out = is_breakout(token->known);

  if (breaks_out)
    leave_foreign(f, token->name);
  if (f->foreign_len > 0 && top_of(f)->place == CR_HTML_IN_HTML)
    end_html(f, token);
  else if (f->foreign_len > 0 && !breaks_out)
    end_foreign(f, token);
  tell_cdata(f, t);
  return f->foreign_len > 0 || !breaks_out;
}
