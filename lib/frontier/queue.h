/* SPDX-License-Identifier: MIT */
/* queue.h - the due URLs of one host: by band (cr_entry_band), then in order of arrival.
 *
 * A small sorted array of bands, one for each in use, each a singly linked list of
 * entries. One band stands in the queue itself, which is enough for most hosts. A band that was
 * made stays until cr_queue_reset: whatever was queued once can be put back without allocating.
 */
#ifndef CR_FRONTIER_QUEUE_H
#define CR_FRONTIER_QUEUE_H

#include "frontier/entry.h"

struct cr_band {
  uint32_t head; /* CR_ENTRY_NONE: empty */
  uint32_t tail;
  int16_t rank;      /* cr_entry_band(): larger is sooner */
  uint8_t head_kind; /* UINT8_MAX: look at the head */
};

struct cr_queue {
  struct cr_band *more; /* NULL: `one` is all there is */
  struct cr_band one;
  uint16_t band_count;
  uint16_t band_cap; /* of more */
  uint16_t first;    /* no band before it has entries */
  uint32_t len;
  uint32_t front_order; /* the next numbers of arrival, at either end; they wrap around */
  uint32_t back_order;
};

void cr_queue_init(struct cr_queue *queue);
/* Makes the band. 0 or CRAWLER_E_NOMEM. */
int cr_queue_reserve(struct cr_queue *queue, const struct cr_budget *budget, int16_t rank);
/* Forgets all bands; the queue must be empty. */
void cr_queue_reset(struct cr_queue *queue, const struct cr_budget *budget);

/* The entry's band must have been reserved. */
void cr_queue_push(struct cr_queue *queue, const struct cr_slab *slab, uint32_t name);
void cr_queue_push_front(struct cr_queue *queue, const struct cr_slab *slab, uint32_t name);
/* Back to where it was popped from, by its order. */
void cr_queue_put_back(struct cr_queue *queue, const struct cr_slab *slab, uint32_t name);
/* The entry to be taken next; CR_ENTRY_NONE: empty. */
uint32_t cr_queue_head(struct cr_queue *queue);
/* Of that entry, without touching it where possible. The queue must not be empty. */
uint8_t cr_queue_head_kind(struct cr_queue *queue, const struct cr_slab *slab);
int8_t cr_queue_head_priority(struct cr_queue *queue, const struct cr_slab *slab);
uint32_t cr_queue_pop(struct cr_queue *queue, const struct cr_slab *slab);
/* Fetches what a push to this band will write to, or what a pop will read. */
void cr_queue_prefetch_tail(const struct cr_queue *queue, const struct cr_slab *slab, int16_t rank);
void cr_queue_prefetch_head(const struct cr_queue *queue, const struct cr_slab *slab);
/* For walks: the bands, best first. */
const struct cr_band *cr_queue_bands(const struct cr_queue *queue);

#endif
