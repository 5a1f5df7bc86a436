/* SPDX-License-Identifier: MIT */
/* depth.h - what a page led to, kept while max_depth is set, so that a shorter path found later
 * can be passed on without fetching the page again (breadth-first order isn't guaranteed by time).
 *
 * For a page: the fingerprints of its links that are known to the frontier, the URLs refused for
 * depth, and the depth that both have heard of, exactly (a seen byte holds small ones only). Memory
 * is bounded; a page that found no room is counted, and the crawl says so.
 */
#ifndef CR_FRONTIER_DEPTH_H
#define CR_FRONTIER_DEPTH_H

#include "base/mem.h"
#include "base/str.h"

struct cr_depth;

struct cr_depth_entry { /* borrowed until the next call that changes the record */
  const uint64_t *children;
  size_t child_count;
  const char *refused; /* absolute URLs, each NUL-terminated, one after the other */
  size_t refused_count;
  size_t refused_bytes;
  uint16_t depth;  /* of the page, when it was last passed on */
  bool same_level; /* no page but a redirect, or rewritten: the child has its own depth */
};

/* max_bytes: ceiling of all entries; 0: none. */
int cr_depth_open(struct cr_depth **out, struct cr_mem *mem, uint64_t seed, int64_t max_bytes);
void cr_depth_close(struct cr_depth *depth); /* NULL does nothing */
/* Replaces the entry of page fp. 0; CRAWLER_E_LIMIT or CRAWLER_E_NOMEM: not kept, counted; an older
 * entry stays. */
int cr_depth_put(struct cr_depth *depth, uint64_t fp, const struct cr_depth_entry *entry);
/* false: nothing is kept for fp. */
bool cr_depth_get(const struct cr_depth *depth, uint64_t fp, struct cr_depth_entry *entry);
/* The page has this depth: true, with its entry as it is now, if something is kept for fp and the
 * depth kept with it was larger. */
bool cr_depth_lower(struct cr_depth *depth, uint64_t fp, uint16_t to, struct cr_depth_entry *entry);
void cr_depth_remove(struct cr_depth *depth, uint64_t fp);
/* Walks all entries: start with *cursor 0; false at the end. Entries may be put and removed on the
 * way: each that was there all along comes once, a new one at most once. */
bool cr_depth_next(const struct cr_depth *depth, size_t *cursor, uint64_t *fp,
                   struct cr_depth_entry *entry);
size_t cr_depth_count(const struct cr_depth *depth);
int64_t cr_depth_lost(const struct cr_depth *depth); /* puts that found no room */

#endif
