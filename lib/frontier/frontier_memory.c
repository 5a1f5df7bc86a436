/* SPDX-License-Identifier: MIT */
/* frontier_memory.c - the frontier in memory: opens and closes it; the small operations.
 *
 * Everything answers at once and nothing survives the process. Deterministic: the same calls give
 * the same answers, whatever addresses memory has. frontier_memory.h says which file does what.
 */
#include "frontier/frontier_memory.h"

#include <string.h>

#include "frontier/pending.h"
#include "frontier/place.h"

enum { LIVE_BITS = 8 }; /* of table numbers: none grows for long even with many millions */

/* ---- what the engine attached goes back to it ---- */

static void free_extras(struct cr_frontier_memory *f)
{
  uint64_t cursor = 0;

  for (;;) {
    uint32_t name = cr_idmap_walk(&f->live, &cursor);
    if (name == CR_NOWHERE)
      return;
    void *extra = cr_entry_at(&f->slab, name)->extra;
    if (extra && f->config.free_extra)
      f->config.free_extra(extra, f->config.user);
  }
}

static void free_facts(struct cr_frontier_memory *f)
{
  for (uint32_t i = 0; i < f->hosts.authorities.count; i++) {
    void *facts = cr_authority_at(&f->hosts, i)->facts;
    if (facts && f->config.free_facts)
      f->config.free_facts(facts, f->config.user);
    cr_budget_free(&f->unlimited, cr_authority_at(&f->hosts, i)->moved);
  }
}

static void close_memory(struct cr_frontier *base)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);

  free_extras(f);
  free_facts(f);
  for (uint32_t i = 0; i < f->hosts.hosts.count; i++)
    cr_queue_reset(&cr_host_at(&f->hosts, i)->queue, &f->budget);
  cr_seen_free(&f->seen);
  cr_leases_free(&f->leases);
  cr_delayed_free(&f->delayed);
  cr_hosts_close(&f->hosts);
  cr_idmap_close(&f->live);
  cr_slab_close(&f->slab);
  cr_free(f->config.mem, f);
}

/* ---- authorities ---- */

static uint32_t authority(struct cr_frontier *base, struct cr_span origin, struct cr_span host,
                          struct cr_span site, bool admitted)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);
  const struct cr_authority_name name = { origin, host, site };
  uint32_t count = f->hosts.authorities.count;
  uint32_t id;

  f->budget.max_bytes = admitted ? 0 : f->config.max_bytes;
  id = cr_hosts_authority(&f->hosts, &name);
  f->budget.max_bytes = f->config.max_bytes;
  if (f->hosts.authorities.count > count && !f->config.gate)
    cr_authority_at(&f->hosts, id)->gate = CR_GATE_OPEN;
  return id;
}

static struct cr_span authority_origin(struct cr_frontier *base, uint32_t id)
{
  return cr_authority_at(&cr_frontier_memory(base)->hosts, id)->origin;
}

static uint32_t authority_host(struct cr_frontier *base, uint32_t id)
{
  return cr_authority_at(&cr_frontier_memory(base)->hosts, id)->host;
}

static struct cr_span host_key(struct cr_frontier *base, uint32_t host)
{
  return cr_host_at(&cr_frontier_memory(base)->hosts, host)->name;
}

static void *facts(struct cr_frontier *base, uint32_t id)
{
  return cr_authority_at(&cr_frontier_memory(base)->hosts, id)->facts;
}

static void set_facts(struct cr_frontier *base, uint32_t id, void *new_facts)
{
  cr_authority_at(&cr_frontier_memory(base)->hosts, id)->facts = new_facts;
}

static void change_gate(struct cr_frontier_memory *f, uint32_t id, enum cr_gate gate)
{
  struct cr_authority *authority = cr_authority_at(&f->hosts, id);
  struct cr_host *asked = cr_pending_asked_host(f, id);

  cr_pending_set_gate(f, id, gate);
  cr_pending_forget_ask(f, id);
  cr_place(f, cr_host_at(&f->hosts, authority->host));
  cr_place(f, asked);
}

static void set_gate(struct cr_frontier *base, uint32_t id, enum cr_gate gate)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);

  change_gate(f, id, gate);
  cr_authority_at(&f->hosts, id)->judged = gate == CR_GATE_OPEN;
}

static void set_stale(struct cr_frontier *base, uint32_t id, int64_t at_ms, enum cr_gate meanwhile)
{
  struct cr_authority *authority = cr_authority_at(&cr_frontier_memory(base)->hosts, id);

  authority->stale_ms = at_ms;
  authority->stale_gate = (uint8_t)meanwhile;
}

static uint32_t set_default_gate(struct cr_frontier *base, bool closed)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);
  uint32_t dropped = 0;

  f->config.gate = closed;
  for (uint32_t id = 0; id < f->hosts.authorities.count; id++) {
    const struct cr_authority *at = cr_authority_at(&f->hosts, id);
    bool is_open = at->gate == CR_GATE_OPEN;
    if (at->judged || is_open != closed)
      continue;
    dropped += at->ask_at != CR_DELAYED_NONE;
    change_gate(f, id, closed ? CR_GATE_UNKNOWN : CR_GATE_OPEN);
  }
  return dropped;
}

static void set_caps(struct cr_frontier *base, uint32_t host, uint32_t site, uint32_t address)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);

  f->config.host_cap = host;
  f->config.site_cap = site;
  f->config.address_cap = address;
  for (uint32_t i = 0; i < f->hosts.hosts.count; i++)
    cr_place(f, cr_host_at(&f->hosts, i));
  for (uint32_t i = 0; i < f->hosts.groups.count; i++)
    cr_place_wake(f, i);
}

