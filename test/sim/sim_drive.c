/* SPDX-License-Identifier: MIT */
/* sim_drive.c - a simulated crawl driven in each way of CR_DRIVE, on the virtual clock.
 */
#include "sim/sim_drive.h"

#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/crawl_rig.h"

enum { STEP_MS = 20, PATIENCE_MS = 20000 };

/* ---- a loop of the caller's own ---- */

struct cr_sim_called {
  struct cr_loop_ops ops; /* those of loop_caller.c, but for the clock */
  struct cr_sim_loop *clock;
  void (*close)(struct cr_loop *loop); /* loop_caller.c's */
  int fd;                              /* the one descriptor here: other threads wake by it; -1 */
};

static struct cr_sim_called *called_by(const struct cr_loop *loop)
{
  return CR_CONTAINER((uintptr_t)(const void *)loop->ops, struct cr_sim_called,
                      ops); /* ours: not const */
}

static int64_t read_now(struct cr_loop *loop)
{
  struct cr_loop *clock = &called_by(loop)->clock->loop;

  return clock->ops->now_us(clock);
}

static int64_t read_wall(struct cr_loop *loop)
{
  struct cr_loop *clock = &called_by(loop)->clock->loop;

  return clock->ops->wall(clock);
}

static void close_called(struct cr_loop *loop)
{
  struct cr_sim_called *called = called_by(loop);
  struct cr_mem *mem = loop->mem;

  called->close(loop);
  cr_loop_close(&called->clock->loop);
  cr_free(mem, called);
}

static int watch(crawler *c, int fd, int events, void *user)
{
  struct cr_sim *sim = user;

  (void)c;
  sim->called->fd = events ? fd : -1;
  return 0;
}

static int timer(crawler *c, int64_t ms, void *user)
{
  struct cr_sim *sim = user;

  (void)c;
  sim->loop->alarm_at = ms < 0 ? INT64_MAX : sim->loop->clock_ms + ms;
  return 0;
}

static int open_called(struct cr_loop **out, struct cr_mem *mem, struct cr_sim *sim)
{
  struct cr_sim_called *called = cr_zalloc(mem, CR_MEM_CORE, sizeof(*called));
  struct cr_loop *loop;
  int err = called ? cr_loop_open_caller(&loop, mem, &sim->c->watch_ops) : CRAWLER_E_NOMEM;

  if (err < 0) {
    cr_free(mem, called);
    return err;
  }
  called->ops = *loop->ops;
  called->close = loop->ops->close;
  called->clock = sim->loop;
  called->fd = -1;
  called->ops.now_us = read_now;
  called->ops.wall = read_wall;
  called->ops.close = close_called;
  loop->ops = &called->ops;
  sim->called = called;
  *out = loop;
  return 0;
}

static bool is_woken(const struct cr_sim_called *called, int64_t wait_ms)
{
  struct pollfd fd = { .fd = called->fd, .events = POLLIN };

  return poll(&fd, 1, (int)wait_ms) > 0;
}

/* As around poll(2), but that waiting is a jump of the clock. */
static int turn_called(struct cr_sim *sim, int64_t timeout_ms)
{
  struct cr_sim_loop *clock = sim->loop;
  struct cr_sim_called *called = sim->called;

  clock->turns++;
  if (is_woken(called, 0) ||
      (!cr_sim_loop_jump(clock, timeout_ms) && is_woken(called, clock->patience_ms)))
    return crawler_fd_ready(sim->c, called->fd, CRAWLER_READ);
  if (clock->alarm_at == INT64_MAX && timeout_ms < 0)
    return CRAWLER_E_STATE;
  if (clock->alarm_at > clock->clock_ms)
    return CRAWLER_OK;
  clock->alarm_at = INT64_MAX;
  return crawler_timer_fired(sim->c);
}

/* ---- each way ---- */

int cr_sim_open_loop(struct cr_loop **out, struct cr_mem *mem, void *user)
{
  struct cr_sim *sim = user;
  int err = cr_sim_loop_open(&sim->loop, mem);

  if (err < 0)
    return err;
  sim->loop->patience_ms =
      sim->config.unordered || sim->c->drive == CR_DRIVE_THREAD ? PATIENCE_MS : 0;
  if (sim->c->drive != CR_DRIVE_WATCH) {
    *out = &sim->loop->loop;
    return 0;
  }
  err = open_called(out, mem, sim);
  if (err < 0)
    cr_loop_close(&sim->loop->loop);
  return err;
}

