/* SPDX-License-Identifier: MIT */
/* html_feedback_link.c - what happens between <a href> and </a>.
 *
 * "a" is a formatting element: where an element around it ends before it does, or a block stands in
 * it when it ends, the tree gets another "a" with the same href (HTML standard, 13.2.4.3 and
 * 13.2.6.4.7, the adoption agency). So from <a href> on all that is opened is remembered, and what
 * doesn't nest is doubted. Work for a tag is bounded by CR_FEEDBACK_DEPTH.
 */
#include "parse/html_feedback.h"

static const uint32_t NONE = UINT32_MAX;

static bool is_kind(const struct cr_feedback_open *open, enum cr_element_kind kind)
{
  return open->known && open->known->kind == kind;
}

static bool is_special(const struct cr_feedback_open *open)
{
  return open->known && (open->known->flags & CR_ELEMENT_SPECIAL) != 0;
}

static bool has_special(const struct cr_feedback *f, uint32_t from)
{
  for (uint32_t i = from; i < f->inner_len; i++)
    if (is_special(&f->inner[i]))
      return true;
  return false;
}

/* Does it end a search "in scope"? Of those that are kept here. */
static bool is_barrier(const struct cr_feedback_open *open)
{
  return open->known && (open->known->flags & CR_ELEMENT_SCOPE) != 0;
}

static void push(struct cr_feedback *f, const struct cr_feedback_open *open)
{
  if (f->inner_len == CR_FEEDBACK_DEPTH)
    cr_feedback_doubt(f, CR_HTML_DOUBT_SIZE);
  else
    f->inner[f->inner_len++] = *open;
}

/* The topmost of a kind; *is_hidden: what ends a search stands above it, or above all. */
static uint32_t find_kind(const struct cr_feedback *f, enum cr_element_kind kind, bool *is_hidden)
{
  *is_hidden = false;
  for (uint32_t i = f->inner_len; i-- > 0;) {
    if (is_kind(&f->inner[i], kind))
      return i;
    *is_hidden = *is_hidden || is_barrier(&f->inner[i]) || is_kind(&f->inner[i], CR_ELEMENT_BUTTON);
  }
  return NONE;
}

static bool is_href(struct cr_span name)
{
  return name.len == 4 &&
         (memcmp(name.at, "href", 4) == 0 || cr_span_eq_nocase(name, CR_SPAN("href")));
}

void cr_feedback_end_select_in_link(struct cr_feedback *f)
{
  bool is_hidden;
  uint32_t at = find_kind(f, CR_ELEMENT_SELECT, &is_hidden);

  if (at == NONE) /* the link began in it, and goes on behind it */
    cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
  else
    f->inner_len = at;
}

void cr_feedback_start_link(struct cr_feedback *f, const struct cr_html_token *token)
{
  bool has_href = false;

  if (f->in_link && has_special(f, 0))
    cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
  for (unsigned i = 0; i < token->attribute_count && !has_href; i++)
    has_href = is_href(token->attributes[i].name);
  f->in_link = has_href && f->template_depth == 0;
  f->link_may_have_p = f->may_have_p || f->keeps_p;
  f->inner_len = 0;
}

/* Of the formatting elements those end with a cell that have begun in it; and if an object is open
 * there still, only those that have begun in that (13.2.4.3, markers). */
static void check_markers(struct cr_feedback *f, uint32_t from)
{
  for (uint32_t i = from; i < f->inner_len; i++)
    if (is_kind(&f->inner[i], CR_ELEMENT_OBJECT))
      cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
}

void cr_feedback_cell_in_link(struct cr_feedback *f, bool ends_table)
{
  bool is_hidden;
  uint32_t at = find_kind(f, CR_ELEMENT_TABLE, &is_hidden);

  check_markers(f, at == NONE ? 0 : at);
  if (at == NONE) /* the link's own cell: formatting elements end with it */
    f->in_link = false;
  else
    f->inner_len = at + (ends_table ? 0 : 1);
}

