/* SPDX-License-Identifier: MIT */
/* test_turns.c - how long turns of a loop take: on a virtual clock, so that it is known to the ms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "support/fake_loop.h"
#include "support/oom.h"

enum { START_MS = 1000, TAKES_MS = 30 };

struct fixture {
  struct cr_mem mem;
  struct cr_fake_loop *fake;
  struct cr_timer quick;
  struct cr_timer slow;
  struct cr_timer ending;
  struct cr_deferred slow_deferred;
  int calls;
};

static void be_quick(struct cr_timer *timer)
{
  CR_CONTAINER(timer, struct fixture, quick)->calls++;
}

static void be_slow(struct cr_timer *timer)
{
  CR_CONTAINER(timer, struct fixture, slow)->fake->clock_ms += TAKES_MS;
}

static void be_slow_deferred(struct cr_deferred *deferred)
{
  struct fixture *f = CR_CONTAINER(deferred, struct fixture, slow_deferred);

  f->calls++;
  f->fake->clock_ms += TAKES_MS;
}

static void end_turn(struct cr_timer *timer)
{
  struct cr_fake_loop *fake = CR_CONTAINER(timer, struct fixture, ending)->fake;

  fake->clock_ms += 7;
  cr_loop_end_turn(&fake->loop);
  cr_loop_end_turn(&fake->loop);
  fake->clock_ms += 100;
}

static int set_up(void **state)
{
  struct fixture *f = test_calloc(1, sizeof(*f));

  cr_test_mem_init(&f->mem);
  f->fake = cr_fake_loop_open(&f->mem, START_MS);
  assert_non_null(f->fake);
  cr_timer_init(&f->quick, be_quick);
  cr_timer_init(&f->slow, be_slow);
  cr_timer_init(&f->ending, end_turn);
  cr_list_init(&f->slow_deferred.link);
  f->slow_deferred.call = be_slow_deferred;
  *state = f;
  return 0;
}

static int tear_down(void **state)
{
  struct fixture *f = *state;

  cr_loop_close(&f->fake->loop);
  cr_test_mem_done(&f->mem);
  test_free(f);
  return 0;
}

static void set(struct fixture *f, struct cr_timer *timer, int64_t at_ms)
{
  assert_int_equal(cr_loop_set_timer(&f->fake->loop, timer, at_ms), 0);
}

static void turn(struct fixture *f, int64_t timeout_ms)
{
  assert_int_equal(cr_loop_turn(&f->fake->loop, timeout_ms), 0);
}

static void assert_turns(const struct fixture *f, int64_t count, int64_t max_ms)
{
  const struct cr_histogram *turns = cr_loop_turns(&f->fake->loop);

  assert_int_equal(cr_histogram_count(turns), count);
  assert_int_equal(cr_histogram_max(turns), max_ms * 1000);
}

static void a_turn_takes_as_long_as_all_that_it_calls(void **state)
{
  struct fixture *f = *state;

  set(f, &f->slow, 0);
  turn(f, 0);
  assert_turns(f, 1, TAKES_MS);
  set(f, &f->slow, 0);
  cr_loop_defer(&f->fake->loop, &f->slow_deferred);
  turn(f, 0);
  assert_turns(f, 2, 2 * TAKES_MS);
}

static void waiting_is_no_part_of_a_turn_nor_is_the_time_between_turns(void **state)
{
  struct fixture *f = *state;

  turn(f, 500);
  assert_turns(f, 0, 0); /* nothing was done */
  set(f, &f->quick, f->fake->clock_ms + 40);
  turn(f, -1);
  assert_int_equal(f->calls, 1);
  assert_turns(f, 1, 0);
  f->fake->clock_ms += 1000; /* the caller's */
  set(f, &f->slow, 0);
  turn(f, -1);
  assert_turns(f, 2, TAKES_MS);
}

/* As when a turn has failed, and what it would have run is called all the same. */
static void deferred_calls_without_a_turn_begin_none(void **state)
{
  struct fixture *f = *state;

  cr_loop_defer(&f->fake->loop, &f->slow_deferred);
  assert_true(cr_loop_run_deferred(&f->fake->loop));
  assert_int_equal(f->calls, 1);
  assert_turns(f, 0, 0);
  f->fake->clock_ms += 1000;
  set(f, &f->quick, 0);
  turn(f, 0);
  assert_turns(f, 1, 0);
}

static void a_turn_that_is_ended_early_counts_once(void **state)
{
  struct fixture *f = *state;

  set(f, &f->ending, 0);
  turn(f, 0);
  assert_turns(f, 1, 7);
}

struct row { /* of deferred calls, each of which takes TAKES_MS */
  struct cr_deferred deferred[3];
  struct cr_fake_loop *fake;
  char called[8];
  bool was_long[2];
};

static void note_call(struct row *row, int which)
{
  size_t len = strlen(row->called);

  assert_true(len + 1 < sizeof(row->called));
  row->called[len] = (char)('a' + which);
  row->fake->clock_ms += TAKES_MS;
}

static void call_first(struct cr_deferred *deferred) /* defers another one, behind the second */
{
  struct row *row = CR_CONTAINER(deferred, struct row, deferred[0]);

  row->was_long[0] = cr_loop_should_yield(&row->fake->loop);
  note_call(row, 0);
  row->was_long[1] = cr_loop_should_yield(&row->fake->loop);
  cr_loop_defer(&row->fake->loop, &row->deferred[2]);
}

static void call_second(struct cr_deferred *deferred)
{
  note_call(CR_CONTAINER(deferred, struct row, deferred[1]), 1);
}

static void call_third(struct cr_deferred *deferred)
{
  note_call(CR_CONTAINER(deferred, struct row, deferred[2]), 2);
}

static void slow_deferred_calls_get_a_turn_each_in_their_order(void **state)
{
  static void (*const calls[])(struct cr_deferred *) = { call_first, call_second, call_third };
  static const char *const want[] = { "a", "ab", "abc" };
  struct fixture *f = *state;
  struct row row = { .fake = f->fake };

  for (int i = 0; i < 3; i++) {
    cr_list_init(&row.deferred[i].link);
    row.deferred[i].call = calls[i];
  }
  cr_loop_defer(&f->fake->loop, &row.deferred[0]);
  cr_loop_defer(&f->fake->loop, &row.deferred[1]);
  for (int i = 0; i < 3; i++) {
    turn(f, 0);
    assert_string_equal(row.called, want[i]);
    assert_turns(f, i + 1, TAKES_MS);
  }
  turn(f, 0);
  assert_turns(f, 3, TAKES_MS);
  assert_false(row.was_long[0]);
  assert_true(row.was_long[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(a_turn_takes_as_long_as_all_that_it_calls),
    TEST(waiting_is_no_part_of_a_turn_nor_is_the_time_between_turns),
    TEST(deferred_calls_without_a_turn_begin_none),
    TEST(a_turn_that_is_ended_early_counts_once),
    TEST(slow_deferred_calls_get_a_turn_each_in_their_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
