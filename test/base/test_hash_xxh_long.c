/* SPDX-License-Identifier: MIT */
/* test_hash_xxh_long.c - wider steps give the same hash, at every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <xxhash.h>

#include "base/hash.h"
#include "base/random.h"

enum { LEN_MAX = 5000 }; /* some blocks of XXH3's loop for long inputs (1024 bytes) */

static void values_are_those_of_the_shared_library(void **state)
{
  static unsigned char bytes[LEN_MAX + 1];
  struct cr_random random = { 5 };
  (void)state;

  if (!cr_hash_has_long())
    skip();
  for (size_t i = 0; i < sizeof(bytes); i++)
    bytes[i] = (unsigned char)cr_random_next(&random);
  for (size_t len = 0; len <= LEN_MAX; len++) { /* + 1: unaligned too */
    uint64_t seed = cr_random_next(&random);
    assert_true(cr_hash64_long(bytes + 1, len, seed) == XXH3_64bits_withSeed(bytes + 1, len, seed));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_are_those_of_the_shared_library),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
