/* SPDX-License-Identifier: MIT */
/* test_ledger.c - each transition moves one URL from one column to another, and the sums hold.
 */
#include "engine/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

static const struct cr_ledger empty;

static void each_url_is_in_one_column(void **state)
{
  struct cr_ledger l = empty;
  const struct cr_kind_ledger *k = &l.kinds[CRAWLER_KIND_PAGE];
  (void)state;

  cr_ledger_admit(&l, CRAWLER_KIND_PAGE);
  assert_int_equal(k->queued, 1);
  cr_ledger_lease(&l, CRAWLER_KIND_PAGE);
  assert_int_equal(k->queued, 0);
  assert_int_equal(k->in_flight, 1);
  cr_ledger_requeue(&l, CRAWLER_KIND_PAGE);
  assert_int_equal(k->queued, 1);
  assert_int_equal(k->in_flight, 0);
  cr_ledger_lease(&l, CRAWLER_KIND_PAGE);
  cr_ledger_end(&l, CRAWLER_KIND_PAGE, CRAWLER_FAILED, CRAWLER_FAILED_DNS);
  assert_int_equal(k->in_flight, 0);
  assert_int_equal(k->failed, 1);
  assert_int_equal(k->by_reason[CRAWLER_FAILED_DNS], 1);
  assert_int_equal(k->admitted, 1);
  assert_true(cr_ledger_holds(&l));
}

static void every_outcome_has_its_column(void **state)
{
  struct cr_ledger l = empty;
  const struct cr_kind_ledger *k = &l.kinds[CRAWLER_KIND_ROBOTS];
  (void)state;

  for (int outcome = CRAWLER_FETCHED; outcome <= CRAWLER_DROPPED; outcome++) {
    cr_ledger_admit(&l, CRAWLER_KIND_ROBOTS);
    cr_ledger_lease(&l, CRAWLER_KIND_ROBOTS);
    cr_ledger_end(&l, CRAWLER_KIND_ROBOTS, (crawler_outcome)outcome, CRAWLER_REASON_NONE);
  }
  assert_int_equal(k->fetched, 1);
  assert_int_equal(k->redirected, 1);
  assert_int_equal(k->failed, 1);
  assert_int_equal(k->dropped, 1);
  assert_int_equal(l.kinds[CRAWLER_KIND_PAGE].admitted, 0);
  assert_true(cr_ledger_holds(&l));
}

static void what_is_dropped_at_once_was_admitted(void **state)
{
  struct cr_ledger l = empty;
  const struct cr_kind_ledger *k = &l.kinds[CRAWLER_KIND_PAGE];
  (void)state;

  cr_ledger_drop(&l, CRAWLER_KIND_PAGE, CRAWLER_DROPPED_ROBOTS);
  assert_true(k->admitted == 1 && k->dropped == 1 && k->queued == 0 && k->in_flight == 0);
  assert_int_equal(k->by_reason[CRAWLER_DROPPED_ROBOTS], 1);
  assert_true(cr_ledger_holds(&l));
}

static void what_is_withdrawn_was_never_admitted(void **state)
{
  struct cr_ledger l = empty;
  (void)state;

  cr_ledger_admit(&l, CRAWLER_KIND_ROBOTS);
  cr_ledger_lease(&l, CRAWLER_KIND_ROBOTS);
  cr_ledger_withdraw(&l, CRAWLER_KIND_ROBOTS);
  assert_memory_equal(&l, &empty, sizeof(l));
}

static void rejected_urls_are_outside_of_the_sum(void **state)
{
  struct cr_ledger l = empty;
  (void)state;

  cr_ledger_reject(&l, CRAWLER_KIND_PAGE, CRAWLER_REJECTED_SCOPE);
  assert_int_equal(l.kinds[CRAWLER_KIND_PAGE].rejected, 1);
  assert_int_equal(l.kinds[CRAWLER_KIND_PAGE].by_reason[CRAWLER_REJECTED_SCOPE], 1);
  assert_int_equal(l.kinds[CRAWLER_KIND_PAGE].admitted, 0);
  assert_true(cr_ledger_holds(&l));
}

