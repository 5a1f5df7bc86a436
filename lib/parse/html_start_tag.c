/* SPDX-License-Identifier: MIT */
/* html_start_tag.c - what a start tag closes and opens.
 *
 * The rules for start tags of the HTML standard's tree construction, 13.2.6.4 (in body, table,
 * select, template) and 13.2.6.5 (svg and math), as far as the stack of open elements goes. What is
 * text to a parser is passed over. Work is bounded by the length of the stack.
 */
#include "parse/html_rules.h"

/* If the topmost element is of that kind; what lies under doubted ones may be the topmost. */
static void close_top(struct cr_stack *stack, enum cr_element_kind kind)
{
  size_t at = stack->len;
  while (at > 0 && stack->open[at - 1].is_doubted)
    at--;
  if (at > 0 && cr_open_may_be_kind(&stack->open[at - 1], kind))
    cr_stack_close(stack, at - 1, at == stack->len && !cr_stack_may_hide_top(stack));
}

/* Closes up to the topmost element of that kind, if no other ends the search for it. */
static void close_up_to(struct cr_stack *stack, enum cr_element_kind kind,
                        bool (*ends)(const struct cr_open *open))
{
  bool is_sure = true;

  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (cr_open_may_be_kind(open, kind)) {
      cr_stack_close(stack, i, is_sure);
      return;
    }
    if (ends(open) && !cr_open_lets_pass(open, &is_sure))
      return;
  }
}

/* ---- tables ---- */

/* What a part of a table stands in: a cell in a row, a row in a section, others in the table. */
static enum cr_element_kind part_above(const struct cr_element *part)
{
  switch (part->kind) {
  case CR_ELEMENT_CELL:
    return CR_ELEMENT_ROW;
  case CR_ELEMENT_ROW:
    return CR_ELEMENT_SECTION;
  default:
    return CR_ELEMENT_TABLE;
  }
}

static void push_named(struct cr_stack *stack, struct cr_span name)
{
  const struct cr_html_tag tag = { .name = name };
  cr_stack_push(stack, &tag, cr_html_element(name), CR_SPACE_HTML);
}

/* Closes all above the row (for a cell), the section (for a row), or the table at `at`; and opens
 * the section and row that no tag has begun. */
static void open_part(struct cr_stack *stack, size_t at, enum cr_element_kind above)
{
  size_t keep = at + 1;
  bool has_section = above == CR_ELEMENT_TABLE;
  bool has_row = above != CR_ELEMENT_ROW;

  for (size_t i = at + 1; i < stack->len && above != CR_ELEMENT_TABLE; i++) {
    bool is_section = cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_SECTION);
    bool is_row = above == CR_ELEMENT_ROW && cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_ROW);
    has_section = has_section || is_section || is_row;
    has_row = has_row || is_row;
    if (is_section || is_row)
      keep = i + 1;
  }
  if (keep < stack->len)
    cr_stack_close(stack, keep, true);
  if (!has_section)
    push_named(stack, CR_SPAN("tbody"));
  if (!has_row)
    push_named(stack, CR_SPAN("tr"));
}

/* Makes way for a part of a table. False: no table, or only a template, where it depends on the tag
 * that it began with whether parts of tables are elements: those count, but are doubted. */
static bool clear_table(struct cr_stack *stack, const struct cr_html_tag *tag,
                        const struct cr_element *part)
{
  size_t at = cr_stack_table(stack);
  if (at == CR_STACK_NONE)
    return false;
  if (stack->open[at].is_doubted)
    cr_stack_doubt(stack, at);
  if (cr_stack_is_in_template(stack) || stack->open[at].is_doubted) {
    cr_stack_push(stack, tag, part, CR_SPACE_HTML);
    cr_stack_doubt(stack, stack->len - 1);
    return false;
  }
  open_part(stack, at, part_above(part));
  return true;
}

