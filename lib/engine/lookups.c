/* SPDX-License-Identifier: MIT */
/* lookups.c - transfers that wait for a name.
 *
 * Most names are known at once. One that isn't within LONG_MS is set aside: nothing but memory
 * waits with it, so others take its place in the lane, and a name that nobody answers for holds
 * none of them up. With its address it comes back, or if there is no room by then, goes back to the
 * queue: the resolver remembers the name until its turn comes again. How long a name took says
 * nothing of its host's pace.
 */
#include "engine/shard.h"

enum { LONG_MS = 200 };

static struct cr_visit *oldest(const struct cr_shard *s)
{
  return CR_CONTAINER(s->lookups.next, struct cr_visit, lookup_link);
}

void cr_lookup_begin(struct cr_visit *v)
{
  v->looks_up = true;
  cr_list_push(&v->shard->lookups, &v->lookup_link);
}

void cr_lookup_note(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  if (v->looks_up && v->slot != CR_SLOT_SLOW)
    cr_idle_add(&s->idle, CR_IDLE_DNS, cr_loop_now(s->loop) - v->begun_ms);
  v->looks_up = false;
  cr_list_remove(&v->lookup_link);
}

bool cr_lookup_end(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  cr_lookup_note(v);
  if (!v->is_aside)
    return true;
  if (!cr_slots_bring_back(&s->slots, v->slot))
    return false;
  v->is_aside = false;
  v->lane_ms = cr_loop_now(s->loop);
  if (v->slot != CR_SLOT_SLOW)
    cr_list_push(&s->fast, &v->fast_link);
  cr_shard_note_idle(s);
  return true;
}

int64_t cr_lookups_due_ms(const struct cr_shard *s)
{
  if (cr_list_empty(&s->lookups) || s->slots.aside == s->slots.aside_cap)
    return CR_NEVER;
  return oldest(s)->begun_ms + LONG_MS;
}

void cr_lookups_set_aside(struct cr_shard *s)
{
  while (cr_lookups_due_ms(s) <= cr_loop_now(s->loop)) {
    struct cr_visit *v = oldest(s);

    if (!cr_slots_set_aside(&s->slots, v->slot))
      return;
    cr_lookup_note(v);
    cr_list_remove(&v->fast_link);
    v->is_aside = true;
  }
}
