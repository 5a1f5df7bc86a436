/* SPDX-License-Identifier: MIT */
/* html_guard.c - how deep and wide would the tree of a document be?
 *
 * gumbo takes time by the square of nesting and of a tag's attributes, within any memory cap, so
 * both are bounded before it sees a page. This follows what each tag opens and closes by the tree
 * construction of the HTML standard (13.2.6), without a tree. Where parsers differ, or the rules
 * would need one, an element stays open: it may count too much, not too little.
 * One pass; the work for a tag is bounded by the greatest depth.
 */
#include "parse/html_guard.h"

#include "parse/html_element.h"
#include "parse/html_scan.h"
#include "parse/html_stack.h"
#include "parse/parse.h"

static bool is_named(struct cr_span name, const char *wanted)
{
  return cr_span_eq_nocase(name, cr_span_text(wanted));
}

/* Something on top that isn't known of? */
static bool may_hide_top(const struct cr_stack *stack)
{
  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (open->is_pending)
      return true;
    if (!open->is_doubted &&
        (cr_open_is_marker(open) || cr_open_may_be_kind(open, CR_ELEMENT_SELECT)))
      break;
  }
  return false;
}

/* If the topmost element is of that kind; what lies under doubted ones may be the topmost. */
static void close_top(struct cr_stack *stack, enum cr_element_kind kind)
{
  size_t at = stack->len;
  while (at > 0 && stack->open[at - 1].is_doubted)
    at--;
  if (at > 0 && cr_open_may_be_kind(&stack->open[at - 1], kind))
    cr_stack_close(stack, at - 1, at == stack->len && !may_hide_top(stack));
}

/* ---- tables ---- */

static bool is_in_template(const struct cr_stack *stack)
{
  size_t at = cr_stack_table(stack);
  return at != CR_STACK_NONE && cr_open_may_be_kind(&stack->open[at], CR_ELEMENT_TEMPLATE);
}

/* Closes what a part of a table can't be in: all above the row (for a cell), the section (for a
 * row), or the table itself. False: no table, or only a template, where it depends on the tag that
 * it began with whether parts of tables are elements: those count, but are doubted. */
static bool clear_table(struct cr_stack *stack, const struct cr_html_tag *tag,
                        const struct cr_element *part)
{
  size_t at = cr_stack_table(stack);
  if (at == CR_STACK_NONE)
    return false;
  if (stack->open[at].is_doubted)
    cr_stack_doubt(stack, at);
  if (is_in_template(stack) || stack->open[at].is_doubted) {
    cr_stack_push(stack, tag, part, CR_SPACE_HTML);
    cr_stack_doubt(stack, stack->len - 1);
    return false;
  }

  bool is_cell = part->kind == CR_ELEMENT_CELL;
  size_t keep = at + 1;
  for (size_t i = at + 1; i < stack->len; i++) {
    bool is_section = cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_SECTION);
    bool is_row = cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_ROW);
    if ((is_section && (is_cell || part->kind == CR_ELEMENT_ROW)) || (is_row && is_cell))
      keep = i + 1;
  }
  if (keep < stack->len)
    cr_stack_close(stack, keep, true);
  return true;
}

/* <table> in a table but not in a cell of it ends that table. */
static void close_outer_table(struct cr_stack *stack)
{
  bool is_sure = true;

  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (cr_open_may_be_kind(open, CR_ELEMENT_TABLE)) {
      cr_stack_close(stack, i, is_sure);
      return;
    }
    bool ends = cr_open_is_marker(open) && !cr_open_may_be_kind(open, CR_ELEMENT_OBJECT);
    if (ends && !cr_open_lets_pass(open, &is_sure))
      return;
  }
}

/* ---- start tags ---- */

/* <li> ends an open li, <dd> and <dt> an open dd or dt, past address, div and p only. */
static void close_list_item(struct cr_stack *stack, enum cr_element_kind kind)
{
  bool is_sure = true;

  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (cr_open_may_be_kind(open, kind)) {
      cr_stack_close(stack, i, is_sure);
      return;
    }
    bool ends = cr_open_is_special(open) && !cr_open_may_be_kind(open, CR_ELEMENT_P) &&
                !is_named(open->name, "div") && !is_named(open->name, "address");
    if (ends && !cr_open_lets_pass(open, &is_sure))
      return;
  }
}

