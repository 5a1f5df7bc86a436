/* SPDX-License-Identifier: MIT */
/* frontier_model.c - what a frontier must answer, by arrays and linear scans. */
#include "support/frontier_model.h"

#include <stdio.h>
#include <string.h>

#include "crawl/crawler.h"
#include "support/frontier_model_next.h"

enum { NOBODY = CR_MODEL_NOBODY, PATIENCE = 16 * CR_MODEL_HOSTS };

void cr_model_open(struct cr_frontier_model *m, const struct cr_frontier_config *config)
{
  memset(m, 0, sizeof(*m));
  m->config = *config;
  m->now_ms = config->now_ms;
  m->host_pages = CR_NEVER;
}

static void set_text(char *to, struct cr_span from)
{
  snprintf(to, CR_MODEL_TEXT, "%.*s", (int)from.len, from.len ? from.at : "");
}

void cr_model_authority(struct cr_frontier_model *m, uint32_t host, struct cr_span site)
{
  struct cr_model_authority *authority = &m->authorities[m->authority_count];

  authority->host = host;
  authority->asked = m->authority_count++;
  authority->gate = m->config.gate ? CR_GATE_UNKNOWN : CR_GATE_OPEN;
  authority->attempt = 1;
  authority->lease = NOBODY;
  authority->stale_ms = CR_NEVER;
  if (host == m->host_count) {
    m->host_count++;
    set_text(m->hosts[host].site, site);
  }
}

/* ---- time ---- */

/* Delayed URLs arrive at their time, the earliest first. */
static void tick(struct cr_frontier_model *m, int64_t now_ms)
{
  if (now_ms > m->now_ms)
    m->now_ms = now_ms;
  for (;;) {
    struct cr_model_url *first = NULL;
    for (int i = 0; i < m->url_count; i++) {
      struct cr_model_url *url = &m->urls[i];
      if (url->state != CR_MODEL_DELAYED || url->at_ms > m->now_ms)
        continue;
      if (!first || url->at_ms < first->at_ms ||
          (url->at_ms == first->at_ms && url->delayed < first->delayed))
        first = url;
    }
    if (!first)
      return;
    first->state = CR_MODEL_QUEUED;
    first->arrival = ++m->order;
  }
}

static void queue_at(struct cr_frontier_model *m, struct cr_model_url *url, int64_t at_ms)
{
  url->state = CR_MODEL_DELAYED;
  url->at_ms = at_ms;
  url->delayed = ++m->order;
  tick(m, m->now_ms);
}

static void queue_first(struct cr_frontier_model *m, struct cr_model_url *url)
{
  url->state = CR_MODEL_QUEUED;
  url->arrival = -++m->order;
}

/* ---- what is known ---- */

static struct cr_model_url *find(struct cr_frontier_model *m, uint64_t fp)
{
  for (int i = 0; i < m->url_count; i++) {
    if (m->urls[i].fp == fp)
      return &m->urls[i];
  }
  struct cr_model_url *url = &m->urls[m->url_count++];
  url->fp = fp;
  return url;
}

static unsigned shown_depth(const struct cr_model_url *url)
{
  return url->item.depth < CR_SEEN_DEEP ? url->item.depth : CR_SEEN_DEEP;
}

uint8_t cr_model_lookup(struct cr_frontier_model *m, uint64_t fp)
{
  const struct cr_model_url *url = find(m, fp);
  if (url->known == CR_SEEN_UNKNOWN)
    return 0;
  unsigned value = url->known == CR_SEEN_REJECTED ? url->value : shown_depth(url);
  return (uint8_t)(url->known << 6 | value);
}

void cr_model_reject(struct cr_frontier_model *m, uint64_t fp, unsigned reason)
{
  struct cr_model_url *url = find(m, fp);
  if (url->known != CR_SEEN_UNKNOWN)
    return;
  url->known = CR_SEEN_REJECTED;
  url->value = (uint8_t)reason;
}

void cr_model_forget_rejected(struct cr_frontier_model *m, unsigned reason)
{
  for (int i = 0; i < m->url_count; i++) {
    if (m->urls[i].known == CR_SEEN_REJECTED && m->urls[i].value == reason)
      m->urls[i].known = CR_SEEN_UNKNOWN;
  }
}

