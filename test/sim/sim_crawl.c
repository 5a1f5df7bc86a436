/* SPDX-License-Identifier: MIT */
/* sim_crawl.c - a crawler in a simulated world.
 *
 * The crawler is made as any other; then its doors to the outside (engine/env.h) are replaced. All
 * it allocates, its home included, goes through one account, which must be empty in the end.
 */
#include "sim/sim_crawl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_drive.h"
#include "support/oom.h"

enum { URL_BYTES = 512 };

/* ---- the doors ---- */

static void *account_malloc(size_t bytes, void *user)
{
  return cr_alloc(user, CR_MEM_CORE, bytes);
}

static void *account_realloc(void *block, size_t bytes, void *user)
{
  return cr_resize(user, CR_MEM_CORE, block, bytes);
}

static void account_free(void *block, void *user)
{
  cr_free(user, block);
}

static int open_fetcher(struct cr_fetcher **out, const struct cr_fetcher_config *config, void *user)
{
  struct cr_sim *sim = user;
  return cr_sim_fetcher_open(out, config, &sim->net);
}

static void parse(struct cr_parse *p, void *user)
{
  const struct cr_sim *sim = user;
  struct cr_sim_links links = { NULL, 0 };
  bool ok = true;

  p->err = 0;
  p->body = p->wire;
  p->is_html = cr_span_starts_nocase(p->type, CR_SPAN("text/html"));
  p->mime = p->is_html ? "text/html" : p->type.at ? "text/plain" : "";
  p->sent_mime = p->mime;
  p->charset = "utf-8";
  if (p->wire.len > p->max_body_bytes)
    p->err = CRAWLER_E_LIMIT;
  if (p->is_html && p->link_kinds != 0)
    ok = sim->config.world->links(sim->config.world, p->body, p->keep, &links);
  p->links = links.at;
  p->link_count = ok ? links.count : 0;
  p->note = ok ? CR_PARSE_WHOLE : CR_PARSE_NO_MEMORY;
}

/* ---- what is told ---- */

static void note_end(struct cr_sim *sim, const crawler_request *req, crawler_outcome outcome,
                     crawler_reason reason)
{
  uint32_t number = cr_sim_map_number(&sim->urls, cr_span_text(crawler_request_url(req)));

  sim->ends = cr_sim_grow(&sim->mem, sim->ends, number, &sim->ends_cap, sizeof(*sim->ends));
  struct cr_sim_end *end = &sim->ends[number];
  end->outcome = (uint16_t)outcome;
  end->reason = (uint16_t)reason;
  end->times += outcome != CRAWLER_REJECTED;
  end->rejected_times += outcome == CRAWLER_REJECTED;
  end->depth = (int16_t)crawler_request_depth(req);
  end->order = ++sim->outcomes;
}

static void log_outcome(struct cr_sim *sim, const crawler_request *req, crawler_outcome outcome,
                        crawler_reason reason, const crawler_page *page)
{
  const char *url = crawler_request_url(req);
  struct cr_sim_record *record = cr_sim_log_add(&sim->net.log, CR_SIM_OUTCOME, cr_span_text(url));

  record->begin_ms = sim->loop->clock_ms;
  record->outcome = (uint16_t)outcome;
  record->reason = (uint16_t)reason;
  record->kind = (uint16_t)crawler_request_kind(req);
  record->attempt = (uint16_t)crawler_request_attempt(req);
  record->depth = (uint16_t)crawler_request_depth(req);
  record->status = page ? (uint16_t)crawler_page_status(page) : 0;
  note_end(sim, req, outcome, reason);
  sim->ends[cr_sim_map_find(&sim->urls, cr_span_text(url))].status = record->status;
}

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  struct cr_sim *sim = user;

  sim->by_outcome[crawler_request_kind(req)][outcome]++;
  if (!sim->config.census)
    log_outcome(sim, req, outcome, reason, page);
  else if (crawler_request_kind(req) == CRAWLER_KIND_PAGE)
    cr_sim_census_end(sim->config.census, cr_span_text(crawler_request_url(req)), outcome);
  if (sim->outcome)
    sim->outcome(c, req, outcome, reason, page, sim->user);
}

static void on_turn(struct cr_shard *shard, void *arg)
{
  struct cr_sim *sim = shard->env.user;

  sim->engine_on_turn(shard, arg);
  if (sim->on_turn)
    sim->on_turn(sim);
}

/* ---- life ---- */

