/* SPDX-License-Identifier: MIT */
/* loop_contract.c - what every backend of lib/loop/loop.h that waits on real descriptors must do.
 *
 * Pipes stand for sockets. Nothing here depends on how long anything takes, save that a timer is
 * not early.
 */
#include "support/loop_contract.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "crawl/crawler.h"
#include "support/oom.h"

enum { PATIENCE_MS = 20000 }; /* a test that waits longer fails */

struct world {
  const struct cr_loop_driver *driver;
  struct cr_mem mem;
  struct cr_loop *loop;
  void *own;
};

struct end { /* the reading end of a pipe, watched */
  struct cr_watch watch;
  struct cr_deferred deferred;
  struct cr_timer timer;
  struct world *w;
  struct end *other;
  struct end *fresh;
  void (*then)(struct end *self);
  int write_fd;
  int calls;
  int events;
  int bytes;
  int timer_calls;
  int deferred_calls;
  int64_t fired_ms;
  bool *freed;
};

static void turn(struct world *w)
{
  w->driver->turn(w->loop, w->own, PATIENCE_MS);
}

/* Until *flag is reached; fails when that takes too long. */
static void turn_until(struct world *w, const int *flag, int value)
{
  int64_t deadline_ms = cr_clock_mono_ms() + PATIENCE_MS;

  while (*flag < value) {
    assert_true(cr_clock_mono_ms() < deadline_ms);
    turn(w);
  }
}

static void on_ready(struct cr_watch *watch, int events)
{
  struct end *self = CR_CONTAINER(watch, struct end, watch);

  self->calls++;
  self->events = events;
  if (self->then)
    self->then(self);
}

static void on_deferred(struct cr_deferred *deferred)
{
  CR_CONTAINER(deferred, struct end, deferred)->deferred_calls++;
}

static void on_timer(struct cr_timer *timer)
{
  struct end *self = CR_CONTAINER(timer, struct end, timer);

  self->timer_calls++;
  self->fired_ms = cr_loop_now(self->w->loop);
}

static void take_bytes(struct end *self)
{
  char bytes[16];
  ssize_t got = read(self->watch.fd, bytes, sizeof(bytes));
  if (got > 0)
    self->bytes += (int)got;
}

static void open_pipe(struct end *end)
{
  int fds[2];

  assert_int_equal(pipe(fds), 0);
  assert_int_not_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), -1);
  assert_int_not_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), -1);
  end->watch.fd = fds[0];
  end->write_fd = fds[1];
}

static void open_end(struct world *w, struct end *end)
{
  *end = (struct end){ .w = w, .watch = { .ready = on_ready }, .then = take_bytes };
  end->deferred.call = on_deferred;
  cr_list_init(&end->deferred.link);
  cr_timer_init(&end->timer, on_timer);
  open_pipe(end);
}

static void watch(struct end *end, int events)
{
  assert_int_equal(cr_loop_watch(end->w->loop, &end->watch, events), 0);
}

static void put_byte(struct end *end)
{
  assert_int_equal(write(end->write_fd, "x", 1), 1);
}

static void close_end(struct end *end)
{
  watch(end, 0);
  cr_loop_cancel_timer(end->w->loop, &end->timer);
  cr_list_remove(&end->deferred.link);
  close(end->watch.fd);
  close(end->write_fd);
}

static int open_world(void **state)
{
  const struct cr_loop_driver *driver = *state;
  struct world *w = test_calloc(1, sizeof(*w));

  w->driver = driver;
  cr_test_mem_init(&w->mem);
  assert_int_equal(driver->open(&w->loop, &w->own, &w->mem), 0);
  *state = w;
  return 0;
}

static int close_world(void **state)
{
  struct world *w = *state;

  w->driver->close(w->loop, w->own);
  cr_test_mem_done(&w->mem);
  test_free(w);
  return 0;
}

/* ---- watches ---- */

static void readable_is_told_until_it_is_read(void **state)
{
  struct end end;

  open_end(*state, &end);
  end.then = NULL;
  watch(&end, CR_LOOP_READ);
  end.w->driver->turn(end.w->loop, end.w->own, 0);
  assert_int_equal(end.calls, 0);
  put_byte(&end);
  turn_until(end.w, &end.calls, 3);
  assert_int_equal(end.events, CR_LOOP_READ);
  end.then = take_bytes;
  turn_until(end.w, &end.bytes, 1);
  end.calls = 0;
  end.w->driver->turn(end.w->loop, end.w->own, 0);
  assert_int_equal(end.calls, 0);
  close_end(&end);
}