static bool is_implied(const struct cr_open *open)
{
  return cr_open_may_be_kind(open, CR_ELEMENT_RUBY_TEXT) ||
         cr_open_may_be_kind(open, CR_ELEMENT_P) || cr_open_may_be_kind(open, CR_ELEMENT_LI) ||
         cr_open_may_be_kind(open, CR_ELEMENT_DEFINITION) ||
         cr_open_may_be_kind(open, CR_ELEMENT_OPTION) ||
         cr_open_may_be_kind(open, CR_ELEMENT_OPTGROUP);
}

/* In a ruby its parts end each other, and what else needs no end tag; rt and rp don't end rtc. */
static void close_implied(struct cr_stack *stack, const struct cr_html_tag *tag)
{
  bool keeps_rtc = is_named(tag->name, "rt") || is_named(tag->name, "rp");
  bool is_sure = true;
  bool is_in_ruby =
      cr_stack_find(stack, CR_ELEMENT_RUBY, CR_ELEMENT_RUBY, &is_sure) != CR_STACK_NONE;
  is_sure = is_sure && !may_hide_top(stack);

  for (size_t i = stack->len; is_in_ruby && i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (open->is_doubted)
      continue;
    if (!is_implied(open) || (keeps_rtc && is_named(open->name, "rtc")))
      return;
    cr_stack_close(stack, i, i + 1 == stack->len && is_sure);
  }
}

static bool is_in_select(struct cr_stack *stack)
{
  bool is_sure = true;
  size_t at = cr_stack_find(stack, CR_ELEMENT_SELECT, CR_ELEMENT_TEMPLATE, &is_sure);
  stack->is_unsure = stack->is_unsure || (at != CR_STACK_NONE && !is_sure);
  return at != CR_STACK_NONE;
}

/* In a select nearly all tags mean nothing. False: this one does, as it would elsewhere. */
static bool is_ignored_in_select(struct cr_stack *stack, const struct cr_element *known)
{
  switch (known ? known->kind : CR_ELEMENT_ORDINARY) {
  case CR_ELEMENT_OPTION:
  case CR_ELEMENT_SCRIPT:
  case CR_ELEMENT_TEMPLATE:
    return false;
  case CR_ELEMENT_OPTGROUP:
    close_top(stack, CR_ELEMENT_OPTION);
    close_top(stack, CR_ELEMENT_OPTGROUP);
    return false;
  case CR_ELEMENT_SELECT:
    cr_stack_close_kind(stack, CR_ELEMENT_SELECT, CR_ELEMENT_TEMPLATE);
    return true;
  case CR_ELEMENT_TABLE:
  case CR_ELEMENT_CAPTION:
  case CR_ELEMENT_SECTION:
  case CR_ELEMENT_ROW:
  case CR_ELEMENT_CELL:
    if (cr_stack_table(stack) == CR_STACK_NONE || is_in_template(stack))
      return true;
    break;
  case CR_ELEMENT_FIELD:
  case CR_ELEMENT_TEXTAREA:
    break;
  default:
    return true;
  }
  cr_stack_close_kind(stack, CR_ELEMENT_SELECT, CR_ELEMENT_TEMPLATE);
  return false;
}

/* What a start tag closes before it opens; and false if it opens nothing. */
static bool make_way(struct cr_stack *stack, const struct cr_html_tag *tag,
                     const struct cr_element *known)
{
  if (known->flags & CR_ELEMENT_CLOSES_P)
    cr_stack_close_kind(stack, CR_ELEMENT_P, CR_ELEMENT_BUTTON);
  switch (known->kind) {
  case CR_ELEMENT_IGNORED:
  case CR_ELEMENT_VOID:
  case CR_ELEMENT_FIELD:
    return false;
  case CR_ELEMENT_LI:
  case CR_ELEMENT_DEFINITION:
    close_list_item(stack, (enum cr_element_kind)known->kind);
    cr_stack_close_kind(stack, CR_ELEMENT_P, CR_ELEMENT_BUTTON);
    return true;
  case CR_ELEMENT_HEADING:
    close_top(stack, CR_ELEMENT_HEADING);
    return true;
  case CR_ELEMENT_RUBY_TEXT:
    close_implied(stack, tag);
    return true;
  case CR_ELEMENT_OPTION:
  case CR_ELEMENT_OPTGROUP:
    close_top(stack, CR_ELEMENT_OPTION);
    return true;
  case CR_ELEMENT_BUTTON:
    cr_stack_close_kind(stack, CR_ELEMENT_BUTTON, CR_ELEMENT_BUTTON);
    return true;
  case CR_ELEMENT_TABLE:
    close_outer_table(stack);
    return true;
  case CR_ELEMENT_COLGROUP:
    (void)clear_table(stack, tag, known);
    return false;
  case CR_ELEMENT_CAPTION:
  case CR_ELEMENT_SECTION:
  case CR_ELEMENT_ROW:
  case CR_ELEMENT_CELL:
    return clear_table(stack, tag, known);
  default:
    return true;
  }
}

