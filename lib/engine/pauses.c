/* SPDX-License-Identifier: MIT */
/* pauses.c - hosts that the caller holds back; and what every free slot waits for.
 */
#include "engine/shard.h"

/* ---- pauses ---- */

static int64_t blocked_until(const struct cr_tally *t, int64_t now)
{
  int64_t park_ms = t->park.until_ms;
  int64_t outage_ms = t->outage.until_ms;

  if (t->is_paused)
    return CR_NEVER;
  if (cr_outage_is_death(&t->outage, now)) /* its URLs have to come out */
    return park_ms;
  return outage_ms > park_ms ? outage_ms : park_ms;
}

void cr_host_block(struct cr_shard *s, uint32_t host, const struct cr_tally *t)
{
  int64_t now = s->loop ? cr_loop_now(s->loop) : 0;
  struct cr_host_update update = {
    .host = host,
    .fields = CR_HOST_BLOCKED,
    .blocked_until_ms = blocked_until(t, now),
  };

  (void)s->frontier->ops->host_update(s->frontier, &update, now); /* needs no memory */
  if (s->running)
    cr_shard_wake(s);
}

int cr_host_pause(struct cr_shard *s, uint32_t host)
{
  struct cr_tally *t = cr_tally_of(s, host);

  if (!t)
    return CRAWLER_E_NOMEM;
  t->is_paused = true;
  cr_host_block(s, host, t);
  return 0;
}

void cr_host_resume(struct cr_shard *s, uint32_t host)
{
  struct cr_tally *t = host < s->tally_count ? &s->tallies[host] : NULL;

  if (!t || !t->is_paused)
    return;
  t->is_paused = false;
  cr_host_block(s, host, t);
}

/* ---- free slots ---- */

static enum cr_idle_reason reason_of_all(const struct cr_shard *s)
{
  if (s->ending != CR_END_NOT || cr_slots_pages_free(&s->slots) == 0 || cr_limits_are_reached(s) ||
      cr_shortage_holds(s) || cr_load_leaves(s) == 0)
    return CR_IDLE_LIMIT;
  if (atomic_load(&s->is_paused))
    return CR_IDLE_PAUSED;
  return s->is_full ? CR_IDLE_BUFFER : CR_IDLE_REASONS;
}

void cr_shard_note_idle(struct cr_shard *s)
{
  struct cr_frontier_stats stats;

  s->frontier->ops->stats(s->frontier, &stats);
  int64_t full = stats.hosts_full - s->slots.aside; /* they are full, too, as a rule */
  const int64_t hosts[CR_IDLE_REASONS] = {
    [CR_IDLE_DNS] = s->slots.aside,       [CR_IDLE_CAP] = full > 0 ? full : 0,
    [CR_IDLE_ROBOTS] = stats.hosts_gated, [CR_IDLE_DELAY] = stats.hosts_delayed,
    [CR_IDLE_PARK] = stats.hosts_parked,  [CR_IDLE_LANE] = stats.hosts_ready,
  };
  cr_idle_set(&s->idle, cr_loop_now(s->loop), s->running ? cr_slots_fast_free(&s->slots) : 0,
              reason_of_all(s), hosts);
}

/* ---- how long at least ---- */

/* How many of those that are queued for a host may still leave. */
static int64_t host_left(const struct cr_shard *s, const struct cr_host_view *view)
{
  int64_t most = s->settings->max_pages_per_host;
  int64_t left = most - view->pages;

  if (most < 0 || left >= view->queued)
    return view->queued;
  return left > 0 ? left : 0;
}

/* Jitter isn't counted, nor how long answers take, nor what they have added to the delay: all of
 * that may pass. */
static int64_t host_eta(const struct cr_shard *s, uint32_t host, int64_t now)
{
  struct cr_host_view view;

  s->frontier->ops->host_view(s->frontier, host, &view);
  int64_t left = host_left(s, &view);
  if (left == 0 || view.is_exhausted || view.blocked_until_ms == CR_NEVER)
    return 0;
  int64_t first = view.next_ok_ms > view.blocked_until_ms ? view.next_ok_ms : view.blocked_until_ms;
  int64_t delay = cr_robots_politeness(s, host).delay_ms;
  int64_t times = (left - 1) / view.cap;
  first = first > now ? first - now : 0;
  if (delay > 0 && times > (INT64_MAX - first) / delay)
    return INT64_MAX;
  return first + times * delay;
}

int64_t cr_shard_eta(const struct cr_shard *s, uint32_t *host)
{
  struct cr_frontier_stats stats;
  int64_t longest = 0;

  *host = CR_NO_ID;
  if (!s->frontier || !s->loop)
    return 0;
  s->frontier->ops->stats(s->frontier, &stats);
  if (stats.queued_pages > cr_slots_pages_free(&s->slots))
    return 0;
  for (uint32_t i = 0; i < stats.hosts; i++) {
    int64_t eta = host_eta(s, i, cr_loop_now(s->loop));
    if (eta > longest) {
      longest = eta;
      *host = i;
    }
  }
  return longest;
}