static void a_closed_peer_is_readable(void **state)
{
  struct end end;

  open_end(*state, &end);
  watch(&end, CR_LOOP_READ);
  close(end.write_fd);
  end.write_fd = -1;
  turn_until(end.w, &end.calls, 1);
  assert_int_equal(end.events, CR_LOOP_READ);
  close_end(&end);
}

static void what_is_asked_for_can_change_at_any_time(void **state)
{
  struct end end;
  int read_fd;

  open_end(*state, &end);
  read_fd = end.watch.fd;
  end.watch.fd = end.write_fd; /* a pipe's writing end is writable, never readable */
  end.then = NULL;
  watch(&end, CR_LOOP_READ);
  end.w->driver->turn(end.w->loop, end.w->own, 0);
  assert_int_equal(end.calls, 0);
  watch(&end, CR_LOOP_READ | CR_LOOP_WRITE);
  turn_until(end.w, &end.calls, 1);
  assert_int_equal(end.events, CR_LOOP_WRITE);
  watch(&end, CR_LOOP_WRITE);
  turn_until(end.w, &end.calls, 2);
  watch(&end, CR_LOOP_READ);
  watch(&end, 0);
  watch(&end, CR_LOOP_READ);
  end.calls = 0;
  end.w->driver->turn(end.w->loop, end.w->own, 0);
  assert_int_equal(end.calls, 0);
  watch(&end, 0);
  end.watch.fd = read_fd;
  close_end(&end);
}

static void end_other(struct end *self)
{
  watch(self->other, 0);
  watch(self, 0);
}

static void a_watch_that_another_one_ends_is_not_called_in_the_same_batch(void **state)
{
  struct end ends[2];

  for (int i = 0; i < 2; i++) {
    open_end(*state, &ends[i]);
    ends[i].then = end_other;
    ends[i].other = &ends[1 - i];
    put_byte(&ends[i]);
    watch(&ends[i], CR_LOOP_READ);
  }
  turn(ends[0].w);
  ends[0].w->driver->turn(ends[0].w->loop, ends[0].w->own, 0);
  assert_int_equal(ends[0].calls + ends[1].calls, 1);
  close_end(&ends[0]);
  close_end(&ends[1]);
}

static void free_self(struct end *self)
{
  bool *freed = self->freed;

  close_end(self);
  cr_free(&self->w->mem, self);
  *freed = true;
}

static void a_callback_may_free_its_owner(void **state)
{
  struct world *w = *state;
  bool freed[8] = { false };
  int64_t deadline_ms = cr_clock_mono_ms() + PATIENCE_MS;

  for (int i = 0; i < 8; i++) {
    struct end *end = cr_alloc(&w->mem, CR_MEM_CORE, sizeof(*end));
    assert_non_null(end);
    open_end(w, end);
    end->then = free_self;
    end->freed = &freed[i];
    put_byte(end);
    watch(end, CR_LOOP_READ);
  }
  for (int i = 0; i < 8; i++) {
    while (!freed[i]) {
      assert_true(cr_clock_mono_ms() < deadline_ms);
      turn(w);
    }
  }
}

/* Closes the other pipe, and opens a third whose descriptor takes the closed one's number. */
static void replace_other(struct end *self)
{
  struct end *fresh = self->fresh;
  int fd = self->other->watch.fd;

  watch(self, 0);
  close_end(self->other);
  open_end(self->w, fresh);
  assert_true(fresh->watch.fd == fd || fresh->write_fd == fd);
  watch(fresh, CR_LOOP_READ);
}

static void a_descriptor_may_be_closed_and_reused_within_a_batch(void **state)
{
  struct end ends[2];
  struct end fresh = { .w = NULL };

  for (int i = 0; i < 2; i++) {
    open_end(*state, &ends[i]);
    ends[i].then = replace_other;
    ends[i].other = &ends[1 - i];
    ends[i].fresh = &fresh;
    put_byte(&ends[i]);
    watch(&ends[i], CR_LOOP_READ);
  }
  turn(ends[0].w);
  assert_int_equal(ends[0].calls + ends[1].calls, 1);
  assert_non_null(fresh.w);
  fresh.w->driver->turn(fresh.w->loop, fresh.w->own, 0);
  assert_int_equal(fresh.bytes, 0);
  put_byte(&fresh);
  turn_until(fresh.w, &fresh.bytes, 1);
  close_end(&fresh);
  close_end(ends[0].calls > 0 ? &ends[0] : &ends[1]);
}

