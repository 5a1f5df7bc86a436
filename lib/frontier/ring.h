/* SPDX-License-Identifier: MIT */
/* ring.h - hosts that may be asked now, in turn.
 *
 * Four ranks of priority, and in each a list for every lane (what counts against which quota), so
 * that hosts whose quota is used up are passed over at no cost. Within a rank the host that
 * waits longest is first, whatever its lane. The rank is chosen anew for each turn: rank c is
 * first choice in one of 2^(c+1) turns (the last rank as often as the one before it), and the
 * best rank with a host stands in where the first choice has none.
 */
#ifndef CR_FRONTIER_RING_H
#define CR_FRONTIER_RING_H

#include <stdint.h>

#include "base/list.h"

#define CR_RING_RANKS 4

/* Lanes: an OR of these; no host is both slow and untried. */
#define CR_LANE_PAGE 1    /* what would be taken is of kind page */
#define CR_LANE_SLOW 2    /* the host is a slow one */
#define CR_LANE_UNTRIED 4 /* nobody knows whether it is */
#define CR_LANES 6

struct cr_ring_node { /* sits inside a host */
  struct cr_list link;
  uint64_t ticket; /* smaller waits longer */
  uint8_t rank;
  uint8_t lane;
};

struct cr_ring {
  struct cr_list lists[CR_RING_RANKS][CR_LANES];
  uint64_t next_ticket;
  uint64_t front_ticket;
  uint64_t turn;
};

void cr_ring_init(struct cr_ring *ring);
/* 0 is the best: 64.., 1.., -63.., below. */
uint8_t cr_ring_rank(int priority);
/* At the end of its rank. rank and lane are set by the caller. */
void cr_ring_push(struct cr_ring *ring, struct cr_ring_node *node);
/* ... or before all others of its rank. */
void cr_ring_push_front(struct cr_ring *ring, struct cr_ring_node *node);
/* Whose turn it is among the lanes whose bit (1 << lane) is set; NULL: nobody's. It stays in. */
struct cr_ring_node *cr_ring_pick(struct cr_ring *ring, unsigned lanes);
/* Who comes after it in its lane; NULL: nobody. For fetching ahead. */
struct cr_ring_node *cr_ring_after(struct cr_ring *ring, const struct cr_ring_node *node);
/* The turn was used. */
void cr_ring_next(struct cr_ring *ring);

#endif
