/* SPDX-License-Identifier: MIT */
/* shortages.c - the system has no descriptor, or no memory, for another connection.
 *
 * That is no failure of a URL: it goes back to the queue, without an attempt less, and fewer
 * transfers are under way from then on (schedule/shortage.c). Idle connections are given up for new
 * ones meanwhile. Where there is no socket at all for a minute, or max_idle_wait, the run ends, and
 * loses nothing.
 */
#include "engine/shard.h"

#include "fetch/fetcher.h"

static const char advice[] =
    "no descriptor or memory for a single connection for too long: let the "
    "process open more files (RLIMIT_NOFILE), or close some, and run again";

static void conserve(struct cr_shard *s, bool on)
{
  if (s->fetcher && s->fetcher->ops->conserve)
    s->fetcher->ops->conserve(s->fetcher, on);
}

static void begin(struct cr_shard *s, const char *why)
{
  s->ledger.counters.shortages++;
  cr_shard_log(s, 1, "fewer transfers from now on", why);
}

static void refused(struct cr_shard *s, const char *why)
{
  int64_t now = cr_loop_now(s->loop);

  if (cr_shortage_refused(&s->shortage, cr_slots_in_lanes(&s->slots), now))
    begin(s, why);
  conserve(s, true); /* again and again: other connections are idle by now */
  if (!cr_shortage_is_hopeless(&s->shortage, s->settings->max_idle_wait, now))
    return;
  if (s->error == 0)
    s->advice = advice;
  cr_shard_fail(s, CRAWLER_E_SYSTEM);
}

bool cr_visit_starved(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  if (v->transfer.sent)
    cr_shortage_served(&s->shortage);
  if (!v->transfer.starved)
    return false;
  cr_visit_free_slot(v, false);
  refused(s, v->transfer.error);
  cr_visit_requeue(v, CR_FINISH_GIVE_BACK, 0);
  return true;
}

uint32_t cr_shortage_leaves(struct cr_shard *s, int64_t *next_due_ms)
{
  bool was_on = s->shortage.is_on;
  uint32_t room;

  if (!was_on)
    return UINT32_MAX;
  room = cr_shortage_room(&s->shortage, cr_slots_in_lanes(&s->slots),
                          s->slots.fast_cap + s->slots.slow_cap, cr_loop_now(s->loop));
  if (!s->shortage.is_on)
    conserve(s, false);
  if (room == 0)
    *next_due_ms = cr_shortage_next_ms(&s->shortage, cr_loop_now(s->loop));
  return room;
}

bool cr_shortage_holds(const struct cr_shard *s)
{
  return s->shortage.is_on && (cr_slots_in_lanes(&s->slots) >= s->shortage.cap ||
                               cr_loop_now(s->loop) < s->shortage.until_ms);
}

void cr_shortage_forget(struct cr_shard *s)
{
  if (s->shortage.is_on)
    conserve(s, false);
  s->shortage = (struct cr_shortage){ .is_on = false };
}
