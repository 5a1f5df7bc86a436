/* SPDX-License-Identifier: MIT */
/* reuse.c - is a connection going to be used again?
 */
#include "schedule/reuse.h"

enum {
  SECOND_MS = 1000,
  IDLE_MS = 5000 /* what servers commonly wait for another request, and no longer */
};

void cr_reuse_begin(struct cr_reuse *reuse, int64_t now_ms)
{
  int64_t passed_ms = now_ms - reuse->since_ms;

  if (passed_ms >= SECOND_MS) {
    reuse->per_second = reuse->begun * SECOND_MS / passed_ms;
    reuse->begun = 0;
    reuse->since_ms = now_ms;
  }
  reuse->begun++;
}

/* The numbers of hosts follow each other: spread over 32 bits (Knuth, TAOCP 3, 6.4). */
static uint32_t spread(uint32_t number)
{
  return number * 2654435769u;
}

/* Of as many hosts as there is room for? */
static bool is_among_kept(const struct cr_reuse_host *host)
{
  uint64_t place = (uint64_t)spread(host->number) * (uint64_t)host->others >> 32;

  return host->others <= host->room || place < (uint64_t)host->room;
}

bool cr_reuse_is_likely(const struct cr_reuse *reuse, const struct cr_reuse_host *host)
{
  if (host->delay_ms >= IDLE_MS)
    return false;
  if (reuse->per_second > 0 && host->others > IDLE_MS / SECOND_MS * reuse->per_second)
    return false;
  return is_among_kept(host);
}
