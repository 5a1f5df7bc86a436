/* SPDX-License-Identifier: MIT */
/* hash.h - XXH3-64 with a seed. The places that use libxxhash are hash_xxh.c and hash_xxh_long.c.
 */
#ifndef CR_BASE_HASH_H
#define CR_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2^64 by the golden ratio: what is multiplied by it has its upper bits stirred (Knuth, The Art of
 * Computer Programming 3, 6.4). For hashes of a few words, in place. */
#define CR_HASH_FACTOR UINT64_C(0x9e3779b97f4a7c15)

uint64_t cr_hash64(const void *data, size_t bytes, uint64_t seed);
/* The same by wider steps, where cr_hash_has_long(); cr_hash64() calls it for long texts. */
uint64_t cr_hash64_long(const void *data, size_t bytes, uint64_t seed);
/* Has the processor these steps? */
bool cr_hash_has_long(void);

#endif
