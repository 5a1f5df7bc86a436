/* SPDX-License-Identifier: MIT */
/* frontier_check.c - counts the frontier by walking it, and verifies that it agrees with itself.
 *
 * Nothing here is computed from counters, except to compare with them. Walks cost time in
 * proportion to all that is queued; the check, to that times the authorities of a host.
 */
#include <string.h>

#include "frontier/frontier_memory.h"
#include "frontier/place.h"

/* ---- counting ---- */

static void count_list(const struct cr_frontier_memory *f, uint32_t name, int64_t *kinds)
{
  for (; name != CR_ENTRY_NONE; name = cr_entry_at(&f->slab, name)->next)
    kinds[cr_entry_at(&f->slab, name)->kind]++;
}

static void count_host(const struct cr_frontier_memory *f, const struct cr_host *host,
                       int64_t *kinds)
{
  const struct cr_band *bands = cr_queue_bands(&host->queue);

  for (int i = 0; i < host->queue.band_count; i++)
    count_list(f, bands[i].head, kinds);
  uint32_t node = host->delayed;
  for (; node != CR_DELAYED_NONE; node = cr_delayed_walk(&f->delayed, node))
    kinds[cr_entry_at(&f->slab, cr_delayed_at(&f->delayed, node)->subject)->kind]++;
  node = host->asks;
  for (; node != CR_DELAYED_NONE; node = cr_delayed_walk(&f->delayed, node))
    kinds[CRAWLER_KIND_ROBOTS]++;
}

static void count_place(const struct cr_frontier_memory *f, const struct cr_host *host,
                        struct cr_frontier_count *count)
{
  count->hosts++;
  if (host->place == CR_PLACE_EMPTY)
    count->hosts_empty++;
  else if (host->place == CR_PLACE_EXHAUSTED)
    count->hosts_exhausted++;
  else if (host->blocked_until_ms > f->now_ms)
    count->hosts_blocked++;
  else if (host->place == CR_PLACE_RING)
    count->hosts_ready++;
  else if (host->place == CR_PLACE_ASLEEP || host->place == CR_PLACE_PARKED)
    count->hosts_sleeping++;
  else
    count->hosts_waiting++;
}

static void count_leases(const struct cr_frontier_memory *f, struct cr_frontier_count *count)
{
  for (uint32_t i = 0; i < f->leases.slots.count; i++) {
    const struct cr_leased *leased = cr_leased_at(&f->leases, i);
    if (!leased->held)
      continue;
    bool is_robots = leased->entry == CR_ENTRY_NONE;
    count->leased[is_robots ? CRAWLER_KIND_ROBOTS : cr_entry_at(&f->slab, leased->entry)->kind]++;
    count->slots += !leased->released;
  }
}

void cr_frontier_recount(struct cr_frontier *base, struct cr_frontier_count *count)
{
  const struct cr_frontier_memory *f = cr_frontier_memory(base);

  memset(count, 0, sizeof(*count));
  for (uint32_t i = 0; i < f->hosts.hosts.count; i++) {
    count_host(f, cr_host_at(&f->hosts, i), count->queued);
    count_place(f, cr_host_at(&f->hosts, i), count);
  }
  for (uint32_t i = 0; i < f->hosts.authorities.count; i++)
    count_list(f, cr_authority_at(&f->hosts, i)->waiting_head, count->queued);
  count_leases(f, count);
}

/* ---- verifying; each returns what is wrong, or NULL ---- */

static const char *check_band(const struct cr_frontier_memory *f, const struct cr_host *host,
                              const struct cr_band *band, uint32_t *len)
{
  const struct cr_entry *before = NULL;
  uint32_t last = CR_ENTRY_NONE;

  for (uint32_t name = band->head; name != CR_ENTRY_NONE;) {
    const struct cr_entry *entry = cr_entry_at(&f->slab, name);
    if (cr_entry_band(entry->kind, entry->priority) != band->rank)
      return "an entry is in the band of another priority";
    if (cr_host_at(&f->hosts, cr_authority_at(&f->hosts, entry->authority)->host) != host)
      return "an entry is in the queue of another host";
    if (before && (int32_t)(entry->order - before->order) <= 0)
      return "a band is not in order of arrival";
    before = entry;
    last = name;
    name = entry->next;
    ++*len;
  }
  return band->tail == last ? NULL : "a band's tail is not its last entry";
}

static const char *check_queue(const struct cr_frontier_memory *f, const struct cr_host *host)
{
  const struct cr_queue *queue = &host->queue;
  const struct cr_band *bands = cr_queue_bands(queue);
  uint32_t len = 0;

  for (int i = 0; i < queue->band_count; i++) {
    if (i > 0 && bands[i].rank >= bands[i - 1].rank)
      return "bands are not in order";
    if (i < queue->first && bands[i].head != CR_ENTRY_NONE)
      return "a band is passed over";
    const char *wrong = check_band(f, host, &bands[i], &len);
    if (wrong)
      return wrong;
  }
  if (len != queue->len)
    return "a queue's length is wrong";
  if (host->pending == 0 && host->leased == 0 && queue->band_count > 0)
    return "an empty host keeps bands";
  return NULL;
}