static void watches_that_come_and_go_need_no_new_memory(void **state)
{
  struct world *w = *state;
  struct end ends[8];
  int64_t calls = 0;

  for (int round = 0; round < 50; round++) {
    for (int i = 0; i < 8; i++) {
      open_end(w, &ends[i]);
      put_byte(&ends[i]);
      watch(&ends[i], CR_LOOP_READ);
    }
    for (int i = 0; i < 8; i++)
      turn_until(w, &ends[i].bytes, 1);
    for (int i = 0; i < 8; i++)
      close_end(&ends[i]);
    if (round == 0)
      calls = w->mem.calls;
  }
  assert_int_equal(w->mem.calls, calls);
}

/* ---- timers ---- */

static void a_timer_fires_once_and_not_early(void **state)
{
  struct end end;
  int64_t at_ms;

  open_end(*state, &end);
  at_ms = cr_loop_now(end.w->loop) + 15;
  assert_int_equal(cr_loop_set_timer(end.w->loop, &end.timer, at_ms), 0);
  turn_until(end.w, &end.timer_calls, 1);
  assert_true(end.fired_ms >= at_ms);
  assert_true(cr_clock_mono_ms() >= at_ms);
  end.w->driver->turn(end.w->loop, end.w->own, 0);
  assert_int_equal(end.timer_calls, 1);
  close_end(&end);
}

static void timers_fire_in_order(void **state)
{
  struct end ends[5];

  for (int i = 0; i < 5; i++) {
    open_end(*state, &ends[i]);
    int64_t at_ms = cr_loop_now(ends[i].w->loop) + 20 - 4 * i;
    assert_int_equal(cr_loop_set_timer(ends[i].w->loop, &ends[i].timer, at_ms), 0);
  }
  cr_loop_cancel_timer(ends[2].w->loop, &ends[2].timer);
  turn_until(ends[0].w, &ends[0].timer_calls, 1);
  assert_int_equal(ends[2].timer_calls, 0);
  assert_true(ends[4].fired_ms <= ends[3].fired_ms);
  assert_true(ends[3].fired_ms <= ends[1].fired_ms);
  assert_true(ends[1].fired_ms <= ends[0].fired_ms);
  for (int i = 0; i < 5; i++)
    close_end(&ends[i]);
}

static void a_timer_that_is_past_fires_without_waiting(void **state)
{
  struct end end;

  open_end(*state, &end);
  assert_int_equal(cr_loop_set_timer(end.w->loop, &end.timer, 0), 0);
  turn_until(end.w, &end.timer_calls, 1);
  close_end(&end);
}

static void count_batch(void *arg)
{
  ++*(int *)arg;
}

static void leave_batch(void *arg)
{
  (void)arg;
}

/* After the last timer and deferred call nothing calls us any more: no loop spins. */
static void a_loop_with_nothing_to_do_does_nothing(void **state)
{
  struct end end;
  int batches = 0;

  open_end(*state, &end);
  watch(&end, CR_LOOP_READ);
  assert_int_equal(cr_loop_set_timer(end.w->loop, &end.timer, cr_loop_now(end.w->loop) + 5), 0);
  cr_loop_defer(end.w->loop, &end.deferred);
  turn_until(end.w, &end.timer_calls, 1);
  turn_until(end.w, &end.deferred_calls, 1);
  for (int i = 0; i < 3; i++) /* an early alarm may be left */
    end.w->driver->turn(end.w->loop, end.w->own, 0);
  cr_loop_on_batch(end.w->loop, count_batch, leave_batch, &batches);
  for (int i = 0; i < 10; i++)
    end.w->driver->turn(end.w->loop, end.w->own, 0);
  assert_int_equal(batches, 0);
  close_end(&end);
}

/* ---- deferred calls and wake-ups ---- */

static void defer_self(struct end *self)
{
  take_bytes(self);
  cr_loop_defer(self->w->loop, &self->deferred);
}

