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

#include "parse/html_rules.h"
#include "parse/parse.h"

enum { TAGS_A_CHECK = 1024 };

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
  if (text.len > 0 && text.at[0] != '<' && !stack->is_unsure && top && cr_open_holds_html(top) &&
      !cr_stack_is_in_select(stack))
    cr_stack_reopen(stack);
}

static const struct cr_element *as_gumbo_knows(const struct cr_element *known)
{
  return known && known->kind == CR_ELEMENT_NEWER ? NULL : known;
}

static void note_piece(struct cr_html_shape *shape, const char *from, const char *to)
{
  size_t bytes = (size_t)(to - from);

  if (bytes > shape->piece_bytes)
    shape->piece_bytes = bytes;
}

struct cr_html_shape cr_html_measure(struct cr_span html, const atomic_bool *given_up)
{
  struct cr_html_scan s = { html.at, html.at + html.len };
  struct cr_html_shape shape = { 0, 0, 0 };
  const char *behind = s.at; /* the last tag */
  const char *last = s.at;   /* its name */
  unsigned tags = 0;
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
    if (++tags % TAGS_A_CHECK == 0 && cr_is_given_up(given_up))
      break;
    note_piece(&shape, last, tag.name.at);
    last = tag.name.at;
    const struct cr_element *known = as_gumbo_knows(cr_html_element(tag.name));
    pass_text(&stack, cr_span(behind, (size_t)(tag.name.at - 1 - (tag.is_end ? 1 : 0) - behind)));
    if (tag.attributes > shape.attributes)
      shape.attributes = tag.attributes;
    if (tag.is_end)
      cr_html_end_tag(&stack, &tag, known);
    else
      cr_html_start_tag(&stack, &s, &tag, known);
    behind = s.at;
  }
  note_piece(&shape, last, html.at + html.len);
  shape.depth = stack.most;
  return shape;
}

enum cr_parse_note cr_html_guard(struct cr_span html, const atomic_bool *given_up)
{
  struct cr_html_shape shape = cr_html_measure(html, given_up);
  bool is_over = shape.depth > CR_HTML_MAX_DEPTH || shape.attributes > CR_HTML_MAX_ATTRIBUTES;
  if (is_over)
    return CR_PARSE_TOO_DEEP;
  return shape.piece_bytes > CR_HTML_MAX_PIECE ? CR_PARSE_TOO_BIG : CR_PARSE_WHOLE;
}
