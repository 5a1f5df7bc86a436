/* SPDX-License-Identifier: MIT */
/* frontier_add.c - a URL comes: seen test, pending cap, memory, then queued.
 *
 * All that a URL needs is had before it is marked as seen, so that one refused can come again. A
 * batch goes through in three stages some URLs apart, each fetching into the cache what the next
 * one reads: at ten million URLs almost every step is a cache miss.
 */
#include <string.h>

#include "frontier/pending.h"
#include "frontier/place.h"

enum { SECOND = 4, THIRD = 8, LAST = 12 }; /* how many URLs later each stage comes */

static uint8_t state_of(unsigned what, uint16_t depth)
{
  return (uint8_t)(what << 6 | (depth < CR_SEEN_DEEP ? depth : CR_SEEN_DEEP));
}

static struct cr_entry *find_live(const struct cr_frontier_memory *f, uint64_t fp)
{
  struct cr_idmap_search search = cr_idmap_find(&f->live, fp);
  struct cr_entry *entry = NULL;

  do { /* it is there */
    entry = cr_entry_at(&f->slab, cr_idmap_next(&search));
  } while (entry->fp != fp);
  return entry;
}

int cr_frontier_lower(struct cr_frontier *base, uint64_t fp, uint16_t depth)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);
  uint8_t state = cr_seen_get(&f->seen, fp);
  unsigned known = CR_SEEN_CLASS(state);

  if (known == CR_SEEN_LIVE) {
    struct cr_entry *entry = find_live(f, fp);
    if (depth >= entry->depth)
      return CR_SEEN_UNKNOWN;
    entry->depth = depth;
  } else if (known == CR_SEEN_DONE && depth >= CR_SEEN_VALUE(state)) {
    return CR_SEEN_UNKNOWN;
  }
  if (known == CR_SEEN_LIVE || known == CR_SEEN_DONE)
    (void)cr_seen_put(&f->seen, fp, state_of(known, depth)); /* as it is known: can't fail */
  return (int)known;
}

static struct cr_host *host_of(const struct cr_frontier_memory *f,
                               const struct cr_frontier_item *item)
{
  return cr_host_at(&f->hosts, cr_authority_at(&f->hosts, item->authority)->host);
}

/* A node for an entry with not_before, beyond those that leases may need. */
static bool reserve_delay(struct cr_frontier_memory *f, const struct cr_frontier_item *item)
{
  enum { CHUNK_BYTES = sizeof(struct cr_delayed_node) << CR_RECORDS_SHIFT };
  uint32_t needed = f->leases.count + 1;

  if (item->not_before_ms <= f->now_ms || f->delayed.free_count >= needed)
    return true;
  return cr_budget_has(&f->budget, CHUNK_BYTES) && cr_delayed_reserve(&f->delayed, needed);
}

/* Makes the URL known, as live; all or nothing. */
static bool make_known(struct cr_frontier_memory *f, uint32_t name)
{
  const struct cr_entry *entry = cr_entry_at(&f->slab, name);

  if (cr_idmap_add(&f->live, entry->fp, name) < 0)
    return false;
  if (cr_seen_put(&f->seen, entry->fp, state_of(CR_SEEN_LIVE, entry->depth)) == 0)
    return true;
  cr_idmap_remove(&f->live, entry->fp, name);
  return false;
}

/* The entry of a URL that is live from now on; CR_ENTRY_NONE: no room, and nothing has changed. */
static uint32_t make_live(struct cr_frontier_memory *f, const struct cr_frontier_item *item,
                          struct cr_entry_shared *shared)
{
  uint32_t name = cr_entry_make(&f->slab, item, shared);
  if (name == CR_ENTRY_NONE || make_known(f, name))
    return name;
  cr_entry_free(&f->slab, name);
  shared->item = NULL; /* its origin may have been this entry's alone */
  return CR_ENTRY_NONE;
}

static uint8_t admit(struct cr_frontier_memory *f, const struct cr_frontier_item *item,
                     struct cr_entry_shared *shared)
{
  struct cr_host *host = host_of(f, item);
  uint32_t name = CR_ENTRY_NONE;