/* An open p ends; if it's one outside the link, that opens again. */
static void close_p(struct cr_feedback *f)
{
  bool is_hidden;
  uint32_t at = find_kind(f, CR_ELEMENT_P, &is_hidden);

  if (is_hidden)
    return;
  if (at != NONE)
    f->inner_len = at;
  else if (f->link_may_have_p)
    cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
}

/* A search for what may end goes on outside of the link. */
static void doubt_search(struct cr_feedback *f)
{
  f->is_newer = f->is_newer || f->may_have_main;
  cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
}

static void close_list_item(struct cr_feedback *f, enum cr_element_kind kind)
{
  for (uint32_t i = f->inner_len; i-- > 0;) {
    const struct cr_feedback_open *open = &f->inner[i];
    if (is_kind(open, kind)) {
      f->inner_len = i;
      return;
    }
    if (is_special(open) && !cr_element_lets_items_end(open->known))
      return;
  }
  doubt_search(f);
}

static void close_top(struct cr_feedback *f, enum cr_element_kind kind)
{
  if (f->inner_len > 0 && is_kind(&f->inner[f->inner_len - 1], kind))
    f->inner_len--;
}

/* A table ends a p in most documents, but not in those of "quirks mode". */
static void check_table(struct cr_feedback *f)
{
  bool is_hidden;
  uint32_t at = find_kind(f, CR_ELEMENT_P, &is_hidden);

  if (!is_hidden && (at != NONE || f->link_may_have_p))
    cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
}

/* Has nothing inside, or what ends it is looked after elsewhere: by the tokenizer (texts), with
 * tables (cr_feedback_cell_in_link), templates, svg and math. */
static bool is_left_out(enum cr_element_kind kind)
{
  switch (kind) {
  case CR_ELEMENT_VOID:
  case CR_ELEMENT_IGNORED:
  case CR_ELEMENT_FIELD:
  case CR_ELEMENT_TEXT:
  case CR_ELEMENT_TEXTAREA:
  case CR_ELEMENT_SCRIPT:
  case CR_ELEMENT_PLAINTEXT:
  case CR_ELEMENT_FOREIGN:
  case CR_ELEMENT_TEMPLATE:
  case CR_ELEMENT_FRAMESET:
    return true;
  default:
    return cr_element_is_table_part(kind);
  }
}

static bool is_option(enum cr_element_kind kind)
{
  return kind == CR_ELEMENT_OPTION || kind == CR_ELEMENT_OPTGROUP;
}

/* In a select an option ends those that are open, and what else needs no end tag; but nothing that
 * the link stands in. */
static void close_options(struct cr_feedback *f, enum cr_element_kind kind)
{
  while (f->inner_len > 0) {
    const struct cr_feedback_open *top = &f->inner[f->inner_len - 1];
    bool is_implied = is_kind(top, CR_ELEMENT_OPTION) || is_kind(top, CR_ELEMENT_P) ||
                      is_kind(top, CR_ELEMENT_LI) || is_kind(top, CR_ELEMENT_DEFINITION) ||
                      is_kind(top, CR_ELEMENT_RUBY_TEXT) ||
                      (is_kind(top, CR_ELEMENT_OPTGROUP) && kind == CR_ELEMENT_OPTGROUP);
    if (!is_implied)
      return;
    f->inner_len--;
  }
}

/* Where parsers differ, or something outside of the link may end, and the link with it. */
static bool is_doubtful(const struct cr_feedback *f, const struct cr_feedback_open *open)
{
  switch (cr_html_kind(open->known)) {
  case CR_ELEMENT_OPTION:
  case CR_ELEMENT_OPTGROUP:
    return !f->in_select;
  case CR_ELEMENT_BUTTON:
    return f->may_have_button;
  case CR_ELEMENT_FORMATTING:
    return strcmp(open->known->name, "nobr") == 0;
  default:
    return false;
  }
}

