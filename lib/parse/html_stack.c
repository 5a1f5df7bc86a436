/* SPDX-License-Identifier: MIT */
/* html_stack.c - which elements would be open at this point of a document?
 *
 * After sections 13.2.4.2 (scopes), 13.2.4.3 (formatting elements) and 13.2.6.4.7 (the adoption
 * agency) of the HTML standard. A formatting element that is closed only because what it stands in
 * is, opens again with the next text: so it stays here, as pending. All work is bounded by the
 * depth that the guard allows.
 */
#include "parse/html_stack.h"

enum {
  ALIKE = 3,           /* formatting elements that are opened again; more of the same aren't */
  COMPARED = 16,       /* attributes of a tag; with more it is taken as perhaps alike */
  OUTER_LOOPS = 8,     /* of the adoption agency */
  INNER_FORMATTING = 3 /* elements it moves along between two blocks */
};

/* ---- one element ---- */

/* A flag for each space: an element has HTML's properties in HTML only. */
static bool has_flag(const struct cr_open *open, unsigned html, unsigned svg, unsigned math)
{
  const unsigned wanted[] = {
    [CR_SPACE_HTML] = html, [CR_SPACE_SVG] = svg, [CR_SPACE_MATH] = math
  };
  return open->known && (open->known->flags & wanted[open->space]) != 0;
}

bool cr_open_may_be_kind(const struct cr_open *open, enum cr_element_kind kind)
{
  return open->known && open->known->kind == kind && open->space == CR_SPACE_HTML;
}

bool cr_open_has_kind(const struct cr_open *open, enum cr_element_kind kind)
{
  return cr_open_may_be_kind(open, kind) && !open->is_doubted;
}

bool cr_open_may_be(const struct cr_open *open, const struct cr_html_tag *tag,
                    const struct cr_element *known)
{
  return open->known == known && (known || cr_span_eq_nocase(open->name, tag->name));
}

bool cr_open_is_special(const struct cr_open *open)
{
  return has_flag(open, CR_ELEMENT_SPECIAL, CR_ELEMENT_IN_SVG,
                  CR_ELEMENT_IN_MATH | CR_ELEMENT_ANNOTATION);
}

/* A select counts too: inside, an end tag can't reach what is below it. */
bool cr_open_ends_scope(const struct cr_open *open)
{
  return has_flag(open, CR_ELEMENT_SCOPE, CR_ELEMENT_IN_SVG,
                  CR_ELEMENT_IN_MATH | CR_ELEMENT_ANNOTATION) ||
         cr_open_may_be_kind(open, CR_ELEMENT_SELECT);
}

bool cr_open_is_marker(const struct cr_open *open)
{
  return has_flag(open, CR_ELEMENT_MARKER, 0, 0);
}

bool cr_open_is_implied(const struct cr_open *open)
{
  return cr_open_may_be_kind(open, CR_ELEMENT_RUBY_TEXT) ||
         cr_open_may_be_kind(open, CR_ELEMENT_P) || cr_open_may_be_kind(open, CR_ELEMENT_LI) ||
         cr_open_may_be_kind(open, CR_ELEMENT_DEFINITION) ||
         cr_open_may_be_kind(open, CR_ELEMENT_OPTION) ||
         cr_open_may_be_kind(open, CR_ELEMENT_OPTGROUP);
}

bool cr_open_holds_html(const struct cr_open *open)
{
  return open->space == CR_SPACE_HTML || has_flag(open, 0, CR_ELEMENT_IN_SVG, CR_ELEMENT_IN_MATH);
}

bool cr_open_lets_pass(const struct cr_open *open, bool *is_sure)
{
  if (!open->is_doubted && !cr_open_may_be_kind(open, CR_ELEMENT_MAIN))
    return false;
  *is_sure = false;
  return true;
}

/* ---- the stack ---- */

const struct cr_open *cr_stack_top(const struct cr_stack *stack)
{
  return stack->len > 0 ? &stack->open[stack->len - 1] : NULL;
}

void cr_stack_push(struct cr_stack *stack, const struct cr_html_tag *tag,
                   const struct cr_element *known, enum cr_space space)
{
  stack->open[stack->len++] =
      (struct cr_open){ .known = known, .name = tag->name, .rest = tag->rest, .space = space };
  if (stack->len > stack->most)
    stack->most = stack->len;
}

