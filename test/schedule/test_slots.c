/* SPDX-License-Identifier: MIT */
/* test_slots.c - two lanes and a page limit. */
#include "schedule/slots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"

static void each_lane_counts_its_own(void **state)
{
  struct cr_slots s = { .fast_cap = 2, .slow_cap = 1, .max_pages = -1 };
  (void)state;

  cr_slots_begin(&s, CR_SLOT_FAST);
  assert_int_equal(cr_slots_fast_free(&s), 1);
  assert_int_equal(cr_slots_slow_free(&s), 1);
  cr_slots_begin(&s, CR_SLOT_SLOW);
  cr_slots_begin(&s, CR_SLOT_UNTRIED);
  assert_int_equal(cr_slots_fast_free(&s), 0);
  assert_int_equal(cr_slots_slow_free(&s), 0);
  assert_int_equal(s.untried, 1);
  cr_slots_end(&s, CR_SLOT_SLOW);
  assert_int_equal(cr_slots_fast_free(&s), 0);
  assert_int_equal(cr_slots_slow_free(&s), 1);
  cr_slots_end(&s, CR_SLOT_FAST);
  cr_slots_end(&s, CR_SLOT_UNTRIED);
  assert_int_equal(s.fast, 0);
  assert_int_equal(s.untried, 0);
  assert_int_equal(s.slow, 0);
}

static void an_old_transfer_moves_over_while_there_is_room(void **state)
{
  struct cr_slots s = { .fast_cap = 3, .slow_cap = 2, .max_pages = -1 };
  (void)state;

  for (int i = 0; i < 3; i++)
    cr_slots_begin(&s, i == 1 ? CR_SLOT_UNTRIED : CR_SLOT_FAST);
  assert_true(cr_slots_move(&s, CR_SLOT_FAST));
  assert_true(cr_slots_move(&s, CR_SLOT_UNTRIED));
  assert_int_equal(s.untried, 0);
  assert_false(cr_slots_move(&s, CR_SLOT_FAST));
  assert_int_equal(s.fast, 1); /* what was refused has not moved */
  assert_int_equal(s.slow, 2);
  assert_int_equal(cr_slots_fast_free(&s), 2);
  cr_slots_end(&s, CR_SLOT_SLOW);
  assert_true(cr_slots_move(&s, CR_SLOT_FAST));
  assert_int_equal(s.fast, 0);
  assert_int_equal(s.slow, 2);
}

static void what_is_set_aside_is_in_no_lane(void **state)
{
  struct cr_slots s = { .fast_cap = 2, .slow_cap = 1, .aside_cap = 2, .max_pages = -1 };
  (void)state;

  cr_slots_begin(&s, CR_SLOT_UNTRIED);
  cr_slots_begin(&s, CR_SLOT_FAST);
  cr_slots_begin(&s, CR_SLOT_SLOW);
  assert_true(cr_slots_set_aside(&s, CR_SLOT_UNTRIED));
  assert_true(cr_slots_set_aside(&s, CR_SLOT_SLOW));
  assert_false(cr_slots_set_aside(&s, CR_SLOT_FAST));
  assert_int_equal(cr_slots_in_lanes(&s), 1);
  assert_int_equal(cr_slots_under_way(&s), 3);
  cr_slots_begin(&s, CR_SLOT_FAST);
  assert_false(cr_slots_bring_back(&s, CR_SLOT_UNTRIED)); /* full */
  assert_true(cr_slots_bring_back(&s, CR_SLOT_SLOW));
  cr_slots_end(&s, CR_SLOT_FAST);
  assert_true(cr_slots_bring_back(&s, CR_SLOT_UNTRIED));
  assert_int_equal(s.untried, 1);
  assert_int_equal(s.aside, 0);
  assert_int_equal(cr_slots_in_lanes(&s), 3);
}

static void a_cap_lowered_below_what_is_in_use_leaves_nothing_free(void **state)
{
  struct cr_slots s = { .fast_cap = 4, .slow_cap = 4, .fast = 4, .slow = 3, .max_pages = -1 };
  (void)state;

  s.fast_cap = 1;
  s.slow_cap = 0;
  assert_int_equal(cr_slots_fast_free(&s), 0);
  assert_int_equal(cr_slots_slow_free(&s), 0);
  assert_false(cr_slots_move(&s, CR_SLOT_FAST));
  assert_int_equal(cr_slots_untried_free(&s), 0);
}

