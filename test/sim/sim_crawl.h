/* SPDX-License-Identifier: MIT */
/* sim_crawl.h - a crawler in a simulated world: virtual clock, simulated web, everything watched.
 *
 *   struct cr_sim sim;
 *   cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
 *   cr_sim_add(&sim, "/");
 *   cr_sim_run(&sim);
 *   assert_int_equal(cr_sim_outcome(&sim, "/a"), CRAWLER_FETCHED);
 *   cr_sim_close(&sim);
 *
 * Closing asserts that nothing was leaked and no request was impolite or needless. URLs may be
 * given as paths on CR_SIM_ORIGIN.
 */
#ifndef CR_SIM_CRAWL_H
#define CR_SIM_CRAWL_H

#include "api/crawler_impl.h"
#include "sim/sim_fetcher.h"
#include "sim/sim_loop.h"
#include "sim/sim_oracle.h"
#include "sim/sim_site.h"

struct cr_sim_config {
  const struct cr_sim_world *world;
  struct cr_mem *mem; /* of the crawler; NULL: the sim's own, checked when it closes */
  int workers;        /* threads; pages are applied in order of submission */
  bool unordered;     /* they are not */
  cr_parser parser;   /* NULL: the world's own links */
  uint64_t seed;      /* 0: 1 */
  /* Or NULL. Instead of the log, the police's list of URLs, and what is asked of a URL below. */
  struct cr_sim_census *census;
};

struct cr_sim_end { /* what on_outcome said of a URL */
  uint16_t outcome; /* 0: nothing */
  uint16_t reason;
  uint16_t times;
  uint16_t rejected_times;
  int16_t depth;
  uint16_t status;
  uint64_t order; /* of all outcomes; from 1 */
};

struct cr_sim {
  struct cr_mem mem;       /* the test's */
  struct cr_mem crawl_mem; /* the crawler's, unless config.mem */
  struct cr_sim_config config;
  struct cr_sim_net net;
  crawler *c; /* NULL: out of memory, or freed */
  struct cr_shard *s;
  struct cr_sim_loop *loop;     /* the clock, and more unless called; NULL before the start */
  struct cr_sim_called *called; /* where the loop is the caller's own; NULL: it isn't */
  struct cr_sim_map urls;
  struct cr_sim_end *ends;
  size_t ends_cap;
  uint64_t outcomes;
  int64_t by_outcome[CR_KINDS][6];
  int64_t checks;
  bool freed;       /* by a hook, or by the test */
  bool limits_fall; /* options change under way: more may be under way than is allowed now */
  void (*engine_on_turn)(struct cr_shard *shard, void *arg);
  /* The test's own: called after the sim's. */
  crawler_outcome_cb outcome;
  void (*on_turn)(struct cr_sim *sim); /* at the end of every turn of the engine */
  void *user;
};

/* Options are the defaults, but for random_seed, workers, and no delay_jitter. With config.mem
 * sim->c may be NULL. */
void cr_sim_open(struct cr_sim *sim, const struct cr_sim_config *config);
/* A site where robots.txt isn't asked for, with its front page as the seed. */
void cr_sim_open_site(struct cr_sim *sim, const struct cr_sim_site *site);
void cr_sim_close(struct cr_sim *sim);
/* Asserts success. name "max_pages", value "25". */
void cr_sim_set(struct cr_sim *sim, const char *name, const char *value);
void cr_sim_add(struct cr_sim *sim, const char *url);
/* Seeds the first hosts' front pages. */
void cr_sim_add_hosts(struct cr_sim *sim, const struct cr_sim_web *web, uint32_t hosts);

/* To the end, in the way that CR_DRIVE names (support/crawl_rig.h), asserted, then cr_sim_check. */
void cr_sim_run(struct cr_sim *sim);
/* The same without a look: what the function that drives returned last, 0 for DONE. */
int cr_sim_drive(struct cr_sim *sim);
/* Turn by turn, checking after each every-th one; a crawl that has its own thread, by that. */
void cr_sim_run_checked(struct cr_sim *sim, int every);
/* One turn of at most timeout_ms, by crawler_step(), or of the caller's loop if CR_DRIVE names one.
 * True: the crawl is over. */
bool cr_sim_step(struct cr_sim *sim, int64_t timeout_ms);
/* Both ledgers hold, and say what walking the queues and visits says. */
void cr_sim_check(struct cr_sim *sim);
/* Every URL has ended, and as the oracle says. */
void cr_sim_check_oracle(struct cr_sim *sim, const struct cr_sim_oracle *oracle);

struct cr_sim_end cr_sim_end(const struct cr_sim *sim, const char *url);
int cr_sim_outcome(const struct cr_sim *sim, const char *url); /* 0: none yet */
int cr_sim_reason(const struct cr_sim *sim, const char *url);
/* How often it was asked for. */
unsigned cr_sim_asked(const struct cr_sim *sim, const char *url);
/* Its first request in the log; NULL: none. */
const struct cr_sim_record *cr_sim_request(const struct cr_sim *sim, const char *url);
int64_t cr_sim_stat(const struct cr_sim *sim, crawler_stat which);
/* Pages of an outcome with a reason (0: any). */
int64_t cr_sim_count(const struct cr_sim *sim, crawler_outcome outcome, crawler_reason reason);
/* crawler_incomplete() by name; 0: it isn't named. */
int64_t cr_sim_incomplete(const struct cr_sim *sim, const char *why);
int64_t cr_sim_link_count(const struct cr_sim *sim, crawler_reason reason);

#endif
