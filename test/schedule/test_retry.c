/* SPDX-License-Identifier: MIT */
/* test_retry.c - which failures are worth another attempt, and when. */
#include "schedule/retry.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"

enum { HOUR_MS = 60 * 60 * 1000, REASONS = 128 };

/* As docs/reference/outcomes.md promises. */
static bool is_documented_as_retried(int reason)
{
  switch (reason) {
  case CRAWLER_FAILED_DNS:
  case CRAWLER_FAILED_CONNECT:
  case CRAWLER_FAILED_TIMEOUT:
  case CRAWLER_FAILED_TRUNCATED:
  case CRAWLER_FAILED_INTERNAL:
    return true;
  default:
    return false;
  }
}

static void only_what_may_pass_is_tried_again(void **state)
{
  (void)state;
  for (int reason = -1; reason < REASONS; reason++)
    if (cr_retry_is_worth((crawler_reason)reason, true) != is_documented_as_retried(reason))
      fail_msg("reason %d", reason);
}

static void what_must_not_be_repeated_never_is(void **state)
{
  (void)state;
  for (int reason = -1; reason < REASONS; reason++)
    assert_false(cr_retry_is_worth((crawler_reason)reason, false));
}

static void pauses_double_up_to_an_hour(void **state)
{
  (void)state;
  static const struct {
    int64_t base_ms;
    unsigned attempt;
    int64_t want; /* the least */
  } cases[] = {
    { 1000, 1, 1000 },
    { 1000, 2, 2000 },
    { 1000, 3, 4000 },
    { 1000, 11, 1024000 },
    { 1000, 12, 2048000 },
    { 1000, 13, HOUR_MS },
    { 1000, 255, HOUR_MS },
    { 1000, UINT_MAX, HOUR_MS },
    { 1, 1, 1 },
    { 1, 22, 2097152 },
    { 1, 23, HOUR_MS },
    { 0, 1, 0 },
    { 0, 255, 0 },
    { HOUR_MS - 1, 1, HOUR_MS - 1 },
    { HOUR_MS - 1, 2, HOUR_MS },
    { HOUR_MS, 1, HOUR_MS },
    { 24 * (int64_t)HOUR_MS, 1, HOUR_MS },
    { INT64_MAX, 1, HOUR_MS },
    { INT64_MAX, 9, HOUR_MS },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    int64_t got = cr_retry_at(0, cases[i].base_ms, cases[i].attempt, 0);
    if (got != cases[i].want)
      fail_msg("row %zu: %lld, not %lld", i, (long long)got, (long long)cases[i].want);
  }
}

static void up_to_a_half_more_spreads_what_failed_together(void **state)
{
  bool least = false;
  bool most = false;
  (void)state;

  for (uint64_t r = 0; r < 2000; r++) {
    int64_t at = cr_retry_at(50, 100, 2, r);
    assert_true(at >= 250 && at <= 350);
    least = least || at == 250;
    most = most || at == 350;
  }
  assert_true(least && most);
  assert_int_equal(cr_retry_at(7, 1, 1, UINT64_MAX), 8); /* half of 1 is nothing */
  assert_int_equal(cr_retry_at(7, 0, 1, UINT64_MAX), 7);
}

static void no_attempt_is_due_before_now_or_later_than_the_cap_and_its_half(void **state)
{
  struct cr_random random = { 7 };
  (void)state;

  for (int i = 0; i < 20000; i++) {
    int64_t base_ms = (int64_t)cr_random_below(&random, 86400001);
    unsigned attempt = (unsigned)cr_random_below(&random, 300);
    int64_t wait = cr_retry_at(1000, base_ms, attempt, cr_random_next(&random)) - 1000;
    assert_true(wait >= (base_ms < HOUR_MS ? base_ms : HOUR_MS));
    assert_true(wait <= HOUR_MS + HOUR_MS / 2);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_may_pass_is_tried_again),
    cmocka_unit_test(what_must_not_be_repeated_never_is),
    cmocka_unit_test(pauses_double_up_to_an_hour),
    cmocka_unit_test(up_to_a_half_more_spreads_what_failed_together),
    cmocka_unit_test(no_attempt_is_due_before_now_or_later_than_the_cap_and_its_half),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
