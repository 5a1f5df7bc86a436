/* SPDX-License-Identifier: MIT */
/* loop.c - the event loop, whoever drives it.
 *
 * The part that all backends share: a heap of timers behind the backend's single alarm, the list
 * of deferred calls, and frames. A frame sits on the stack around every callback; closing the loop
 * marks all frames, so that whoever called the callback knows not to touch the loop again.
 */
#include "loop/loop.h"

#include "crawl/crawler.h"

/* Rounds of deferred calls before the loop looks at descriptors and timers again. What defers
 * itself for ever must not starve them; engine, fetcher and resolver need two or three. */
enum { DEFERRED_ROUNDS = 8 };

/* As long for events, and for what they deferred, until the loop looks at descriptors and timers
 * again; but for the callback that runs. A look costs some microseconds. */
enum { PATIENCE_US = 500 };

static void begin(struct cr_loop *loop, struct cr_loop_frame *frame)
{
  frame->outer = loop->frame;
  frame->closed = false;
  loop->frame = frame;
  if (!frame->outer && loop->on_enter)
    loop->on_enter(loop->on_batch_arg);
}

/* False: the loop is gone. The frame stays until on_leave has returned, so that it may close. */
static bool end(struct cr_loop *loop, const struct cr_loop_frame *frame)
{
  if (frame->closed)
    return false;
  if (!frame->outer && loop->on_leave)
    loop->on_leave(loop->on_batch_arg);
  if (frame->closed)
    return false;
  loop->frame = frame->outer;
  return true;
}

static void unlink_all(struct cr_list *head)
{
  while (cr_list_pop(head)) {
  }
}

/* Operations on a backend take a loop that isn't const, and reading its clock changes nothing. */
static struct cr_loop *writable(const struct cr_loop *loop)
{
  return (struct cr_loop *)(uintptr_t)loop;
}

/* An alarm that is early costs one turn in vain, so a later or cancelled first timer leaves it
 * alone: timers of transfers are set and cancelled far more often than they fire. */
static int arm(struct cr_loop *loop, int64_t at_ms)
{
  if (loop->busy || at_ms >= loop->alarm_ms)
    return 0;
  int err = loop->ops->alarm(loop, at_ms);
  loop->alarm_ms = err ? INT64_MAX : at_ms;
  return err;
}

/* No timer is left: a caller's loop may want to end. */
static void disarm(struct cr_loop *loop)
{
  if (loop->busy || loop->timers.len > 0 || loop->alarm_ms == INT64_MAX)
    return;
  loop->alarm_ms = INT64_MAX;
  cr_loop_note(loop, loop->ops->alarm(loop, INT64_MAX));
}

/* Until resume(), timers that are set or cancelled don't reach the backend, nor do deferred calls:
 * they need one alarm at the end. */
static void suspend(struct cr_loop *loop)
{
  loop->busy = true;
}

static void resume(struct cr_loop *loop)
{
  struct cr_heap_node *first = cr_heap_top(&loop->timers);

  loop->busy = false;
  if (first)
    cr_loop_note(loop, arm(loop, first->at));
  else
    disarm(loop);
  if (!cr_list_empty(&loop->deferred))
    cr_loop_note(loop, loop->ops->soon(loop));
}

/* The first timer, if it is due and older than first_new; out of the heap. */
static struct cr_timer *take_due(struct cr_loop *loop, uint64_t first_new)
{
  struct cr_heap_node *node = cr_heap_top(&loop->timers);

  if (!node || node->at > loop->now_ms || node->order >= first_new)
    return NULL;
  cr_heap_remove(&loop->timers, node);
  return CR_CONTAINER(node, struct cr_timer, node);
}

void cr_loop_init(struct cr_loop *loop, const struct cr_loop_ops *ops, struct cr_mem *mem)
{
  *loop =
      (struct cr_loop){ .ops = ops, .mem = mem, .alarm_ms = INT64_MAX, .patience_us = PATIENCE_US };
  cr_heap_init(&loop->timers, mem, CR_MEM_CORE);
  cr_list_init(&loop->deferred);
}

static int64_t read_us(const struct cr_loop *loop)
{
  return loop->ops->now_us(writable(loop));
}

static int64_t read_ms(const struct cr_loop *loop)
{
  return read_us(loop) / 1000;
}

int64_t cr_loop_now(const struct cr_loop *loop)
{
  return loop->frame ? loop->now_ms : read_ms(loop);
}

int64_t cr_loop_wall(const struct cr_loop *loop)
{
  int64_t since_ms = loop->frame ? read_ms(loop) - loop->now_ms : 0;

  return loop->ops->wall(writable(loop)) - since_ms;
}

int cr_loop_watch(struct cr_loop *loop, struct cr_watch *watch, int events)
{
  if (watch->events == events)
    return 0;
  int err = loop->ops->watch(loop, watch, events);
  watch->events = err ? 0 : events;
  return err;
}

void cr_timer_init(struct cr_timer *timer, void (*fire)(struct cr_timer *timer))
{
  cr_heap_node_init(&timer->node);
  timer->fire = fire;
}

int cr_loop_set_timer(struct cr_loop *loop, struct cr_timer *timer, int64_t at_ms)
{
  int64_t now_ms = cr_loop_now(loop);

  cr_heap_remove(&loop->timers, &timer->node);
  /* Not before now: what is set while timers fire stays behind all that are due. */
  timer->node.at = at_ms > now_ms ? at_ms : now_ms;
  int err = cr_heap_push(&loop->timers, &timer->node);
  if (!err)
    err = arm(loop, timer->node.at);
  if (err)
    cr_loop_cancel_timer(loop, timer);
  return err;
}

void cr_loop_cancel_timer(struct cr_loop *loop, struct cr_timer *timer)
{
  cr_heap_remove(&loop->timers, &timer->node);
  disarm(loop);
}

