/* SPDX-License-Identifier: MIT */
/* test_outage.c - a host that can't be reached isn't asked for a while. */
#include "schedule/outage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { HOUR_MS = 60 * 60 * 1000 };

static const struct cr_outage_rule rule = { .most = 3, .base_ms = 60000 };

static void only_what_did_not_reach_the_host_counts(void **state)
{
  (void)state;
  for (int reason = 0; reason < 64; reason++)
    assert_int_equal(cr_outage_is_one((crawler_reason)reason),
                     reason == CRAWLER_FAILED_DNS || reason == CRAWLER_FAILED_CONNECT ||
                         reason == CRAWLER_FAILED_TLS);
}

/* One that has had enough failures for its first rest. */
static struct cr_outage resting(int64_t now_ms)
{
  struct cr_outage outage = { 0, 0, 0, 0 };

  assert_false(cr_outage_failed(&outage, &rule, now_ms - 3, now_ms));
  assert_false(cr_outage_failed(&outage, &rule, now_ms - 2, now_ms));
  assert_true(cr_outage_failed(&outage, &rule, now_ms - 1, now_ms));
  return outage;
}

static void a_rest_begins_after_so_many_failures_in_a_row(void **state)
{
  struct cr_outage outage = resting(1000);
  (void)state;

  assert_int_equal(outage.until_ms, 1000 + 60000);
  outage = (struct cr_outage){ 0, 0, 0, 0 };
  for (int i = 0; i < 10; i++) {
    assert_false(cr_outage_failed(&outage, &rule, i, i + 1));
    assert_false(cr_outage_failed(&outage, &rule, i, i + 1));
    cr_outage_ended(&outage); /* not in a row */
  }
}

static void after_a_rest_one_attempt_decides_and_the_time_doubles(void **state)
{
  struct cr_outage outage = resting(1000);
  int64_t now_ms = outage.until_ms;
  (void)state;

  for (int64_t rest_ms = 120000; rest_ms <= 240000; rest_ms *= 2) {
    assert_true(cr_outage_failed(&outage, &rule, now_ms, now_ms + 5));
    assert_int_equal(outage.until_ms, now_ms + 5 + rest_ms);
    assert_false(cr_outage_is_death(&outage, now_ms + 5));
    now_ms = outage.until_ms;
  }
  cr_outage_ended(&outage);
  assert_int_equal(outage.until_ms, 0);
  assert_false(cr_outage_failed(&outage, &rule, now_ms, now_ms + 5)); /* as at first */
}

static void failures_of_attempts_older_than_the_rest_change_nothing(void **state)
{
  struct cr_outage outage = resting(1000);
  (void)state;

  assert_false(cr_outage_failed(&outage, &rule, 990, 1200));
  assert_false(cr_outage_failed(&outage, &rule, 1000, 1200));
  assert_int_equal(outage.until_ms, 61000);
  assert_int_equal(outage.rests, 1);
}

static void after_three_rests_it_is_dead_for_an_hour(void **state)
{
  struct cr_outage outage = resting(1000);
  (void)state;

  for (int i = 0; i < 2; i++)
    assert_true(cr_outage_failed(&outage, &rule, outage.until_ms, outage.until_ms + 1));
  int64_t now_ms = outage.until_ms + 1;
  for (int i = 0; i < 3; i++) { /* and again, for each attempt after it */
    assert_true(cr_outage_failed(&outage, &rule, now_ms, now_ms + 1));
    assert_int_equal(outage.until_ms, now_ms + 1 + HOUR_MS);
    assert_true(cr_outage_is_death(&outage, now_ms + 1));
    assert_true(cr_outage_is_death(&outage, outage.until_ms - 1));
    now_ms = outage.until_ms;
    assert_false(cr_outage_is_death(&outage, now_ms));
  }
}

static void without_a_limit_nothing_happens(void **state)
{
  const struct cr_outage_rule never = { .most = -1, .base_ms = 60000 };
  struct cr_outage outage = { 0, 0, 0, 0 };
  (void)state;

  for (int i = 0; i < 1000; i++)
    assert_false(cr_outage_failed(&outage, &never, i, i + 1));
  assert_false(cr_outage_is_death(&outage, 0));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_did_not_reach_the_host_counts),
    cmocka_unit_test(a_rest_begins_after_so_many_failures_in_a_row),
    cmocka_unit_test(after_a_rest_one_attempt_decides_and_the_time_doubles),
    cmocka_unit_test(failures_of_attempts_older_than_the_rest_change_nothing),
    cmocka_unit_test(after_three_rests_it_is_dead_for_an_hour),
    cmocka_unit_test(without_a_limit_nothing_happens),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