  if (f->config.max_pending != 0 && host->pending >= f->config.max_pending)
    return CR_ADD_CAP;
  if (cr_budget_has(&f->budget, 0) && reserve_delay(f, item) &&
      cr_pending_reserve(f, host, item) == 0)
    name = make_live(f, item, shared);
  if (name == CR_ENTRY_NONE) {
    cr_pending_trim(f, host);
    return CR_ADD_MEMORY;
  }
  if (item->flags & CR_ITEM_NEXT && item->not_before_ms <= f->now_ms)
    cr_pending_push_front(f, host, name);
  else
    cr_pending_delay(f, host, name, item->not_before_ms);
  cr_place(f, host);
  return CR_ADD_NEW;
}

/* Done, though nobody has ever asked for it. */
static uint8_t make_done(struct cr_frontier_memory *f, const struct cr_frontier_item *item)
{
  bool has_room = cr_budget_has(&f->budget, 0) &&
                  cr_seen_put(&f->seen, item->fp, state_of(CR_SEEN_DONE, item->depth)) == 0;

  return has_room ? CR_ADD_NEW : CR_ADD_MEMORY;
}

static uint8_t add_one(struct cr_frontier_memory *f, const struct cr_frontier_item *item,
                       struct cr_entry_shared *shared)
{
  unsigned known = CR_SEEN_CLASS(cr_seen_get(&f->seen, item->fp));

  if (known == CR_SEEN_UNKNOWN || (known != CR_SEEN_LIVE && item->flags & CR_ITEM_FORCE) ||
      (known == CR_SEEN_REJECTED && item->flags & CR_ITEM_THOUGH_REJECTED))
    return item->flags & CR_ITEM_OVER ? make_done(f, item) : admit(f, item, shared);
  if (known == CR_SEEN_REJECTED)
    return CR_ADD_KNOWN;
  bool lowered = cr_frontier_lower(&f->base, item->fp, item->depth) != CR_SEEN_UNKNOWN;
  return lowered ? CR_ADD_SHALLOWER : CR_ADD_KNOWN;
}

static bool is_possible(const struct cr_frontier_memory *f, const struct cr_frontier_item *item)
{
  return item->authority < f->hosts.authorities.count && item->kind < CR_FRONTIER_KINDS &&
         item->kind != CRAWLER_KIND_ROBOTS && item->target.len <= CR_ENTRY_TARGET_MAX;
}

/* ---- the stages of a batch ---- */

static void fetch_first(const struct cr_frontier_memory *f, const struct cr_frontier_item *item)
{
  cr_seen_prefetch(&f->seen, item->fp);
  cr_idmap_prefetch(&f->live, item->fp);
  __builtin_prefetch(cr_authority_at(&f->hosts, item->authority));
}

static void fetch_tail(const struct cr_frontier_memory *f, const struct cr_frontier_item *item)
{
  cr_queue_prefetch_tail(&host_of(f, item)->queue, &f->slab,
                         cr_entry_band(item->kind, item->priority));
}

int cr_frontier_add(struct cr_frontier *base, const struct cr_frontier_item *items, size_t n,
                    uint8_t *verdicts, cr_frontier_done done, void *arg)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);
  struct cr_entry_shared shared = { NULL, CR_SLAB_NONE };

  (void)done; /* for answers that come later */
  (void)arg;
  for (size_t i = 0; i < n; i++) {
    if (!is_possible(f, &items[i]))
      return CRAWLER_E_INVAL;
  }
  for (size_t i = 0; i < n + LAST; i++) {
    if (i < n)
      fetch_first(f, &items[i]);
    if (i >= SECOND && i - SECOND < n)
      cr_host_prefetch(host_of(f, &items[i - SECOND]));
    if (i >= THIRD && i - THIRD < n)
      fetch_tail(f, &items[i - THIRD]);
    if (i >= LAST)
      verdicts[i - LAST] = add_one(f, &items[i - LAST], &shared);
  }
  return CR_FRONTIER_NOW;
}
