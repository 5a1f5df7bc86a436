/* SPDX-License-Identifier: MIT */
/* delayed.h - what is not due yet, in order of time: one heap for each host, one store for all.
 *
 * Pairing heaps (Fredman, Sedgewick, Sleator, Tarjan, 1986) of small nodes that are named by ids;
 * a heap is the id of its root. Nodes are reserved ahead, so that delaying can't fail.
 */
#ifndef CR_FRONTIER_DELAYED_H
#define CR_FRONTIER_DELAYED_H

#include "frontier/records.h"

#define CR_DELAYED_NONE UINT32_MAX /* an empty heap; no node */

struct cr_delayed_node {
  int64_t at_ms;
  uint64_t order;   /* equal times leave in order of insertion */
  uint32_t subject; /* the caller's */
  uint32_t child;   /* the first of its children */
  uint32_t next;    /* sibling, or next free node */
  uint32_t prev;    /* sibling before it, or the parent of a first child */
};

struct cr_delayed {
  struct cr_records nodes;
  uint32_t free_node;
  uint32_t free_count;
  uint64_t next_order;
};

void cr_delayed_init(struct cr_delayed *delayed, struct cr_budget *budget);
void cr_delayed_free(struct cr_delayed *delayed);
/* Makes so many further insertions possible. false: out of memory. */
bool cr_delayed_reserve(struct cr_delayed *delayed, uint32_t count);
/* Reserved before. Returns the node. */
uint32_t cr_delayed_push(struct cr_delayed *delayed, uint32_t *heap, int64_t at_ms,
                         uint32_t subject);
/* The earliest time; INT64_MAX for an empty heap. */
int64_t cr_delayed_first(const struct cr_delayed *delayed, uint32_t heap);
/* Takes the earliest out of a heap that isn't empty; returns its subject. */
uint32_t cr_delayed_pop(struct cr_delayed *delayed, uint32_t *heap);
void cr_delayed_remove(struct cr_delayed *delayed, uint32_t *heap, uint32_t node);
/* Walks a heap, in no useful order: begin with its root; CR_DELAYED_NONE at the end. */
uint32_t cr_delayed_walk(const struct cr_delayed *delayed, uint32_t node);

static inline struct cr_delayed_node *cr_delayed_at(const struct cr_delayed *delayed, uint32_t node)
{
  return cr_records_at(&delayed->nodes, node);
}

#endif