static uint32_t count_nodes(const struct cr_frontier_memory *f, uint32_t node)
{
  uint32_t count = 0;
  for (; node != CR_DELAYED_NONE; node = cr_delayed_walk(&f->delayed, node))
    count++;
  return count;
}

/* What an authority must have in its host's queue, and aside. */
static const char *check_authority(const struct cr_frontier_memory *f, uint32_t id)
{
  const struct cr_authority *authority = cr_authority_at(&f->hosts, id);
  const struct cr_host *host = cr_host_at(&f->hosts, authority->host);
  const struct cr_band *bands = cr_queue_bands(&host->queue);
  uint32_t queued = 0;

  for (int i = 0; i < host->queue.band_count; i++) {
    for (uint32_t name = bands[i].head; name != CR_ENTRY_NONE;) {
      queued += cr_entry_at(&f->slab, name)->authority == id;
      name = cr_entry_at(&f->slab, name)->next;
    }
  }
  if (queued != authority->queued)
    return "an authority's count of queued entries is wrong";
  bool is_anew = authority->gate == CR_GATE_OPEN && authority->stale_ms != CR_NEVER;
  if (authority->gate != CR_GATE_ASKED &&
      (authority->waiting_head != CR_ENTRY_NONE ||
       (!is_anew && (authority->asking != CR_NO_ID || authority->ask_at != CR_DELAYED_NONE ||
                     authority->moved))))
    return "something waits for robots.txt that nobody asks for";
  if (authority->asking != CR_NO_ID && !cr_leased_at(&f->leases, authority->asking)->held)
    return "the lease of a robots task is not held";
  if (authority->ask_at != CR_DELAYED_NONE &&
      cr_delayed_at(&f->delayed, authority->ask_at)->subject != id)
    return "a robots task to be given again is another authority's";
  return NULL;
}

/* Sums over a host's authorities and leases against the host's counters. */
static const char *check_sums(const struct cr_frontier_memory *f, uint32_t id)
{
  const struct cr_host *host = cr_host_at(&f->hosts, id);
  uint32_t gated = 0;
  uint32_t leased = 0;
  uint32_t in_flight = 0;
  int64_t aside[CR_FRONTIER_KINDS] = { 0 };

  for (uint32_t i = 0; i < f->hosts.authorities.count; i++) {
    const struct cr_authority *authority = cr_authority_at(&f->hosts, i);
    if (authority->host != id)
      continue;
    gated += authority->gate == CR_GATE_ASKED ? authority->queued : 0;
    count_list(f, authority->waiting_head, aside);
  }
  for (uint32_t i = 0; i < f->leases.slots.count; i++) {
    const struct cr_leased *at = cr_leased_at(&f->leases, i);
    if (!at->held || at->host != id)
      continue;
    leased += at->entry != CR_ENTRY_NONE;
    in_flight += !at->released;
  }
  int64_t kinds[CR_FRONTIER_KINDS] = { 0 };
  count_host(f, host, kinds);
  int64_t others = kinds[CRAWLER_KIND_REQUISITE] + aside[CRAWLER_KIND_REQUISITE];
  if (others != host->others)
    return "a host's count of what isn't a page is wrong";
  uint32_t waiting = (uint32_t)(aside[0] + aside[1] + aside[2] + aside[3]);
  if (gated != host->gated)
    return "a host's count of gated entries is wrong";
  if (leased != host->leased || in_flight != host->in_flight)
    return "a host's count of leases or slots is wrong";
  if (host->pending != host->queue.len + waiting + count_nodes(f, host->delayed))
    return "a host's count of pending entries is wrong";
  return NULL;
}

static const char *check_places(const struct cr_frontier_memory *f)
{
  uint32_t hosts_in[CR_PLACES] = { 0 };

  for (uint32_t i = 0; i < f->hosts.hosts.count; i++)
    hosts_in[cr_host_at(&f->hosts, i)->place]++;
  for (unsigned place = CR_PLACE_EMPTY + 1; place < CR_PLACES; place++)
    if (hosts_in[place] != f->hosts_in[place])
      return "the hosts in a place are miscounted";
  return NULL;
}

static const char *check_hosts(struct cr_frontier_memory *f)
{
  const char *wrong = NULL;

  for (uint32_t i = 0; !wrong && i < f->hosts.authorities.count; i++)
    wrong = check_authority(f, i);
  for (uint32_t i = 0; !wrong && i < f->hosts.hosts.count; i++) {
    wrong = check_queue(f, cr_host_at(&f->hosts, i));
    wrong = wrong ? wrong : check_sums(f, i);
    wrong = wrong ? wrong : cr_place_check(f, cr_host_at(&f->hosts, i));
  }
  return wrong ? wrong : check_places(f);
}

