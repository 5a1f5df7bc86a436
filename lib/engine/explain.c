/* SPDX-License-Identifier: MIT */
/* explain.c - why a URL is fetched, or isn't: every rule asked for itself, and where it is.
 *
 * One function for each check, in the order in which a URL meets them; each says yes, no, that it
 * can't be told, or that it isn't asked. A rule that is new to the library gets one here. The rules
 * themselves are those that the crawl asks.
 */
#include "engine/explain.h"

#include "fetch/source.h"
#include "robots/robots.h"

struct question {
  struct cr_shard *s;
  struct cr_arena *arena;
  struct cr_explanation *out;
  struct crawler_request req;
  uint64_t fp;
  uint8_t seen;             /* CR_SEEN_* */
  bool is_live;             /* view counts */
  struct cr_url_view view;  /* of the URL */
  uint32_t authority, host; /* CR_NO_ID: not known */
  struct cr_host_view host_view;
  struct cr_tally tally; /* zeros: nothing was asked of it */
  int64_t now_ms;
  int64_t wall_ms;
  bool lost; /* out of memory */
};

static const char *keep(struct question *q, struct cr_span text)
{
  const char *copy = text.at ? cr_arena_strndup(q->arena, text.at, text.len) : NULL;

  q->lost |= text.at && !copy;
  return copy;
}

static const char *keep_text(struct question *q, const char *text)
{
  return text ? keep(q, cr_span_text(text)) : NULL;
}

static void answer(struct question *q, crawler_check check, crawler_answer is, const char *rule)
{
  q->out->checks[check].answer = is;
  q->out->checks[check].rule = rule;
}

static void refuse(struct question *q, crawler_check check, crawler_reason reason, const char *rule)
{
  answer(q, check, CRAWLER_ANSWER_NO, rule);
  q->out->checks[check].reason = reason;
}

/* Points in time of the loop as clocks on the wall show them. */
static int64_t wall_of(const struct question *q, int64_t at_ms)
{
  return q->wall_ms + (at_ms - q->now_ms);
}

/* ---- what it is ---- */

