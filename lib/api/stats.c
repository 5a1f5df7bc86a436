/* SPDX-License-Identifier: MIT */
/* stats.c - all numbers of one moment.
 *
 * The loop thread reads its ledgers as they are; for other threads it leaves a copy under a lock at
 * the end of each turn: after the last one before it sleeps nobody else would. How long turns take
 * is only known after that, so the loop's histogram is one that any thread may read.
 */
#include "api/crawler_impl.h"

/* Of times ahead; none: 0. */
static int64_t wait_until(const struct cr_shard *s, int64_t at_ms)
{
  int64_t now = s->loop ? cr_loop_now(s->loop) : 0;

  return s->loop && at_ms != CR_NEVER && at_ms > now ? at_ms - now : 0;
}

void cr_stats_fill(const crawler *c, struct crawler_stats *stats)
{
  const struct cr_shard *s = &c->shard;
  struct cr_frontier_stats frontier = { 0 };

  if (s->frontier)
    s->frontier->ops->stats(s->frontier, &frontier);
  stats->ledger = s->ledger;
  stats->hosts = frontier.hosts;
  stats->transfers = cr_slots_under_way(&s->slots);
  stats->most_transfers = cr_shard_most_transfers(s);
  stats->buffered_bytes = cr_shard_buffered(s);
  stats->memory_bytes = cr_mem_used(s->mem);
  stats->wait_ms = wait_until(s, s->next_due_ms);
  stats->elapsed_ms = s->loop ? cr_loop_now(s->loop) - s->started_ms : 0;
  for (int i = 0; s->loop && i < CR_IDLE_REASONS; i++)
    stats->idle_ms[i] = cr_idle_total(&s->idle, (enum cr_idle_reason)i, cr_loop_now(s->loop));
}

void cr_stats_publish(crawler *c)
{
  pthread_mutex_lock(&c->lock);
  cr_stats_fill(c, c->snapshot);
  pthread_mutex_unlock(&c->lock);
}

static void read_numbers(const crawler *c, struct crawler_stats *stats)
{
  crawler *lockable = (crawler *)(uintptr_t)c; /* the lock is no part of what is read */

  if (cr_is_loop_thread(c)) {
    cr_stats_fill(c, stats);
    return;
  }
  pthread_mutex_lock(&lockable->lock);
  *stats = *c->snapshot;
  pthread_mutex_unlock(&lockable->lock);
}

static bool is_of_turns(crawler_stat which)
{
  return which >= CRAWLER_STAT_TURNS && which <= CRAWLER_STAT_TURN_MAX_US;
}

/* Of a copy, so that they belong together. */
static void read_turns(const crawler *c, int64_t turns[CR_TURN_STATS])
{
  const struct cr_loop *loop = atomic_load(&c->wakeable);
  struct cr_histogram h = { .max = 0 };

  if (loop)
    cr_histogram_copy(&h, cr_loop_turns(loop));
  const int64_t numbers[CR_TURN_STATS] = {
    cr_histogram_count(&h),
    cr_histogram_percentile(&h, 500),
    cr_histogram_percentile(&h, 990),
    cr_histogram_percentile(&h, 999),
    cr_histogram_max(&h),
  };
  memcpy(turns, numbers, sizeof(numbers));
}

static int64_t ledger_number(const struct cr_ledger *l, crawler_stat which)
{
  const struct cr_kind_ledger *pages = &l->kinds[CRAWLER_KIND_PAGE];
  const int64_t numbers[] = {
    [CRAWLER_STAT_ADMITTED] = pages->admitted,
    [CRAWLER_STAT_QUEUED] = pages->queued,
    [CRAWLER_STAT_IN_FLIGHT] = pages->in_flight,
    [CRAWLER_STAT_FETCHED] = pages->fetched,
    [CRAWLER_STAT_REDIRECTED] = pages->redirected,
    [CRAWLER_STAT_FAILED] = pages->failed,
    [CRAWLER_STAT_DROPPED] = pages->dropped,
    [CRAWLER_STAT_LINKS] = l->links.links,
    [CRAWLER_STAT_LINKS_KNOWN] = l->links.known,
    [CRAWLER_STAT_LINKS_REJECTED] = l->links.rejected,
    [CRAWLER_STAT_LINKS_CAPPED] = l->links.capped,
    [CRAWLER_STAT_LINKS_ADMITTED] = l->links.admitted,
    [CRAWLER_STAT_ATTEMPTS] = l->counters.attempts,
    [CRAWLER_STAT_RETRIES] = l->counters.retries,
    [CRAWLER_STAT_WIRE_BYTES] = l->counters.wire_bytes,
    [CRAWLER_STAT_BODY_BYTES] = l->counters.body_bytes,
    [CRAWLER_STAT_CONNECTIONS] = l->counters.connections,
    [CRAWLER_STAT_PARKS] = l->counters.parks,
    [CRAWLER_STAT_OUTAGES] = l->counters.outages,
    [CRAWLER_STAT_PUT_OFF] = l->counters.put_off,
    [CRAWLER_STAT_SHORTAGES] = l->counters.shortages,
  };

  return numbers[which];
}

