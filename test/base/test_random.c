/* SPDX-License-Identifier: MIT */
/* test_random.c - the generator is splitmix64, and the seed comes from the system. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/syscall.h>

#include "base/random.h"
#include "support/forbid.h"

static void the_sequence_is_that_of_splitmix64(void **state)
{
  /* Seed 1234567, as published with Vigna's reference code splitmix64.c in many places. */
  static const uint64_t want[] = { 6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                                   4593380528125082431u, 16408922859458223821u };
  struct cr_random random = { 1234567 };
  (void)state;
  for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
    assert_true(cr_random_next(&random) == want[i]);
}

static void values_below_a_bound_stay_below_and_reach_all(void **state)
{
  struct cr_random random = { 5 };
  bool seen[10] = { false };
  (void)state;

  for (int i = 0; i < 1000; i++) {
    uint64_t value = cr_random_below(&random, 10);
    assert_true(value < 10);
    seen[value] = true;
    assert_true(cr_random_below(&random, 1) == 0);
    assert_true(cr_random_below(&random, UINT64_MAX) < UINT64_MAX);
  }
  for (int i = 0; i < 10; i++)
    assert_true(seen[i]);
}

static void seeds_differ(void **state)
{
  (void)state;
  assert_true(cr_random_seed() != cr_random_seed());
}

static int seed_twice_without_getrandom(void)
{
  if (!cr_test_forbid(SYS_getrandom, ENOSYS)) /* as on a kernel before 3.17 */
    return CR_TEST_CANNOT_FORBID;
  return cr_random_seed() != cr_random_seed() ? 0 : 1;
}

static void seeds_differ_where_the_system_gives_no_randomness(void **state)
{
  (void)state;
  int status = cr_test_in_child(seed_twice_without_getrandom);
  if (status == CR_TEST_CANNOT_FORBID)
    skip();
  assert_int_equal(status, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_sequence_is_that_of_splitmix64),
    cmocka_unit_test(values_below_a_bound_stay_below_and_reach_all),
    cmocka_unit_test(seeds_differ),
    cmocka_unit_test(seeds_differ_where_the_system_gives_no_randomness),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
