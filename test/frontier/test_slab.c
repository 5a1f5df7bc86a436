/* SPDX-License-Identifier: MIT */
/* test_slab.c - blocks that are named by 32 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "frontier/slab.h"
#include "support/oom.h"

enum { BLOCKS = 1500, STEPS = 60000 };

struct block {
  uint32_t name;
  size_t bytes; /* 0: not in use */
  uint8_t pattern;
};

static size_t any_size(struct cr_random *random)
{
  switch (cr_random_below(random, 20)) {
  case 0:
    return 1 + cr_random_below(random, 70000);
  case 1:
    return CR_SLAB_LARGE - 1 + cr_random_below(random, 3);
  default:
    return 1 + cr_random_below(random, 300);
  }
}

static void fill(struct cr_slab *slab, struct block *block, struct cr_random *random)
{
  block->bytes = any_size(random);
  block->pattern = (uint8_t)cr_random_next(random);
  block->name = cr_slab_alloc(slab, block->bytes);
  assert_int_not_equal(block->name, CR_SLAB_NONE);
  memset(cr_slab_at(slab, block->name), block->pattern, block->bytes);
}

static void empty(struct cr_slab *slab, struct block *block)
{
  const uint8_t *data = cr_slab_at(slab, block->name);
  for (size_t i = 0; i < block->bytes; i++)
    assert_int_equal(data[i], block->pattern);
  cr_slab_free(slab, block->name, block->bytes);
  block->bytes = 0;
}

static void blocks_keep_what_is_written_to_them(void **state)
{
  static struct block blocks[BLOCKS];
  struct cr_random random = { 4 };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_slab slab;
  (void)state;

  cr_test_mem_init(&mem);
  cr_slab_init(&slab, &budget);
  for (int step = 0; step < STEPS; step++) {
    struct block *block = &blocks[cr_random_below(&random, BLOCKS)];
    bool fills = cr_random_below(&random, 100) < (step / 10000 % 2 ? 25 : 75);
    if (block->bytes == 0 && fills)
      fill(&slab, block, &random);
    else if (block->bytes > 0 && !fills)
      empty(&slab, block);
  }
  for (int i = 0; i < BLOCKS; i++) {
    if (blocks[i].bytes > 0)
      empty(&slab, &blocks[i]);
  }
  assert_true(mem.blocks <= 2); /* the directory, and the chunk that is being filled */
  cr_slab_close(&slab);
  cr_test_mem_done(&mem);
}

static void a_freed_block_is_used_again(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_slab slab;
  (void)state;

  cr_test_mem_init(&mem);
  cr_slab_init(&slab, &budget);
  uint32_t a = cr_slab_alloc(&slab, 100);
  uint32_t b = cr_slab_alloc(&slab, 100);
  cr_slab_free(&slab, a, 100);
  assert_int_equal(cr_slab_alloc(&slab, 97), a); /* of the same 16 bytes */
  assert_int_not_equal(cr_slab_alloc(&slab, 113), b);
  cr_slab_close(&slab);
  cr_test_mem_done(&mem);
}

static void a_small_slab_is_small(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_slab slab;
  (void)state;

  cr_test_mem_init(&mem);
  cr_slab_init(&slab, &budget);
  for (int i = 0; i < 20; i++)
    assert_int_not_equal(cr_slab_alloc(&slab, 110), CR_SLAB_NONE);
  assert_true(cr_mem_used(&mem) <= 4096 + 64);
  for (int i = 0; i < 10000; i++)
    assert_int_not_equal(cr_slab_alloc(&slab, 112), CR_SLAB_NONE);
  assert_true(cr_mem_used(&mem) < 112 * 10020 + 100000); /* two chunks at most are for later */
  cr_slab_close(&slab);
  cr_test_mem_done(&mem);
}

static void what_is_left_of_a_chunk_is_not_lost(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_slab slab;
  (void)state;

  cr_test_mem_init(&mem);
  cr_slab_init(&slab, &budget);
  for (int i = 0; i < 2; i++) /* of 4080 bytes */
    assert_int_not_equal(cr_slab_alloc(&slab, 2000), CR_SLAB_NONE);
  assert_int_not_equal(cr_slab_alloc(&slab, 2000), CR_SLAB_NONE);
  assert_int_equal(cr_slab_alloc(&slab, 80) >> CR_SLAB_PLACE_BITS, 0);
  cr_slab_close(&slab);
  cr_test_mem_done(&mem);
}

static void allocate_some(struct cr_mem *mem, void *arg)
{
  struct cr_budget budget = { mem, 0 };
  struct cr_slab slab;
  uint32_t names[60];
  (void)arg;

  cr_slab_init(&slab, &budget);
  for (int i = 0; i < 60; i++) {
    names[i] = cr_slab_alloc(&slab, 1 + (size_t)i * 90);
    assert_true(names[i] != CR_SLAB_NONE || cr_test_oom_refused(mem));
  }
  for (int i = 0; i < 60; i++) {
    if (names[i] != CR_SLAB_NONE)
      cr_slab_free(&slab, names[i], 1 + (size_t)i * 90);
  }
  cr_slab_close(&slab);
}

static void failed_allocations_lose_nothing(void **state)
{
  (void)state;
  cr_test_oom(allocate_some, NULL);
}

static void impossible_sizes_are_refused(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 1 << 20 };
  struct cr_slab slab;
  (void)state;

  cr_test_mem_init(&mem);
  cr_slab_init(&slab, &budget);
  assert_int_equal(cr_slab_alloc(&slab, SIZE_MAX), CR_SLAB_NONE);
  assert_int_equal(cr_slab_alloc(&slab, SIZE_MAX - 16), CR_SLAB_NONE);
  assert_int_equal(cr_slab_alloc(&slab, 1 << 20), CR_SLAB_NONE);
  assert_int_not_equal(cr_slab_alloc(&slab, 0), CR_SLAB_NONE);
  cr_slab_close(&slab);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(blocks_keep_what_is_written_to_them),
    cmocka_unit_test(a_freed_block_is_used_again),
    cmocka_unit_test(a_small_slab_is_small),
    cmocka_unit_test(what_is_left_of_a_chunk_is_not_lost),
    cmocka_unit_test(failed_allocations_lose_nothing),
    cmocka_unit_test(impossible_sizes_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
