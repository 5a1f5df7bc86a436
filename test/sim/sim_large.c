/* SPDX-License-Identifier: MIT */
/* sim_large.c - a crawl of millions of URLs on the virtual clock, verified while it runs.
 *
 * The bound for waiting: a URL at the head of its host's queue has to wait for the exchange before
 * it, the delay, a robots.txt, and for its host's turn. Hosts take turns, so that comes when each
 * of the others that may be asked has had one: of all hosts in the fast lane, where a transfer
 * stays for slow_after, and of the slow ones in the slow lane, where it stays until the timeouts;
 * then of those that share its address. A URL further behind has that bound times its place, as a
 * queue is in order.
 */
#include "sim/sim_large.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/oom.h"

/* The slow lane is eight times the fast one, as by default: in a smaller one hosts that are known
 * to be slow wait until all others have been tried. */
enum { SEEDS = 10, FAST_SLOTS = 1000, SLOW_SLOTS = 8000, ADDRESS_SLOTS = 4 };

/* Defaults: slow_after; dns_timeout and timeout; that for three attempts at a robots.txt, and how
 * long a host may ask to be left alone, by parks and its delay. */
enum { FAST_MS = 2000, SLOW_MS = 40000, ALONE_MS = 60000, OWN_MS = 3 * SLOW_MS + 3000 + ALONE_MS };

void cr_sim_large_init(struct cr_sim_large *large, uint64_t seed, uint32_t hosts, uint32_t pages)
{
  *large = (struct cr_sim_large){ 0 };
  cr_sim_web_init_large(&large->web, seed, hosts, pages);
  large->rules = (struct cr_sim_rules){
    .seeds = SEEDS, .span_hosts = true, .obey_robots = true, .max_depth = -1, .max_retries = 2
  };
  uint32_t slow = hosts / 1000 * large->web.slow_permille;
  large->max_wait_ms = OWN_MS + (int64_t)(hosts / FAST_SLOTS + 1) * FAST_MS +
                       (int64_t)(slow / SLOW_SLOTS + 1) * SLOW_MS +
                       (int64_t)(hosts / large->web.addresses / ADDRESS_SLOTS + 1) * SLOW_MS;
}

static void on_done(crawler *c, void *user)
{
  struct cr_sim_large *large = user;

  (void)c;
  large->ends++;
  large->census.is_over = true;
}

void cr_sim_large_open(struct cr_sim_large *large)
{
  struct cr_sim *sim = &large->sim;
  struct cr_sim_ref seed = { 0 };

  cr_test_mem_init(&large->mem);
  cr_sim_census_open(&large->census, &large->mem, &large->web);
  cr_sim_places_open(&large->places, &large->mem);
  cr_sim_open(sim, &(struct cr_sim_config){
                       .world = &large->web.world,
                       .census = &large->census,
                       .seed = large->web.seed >> 1,
                   });
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_set(sim, "max_robots_time", "5m"); /* else a slow host's, moved, is left to its speed */
  cr_sim_set(sim, "concurrency", "1000");
  cr_sim_set(sim, "slow_concurrency", "8000");
  cr_sim_set(sim, "max_parks", "20");           /* only who always says so gets there */
  cr_sim_set(sim, "max_host_failures", "40");   /* and only who is never reached */
  cr_sim_set(sim, "host_retry_budget", "none"); /* the oracle doesn't add up a host's failures */
  cr_sim_set(sim, "max_pending", "4000000000"); /* what is refused would hang on the order */
  crawler_on_done(sim->c, on_done, large);
  for (; seed.host < large->rules.seeds; seed.host++)
    cr_sim_census_offer(&large->census, seed);
  cr_sim_add_hosts(sim, &large->web, large->rules.seeds);
}

void cr_sim_large_close(struct cr_sim_large *large)
{
  cr_sim_close(&large->sim);
  cr_sim_places_close(&large->places);
  cr_sim_census_close(&large->census);
  cr_test_mem_done(&large->mem);
}

bool cr_sim_large_step(struct cr_sim_large *large, int64_t turns)
{
  int64_t bytes;
  bool over = false;

  for (; turns > 0 && !over; turns--, large->turns++)
    over = cr_sim_step(&large->sim, -1);
  bytes = cr_mem_used(&large->sim.crawl_mem);
  if (bytes > large->most_bytes)
    large->most_bytes = bytes;
  return over;
}

/* ---- a moment ---- */

