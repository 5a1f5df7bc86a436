/* SPDX-License-Identifier: MIT */
/* explain_api.c - an explanation as callers read it.
 *
 * All of it is in an arena of its own, so that it outlives the crawler and any thread may read it.
 */
#include "api/crawler_impl.h"
#include "base/clock.h"
#include "engine/explain.h"

struct crawler_explanation {
  struct cr_home *home;
  struct cr_arena arena;
  struct cr_explanation told;
};

/* ---- life ---- */

int crawler_explain(crawler *c, crawler_explanation **out, const char *url, unsigned flags)
{
  struct cr_explain_ask ask = { .flags = flags };
  struct crawler_explanation *e;
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (!out || !url)
    return cr_null(c, out ? "url" : "out");
  if (flags & ~(unsigned)CRAWLER_EXPLAIN_AS_SEED)
    return cr_error(c, CRAWLER_E_INVAL, "flags that are none", NULL);
  e = cr_zalloc(&c->home->mem, CR_MEM_CORE, sizeof(*e));
  if (!e)
    return cr_failed(c, CRAWLER_E_NOMEM, "an explanation");
  e->home = cr_home_retain(c->home);
  cr_arena_init(&e->arena, &e->home->mem, CR_MEM_CORE, 1024, 0);
  ask.url = cr_span_text(url);
  ask.wall_ms = cr_clock_wall_ms();
  err = cr_explain(&c->shard, &e->arena, &ask, &e->told);
  if (err < 0)
    crawler_explanation_free(e);
  else
    *out = e;
  return cr_failed(c, err, "an explanation");
}

void crawler_explanation_free(crawler_explanation *e)
{
  struct cr_home *home;

  if (!e)
    return;
  home = e->home;
  cr_arena_free(&e->arena);
  cr_free(&home->mem, e);
  cr_home_release(home);
}

/* ---- checks ---- */

/* The first check with that answer; CRAWLER_CHECK_COUNT: none has it. */
static crawler_check first_with(const crawler_explanation *e, crawler_answer answer)
{
  int check = 0;

  while (check < CRAWLER_CHECK_COUNT && e->told.checks[check].answer != answer)
    check++;
  return (crawler_check)check;
}

crawler_check crawler_explanation_decider(const crawler_explanation *e)
{
  crawler_check no = first_with(e, CRAWLER_ANSWER_NO);

  return no < CRAWLER_CHECK_COUNT ? no : first_with(e, CRAWLER_ANSWER_UNKNOWN);
}

crawler_answer crawler_explanation_answer(const crawler_explanation *e)
{
  crawler_check check = crawler_explanation_decider(e);

  return check < CRAWLER_CHECK_COUNT ? e->told.checks[check].answer : CRAWLER_ANSWER_YES;
}

/* Of a number that is no check: one that isn't asked. */
static const struct cr_explained_check *check_of(const crawler_explanation *e, crawler_check check)
{
  static const struct cr_explained_check none = { .answer = CRAWLER_ANSWER_NOT_ASKED };

  return (int)check >= 0 && check < CRAWLER_CHECK_COUNT ? &e->told.checks[check] : &none;
}

crawler_answer crawler_explanation_check(const crawler_explanation *e, crawler_check check)
{
  return check_of(e, check)->answer;
}

crawler_reason crawler_explanation_reason(const crawler_explanation *e, crawler_check check)
{
  return check_of(e, check)->reason;
}

const char *crawler_explanation_rule(const crawler_explanation *e, crawler_check check)
{
  return check_of(e, check)->rule;
}

int crawler_explanation_rule_line(const crawler_explanation *e, crawler_check check)
{
  return (int)check_of(e, check)->line;
}

/* ---- the rest ---- */

crawler_place crawler_explanation_place(const crawler_explanation *e)
{
  return e->told.place;
}

int64_t crawler_explanation_fact(const crawler_explanation *e, crawler_fact fact)
{
  return (int)fact >= 0 && fact < CRAWLER_FACT_COUNT ? e->told.facts[fact] : -1;
}

const char *crawler_explanation_url(const crawler_explanation *e)
{
  return e->told.url;
}

const char *crawler_explanation_key(const crawler_explanation *e)
{
  return e->told.key;
}

const char *crawler_explanation_host(const crawler_explanation *e)
{
  return e->told.host;
}

const char *crawler_explanation_delay_rule(const crawler_explanation *e)
{
  return e->told.delay_rule;
}

const char *crawler_explanation_referrer(const crawler_explanation *e)
{
  return e->told.referrer;
}

const char *crawler_explanation_via(const crawler_explanation *e)
{
  return e->told.via;
}

const char *crawler_explanation_seed(const crawler_explanation *e)
{
  return e->told.seed;
}

