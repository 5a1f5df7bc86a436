/* SPDX-License-Identifier: MIT */
/* hash_xxh.c - XXH3-64 with a seed, by libxxhash.
 *
 * The header alone, compiled in here: short keys (URLs, host names) take XXH3's branches for up
 * to 16, 128 and 240 bytes without another call, and nothing is linked.
 */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { LONG = 1024 }; /* bytes, from which wider steps pay for a call */

uint64_t cr_hash64(const void *data, size_t bytes, uint64_t seed)
{
  if (bytes >= LONG && cr_hash_has_long())
    return cr_hash64_long(data, bytes, seed);
  return XXH3_64bits_withSeed(data, bytes, seed);
}
