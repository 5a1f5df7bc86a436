/* SPDX-License-Identifier: MIT */
/* test_adapt.c - a delay that follows how a host bears up. */
#include "schedule/adapt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"

static void a_status_is_good_or_bad_or_says_nothing_of_the_server(void **state)
{
  (void)state;
  for (int status = 0; status < 600; status++) {
    enum cr_adapt_word want = status == 0 || status == 429 || status >= 500 ? CR_ADAPT_BAD
                              : status >= 400                               ? CR_ADAPT_NEITHER
                                                                            : CR_ADAPT_GOOD;
    assert_int_equal(cr_adapt_word(status), want);
  }
}

static void slow_answers_and_errors_lengthen_it_and_quick_good_ones_shorten_it(void **state)
{
  static const struct {
    int64_t least_ms, most_ms, delay_ms;
    enum cr_adapt_word word;
    int64_t latency_ms, want;
    const char *why;
  } rows[] = {
    { 1000, 0, 0, CR_ADAPT_BAD, 9000, 0, "off" },
    { 1000, 60000, 0, CR_ADAPT_GOOD, 200, 1000, "nothing below what holds otherwise" },
    { 1000, 60000, 0, CR_ADAPT_GOOD, 1500, 1500, "as long as it took" },
    { 1000, 60000, 0, CR_ADAPT_GOOD, 9000, 2000, "at most doubled" },
    { 1000, 60000, 2000, CR_ADAPT_GOOD, 9000, 4000, "" },
    { 1000, 60000, 8000, CR_ADAPT_GOOD, 200, 7750, "a step: a quarter of the delay" },
    { 1000, 60000, 8000, CR_ADAPT_GOOD, 7900, 7900, "not below the latency" },
    { 1000, 60000, 1100, CR_ADAPT_GOOD, 0, 1000, "" },
    { 200, 60000, 500, CR_ADAPT_GOOD, 0, 400, "the least step" },
    { 1000, 60000, 4000, CR_ADAPT_BAD, 1, 8000, "an error doubles it, however quick" },
    { 1000, 60000, 0, CR_ADAPT_BAD, 1, 2000, "" },
    { 0, 60000, 0, CR_ADAPT_BAD, 1, 100, "from nothing" },
    { 0, 60000, 0, CR_ADAPT_GOOD, 30, 30, "" },
    { 1000, 60000, 4000, CR_ADAPT_NEITHER, 1, 4000, "nothing to be faster for" },
    { 1000, 60000, 4000, CR_ADAPT_NEITHER, 5000, 5000, "slow is slow" },
    { 1000, 60000, 50000, CR_ADAPT_BAD, 1, 60000, "the most" },
    { 5000, 2000, 0, CR_ADAPT_BAD, 1, 5000, "a most below the least" },
    { 5000, 60000, 1000, CR_ADAPT_NEITHER, 1, 5000, "the least was raised" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_adapt_rule rule = { rows[i].least_ms, rows[i].most_ms };
    int64_t got = cr_adapt_after(&rule, rows[i].delay_ms, rows[i].word, rows[i].latency_ms);
    if (got != rows[i].want)
      fail_msg("row %zu: %lld, not %lld (%s)", i, (long long)got, (long long)rows[i].want,
               rows[i].why);
  }
}

static void whatever_comes_it_stays_in_bounds_and_errors_never_speed_it_up(void **state)
{
  struct cr_random random = { 11 };
  (void)state;

  for (int crawl = 0; crawl < 100; crawl++) {
    const struct cr_adapt_rule rule = { (int64_t)cr_random_below(&random, 3000),
                                        4000 + (int64_t)cr_random_below(&random, 60000) };
    int64_t delay_ms = 0;
    for (int i = 0; i < 1000; i++) {
      enum cr_adapt_word word = (enum cr_adapt_word)cr_random_below(&random, 3);
      int64_t latency_ms = (int64_t)cr_random_below(&random, 40000);
      int64_t next_ms = cr_adapt_after(&rule, delay_ms, word, latency_ms);
      assert_true(next_ms >= rule.least_ms && next_ms <= rule.most_ms);
      assert_true(word == CR_ADAPT_GOOD || next_ms >= delay_ms);
      delay_ms = next_ms;
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_status_is_good_or_bad_or_says_nothing_of_the_server),
    cmocka_unit_test(slow_answers_and_errors_lengthen_it_and_quick_good_ones_shorten_it),
    cmocka_unit_test(whatever_comes_it_stays_in_bounds_and_errors_never_speed_it_up),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
