/* SPDX-License-Identifier: MIT */
/* robots_gate.c - a host is judged before its URLs leave (RFC 9309).
 *
 * The frontier hands out a robots task for each authority not judged. Its answer becomes facts that
 * are kept with the authority: rules, nothing (4xx: all allowed), or unreachable (section 2.3.1.4:
 * all disallowed). Up to five redirects are followed, to any host (section 2.3.1.2); each waits for
 * the turn of the host it leads to, as a request of that host.
 */
#include "engine/shard.h"

#include "robots/robots.h"

#define MAX_ROBOTS_HOPS 5

void cr_robots_facts_free(void *facts, void *user)
{
  struct cr_robots_facts *f = facts;

  (void)user;
  if (!f)
    return;
  cr_robots_free(f->rules);
  cr_free(f->mem, f);
}

crawler_reason cr_robots_verdict(struct cr_shard *s, const struct cr_visit *v)
{
  const struct cr_robots_facts *facts;

  if (!s->settings->obey_robots || v->page.req.kind == CRAWLER_KIND_ROBOTS)
    return CRAWLER_REASON_NONE;
  facts = s->frontier->ops->facts(s->frontier, v->authority);
  if (!facts)
    return CRAWLER_REASON_NONE;
  if (facts->unreachable != CRAWLER_REASON_NONE)
    return facts->unreachable;
  if (!cr_robots_check(facts->rules, cr_request_resource(&v->page.req)).allowed)
    return CRAWLER_DROPPED_ROBOTS;
  return CRAWLER_REASON_NONE;
}

/* What a status says when no rules came with it. */
enum judgement { ALLOW_ALL, READ_RULES, TRY_AGAIN };

static enum judgement judge_status(int status)
{
  static const struct {
    int from, to;
    enum judgement judgement;
  } rows[] = {
    { 200, 299, READ_RULES },
    { 408, 408, TRY_AGAIN }, /* the server's trouble, not a missing file */
    { 429, 429, TRY_AGAIN },
    { 300, 499, ALLOW_ALL }, /* a redirect that can't be followed, and section 2.3.1.3 */
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    if (status >= rows[i].from && status <= rows[i].to)
      return rows[i].judgement;
  return TRY_AGAIN;
}

static struct cr_robots_facts *read_rules(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct cr_span token = cr_robots_token(cr_span_text(s->settings->user_agent));
  struct cr_robots_facts *facts = cr_zalloc(s->mem, CR_MEM_FRONTIER, sizeof(*facts));

  if (!facts)
    return NULL;
  facts->mem = s->mem;
  if (v->page.status / 100 == 2 &&
      cr_robots_parse(&facts->rules, s->mem, v->page.body, token) < 0) {
    cr_free(s->mem, facts);
    return NULL;
  }
  return facts;
}

struct cr_politeness cr_robots_politeness(const struct cr_shard *s, uint32_t host)
{
  struct cr_politeness p = s->politeness;
  int64_t asked_ms = host < s->tally_count ? s->tallies[host].robots_delay_ms : 0;

