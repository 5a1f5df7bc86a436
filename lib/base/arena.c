/* SPDX-License-Identifier: MIT */
/* arena.c - many small allocations that end together.
 *
 * Ordinary chunks are filled from the front. What is large beside a chunk gets a chunk of its
 * own, linked behind the newest, so that the newest one's free bytes aren't wasted.
 */
#include "base/arena.h"

#include <string.h>

enum { ALIGNMENT = 16 };

struct cr_arena_chunk {
  _Alignas(ALIGNMENT) struct cr_arena_chunk *older;
  size_t bytes; /* behind this header */
};

static char *payload(struct cr_arena_chunk *chunk)
{
  return (char *)(chunk + 1);
}

static size_t room(const struct cr_arena *arena)
{
  return (size_t)(arena->end - arena->next);
}

static bool is_over_ceiling(const struct cr_arena *arena, size_t more_bytes)
{
  return arena->max_bytes != 0 && more_bytes > arena->max_bytes - arena->used_bytes;
}

static struct cr_arena_chunk *make_chunk(struct cr_arena *arena, size_t bytes)
{
  if (bytes > SIZE_MAX - sizeof(struct cr_arena_chunk))
    return NULL;
  struct cr_arena_chunk *chunk = cr_alloc(arena->mem, arena->kind, sizeof(*chunk) + bytes);
  if (chunk)
    chunk->bytes = bytes;
  return chunk;
}

/* From the newest chunk, which has the room. pad: bytes to skip before it. */
static char *take(struct cr_arena *arena, size_t pad, size_t bytes)
{
  char *block = arena->next + pad;
  arena->next = block + bytes;
  arena->used_bytes += pad + bytes;
  return block;
}

static void *alloc_alone(struct cr_arena *arena, size_t bytes)
{
  struct cr_arena_chunk *chunk = make_chunk(arena, bytes);
  if (!chunk)
    return NULL;
  struct cr_arena_chunk **place = arena->head ? &arena->head->older : &arena->head;
  chunk->older = *place;
  *place = chunk;
  arena->used_bytes += bytes;
  return payload(chunk);
}

static bool open_chunk(struct cr_arena *arena)
{
  struct cr_arena_chunk *chunk = make_chunk(arena, arena->chunk_bytes);
  if (!chunk)
    return false;
  chunk->older = arena->head;
  arena->head = chunk;
  arena->next = payload(chunk);
  arena->end = arena->next + chunk->bytes;
  return true;
}

/* When the newest chunk hasn't the room. Up to a quarter of a chunk is given up for a new one. */
static void *alloc_elsewhere(struct cr_arena *arena, size_t bytes)
{
  if (is_over_ceiling(arena, bytes))
    return NULL;
  if (bytes > arena->chunk_bytes || (arena->next && bytes > arena->chunk_bytes / 4))
    return alloc_alone(arena, bytes);
  return open_chunk(arena) ? take(arena, 0, bytes) : NULL;
}

void cr_arena_init(struct cr_arena *arena, struct cr_mem *mem, enum cr_mem_kind kind,
                   size_t chunk_bytes, size_t max_bytes)
{
  *arena = (struct cr_arena){
    .mem = mem, .kind = kind, .chunk_bytes = chunk_bytes, .max_bytes = max_bytes
  };
}

void *cr_arena_alloc(struct cr_arena *arena, size_t bytes)
{
  size_t pad = -(uintptr_t)arena->next & (ALIGNMENT - 1);
  if (!arena->next || pad > room(arena) || bytes > room(arena) - pad)
    return alloc_elsewhere(arena, bytes);
  return is_over_ceiling(arena, pad + bytes) ? NULL : take(arena, pad, bytes);
}

void *cr_arena_zalloc(struct cr_arena *arena, size_t bytes)
{
  void *block = cr_arena_alloc(arena, bytes);
  if (block)
    memset(block, 0, bytes);
  return block;
}

