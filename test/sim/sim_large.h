/* SPDX-License-Identifier: MIT */
/* sim_large.h - a crawl of millions of URLs on the virtual clock, verified while it runs.
 *
 * The same crawler as everywhere; of the simulation only what holds nothing for a URL but a byte
 * (sim_census.h). What is verified, by the letters of the invariants in the comments of
 * sim_large.c, is verified at sampled moments and at the end. The checks answer with a text
 * instead of failing, so that a test can plant a fault and see it found.
 */
#ifndef CR_SIM_LARGE_H
#define CR_SIM_LARGE_H

#include "sim/sim_crawl.h"
#include "sim/sim_places.h"

struct cr_sim_large {
  struct cr_sim_web web; /* may be changed between init and open */
  struct cr_sim_rules rules;
  int64_t max_wait_ms; /* that the first of a host's URLs may wait for its turn */
  struct cr_mem mem;   /* the model's */
  struct cr_sim_census census;
  struct cr_sim_places places;
  struct cr_sim sim;
  void (*on_moment)(const struct cr_sim_large *large); /* when all was right; may be NULL */
  int64_t turns;
  int64_t ends;       /* times that on_done was called */
  int64_t most_bytes; /* that the crawler held */
  int64_t most_queued;
};

/* A web of so many hosts and pages, seeded at ten of its hosts, with a bound for waiting. */
void cr_sim_large_init(struct cr_sim_large *large, uint64_t seed, uint32_t hosts, uint32_t pages);
void cr_sim_large_open(struct cr_sim_large *large);
void cr_sim_large_close(struct cr_sim_large *large);
/* So many turns, or until the crawl is over: true. */
bool cr_sim_large_step(struct cr_sim_large *large, int64_t turns);
/* What is wrong now, or with a crawl that has ended; NULL: nothing. */
const char *cr_sim_large_moment(struct cr_sim_large *large);
const char *cr_sim_large_end(struct cr_sim_large *large);
/* To the end, with about so many moments in between; what was wrong first. */
const char *cr_sim_large_run(struct cr_sim_large *large, int moments);

#endif
