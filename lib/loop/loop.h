/* SPDX-License-Identifier: MIT */
/* loop.h - the event loop, whoever drives it.
 *
 * Descriptors, timers, deferred calls and one wake-up from other threads, over a small table of
 * operations: libevent (our base or the caller's), the caller's own loop (watch + timer
 * functions), or a virtual one in tests. Everything is called on the loop thread, save
 * cr_loop_wake(). Timers are ours (a heap); a backend offers a single alarm.
 */
#ifndef CR_LOOP_LOOP_H
#define CR_LOOP_LOOP_H

#include "base/heap.h"
#include "base/histogram.h"
#include "base/list.h"
#include "base/mem.h"

enum { CR_LOOP_READ = 1, CR_LOOP_WRITE = 2 }; /* equal to CRAWLER_READ and CRAWLER_WRITE */

struct cr_loop;
struct event_base;

struct cr_watch { /* sits inside its owner; zeroed before first use */
  int fd;
  int events;                                        /* asked for now; 0: not watched */
  void (*ready)(struct cr_watch *watch, int events); /* may end any watch, free its owner */
  void *backend;                                     /* the backend's */
};

struct cr_timer { /* sits inside its owner; cr_timer_init() before first use */
  struct cr_heap_node node;
  void (*fire)(struct cr_timer *timer); /* one shot; may set itself again, free its owner */
};

struct cr_deferred { /* sits inside its owner; zeroed but for cr_list_init(&link) and call */
  struct cr_list link;
  void (*call)(struct cr_deferred *deferred);
};

/* ---- for users of a loop ---- */

/* The loop's clock, ms. Constant within one callback; outside of callbacks it is read each time. */
int64_t cr_loop_now(const struct cr_loop *loop);
/* What clocks on the wall show at cr_loop_now(), ms since 1970. */
int64_t cr_loop_wall(const struct cr_loop *loop);
/* events 0 ends the watch, before its fd is closed, and never fails. Else 0, CRAWLER_E_NOMEM or
 * CRAWLER_E_SYSTEM; after an error the watch has ended. */
int cr_loop_watch(struct cr_loop *loop, struct cr_watch *watch, int events);
void cr_timer_init(struct cr_timer *timer, void (*fire)(struct cr_timer *timer));
/* at_ms in the past fires in the next turn. Replaces an earlier time. 0, or CRAWLER_E_NOMEM or
 * CRAWLER_E_SYSTEM: the timer isn't set. */
int cr_loop_set_timer(struct cr_loop *loop, struct cr_timer *timer, int64_t at_ms);
void cr_loop_cancel_timer(struct cr_loop *loop, struct cr_timer *timer);
/* Calls it once, after the events that are ready now, before waiting. Twice counts once. An owner
 * that ends first takes it back with cr_list_remove(&deferred->link). */
void cr_loop_defer(struct cr_loop *loop, struct cr_deferred *deferred);
/* Inside a deferred call: descriptors and timers have waited long enough. Who has more to do then
 * defers itself again, having done some of it. */
bool cr_loop_should_yield(const struct cr_loop *loop);
/* Makes the loop call the wake function soon. [any thread, async-signal-safe] */
void cr_loop_wake(struct cr_loop *loop);
/* Until this is called, and after it is called with NULL, wake-ups are kept but not watched for,
 * so that a caller's loop has nothing of ours but watches and timers. 0 or as cr_loop_watch. */
int cr_loop_on_wake(struct cr_loop *loop, void (*wake)(void *arg), void *arg);
/* Calls enter before and leave after each outermost callback or row of callbacks; leave may close
 * the loop, unless inside cr_loop_turn(). A loop that a callback closed calls leave no more. */
void cr_loop_on_batch(struct cr_loop *loop, void (*enter)(void *arg), void (*leave)(void *arg),
                      void *arg);
/* One turn: waits at most timeout_ms (0: not at all, -1: no bound) for something to do, then does
 * what is ready. 0 or CRAWLER_E_*; CRAWLER_E_STATE for a loop that somebody else drives. */
int cr_loop_turn(struct cr_loop *loop, int64_t timeout_ms);
/* How long turns took, us: from the first callback until all that was ready is done, with what it
 * deferred, or until enough of it is. On a caller's base what else it calls in between counts, too;
 * of a caller's own loop each call is a turn. [any thread] */
const struct cr_histogram *cr_loop_turns(const struct cr_loop *loop);
/* The first error since cr_loop_on_wake() that had no call to come back from, such as a caller's
 * timer function that failed later; 0: none. The wake function is called when there is one. */
int cr_loop_error(const struct cr_loop *loop);
/* Removes every event of ours, so that a caller's loop can end; watches must be ended before. May
 * be called inside a callback, unless that runs inside cr_loop_turn(). */
