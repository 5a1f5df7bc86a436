/* SPDX-License-Identifier: MIT */
/* loop_caller.c - a loop that the caller drives, by its own watch and timer functions.
 *
 * The table of watches is indexed by descriptor: the caller only knows that number. The caller has
 * one timer for us; it is set at most once for each call from outside, when that call returns,
 * and stands for the first timer or, with 0 ms, for deferred calls that nobody else would run.
 */
#include "loop/loop.h"

#include <string.h>

#include "base/clock.h"
#include "crawl/crawler.h"
#include "loop/wake.h"

enum { FIRST_FDS = 64 };

#define AT_ONCE INT64_MIN /* in told_ms: 0 ms */

struct caller_loop {
  struct cr_loop loop;
  struct cr_wake wake;
  struct cr_loop_caller caller;
  struct cr_watch **watches; /* by descriptor */
  size_t fd_cap;
  int64_t alarm_ms; /* asked for by loop.c; INT64_MAX: none */
  int64_t told_ms;  /* what the caller's timer stands at; INT64_MAX: none */
  bool told;        /* something, ever */
  bool soon;        /* deferred calls wait */
  bool inside;      /* a call from the caller's loop */
};

static struct caller_loop *of(struct cr_loop *loop)
{
  return CR_CONTAINER(loop, struct caller_loop, loop);
}

static int64_t read_now(struct cr_loop *loop)
{
  (void)loop;
  return cr_clock_mono_us();
}

static int64_t read_wall(struct cr_loop *loop)
{
  (void)loop;
  return cr_clock_wall_ms();
}

static int reserve_fd(struct caller_loop *l, int fd)
{
  size_t cap = l->fd_cap > 0 ? l->fd_cap : FIRST_FDS;

  if (fd < 0)
    return CRAWLER_E_SYSTEM;
  if ((size_t)fd < l->fd_cap)
    return 0;
  while (cap <= (size_t)fd)
    cap *= 2; /* fd is an int: far from SIZE_MAX */
  if (cap > SIZE_MAX / sizeof(*l->watches))
    return CRAWLER_E_NOMEM;
  size_t bytes = cap * sizeof(*l->watches);
  struct cr_watch **more = cr_resize(l->loop.mem, CR_MEM_CORE, l->watches, bytes);
  if (!more)
    return CRAWLER_E_NOMEM;
  memset(more + l->fd_cap, 0, (cap - l->fd_cap) * sizeof(*more));
  l->watches = more;
  l->fd_cap = cap;
  return 0;
}

static struct cr_watch *watch_on(const struct caller_loop *l, int fd)
{
  return fd >= 0 && (size_t)fd < l->fd_cap ? l->watches[fd] : NULL;
}

static void end_watch(struct caller_loop *l, struct cr_watch *watch)
{
  if (watch_on(l, watch->fd) != watch)
    return;
  l->watches[watch->fd] = NULL;
  if (l->caller.watch(watch->fd, 0, l->caller.user) != 0)
    cr_loop_note(&l->loop, CRAWLER_E_SYSTEM);
}

static int change_watch(struct cr_loop *loop, struct cr_watch *watch, int events)
{
  struct caller_loop *l = of(loop);
  int err;

  if (events == 0) {
    end_watch(l, watch);
    return 0;
  }
  err = reserve_fd(l, watch->fd);
  if (!err && l->caller.watch(watch->fd, events, l->caller.user) != 0) {
    err = CRAWLER_E_SYSTEM;
    cr_loop_note(&l->loop, err); /* whoever asked may go on without; the caller's loop can't */
  }
  if (err)
    end_watch(l, watch);
  else
    l->watches[watch->fd] = watch;
  return err;
}

