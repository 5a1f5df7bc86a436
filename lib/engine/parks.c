/* SPDX-License-Identifier: MIT */
/* parks.c - hosts that ask to be left alone: 429 and 503.
 *
 * Such an answer ends nothing: the URL is queued again and the host sleeps, all its URLs with it.
 * When it has said so too often in a row, its URLs end as failed, and nothing more is asked of it
 * in that run.
 */
#include "engine/shard.h"

#include "schedule/retry_after.h"

static struct cr_park_rule rule_of(const struct cr_settings *o)
{
  return (struct cr_park_rule){
    .base_ms = o->retry_delay > o->delay ? o->retry_delay : o->delay,
    .longest_ms = o->max_retry_after,
    .most = o->max_parks,
  };
}

static void begin(struct cr_visit *v, const struct cr_tally *t)
{
  struct cr_shard *s = v->shard;

  cr_host_block(s, v->host, t);
  s->ledger.counters.parks++;
  cr_shard_log(s, 2, "the host asks to be left alone for a while", v->page.req.url);
}

int64_t cr_visit_retry_after(const struct cr_visit *v)
{
  const char *after = cr_headers_get(&v->page.headers, "Retry-After");
  const char *date = cr_headers_get(&v->page.headers, "Date");

  return after ? cr_retry_after_ms(cr_span_text(after), cr_span_text(date),
                                   cr_loop_wall(v->shard->loop))
               : -1;
}

static enum cr_park_verdict add(struct cr_visit *v, struct cr_tally *t)
{
  struct cr_shard *s = v->shard;
  const struct cr_park_rule rule = rule_of(s->settings);
  enum cr_park_verdict verdict =
      cr_park_add(&t->park, &rule, v->transfer.sent_ms, cr_loop_now(s->loop),
                  cr_visit_retry_after(v), cr_random_next(&s->random));

  if (verdict == CR_PARK_BEGINS)
    begin(v, t);
  return verdict;
}

void cr_host_park(struct cr_visit *v)
{
  struct cr_tally *t = cr_visit_tally(v);

  if (t)
    (void)add(v, t); /* one too many is for its URLs to find */
}

bool cr_visit_park(struct cr_visit *v)
{
  struct cr_tally *t = cr_visit_tally(v);

  if (!t) /* no memory to remember it by: an answer like others */
    return false;
  if (!cr_park_is_asked_for(v->page.status)) {
    cr_park_answered(&t->park, v->transfer.sent_ms);
    return false;
  }
  if (add(v, t) == CR_PARK_IN_VAIN)
    cr_visit_end(v, CRAWLER_FAILED, CRAWLER_FAILED_RATE_LIMITED);
  else
    cr_visit_requeue(v, CR_FINISH_PARK, t->park.until_ms);
  return true;
}

void cr_visit_rest(struct cr_visit *v, int64_t until_ms)
{
  struct cr_tally *t = cr_visit_tally(v);

  if (!t || until_ms <= t->park.until_ms) /* at worst the other authority is asked meanwhile */
    return;
  t->park.until_ms = until_ms;
  cr_host_block(v->shard, v->host, t);
}

bool cr_visit_is_in_vain(const struct cr_visit *v)
{
  const struct cr_shard *s = v->shard;

  return v->host < s->tally_count &&
         cr_park_is_in_vain(&s->tallies[v->host].park, s->settings->max_parks);
}

void cr_parks_forget(struct cr_shard *s)
{
  for (uint32_t i = 0; i < s->tally_count; i++)
    s->tallies[i].park.in_row = 0;
}