/* <form> in a form means nothing, except in a template. */
static void start_form(struct cr_stack *stack, const struct cr_html_tag *tag,
                       const struct cr_element *known)
{
  cr_stack_push(stack, tag, known, CR_SPACE_HTML);
  if (stack->has_form || is_in_template(stack))
    cr_stack_doubt(stack, stack->len - 1);
  stack->has_form = true;
}

/* Before these, as before text, formatting elements open again. */
static bool is_phrasing(const struct cr_html_tag *tag, const struct cr_element *known)
{
  switch (known ? known->kind : CR_ELEMENT_ORDINARY) {
  case CR_ELEMENT_ORDINARY:
  case CR_ELEMENT_FORMATTING:
  case CR_ELEMENT_NOSCRIPT:
  case CR_ELEMENT_RUBY:
  case CR_ELEMENT_OBJECT:
  case CR_ELEMENT_BUTTON:
  case CR_ELEMENT_SELECT:
  case CR_ELEMENT_OPTION:
  case CR_ELEMENT_OPTGROUP:
  case CR_ELEMENT_FIELD:
  case CR_ELEMENT_FOREIGN:
    return true;
  case CR_ELEMENT_VOID:
    return is_named(tag->name, "img") || is_named(tag->name, "br") || is_named(tag->name, "area") ||
           is_named(tag->name, "embed") || is_named(tag->name, "image") ||
           is_named(tag->name, "wbr");
  case CR_ELEMENT_TEXT:
    return is_named(tag->name, "xmp");
  default:
    return false;
  }
}

static void start_html(struct cr_stack *stack, struct cr_html_scan *s,
                       const struct cr_html_tag *tag, const struct cr_element *known)
{
  if (is_in_select(stack) && is_ignored_in_select(stack, known))
    return;
  bool opens = !known || make_way(stack, tag, known);
  if (is_phrasing(tag, known) && !is_in_select(stack))
    cr_stack_reopen(stack);
  if (!opens)
    return;

  switch (known ? known->kind : CR_ELEMENT_ORDINARY) {
  case CR_ELEMENT_TEXT:
  case CR_ELEMENT_TEXTAREA:
    cr_html_scan_text(s, tag->name);
    break;
  case CR_ELEMENT_SCRIPT:
    cr_html_scan_script(s);
    break;
  case CR_ELEMENT_PLAINTEXT:
    s->at = s->end;
    break;
  case CR_ELEMENT_FORMATTING:
    cr_stack_open_formatting(stack, tag, known);
    break;
  case CR_ELEMENT_FOREIGN:
    if (!tag->is_self_closing)
      cr_stack_push(stack, tag, known, is_named(tag->name, "svg") ? CR_SPACE_SVG : CR_SPACE_MATH);
    break;
  case CR_ELEMENT_FORM:
    start_form(stack, tag, known);
    break;
  case CR_ELEMENT_DOUBTFUL:
  case CR_ELEMENT_NOSCRIPT:
    cr_stack_push(stack, tag, known, CR_SPACE_HTML);
    if (known->kind == CR_ELEMENT_DOUBTFUL || !stack->is_past_head)
      cr_stack_doubt(stack, stack->len - 1);
    break;
  default:
    cr_stack_push(stack, tag, known, CR_SPACE_HTML);
  }
}

/* ---- svg and math ---- */

static bool has_flag(const struct cr_open *open, unsigned flag)
{
  return open->known && (open->known->flags & flag) != 0;
}

static bool is_html_inside(const struct cr_open *open)
{
  return open->space == CR_SPACE_HTML ||
         has_flag(open, open->space == CR_SPACE_SVG ? CR_ELEMENT_IN_SVG : CR_ELEMENT_IN_MATH);
}

