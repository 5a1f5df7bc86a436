/* SPDX-License-Identifier: MIT */
/* hash.h - XXH3-64 with a seed. The one place that uses libxxhash is hash_xxh.c.
 */
#ifndef CR_BASE_HASH_H
#define CR_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* 2^64 by the golden ratio: what is multiplied by it has its upper bits stirred (Knuth, The Art of
 * Computer Programming 3, 6.4). For hashes of a few words, in place. */
#define CR_HASH_FACTOR UINT64_C(0x9e3779b97f4a7c15)

uint64_t cr_hash64(const void *data, size_t bytes, uint64_t seed);

#endif
