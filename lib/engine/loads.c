/* SPDX-License-Identifier: MIT */
/* loads.c - more transfers are under way than the loop's thread can serve.
 *
 * What is ready stands in line for it: until its events are looked at, which shows in how late the
 * pump comes, as that is deferred behind all of them; when it is over, until it is told; and when a
 * worker has parsed it. Fewer transfers are begun while one of these is long (schedule/load.c),
 * with what workers have parsed counted as if it were still under way; none is stopped.
 */
#include "engine/shard.h"

static uint32_t most_of(const struct cr_shard *s)
{
  return s->slots.fast_cap + s->slots.slow_cap;
}

static uint32_t under_way(const struct cr_shard *s)
{
  return cr_slots_in_lanes(&s->slots) + s->parsed_count;
}

void cr_load_note_wake(struct cr_shard *s)
{
  if (cr_list_empty(&s->pump.link))
    s->woken_ms = cr_loop_now(s->loop);
}

void cr_load_note_wait(struct cr_shard *s, int64_t ms)
{
  cr_load_waited(&s->load, ms, under_way(s), most_of(s), cr_loop_now(s->loop));
}

void cr_load_note_pump(struct cr_shard *s)
{
  cr_load_note_wait(s, cr_loop_now(s->loop) - s->woken_ms);
}

uint32_t cr_load_leaves(const struct cr_shard *s)
{
  return cr_load_room(&s->load, under_way(s));
}

int64_t cr_shard_most_transfers(const struct cr_shard *s)
{
  uint32_t most = most_of(s);

  if (s->load.is_on && s->load.cap < most)
    most = s->load.cap;
  if (s->shortage.is_on && s->shortage.cap < most)
    most = s->shortage.cap;
  return most;
}