  if (s->settings->own_server || !s->settings->obey_robots)
    return p;
  if (asked_ms > s->settings->max_crawl_delay)
    asked_ms = s->settings->max_crawl_delay;
  if (asked_ms > p.delay_ms)
    p.delay_ms = asked_ms;
  return p;
}

/* Of a host's authorities, http and https, the slower one counts. What has just ended was a request
 * to the host, too, unless the file was read elsewhere. */
static void note_delay(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct cr_span token = cr_robots_token(cr_span_text(s->settings->user_agent));
  uint32_t host = s->frontier->ops->authority_host(s->frontier, v->authority);
  struct cr_tally *t = cr_tally_of(s, host);
  int64_t ms = cr_robots_delay_ms(v->page.body, token);
  int64_t now = cr_loop_now(s->loop);

  if (!t || ms <= t->robots_delay_ms)
    return;
  t->robots_delay_ms = ms;
  if (ms > s->settings->max_crawl_delay)
    cr_shard_log(s, 2, "Crawl-delay is over option max_crawl_delay", v->page.req.url);
  const struct cr_politeness p = cr_robots_politeness(s, host);
  struct cr_host_update update = {
    .host = host,
    .fields = CR_HOST_NEXT_OK,
    .next_ok_ms = cr_politeness_next_ok(&p, now, cr_random_next(&s->random)),
  };
  (void)s->frontier->ops->host_update(s->frontier, &update, now); /* needs no memory */
}

/* Opens the gate with these facts; the old ones are freed. */
static void open_gate(struct cr_visit *v, struct cr_robots_facts *facts)
{
  struct cr_frontier *f = v->shard->frontier;

  cr_robots_facts_free(f->ops->facts(f, v->authority), NULL);
  f->ops->set_facts(f, v->authority, facts);
  f->ops->set_gate(f, v->authority, CR_GATE_OPEN);
}

static bool try_again(struct cr_visit *v, crawler_reason failure)
{
  struct cr_shard *s = v->shard;
  unsigned attempt = v->page.req.attempt;

  if (failure == CRAWLER_FAILED_ADDRESS || failure == CRAWLER_FAILED_TLS ||
      attempt > (unsigned)s->settings->max_retries)
    return false;
  cr_visit_requeue(v, CR_FINISH_RETRY, -1);
  return true;
}

/* What was learned can't be kept: asked again, and not for ever. */
static void try_with_more_memory(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  if (v->page.req.attempt > s->settings->max_retries)
    cr_shard_fail(s, CRAWLER_E_NOMEM);
  cr_visit_requeue(v, CR_FINISH_RETRY, -1);
}

/* No usable answer, for good: what its URLs end with. */
static void give_up(struct cr_visit *v, crawler_reason failure)
{
  struct cr_robots_facts *facts = cr_zalloc(v->shard->mem, CR_MEM_FRONTIER, sizeof(*facts));

  if (!facts) {
    try_with_more_memory(v);
    return;
  }
  facts->mem = v->shard->mem;
  facts->unreachable =
      failure != CRAWLER_REASON_NONE ? failure : CRAWLER_DROPPED_ROBOTS_UNREACHABLE;
  open_gate(v, facts);
  if (failure != CRAWLER_REASON_NONE)
    cr_visit_end(v, CRAWLER_FAILED, failure);
  else
    cr_visit_end(v, CRAWLER_FETCHED, CRAWLER_REASON_NONE);
}

/* Again, or never; NONE: the status says so. */
static void fail(struct cr_visit *v, crawler_reason failure)
{
  if (!try_again(v, failure))
    give_up(v, failure);
}

/* Where a redirect leads; CRAWLER_E_NOMEM, or another error: nowhere. */
static int read_target(struct cr_visit *v, struct crawler_request *target)
{
  struct cr_shard *s = v->shard;
  int err = v->page.req.hops < MAX_ROBOTS_HOPS ? cr_visit_target(v) : CRAWLER_E_URL;

  return err < 0 ? err : cr_request_set_url(target, &s->url);
}

/* Puts the task in the queue of the host that the redirect leads to. false: there is none. */
static bool follow(struct cr_visit *v)
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
    fail(v, CRAWLER_FAILED_INTERNAL);
  return true;
}

void cr_robots_arrived(struct cr_visit *v, crawler_reason failure)
{
  struct cr_robots_facts *facts;
  enum judgement judgement = judge_status(v->page.status);

  /* A file larger than the limit is read up to there (section 2.5). */
  if (failure == CRAWLER_FAILED_TOO_LARGE && v->page.status / 100 == 2)
    failure = CRAWLER_REASON_NONE;
  if (failure == CRAWLER_REASON_NONE && follow(v))
    return;
  if (failure != CRAWLER_REASON_NONE || judgement == TRY_AGAIN) {
    fail(v, failure);
    return;
  }
  facts = read_rules(v);
  if (!facts) {
    try_with_more_memory(v);
    return;
  }
  if (facts->rules)
    note_delay(v);
  open_gate(v, facts);
  cr_visit_end(v, CRAWLER_FETCHED, CRAWLER_REASON_NONE);
}
