/* SPDX-License-Identifier: MIT */
/* history.h - what became of each URL, kept while option history gives it memory.
 *
 * Told of a URL when it is found, when an attempt at it is over, and when it has ended; it forgets
 * nothing. At its ceiling it keeps what it has and takes no URL more: what isn't kept is counted,
 * and missed by nobody but who asks for it. Times are the loop's.
 */
#ifndef CR_ENGINE_HISTORY_H
#define CR_ENGINE_HISTORY_H

#include "base/mem.h"
#include "base/str.h"
#include "crawl/crawler.h"

#define CR_HISTORY_ATTEMPTS 32 /* of a URL that are kept: the first ones and the last */

struct cr_history;

struct cr_history_found { /* spans are borrowed for the call; len 0: none */
  int64_t now_ms;
  struct cr_span referrer; /* where it was found */
  struct cr_span via;      /* what redirected to it; counts before referrer */
  bool is_seed;
  crawler_reason refused; /* NONE: it was admitted */
};

struct cr_history_attempt {
  int64_t begun_ms;
  int64_t ended_ms;
  int status; /* 0: there was none */
  crawler_reason failure;
};

struct cr_history_end {
  int64_t now_ms;
  crawler_outcome outcome;
  crawler_reason reason;
  const char *rule; /* NULL: none did it */
  uint32_t line;
};

struct cr_history_view { /* texts are the history's */
  int64_t found_ms;
  int64_t admitted_ms;     /* -1: it wasn't */
  int64_t ended_ms;        /* -1: it hasn't */
  crawler_outcome outcome; /* 0: none yet */
  crawler_reason reason;   /* of the outcome, or of the last refusal */
  const char *rule;
  uint32_t line;
  const char *referrer, *via; /* NULL: none */
  bool is_seed;
  size_t attempts;
};

/* 0 or CRAWLER_E_NOMEM. */
int cr_history_open(struct cr_history **out, struct cr_mem *mem, uint64_t seed, int64_t max_bytes);
void cr_history_close(struct cr_history *h); /* NULL does nothing */

/* The first time counts, but for an admission after a refusal, or after an end: by force. */
void cr_history_note_found(struct cr_history *h, uint64_t fp, const struct cr_history_found *found);
void cr_history_note_attempt(struct cr_history *h, uint64_t fp,
                             const struct cr_history_attempt *attempt);
void cr_history_note_end(struct cr_history *h, uint64_t fp, const struct cr_history_end *end);

/* false: nothing is kept of it. */
bool cr_history_get(const struct cr_history *h, uint64_t fp, struct cr_history_view *view);
/* The attempts of fp in order: room for view.attempts. */
void cr_history_attempts(const struct cr_history *h, uint64_t fp, struct cr_history_attempt *out);
size_t cr_history_count(const struct cr_history *h);
int64_t cr_history_bytes(const struct cr_history *h);
int64_t cr_history_lost(const struct cr_history *h); /* notes of URLs that found no room */

#endif
