/* SPDX-License-Identifier: MIT */
/* words.c - a table of 64-bit words that stays sorted: the core of the seen-set and all indexes.
 *
 * A table is filled to four fifths, where a search looks at about three slots, and grows by a
 * quarter: 10 bytes a word just before, 12.5 just after. With tables of all phases, 11.2.
 */
#include "frontier/words.h"

#include <string.h>

enum {
  CAPACITY_FIRST = 8,
  CAPACITY_PHASE = 64, /* below it tables double; from here each goes its own way */
  SPILL_FIRST = 7,     /* and an eighth of the homes, up to ... */
  SPILL_USUAL = 63     /* more than words with even upper bits ever need */
};
#define CAPACITY_MAX (UINT32_MAX / 4)

static uint32_t larger_of(uint32_t a, uint32_t b)
{
  return a > b ? a : b;
}

static uint32_t slots_of(uint32_t capacity, uint32_t spill)
{
  return capacity == 0 ? 0 : capacity + spill + 1;
}

uint32_t cr_words_slot_count(const struct cr_words *words)
{
  return slots_of(words->capacity, words->spill);
}

size_t cr_words_bytes(const struct cr_words *words)
{
  return cr_words_slot_count(words) * sizeof(uint64_t);
}

void cr_words_free(struct cr_words *words, const struct cr_budget *budget)
{
  cr_budget_free(budget, words->slots);
  memset(words, 0, sizeof(*words));
}

static uint32_t next_capacity(uint32_t capacity, uint8_t phase)
{
  if (capacity == 0)
    return CAPACITY_FIRST;
  if (capacity < CAPACITY_PHASE / 2)
    return capacity * 2;
  if (capacity < CAPACITY_PHASE)
    return CAPACITY_PHASE + phase / 16; /* 16 steps between 64 and a quarter more */
  return capacity + capacity / 4;
}

static uint32_t usual_spill(uint32_t capacity)
{
  uint32_t spill = SPILL_FIRST + capacity / 8;
  return spill < SPILL_USUAL ? spill : SPILL_USUAL;
}

/* How many slots behind the last home the words would take in a table of this capacity. */
static uint32_t spill_of(const struct cr_words *words, uint32_t capacity)
{
  const struct cr_words other = { .capacity = capacity };
  uint32_t slots = cr_words_slot_count(words);
  uint32_t next = 0;

  for (uint32_t i = 0; i < slots; i++) {
    if (words->slots[i] == 0)
      continue;
    uint32_t home = cr_words_home(&other, words->slots[i]);
    next = larger_of(home, next) + 1;
  }
  return next > capacity ? next - capacity : 0;
}

/* Gives the sorted words their places, in place: first all go to the end of the slots, then each,
 * from the smallest, to its home or the next free slot. As they fit, that is never beyond where
 * it comes from. */
static void spread(struct cr_words *words, uint32_t old_slots)
{
  uint64_t *slots = words->slots;
  uint32_t count = cr_words_slot_count(words);
  uint32_t first = count;
  uint32_t next = 0;

  for (uint32_t i = old_slots; i-- > 0;) {
    if (slots[i] != 0)
      slots[--first] = slots[i];
  }
  memset(slots, 0, (size_t)first * sizeof(*slots));
  for (uint32_t i = first; i < count; i++) {
    uint64_t word = slots[i];
    uint32_t home = cr_words_home(words, word);
    slots[i] = 0;
    next = larger_of(home, next);
    slots[next++] = word;
  }
  words->used = count - first;
}

static bool is_full(const struct cr_words *words)
{
  return words->used >= words->capacity - words->capacity / 5;
}

/* More homes for a full table; for one that isn't, more room behind the last home. */
static bool grow(struct cr_words *words, const struct cr_budget *budget, uint8_t phase)
{
  uint32_t old_slots = cr_words_slot_count(words);
  uint32_t capacity = is_full(words) ? next_capacity(words->capacity, phase) : words->capacity;
  if (capacity > CAPACITY_MAX)
    return false;
  uint32_t spill = larger_of(usual_spill(capacity), words->spill);
  uint32_t needed = spill_of(words, capacity) + 1;
  while (spill < needed)
    spill *= 2;

  uint64_t *slots = cr_budget_resize(budget, words->slots, old_slots * sizeof(*slots),
                                     slots_of(capacity, spill) * sizeof(*slots));
  if (!slots)
    return false;
  words->slots = slots;
  words->capacity = capacity;
  words->spill = spill;
  spread(words, old_slots);
  return true;
}

/* What stands in the way moves up to the next empty slot. */
static bool put(struct cr_words *words, uint64_t word)
{
  uint32_t at = cr_words_find(words, word);
  uint32_t empty = at;

  while (words->slots[empty] != 0)
    empty++;
  if (empty + 1 == cr_words_slot_count(words)) /* the last one ends every search */
    return false;
  memmove(&words->slots[at + 1], &words->slots[at], (empty - at) * sizeof(uint64_t));
  words->slots[at] = word;
  words->used++;
  return true;
}

bool cr_words_insert(struct cr_words *words, const struct cr_budget *budget, uint64_t word,
                     uint8_t phase)
{
  while (is_full(words) || !put(words, word)) {
    if (!grow(words, budget, phase))
      return false;
  }
  return true;
}

/* Those behind it that aren't at home move down by one. */
void cr_words_remove(struct cr_words *words, uint32_t slot)
{
  uint32_t end = slot + 1;

  while (words->slots[end] != 0 && cr_words_home(words, words->slots[end]) < end)
    end++;
  memmove(&words->slots[slot], &words->slots[slot + 1], (end - slot - 1) * sizeof(uint64_t));
  words->slots[end - 1] = 0;
  words->used--;
}

void cr_words_settle(struct cr_words *words)
{
  if (words->slots)
    spread(words, cr_words_slot_count(words));
}
