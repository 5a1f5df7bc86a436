/* SPDX-License-Identifier: MIT */
/* feed_date.h - the dates of feeds: RFC 822 and RFC 3339, as they are written in practice.
 */
#ifndef CR_SITEMAP_FEED_DATE_H
#define CR_SITEMAP_FEED_DATE_H

#include "base/str.h"

/* Milliseconds since 1970-01-01T00:00:00Z; 0: no date. White space around it is ignored. What is
 * missing at the end of a date is its first (month, day, midnight), a missing zone is UTC. Years 1
 * to 9999. */
int64_t cr_feed_date(struct cr_span text);

#endif