void cr_feedback_start_in_link(struct cr_feedback *f, const struct cr_feedback_open *open)
{
  enum cr_element_kind kind = cr_html_kind(open->known);

  if (open->known && (open->known->flags & CR_ELEMENT_CLOSES_P) != 0)
    close_p(f);
  if (is_left_out(kind))
    return;
  f->is_newer = f->is_newer || kind == CR_ELEMENT_MAIN || kind == CR_ELEMENT_NEWER;
  if (is_doubtful(f, open))
    cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
  if (kind == CR_ELEMENT_TABLE)
    check_table(f);
  if (kind == CR_ELEMENT_LI || kind == CR_ELEMENT_DEFINITION) {
    close_list_item(f, kind);
    close_p(f);
  }
  if (is_option(kind) && f->in_select)
    close_options(f, kind);
  if (kind == CR_ELEMENT_HEADING || kind == CR_ELEMENT_RUBY_TEXT)
    close_top(f, kind);
  push(f, open);
}

/* ---- end tags ---- */

static bool is_list(const struct cr_feedback_open *open)
{
  return is_kind(open, CR_ELEMENT_BLOCK) &&
         (strcmp(open->known->name, "ul") == 0 || strcmp(open->known->name, "ol") == 0);
}

/* Does what stands above `at` keep its end tag from ending it? */
static bool is_out_of_scope(const struct cr_feedback *f, uint32_t at)
{
  for (uint32_t i = at + 1; i < f->inner_len; i++)
    if (is_barrier(&f->inner[i]) ||
        (is_kind(&f->inner[at], CR_ELEMENT_LI) && is_list(&f->inner[i])))
      return true;
  return false;
}

static void end_named(struct cr_feedback *f, const struct cr_feedback_open *open)
{
  bool is_block = is_special(open) || is_kind(open, CR_ELEMENT_NEWER);
  bool is_heading = is_kind(open, CR_ELEMENT_HEADING);

  for (uint32_t i = f->inner_len; i-- > 0;) {
    bool is_it =
        is_heading ? is_kind(&f->inner[i], CR_ELEMENT_HEADING) : f->inner[i].name == open->name;
    if (!is_it)
      continue;
    if (is_block ? !is_out_of_scope(f, i) : !has_special(f, i + 1))
      f->inner_len = i;
    else if (is_kind(open, CR_ELEMENT_FORMATTING)) /* it ends nevertheless, and others move */
      cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
    return;
  }
  bool is_ordinary = !is_block && !is_kind(open, CR_ELEMENT_FORMATTING);
  if (is_ordinary && has_special(f, 0)) /* that ends the search for it */
    return;
  f->is_newer = f->is_newer || !open->known; /* to gumbo all names that it doesn't know are one */
  doubt_search(f);
}

/* </form> takes the form out, wherever it is, and ends nothing else. */
static void end_form(struct cr_feedback *f)
{
  bool is_hidden;
  uint32_t at = find_kind(f, CR_ELEMENT_FORM, &is_hidden);

  if (at == NONE)
    return;
  f->inner_len--;
  memmove(&f->inner[at], &f->inner[at + 1], (f->inner_len - at) * sizeof(f->inner[0]));
}

static void end_link(struct cr_feedback *f)
{
  if (has_special(f, 0))
    cr_feedback_doubt(f, CR_HTML_DOUBT_LINK);
  f->in_link = false;
}

void cr_feedback_end_in_link(struct cr_feedback *f, const struct cr_feedback_open *open)
{
  enum cr_element_kind kind = cr_html_kind(open->known);

  if (is_left_out(kind) || kind == CR_ELEMENT_TABLE || kind == CR_ELEMENT_SELECT)
    return;
  if (kind == CR_ELEMENT_FORM)
    end_form(f);
  else if (kind == CR_ELEMENT_P)
    close_p(f);
  else if (kind == CR_ELEMENT_FORMATTING && open->known->link_set == CR_LINKS_A)
    end_link(f);
  else
    end_named(f, open);
}