/* Is this start tag one of svg or math? */
static bool is_foreign(const struct cr_stack *stack, const struct cr_html_tag *tag)
{
  const struct cr_open *top = cr_stack_top(stack);
  if (!top || top->space == CR_SPACE_HTML)
    return false;
  if (top->space == CR_SPACE_MATH && has_flag(top, CR_ELEMENT_IN_MATH))
    return is_named(tag->name, "mglyph") || is_named(tag->name, "malignmark");
  if (top->space == CR_SPACE_MATH && has_flag(top, CR_ELEMENT_ANNOTATION))
    return !is_named(tag->name, "svg");
  return !is_html_inside(top);
}

static bool has_text(struct cr_span text, struct cr_span part)
{
  for (size_t i = 0; i + part.len <= text.len; i++)
    if (cr_span_starts_nocase(cr_span(text.at + i, text.len - i), part))
      return true;
  return false;
}

/* Many HTML tags end svg and math, up to where HTML may stand inside; font if it has attributes
 * that mean something. */
static bool breaks_out(struct cr_stack *stack, const struct cr_html_tag *tag,
                       const struct cr_element *known)
{
  if (!known || (known->flags & CR_ELEMENT_BREAKOUT) == 0)
    return false;
  if (is_named(tag->name, "font") && !has_text(tag->rest, CR_SPAN("color")) &&
      !has_text(tag->rest, CR_SPAN("face")) && !has_text(tag->rest, CR_SPAN("size")))
    return false;
  while (stack->len > 0 && !is_html_inside(cr_stack_top(stack)))
    stack->len--;
  return true;
}

/* An annotation-xml of encoding text/html or application/xhtml+xml holds HTML. */
static bool may_hold_html(const struct cr_html_tag *tag)
{
  return has_text(tag->rest, CR_SPAN("html")) || has_text(tag->rest, CR_SPAN("&"));
}

static void start_foreign(struct cr_stack *stack, const struct cr_html_tag *tag,
                          const struct cr_element *known)
{
  if (known && (known->flags & CR_ELEMENT_ANNOTATION) && may_hold_html(tag))
    stack->is_unsure = true;
  if (!tag->is_self_closing)
    cr_stack_push(stack, tag, known, cr_stack_top(stack)->space);
}

/* Tags that some parsers ignore and others don't, or that may make them ignore what follows. */
static bool is_doubtful(const struct cr_stack *stack, const struct cr_html_tag *tag,
                        const struct cr_element *known)
{
  return (known && known->kind == CR_ELEMENT_FRAMESET) ||
         (is_named(tag->name, "col") && is_in_template(stack)) || is_named(tag->name, "isindex");
}

static void start(struct cr_stack *stack, struct cr_html_scan *s, const struct cr_html_tag *tag,
                  const struct cr_element *known)
{
  stack->is_unsure = stack->is_unsure || is_doubtful(stack, tag, known);
  stack->is_past_head = stack->is_past_head || !known || (known->flags & CR_ELEMENT_IN_HEAD) == 0;
  if (stack->is_unsure)
    cr_stack_push(stack, tag, known, CR_SPACE_HTML);
  else if (is_foreign(stack, tag) && !breaks_out(stack, tag, known))
    start_foreign(stack, tag, known);
  else
    start_html(stack, s, tag, known);
}

/* ---- end tags ---- */

/* Closes the element that an end tag in svg or math names. False: it names one outside of it. */
static bool end_foreign(struct cr_stack *stack, const struct cr_html_tag *tag,
                        const struct cr_element *known)
{
  for (size_t i = stack->len; i-- > 0 && stack->open[i].space != CR_SPACE_HTML;) {
    if (cr_open_may_be(&stack->open[i], tag, known)) {
      cr_stack_close(stack, i, true);
      return true;
    }
  }
  return false;
}

/* "Any other end tag": up to its element, but past no special one. gumbo takes all names that it
 * doesn't know for one, so what their end tags close depends on the parser. */
