/* SPDX-License-Identifier: MIT */
/* sim_census.h - the model of a large crawl: a byte for each page of a synthetic web.
 *
 * It stands where the log and the police's list of URLs stand in a small crawl. Pages are told
 * apart by their URLs, which are compared as strings (sim_web.c), never by the library's
 * fingerprints: a URL that the library takes for a known one by mistake is one that was offered
 * here and never ends. What is wrong is counted, and the first of it kept as text.
 */
#ifndef CR_SIM_CENSUS_H
#define CR_SIM_CENSUS_H

#include "sim/sim_oracle.h"

enum { CR_SIM_RETRIES = 1 << 16 };

struct cr_sim_retry { /* a page whose last attempt failed */
  size_t page;        /* its place in at */
  int64_t due_ms;     /* not asked for before */
};

struct cr_sim_census {
  const struct cr_sim_web *web;
  struct cr_mem *mem;
  size_t *first; /* of each host in at; a page has two, the second for its URL with a slash */
  uint8_t *at;
  size_t count;
  int64_t offered; /* distinct pages */
  int64_t by_link; /* of these */
  int64_t known;   /* links to what had been offered before */
  int64_t by_outcome[6];
  struct cr_sim_retry
      *retries; /* by a hash of the page; a later one takes an earlier one's place */
  int64_t retries_seen;
  bool *judged; /* of each authority, by its number in the frontier: its robots.txt was answered */
  size_t judged_cap;
  bool is_over; /* on_done was called */
  int64_t wrongs;
  char wrong[256];
};

void cr_sim_census_open(struct cr_sim_census *census, struct cr_mem *mem,
                        const struct cr_sim_web *web);
void cr_sim_census_close(struct cr_sim_census *census);
/* A seed. */
void cr_sim_census_offer(struct cr_sim_census *census, struct cr_sim_ref ref);
/* It is asked for. Returns which attempt it is; what is no page of this web isn't followed: 1. */
unsigned cr_sim_census_ask(struct cr_sim_census *census, struct cr_span url, int64_t now_ms);
/* The robots.txt of an authority has been answered; and a page of it is asked for: not before that,
 * and not against it. */
void cr_sim_census_judged(struct cr_sim_census *census, uint32_t authority);
void cr_sim_census_check_rules(struct cr_sim_census *census, uint32_t authority,
                               struct cr_span url);
/* That ends. again: so that it may be asked for once more, but not before due_ms. */
void cr_sim_census_asked(struct cr_sim_census *census, struct cr_span url, bool again,
                         int64_t due_ms);
/* The outcome that is told of a page: offers what it links or redirects to. */
void cr_sim_census_end(struct cr_sim_census *census, struct cr_span url, crawler_outcome outcome);
/* No outcome may come any more; each page that was offered must have had one. */
void cr_sim_census_over(struct cr_sim_census *census);
/* Every page must have ended as the oracle's rules say, and exactly those in reach. */
void cr_sim_census_compare(struct cr_sim_census *census, const struct cr_sim_rules *rules);

#endif
