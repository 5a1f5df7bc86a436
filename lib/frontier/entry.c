/* SPDX-License-Identifier: MIT */
/* entry.c - a URL that is queued or leased, as it lies in memory.
 *
 * An entry of a 60-byte target takes 112 bytes, and its share of an origin block.
 */
#include "frontier/entry.h"

#include <string.h>

static size_t entry_bytes(size_t target_len)
{
  return offsetof(struct cr_entry, target) + target_len;
}

static struct cr_entry_origin *origin_at(const struct cr_slab *slab, uint32_t name)
{
  return cr_slab_at(slab, name);
}

static size_t origin_bytes(const struct cr_entry_origin *origin)
{
  size_t bytes = sizeof(*origin);
  for (int i = 0; i < CR_ORIGIN_PARTS; i++)
    bytes += origin->lens[i];
  return bytes;
}

static bool is_same(struct cr_span a, struct cr_span b)
{
  return a.len == b.len && (a.at == b.at || a.len == 0);
}

static bool is_shared(const struct cr_frontier_item *a, const struct cr_frontier_item *b)
{
  return is_same(a->referrer, b->referrer) && is_same(a->via, b->via) &&
         is_same(a->seed, b->seed) && is_same(a->meta, b->meta);
}

/* A new origin block without references. CR_SLAB_NONE with *fails false: nothing to store. */
static uint32_t make_origin(struct cr_slab *slab, const struct cr_frontier_item *item, bool *fails)
{
  const struct cr_span parts[CR_ORIGIN_PARTS] = { [CR_ORIGIN_REFERRER] = item->referrer,
                                                  [CR_ORIGIN_VIA] = item->via,
                                                  [CR_ORIGIN_SEED] = item->seed,
                                                  [CR_ORIGIN_META] = item->meta };
  size_t bytes = 0;

  *fails = true;
  for (int i = 0; i < CR_ORIGIN_PARTS; i++) {
    if (parts[i].len > UINT32_MAX / 8) /* so that the sum fits too */
      return CR_SLAB_NONE;
    bytes += parts[i].len;
  }
  *fails = bytes > 0;
  uint32_t name =
      bytes > 0 ? cr_slab_alloc(slab, sizeof(struct cr_entry_origin) + bytes) : CR_SLAB_NONE;
  if (name == CR_SLAB_NONE)
    return CR_SLAB_NONE;

  *fails = false;
  struct cr_entry_origin *origin = origin_at(slab, name);
  char *text = origin->text;
  origin->refs = 0;
  for (int i = 0; i < CR_ORIGIN_PARTS; i++) {
    origin->lens[i] = (uint32_t)parts[i].len;
    if (parts[i].len > 0)
      memcpy(text, parts[i].at, parts[i].len);
    text += parts[i].len;
  }
  return name;
}

static void drop_origin(struct cr_slab *slab, uint32_t name)
{
  if (name == CR_SLAB_NONE)
    return;
  struct cr_entry_origin *origin = origin_at(slab, name);
  if (origin->refs > 1)
    origin->refs--;
  else
    cr_slab_free(slab, name, origin_bytes(origin));
}

static uint32_t make(struct cr_slab *slab, uint32_t origin, struct cr_span target)
{
  uint32_t name = cr_slab_alloc(slab, entry_bytes(target.len));
  if (name == CR_SLAB_NONE)
    return CR_ENTRY_NONE;

  struct cr_entry *entry = cr_entry_at(slab, name);
  entry->origin = origin;
  entry->target_len = (uint16_t)target.len;
  if (target.len > 0)
    memcpy(entry->target, target.at, target.len);
  if (origin != CR_SLAB_NONE)
    origin_at(slab, origin)->refs++;
  return name;
}

static void fill(struct cr_entry *entry, const struct cr_frontier_item *item)
{
  entry->fp = item->fp;
  entry->extra = item->extra;
  entry->next = CR_ENTRY_NONE;
  entry->authority = item->authority;
  entry->order = 0;
  entry->lastmod_s = item->lastmod_s;
  entry->depth = item->depth;
  entry->priority = item->priority;
  entry->kind = item->kind;
  entry->method = item->method;
  entry->hops = item->hops;
  entry->flags = item->flags;
  entry->attempt = 1;
}

uint32_t cr_entry_make(struct cr_slab *slab, const struct cr_frontier_item *item,
                       struct cr_entry_shared *shared)
{
  bool fails = false;
  bool is_new = !shared->item || !is_shared(shared->item, item);
  uint32_t origin = is_new ? make_origin(slab, item, &fails) : shared->origin;
  if (fails)
    return CR_ENTRY_NONE;

  uint32_t name = make(slab, origin, item->target);
  if (name == CR_ENTRY_NONE) {
    if (is_new)
      drop_origin(slab, origin);
    return CR_ENTRY_NONE;
  }
  fill(cr_entry_at(slab, name), item);
  shared->item = item;
  shared->origin = origin;
  return name;
}

uint32_t cr_entry_retarget(struct cr_slab *slab, uint32_t name, struct cr_span target)
{
  uint32_t copy = make(slab, cr_entry_at(slab, name)->origin, target);
  if (copy == CR_ENTRY_NONE)
    return CR_ENTRY_NONE;

  const struct cr_entry *old = cr_entry_at(slab, name);
  struct cr_entry *entry = cr_entry_at(slab, copy);
  memcpy(entry, old, offsetof(struct cr_entry, target));
  entry->target_len = (uint16_t)target.len;
  entry->next = CR_ENTRY_NONE;
  entry->attempt = 1;
  if (entry->hops < UINT8_MAX)
    entry->hops++;
  return copy;
}

void cr_entry_free(struct cr_slab *slab, uint32_t name)
{
  const struct cr_entry *entry = cr_entry_at(slab, name);
  drop_origin(slab, entry->origin);
  cr_slab_free(slab, name, entry_bytes(entry->target_len));
}

struct cr_span cr_entry_origin(const struct cr_slab *slab, const struct cr_entry *entry,
                               enum cr_origin_part part)
{
  if (entry->origin == CR_SLAB_NONE)
    return cr_span(NULL, 0);
  const struct cr_entry_origin *origin = origin_at(slab, entry->origin);
  const char *text = origin->text;
  for (int i = 0; i < (int)part; i++)
    text += origin->lens[i];
  return cr_span(text, origin->lens[part]);
}