static void untried_hosts_have_three_quarters_of_the_fast_lane(void **state)
{
  static const struct {
    uint32_t cap, fast, untried, want;
  } cases[] = {
    { 1, 0, 0, 1 },          { 1, 1, 0, 0 },
    { 2, 0, 0, 1 },          { 3, 0, 0, 2 },
    { 4, 0, 0, 3 },          { 64, 0, 0, 48 },
    { 64, 40, 40, 8 },       { 64, 60, 10, 4 },
    { 64, 48, 48, 0 },       { 64, 64, 20, 0 },
    { 8, 48, 48, 0 },        { 7, 0, 0, 5 },
    { 100000, 0, 0, 75000 }, { UINT32_MAX, 0, 0, UINT32_MAX / 4 * 3 + 2 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_slots s = { .fast_cap = cases[i].cap,
                          .fast = cases[i].fast,
                          .untried = cases[i].untried };
    if (cr_slots_untried_free(&s) != cases[i].want)
      fail_msg("row %zu: %u", i, cr_slots_untried_free(&s));
  }
}

static void pages_free_is_what_neither_fetched_nor_reserved_pages_take(void **state)
{
  (void)state;
  static const struct {
    int64_t max;
    int64_t done;
    int64_t held;
    uint32_t want;
    const char *why;
  } cases[] = {
    { -1, 0, 0, UINT32_MAX, "no limit" },
    { -1, INT64_MAX / 4, 1000, UINT32_MAX, "no limit, much done" },
    { 0, 0, 0, 0, "none wanted" },
    { 25, 0, 0, 25, "" },
    { 25, 20, 4, 1, "" },
    { 25, 20, 5, 0, "all reserved" },
    { 25, 25, 0, 0, "all done" },
    { 25, 26, 0, 0, "the limit was lowered" },
    { 25, 20, 50, 0, "the limit was lowered below what flies" },
    { UINT32_MAX, 0, 0, UINT32_MAX, "" },
    { (int64_t)UINT32_MAX + 1, 0, 0, UINT32_MAX, "more than can be said" },
    { (int64_t)UINT32_MAX + 9, 9, 1, UINT32_MAX - 1, "just not" },
    { INT64_MAX, 3, 2, UINT32_MAX, "" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_slots s = { .max_pages = cases[i].max,
                          .pages_done = cases[i].done,
                          .pages_held = cases[i].held };
    if (cr_slots_pages_free(&s) != cases[i].want)
      fail_msg("row %zu (%s)", i, cases[i].why);
  }
}

/* Leases as the engine does: never more than are free; some pages fail and are given back. */
static void a_page_limit_is_met_and_never_passed(void **state)
{
  struct cr_random random = { 7 };
  (void)state;

  for (int64_t max = 0; max < 60; max++) {
    struct cr_slots s = { .max_pages = max };

    while (cr_slots_pages_free(&s) > 0 || s.pages_held > 0) {
      s.pages_held += (int64_t)cr_random_below(&random, (uint64_t)cr_slots_pages_free(&s) + 1);
      if (s.pages_held > 0) {
        s.pages_held--;
        s.pages_done += (int64_t)cr_random_below(&random, 2);
      }
      assert_true(s.pages_done + s.pages_held <= max);
      assert_int_equal(cr_slots_pages_free(&s), max - s.pages_done - s.pages_held);
    }
    assert_int_equal(s.pages_done, max);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_lane_counts_its_own),
    cmocka_unit_test(an_old_transfer_moves_over_while_there_is_room),
    cmocka_unit_test(what_is_set_aside_is_in_no_lane),
    cmocka_unit_test(a_cap_lowered_below_what_is_in_use_leaves_nothing_free),
    cmocka_unit_test(untried_hosts_have_three_quarters_of_the_fast_lane),
    cmocka_unit_test(pages_free_is_what_neither_fetched_nor_reserved_pages_take),
    cmocka_unit_test(a_page_limit_is_met_and_never_passed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
