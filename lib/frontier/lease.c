/* SPDX-License-Identifier: MIT */
/* lease.c - what was taken and not finished: a table of slots that are used again.
 *
 * The slot freed last is used first, so that the table stays as small as the leases held at once.
 */
#include "frontier/lease.h"

void cr_leases_init(struct cr_leases *leases, struct cr_budget *budget)
{
  cr_records_init(&leases->slots, budget, sizeof(struct cr_leased));
  leases->free_slot = CR_NO_ID;
  leases->count = 0;
}

void cr_leases_free(struct cr_leases *leases)
{
  cr_records_free(&leases->slots);
  cr_leases_init(leases, leases->slots.budget);
}

bool cr_leases_reserve(struct cr_leases *leases)
{
  if (leases->free_slot != CR_NO_ID)
    return true;
  struct cr_leased *leased = cr_records_add(&leases->slots);
  if (!leased)
    return false;
  leased->next_free = CR_NO_ID;
  leases->free_slot = leases->slots.count - 1;
  return true;
}

struct cr_lease cr_lease_take(struct cr_leases *leases, uint32_t entry, uint32_t authority,
                              uint32_t host)
{
  uint32_t slot = leases->free_slot;
  struct cr_leased *leased = cr_leased_at(leases, slot);

  leases->free_slot = leased->next_free;
  leases->count++;
  leased->generation++;
  leased->generation += leased->generation == 0;
  leased->entry = entry;
  leased->authority = authority;
  leased->host = host;
  leased->held = true;
  leased->released = false;
  return (struct cr_lease){ slot, leased->generation };
}

struct cr_leased *cr_lease_find(const struct cr_leases *leases, struct cr_lease lease)
{
  if (lease.slot >= leases->slots.count)
    return NULL;
  struct cr_leased *leased = cr_leased_at(leases, lease.slot);
  return leased->held && leased->generation == lease.generation ? leased : NULL;
}

void cr_lease_end(struct cr_leases *leases, struct cr_lease lease)
{
  struct cr_leased *leased = cr_leased_at(leases, lease.slot);

  leased->held = false;
  leased->next_free = leases->free_slot;
  leases->free_slot = lease.slot;
  leases->count--;
}
