/* SPDX-License-Identifier: MIT */
/* polite_check.h - was a crawl polite? Judged by the server's log alone, with no tolerance.
 *
 * Knows the web, the delays and caps that were promised, and nothing of the library. Between the
 * end of a host's exchange and the next request lies the delay in force at that end; none comes
 * before the time that a 429 or 503 has asked for. Caps by host, site and address hold. Each
 * authority is asked for robots.txt before anything else, and nothing is asked for against it. What
 * is asked for again was not answered before, and not too often. The set of pages answered is the
 * oracle's.
 */
#ifndef CR_POLITE_CHECK_H
#define CR_POLITE_CHECK_H

#include "polite/polite_server.h"

struct cr_polite_promise {
  int64_t delay_ms;
  int64_t changed_ns; /* from then on the delay is another; 0: never */
  int64_t changed_delay_ms;
  uint32_t host_cap, site_cap, address_cap; /* below CR_POLITE_CAPS */
  int64_t park_ms;                          /* the first without Retry-After; doubles with each */
  unsigned parks;                           /* in a row, before a host is given up */
  unsigned retries;                         /* of a page */
  unsigned robots_attempts;
};

enum { CR_POLITE_CAPS = 16 };

enum cr_polite_fault {
  CR_POLITE_TOO_SOON,
  CR_POLITE_IN_PARK,
  CR_POLITE_HOST_CAP,
  CR_POLITE_SITE_CAP,
  CR_POLITE_ADDRESS_CAP,
  CR_POLITE_UNJUDGED, /* before robots.txt was answered */
  CR_POLITE_FORBIDDEN,
  CR_POLITE_AGAIN,     /* after a final answer */
  CR_POLITE_TOO_OFTEN, /* more attempts than there may be */
  CR_POLITE_GIVEN_UP,  /* after too many parks in a row */
  CR_POLITE_STRANGE,   /* no host or page of this web, or at another's address */
  CR_POLITE_MISSED,    /* the oracle reaches it, and it was not answered */
  CR_POLITE_UNREACHED, /* the other way round */
  CR_POLITE_FAULTS
};

struct cr_polite_finding {
  size_t faults[CR_POLITE_FAULTS];
  size_t all;      /* faults */
  char what[1024]; /* the first ones, a line each */
  size_t answered; /* pages */
  /* Of hosts that share nothing with others: how much later than it might have been each request
   * came, in ns, while others of the host were queued. Sorted. */
  int64_t *late_ns;
  size_t late_count;
  int64_t least_spare_ns; /* of all gaps: the least that one was longer than it had to be */
  uint32_t most_at_host, most_at_site, most_at_address; /* at once */
};

struct cr_polite_finding cr_polite_check(const struct cr_polite_web *web,
                                         const struct cr_polite_log *log,
                                         const struct cr_polite_promise *promise);
void cr_polite_finding_free(struct cr_polite_finding *finding);
const char *cr_polite_fault_name(enum cr_polite_fault fault);
/* In ns; permille 500: the median. 0: nothing was late. */
int64_t cr_polite_late_at(const struct cr_polite_finding *finding, unsigned permille);

#endif