/* ---- history ---- */

crawler_outcome crawler_explanation_outcome(const crawler_explanation *e)
{
  return e->told.outcome;
}

crawler_reason crawler_explanation_outcome_reason(const crawler_explanation *e)
{
  return e->told.reason;
}

const char *crawler_explanation_outcome_rule(const crawler_explanation *e)
{
  return e->told.rule;
}

int crawler_explanation_outcome_rule_line(const crawler_explanation *e)
{
  return (int)e->told.line;
}

size_t crawler_explanation_attempt_count(const crawler_explanation *e)
{
  return e->told.attempt_count;
}

int64_t crawler_explanation_attempt_begun_ms(const crawler_explanation *e, size_t i)
{
  return i < e->told.attempt_count ? e->told.attempts[i].begun_ms : -1;
}

int64_t crawler_explanation_attempt_ended_ms(const crawler_explanation *e, size_t i)
{
  return i < e->told.attempt_count ? e->told.attempts[i].ended_ms : -1;
}

int crawler_explanation_attempt_status(const crawler_explanation *e, size_t i)
{
  return i < e->told.attempt_count ? e->told.attempts[i].status : 0;
}

crawler_reason crawler_explanation_attempt_reason(const crawler_explanation *e, size_t i)
{
  return i < e->told.attempt_count ? e->told.attempts[i].failure : CRAWLER_REASON_NONE;
}

/* ---- names ---- */

#define NAME_IN(list, i) \
  ((i) >= 0 && (size_t)(i) < sizeof(list) / sizeof(*(list)) ? (list)[i] : NULL)

const char *crawler_check_name(int check)
{
  static const char *const names[] = {
    [CRAWLER_CHECK_URL] = "url",         [CRAWLER_CHECK_SCOPE] = "scope",
    [CRAWLER_CHECK_DEPTH] = "depth",     [CRAWLER_CHECK_TRAP] = "trap",
    [CRAWLER_CHECK_FILTER] = "filter",   [CRAWLER_CHECK_ROBOTS] = "robots",
    [CRAWLER_CHECK_ROOM] = "room",       [CRAWLER_CHECK_LIMIT] = "limit",
    [CRAWLER_CHECK_HOST] = "host",       [CRAWLER_CHECK_REQUEST] = "request",
    [CRAWLER_CHECK_ADDRESS] = "address",
  };

  return NAME_IN(names, check);
}

const char *crawler_answer_name(int answer)
{
  static const char *const names[] = {
    [CRAWLER_ANSWER_YES] = "yes",
    [CRAWLER_ANSWER_NO] = "no",
    [CRAWLER_ANSWER_UNKNOWN] = "unknown",
    [CRAWLER_ANSWER_NOT_ASKED] = "not_asked",
  };

  return NAME_IN(names, answer);
}

const char *crawler_place_name(int place)
{
  static const char *const names[] = {
    [CRAWLER_PLACE_UNKNOWN] = "unknown",     [CRAWLER_PLACE_REJECTED] = "rejected",
    [CRAWLER_PLACE_REWRITTEN] = "rewritten", [CRAWLER_PLACE_QUEUED] = "queued",
    [CRAWLER_PLACE_IN_FLIGHT] = "in_flight", [CRAWLER_PLACE_ENDED] = "ended",
  };

  return NAME_IN(names, place);
}

const char *crawler_fact_name(int fact)
{
  static const char *const names[] = {
    [CRAWLER_FACT_DEPTH] = "depth",
    [CRAWLER_FACT_ATTEMPT] = "attempt",
    [CRAWLER_FACT_DUE_MS] = "due_ms",
    [CRAWLER_FACT_HOST_QUEUED] = "host_queued",
    [CRAWLER_FACT_HOST_IN_FLIGHT] = "host_in_flight",
    [CRAWLER_FACT_HOST_DELAY_MS] = "host_delay_ms",
    [CRAWLER_FACT_HOST_NEXT_MS] = "host_next_ms",
    [CRAWLER_FACT_HOST_PARKED_UNTIL_MS] = "host_parked_until_ms",
    [CRAWLER_FACT_HOST_DOWN_UNTIL_MS] = "host_down_until_ms",
    [CRAWLER_FACT_HOST_PAUSED] = "host_paused",
    [CRAWLER_FACT_ROBOTS_READ_MS] = "robots_read_ms",
    [CRAWLER_FACT_HISTORY] = "history",
    [CRAWLER_FACT_FOUND_MS] = "found_ms",
    [CRAWLER_FACT_ADMITTED_MS] = "admitted_ms",
    [CRAWLER_FACT_ENDED_MS] = "ended_ms",
  };

  return NAME_IN(names, fact);
}
