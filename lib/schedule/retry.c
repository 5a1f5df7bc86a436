/* SPDX-License-Identifier: MIT */
/* retry.c - is a failure worth another attempt, and when?
 */
#include "schedule/retry.h"

#define MAX_BACKOFF_MS (60 * 60 * 1000)

static const struct {
  crawler_reason reason;
  bool transient;
} reasons[] = {
  { CRAWLER_FAILED_DNS, true },     /* servers lose packets; a wrong name fails cheaply */
  { CRAWLER_FAILED_CONNECT, true }, /* restarting servers */
  { CRAWLER_FAILED_TLS, false },    /* a certificate doesn't get better in seconds */
  { CRAWLER_FAILED_TIMEOUT, true },
  { CRAWLER_FAILED_TRUNCATED, true },
  { CRAWLER_FAILED_PROTOCOL, false },
  { CRAWLER_FAILED_TOO_LARGE, false },
  { CRAWLER_FAILED_UNWANTED_TYPE, false },
  { CRAWLER_FAILED_ADDRESS, false }, /* policy, not luck */
  { CRAWLER_FAILED_INTERNAL, true }, /* descriptors and memory come back */
};

bool cr_retry_is_worth(crawler_reason reason, bool safe)
{
  for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
    if (reasons[i].reason == reason)
      return reasons[i].transient && safe;
  return false;
}

int64_t cr_retry_at(int64_t now_ms, int64_t base_ms, unsigned attempt, uint64_t random)
{
  int64_t wait = base_ms;

  for (unsigned i = 1; i < attempt && wait < MAX_BACKOFF_MS; i++)
    wait *= 2;
  if (wait > MAX_BACKOFF_MS)
    wait = MAX_BACKOFF_MS;
  return now_ms + wait + (int64_t)(random % ((uint64_t)wait / 2 + 1));
}
