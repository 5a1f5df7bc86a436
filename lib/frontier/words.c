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
  SPILL_MAX = 63       /* slots behind the last home, besides the one that stays empty */
};
#define CAPACITY_MAX (UINT32_MAX / 2)

static uint32_t slots_for(uint32_t capacity)
{
  uint32_t spill = CAPACITY_FIRST - 1 + capacity / 8;
  return capacity == 0 ? 0 : capacity + (spill < SPILL_MAX ? spill : SPILL_MAX) + 1;
}

uint32_t cr_words_slot_count(const struct cr_words *words)
{
  return slots_for(words->capacity);
}

size_t cr_words_bytes(const struct cr_words *words)
{
  return slots_for(words->capacity) * sizeof(uint64_t);
}

void cr_words_free(struct cr_words *words, const struct cr_budget *budget)
{
  cr_budget_free(budget, words->slots);
  *words = (struct cr_words){ NULL, 0, 0 };
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

/* Would the words find a slot each in a table of this capacity? */
static bool fits(const struct cr_words *words, uint32_t capacity)
{
  const struct cr_words other = { NULL, capacity, 0 };
  uint32_t slots = slots_for(words->capacity);
  uint32_t next = 0;

  for (uint32_t i = 0; i < slots; i++) {
    if (words->slots[i] == 0)
      continue;
    uint32_t home = cr_words_home(&other, words->slots[i]);
    next = (home > next ? home : next) + 1;
  }
  return next < slots_for(capacity);
}

/* Gives the sorted words their places, in place: first all go to the end of the slots, then each,
 * from the smallest, to its home or the next free slot. As they fit, that is never beyond where
 * it comes from. */
static void spread(struct cr_words *words, uint32_t old_slots)
{
  uint64_t *slots = words->slots;
  uint32_t count = slots_for(words->capacity);
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
    next = home > next ? home : next;
    slots[next++] = word;
  }
  words->used = count - first;
}

static bool grow(struct cr_words *words, const struct cr_budget *budget, uint8_t phase)
{
  uint32_t old_slots = slots_for(words->capacity);
  uint32_t capacity = next_capacity(words->capacity, phase);

  while (!fits(words, capacity)) {
    if (capacity > CAPACITY_MAX)
      return false;
    capacity = next_capacity(capacity, phase);
  }
  uint64_t *slots = cr_budget_resize(budget, words->slots, old_slots * sizeof(*slots),
                                     slots_for(capacity) * sizeof(*slots));
  if (!slots)
    return false;
  words->slots = slots;
  words->capacity = capacity;
  spread(words, old_slots);
  return true;
}

static bool is_full(const struct cr_words *words)
{
  return words->used >= words->capacity - words->capacity / 5;
}

/* What stands in the way moves up to the next empty slot. */
static bool put(struct cr_words *words, uint64_t word)
{
  uint32_t at = cr_words_find(words, word);
  uint32_t empty = at;

  while (words->slots[empty] != 0)
    empty++;
  if (empty + 1 == slots_for(words->capacity)) /* the last one ends every search */
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
    spread(words, slots_for(words->capacity));
}
