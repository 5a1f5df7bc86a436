/* SPDX-License-Identifier: MIT */
/* frontier_model_next.c - what a host of the model would give, and when. */
#include "support/frontier_model_next.h"

#include <string.h>

#include "crawl/crawler.h"

uint32_t cr_model_host_of(const struct cr_frontier_model *m, const struct cr_model_url *url)
{
  return m->authorities[url->item.authority].host;
}

int cr_model_pending(const struct cr_frontier_model *m, uint32_t host)
{
  int count = 0;
  for (int i = 0; i < m->url_count; i++) {
    const struct cr_model_url *url = &m->urls[i];
    bool waits = url->state == CR_MODEL_QUEUED || url->state == CR_MODEL_DELAYED;
    count += waits && cr_model_host_of(m, url) == host;
  }
  return count;
}

/* Is the authority's robots task to be given again by that host? */
static bool asks_at(const struct cr_frontier_model *m, const struct cr_model_authority *authority,
                    uint32_t host)
{
  return authority->asks_again && m->authorities[authority->asked].host == host;
}

/* ---- caps ---- */

static uint32_t in_flight(const struct cr_frontier_model *m, uint32_t host)
{
  uint32_t count = 0;
  for (int i = 0; i < CR_MODEL_LEASES; i++) {
    const struct cr_model_lease *lease = &m->leases[i];
    count += lease->held && !lease->released && lease->host == host;
  }
  return count;
}

uint32_t cr_model_of_address(const struct cr_frontier_model *m, const char *address)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < m->host_count; i++)
    count += strcmp(m->hosts[i].address, address) == 0 ? in_flight(m, i) : 0;
  return count;
}

static uint32_t of_site(const struct cr_frontier_model *m, const char *site)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < m->host_count; i++)
    count += strcmp(m->hosts[i].site, site) == 0 ? in_flight(m, i) : 0;
  return count;
}

bool cr_model_is_full(const struct cr_frontier_model *m, uint32_t host)
{
  const struct cr_model_host *at = &m->hosts[host];
  uint32_t cap = at->cap ? at->cap : m->config.host_cap;
  return cap != 0 && in_flight(m, host) >= cap;
}

static bool groups_are_full(const struct cr_frontier_model *m, uint32_t host)
{
  const struct cr_model_host *at = &m->hosts[host];
  if (at->site[0] && m->config.site_cap && of_site(m, at->site) >= m->config.site_cap)
    return true;
  return at->address[0] && m->config.address_cap &&
         cr_model_of_address(m, at->address) >= m->config.address_cap;
}

/* ---- what it may give in all ---- */

static int64_t pages_of(const struct cr_frontier_model *m, uint32_t host)
{
  int64_t pages = m->hosts[host].pages;
  for (int i = 0; i < CR_MODEL_LEASES; i++) {
    const struct cr_model_lease *lease = &m->leases[i];
    pages += lease->held && lease->url != CR_MODEL_NOBODY && lease->host == host &&
             m->urls[lease->url].item.kind == CRAWLER_KIND_PAGE;
  }
  return pages;
}

static bool may_give_pages(const struct cr_frontier_model *m, uint32_t host)
{
  return pages_of(m, host) < m->host_pages;
}

static bool asks(const struct cr_frontier_model *m, uint32_t host)
{
  for (uint32_t i = 0; i < m->authority_count; i++)
    if (asks_at(m, &m->authorities[i], host))
      return true;
  return false;
}

static bool has_requisites(const struct cr_frontier_model *m, uint32_t host)
{
  for (int i = 0; i < m->url_count; i++) {
    const struct cr_model_url *url = &m->urls[i];
    bool is_pending = url->state == CR_MODEL_QUEUED || url->state == CR_MODEL_DELAYED;
    if (is_pending && cr_model_host_of(m, url) == host && !cr_kind_waits_with_pages(url->item.kind))
      return true;
  }
  return false;
}

bool cr_model_is_exhausted(const struct cr_frontier_model *m, uint32_t host)
{
  if (cr_model_is_empty(m, host) || asks(m, host))
    return false;
  return m->hosts[host].spent || (!may_give_pages(m, host) && !has_requisites(m, host));
}

