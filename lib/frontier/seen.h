/* SPDX-License-Identifier: MIT */
/* seen.h - every URL ever met: exact 64-bit fingerprints, each with a byte of state.
 *
 * 256 tables of 8-byte words (words.h). A fingerprint is mixed with the seed, which loses nothing:
 * 8 bits of it number the table, the word holds the other 56 and the state (quotienting: Knuth,
 * TAOCP 3, 6.4 exercise 13). A table grows alone, and no two at the same count, so there is
 * neither a pause nor a jump in memory: 11.2 bytes a fingerprint, at most 12.6 from 100,000 on.
 */
#ifndef CR_FRONTIER_SEEN_H
#define CR_FRONTIER_SEEN_H

#include "frontier/words.h"

#define CR_SEEN_TABLES 256

struct cr_seen {
  struct cr_budget *budget;
  uint64_t seed;
  int64_t known;
  int64_t bytes;
  struct cr_words tables[CR_SEEN_TABLES];
};

void cr_seen_init(struct cr_seen *seen, struct cr_budget *budget, uint64_t seed);
void cr_seen_free(struct cr_seen *seen);
/* 0: unknown. */
uint8_t cr_seen_get(const struct cr_seen *seen, uint64_t fp);
/* states[i] is the state of fps[i]; faster than one by one. */
void cr_seen_get_all(const struct cr_seen *seen, const uint64_t *fps, size_t n, uint8_t *states);
void cr_seen_prefetch(const struct cr_seen *seen, uint64_t fp);
/* Sets the state, not 0. 0, or CRAWLER_E_NOMEM when fp is unknown and there is no room for it. */
int cr_seen_put(struct cr_seen *seen, uint64_t fp, uint8_t state);
/* All fingerprints with that state become unknown. */
void cr_seen_forget(struct cr_seen *seen, uint8_t state);

#endif
