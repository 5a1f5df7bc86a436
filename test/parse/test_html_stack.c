/* SPDX-License-Identifier: MIT */
/* test_html_stack.c - which elements would be open at this point of a document?
 *
 * Scopes, formatting elements and doubt by themselves; with whole documents: test_html_guard.c.
 */
#include "parse/html_stack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct cr_html_tag tag_of(const char *name, const char *rest)
{
  return (struct cr_html_tag){ .name = cr_span_text(name), .rest = cr_span_text(rest) };
}

static void push(struct cr_stack *stack, const char *name)
{
  struct cr_html_tag tag = tag_of(name, "");
  cr_stack_push(stack, &tag, cr_html_element(tag.name), CR_SPACE_HTML);
}

static void format(struct cr_stack *stack, const char *name, const char *rest)
{
  struct cr_html_tag tag = tag_of(name, rest);
  cr_stack_open_formatting(stack, &tag, cr_html_element(tag.name));
}

static bool end_format(struct cr_stack *stack, const char *name)
{
  return cr_stack_close_formatting(stack, cr_html_element(cr_span_text(name)));
}

/* The names from the bottom up; "~" before one that is pending, "?" before one that is doubted. */
static void expect(const struct cr_stack *stack, const char *want)
{
  char got[256] = "";
  size_t len = 0;

  for (size_t i = 0; i < stack->len; i++) {
    const struct cr_open *open = &stack->open[i];
    len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s%.*s ", open->is_pending ? "~" : "",
                            open->is_doubted ? "?" : "", (int)open->name.len, open->name.at);
  }
  assert_string_equal(got, want);
}

static void a_scope_ends_at_its_elements(void **state)
{
  (void)state;
  struct cr_stack stack = { .len = 0 };
  bool is_sure = false;

  push(&stack, "p");
  push(&stack, "span");
  assert_int_equal(cr_stack_find(&stack, CR_ELEMENT_P, CR_ELEMENT_BUTTON, &is_sure), 0);
  assert_true(is_sure);
  push(&stack, "button");
  assert_int_equal(cr_stack_find(&stack, CR_ELEMENT_P, CR_ELEMENT_BUTTON, &is_sure), CR_STACK_NONE);
  assert_int_equal(cr_stack_find(&stack, CR_ELEMENT_P, CR_ELEMENT_P, &is_sure), 0);
  push(&stack, "td");
  assert_int_equal(cr_stack_find(&stack, CR_ELEMENT_P, CR_ELEMENT_P, &is_sure), CR_STACK_NONE);
}

static void what_is_doubted_makes_a_search_unsure(void **state)
{
  (void)state;
  struct cr_stack stack = { .len = 0 };
  bool is_sure = true;

  push(&stack, "p");
  push(&stack, "td");
  cr_stack_doubt(&stack, 1);
  assert_int_equal(cr_stack_find(&stack, CR_ELEMENT_P, CR_ELEMENT_P, &is_sure), 0);
  assert_false(is_sure);
  cr_stack_close_kind(&stack, CR_ELEMENT_P, CR_ELEMENT_P);
  expect(&stack, "?p ?td ");
  assert_false(stack.is_unsure);
  push(&stack, "select");
  cr_stack_doubt(&stack, 2);
  assert_true(stack.is_unsure);
}

static void formatting_outlives_what_it_stands_in(void **state)
{
  (void)state;
  struct cr_stack stack = { .len = 0 };

  push(&stack, "p");
  format(&stack, "b", "");
  push(&stack, "span");
  cr_stack_close(&stack, 0, true);
  expect(&stack, "~b ");
  push(&stack, "p");
  cr_stack_reopen(&stack);
  expect(&stack, "p b ");
  assert_true(end_format(&stack, "b"));
  expect(&stack, "p ");
  assert_false(end_format(&stack, "b"));
}

