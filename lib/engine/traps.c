/* SPDX-License-Identifier: MIT */
/* traps.c - what is left out because it doesn't end, and what comes a second time.
 *
 * The rules are asked of every unknown URL in scope, but of seeds: they are what the caller wants.
 * What they learn comes from pages: a worker reads those that they ask for, and takes the digest of
 * every body.
 */
#include "engine/shard.h"

#include "base/hash.h"

static struct cr_trap_limits limits_of(const struct cr_settings *o)
{
  return (struct cr_trap_limits){
    .url_bytes = o->max_url_length,
    .segments = o->max_path_depth,
    .repeats = o->max_repeats,
    .parameters = o->max_parameters,
    .years = o->max_calendar_years,
  };
}

static struct cr_trap_config config_of(const struct cr_settings *o)
{
  return (struct cr_trap_config){
    .sessions = o->trap_sessions != 0,
    .aliases = o->trap_aliases != 0,
    .pages = o->trap_pages,
    .share = o->max_group,
  };
}

static int8_t lowered(int8_t priority, uint8_t by)
{
  return (int8_t)(priority - by < INT8_MIN ? INT8_MIN : priority - by);
}

/* By its text alone: the rule that leaves it out, or NONE; with the parts for other questions. */
static uint8_t rule_of_text(const struct cr_shard *s, const struct crawler_request *req,
                            int64_t wall_ms, struct cr_trap_parts *parts)
{
  const struct cr_trap_limits limits = limits_of(s->settings);

  cr_trap_split(parts, cr_request_target(req));
  return cr_trap_over_limit(parts, req->url_bytes, &limits, wall_ms);
}

crawler_reason cr_trap_verdict(struct cr_shard *s, struct crawler_request *req)
{
  const struct cr_trap_config config = config_of(s->settings);
  struct cr_trap_verdict verdict = { 0 };
  struct cr_trap_parts parts;

  if (req->seed_flag || req->method != CRAWLER_GET)
    return CRAWLER_REASON_NONE;
  req->trap = rule_of_text(s, req, cr_loop_wall(s->loop), &parts);
  if (req->trap == CRAWLER_TRAP_NONE) {
    verdict = cr_trap_judge(s->trap, &config, cr_request_origin(req), &parts);
    req->trap = verdict.rule;
  }
  if (req->trap != CRAWLER_TRAP_NONE)
    return CRAWLER_REJECTED_TRAP;
  req->priority = lowered(req->priority, verdict.respite);
  return CRAWLER_REASON_NONE;
}

void cr_traps_changed(struct cr_shard *s)
{
  if (s->frontier)
    s->frontier->ops->forget_rejected(s->frontier, CRAWLER_REJECTED_TRAP);
}

const char *cr_trap_option(uint8_t rule)
{
  static const char *const options[] = {
    [CRAWLER_TRAP_LENGTH] = "max_url_length",
    [CRAWLER_TRAP_DEPTH] = "max_path_depth",
    [CRAWLER_TRAP_REPEATS] = "max_repeats",
    [CRAWLER_TRAP_PARAMETERS] = "max_parameters",
    [CRAWLER_TRAP_CALENDAR] = "max_calendar_years",
    [CRAWLER_TRAP_SESSION] = "trap_sessions",
    [CRAWLER_TRAP_ALIAS] = "trap_aliases",
    [CRAWLER_TRAP_NOVELTY] = "trap_pages",
    [CRAWLER_TRAP_SHARE] = "max_group",
  };

  return rule < sizeof(options) / sizeof(options[0]) ? options[rule] : NULL;
}

uint8_t cr_trap_preview_of(const struct cr_shard *s, const struct crawler_request *req,
                           int64_t wall_ms)
{
  const struct cr_trap_config config = config_of(s->settings);
  struct cr_trap_parts parts;
  uint8_t rule = rule_of_text(s, req, wall_ms, &parts);

  if (rule != CRAWLER_TRAP_NONE || !s->trap)
    return rule;
  return cr_trap_preview(s->trap, &config, cr_request_origin(req), &parts).rule;
}

bool cr_trap_is_spent(const struct cr_shard *s, const struct crawler_request *req)
{
  const struct cr_trap_config config = config_of(s->settings);
  struct cr_trap_parts parts;

  if (req->kind != CRAWLER_KIND_PAGE || req->seed_flag || req->method != CRAWLER_GET)
    return false;
  cr_trap_split(&parts, cr_request_target(req));
  return cr_trap_has_spent(s->trap, &config, cr_request_origin(req), &parts);
}

bool cr_trap_drops(struct cr_shard *s, struct crawler_request *req)
{
  if (!cr_trap_is_spent(s, req))
    return false;
  req->trap = CRAWLER_TRAP_NOVELTY;
  s->ledger.counters.traps[req->trap]++;
  return true;
}

static bool is_told(const struct cr_visit *v)
{
  return v->page.req.kind == CRAWLER_KIND_PAGE && v->page.status / 100 == 2 &&
         v->page.truncated == CRAWLER_REASON_NONE; /* half a page says what others say */
}

void cr_trap_prepare(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct cr_trap_parts parts;

  v->digest = 0;
  v->print = (struct cr_print){ 0 };
  v->wants_print = false;
  v->wants_simhash = s->settings->simhash != 0;
  v->page.simhash = 0;
  if (!is_told(v) || !cr_visit_has_whole_body(v))
    return;
  cr_trap_split(&parts, cr_request_target(&v->page.req));
  v->wants_print = cr_trap_wants(s->trap, cr_request_origin(&v->page.req), &parts);
}

void cr_trap_read(struct cr_visit *v)
{
  struct cr_span body = v->parse.body;

  if (v->parse.err < 0 || !cr_visit_has_whole_body(v) || !is_told(v) || body.len == 0)
    return;
  if (v->shard->settings->duplicate_memory > 0)
    v->digest = cr_hash64(body.at, body.len, v->shard->hash_seed) | 1;
  if (v->wants_print || v->wants_simhash)
    v->print = cr_print_page(body);
  if (v->wants_simhash)
    v->page.simhash = v->print.near_bits;
}

/* The page keeps a copy: it may outlive the crawl. */
static void tell_duplicate(struct cr_visit *v)
{
  struct crawler_page *page = &v->page;
  struct cr_shard *s = v->shard;
  struct cr_span url = cr_span(page->req.url, page->req.url_bytes);
  const char *first;

  page->duplicate_of = NULL;
  if (v->digest == 0)
    return;
  first = cr_duplicates_first(s->duplicates, v->digest, url, cr_memory_duplicates(s));
  if (first && strcmp(first, page->req.url) != 0)
    page->duplicate_of = cr_arena_strndup(&page->arena, first, strlen(first));
}

void cr_trap_learn(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct cr_trap_parts parts;

  tell_duplicate(v);
  if (!v->wants_print || v->print.exact == 0)
    return;
  cr_trap_split(&parts, cr_request_target(&v->page.req));
  cr_trap_tell(s->trap, cr_request_origin(&v->page.req), &parts, &v->print);
}
