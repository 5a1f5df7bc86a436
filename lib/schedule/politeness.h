/* SPDX-License-Identifier: MIT */
/* politeness.h - when may a host be asked again, and how often at once?
 *
 * The one rule, as a pure function of an event and the settings. The frontier stores the answer.
 */
#ifndef CR_SCHEDULE_POLITENESS_H
#define CR_SCHEDULE_POLITENESS_H

#include <stdbool.h>
#include <stdint.h>

/* The clock shows whole milliseconds: what ends now may do so later by almost one of them. */
enum { CR_CLOCK_MS = 1 };

struct cr_politeness {
  int64_t delay_ms;       /* from the end of a host's last exchange */
  int64_t jitter_percent; /* up to so much more */
  uint32_t host_cap;      /* transfers at once */
  uint32_t site_cap;      /* 0: none */
  uint32_t address_cap;   /* 0: none */
};

/* What holds under own_server: no delay, nothing but the crawl's own concurrency. */
struct cr_politeness cr_politeness_own_server(uint32_t concurrency);
/* The earliest next request after an exchange that ended at end_ms; random: any 64 bits. */
int64_t cr_politeness_next_ok(const struct cr_politeness *p, int64_t end_ms, uint64_t random);

#endif
