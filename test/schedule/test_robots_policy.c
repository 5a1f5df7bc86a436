/* SPDX-License-Identifier: MIT */
/* test_robots_policy.c - what the answers to a robots.txt mean, and how long they hold. */
#include "schedule/robots_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

static void a_status_is_one_of_three_things(void **state)
{
  (void)state;
  for (int status = 0; status < 700; status++) {
    enum cr_robots_judgement want = CR_ROBOTS_TRY_AGAIN;
    if (status >= 200 && status < 300)
      want = CR_ROBOTS_READ_RULES;
    else if (status >= 400 && status < 500 && status != 408 && status != 429)
      want = CR_ROBOTS_ALLOW_ALL;
    assert_int_equal(cr_robots_judge_status(status), want);
  }
}

static void there_are_four_attempts_with_doubled_pauses(void **state)
{
  struct cr_robots_attempt attempt = {
    .number = 1, .most_ms = 30000, .base_ms = 1000, .after_ms = -1
  };
  (void)state;

  for (int64_t least = 1000; least <= 4000; least *= 2, attempt.number++) {
    assert_int_equal(cr_robots_wait_ms(&attempt, 0), least);
    assert_in_range(cr_robots_wait_ms(&attempt, UINT64_MAX), least, least + least / 2);
  }
  assert_int_equal(attempt.number, CR_ROBOTS_ATTEMPTS);
  assert_int_equal(cr_robots_wait_ms(&attempt, 0), -1);
}

static void the_time_of_all_attempts_is_bounded(void **state)
{
  (void)state;
  static const struct {
    int64_t spent_ms, base_ms, after_ms, wait_ms;
  } rows[] = {
    { 28999, 1000, -1, 1000 }, { 29000, 1000, -1, -1 },     { 40000, 1000, -1, -1 },
    { 0, 60000, -1, -1 },      { 0, 1000, 5000, 5000 },     { 0, 1000, 0, 1000 },
    { 0, 1000, 29999, 29999 }, { 0, 1000, 30000, -1 },      { 0, 1000, 86400000, -1 },
    { 10000, 0, -1, 0 },       { 20000, 1000, 9000, 9000 }, { 21000, 1000, 9000, -1 },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_robots_attempt attempt = { .number = 1,
                                               .most_ms = 30000,
                                               .spent_ms = rows[i].spent_ms,
                                               .base_ms = rows[i].base_ms,
                                               .after_ms = rows[i].after_ms };
    assert_int_equal(cr_robots_wait_ms(&attempt, 0), rows[i].wait_ms);
  }
}

/* Which failures pass: the table of retry.c. */
static void what_does_not_pass_is_final_at_once(void **state)
{
  (void)state;
  static const struct {
    crawler_reason failure;
    bool again;
    crawler_reason fate;
  } rows[] = {
    { CRAWLER_REASON_NONE, true, CRAWLER_DROPPED_ROBOTS_UNREACHABLE },
    { CRAWLER_FAILED_DNS, true, CRAWLER_FAILED_DNS },
    { CRAWLER_FAILED_CONNECT, true, CRAWLER_FAILED_CONNECT },
    { CRAWLER_FAILED_TLS, false, CRAWLER_FAILED_TLS },
    { CRAWLER_FAILED_TIMEOUT, true, CRAWLER_FAILED_TIMEOUT },
    { CRAWLER_FAILED_ADDRESS, false, CRAWLER_FAILED_ADDRESS },
    { CRAWLER_FAILED_INTERNAL, true, CRAWLER_FAILED_INTERNAL },
    { CRAWLER_FAILED_TRUNCATED, true, CRAWLER_DROPPED_ROBOTS_UNREACHABLE },
    { CRAWLER_FAILED_PROTOCOL, false, CRAWLER_DROPPED_ROBOTS_UNREACHABLE },
    { CRAWLER_FAILED_TOO_LARGE, false, CRAWLER_DROPPED_ROBOTS_UNREACHABLE },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_robots_attempt attempt = {
      .failure = rows[i].failure, .number = 1, .most_ms = 30000, .base_ms = 1000, .after_ms = -1
    };
    assert_int_equal(cr_robots_wait_ms(&attempt, 0), rows[i].again ? 1000 : -1);
    assert_int_equal(cr_robots_fate(rows[i].failure), rows[i].fate);
  }
}

static void a_copy_holds_as_long_as_its_server_says_within_bounds(void **state)
{
  (void)state;
  static const struct {
    const char *control;
    int64_t most_ms, fresh_ms;
  } rows[] = {
    { "", DAY_MS, DAY_MS },
    { "public", DAY_MS, DAY_MS },
    { "max-age=3600", DAY_MS, HOUR_MS },
    { "public, Max-Age = 3600 , must-revalidate", DAY_MS, HOUR_MS },
    { "max-age=\"7200\"", DAY_MS, 2 * HOUR_MS },
    { "max-age=7200, max-age=3600", DAY_MS, HOUR_MS },
    { "max-age=86401", DAY_MS, DAY_MS },
    { "max-age=99999999999999999999999", DAY_MS, DAY_MS },
    { "max-age=0", DAY_MS, 10 * MINUTE_MS },
    { "no-cache", DAY_MS, 10 * MINUTE_MS },
    { "max-age=3600, NO-STORE", DAY_MS, 10 * MINUTE_MS },
    { "max-age=0", MINUTE_MS, MINUTE_MS }, /* an option below the floor */
    { "s-maxage=60", DAY_MS, DAY_MS },     /* for caches that are shared */
    { "max-age=-1", DAY_MS, DAY_MS },
    { "max-age=1h", DAY_MS, DAY_MS },
    { "max-age", DAY_MS, DAY_MS },
    { "max-age=", DAY_MS, DAY_MS },
    { "max-age=\"", DAY_MS, DAY_MS },
    { ",,=,;", DAY_MS, DAY_MS },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    assert_int_equal(cr_robots_fresh_ms(cr_span_text(rows[i].control), rows[i].most_ms),
                     rows[i].fresh_ms);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_status_is_one_of_three_things),
    cmocka_unit_test(there_are_four_attempts_with_doubled_pauses),
    cmocka_unit_test(the_time_of_all_attempts_is_bounded),
    cmocka_unit_test(what_does_not_pass_is_final_at_once),
    cmocka_unit_test(a_copy_holds_as_long_as_its_server_says_within_bounds),
  };

  return cmocka_run_group_tests_name("robots policy", tests, NULL, NULL);
}
