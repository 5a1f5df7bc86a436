/* SPDX-License-Identifier: MIT */
/* sim_places.h - where the hosts of a large frontier are, by walking whatever holds them.
 *
 * frontier_check.c verifies more, in time that grows with the square of the hosts. This is for
 * millions: one pass over hosts, authorities, leases, lists and queued URLs. Between two walks it
 * remembers what stands at the head of each host's queue, and since when.
 */
#ifndef CR_SIM_PLACES_H
#define CR_SIM_PLACES_H

#include "frontier/frontier_memory.h"

struct cr_sim_host { /* of a host, by its number in the frontier */
  uint64_t head_fp;
  int64_t since_ms; /* head_fp was seen at the head first; -1: there is none */
  uint32_t slots;   /* leases that hold one of its slots */
  bool is_asked;    /* a robots.txt is asked for, and whoever does will say how it ends */
};

struct cr_sim_places {
  struct cr_mem *mem;
  struct cr_sim_host *hosts;
  size_t host_cap;
  uint32_t *group_slots;
  size_t group_cap;
  /* Hosts with queued URLs, at the last walk: each is counted once. */
  int64_t ready, wheel, robots, leased, exhausted;
  int64_t ready_lanes[CR_LANES]; /* of those in the ring */
  int64_t walks;
  int64_t waited_ms; /* the longest that a URL stood at the head of its queue, in all walks */
};

void cr_sim_places_open(struct cr_sim_places *places, struct cr_mem *mem);
void cr_sim_places_close(struct cr_sim_places *places);
/* What is wrong; NULL: nothing. */
const char *cr_sim_places_walk(struct cr_sim_places *places, struct cr_frontier_memory *f);

#endif