/* <table> in a table but not in a cell of it ends that table. */
static bool ends_table_search(const struct cr_open *open)
{
  return cr_open_is_marker(open) && !cr_open_may_be_kind(open, CR_ELEMENT_OBJECT);
}

/* ---- start tags ---- */

static bool ends_item_search(const struct cr_open *open)
{
  return cr_open_is_special(open) && !cr_element_lets_items_end(open->known);
}

/* In a ruby its parts end each other, and what else needs no end tag; rt and rp don't end rtc. */
static void close_implied(struct cr_stack *stack, const struct cr_html_tag *tag)
{
  bool keeps_rtc = cr_html_is_named(tag->name, "rt") || cr_html_is_named(tag->name, "rp");
  bool is_sure = true;
  bool is_in_ruby =
      cr_stack_find(stack, CR_ELEMENT_RUBY, CR_ELEMENT_RUBY, &is_sure) != CR_STACK_NONE;
  is_sure = is_sure && !cr_stack_may_hide_top(stack);

  for (size_t i = stack->len; is_in_ruby && i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (open->is_doubted)
      continue;
    if (!cr_open_is_implied(open) || (keeps_rtc && cr_html_is_named(open->name, "rtc")))
      return;
    cr_stack_close(stack, i, i + 1 == stack->len && is_sure);
  }
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
    if (cr_stack_table(stack) == CR_STACK_NONE || cr_stack_is_in_template(stack))
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
    close_up_to(stack, (enum cr_element_kind)known->kind, ends_item_search);
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
    close_up_to(stack, CR_ELEMENT_TABLE, ends_table_search);
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
  if (stack->has_form || cr_stack_is_in_template(stack))
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
    return cr_html_is_named(tag->name, "img") || cr_html_is_named(tag->name, "br") ||
           cr_html_is_named(tag->name, "area") || cr_html_is_named(tag->name, "embed") ||
           cr_html_is_named(tag->name, "image") || cr_html_is_named(tag->name, "wbr");
  case CR_ELEMENT_TEXT:
    return cr_html_is_named(tag->name, "xmp");
  default:
    return false;
  }
}

static void start_html(struct cr_stack *stack, struct cr_html_scan *s,
                       const struct cr_html_tag *tag, const struct cr_element *known)
{
  if (cr_stack_is_in_select(stack) && is_ignored_in_select(stack, known))
    return;
  bool opens = !known || make_way(stack, tag, known);
  if (is_phrasing(tag, known) && !cr_stack_is_in_select(stack))
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
      cr_stack_push(stack, tag, known,
                    cr_html_is_named(tag->name, "svg") ? CR_SPACE_SVG : CR_SPACE_MATH);
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

/* Is this start tag one of svg or math? */
static bool is_foreign(const struct cr_stack *stack, const struct cr_html_tag *tag)
{
  const struct cr_open *top = cr_stack_top(stack);
  if (!top || top->space == CR_SPACE_HTML)
    return false;
  if (top->space == CR_SPACE_MATH && has_flag(top, CR_ELEMENT_IN_MATH))
    return cr_html_is_named(tag->name, "mglyph") || cr_html_is_named(tag->name, "malignmark");
  if (top->space == CR_SPACE_MATH && has_flag(top, CR_ELEMENT_ANNOTATION))
    return !cr_html_is_named(tag->name, "svg");
  return !cr_open_holds_html(top);
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
  if (cr_html_is_named(tag->name, "font") && !has_text(tag->rest, CR_SPAN("color")) &&
      !has_text(tag->rest, CR_SPAN("face")) && !has_text(tag->rest, CR_SPAN("size")))
    return false;
  while (stack->len > 0 && !cr_open_holds_html(cr_stack_top(stack)))
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
         (cr_html_is_named(tag->name, "col") && cr_stack_is_in_template(stack)) ||
         cr_html_is_named(tag->name, "isindex");
}

void cr_html_start_tag(struct cr_stack *stack, struct cr_html_scan *s,
                       const struct cr_html_tag *tag, const struct cr_element *known)
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
