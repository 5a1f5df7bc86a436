/* SPDX-License-Identifier: MIT */
/* test_shortage.c - how many transfers there may be while the system has no sockets for more. */
#include "schedule/shortage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MOST = 1000 };

static void without_a_shortage_there_is_any_room(void **state)
{
  struct cr_shortage shortage = { .is_on = false };
  (void)state;

  assert_int_equal(cr_shortage_room(&shortage, 0, MOST, 1000), UINT32_MAX);
  assert_int_equal(cr_shortage_room(&shortage, UINT32_MAX, MOST, 1000), UINT32_MAX);
  assert_false(cr_shortage_is_hopeless(&shortage, -1, INT64_MAX));
}

/* Of 100 that began together 60 found no socket. */
static void the_cap_goes_by_those_that_are_served_however_many_were_refused(void **state)
{
  struct cr_shortage shortage = { .is_on = false };
  (void)state;

  for (uint32_t others = 99; others >= 40; others--)
    assert_int_equal(cr_shortage_refused(&shortage, others, 5), others == 99);
  assert_int_equal(shortage.cap, 35);
  assert_int_equal(cr_shortage_room(&shortage, 40, MOST, 5), 0);
  assert_int_equal(cr_shortage_room(&shortage, 35, MOST, 5), 0);
  assert_int_equal(cr_shortage_room(&shortage, 30, MOST, 5), 5);
}

static void the_cap_is_never_raised_by_a_refusal_and_never_zero(void **state)
{
  static const struct {
    uint32_t others, want;
  } rows[] = { { 16, 14 }, { 20, 14 }, { UINT32_MAX, 14 }, { 8, 7 },
               { 7, 7 },   { 2, 2 },   { 1, 1 },           { 0, 1 } };
  struct cr_shortage shortage = { .is_on = false };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    (void)cr_shortage_refused(&shortage, rows[i].others, 5);
    assert_int_equal(shortage.cap, rows[i].want);
  }
}

static void the_cap_grows_by_one_at_a_time_until_all_may_begin(void **state)
{
  struct cr_shortage shortage = { .is_on = false };
  int64_t now_ms = 7000;
  (void)state;

  (void)cr_shortage_refused(&shortage, 8, now_ms);
  for (uint32_t cap = 7; cap < 20; cap++) {
    assert_int_equal(cr_shortage_room(&shortage, 0, 20, now_ms), cap);
    assert_int_equal(cr_shortage_next_ms(&shortage, now_ms), now_ms + CR_SHORTAGE_GROW_MS);
    assert_int_equal(cr_shortage_room(&shortage, 0, 20, now_ms + CR_SHORTAGE_GROW_MS - 1), cap);
    now_ms += CR_SHORTAGE_GROW_MS;
  }
  assert_int_equal(cr_shortage_room(&shortage, 0, 20, now_ms), UINT32_MAX);
  assert_false(shortage.is_on);
  assert_true(cr_shortage_refused(&shortage, 5, now_ms)); /* another one */
}

/* A crawl that rested for an hour; a clock of any age. */
static void time_without_a_look_counts_and_never_overflows(void **state)
{
  struct cr_shortage shortage = { .is_on = false };
  (void)state;

  (void)cr_shortage_refused(&shortage, 8, 0);
  assert_int_equal(cr_shortage_room(&shortage, 0, MOST, 10 * CR_SHORTAGE_GROW_MS + 1), 17);
  assert_int_equal(cr_shortage_room(&shortage, 0, MOST, INT64_MAX), UINT32_MAX);
  (void)cr_shortage_refused(&shortage, 8, 0);
  assert_int_equal(cr_shortage_room(&shortage, 0, UINT32_MAX, INT64_MAX), UINT32_MAX);
}

static void a_limit_below_the_cap_ends_it(void **state)
{
  struct cr_shortage shortage = { .is_on = false };
  (void)state;

  (void)cr_shortage_refused(&shortage, 100, 0);
  assert_int_equal(cr_shortage_room(&shortage, 0, 10, 0), UINT32_MAX);
}

