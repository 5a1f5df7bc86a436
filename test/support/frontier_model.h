/* SPDX-License-Identifier: MIT */
/* frontier_model.h - what a frontier must answer, by arrays and linear scans.
 *
 * Written from frontier.h alone; it shares no code and no structure with the frontier in memory.
 * Of a take it doesn't foretell which host comes first, but all else: that each task was due and
 * allowed by every cap and quota, that it is the right one of its host, that no host which could
 * have given one was left out, and that none waits for ever.
 */
#ifndef CR_TEST_FRONTIER_MODEL_H
#define CR_TEST_FRONTIER_MODEL_H

#include "frontier/frontier.h"

enum {
  CR_MODEL_URLS = 600,
  CR_MODEL_AUTHORITIES = 32,
  CR_MODEL_HOSTS = 24,
  CR_MODEL_LEASES = 256,
  CR_MODEL_TEXT = 120
};

enum cr_model_state { CR_MODEL_NONE, CR_MODEL_QUEUED, CR_MODEL_DELAYED, CR_MODEL_LEASED };

struct cr_model_url { /* a fingerprint, and the URL while it is live */
  uint64_t fp;
  uint8_t known; /* enum: CR_SEEN_* */
  uint8_t value; /* reject reason */
  enum cr_model_state state;
  struct cr_frontier_item item; /* spans point into text */
  char text[5][CR_MODEL_TEXT];  /* target, referrer, via, seed, meta */
  int attempt;
  int64_t arrival; /* order in the queue */
  int64_t at_ms;   /* delayed */
  int64_t delayed; /* order of equal times */
};

struct cr_model_authority {
  uint32_t host;
  enum cr_gate gate;
  bool judged;
  int attempt;
  int lease;                  /* of its robots task; -1: none */
  uint32_t asked;             /* itself, or where its robots task was redirected to, */
  char target[CR_MODEL_TEXT]; /* and what for */
  int hops;
  bool asks_again;
  int64_t ask_ms;
  int64_t ask_order; /* of equal times */
  int64_t stale_ms;  /* an open gate is asked for anew from then on, */
  enum cr_gate meanwhile;
};

struct cr_model_host {
  int64_t next_ok_ms, blocked_until_ms;
  uint32_t cap;
  bool slow, tried;
  bool spent;
  int64_t pages;                                    /* that were done, and counted */
  char site[CR_MODEL_TEXT], address[CR_MODEL_TEXT]; /* empty: none */
  int passed_over; /* tasks given to others while it could have given one */
};

struct cr_model_lease {
  struct cr_lease lease;
  bool held, released;
  int url; /* -1: a robots task */
  uint32_t authority, host;
};

struct cr_frontier_model {
  struct cr_frontier_config config;
  int64_t now_ms, order;
  int64_t host_pages;  /* that each may give */
  struct cr_take want; /* what is left of it */
  uint32_t authority_count, host_count;
  int url_count;
  struct cr_model_authority authorities[CR_MODEL_AUTHORITIES];
  struct cr_model_host hosts[CR_MODEL_HOSTS];
  struct cr_model_url urls[CR_MODEL_URLS];
  struct cr_model_lease leases[CR_MODEL_LEASES];
};

/* Each mirrors the operation of the frontier with the same name; those that return text return
 * NULL or what the frontier did wrong. */
void cr_model_open(struct cr_frontier_model *m, const struct cr_frontier_config *config);
void cr_model_authority(struct cr_frontier_model *m, uint32_t host, struct cr_span site);
uint8_t cr_model_lookup(struct cr_frontier_model *m, uint64_t fp);
uint8_t cr_model_add(struct cr_frontier_model *m, const struct cr_frontier_item *item);
void cr_model_reject(struct cr_frontier_model *m, uint64_t fp, unsigned reason);
void cr_model_forget_rejected(struct cr_frontier_model *m, unsigned reason);
int cr_model_lower(struct cr_frontier_model *m, uint64_t fp, uint16_t depth);
void cr_model_set_gate(struct cr_frontier_model *m, uint32_t authority, enum cr_gate gate);
void cr_model_set_stale(struct cr_frontier_model *m, uint32_t authority, int64_t at_ms,
                        enum cr_gate meanwhile);
uint32_t cr_model_set_default_gate(struct cr_frontier_model *m, bool closed);
void cr_model_set_extra(struct cr_frontier_model *m, int lease, void *extra);
const char *cr_model_take(struct cr_frontier_model *m, const struct cr_take *want,
                          const struct cr_task *tasks, size_t n, int64_t next_due_ms);
int cr_model_finish(struct cr_frontier_model *m, const struct cr_finish *fin, int64_t now_ms);
int cr_model_host_update(struct cr_frontier_model *m, const struct cr_host_update *update,
                         int64_t now_ms);
const char *cr_model_compare(const struct cr_frontier_model *m,
                             const struct cr_frontier_count *count,
                             const struct cr_frontier_stats *stats);
const char *cr_model_compare_host(const struct cr_frontier_model *m, uint32_t host,
                                  const struct cr_host_view *view);

/* The number of a lease that is held; -1: stale. */
int cr_model_find_lease(const struct cr_frontier_model *m, struct cr_lease lease);

#endif
