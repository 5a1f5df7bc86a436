/* SPDX-License-Identifier: MIT */
/* test_loop.c - what loop.c promises whatever the backend: timers, deferred calls, frames.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "support/fake_loop.h"
#include "support/oom.h"

enum { START_MS = 1000, TIMERS = 64 };

struct event_log { /* which things were called, in order */
  int numbers[256];
  int count;
};

struct actor { /* a timer, a deferred call and a watch that log their number */
  struct cr_timer timer;
  struct cr_deferred deferred;
  struct cr_watch watch;
  struct cr_fake_loop *fake;
  struct event_log *log;
  void (*then)(struct actor *self);
  struct actor *other;
  int number;
  int repeat;
  int events;
  int64_t fired_ms;
};

struct fixture {
  struct cr_mem mem;
  struct cr_fake_loop *fake;
  struct event_log log;
  struct actor actors[TIMERS];
};

static void write_log(struct actor *self)
{
  assert_true(self->log->count < 256);
  self->log->numbers[self->log->count++] = self->number;
  self->fired_ms = cr_loop_now(&self->fake->loop);
  if (self->then)
    self->then(self);
}

static void on_fire(struct cr_timer *timer)
{
  write_log(CR_CONTAINER(timer, struct actor, timer));
}

static void on_deferred(struct cr_deferred *deferred)
{
  write_log(CR_CONTAINER(deferred, struct actor, deferred));
}

static void on_ready(struct cr_watch *watch, int events)
{
  struct actor *self = CR_CONTAINER(watch, struct actor, watch);
  self->events = events;
  write_log(self);
}

static void init_actor(struct actor *actor, struct cr_fake_loop *fake, struct event_log *log,
                       int number)
{
  *actor = (struct actor){ .fake = fake, .log = log, .number = number };
  cr_timer_init(&actor->timer, on_fire);
  cr_list_init(&actor->deferred.link);
  actor->deferred.call = on_deferred;
  actor->watch.ready = on_ready;
  actor->watch.fd = number;
}

static int set_up(void **state)
{
  struct fixture *f = test_calloc(1, sizeof(*f));

  cr_test_mem_init(&f->mem);
  f->fake = cr_fake_loop_open(&f->mem, START_MS);
  assert_non_null(f->fake);
  f->fake->loop.patience_us = INT64_MAX; /* one turn shall do, however busy the machine */
  for (int i = 0; i < TIMERS; i++)
    init_actor(&f->actors[i], f->fake, &f->log, i);
  *state = f;
  return 0;
}

static int tear_down(void **state)
{
  struct fixture *f = *state;

  if (f->fake)
    cr_loop_close(&f->fake->loop);
  cr_test_mem_done(&f->mem);
  test_free(f);
  return 0;
}

static void set(struct fixture *f, int number, int64_t at_ms)
{
  assert_int_equal(cr_loop_set_timer(&f->fake->loop, &f->actors[number].timer, at_ms), 0);
}

static void assert_log(const struct event_log *log, const int *numbers, int count)
{
  assert_int_equal(log->count, count);
  for (int i = 0; i < count; i++)
    assert_int_equal(log->numbers[i], numbers[i]);
}

#define ASSERT_LOG(f, ...)                                                          \
  do {                                                                              \
    const int want_log[] = { __VA_ARGS__ };                                         \
    assert_log(&(f)->log, want_log, (int)(sizeof(want_log) / sizeof(want_log[0]))); \
  } while (0)

/* ---- timers ---- */

static void timers_fire_in_order_of_time_then_of_setting(void **state)
{
  struct fixture *f = *state;

  set(f, 1, START_MS + 30);
  set(f, 2, START_MS + 10);
  set(f, 3, START_MS + 20);
  set(f, 4, START_MS + 10);
  cr_fake_loop_run(f->fake, START_MS + 100);
  ASSERT_LOG(f, 2, 4, 3, 1);
  assert_int_equal(f->actors[2].fired_ms, START_MS + 10);
  assert_int_equal(f->actors[1].fired_ms, START_MS + 30);
}

static void a_timer_never_fires_early_and_fires_once(void **state)
{
  struct fixture *f = *state;

  set(f, 1, START_MS + 10);
  f->fake->clock_ms = START_MS + 9;
  f->fake->alarm_at = START_MS; /* an alarm that is early */
  (void)cr_fake_loop_step(f->fake);
  assert_int_equal(f->log.count, 0);
  assert_int_equal(f->fake->alarm_at, START_MS + 10);
  cr_fake_loop_run(f->fake, START_MS + 1000);
  ASSERT_LOG(f, 1);
}