int cr_model_lower(struct cr_frontier_model *m, uint64_t fp, uint16_t depth)
{
  struct cr_model_url *url = find(m, fp);
  if (url->known == CR_SEEN_UNKNOWN || url->known == CR_SEEN_REJECTED)
    return url->known;
  if (url->known == CR_SEEN_DONE) /* only what the byte shows is left */
    url->item.depth = (uint16_t)shown_depth(url);
  if (depth >= url->item.depth)
    return CR_SEEN_UNKNOWN;
  url->item.depth = depth;
  return url->known;
}

static void copy_item(struct cr_model_url *url, const struct cr_frontier_item *item)
{
  const struct cr_span from[] = { item->target, item->referrer, item->via, item->seed, item->meta };

  url->item = *item;
  for (int i = 0; i < 5; i++)
    set_text(url->text[i], from[i]);
}

static bool is_to_add(const struct cr_model_url *url, unsigned flags)
{
  switch (url->known) {
  case CR_SEEN_UNKNOWN:
    return true;
  case CR_SEEN_REJECTED:
    return (flags & (CR_ITEM_FORCE | CR_ITEM_THOUGH_REJECTED)) != 0;
  default:
    return url->known == CR_SEEN_DONE && (flags & CR_ITEM_FORCE) != 0;
  }
}

uint8_t cr_model_add(struct cr_frontier_model *m, const struct cr_frontier_item *item)
{
  struct cr_model_url *url = find(m, item->fp);

  if (!is_to_add(url, item->flags)) {
    int was = cr_model_lower(m, item->fp, item->depth);
    return was == CR_SEEN_LIVE || was == CR_SEEN_DONE ? CR_ADD_SHALLOWER : CR_ADD_KNOWN;
  }
  if (item->flags & CR_ITEM_OVER) {
    copy_item(url, item);
    url->known = CR_SEEN_DONE;
    return CR_ADD_NEW;
  }
  uint32_t host = m->authorities[item->authority].host;
  if (m->config.max_pending && cr_model_pending(m, host) >= (int)m->config.max_pending)
    return CR_ADD_CAP;
  copy_item(url, item);
  url->known = CR_SEEN_LIVE;
  url->attempt = 1;
  if (item->flags & CR_ITEM_NEXT && item->not_before_ms <= m->now_ms)
    queue_first(m, url);
  else
    queue_at(m, url, item->not_before_ms);
  return CR_ADD_NEW;
}

/* ---- gates ---- */

void cr_model_set_gate(struct cr_frontier_model *m, uint32_t authority, enum cr_gate gate)
{
  struct cr_model_authority *at = &m->authorities[authority];
  at->gate = gate;
  at->judged = gate == CR_GATE_OPEN;
  at->attempt = 1;
  at->asks_again = false;
  at->lease = NOBODY;
  at->asked = authority;
  at->target[0] = '\0';
  at->hops = 0;
  at->stale_ms = CR_NEVER;
}

void cr_model_set_stale(struct cr_frontier_model *m, uint32_t authority, int64_t at_ms,
                        enum cr_gate meanwhile)
{
  m->authorities[authority].stale_ms = at_ms;
  m->authorities[authority].meanwhile = meanwhile;
}

uint32_t cr_model_set_default_gate(struct cr_frontier_model *m, bool closed)
{
  uint32_t dropped = 0;

  m->config.gate = closed;
  for (uint32_t i = 0; i < m->authority_count; i++) {
    struct cr_model_authority *at = &m->authorities[i];
    if (at->judged || (at->gate == CR_GATE_OPEN) != closed)
      continue;
    dropped += at->asks_again;
    cr_model_set_gate(m, i, closed ? CR_GATE_UNKNOWN : CR_GATE_OPEN);
    at->judged = false;
  }
  return dropped;
}

/* ---- take ---- */

static const char *compare_task(const struct cr_model_url *url, const struct cr_task *task)
{
  const struct cr_span got[] = { task->target, task->referrer, task->via, task->seed, task->meta };

  for (int i = 0; i < 5; i++) {
    if (!cr_span_eq(got[i], cr_span_text(url->text[i])))
      return "a task's text differs from what was added";
  }
  if (task->fp != url->fp)
    return "not the URL whose turn it was";
  if (task->authority != url->item.authority || task->asked != task->authority || task->again ||
      task->kind != url->item.kind || task->method != url->item.method ||
      task->priority != url->item.priority || task->flags != url->item.flags ||
      task->lastmod_s != url->item.lastmod_s || task->extra != url->item.extra)
    return "a task differs from what was added";
  if (task->hops != url->item.hops || task->attempt != url->attempt ||
      task->depth != url->item.depth)
    return "hops, attempt or depth is wrong";
  return NULL;
}