/* The hosts of the ring, in order of their tickets; how many. */
static const char *check_ring(struct cr_frontier_memory *f)
{
  uint32_t expected = 0;
  uint32_t found = 0;

  for (uint32_t i = 0; i < f->hosts.hosts.count; i++)
    expected += cr_host_at(&f->hosts, i)->place == CR_PLACE_RING;
  for (int i = 0; i < CR_RING_RANKS * CR_LANES; i++) {
    struct cr_list *list = &f->ring.lists[i / CR_LANES][i % CR_LANES];
    uint64_t ticket = 0;
    for (struct cr_list *node = list->next; node != list; node = node->next, found++) {
      const struct cr_host *host = CR_CONTAINER(node, struct cr_host, node.link);
      if (host->place != CR_PLACE_RING || host->node.ticket <= ticket ||
          host->node.rank * CR_LANES + host->node.lane != i)
        return "the ring is out of order";
      ticket = host->node.ticket;
    }
  }
  return found == expected ? NULL : "a host that should be in the ring is not";
}

/* A lane of a group: who waits, and who was let go. */
static const char *check_lane(struct cr_frontier_memory *f, uint32_t id, unsigned lane)
{
  struct cr_group *group = cr_group_at(&f->hosts, id);
  struct cr_list *list = &group->waiting[lane];
  uint32_t cap = cr_place_group_cap(f, group);
  uint32_t waiting = 0;
  uint32_t let_go = 0;

  for (uint32_t i = 0; i < f->hosts.hosts.count; i++) {
    const struct cr_host *host = cr_host_at(&f->hosts, i);
    waiting += host->waits_for == id && host->node.lane == lane;
    let_go += host->let_go_by == id && host->node.lane == lane;
  }
  for (struct cr_list *node = list->next; node != list; node = node->next, waiting--) {
    if (CR_CONTAINER(node, struct cr_host, node.link)->waits_for != id)
      return "a host is in the wait list of another group";
  }
  if (waiting != 0)
    return "a host is in no wait list, or in two";
  if (let_go != (group->let_go[lane] ? 1 : 0) ||
      (let_go == 1 && group->let_go[lane]->let_go_by != id))
    return "a group doesn't know whom it let go";
  if ((cap == 0 || group->in_flight < cap) && !cr_list_empty(list) && let_go == 0)
    return "a wake-up was lost";
  return NULL;
}

static const char *check_groups(struct cr_frontier_memory *f)
{
  const char *wrong = NULL;

  for (uint32_t i = 0; !wrong && i < f->hosts.groups.count; i++) {
    uint32_t in_flight = 0;
    for (uint32_t h = 0; h < f->hosts.hosts.count; h++) {
      const struct cr_host *host = cr_host_at(&f->hosts, h);
      in_flight += host->site == i || host->address == i ? host->in_flight : 0;
    }
    if (in_flight != cr_group_at(&f->hosts, i)->in_flight)
      return "a group's count of slots is wrong";
    for (unsigned lane = 0; !wrong && lane < CR_LANES; lane++)
      wrong = check_lane(f, i, lane);
  }
  return wrong;
}

static const char *check_live(struct cr_frontier_memory *f, const struct cr_frontier_count *count)
{
  int64_t entries = 0;

  for (int kind = 0; kind < CR_FRONTIER_KINDS; kind++) {
    if (count->queued[kind] != f->queued[kind] || count->leased[kind] != f->leased[kind])
      return "the counters differ from a recount";
    if (kind != CRAWLER_KIND_ROBOTS)
      entries += count->queued[kind] + count->leased[kind];
  }
  uint64_t cursor = 0;
  for (uint32_t name = cr_idmap_walk(&f->live, &cursor); name != CR_NOWHERE;
       name = cr_idmap_walk(&f->live, &cursor), entries--) {
    const struct cr_entry *entry = cr_entry_at(&f->slab, name);
    unsigned depth = entry->depth < CR_SEEN_DEEP ? entry->depth : CR_SEEN_DEEP;
    if (cr_seen_get(&f->seen, entry->fp) != (CR_SEEN_LIVE << 6 | depth))
      return "a live URL isn't known as such";
  }
  if (entries != 0)
    return "the index of live URLs is incomplete";
  return f->delayed.free_count < f->leases.count ? "a retry could fail" : NULL;
}

const char *cr_frontier_memory_check(struct cr_frontier *base)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);
  struct cr_frontier_count count;

  cr_frontier_recount(base, &count);
  const char *wrong = check_hosts(f);
  wrong = wrong ? wrong : check_ring(f);
  wrong = wrong ? wrong : check_groups(f);
  return wrong ? wrong : check_live(f, &count);
}
