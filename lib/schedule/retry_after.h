/* SPDX-License-Identifier: MIT */
/* retry_after.h - how long a server asks to be left alone (RFC 9110, section 10.2.3). */
#ifndef CR_SCHEDULE_RETRY_AFTER_H
#define CR_SCHEDULE_RETRY_AFTER_H

#include "base/str.h"

/* The value of a Retry-After header: seconds, or a date as HTTP has them, which is compared with
 * the response's own Date, so that it doesn't matter whose clock is wrong; without one that can be
 * read, with wall_ms (since 1970, UTC). In ms; 0 for a time that has passed, -1 for what is neither
 * seconds nor a date. */
int64_t cr_retry_after_ms(struct cr_span value, struct cr_span date, int64_t wall_ms);

#endif
