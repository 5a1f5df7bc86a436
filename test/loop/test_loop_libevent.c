/* SPDX-License-Identifier: MIT */
/* test_loop_libevent.c - a loop on libevent: our own base, and a base of the caller's.
 */
#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/clock.h"
#include "crawl/crawler.h"
#include "support/loop_contract.h"
#include "support/oom.h"

static int count_fds(void)
{
  DIR *dir = opendir("/proc/self/fd");
  int count = 0;

  assert_non_null(dir);
  while (readdir(dir))
    count++;
  closedir(dir);
  return count;
}

/* ---- the contract, on both ---- */

static int open_own(struct cr_loop **loop, void **world, struct cr_mem *mem)
{
  int err = cr_loop_open_libevent(loop, mem, NULL);

  *world = NULL;
  if (!err)
    (*loop)->patience_us = INT64_MAX; /* as in make() */
  return err;
}

static void turn_own(struct cr_loop *loop, void *world, int64_t timeout_ms)
{
  (void)world;
  assert_int_equal(cr_loop_turn(loop, timeout_ms), 0);
}

static void close_own(struct cr_loop *loop, void *world)
{
  (void)world;
  cr_loop_close(loop);
}

static int open_on_base(struct cr_loop **loop, void **world, struct cr_mem *mem)
{
  struct event_base *base = event_base_new();
  int err;

  assert_non_null(base);
  err = cr_loop_open_libevent(loop, mem, base);
  if (err)
    event_base_free(base);
  *world = base;
  return err;
}

static void do_nothing(evutil_socket_t fd, short what, void *arg)
{
  (void)fd;
  (void)what;
  (void)arg;
}

static void turn_base(struct cr_loop *loop, void *world, int64_t timeout_ms)
{
  struct timeval limit = { timeout_ms / 1000, 0 };
  struct event *end = event_new(world, -1, 0, do_nothing, NULL);
  (void)loop;

  assert_non_null(end);
  assert_int_equal(event_add(end, &limit), 0);
  assert_int_not_equal(
      event_base_loop(world, EVLOOP_ONCE | (timeout_ms == 0 ? EVLOOP_NONBLOCK : 0)), -1);
  event_free(end);
}

static void close_on_base(struct cr_loop *loop, void *world)
{
  cr_loop_close(loop);
  event_base_free(world);
}

/* ---- our own base ---- */

struct fixture {
  struct cr_mem mem;
  struct cr_loop *loop;
  struct event_base *base; /* NULL: the loop's own */
  struct cr_timer timer;
  struct cr_deferred deferred;
  int calls;
  int result;
};

static void on_timer(struct cr_timer *timer)
{
  CR_CONTAINER(timer, struct fixture, timer)->calls++;
}

static void on_deferred(struct cr_deferred *deferred)
{
  CR_CONTAINER(deferred, struct fixture, deferred)->calls++;
}

static struct fixture *make(bool on_base)
{
  struct fixture *f = test_calloc(1, sizeof(*f));

  cr_test_mem_init(&f->mem);
  f->base = on_base ? event_base_new() : NULL;
  assert_int_equal(cr_loop_open_libevent(&f->loop, &f->mem, f->base), 0);
  f->loop->patience_us = INT64_MAX; /* one turn shall do, however busy the machine */
  cr_timer_init(&f->timer, on_timer);
  cr_list_init(&f->deferred.link);
  f->deferred.call = on_deferred;
  return f;
}

static int set_up_own(void **state)
{
  *state = make(false);
  return 0;
}

static int set_up_base(void **state)
{
  *state = make(true);
  return 0;
}

static int tear_down(void **state)
{
  struct fixture *f = *state;

  cr_loop_close(f->loop);
  cr_test_mem_done(&f->mem);
  if (f->base)
    event_base_free(f->base);
  test_free(f);
  return 0;
}