static void a_deferred_call_needs_no_event_to_come(void **state)
{
  struct end end;

  open_end(*state, &end);
  cr_loop_defer(end.w->loop, &end.deferred);
  turn_until(end.w, &end.deferred_calls, 1);
  end.then = defer_self;
  watch(&end, CR_LOOP_READ);
  put_byte(&end);
  turn_until(end.w, &end.bytes, 1);
  /* The turn that read the byte made the call too. */
  assert_int_equal(end.deferred_calls, 2);
  close_end(&end);
}

static void on_wake(void *arg)
{
  ++*(int *)arg;
}

static void *wake_from_thread(void *arg)
{
  cr_loop_wake(arg);
  return NULL;
}

static void a_thread_wakes_a_loop_that_waits(void **state)
{
  struct world *w = *state;
  int woken = 0;
  pthread_t thread;

  assert_int_equal(cr_loop_on_wake(w->loop, on_wake, &woken), 0);
  for (int round = 1; round <= 20; round++) {
    assert_int_equal(pthread_create(&thread, NULL, wake_from_thread, w->loop), 0);
    turn_until(w, &woken, round);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(woken, round);
  }
}

static void wakes_before_the_loop_listens_are_kept_and_count_as_one(void **state)
{
  struct world *w = *state;
  int woken = 0;

  cr_loop_wake(w->loop);
  cr_loop_wake(w->loop);
  assert_int_equal(cr_loop_on_wake(w->loop, on_wake, &woken), 0);
  turn_until(w, &woken, 1);
  w->driver->turn(w->loop, w->own, 0);
  assert_int_equal(woken, 1);
  assert_int_equal(cr_loop_on_wake(w->loop, NULL, NULL), 0);
  cr_loop_wake(w->loop);
  w->driver->turn(w->loop, w->own, 0);
  assert_int_equal(woken, 1);
}

static struct cr_loop *signal_loop; /* a signal handler has no argument of ours */

static void wake_from_signal(int number)
{
  (void)number;
  cr_loop_wake(signal_loop);
}

static void a_signal_handler_may_wake(void **state)
{
  struct world *w = *state;
  struct sigaction action = { .sa_handler = wake_from_signal };
  struct sigaction before;
  int woken = 0;

  signal_loop = w->loop;
  assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
  assert_int_equal(cr_loop_on_wake(w->loop, on_wake, &woken), 0);
  errno = E2BIG;
  assert_int_equal(raise(SIGUSR1), 0);
  assert_int_equal(errno, E2BIG);
  turn_until(w, &woken, 1);
  assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
}

/* ---- how long turns take ---- */

enum { BUSY_US = 5000, WAITS = 15, WAIT_MS = 20 };

static void keep_busy(struct end *self)
{
  int64_t until_us = cr_clock_mono_us() + BUSY_US;

  take_bytes(self);
  while (cr_clock_mono_us() < until_us) {
  }
}

static void keep_busy_on_timer(struct cr_timer *timer)
{
  on_timer(timer);
  keep_busy(CR_CONTAINER(timer, struct end, timer));
}

static void keep_busy_deferred(struct cr_deferred *deferred)
{
  on_deferred(deferred);
  keep_busy(CR_CONTAINER(deferred, struct end, deferred));
}

static int64_t longest_turn(const struct world *w)
{
  return cr_histogram_max(cr_loop_turns(w->loop));
}

static int64_t turns_of(const struct world *w)
{
  return cr_histogram_count(cr_loop_turns(w->loop));
}

/* Of a loop each, as one long turn would hide another. */
static void a_slow_descriptor_shows_as_a_long_turn(void **state)
{
  struct end end;

  open_end(*state, &end);
  assert_int_equal(turns_of(end.w), 0);
  end.then = keep_busy;
  watch(&end, CR_LOOP_READ);
  put_byte(&end);
  turn_until(end.w, &end.bytes, 1);
  assert_true(longest_turn(end.w) >= BUSY_US);
  close_end(&end);
}

static void a_slow_timer_shows_as_a_long_turn(void **state)
{
  struct end end;

  open_end(*state, &end);
  end.timer.fire = keep_busy_on_timer;
  assert_int_equal(cr_loop_set_timer(end.w->loop, &end.timer, 0), 0);
  turn_until(end.w, &end.timer_calls, 1);
  assert_true(longest_turn(end.w) >= BUSY_US);
  close_end(&end);
}