static int new_lease(struct cr_frontier_model *m, const struct cr_task *task, int url)
{
  int i = 0;
  while (m->leases[i].held)
    i++;
  m->leases[i] =
      (struct cr_model_lease){ task->lease, true, false, url, task->authority, task->host };
  return i;
}

static void count_passed_over(struct cr_frontier_model *m, uint32_t taken)
{
  for (uint32_t i = 0; i < m->host_count; i++)
    m->hosts[i].passed_over =
        i != taken && cr_model_could_give(m, i) ? m->hosts[i].passed_over + 1 : 0;
}

static const char *take_robots(struct cr_frontier_model *m, const struct cr_model_next *next,
                               const struct cr_task *task)
{
  struct cr_model_authority *at = &m->authorities[next->authority];

  if (task->kind != CRAWLER_KIND_ROBOTS || task->authority != next->authority)
    return "a robots task was due";
  if (task->attempt != at->attempt || task->fp != 0 || task->extra || task->asked != at->asked ||
      task->hops != at->hops || !cr_span_eq(task->target, cr_span_text(at->target)))
    return "a robots task is wrong";
  if (task->again != at->asks_again)
    return "a robots task was queued before, or not";
  at->gate = at->gate == CR_GATE_OPEN ? at->meanwhile : CR_GATE_ASKED;
  at->asks_again = false;
  at->lease = new_lease(m, task, NOBODY);
  return NULL;
}

static const char *take_one(struct cr_frontier_model *m, const struct cr_task *task)
{
  if (task->host >= m->host_count || !cr_model_could_give(m, task->host))
    return "a task was given that was not due, or over a cap or quota";
  struct cr_model_next next = cr_model_next_of(m, task->host);
  count_passed_over(m, task->host);
  if (task->slow != m->hosts[task->host].slow || task->untried == m->hosts[task->host].tried)
    return "the lane is wrong";
  m->want.max_slow -= task->slow;
  m->want.max_fast -= !task->slow;
  m->want.max_untried -= task->untried;
  m->want.max_pages -= task->kind == CRAWLER_KIND_PAGE;
  if (next.is_robots)
    return take_robots(m, &next, task);
  const char *wrong = compare_task(&m->urls[next.url], task);
  m->urls[next.url].state = CR_MODEL_LEASED;
  (void)new_lease(m, task, next.url);
  return wrong;
}

const char *cr_model_take(struct cr_frontier_model *m, const struct cr_take *want,
                          const struct cr_task *tasks, size_t n, int64_t due)
{
  tick(m, want->now_ms);
  m->want = *want;
  if (n > want->max_tasks)
    return "more tasks than there is room for";
  for (size_t i = 0; i < n; i++) {
    const char *wrong = take_one(m, &tasks[i]);
    if (wrong)
      return wrong;
  }
  for (uint32_t i = 0; i < m->host_count; i++) {
    if (n < want->max_tasks && cr_model_could_give(m, i))
      return "a host was left out";
    if (m->hosts[i].passed_over > PATIENCE)
      return "a host waits for ever";
  }
  return due == cr_model_next_due_ms(m) ? NULL : "the next due time is wrong";
}

/* ---- leases and hosts ---- */

int cr_model_find_lease(const struct cr_frontier_model *m, struct cr_lease lease)
{
  for (int i = 0; i < CR_MODEL_LEASES; i++) {
    const struct cr_model_lease *at = &m->leases[i];
    if (at->held && at->lease.slot == lease.slot && at->lease.generation == lease.generation)
      return i;
  }
  return NOBODY;
}

void cr_model_set_extra(struct cr_frontier_model *m, int lease, void *extra)
{
  if (lease != NOBODY && m->leases[lease].url != NOBODY)
    m->urls[m->leases[lease].url].item.extra = extra;
}

static bool is_over(const struct cr_finish *fin)
{
  return fin->kind == CR_FINISH_DONE || fin->kind == CR_FINISH_UNCOUNTED;
}