static void a_turn_waits_no_longer_than_asked(void **state)
{
  struct fixture *f = *state;
  int64_t start_ms = cr_clock_mono_ms();

  assert_int_equal(cr_loop_turn(f->loop, 0), 0);
  while (cr_clock_mono_ms() < start_ms + 20)
    assert_int_equal(cr_loop_turn(f->loop, 20), 0);
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timer, cr_loop_now(f->loop) + 3600 * 1000), 0);
  assert_int_equal(cr_loop_turn(f->loop, 5), 0);
  assert_int_equal(f->calls, 0);
}

static void turn_inside(struct cr_timer *timer)
{
  struct fixture *f = CR_CONTAINER(timer, struct fixture, timer);

  f->calls++;
  f->result = cr_loop_turn(f->loop, 0);
}

static void a_turn_inside_a_turn_is_refused(void **state)
{
  struct fixture *f = *state;

  f->timer.fire = turn_inside;
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timer, 0), 0);
  while (f->calls == 0)
    assert_int_equal(cr_loop_turn(f->loop, 1000), 0);
  assert_int_equal(f->result, CRAWLER_E_STATE);
  assert_int_equal(cr_histogram_count(cr_loop_turns(f->loop)), 1);
}

static void wake_it(void *arg)
{
  struct fixture *f = arg;
  f->calls++;
}

static void *wake_from_thread(void *arg)
{
  cr_loop_wake(arg);
  return NULL;
}

static void a_turn_without_bound_waits_for_a_wake(void **state)
{
  struct fixture *f = *state;
  pthread_t thread;

  assert_int_equal(cr_loop_on_wake(f->loop, wake_it, f), 0);
  assert_int_equal(pthread_create(&thread, NULL, wake_from_thread, f->loop), 0);
  assert_int_equal(cr_loop_turn(f->loop, -1), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(f->calls, 1);
}

static void opening_and_closing_leaves_no_descriptor(void **state)
{
  struct fixture *f = *state;
  int before = count_fds();

  for (int i = 0; i < 20; i++) {
    struct cr_loop *loop = NULL;
    assert_int_equal(cr_loop_open_libevent(&loop, &f->mem, NULL), 0);
    cr_loop_close(loop);
  }
  assert_int_equal(count_fds(), before);
}

/* How many more may be opened. */
static int count_free_fds(void)
{
  int fds[64];
  int count = 0;

  while (count < 64 && (fds[count] = dup(0)) >= 0)
    count++;
  for (int i = 0; i < count; i++)
    (void)close(fds[i]);
  return count;
}

/* libevent would end the process. */
static void without_descriptors_opening_fails(void **state)
{
  struct fixture *f = *state;
  struct cr_loop *loop = NULL;
  struct rlimit limit;
  int fds[64];
  int count = 0;

  assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
  struct rlimit tight = { .rlim_cur = 64, .rlim_max = limit.rlim_max };
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
  while ((fds[count] = dup(0)) >= 0)
    count++;
  for (int left = 0; count > 0; left++) {
    assert_int_equal(count_free_fds(), left);
    int err = cr_loop_open_libevent(&loop, &f->mem, NULL);
    if (err == 0) {
      assert_in_range(left, 8, 10);
      cr_loop_close(loop);
      break;
    }
    assert_int_equal(err, CRAWLER_E_SYSTEM);
    (void)close(fds[--count]);
  }
  assert_true(count > 0);
  while (count > 0)
    (void)close(fds[--count]);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void defer_for_ever(struct cr_deferred *deferred)
{
  struct fixture *f = CR_CONTAINER(deferred, struct fixture, deferred);

  f->result++;
  cr_loop_defer(f->loop, deferred);
}

static void what_defers_itself_for_ever_leaves_room_for_timers(void **state)
{
  struct fixture *f = *state;

  f->deferred.call = defer_for_ever;
  cr_loop_defer(f->loop, &f->deferred);
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timer, cr_loop_now(f->loop) + 10), 0);
  while (f->calls == 0) {
    if (f->base)
      turn_base(f->loop, f->base, 1000);
    else
      assert_int_equal(cr_loop_turn(f->loop, 1000), 0);
  }
  assert_true(f->result > 1);
  cr_list_remove(&f->deferred.link);
}