static void each_link_is_in_one_column(void **state)
{
  struct cr_ledger l = empty;
  (void)state;

  cr_ledger_link_known(&l);
  cr_ledger_link_admitted(&l);
  for (int reason = CRAWLER_REJECTED_INVALID_URL; reason <= CRAWLER_CAPPED_MEMORY; reason++)
    if (crawler_reason_name(reason))
      cr_ledger_link_refused(&l, (crawler_reason)reason);
  assert_int_equal(l.links.links, 13);
  assert_int_equal(l.links.known, 1);
  assert_int_equal(l.links.admitted, 1);
  assert_int_equal(l.links.rejected, 9);
  assert_int_equal(l.links.capped, 2);
  assert_int_equal(l.links.by_reason[CRAWLER_CAPPED_MEMORY], 1);
  assert_true(cr_ledger_holds(&l));
}

static void every_reason_has_its_place(void **state)
{
  (void)state;
  for (int reason = 0; reason < 1000; reason++)
    if (crawler_reason_name(reason))
      assert_true(reason < CR_REASONS);
}

static void statuses_count_by_class(void **state)
{
  static const int statuses[] = { 100, 200, 204, 301, 404, 404, 599, 0, 99, 600, 999, -1 };
  struct cr_ledger l = empty;
  (void)state;

  for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
    cr_ledger_status(&l, statuses[i]);
  assert_int_equal(l.counters.status_class[0], 0);
  assert_int_equal(l.counters.status_class[1], 1);
  assert_int_equal(l.counters.status_class[2], 2);
  assert_int_equal(l.counters.status_class[3], 1);
  assert_int_equal(l.counters.status_class[4], 2);
  assert_int_equal(l.counters.status_class[5], 1);
}

static void a_sum_that_is_off_by_one_is_noticed(void **state)
{
  (void)state;
  for (int kind = 0; kind < CR_KINDS; kind++) {
    struct cr_ledger l = empty;
    cr_ledger_admit(&l, (unsigned)kind);
    l.kinds[kind].fetched++;
    assert_false(cr_ledger_holds(&l));
  }
  struct cr_ledger l = empty;
  l.links.links++;
  assert_false(cr_ledger_holds(&l));
}

/* Any sequence of transitions that an engine can make. */
static void random_transitions_keep_the_sums(void **state)
{
  struct cr_ledger l = empty;
  struct cr_random random = { 1 };
  struct cr_kind_ledger *k = &l.kinds[CRAWLER_KIND_PAGE];
  (void)state;

  for (int i = 0; i < 20000; i++) {
    uint64_t draw = cr_random_below(&random, 6);
    if (draw == 0)
      cr_ledger_admit(&l, CRAWLER_KIND_PAGE);
    else if (draw <= 2 && k->queued > 0)
      cr_ledger_lease(&l, CRAWLER_KIND_PAGE);
    else if (draw == 3 && k->in_flight > 0)
      cr_ledger_requeue(&l, CRAWLER_KIND_PAGE);
    else if (k->in_flight > 0)
      cr_ledger_end(&l, CRAWLER_KIND_PAGE, (crawler_outcome)(1 + cr_random_below(&random, 4)),
                    CRAWLER_REASON_NONE);
    assert_true(cr_ledger_holds(&l));
    assert_true(k->queued >= 0 && k->in_flight >= 0);
  }
  assert_true(k->fetched > 100);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_url_is_in_one_column),
    cmocka_unit_test(every_outcome_has_its_column),
    cmocka_unit_test(what_is_dropped_at_once_was_admitted),
    cmocka_unit_test(what_is_withdrawn_was_never_admitted),
    cmocka_unit_test(rejected_urls_are_outside_of_the_sum),
    cmocka_unit_test(each_link_is_in_one_column),
    cmocka_unit_test(every_reason_has_its_place),
    cmocka_unit_test(statuses_count_by_class),
    cmocka_unit_test(a_sum_that_is_off_by_one_is_noticed),
    cmocka_unit_test(random_transitions_keep_the_sums),
  };

  return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