/* Sets the caller's timer to what is wanted now. */
static int tell_timer(struct caller_loop *l)
{
  int64_t want_ms = l->soon ? AT_ONCE : l->alarm_ms;
  int64_t in_ms = -1;

  if (l->inside || want_ms == l->told_ms)
    return 0;
  if (want_ms == AT_ONCE)
    in_ms = 0;
  else if (want_ms != INT64_MAX)
    in_ms = want_ms - cr_loop_now(&l->loop);
  if (want_ms != INT64_MAX && in_ms < 0)
    in_ms = 0;
  l->told = true;
  if (l->caller.timer(in_ms, l->caller.user) != 0) {
    l->told_ms = INT64_MAX;
    return CRAWLER_E_SYSTEM;
  }
  l->told_ms = want_ms;
  return 0;
}

static int set_alarm(struct cr_loop *loop, int64_t at_ms)
{
  of(loop)->alarm_ms = at_ms;
  return tell_timer(of(loop));
}

static int run_soon(struct cr_loop *loop)
{
  of(loop)->soon = true;
  return tell_timer(of(loop));
}

static int turn(struct cr_loop *loop, int64_t timeout_ms)
{
  (void)loop;
  (void)timeout_ms;
  return CRAWLER_E_STATE; /* the caller turns */
}

static void wake(struct cr_loop *loop)
{
  cr_wake_signal(&of(loop)->wake);
}

static int listen_for_wake(struct cr_loop *loop, bool on)
{
  return cr_wake_listen(&of(loop)->wake, on);
}

static void close_loop(struct cr_loop *loop)
{
  struct caller_loop *l = of(loop);

  if (l->wake.loop)
    cr_wake_close(&l->wake);
  /* Even when no timer should be set: one that fires on a closed loop would be fatal. Nothing is
   * left that an error could stop. */
  if (l->told)
    (void)l->caller.timer(-1, l->caller.user);
  cr_free(loop->mem, l->watches);
  cr_free(loop->mem, l);
}

static const struct cr_loop_ops ops = {
  .now_us = read_now,
  .wall = read_wall,
  .watch = change_watch,
  .alarm = set_alarm,
  .soon = run_soon,
  .turn = turn,
  .wake = wake,
  .close = close_loop,
  .listen = listen_for_wake,
};

int cr_loop_open_caller(struct cr_loop **out, struct cr_mem *mem,
                        const struct cr_loop_caller *caller)
{
  if (!caller->watch || !caller->timer)
    return CRAWLER_E_INVAL;
  struct caller_loop *l = cr_zalloc(mem, CR_MEM_CORE, sizeof(*l));
  if (!l)
    return CRAWLER_E_NOMEM;

  cr_loop_init(&l->loop, &ops, mem);
  l->caller = *caller;
  l->alarm_ms = INT64_MAX;
  l->told_ms = INT64_MAX;
  int err = cr_wake_open(&l->wake, &l->loop);
  if (err)
    cr_loop_close(&l->loop);
  else
    *out = &l->loop;
  return err;
}

/* The end of a call from the caller's loop: deferred calls, then one word to its timer. */
static int leave(struct caller_loop *l)
{
  l->soon = false;
  if (!cr_loop_run_deferred(&l->loop))
    return 0;
  l->inside = false;
  cr_loop_end_turn(&l->loop);
  cr_loop_note(&l->loop, tell_timer(l));
  return cr_loop_error(&l->loop);
}

int cr_loop_caller_fd_ready(struct cr_loop *loop, int fd, int events)
{
  struct caller_loop *l = of(loop);
  struct cr_watch *watch = watch_on(l, fd);

  if (l->inside)
    return CRAWLER_E_BUSY;
  l->inside = true;
  cr_loop_enter(loop);
  if (watch && !cr_loop_ready(loop, watch, events))
    return 0;
  return leave(l);
}

int cr_loop_caller_timer_fired(struct cr_loop *loop)
{
  struct caller_loop *l = of(loop);

  if (l->inside)
    return CRAWLER_E_BUSY;
  l->inside = true;
  l->told_ms = INT64_MAX; /* it was good for one call, and so was the alarm */
  l->alarm_ms = INT64_MAX;
  cr_loop_enter(loop);
  if (!cr_loop_fire_timers(loop))
    return 0;
  return leave(l);
}
