/* SPDX-License-Identifier: MIT */
/* sim_loop.c - a loop on a virtual clock that never waits: it jumps from alarm to alarm.
 *
 * Deterministic as long as nobody else wakes it: a turn takes a wake-up, then fires what is due,
 * then runs deferred calls, always in this order.
 */
#include "sim/sim_loop.h"

#include <errno.h>
#include <time.h>

#include "crawl/crawler.h"

enum { BEGIN_MS = 1000 };

static const int64_t wall_begin_ms = INT64_C(1700000000000);

static struct cr_sim_loop *of(struct cr_loop *loop)
{
  return CR_CONTAINER(loop, struct cr_sim_loop, loop);
}

static int64_t read_now(struct cr_loop *loop)
{
  return of(loop)->clock_ms * 1000;
}

static int64_t read_wall(struct cr_loop *loop)
{
  return wall_begin_ms + of(loop)->clock_ms + of(loop)->wall_off_ms;
}

static int change_watch(struct cr_loop *loop, struct cr_watch *watch, int events)
{
  (void)loop;
  (void)watch;
  return events == 0 ? 0 : CRAWLER_E_SYSTEM;
}

static int set_alarm(struct cr_loop *loop, int64_t at_ms)
{
  of(loop)->alarm_at = at_ms;
  return 0;
}

static int run_soon(struct cr_loop *loop)
{
  of(loop)->soon = true;
  return 0;
}

static void wake(struct cr_loop *loop)
{
  struct cr_sim_loop *sim = of(loop);

  pthread_mutex_lock(&sim->lock);
  sim->woken = true;
  pthread_cond_signal(&sim->changed);
  pthread_mutex_unlock(&sim->lock);
}

static bool take_wake(struct cr_sim_loop *sim)
{
  pthread_mutex_lock(&sim->lock);
  bool woken = sim->woken;
  sim->woken = false;
  pthread_mutex_unlock(&sim->lock);
  return woken;
}

static struct timespec deadline_in(int64_t ms)
{
  struct timespec at;

  clock_gettime(CLOCK_REALTIME, &at);
  at.tv_sec += (time_t)(ms / 1000);
  at.tv_nsec += (long)(ms % 1000) * 1000000;
  if (at.tv_nsec >= 1000000000) {
    at.tv_sec++;
    at.tv_nsec -= 1000000000;
  }
  return at;
}

/* True: somebody woke us. */
static bool await_wake(struct cr_sim_loop *sim)
{
  struct timespec until = deadline_in(sim->patience_ms);
  int err = 0;

  pthread_mutex_lock(&sim->lock);
  while (!sim->woken && err != ETIMEDOUT)
    err = pthread_cond_timedwait(&sim->changed, &sim->lock, &until);
  bool woken = sim->woken;
  sim->woken = false;
  pthread_mutex_unlock(&sim->lock);
  return woken;
}

bool cr_sim_loop_jump(struct cr_sim_loop *sim, int64_t timeout_ms)
{
  int64_t to_ms = sim->alarm_at;

  if (timeout_ms >= 0 && timeout_ms < to_ms - sim->clock_ms)
    to_ms = sim->clock_ms + timeout_ms;
  if (to_ms == INT64_MAX)
    return false;
  sim->jumps += to_ms > sim->clock_ms;
  if (to_ms > sim->clock_ms)
    sim->clock_ms = to_ms;
  return true;
}

/* False: the loop was closed meanwhile. */
static bool do_what_is_ready(struct cr_sim_loop *sim, bool woken)
{
  cr_loop_enter(&sim->loop);
  if (woken)
    cr_loop_woken(&sim->loop);
  if (sim->alarm_at <= sim->clock_ms) {
    sim->alarm_at = INT64_MAX;
    if (!cr_loop_fire_timers(&sim->loop))
      return false;
  }
  sim->soon = false;
  return cr_loop_run_deferred(&sim->loop);
}

int cr_sim_loop_turn(struct cr_sim_loop *sim, int64_t timeout_ms)
{
  bool woken = take_wake(sim);

  sim->turns++;
  if (!woken && !sim->soon && !cr_sim_loop_jump(sim, timeout_ms)) {
    woken = await_wake(sim);
    if (!woken)
      return CRAWLER_E_STATE;
  }
  return do_what_is_ready(sim, woken) ? CRAWLER_OK : CRAWLER_DONE;
}

static int turn(struct cr_loop *loop, int64_t timeout_ms)
{
  int err = cr_sim_loop_turn(of(loop), timeout_ms);

  return err < 0 ? err : 0;
}

bool cr_sim_loop_is_busy(struct cr_sim_loop *sim)
{
  pthread_mutex_lock(&sim->lock);
  bool woken = sim->woken;
  pthread_mutex_unlock(&sim->lock);
  return woken || sim->soon;
}

static void close_loop(struct cr_loop *loop)
{
  struct cr_sim_loop *sim = of(loop);

  pthread_cond_destroy(&sim->changed);
  pthread_mutex_destroy(&sim->lock);
  cr_free(loop->mem, sim);
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
};

int cr_sim_loop_open(struct cr_sim_loop **out, struct cr_mem *mem)
{
  struct cr_sim_loop *sim = cr_zalloc(mem, CR_MEM_CORE, sizeof(*sim));

  if (!sim)
    return CRAWLER_E_NOMEM;
  cr_loop_init(&sim->loop, &ops, mem);
  sim->clock_ms = BEGIN_MS;
  sim->alarm_at = INT64_MAX;
  pthread_mutex_init(&sim->lock, NULL); /* with default attributes neither can fail on Linux */
  pthread_cond_init(&sim->changed, NULL);
  *out = sim;
  return 0;
}
