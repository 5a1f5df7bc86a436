/* SPDX-License-Identifier: MIT */
/* html_end_tag.c - what an end tag closes.
 *
 * The rules for end tags of the HTML standard's tree construction, 13.2.6.4 (in body, table,
 * select, template) and 13.2.6.5 (svg and math), as far as the stack of open elements goes. Where
 * gumbo and the standard part ways, what may be closed is doubted.
 */
#include "parse/html_rules.h"

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
  bool is_list = known->kind == CR_ELEMENT_LI &&
                 (cr_html_is_named(open->name, "ol") || cr_html_is_named(open->name, "ul"));

  if (!cr_open_ends_scope(open) && !is_list)
    return false;
  if (is_hard)
    return !cr_open_lets_pass(open, is_sure);
  *is_sure = false;
  return false;
}

/* The same for the end tags of a table and its parts. */
static bool ends_table_search(const struct cr_open *open, const struct cr_element *known,
                              bool *is_sure)
{
  bool ends =
      cr_open_may_be_kind(open, CR_ELEMENT_TABLE) || cr_open_may_be_kind(open, CR_ELEMENT_TEMPLATE);

  (void)known;
  return ends && !cr_open_lets_pass(open, is_sure);
}

/* Closes up to what the tag ends, if the search for it doesn't end before. */
static void end_up_to(struct cr_stack *stack, const struct cr_html_tag *tag,
                      const struct cr_element *known,
                      bool (*ends)(const struct cr_open *, const struct cr_element *, bool *))
{
  bool is_sure = true;

  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (open->space == CR_SPACE_HTML && cr_open_may_be(open, tag, known)) {
      cr_stack_close(stack, i, is_sure);
      return;
    }
    if (ends(open, known, &is_sure))
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
  bool is_sure = form != CR_STACK_NONE && !cr_stack_may_hide_top(stack);

  stack->has_form = false;
  for (size_t i = stack->len;
       i-- > 0 && (cr_open_is_implied(&stack->open[i]) || stack->open[i].is_doubted);)
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
  if (cr_stack_is_in_select(stack))
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
  if (cr_html_is_named(tag->name, "br") && !cr_stack_is_in_select(stack)) /* as <br> */
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
    end_up_to(stack, tag, known, ends_table_search);
    break;
  case CR_ELEMENT_TEMPLATE:
    end_template(stack);
    break;
  default:
    end_up_to(stack, tag, known, ends_search);
  }
}

void cr_html_end_tag(struct cr_stack *stack, const struct cr_html_tag *tag,
                     const struct cr_element *known)
{
  const struct cr_open *top = cr_stack_top(stack);
  if (stack->is_unsure || (top && top->space != CR_SPACE_HTML && end_foreign(stack, tag, known)))
    return;
  end_html(stack, tag, known);
}