int64_t crawler_stats_get(const crawler_stats *stats, crawler_stat which)
{
  if (!stats || (int)which < 0 || which >= CRAWLER_STAT_COUNT)
    return -1;
  if (which >= CRAWLER_STAT_IDLE_PAUSED && which <= CRAWLER_STAT_IDLE_EMPTY)
    return stats->idle_ms[which - CRAWLER_STAT_IDLE_PAUSED]; /* in the order of cr_idle_reason */
  if (is_of_turns(which))
    return stats->turns[which - CRAWLER_STAT_TURNS];
  switch (which) {
  case CRAWLER_STAT_HOSTS:
    return stats->hosts;
  case CRAWLER_STAT_TRANSFERS:
    return stats->transfers;
  case CRAWLER_STAT_TRANSFERS_MOST:
    return stats->most_transfers;
  case CRAWLER_STAT_BUFFERED_BYTES:
    return stats->buffered_bytes;
  case CRAWLER_STAT_MEMORY_BYTES:
    return stats->memory_bytes;
  case CRAWLER_STAT_ELAPSED_MS:
    return stats->elapsed_ms;
  case CRAWLER_STAT_WAIT_MS:
    return stats->wait_ms;
  case CRAWLER_STAT_STATUS_1XX:
  case CRAWLER_STAT_STATUS_2XX:
  case CRAWLER_STAT_STATUS_3XX:
  case CRAWLER_STAT_STATUS_4XX:
  case CRAWLER_STAT_STATUS_5XX:
    return stats->ledger.counters.status_class[which - CRAWLER_STAT_STATUS_1XX + 1];
  default:
    return ledger_number(&stats->ledger, which);
  }
}

int64_t crawler_get_stat(const crawler *c, crawler_stat which)
{
  struct crawler_stats stats;

  if (!c)
    return -1;
  read_numbers(c, &stats);
  if (is_of_turns(which))
    read_turns(c, stats.turns);
  return crawler_stats_get(&stats, which);
}

int crawler_get_stats(const crawler *c, crawler_stats **out)
{
  struct crawler_stats *stats;

  if (!c)
    return CRAWLER_E_INVAL;
  if (!out)
    return cr_null(c, "out");
  stats = cr_zalloc(&c->home->mem, CR_MEM_CORE, sizeof(*stats));
  if (!stats)
    return cr_failed(c, CRAWLER_E_NOMEM, "statistics");
  read_numbers(c, stats);
  read_turns(c, stats->turns);
  stats->home = cr_home_retain(c->home);
  *out = stats;
  return 0;
}

void crawler_stats_free(crawler_stats *stats)
{
  struct cr_home *home;

  if (!stats)
    return;
  home = stats->home;
  cr_free(&home->mem, stats);
  cr_home_release(home);
}

static const struct cr_kind_ledger *kind_of(const crawler_stats *stats, crawler_kind kind)
{
  return stats && (int)kind >= 0 && kind < CR_KINDS ? &stats->ledger.kinds[kind] : NULL;
}

int64_t crawler_stats_outcome(const crawler_stats *stats, crawler_kind kind,
                              crawler_outcome outcome, crawler_reason reason)
{
  const struct cr_kind_ledger *k = kind_of(stats, kind);

  if (!k || (int)reason < 0 || reason >= CR_REASONS)
    return -1;
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
  case CRAWLER_REJECTED:
    return k->rejected;
  default:
    return -1;
  }
}

