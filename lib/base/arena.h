/* SPDX-License-Identifier: MIT */
/* arena.h - many small allocations that end together.
 *
 * A bump allocator over chunks from a cr_mem. Nothing is freed one by one; what came last can be
 * taken back. Reset keeps the first chunk, so that a recycled page allocates nothing. A ceiling is
 * given at birth. Long work that fills an arena learns from it, now and then, whether anybody still
 * wants what it does.
 */
#ifndef CR_BASE_ARENA_H
#define CR_BASE_ARENA_H

#include <stdatomic.h>

#include "base/mem.h"

struct cr_arena_chunk;

struct cr_arena {
  struct cr_mem *mem;
  struct cr_arena_chunk *head; /* newest chunk; the first one made is at the end of the list */
  char *next;                  /* free bytes of the newest chunk: [next, end) */
  char *end;
  size_t chunk_bytes; /* size of an ordinary chunk */
  size_t used_bytes;  /* handed out since the last reset, alignment included */
  size_t max_bytes;   /* ceiling for used_bytes; 0: none */
  enum cr_mem_kind kind;
  const atomic_bool *given_up; /* raised by any thread: see below; NULL: never */
};

struct cr_arena_mark { /* where an arena was */
  struct cr_arena_chunk *head, *older;
  char *next, *end;
  size_t used_bytes;
};

/* Is what is made in it wanted by nobody any more? Who asks stops where it is, whatever then comes
 * of it; the flag is never lowered while somebody may ask, and whoever started the work looks at it
 * before the results. A word that was said before the flag was raised is seen by who sees it up. */
static inline bool cr_is_given_up(const atomic_bool *flag)
{
  return flag && atomic_load_explicit(flag, memory_order_acquire);
}

/* No allocation happens before the first cr_arena_alloc. */
void cr_arena_init(struct cr_arena *arena, struct cr_mem *mem, enum cr_mem_kind kind,
                   size_t chunk_bytes, size_t max_bytes);
/* 16-byte aligned. NULL: out of memory or over the ceiling. */
void *cr_arena_alloc(struct cr_arena *arena, size_t bytes);
void *cr_arena_zalloc(struct cr_arena *arena, size_t bytes);
/* No alignment: for text. */
char *cr_arena_bytes(struct cr_arena *arena, size_t bytes);
/* A NUL-terminated copy. */
char *cr_arena_strndup(struct cr_arena *arena, const char *text, size_t len);
/* Grows the arena's newest allocation in place where possible, else copies. */
void *cr_arena_grow(struct cr_arena *arena, void *block, size_t old_bytes, size_t new_bytes);
struct cr_arena_mark cr_arena_mark(const struct cr_arena *arena);
/* Frees what was allocated since the mark, with its chunks. What is older hasn't grown since, and
 * there was no reset. */
void cr_arena_rewind(struct cr_arena *arena, const struct cr_arena_mark *mark);
/* What it has from its cr_mem, used or not. */
size_t cr_arena_held_bytes(const struct cr_arena *arena);
/* Forgets everything; keeps the first ordinary chunk, as it is accounted, for the next use. */
void cr_arena_reset(struct cr_arena *arena);
void cr_arena_free(struct cr_arena *arena);

#endif
