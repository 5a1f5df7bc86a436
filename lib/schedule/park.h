/* SPDX-License-Identifier: MIT */
/* park.h - how long a host that says "later" (429, 503) is left alone.
 *
 * A pure function of its answers. Nothing is asked of a parked host; a park costs no retry.
 */
#ifndef CR_SCHEDULE_PARK_H
#define CR_SCHEDULE_PARK_H

#include <stdbool.h>
#include <stdint.h>

struct cr_park_rule {
  int64_t base_ms;    /* the first park of a host that says no time; doubles with each */
  int64_t longest_ms; /* whatever the host says */
  int64_t most;       /* parks in a row */
};

struct cr_park { /* of a host; zeros: it never said so */
  int64_t began_ms;
  int64_t until_ms;
  int64_t in_row;
};

enum cr_park_verdict {
  CR_PARK_BEGINS,
  CR_PARK_GOES_ON, /* the answer is older than the park, and says nothing new */
  CR_PARK_IN_VAIN  /* too many in a row */
};

/* Says a status that the host is to be left alone? RFC 6585, section 4; RFC 9110, 15.6.4. */
bool cr_park_is_asked_for(int status);
/* Has it said so too often in a row? */
bool cr_park_is_in_vain(const struct cr_park *park, int64_t most);
/* "Later" has come now, to a request that left at sent_ms. after_ms: by Retry-After; -1: none. */
enum cr_park_verdict cr_park_add(struct cr_park *park, const struct cr_park_rule *rule,
                                 int64_t sent_ms, int64_t now_ms, int64_t after_ms,
                                 uint64_t random);
/* Another answer has come, to a request that left at sent_ms. */
void cr_park_answered(struct cr_park *park, int64_t sent_ms);

#endif
