/* SPDX-License-Identifier: MIT */
/* robots_gate.c - a host is judged before its URLs leave (RFC 9309).
 *
 * The frontier hands out a robots task for an authority not judged, or judged long ago. Its answer
 * becomes facts that are kept with the authority: rules, nothing (4xx: all allowed), or unreachable
 * (section 2.3.1.4: all disallowed); schedule/robots_policy.c says which, and when it is tried
 * again. Up to five redirects are followed, to any host (section 2.3.1.2); each waits for the turn
 * of the host it leads to, as a request of that host.
 */
#include "engine/shard.h"

#include "robots/robots.h"
#include "schedule/robots_policy.h"

enum {
  MAX_ROBOTS_HOPS = 5,
  STALE_AGAIN_MS = 60 * 60 * 1000, /* until a copy that is too old is to be replaced again */
};

void cr_robots_facts_free(void *facts, void *user)
{
  struct cr_robots_facts *f = facts;

  (void)user;
  if (!f)
    return;
  cr_robots_free(f->rules);
  cr_free(f->mem, f);
}

const char *cr_robots_rule_text(struct cr_arena *arena, const struct cr_robots_verdict *verdict)
{
  struct cr_span name = verdict->allowed ? CR_SPAN("Allow: ") : CR_SPAN("Disallow: ");
  char *text = verdict->line > 0 ? cr_arena_bytes(arena, name.len + verdict->rule.len + 1) : NULL;

  if (!text)
    return NULL;
  memcpy(text, name.at, name.len);
  if (verdict->rule.len > 0)
    memcpy(text + name.len, verdict->rule.at, verdict->rule.len);
  text[name.len + verdict->rule.len] = '\0';
  return text;
}

/* The request is told with the rule that forbids it; without memory for its text, with the line. */
static bool is_allowed(const struct cr_robots *rules, struct crawler_request *req)
{
  struct cr_robots_verdict verdict = cr_robots_check(rules, cr_request_resource(req));

  if (verdict.allowed)
    return true;
  req->rule = cr_robots_rule_text(req->arena, &verdict);
  req->rule_line = verdict.line;
  return false;
}

bool cr_robots_forbid(const struct cr_shard *s, uint32_t authority, struct crawler_request *req)
{
  const struct cr_robots_facts *facts;

  if (!s->settings->obey_robots)
    return false;
  facts = s->frontier->ops->facts(s->frontier, authority);
  return facts && facts->rules && facts->unreachable == CRAWLER_REASON_NONE && facts->judged &&
         cr_loop_now(s->loop) < facts->fresh_until_ms && !is_allowed(facts->rules, req);
}

crawler_reason cr_robots_verdict(struct cr_shard *s, struct cr_visit *v)
{
  struct cr_robots_facts *facts;

  if (!s->settings->obey_robots || v->page.req.kind == CRAWLER_KIND_ROBOTS)
    return CRAWLER_REASON_NONE;
  facts = s->frontier->ops->facts(s->frontier, v->authority);
  if (!facts || !facts->judged)
    return CRAWLER_REASON_NONE;
  cr_memory_rules_asked(s, facts);
  if (facts->unreachable != CRAWLER_REASON_NONE)
    return facts->unreachable;
  if (!is_allowed(facts->rules, &v->page.req))
    return CRAWLER_DROPPED_ROBOTS;
  return CRAWLER_REASON_NONE;
}

struct cr_politeness cr_robots_politeness(const struct cr_shard *s, uint32_t host)
{
  struct cr_politeness p = s->politeness;
  int64_t asked_ms = 0;

  if (s->settings->own_server || !s->settings->obey_robots || host >= s->tally_count)
    return p;
  for (size_t i = 0; i < 2; i++) /* of a host's authorities, the slower one counts */
    if (s->tallies[host].robots_delay_ms[i] > asked_ms)
      asked_ms = s->tallies[host].robots_delay_ms[i];
  if (asked_ms > s->settings->max_crawl_delay)
    asked_ms = s->settings->max_crawl_delay;
  if (asked_ms > p.delay_ms)
    p.delay_ms = asked_ms;
  return p;
}