/* Two pipes are readable at once: both callbacks come before what the first one defers. */
struct order {
  struct cr_watch watches[2];
  struct cr_deferred deferred;
  struct cr_loop *loop;
  int ready_calls;
  int ready_before_deferred;
  bool defers;
  int64_t busy_us; /* each */
};

static void order_deferred(struct cr_deferred *deferred)
{
  struct order *order = CR_CONTAINER(deferred, struct order, deferred);
  order->ready_before_deferred = order->ready_calls;
}

static void order_ready(struct order *order, struct cr_watch *watch)
{
  int64_t until_us = cr_clock_mono_us() + order->busy_us;
  char byte;

  assert_int_equal(read(watch->fd, &byte, 1), 1);
  order->ready_calls++;
  if (order->defers)
    cr_loop_defer(order->loop, &order->deferred);
  while (cr_clock_mono_us() < until_us) {
  }
}

static void order_ready_0(struct cr_watch *watch, int events)
{
  (void)events;
  order_ready(CR_CONTAINER(watch, struct order, watches[0]), watch);
}

static void order_ready_1(struct cr_watch *watch, int events)
{
  (void)events;
  order_ready(CR_CONTAINER(watch, struct order, watches[1]), watch);
}

static void turn_with_two_ready(struct fixture *f, struct order *order)
{
  int fds[2][2];

  order->loop = f->loop;
  cr_list_init(&order->deferred.link);
  order->deferred.call = order_deferred;
  order->watches[0].ready = order_ready_0;
  order->watches[1].ready = order_ready_1;
  for (int i = 0; i < 2; i++) {
    assert_int_equal(pipe(fds[i]), 0);
    assert_int_equal(write(fds[i][1], "x", 1), 1);
    order->watches[i].fd = fds[i][0];
    assert_int_equal(cr_loop_watch(f->loop, &order->watches[i], CR_LOOP_READ), 0);
  }
  if (f->base)
    turn_base(f->loop, f->base, 1000);
  else
    assert_int_equal(cr_loop_turn(f->loop, 1000), 0);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(cr_loop_watch(f->loop, &order->watches[i], 0), 0);
    close(fds[i][0]);
    close(fds[i][1]);
  }
}

static void deferred_calls_come_after_all_that_is_ready(void **state)
{
  struct order order = { .defers = true };

  turn_with_two_ready(*state, &order);
  assert_int_equal(order.ready_before_deferred, 2);
}

/* Whether they defer something or not. */
static void all_that_is_ready_at_once_is_one_turn(void **state)
{
  struct fixture *f = *state;
  const struct cr_histogram *turns = cr_loop_turns(f->loop);

  for (int defers = 0; defers < 2; defers++) {
    struct order order = { .defers = defers != 0, .busy_us = 3000 };

    turn_with_two_ready(f, &order);
    assert_int_equal(order.ready_calls, 2);
    assert_int_equal(cr_histogram_count(turns), defers + 1);
    assert_true(cr_histogram_percentile(turns, 1) >= 2 * order.busy_us);
  }
}

enum { MANY = 5 };

struct many { /* pipes that are readable at once */
  struct cr_watch watches[MANY];
  int fds[MANY][2];
};

static int many_calls;

static void count_ready(struct cr_watch *watch, int events)
{
  char byte;

  (void)events;
  assert_int_equal(read(watch->fd, &byte, 1), 1);
  many_calls++;
}

static void open_many(struct many *m, struct cr_loop *loop)
{
  *m = (struct many){ .watches = { { .fd = 0 } } };
  many_calls = 0;
  for (int i = 0; i < MANY; i++) {
    assert_int_equal(pipe(m->fds[i]), 0);
    assert_int_equal(write(m->fds[i][1], "x", 1), 1);
    m->watches[i].fd = m->fds[i][0];
    m->watches[i].ready = count_ready;
    assert_int_equal(cr_loop_watch(loop, &m->watches[i], CR_LOOP_READ), 0);
  }
}

static void close_many(struct many *m, struct cr_loop *loop)
{
  for (int i = 0; i < MANY; i++) {
    assert_int_equal(cr_loop_watch(loop, &m->watches[i], 0), 0);
    close(m->fds[i][0]);
    close(m->fds[i][1]);
  }
}