static void a_slow_deferred_call_shows_as_a_long_turn(void **state)
{
  struct end end;

  open_end(*state, &end);
  end.deferred.call = keep_busy_deferred;
  cr_loop_defer(end.w->loop, &end.deferred);
  turn_until(end.w, &end.deferred_calls, 1);
  assert_true(longest_turn(end.w) >= BUSY_US);
  close_end(&end);
}

static void waiting_is_no_part_of_a_turn_and_without_work_there_is_none(void **state)
{
  struct end end;
  int64_t turns;

  open_end(*state, &end);
  for (int i = 1; i <= WAITS; i++) {
    int64_t at_ms = cr_loop_now(end.w->loop) + WAIT_MS;

    assert_int_equal(cr_loop_set_timer(end.w->loop, &end.timer, at_ms), 0);
    turn_until(end.w, &end.timer_calls, i);
  }
  turns = turns_of(end.w);
  assert_true(turns >= WAITS);
  assert_true(cr_histogram_percentile(cr_loop_turns(end.w->loop), 500) < WAIT_MS * 1000);
  for (int i = 0; i < 3; i++) /* an early alarm may be left */
    end.w->driver->turn(end.w->loop, end.w->own, 0);
  turns = turns_of(end.w);
  for (int i = 0; i < 10; i++)
    end.w->driver->turn(end.w->loop, end.w->own, 0);
  assert_int_equal(turns_of(end.w), turns);
  close_end(&end);
}

/* ---- out of memory ---- */

static void oom_scenario(struct cr_mem *mem, void *arg)
{
  struct world w = { .driver = arg };
  struct end ends[3];
  bool watched[3];
  int opened = w.driver->open(&w.loop, &w.own, mem);

  if (opened != 0) {
    assert_int_equal(opened, CRAWLER_E_NOMEM);
    return;
  }
  for (int i = 0; i < 3; i++) {
    open_end(&w, &ends[i]);
    put_byte(&ends[i]);
    int err = cr_loop_watch(w.loop, &ends[i].watch, CR_LOOP_READ);
    watched[i] = err == 0;
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    assert_int_equal(ends[i].watch.events, err ? 0 : CR_LOOP_READ);
    err = cr_loop_set_timer(w.loop, &ends[i].timer, 0);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    cr_loop_defer(w.loop, &ends[i].deferred);
  }
  for (int i = 0; i < 3; i++) {
    if (watched[i])
      turn_until(&w, &ends[i].bytes, 1);
    turn_until(&w, &ends[i].deferred_calls, 1);
    close_end(&ends[i]);
  }
  w.driver->close(w.loop, w.own);
}

static void running_out_of_memory_is_an_error_of_one_call(void **state)
{
  struct world *w = *state;
  cr_test_oom(oom_scenario, (void *)(uintptr_t)w->driver);
}

/* The tests find their driver where cmocka puts a test's initial state. */
#define TEST(name)                                                  \
  {                                                                 \
#name, name, open_world, close_world, (void *)(uintptr_t)driver \
  }

int cr_loop_contract(const struct cr_loop_driver *driver, const char *name)
{
  const struct CMUnitTest tests[] = {
    TEST(readable_is_told_until_it_is_read),
    TEST(a_closed_peer_is_readable),
    TEST(what_is_asked_for_can_change_at_any_time),
    TEST(a_watch_that_another_one_ends_is_not_called_in_the_same_batch),
    TEST(a_callback_may_free_its_owner),
    TEST(a_descriptor_may_be_closed_and_reused_within_a_batch),
    TEST(watches_that_come_and_go_need_no_new_memory),
    TEST(a_timer_fires_once_and_not_early),
    TEST(timers_fire_in_order),
    TEST(a_timer_that_is_past_fires_without_waiting),
    TEST(a_loop_with_nothing_to_do_does_nothing),
    TEST(a_deferred_call_needs_no_event_to_come),
    TEST(a_thread_wakes_a_loop_that_waits),
    TEST(wakes_before_the_loop_listens_are_kept_and_count_as_one),
    TEST(a_signal_handler_may_wake),
    TEST(a_slow_descriptor_shows_as_a_long_turn),
    TEST(a_slow_timer_shows_as_a_long_turn),
    TEST(a_slow_deferred_call_shows_as_a_long_turn),
    TEST(waiting_is_no_part_of_a_turn_and_without_work_there_is_none),
    TEST(running_out_of_memory_is_an_error_of_one_call),
  };
  return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}
