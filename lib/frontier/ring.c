/* SPDX-License-Identifier: MIT */
/* ring.c - hosts that may be asked now, in turn.
 *
 * Tickets order the hosts of a rank over its lanes' lists: rising at the ends, falling at the
 * fronts, so that every list is sorted by ticket.
 */
#include "frontier/ring.h"

#include <stddef.h>

void cr_ring_init(struct cr_ring *ring)
{
  ring->next_ticket = UINT64_C(1) << 63;
  ring->front_ticket = ring->next_ticket;
  ring->turn = 1;
  for (int rank = 0; rank < CR_RING_RANKS; rank++) {
    for (int lane = 0; lane < CR_LANES; lane++)
      cr_list_init(&ring->lists[rank][lane]);
  }
}

uint8_t cr_ring_rank(int priority)
{
  if (priority >= 64)
    return 0;
  if (priority >= 1)
    return 1;
  return priority >= -63 ? 2 : 3;
}

void cr_ring_push(struct cr_ring *ring, struct cr_ring_node *node)
{
  node->ticket = ring->next_ticket++;
  cr_list_push(&ring->lists[node->rank][node->lane], &node->link);
}

void cr_ring_push_front(struct cr_ring *ring, struct cr_ring_node *node)
{
  node->ticket = --ring->front_ticket;
  cr_list_push_front(&ring->lists[node->rank][node->lane], &node->link);
}

static struct cr_ring_node *first_of(struct cr_ring *ring, unsigned rank, unsigned lanes)
{
  struct cr_ring_node *first = NULL;

  for (unsigned lane = 0; lane < CR_LANES; lane++) {
    struct cr_list *list = &ring->lists[rank][lane];
    if ((lanes & 1u << lane) == 0 || cr_list_empty(list))
      continue;
    struct cr_ring_node *node = CR_CONTAINER(list->next, struct cr_ring_node, link);
    if (!first || node->ticket < first->ticket)
      first = node;
  }
  return first;
}

struct cr_ring_node *cr_ring_pick(struct cr_ring *ring, unsigned lanes)
{
  unsigned choice = (unsigned)__builtin_ctzll(ring->turn | 1u << (CR_RING_RANKS - 1));
  struct cr_ring_node *node = first_of(ring, choice, lanes);

  for (unsigned rank = 0; !node && rank < CR_RING_RANKS; rank++)
    node = first_of(ring, rank, lanes);
  return node;
}

struct cr_ring_node *cr_ring_after(struct cr_ring *ring, const struct cr_ring_node *node)
{
  if (node->link.next == &ring->lists[node->rank][node->lane])
    return NULL;
  return CR_CONTAINER(node->link.next, struct cr_ring_node, link);
}

void cr_ring_next(struct cr_ring *ring)
{
  ring->turn++;
}
