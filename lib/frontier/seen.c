/* SPDX-License-Identifier: MIT */
/* seen.c - every URL ever met: exact 64-bit fingerprints, each with a byte of state.
 *
 * A word is never 0, as its state isn't: it can be told from an empty slot.
 */
#include "frontier/seen.h"

#include <string.h>

#include "crawl/crawler.h"

enum {
  STATE_BITS = 8,
  AHEAD = 16 /* prefetches under way in a batch: enough to cover a miss */
};
#define STATE_MASK ((UINT64_C(1) << STATE_BITS) - 1)

/* Where a fingerprint belongs. */
struct spot {
  uint32_t table;
  uint64_t word; /* with state 0 */
};

static struct spot spot_of(const struct cr_seen *seen, uint64_t fp)
{
  uint64_t x = cr_words_mix(fp ^ seen->seed);
  return (struct spot){ (uint32_t)(x >> (64 - STATE_BITS)), x << STATE_BITS };
}

void cr_seen_init(struct cr_seen *seen, struct cr_budget *budget, uint64_t seed)
{
  memset(seen, 0, sizeof(*seen));
  seen->budget = budget;
  seen->seed = seed;
}

void cr_seen_free(struct cr_seen *seen)
{
  for (int i = 0; i < CR_SEEN_TABLES; i++)
    cr_words_free(&seen->tables[i], seen->budget);
  cr_seen_init(seen, seen->budget, seen->seed);
}

/* The word of the fingerprint; NULL: unknown. */
static uint64_t *find(const struct cr_seen *seen, struct spot spot)
{
  const struct cr_words *table = &seen->tables[spot.table];
  if (!table->slots)
    return NULL;
  uint64_t *slot = &table->slots[cr_words_find(table, spot.word)];
  return *slot != 0 && (*slot & ~STATE_MASK) == spot.word ? slot : NULL;
}

static uint8_t get(const struct cr_seen *seen, struct spot spot)
{
  const uint64_t *slot = find(seen, spot);
  return slot ? (uint8_t)(*slot & STATE_MASK) : 0;
}

uint8_t cr_seen_get(const struct cr_seen *seen, uint64_t fp)
{
  return get(seen, spot_of(seen, fp));
}

void cr_seen_prefetch(const struct cr_seen *seen, uint64_t fp)
{
  struct spot spot = spot_of(seen, fp);
  cr_words_prefetch(&seen->tables[spot.table], spot.word);
}

void cr_seen_get_all(const struct cr_seen *seen, const uint64_t *fps, size_t n, uint8_t *states)
{
  struct spot spots[AHEAD];

  for (size_t i = 0; i < n + AHEAD; i++) {
    struct spot *spot = &spots[i % AHEAD];
    if (i >= AHEAD)
      states[i - AHEAD] = get(seen, *spot);
    if (i < n) {
      *spot = spot_of(seen, fps[i]);
      cr_words_prefetch(&seen->tables[spot->table], spot->word);
    }
  }
}

int cr_seen_put(struct cr_seen *seen, uint64_t fp, uint8_t state)
{
  struct spot spot = spot_of(seen, fp);
  struct cr_words *table = &seen->tables[spot.table];
  uint64_t *slot = find(seen, spot);

  if (slot) {
    *slot = spot.word | state;
    return 0;
  }
  size_t old_bytes = cr_words_bytes(table);
  if (!cr_words_insert(table, seen->budget, spot.word | state, (uint8_t)spot.table))
    return CRAWLER_E_NOMEM;
  seen->bytes += (int64_t)(cr_words_bytes(table) - old_bytes);
  seen->known++;
  return 0;
}

void cr_seen_forget(struct cr_seen *seen, uint8_t state)
{
  for (int t = 0; t < CR_SEEN_TABLES; t++) {
    struct cr_words *table = &seen->tables[t];
    uint32_t old_used = table->used;
    for (uint32_t i = 0; i < cr_words_slot_count(table); i++) {
      if ((table->slots[i] & STATE_MASK) == state)
        table->slots[i] = 0;
    }
    cr_words_settle(table);
    seen->known -= old_used - table->used;
  }
}
