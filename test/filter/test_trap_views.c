/* SPDX-License-Identifier: MIT */
/* test_trap_views.c - which URLs have a view in common, and by which rule. */
#include "filter/trap_views.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static size_t views_of(const char *target, struct cr_trap_view views[CR_TRAP_VIEWS])
{
  struct cr_trap_parts parts;

  cr_trap_split(&parts, cr_span_text(target));
  return cr_trap_views(&parts, 7, views);
}

/* How many groups, or variants, two URLs have in common. */
static int in_common(const char *a, const char *b, bool variants)
{
  struct cr_trap_view of_a[CR_TRAP_VIEWS];
  struct cr_trap_view of_b[CR_TRAP_VIEWS];
  size_t a_count = views_of(a, of_a);
  size_t b_count = views_of(b, of_b);
  int count = 0;

  for (size_t i = 0; i < a_count; i++)
    for (size_t k = 0; k < b_count; k++)
      count += of_a[i].rest == of_b[k].rest && of_a[i].rule == of_b[k].rule &&
               (of_a[i].rule != 0) == variants;
  return count;
}

static void urls_of_a_trap_have_views_in_common(void **state)
{
  static const struct {
    const char *a, *b;
    int groups, variants;
    const char *why;
  } cases[] = {
    { "/a", "/b", 0, 0, "nothing" },
    { "/tag/x", "/tag/y", 1, 0, "a folder" },
    { "/a/b/x", "/a/b/y", 2, 0, "two folders" },
    { "/a/b/c/d/x", "/a/b/c/d/y", 3, 0, "no more than three" },
    { "/a/x/", "/b/x/", 1, 0, "the ending" },
    { "/a/x/", "/b/x", 1, 0, "the ending, with a slash or without" },
    { "/x", "/y/x", 0, 0, "one segment is no ending" },
    { "/a?b=1", "/a?c=2", 1, 0, "the path; each parameter has a rule of its own" },
    { "/a?r=1", "/a?r=2", 1, 1, "a parameter left out" },
    { "/a?r=1&s=1", "/a?s=1&r=2", 1, 1, "the same in another order" },
    { "/a?s=1&r=1", "/a?r=1&s=1", 1, 3, "order itself, and each left out" },
    { "/a?r=1&s=1", "/a?r=2&s=2", 1, 0, "two parameters differ" },
    { "/s/1f9a77/x", "/s/2b0c11/x", 2, 1, "a session's number in the path; folder and ending" },
    { "/s/1f9a77/x", "/s/2b0c11/y", 1, 0, "of other pages" },
    { "/s/abc/x", "/s/abd/x", 2, 0, "a word is no number" },
    { "/About/X", "/about/x", 0, 0, "lower case alone is as good as none" },
    { "/About/X", "/aBout/x", 0, 1, "letter case" },
    { "/About/X?a", "/aBout/x?b", 0, 0, "a query counts" },
    { "/p;jsessionid=1", "/p;jsessionid=2", 1, 1, "a parameter of the path" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    int groups = in_common(cases[i].a, cases[i].b, false);
    int variants = in_common(cases[i].a, cases[i].b, true);

    if (groups != cases[i].groups || variants != cases[i].variants)
      print_error("%s %s: %d %d, %s\n", cases[i].a, cases[i].b, groups, variants, cases[i].why);
    assert_int_equal(groups, cases[i].groups);
    assert_int_equal(variants, cases[i].variants);
  }
}

static void sessions_are_known_by_name(void **state)
{
  struct cr_trap_view views[CR_TRAP_VIEWS];
  size_t count = views_of("/a?PHPSESSID=1&x=2", views);
  int sessions = 0;
  (void)state;

  for (size_t i = 0; i < count; i++)
    sessions += views[i].is_session;
  assert_int_equal(sessions, 1);
}

static void there_are_never_more_views_than_room(void **state)
{
  struct cr_trap_view views[CR_TRAP_VIEWS];
  (void)state;

  assert_in_range(views_of("/1/2/3/4/5/A/b?a&b&c&d&e&f&g&h&i", views), 1, CR_TRAP_VIEWS);
  assert_int_equal(views_of("/", views), 0);
  assert_int_equal(views_of("", views), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(urls_of_a_trap_have_views_in_common),
    cmocka_unit_test(sessions_are_known_by_name),
    cmocka_unit_test(there_are_never_more_views_than_room),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
