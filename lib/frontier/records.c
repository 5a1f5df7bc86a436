/* SPDX-License-Identifier: MIT */
/* records.c - an array that grows without moving: records of one size, with dense ids.
 *
 * A directory of chunks; only the directory is reallocated. A chunk that was begun stays.
 */
#include "frontier/records.h"

#include <string.h>

enum { CHUNK_RECORDS = 1 << CR_RECORDS_SHIFT, FIRST_CHUNKS = 8 };

void cr_records_init(struct cr_records *records, struct cr_budget *budget, size_t record_bytes)
{
  *records = (struct cr_records){ .budget = budget, .record_bytes = record_bytes };
}

void cr_records_free(struct cr_records *records)
{
  for (uint32_t i = 0; i < records->chunk_cap; i++)
    cr_budget_free(records->budget, records->chunks[i]);
  cr_budget_free(records->budget, records->chunks);
  cr_records_init(records, records->budget, records->record_bytes);
}

static bool grow_directory(struct cr_records *records)
{
  uint32_t old_cap = records->chunk_cap;
  uint32_t cap = old_cap ? old_cap * 2 : FIRST_CHUNKS;
  char **chunks = cr_budget_resize(records->budget, records->chunks, old_cap * sizeof(*chunks),
                                   cap * sizeof(*chunks));
  if (!chunks)
    return false;

  memset(chunks + old_cap, 0, (cap - old_cap) * sizeof(*chunks));
  records->chunks = chunks;
  records->chunk_cap = cap;
  return true;
}

void *cr_records_add(struct cr_records *records)
{
  if (records->count == UINT32_MAX - 1) /* UINT32_MAX is no id */
    return NULL;
  uint32_t chunk = records->count >> CR_RECORDS_SHIFT;
  if (chunk >= records->chunk_cap && !grow_directory(records))
    return NULL;
  if (!records->chunks[chunk])
    records->chunks[chunk] =
        cr_budget_resize(records->budget, NULL, 0, CHUNK_RECORDS * records->record_bytes);
  if (!records->chunks[chunk])
    return NULL;

  void *record = cr_records_at(records, records->count);
  records->count++;
  memset(record, 0, records->record_bytes);
  return record;
}

void cr_records_drop(struct cr_records *records)
{
  records->count--;
}
