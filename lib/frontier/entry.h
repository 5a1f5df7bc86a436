/* SPDX-License-Identifier: MIT */
/* entry.h - a URL that is queued or leased, as it lies in memory.
 *
 * One block of a slab: a fixed part and the target behind it. What neighbours share (referrer, via,
 * seed, meta) is a second block, counted by its entries. Blocks are named by 32 bits (slab.h).
 */
#ifndef CR_FRONTIER_ENTRY_H
#define CR_FRONTIER_ENTRY_H

#include "crawl/crawler.h"
#include "frontier/frontier.h"
#include "frontier/slab.h"

#define CR_ENTRY_NONE CR_SLAB_NONE
#define CR_ENTRY_TARGET_MAX 65535

struct cr_entry {
  uint64_t fp;
  uint32_t next; /* in its band or wait list */
  uint32_t authority;
  void *extra;
  uint32_t origin; /* struct cr_entry_origin, or CR_SLAB_NONE when all of it is empty */
  uint32_t order;  /* of arrival, within its host */
  uint32_t lastmod_s;
  uint16_t depth;
  uint16_t target_len;
  int8_t priority;
  uint8_t kind;
  uint8_t method;
  uint8_t hops;
  uint8_t flags;
  uint8_t attempt;
  char target[];
};

enum cr_origin_part { CR_ORIGIN_REFERRER, CR_ORIGIN_VIA, CR_ORIGIN_SEED, CR_ORIGIN_META };
#define CR_ORIGIN_PARTS 4

struct cr_entry_origin {
  uint32_t refs;
  uint32_t lens[CR_ORIGIN_PARTS];
  char text[]; /* the parts, one after the other */
};

/* The origin block made last in a batch: its spans, and its name. */
struct cr_entry_shared {
  const struct cr_frontier_item *item; /* NULL: none yet */
  uint32_t origin;
};

/* What is taken first of a host: requisites before pages, then by priority. So a page is soon
 * complete, and where pages may not leave they are in nobody's way. */
static inline int16_t cr_entry_band(uint8_t kind, int8_t priority)
{
  enum { ABOVE_ALL_PAGES = 256 };
  return (int16_t)(priority + (cr_kind_waits_with_pages(kind) ? 0 : ABOVE_ALL_PAGES));
}

static inline struct cr_entry *cr_entry_at(const struct cr_slab *slab, uint32_t name)
{
  return cr_slab_at(slab, name);
}

/* A copy of item, attempt 1, in no list. Its origin is shared with the item before it in the
 * batch if their spans are the same pointers. CR_ENTRY_NONE: no room. */
uint32_t cr_entry_make(struct cr_slab *slab, const struct cr_frontier_item *item,
                       struct cr_entry_shared *shared);
/* The same URL with another target, as after a redirect: hops + 1, attempt 1. The old entry is
 * left alone, but its origin is shared. CR_ENTRY_NONE: no room. */
uint32_t cr_entry_retarget(struct cr_slab *slab, uint32_t name, struct cr_span target);
void cr_entry_free(struct cr_slab *slab, uint32_t name);
/* A part of the origin; the empty span where there is none. */
struct cr_span cr_entry_origin(const struct cr_slab *slab, const struct cr_entry *entry,
                               enum cr_origin_part part);

#endif
