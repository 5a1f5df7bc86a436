/* SPDX-License-Identifier: MIT */
/* test_sim_loop.c - the virtual clock jumps where it should, and other threads can wake the loop.
 */
#include "sim/sim_loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"

struct counter {
  struct cr_timer timer;
  struct cr_deferred deferred;
  struct cr_sim_loop *sim;
  int fired;
  int called;
  int woken;
  int64_t at_ms;
};

static void on_timer(struct cr_timer *timer)
{
  struct counter *counter = CR_CONTAINER(timer, struct counter, timer);
  counter->fired++;
  counter->at_ms = cr_loop_now(&counter->sim->loop);
}

static void on_deferred(struct cr_deferred *deferred)
{
  CR_CONTAINER(deferred, struct counter, deferred)->called++;
}

static void on_wake(void *arg)
{
  ((struct counter *)arg)->woken++;
}

static void open(struct counter *counter, struct cr_mem *mem)
{
  cr_test_mem_init(mem);
  *counter = (struct counter){ .fired = 0 };
  assert_int_equal(cr_sim_loop_open(&counter->sim, mem), 0);
  cr_timer_init(&counter->timer, on_timer);
  cr_list_init(&counter->deferred.link);
  counter->deferred.call = on_deferred;
  assert_int_equal(cr_loop_on_wake(&counter->sim->loop, on_wake, counter), 0);
}

static void close(struct counter *counter, struct cr_mem *mem)
{
  cr_loop_close(&counter->sim->loop);
  cr_test_mem_done(mem);
}

static void the_clock_jumps_to_the_next_alarm(void **state)
{
  struct counter c;
  struct cr_mem mem;
  (void)state;

  open(&c, &mem);
  assert_int_equal(cr_loop_set_timer(&c.sim->loop, &c.timer, 500000), 0);
  assert_int_equal(cr_loop_turn(&c.sim->loop, 0), 0);
  assert_int_equal(c.fired, 0);
  assert_int_equal(cr_loop_turn(&c.sim->loop, 250), 0); /* no further than it is told */
  assert_int_equal(cr_loop_now(&c.sim->loop), 1250);
  assert_int_equal(cr_loop_turn(&c.sim->loop, -1), 0);
  assert_int_equal(c.fired, 1);
  assert_int_equal(c.at_ms, 500000);
  assert_int_equal(cr_loop_wall(&c.sim->loop) - cr_loop_now(&c.sim->loop), INT64_C(1700000000000));
  assert_int_equal(cr_histogram_count(cr_loop_turns(&c.sim->loop)), 3);
  assert_int_equal(cr_histogram_max(cr_loop_turns(&c.sim->loop)), 0); /* they take no time */
  close(&c, &mem);
}

static void what_is_ready_is_done_without_a_jump(void **state)
{
  struct counter c;
  struct cr_mem mem;
  (void)state;

  open(&c, &mem);
  assert_int_equal(cr_loop_set_timer(&c.sim->loop, &c.timer, 9000), 0);
  cr_loop_defer(&c.sim->loop, &c.deferred);
  assert_int_equal(cr_loop_turn(&c.sim->loop, -1), 0);
  assert_int_equal(c.called, 1);
  assert_int_equal(c.fired, 0);
  assert_int_equal(cr_loop_now(&c.sim->loop), 1000);
  cr_loop_wake(&c.sim->loop);
  assert_int_equal(cr_loop_turn(&c.sim->loop, -1), 0);
  assert_int_equal(c.woken, 1);
  assert_int_equal(cr_loop_now(&c.sim->loop), 1000);
  close(&c, &mem);
}

static void a_turn_that_nothing_can_end_fails(void **state)
{
  struct counter c;
  struct cr_mem mem;
  (void)state;

  open(&c, &mem);
  assert_int_equal(cr_loop_turn(&c.sim->loop, -1), CRAWLER_E_STATE);
  assert_int_equal(cr_loop_turn(&c.sim->loop, 10), 0); /* time ends this one */
  struct cr_watch watch = { .fd = 0 };
  assert_int_equal(cr_loop_watch(&c.sim->loop, &watch, CR_LOOP_READ), CRAWLER_E_SYSTEM);
  close(&c, &mem);
}

static void *wake_many_times(void *arg)
{
  struct counter *c = arg;

  for (int i = 0; i < 1000; i++)
    cr_loop_wake(&c->sim->loop);
  return NULL;
}

static void another_thread_ends_the_wait(void **state)
{
  struct counter c;
  struct cr_mem mem;
  pthread_t thread;
  (void)state;

  open(&c, &mem);
  c.sim->patience_ms = 20000;
  assert_int_equal(pthread_create(&thread, NULL, wake_many_times, &c), 0);
  assert_int_equal(cr_loop_turn(&c.sim->loop, -1), 0);
  assert_int_equal(c.woken, 1);
  pthread_join(thread, NULL);
  assert_int_equal(cr_loop_turn(&c.sim->loop, 0), 0); /* what was left melts into one */
  assert_in_range(c.woken, 1, 2);
  assert_int_equal(cr_loop_now(&c.sim->loop), 1000);
  close(&c, &mem);
}

static void open_and_close(struct cr_mem *mem, void *arg)
{
  struct cr_sim_loop *sim = NULL;

  (void)arg;
  int err = cr_sim_loop_open(&sim, mem);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (err == 0)
    cr_loop_close(&sim->loop);
}

static void without_memory_there_is_no_loop(void **state)
{
  (void)state;
  cr_test_oom(open_and_close, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_clock_jumps_to_the_next_alarm),
    cmocka_unit_test(what_is_ready_is_done_without_a_jump),
    cmocka_unit_test(a_turn_that_nothing_can_end_fails),
    cmocka_unit_test(another_thread_ends_the_wait),
    cmocka_unit_test(without_memory_there_is_no_loop),
  };

  return cmocka_run_group_tests_name("sim loop", tests, NULL, NULL);
}
