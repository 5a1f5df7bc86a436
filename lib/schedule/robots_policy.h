/* SPDX-License-Identifier: MIT */
/* robots_policy.h - what the answers to a robots.txt mean, and how long they hold (RFC 9309).
 *
 * Pure.
 */
#ifndef CR_SCHEDULE_ROBOTS_POLICY_H
#define CR_SCHEDULE_ROBOTS_POLICY_H

#include <stdbool.h>

#include "base/str.h"
#include "crawl/crawler.h"

/* In all, redirects not counted. A robots.txt decides over a whole host: option max_retries, which
 * is for one URL, has no say. */
#define CR_ROBOTS_ATTEMPTS 4
/* A copy this old still serves while there is no newer one: section 2.3.1.4. */
#define CR_ROBOTS_STALE_MS (INT64_C(30) * 24 * 3600 * 1000)

enum cr_robots_judgement { CR_ROBOTS_ALLOW_ALL, CR_ROBOTS_READ_RULES, CR_ROBOTS_TRY_AGAIN };

/* Of a final status. A 3xx is a redirect that names no usable target: no answer. */
enum cr_robots_judgement cr_robots_judge_status(int status);

struct cr_robots_attempt { /* one that brought no usable answer */
  crawler_reason failure;  /* NONE: its status says so */
  unsigned number;         /* 1 is the first */
  int64_t spent_ms;        /* on all of them, with the pauses between */
  int64_t most_ms;         /* so much at most */
  int64_t base_ms;         /* of the back-off */
  int64_t after_ms;        /* Retry-After; -1: none */
};
/* How long to wait before the next one; -1: that was the last. What is asked for by Retry-After is
 * waited for, or not asked again. */
int64_t cr_robots_wait_ms(const struct cr_robots_attempt *attempt, uint64_t random);

/* What the URLs of a host without a robots.txt end with: the transport's own reason where no server
 * answered, else CRAWLER_DROPPED_ROBOTS_UNREACHABLE. */
crawler_reason cr_robots_fate(crawler_reason failure);

/* How long a robots.txt holds by its header Cache-Control (empty: none): at most most_ms, and not
 * much less than ten minutes, whatever it says: a crawl isn't a browser. */
int64_t cr_robots_fresh_ms(struct cr_span cache_control, int64_t most_ms);

#endif
