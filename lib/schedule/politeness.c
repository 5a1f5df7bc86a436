/* SPDX-License-Identifier: MIT */
/* politeness.c - when may a host be asked again?
 *
 * end + delay * (1 + jitter), jitter uniform in 0..jitter_percent: never earlier than the delay.
 */
#include "schedule/politeness.h"

struct cr_politeness cr_politeness_own_server(uint32_t concurrency)
{
  return (struct cr_politeness){ .host_cap = concurrency };
}

int64_t cr_politeness_next_ok(const struct cr_politeness *p, int64_t end_ms, uint64_t random)
{
  /* Options bound the product: a day of delay times 1000 percent fits well into 63 bits. */
  int64_t most = p->delay_ms * p->jitter_percent / 100;

  if (p->delay_ms <= 0)
    return end_ms;
  return end_ms + CR_CLOCK_MS + p->delay_ms + (int64_t)(random % ((uint64_t)most + 1));
}