void cr_stack_remove(struct cr_stack *stack, size_t at)
{
  size_t above = stack->len - at - 1;
  memmove(&stack->open[at], &stack->open[at + 1], above * sizeof(stack->open[0]));
  stack->len--;
}

/* What the end of everything from `at` on does to formatting elements. */
struct ending {
  size_t dropped_from; /* those end, the others open again later */
  bool leaves_marker;  /* behind which those further down can't be found any more */
};

/* The end of a cell, a caption, or what is closed itself if it has a marker, takes all up to the
 * last marker along. Markers of something else in between are left over. */
static struct ending look_ahead(const struct cr_stack *stack, size_t at)
{
  size_t markers = 0;
  size_t last = CR_STACK_NONE;
  bool clears = false;

  for (size_t i = at; i < stack->len; i++) {
    const struct cr_open *open = &stack->open[i];
    bool is_part =
        cr_open_has_kind(open, CR_ELEMENT_CELL) || cr_open_has_kind(open, CR_ELEMENT_CAPTION);
    if (!cr_open_is_marker(open))
      continue;
    markers++;
    last = open->is_doubted ? CR_STACK_NONE : i;
    clears = clears || is_part || i == at;
  }
  return (struct ending){ .dropped_from = clears ? last : CR_STACK_NONE,
                          .leaves_marker = markers > (clears ? 1 : 0) };
}

static void close_surely(struct cr_stack *stack, size_t at)
{
  struct ending ending = look_ahead(stack, at);
  size_t kept = at;

  stack->has_stray_marker = stack->has_stray_marker || ending.leaves_marker;
  if (stack->has_stray_marker)
    ending.dropped_from = CR_STACK_NONE;
  for (size_t i = at; i < stack->len && i < ending.dropped_from; i++) {
    if (!stack->open[i].is_listed)
      continue;
    stack->open[kept] = stack->open[i];
    stack->open[kept++].is_pending = true;
  }
  stack->len = kept;
  for (size_t i = 0; i < kept && stack->has_stray_marker; i++)
    stack->open[i].is_doubted = stack->open[i].is_doubted || stack->open[i].is_listed;
}

void cr_stack_close(struct cr_stack *stack, size_t at, bool is_sure)
{
  if (is_sure && !stack->open[at].is_doubted)
    close_surely(stack, at);
  else
    cr_stack_doubt(stack, at);
}

/* If it is svg, math or a select that may be closed, other rules may hold from here on. */
static void doubt(struct cr_stack *stack, struct cr_open *open)
{
  open->is_doubted = true;
  if (cr_open_may_be_kind(open, CR_ELEMENT_SELECT) ||
      (open->known && open->known->kind == CR_ELEMENT_FOREIGN))
    stack->is_unsure = true;
}

void cr_stack_doubt(struct cr_stack *stack, size_t at)
{
  for (size_t i = at; i < stack->len; i++)
    doubt(stack, &stack->open[i]);
}

size_t cr_stack_find(const struct cr_stack *stack, enum cr_element_kind kind,
                     enum cr_element_kind barrier, bool *is_sure)
{
  *is_sure = true;
  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (cr_open_may_be_kind(open, kind))
      return i;
    bool ends = cr_open_ends_scope(open) || cr_open_may_be_kind(open, barrier);
    if (ends && !cr_open_lets_pass(open, is_sure))
      break;
  }
  return CR_STACK_NONE;
}

void cr_stack_close_kind(struct cr_stack *stack, enum cr_element_kind kind,
                         enum cr_element_kind barrier)
{
  bool is_sure = true;
  size_t at = cr_stack_find(stack, kind, barrier, &is_sure);
  if (at != CR_STACK_NONE)
    cr_stack_close(stack, at, is_sure);
}

size_t cr_stack_table(const struct cr_stack *stack)
{
  for (size_t i = stack->len; i-- > 0;) {
    if (cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_TABLE) ||
        cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_TEMPLATE))
      return i;
  }
  return CR_STACK_NONE;
}

bool cr_stack_is_in_template(const struct cr_stack *stack)
{
  size_t at = cr_stack_table(stack);
  return at != CR_STACK_NONE && cr_open_may_be_kind(&stack->open[at], CR_ELEMENT_TEMPLATE);
}

