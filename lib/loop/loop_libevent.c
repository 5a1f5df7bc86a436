/* SPDX-License-Identifier: MIT */
/* loop_libevent.c - a loop on libevent: on a base of our own, or on the caller's.
 *
 * Our base has no locks. It tells the kernel of each change at once: with EPOLL_USE_CHANGELIST one
 * that is refused would be printed, and told to nobody. On the caller's base we only add and delete
 * events: no loopbreak, no flags, no activation from other threads. Deferred calls are an event of
 * ours that is activated by hand: it joins the end of the queue of events that are ready now.
 */
#include "loop/loop.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "crawl/crawler.h"
#include "loop/wake.h"

/* What a base opens: epoll, a timer, the pair for signals; and some to spare. */
enum { BASE_FDS = 8 };

struct libevent_loop;

/* A libevent event in memory of ours; its size is only known at run time. */
struct slot {
  struct cr_list link; /* in live or spare */
  struct libevent_loop *owner;
  struct cr_watch *watch;
  _Alignas(max_align_t) unsigned char event[];
};

struct libevent_loop {
  struct cr_loop loop;
  struct cr_wake wake;
  struct event_base *base;
  struct slot *alarm;
  struct slot *deferred;
  struct slot *bound; /* ends a turn that has nothing to do */
  struct cr_list live;
  struct cr_list spare; /* watches come and go with every connection: slots stay */
  bool owns_base;
  bool in_turn;
  bool in_deferred;
};

static struct libevent_loop *of(struct cr_loop *loop)
{
  return CR_CONTAINER(loop, struct libevent_loop, loop);
}

static struct event *event_of(struct slot *slot)
{
  return (struct event *)(void *)slot->event;
}

static struct slot *take_slot(struct libevent_loop *l)
{
  struct cr_list *link = cr_list_pop(&l->spare);
  struct slot *slot = link ? CR_CONTAINER(link, struct slot, link) : NULL;

  if (!slot) {
    slot = cr_zalloc(l->loop.mem, CR_MEM_CORE, sizeof(*slot) + event_get_struct_event_size());
    if (!slot)
      return NULL;
    slot->owner = l;
    cr_list_init(&slot->link);
  }
  cr_list_push(&l->live, &slot->link);
  return slot;
}

static void give_slot(struct libevent_loop *l, struct slot *slot)
{
  (void)event_del(event_of(slot)); /* fails only for an event that was never assigned */
  cr_list_remove(&slot->link);
  cr_list_push_front(&l->spare, &slot->link);
}

static struct timeval timeval_of(int64_t ms)
{
  struct timeval t = { 0, 0 };

  if (ms > 0) {
    t.tv_sec = (time_t)(ms / 1000);
    t.tv_usec = (suseconds_t)(ms % 1000 * 1000);
  }
  return t;
}

static int add_in(struct slot *slot, int64_t ms)
{
  struct timeval in = timeval_of(ms);
  return event_add(event_of(slot), &in) == 0 ? 0 : CRAWLER_E_NOMEM; /* its timer heap grows */
}

/* The caller's base doesn't say when it is done with all that is ready. The deferred event does: it
 * is behind all of that. */
static void enter(struct libevent_loop *l)
{
  if (!l->owns_base && !l->loop.in_turn)
    event_active(event_of(l->deferred), EV_TIMEOUT, 0);
  cr_loop_enter(&l->loop);
  if (l->owns_base && cr_loop_turn_is_long(&l->loop))
    (void)event_base_loopbreak(l->base); /* after this callback; the others stay ready */
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
  struct slot *slot = arg;
  struct libevent_loop *l = slot->owner;
  int events = (what & EV_READ ? CR_LOOP_READ : 0) | (what & EV_WRITE ? CR_LOOP_WRITE : 0);
  (void)fd;

  enter(l);
  (void)cr_loop_ready(&l->loop, slot->watch, events); /* closed or not, nothing is left to do */
}

static void on_alarm(evutil_socket_t fd, short what, void *arg)
{
  struct slot *slot = arg;
  struct libevent_loop *l = slot->owner;
  (void)fd;
  (void)what;

  enter(l);
  (void)cr_loop_fire_timers(&l->loop); /* as above */
}

static void on_deferred(evutil_socket_t fd, short what, void *arg)
{
  struct slot *slot = arg;
  struct libevent_loop *l = slot->owner;
  (void)fd;
  (void)what;

  cr_loop_enter(&l->loop);
  l->in_deferred = true;
  if (!cr_loop_run_deferred(&l->loop))
    return;
  l->in_deferred = false;
  if (!l->owns_base)
    cr_loop_end_turn(&l->loop);
}

