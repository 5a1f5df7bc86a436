/* SPDX-License-Identifier: MIT */
/* random.h - splitmix64 (Steele, Lea, Flood 2014): small, seedable, good enough for jitter.
 */
#ifndef CR_BASE_RANDOM_H
#define CR_BASE_RANDOM_H

#include <stdint.h>

struct cr_random {
  uint64_t state;
};

static inline uint64_t cr_random_next(struct cr_random *r)
{
  uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* 0 <= result < below; below > 0. Even but for one part in 2^64 / below. */
static inline uint64_t cr_random_below(struct cr_random *r, uint64_t below)
{
  return cr_random_next(r) % below;
}

/* 64 bits that no remote site can guess, from the system. */
uint64_t cr_random_seed(void);

#endif
