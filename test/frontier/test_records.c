/* SPDX-License-Identifier: MIT */
/* test_records.c - the array that grows without moving. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "frontier/records.h"
#include "support/oom.h"

enum { RECORDS = 5000 };

struct record {
  uint32_t id;
  char rest[36];
};

static void records_never_move(void **state)
{
  static struct record *places[RECORDS];
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_records records;
  (void)state;

  cr_test_mem_init(&mem);
  cr_records_init(&records, &budget, sizeof(struct record));
  for (uint32_t i = 0; i < RECORDS; i++) {
    places[i] = cr_records_add(&records);
    assert_non_null(places[i]);
    assert_int_equal(records.count, i + 1);
    assert_int_equal(places[i]->id, 0); /* zeroed */
    places[i]->id = i;
  }
  for (uint32_t i = 0; i < RECORDS; i++) {
    assert_ptr_equal(cr_records_at(&records, i), places[i]);
    assert_int_equal(places[i]->id, i);
  }
  cr_records_free(&records);
  assert_int_equal(records.count, 0);
  cr_test_mem_done(&mem);
}

static void a_dropped_record_comes_again_zeroed(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_records records;
  (void)state;

  cr_test_mem_init(&mem);
  cr_records_init(&records, &budget, sizeof(struct record));
  struct record *first = cr_records_add(&records);
  first->id = 7;
  cr_records_drop(&records);
  assert_int_equal(records.count, 0);
  assert_ptr_equal(cr_records_add(&records), first);
  assert_int_equal(first->id, 0);
  cr_records_free(&records);
  cr_test_mem_done(&mem);
}

static void add_some(struct cr_mem *mem, void *arg)
{
  struct cr_budget budget = { mem, 0 };
  struct cr_records records;
  uint32_t added = 0;
  (void)arg;

  cr_records_init(&records, &budget, sizeof(struct record));
  for (int i = 0; i < 700; i++)
    added += cr_records_add(&records) != NULL;
  assert_int_equal(records.count, added);
  assert_true(cr_test_oom_refused(mem) || added == 700);
  cr_records_free(&records);
}

static void a_failed_allocation_adds_nothing(void **state)
{
  (void)state;
  cr_test_oom(add_some, NULL);
}

static void the_ceiling_holds(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 10000 };
  struct cr_records records;
  (void)state;

  cr_test_mem_init(&mem);
  cr_records_init(&records, &budget, sizeof(struct record));
  while (cr_records_add(&records))
    assert_true(mem.used[CR_MEM_FRONTIER] <= 10000);
  assert_int_equal(records.count, 3 * 64); /* a fourth chunk of 64 * 40 bytes has no room */
  cr_records_free(&records);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(records_never_move),
    cmocka_unit_test(a_dropped_record_comes_again_zeroed),
    cmocka_unit_test(a_failed_allocation_adds_nothing),
    cmocka_unit_test(the_ceiling_holds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
