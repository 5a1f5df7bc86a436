/* SPDX-License-Identifier: MIT */
/* test_loop_caller.c - a loop that the caller drives: here with poll(), as examples do.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "crawl/crawler.h"
#include "support/loop_contract.h"
#include "support/oom.h"

enum { FDS_MAX = 1024 };

/* The caller's side. */
struct poller {
  int events[FDS_MAX]; /* by descriptor */
  int64_t timer_at;    /* INT64_MAX: none */
  int64_t last_ms;     /* the argument of the last call */
  int timer_calls;
  int watch_calls;
  int fail_watch;
  int fail_timer;
  int result; /* of the last call into the loop */
};

static int on_watch(int fd, int events, void *user)
{
  struct poller *p = user;

  assert_in_range(fd, 0, FDS_MAX - 1);
  p->watch_calls++;
  if (p->fail_watch)
    return -1;
  p->events[fd] = events;
  return 0;
}

static int on_timer(int64_t ms, void *user)
{
  struct poller *p = user;

  p->timer_calls++;
  p->last_ms = ms;
  if (p->fail_timer)
    return -1;
  assert_true(ms >= -1);
  p->timer_at = ms < 0 ? INT64_MAX : cr_clock_mono_ms() + ms;
  return 0;
}

static struct cr_loop_caller caller_of(struct poller *p)
{
  return (struct cr_loop_caller){ .watch = on_watch, .timer = on_timer, .user = p };
}

static int poll_timeout(const struct poller *p, int64_t timeout_ms)
{
  int64_t in_ms = p->timer_at == INT64_MAX ? INT64_MAX : p->timer_at - cr_clock_mono_ms();

  if (timeout_ms >= 0 && timeout_ms < in_ms)
    in_ms = timeout_ms;
  if (in_ms < 0)
    in_ms = 0;
  return in_ms > 100000 ? 100000 : (int)in_ms;
}

static void turn(struct cr_loop *loop, void *world, int64_t timeout_ms)
{
  struct poller *p = world;
  struct pollfd polled[FDS_MAX];
  nfds_t count = 0;

  for (int fd = 0; fd < FDS_MAX; fd++) {
    short events = (short)((p->events[fd] & CR_LOOP_READ ? POLLIN : 0) |
                           (p->events[fd] & CR_LOOP_WRITE ? POLLOUT : 0));
    if (events != 0)
      polled[count++] = (struct pollfd){ .fd = fd, .events = events };
  }
  (void)poll(polled, count, poll_timeout(p, timeout_ms));
  if (p->timer_at <= cr_clock_mono_ms()) {
    p->timer_at = INT64_MAX;
    p->result = cr_loop_caller_timer_fired(loop);
  }
  for (nfds_t i = 0; i < count; i++) { /* as they were, whatever was closed since */
    int seen = polled[i].revents;
    int events = (seen & (POLLIN | POLLHUP | POLLERR) ? CR_LOOP_READ : 0) |
                 (seen & (POLLOUT | POLLERR) ? CR_LOOP_WRITE : 0);
    if (events != 0)
      p->result = cr_loop_caller_fd_ready(loop, polled[i].fd, events);
  }
}

static int open_caller(struct cr_loop **loop, void **world, struct cr_mem *mem)
{
  struct poller *p = calloc(1, sizeof(*p));
  int err;

  assert_non_null(p);
  p->timer_at = INT64_MAX;
  struct cr_loop_caller caller = caller_of(p);
  err = cr_loop_open_caller(loop, mem, &caller);
  if (err)
    free(p);
  *world = p;
  return err;
}

static void close_caller(struct cr_loop *loop, void *world)
{
  struct poller *p = world;

  cr_loop_close(loop);
  assert_int_equal(p->timer_at, INT64_MAX);
  for (int fd = 0; fd < FDS_MAX; fd++)
    assert_int_equal(p->events[fd], 0);
  free(p);
}

/* ---- what only this backend does ---- */

struct fixture {
  struct cr_mem mem;
  struct poller poller;
  struct cr_loop *loop;
  struct cr_timer timers[4];
  struct cr_deferred deferred;
  struct cr_watch watch;
  int write_fd;
  int timer_calls;
  int deferred_calls;
  int ready_calls;
  int result;
  void (*then)(struct fixture *f);
};

static struct fixture *fixture_of; /* one at a time: several members call back */

static void count_timer(struct cr_timer *timer)
{
  (void)timer;
  fixture_of->timer_calls++;
  if (fixture_of->then)
    fixture_of->then(fixture_of);
}

