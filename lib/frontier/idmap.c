/* SPDX-License-Identifier: MIT */
/* idmap.c - from a hash to the 32-bit ids of records.
 *
 * Ids are kept one higher, so that no word is 0.
 */
#include "frontier/idmap.h"

#include <string.h>

#include "crawl/crawler.h"

enum { ID_BITS = 32, BITS_MAX = 8 };

struct spot {
  struct cr_words *table;
  uint32_t number;
  uint64_t word; /* the tag, without an id */
};

static struct spot spot_of(const struct cr_idmap *map, uint64_t hash)
{
  uint64_t x = cr_words_mix(hash ^ map->seed);
  uint32_t number = (uint32_t)(x & ((1u << map->bits) - 1));
  return (struct spot){ &map->tables[number], number, x & ~(uint64_t)UINT32_MAX };
}

int cr_idmap_open(struct cr_idmap *map, struct cr_budget *budget, uint64_t seed, unsigned bits)
{
  size_t bytes = sizeof(struct cr_words) << bits;

  *map = (struct cr_idmap){ .budget = budget, .seed = seed, .bits = bits };
  map->tables = cr_budget_resize(budget, NULL, 0, bytes);
  if (!map->tables)
    return CRAWLER_E_NOMEM;
  memset(map->tables, 0, bytes);
  return 0;
}

void cr_idmap_close(struct cr_idmap *map)
{
  if (!map->tables)
    return;
  for (uint32_t i = 0; i < 1u << map->bits; i++)
    cr_words_free(&map->tables[i], map->budget);
  cr_budget_free(map->budget, map->tables);
  map->tables = NULL;
}

int cr_idmap_add(struct cr_idmap *map, uint64_t hash, uint32_t id)
{
  struct spot spot = spot_of(map, hash);
  uint8_t phase = (uint8_t)(spot.number << (BITS_MAX - map->bits));
  bool fits = cr_words_insert(spot.table, map->budget, spot.word | (id + 1u), phase);
  return fits ? 0 : CRAWLER_E_NOMEM;
}

/* The slot of this id, which must be there. */
static uint32_t slot_of(const struct spot *spot, uint32_t id)
{
  uint32_t slot = cr_words_find(spot->table, spot->word);
  while (spot->table->slots[slot] != (spot->word | (id + 1u)))
    slot++;
  return slot;
}

void cr_idmap_remove(struct cr_idmap *map, uint64_t hash, uint32_t id)
{
  struct spot spot = spot_of(map, hash);
  cr_words_remove(spot.table, slot_of(&spot, id));
}

void cr_idmap_replace(struct cr_idmap *map, uint64_t hash, uint32_t id, uint32_t new_id)
{
  struct spot spot = spot_of(map, hash);
  spot.table->slots[slot_of(&spot, id)] = spot.word | (new_id + 1u);
}

struct cr_idmap_search cr_idmap_find(const struct cr_idmap *map, uint64_t hash)
{
  struct spot spot = spot_of(map, hash);
  uint32_t slot = spot.table->slots ? cr_words_find(spot.table, spot.word) : 0;
  return (struct cr_idmap_search){ spot.table, slot, (uint32_t)(spot.word >> ID_BITS) };
}

uint32_t cr_idmap_next(struct cr_idmap_search *search)
{
  if (!search->table->slots)
    return CR_NOWHERE;
  uint64_t word = search->table->slots[search->slot];
  if (word == 0 || word >> ID_BITS != search->tag)
    return CR_NOWHERE;
  search->slot++;
  return (uint32_t)word - 1;
}

void cr_idmap_prefetch(const struct cr_idmap *map, uint64_t hash)
{
  struct spot spot = spot_of(map, hash);
  cr_words_prefetch(spot.table, spot.word);
}

uint32_t cr_idmap_walk(const struct cr_idmap *map, uint64_t *cursor)
{
  uint32_t number = (uint32_t)(*cursor >> ID_BITS);
  uint32_t slot = (uint32_t)*cursor;

  for (; map->tables && number < 1u << map->bits; number++, slot = 0) {
    const struct cr_words *table = &map->tables[number];
    while (slot < cr_words_slot_count(table) && table->slots[slot] == 0)
      slot++;
    if (slot < cr_words_slot_count(table)) {
      *cursor = (uint64_t)number << ID_BITS | (slot + 1);
      return (uint32_t)table->slots[slot] - 1;
    }
  }
  return CR_NOWHERE;
}
