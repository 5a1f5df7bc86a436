/* SPDX-License-Identifier: MIT */
/* checked_heap.c - memory in which a wrong free, a write past a block's end and one after its free
 * are told at once or at the next look, and not by a crash at another place, or never.
 */
#include "support/checked_heap.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EDGE_BYTES = 16, NEW = 0xA5, EDGE = 0xCA, GONE = 0xDD };

#define ALIVE UINT64_C(0xA11CEB10C4A11CEB)
#define FREED UINT64_C(0xDEADB10C4DEADB10)

struct block {
  _Alignas(max_align_t) uint64_t state;
  const char *owner;
  size_t bytes;
  struct block *next; /* freed before it */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct block *freed;

static _Noreturn void tell(const char *fault, const struct block *block)
{
  (void)fprintf(stderr, "%s: %zu bytes of %s\n", fault, block->bytes, block->owner);
  abort();
}

static bool is_all(const void *bytes, size_t count, unsigned char value)
{
  const unsigned char *at = bytes;

  while (count > 0 && at[count - 1] == value)
    count--;
  return count == 0;
}

void *cr_checked_malloc(size_t bytes, const char *owner)
{
  struct block *block = malloc(sizeof(*block) + bytes + EDGE_BYTES);

  if (!block)
    return NULL;
  *block = (struct block){ .state = ALIVE, .owner = owner, .bytes = bytes };
  memset(block + 1, NEW, bytes);
  memset((char *)(block + 1) + bytes, EDGE, EDGE_BYTES);
  return block + 1;
}

void cr_checked_free(void *memory, const char *owner)
{
  if (!memory)
    return;
  struct block *block = (struct block *)memory - 1;
  if (block->state == FREED)
    tell("freed twice", block);
  if (block->state != ALIVE)
    tell("not a block, or written before its start", &(struct block){ .owner = owner });
  if (block->owner != owner)
    tell("freed by another", block);
  if (!is_all((char *)memory + block->bytes, EDGE_BYTES, EDGE))
    tell("written past its end", block);
  block->state = FREED;
  memset(memory, GONE, block->bytes);
  (void)pthread_mutex_lock(&lock);
  block->next = freed;
  freed = block;
  (void)pthread_mutex_unlock(&lock);
}

void *cr_checked_realloc(void *memory, size_t bytes, const char *owner)
{
  void *moved = cr_checked_malloc(bytes, owner);

  if (moved && memory) {
    const struct block *block = (struct block *)memory - 1;
    memcpy(moved, memory, block->bytes < bytes ? block->bytes : bytes);
    cr_checked_free(memory, owner);
  }
  return moved;
}

void cr_checked_look(void)
{
  (void)pthread_mutex_lock(&lock);
  struct block *block = freed;
  freed = NULL;
  (void)pthread_mutex_unlock(&lock);
  while (block) {
    struct block *next = block->next;
    if (!is_all(block + 1, block->bytes, GONE))
      tell("written after its free", block);
    free(block);
    block = next;
  }
}