/* I2, I15: what the model was told of pages, what the sim counted, and what the ledger says. */
static const char *check_ledger(const struct cr_sim_large *large)
{
  const struct cr_ledger *ledger = &large->sim.s->ledger;
  const struct cr_kind_ledger *pages = &ledger->kinds[CRAWLER_KIND_PAGE];
  const struct cr_sim_census *census = &large->census;

  for (int kind = 0; kind < CR_KINDS; kind++) {
    const struct cr_kind_ledger *k = &ledger->kinds[kind];
    const int64_t *told = large->sim.by_outcome[kind];
    if (told[CRAWLER_FETCHED] != k->fetched || told[CRAWLER_REDIRECTED] != k->redirected ||
        told[CRAWLER_FAILED] != k->failed || told[CRAWLER_DROPPED] != k->dropped ||
        told[CRAWLER_REJECTED] != k->rejected)
      return "on_outcome was told another number than the ledger";
  }
  if (!cr_ledger_holds(ledger))
    return "a ledger doesn't add up";
  if (census->by_outcome[CRAWLER_FETCHED] != pages->fetched ||
      census->by_outcome[CRAWLER_REDIRECTED] != pages->redirected ||
      census->by_outcome[CRAWLER_FAILED] != pages->failed ||
      census->by_outcome[CRAWLER_DROPPED] != pages->dropped)
    return "the ledger counts other outcomes than the model";
  if (pages->admitted != census->offered)
    return "another number of URLs was admitted than of those that something leads to";
  return NULL;
}

/* I14: a link counts as known exactly if something has led to the same string before. */
static const char *check_links(const struct cr_sim_large *large)
{
  const struct cr_link_ledger *links = &large->sim.s->ledger.links;

  if (links->known != large->census.known)
    return "another number of links is known to the crawler than to the model";
  return links->admitted == large->census.by_link ? NULL : "links are admitted that aren't new";
}

/* I1, I6: each URL is queued, leased or has ended, by a walk and by all counters. */
static const char *check_counts(const struct cr_sim_large *large)
{
  const struct cr_shard *s = large->sim.s;
  struct cr_frontier_count count;
  struct cr_frontier_stats stats;
  int64_t queued = 0;
  int64_t leased = 0;

  s->frontier->ops->recount(s->frontier, &count);
  s->frontier->ops->stats(s->frontier, &stats);
  for (int kind = 0; kind < CR_KINDS; kind++) {
    const struct cr_kind_ledger *k = &s->ledger.kinds[kind];
    if (k->queued != count.queued[kind] || k->in_flight != count.leased[kind])
      return "the ledger counts other URLs than are queued or leased";
    queued += count.queued[kind];
    leased += count.leased[kind];
  }
  if (stats.queued != queued || stats.leased != leased)
    return "the frontier counts other URLs than are queued or leased";
  return count.slots == s->slots.fast + s->slots.slow ? NULL : "slots in use aren't those of hosts";
}

/* I7; what a host may have is looked at by the walk. */
static const char *check_budgets(const struct cr_sim_large *large)
{
  const struct cr_slots *slots = &large->sim.s->slots;

  if (slots->fast > slots->fast_cap || slots->slow > slots->slow_cap)
    return "more slots are in use than there are";
  if (slots->max_pages >= 0 && slots->pages_done + slots->pages_held > slots->max_pages)
    return "more pages than may be";
  return NULL;
}

/* I9: between two turns, so that nothing is under way. A lane that has room leaves nobody waiting,
 * and the wheel nobody asleep. */
static const char *check_idle(const struct cr_sim_large *large)
{
  const struct cr_shard *s = large->sim.s;
  const int64_t *ready = large->places.ready_lanes;
  bool fast = cr_slots_fast_free(&s->slots) > 0;
  bool untried = fast && cr_slots_untried_free(&s->slots) > 0;
  bool slow = cr_slots_slow_free(&s->slots) > 0;

  if (s->is_full || !s->running || !cr_list_empty(&s->pump.link) ||
      cr_slots_pages_free(&s->slots) == 0)
    return NULL; /* no room, nothing to do, or another turn comes at once */
  if ((fast && ready[0] + ready[CR_LANE_PAGE] > 0) ||
      (untried && ready[CR_LANE_UNTRIED] + ready[CR_LANE_UNTRIED | CR_LANE_PAGE] > 0) ||
      (slow && ready[CR_LANE_SLOW] + ready[CR_LANE_SLOW | CR_LANE_PAGE] > 0))
    return "a host waits, and has a slot";
  if ((fast || slow) &&
      cr_wheel_next(&cr_frontier_memory(s->frontier)->wheel) <= large->sim.loop->clock_ms)
    return "a host has slept too long";
  return NULL;
}

