/* SPDX-License-Identifier: MIT */
/* sim_map.h - a number for each text seen, 0, 1, 2, ... in order of first sight.
 *
 * Texts are told apart by 64 hash bits. What is kept for a text is the user's, in an array of its
 * own by this number.
 */
#ifndef CR_SIM_MAP_H
#define CR_SIM_MAP_H

#include "base/mem.h"
#include "base/str.h"

struct cr_sim_map {
  struct cr_mem *mem;
  struct {
    uint64_t hash;
    uint32_t number; /* plus 1; 0: empty */
  } * cells;
  size_t cell_count; /* a power of two */
  uint32_t count;
};

void cr_sim_map_init(struct cr_sim_map *map, struct cr_mem *mem);
void cr_sim_map_free(struct cr_sim_map *map);
/* Test memory isn't limited: never fails. */
uint32_t cr_sim_map_number(struct cr_sim_map *map, struct cr_span text);
/* UINT32_MAX: never seen. */
uint32_t cr_sim_map_find(const struct cr_sim_map *map, struct cr_span text);

/* Makes room in an array of count elements for one more, zeroed; *cap is its room. */
void *cr_sim_grow(struct cr_mem *mem, void *array, size_t count, size_t *cap, size_t each);

#endif
