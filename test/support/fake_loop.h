/* SPDX-License-Identifier: MIT */
/* fake_loop.h - a loop on a virtual clock, with descriptors that become ready when a test says so.
 *
 * The backend records what lib/loop/loop.c asks of it; nothing happens before the test turns it.
 */
#ifndef CR_TEST_FAKE_LOOP_H
#define CR_TEST_FAKE_LOOP_H

#include "loop/loop.h"

enum { CR_FAKE_WATCHES = 64 };

struct cr_fake_loop {
  struct cr_loop loop;
  int64_t clock_ms;
  int64_t alarm_at; /* INT64_MAX: none */
  int alarm_calls;
  int soon_calls;
  int wakes;
  bool soon; /* asked to run deferred calls */
  bool listening;
  bool *closed;   /* set when the loop is closed; may be NULL */
  int fail_alarm; /* what alarm, watch and soon answer */
  int fail_watch;
  int fail_soon;
  struct cr_watch *watches[CR_FAKE_WATCHES]; /* by descriptor */
};

/* NULL: out of memory. cr_loop_close(&fake->loop) frees it. */
struct cr_fake_loop *cr_fake_loop_open(struct cr_mem *mem, int64_t clock_ms);
/* Does what is ready at the clock's time: timers, then deferred calls. False: nothing was. */
bool cr_fake_loop_step(struct cr_fake_loop *fake);
/* As a turn in which the descriptor is ready; deferred calls run after it. */
void cr_fake_loop_ready(struct cr_fake_loop *fake, int fd, int events);
/* Lets time pass, from alarm to alarm, to until_ms. */
void cr_fake_loop_run(struct cr_fake_loop *fake, int64_t until_ms);

#endif