static void count_deferred(struct cr_deferred *deferred)
{
  struct fixture *f = CR_CONTAINER(deferred, struct fixture, deferred);

  f->deferred_calls++;
  if (f->then)
    f->then(f);
}

static void count_ready(struct cr_watch *watch, int events)
{
  struct fixture *f = CR_CONTAINER(watch, struct fixture, watch);
  (void)events;

  f->ready_calls++;
  if (f->then)
    f->then(f);
}

static int set_up(void **state)
{
  struct fixture *f = test_calloc(1, sizeof(*f));
  struct cr_loop_caller caller = caller_of(&f->poller);
  int fds[2];

  cr_test_mem_init(&f->mem);
  f->poller.timer_at = INT64_MAX;
  assert_int_equal(cr_loop_open_caller(&f->loop, &f->mem, &caller), 0);
  for (int i = 0; i < 4; i++)
    cr_timer_init(&f->timers[i], count_timer);
  cr_list_init(&f->deferred.link);
  f->deferred.call = count_deferred;
  f->watch.ready = count_ready;
  assert_int_equal(pipe(fds), 0);
  f->watch.fd = fds[0];
  f->write_fd = fds[1];
  fixture_of = f;
  *state = f;
  return 0;
}

static int tear_down(void **state)
{
  struct fixture *f = *state;

  if (f->loop) {
    (void)cr_loop_watch(f->loop, &f->watch, 0);
    cr_loop_close(f->loop);
  }
  close(f->watch.fd);
  close(f->write_fd);
  cr_test_mem_done(&f->mem);
  test_free(f);
  return 0;
}

static void opening_asks_the_caller_for_nothing(void **state)
{
  struct fixture *f = *state;

  assert_int_equal(f->poller.timer_calls, 0);
  assert_int_equal(f->poller.watch_calls, 0);
  cr_loop_close(f->loop);
  f->loop = NULL;
  assert_int_equal(f->poller.timer_calls, 0);
  assert_int_equal(f->poller.watch_calls, 0);
}

static void both_functions_are_needed(void **state)
{
  struct fixture *f = *state;
  struct cr_loop_caller caller = caller_of(&f->poller);
  struct cr_loop *loop = NULL;

  caller.timer = NULL;
  assert_int_equal(cr_loop_open_caller(&loop, &f->mem, &caller), CRAWLER_E_INVAL);
  caller = caller_of(&f->poller);
  caller.watch = NULL;
  assert_int_equal(cr_loop_open_caller(&loop, &f->mem, &caller), CRAWLER_E_INVAL);
  assert_null(loop);
}

static void the_callers_loop_is_not_ours_to_turn(void **state)
{
  struct fixture *f = *state;
  assert_int_equal(cr_loop_turn(f->loop, 0), CRAWLER_E_STATE);
}

static void the_timer_is_told_in_relative_ms(void **state)
{
  struct fixture *f = *state;
  int64_t now_ms = cr_loop_now(f->loop);

  assert_int_equal(cr_loop_set_timer(f->loop, &f->timers[0], now_ms + 5000), 0);
  assert_in_range(f->poller.last_ms, 1, 5000);
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timers[1], now_ms - 5000), 0);
  assert_int_equal(f->poller.last_ms, 0);
  cr_loop_cancel_timer(f->loop, &f->timers[0]);
  cr_loop_cancel_timer(f->loop, &f->timers[1]);
  assert_int_equal(f->poller.last_ms, -1);
  assert_int_equal(f->poller.timer_calls, 3);
}

static void deferring_from_outside_asks_for_a_timer_at_once(void **state)
{
  struct fixture *f = *state;

  cr_loop_defer(f->loop, &f->deferred);
  assert_int_equal(f->poller.last_ms, 0);
  assert_int_equal(f->poller.timer_calls, 1);
  f->poller.timer_at = INT64_MAX;
  assert_int_equal(cr_loop_caller_timer_fired(f->loop), 0);
  assert_int_equal(f->deferred_calls, 1);
  assert_int_equal(f->poller.timer_calls, 1); /* nothing to say: it was good for one call */
}

static void a_timer_set_before_soon_is_set_again_after_it(void **state)
{
  struct fixture *f = *state;

  assert_int_equal(cr_loop_set_timer(f->loop, &f->timers[0], cr_loop_now(f->loop) + 60000), 0);
  cr_loop_defer(f->loop, &f->deferred);
  assert_int_equal(f->poller.last_ms, 0);
  assert_int_equal(cr_loop_caller_timer_fired(f->loop), 0);
  assert_int_equal(f->deferred_calls, 1);
  assert_int_equal(f->timer_calls, 0);
  assert_in_range(f->poller.last_ms, 1, 60000);
}

