/* SPDX-License-Identifier: MIT */
/* sim_drive.h - a simulated crawl driven in each way of CR_DRIVE, on the virtual clock.
 *
 * A caller's base is the simulated loop, turned from outside; a caller's own loop is the library's
 * (loop_caller.c) with its clock replaced. What the test has begun in a way of its own goes on so.
 */
#ifndef CR_SIM_DRIVE_H
#define CR_SIM_DRIVE_H

#include "sim/sim_crawl.h"

/* For cr_env; user is the struct cr_sim. */
int cr_sim_open_loop(struct cr_loop **out, struct cr_mem *mem, void *user);
/* A turn of at most timeout_ms: CRAWLER_OK, CRAWLER_DONE or an error. */
int cr_sim_turn(struct cr_sim *sim, int64_t timeout_ms);

#endif