static void on_bound(evutil_socket_t fd, short what, void *arg)
{
  (void)fd;
  (void)what;
  (void)arg;
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

static int change_watch(struct cr_loop *loop, struct cr_watch *watch, int events)
{
  struct libevent_loop *l = of(loop);
  struct slot *slot = watch->backend;
  short what = EV_PERSIST;

  if (slot) {
    give_slot(l, slot);
    watch->backend = NULL;
  }
  if (events == 0)
    return 0;
  slot = take_slot(l);
  if (!slot)
    return CRAWLER_E_NOMEM;

  slot->watch = watch;
  what = (short)(what | (events & CR_LOOP_READ ? EV_READ : 0));
  what = (short)(what | (events & CR_LOOP_WRITE ? EV_WRITE : 0));
  if (event_assign(event_of(slot), l->base, watch->fd, what, on_ready, slot) != 0 ||
      event_add(event_of(slot), NULL) != 0) {
    give_slot(l, slot);
    return CRAWLER_E_SYSTEM;
  }
  watch->backend = slot;
  return 0;
}

static int set_alarm(struct cr_loop *loop, int64_t at_ms)
{
  struct libevent_loop *l = of(loop);

  if (at_ms != INT64_MAX)
    return add_in(l->alarm, at_ms - cr_loop_now(loop));
  (void)event_del(event_of(l->alarm)); /* as above */
  return 0;
}

static int run_soon(struct cr_loop *loop)
{
  struct libevent_loop *l = of(loop);

  /* What is left over goes behind the next look at descriptors, not behind this event. */
  if (l->in_deferred && add_in(l->deferred, 0) == 0)
    return 0;
  event_active(event_of(l->deferred), EV_TIMEOUT, 0);
  return 0;
}

static int turn(struct cr_loop *loop, int64_t timeout_ms)
{
  struct libevent_loop *l = of(loop);
  int flags = EVLOOP_ONCE | (timeout_ms == 0 ? EVLOOP_NONBLOCK : 0);
  bool bounded = timeout_ms > 0 && timeout_ms < loop->alarm_ms - cr_loop_now(loop);
  int err = 0;

  if (!l->owns_base || l->in_turn)
    return CRAWLER_E_STATE;
  if (bounded)
    err = add_in(l->bound, timeout_ms);
  if (err)
    return err;
  l->in_turn = true;
  if (event_base_loop(l->base, flags) < 0)
    err = CRAWLER_E_SYSTEM;
  l->in_turn = false;
  if (bounded)
    (void)event_del(event_of(l->bound)); /* as above */
  return err;
}

static void wake(struct cr_loop *loop)
{
  cr_wake_signal(&of(loop)->wake);
}

/* Our own base always listens: a turn with nothing else to wait for must not return at once. */
static int listen_for_wake(struct cr_loop *loop, bool on)
{
  return cr_wake_listen(&of(loop)->wake, on || of(loop)->owns_base);
}

static void free_slots(struct libevent_loop *l, struct cr_list *list)
{
  while (!cr_list_empty(list)) {
    struct slot *slot = CR_CONTAINER(cr_list_pop(list), struct slot, link);
    event_debug_unassign(event_of(slot)); /* for a program that turned libevent's checks on */
    cr_free(l->loop.mem, slot);
  }
}

static void close_loop(struct cr_loop *loop)
{
  struct libevent_loop *l = of(loop);

  if (l->wake.loop)
    cr_wake_close(&l->wake);
  while (!cr_list_empty(&l->live))
    give_slot(l, CR_CONTAINER(l->live.next, struct slot, link));
  free_slots(l, &l->spare);
  if (l->owns_base && l->base)
    event_base_free(l->base);
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

/* event_base_new ends the process where there is no descriptor left for its socketpair of signals
 * (signal.c, evsig_init_). Only another thread that takes them in between can still bring that
 * about. */
static bool has_descriptors(void)
{
  int fds[BASE_FDS];
  int count = 0;

  while (count < BASE_FDS && (fds[count] = eventfd(0, EFD_CLOEXEC)) >= 0)
    count++;
  for (int i = 0; i < count; i++)
    (void)close(fds[i]); /* an eventfd has nothing to lose */
  return count == BASE_FDS;
}

/* With its usual clock, of 4 ms on Linux, each delay would be so much longer, and be waited for by
 * up to four turns more. CRAWLER_E_SYSTEM: no descriptors; CRAWLER_E_NETWORK: libevent can't, or
 * has no memory; it doesn't say which. */
static int make_base(struct event_base **out)
{
  struct event_config *config;
  struct event_base *base = NULL;
  int flags = EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_PRECISE_TIMER;

  flags |= EVENT_BASE_FLAG_IGNORE_ENV; /* what libevent may use isn't the environment's to say */
  if (!has_descriptors())
    return CRAWLER_E_SYSTEM;
  config = event_config_new();
  if (config && event_config_set_flag(config, flags) == 0)
    base = event_base_new_with_config(config);
  if (config)
    event_config_free(config);
  *out = base;
  return base ? 0 : CRAWLER_E_NETWORK;
}

/* An event without descriptor. */
static struct slot *make_slot(struct libevent_loop *l, event_callback_fn callback)
{
  struct slot *slot = take_slot(l);
  if (slot)
    (void)event_assign(event_of(slot), l->base, -1, 0, callback, slot); /* only fails on misuse */
  return slot;
}

int cr_loop_open_libevent(struct cr_loop **out, struct cr_mem *mem, struct event_base *base)
{
  struct libevent_loop *l = cr_zalloc(mem, CR_MEM_CORE, sizeof(*l));
  int err = 0;

  if (!l)
    return CRAWLER_E_NOMEM;
  cr_loop_init(&l->loop, &ops, mem);
  cr_list_init(&l->live);
  cr_list_init(&l->spare);
  l->owns_base = base == NULL;
  l->base = base;
  if (!base)
    err = make_base(&l->base);
  if (err)
    goto done;
  err = CRAWLER_E_NOMEM;
  l->alarm = make_slot(l, on_alarm);
  l->deferred = make_slot(l, on_deferred);
  l->bound = make_slot(l, on_bound);
  if (!l->alarm || !l->deferred || !l->bound)
    goto done;
  err = cr_wake_open(&l->wake, &l->loop);
  if (!err)
    err = listen_for_wake(&l->loop, false);
  if (err)
    goto done;

  *out = &l->loop;
  l = NULL; /* the caller's now */
done:
  if (l)
    cr_loop_close(&l->loop);
  return err;
}