static void setting_again_replaces_the_time(void **state)
{
  struct fixture *f = *state;

  set(f, 1, START_MS + 10);
  set(f, 2, START_MS + 20);
  set(f, 1, START_MS + 30);
  cr_fake_loop_run(f->fake, START_MS + 25);
  ASSERT_LOG(f, 2);
  set(f, 1, START_MS + 26);
  cr_fake_loop_run(f->fake, START_MS + 100);
  ASSERT_LOG(f, 2, 1);
}

static void set_again_in_the_past(struct actor *self)
{
  if (--self->repeat > 0)
    assert_int_equal(cr_loop_set_timer(&self->fake->loop, &self->timer, 0), 0);
}

static void a_time_in_the_past_fires_in_the_next_turn_behind_what_is_due(void **state)
{
  struct fixture *f = *state;

  f->actors[1].then = set_again_in_the_past;
  f->actors[1].repeat = 3;
  set(f, 1, START_MS - 500);
  set(f, 2, START_MS - 1);
  set(f, 3, START_MS);
  f->fake->clock_ms = START_MS + 5;
  assert_true(cr_fake_loop_step(f->fake));
  ASSERT_LOG(f, 1, 2, 3);
  assert_true(cr_fake_loop_step(f->fake));
  assert_true(cr_fake_loop_step(f->fake));
  assert_false(cr_fake_loop_step(f->fake));
  ASSERT_LOG(f, 1, 2, 3, 1, 1);
}

static void cancel_other(struct actor *self)
{
  cr_loop_cancel_timer(&self->fake->loop, &self->other->timer);
  cr_loop_cancel_timer(&self->fake->loop, &self->other->timer); /* twice is fine */
}

static void a_cancelled_timer_does_not_fire(void **state)
{
  struct fixture *f = *state;

  f->actors[1].then = cancel_other;
  f->actors[1].other = &f->actors[2];
  set(f, 1, START_MS);
  set(f, 2, START_MS);
  set(f, 3, START_MS);
  cr_fake_loop_run(f->fake, START_MS + 10);
  ASSERT_LOG(f, 1, 3);
}

static void the_alarm_ends_with_the_last_timer(void **state)
{
  struct fixture *f = *state;

  set(f, 1, START_MS + 10);
  set(f, 2, START_MS + 50);
  assert_int_equal(f->fake->alarm_at, START_MS + 10);
  cr_loop_cancel_timer(&f->fake->loop, &f->actors[1].timer);
  assert_int_equal(f->fake->alarm_at, START_MS + 10); /* early is harmless */
  cr_loop_cancel_timer(&f->fake->loop, &f->actors[2].timer);
  assert_int_equal(f->fake->alarm_at, INT64_MAX);
}

static void a_later_timer_costs_no_alarm(void **state)
{
  struct fixture *f = *state;

  for (int i = 1; i < TIMERS; i++)
    set(f, i, START_MS + 10 + i);
  for (int i = 2; i < TIMERS; i++)
    cr_loop_cancel_timer(&f->fake->loop, &f->actors[i].timer);
  assert_int_equal(f->fake->alarm_calls, 1);
}

static void an_alarm_that_cannot_be_set_is_an_error_of_the_timer(void **state)
{
  struct fixture *f = *state;

  f->fake->fail_alarm = CRAWLER_E_SYSTEM;
  assert_int_equal(cr_loop_set_timer(&f->fake->loop, &f->actors[1].timer, START_MS + 1),
                   CRAWLER_E_SYSTEM);
  assert_false(cr_heap_has(&f->actors[1].timer.node));
  f->fake->fail_alarm = 0;
  set(f, 1, START_MS + 1);
  cr_fake_loop_run(f->fake, START_MS + 10);
  ASSERT_LOG(f, 1);
  assert_int_equal(cr_loop_error(&f->fake->loop), 0);
}

static void set_other_and_break_alarm(struct actor *self)
{
  self->fake->fail_alarm = CRAWLER_E_NOMEM;
  assert_int_equal(
      cr_loop_set_timer(&self->fake->loop, &self->other->timer, self->fake->clock_ms + 10), 0);
}