void cr_loop_defer(struct cr_loop *loop, struct cr_deferred *deferred)
{
  bool was_empty = cr_list_empty(&loop->deferred);

  if (!cr_list_empty(&deferred->link))
    return;
  cr_list_push(&loop->deferred, &deferred->link);
  if (was_empty && !loop->busy)
    cr_loop_note(loop, loop->ops->soon(loop));
}

bool cr_loop_should_yield(const struct cr_loop *loop)
{
  return read_us(loop) - loop->work_began_us >= loop->patience_us;
}

void cr_loop_wake(struct cr_loop *loop)
{
  loop->ops->wake(loop);
}

int cr_loop_on_wake(struct cr_loop *loop, void (*wake)(void *arg), void *arg)
{
  loop->on_wake = wake;
  loop->on_wake_arg = arg;
  loop->err = 0;
  return loop->ops->listen ? loop->ops->listen(loop, wake != NULL) : 0;
}

void cr_loop_on_batch(struct cr_loop *loop, void (*enter)(void *arg), void (*leave)(void *arg),
                      void *arg)
{
  loop->on_enter = enter;
  loop->on_leave = leave;
  loop->on_batch_arg = arg;
}

int cr_loop_turn(struct cr_loop *loop, int64_t timeout_ms)
{
  int err = loop->ops->turn(loop, timeout_ms);

  if (!loop->frame) /* else it was refused, and another turn is under way */
    cr_loop_end_turn(loop);
  return err;
}

const struct cr_histogram *cr_loop_turns(const struct cr_loop *loop)
{
  return &loop->turns;
}

int cr_loop_error(const struct cr_loop *loop)
{
  return loop->err;
}

void cr_loop_close(struct cr_loop *loop)
{
  if (!loop)
    return;
  for (struct cr_loop_frame *frame = loop->frame; frame; frame = frame->outer)
    frame->closed = true;
  while (loop->timers.len > 0)
    cr_heap_remove(&loop->timers, cr_heap_top(&loop->timers));
  cr_heap_free(&loop->timers);
  unlink_all(&loop->deferred);
  loop->ops->close(loop);
}

void cr_loop_enter(struct cr_loop *loop)
{
  loop->entered_us = read_us(loop);
  loop->now_ms = loop->entered_us / 1000;
  if (loop->in_turn)
    return;
  loop->in_turn = true;
  loop->turn_began_us = loop->entered_us;
}

bool cr_loop_turn_is_long(const struct cr_loop *loop)
{
  return loop->entered_us - loop->turn_began_us >= loop->patience_us;
}

void cr_loop_end_turn(struct cr_loop *loop)
{
  if (!loop->in_turn)
    return;
  loop->in_turn = false;
  cr_histogram_add(&loop->turns, read_us(loop) - loop->turn_began_us);
}

bool cr_loop_ready(struct cr_loop *loop, struct cr_watch *watch, int events)
{
  struct cr_loop_frame frame;
  int wanted = events & watch->events;

  if (wanted == 0)
    return true;
  begin(loop, &frame);
  watch->ready(watch, wanted);
  return end(loop, &frame);
}

bool cr_loop_fire_timers(struct cr_loop *loop)
{
  struct cr_loop_frame frame;
  uint64_t first_new = loop->timers.next_order;
  struct cr_timer *timer = NULL;

  begin(loop, &frame);
  suspend(loop);
  do {
    timer = take_due(loop, first_new);
    if (timer)
      timer->fire(timer);
  } while (timer && !frame.closed);
  if (!end(loop, &frame))
    return false;

  loop->alarm_ms = INT64_MAX;
  resume(loop);
  return true;
}

/* Reads the clock anew: what went before may have taken a while. */
static bool has_patience(struct cr_loop *loop)
{
  int64_t now_us = read_us(loop);

  loop->now_ms = now_us / 1000;
  return now_us - loop->work_began_us < loop->patience_us;
}

/* False: the loop is closed, or out of patience; some may be left. */
static bool run_round(struct cr_loop *loop, const struct cr_loop_frame *frame,
                      struct cr_list *round)
{
  bool goes_on = true;

  while (goes_on && !cr_list_empty(round)) {
    struct cr_deferred *deferred = CR_CONTAINER(cr_list_pop(round), struct cr_deferred, link);
    deferred->call(deferred);
    goes_on = !frame->closed && has_patience(loop);
  }
  return goes_on;
}

bool cr_loop_run_deferred(struct cr_loop *loop)
{
  struct cr_loop_frame frame;
  struct cr_list round;
  bool goes_on = true;

  begin(loop, &frame);
  suspend(loop);
  cr_list_init(&round);
  loop->work_began_us = read_us(loop);
  loop->now_ms = loop->work_began_us / 1000;
  for (int n = 0; n < DEFERRED_ROUNDS && goes_on && !cr_list_empty(&loop->deferred); n++) {
    cr_list_splice(&round, &loop->deferred);
    goes_on = run_round(loop, &frame, &round);
  }
  if (!frame.closed) { /* those that are left stand before what was deferred meanwhile */
    cr_list_splice(&round, &loop->deferred);
    cr_list_splice(&loop->deferred, &round);
  }
  unlink_all(&round); /* nothing may point into this function's stack */
  if (!end(loop, &frame))
    return false;
  resume(loop);
  return true;
}

void cr_loop_woken(struct cr_loop *loop)
{
  if (loop->on_wake)
    loop->on_wake(loop->on_wake_arg);
}

void cr_loop_note(struct cr_loop *loop, int err)
{
  if (!err || loop->err)
    return;
  loop->err = err;
  cr_loop_woken(loop); /* who looks at it must not wait for what will never come */
}
