/* SPDX-License-Identifier: MIT */
/* idle.h - why slots for transfers do nothing: slot-time by reason.
 *
 * A slot is free because some host may not be asked yet, or because there is nothing to ask for.
 * Each host that has URLs and waits is taken to keep one slot free; what is left over is nobody's.
 * A slot that waits for its host's name isn't free, and is idle, too. Pure.
 */
#ifndef CR_SCHEDULE_IDLE_H
#define CR_SCHEDULE_IDLE_H

#include <stdint.h>

enum cr_idle_reason {
  /* The crawl's; any of them holds all free slots. */
  CR_IDLE_PAUSED,
  CR_IDLE_BUFFER, /* too many bytes are held */
  CR_IDLE_LIMIT,  /* max_pages, or the crawl ends */
  /* A host's, in the order in which they are held responsible. */
  CR_IDLE_DNS, /* its name is looked up; of slots that are taken, too */
  CR_IDLE_CAP, /* the host, its site or its address has all it may have in flight */
  CR_IDLE_ROBOTS,
  CR_IDLE_DELAY,
  CR_IDLE_PARK,
  CR_IDLE_LANE,  /* none: enough slots are in use by hosts untried, or slow, as it is */
  CR_IDLE_EMPTY, /* nothing is queued */
  CR_IDLE_REASONS
};

struct cr_idle {
  int64_t since_ms;
  uint32_t slots[CR_IDLE_REASONS]; /* free since then, by reason */
  int64_t total_ms[CR_IDLE_REASONS];
};

/* Before the first set, and after a time that doesn't count. */
void cr_idle_begin(struct cr_idle *idle, int64_t now_ms);
/* What was free until now counts; from now on it is these. all: CR_IDLE_PAUSED to CR_IDLE_LIMIT, or
 * CR_IDLE_REASONS: none of them. hosts: how many wait, by reason. */
void cr_idle_set(struct cr_idle *idle, int64_t now_ms, uint32_t free_slots, enum cr_idle_reason all,
                 const int64_t hosts[CR_IDLE_REASONS]);
/* A slot that was taken was idle for so long. */
void cr_idle_add(struct cr_idle *idle, enum cr_idle_reason reason, int64_t ms);
/* Total for a reason, up to now. */
int64_t cr_idle_total(const struct cr_idle *idle, enum cr_idle_reason reason, int64_t now_ms);

#endif
