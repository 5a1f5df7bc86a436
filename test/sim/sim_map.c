/* SPDX-License-Identifier: MIT */
/* sim_map.c - a number for each text seen: open addressing, at most half full.
 */
#include "sim/sim_map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"

void cr_sim_map_init(struct cr_sim_map *map, struct cr_mem *mem)
{
  *map = (struct cr_sim_map){ .mem = mem };
}

void cr_sim_map_free(struct cr_sim_map *map)
{
  cr_free(map->mem, map->cells);
  map->cells = NULL;
}

/* The cell of the hash, or the empty one where it belongs. */
static size_t place_of(const struct cr_sim_map *map, uint64_t hash)
{
  size_t at = (size_t)hash & (map->cell_count - 1);
  while (map->cells[at].number != 0 && map->cells[at].hash != hash)
    at = (at + 1) & (map->cell_count - 1);
  return at;
}

static void grow(struct cr_sim_map *map)
{
  struct cr_sim_map old = *map;

  map->cell_count = old.cell_count ? 2 * old.cell_count : 64;
  map->cells = cr_zalloc_array(map->mem, CR_MEM_CORE, map->cell_count, sizeof(*map->cells));
  assert_non_null(map->cells);
  for (size_t i = 0; i < old.cell_count; i++)
    if (old.cells[i].number != 0)
      map->cells[place_of(map, old.cells[i].hash)] = old.cells[i];
  cr_free(map->mem, old.cells);
}

uint32_t cr_sim_map_number(struct cr_sim_map *map, struct cr_span text)
{
  uint64_t hash = cr_hash64(text.at, text.len, 0);

  if (2 * ((size_t)map->count + 1) > map->cell_count)
    grow(map);
  size_t at = place_of(map, hash);
  if (map->cells[at].number == 0) {
    map->cells[at].hash = hash;
    map->cells[at].number = ++map->count;
  }
  return map->cells[at].number - 1;
}

uint32_t cr_sim_map_find(const struct cr_sim_map *map, struct cr_span text)
{
  if (map->cell_count == 0)
    return UINT32_MAX;
  size_t at = place_of(map, cr_hash64(text.at, text.len, 0));
  return map->cells[at].number - 1; /* of an empty cell: UINT32_MAX */
}

void *cr_sim_grow(struct cr_mem *mem, void *array, size_t count, size_t *cap, size_t each)
{
  if (count < *cap)
    return array;
  size_t more = *cap ? *cap : 64;
  char *grown = cr_resize(mem, CR_MEM_CORE, array, (*cap + more) * each);
  assert_non_null(grown);
  memset(grown + *cap * each, 0, more * each);
  *cap += more;
  return grown;
}