char *cr_arena_bytes(struct cr_arena *arena, size_t bytes)
{
  if (!arena->next || bytes > room(arena))
    return alloc_elsewhere(arena, bytes);
  return is_over_ceiling(arena, bytes) ? NULL : take(arena, 0, bytes);
}

char *cr_arena_strndup(struct cr_arena *arena, const char *text, size_t len)
{
  if (len == SIZE_MAX)
    return NULL;
  char *copy = cr_arena_bytes(arena, len + 1);
  if (!copy)
    return NULL;
  if (len > 0)
    memcpy(copy, text, len);
  copy[len] = '\0';
  return copy;
}

void *cr_arena_grow(struct cr_arena *arena, void *block, size_t old_bytes, size_t new_bytes)
{
  if (block && new_bytes <= old_bytes)
    return block;
  size_t more_bytes = new_bytes - old_bytes;
  if (block && (char *)block + old_bytes == arena->next && more_bytes <= room(arena)) {
    if (is_over_ceiling(arena, more_bytes))
      return NULL;
    (void)take(arena, 0, more_bytes);
    return block;
  }

  void *copy = cr_arena_alloc(arena, new_bytes);
  if (copy && block && old_bytes > 0)
    memcpy(copy, block, old_bytes);
  return copy;
}

struct cr_arena_mark cr_arena_mark(const struct cr_arena *arena)
{
  return (struct cr_arena_mark){ .head = arena->head,
                                 .older = arena->head ? arena->head->older : NULL,
                                 .next = arena->next,
                                 .end = arena->end,
                                 .used_bytes = arena->used_bytes };
}

/* Frees the chunks from `from` on, up to `to`, which is one of them or NULL. */
static void free_between(struct cr_arena *arena, struct cr_arena_chunk *from,
                         const struct cr_arena_chunk *to)
{
  while (from != to) {
    struct cr_arena_chunk *older = from->older;
    cr_free(arena->mem, from);
    from = older;
  }
}

void cr_arena_rewind(struct cr_arena *arena, const struct cr_arena_mark *mark)
{
  free_between(arena, arena->head, mark->head);
  if (mark->head) { /* large blocks came behind it */
    free_between(arena, mark->head->older, mark->older);
    mark->head->older = mark->older;
  }
  arena->head = mark->head;
  arena->next = mark->next;
  arena->end = mark->end;
  arena->used_bytes = mark->used_bytes;
}

/* Keeps the first ordinary chunk that was made, if there is one and it is asked for. */
static struct cr_arena_chunk *free_chunks(struct cr_arena *arena, bool keep_first)
{
  struct cr_arena_chunk *kept = NULL;
  struct cr_arena_chunk *chunk = arena->head;

  while (chunk) {
    struct cr_arena_chunk *older = chunk->older;
    struct cr_arena_chunk *over = chunk;
    if (keep_first && chunk->bytes == arena->chunk_bytes) {
      over = kept;
      kept = chunk;
    }
    cr_free(arena->mem, over);
    chunk = older;
  }
  return kept;
}

size_t cr_arena_held_bytes(const struct cr_arena *arena)
{
  size_t bytes = 0;

  for (const struct cr_arena_chunk *chunk = arena->head; chunk; chunk = chunk->older)
    bytes += sizeof(*chunk) + chunk->bytes;
  return bytes;
}

void cr_arena_reset(struct cr_arena *arena)
{
  struct cr_arena_chunk *kept = free_chunks(arena, true);

  arena->head = kept;
  arena->next = NULL;
  arena->end = NULL;
  arena->used_bytes = 0;
  if (kept) {
    kept->older = NULL;
    arena->next = payload(kept);
    arena->end = arena->next + kept->bytes;
  }
}

void cr_arena_free(struct cr_arena *arena)
{
  (void)free_chunks(arena, false);
  arena->head = NULL;
  arena->next = NULL;
  arena->end = NULL;
  arena->used_bytes = 0;
}