static void set_up(struct cr_sim *sim)
{
  struct cr_shard *s = &sim->c->shard;
  char seed[24];

  sim->s = s;
  s->env = (struct cr_env){
    .open_loop = cr_sim_open_loop,
    .open_fetcher = open_fetcher,
    .parser = sim->config.parser ? sim->config.parser : parse,
    .ordered = !sim->config.unordered,
    .user = sim,
  };
  sim->engine_on_turn = s->on_turn;
  s->on_turn = on_turn;
  crawler_on_outcome(sim->c, on_outcome, sim);
  (void)snprintf(seed, sizeof(seed), "%llu", (unsigned long long)sim->config.seed);
  (void)crawler_set_option(sim->c, "random_seed", seed);
  (void)crawler_set_workers(sim->c, sim->config.workers);
  (void)crawler_set_delay_jitter(sim->c, 0); /* none of these needs memory */
}

void cr_sim_open(struct cr_sim *sim, const struct cr_sim_config *config)
{
  struct cr_home *home;
  struct cr_mem *mem;

  memset(sim, 0, sizeof(*sim));
  sim->config = *config;
  if (sim->config.seed == 0)
    sim->config.seed = 1;
  cr_test_mem_init(&sim->mem);
  cr_test_mem_init(&sim->crawl_mem);
  cr_sim_net_init(&sim->net, &sim->mem, config->world);
  sim->net.census = config->census;
  cr_sim_map_init(&sim->urls, &sim->mem);
  mem = config->mem ? config->mem : &sim->crawl_mem;
  home = cr_home_new(account_malloc, account_realloc, account_free, mem);
  sim->c = home ? cr_crawler_on(home) : NULL;
  if (!config->mem)
    assert_non_null(sim->c);
  if (sim->c)
    set_up(sim);
}

void cr_sim_close(struct cr_sim *sim)
{
  if (!sim->freed)
    crawler_free(sim->c);
  cr_sim_map_free(&sim->urls);
  cr_free(&sim->mem, sim->ends);
  if (sim->net.police.violations > 0)
    fail_msg("%lld requests that should not be:\n%s", (long long)sim->net.police.violations,
             sim->net.police.what);
  assert_int_equal(sim->net.live, 0);
  cr_sim_net_free(&sim->net);
  cr_test_mem_done(&sim->mem);
  cr_test_mem_done(&sim->crawl_mem);
}

/* ---- driving ---- */

/* A path on CR_SIM_ORIGIN becomes a URL. */
static const char *absolute(const char *url, char out[URL_BYTES])
{
  (void)snprintf(out, URL_BYTES, "%s%s", url[0] == '/' ? CR_SIM_ORIGIN : "", url);
  return out;
}

void cr_sim_set(struct cr_sim *sim, const char *name, const char *value)
{
  if (crawler_set_option(sim->c, name, value) != 0)
    fail_msg("%s=%s: %s", name, value, crawler_errmsg(sim->c));
}

void cr_sim_add(struct cr_sim *sim, const char *url)
{
  char full[URL_BYTES];
  assert_int_equal(crawler_add(sim->c, absolute(url, full)), 0);
}

void cr_sim_open_site(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_add(sim, "/");
}

void cr_sim_add_hosts(struct cr_sim *sim, const struct cr_sim_web *web, uint32_t hosts)
{
  char url[CR_SIM_URL_BYTES];

  for (uint32_t host = 0; host < hosts; host++) {
    cr_sim_web_url(web, (struct cr_sim_ref){ .host = host }, url);
    cr_sim_add(sim, url);
  }
}

static void check_drive(const struct cr_sim *sim, const char *what, int err)
{
  if (err != CRAWLER_OK && err != CRAWLER_DONE)
    fail_msg("%s: %s: %s", what, crawler_error_name(err), crawler_errmsg(sim->c));
}

void cr_sim_run(struct cr_sim *sim)
{
  check_drive(sim, "the run", cr_sim_drive(sim));
  cr_sim_check(sim);
}

bool cr_sim_step(struct cr_sim *sim, int64_t timeout_ms)
{
  int err = cr_sim_turn(sim, timeout_ms);

  check_drive(sim, "a turn", err);
  return err == CRAWLER_DONE;
}

void cr_sim_run_checked(struct cr_sim *sim, int every)
{
  int turn = 0;

  if (sim->c->drive == CR_DRIVE_THREAD) { /* whose turns are not ours */
    cr_sim_run(sim);
    return;
  }
  while (!cr_sim_step(sim, -1))
    if (++turn % every == 0)
      cr_sim_check(sim);
  cr_sim_check(sim);
}

/* ---- checking ---- */

struct counted { /* by walking the visits */
  int64_t kinds[CR_KINDS];
  int64_t slots;
  int64_t slow;
  int64_t aside, untried;
  int64_t fast_list;
};

