/* SPDX-License-Identifier: MIT */
/* frontier_view.c - what is there, for whoever asks: an authority, a host, a queued or leased URL.
 *
 * Read-only, and off the path that URLs take: looking for one URL among the leases, and among what
 * is delayed at its host, is a walk.
 */
#include "frontier/frontier_memory.h"
#include "frontier/place.h"

void cr_frontier_find(struct cr_frontier *base, struct cr_span origin, struct cr_span host,
                      uint32_t *authority, uint32_t *host_id)
{
  const struct cr_frontier_memory *f = cr_frontier_memory(base);

  *authority = cr_hosts_find_authority(&f->hosts, origin);
  *host_id = cr_hosts_find_host(&f->hosts, host);
}

void cr_frontier_host_view(struct cr_frontier *base, uint32_t id, struct cr_host_view *view)
{
  const struct cr_frontier_memory *f = cr_frontier_memory(base);
  const struct cr_host *host = cr_host_at(&f->hosts, id);

  *view = (struct cr_host_view){
    .queued = host->pending,
    .leased = host->leased,
    .pages = host->pages,
    .next_ok_ms = host->next_ok_ms,
    .blocked_until_ms = host->blocked_until_ms,
    .cap = cr_place_host_cap(f, host),
    .waits_for_robots = host->place == CR_PLACE_GATED,
    .is_exhausted = host->place == CR_PLACE_EXHAUSTED,
    .is_slow = host->slow,
  };
}

/* CR_ENTRY_NONE: it is neither queued nor leased. */
static uint32_t find_live(const struct cr_frontier_memory *f, uint64_t fp)
{
  struct cr_idmap_search search = cr_idmap_find(&f->live, fp);
  uint32_t name = cr_idmap_next(&search);

  while (name != CR_NOWHERE && cr_entry_at(&f->slab, name)->fp != fp)
    name = cr_idmap_next(&search);
  return name == CR_NOWHERE ? CR_ENTRY_NONE : name;
}

static bool is_leased(const struct cr_frontier_memory *f, uint32_t name)
{
  for (uint32_t slot = 0; slot < f->leases.slots.count; slot++) {
    const struct cr_leased *leased = cr_leased_at(&f->leases, slot);
    if (leased->held && leased->entry == name)
      return true;
  }
  return false;
}

/* 0: it isn't delayed. */
static int64_t due_ms(const struct cr_frontier_memory *f, const struct cr_host *host, uint32_t name)
{
  uint32_t node = host->delayed;

  while (node != CR_DELAYED_NONE && cr_delayed_at(&f->delayed, node)->subject != name)
    node = cr_delayed_walk(&f->delayed, node);
  return node == CR_DELAYED_NONE ? 0 : cr_delayed_at(&f->delayed, node)->at_ms;
}

bool cr_frontier_url_view(struct cr_frontier *base, uint64_t fp, struct cr_url_view *view)
{
  const struct cr_frontier_memory *f = cr_frontier_memory(base);
  uint32_t name = find_live(f, fp);
  if (name == CR_ENTRY_NONE)
    return false;
  const struct cr_entry *entry = cr_entry_at(&f->slab, name);
  const struct cr_authority *authority = cr_authority_at(&f->hosts, entry->authority);

  *view = (struct cr_url_view){
    .is_leased = is_leased(f, name),
    .due_ms = due_ms(f, cr_host_at(&f->hosts, authority->host), name),
    .depth = entry->depth,
    .kind = entry->kind,
    .attempt = entry->attempt,
    .flags = entry->flags,
    .referrer = cr_entry_origin(&f->slab, entry, CR_ORIGIN_REFERRER),
    .via = cr_entry_origin(&f->slab, entry, CR_ORIGIN_VIA),
    .seed = cr_entry_origin(&f->slab, entry, CR_ORIGIN_SEED),
  };
  return true;
}
