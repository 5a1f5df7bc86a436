/* SPDX-License-Identifier: MIT */
/* slots.c - how many transfers may begin now.
 */
#include "schedule/slots.h"

uint32_t cr_slots_pages_free(const struct cr_slots *s)
{
  int64_t left;

  if (s->max_pages < 0)
    return UINT32_MAX;
  left = s->max_pages - s->pages_done - s->pages_held;
  if (left <= 0)
    return 0;
  return left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
}

void cr_slots_begin(struct cr_slots *s, bool slow)
{
  if (slow)
    s->slow++;
  else
    s->fast++;
}

void cr_slots_end(struct cr_slots *s, bool slow)
{
  if (slow)
    s->slow--;
  else
    s->fast--;
}

bool cr_slots_move(struct cr_slots *s)
{
  if (cr_slots_slow_free(s) == 0)
    return false;
  s->fast--;
  s->slow++;
  return true;
}
