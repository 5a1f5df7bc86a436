/* SPDX-License-Identifier: MIT */
/* retries.c - another attempt for a URL, or its end.
 *
 * What is worth one by itself says schedule/retry.c of failures and option retry_statuses of
 * answers; crawler_on_retry() may say otherwise. Whoever says so, a URL has max_retries, and its
 * host a budget (schedule/retry_budget.c). A robots.txt has rules of its own (robots_gate.c), and
 * so has an answer that speaks for the whole host (parks.c).
 */
#include "engine/shard.h"

#include "filter/lists.h"
#include "schedule/retry.h"

enum { LONGEST_DELAY_MS = 24 * 60 * 60 * 1000, NEVER = -1 };

void cr_retries_note(struct cr_visit *v, crawler_reason failure)
{
  const struct cr_shard *s = v->shard;
  struct cr_tally *t = cr_visit_tally(v);
  int status = v->transfer.status;
  bool is_good = failure == CRAWLER_REASON_NONE && status > 0 && status < 500 && status != 429;

  if (t && is_good)
    cr_retry_budget_earn(&t->retries, s->settings->host_retry_budget);
}

static bool has_attempts(const struct cr_visit *v)
{
  return v->page.req.attempt <= v->shard->settings->max_retries;
}

/* May it be sent again without harm? RFC 9110 section 9.2.2. */
static bool is_safe(const struct cr_visit *v)
{
  return !v->transfer.sent || v->page.req.method != CRAWLER_POST;
}

/* The pause before the next attempt. */
static int64_t backoff(const struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  return cr_retry_at(0, s->settings->retry_delay, v->page.req.attempt, cr_random_next(&s->random));
}

/* What on_retry makes of the pause that is meant; NEVER: no other attempt. */
static int64_t ask_hook(struct cr_visit *v, crawler_reason reason, int64_t delay_ms)
{
  struct cr_shard *s = v->shard;
  int verdict;

  if (!s->hooks->retry)
    return delay_ms;
  s->hook_depth++;
  verdict = s->hooks->retry(s->crawler, &v->page.req, reason, v->page.status > 0 ? &v->page : NULL,
                            &delay_ms, s->hooks->retry_user);
  s->hook_depth--;
  if (verdict != CRAWLER_ACCEPT || delay_ms < 0)
    return NEVER;
  return delay_ms < LONGEST_DELAY_MS ? delay_ms : LONGEST_DELAY_MS;
}

/* What didn't come as far as a request costs the host nothing: outages see to that. */
static bool host_affords(struct cr_visit *v)
{
  const struct cr_settings *o = v->shard->settings;
  struct cr_tally *t = cr_visit_tally(v);

  if (!v->transfer.sent || o->own_server || !t)
    return true;
  if (cr_retry_budget_spend(&t->retries, o->host_retry_budget))
    return true;
  v->page.req.rule = "host_retry_budget";
  return false;
}

/* Queues it again, in so many ms. false: it may not be. */
static bool try_in(struct cr_visit *v, int64_t delay_ms)
{
  struct cr_shard *s = v->shard;

  if (delay_ms < 0 || !host_affords(v))
    return false;
  s->ledger.counters.retries++;
  cr_visit_requeue(v, CR_FINISH_RETRY, cr_loop_now(s->loop) + delay_ms);
  return true;
}

bool cr_visit_retry_failure(struct cr_visit *v, crawler_reason reason)
{
  int64_t delay_ms;

  if (!has_attempts(v))
    return false;
  delay_ms = cr_retry_is_worth(reason, is_safe(v)) ? backoff(v) : NEVER;
  return try_in(v, ask_hook(v, reason, delay_ms));
}

void cr_visit_fail(struct cr_visit *v, crawler_reason reason)
{
  if (!cr_visit_retry_failure(v, reason))
    cr_visit_end(v, CRAWLER_FAILED, reason);
}

bool cr_visit_retry_status(struct cr_visit *v)
{
  const struct cr_shard *s = v->shard;
  int status = v->page.status;

  if (status < 400 || !has_attempts(v))
    return false;
  bool is_listed = cr_list_has_status(cr_span_text(s->settings->retry_statuses), status);
  int64_t delay_ms = is_listed && is_safe(v) ? backoff(v) : NEVER;
  return try_in(v, ask_hook(v, CRAWLER_REASON_NONE, delay_ms));
}

bool cr_visit_retry_held(struct cr_visit *v)
{
  return has_attempts(v) && try_in(v, backoff(v));
}
