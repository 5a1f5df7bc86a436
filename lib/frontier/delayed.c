/* SPDX-License-Identifier: MIT */
/* delayed.c - what is not due yet, in order of time: one heap for each host, one store for all.
 *
 * A node knows its first child and its siblings; the first child's prev is its parent. Removing a
 * root merges its children in pairs from left to right, then the pairs from right to left, both
 * by loops.
 */
#include "frontier/delayed.h"

#define NONE CR_DELAYED_NONE

void cr_delayed_init(struct cr_delayed *delayed, struct cr_budget *budget)
{
  cr_records_init(&delayed->nodes, budget, sizeof(struct cr_delayed_node));
  delayed->free_node = NONE;
  delayed->free_count = 0;
  delayed->next_order = 0;
}

void cr_delayed_free(struct cr_delayed *delayed)
{
  cr_records_free(&delayed->nodes);
  cr_delayed_init(delayed, delayed->nodes.budget);
}

static void give_back(struct cr_delayed *delayed, uint32_t node)
{
  cr_delayed_at(delayed, node)->next = delayed->free_node;
  delayed->free_node = node;
  delayed->free_count++;
}

bool cr_delayed_reserve(struct cr_delayed *delayed, uint32_t count)
{
  while (delayed->free_count < count) {
    if (!cr_records_add(&delayed->nodes))
      return false;
    give_back(delayed, delayed->nodes.count - 1);
  }
  return true;
}

static bool is_before(const struct cr_delayed_node *a, const struct cr_delayed_node *b)
{
  return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

/* Joins two roots; the later one becomes the first child of the other. */
static uint32_t meld(struct cr_delayed *delayed, uint32_t a, uint32_t b)
{
  if (a == NONE || b == NONE)
    return a == NONE ? b : a;
  uint32_t root = is_before(cr_delayed_at(delayed, a), cr_delayed_at(delayed, b)) ? a : b;
  uint32_t other = root == a ? b : a;
  struct cr_delayed_node *parent = cr_delayed_at(delayed, root);
  struct cr_delayed_node *child = cr_delayed_at(delayed, other);

  child->next = parent->child;
  child->prev = root;
  if (parent->child != NONE)
    cr_delayed_at(delayed, parent->child)->prev = other;
  parent->child = other;
  parent->next = NONE;
  parent->prev = NONE;
  return root;
}

/* Makes one heap of a list of siblings. */
static uint32_t meld_all(struct cr_delayed *delayed, uint32_t first)
{
  uint32_t pairs = NONE; /* linked by next, the last one first */

  while (first != NONE) {
    uint32_t a = first;
    uint32_t b = cr_delayed_at(delayed, a)->next;
    first = b == NONE ? NONE : cr_delayed_at(delayed, b)->next;
    uint32_t pair = meld(delayed, a, b);
    cr_delayed_at(delayed, pair)->next = pairs;
    pairs = pair;
  }
  uint32_t root = NONE;
  while (pairs != NONE) {
    uint32_t rest = cr_delayed_at(delayed, pairs)->next;
    root = meld(delayed, root, pairs);
    pairs = rest;
  }
  if (root != NONE) {
    cr_delayed_at(delayed, root)->next = NONE;
    cr_delayed_at(delayed, root)->prev = NONE;
  }
  return root;
}

uint32_t cr_delayed_push(struct cr_delayed *delayed, uint32_t *heap, int64_t at_ms,
                         uint32_t subject)
{
  uint32_t id = delayed->free_node;
  struct cr_delayed_node *node = cr_delayed_at(delayed, id);

  delayed->free_node = node->next;
  delayed->free_count--;
  *node = (struct cr_delayed_node){ .at_ms = at_ms,
                                    .order = delayed->next_order++,
                                    .subject = subject,
                                    .child = NONE,
                                    .next = NONE,
                                    .prev = NONE };
  *heap = meld(delayed, *heap, id);
  return id;
}

int64_t cr_delayed_first(const struct cr_delayed *delayed, uint32_t heap)
{
  return heap == NONE ? INT64_MAX : cr_delayed_at(delayed, heap)->at_ms;
}

/* Out of its siblings; its own children stay with it. */
static void cut(struct cr_delayed *delayed, const struct cr_delayed_node *node, uint32_t id)
{
  struct cr_delayed_node *prev = cr_delayed_at(delayed, node->prev);

  if (prev->child == id)
    prev->child = node->next;
  else
    prev->next = node->next;
  if (node->next != NONE)
    cr_delayed_at(delayed, node->next)->prev = node->prev;
}

void cr_delayed_remove(struct cr_delayed *delayed, uint32_t *heap, uint32_t node)
{
  const struct cr_delayed_node *removed = cr_delayed_at(delayed, node);
  bool is_root = node == *heap;

  if (!is_root)
    cut(delayed, removed, node);
  uint32_t rest = meld_all(delayed, removed->child);
  *heap = is_root ? rest : meld(delayed, *heap, rest);
  give_back(delayed, node);
}

uint32_t cr_delayed_pop(struct cr_delayed *delayed, uint32_t *heap)
{
  uint32_t subject = cr_delayed_at(delayed, *heap)->subject;
  cr_delayed_remove(delayed, heap, *heap);
  return subject;
}

/* The parent, found back over the siblings; NONE for a root. */
static uint32_t parent_of(const struct cr_delayed *delayed, uint32_t node)
{
  uint32_t prev = cr_delayed_at(delayed, node)->prev;

  while (prev != NONE && cr_delayed_at(delayed, prev)->child != node) {
    node = prev;
    prev = cr_delayed_at(delayed, node)->prev;
  }
  return prev;
}

uint32_t cr_delayed_walk(const struct cr_delayed *delayed, uint32_t node)
{
  const struct cr_delayed_node *at = cr_delayed_at(delayed, node);

  if (at->child != NONE)
    return at->child;
  while (at->next == NONE) {
    node = parent_of(delayed, node);
    if (node == NONE)
      return NONE;
    at = cr_delayed_at(delayed, node);
  }
  return at->next;
}