static void a_cell_takes_its_formatting_along(void **state)
{
  (void)state;
  struct cr_stack stack = { .len = 0 };

  format(&stack, "i", "");
  push(&stack, "td");
  format(&stack, "b", "");
  assert_false(end_format(&stack, "i")); /* behind the marker */
  cr_stack_close(&stack, 1, true);
  expect(&stack, "i ");
}

static void the_adoption_agency_leaves_blocks(void **state)
{
  (void)state;
  struct cr_stack stack = { .len = 0 };

  format(&stack, "b", "");
  push(&stack, "span");
  format(&stack, "i", "");
  push(&stack, "div");
  push(&stack, "span");
  assert_true(end_format(&stack, "b"));
  expect(&stack, "i div ");
}

static void many_blocks_are_too_many_for_the_agency(void **state)
{
  (void)state;
  struct cr_stack stack = { .len = 0 };

  format(&stack, "b", "");
  for (int i = 0; i < 8; i++)
    push(&stack, "div");
  assert_true(end_format(&stack, "b"));
  assert_int_equal(stack.len, 9);
  assert_true(stack.open[0].is_doubted);
}

static void a_second_a_ends_the_first(void **state)
{
  (void)state;
  struct cr_stack stack = { .len = 0 };

  format(&stack, "a", " href=1");
  push(&stack, "span");
  format(&stack, "a", " href=2");
  expect(&stack, "a ");
  push(&stack, "table");
  format(&stack, "a", " href=3");
  expect(&stack, "table a "); /* out of scope, and taken out all the same */
  format(&stack, "nobr", "");
  format(&stack, "nobr", "");
  expect(&stack, "table a nobr ");
}

static void of_four_alike_the_first_is_forgotten(void **state)
{
  (void)state;
  static const struct {
    const char *rest[4];
    bool is_forgotten;
    bool is_doubted;
  } cases[] = {
    { { "", "", "", "" }, true, false },
    { { " a=1", " A='1' ", "/a=\"1\"/", " a=1 a=2" }, true, false },
    { { " a=1 b=2", " b=2 a=1", " b='2' a=1", " a=1 b=2" }, true, false },
    { { " a=1", " a=1", " a=1", " a=2" }, false, false },
    { { " a=1", " a=1", " a=1", " a" }, false, false },
    { { " a=1", " a=2", " a=3", " a=4" }, false, false },
    { { " a=&#49;", " a=1", " a=1", " a=1" }, false, true },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_stack stack = { .len = 0 };
    for (size_t k = 0; k < 4; k++)
      format(&stack, "font", cases[i].rest[k]);
    assert_int_equal(stack.len, 4);
    assert_int_equal(stack.open[0].is_listed, !cases[i].is_forgotten);
    assert_int_equal(stack.open[0].is_doubted, cases[i].is_doubted);
  }
}

static void the_greatest_depth_is_kept(void **state)
{
  (void)state;
  struct cr_stack stack = { .len = 0 };

  for (int i = 0; i <= CR_HTML_MAX_DEPTH; i++)
    push(&stack, "div");
  cr_stack_close(&stack, 3, true);
  assert_int_equal(stack.len, 3);
  assert_int_equal(stack.most, CR_HTML_MAX_DEPTH + 1);
  cr_stack_remove(&stack, 1);
  assert_int_equal(stack.len, 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_scope_ends_at_its_elements),
    cmocka_unit_test(what_is_doubted_makes_a_search_unsure),
    cmocka_unit_test(formatting_outlives_what_it_stands_in),
    cmocka_unit_test(a_cell_takes_its_formatting_along),
    cmocka_unit_test(the_adoption_agency_leaves_blocks),
    cmocka_unit_test(many_blocks_are_too_many_for_the_agency),
    cmocka_unit_test(a_second_a_ends_the_first),
    cmocka_unit_test(of_four_alike_the_first_is_forgotten),
    cmocka_unit_test(the_greatest_depth_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