/* What has just ended was a request to the host, too, unless the file was read elsewhere. */
static void note_delay(struct cr_visit *v, int64_t ms)
{
  struct cr_shard *s = v->shard;
  const struct cr_frontier_ops *ops = s->frontier->ops;
  uint32_t host = ops->authority_host(s->frontier, v->authority);
  struct cr_span origin = ops->authority_origin(s->frontier, v->authority);
  bool https = cr_span_starts_nocase(origin, CR_SPAN("https:"));
  struct cr_tally *t = cr_tally_of(s, host);
  int64_t now = cr_loop_now(s->loop);

  if (!t || ms == t->robots_delay_ms[https])
    return;
  t->robots_delay_ms[https] = ms;
  if (ms > s->settings->max_crawl_delay)
    cr_shard_log(s, 2, "Crawl-delay is over option max_crawl_delay", v->page.req.url);
  const struct cr_politeness p = cr_robots_politeness(s, host);
  struct cr_host_update update = {
    .host = host,
    .fields = CR_HOST_NEXT_OK,
    .next_ok_ms = cr_politeness_next_ok(&p, now, cr_random_next(&s->random)),
  };
  (void)ops->host_update(s->frontier, &update, now); /* needs no memory */
}

struct cr_span cr_robots_own_token(const struct cr_shard *s)
{
  const struct cr_settings *o = s->settings;

  return cr_robots_token(cr_span_text(*o->robots_token ? o->robots_token : o->user_agent));
}

static int read_rules(struct cr_visit *v, struct cr_robots **rules)
{
  struct cr_shard *s = v->shard;
  struct cr_span token = cr_robots_own_token(s);

  return s->settings->robots_lenient ? cr_robots_parse(rules, s->mem, v->page.body, token)
                                     : cr_robots_parse_strictly(rules, s->mem, v->page.body, token);
}

/* ---- what becomes known ---- */

/* Those of the authority that is judged, made if there are none yet. NULL: out of memory. */
static struct cr_robots_facts *facts_of(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct cr_robots_facts *facts = s->frontier->ops->facts(s->frontier, v->authority);

  if (facts)
    return facts;
  facts = cr_zalloc(s->mem, CR_MEM_FRONTIER, sizeof(*facts));
  if (!facts)
    return NULL;
  facts->mem = s->mem;
  s->frontier->ops->set_facts(s->frontier, v->authority, facts);
  return facts;
}

void cr_robots_bound_time(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct cr_transfer *t = &v->transfer;
  const struct cr_robots_facts *facts = s->frontier->ops->facts(s->frontier, v->authority);
  int64_t spent_ms = cr_loop_now(s->loop) - v->begun_ms + (facts ? facts->spent_ms : 0);
  int64_t left_ms = s->settings->max_robots_time - spent_ms;

  if (left_ms < 1) /* 0 would be no limit */
    left_ms = 1;
  if (t->dns_timeout_ms > left_ms)
    t->dns_timeout_ms = left_ms;
  if (t->connect_timeout_ms > left_ms)
    t->connect_timeout_ms = left_ms;
  if (t->timeout_ms > left_ms)
    t->timeout_ms = left_ms;
}

/* Opens the gate for so long. What is known for certain holds on while it is asked for anew. */
static void open_gate(struct cr_visit *v, struct cr_robots_facts *facts, int64_t for_ms)
{
  struct cr_shard *s = v->shard;
  bool is_certain = facts->unreachable == CRAWLER_REASON_NONE;

  facts->judged = true;
  facts->fresh_until_ms = cr_loop_now(s->loop) + for_ms;
  facts->answered = false;
  facts->spent_ms = 0;
  s->frontier->ops->set_gate(s->frontier, v->authority, CR_GATE_OPEN);
  s->frontier->ops->set_stale(s->frontier, v->authority, facts->fresh_until_ms,
                              is_certain ? CR_GATE_OPEN : CR_GATE_ASKED);
}

