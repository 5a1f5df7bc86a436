/* SPDX-License-Identifier: MIT */
/* sim_loop.h - a loop on a virtual clock that never waits: it jumps from alarm to alarm.
 *
 * A turn does what is ready; if nothing is, the clock jumps to the next alarm, at most by the
 * turn's timeout. Only when nothing could ever happen by itself does a turn wait for a wake-up
 * from another thread, for real, and for patience_ms at most: then it answers CRAWLER_E_STATE, so
 * that a crawl that has lost a wake-up fails instead of hanging. Descriptors can't be watched.
 */
#ifndef CR_SIM_LOOP_H
#define CR_SIM_LOOP_H

#include <pthread.h>

#include "loop/loop.h"

struct cr_sim_loop {
  struct cr_loop loop;
  int64_t clock_ms;
  int64_t alarm_at;    /* INT64_MAX: none */
  int64_t wall_off_ms; /* how wrong the wall clock is */
  bool soon;           /* asked to run deferred calls */
  int64_t turns;
  int64_t jumps;       /* turns in which the clock moved */
  int64_t patience_ms; /* real time; 0: a turn that can't end by itself fails at once */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool woken; /* guarded by lock */
};

/* The clock begins at 1000. 0 or CRAWLER_E_NOMEM. cr_loop_close(&loop->loop) frees it. */
int cr_sim_loop_open(struct cr_sim_loop **out, struct cr_mem *mem);

/* ---- for who drives it from outside, as a caller's base is driven ---- */

/* A turn that isn't the library's, so that a callback may close the loop: CRAWLER_DONE. Else
 * CRAWLER_OK or CRAWLER_E_STATE. */
int cr_sim_loop_turn(struct cr_sim_loop *sim, int64_t timeout_ms);
/* There is something to do before time passes. */
bool cr_sim_loop_is_busy(struct cr_sim_loop *sim);
/* The clock moves on to the next alarm, by timeout_ms at most; false: nothing will ever happen. */
bool cr_sim_loop_jump(struct cr_sim_loop *sim, int64_t timeout_ms);

#endif