static int finish_robots(struct cr_frontier_model *m, const struct cr_finish *fin, int lease)
{
  struct cr_model_authority *at = &m->authorities[m->leases[lease].authority];

  if (at->lease != lease)
    return is_over(fin) ? 0 : 1;
  at->lease = NOBODY;
  if (is_over(fin)) {
    if (at->gate == CR_GATE_OPEN) /* it was asked for anew, once */
      cr_model_set_gate(m, m->leases[lease].authority, CR_GATE_OPEN);
    return 0;
  }
  if (fin->kind == CR_FINISH_RETRY)
    at->attempt++;
  if (fin->kind == CR_FINISH_SAME) {
    at->asked = fin->authority;
    at->hops++;
    set_text(at->target, fin->target);
  }
  at->asks_again = true;
  at->ask_ms = fin->kind == CR_FINISH_RETRY || fin->kind == CR_FINISH_PARK ? fin->at_ms : m->now_ms;
  at->ask_order = ++m->order;
  return 0;
}

static void finish_url(struct cr_frontier_model *m, const struct cr_finish *fin,
                       struct cr_model_url *url)
{
  switch (fin->kind) {
  case CR_FINISH_DONE:
  case CR_FINISH_UNCOUNTED:
    url->state = CR_MODEL_NONE;
    url->known = CR_SEEN_DONE;
    return;
  case CR_FINISH_RETRY:
    url->attempt++;
    queue_at(m, url, fin->at_ms);
    return;
  case CR_FINISH_PARK:
    queue_at(m, url, fin->at_ms);
    return;
  case CR_FINISH_GIVE_BACK:
    queue_first(m, url);
    return;
  case CR_FINISH_SAME:
    url->attempt = 1;
    url->item.hops++;
    url->item.authority = fin->authority;
    set_text(url->text[0], fin->target);
    queue_first(m, url);
    return;
  }
}

int cr_model_finish(struct cr_frontier_model *m, const struct cr_finish *fin, int64_t now_ms)
{
  int lease = cr_model_find_lease(m, fin->lease);

  tick(m, now_ms);
  if (lease == NOBODY)
    return CRAWLER_E_STATE;
  m->leases[lease].held = false;
  if (m->leases[lease].url == NOBODY)
    return finish_robots(m, fin, lease);
  struct cr_model_url *url = &m->urls[m->leases[lease].url];
  m->hosts[m->leases[lease].host].pages +=
      fin->kind == CR_FINISH_DONE && url->item.kind == CRAWLER_KIND_PAGE;
  finish_url(m, fin, url);
  return 0;
}

int cr_model_host_update(struct cr_frontier_model *m, const struct cr_host_update *update,
                         int64_t now_ms)
{
  int lease = update->fields & CR_HOST_RELEASE ? cr_model_find_lease(m, update->lease) : NOBODY;
  struct cr_model_host *host = &m->hosts[update->host];

  tick(m, now_ms);
  if (update->fields & CR_HOST_RELEASE && lease == NOBODY)
    return CRAWLER_E_STATE;
  if (lease != NOBODY && m->leases[lease].host != update->host)
    return CRAWLER_E_INVAL;
  if (update->fields & CR_HOST_NEXT_OK && update->next_ok_ms > host->next_ok_ms)
    host->next_ok_ms = update->next_ok_ms;
  if (update->fields & CR_HOST_BLOCKED)
    host->blocked_until_ms = update->blocked_until_ms;
  if (update->fields & CR_HOST_CAP)
    host->cap = update->max_in_flight;
  if (update->fields & CR_HOST_SLOW) {
    host->slow = update->slow;
    host->tried = true;
  }
  if (update->fields & CR_HOST_SPENT)
    host->spent = update->spent;
  if (lease != NOBODY)
    m->leases[lease].released = true;
  if (!(update->fields & CR_HOST_ADDRESS))
    return 0;
  set_text(host->address, update->address);
  return host->address[0] && m->config.address_cap &&
         cr_model_of_address(m, host->address) > m->config.address_cap;
}

/* ---- numbers ---- */