/* Before anything drives, the way that CR_DRIVE names; after that, the way it is. */
static enum cr_way way_of(struct cr_sim *sim)
{
  enum cr_way way = cr_way_by_environment();

  switch (sim->c->drive) {
  case CR_DRIVE_BASE:
    return CR_WAY_BASE;
  case CR_DRIVE_WATCH:
    return CR_WAY_POLL;
  case CR_DRIVE_THREAD:
    return CR_WAY_THREAD;
  case CR_DRIVE_SELF:
    if (way == CR_WAY_NEXT && sim->s->running && !sim->s->pulling)
      return CR_WAY_RUN;
    return way == CR_WAY_STEP_0 || way == CR_WAY_STEP || way == CR_WAY_NEXT ? way : CR_WAY_RUN;
  default:
    break;
  }
  if (way == CR_WAY_BASE) /* whose, doesn't matter: cr_sim_open_loop() doesn't look */
    assert_int_equal(crawler_set_event_base(sim->c, (struct event_base *)(void *)sim), 0);
  if (way == CR_WAY_POLL)
    assert_int_equal(crawler_set_loop(sim->c, watch, timer, sim), 0);
  return way;
}

static int state_of(struct cr_sim *sim)
{
  if (sim->s->running)
    return CRAWLER_OK;
  return sim->s->ending == CR_END_ERROR ? sim->s->error : CRAWLER_DONE;
}

/* A base that has nothing left to wait for has ended, as event_base_dispatch() does. */
static int turn_base(struct cr_sim *sim, int64_t timeout_ms)
{
  int err = cr_sim_loop_turn(sim->loop, timeout_ms);

  if (err != CRAWLER_OK)
    return err;
  cr_loop_end_turn(&sim->loop->loop);
  return state_of(sim);
}

static int turn_of_callers(struct cr_sim *sim, enum cr_way way, int64_t timeout_ms)
{
  int err = sim->s->running ? CRAWLER_OK : crawler_start(sim->c);

  if (err != CRAWLER_OK)
    return err;
  return way == CR_WAY_BASE ? turn_base(sim, timeout_ms) : turn_called(sim, timeout_ms);
}

int cr_sim_turn(struct cr_sim *sim, int64_t timeout_ms)
{
  enum cr_way way = way_of(sim);

  if (way == CR_WAY_BASE || way == CR_WAY_POLL)
    return turn_of_callers(sim, way, timeout_ms);
  return crawler_step(sim->c, timeout_ms);
}

static int turn_to_end(struct cr_sim *sim)
{
  int err;

  do {
    err = cr_sim_turn(sim, -1);
  } while (err == CRAWLER_OK);
  return err;
}

static int step_to_end(struct cr_sim *sim)
{
  int err;

  do {
    err = crawler_step(sim->c, STEP_MS);
  } while (err == CRAWLER_OK);
  return err;
}

/* Time passes between the steps. */
static int glance_to_end(struct cr_sim *sim)
{
  int err;

  while ((err = crawler_step(sim->c, 0)) == CRAWLER_OK)
    if (!cr_sim_loop_is_busy(sim->loop) && !cr_sim_loop_jump(sim->loop, -1))
      (void)sched_yield(); /* to the workers */
  return err;
}

/* Each page is over at once, though a hook may have retained it. With a thread of the library's
 * own, and an on_page, none comes. */
static int pull_all(struct cr_sim *sim)
{
  crawler_page *page;
  int err;

  while ((err = crawler_next(sim->c, &page, -1)) == CRAWLER_OK) {
    (void)crawler_page_finish(page,
                              CRAWLER_FINISH_OK); /* no state to fail in: nobody else has it */
    crawler_page_release(page);
  }
  return err;
}

static int on_own_thread(struct cr_sim *sim)
{
  int err = crawler_start_thread(sim->c);

  if (err < 0)
    return err;
  err = pull_all(sim);
  assert_int_equal(crawler_wait(sim->c, -1), CRAWLER_OK);
  return err;
}

static int drive(struct cr_sim *sim)
{
  switch (way_of(sim)) {
  case CR_WAY_STEP_0:
    return glance_to_end(sim);
  case CR_WAY_STEP:
    return step_to_end(sim);
  case CR_WAY_NEXT:
    return pull_all(sim);
  case CR_WAY_BASE:
  case CR_WAY_POLL:
    return turn_to_end(sim);
  case CR_WAY_THREAD:
    return on_own_thread(sim);
  default:
    return crawler_run(sim->c);
  }
}

int cr_sim_drive(struct cr_sim *sim)
{
  int err = drive(sim);

  return err == CRAWLER_DONE ? CRAWLER_OK : err;
}