int64_t crawler_stats_admitted(const crawler_stats *stats, crawler_kind kind)
{
  const struct cr_kind_ledger *k = kind_of(stats, kind);

  return k ? k->admitted : -1;
}

int64_t crawler_stats_queued(const crawler_stats *stats, crawler_kind kind)
{
  const struct cr_kind_ledger *k = kind_of(stats, kind);

  return k ? k->queued : -1;
}

int64_t crawler_stats_in_flight(const crawler_stats *stats, crawler_kind kind)
{
  const struct cr_kind_ledger *k = kind_of(stats, kind);

  return k ? k->in_flight : -1;
}

int64_t crawler_stats_links(const crawler_stats *stats, crawler_reason reason)
{
  if (!stats || (int)reason < 0 || reason >= CR_REASONS)
    return -1;
  return stats->ledger.links.by_reason[reason];
}

int64_t crawler_stats_trap(const crawler_stats *stats, crawler_trap trap)
{
  if (!stats || (int)trap < 0 || trap >= CR_TRAPS)
    return -1;
  return stats->ledger.counters.traps[trap];
}

/* ---- by host ---- */

size_t crawler_host_count(const crawler *c)
{
  struct cr_frontier_stats stats = { 0 };

  if (c && c->shard.frontier)
    c->shard.frontier->ops->stats(c->shard.frontier, &stats);
  return (size_t)stats.hosts;
}

const char *crawler_host_name(crawler *c, size_t i)
{
  struct cr_span key;

  if (i >= crawler_host_count(c))
    return NULL;
  key = c->shard.frontier->ops->host_key(c->shard.frontier, (uint32_t)i);
  if (key.len >= sizeof(c->host_name))
    key.len = sizeof(c->host_name) - 1; /* longer than any name in DNS */
  memcpy(c->host_name, key.at, key.len);
  c->host_name[key.len] = '\0';
  return c->host_name;
}

int64_t crawler_host_stat(const crawler *c, size_t i, crawler_stat which)
{
  static const struct cr_tally none;
  const struct cr_tally *t = &none; /* a host that was not asked yet */
  struct cr_host_view view;

  if (i >= crawler_host_count(c))
    return -1;
  c->shard.frontier->ops->host_view(c->shard.frontier, (uint32_t)i, &view);
  if (i < c->shard.tally_count)
    t = &c->shard.tallies[i];
  switch (which) {
  case CRAWLER_STAT_QUEUED:
    return view.queued;
  case CRAWLER_STAT_IN_FLIGHT:
    return view.leased;
  case CRAWLER_STAT_FETCHED:
    return t->fetched;
  case CRAWLER_STAT_FAILED:
    return t->failed;
  case CRAWLER_STAT_ATTEMPTS:
    return t->attempts;
  case CRAWLER_STAT_BODY_BYTES:
    return t->body_bytes;
  case CRAWLER_STAT_WAIT_MS:
    return wait_until(&c->shard, t->park.until_ms > t->outage.until_ms ? t->park.until_ms
                                                                       : t->outage.until_ms);
  default:
    return -1;
  }
}

static int no_such_host(crawler *c)
{
  if (!c)
    return CRAWLER_E_INVAL;
  return cr_error(c, CRAWLER_E_INVAL, "no such host: numbers end at crawler_host_count()", NULL);
}

int crawler_host_pause(crawler *c, size_t i)
{
  if (i >= crawler_host_count(c))
    return no_such_host(c);
  return cr_failed(c, cr_host_pause(&c->shard, (uint32_t)i), "crawler_host_pause()");
}

int crawler_host_resume(crawler *c, size_t i)
{
  if (i >= crawler_host_count(c))
    return no_such_host(c);
  cr_host_resume(&c->shard, (uint32_t)i);
  return 0;
}

int crawler_host_is_paused(const crawler *c, size_t i)
{
  return c && i < c->shard.tally_count && c->shard.tallies[i].is_paused;
}

int64_t crawler_eta_lower_bound_ms(const crawler *c, size_t *host)
{
  uint32_t longest = CR_NO_ID;
  int64_t ms = c ? cr_shard_eta(&c->shard, &longest) : 0;

  if (host)
    *host = longest == CR_NO_ID ? SIZE_MAX : longest;
  return ms;
}