static void an_error_without_a_call_to_come_back_from_is_remembered(void **state)
{
  struct fixture *f = *state;

  f->actors[1].then = set_other_and_break_alarm;
  f->actors[1].other = &f->actors[2];
  set(f, 1, START_MS);
  (void)cr_fake_loop_step(f->fake);
  assert_int_equal(cr_loop_error(&f->fake->loop), CRAWLER_E_NOMEM);
  cr_loop_note(&f->fake->loop, CRAWLER_E_SYSTEM);
  assert_int_equal(cr_loop_error(&f->fake->loop), CRAWLER_E_NOMEM); /* the first one */
}

static void now_stands_still_in_a_callback_and_runs_outside(void **state)
{
  struct fixture *f = *state;

  f->fake->clock_ms = START_MS + 7;
  assert_int_equal(cr_loop_now(&f->fake->loop), START_MS + 7);
  set(f, 1, START_MS + 7);
  cr_loop_enter(&f->fake->loop);
  f->fake->clock_ms = START_MS + 9; /* the callback takes its time */
  assert_true(cr_loop_fire_timers(&f->fake->loop));
  assert_int_equal(f->actors[1].fired_ms, START_MS + 7);
  assert_int_equal(cr_loop_now(&f->fake->loop), START_MS + 9);
  assert_int_equal(cr_loop_wall(&f->fake->loop), START_MS + 9 + INT64_C(1700000000000));
}

/* Against a model: an array of due times, the smallest (time, turn of setting) first. */
static void random_timers_agree_with_a_list(void **state)
{
  struct fixture *f = *state;
  struct cr_random random = { 20240607 };
  int64_t due[TIMERS];
  uint64_t turn[TIMERS] = { 0 };
  uint64_t turns = 0;

  for (int i = 0; i < TIMERS; i++)
    due[i] = INT64_MAX;
  for (int n = 0; n < 20000; n++) {
    int i = (int)cr_random_below(&random, TIMERS);
    int64_t in_ms = (int64_t)cr_random_below(&random, 50);
    switch (cr_random_below(&random, 4)) {
    case 0:
      cr_loop_cancel_timer(&f->fake->loop, &f->actors[i].timer);
      due[i] = INT64_MAX;
      break;
    case 1:
      f->log.count = 0;
      cr_fake_loop_run(f->fake, f->fake->clock_ms + in_ms);
      for (int k = 0; k < f->log.count; k++) {
        int first = 0;
        for (int j = 1; j < TIMERS; j++)
          if (due[j] < due[first] || (due[j] == due[first] && turn[j] < turn[first]))
            first = j;
        assert_true(due[first] <= f->fake->clock_ms);
        assert_int_equal(f->log.numbers[k], first);
        assert_int_equal(f->actors[first].fired_ms, due[first]);
        due[first] = INT64_MAX;
      }
      for (int j = 0; j < TIMERS; j++)
        assert_true(due[j] > f->fake->clock_ms);
      break;
    default:
      due[i] = f->fake->clock_ms + 1 + in_ms;
      turn[i] = turns++;
      set(f, i, due[i]);
    }
  }
}

/* ---- deferred calls ---- */

static void defer_other(struct actor *self)
{
  cr_loop_defer(&self->fake->loop, &self->other->deferred);
}

static void take_a_ms(struct actor *self)
{
  self->fake->clock_ms += 1;
}

static void a_deferred_call_comes_once_and_after_the_events(void **state)
{
  struct fixture *f = *state;

  f->actors[1].then = take_a_ms;
  cr_loop_defer(&f->fake->loop, &f->actors[1].deferred);
  cr_loop_defer(&f->fake->loop, &f->actors[2].deferred);
  cr_loop_defer(&f->fake->loop, &f->actors[1].deferred);
  assert_int_equal(f->fake->soon_calls, 1);
  set(f, 3, START_MS);
  assert_true(cr_fake_loop_step(f->fake));
  ASSERT_LOG(f, 3, 1, 2);
  assert_int_equal(f->actors[2].fired_ms, START_MS + 1); /* each has a time of its own */
  assert_false(cr_fake_loop_step(f->fake));
}

static void what_a_deferred_call_defers_runs_in_the_same_turn(void **state)
{
  struct fixture *f = *state;

  f->actors[1].then = defer_other;
  f->actors[1].other = &f->actors[2];
  f->actors[2].then = defer_other;
  f->actors[2].other = &f->actors[3];
  cr_loop_defer(&f->fake->loop, &f->actors[1].deferred);
  (void)cr_fake_loop_step(f->fake);
  ASSERT_LOG(f, 1, 2, 3);
  assert_int_equal(f->fake->soon_calls, 1);
}