static void walk_visits(const struct cr_shard *s, struct counted *count)
{
  memset(count, 0, sizeof(*count));
  for (const struct cr_list *link = s->visits.next; link != &s->visits; link = link->next) {
    const char *at = (const char *)link - offsetof(struct cr_visit, link);
    const struct cr_visit *v = (const struct cr_visit *)(const void *)at;
    count->kinds[v->page.req.kind]++;
    count->aside += v->has_slot && v->is_aside;
    if (!v->has_slot || v->is_aside)
      continue;
    count->slots++;
    count->slow += v->slot == CR_SLOT_SLOW;
    count->untried += v->slot == CR_SLOT_UNTRIED;
  }
  for (const struct cr_list *link = s->fast.next; link != &s->fast; link = link->next)
    count->fast_list++;
}

static void check_kind(const struct cr_sim *sim, int kind, const struct counted *visits,
                       const struct cr_frontier_count *frontier)
{
  const struct cr_kind_ledger *k = &sim->s->ledger.kinds[kind];
  const int64_t *told = sim->by_outcome[kind];

  if (k->admitted != k->queued + k->in_flight + k->fetched + k->redirected + k->failed + k->dropped)
    fail_msg("%s: %lld admitted don't add up", crawler_kind_name(kind), (long long)k->admitted);
  if (k->queued != frontier->queued[kind])
    fail_msg("%s: %lld queued by the ledger, %lld counted", crawler_kind_name(kind),
             (long long)k->queued, (long long)frontier->queued[kind]);
  if (k->in_flight != visits->kinds[kind] || k->in_flight != frontier->leased[kind])
    fail_msg("%s: %lld in flight by the ledger, %lld visits, %lld leases", crawler_kind_name(kind),
             (long long)k->in_flight, (long long)visits->kinds[kind],
             (long long)frontier->leased[kind]);
  if (told[CRAWLER_FETCHED] != k->fetched || told[CRAWLER_REDIRECTED] != k->redirected ||
      told[CRAWLER_FAILED] != k->failed || told[CRAWLER_DROPPED] != k->dropped ||
      told[CRAWLER_REJECTED] != k->rejected)
    fail_msg("%s: on_outcome was told another number than the ledger", crawler_kind_name(kind));
}

static void check_slots(const struct cr_shard *s, const struct counted *visits, bool limits_fall)
{
  const struct cr_kind_ledger *pages = &s->ledger.kinds[CRAWLER_KIND_PAGE];

  assert_int_equal(s->slots.fast + s->slots.slow, visits->slots);
  assert_int_equal(s->slots.aside, visits->aside);
  assert_int_equal(s->slots.slow, visits->slow);
  assert_int_equal(s->slots.untried, visits->untried);
  assert_int_equal(s->slots.fast, visits->fast_list);
  assert_int_equal(s->slots.pages_held, visits->kinds[CRAWLER_KIND_PAGE]);
  assert_int_equal(s->slots.pages_done, pages->fetched);
  if (limits_fall)
    return;
  assert_true(s->slots.fast <= s->slots.fast_cap);
  assert_true(s->slots.slow <= s->slots.slow_cap);
  if (s->slots.max_pages >= 0)
    assert_true(s->slots.pages_done + s->slots.pages_held <= s->slots.max_pages);
}

void cr_sim_check(struct cr_sim *sim)
{
  struct cr_frontier_count frontier;
  struct cr_frontier_stats stats;
  struct counted visits;
  int64_t queued = 0;

  if (!sim->s->frontier) /* before the start */
    return;
  sim->checks++;
  sim->s->frontier->ops->recount(sim->s->frontier, &frontier);
  sim->s->frontier->ops->stats(sim->s->frontier, &stats);
  walk_visits(sim->s, &visits);
  for (int kind = 0; kind < CR_KINDS; kind++) {
    check_kind(sim, kind, &visits, &frontier);
    queued += frontier.queued[kind];
  }
  assert_int_equal(stats.queued, queued);
  assert_int_equal(stats.queued_pages,
                   frontier.queued[CRAWLER_KIND_PAGE] + frontier.queued[CRAWLER_KIND_SITEMAP]);
  if (!cr_ledger_holds(&sim->s->ledger))
    fail_msg("the links ledger doesn't add up");
  check_slots(sim->s, &visits, sim->limits_fall);
}