/* ---- what a host would give, and when ---- */

static bool has_to_ask(const struct cr_frontier_model *m, uint32_t authority)
{
  const struct cr_model_authority *at = &m->authorities[authority];

  if (at->gate == CR_GATE_OPEN)
    return m->config.gate && at->stale_ms <= m->now_ms && at->lease == CR_MODEL_NOBODY &&
           !at->asks_again;
  return at->gate == CR_GATE_UNKNOWN;
}

static int rank_of(const struct cr_model_url *url)
{
  return url->item.priority + (cr_kind_waits_with_pages(url->item.kind) ? 0 : 256);
}

struct cr_model_next cr_model_next_of(const struct cr_frontier_model *m, uint32_t host)
{
  struct cr_model_next next = { .url = CR_MODEL_NOBODY };
  const struct cr_model_authority *ask = NULL;

  for (uint32_t i = 0; i < m->authority_count; i++) {
    const struct cr_model_authority *at = &m->authorities[i];
    if (!asks_at(m, at, host) || at->ask_ms > m->now_ms)
      continue;
    if (ask &&
        (ask->ask_ms < at->ask_ms || (ask->ask_ms == at->ask_ms && ask->ask_order < at->ask_order)))
      continue;
    ask = at;
    next = (struct cr_model_next){ .is_robots = true, .url = CR_MODEL_NOBODY, .authority = i };
  }
  if (ask || m->hosts[host].spent)
    return next;

  const struct cr_model_url *best = NULL;
  for (int i = 0; i < m->url_count; i++) {
    const struct cr_model_url *url = &m->urls[i];
    if (url->state != CR_MODEL_QUEUED || cr_model_host_of(m, url) != host ||
        m->authorities[url->item.authority].gate == CR_GATE_ASKED)
      continue;
    if (best && (rank_of(url) < rank_of(best) ||
                 (rank_of(url) == rank_of(best) && url->arrival > best->arrival)))
      continue;
    best = url;
    next.url = i;
  }
  if (!best)
    return next;
  next.counts_as_page = cr_kind_waits_with_pages(best->item.kind);
  if (next.counts_as_page && !may_give_pages(m, host))
    return (struct cr_model_next){ .url = CR_MODEL_NOBODY };
  next.authority = best->item.authority;
  next.is_robots = has_to_ask(m, next.authority);
  return next;
}

/* The next URL of the host to arrive; NULL: none is delayed, or none may leave anyway. */
static const struct cr_model_url *next_to_arrive(const struct cr_frontier_model *m, uint32_t host)
{
  const struct cr_model_url *first = NULL;
  for (int i = 0; i < m->url_count && !m->hosts[host].spent; i++) {
    const struct cr_model_url *url = &m->urls[i];
    if (url->state != CR_MODEL_DELAYED || cr_model_host_of(m, url) != host)
      continue;
    if (!first || url->at_ms < first->at_ms ||
        (url->at_ms == first->at_ms && url->delayed < first->delayed))
      first = url;
  }
  return first;
}

static int64_t arrival_ms(const struct cr_frontier_model *m, uint32_t host)
{
  const struct cr_model_url *url = next_to_arrive(m, host);
  return url ? url->at_ms : CR_NEVER;
}

/* The next time after now at which a robots task is to be given again. */
static int64_t ask_ms(const struct cr_frontier_model *m, uint32_t host)
{
  int64_t first_ms = CR_NEVER;
  for (uint32_t i = 0; i < m->authority_count; i++) {
    const struct cr_model_authority *at = &m->authorities[i];
    if (asks_at(m, at, host) && at->ask_ms > m->now_ms && at->ask_ms < first_ms)
      first_ms = at->ask_ms;
  }
  return first_ms;
}

static int64_t sooner_of(int64_t a, int64_t b)
{
  return a < b ? a : b;
}

