/* SPDX-License-Identifier: MIT */
/* slab.c - blocks of any size that are named by 32 bits and never move.
 *
 * Each chunk begins with a header of one unit. Ordinary chunks are cut from the front into blocks
 * of whatever size is asked for; a freed block keeps its size and goes on its size's list. When
 * the last block of a chunk is freed, the chunk's blocks leave their lists and the chunk is freed,
 * or, if it is the one being filled, begun anew.
 */
#include "frontier/slab.h"

#include <string.h>

enum {
  UNITS_MAX = 1 << CR_SLAB_PLACE_BITS,        /* of a chunk, its header counted: 64 KB */
  UNITS_FIRST = 256,                          /* of the first chunk: 4 KB; then it doubles */
  DOUBLINGS = 4,                              /* ... until UNITS_MAX */
  CHUNKS_FIRST = 8,                           /* of the directory */
  CHUNKS_MAX = 1 << (32 - CR_SLAB_PLACE_BITS) /* the last number is left out: CR_SLAB_NONE */
};

struct cr_slab_chunk {  /* one unit */
  uint32_t live;        /* blocks in use */
  uint32_t used_units;  /* from the front, this header counted */
  uint32_t total_units; /* 0: a chunk with one large block */
  uint32_t unused;
};

struct free_block {
  uint32_t next;
  uint32_t prev;
  uint32_t units;
};

_Static_assert(sizeof(struct cr_slab_chunk) == CR_SLAB_UNIT, "the header is one unit");
_Static_assert(sizeof(struct free_block) <= CR_SLAB_UNIT, "a free block fits the smallest one");

static size_t units_of(size_t bytes)
{
  return bytes == 0 ? 1 : (bytes - 1) / CR_SLAB_UNIT + 1;
}

static uint32_t name_of(uint32_t chunk, uint32_t place)
{
  return chunk << CR_SLAB_PLACE_BITS | place;
}

void cr_slab_init(struct cr_slab *slab, struct cr_budget *budget)
{
  memset(slab, 0, sizeof(*slab));
  slab->budget = budget;
  slab->current = CR_SLAB_NONE;
  memset(slab->free_blocks, 0xff, sizeof(slab->free_blocks)); /* CR_SLAB_NONE */
}

void cr_slab_close(struct cr_slab *slab)
{
  for (uint32_t i = 0; i < slab->chunk_count; i++)
    cr_budget_free(slab->budget, slab->chunks[i]);
  cr_budget_free(slab->budget, slab->chunks);
  cr_slab_init(slab, slab->budget);
}

static bool grow_directory(struct cr_slab *slab)
{
  uint32_t old_cap = slab->chunk_cap;
  uint32_t cap = old_cap ? old_cap * 2 : CHUNKS_FIRST;
  struct cr_slab_chunk **chunks = cr_budget_resize(
      slab->budget, slab->chunks, old_cap * sizeof(*chunks), cap * sizeof(*chunks));
  if (!chunks)
    return false;
  slab->chunks = chunks;
  slab->chunk_cap = cap;
  return true;
}

/* A number for a new chunk: the smallest that is free. */
static uint32_t find_number(struct cr_slab *slab)
{
  while (slab->spare < slab->chunk_count && slab->chunks[slab->spare])
    slab->spare++;
  if (slab->spare < slab->chunk_count)
    return slab->spare;
  if (slab->chunk_count == CHUNKS_MAX - 1)
    return CR_SLAB_NONE;
  if (slab->chunk_count == slab->chunk_cap && !grow_directory(slab))
    return CR_SLAB_NONE;
  return slab->chunk_count;
}

/* total_units 0: for one large block. */
static uint32_t make_chunk(struct cr_slab *slab, size_t bytes, uint32_t total_units)
{
  uint32_t number = find_number(slab);
  if (number == CR_SLAB_NONE)
    return CR_SLAB_NONE;
  struct cr_slab_chunk *chunk = cr_budget_resize(slab->budget, NULL, 0, bytes);
  if (!chunk)
    return CR_SLAB_NONE;

  *chunk = (struct cr_slab_chunk){ .used_units = 1, .total_units = total_units };
  slab->chunks[number] = chunk;
  if (number == slab->chunk_count)
    slab->chunk_count++;
  return number;
}