/* What became of the page, by whatever spelling it was asked for. */
static void collect(const struct cr_sim *sim, const struct cr_sim_oracle *oracle, uint8_t *outcomes)
{
  const struct cr_sim_log *log = &sim->net.log;
  bool odd;

  for (size_t i = 0; i < log->len; i++) {
    const struct cr_sim_record *record = &log->at[i];
    if (record->event != CR_SIM_OUTCOME || record->kind != CRAWLER_KIND_PAGE ||
        record->outcome == CRAWLER_REJECTED)
      continue;
    struct cr_sim_ref ref =
        cr_sim_web_find(oracle->web, cr_span_text(cr_sim_log_url(log, i)), &odd);
    if (ref.host == UINT32_MAX)
      fail_msg("%s is none of this web's pages", cr_sim_log_url(log, i));
    uint8_t *outcome = &outcomes[cr_sim_oracle_index(oracle, ref)];
    if (*outcome != 0)
      fail_msg("%s ended twice", cr_sim_log_url(log, i));
    *outcome = (uint8_t)record->outcome;
  }
}

void cr_sim_check_oracle(struct cr_sim *sim, const struct cr_sim_oracle *oracle)
{
  uint8_t *outcomes = cr_zalloc(&sim->mem, CR_MEM_CORE, oracle->count);
  char url[CR_SIM_URL_BYTES];

  assert_non_null(outcomes);
  collect(sim, oracle, outcomes);
  for (size_t i = 0; i < oracle->count; i++) {
    if (outcomes[i] == oracle->fates[i].outcome)
      continue;
    cr_sim_web_url(oracle->web, cr_sim_oracle_ref(oracle, i), url);
    fail_msg(
        "seed %llu: %s is %s, and should be %s (depth %u)", (unsigned long long)sim->config.seed,
        url, outcomes[i] ? crawler_outcome_name(outcomes[i]) : "not reached",
        oracle->fates[i].outcome ? crawler_outcome_name(oracle->fates[i].outcome) : "not reached",
        oracle->fates[i].depth);
  }
  cr_free(&sim->mem, outcomes);
}

/* ---- asking ---- */

struct cr_sim_end cr_sim_end(const struct cr_sim *sim, const char *url)
{
  char full[URL_BYTES];
  uint32_t number = cr_sim_map_find(&sim->urls, cr_span_text(absolute(url, full)));

  return number == UINT32_MAX ? (struct cr_sim_end){ 0 } : sim->ends[number];
}

int cr_sim_outcome(const struct cr_sim *sim, const char *url)
{
  return cr_sim_end(sim, url).outcome;
}

int cr_sim_reason(const struct cr_sim *sim, const char *url)
{
  return cr_sim_end(sim, url).reason;
}

unsigned cr_sim_asked(const struct cr_sim *sim, const char *url)
{
  const struct cr_sim_police *police = &sim->net.police;
  char full[URL_BYTES];
  uint32_t number = cr_sim_map_find(&police->urls, cr_span_text(absolute(url, full)));

  return number == UINT32_MAX ? 0 : police->url_at[number].attempts;
}

const struct cr_sim_record *cr_sim_request(const struct cr_sim *sim, const char *url)
{
  const struct cr_sim_log *log = &sim->net.log;
  char full[URL_BYTES];

  (void)absolute(url, full);
  for (size_t i = 0; i < log->len; i++)
    if (log->at[i].event == CR_SIM_REQUEST && strcmp(cr_sim_log_url(log, i), full) == 0)
      return &log->at[i];
  return NULL;
}

int64_t cr_sim_stat(const struct cr_sim *sim, crawler_stat which)
{
  return crawler_get_stat(sim->c, which);
}

int64_t cr_sim_count(const struct cr_sim *sim, crawler_outcome outcome, crawler_reason reason)
{
  const struct cr_kind_ledger *k = &sim->s->ledger.kinds[CRAWLER_KIND_PAGE];

  if (reason != CRAWLER_REASON_NONE)
    return k->by_reason[reason];
  switch (outcome) {
  case CRAWLER_FETCHED:
    return k->fetched;
  case CRAWLER_REDIRECTED:
    return k->redirected;
  case CRAWLER_FAILED:
    return k->failed;
  case CRAWLER_DROPPED:
    return k->dropped;
  default:
    return k->rejected;
  }
}

int64_t cr_sim_link_count(const struct cr_sim *sim, crawler_reason reason)
{
  return sim->s->ledger.links.by_reason[reason];
}

int64_t cr_sim_incomplete(const struct cr_sim *sim, const char *why)
{
  const char *name;
  int64_t count = 0;

  for (size_t i = 0; (name = crawler_incomplete(sim->c, i, &count)) != NULL; i++)
    if (strcmp(name, why) == 0)
      return count;
  return 0;
}
