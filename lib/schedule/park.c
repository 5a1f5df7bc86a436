/* SPDX-License-Identifier: MIT */
/* park.c - how long a host that says "later" (429, 503) is left alone. */
#include "schedule/park.h"

#include "schedule/politeness.h"
#include "schedule/retry.h"

enum {
  LEAST_MS = 1000,            /* "Retry-After: 0", a date that has passed, or options that say 0 */
  CLOCKS_MS = 2 * CR_CLOCK_MS /* a date is compared by two clocks */
};

bool cr_park_is_asked_for(int status)
{
  return status == 429 || status == 503;
}

bool cr_park_is_in_vain(const struct cr_park *park, int64_t most)
{
  return park->in_row > most;
}

enum cr_park_verdict cr_park_add(struct cr_park *park, const struct cr_park_rule *rule,
                                 int64_t sent_ms, int64_t now_ms, int64_t after_ms, uint64_t random)
{
  if (park->in_row > 0 && sent_ms <= park->began_ms)
    return cr_park_is_in_vain(park, rule->most) ? CR_PARK_IN_VAIN : CR_PARK_GOES_ON;
  park->in_row++;
  if (cr_park_is_in_vain(park, rule->most))
    return CR_PARK_IN_VAIN;
  int64_t base_ms = rule->base_ms > 0 ? rule->base_ms : LEAST_MS;
  int64_t until_ms = after_ms >= 0 ? now_ms + (after_ms > LEAST_MS ? after_ms : LEAST_MS)
                                   : cr_retry_at(now_ms, base_ms, (unsigned)park->in_row, random);
  park->began_ms = now_ms;
  if (until_ms > now_ms + rule->longest_ms)
    until_ms = now_ms + rule->longest_ms;
  park->until_ms = until_ms + CLOCKS_MS;
  return CR_PARK_BEGINS;
}

void cr_park_answered(struct cr_park *park, int64_t sent_ms)
{
  if (sent_ms > park->began_ms)
    park->in_row = 0;
}