/* I10. The seen-set's bound is what the design asks for; the rest is what the structs are: an entry
 * of 40 bytes with path, its share of what it came from and its cells in two indexes; a host with
 * its authority, site, address and names. Memory of URLs that have left is used again, not given
 * back. */
static const char *check_memory(struct cr_sim_large *large)
{
  const struct cr_shard *s = large->sim.s;
  const int64_t seen_each = 16;
  const int64_t queued_each = 144;
  const int64_t host_each = 1024;
  const int64_t least = 4 << 20;
  struct cr_frontier_stats stats;

  s->frontier->ops->stats(s->frontier, &stats);
  if (stats.queued > large->most_queued)
    large->most_queued = stats.queued;
  if (stats.seen_bytes > seen_each * stats.known + least)
    return "the seen-set takes more memory than it should";
  int64_t most =
      seen_each * stats.known + queued_each * large->most_queued + host_each * stats.hosts + least;
  return s->mem->used[CR_MEM_FRONTIER] <= most ? NULL
                                               : "the frontier takes more memory than it should";
}

/* I3 is the police's, which sees every request; I4 and I8 are the census's, which has every end,
 * too. So are robots.txt first, and nothing against it. */
static const char *check_requests(const struct cr_sim_large *large)
{
  if (large->census.wrongs > 0)
    return large->census.wrong;
  return large->sim.net.police.violations > 0 ? large->sim.net.police.what : NULL;
}

const char *cr_sim_large_moment(struct cr_sim_large *large)
{
  const char *wrong = check_requests(large);

  if (!large->sim.s->frontier) /* before the first turn */
    return wrong;
  wrong = wrong ? wrong : check_ledger(large);
  wrong = wrong ? wrong : check_links(large);
  wrong = wrong ? wrong : check_counts(large);
  wrong = wrong ? wrong /* I11 */
                : cr_sim_places_walk(&large->places, cr_frontier_memory(large->sim.s->frontier));
  wrong = wrong ? wrong : check_budgets(large);
  wrong = wrong ? wrong : check_idle(large);
  wrong = wrong ? wrong : check_memory(large);
  if (!wrong && large->places.waited_ms > large->max_wait_ms) /* I16 */
    wrong = "a URL waited too long at the head of its queue";
  return wrong;
}

/* ---- the end ---- */

/* I12. */
static const char *check_completion(const struct cr_sim_large *large)
{
  const struct cr_sim_places *at = &large->places;
  bool left = at->ready + at->wheel + at->robots + at->leased + at->exhausted > 0;
  bool complete = strcmp(crawler_ended(large->sim.c), "complete") == 0;

  if (complete && left)
    return "complete, and a host has URLs queued";
  if (!complete)
    return left ? "not complete" : "not complete, and no host has URLs queued";
  return large->ends == 1 ? NULL : "on_done was not called once";
}

/* I17. */
static const char *check_nothing_held(const struct cr_sim_large *large)
{
  const struct cr_shard *s = large->sim.s;
  struct cr_frontier_stats stats;

  s->frontier->ops->stats(s->frontier, &stats);
  if (stats.leased > 0)
    return "a lease is left";
  if (s->slots.fast + s->slots.slow + s->slots.untried > 0)
    return "a slot is left";
  if (s->slots.pages_held > 0)
    return "a reservation is left";
  if (!cr_list_empty(&s->visits) || large->sim.net.live > 0)
    return "a visit or a transfer is left";
  return NULL;
}

const char *cr_sim_large_end(struct cr_sim_large *large)
{
  const char *wrong = cr_sim_large_moment(large);

  wrong = wrong ? wrong : check_nothing_held(large);
  wrong = wrong ? wrong : check_completion(large);
  if (wrong)
    return wrong;
  cr_sim_census_over(&large->census);                   /* I14, I15 */
  cr_sim_census_compare(&large->census, &large->rules); /* I13 */
  return check_requests(large);
}

const char *cr_sim_large_run(struct cr_sim_large *large, int moments)
{
  int64_t pages = large->web.pages;
  const char *wrong = NULL;
  int64_t next = 0;
  bool over = false;

  while (!wrong && !over) {
    over = cr_sim_large_step(large, 1000);
    if (large->census.offered + large->census.by_outcome[CRAWLER_FETCHED] < next && !over)
      continue;
    wrong = cr_sim_large_moment(large);
    if (!wrong && large->on_moment)
      large->on_moment(large);
    next += 2 * pages / moments;
  }
  return wrong ? wrong : cr_sim_large_end(large);
}
