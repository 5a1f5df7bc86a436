/* SPDX-License-Identifier: MIT */
/* test_park.c - how long a host that says "later" is left alone. */
#include "schedule/park.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "schedule/politeness.h"

/* What the clock of the loop and the one on the wall may be wrong by. */
enum { CLOCKS_MS = 2 * CR_CLOCK_MS };

static const struct cr_park_rule rule = { .base_ms = 1000, .longest_ms = 60000, .most = 3 };

static void two_statuses_ask_for_it(void **state)
{
  (void)state;
  for (int status = 100; status < 600; status++)
    assert_int_equal(cr_park_is_asked_for(status), status == 429 || status == 503);
}

static void the_host_says_how_long_within_bounds(void **state)
{
  (void)state;
  static const struct {
    int64_t after_ms, parked_ms;
  } rows[] = { { 5000, 5000 },   { 0, 1000 },      { 999, 1000 },
               { 60000, 60000 }, { 60001, 60000 }, { INT64_C(1000000000000), 60000 } };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_park park = { 0, 0, 0 };
    assert_int_equal(cr_park_add(&park, &rule, 40, 50, rows[i].after_ms, 7), CR_PARK_BEGINS);
    assert_int_equal(park.until_ms, 50 + rows[i].parked_ms + CLOCKS_MS);
  }
}

static void without_a_time_it_doubles(void **state)
{
  struct cr_park park = { 0, 0, 0 };
  int64_t now = 10;
  (void)state;

  for (int64_t least = 1000; least <= 4000; least *= 2) {
    assert_int_equal(cr_park_add(&park, &rule, now, now + 1, -1, 0), CR_PARK_BEGINS);
    assert_int_equal(park.until_ms, now + 1 + least + CLOCKS_MS);
    now = park.until_ms;
  }
  park = (struct cr_park){ 0, 0, 0 };
  assert_int_equal(cr_park_add(&park, &rule, 1, 2, -1, UINT64_MAX), CR_PARK_BEGINS);
  assert_in_range(park.until_ms, 1002 + CLOCKS_MS, 1502 + CLOCKS_MS); /* jitter is at most a half */
}

/* Options delay and retry_delay may both be 0. */
static void no_options_make_a_park_of_no_time(void **state)
{
  const struct cr_park_rule hasty = { .base_ms = 0, .longest_ms = 60000, .most = 3 };
  struct cr_park park = { 0, 0, 0 };
  (void)state;

  assert_int_equal(cr_park_add(&park, &hasty, 10, 11, -1, 0), CR_PARK_BEGINS);
  assert_int_equal(park.until_ms, 1011 + CLOCKS_MS);
  assert_int_equal(cr_park_add(&park, &hasty, 1020, 1021, -1, 0), CR_PARK_BEGINS);
  assert_int_equal(park.until_ms, 3021 + CLOCKS_MS);
}

/* Several were on their way when the first came back. */
static void older_answers_neither_lengthen_nor_count(void **state)
{
  struct cr_park park = { 0, 0, 0 };
  (void)state;

  assert_int_equal(cr_park_add(&park, &rule, 100, 200, 5000, 0), CR_PARK_BEGINS);
  assert_int_equal(cr_park_add(&park, &rule, 150, 300, 9000, 0), CR_PARK_GOES_ON);
  assert_int_equal(cr_park_add(&park, &rule, 200, 300, 9000, 0), CR_PARK_GOES_ON);
  assert_int_equal(park.until_ms, 5200 + CLOCKS_MS);
  assert_int_equal(park.in_row, 1);
  cr_park_answered(&park, 150); /* sent before: says nothing of now */
  assert_int_equal(park.in_row, 1);
  cr_park_answered(&park, 5300);
  assert_int_equal(park.in_row, 0);
}

static void too_many_in_a_row_are_in_vain(void **state)
{
  struct cr_park park = { 0, 0, 0 };
  const struct cr_park_rule never = { .base_ms = 1000, .longest_ms = 60000, .most = 0 };
  int64_t now = 0;
  (void)state;

  for (int i = 0; i < 3; i++) {
    assert_int_equal(cr_park_add(&park, &rule, now + 1, now + 2, 1000, 0), CR_PARK_BEGINS);
    now = park.until_ms;
  }
  assert_int_equal(cr_park_add(&park, &rule, now + 1, now + 2, 1000, 0), CR_PARK_IN_VAIN);
  assert_int_equal(cr_park_add(&park, &rule, 1, now + 3, 1000, 0), CR_PARK_IN_VAIN);
  park = (struct cr_park){ 0, 0, 0 };
  assert_int_equal(cr_park_add(&park, &never, 1, 2, 1000, 0), CR_PARK_IN_VAIN);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(two_statuses_ask_for_it),
    cmocka_unit_test(the_host_says_how_long_within_bounds),
    cmocka_unit_test(without_a_time_it_doubles),
    cmocka_unit_test(no_options_make_a_park_of_no_time),
    cmocka_unit_test(older_answers_neither_lengthen_nor_count),
    cmocka_unit_test(too_many_in_a_row_are_in_vain),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