static void take_over(struct cr_visit *v, struct cr_robots_facts *facts, struct cr_robots *rules)
{
  struct cr_shard *s = v->shard;
  const char *control = cr_headers_get(&v->page.headers, "Cache-Control");
  int64_t most_ms = s->settings->robots_lifetime;

  cr_robots_free(facts->rules);
  facts->rules = rules;
  facts->unreachable = CRAWLER_REASON_NONE;
  facts->read_ms = cr_loop_now(s->loop);
  open_gate(v, facts, control ? cr_robots_fresh_ms(cr_span_text(control), most_ms) : most_ms);
  cr_sitemaps_of_robots(v, rules);
  cr_memory_rules_came(s, facts);
  cr_visit_end(v, CRAWLER_FETCHED, CRAWLER_REASON_NONE);
}

/* What was learned can't be kept: asked again, and not for ever. */
static void try_with_more_memory(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  if (v->page.req.attempt > CR_ROBOTS_ATTEMPTS)
    cr_shard_fail(s, CRAWLER_E_NOMEM);
  s->ledger.counters.retries++;
  cr_visit_requeue(v, CR_FINISH_RETRY, cr_loop_now(s->loop) + s->settings->retry_delay);
}

/* Are there older rules that may still serve? */
static bool has_copy(const struct cr_visit *v, const struct cr_robots_facts *facts)
{
  return facts->judged && facts->unreachable == CRAWLER_REASON_NONE &&
         cr_loop_now(v->shard->loop) - facts->read_ms <= CR_ROBOTS_STALE_MS;
}

/* For how long the host that was asked is left alone. */
static int64_t rest_ms(const struct cr_visit *v)
{
  const struct cr_shard *s = v->shard;
  int64_t now = cr_loop_now(s->loop);

  return v->host < s->tally_count && s->tallies[v->host].park.until_ms > now
             ? s->tallies[v->host].park.until_ms - now
             : 0;
}

/* No usable answer, for good: an old copy serves, or the host's URLs end. */
static void give_up(struct cr_visit *v, struct cr_robots_facts *facts, crawler_reason failure)
{
  struct cr_shard *s = v->shard;
  int64_t for_ms = s->settings->robots_lifetime;

  if (has_copy(v, facts)) {
    cr_shard_log(s, 2, "robots.txt can't be had, the old one holds", v->page.req.url);
    /* From when the host may be asked again: else it would be asked for this alone. */
    for_ms = rest_ms(v) + (for_ms < STALE_AGAIN_MS ? for_ms : STALE_AGAIN_MS);
  } else {
    facts->unreachable =
        facts->answered ? CRAWLER_DROPPED_ROBOTS_UNREACHABLE : cr_robots_fate(failure);
  }
  open_gate(v, facts, for_ms);
  if (failure != CRAWLER_REASON_NONE)
    cr_visit_end(v, CRAWLER_FAILED, failure);
  else
    cr_visit_end(v, CRAWLER_FETCHED, CRAWLER_REASON_NONE);
}

/* Again, or never; NONE: the status says so. */
static void fail(struct cr_visit *v, struct cr_robots_facts *facts, crawler_reason failure)
{
  struct cr_shard *s = v->shard;
  const struct cr_robots_attempt attempt = {
    .failure = failure,
    .number = v->page.req.attempt,
    .spent_ms = facts->spent_ms,
    .most_ms = s->settings->max_robots_time,
    .base_ms = s->settings->retry_delay,
    .after_ms = cr_visit_retry_after(v),
  };
  int64_t wait_ms = cr_robots_wait_ms(&attempt, cr_random_next(&s->random));

  facts->answered = facts->answered || failure == CRAWLER_REASON_NONE;
  if (attempt.after_ms >= 0 && cr_park_is_asked_for(v->page.status) &&
      has_copy(v, facts)) { /* its URLs don't wait for the file: they would leave meanwhile */
    cr_host_park(v);
    wait_ms = -1;
  }
  if (wait_ms < 0) {
    give_up(v, facts, failure);
    return;
  }
  facts->spent_ms += wait_ms;
  s->ledger.counters.retries++;
  if (attempt.after_ms >= 0 && cr_park_is_asked_for(v->page.status))
    cr_visit_rest(v, cr_loop_now(s->loop) + wait_ms);
  cr_visit_requeue(v, CR_FINISH_RETRY, cr_loop_now(s->loop) + wait_ms);
}