/* The callback that finds the turn long is its last one; without patience it is the first. */
static void a_long_turn_ends_and_the_next_one_goes_on(void **state)
{
  struct fixture *f = *state;
  struct many m;

  f->loop->patience_us = 0;
  open_many(&m, f->loop);
  cr_loop_defer(f->loop, &f->deferred); /* is first in line */
  for (int turns = 1; turns <= MANY; turns++) {
    assert_int_equal(cr_loop_turn(f->loop, 1000), 0);
    assert_int_equal(many_calls, turns);
    assert_int_equal(cr_histogram_count(cr_loop_turns(f->loop)), turns);
  }
  assert_int_equal(f->calls, 1);
  close_many(&m, f->loop);
}

/* ---- the caller's base ---- */

/* It may have work of its own: what is ready is told, whatever it takes. */
static void the_callers_base_is_never_broken(void **state)
{
  struct fixture *f = *state;
  struct many m;

  f->loop->patience_us = 0;
  open_many(&m, f->loop);
  turn_base(f->loop, f->base, 1000);
  assert_int_equal(many_calls, MANY);
  close_many(&m, f->loop);
}

static int count_events(struct event_base *base)
{
  return event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED | EVENT_BASE_COUNT_ACTIVE);
}

static void the_callers_loop_is_not_ours_to_turn(void **state)
{
  struct fixture *f = *state;
  assert_int_equal(cr_loop_turn(f->loop, 0), CRAWLER_E_STATE);
}

static void an_idle_loop_has_no_event_on_the_callers_base(void **state)
{
  struct fixture *f = *state;

  assert_int_equal(count_events(f->base), 0);
  assert_int_equal(cr_loop_on_wake(f->loop, wake_it, f), 0);
  assert_int_equal(count_events(f->base), 1);
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timer, cr_loop_now(f->loop) + 5), 0);
  assert_int_equal(count_events(f->base), 2);
  assert_int_equal(cr_loop_on_wake(f->loop, NULL, NULL), 0);
  assert_int_equal(event_base_dispatch(f->base), 1); /* ends by itself after the timer */
  assert_int_equal(f->calls, 1);
  assert_int_equal(count_events(f->base), 0);
}

static void close_inside(struct cr_deferred *deferred)
{
  struct fixture *f = CR_CONTAINER(deferred, struct fixture, deferred);

  f->calls++;
  cr_loop_close(f->loop);
  f->loop = NULL;
}

static void the_callers_dispatch_returns_after_a_close_inside_a_callback(void **state)
{
  struct fixture *f = *state;
  struct cr_deferred late = { .call = on_deferred };

  f->deferred.call = close_inside;
  cr_list_init(&late.link);
  assert_int_equal(cr_loop_on_wake(f->loop, wake_it, f), 0);
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timer, cr_loop_now(f->loop) + 100000), 0);
  cr_loop_defer(f->loop, &f->deferred);
  cr_loop_defer(f->loop, &late);
  assert_int_equal(event_base_dispatch(f->base), 1);
  assert_int_equal(f->calls, 1);
  assert_true(cr_list_empty(&late.link));
  assert_int_equal(count_events(f->base), 0);
}

static void count_callers_event(evutil_socket_t fd, short what, void *arg)
{
  (void)fd;
  (void)what;
  ++*(int *)arg;
}

static void the_callers_own_events_are_left_alone(void **state)
{
  struct fixture *f = *state;
  int calls = 0;
  struct event *own = event_new(f->base, -1, EV_PERSIST, count_callers_event, &calls);
  struct timeval in = { 3600, 0 };

  assert_int_equal(event_add(own, &in), 0);
  assert_int_equal(cr_loop_set_timer(f->loop, &f->timer, 0), 0);
  cr_loop_defer(f->loop, &f->deferred);
  while (f->calls < 2)
    turn_base(f->loop, f->base, 1000);
  cr_loop_close(f->loop);
  f->loop = NULL;
  assert_int_equal(event_base_get_num_events(f->base, EVENT_BASE_COUNT_ADDED), 1);
  event_active(own, EV_TIMEOUT, 0);
  turn_base(NULL, f->base, 0);
  assert_int_equal(calls, 1);
  event_free(own);
}

