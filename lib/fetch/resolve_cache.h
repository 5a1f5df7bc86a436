/* SPDX-License-Identifier: MIT */
/* resolve_cache.h - what is known of each name: its answer, or who waits for one.
 *
 * An entry is busy while questions hang on it, and idle otherwise. Idle entries are bounded in
 * number; the least recently used go first. Who may ask what, and when, is resolve.c's.
 */
#ifndef CR_FETCH_RESOLVE_CACHE_H
#define CR_FETCH_RESOLVE_CACHE_H

#include "fetch/resolve.h"

enum cr_resolve_stage { CR_RESOLVE_WAITING, CR_RESOLVE_ASKED, CR_RESOLVE_ANSWERED };

struct cr_resolve_entry {
  struct cr_list idle;           /* the cache's; by itself while busy */
  struct cr_list queue;          /* resolve.c's: waiting, or ready to be told */
  struct cr_list questions;      /* struct cr_resolve */
  struct cr_resolve_entry *next; /* of the same bucket */
  uint64_t hash;
  enum cr_resolve_stage stage;
  bool listed;  /* found by its name; else it ends with its questions */
  bool telling; /* its answer is being handed out */
  int64_t expires_ms;
  struct cr_address *addresses;
  size_t address_count;
  const char *why; /* static; of a failure */
  size_t name_len;
  char name[]; /* lower case, NUL-terminated */
};

struct cr_resolve_cache {
  struct cr_mem *mem;
  struct cr_resolve_entry **buckets;
  size_t bucket_count; /* 0, or a power of two */
  size_t entry_count;
  struct cr_list idle; /* least recently used first */
  size_t idle_count;
  size_t max_idle;
  uint64_t seed;
};

void cr_resolve_cache_init(struct cr_resolve_cache *cache, struct cr_mem *mem, size_t max_idle,
                           uint64_t seed);
/* Frees all listed entries; their questions are taken off (state NULL). */
void cr_resolve_cache_free(struct cr_resolve_cache *cache);
/* NULL: none of that name. */
struct cr_resolve_entry *cr_resolve_cache_find(const struct cr_resolve_cache *cache,
                                               struct cr_span name);
/* A new, busy entry, waiting; unlisted ones can't be found. NULL: out of memory. */
struct cr_resolve_entry *cr_resolve_cache_add(struct cr_resolve_cache *cache, struct cr_span name,
                                              bool listed);
void cr_resolve_cache_make_busy(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry);
/* The most recently used one now. May free others. */
void cr_resolve_cache_make_idle(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry);
void cr_resolve_cache_drop(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry);
/* Replaces the answer; addresses are copied, at most CR_RESOLVE_MAX_ADDRESSES. Out of memory: the
 * answer is that failure, and expires at once. */
void cr_resolve_cache_answer(struct cr_resolve_cache *cache, struct cr_resolve_entry *entry,
                             const struct cr_address *addresses, size_t count, const char *why);

#endif
