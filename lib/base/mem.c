/* SPDX-License-Identifier: MIT */
/* mem.c - all memory of one crawler comes from here.
 *
 * Each block carries a hidden prefix with its size and kind, so that freeing needs neither and
 * the account stays exact. The only file of the library that calls malloc, realloc and free.
 * The counters are relaxed atomics: sums are exact once the threads that allocate are done.
 */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Sits before every block. Aligned for any type, and so is the block behind it. */
struct prefix {
  _Alignas(max_align_t) size_t bytes;
  uint32_t kind;
};

static void *system_malloc(size_t bytes, void *user)
{
  (void)user;
  return malloc(bytes);
}

static void *system_realloc(void *block, size_t bytes, void *user)
{
  (void)user;
  return realloc(block, bytes);
}

static void system_free(void *block, void *user)
{
  (void)user;
  free(block);
}

static void add(_Atomic int64_t *counter, int64_t value)
{
  atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

static struct prefix *prefix_of(void *block)
{
  return (struct prefix *)block - 1;
}

/* Room for the prefix too, and every size fits the account. */
static bool size_is_possible(size_t bytes)
{
  return bytes <= (size_t)PTRDIFF_MAX - sizeof(struct prefix);
}

void cr_mem_init(struct cr_mem *mem, void *(*malloc_fn)(size_t, void *),
                 void *(*realloc_fn)(void *, size_t, void *), void (*free_fn)(void *, void *),
                 void *user)
{
  mem->malloc_fn = malloc_fn ? malloc_fn : system_malloc;
  mem->realloc_fn = malloc_fn ? realloc_fn : system_realloc;
  mem->free_fn = malloc_fn ? free_fn : system_free;
  mem->user = user;
  for (int kind = 0; kind < CR_MEM_KINDS; kind++)
    atomic_init(&mem->used[kind], 0);
  atomic_init(&mem->blocks, 0);
  atomic_init(&mem->calls, 0);
}

void *cr_alloc(struct cr_mem *mem, enum cr_mem_kind kind, size_t bytes)
{
  if (!size_is_possible(bytes))
    return NULL;
  struct prefix *prefix = mem->malloc_fn(sizeof(*prefix) + bytes, mem->user);
  if (!prefix)
    return NULL;

  prefix->bytes = bytes;
  prefix->kind = (uint32_t)kind;
  add(&mem->used[kind], (int64_t)bytes);
  add(&mem->blocks, 1);
  add(&mem->calls, 1);
  return prefix + 1;
}

void *cr_zalloc(struct cr_mem *mem, enum cr_mem_kind kind, size_t bytes)
{
  void *block = cr_alloc(mem, kind, bytes);
  if (block)
    memset(block, 0, bytes);
  return block;
}

void *cr_zalloc_array(struct cr_mem *mem, enum cr_mem_kind kind, size_t count, size_t each)
{
  if (each != 0 && count > SIZE_MAX / each)
    return NULL;
  return cr_zalloc(mem, kind, count * each);
}

void *cr_resize(struct cr_mem *mem, enum cr_mem_kind kind, void *block, size_t bytes)
{
  if (!block)
    return cr_alloc(mem, kind, bytes);
  if (!size_is_possible(bytes))
    return NULL;
  size_t old_bytes = prefix_of(block)->bytes;
  uint32_t old_kind = prefix_of(block)->kind;
  struct prefix *prefix =
      mem->realloc_fn(prefix_of(block), sizeof(struct prefix) + bytes, mem->user);
  if (!prefix)
    return NULL;

  prefix->bytes = bytes;
  prefix->kind = (uint32_t)kind;
  add(&mem->used[old_kind], -(int64_t)old_bytes);
  add(&mem->used[kind], (int64_t)bytes);
  if (bytes > old_bytes)
    add(&mem->calls, 1);
  return prefix + 1;
}

char *cr_strdup(struct cr_mem *mem, enum cr_mem_kind kind, const char *text)
{
  return cr_strndup(mem, kind, text, strlen(text));
}

char *cr_strndup(struct cr_mem *mem, enum cr_mem_kind kind, const char *text, size_t len)
{
  if (len == SIZE_MAX)
    return NULL;
  char *copy = cr_alloc(mem, kind, len + 1);
  if (!copy)
    return NULL;
  if (len > 0)
    memcpy(copy, text, len);
  copy[len] = '\0';
  return copy;
}

void cr_free(struct cr_mem *mem, void *block)
{
  if (!block)
    return;
  struct prefix *prefix = prefix_of(block);
  add(&mem->used[prefix->kind], -(int64_t)prefix->bytes);
  add(&mem->blocks, -1);
  mem->free_fn(prefix, mem->user);
}

int64_t cr_mem_used(const struct cr_mem *mem)
{
  int64_t sum = 0;
  for (int kind = 0; kind < CR_MEM_KINDS; kind++)
    sum += atomic_load_explicit(&mem->used[kind], memory_order_relaxed);
  return sum;
}