static void end_ordinary(struct cr_stack *stack, const struct cr_html_tag *tag,
                         const struct cr_element *known)
{
  size_t lowest = CR_STACK_NONE; /* of what may be closed, by one parser or another */
  /* That of a formatting element comes here when none is listed; gumbo ignores it. */
  bool is_sure = !known || known->kind != CR_ELEMENT_FORMATTING;

  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    bool is_html = open->space == CR_SPACE_HTML;
    if (is_html && cr_open_may_be(open, tag, known)) {
      cr_stack_close(stack, i, is_sure);
      return;
    }
    if (is_html && !known && !open->known) {
      lowest = i;
      is_sure = false;
    }
    if (cr_open_is_special(open) && !cr_open_lets_pass(open, &is_sure))
      break;
  }
  if (lowest != CR_STACK_NONE)
    cr_stack_doubt(stack, lowest);
}

/* Does this one end the search for what an end tag closes? Tags of objects reach farther in gumbo
 * than the standard says. */
static bool ends_search(const struct cr_open *open, const struct cr_element *known, bool *is_sure)
{
  bool is_hard = cr_open_may_be_kind(open, CR_ELEMENT_TABLE) ||
                 cr_open_may_be_kind(open, CR_ELEMENT_TEMPLATE) ||
                 cr_open_may_be_kind(open, CR_ELEMENT_SELECT) || known->kind != CR_ELEMENT_OBJECT;
  bool is_list =
      known->kind == CR_ELEMENT_LI && (is_named(open->name, "ol") || is_named(open->name, "ul"));

  if (!cr_open_ends_scope(open) && !is_list)
    return false;
  if (is_hard)
    return !cr_open_lets_pass(open, is_sure);
  *is_sure = false;
  return false;
}

/* The end tag of a block: up to it, if it is in scope. */
static void end_scoped(struct cr_stack *stack, const struct cr_html_tag *tag,
                       const struct cr_element *known)
{
  bool is_sure = true;

  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (open->space == CR_SPACE_HTML && cr_open_may_be(open, tag, known)) {
      cr_stack_close(stack, i, is_sure);
      return;
    }
    if (ends_search(open, known, &is_sure))
      return;
  }
}

static void end_in_table(struct cr_stack *stack, const struct cr_html_tag *tag,
                         const struct cr_element *known)
{
  bool is_sure = true;

  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (open->space == CR_SPACE_HTML && cr_open_may_be(open, tag, known)) {
      cr_stack_close(stack, i, is_sure);
      return;
    }
    bool ends = cr_open_may_be_kind(open, CR_ELEMENT_TABLE) ||
                cr_open_may_be_kind(open, CR_ELEMENT_TEMPLATE);
    if (ends && !cr_open_lets_pass(open, &is_sure))
      return;
  }
}

/* The form that was begun, if it is in scope. */
static size_t find_form(const struct cr_stack *stack)
{
  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (cr_open_has_kind(open, CR_ELEMENT_FORM))
      return i;
    if (cr_open_ends_scope(open))
      break;
  }
  return CR_STACK_NONE;
}

/* Removes the form that was begun, from wherever it is, and what ends by itself on top ends with
 * it; from then on no other open form can be ended. */
static void end_form(struct cr_stack *stack)
{
  size_t form = find_form(stack);
  bool is_sure = form != CR_STACK_NONE && !may_hide_top(stack);

  stack->has_form = false;
  for (size_t i = stack->len;
       i-- > 0 && (is_implied(&stack->open[i]) || stack->open[i].is_doubted);)
    if (!stack->open[i].is_doubted)
      cr_stack_close(stack, i, is_sure && i + 1 == stack->len);
  if (form != CR_STACK_NONE)
    cr_stack_remove(stack, form);
  for (size_t i = 0; i < stack->len; i++)
    if (cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_FORM))
      stack->open[i].is_doubted = true;
}

static void end_template(struct cr_stack *stack)
{
  for (size_t i = stack->len; i-- > 0;) {
    if (cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_TEMPLATE)) {
      cr_stack_close(stack, i, true);
      return;
    }
  }
}

/* Those of elements that can't be in a select are ignored there. */
static void end_inline(struct cr_stack *stack, const struct cr_html_tag *tag,
                       const struct cr_element *known)
{
  if (is_in_select(stack))
    return;
  bool is_formatting = known && known->kind == CR_ELEMENT_FORMATTING;
  if (!is_formatting || !cr_stack_close_formatting(stack, known))
    end_ordinary(stack, tag, known);
}

static void end_block(struct cr_stack *stack, enum cr_element_kind kind)
{
  cr_stack_close_kind(stack, kind, kind == CR_ELEMENT_P ? CR_ELEMENT_BUTTON : kind);
}

