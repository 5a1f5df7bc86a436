/* SPDX-License-Identifier: MIT */
/* sim_fetcher.h - the fetcher of a simulated web, on the timers of any loop.
 *
 * Keeps the fetcher's contract to the letter: no event inside start or cancel, none after cancel or
 * done, at most one request for each start. Every request is written to the log, and the police
 * looks at it; with a census it is told instead of the log.
 */
#ifndef CR_SIM_FETCHER_H
#define CR_SIM_FETCHER_H

#include "fetch/fetcher.h"
#include "sim/sim_census.h"
#include "sim/sim_log.h"
#include "sim/sim_police.h"
#include "sim/sim_world.h"

struct cr_sim_net { /* what outlives the fetcher; the caller's */
  struct cr_mem *mem;
  const struct cr_sim_world *world;
  struct cr_sim_log log;
  struct cr_sim_police police;
  struct cr_sim_census *census; /* NULL: everything is logged, and the police follows URLs */
  int64_t live;                 /* transfers now */
  int64_t most_live;
  int64_t starts;
  bool has_few_sockets; /* as many as most_sockets, and not as many as are wanted */
  int64_t most_sockets;
  int64_t sockets;    /* in use, counted in any case */
  int64_t starved;    /* transfers that got none */
  bool is_conserved;  /* the engine said so */
  int64_t fail_start; /* the start of this number answers CRAWLER_E_SYSTEM; 0: none */
  void (*on_start)(struct cr_sim_net *net, const struct cr_transfer *t); /* may be NULL */
  void *user;
};

void cr_sim_net_init(struct cr_sim_net *net, struct cr_mem *mem, const struct cr_sim_world *world);
void cr_sim_net_free(struct cr_sim_net *net);
/* net must outlive the fetcher. 0 or CRAWLER_E_NOMEM. */
int cr_sim_fetcher_open(struct cr_fetcher **out, const struct cr_fetcher_config *config,
                        struct cr_sim_net *net);

#endif
