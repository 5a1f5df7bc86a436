/* SPDX-License-Identifier: MIT */
/* slab.h - blocks of any size that are named by 32 bits and never move.
 *
 * A name is chunk number * 4096 + place in the chunk, in units of 16 bytes: up to 64 GB. Blocks of
 * one size share a list of free ones; a chunk in which nothing is left goes back to the allocator.
 * A block over CR_SLAB_LARGE bytes has a chunk of its own. A freed block is told its size again.
 */
#ifndef CR_FRONTIER_SLAB_H
#define CR_FRONTIER_SLAB_H

#include "frontier/budget.h"

#define CR_SLAB_UNIT 16
#define CR_SLAB_PLACE_BITS 12
#define CR_SLAB_LARGE 2048
#define CR_SLAB_CLASSES (CR_SLAB_LARGE / CR_SLAB_UNIT)

struct cr_slab_chunk;

struct cr_slab {
  struct cr_budget *budget;
  struct cr_slab_chunk **chunks; /* NULL: number not in use */
  uint32_t chunk_cap;
  uint32_t chunk_count; /* numbers ever used */
  uint32_t spare;       /* a hint: no smaller number is free */
  uint32_t current;     /* the chunk that is filled from the front, or CR_SLAB_NONE */
  uint32_t made;        /* ordinary chunks ever made: later ones are larger */
  uint32_t free_blocks[CR_SLAB_CLASSES + 1]; /* by size in units */
};

#define CR_SLAB_NONE UINT32_MAX

void cr_slab_init(struct cr_slab *slab, struct cr_budget *budget);
void cr_slab_close(struct cr_slab *slab); /* frees all blocks */
/* CR_SLAB_NONE: no room. */
uint32_t cr_slab_alloc(struct cr_slab *slab, size_t bytes);
void cr_slab_free(struct cr_slab *slab, uint32_t name, size_t bytes);

static inline void *cr_slab_at(const struct cr_slab *slab, uint32_t name)
{
  return (char *)slab->chunks[name >> CR_SLAB_PLACE_BITS] +
         (size_t)(name & ((1u << CR_SLAB_PLACE_BITS) - 1)) * CR_SLAB_UNIT;
}

#endif
