/* SPDX-License-Identifier: MIT */
/* test_hash_xxh.c - the hash is XXH3-64, at every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <xxhash.h>

#include "base/hash.h"
#include "base/random.h"

enum { LEN_MAX = 3000 }; /* beyond one block of XXH3's long-input loop (1024 bytes) */

static void values_are_those_of_the_shared_library_at_every_length(void **state)
{
  static const uint64_t seeds[] = { 0, 1, 0x9e3779b97f4a7c15u, UINT64_MAX };
  static unsigned char bytes[LEN_MAX + 1];
  struct cr_random random = { 3 };
  (void)state;

  for (size_t i = 0; i < sizeof(bytes); i++)
    bytes[i] = (unsigned char)cr_random_next(&random);
  for (size_t len = 0; len <= LEN_MAX; len += len < 1100 ? 1 : 37)
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) /* + 1: unaligned too */
      assert_true(cr_hash64(bytes + 1, len, seeds[i]) ==
                  XXH3_64bits_withSeed(bytes + 1, len, seeds[i]));
}

static void the_empty_input_has_the_published_value(void **state)
{
  (void)state;
  assert_true(cr_hash64(NULL, 0, 0) == 0x2d06800538d394c2u); /* xxHash's own sanity check */
}

static void the_seed_changes_the_value(void **state)
{
  const char *url = "https://example.org/a/b?c=d";
  (void)state;
  assert_true(cr_hash64(url, strlen(url), 1) != cr_hash64(url, strlen(url), 2));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_are_those_of_the_shared_library_at_every_length),
    cmocka_unit_test(the_empty_input_has_the_published_value),
    cmocka_unit_test(the_seed_changes_the_value),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
