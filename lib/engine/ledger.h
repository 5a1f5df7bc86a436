/* SPDX-License-Identifier: MIT */
/* ledger.h - the two ledgers: where every admitted URL is, and what became of every link.
 *
 * Kept by transition, one function each, so that the sums hold at every moment; tests recount the
 * queues. Pure.
 */
#ifndef CR_ENGINE_LEDGER_H
#define CR_ENGINE_LEDGER_H

#include "crawl/crawler.h"

#define CR_KINDS 4
#define CR_REASONS 66 /* one more than the largest reason */
#define CR_TRAPS 10   /* the same */

struct cr_kind_ledger {
  int64_t admitted; /* = queued + in_flight + fetched + redirected + failed + dropped */
  int64_t queued;
  int64_t in_flight;
  int64_t fetched;
  int64_t redirected;
  int64_t failed;
  int64_t dropped;
  int64_t rejected; /* distinct URLs; outside of the sum */
  int64_t by_reason[CR_REASONS];
};

struct cr_link_ledger {
  int64_t links; /* = known + rejected + capped + admitted */
  int64_t known;
  int64_t rejected;
  int64_t capped;
  int64_t admitted;
  int64_t by_reason[CR_REASONS];
};

struct cr_counters {
  int64_t attempts;
  int64_t retries;
  int64_t parks;     /* hosts that asked to be left alone, each time */
  int64_t outages;   /* hosts that were left alone for their failures, each time */
  int64_t shortages; /* times that the system began to have no sockets for more transfers */
  int64_t wire_bytes;
  int64_t body_bytes;
  int64_t connections;
  int64_t status_class[6]; /* of pages: [1] is 1xx */
  int64_t unparsed;        /* pages and sitemaps whose links could not be read (too deep, ...) */
  int64_t truncated;       /* fetched, and not to their ends (keep_truncated) */
  int64_t traps[CR_TRAPS]; /* URLs that each rule left out */
  int64_t put_off;         /* URLs that went back to the queue for want of memory, each time */
  int64_t depth_lost;      /* shorter paths that could not be passed on for want of memory */
};

struct cr_ledger {
  struct cr_kind_ledger kinds[CR_KINDS];
  struct cr_link_ledger links;
  struct cr_counters counters;
};

void cr_ledger_admit(struct cr_ledger *l, unsigned kind);
/* Admitted, and dropped at once. */
void cr_ledger_drop(struct cr_ledger *l, unsigned kind, crawler_reason reason);
void cr_ledger_lease(struct cr_ledger *l, unsigned kind);   /* queued -> in flight */
void cr_ledger_requeue(struct cr_ledger *l, unsigned kind); /* in flight -> queued */
/* In flight -> as if never admitted: a robots.txt that nobody waits for any more. */
void cr_ledger_withdraw(struct cr_ledger *l, unsigned kind);
void cr_ledger_end(struct cr_ledger *l, unsigned kind, crawler_outcome outcome,
                   crawler_reason reason); /* in flight -> outcome */
void cr_ledger_reject(struct cr_ledger *l, unsigned kind, crawler_reason reason);
void cr_ledger_link_known(struct cr_ledger *l);
void cr_ledger_link_admitted(struct cr_ledger *l);
void cr_ledger_link_refused(struct cr_ledger *l, crawler_reason reason); /* rejected or capped */
void cr_ledger_links_capped(struct cr_ledger *l, int64_t count);         /* by CRAWLER_CAPPED_CAP */
void cr_ledger_status(struct cr_ledger *l, int status);
/* Do both sums hold? */
int cr_ledger_holds(const struct cr_ledger *l);

#endif
