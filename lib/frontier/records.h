/* SPDX-License-Identifier: MIT */
/* records.h - an array that grows without moving: records of one size, with dense ids.
 *
 * Records live in chunks of a power of two of them; a record's address never changes. There is no
 * removal: owners keep their own list of free ids.
 */
#ifndef CR_FRONTIER_RECORDS_H
#define CR_FRONTIER_RECORDS_H

#include "frontier/budget.h"

#define CR_RECORDS_SHIFT 6 /* 64 records a chunk: a few KB, so that small crawls stay small */

struct cr_records {
  struct cr_budget *budget;
  char **chunks;
  size_t record_bytes;
  uint32_t chunk_cap;
  uint32_t count;
};

void cr_records_init(struct cr_records *records, struct cr_budget *budget, size_t record_bytes);
void cr_records_free(struct cr_records *records);
/* A zeroed record with id count - 1. NULL: no room. */
void *cr_records_add(struct cr_records *records);
/* Takes back the newest record. */
void cr_records_drop(struct cr_records *records);

/* id < count. */
static inline void *cr_records_at(const struct cr_records *records, uint32_t id)
{
  return records->chunks[id >> CR_RECORDS_SHIFT] +
         records->record_bytes * (id & ((1u << CR_RECORDS_SHIFT) - 1));
}

#endif
