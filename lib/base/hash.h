/* SPDX-License-Identifier: MIT */
/* hash.h - XXH3-64 with a seed. The one place that uses libxxhash is hash_xxh.c.
 */
#ifndef CR_BASE_HASH_H
#define CR_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t cr_hash64(const void *data, size_t bytes, uint64_t seed);

#endif