static void end_void(struct cr_stack *stack, const struct cr_html_tag *tag)
{
  if (is_named(tag->name, "br") && !is_in_select(stack)) /* as <br> */
    cr_stack_reopen(stack);
}

static void end_html(struct cr_stack *stack, const struct cr_html_tag *tag,
                     const struct cr_element *known)
{
  switch (known ? known->kind : CR_ELEMENT_ORDINARY) {
  case CR_ELEMENT_VOID:
    end_void(stack, tag);
    break;
  case CR_ELEMENT_IGNORED:
  case CR_ELEMENT_FIELD:
  case CR_ELEMENT_DOUBTFUL:
    break;
  case CR_ELEMENT_FORMATTING:
  case CR_ELEMENT_ORDINARY:
  case CR_ELEMENT_NOSCRIPT:
  case CR_ELEMENT_RUBY:
  case CR_ELEMENT_RUBY_TEXT:
  case CR_ELEMENT_FOREIGN:
    end_inline(stack, tag, known);
    break;
  case CR_ELEMENT_OPTION:
  case CR_ELEMENT_OPTGROUP:
    end_ordinary(stack, tag, known);
    break;
  case CR_ELEMENT_HEADING:
  case CR_ELEMENT_P:
    end_block(stack, known->kind);
    break;
  case CR_ELEMENT_FORM:
    end_form(stack);
    break;
  case CR_ELEMENT_TABLE:
  case CR_ELEMENT_CAPTION:
  case CR_ELEMENT_SECTION:
  case CR_ELEMENT_ROW:
  case CR_ELEMENT_CELL:
    end_in_table(stack, tag, known);
    break;
  case CR_ELEMENT_TEMPLATE:
    end_template(stack);
    break;
  default:
    end_scoped(stack, tag, known);
  }
}

static void end(struct cr_stack *stack, const struct cr_html_tag *tag,
                const struct cr_element *known)
{
  const struct cr_open *top = cr_stack_top(stack);
  if (stack->is_unsure || (top && top->space != CR_SPACE_HTML && end_foreign(stack, tag, known)))
    return;
  end_html(stack, tag, known);
}

/* ---- the whole ---- */

static bool may_have_cdata(const struct cr_stack *stack)
{
  const struct cr_open *top = cr_stack_top(stack);
  return top && top->space != CR_SPACE_HTML && !stack->is_unsure;
}

/* Text between two tags. White space may not count, and what follows a comment isn't looked for. */
static void pass_text(struct cr_stack *stack, struct cr_span text)
{
  const struct cr_open *top = cr_stack_top(stack);
  text = cr_span_trim(text);
  if (text.len > 0 && text.at[0] != '<' && !stack->is_unsure && top && is_html_inside(top) &&
      !is_in_select(stack))
    cr_stack_reopen(stack);
}

struct cr_html_shape cr_html_measure(struct cr_span html)
{
  struct cr_html_scan s = { html.at, html.at + html.len };
  struct cr_html_shape shape = { 0, 0 };
  const char *behind = s.at; /* the last tag */
  struct cr_stack stack;
  struct cr_html_tag tag;

  stack.len = 0;
  stack.most = 0;
  stack.is_past_head = false;
  stack.has_stray_marker = false;
  stack.has_form = false;
  stack.is_unsure = false;
  while (stack.most <= CR_HTML_MAX_DEPTH && shape.attributes <= CR_HTML_MAX_ATTRIBUTES &&
         cr_html_scan_tag(&s, &tag, may_have_cdata(&stack))) {
    const struct cr_element *known = cr_html_element(tag.name);
    pass_text(&stack, cr_span(behind, (size_t)(tag.name.at - 1 - (tag.is_end ? 1 : 0) - behind)));
    if (tag.attributes > shape.attributes)
      shape.attributes = tag.attributes;
    if (tag.is_end)
      end(&stack, &tag, known);
    else
      start(&stack, &s, &tag, known);
    behind = s.at;
  }
  shape.depth = stack.most;
  return shape;
}

enum cr_parse_note cr_html_guard(struct cr_span html)
{
  struct cr_html_shape shape = cr_html_measure(html);
  bool is_over = shape.depth > CR_HTML_MAX_DEPTH || shape.attributes > CR_HTML_MAX_ATTRIBUTES;
  return is_over ? CR_PARSE_TOO_DEEP : CR_PARSE_WHOLE;
}
