/* SPDX-License-Identifier: MIT */
/* test_retry_budget.c - how many retries a host is worth. */
#include "schedule/retry_budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"

/* How many retries there are until one is refused; at most so many. */
static int spend_all(struct cr_retry_budget *budget, int64_t percent, int most)
{
  int spent = 0;

  while (spent < most && cr_retry_budget_spend(budget, percent))
    spent++;
  return spent;
}

static void a_share_of_the_answers_comes_to_the_credit(void **state)
{
  static const struct {
    int64_t percent;
    int answers;
    int want;
  } cases[] = {
    { 20, 0, CR_RETRY_CREDIT },      { 20, 4, CR_RETRY_CREDIT },
    { 20, 5, CR_RETRY_CREDIT + 1 },  { 20, 1000, CR_RETRY_CREDIT + 200 },
    { 100, 7, CR_RETRY_CREDIT + 7 }, { 1000, 3, CR_RETRY_CREDIT + 30 },
    { 1, 99, CR_RETRY_CREDIT },      { 1, 100, CR_RETRY_CREDIT + 1 },
    { 0, 1000, CR_RETRY_CREDIT },    { -1, 1000, 5000 }, /* no limit */
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_retry_budget budget = { 0 };
    for (int n = 0; n < cases[i].answers; n++)
      cr_retry_budget_earn(&budget, cases[i].percent);
    int got = spend_all(&budget, cases[i].percent, 5000);
    if (got != cases[i].want)
      fail_msg("row %zu: %d, not %d", i, got, cases[i].want);
  }
}

/* Requests of a host on which so many of a hundred fail, each worth two more. */
static void a_failing_host_never_has_a_quarter_more_requests(void **state)
{
  struct cr_random random = { 3 };
  (void)state;

  for (unsigned failing = 0; failing <= 100; failing += 5) {
    struct cr_retry_budget budget = { 0 };
    int urls = 0;
    int retries = 0;
    for (; urls < 10000; urls++)
      for (int attempt = 1;; attempt++) {
        if (cr_random_below(&random, 100) >= failing) {
          cr_retry_budget_earn(&budget, 20);
          break;
        }
        if (attempt == 3 || !cr_retry_budget_spend(&budget, 20))
          break;
        retries++;
      }
    assert_true(retries <= CR_RETRY_CREDIT + urls / 4);
    if (failing == 100)
      assert_int_equal(retries, CR_RETRY_CREDIT);
  }
}

/* What a limit that was lifted has cost nothing is not owed when it is back. */
static void without_a_limit_nothing_is_spent(void **state)
{
  struct cr_retry_budget budget = { 0 };
  (void)state;

  assert_int_equal(spend_all(&budget, -1, 1000), 1000);
  assert_int_equal(spend_all(&budget, 20, 1000), CR_RETRY_CREDIT);
  assert_int_equal(spend_all(&budget, 20, 1000), 0);
  assert_int_equal(spend_all(&budget, -1, 1000), 1000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_share_of_the_answers_comes_to_the_credit),
    cmocka_unit_test(a_failing_host_never_has_a_quarter_more_requests),
    cmocka_unit_test(without_a_limit_nothing_is_spent),
  };

  return cmocka_run_group_tests_name("retry_budget", tests, NULL, NULL);
}
