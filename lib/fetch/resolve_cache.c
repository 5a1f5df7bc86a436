/* SPDX-License-Identifier: MIT */
/* resolve_cache.c - what is known of each name: its answer, or who waits for one.
 *
 * Chained hashing with a secret seed, since names are chosen by strangers; buckets double with the
 * entries. When there is no memory for more buckets, chains grow longer instead.
 */
#include "fetch/resolve_cache.h"

#include "base/hash.h"

enum { FIRST_BUCKETS = 64 };

void cr_resolve_cache_init(struct cr_resolve_cache *cache, struct cr_mem *mem, size_t max_idle,
                           uint64_t seed)
{
  *cache = (struct cr_resolve_cache){ .mem = mem, .max_idle = max_idle, .seed = seed };
  cr_list_init(&cache->idle);
}

static struct cr_resolve_entry **bucket_of(const struct cr_resolve_cache *cache, uint64_t hash)
{
  return &cache->buckets[hash & (cache->bucket_count - 1)];
}

static void link_entry(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry)
{
  struct cr_resolve_entry **bucket = bucket_of(cache, entry->hash);
  entry->next = *bucket;
  *bucket = entry;
}

static void grow(struct cr_resolve_cache *cache)
{
  struct cr_resolve_entry **old = cache->buckets;
  size_t old_count = cache->bucket_count;
  size_t count = old_count > 0 ? old_count * 2 : FIRST_BUCKETS;
  struct cr_resolve_entry **buckets;

  buckets = cr_zalloc_array(cache->mem, CR_MEM_FETCH, count, sizeof(*buckets));
  if (!buckets)
    return;
  cache->buckets = buckets;
  cache->bucket_count = count;
  for (size_t i = 0; i < old_count; i++) {
    struct cr_resolve_entry *entry = old[i];
    while (entry) {
      struct cr_resolve_entry *next = entry->next;
      link_entry(cache, entry);
      entry = next;
    }
  }
  cr_free(cache->mem, old);
}

static void free_entry(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry)
{
  while (!cr_list_empty(&entry->questions)) {
    struct cr_list *link = cr_list_pop(&entry->questions);
    CR_CONTAINER(link, struct cr_resolve, link)->state = NULL;
  }
  cr_list_remove(&entry->queue);
  cr_free(cache->mem, entry->addresses);
  cr_free(cache->mem, entry);
}

void cr_resolve_cache_free(struct cr_resolve_cache *cache)
{
  for (size_t i = 0; i < cache->bucket_count; i++) {
    struct cr_resolve_entry *entry = cache->buckets[i];
    while (entry) {
      struct cr_resolve_entry *next = entry->next;
      free_entry(cache, entry);
      entry = next;
    }
  }
  cr_free(cache->mem, cache->buckets);
  cr_resolve_cache_init(cache, cache->mem, cache->max_idle, cache->seed);
}

struct cr_resolve_entry *cr_resolve_cache_find(const struct cr_resolve_cache *cache,
                                               struct cr_span name)
{
  uint64_t hash = cr_hash64(name.at, name.len, cache->seed);
  struct cr_resolve_entry *entry = cache->bucket_count > 0 ? *bucket_of(cache, hash) : NULL;

  while (entry && !(entry->hash == hash && cr_span_eq(cr_span(entry->name, entry->name_len), name)))
    entry = entry->next;
  return entry;
}

struct cr_resolve_entry *cr_resolve_cache_add(struct cr_resolve_cache *cache, struct cr_span name,
                                              bool listed)
{
  struct cr_resolve_entry *entry = NULL;

  if (listed && cache->entry_count >= cache->bucket_count)
    grow(cache);
  if (listed && cache->bucket_count == 0)
    return NULL;
  entry = cr_zalloc(cache->mem, CR_MEM_FETCH, sizeof(*entry) + name.len + 1);
  if (!entry)
    return NULL;
  cr_list_init(&entry->idle);
  cr_list_init(&entry->queue);
  cr_list_init(&entry->questions);
  entry->stage = CR_RESOLVE_WAITING;
  entry->hash = cr_hash64(name.at, name.len, cache->seed);
  entry->name_len = name.len;
  if (name.len > 0)
    memcpy(entry->name, name.at, name.len);
  entry->listed = listed;
  if (listed) {
    link_entry(cache, entry);
    cache->entry_count++;
  }
  return entry;
}

void cr_resolve_cache_make_busy(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry)
{
  if (cr_list_empty(&entry->idle))
    return;
  cr_list_remove(&entry->idle);
  cache->idle_count--;
}

void cr_resolve_cache_make_idle(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry)
{
  cr_resolve_cache_make_busy(cache, entry);
  cr_list_push(&cache->idle, &entry->idle);
  cache->idle_count++;
  while (cache->idle_count > cache->max_idle)
    cr_resolve_cache_drop(cache, CR_CONTAINER(cache->idle.next, struct cr_resolve_entry, idle));
}

void cr_resolve_cache_drop(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry)
{
  cr_resolve_cache_make_busy(cache, entry);
  if (entry->listed) {
    struct cr_resolve_entry **at = bucket_of(cache, entry->hash);
    while (*at != entry)
      at = &(*at)->next;
    *at = entry->next;
    cache->entry_count--;
  }
  free_entry(cache, entry);
}

void cr_resolve_cache_answer(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry,
                             const struct cr_address *addresses, size_t count, const char *why)
{
  struct cr_address *copy = NULL;

  if (count > CR_RESOLVE_MAX_ADDRESSES)
    count = CR_RESOLVE_MAX_ADDRESSES;
  if (count > 0) {
    copy = cr_zalloc_array(cache->mem, CR_MEM_FETCH, count, sizeof(*copy));
    if (copy) {
      memcpy(copy, addresses, count * sizeof(*copy));
    } else {
      count = 0;
      why = "out of memory";
      entry->expires_ms = 0;
    }
  }
  cr_free(cache->mem, entry->addresses);
  entry->addresses = copy;
  entry->address_count = count;
  entry->why = count > 0 ? NULL : why;
  entry->stage = CR_RESOLVE_ANSWERED;
}