static int identify(struct question *q, struct cr_span text)
{
  struct cr_shard *s = q->s;
  struct cr_url url;
  struct cr_buf key;

  cr_url_init(&url, s->mem);
  cr_buf_init(&key, s->mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  int err = cr_url_parse(&url, text, NULL);
  if (err == 0)
    text = cr_url_text(&url);
  if (err == 0)
    err = cr_identify_url(s, &url, &key, &q->req, &q->fp);
  if (err == 0)
    q->out->key = keep(q, cr_span(key.data, key.len));
  else /* as links.c remembers what is no page's URL */
    q->fp = cr_text_fp(s, text, CRAWLER_GET);
  q->out->url = err == 0 ? q->req.url : keep(q, text);
  cr_buf_free(&key);
  cr_url_free(&url);
  return err;
}

/* What is known of it by its text; if anything is, the history has it there, too. */
static uint8_t as_rejected(struct question *q)
{
  uint64_t text_fp = cr_text_fp(q->s, cr_span_text(q->out->url), CRAWLER_GET);
  uint8_t seen = cr_seen_byte(q->s, text_fp);

  if (seen != CR_SEEN_UNKNOWN)
    q->fp = text_fp;
  return seen;
}

static void find_place(struct question *q)
{
  struct cr_frontier *f = q->s->frontier;
  uint8_t seen = f ? cr_seen_byte(q->s, q->fp) : CR_SEEN_UNKNOWN;

  if (f && seen == CR_SEEN_UNKNOWN)
    seen = as_rejected(q);
  q->seen = seen;
  q->is_live = CR_SEEN_CLASS(seen) == CR_SEEN_LIVE && f->ops->url_view(f, q->fp, &q->view);
  if (q->is_live)
    q->out->place = q->view.is_leased ? CRAWLER_PLACE_IN_FLIGHT : CRAWLER_PLACE_QUEUED;
  else if (seen == CR_SEEN_WAS_REWRITTEN)
    q->out->place = CRAWLER_PLACE_REWRITTEN;
  else if (CR_SEEN_CLASS(seen) == CR_SEEN_REJECTED)
    q->out->place = CRAWLER_PLACE_REJECTED;
  else if (seen != CR_SEEN_UNKNOWN)
    q->out->place = CRAWLER_PLACE_ENDED;
}

static bool is_admitted(const struct question *q)
{
  return q->out->place >= CRAWLER_PLACE_QUEUED;
}

static bool was_asked_for(const struct question *q)
{
  return q->out->place >= CRAWLER_PLACE_IN_FLIGHT;
}

static bool was_rejected_for(const struct question *q, crawler_reason reason)
{
  return q->out->place == CRAWLER_PLACE_REJECTED && CR_SEEN_VALUE(q->seen) == (unsigned)reason;
}

static void tell_url(struct question *q)
{
  int64_t *facts = q->out->facts;

  if (q->out->place == CRAWLER_PLACE_ENDED)
    facts[CRAWLER_FACT_DEPTH] = CR_SEEN_VALUE(q->seen);
  if (!q->is_live)
    return;
  facts[CRAWLER_FACT_DEPTH] = q->view.depth;
  facts[CRAWLER_FACT_ATTEMPT] = q->view.attempt;
  if (q->view.due_ms > 0)
    facts[CRAWLER_FACT_DUE_MS] = wall_of(q, q->view.due_ms);
  q->out->referrer = q->view.referrer.len > 0 ? keep(q, q->view.referrer) : NULL;
  q->out->via = q->view.via.len > 0 ? keep(q, q->view.via) : NULL;
  q->out->seed = q->view.seed.len > 0 ? keep(q, q->view.seed) : NULL;
}

/* ---- what became of it ---- */

static void tell_times(struct question *q, const struct cr_history_view *view)
{
  int64_t *facts = q->out->facts;

  facts[CRAWLER_FACT_FOUND_MS] = wall_of(q, view->found_ms);
  if (view->admitted_ms >= 0)
    facts[CRAWLER_FACT_ADMITTED_MS] = wall_of(q, view->admitted_ms);
  if (view->ended_ms >= 0)
    facts[CRAWLER_FACT_ENDED_MS] = wall_of(q, view->ended_ms);
}

static void tell_attempts(struct question *q, size_t count)
{
  struct cr_history_attempt *at = count > 0 ? cr_arena_alloc(q->arena, count * sizeof(*at)) : NULL;

  q->lost |= count > 0 && !at;
  if (!at)
    return;
  cr_history_attempts(q->s->history, q->fp, at);
  for (size_t i = 0; i < count; i++) {
    at[i].begun_ms = wall_of(q, at[i].begun_ms);
    at[i].ended_ms = wall_of(q, at[i].ended_ms);
  }
  q->out->attempts = at;
  q->out->attempt_count = count;
}

static void tell_history(struct question *q)
{
  struct cr_history_view view;

  if (!q->s->history)
    return;
  q->out->facts[CRAWLER_FACT_HISTORY] = cr_history_get(q->s->history, q->fp, &view);
  if (q->out->facts[CRAWLER_FACT_HISTORY] == 0)
    return;
  tell_times(q, &view);
  tell_attempts(q, view.attempts);
  q->req.seed_flag |= view.is_seed;
  q->out->outcome = view.outcome;
  q->out->reason = view.reason;
  q->out->rule = keep_text(q, view.rule);
  q->out->line = view.line;
  if (q->is_live) /* as it is queued: the same, or what led to it by force */
    return;
  q->out->referrer = keep_text(q, view.referrer);
  q->out->via = keep_text(q, view.via);
}

/* ---- its host ---- */

static void find_host(struct question *q)
{
  struct cr_frontier *f = q->s->frontier;
  struct cr_span key = cr_politeness_key(q->arena, &q->req);

  q->out->host = keep(q, key);
  q->authority = q->host = CR_NO_ID;
  if (f)
    f->ops->find(f, cr_request_origin(&q->req), key, &q->authority, &q->host);
  if (q->host == CR_NO_ID)
    return;
  f->ops->host_view(f, q->host, &q->host_view);
  if (q->host < q->s->tally_count)
    q->tally = q->s->tallies[q->host];
}

static int64_t largest_of(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

/* Of the delays that cr_pace_of() takes the longest of: the one that is in force. */
static const char *delay_rule(const struct question *q, int64_t delay_ms)
{
  const struct cr_shard *s = q->s;
  int64_t asked_ms =
      largest_of(q->tally.robots_delay_ms[0], q->tally.robots_delay_ms[1]); /* http, https */

  if (s->settings->own_server)
    return "own_server";
  if (delay_ms == s->politeness.delay_ms)
    return "delay";
  if (delay_ms > cr_robots_politeness(s, q->host).delay_ms)
    return "max_adaptive_delay";
  return asked_ms > s->settings->max_crawl_delay ? "max_crawl_delay" : "robots.txt";
}

static void tell_host(struct question *q)
{
  const struct cr_host_view *view = &q->host_view;
  const struct cr_tally *t = &q->tally;
  int64_t *facts = q->out->facts;

  facts[CRAWLER_FACT_HOST_DELAY_MS] = cr_pace_of(q->s, q->host).delay_ms;
  q->out->delay_rule = delay_rule(q, facts[CRAWLER_FACT_HOST_DELAY_MS]);
  if (q->host == CR_NO_ID)
    return;
  facts[CRAWLER_FACT_HOST_QUEUED] = view->queued;
  facts[CRAWLER_FACT_HOST_IN_FLIGHT] = view->leased;
  facts[CRAWLER_FACT_HOST_PAUSED] = t->is_paused;
  if (view->blocked_until_ms != CR_NEVER)
    facts[CRAWLER_FACT_HOST_NEXT_MS] =
        wall_of(q, largest_of(view->next_ok_ms, view->blocked_until_ms));
  if (t->park.until_ms > q->now_ms)
    facts[CRAWLER_FACT_HOST_PARKED_UNTIL_MS] = wall_of(q, t->park.until_ms);
  if (t->outage.until_ms > q->now_ms)
    facts[CRAWLER_FACT_HOST_DOWN_UNTIL_MS] = wall_of(q, t->outage.until_ms);
}

/* ---- what it has to pass ---- */

static void check_url(struct question *q, int err)
{
  if (err < 0)
    refuse(q, CRAWLER_CHECK_URL,
           err == CRAWLER_E_SCHEME ? CRAWLER_REJECTED_SCHEME : CRAWLER_REJECTED_INVALID_URL, NULL);
  else
    answer(q, CRAWLER_CHECK_URL, CRAWLER_ANSWER_YES, NULL);
}

static void check_scope(struct question *q)
{
  crawler_reason reason;

  if (q->is_live) {
    q->req.seed_flag |= (q->view.flags & CR_ITEM_SEED) != 0;
    q->req.kind = q->view.kind;
  }
  reason = cr_judge_scope(q->s, q->arena, &q->req);
  if (reason == CRAWLER_REASON_NONE)
    answer(q, CRAWLER_CHECK_SCOPE, CRAWLER_ANSWER_YES, NULL);
  else
    refuse(q, CRAWLER_CHECK_SCOPE, reason, keep_text(q, q->req.rule));
}

/* A page that led to it when it was refused for depth; the record has its refused URLs behind the
 * page's own and its seed (links.c). */
static bool find_refused(struct question *q)
{
  struct cr_depth_entry entry;
  size_t cursor = 0;
  uint64_t fp;

  while (q->s->depth && cr_depth_next(q->s->depth, &cursor, &fp, &entry)) {
    const char *page = entry.refused;
    const char *url = page;

    for (size_t i = 0; i < entry.refused_count; i++) {
      url += strlen(url) + 1;
      url += i == 0 ? strlen(url) + 1 : 0;
      if (strcmp(url, q->req.url) != 0)
        continue;
      q->out->referrer = keep_text(q, page);
      q->out->facts[CRAWLER_FACT_DEPTH] = (int64_t)entry.depth + 1;
      return true;
    }
  }
  return false;
}

static void check_depth(struct question *q)
{
  int64_t most = q->s->settings->max_depth;

  if (most < 0)
    return;
  if (is_admitted(q) || q->req.seed_flag)
    answer(q, CRAWLER_CHECK_DEPTH, CRAWLER_ANSWER_YES, NULL);
  else if (most == 0 || find_refused(q))
    refuse(q, CRAWLER_CHECK_DEPTH, CRAWLER_REJECTED_DEPTH, "max_depth");
  else
    answer(q, CRAWLER_CHECK_DEPTH, CRAWLER_ANSWER_UNKNOWN, "max_depth");
}

/* Seeds and requisites aren't asked; nor is what is in the crawl, until its turn comes. */
static void check_trap(struct question *q)
{
  bool is_taken = is_admitted(q);
  uint8_t rule = CRAWLER_TRAP_NONE;

  if (q->req.seed_flag || q->req.kind != CRAWLER_KIND_PAGE)
    return;
  if (!is_taken)
    rule = cr_trap_preview_of(q->s, &q->req, q->wall_ms);
  if (rule != CRAWLER_TRAP_NONE || was_rejected_for(q, CRAWLER_REJECTED_TRAP))
    refuse(q, CRAWLER_CHECK_TRAP, CRAWLER_REJECTED_TRAP, cr_trap_option(rule));
  else if (is_taken && !was_asked_for(q) && cr_trap_is_spent(q->s, &q->req))
    refuse(q, CRAWLER_CHECK_TRAP, CRAWLER_DROPPED_TRAP, "trap_pages");
  else
    answer(q, CRAWLER_CHECK_TRAP, CRAWLER_ANSWER_YES, NULL);
}

static void check_filter(struct question *q)
{
  if (was_rejected_for(q, CRAWLER_REJECTED_FILTER))
    refuse(q, CRAWLER_CHECK_FILTER, CRAWLER_REJECTED_FILTER, "on_filter");
  else if (q->s->hooks->filter && is_admitted(q))
    answer(q, CRAWLER_CHECK_FILTER, CRAWLER_ANSWER_YES, "on_filter");
  else if (q->s->hooks->filter)
    answer(q, CRAWLER_CHECK_FILTER, CRAWLER_ANSWER_UNKNOWN, "on_filter");
}

static void judge_by_robots(struct question *q, const struct cr_robots_facts *facts)
{
  struct cr_explained_check *check = &q->out->checks[CRAWLER_CHECK_ROBOTS];
  struct cr_robots_verdict verdict = cr_robots_check(facts->rules, cr_request_resource(&q->req));
  const char *rule = cr_robots_rule_text(q->arena, &verdict);

  q->lost |= verdict.line > 0 && !rule;
  if (verdict.allowed)
    answer(q, CRAWLER_CHECK_ROBOTS, CRAWLER_ANSWER_YES, rule);
  else
    refuse(q, CRAWLER_CHECK_ROBOTS, CRAWLER_DROPPED_ROBOTS, rule);
  check->line = verdict.line;
}

static void check_robots(struct question *q)
{
  struct cr_frontier *f = q->s->frontier;
  const struct cr_robots_facts *facts =
      q->authority != CR_NO_ID ? f->ops->facts(f, q->authority) : NULL;

  if (!q->s->settings->obey_robots)
    return;
  if (!facts || !facts->judged) {
    answer(q, CRAWLER_CHECK_ROBOTS, CRAWLER_ANSWER_UNKNOWN, NULL);
    return;
  }
  if (facts->unreachable != CRAWLER_REASON_NONE) {
    refuse(q, CRAWLER_CHECK_ROBOTS, facts->unreachable, NULL);
    return;
  }
  q->out->facts[CRAWLER_FACT_ROBOTS_READ_MS] = wall_of(q, facts->read_ms);
  judge_by_robots(q, facts);
}

static void check_room(struct question *q)
{
  if (is_admitted(q))
    return;
  if (q->host_view.queued >= q->s->settings->max_pending)
    refuse(q, CRAWLER_CHECK_ROOM, CRAWLER_CAPPED_CAP, "max_pending");
  else
    answer(q, CRAWLER_CHECK_ROOM, CRAWLER_ANSWER_YES, NULL);
}

/* The option whose limit is reached; NULL: none is. */
static const char *limit_of(const struct question *q)
{
  const struct cr_settings *o = q->s->settings;
  const struct cr_tally *t = &q->tally;

  if (cr_slots_pages_free(&q->s->slots) == 0)
    return "max_pages";
  if (cr_limits_are_reached(q->s))
    return "max_bytes";
  if (o->max_pages_per_host >= 0 && q->host_view.pages >= o->max_pages_per_host)
    return "max_pages_per_host";
  if (o->max_bytes_per_host >= 0 && t->wire_bytes >= o->max_bytes_per_host)
    return "max_bytes_per_host";
  if (o->max_time_per_host >= 0 && t->has_begun && q->now_ms - t->begun_ms >= o->max_time_per_host)
    return "max_time_per_host";
  return NULL;
}

static void check_limit(struct question *q)
{
  const char *limit = was_asked_for(q) ? NULL : limit_of(q);

  if (limit)
    refuse(q, CRAWLER_CHECK_LIMIT, CRAWLER_REASON_NONE, limit);
  else if (!was_asked_for(q))
    answer(q, CRAWLER_CHECK_LIMIT, CRAWLER_ANSWER_YES, NULL);
}

static void check_host(struct question *q)
{
  if (cr_park_is_in_vain(&q->tally.park, q->s->settings->max_parks))
    refuse(q, CRAWLER_CHECK_HOST, CRAWLER_FAILED_RATE_LIMITED, "max_parks");
  else if (cr_outage_is_death(&q->tally.outage, q->now_ms))
    refuse(q, CRAWLER_CHECK_HOST, CRAWLER_FAILED_HOST_DEAD, "max_host_failures");
  else
    answer(q, CRAWLER_CHECK_HOST, CRAWLER_ANSWER_YES, NULL);
}

static void check_request(struct question *q)
{
  if (q->s->hooks->request && !was_asked_for(q))
    answer(q, CRAWLER_CHECK_REQUEST, CRAWLER_ANSWER_UNKNOWN, "on_request");
}

static bool check_port(struct question *q)
{
  if (cr_may_ask_port(q->s, q->arena, &q->req))
    return true;
  refuse(q, CRAWLER_CHECK_ADDRESS, CRAWLER_FAILED_ADDRESS, "connect_ports");
  return false;
}

/* The fetcher would refuse it, unless a proxy is what it connects to. */
static bool is_out_of_reach(const struct cr_settings *o, const struct cr_address *address)
{
  struct cr_source source;
  uint8_t version = 0;

  (void)cr_source_read(&source, cr_span_text(o->interface)); /* both checked when they were set */
  (void)cr_ip_version_read(cr_span_text(o->ip_version), &version);
  if (version > 0)
    source.ip_version = version;
  return *o->proxy == '\0' && !cr_source_reaches(&source, address);
}

static int check_address(struct question *q)
{
  struct cr_span host = cr_request_host(&q->req);
  struct cr_address_policy *policy = NULL;
  struct cr_address address;
  int err;

  if (!check_port(q))
    return 0;
  if (!cr_address_parse(host, &address)) /* a name's are judged when it is resolved */
    return 0;
  if (is_out_of_reach(q->s->settings, &address)) {
    refuse(q, CRAWLER_CHECK_ADDRESS, CRAWLER_FAILED_ADDRESS, "ip_version");
    return 0;
  }
  if (q->s->hooks->address) {
    answer(q, CRAWLER_CHECK_ADDRESS, CRAWLER_ANSWER_UNKNOWN, "on_address");
    return 0;
  }
  err = cr_address_policy_open(&policy, q->s->mem, q->s->settings->allow_private);
  if (err < 0)
    return err;
  if (cr_address_allowed(policy, host, &address))
    answer(q, CRAWLER_CHECK_ADDRESS, CRAWLER_ANSWER_YES, NULL);
  else
    refuse(q, CRAWLER_CHECK_ADDRESS, CRAWLER_FAILED_ADDRESS, "allow_private");
  cr_address_policy_close(policy);
  return 0;
}

static int check_all(struct question *q)
{
  check_scope(q);
  check_depth(q);
  check_trap(q);
  check_filter(q);
  check_robots(q);
  check_room(q);
  check_limit(q);
  check_host(q);
  check_request(q);
  return check_address(q);
}

static void clear(struct cr_explanation *out)
{
  memset(out, 0, sizeof(*out));
  out->key = out->host = out->delay_rule = "";
  for (int i = 0; i < CRAWLER_CHECK_COUNT; i++)
    out->checks[i].answer = CRAWLER_ANSWER_NOT_ASKED;
  for (int i = 0; i < CRAWLER_FACT_COUNT; i++)
    out->facts[i] = -1;
}

int cr_explain(struct cr_shard *s, struct cr_arena *arena, const struct cr_explain_ask *ask,
               struct cr_explanation *out)
{
  struct question q = {
    .s = s,
    .arena = arena,
    .out = out,
    .req = { .arena = arena, .mem = s->mem, .seed_flag = ask->flags & CRAWLER_EXPLAIN_AS_SEED },
    .now_ms = s->loop ? cr_loop_now(s->loop) : 0,
    .wall_ms = s->loop ? cr_loop_wall(s->loop) : ask->wall_ms,
  };
  int err;

  clear(out);
  err = identify(&q, ask->url);
  if (err == CRAWLER_E_NOMEM)
    return err;
  check_url(&q, err);
  find_place(&q);
  tell_history(&q);
  if (err < 0)
    return q.lost ? CRAWLER_E_NOMEM : 0;
  find_host(&q);
  tell_url(&q);
  tell_host(&q);
  err = check_all(&q);
  return q.lost ? CRAWLER_E_NOMEM : err;
}