static bool has_next(const struct cr_frontier_model *m, uint32_t host)
{
  struct cr_model_next next = cr_model_next_of(m, host);
  return next.is_robots || next.url != CR_MODEL_NOBODY;
}

/* By a closed gate, or the limit of pages. */
static bool is_kept(const struct cr_frontier_model *m, uint32_t host,
                    const struct cr_model_url *url)
{
  return m->authorities[url->item.authority].gate == CR_GATE_ASKED ||
         (cr_kind_waits_with_pages(url->item.kind) && !may_give_pages(m, host));
}

int64_t cr_model_due_ms(const struct cr_frontier_model *m, uint32_t host)
{
  const struct cr_model_host *at = &m->hosts[host];
  const struct cr_model_url *url = next_to_arrive(m, host);
  int64_t due = has_next(m, host) ? 0 : sooner_of(arrival_ms(m, host), ask_ms(m, host));

  /* What arrives and can't leave is when the host is looked at again. */
  if (!has_next(m, host) && url && url->at_ms < ask_ms(m, host) && is_kept(m, host, url))
    return url->at_ms;
  if (due < at->next_ok_ms)
    due = at->next_ok_ms;
  return due < at->blocked_until_ms ? at->blocked_until_ms : due;
}

bool cr_model_is_empty(const struct cr_frontier_model *m, uint32_t host)
{
  return !asks(m, host) && cr_model_pending(m, host) == 0;
}

static bool has_nothing(const struct cr_frontier_model *m, uint32_t host)
{
  return !has_next(m, host) && arrival_ms(m, host) == CR_NEVER && ask_ms(m, host) == CR_NEVER;
}

bool cr_model_waits(const struct cr_frontier_model *m, uint32_t host)
{
  return has_nothing(m, host) || cr_model_is_full(m, host);
}

bool cr_model_waits_for_robots(const struct cr_frontier_model *m, uint32_t host)
{
  return !cr_model_is_empty(m, host) && !cr_model_is_exhausted(m, host) &&
         m->hosts[host].blocked_until_ms != CR_NEVER && has_nothing(m, host);
}

int64_t cr_model_next_due_ms(const struct cr_frontier_model *m)
{
  int64_t first_ms = CR_NEVER;
  for (uint32_t i = 0; i < m->host_count; i++) {
    if (cr_model_is_empty(m, i) || cr_model_is_exhausted(m, i) ||
        m->hosts[i].blocked_until_ms == CR_NEVER || cr_model_waits(m, i))
      continue;
    int64_t due = cr_model_due_ms(m, i);
    struct cr_model_next next = cr_model_next_of(m, i);
    if (due <= m->now_ms) /* it may be asked; what arrives may change whose turn it is */
      due = arrival_ms(m, i);
    if (cr_model_due_ms(m, i) <= m->now_ms && !(next.is_robots && next.url == CR_MODEL_NOBODY))
      due = sooner_of(due, ask_ms(m, i));
    first_ms = sooner_of(first_ms, due);
  }
  return first_ms;
}

/* Could the host give a task now, within what is left of the quotas? */
/* What is of the last rank of priorities waits until nothing else of its host is in flight. */
static bool waits_for_others(const struct cr_frontier_model *m, uint32_t host,
                             const struct cr_model_next *next)
{
  return next->url != CR_MODEL_NOBODY && m->urls[next->url].item.priority < -63 &&
         in_flight(m, host) > 0;
}

bool cr_model_could_give(const struct cr_frontier_model *m, uint32_t host)
{
  const struct cr_model_host *at = &m->hosts[host];
  struct cr_model_next next = cr_model_next_of(m, host);

  if (!next.is_robots && next.url == CR_MODEL_NOBODY)
    return false;
  if (cr_model_due_ms(m, host) > m->now_ms || cr_model_is_full(m, host) ||
      groups_are_full(m, host) || waits_for_others(m, host, &next))
    return false;
  if ((at->slow ? m->want.max_slow : m->want.max_fast) == 0)
    return false;
  if (!at->tried && m->want.max_untried == 0)
    return false;
  return !next.counts_as_page || m->want.max_pages > 0;
}
