/* SPDX-License-Identifier: MIT */
/* words.h - a table of 64-bit words that stays sorted: the core of the seen-set and all indexes.
 *
 * Linear probing: a word's home is its upper 32 bits, scaled to the number of homes (Lemire, "Fast
 * random integer generation in an interval", 2019, the multiply-shift). What finds its home taken
 * moves up, and smaller words stand before larger ones, so that a search ends at the first larger
 * word and growing is one pass over memory, in place. Upper bits must be spread evenly: hash first.
 */
#ifndef CR_FRONTIER_WORDS_H
#define CR_FRONTIER_WORDS_H

#include "frontier/budget.h"

struct cr_words {
  uint64_t *slots;   /* 0: empty, as is the last one always; NULL until the first word comes */
  uint32_t capacity; /* homes */
  uint32_t spill;    /* slots behind the last home, besides the one that stays empty */
  uint32_t used;
};

/* Puts in a word that is not 0 and not there. phase 0..255: tables that share their load evenly
 * grow at different sizes if their phases differ. false: no room. */
bool cr_words_insert(struct cr_words *words, const struct cr_budget *budget, uint64_t word,
                     uint8_t phase);
void cr_words_remove(struct cr_words *words, uint32_t slot);
/* After slots were set to 0 in any number: the others find their places again. */
void cr_words_settle(struct cr_words *words);
void cr_words_free(struct cr_words *words, const struct cr_budget *budget);
uint32_t cr_words_slot_count(const struct cr_words *words);
size_t cr_words_bytes(const struct cr_words *words);

static inline uint32_t cr_words_home(const struct cr_words *words, uint64_t word)
{
  return (uint32_t)(((word >> 32) * words->capacity) >> 32);
}

/* The first slot that is empty or not smaller than word. There must be slots. */
static inline uint32_t cr_words_find(const struct cr_words *words, uint64_t word)
{
  uint32_t i = cr_words_home(words, word);
  while (words->slots[i] != 0 && words->slots[i] < word)
    i++;
  return i;
}

static inline void cr_words_prefetch(const struct cr_words *words, uint64_t word)
{
  if (words->slots)
    __builtin_prefetch(&words->slots[cr_words_home(words, word)]);
}

/* A bijection of 64 bits that spreads any values: the finaliser of splitmix64. */
static inline uint64_t cr_words_mix(uint64_t x)
{
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

#endif
