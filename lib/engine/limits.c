/* SPDX-License-Identifier: MIT */
/* limits.c - what a crawl and each of its hosts may take: bytes, and of a host time and pages.
 *
 * Like max_pages they drop nothing: at a limit nothing new begins, what is in flight ends, and what
 * is queued stays queued. Pages of a host are a reservation, which the frontier keeps. Bytes are
 * those of bodies as they were sent, of all kinds of request, counted when an exchange has ended:
 * a crawl may go over by what is in flight.
 */
#include "engine/shard.h"

static bool is_spent(const struct cr_shard *s, const struct cr_tally *t)
{
  const struct cr_settings *o = s->settings;

  if (o->max_bytes_per_host >= 0 && t->wire_bytes >= o->max_bytes_per_host)
    return true;
  return o->max_time_per_host >= 0 && t->has_begun &&
         cr_loop_now(s->loop) - t->begun_ms >= o->max_time_per_host;
}

static void judge(struct cr_shard *s, uint32_t host, struct cr_tally *t)
{
  struct cr_host_update update = { .host = host, .fields = CR_HOST_SPENT };

  update.spent = is_spent(s, t);
  if (update.spent == t->is_spent)
    return;
  t->is_spent = update.spent;
  (void)s->frontier->ops->host_update(s->frontier, &update, cr_loop_now(s->loop)); /* needs none */
}

static void judge_all(struct cr_shard *s)
{
  for (uint32_t i = 0; i < s->tally_count; i++)
    if (s->tallies[i].has_begun || s->tallies[i].is_spent)
      judge(s, i, &s->tallies[i]);
}

void cr_limits_configure(struct cr_shard *s)
{
  const struct cr_settings *o = s->settings;
  int64_t pages = o->max_pages_per_host;

  s->frontier->ops->set_host_pages(s->frontier, pages < 0 ? CR_NEVER : pages);
  if (o->max_bytes_per_host == s->host_bytes && o->max_time_per_host == s->host_ms)
    return;
  s->host_bytes = o->max_bytes_per_host;
  s->host_ms = o->max_time_per_host;
  judge_all(s);
}

void cr_limits_forget(struct cr_shard *s)
{
  for (uint32_t i = 0; i < s->tally_count; i++) {
    struct cr_tally *t = &s->tallies[i];

    t->has_begun = false;
    if (t->is_spent)
      judge(s, i, t);
  }
}

bool cr_limits_are_reached(const struct cr_shard *s)
{
  int64_t most = s->settings->max_bytes;

  return most >= 0 && s->ledger.counters.wire_bytes >= most;
}

bool cr_limits_allow(struct cr_visit *v)
{
  struct cr_tally *t = cr_visit_tally(v);

  /* A robots.txt may be another host's to wait for. */
  if (!t || v->page.req.kind == CRAWLER_KIND_ROBOTS)
    return true;
  judge(v->shard, v->host, t);
  return !t->is_spent;
}

void cr_limits_begin(struct cr_visit *v)
{
  struct cr_tally *t = cr_visit_tally(v);

  if (!t || t->has_begun)
    return;
  t->has_begun = true;
  t->begun_ms = v->begun_ms;
}

void cr_limits_count(struct cr_visit *v, int64_t wire_bytes)
{
  struct cr_tally *t = cr_visit_tally(v);

  if (!t)
    return;
  t->wire_bytes += wire_bytes;
  judge(v->shard, v->host, t);
}