/* ---- redirects ---- */

/* Where a redirect leads; CRAWLER_E_NOMEM, or another error: nowhere. */
static int read_target(struct cr_visit *v, struct crawler_request *target)
{
  struct cr_shard *s = v->shard;
  int err = v->page.req.hops < MAX_ROBOTS_HOPS ? cr_visit_target(v) : CRAWLER_E_URL;

  return err < 0 ? err : cr_request_set_url(target, &s->url);
}

/* Puts the task in the queue of the host that the redirect leads to. false: there is none. */
static bool follow(struct cr_visit *v, struct cr_robots_facts *facts)
{
  struct cr_shard *s = v->shard;
  struct crawler_request target = { .arena = &v->page.arena, .mem = s->mem };
  struct cr_finish fin = { .lease = v->lease, .kind = CR_FINISH_SAME };
  int err = read_target(v, &target);

  if (err < 0 && err != CRAWLER_E_NOMEM)
    return false;
  if (err == 0) {
    cr_arena_reset(&s->scratch);
    fin.authority = cr_authority_of(s, &target, true);
    fin.target = cr_request_target(&target);
    err = fin.authority == CR_NO_ID ? CRAWLER_E_NOMEM : cr_visit_finish_queued(v, &fin);
  }
  if (err < 0) /* not known to allow anything */
    fail(v, facts, CRAWLER_FAILED_INTERNAL);
  return true;
}

/* More redirects than are followed may count as a missing file: section 2.3.1.2. */
static enum cr_robots_judgement judge(const struct cr_visit *v, crawler_reason failure)
{
  if (failure != CRAWLER_REASON_NONE)
    return CR_ROBOTS_TRY_AGAIN;
  if (v->page.status / 100 == 3 && v->page.req.hops >= MAX_ROBOTS_HOPS)
    return CR_ROBOTS_ALLOW_ALL;
  return cr_robots_judge_status(v->page.status);
}

void cr_robots_arrived(struct cr_visit *v, crawler_reason failure)
{
  struct cr_shard *s = v->shard;
  struct cr_robots_facts *facts = facts_of(v);
  struct cr_robots *rules = NULL;

  if (!facts) {
    try_with_more_memory(v);
    return;
  }
  facts->spent_ms += cr_loop_now(s->loop) - v->begun_ms;
  /* A file larger than the limit is read up to there (section 2.5). */
  if (failure == CRAWLER_FAILED_TOO_LARGE && v->page.status / 100 == 2)
    failure = CRAWLER_REASON_NONE;
  if (failure == CRAWLER_REASON_NONE && follow(v, facts))
    return;
  enum cr_robots_judgement judgement = judge(v, failure);
  if (judgement == CR_ROBOTS_TRY_AGAIN) {
    fail(v, facts, failure);
    return;
  }
  if (judgement == CR_ROBOTS_READ_RULES && read_rules(v, &rules) < 0) {
    try_with_more_memory(v);
    return;
  }
  note_delay(v, cr_robots_delay_ms(rules));
  take_over(v, facts, rules);
}

/* With a redirect behind it an answer there was, and it is the other host that was given up. */
void cr_robots_in_vain(struct cr_visit *v)
{
  struct cr_robots_facts *facts = facts_of(v);

  if (!facts) {
    try_with_more_memory(v);
    return;
  }
  facts->answered = facts->answered || v->page.req.hops > 0;
  give_up(v, facts, CRAWLER_FAILED_RATE_LIMITED);
}

bool cr_robots_must_ask(const struct cr_visit *v)
{
  const struct cr_shard *s = v->shard;
  const struct cr_frontier_ops *ops = s->frontier->ops;
  const struct cr_robots_facts *facts = ops->facts(s->frontier, v->authority);

  if (v->page.req.kind == CRAWLER_KIND_ROBOTS || !s->settings->obey_robots || !facts ||
      facts->unreachable != CRAWLER_FAILED_RATE_LIMITED || cr_visit_is_in_vain(v))
    return false;
  ops->set_gate(s->frontier, v->authority, CR_GATE_UNKNOWN);
  return true;
}