static void count_urls(const struct cr_frontier_model *m, struct cr_frontier_count *count)
{
  for (int i = 0; i < m->url_count; i++) {
    const struct cr_model_url *url = &m->urls[i];
    if (url->state == CR_MODEL_LEASED)
      count->leased[url->item.kind]++;
    else if (url->state != CR_MODEL_NONE)
      count->queued[url->item.kind]++;
  }
  for (uint32_t i = 0; i < m->authority_count; i++)
    count->queued[CRAWLER_KIND_ROBOTS] += m->authorities[i].asks_again;
  for (int i = 0; i < CR_MODEL_LEASES; i++) {
    const struct cr_model_lease *lease = &m->leases[i];
    count->leased[CRAWLER_KIND_ROBOTS] += lease->held && lease->url == NOBODY;
    count->slots += lease->held && !lease->released;
  }
}

/* Hosts that a group keeps waiting are among hosts_ready: the model doesn't know who found out. */
static void count_hosts(const struct cr_frontier_model *m, struct cr_frontier_count *count)
{
  for (uint32_t i = 0; i < m->host_count; i++) {
    count->hosts++;
    if (cr_model_is_empty(m, i))
      count->hosts_empty++;
    else if (cr_model_is_exhausted(m, i))
      count->hosts_exhausted++;
    else if (m->hosts[i].blocked_until_ms > m->now_ms)
      count->hosts_blocked++;
    else if (cr_model_waits(m, i))
      count->hosts_waiting++;
    else if (cr_model_due_ms(m, i) > m->now_ms)
      count->hosts_sleeping++;
    else
      count->hosts_ready++;
  }
}

const char *cr_model_compare(const struct cr_frontier_model *m,
                             const struct cr_frontier_count *count,
                             const struct cr_frontier_stats *stats)
{
  struct cr_frontier_count want = { .hosts = 0 };
  struct cr_frontier_stats sums = { .hosts = m->host_count };

  count_urls(m, &want);
  count_hosts(m, &want);
  for (int i = 0; i < m->url_count; i++)
    sums.known += m->urls[i].known != CR_SEEN_UNKNOWN;
  for (int kind = 0; kind < CR_FRONTIER_KINDS; kind++) {
    sums.queued += want.queued[kind];
    sums.leased += want.leased[kind];
  }
  if (memcmp(want.queued, count->queued, sizeof(want.queued)) != 0 ||
      memcmp(want.leased, count->leased, sizeof(want.leased)) != 0 || want.slots != count->slots)
    return "the recount of URLs or slots is wrong";
  if (want.hosts != count->hosts || want.hosts_empty != count->hosts_empty ||
      want.hosts_exhausted != count->hosts_exhausted ||
      want.hosts_blocked != count->hosts_blocked || want.hosts_sleeping != count->hosts_sleeping ||
      count->hosts_waiting < want.hosts_waiting ||
      want.hosts_ready + want.hosts_waiting != count->hosts_ready + count->hosts_waiting)
    return "the recount of hosts is wrong";
  if (sums.known != stats->known || sums.queued != stats->queued || sums.leased != stats->leased ||
      want.queued[CRAWLER_KIND_PAGE] + want.queued[CRAWLER_KIND_SITEMAP] != stats->queued_pages ||
      sums.hosts != stats->hosts)
    return "the statistics are wrong";
  return NULL;
}

static int count_leased(const struct cr_frontier_model *m, uint32_t host)
{
  int count = 0;
  for (int i = 0; i < CR_MODEL_LEASES; i++)
    count += m->leases[i].held && m->leases[i].url != NOBODY && m->leases[i].host == host;
  return count;
}

const char *cr_model_compare_host(const struct cr_frontier_model *m, uint32_t host,
                                  const struct cr_host_view *view)
{
  const struct cr_model_host *at = &m->hosts[host];
  uint32_t cap = at->cap ? at->cap : m->config.host_cap;

  if (view->queued != cr_model_pending(m, host) || view->leased != count_leased(m, host))
    return "a host's view counts other URLs";
  if (view->next_ok_ms != at->next_ok_ms || view->blocked_until_ms != at->blocked_until_ms)
    return "a host's view has other times";
  if (view->cap != (cap ? cap : UINT32_MAX) || view->is_slow != at->slow)
    return "a host's view has another cap or lane";
  if (view->is_exhausted != cr_model_is_exhausted(m, host))
    return "a host is exhausted, or isn't";
  /* One with all slots in use doesn't look at what arrives meanwhile. */
  if (view->waits_for_robots != cr_model_waits_for_robots(m, host) && !cr_model_is_full(m, host))
    return "a host waits for robots.txt, or doesn't";
  return NULL;
}