void cr_loop_close(struct cr_loop *loop); /* NULL is fine */

/* ---- backends ---- */

struct cr_loop_ops {
  int64_t (*now_us)(struct cr_loop *loop); /* read the clock */
  int64_t (*wall)(struct cr_loop *loop);
  int (*watch)(struct cr_loop *loop, struct cr_watch *watch, int events);
  int (*alarm)(struct cr_loop *loop, int64_t at_ms); /* one for all timers; INT64_MAX: none */
  int (*soon)(struct cr_loop *loop); /* call cr_loop_run_deferred() before waiting */
  int (*turn)(struct cr_loop *loop, int64_t timeout_ms);
  void (*wake)(struct cr_loop *loop);
  void (*close)(struct cr_loop *loop);          /* and frees it */
  int (*listen)(struct cr_loop *loop, bool on); /* for wake-ups; may be NULL: always */
};

struct cr_loop_frame { /* on the stack, around callbacks */
  struct cr_loop_frame *outer;
  bool closed; /* the loop is gone */
};

/* Every backend's struct begins with this (cr_loop_init, in loop.c). */
struct cr_loop {
  const struct cr_loop_ops *ops;
  struct cr_mem *mem;
  struct cr_heap timers;
  struct cr_list deferred;
  int64_t now_ms;
  int64_t alarm_ms;
  void (*on_wake)(void *arg);
  void *on_wake_arg;
  void (*on_enter)(void *arg); /* NULL: nobody wants to know */
  void (*on_leave)(void *arg);
  void *on_batch_arg;
  struct cr_loop_frame *frame; /* innermost; NULL: outside of callbacks */
  bool busy;                   /* inside one of the two functions below that return bool */
  bool in_turn;
  int64_t patience_us; /* until descriptors are looked at again, though more is ready */
  int64_t entered_us;  /* when the clock was read for the last batch of events */
  int64_t turn_began_us;
  int64_t work_began_us; /* the last row of deferred calls */
  struct cr_histogram turns;
  int err;
};

void cr_loop_init(struct cr_loop *loop, const struct cr_loop_ops *ops, struct cr_mem *mem);
/* For backends, around each batch of events. Those that return bool answer false when the loop was
 * closed meanwhile, and must not be touched any more. */
void cr_loop_enter(struct cr_loop *loop); /* reads the clock; the first one begins a turn */
/* By the clock as last read: may descriptors be looked at again, though others are ready? */
bool cr_loop_turn_is_long(const struct cr_loop *loop);
/* All is done that was ready; of a turn that nothing began nothing is noted. cr_loop_turn() does it
 * by itself. */
void cr_loop_end_turn(struct cr_loop *loop);
/* Calls ready with those of events that are asked for, if any. */
bool cr_loop_ready(struct cr_loop *loop, struct cr_watch *watch, int events);
/* Those due by now_ms that were set before this call. The alarm counts as spent and is set anew. */
bool cr_loop_fire_timers(struct cr_loop *loop);
/* Those deferred before this call, then what they defer, each at a now of its own; what is left
 * after a few rounds, or when it should yield, has to wait for the next batch (soon is called). */
bool cr_loop_run_deferred(struct cr_loop *loop);
void cr_loop_woken(struct cr_loop *loop);
void cr_loop_note(struct cr_loop *loop, int err); /* for cr_loop_error(); 0 is ignored */

/* loop_libevent.c: base NULL makes one of our own (no locks). CRAWLER_E_NOMEM,
 * CRAWLER_E_SYSTEM or CRAWLER_E_NETWORK. */
int cr_loop_open_libevent(struct cr_loop **out, struct cr_mem *mem, struct event_base *base);

/* loop_caller.c: the caller's own loop by two functions (crawler_set_loop). They return 0, and must
 * not call back. CRAWLER_E_NOMEM, CRAWLER_E_SYSTEM, or CRAWLER_E_INVAL when one is missing. */
struct cr_loop_caller {
  int (*watch)(int fd, int events, void *user); /* from now on, level-triggered; 0: no more */
  int (*timer)(int64_t ms, void *user);         /* once, instead of the one before; -1: none */
  void *user;
};
int cr_loop_open_caller(struct cr_loop **out, struct cr_mem *mem,
                        const struct cr_loop_caller *caller);
/* The caller's loop saw events on fd / its timer fired: runs what is due, deferred calls included.
 * 0, CRAWLER_E_BUSY inside a callback, or cr_loop_error(). An fd that isn't watched is ignored. */
int cr_loop_caller_fd_ready(struct cr_loop *loop, int fd, int events);
int cr_loop_caller_timer_fired(struct cr_loop *loop);

#endif