static void what_defers_itself_for_ever_leaves_room_for_timers(void **state)
{
  struct fixture *f = *state;
  int per_step;

  f->actors[1].then = defer_other;
  f->actors[1].other = &f->actors[1];
  cr_loop_defer(&f->fake->loop, &f->actors[1].deferred);
  (void)cr_fake_loop_step(f->fake);
  per_step = f->log.count;
  assert_in_range(per_step, 1, 100);
  assert_true(f->fake->soon);
  set(f, 2, START_MS);
  (void)cr_fake_loop_step(f->fake);
  assert_int_equal(f->log.numbers[per_step], 2);
  cr_list_remove(&f->actors[1].deferred.link);
}

static void take_back_other(struct actor *self)
{
  cr_list_remove(&self->other->deferred.link);
}

static void a_deferred_call_can_be_taken_back(void **state)
{
  struct fixture *f = *state;

  cr_loop_defer(&f->fake->loop, &f->actors[1].deferred);
  cr_list_remove(&f->actors[1].deferred.link);
  f->actors[2].then = take_back_other;
  f->actors[2].other = &f->actors[3];
  cr_loop_defer(&f->fake->loop, &f->actors[2].deferred);
  cr_loop_defer(&f->fake->loop, &f->actors[3].deferred);
  (void)cr_fake_loop_step(f->fake);
  ASSERT_LOG(f, 2);
}

static void timers_set_by_deferred_calls_get_one_alarm(void **state)
{
  struct fixture *f = *state;

  f->actors[1].then = set_again_in_the_past;
  f->actors[1].repeat = 2;
  cr_loop_defer(&f->fake->loop, &f->actors[1].deferred);
  (void)cr_fake_loop_step(f->fake);
  ASSERT_LOG(f, 1);
  assert_int_equal(f->fake->alarm_calls, 1);
  assert_int_equal(f->fake->alarm_at, START_MS);
  (void)cr_fake_loop_step(f->fake);
  ASSERT_LOG(f, 1, 1);
}

static void soon_that_fails_is_remembered(void **state)
{
  struct fixture *f = *state;

  f->fake->fail_soon = CRAWLER_E_SYSTEM;
  cr_loop_defer(&f->fake->loop, &f->actors[1].deferred);
  assert_int_equal(cr_loop_error(&f->fake->loop), CRAWLER_E_SYSTEM);
}

/* ---- watches and wake-ups ---- */

static void only_events_asked_for_are_passed_on(void **state)
{
  struct fixture *f = *state;
  struct actor *a = &f->actors[5];

  assert_int_equal(cr_loop_watch(&f->fake->loop, &a->watch, CR_LOOP_READ), 0);
  assert_int_equal(a->watch.events, CR_LOOP_READ);
  cr_fake_loop_ready(f->fake, 5, CR_LOOP_WRITE);
  assert_int_equal(f->log.count, 0);
  cr_fake_loop_ready(f->fake, 5, CR_LOOP_READ | CR_LOOP_WRITE);
  ASSERT_LOG(f, 5);
  assert_int_equal(a->events, CR_LOOP_READ);
  assert_int_equal(cr_loop_watch(&f->fake->loop, &a->watch, 0), 0);
  cr_fake_loop_ready(f->fake, 5, CR_LOOP_READ);
  ASSERT_LOG(f, 5);
}

static void a_watch_that_fails_has_ended(void **state)
{
  struct fixture *f = *state;
  struct actor *a = &f->actors[5];

  assert_int_equal(cr_loop_watch(&f->fake->loop, &a->watch, CR_LOOP_READ), 0);
  f->fake->fail_watch = CRAWLER_E_NOMEM;
  assert_int_equal(cr_loop_watch(&f->fake->loop, &a->watch, CR_LOOP_WRITE), CRAWLER_E_NOMEM);
  assert_int_equal(a->watch.events, 0);
  assert_int_equal(cr_loop_watch(&f->fake->loop, &a->watch, 0), 0);
}

static void count_wake(void *arg)
{
  ++*(int *)arg;
}

