/* SPDX-License-Identifier: MIT */
/* slots.c - how many transfers may begin now.
 */
#include "schedule/slots.h"

static uint32_t smaller_of(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

uint32_t cr_slots_untried_free(const struct cr_slots *s)
{
  uint32_t share = s->fast_cap > 1 ? (uint32_t)((uint64_t)s->fast_cap * 3 / 4) : 1;

  return s->untried < share ? smaller_of(share - s->untried, cr_slots_fast_free(s)) : 0;
}

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

void cr_slots_begin(struct cr_slots *s, enum cr_slot slot)
{
  s->slow += slot == CR_SLOT_SLOW;
  s->fast += slot != CR_SLOT_SLOW;
  s->untried += slot == CR_SLOT_UNTRIED;
}

void cr_slots_end(struct cr_slots *s, enum cr_slot slot)
{
  s->slow -= slot == CR_SLOT_SLOW;
  s->fast -= slot != CR_SLOT_SLOW;
  s->untried -= slot == CR_SLOT_UNTRIED;
}

bool cr_slots_move(struct cr_slots *s, enum cr_slot from)
{
  if (cr_slots_slow_free(s) == 0)
    return false;
  cr_slots_end(s, from);
  cr_slots_begin(s, CR_SLOT_SLOW);
  return true;
}

bool cr_slots_set_aside(struct cr_slots *s, enum cr_slot from)
{
  if (s->aside >= s->aside_cap)
    return false;
  cr_slots_end(s, from);
  s->aside++;
  return true;
}

bool cr_slots_bring_back(struct cr_slots *s, enum cr_slot to)
{
  if ((to == CR_SLOT_SLOW ? cr_slots_slow_free(s) : cr_slots_fast_free(s)) == 0)
    return false;
  cr_slots_end_aside(s);
  cr_slots_begin(s, to);
  return true;
}

void cr_slots_end_aside(struct cr_slots *s)
{
  s->aside--;
}
