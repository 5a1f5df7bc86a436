/* SPDX-License-Identifier: MIT */
/* idmap.h - from a hash to the 32-bit ids of records.
 *
 * Tables of words (words.h) that hold 32 bits of the hash and the id; some more bits number the
 * table. So growing and removing read no record, and a search reads one that isn't meant in about
 * one of 2^32 / count cases. Several ids may have one hash.
 */
#ifndef CR_FRONTIER_IDMAP_H
#define CR_FRONTIER_IDMAP_H

#include "frontier/words.h"

#define CR_NOWHERE UINT32_MAX

struct cr_idmap {
  struct cr_budget *budget;
  struct cr_words *tables;
  uint64_t seed;
  unsigned bits; /* 2^bits tables */
};

struct cr_idmap_search {
  const struct cr_words *table;
  uint32_t slot;
  uint32_t tag;
};

/* bits: 0..8. 0 or CRAWLER_E_NOMEM. */
int cr_idmap_open(struct cr_idmap *map, struct cr_budget *budget, uint64_t seed, unsigned bits);
void cr_idmap_close(struct cr_idmap *map); /* also after a failed open, and zeroed */

/* The same pair must not be added twice. 0 or CRAWLER_E_NOMEM. */
int cr_idmap_add(struct cr_idmap *map, uint64_t hash, uint32_t id);
void cr_idmap_remove(struct cr_idmap *map, uint64_t hash, uint32_t id); /* must be there */
void cr_idmap_replace(struct cr_idmap *map, uint64_t hash, uint32_t id, uint32_t new_id);
/* The ids that may have this hash: next() until CR_NOWHERE. Compare the records. */
struct cr_idmap_search cr_idmap_find(const struct cr_idmap *map, uint64_t hash);
uint32_t cr_idmap_next(struct cr_idmap_search *search);
void cr_idmap_prefetch(const struct cr_idmap *map, uint64_t hash);
/* All ids, in no useful order but always the same: begin with *cursor 0; CR_NOWHERE at the end. */
uint32_t cr_idmap_walk(const struct cr_idmap *map, uint64_t *cursor);

#endif
