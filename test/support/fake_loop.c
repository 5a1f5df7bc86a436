/* SPDX-License-Identifier: MIT */
/* fake_loop.c - a loop on a virtual clock, with descriptors that become ready when a test says so.
 */
#include "support/fake_loop.h"

#include "crawl/crawler.h"

static struct cr_fake_loop *of(struct cr_loop *loop)
{
  return CR_CONTAINER(loop, struct cr_fake_loop, loop);
}

static int64_t read_now(struct cr_loop *loop)
{
  return of(loop)->clock_ms * 1000;
}

static int64_t read_wall(struct cr_loop *loop)
{
  return of(loop)->clock_ms + INT64_C(1700000000000);
}

static int change_watch(struct cr_loop *loop, struct cr_watch *watch, int events)
{
  struct cr_fake_loop *fake = of(loop);
  int err = events == 0 ? 0 : fake->fail_watch;

  if (watch->fd < 0 || watch->fd >= CR_FAKE_WATCHES)
    return events == 0 ? 0 : CRAWLER_E_SYSTEM;
  fake->watches[watch->fd] = events != 0 && !err ? watch : NULL;
  return err;
}

static int set_alarm(struct cr_loop *loop, int64_t at_ms)
{
  of(loop)->alarm_calls++;
  if (at_ms != INT64_MAX && of(loop)->fail_alarm)
    return of(loop)->fail_alarm;
  of(loop)->alarm_at = at_ms;
  return 0;
}

static int run_soon(struct cr_loop *loop)
{
  of(loop)->soon_calls++;
  of(loop)->soon = true;
  return of(loop)->fail_soon;
}

static int turn(struct cr_loop *loop, int64_t timeout_ms)
{
  struct cr_fake_loop *fake = of(loop);
  int64_t until_ms = fake->clock_ms + (timeout_ms > 0 ? timeout_ms : 0);

  if (cr_fake_loop_step(fake))
    return 0;
  if (timeout_ms < 0 && fake->alarm_at != INT64_MAX)
    until_ms = fake->alarm_at;
  if (fake->alarm_at < until_ms)
    until_ms = fake->alarm_at;
  if (until_ms > fake->clock_ms)
    fake->clock_ms = until_ms;
  (void)cr_fake_loop_step(fake); /* a turn may end without anything done */
  return 0;
}

static void wake(struct cr_loop *loop)
{
  of(loop)->wakes++;
}

static int listen_for_wake(struct cr_loop *loop, bool on)
{
  of(loop)->listening = on;
  return 0;
}

static void close_loop(struct cr_loop *loop)
{
  struct cr_fake_loop *fake = of(loop);

  if (fake->closed)
    *fake->closed = true;
  cr_free(loop->mem, fake);
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

struct cr_fake_loop *cr_fake_loop_open(struct cr_mem *mem, int64_t clock_ms)
{
  struct cr_fake_loop *fake = cr_zalloc(mem, CR_MEM_CORE, sizeof(*fake));

  if (!fake)
    return NULL;
  cr_loop_init(&fake->loop, &ops, mem);
  fake->clock_ms = clock_ms;
  fake->alarm_at = INT64_MAX;
  return fake;
}

bool cr_fake_loop_step(struct cr_fake_loop *fake)
{
  bool due = fake->alarm_at <= fake->clock_ms;
  bool soon = fake->soon;

  if (!due && !soon)
    return false;
  cr_loop_enter(&fake->loop);
  if (due) {
    fake->alarm_at = INT64_MAX;
    if (!cr_loop_fire_timers(&fake->loop))
      return true;
  }
  fake->soon = false;
  (void)cr_loop_run_deferred(&fake->loop); /* nothing is touched after it */
  return true;
}

void cr_fake_loop_ready(struct cr_fake_loop *fake, int fd, int events)
{
  struct cr_watch *watch = fd >= 0 && fd < CR_FAKE_WATCHES ? fake->watches[fd] : NULL;

  cr_loop_enter(&fake->loop);
  if (watch && !cr_loop_ready(&fake->loop, watch, events))
    return;
  fake->soon = false;
  (void)cr_loop_run_deferred(&fake->loop); /* as above */
}

void cr_fake_loop_run(struct cr_fake_loop *fake, int64_t until_ms)
{
  while (cr_fake_loop_step(fake)) {
  }
  while (fake->alarm_at <= until_ms) {
    if (fake->alarm_at > fake->clock_ms)
      fake->clock_ms = fake->alarm_at;
    while (cr_fake_loop_step(fake)) {
    }
  }
  if (until_ms > fake->clock_ms)
    fake->clock_ms = until_ms;
}
