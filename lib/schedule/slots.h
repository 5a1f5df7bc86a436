/* SPDX-License-Identifier: MIT */
/* slots.h - how many transfers may begin now: two lanes and a page limit.
 *
 * A transfer takes a slot in the fast lane, or, if its host is known to be slow, in the slow one. A
 * fast transfer that grows old moves over while there is room, so that slow hosts can't hold up the
 * rest. Of the fast lane a part is for hosts that have been tried: whatever the others turn out to
 * be, they can't take all of it. One that waits for its host's name is set aside, so that names
 * that nobody answers for hold no lane up. A page limit is a reservation: fetched + in flight never
 * pass it. Pure.
 */
#ifndef CR_SCHEDULE_SLOTS_H
#define CR_SCHEDULE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

enum cr_slot {
  CR_SLOT_FAST,
  CR_SLOT_UNTRIED, /* in the fast lane, by a host of which nobody knows how fast it is */
  CR_SLOT_SLOW
};

struct cr_slots {
  uint32_t fast_cap;
  uint32_t slow_cap;
  uint32_t fast;    /* in use */
  uint32_t untried; /* of these */
  uint32_t slow;
  uint32_t aside; /* in neither lane */
  uint32_t aside_cap;
  int64_t max_pages;  /* -1: no limit */
  int64_t pages_done; /* fetched */
  int64_t pages_held; /* reserved: leased pages */
};

static inline uint32_t cr_slots_fast_free(const struct cr_slots *s)
{
  return s->fast < s->fast_cap ? s->fast_cap - s->fast : 0;
}

static inline uint32_t cr_slots_slow_free(const struct cr_slots *s)
{
  return s->slow < s->slow_cap ? s->slow_cap - s->slow : 0;
}

static inline uint32_t cr_slots_in_lanes(const struct cr_slots *s)
{
  return s->fast + s->slow;
}

static inline uint32_t cr_slots_under_way(const struct cr_slots *s)
{
  return cr_slots_in_lanes(s) + s->aside;
}

/* Three quarters of the fast lane, at least one slot of it, are for hosts not tried yet. */
uint32_t cr_slots_untried_free(const struct cr_slots *s);
/* Pages that may still be leased; UINT32_MAX stands for any number. */
uint32_t cr_slots_pages_free(const struct cr_slots *s);
void cr_slots_begin(struct cr_slots *s, enum cr_slot slot);
void cr_slots_end(struct cr_slots *s, enum cr_slot slot);
/* Moves a transfer of the fast lane to the slow one. false: no room there. */
bool cr_slots_move(struct cr_slots *s, enum cr_slot from);
/* Out of its lane. false: so many are aside that it stays. */
bool cr_slots_set_aside(struct cr_slots *s, enum cr_slot from);
/* Back into it. false: it is full, and the transfer stays aside. */
bool cr_slots_bring_back(struct cr_slots *s, enum cr_slot to);
void cr_slots_end_aside(struct cr_slots *s);

#endif
