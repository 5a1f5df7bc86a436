/* SPDX-License-Identifier: MIT */
/* lease.h - what was taken and not finished: a table of slots that are used again.
 *
 * Each use of a slot has its own generation, so that a lease held too long is recognised.
 */
#ifndef CR_FRONTIER_LEASE_H
#define CR_FRONTIER_LEASE_H

#include "frontier/frontier.h"
#include "frontier/records.h"

struct cr_leased {
  uint32_t generation; /* 1 is the first; 0 is never valid */
  uint32_t entry;      /* CR_ENTRY_NONE: a robots task */
  uint32_t authority;
  uint32_t host; /* whose slot it uses */
  uint32_t next_free;
  bool held;
  bool released; /* its slot of host and groups is free already */
};

struct cr_leases {
  struct cr_records slots;
  uint32_t free_slot; /* CR_NO_ID: none */
  uint32_t count;     /* held */
};

void cr_leases_init(struct cr_leases *leases, struct cr_budget *budget);
void cr_leases_free(struct cr_leases *leases);
/* Makes the next cr_lease_take certain to succeed. false: out of memory. */
bool cr_leases_reserve(struct cr_leases *leases);
/* Reserved before. */
struct cr_lease cr_lease_take(struct cr_leases *leases, uint32_t entry, uint32_t authority,
                              uint32_t host);
/* NULL: stale. */
struct cr_leased *cr_lease_find(const struct cr_leases *leases, struct cr_lease lease);
void cr_lease_end(struct cr_leases *leases, struct cr_lease lease);

static inline struct cr_leased *cr_leased_at(const struct cr_leases *leases, uint32_t slot)
{
  return cr_records_at(&leases->slots, slot);
}

#endif
