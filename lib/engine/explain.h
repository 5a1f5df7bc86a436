/* SPDX-License-Identifier: MIT */
/* explain.h - why a URL is fetched, or isn't: what the rules say of it now, and where it is.
 *
 * Read-only: no hook is called, nothing is made in the frontier, and nothing of the shard that a
 * caller may be in the middle of using (its URLs, key, scratch) is touched.
 */
#ifndef CR_ENGINE_EXPLAIN_H
#define CR_ENGINE_EXPLAIN_H

#include "engine/history.h"
#include "engine/shard.h"

struct cr_explained_check {
  crawler_answer answer;
  crawler_reason reason;
  const char *rule; /* NULL: none decided */
  uint32_t line;
};

struct cr_explanation { /* texts are in the arena given; NULL where nothing is known */
  const char *url;
  const char *key;
  const char *host;
  struct cr_explained_check checks[CRAWLER_CHECK_COUNT];
  crawler_place place;
  int64_t facts[CRAWLER_FACT_COUNT];
  const char *delay_rule;
  const char *referrer, *via, *seed;
  /* By the history; zeros without one. */
  crawler_outcome outcome;
  crawler_reason reason;
  const char *rule;
  uint32_t line;
  struct cr_history_attempt *attempts; /* by clocks on the wall */
  size_t attempt_count;
};

struct cr_explain_ask {
  struct cr_span url;
  unsigned flags;  /* CRAWLER_EXPLAIN_* */
  int64_t wall_ms; /* now; counts while there is no loop */
};

/* 0 or CRAWLER_E_NOMEM. */
int cr_explain(struct cr_shard *s, struct cr_arena *arena, const struct cr_explain_ask *ask,
               struct cr_explanation *out);

#endif
