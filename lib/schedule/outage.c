/* SPDX-License-Identifier: MIT */
/* outage.c - a host that can't be reached isn't asked for a while: the host error cache. */
#include "schedule/outage.h"

#include "schedule/retry.h"

enum { MOST_RESTS = 3, DEAD_MS = 60 * 60 * 1000 };

bool cr_outage_is_one(crawler_reason failure)
{
  return failure == CRAWLER_FAILED_DNS || failure == CRAWLER_FAILED_CONNECT ||
         failure == CRAWLER_FAILED_TLS;
}

bool cr_outage_failed(struct cr_outage *outage, const struct cr_outage_rule *rule, int64_t begun_ms,
                      int64_t now_ms)
{
  if (rule->most < 0 || (outage->rests > 0 && begun_ms <= outage->began_ms))
    return false;
  if (++outage->failures < rule->most && outage->rests == 0)
    return false;
  outage->rests += outage->rests <= MOST_RESTS;
  outage->began_ms = now_ms;
  outage->until_ms = outage->rests > MOST_RESTS
                         ? now_ms + DEAD_MS
                         : cr_retry_at(now_ms, rule->base_ms, (unsigned)outage->rests, 0);
  return true;
}

void cr_outage_ended(struct cr_outage *outage)
{
  *outage = (struct cr_outage){ .failures = 0 };
}

bool cr_outage_is_death(const struct cr_outage *outage, int64_t now_ms)
{
  return outage->rests > MOST_RESTS && now_ms < outage->until_ms;
}