static void the_wake_function_decides_who_listens(void **state)
{
  struct fixture *f = *state;
  int woken = 0;

  cr_loop_woken(&f->fake->loop); /* nobody there: fine */
  assert_int_equal(cr_loop_on_wake(&f->fake->loop, count_wake, &woken), 0);
  assert_true(f->fake->listening);
  cr_loop_wake(&f->fake->loop);
  assert_int_equal(f->fake->wakes, 1);
  cr_loop_woken(&f->fake->loop);
  assert_int_equal(woken, 1);
  assert_int_equal(cr_loop_on_wake(&f->fake->loop, NULL, NULL), 0);
  assert_false(f->fake->listening);
}

static void a_turn_is_the_backends(void **state)
{
  struct fixture *f = *state;

  set(f, 1, START_MS + 40);
  assert_int_equal(cr_loop_turn(&f->fake->loop, 10), 0);
  assert_int_equal(f->log.count, 0);
  assert_int_equal(cr_loop_turn(&f->fake->loop, -1), 0);
  ASSERT_LOG(f, 1);
}

/* ---- the end ---- */

static void close_loop(struct actor *self)
{
  cr_loop_close(&self->fake->loop);
}

/* Actor 1 closes the loop; 2 and 3 wait behind it. */
static void close_inside(struct fixture *f, void (*prepare)(struct cr_loop *, struct actor *))
{
  struct cr_fake_loop *fake = cr_fake_loop_open(&f->mem, START_MS);
  bool closed = false;

  for (int i = 1; i < 4; i++)
    init_actor(&f->actors[i], fake, &f->log, i);
  fake->closed = &closed;
  f->actors[1].then = close_loop;
  f->log.count = 0;
  prepare(&fake->loop, f->actors);
  cr_fake_loop_ready(fake, 1, CR_LOOP_READ);
  if (!closed)
    (void)cr_fake_loop_step(fake);
  assert_true(closed);
  ASSERT_LOG(f, 1);
  for (int i = 1; i < 4; i++) { /* owners may still tidy up */
    assert_false(cr_heap_has(&f->actors[i].timer.node));
    cr_list_remove(&f->actors[i].deferred.link);
  }
}

static void prepare_timers(struct cr_loop *loop, struct actor *actors)
{
  for (int i = 1; i < 4; i++)
    assert_int_equal(cr_loop_set_timer(loop, &actors[i].timer, START_MS), 0);
}

static void prepare_deferred(struct cr_loop *loop, struct actor *actors)
{
  for (int i = 1; i < 4; i++)
    cr_loop_defer(loop, &actors[i].deferred);
}

static void prepare_watch(struct cr_loop *loop, struct actor *actors)
{
  assert_int_equal(cr_loop_watch(loop, &actors[1].watch, CR_LOOP_READ), 0);
  assert_int_equal(cr_loop_set_timer(loop, &actors[2].timer, START_MS), 0);
  cr_loop_defer(loop, &actors[3].deferred);
}

static void closing_in_a_callback_ends_the_batch(void **state)
{
  close_inside(*state, prepare_timers);
  close_inside(*state, prepare_deferred);
  close_inside(*state, prepare_watch);
}

struct batches {
  struct cr_loop *loop;
  int entered;
  int left;
  bool close;
};

static void on_enter(void *arg)
{
  struct batches *b = arg;
  assert_int_equal(b->entered++, b->left);
}

static void on_leave(void *arg)
{
  struct batches *b = arg;
  assert_int_equal(b->entered, ++b->left);
  if (b->close)
    cr_loop_close(b->loop);
}

static void step_inside(struct actor *self)
{
  self->then = NULL;
  (void)cr_fake_loop_step(self->fake); /* a loop inside the loop */
}

static void batches_are_entered_and_left_once_each(void **state)
{
  struct fixture *f = *state;
  struct batches b = { .loop = &f->fake->loop };

  cr_loop_on_batch(&f->fake->loop, on_enter, on_leave, &b);
  assert_int_equal(cr_loop_watch(&f->fake->loop, &f->actors[1].watch, CR_LOOP_READ), 0);
  f->actors[1].then = step_inside;
  cr_loop_defer(&f->fake->loop, &f->actors[2].deferred);
  cr_fake_loop_ready(f->fake, 1, CR_LOOP_READ);
  ASSERT_LOG(f, 1, 2);
  assert_int_equal(b.entered, b.left);
  assert_in_range(b.entered, 1, 2); /* the callback, and perhaps a row of no deferred calls */
  cr_loop_on_batch(&f->fake->loop, NULL, NULL, NULL);
  cr_fake_loop_ready(f->fake, 1, CR_LOOP_READ);
  assert_in_range(b.entered, 1, 2);
}

