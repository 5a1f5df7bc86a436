/* SPDX-License-Identifier: MIT */
/* frontier_memory.h - the frontier in memory: its parts, for the files it is made of and tests.
 *
 *   frontier_memory.c  opens and closes it; the small operations
 *   frontier_add.c     a URL comes: seen test, pending cap, memory, then queued
 *   frontier_take.c    the ring's next host gives a URL, or its robots task
 *   frontier_finish.c  a lease ends; a host's facts change
 *   frontier_view.c    what is there, for whoever asks
 *   pending.c          a host's entries: due, delayed, or aside while robots.txt is asked for
 *   place.c            the one place where a host is, and how groups let hosts go
 *   frontier_check.c   counts and verifies all of it
 */
#ifndef CR_FRONTIER_FRONTIER_MEMORY_H
#define CR_FRONTIER_FRONTIER_MEMORY_H

#include "crawl/crawler.h"
#include "frontier/delayed.h"
#include "frontier/frontier.h"
#include "frontier/host.h"
#include "frontier/lease.h"
#include "frontier/seen.h"

struct cr_frontier_memory {
  struct cr_frontier base;
  struct cr_frontier_config config;  /* caps and the default gate as they are now */
  struct cr_budget budget;           /* with the ceiling: for what comes in */
  struct cr_budget unlimited;        /* for what a URL needs on its way out */
  int64_t host_pages;                /* CR_NEVER: no limit */
  int64_t now_ms;                    /* the latest ever given */
  int64_t queued[CR_FRONTIER_KINDS]; /* robots: tasks to be given again at their time */
  int64_t leased[CR_FRONTIER_KINDS];
  struct cr_slab slab;  /* entries */
  struct cr_idmap live; /* fingerprint to entry, for all queued and leased */
  struct cr_hosts hosts;
  struct cr_delayed delayed; /* at least as many nodes are free as leases are held */
  struct cr_leases leases;
  struct cr_ring ring;
  struct cr_wheel wheel;
  uint32_t hosts_in[CR_PLACES]; /* by enum cr_place; of CR_PLACE_EMPTY it says nothing */
  struct cr_seen seen;
};

static inline struct cr_frontier_memory *cr_frontier_memory(struct cr_frontier *f)
{
  return (struct cr_frontier_memory *)(void *)f; /* base is its first member */
}

/* frontier_add.c */
int cr_frontier_add(struct cr_frontier *f, const struct cr_frontier_item *items, size_t n,
                    uint8_t *verdicts, cr_frontier_done done, void *arg);
int cr_frontier_lower(struct cr_frontier *f, uint64_t fp, uint16_t depth);
/* frontier_take.c */
int cr_frontier_take(struct cr_frontier *f, const struct cr_take *want, struct cr_task *tasks,
                     size_t *n, int64_t *next_due_ms, cr_frontier_done done, void *arg);
/* frontier_finish.c */
int cr_frontier_finish(struct cr_frontier *f, const struct cr_finish *fin, int64_t now_ms);
int cr_frontier_host_update(struct cr_frontier *f, const struct cr_host_update *update,
                            int64_t now_ms);
/* frontier_view.c */
void cr_frontier_find(struct cr_frontier *f, struct cr_span origin, struct cr_span host,
                      uint32_t *authority, uint32_t *host_id);
void cr_frontier_host_view(struct cr_frontier *f, uint32_t host, struct cr_host_view *view);
bool cr_frontier_url_view(struct cr_frontier *f, uint64_t fp, struct cr_url_view *view);
/* frontier_check.c */
void cr_frontier_recount(struct cr_frontier *f, struct cr_frontier_count *count);
/* Verifies every invariant, at the cost of a walk over everything: for tests. NULL: all hold, else
 * what doesn't. */
const char *cr_frontier_memory_check(struct cr_frontier *f);

#endif
