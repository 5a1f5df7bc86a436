/* SPDX-License-Identifier: MIT */
/* test_clock.c - the system's clocks, in milliseconds and microseconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

static void the_monotonic_clock_never_goes_back(void **state)
{
  int64_t before = cr_clock_mono_ms();
  (void)state;

  assert_true(before > 0);
  for (int i = 0; i < 10000; i++) {
    int64_t now = cr_clock_mono_ms();
    assert_true(now >= before);
    before = now;
  }
}

static void its_microseconds_are_of_the_same_clock(void **state)
{
  int64_t before_ms = cr_clock_mono_ms();
  int64_t us = cr_clock_mono_us();
  int64_t after_ms = cr_clock_mono_ms();
  (void)state;

  assert_in_range(us / 1000, before_ms, after_ms);
}

static void a_threads_clock_runs_while_it_works(void **state)
{
  int64_t began = cr_clock_thread_ms();
  volatile unsigned sum = 0;
  (void)state;

  while (cr_clock_thread_ms() - began < 3)
    for (unsigned i = 0; i < 1000; i++)
      sum += i;
  assert_true(cr_clock_thread_ms() >= began + 3);
}

static void the_wall_clock_counts_from_1970(void **state)
{
  int64_t before_s = (int64_t)time(NULL);
  int64_t now_ms = cr_clock_wall_ms();
  int64_t after_s = (int64_t)time(NULL);
  (void)state;

  /* time() may read a coarser clock, up to a tick (10 ms) behind; a second covers it. */
  assert_true(now_ms >= before_s * 1000);
  assert_true(now_ms < (after_s + 2) * 1000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_monotonic_clock_never_goes_back),
    cmocka_unit_test(its_microseconds_are_of_the_same_clock),
    cmocka_unit_test(a_threads_clock_runs_while_it_works),
    cmocka_unit_test(the_wall_clock_counts_from_1970),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
