/* SPDX-License-Identifier: MIT */
/* heap.h - a binary min-heap of pointers by a 64-bit time; the member knows its place.
 */
#ifndef CR_BASE_HEAP_H
#define CR_BASE_HEAP_H

#include "base/mem.h"

struct cr_heap_node { /* sits inside what is heaped */
  int64_t at;         /* the order; equal times leave in order of insertion */
  uint64_t order;     /* set by the heap */
  size_t index;       /* set by the heap; SIZE_MAX: not in a heap */
};

struct cr_heap {
  struct cr_mem *mem;
  struct cr_heap_node **nodes;
  size_t len;
  size_t cap;
  uint64_t next_order;
  enum cr_mem_kind kind;
};

void cr_heap_init(struct cr_heap *heap, struct cr_mem *mem, enum cr_mem_kind kind);
void cr_heap_free(struct cr_heap *heap); /* the nodes are the caller's */
static inline void cr_heap_node_init(struct cr_heap_node *node)
{
  node->index = SIZE_MAX;
}
static inline bool cr_heap_has(const struct cr_heap_node *node)
{
  return node->index != SIZE_MAX;
}
/* 0 or CRAWLER_E_NOMEM. The node must not be in a heap. */
int cr_heap_push(struct cr_heap *heap, struct cr_heap_node *node);
/* Room for so many nodes: until then cr_heap_push can't fail. */
int cr_heap_reserve(struct cr_heap *heap, size_t nodes);
struct cr_heap_node *cr_heap_top(const struct cr_heap *heap); /* NULL: empty */
/* Takes it out; a node in no heap is left alone. */
void cr_heap_remove(struct cr_heap *heap, struct cr_heap_node *node);

#endif
