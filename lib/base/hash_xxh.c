/* SPDX-License-Identifier: MIT */
/* hash_xxh.c - XXH3-64 with a seed, by libxxhash.
 *
 * The header alone, compiled in here: short keys (URLs, host names) take XXH3's branches for up
 * to 16, 128 and 240 bytes without another call, and nothing is linked.
 */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t cr_hash64(const void *data, size_t bytes, uint64_t seed)
{
  return XXH3_64bits_withSeed(data, bytes, seed);
}
