/* SPDX-License-Identifier: MIT */
/* wake.h - how other threads and signal handlers wake a loop: a descriptor that becomes readable.
 *
 * Used by the backends that wait on descriptors. wake.c is built on Linux's eventfd.
 */
#ifndef CR_LOOP_WAKE_H
#define CR_LOOP_WAKE_H

#include "loop/loop.h"

struct cr_wake { /* sits inside a backend */
  struct cr_watch watch;
  struct cr_loop *loop;
};

/* 0 or CRAWLER_E_SYSTEM. Nothing is watched yet. */
int cr_wake_open(struct cr_wake *wake, struct cr_loop *loop);
/* On: a signal, also an earlier one, calls cr_loop_woken(). 0 or as cr_loop_watch. */
int cr_wake_listen(struct cr_wake *wake, bool on);
/* Several before the loop looks count as one. [any thread, async-signal-safe] */
void cr_wake_signal(const struct cr_wake *wake);
void cr_wake_close(struct cr_wake *wake); /* stops listening too */

#endif
