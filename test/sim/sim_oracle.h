/* SPDX-License-Identifier: MIT */
/* sim_oracle.h - how a crawl of a synthetic web must end, by walking its references breadth first.
 *
 * No URL, no queue and no time of the library's: what is wrong in those shows as a difference. The
 * seeds are the front pages of the first hosts.
 */
#ifndef CR_SIM_ORACLE_H
#define CR_SIM_ORACLE_H

#include "sim/sim_web.h"

struct cr_sim_rules {
  uint32_t seeds; /* hosts */
  bool span_hosts;
  bool obey_robots;
  int64_t max_depth; /* -1: none */
  unsigned max_retries;
  /* What on_filter puts in a page's place; NULL: nothing. */
  struct cr_sim_ref (*rewrite)(const struct cr_sim_web *web, struct cr_sim_ref ref);
};

struct cr_sim_fate { /* of one page */
  uint8_t outcome;   /* enum crawler_outcome; 0: not reached */
  uint16_t depth;
};

struct cr_sim_oracle {
  const struct cr_sim_web *web;
  struct cr_mem *mem;
  size_t *first; /* of each host in fates; a page has two, the second for its URL with a slash */
  struct cr_sim_fate *fates;
  size_t count;
  int64_t reached;
  int64_t by_outcome[6];
};

void cr_sim_oracle_open(struct cr_sim_oracle *oracle, struct cr_mem *mem,
                        const struct cr_sim_web *web, const struct cr_sim_rules *rules);
void cr_sim_oracle_close(struct cr_sim_oracle *oracle);
/* The outcome of a page that is in reach; *has_links: its links are followed. */
uint8_t cr_sim_oracle_judge(const struct cr_sim_web *web, const struct cr_sim_rules *rules,
                            struct cr_sim_ref ref, bool *has_links);
/* ... if it is fetched. */
bool cr_sim_oracle_has_links(const struct cr_sim_web *web, struct cr_sim_ref ref);
size_t cr_sim_oracle_index(const struct cr_sim_oracle *oracle, struct cr_sim_ref ref);
struct cr_sim_ref cr_sim_oracle_ref(const struct cr_sim_oracle *oracle, size_t index);

#endif