static void a_base_with_priorities_and_a_dispatch_interval_works(void **state)
{
  struct cr_mem mem;
  struct event_config *config = event_config_new();
  struct timeval interval = { 0, 1000 };
  struct event_base *base;
  struct fixture f = { .calls = 0 };
  (void)state;

  assert_int_equal(event_config_set_max_dispatch_interval(config, &interval, 1, 0), 0);
  base = event_base_new_with_config(config);
  event_config_free(config);
  assert_int_equal(event_base_priority_init(base, 3), 0);
  cr_test_mem_init(&mem);
  assert_int_equal(cr_loop_open_libevent(&f.loop, &mem, base), 0);
  cr_timer_init(&f.timer, on_timer);
  cr_list_init(&f.deferred.link);
  f.deferred.call = on_deferred;
  assert_int_equal(cr_loop_set_timer(f.loop, &f.timer, 0), 0);
  cr_loop_defer(f.loop, &f.deferred);
  assert_int_equal(event_base_dispatch(base), 1);
  assert_int_equal(f.calls, 2);
  cr_loop_close(f.loop);
  cr_test_mem_done(&mem);
  event_base_free(base);
}

#define OWN(name) cmocka_unit_test_setup_teardown(name, set_up_own, tear_down)
#define BASE(name) cmocka_unit_test_setup_teardown(name, set_up_base, tear_down)

static void note_again(void *arg)
{
  struct fixture *f = arg;

  f->calls++;
  cr_loop_note(f->loop, CRAWLER_E_NOMEM); /* the first one is told, and told once */
}

static void an_error_that_nobody_called_for_wakes_and_is_forgotten_with_the_next_user(void **state)
{
  struct fixture *f = *state;

  assert_int_equal(cr_loop_on_wake(f->loop, note_again, f), 0);
  cr_loop_note(f->loop, 0);
  assert_int_equal(f->calls, 0);
  cr_loop_note(f->loop, CRAWLER_E_SYSTEM);
  assert_int_equal(f->calls, 1);
  assert_int_equal(cr_loop_error(f->loop), CRAWLER_E_SYSTEM);
  assert_int_equal(cr_loop_on_wake(f->loop, note_again, f), 0);
  assert_int_equal(cr_loop_error(f->loop), 0);
}

int main(void)
{
  const struct cr_loop_driver own = { open_own, turn_own, close_own };
  const struct cr_loop_driver on_base = { open_on_base, turn_base, close_on_base };
  const struct CMUnitTest tests[] = {
    OWN(a_turn_waits_no_longer_than_asked),
    OWN(a_turn_inside_a_turn_is_refused),
    OWN(a_turn_without_bound_waits_for_a_wake),
    OWN(opening_and_closing_leaves_no_descriptor),
    OWN(without_descriptors_opening_fails),
    OWN(what_defers_itself_for_ever_leaves_room_for_timers),
    BASE(what_defers_itself_for_ever_leaves_room_for_timers),
    OWN(an_error_that_nobody_called_for_wakes_and_is_forgotten_with_the_next_user),
    OWN(all_that_is_ready_at_once_is_one_turn),
    BASE(all_that_is_ready_at_once_is_one_turn),
    OWN(deferred_calls_come_after_all_that_is_ready),
    BASE(deferred_calls_come_after_all_that_is_ready),
    OWN(a_long_turn_ends_and_the_next_one_goes_on),
    BASE(the_callers_base_is_never_broken),
    BASE(the_callers_loop_is_not_ours_to_turn),
    BASE(an_idle_loop_has_no_event_on_the_callers_base),
    BASE(the_callers_dispatch_returns_after_a_close_inside_a_callback),
    BASE(the_callers_own_events_are_left_alone),
    cmocka_unit_test(a_base_with_priorities_and_a_dispatch_interval_works),
  };
  int failed = cr_loop_contract(&own, "own base");

  failed += cr_loop_contract(&on_base, "the caller's base");
  failed += cmocka_run_group_tests(tests, NULL, NULL);
  return failed;
}
