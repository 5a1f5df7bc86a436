/* SPDX-License-Identifier: MIT */
/* robots_delay.h - what a robots.txt says of the time between two requests.
 *
 * Internal to robots/. Neither line is in RFC 9309; both are as old and as common as it.
 */
#ifndef CR_ROBOTS_ROBOTS_DELAY_H
#define CR_ROBOTS_ROBOTS_DELAY_H

#include "base/str.h"

#define CR_ROBOTS_MOST_DELAY_MS (24 * 3600 * 1000)

/* The value of Crawl-delay: seconds, with a fraction or without ("10", "0.5", "2 seconds"). In ms,
 * at most a day; 0: none, or it isn't a number. */
uint32_t cr_robots_read_delay(struct cr_span value);
/* The value of Request-rate: requests per time ("1/10", "1/10s", "30/1m", "100/24h"), maybe with
 * the time of day it is for, which isn't looked at. In ms for each, as above. */
uint32_t cr_robots_read_rate(struct cr_span value);

#endif
