/* SPDX-License-Identifier: MIT */
/* outage.h - a host that can't be reached isn't asked for a while: the host error cache.
 *
 * A pure function of its attempts. A rest begins when so many in a row have failed before anything
 * was sent (dns, connect, tls); after it, one attempt decides. After the third rest in a row the
 * host is dead for an hour.
 */
#ifndef CR_SCHEDULE_OUTAGE_H
#define CR_SCHEDULE_OUTAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "crawl/crawler.h"

struct cr_outage_rule {
  int64_t most;    /* failures in a row before the first rest; -1: there is none */
  int64_t base_ms; /* of the first rest; doubles with each */
};

struct cr_outage { /* of a host; zeros: it was never unreachable */
  int64_t failures;
  int64_t rests;
  int64_t began_ms; /* the last rest */
  int64_t until_ms;
};

/* Was the host not reached? */
bool cr_outage_is_one(crawler_reason failure);
/* An attempt that began at begun_ms was such a failure. True: the host is to be left alone, until
 * until_ms. */
bool cr_outage_failed(struct cr_outage *outage, const struct cr_outage_rule *rule, int64_t begun_ms,
                      int64_t now_ms);
/* It was reached. */
void cr_outage_ended(struct cr_outage *outage);
/* It isn't worth waiting for: its URLs end. */
bool cr_outage_is_death(const struct cr_outage *outage, int64_t now_ms);

#endif
