/* SPDX-License-Identifier: MIT */
/* test_depth.c - what pages led to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "frontier/depth.h"
#include "support/oom.h"

enum { PAGES = 300, STEPS = 8000 };

static const char refused[] = "https://a.example/1\0https://a.example/2";

static struct cr_depth_entry entry_of(const uint64_t *children, size_t count)
{
  return (struct cr_depth_entry){ .children = children,
                                  .child_count = count,
                                  .refused = refused,
                                  .refused_count = 2,
                                  .refused_bytes = sizeof(refused),
                                  .depth = 300,
                                  .same_level = count == 1 };
}

static void assert_same(const struct cr_depth_entry *a, const struct cr_depth_entry *b)
{
  assert_int_equal(a->child_count, b->child_count);
  assert_int_equal(a->refused_count, b->refused_count);
  assert_int_equal(a->refused_bytes, b->refused_bytes);
  assert_int_equal(a->depth, b->depth);
  assert_int_equal(a->same_level, b->same_level);
  if (a->child_count > 0)
    assert_memory_equal(a->children, b->children, a->child_count * sizeof(uint64_t));
  if (a->refused_bytes > 0)
    assert_memory_equal(a->refused, b->refused, a->refused_bytes);
}

static void entries_are_copies_until_replaced_or_removed(void **state)
{
  struct cr_mem mem;
  struct cr_depth *depth = NULL;
  uint64_t children[3] = { 7, 8, 9 };
  struct cr_depth_entry got;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_depth_open(&depth, &mem, 1, 0), 0);
  assert_false(cr_depth_get(depth, 5, &got));
  cr_depth_remove(depth, 5);
  struct cr_depth_entry want = entry_of(children, 3);
  assert_int_equal(cr_depth_put(depth, 5, &want), 0);
  assert_true(cr_depth_get(depth, 5, &got));
  assert_ptr_not_equal(got.children, children);
  assert_same(&got, &want);

  struct cr_depth_entry none = { .child_count = 0 };
  assert_int_equal(cr_depth_put(depth, 6, &none), 0); /* a page without links */
  assert_true(cr_depth_get(depth, 6, &got));
  assert_same(&got, &none);

  assert_true(cr_depth_get(depth, 5, &got)); /* an entry may replace itself, or a part of it */
  got.child_count = 2;
  assert_int_equal(cr_depth_put(depth, 5, &got), 0);
  want.child_count = 2;
  assert_true(cr_depth_get(depth, 5, &got));
  assert_same(&got, &want);
  assert_int_equal(cr_depth_count(depth), 2);
  cr_depth_remove(depth, 5);
  assert_false(cr_depth_get(depth, 5, &got));
  assert_int_equal(cr_depth_count(depth), 1);
  assert_int_equal(cr_depth_lost(depth), 0);
  cr_depth_close(depth);
  cr_depth_close(NULL);
  cr_test_mem_done(&mem);
}

static void only_a_smaller_depth_lowers(void **state)
{
  struct cr_mem mem;
  struct cr_depth *depth = NULL;
  uint64_t child = 7;
  struct cr_depth_entry want = entry_of(&child, 1);
  struct cr_depth_entry got = { .depth = 1 };
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_depth_open(&depth, &mem, 1, 0), 0);
  assert_false(cr_depth_lower(depth, 5, 0, &got)); /* nothing is kept */
  assert_int_equal(cr_depth_put(depth, 5, &want), 0);
  assert_false(cr_depth_lower(depth, 5, UINT16_MAX, &got));
  assert_false(cr_depth_lower(depth, 5, 300, &got));
  assert_int_equal(got.depth, 1); /* untouched */
  for (uint16_t to = 299; to<300; to = to> 0 ? to / 2 : UINT16_MAX) {
    assert_true(cr_depth_lower(depth, 5, to, &got));
    want.depth = to;
    assert_same(&got, &want);
    assert_false(cr_depth_lower(depth, 5, to, &got));
  }
  want.depth = UINT16_MAX;
  assert_int_equal(cr_depth_put(depth, 5, &want), 0); /* as it is given */
  assert_true(cr_depth_get(depth, 5, &got));
  assert_same(&got, &want);
  cr_depth_close(depth);
  cr_test_mem_done(&mem);
}

