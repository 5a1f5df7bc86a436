/* SPDX-License-Identifier: MIT */
/* idle.c - why slots for transfers do nothing: slot-time by reason.
 */
#include "schedule/idle.h"

#include <string.h>

void cr_idle_begin(struct cr_idle *idle, int64_t now_ms)
{
  memset(idle->slots, 0, sizeof(idle->slots));
  idle->since_ms = now_ms;
}

int64_t cr_idle_total(const struct cr_idle *idle, enum cr_idle_reason reason, int64_t now_ms)
{
  int64_t ms = now_ms > idle->since_ms ? now_ms - idle->since_ms : 0;

  return idle->total_ms[reason] + ms * idle->slots[reason];
}

void cr_idle_set(struct cr_idle *idle, int64_t now_ms, uint32_t free_slots, enum cr_idle_reason all,
                 const int64_t hosts[CR_IDLE_REASONS])
{
  for (int reason = 0; reason < CR_IDLE_REASONS; reason++)
    idle->total_ms[reason] = cr_idle_total(idle, (enum cr_idle_reason)reason, now_ms);
  cr_idle_begin(idle, now_ms);
  if (all != CR_IDLE_REASONS) {
    idle->slots[all] = free_slots;
    return;
  }
  for (int reason = CR_IDLE_DNS; reason < CR_IDLE_EMPTY; reason++) {
    uint32_t slots = hosts[reason] < free_slots ? (uint32_t)hosts[reason] : free_slots;
    idle->slots[reason] = slots;
    free_slots -= slots;
  }
  idle->slots[CR_IDLE_EMPTY] = free_slots;
}

void cr_idle_add(struct cr_idle *idle, enum cr_idle_reason reason, int64_t ms)
{
  idle->total_ms[reason] += ms;
}