static void leaving_a_batch_may_close_the_loop(void **state)
{
  struct fixture *f = *state;

  for (int how = 0; how < 3; how++) {
    struct batches b = { .close = true };
    bool closed = false;
    struct cr_fake_loop *fake = cr_fake_loop_open(&f->mem, START_MS);
    b.loop = &fake->loop;
    fake->closed = &closed;
    for (int i = 1; i < 4; i++)
      init_actor(&f->actors[i], fake, &f->log, i);
    f->log.count = 0;
    cr_loop_on_batch(&fake->loop, on_enter, on_leave, &b);
    if (how == 0)
      assert_int_equal(cr_loop_watch(&fake->loop, &f->actors[1].watch, CR_LOOP_READ), 0);
    else if (how == 1)
      assert_int_equal(cr_loop_set_timer(&fake->loop, &f->actors[1].timer, 0), 0);
    else
      cr_loop_defer(&fake->loop, &f->actors[1].deferred);
    if (how == 0)
      cr_fake_loop_ready(fake, 1, CR_LOOP_READ);
    else
      (void)cr_fake_loop_step(fake);
    assert_true(closed);
    assert_int_equal(b.left, 1);
    ASSERT_LOG(f, 1);
  }
}

static void closing_nothing_is_fine(void **state)
{
  (void)state;
  cr_loop_close(NULL);
}

static void oom_scenario(struct cr_mem *mem, void *arg)
{
  struct actor actors[40];
  struct event_log log = { .count = 0 };
  struct cr_fake_loop *fake = cr_fake_loop_open(mem, START_MS);
  int set_count = 0;
  (void)arg;

  if (!fake) {
    assert_true(cr_test_oom_refused(mem));
    return;
  }
  for (int i = 0; i < 40; i++) {
    init_actor(&actors[i], fake, &log, i);
    int err = cr_loop_set_timer(&fake->loop, &actors[i].timer, START_MS + i);
    if (err == 0)
      set_count++;
    else
      assert_int_equal(err, CRAWLER_E_NOMEM);
    assert_int_equal(cr_heap_has(&actors[i].timer.node), err == 0);
    /* Setting one that is set needs no memory. */
    if (err == 0)
      assert_int_equal(cr_loop_set_timer(&fake->loop, &actors[i].timer, START_MS + i), 0);
  }
  if (!cr_test_oom_refused(mem))
    assert_int_equal(set_count, 40);
  cr_fake_loop_run(fake, START_MS + 100);
  assert_int_equal(log.count, set_count);
  cr_loop_close(&fake->loop);
}

static void running_out_of_memory_loses_no_timer_that_was_set(void **state)
{
  (void)state;
  cr_test_oom(oom_scenario, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(timers_fire_in_order_of_time_then_of_setting),
    TEST(a_timer_never_fires_early_and_fires_once),
    TEST(setting_again_replaces_the_time),
    TEST(a_time_in_the_past_fires_in_the_next_turn_behind_what_is_due),
    TEST(a_cancelled_timer_does_not_fire),
    TEST(the_alarm_ends_with_the_last_timer),
    TEST(a_later_timer_costs_no_alarm),
    TEST(an_alarm_that_cannot_be_set_is_an_error_of_the_timer),
    TEST(an_error_without_a_call_to_come_back_from_is_remembered),
    TEST(now_stands_still_in_a_callback_and_runs_outside),
    TEST(random_timers_agree_with_a_list),
    TEST(a_deferred_call_comes_once_and_after_the_events),
    TEST(what_a_deferred_call_defers_runs_in_the_same_turn),
    TEST(what_defers_itself_for_ever_leaves_room_for_timers),
    TEST(a_deferred_call_can_be_taken_back),
    TEST(timers_set_by_deferred_calls_get_one_alarm),
    TEST(soon_that_fails_is_remembered),
    TEST(only_events_asked_for_are_passed_on),
    TEST(a_watch_that_fails_has_ended),
    TEST(the_wake_function_decides_who_listens),
    TEST(a_turn_is_the_backends),
    TEST(closing_in_a_callback_ends_the_batch),
    TEST(batches_are_entered_and_left_once_each),
    TEST(leaving_a_batch_may_close_the_loop),
    cmocka_unit_test(closing_nothing_is_fine),
    cmocka_unit_test(running_out_of_memory_loses_no_timer_that_was_set),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