static void drop_chunk(struct cr_slab *slab, uint32_t number)
{
  cr_budget_free(slab->budget, slab->chunks[number]);
  slab->chunks[number] = NULL;
  if (number < slab->spare)
    slab->spare = number;
}

static void unlink_block(struct cr_slab *slab, const struct free_block *block)
{
  if (block->next != CR_SLAB_NONE)
    ((struct free_block *)cr_slab_at(slab, block->next))->prev = block->prev;
  if (block->prev != CR_SLAB_NONE)
    ((struct free_block *)cr_slab_at(slab, block->prev))->next = block->next;
  else
    slab->free_blocks[block->units] = block->next;
}

static void link_block(struct cr_slab *slab, uint32_t name, uint32_t units)
{
  struct free_block *block = cr_slab_at(slab, name);
  uint32_t next = slab->free_blocks[units];

  *block = (struct free_block){ .next = next, .prev = CR_SLAB_NONE, .units = units };
  if (next != CR_SLAB_NONE)
    ((struct free_block *)cr_slab_at(slab, next))->prev = name;
  slab->free_blocks[units] = name;
}

/* Nothing lives in the chunk: its blocks are all free ones. */
static void clear_chunk(struct cr_slab *slab, uint32_t number)
{
  struct cr_slab_chunk *chunk = slab->chunks[number];
  uint32_t place = 1;

  while (place < chunk->used_units) {
    const struct free_block *block = cr_slab_at(slab, name_of(number, place));
    place += block->units;
    unlink_block(slab, block);
  }
  chunk->used_units = 1;
}

/* What is left of the old current chunk becomes a free block, so that nothing is lost. */
static void retire(struct cr_slab *slab, uint32_t number)
{
  struct cr_slab_chunk *chunk = slab->chunks[number];
  uint32_t left = chunk->total_units - chunk->used_units;

  if (left > 0 && left <= CR_SLAB_CLASSES) {
    link_block(slab, name_of(number, chunk->used_units), left);
    chunk->used_units += left;
  }
}

static bool begin_chunk(struct cr_slab *slab)
{
  uint32_t doublings = slab->made < DOUBLINGS ? slab->made : DOUBLINGS;
  uint32_t units = (uint32_t)UNITS_FIRST << doublings;
  uint32_t number = make_chunk(slab, (size_t)units * CR_SLAB_UNIT, units);
  if (number == CR_SLAB_NONE)
    return false;
  if (slab->current != CR_SLAB_NONE)
    retire(slab, slab->current);
  slab->current = number;
  slab->made++;
  return true;
}

static uint32_t alloc_large(struct cr_slab *slab, size_t bytes)
{
  if (bytes > SIZE_MAX - CR_SLAB_UNIT)
    return CR_SLAB_NONE;
  uint32_t number = make_chunk(slab, CR_SLAB_UNIT + bytes, 0);
  return number == CR_SLAB_NONE ? CR_SLAB_NONE : name_of(number, 1);
}

uint32_t cr_slab_alloc(struct cr_slab *slab, size_t bytes)
{
  if (bytes > CR_SLAB_LARGE)
    return alloc_large(slab, bytes);
  uint32_t units = (uint32_t)units_of(bytes);
  uint32_t name = slab->free_blocks[units];
  if (name != CR_SLAB_NONE) {
    unlink_block(slab, cr_slab_at(slab, name));
    slab->chunks[name >> CR_SLAB_PLACE_BITS]->live++;
    return name;
  }

  struct cr_slab_chunk *chunk = slab->current == CR_SLAB_NONE ? NULL : slab->chunks[slab->current];
  if (!chunk || units > chunk->total_units - chunk->used_units) {
    if (!begin_chunk(slab))
      return CR_SLAB_NONE;
    chunk = slab->chunks[slab->current];
  }
  name = name_of(slab->current, chunk->used_units);
  chunk->used_units += units;
  chunk->live++;
  return name;
}

void cr_slab_free(struct cr_slab *slab, uint32_t name, size_t bytes)
{
  uint32_t number = name >> CR_SLAB_PLACE_BITS;
  struct cr_slab_chunk *chunk = slab->chunks[number];

  if (bytes > CR_SLAB_LARGE) {
    drop_chunk(slab, number);
    return;
  }
  link_block(slab, name, (uint32_t)units_of(bytes));
  if (--chunk->live > 0)
    return;
  clear_chunk(slab, number);
  if (number != slab->current)
    drop_chunk(slab, number);
}
