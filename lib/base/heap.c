/* SPDX-License-Identifier: MIT */
/* heap.c - a binary min-heap of pointers by a 64-bit time; the member knows its place.
 *
 * Each push gets the next number in order, which settles equal times: first in, first out.
 */
#include "base/heap.h"

#include "crawl/crawler.h"

enum { FIRST_NODES = 16 };

static bool is_before(const struct cr_heap_node *a, const struct cr_heap_node *b)
{
  return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(struct cr_heap *heap, size_t index, struct cr_heap_node *node)
{
  heap->nodes[index] = node;
  node->index = index;
}

/* The place at index is free; moves it up until node may stand there. */
static void sift_up(struct cr_heap *heap, size_t index, struct cr_heap_node *node)
{
  while (index > 0) {
    size_t parent = (index - 1) / 2;
    if (!is_before(node, heap->nodes[parent]))
      break;
    put(heap, index, heap->nodes[parent]);
    index = parent;
  }
  put(heap, index, node);
}

/* The place at index is free; moves it down until node may stand there. */
static void sift_down(struct cr_heap *heap, size_t index, struct cr_heap_node *node)
{
  while (index < heap->len / 2) { /* has a child */
    size_t child = 2 * index + 1;
    if (child + 1 < heap->len && is_before(heap->nodes[child + 1], heap->nodes[child]))
      child++;
    if (!is_before(heap->nodes[child], node))
      break;
    put(heap, index, heap->nodes[child]);
    index = child;
  }
  put(heap, index, node);
}

void cr_heap_init(struct cr_heap *heap, struct cr_mem *mem, enum cr_mem_kind kind)
{
  *heap = (struct cr_heap){ .mem = mem, .kind = kind };
}

void cr_heap_free(struct cr_heap *heap)
{
  cr_free(heap->mem, heap->nodes);
  heap->nodes = NULL;
  heap->len = 0;
  heap->cap = 0;
}

int cr_heap_push(struct cr_heap *heap, struct cr_heap_node *node)
{
  if (heap->len == heap->cap) {
    size_t cap = heap->cap > SIZE_MAX / 2 ? SIZE_MAX : heap->cap * 2;
    int err = cr_heap_reserve(heap, cap > 0 ? cap : FIRST_NODES);
    if (err)
      return err;
  }
  node->order = heap->next_order++;
  sift_up(heap, heap->len++, node);
  return 0;
}

int cr_heap_reserve(struct cr_heap *heap, size_t nodes)
{
  struct cr_heap_node **more = NULL;

  if (nodes <= heap->cap)
    return 0;
  if (nodes <= SIZE_MAX / sizeof(*more))
    more = cr_resize(heap->mem, heap->kind, heap->nodes, nodes * sizeof(*more));
  if (!more)
    return CRAWLER_E_NOMEM;
  heap->nodes = more;
  heap->cap = nodes;
  return 0;
}

struct cr_heap_node *cr_heap_top(const struct cr_heap *heap)
{
  return heap->len > 0 ? heap->nodes[0] : NULL;
}

void cr_heap_remove(struct cr_heap *heap, struct cr_heap_node *node)
{
  size_t hole = node->index;
  if (hole == SIZE_MAX)
    return;
  struct cr_heap_node *last = heap->nodes[--heap->len];

  node->index = SIZE_MAX;
  if (last == node)
    return;
  if (hole > 0 && is_before(last, heap->nodes[(hole - 1) / 2]))
    sift_up(heap, hole, last);
  else
    sift_down(heap, hole, last);
}