bool cr_stack_is_in_select(struct cr_stack *stack)
{
  bool is_sure = true;
  size_t at = cr_stack_find(stack, CR_ELEMENT_SELECT, CR_ELEMENT_TEMPLATE, &is_sure);
  stack->is_unsure = stack->is_unsure || (at != CR_STACK_NONE && !is_sure);
  return at != CR_STACK_NONE;
}

bool cr_stack_may_hide_top(const struct cr_stack *stack)
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

/* ---- formatting elements ---- */

/* The topmost of a name that is listed, behind the last marker. */
static size_t find_formatting(const struct cr_stack *stack, const struct cr_element *known,
                              bool *is_sure)
{
  *is_sure = true;
  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (open->known == known && open->is_listed)
      return i;
    /* Parsers differ in whether one that isn't listed any more comes first. */
    *is_sure = *is_sure && (open->known != known || open->space != CR_SPACE_HTML);
    if (cr_open_is_marker(open) && !cr_open_lets_pass(open, is_sure))
      break;
  }
  return CR_STACK_NONE;
}

/* A pending one may have been opened again anywhere above its place. */
static void close_pending(struct cr_stack *stack, size_t at)
{
  cr_stack_remove(stack, at);
  for (size_t i = at; i < stack->len; i++)
    if (!cr_open_is_special(&stack->open[i]) ||
        cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_MAIN))
      doubt(stack, &stack->open[i]);
}

/* Elements between two blocks go, formatting elements are moved along, the first few of them. */
static void thin_out(struct cr_stack *stack, size_t from, size_t end)
{
  size_t formatting = 0;

  for (size_t i = end; i-- > from;) {
    struct cr_open *open = &stack->open[i];
    if (cr_open_is_special(open)) {
      formatting = 0;
    } else if (open->is_listed) {
      formatting++;
      open->is_doubted = open->is_doubted || formatting > INNER_FORMATTING;
    } else if (!open->is_doubted) {
      cr_stack_remove(stack, i);
    }
  }
}

/* What the adoption agency comes to: the blocks above `at` stay, all above the last goes. */
static void adopt(struct cr_stack *stack, size_t at)
{
  size_t blocks = 0;
  size_t end = at + 1; /* behind the last block */

  for (size_t i = at + 1; i < stack->len; i++) {
    if (cr_open_may_be_kind(&stack->open[i], CR_ELEMENT_MAIN) || stack->open[i].is_doubted) {
      cr_stack_doubt(stack, at); /* a block to some parsers, to others not */
      return;
    }
    if (cr_open_is_special(&stack->open[i])) {
      blocks++;
      end = i + 1;
    }
  }
  if (blocks >= OUTER_LOOPS) {
    cr_stack_doubt(stack, at);
    return;
  }
  if (end < stack->len)
    cr_stack_close(stack, end, true);
  thin_out(stack, at + 1, end);
  cr_stack_remove(stack, at);
}

/* Is nothing above `at` that ends a scope? */
static bool is_in_scope(const struct cr_stack *stack, size_t at, bool *is_sure)
{
  for (size_t i = at + 1; i < stack->len; i++)
    if (cr_open_ends_scope(&stack->open[i]) && !cr_open_lets_pass(&stack->open[i], is_sure))
      return false;
  return true;
}

static void close_found(struct cr_stack *stack, size_t at, bool is_sure)
{
  if (!is_sure || stack->open[at].is_doubted)
    cr_stack_doubt(stack, at);
  else if (stack->open[at].is_pending)
    close_pending(stack, at);
  else
    adopt(stack, at);
}

bool cr_stack_close_formatting(struct cr_stack *stack, const struct cr_element *known)
{
  bool is_sure = true;
  size_t at = find_formatting(stack, known, &is_sure);
  if (at == CR_STACK_NONE)
    return false;
  if (is_in_scope(stack, at, &is_sure))
    close_found(stack, at, is_sure);
  else if (stack->open[at].is_pending)
    stack->open[at].is_doubted = true; /* off the list, if it wasn't opened again */
  return true;
}

