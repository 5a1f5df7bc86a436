/* SPDX-License-Identifier: MIT */
/* frontier_rig.h - a frontier in memory for tests, with a clock, that verifies itself after every
 * operation.
 */
#ifndef CR_TEST_FRONTIER_RIG_H
#define CR_TEST_FRONTIER_RIG_H

#include "frontier/frontier_memory.h"

enum { CR_RIG_TASKS = 64 };

struct cr_frontier_rig {
  struct cr_mem own_mem;
  struct cr_mem *mem;
  struct cr_frontier *f;
  int64_t now_ms;
  struct cr_task tasks[CR_RIG_TASKS]; /* of the last take */
  size_t n;
  int64_t next_due_ms;
};

/* Caps: 1 a host, none a site or address; open gates; nothing else limited. */
struct cr_frontier_config cr_frontier_rig_config(void);
/* config NULL: as above. Its mem may be NULL: then leaks are looked for at close. */
void cr_frontier_rig_open(struct cr_frontier_rig *rig, const struct cr_frontier_config *config);
void cr_frontier_rig_close(struct cr_frontier_rig *rig);
void cr_frontier_rig_check(struct cr_frontier_rig *rig);

/* "https://a.example"; its host is what stands behind "//", site may be NULL. */
uint32_t cr_frontier_rig_authority(struct cr_frontier_rig *rig, const char *origin,
                                   const char *site);
/* A page "/<fp>" of depth 1. */
struct cr_frontier_item cr_frontier_rig_item(uint32_t authority, uint64_t fp, int8_t priority);
uint8_t cr_frontier_rig_add(struct cr_frontier_rig *rig, const struct cr_frontier_item *item);
/* Short for a page of this priority that must be new. */
void cr_frontier_rig_page(struct cr_frontier_rig *rig, uint32_t authority, uint64_t fp,
                          int8_t priority);
/* Takes up to max tasks into rig->tasks; returns how many. */
size_t cr_frontier_rig_take(struct cr_frontier_rig *rig, uint32_t max);
size_t cr_frontier_rig_take_want(struct cr_frontier_rig *rig, struct cr_take want);
/* Takes one and returns its fingerprint; 0: a robots task; UINT64_MAX: nothing was due. */
uint64_t cr_frontier_rig_next(struct cr_frontier_rig *rig);
void cr_frontier_rig_finish(struct cr_frontier_rig *rig, const struct cr_task *task,
                            enum cr_finish_kind kind, int64_t at_ms);
/* The fields of update that are set; returns what the frontier does. */
int cr_frontier_rig_update(struct cr_frontier_rig *rig, const struct cr_host_update *update);
struct cr_frontier_count cr_frontier_rig_count(struct cr_frontier_rig *rig);

#endif