static void without_any_socket_it_waits_longer_and_longer_and_then_no_more(void **state)
{
  static const int64_t pauses_ms[] = { 50, 100, 200, 250, 250, 250 };
  struct cr_shortage shortage = { .is_on = false };
  int64_t now_ms = 50;
  (void)state;

  for (size_t i = 0; i < sizeof(pauses_ms) / sizeof(pauses_ms[0]); i++) {
    (void)cr_shortage_refused(&shortage, 0, now_ms);
    assert_int_equal(cr_shortage_room(&shortage, 0, MOST, now_ms + pauses_ms[i] - 1), 0);
    assert_int_equal(cr_shortage_next_ms(&shortage, now_ms), now_ms + pauses_ms[i]);
    assert_int_equal(cr_shortage_next_ms(&shortage, now_ms + pauses_ms[i]), INT64_MAX);
    assert_int_equal(cr_shortage_room(&shortage, 0, MOST, now_ms + pauses_ms[i]), 1);
    assert_false(cr_shortage_is_hopeless(&shortage, -1, now_ms));
    now_ms += pauses_ms[i];
  }
  assert_false(cr_shortage_is_hopeless(&shortage, -1, 50 + CR_SHORTAGE_HOPELESS_MS - 1));
  assert_true(cr_shortage_is_hopeless(&shortage, -1, 50 + CR_SHORTAGE_HOPELESS_MS));
  assert_true(cr_shortage_is_hopeless(&shortage, INT64_MAX, 50 + CR_SHORTAGE_HOPELESS_MS));
  assert_true(cr_shortage_is_hopeless(&shortage, 2000, 2050));
  assert_false(cr_shortage_is_hopeless(&shortage, 2000, 2049));
}

static void one_request_that_leaves_begins_the_minute_anew(void **state)
{
  struct cr_shortage shortage = { .is_on = false };
  (void)state;

  (void)cr_shortage_refused(&shortage, 0, 0);
  cr_shortage_served(&shortage);
  assert_false(cr_shortage_is_hopeless(&shortage, -1, INT64_MAX));
  assert_int_equal(cr_shortage_room(&shortage, 0, MOST, 1), 1);
  (void)cr_shortage_refused(&shortage, 0, 70000);
  assert_false(cr_shortage_is_hopeless(&shortage, -1, 70000));
  assert_int_equal(cr_shortage_next_ms(&shortage, 70000), 70000 + 50);
}

/* Others have sockets: those that are refused meanwhile say nothing of how long it lasts. */
static void it_is_not_hopeless_while_others_are_under_way(void **state)
{
  struct cr_shortage shortage = { .is_on = false };
  (void)state;

  for (int64_t now_ms = 0; now_ms < 10 * CR_SHORTAGE_HOPELESS_MS; now_ms += 1000) {
    (void)cr_shortage_refused(&shortage, 3, now_ms);
    assert_false(cr_shortage_is_hopeless(&shortage, -1, now_ms));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_a_shortage_there_is_any_room),
    cmocka_unit_test(the_cap_goes_by_those_that_are_served_however_many_were_refused),
    cmocka_unit_test(the_cap_is_never_raised_by_a_refusal_and_never_zero),
    cmocka_unit_test(the_cap_grows_by_one_at_a_time_until_all_may_begin),
    cmocka_unit_test(time_without_a_look_counts_and_never_overflows),
    cmocka_unit_test(a_limit_below_the_cap_ends_it),
    cmocka_unit_test(without_any_socket_it_waits_longer_and_longer_and_then_no_more),
    cmocka_unit_test(one_request_that_leaves_begins_the_minute_anew),
    cmocka_unit_test(it_is_not_hopeless_while_others_are_under_way),
  };

  return cmocka_run_group_tests_name("shortage", tests, NULL, NULL);
}