/* A second <a> ends the first wherever that is. */
static void end_other_a(struct cr_stack *stack, const struct cr_element *known)
{
  bool is_sure = true;
  size_t at = find_formatting(stack, known, &is_sure);
  if (at == CR_STACK_NONE)
    return;
  if (is_in_scope(stack, at, &is_sure) || !is_sure || stack->open[at].is_doubted)
    close_found(stack, at, is_sure);
  else
    cr_stack_remove(stack, at);
}

/* The value of the first attribute of that name. False: there is none. */
static bool find_value(struct cr_span rest, struct cr_span wanted, struct cr_span *value)
{
  struct cr_html_scan s = { rest.at, rest.at + rest.len };
  struct cr_span name;

  while (cr_html_scan_attribute(&s, &name, value))
    if (cr_span_eq_nocase(name, wanted))
      return true;
  return false;
}

/* Does b have all attributes of a, with the same values? */
static bool includes(struct cr_span b, struct cr_span a)
{
  struct cr_html_scan s = { a.at, a.at + a.len };
  struct cr_span name;
  struct cr_span first;
  struct cr_span other;

  while (cr_html_scan_attribute(&s, &name, &first)) {
    if (!find_value(a, name, &first) || !find_value(b, name, &other) || !cr_span_eq(first, other))
      return false;
  }
  return true;
}

static bool is_hard_to_compare(struct cr_span rest)
{
  struct cr_html_scan s = { rest.at, rest.at + rest.len };
  struct cr_span name;
  struct cr_span value;
  size_t count = 0;

  while (count <= COMPARED && cr_html_scan_attribute(&s, &name, &value))
    count++;
  return count > COMPARED || (rest.len > 0 && memchr(rest.at, '&', rest.len));
}

/* Have both tags the same attributes? *is_sure is left alone if that is certain. */
static bool are_alike(struct cr_span a, struct cr_span b, bool *is_sure)
{
  if (cr_span_eq(a, b))
    return true;
  if (is_hard_to_compare(a) || is_hard_to_compare(b)) {
    *is_sure = false;
    return true;
  }
  return includes(a, b) && includes(b, a);
}

/* A fourth of the same kind takes the first off the list. */
static void limit_alike(struct cr_stack *stack, const struct cr_html_tag *tag,
                        const struct cr_element *known)
{
  size_t alike = 0;
  size_t first = CR_STACK_NONE;
  bool is_sure = true;

  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if (open->is_listed && open->known == known && are_alike(open->rest, tag->rest, &is_sure)) {
      is_sure = is_sure && !open->is_doubted;
      first = i;
      alike++;
    }
    if (cr_open_is_marker(open) && !cr_open_lets_pass(open, &is_sure))
      break;
  }
  if (alike < ALIKE)
    return;
  if (is_sure && !stack->open[first].is_pending)
    stack->open[first].is_listed = false;
  else
    stack->open[first].is_doubted = true;
}

/* "Reconstruct": those at the end of the list that aren't open. */
void cr_stack_reopen(struct cr_stack *stack)
{
  size_t lowest = stack->len;

  for (size_t i = stack->len; i-- > 0;) {
    const struct cr_open *open = &stack->open[i];
    if ((open->is_listed || cr_open_is_marker(open)) && open->is_doubted)
      return; /* nobody knows */
    if (cr_open_is_marker(open) || (open->is_listed && !open->is_pending))
      break;
    if (open->is_listed)
      lowest = i;
  }
  for (size_t i = lowest, left = stack->len - lowest; left > 0; left--) {
    struct cr_open open = stack->open[i];
    if (!open.is_listed) {
      i++;
      continue;
    }
    cr_stack_remove(stack, i);
    open.is_pending = false;
    stack->open[stack->len++] = open;
  }
}

void cr_stack_open_formatting(struct cr_stack *stack, const struct cr_html_tag *tag,
                              const struct cr_element *known)
{
  if (cr_span_eq_nocase(tag->name, CR_SPAN("nobr")))
    (void)cr_stack_close_formatting(stack, known); /* there may be none */
  else if (cr_span_eq_nocase(tag->name, CR_SPAN("a")))
    end_other_a(stack, known);
  limit_alike(stack, tag, known);
  cr_stack_push(stack, tag, known, CR_SPACE_HTML);
  stack->open[stack->len - 1].is_listed = true;
}
