/* SPDX-License-Identifier: MIT */
/* list.h - intrusive doubly linked list: the node sits inside what is listed.
 *
 * A head is a node that points at itself when the list is empty. A node not in a list points at
 * itself too (cr_list_init), so that cr_list_remove may be called twice.
 */
#ifndef CR_BASE_LIST_H
#define CR_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct cr_list {
  struct cr_list *next;
  struct cr_list *prev;
};

#define CR_CONTAINER(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void cr_list_init(struct cr_list *node)
{
  node->next = node;
  node->prev = node;
}

static inline bool cr_list_empty(const struct cr_list *head)
{
  return head->next == head;
}

static inline void cr_list_insert_before(struct cr_list *at, struct cr_list *node)
{
  node->prev = at->prev;
  node->next = at;
  at->prev->next = node;
  at->prev = node;
}

static inline void cr_list_push(struct cr_list *head, struct cr_list *node) /* at the end */
{
  cr_list_insert_before(head, node);
}

static inline void cr_list_push_front(struct cr_list *head, struct cr_list *node)
{
  cr_list_insert_before(head->next, node);
}

static inline void cr_list_remove(struct cr_list *node)
{
  node->prev->next = node->next;
  node->next->prev = node->prev;
  cr_list_init(node);
}

static inline struct cr_list *cr_list_pop(struct cr_list *head) /* from the front; NULL: empty */
{
  struct cr_list *node = head->next;
  if (node == head)
    return NULL;
  cr_list_remove(node);
  return node;
}

/* Moves all of from to the end of to. */
static inline void cr_list_splice(struct cr_list *to, struct cr_list *from)
{
  if (cr_list_empty(from))
    return;
  from->next->prev = to->prev;
  from->prev->next = to;
  to->prev->next = from->next;
  to->prev = from->prev;
  cr_list_init(from);
}

#endif
