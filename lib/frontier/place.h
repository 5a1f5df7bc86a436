/* SPDX-License-Identifier: MIT */
/* place.h - where a host is: in exactly one place at every moment, so that no wake-up is lost.
 *
 * A host's place follows from its facts and the time, but for one thing: a host that may be asked
 * is in the ring, and only when its turn comes does it find its group full and wait there, in
 * order. Whoever changes a fact of a host calls cr_place; whoever frees a slot of a group calls
 * cr_place_wake.
 */
#ifndef CR_FRONTIER_PLACE_H
#define CR_FRONTIER_PLACE_H

#include "frontier/frontier_memory.h"

/* The clock moves on (it never goes back); hosts whose alarm is due are judged anew. */
void cr_place_tick(struct cr_frontier_memory *f, int64_t now_ms);
/* Judges the host and moves it where it belongs. A host that stays where it is keeps its turn. */
void cr_place(struct cr_frontier_memory *f, struct cr_host *host);
/* ... but if it is in the ring or a wait list, it goes to the end of the ring. */
void cr_place_anew(struct cr_frontier_memory *f, struct cr_host *host);

/* The first of the host's groups that has no free slot, or CR_NO_ID. */
uint32_t cr_place_full_group(const struct cr_frontier_memory *f, const struct cr_host *host);
/* From the ring to the group's wait list: at its end, or at its head if the group had let it go. */
void cr_place_wait(struct cr_frontier_memory *f, struct cr_host *host, uint32_t group);
/* If the group (CR_NO_ID: nothing happens) has a free slot, the first host that waits for it, in
 * each lane from which none has been let go already, goes to the front of the ring. */
void cr_place_wake(struct cr_frontier_memory *f, uint32_t group);

/* A slot of the host and its groups is used, or is free again. Then cr_place; and after
 * cr_place_free also cr_place_wake_groups. */
void cr_place_use(struct cr_frontier_memory *f, struct cr_host *host);
void cr_place_free(struct cr_frontier_memory *f, struct cr_host *host);
void cr_place_wake_groups(struct cr_frontier_memory *f, const struct cr_host *host);
/* The host joins another group of its address (CR_NO_ID: leaves it), with its slots in use. */
void cr_place_join(struct cr_frontier_memory *f, struct cr_host *host, uint32_t address);

uint32_t cr_place_host_cap(const struct cr_frontier_memory *f, const struct cr_host *host);
/* For tests: NULL, or what is wrong with where the host is. */
const char *cr_place_check(const struct cr_frontier_memory *f, struct cr_host *host);
/* 0: none. */
uint32_t cr_place_group_cap(const struct cr_frontier_memory *f, const struct cr_group *group);

#endif
