/* SPDX-License-Identifier: MIT */
/* test_lease.c - slots that are used again, and leases that are stale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "frontier/lease.h"
#include "support/oom.h"

static void a_lease_ends_once(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_leases leases;
  (void)state;

  cr_test_mem_init(&mem);
  cr_leases_init(&leases, &budget);
  assert_null(cr_lease_find(&leases, (struct cr_lease){ 0, 0 }));
  assert_true(cr_leases_reserve(&leases));
  struct cr_lease first = cr_lease_take(&leases, 11, 22, 22);
  assert_int_equal(cr_lease_find(&leases, first)->entry, 11);
  assert_int_equal(cr_lease_find(&leases, first)->authority, 22);
  assert_null(cr_lease_find(&leases, (struct cr_lease){ first.slot, 0 }));
  assert_null(cr_lease_find(&leases, (struct cr_lease){ first.slot + 1, first.generation }));
  assert_null(cr_lease_find(&leases, (struct cr_lease){ UINT32_MAX, first.generation }));
  assert_int_equal(leases.count, 1);
  cr_lease_end(&leases, first);
  assert_null(cr_lease_find(&leases, first));
  assert_int_equal(leases.count, 0);

  assert_true(cr_leases_reserve(&leases));
  struct cr_lease second = cr_lease_take(&leases, 33, 44, 44);
  assert_int_equal(second.slot, first.slot);
  assert_null(cr_lease_find(&leases, first));
  assert_int_equal(cr_lease_find(&leases, second)->entry, 33);
  cr_leases_free(&leases);
  cr_test_mem_done(&mem);
}

static void generation_0_is_never_valid(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_leases leases;
  (void)state;

  cr_test_mem_init(&mem);
  cr_leases_init(&leases, &budget);
  assert_true(cr_leases_reserve(&leases));
  cr_leased_at(&leases, 0)->generation = UINT32_MAX;
  struct cr_lease lease = cr_lease_take(&leases, 1, 1, 1);
  assert_int_equal(lease.generation, 1);
  cr_leases_free(&leases);
  cr_test_mem_done(&mem);
}

static void the_table_is_as_large_as_the_leases_held_at_once(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_leases leases;
  struct cr_lease held[10];
  (void)state;

  cr_test_mem_init(&mem);
  cr_leases_init(&leases, &budget);
  for (uint32_t i = 0; i < 1000; i++) {
    if (i >= 10)
      cr_lease_end(&leases, held[i % 10]);
    assert_true(cr_leases_reserve(&leases));
    assert_true(cr_leases_reserve(&leases)); /* once is enough */
    held[i % 10] = cr_lease_take(&leases, i, i, i);
  }
  assert_int_equal(leases.slots.count, 10);
  assert_int_equal(leases.count, 10);
  cr_leases_free(&leases);
  cr_test_mem_done(&mem);
}

static void lease_some(struct cr_mem *mem, void *arg)
{
  struct cr_budget budget = { mem, 0 };
  struct cr_leases leases;
  uint32_t taken = 0;
  (void)arg;

  cr_leases_init(&leases, &budget);
  for (uint32_t i = 0; i < 200; i++) {
    if (!cr_leases_reserve(&leases))
      continue;
    struct cr_lease lease = cr_lease_take(&leases, i, i, i);
    assert_int_equal(cr_lease_find(&leases, lease)->entry, i);
    taken++;
  }
  assert_int_equal(leases.count, taken);
  assert_true(taken == 200 || cr_test_oom_refused(mem));
  cr_leases_free(&leases);
}

static void a_failed_reservation_changes_nothing(void **state)
{
  (void)state;
  cr_test_oom(lease_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_lease_ends_once),
    cmocka_unit_test(generation_0_is_never_valid),
    cmocka_unit_test(the_table_is_as_large_as_the_leases_held_at_once),
    cmocka_unit_test(a_failed_reservation_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
