/* SPDX-License-Identifier: MIT */
/* test_idmap.c - from hashes to ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "frontier/idmap.h"
#include "support/oom.h"

enum { IDS = 2000, HASHES = 300, STEPS = 30000 };

static uint64_t hash_of(uint32_t id) /* several ids have one hash */
{
  return id % HASHES;
}

static bool finds(const struct cr_idmap *map, uint32_t id)
{
  struct cr_idmap_search search = cr_idmap_find(map, hash_of(id));
  uint32_t found = cr_idmap_next(&search);

  while (found != CR_NOWHERE && found != id)
    found = cr_idmap_next(&search);
  return found == id;
}

static uint32_t count_walked(const struct cr_idmap *map, const bool *there)
{
  uint64_t cursor = 0;
  uint32_t count = 0;

  for (uint32_t id = cr_idmap_walk(map, &cursor); id != CR_NOWHERE;
       id = cr_idmap_walk(map, &cursor)) {
    assert_in_range(id, 0, IDS - 1);
    assert_true(there[id]);
    count++;
  }
  return count;
}

static void ids_are_found_until_they_are_removed(void **state)
{
  static bool there[IDS];
  struct cr_random random = { 1 };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_idmap map;
  uint32_t count = 0;
  (void)state;

  cr_test_mem_init(&mem);
  for (unsigned bits = 0; bits <= 8; bits += 4) {
    memset(there, 0, sizeof(there));
    count = 0;
    assert_int_equal(cr_idmap_open(&map, &budget, 1, bits), 0);
    assert_int_equal(count_walked(&map, there), 0);
    for (int step = 0; step < STEPS; step++) {
      uint32_t id = (uint32_t)cr_random_below(&random, IDS);
      assert_int_equal(finds(&map, id), there[id]);
      if (there[id])
        cr_idmap_remove(&map, hash_of(id), id);
      else
        assert_int_equal(cr_idmap_add(&map, hash_of(id), id), 0);
      there[id] = !there[id];
      count += there[id] ? 1 : UINT32_MAX;
    }
    assert_int_equal(count_walked(&map, there), count);
    cr_idmap_close(&map);
  }
  cr_test_mem_done(&mem);
}

static void an_id_takes_the_place_of_another(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_idmap map;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_idmap_open(&map, &budget, 1, 2), 0);
  assert_int_equal(cr_idmap_add(&map, hash_of(5), 5), 0);
  assert_int_equal(cr_idmap_add(&map, hash_of(5 + HASHES), 5 + HASHES), 0);
  cr_idmap_replace(&map, hash_of(5), 5, 5 + 2 * HASHES);
  assert_false(finds(&map, 5));
  assert_true(finds(&map, 5 + HASHES));
  assert_true(finds(&map, 5 + 2 * HASHES));
  cr_idmap_remove(&map, hash_of(5), 5 + 2 * HASHES);
  assert_false(finds(&map, 5 + 2 * HASHES));
  cr_idmap_close(&map);
  cr_idmap_close(&map); /* once more does no harm */
  cr_test_mem_done(&mem);
}

static void add_some(struct cr_mem *mem, void *arg)
{
  static bool there[IDS];
  struct cr_budget budget = { mem, 0 };
  struct cr_idmap map;
  uint32_t count = 0;
  (void)arg;

  memset(there, 0, sizeof(there));
  int err = cr_idmap_open(&map, &budget, 1, 3);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  for (uint32_t id = 0; err == 0 && id < 300; id++) {
    there[id] = cr_idmap_add(&map, hash_of(id), id) == 0;
    assert_true(there[id] || cr_test_oom_refused(mem));
    count += there[id];
  }
  if (err == 0)
    assert_int_equal(count_walked(&map, there), count);
  cr_idmap_close(&map);
}

static void a_failed_addition_adds_nothing(void **state)
{
  (void)state;
  cr_test_oom(add_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ids_are_found_until_they_are_removed),
    cmocka_unit_test(an_id_takes_the_place_of_another),
    cmocka_unit_test(a_failed_addition_adds_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
