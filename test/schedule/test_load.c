/* SPDX-License-Identifier: MIT */
/* test_load.c - how many transfers there may be while one thread can't serve them all. */
#include "schedule/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MOST = 1000 };

/* Many transfers that took so long. */
static struct cr_load after_transfers(int64_t ms)
{
  struct cr_load load = { .is_on = false };

  for (int i = 0; i < 200; i++)
    cr_load_took(&load, ms);
  return load;
}

static void a_thread_that_keeps_up_leaves_any_room(void **state)
{
  struct cr_load load = after_transfers(100);
  (void)state;

  assert_int_equal(cr_load_room(&load, UINT32_MAX), UINT32_MAX);
  for (int64_t now_ms = 0; now_ms < 10000; now_ms += 10)
    cr_load_waited(&load, CR_LOAD_LONG_MS - 1, MOST, MOST, now_ms);
  assert_int_equal(cr_load_room(&load, 5), UINT32_MAX);
}

/* What stands in line is the part of a transfer's time that it stands in line. */
static void the_cut_goes_by_the_part_of_a_transfer_that_waits(void **state)
{
  static const struct {
    int64_t took_ms, waited_ms;
    uint32_t want;
  } rows[] = {
    { 1000, 125, 900 }, /* a tenth waits, beyond half of what is long */
    { 4000, 425, 900 }, { 4000, 50, 994 }, { 500, 275, 500 },
    { 500, 5000, 500 }, { 0, 60, 500 }, /* nothing has ended yet */
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_load load = { .is_on = false };
    if (rows[i].took_ms > 0)
      load = after_transfers(rows[i].took_ms);
    cr_load_waited(&load, rows[i].waited_ms, 1000, MOST, 7);
    assert_int_equal(load.cap, rows[i].want);
    assert_int_equal(cr_load_room(&load, rows[i].want), 0);
    assert_int_equal(cr_load_room(&load, 1000), 0);
    assert_int_equal(cr_load_room(&load, rows[i].want - 30), 30);
  }
}

/* A burst of new connections to slow servers cuts little of them. */
static void before_one_has_ended_the_first_one_says_how_long_they_take(void **state)
{
  struct cr_load load = { .is_on = false };
  (void)state;

  cr_load_waited(&load, 0, 1, MOST, 5000);
  cr_load_waited(&load, 125, 1000, MOST, 6000);
  assert_int_equal(load.cap, 900);
  cr_load_took(&load, 100);
  cr_load_waited(&load, 75, 1000, MOST, 12000);
  assert_int_equal(load.cap, 500);
}

static void it_shows_before_there_is_another_cut(void **state)
{
  struct cr_load load = after_transfers(1000);
  (void)state;

  cr_load_waited(&load, 600, 1000, MOST, 0);
  assert_int_equal(load.cap, 500);
  cr_load_waited(&load, 600, 900, MOST, 999); /* those are still to end */
  assert_int_equal(load.cap, 500);
  cr_load_waited(&load, 600, 500, MOST, 1000);
  assert_int_equal(load.cap, 250);
  cr_load_waited(&load, 60, 1000, MOST, 2000); /* never more by a cut */
  assert_int_equal(load.cap, 250);
}

static void few_transfers_are_never_too_many(void **state)
{
  struct cr_load load = after_transfers(10);
  (void)state;

  cr_load_waited(&load, 1000, CR_LOAD_LEAST, MOST, 0);
  assert_false(load.is_on);
  cr_load_waited(&load, 1000, CR_LOAD_LEAST + 1, MOST, 1);
  assert_true(load.is_on);
  assert_int_equal(load.cap, CR_LOAD_LEAST);
}

static void there_are_more_by_and_by_once_the_line_is_short(void **state)
{
  struct cr_load load = after_transfers(100);
  uint32_t cap;
  int64_t now_ms = 0;
  (void)state;

  cr_load_waited(&load, 1000, 1000, MOST, 0);
  cap = load.cap;
  cr_load_waited(&load, CR_LOAD_LONG_MS / 2, 400, MOST, 5000); /* neither short nor long */
  assert_int_equal(load.cap, cap);
  while (load.is_on && now_ms < 60000) {
    now_ms += 10;
    cr_load_waited(&load, 0, 400, MOST, now_ms);
    assert_true(load.cap >= cap &&
                load.cap <= cap + (now_ms / 250 + 1) * (cap / 16 + 1 + MOST / 16));
  }
  assert_in_range(now_ms, 2000, 5000); /* 500 to 1,000: twelve steps */
  assert_int_equal(cr_load_room(&load, 5), UINT32_MAX);
}

/* A line that grows by what is under way, whatever the numbers are: it settles near what the thread
 * can serve, and never below. */
static void it_settles_where_the_thread_is_busy_and_the_line_short(void **state)
{
  static const struct {
    uint32_t a_second; /* that the thread can serve */
    int64_t elsewhere_ms;
  } rows[] = { { 2000, 200 }, { 5000, 50 }, { 2500, 4000 }, { 500, 1000 } };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_load load = { .is_on = false };
    const uint32_t most = 50000;
    uint32_t served = (uint32_t)(rows[i].a_second * rows[i].elsewhere_ms / 1000);
    int64_t late_sum = 0, late_count = 0;

    for (int64_t now_ms = 0; now_ms < 300000; now_ms += 20) {
      uint32_t under_way = load.is_on ? load.cap : most;
      int64_t line = under_way > served ? under_way - served : 0;
      int64_t waited_ms = line * 1000 / rows[i].a_second;

      cr_load_took(&load, rows[i].elsewhere_ms + waited_ms);
      cr_load_waited(&load, waited_ms, under_way, most, now_ms);
      if (now_ms < 120000)
        continue;
      late_sum += waited_ms;
      late_count++;
      assert_true(under_way >= served * 3 / 4);
    }
    assert_in_range(late_sum / late_count, 0, 4 * CR_LOAD_LONG_MS + rows[i].elsewhere_ms / 4);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_thread_that_keeps_up_leaves_any_room),
    cmocka_unit_test(the_cut_goes_by_the_part_of_a_transfer_that_waits),
    cmocka_unit_test(before_one_has_ended_the_first_one_says_how_long_they_take),
    cmocka_unit_test(it_shows_before_there_is_another_cut),
    cmocka_unit_test(few_transfers_are_never_too_many),
    cmocka_unit_test(there_are_more_by_and_by_once_the_line_is_short),
    cmocka_unit_test(it_settles_where_the_thread_is_busy_and_the_line_short),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