static void assert_walk_finds_all(const struct cr_depth *depth, const size_t *counts)
{
  bool found[PAGES] = { false };
  struct cr_depth_entry entry;
  size_t cursor = 0;
  size_t count = 0;
  uint64_t fp = 0;

  while (cr_depth_next(depth, &cursor, &fp, &entry)) {
    assert_in_range(fp, 0, PAGES - 1);
    assert_false(found[fp]);
    found[fp] = true;
    count++;
    assert_int_equal(entry.child_count, counts[fp] - 1);
  }
  assert_int_equal(count, cr_depth_count(depth));
}

static void random_operations_agree_with_an_array(void **state)
{
  static size_t counts[PAGES]; /* children + 1; 0: not kept */
  static uint64_t children[50];
  struct cr_random random = { 1 };
  struct cr_mem mem;
  struct cr_depth *depth = NULL;
  struct cr_depth_entry entry;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_depth_open(&depth, &mem, 1, 0), 0);
  for (int step = 0; step < STEPS; step++) {
    uint64_t fp = cr_random_below(&random, PAGES);
    assert_int_equal(cr_depth_get(depth, fp, &entry), counts[fp] > 0);
    if (counts[fp] > 0 && entry.child_count > 0)
      assert_true(entry.children[0] == fp);
    if (cr_random_below(&random, 3)) {
      counts[fp] = 1 + cr_random_below(&random, 50);
      children[0] = fp;
      struct cr_depth_entry put = entry_of(children, counts[fp] - 1);
      assert_int_equal(cr_depth_put(depth, fp, &put), 0);
    } else {
      counts[fp] = 0;
      cr_depth_remove(depth, fp);
    }
    if (step % 100 == 0)
      assert_walk_finds_all(depth, counts);
  }
  cr_depth_close(depth);
  cr_test_mem_done(&mem);
}

static void what_is_over_the_ceiling_is_counted_and_not_kept(void **state)
{
  static uint64_t children[1000];
  struct cr_mem mem;
  struct cr_depth *depth = NULL;
  struct cr_depth_entry small = entry_of(children, 10);
  struct cr_depth_entry large = entry_of(children, 1000);
  struct cr_depth_entry got;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_depth_open(&depth, &mem, 1, 5000), 0);
  uint64_t fp = 0;
  while (cr_depth_put(depth, fp, &small) == 0)
    fp++;
  assert_in_range(fp, 10, 40);
  assert_int_equal(cr_depth_lost(depth), 1);
  assert_int_equal(cr_depth_put(depth, 3, &large), CRAWLER_E_LIMIT);
  assert_true(cr_depth_get(depth, 3, &got)); /* the older entry stays */
  assert_int_equal(got.child_count, 10);
  assert_int_equal(cr_depth_put(depth, 3, &small), 0); /* of the same size */
  cr_depth_remove(depth, 0);
  assert_int_equal(cr_depth_put(depth, fp, &small), 0);
  assert_int_equal(cr_depth_lost(depth), 2);
  large.child_count = SIZE_MAX / 4;
  assert_int_equal(cr_depth_put(depth, 1, &large), CRAWLER_E_LIMIT);
  cr_depth_close(depth);
  cr_test_mem_done(&mem);
}

static void put_some(struct cr_mem *mem, void *arg)
{
  uint64_t children[4] = { 1, 2, 3, 4 };
  struct cr_depth *depth = NULL;
  struct cr_depth_entry entry;
  int64_t lost = 0;
  (void)arg;

  int err = cr_depth_open(&depth, mem, 1, 0);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  for (uint64_t fp = 0; err == 0 && fp < 120; fp++) {
    struct cr_depth_entry put = entry_of(children, fp % 4);
    bool kept = cr_depth_put(depth, fp % 100, &put) == 0;
    assert_true(kept || cr_test_oom_refused(mem));
    lost += !kept;
    assert_true(!kept || cr_depth_get(depth, fp % 100, &entry));
    if (fp % 7 == 0)
      cr_depth_remove(depth, fp % 100);
  }
  if (err == 0)
    assert_int_equal(cr_depth_lost(depth), lost);
  cr_depth_close(depth);
}

static void a_put_without_memory_is_counted(void **state)
{
  (void)state;
  cr_test_oom(put_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_are_copies_until_replaced_or_removed),
    cmocka_unit_test(only_a_smaller_depth_lowers),
    cmocka_unit_test(random_operations_agree_with_an_array),
    cmocka_unit_test(what_is_over_the_ceiling_is_counted_and_not_kept),
    cmocka_unit_test(a_put_without_memory_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
