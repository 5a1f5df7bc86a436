/* SPDX-License-Identifier: MIT */
/* pace.c - what each exchange says of its host, and what holds for the host from then on.
 *
 * A host that slows down or fails gets a longer delay (schedule/adapt.c), one that can't be reached
 * is left alone, and its URLs end when that goes on for too long (schedule/outage.c). Attempts at a
 * robots.txt aren't counted for the latter: what they end with is the gate's to say, and its URLs
 * need not wait for that.
 */
#include "engine/shard.h"

#include <stdio.h>

struct cr_politeness cr_pace_of(const struct cr_shard *s, uint32_t host)
{
  struct cr_politeness p = cr_robots_politeness(s, host);
  int64_t adapted_ms = host < s->tally_count ? s->tallies[host].adapted_ms : 0;

  if (!s->settings->own_server && s->settings->max_adaptive_delay > 0 && adapted_ms > p.delay_ms)
    p.delay_ms = adapted_ms;
  return p;
}

/* What we didn't want to have of an answer isn't the host's failure. */
static bool is_ours(crawler_reason failure)
{
  return failure == CRAWLER_FAILED_UNWANTED_TYPE || failure == CRAWLER_FAILED_TOO_LARGE;
}

static void adapt(struct cr_visit *v, crawler_reason failure)
{
  const struct cr_shard *s = v->shard;
  const struct cr_transfer *t = &v->transfer;
  const struct cr_adapt_rule rule = { cr_robots_politeness(s, v->host).delay_ms,
                                      s->settings->max_adaptive_delay };
  struct cr_tally *tally = cr_visit_tally(v);
  bool answered = t->status > 0 && (failure == CRAWLER_REASON_NONE || is_ours(failure));
  int64_t latency_ms = t->status > 0 ? t->first_byte_ms - t->sent_ms : 0;

  if (tally)
    tally->adapted_ms = cr_adapt_after(&rule, tally->adapted_ms,
                                       cr_adapt_word(answered ? t->status : 0), latency_ms);
}

static void leave_alone(struct cr_visit *v, const struct cr_tally *tally)
{
  struct cr_shard *s = v->shard;
  int64_t rest_ms = tally->outage.until_ms - cr_loop_now(s->loop);
  char text[80];

  s->ledger.counters.outages++;
  (void)snprintf(text, sizeof(text), "the host can't be reached, and isn't asked for %lld s",
                 (long long)(rest_ms / 1000));
  cr_shard_log(s, 1, text, v->page.req.url);
  cr_host_block(s, v->host, tally);
}

static void note_reach(struct cr_visit *v, crawler_reason failure)
{
  const struct cr_shard *s = v->shard;
  const struct cr_outage_rule rule = { s->settings->max_host_failures,
                                       s->settings->host_failure_wait };
  struct cr_tally *tally = cr_visit_tally(v);

  if (!tally)
    return;
  if (v->transfer.sent)
    cr_outage_ended(&tally->outage);
  else if (cr_outage_is_one(failure) && v->page.req.kind != CRAWLER_KIND_ROBOTS &&
           cr_outage_failed(&tally->outage, &rule, v->begun_ms, cr_loop_now(s->loop)))
    leave_alone(v, tally);
}

void cr_pace_note(struct cr_visit *v, crawler_reason failure)
{
  if (v->transfer.later)
    return;
  if (v->transfer.sent)
    adapt(v, failure);
  note_reach(v, failure);
}

bool cr_visit_host_is_dead(const struct cr_visit *v)
{
  const struct cr_shard *s = v->shard;

  return v->page.req.kind != CRAWLER_KIND_ROBOTS && v->host < s->tally_count &&
         cr_outage_is_death(&s->tallies[v->host].outage, cr_loop_now(s->loop));
}
