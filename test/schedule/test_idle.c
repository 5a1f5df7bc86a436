/* SPDX-License-Identifier: MIT */
/* test_idle.c - why slots for transfers are free: slot-time by reason. */
#include "schedule/idle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t nobody[CR_IDLE_REASONS] = { 0 };

static void each_waiting_host_keeps_one_slot_free(void **state)
{
  static const int64_t hosts[CR_IDLE_REASONS] = { [CR_IDLE_CAP] = 1,
                                                  [CR_IDLE_ROBOTS] = 2,
                                                  [CR_IDLE_DELAY] = 3,
                                                  [CR_IDLE_PARK] = 100,
                                                  [CR_IDLE_LANE] = 5 };
  static const struct {
    uint32_t free_slots;
    int64_t cap, robots, delay, park, lane, empty;
  } rows[] = {
    { 0, 0, 0, 0, 0, 0, 0 },     { 1, 1, 0, 0, 0, 0, 0 }, { 2, 1, 1, 0, 0, 0, 0 },
    { 5, 1, 2, 2, 0, 0, 0 },     { 8, 1, 2, 3, 2, 0, 0 }, { 110, 1, 2, 3, 100, 4, 0 },
    { 115, 1, 2, 3, 100, 5, 4 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_idle idle = { 0 };
    cr_idle_begin(&idle, 1000);
    cr_idle_set(&idle, 1000, rows[i].free_slots, CR_IDLE_REASONS, hosts);
    assert_int_equal(cr_idle_total(&idle, CR_IDLE_CAP, 1010), 10 * rows[i].cap);
    assert_int_equal(cr_idle_total(&idle, CR_IDLE_ROBOTS, 1010), 10 * rows[i].robots);
    assert_int_equal(cr_idle_total(&idle, CR_IDLE_DELAY, 1010), 10 * rows[i].delay);
    assert_int_equal(cr_idle_total(&idle, CR_IDLE_PARK, 1010), 10 * rows[i].park);
    assert_int_equal(cr_idle_total(&idle, CR_IDLE_LANE, 1010), 10 * rows[i].lane);
    assert_int_equal(cr_idle_total(&idle, CR_IDLE_EMPTY, 1010), 10 * rows[i].empty);
  }
}

static void a_reason_of_the_crawl_holds_all_slots(void **state)
{
  static const int64_t hosts[CR_IDLE_REASONS] = { [CR_IDLE_DELAY] = 3 };
  struct cr_idle idle = { 0 };
  (void)state;

  cr_idle_set(&idle, 0, 7, CR_IDLE_BUFFER, hosts);
  assert_int_equal(cr_idle_total(&idle, CR_IDLE_BUFFER, 2), 14);
  assert_int_equal(cr_idle_total(&idle, CR_IDLE_DELAY, 2), 0);
  assert_int_equal(cr_idle_total(&idle, CR_IDLE_EMPTY, 2), 0);
}

static void slots_that_are_taken_may_be_idle(void **state)
{
  struct cr_idle idle = { 0 };
  (void)state;

  cr_idle_set(&idle, 0, 1, CR_IDLE_REASONS, nobody);
  cr_idle_add(&idle, CR_IDLE_DNS, 20);
  cr_idle_add(&idle, CR_IDLE_DNS, 5);
  cr_idle_set(&idle, 10, 2, CR_IDLE_REASONS, nobody);
  assert_int_equal(cr_idle_total(&idle, CR_IDLE_DNS, 30), 25);
  assert_int_equal(cr_idle_total(&idle, CR_IDLE_EMPTY, 30), 10 + 2 * 20);
}

static void time_adds_up_and_a_rest_does_not_count(void **state)
{
  static const int64_t hosts[CR_IDLE_REASONS] = { [CR_IDLE_PARK] = 1 };
  struct cr_idle idle = { 0 };
  (void)state;

  cr_idle_begin(&idle, 0);
  cr_idle_set(&idle, 100, 4, CR_IDLE_REASONS, nobody);
  cr_idle_set(&idle, 110, 2, CR_IDLE_REASONS, hosts);
  cr_idle_set(&idle, 115, 0, CR_IDLE_REASONS, nobody);
  assert_int_equal(cr_idle_total(&idle, CR_IDLE_EMPTY, 200), 4 * 10 + 5);
  assert_int_equal(cr_idle_total(&idle, CR_IDLE_PARK, 200), 5);
  cr_idle_set(&idle, 200, 1, CR_IDLE_LIMIT, nobody);
  cr_idle_set(&idle, 201, 1, CR_IDLE_LIMIT, nobody);
  cr_idle_begin(&idle, 300);
  assert_int_equal(cr_idle_total(&idle, CR_IDLE_LIMIT, 400), 1);
  assert_int_equal(cr_idle_total(&idle, CR_IDLE_LIMIT, 299), 1); /* a clock that went back */
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_waiting_host_keeps_one_slot_free),
    cmocka_unit_test(a_reason_of_the_crawl_holds_all_slots),
    cmocka_unit_test(slots_that_are_taken_may_be_idle),
    cmocka_unit_test(time_adds_up_and_a_rest_does_not_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