static void set_host_pages(struct cr_frontier *base, int64_t pages)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);

  if (pages == f->host_pages)
    return;
  f->host_pages = pages;
  for (uint32_t i = 0; i < f->hosts.hosts.count; i++)
    cr_place(f, cr_host_at(&f->hosts, i));
}

/* ---- what is known ---- */

static int lookup(struct cr_frontier *base, const uint64_t *fps, size_t n, uint8_t *states)
{
  cr_seen_get_all(&cr_frontier_memory(base)->seen, fps, n, states);
  return CR_FRONTIER_NOW;
}

static int reject(struct cr_frontier *base, uint64_t fp, unsigned reason)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);

  if (cr_seen_get(&f->seen, fp) != 0)
    return 0;
  return cr_seen_put(&f->seen, fp, (uint8_t)(CR_SEEN_REJECTED << 6 | CR_SEEN_VALUE(reason)));
}

static void forget_rejected(struct cr_frontier *base, unsigned reason)
{
  cr_seen_forget(&cr_frontier_memory(base)->seen, (uint8_t)(CR_SEEN_REJECTED << 6 | reason));
}

/* ---- leases ---- */

/* NULL: a stale lease, or a robots task's. */
static struct cr_entry *leased_entry(const struct cr_frontier_memory *f, struct cr_lease lease)
{
  const struct cr_leased *leased = cr_lease_find(&f->leases, lease);
  if (!leased || leased->entry == CR_ENTRY_NONE)
    return NULL;
  return cr_entry_at(&f->slab, leased->entry);
}

static uint16_t lease_depth(struct cr_frontier *base, struct cr_lease lease)
{
  const struct cr_entry *entry = leased_entry(cr_frontier_memory(base), lease);
  return entry ? entry->depth : 0;
}

static void set_extra(struct cr_frontier *base, struct cr_lease lease, void *extra)
{
  struct cr_entry *entry = leased_entry(cr_frontier_memory(base), lease);
  if (entry)
    entry->extra = extra;
}

/* ---- numbers ---- */

static void stats(struct cr_frontier *base, struct cr_frontier_stats *out)
{
  const struct cr_frontier_memory *f = cr_frontier_memory(base);

  memset(out, 0, sizeof(*out));
  out->known = f->seen.known;
  for (int kind = 0; kind < CR_FRONTIER_KINDS; kind++) {
    out->queued += f->queued[kind];
    out->leased += f->leased[kind];
  }
  out->queued_pages = f->queued[CRAWLER_KIND_PAGE] + f->queued[CRAWLER_KIND_SITEMAP];
  out->authorities = f->hosts.authorities.count;
  out->hosts = f->hosts.hosts.count;
  out->hosts_ready = f->hosts_in[CR_PLACE_RING];
  out->hosts_delayed = f->hosts_in[CR_PLACE_ASLEEP];
  out->hosts_parked = (int64_t)f->hosts_in[CR_PLACE_PARKED] + f->hosts_in[CR_PLACE_BLOCKED];
  out->hosts_gated = f->hosts_in[CR_PLACE_GATED];
  out->hosts_full = (int64_t)f->hosts_in[CR_PLACE_FULL] + f->hosts_in[CR_PLACE_GROUP];
  out->seen_bytes = f->seen.bytes;
}

static uint64_t durable_seq(struct cr_frontier *base)
{
  (void)base; /* nothing survives */
  return 0;
}

static const struct cr_frontier_ops memory_ops = {
  .name = "memory",
  .sync = true,
  .close = close_memory,
  .authority = authority,
  .authority_origin = authority_origin,
  .authority_host = authority_host,
  .host_key = host_key,
  .facts = facts,
  .set_facts = set_facts,
  .set_gate = set_gate,
  .set_stale = set_stale,
  .set_default_gate = set_default_gate,
  .set_caps = set_caps,
  .set_host_pages = set_host_pages,
  .lookup = lookup,
  .add = cr_frontier_add,
  .reject = reject,
  .forget_rejected = forget_rejected,
  .lower = cr_frontier_lower,
  .lease_depth = lease_depth,
  .take = cr_frontier_take,
  .finish = cr_frontier_finish,
  .set_extra = set_extra,
  .host_update = cr_frontier_host_update,
  .stats = stats,
  .find = cr_frontier_find,
  .host_view = cr_frontier_host_view,
  .url_view = cr_frontier_url_view,
  .recount = cr_frontier_recount,
  .durable_seq = durable_seq,
};

int cr_frontier_memory_open(struct cr_frontier **out, const struct cr_frontier_config *config)
{
  struct cr_frontier_memory *f = cr_zalloc(config->mem, CR_MEM_FRONTIER, sizeof(*f));
  if (!f)
    return CRAWLER_E_NOMEM;

  f->base.ops = &memory_ops;
  f->config = *config;
  f->host_pages = CR_NEVER;
  f->budget = (struct cr_budget){ config->mem, config->max_bytes };
  f->unlimited = (struct cr_budget){ config->mem, 0 };
  f->now_ms = config->now_ms > 0 ? config->now_ms : 0;
  cr_slab_init(&f->slab, &f->budget);
  cr_delayed_init(&f->delayed, &f->unlimited);
  cr_leases_init(&f->leases, &f->unlimited);
  cr_ring_init(&f->ring);
  cr_wheel_init(&f->wheel, f->now_ms);
  cr_seen_init(&f->seen, &f->budget, config->seed);
  int live_err = cr_idmap_open(&f->live, &f->budget, config->seed, LIVE_BITS);
  int hosts_err = cr_hosts_open(&f->hosts, &f->budget, config->seed);
  if (live_err < 0 || hosts_err < 0) {
    close_memory(&f->base);
    return CRAWLER_E_NOMEM;
  }
  *out = &f->base;
  return 0;
}
