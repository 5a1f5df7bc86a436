/* SPDX-License-Identifier: MIT */
/* test_trap_parts.c - a URL taken apart, and the rules that look at one URL. */
#include "filter/trap_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"

#define NOW_MS 1795824000000 /* 28 November 2026 */

static const struct cr_trap_limits defaults = {
  .url_bytes = 2048, .segments = 32, .repeats = 3, .parameters = 4, .years = 10
};

static uint8_t judge(const char *target)
{
  struct cr_trap_parts parts;

  cr_trap_split(&parts, cr_span_text(target));
  return cr_trap_over_limit(&parts, strlen(target), &defaults, NOW_MS);
}

static void targets_come_apart_at_slashes_and_ampersands(void **state)
{
  static const struct {
    const char *target;
    const char *path;
    size_t segments;
    size_t parameters;
    const char *last; /* parameter, or segment if there is none */
  } cases[] = {
    { "/", "/", 1, 0, "" },
    { "/a/b", "/a/b", 2, 0, "b" },
    { "/a/b/", "/a/b/", 3, 0, "" },
    { "//a", "//a", 2, 0, "a" },
    { "/a?b=1&c", "/a", 1, 2, "c" },
    { "/a?&b=1&&c=&", "/a", 1, 2, "c=" },
    { "/a?", "/a", 1, 0, "a" },
    { "/a?b/c?d", "/a", 1, 1, "b/c?d" },
    { "/a?b#c&d", "/a", 1, 1, "b" },
    { "/a#b?c", "/a", 1, 0, "a" },
    { "/a;jsessionid=12?b", "/a", 1, 2, "b" },
    { "/a;b/c", "/a;b/c", 2, 0, "c" }, /* not at the end */
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_trap_parts parts;
    struct cr_span last;

    cr_trap_split(&parts, cr_span_text(cases[i].target));
    assert_true(cr_span_eq(parts.path, cr_span_text(cases[i].path)));
    assert_int_equal(parts.segment_count, cases[i].segments);
    assert_int_equal(parts.parameter_count, cases[i].parameters);
    last = parts.parameter_count ? parts.parameters[parts.parameter_count - 1]
                                 : parts.segments[parts.segment_count - 1];
    assert_true(cr_span_eq(last, cr_span_text(cases[i].last)));
  }
}

static void one_url_tells_these_traps(void **state)
{
  static const struct {
    const char *target;
    uint8_t rule;
  } cases[] = {
    { "/", CRAWLER_TRAP_NONE },
    { "/a?a&b&c&d", CRAWLER_TRAP_NONE },
    { "/a?a&b&c&d&e", CRAWLER_TRAP_PARAMETERS },
    { "/1/2/3/4/5/6/7/8/9/1/2/3/4/5/6/7/8/9/1/2/3/4/5/6/7/8/9/1/2/3/4/5", CRAWLER_TRAP_NONE },
    { "/1/2/3/4/5/6/7/8/9/1/2/3/4/5/6/7/8/9/1/2/3/4/5/6/7/8/9/1/2/3/4/5/", CRAWLER_TRAP_DEPTH },
    { "/css/css/css/x", CRAWLER_TRAP_NONE },
    { "/css/css/css/css/x", CRAWLER_TRAP_REPEATS },
    { "/css/js/css/js/css/js/css/x", CRAWLER_TRAP_REPEATS },
    { "/css/Css/css/css/x", CRAWLER_TRAP_NONE },
    { "/0/0/0/0/0/x", CRAWLER_TRAP_NONE }, /* folders by digits, as of a mirror's pool */
    { "/11/11/11/11/11", CRAWLER_TRAP_NONE },
    { "//////", CRAWLER_TRAP_NONE },
    { "/a/a/a/a/a", CRAWLER_TRAP_NONE }, /* likewise by letters */
    { "/2026/11/28/", CRAWLER_TRAP_NONE },
    { "/2036/11/28/", CRAWLER_TRAP_NONE },
    { "/2037/11/28/", CRAWLER_TRAP_CALENDAR },
    { "/2037/1", CRAWLER_TRAP_CALENDAR },
    { "/2037/13", CRAWLER_TRAP_NONE }, /* no month */
    { "/2037", CRAWLER_TRAP_NONE },    /* a number */
    { "/wiki/2037", CRAWLER_TRAP_NONE },
    { "/1926/11/28/", CRAWLER_TRAP_NONE }, /* an archive of a newspaper */
    { "/1925/12/", CRAWLER_TRAP_CALENDAR },
    { "/0001/01/", CRAWLER_TRAP_CALENDAR },
    { "/cal?month=2037-01", CRAWLER_TRAP_CALENDAR },
    { "/cal?d=2037-01-31", CRAWLER_TRAP_CALENDAR },
    { "/cal?d=2037-01-32", CRAWLER_TRAP_NONE },
    { "/cal?d=2037-01-31x", CRAWLER_TRAP_NONE },
    { "/cal?d=2026-12", CRAWLER_TRAP_NONE },
    { "/cal/2037-01/", CRAWLER_TRAP_CALENDAR },
    { "/cal?Year=2037&m=1", CRAWLER_TRAP_CALENDAR },
    { "/cal?id=2037", CRAWLER_TRAP_NONE },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    if (judge(cases[i].target) != cases[i].rule)
      print_error("%s\n", cases[i].target);
    assert_int_equal(judge(cases[i].target), cases[i].rule);
  }
}

static void a_long_url_is_left_out(void **state)
{
  char target[2100] = "/";
  (void)state;

  memset(target + 1, 'a', 2047);
  assert_int_equal(judge(target), CRAWLER_TRAP_NONE);
  memset(target + 1, 'a', 2048);
  assert_int_equal(judge(target), CRAWLER_TRAP_LENGTH);
}

static void minus_one_is_no_limit(void **state)
{
  static const struct cr_trap_limits none = { -1, -1, -1, -1, -1 };
  static char target[16000];
  struct cr_trap_parts parts;
  (void)state;

  for (size_t i = 0; i < sizeof(target) - 1; i += 3)
    memcpy(target + i, i < 8000 ? "/ab" : i < 8003 ? "?ab" : "&ab", 3);
  target[sizeof(target) - 1] = '\0';
  cr_trap_split(&parts, cr_span_text(target));
  assert_true(parts.segment_count > CR_TRAP_SEGMENTS);
  assert_true(parts.parameter_count > CR_TRAP_PARAMETERS);
  assert_int_equal(cr_trap_segments_kept(&parts), CR_TRAP_SEGMENTS);
  assert_int_equal(cr_trap_parameters_kept(&parts), CR_TRAP_PARAMETERS);
  assert_int_equal(cr_trap_over_limit(&parts, sizeof(target), &none, NOW_MS), CRAWLER_TRAP_NONE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(targets_come_apart_at_slashes_and_ampersands),
    cmocka_unit_test(one_url_tells_these_traps),
    cmocka_unit_test(a_long_url_is_left_out),
    cmocka_unit_test(minus_one_is_no_limit),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
