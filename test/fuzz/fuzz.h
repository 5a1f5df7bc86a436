/* SPDX-License-Identifier: MIT */
/* fuzz.h - what every fuzz target has.
 */
#ifndef CR_FUZZ_FUZZ_H
#define CR_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* What isn't true is a find. */
static inline void require(bool truth)
{
  if (!truth)
    abort();
}

/* Exactly as much, so that a write behind it is seen. */
static inline char *room_for(size_t bytes)
{
  char *room = malloc(bytes > 0 ? bytes : 1);
  require(room);
  return room;
}

#endif
