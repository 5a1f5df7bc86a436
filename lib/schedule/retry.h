/* SPDX-License-Identifier: MIT */
/* retry.h - is a failure worth another attempt, and when?
 *
 * One table, by reason. Pure.
 */
#ifndef CR_SCHEDULE_RETRY_H
#define CR_SCHEDULE_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "crawl/crawler.h"

/* Could the same request succeed later? safe: nothing was sent, or the method may be repeated
 * (RFC 9110 section 9.2.2). */
bool cr_retry_is_worth(crawler_reason reason, bool safe);
/* When the attempt after number attempt (1, 2, ...) is due: base_ms doubled each time, at most an
 * hour, plus up to a half at random so that failures of one moment spread. */
int64_t cr_retry_at(int64_t now_ms, int64_t base_ms, unsigned attempt, uint64_t random);

#endif
