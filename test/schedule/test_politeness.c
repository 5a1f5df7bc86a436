/* SPDX-License-Identifier: MIT */
/* test_politeness.c - when a host may be asked again. */
#include "schedule/politeness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* An end at 5000 may have been one at 5000.999. */
static void delay_counts_from_the_end_of_the_exchange(void **state)
{
  (void)state;
  static const struct {
    int64_t delay_ms;
    int64_t jitter_percent;
    int64_t end_ms;
    uint64_t random;
    int64_t want;
    const char *why;
  } cases[] = {
    { 1000, 0, 5000, 0, 6001, "no jitter" },
    { 1000, 0, 5000, UINT64_MAX, 6001, "nothing to draw from" },
    { 1000, 20, 5000, 0, 6001, "the least" },
    { 1000, 20, 5000, 200, 6201, "the most" },
    { 1000, 20, 5000, 201, 6001, "uniform: begins again" },
    { 1000, 1000, 0, 10000, 11001, "ten times more" },
    { 3, 20, 100, 7, 104, "less than a millisecond of jitter is none" },
    { 5, 20, 100, 1, 107, "" },
    { 1, 1000, -50, 10, -38, "a clock before its zero" },
    { DAY_MS, 1000, 0, (uint64_t)DAY_MS * 10, (int64_t)DAY_MS * 11 + 1, "the options' bounds" },
    { 0, 20, 5000, 77, 5000, "no delay, no jitter" },
    { 0, 1000, 5000, UINT64_MAX, 5000, "" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_politeness p = { .delay_ms = cases[i].delay_ms,
                               .jitter_percent = cases[i].jitter_percent };
    int64_t got = cr_politeness_next_ok(&p, cases[i].end_ms, cases[i].random);
    if (got != cases[i].want)
      fail_msg("row %zu: %lld, not %lld (%s)", i, (long long)got, (long long)cases[i].want,
               cases[i].why);
  }
}

static void never_earlier_than_the_delay_nor_later_than_the_jitter(void **state)
{
  struct cr_random random = { 7 };
  bool least = false;
  bool most = false;
  (void)state;

  for (int i = 0; i < 20000; i++) {
    struct cr_politeness p = { .delay_ms = (int64_t)cr_random_below(&random, DAY_MS + 1),
                               .jitter_percent = (int64_t)cr_random_below(&random, 1001) };
    int64_t wait = cr_politeness_next_ok(&p, 1000, cr_random_next(&random)) - 1000;
    assert_true(wait > p.delay_ms || p.delay_ms == 0);
    assert_true(wait <= p.delay_ms + 1 + p.delay_ms * p.jitter_percent / 100);
  }
  for (uint64_t r = 0; r < 1000; r++) {
    struct cr_politeness p = { .delay_ms = 1000, .jitter_percent = 20 };
    int64_t wait = cr_politeness_next_ok(&p, 0, r);
    assert_true(wait >= 1001 && wait <= 1201);
    least = least || wait == 1001;
    most = most || wait == 1201;
  }
  assert_true(least && most);
}

static void own_server_lifts_the_delay_and_all_caps_but_concurrency(void **state)
{
  struct cr_politeness p = cr_politeness_own_server(64);
  (void)state;

  assert_int_equal(p.host_cap, 64);
  assert_int_equal(p.site_cap, 0);
  assert_int_equal(p.address_cap, 0);
  assert_int_equal(p.delay_ms, 0);
  assert_int_equal(p.jitter_percent, 0);
  assert_int_equal(cr_politeness_next_ok(&p, 12345, UINT64_MAX), 12345);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(delay_counts_from_the_end_of_the_exchange),
    cmocka_unit_test(never_earlier_than_the_delay_nor_later_than_the_jitter),
    cmocka_unit_test(own_server_lifts_the_delay_and_all_caps_but_concurrency),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
