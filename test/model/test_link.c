/* SPDX-License-Identifier: MIT */
/* test_link.c - the kinds of links by name. */
#include "model/link.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_kind_has_a_name_and_nothing_else_has(void **state)
{
  static const int others[] = { 0, -1, INT_MIN, CRAWLER_LINK_GUESS + 1, 1000, INT_MAX };
  (void)state;

  assert_string_equal(cr_link_kind_name(CRAWLER_LINK_A), "a");
  assert_string_equal(cr_link_kind_name(CRAWLER_LINK_AREA), "area");
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    assert_null(cr_link_kind_name(others[i]));
}

/* Who lists them all begins with 1 and ends with the first that has none. */
static void kinds_are_numbered_from_1_without_gaps(void **state)
{
  (void)state;
  for (int kind = 1; kind <= CRAWLER_LINK_GUESS; kind++)
    assert_non_null(cr_link_kind_name(kind));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kind_has_a_name_and_nothing_else_has),
    cmocka_unit_test(kinds_are_numbered_from_1_without_gaps),
  };
  return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