static void the_last_timer_leaves_the_callers_timer_alone(void **state)
{
  struct fixture *f = *state;

  assert_int_equal(cr_loop_set_timer(f->loop, &f->timers[0], 0), 0);
  assert_int_equal(f->poller.timer_calls, 1);
  f->poller.timer_at = INT64_MAX;
  assert_int_equal(cr_loop_caller_timer_fired(f->loop), 0);
  assert_int_equal(f->timer_calls, 1);
  assert_int_equal(f->poller.timer_calls, 1);
  assert_int_equal(f->poller.timer_at, INT64_MAX);
}

static void set_four_timers_and_defer(struct fixture *f)
{
  f->then = NULL;
  for (int i = 3; i >= 0; i--) {
    int64_t at_ms = cr_loop_now(f->loop) + 10000 + i;
    assert_int_equal(cr_loop_set_timer(f->loop, &f->timers[i], at_ms), 0);
  }
  cr_loop_defer(f->loop, &f->deferred);
}

static void one_call_from_outside_tells_the_timer_once_and_runs_deferred_calls(void **state)
{
  struct fixture *f = *state;

  f->then = set_four_timers_and_defer;
  assert_int_equal(cr_loop_watch(f->loop, &f->watch, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_caller_fd_ready(f->loop, f->watch.fd, CR_LOOP_READ), 0);
  assert_int_equal(f->deferred_calls, 1);
  assert_int_equal(f->poller.timer_calls, 1);
  assert_in_range(f->poller.last_ms, 1, 10000);
}

static void what_nobody_watches_is_ignored(void **state)
{
  struct fixture *f = *state;

  assert_int_equal(cr_loop_caller_fd_ready(f->loop, f->watch.fd, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_caller_fd_ready(f->loop, -1, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_caller_fd_ready(f->loop, 1000000, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_watch(f->loop, &f->watch, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_caller_fd_ready(f->loop, f->watch.fd, CR_LOOP_WRITE), 0);
  assert_int_equal(cr_loop_caller_fd_ready(f->loop, f->watch.fd, 0), 0);
  assert_int_equal(cr_loop_caller_timer_fired(f->loop), 0); /* uncalled for */
  assert_int_equal(f->ready_calls + f->timer_calls + f->deferred_calls, 0);
  assert_int_equal(f->poller.timer_calls, 0);
}

static void a_refused_watch_is_an_error_of_the_call(void **state)
{
  struct fixture *f = *state;

  f->poller.fail_watch = 1;
  assert_int_equal(cr_loop_watch(f->loop, &f->watch, CR_LOOP_READ), CRAWLER_E_SYSTEM);
  assert_int_equal(f->watch.events, 0);
  assert_int_equal(cr_loop_error(f->loop), CRAWLER_E_SYSTEM); /* whatever the call's caller does */
  assert_int_equal(cr_loop_on_wake(f->loop, NULL, NULL), 0);  /* nothing to do: no error */
  f->poller.fail_watch = 0;
  assert_int_equal(cr_loop_watch(f->loop, &f->watch, CR_LOOP_READ), 0);
  f->poller.fail_watch = 1;
  assert_int_equal(cr_loop_watch(f->loop, &f->watch, 0), 0);
  assert_int_equal(cr_loop_error(f->loop), CRAWLER_E_SYSTEM);
  f->poller.fail_watch = 0;
}

static void a_refused_timer_is_an_error_of_the_call_or_of_the_loop(void **state)
{
  struct fixture *f = *state;

  f->poller.fail_timer = 1;
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timers[0], 0), CRAWLER_E_SYSTEM);
  assert_int_equal(cr_loop_error(f->loop), 0);
  f->then = set_four_timers_and_defer;
  assert_int_equal(cr_loop_watch(f->loop, &f->watch, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_caller_fd_ready(f->loop, f->watch.fd, CR_LOOP_READ), CRAWLER_E_SYSTEM);
  assert_int_equal(cr_loop_caller_timer_fired(f->loop), CRAWLER_E_SYSTEM);
  f->poller.fail_timer = 0;
}

static void call_back_in(struct fixture *f)
{
  f->then = NULL;
  f->result = cr_loop_caller_timer_fired(f->loop) == CRAWLER_E_BUSY &&
              cr_loop_caller_fd_ready(f->loop, f->watch.fd, CR_LOOP_READ) == CRAWLER_E_BUSY;
}

static void calls_inside_a_callback_are_refused(void **state)
{
  struct fixture *f = *state;

  f->then = call_back_in;
  assert_int_equal(cr_loop_watch(f->loop, &f->watch, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_caller_fd_ready(f->loop, f->watch.fd, CR_LOOP_READ), 0);
  assert_true(f->result);
  assert_int_equal(f->ready_calls, 1);
}

static void each_call_from_outside_is_a_turn(void **state)
{
  struct fixture *f = *state;
  const struct cr_histogram *turns = cr_loop_turns(f->loop);

  f->then = call_back_in; /* which is refused, and none */
  assert_int_equal(cr_loop_watch(f->loop, &f->watch, CR_LOOP_READ), 0);
  for (int i = 1; i <= 3; i++) {
    assert_int_equal(cr_loop_caller_fd_ready(f->loop, f->watch.fd, CR_LOOP_READ), 0);
    assert_int_equal(cr_histogram_count(turns), 2 * i - 1);
    assert_int_equal(cr_loop_caller_timer_fired(f->loop), 0);
    assert_int_equal(cr_histogram_count(turns), 2 * i);
  }
}

static void close_inside(struct fixture *f)
{
  (void)cr_loop_watch(f->loop, &f->watch, 0);
  cr_loop_close(f->loop);
  f->loop = NULL;
  f->then = NULL;
}

static void a_callback_may_close_the_loop(void **state)
{
  struct fixture *f = *state;

  f->then = close_inside;
  assert_int_equal(cr_loop_watch(f->loop, &f->watch, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timers[0], cr_loop_now(f->loop) + 60000), 0);
  cr_loop_defer(f->loop, &f->deferred);
  assert_int_equal(cr_loop_caller_fd_ready(f->loop, f->watch.fd, CR_LOOP_READ), 0);
  assert_null(f->loop);
  assert_int_equal(f->deferred_calls, 0);
  assert_int_equal(f->poller.timer_at, INT64_MAX);
}

static void a_timer_or_deferred_call_may_close_the_loop(void **state)
{
  struct fixture *f = *state;
  struct cr_loop_caller caller = caller_of(&f->poller);

  f->then = close_inside;
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timers[0], 0), 0);
  assert_int_equal(cr_loop_caller_timer_fired(f->loop), 0);
  assert_null(f->loop);
  assert_int_equal(cr_loop_open_caller(&f->loop, &f->mem, &caller), 0);
  f->then = close_inside;
  cr_loop_defer(f->loop, &f->deferred);
  assert_int_equal(cr_loop_caller_timer_fired(f->loop), 0);
  assert_null(f->loop);
  assert_int_equal(f->poller.timer_at, INT64_MAX);
}

static void defer_again(struct fixture *f)
{
  cr_loop_defer(f->loop, &f->deferred);
}

static void what_defers_itself_for_ever_returns_to_the_caller(void **state)
{
  struct fixture *f = *state;

  f->then = defer_again;
  cr_loop_defer(f->loop, &f->deferred);
  for (int i = 0; i < 3; i++) {
    int before = f->deferred_calls;
    assert_int_equal(cr_loop_caller_timer_fired(f->loop), 0);
    assert_in_range(f->deferred_calls, before + 1, before + 100);
    assert_int_equal(f->poller.last_ms, 0); /* and asks to be called again */
  }
  cr_list_remove(&f->deferred.link);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct cr_loop_driver driver = { open_caller, turn, close_caller };
  const struct CMUnitTest tests[] = {
    TEST(opening_asks_the_caller_for_nothing),
    TEST(both_functions_are_needed),
    TEST(the_callers_loop_is_not_ours_to_turn),
    TEST(the_timer_is_told_in_relative_ms),
    TEST(deferring_from_outside_asks_for_a_timer_at_once),
    TEST(a_timer_set_before_soon_is_set_again_after_it),
    TEST(the_last_timer_leaves_the_callers_timer_alone),
    TEST(one_call_from_outside_tells_the_timer_once_and_runs_deferred_calls),
    TEST(what_nobody_watches_is_ignored),
    TEST(a_refused_watch_is_an_error_of_the_call),
    TEST(a_refused_timer_is_an_error_of_the_call_or_of_the_loop),
    TEST(calls_inside_a_callback_are_refused),
    TEST(each_call_from_outside_is_a_turn),
    TEST(a_callback_may_close_the_loop),
    TEST(a_timer_or_deferred_call_may_close_the_loop),
    TEST(what_defers_itself_for_ever_returns_to_the_caller),
  };
  int failed = cr_loop_contract(&driver, "poll loop");

  failed += cmocka_run_group_tests(tests, NULL, NULL);
  return failed;
}
