/* SPDX-License-Identifier: MIT */
/* test_arena.c - small allocations that end together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/random.h"
#include "support/oom.h"

static void nothing_is_allocated_before_the_first_use(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 1024, 0);
  assert_int_equal(mem.calls, 0);
  cr_arena_reset(&arena);
  assert_non_null(cr_arena_bytes(&arena, 0));
  assert_int_equal(mem.blocks, 1);
  assert_true(mem.used[CR_MEM_PAGE] >= 1024);
  cr_arena_free(&arena);
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void held_bytes_are_what_the_account_says(void **state)
{
  static const size_t sizes[] = { 1, 100, 5000, 900, 300, 0, 20000 };
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 1024, 0);
  assert_int_equal(cr_arena_held_bytes(&arena), 0);
  for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
    assert_non_null(cr_arena_bytes(&arena, sizes[i]));
    assert_int_equal(cr_arena_held_bytes(&arena), mem.used[CR_MEM_PAGE]);
  }
  cr_arena_reset(&arena);
  assert_int_equal(cr_arena_held_bytes(&arena), mem.used[CR_MEM_PAGE]);
  cr_arena_free(&arena);
  assert_int_equal(cr_arena_held_bytes(&arena), 0);
  cr_test_mem_done(&mem);
}

static void blocks_are_aligned_and_text_is_packed(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 1024, 0);
  char *one = cr_arena_bytes(&arena, 3);
  char *two = cr_arena_bytes(&arena, 2);
  assert_ptr_equal(two, one + 3);
  char *three = cr_arena_alloc(&arena, 5);
  assert_int_equal((uintptr_t)three % 16, 0);
  assert_ptr_equal(three, one + 16);
  assert_int_equal(arena.used_bytes, 16 + 5);
  for (size_t bytes = 0; bytes < 3000; bytes += 7)
    assert_int_equal((uintptr_t)cr_arena_zalloc(&arena, bytes) % 16, 0);
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

enum { BLOCKS = 2000 };

/* Each block is filled with its number; none may overlap another. */
static void blocks_of_all_sizes_do_not_overlap(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  struct cr_random random = { 1 };
  static unsigned char *blocks[BLOCKS];
  static size_t sizes[BLOCKS];
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 4096, 0);
  for (int round = 0; round < 3; round++) {
    for (size_t i = 0; i < BLOCKS; i++) {
      sizes[i] = (size_t)cr_random_below(&random, i % 50 == 0 ? 10000 : 100);
      blocks[i] = i % 2 ? cr_arena_alloc(&arena, sizes[i])
                        : (unsigned char *)cr_arena_bytes(&arena, sizes[i]);
      assert_non_null(blocks[i]);
      memset(blocks[i], (int)(i % 251), sizes[i]);
    }
    for (size_t i = 0; i < BLOCKS; i++)
      for (size_t k = 0; k < sizes[i]; k++)
        assert_int_equal(blocks[i][k], i % 251);
    cr_arena_reset(&arena);
    assert_int_equal(arena.used_bytes, 0);
    assert_int_equal(mem.blocks, 1);
  }
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void a_large_block_does_not_waste_the_newest_chunk(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 1024, 0);
  char *before = cr_arena_alloc(&arena, 16);
  memset(cr_arena_alloc(&arena, 100000), 1, 100000);
  char *after = cr_arena_alloc(&arena, 16);
  assert_ptr_equal(after, before + 16);
  assert_int_equal(mem.blocks, 2);
  cr_arena_reset(&arena); /* keeps the ordinary chunk, not the large one */
  assert_int_equal(mem.blocks, 1);
  assert_true(cr_mem_used(&mem) < 2048);
  cr_arena_free(&arena);

  (void)cr_arena_alloc(&arena, 5000); /* a large block comes first */
  assert_int_equal(mem.blocks, 1);
  (void)cr_arena_alloc(&arena, 5);
  assert_int_equal(mem.blocks, 2);
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void a_recycled_arena_allocates_nothing(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 1024, 0);
  for (int i = 0; i < 100; i++) {
    assert_non_null(cr_arena_alloc(&arena, 500));
    assert_non_null(cr_arena_alloc(&arena, 500));
    cr_arena_reset(&arena);
  }
  assert_int_equal(mem.calls, 1);
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void ceiling_holds_for_every_way_to_allocate(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 64, 1000);
  assert_null(cr_arena_alloc(&arena, 1001));
  assert_null(cr_arena_bytes(&arena, SIZE_MAX));
  assert_null(cr_arena_strndup(&arena, "x", SIZE_MAX));
  assert_int_equal(mem.blocks, 0);
  assert_non_null(cr_arena_alloc(&arena, 900));
  char *text = cr_arena_bytes(&arena, 50);
  assert_non_null(text);
  assert_null(cr_arena_alloc(&arena, 51));
  assert_null(cr_arena_bytes(&arena, 51));
  assert_null(cr_arena_strndup(&arena, "", 50));
  assert_null(cr_arena_grow(&arena, text, 50, 101));
  assert_non_null(cr_arena_grow(&arena, text, 50, 60));
  assert_int_equal(arena.used_bytes, 960);
  assert_non_null(cr_arena_bytes(&arena, 40));
  assert_null(cr_arena_bytes(&arena, 1));
  cr_arena_reset(&arena);
  assert_non_null(cr_arena_bytes(&arena, 1000));
  cr_arena_free(&arena);

  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 64, 0); /* no ceiling, yet no overflow */
  assert_null(cr_arena_alloc(&arena, SIZE_MAX));
  assert_null(cr_arena_alloc(&arena, SIZE_MAX - 31));
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void reset_keeps_the_first_chunk(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_CORE, 1024, 0);
  char *first = cr_arena_bytes(&arena, 0);
  int64_t chunk = mem.used[CR_MEM_CORE];
  arena.kind = CR_MEM_PAGE; /* of what comes from here on */
  for (int round = 0; round < 3; round++) {
    assert_ptr_equal(cr_arena_bytes(&arena, 1), first);
    for (int i = 0; i < 20; i++)
      assert_non_null(cr_arena_alloc(&arena, i % 5 == 0 ? 5000 : 200));
    assert_true(mem.used[CR_MEM_PAGE] > 20000);
    cr_arena_reset(&arena);
    assert_int_equal(mem.used[CR_MEM_PAGE], 0);
    assert_int_equal(mem.used[CR_MEM_CORE], chunk);
  }
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void the_newest_block_grows_in_place_and_others_are_copied(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 1024, 0);
  char *block = cr_arena_grow(&arena, NULL, 0, 4);
  memcpy(block, "abc", 4);
  assert_ptr_equal(cr_arena_grow(&arena, block, 4, 100), block);
  assert_int_equal(arena.used_bytes, 100);
  assert_ptr_equal(cr_arena_grow(&arena, block, 100, 50), block); /* never shrinks */
  char *other = cr_arena_bytes(&arena, 1);
  assert_ptr_equal(other, block + 100);
  char *copy = cr_arena_grow(&arena, block, 100, 101);
  assert_ptr_not_equal(copy, block);
  assert_string_equal(copy, "abc");
  char *large = cr_arena_grow(&arena, copy, 101, 5000);
  assert_string_equal(large, "abc");
  assert_null(cr_arena_grow(&arena, large, 5000, SIZE_MAX));
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void strndup_copies_and_terminates(void **state)
{
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 64, 0);
  assert_string_equal(cr_arena_strndup(&arena, "abcdef", 3), "abc");
  assert_string_equal(cr_arena_strndup(&arena, NULL, 0), "");
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

/* Marks are set and gone back to at random, nested; what is older than a mark stays as it was. */
static void rewinding_takes_back_what_came_since_the_mark(void **state)
{
  enum { DEPTH = 6, EACH = 30 };
  struct cr_random random = { 7 };
  struct cr_mem mem;
  struct cr_arena arena;
  (void)state;

  cr_test_mem_init(&mem);
  for (int round = 0; round < 200; round++) {
    struct cr_arena_mark marks[DEPTH];
    int64_t held[DEPTH];
    size_t used[DEPTH];
    unsigned char *blocks[DEPTH][EACH];
    size_t sizes[DEPTH][EACH];
    cr_arena_init(&arena, &mem, CR_MEM_PAGE, 1024, 0);
    for (int level = 0; level < DEPTH; level++) {
      marks[level] = cr_arena_mark(&arena);
      held[level] = mem.used[CR_MEM_PAGE];
      used[level] = arena.used_bytes;
      int count = (int)cr_random_below(&random, EACH + 1);
      for (int i = 0; i < EACH; i++) {
        sizes[level][i] = i < count ? cr_random_below(&random, i % 5 == 0 ? 3000 : 200) : 0;
        blocks[level][i] = i < count ? cr_arena_alloc(&arena, sizes[level][i]) : NULL;
        assert_true(i >= count || blocks[level][i]);
        if (i < count)
          memset(blocks[level][i], level, sizes[level][i]);
      }
    }
    for (int level = DEPTH; level-- > 0;) {
      cr_arena_rewind(&arena, &marks[level]);
      assert_int_equal(mem.used[CR_MEM_PAGE], held[level]);
      assert_int_equal(arena.used_bytes, used[level]);
      if (level % 2)
        (void)cr_arena_zalloc(&arena, 500); /* goes with the next, older mark */
      for (int i = 0; level > 0 && i < EACH; i++)
        for (size_t k = 0; k < sizes[level - 1][i]; k++)
          assert_int_equal(blocks[level - 1][i][k], level - 1);
    }
    assert_int_equal(mem.blocks, 0);
  }
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

static void use_arena(struct cr_mem *mem, void *arg)
{
  struct cr_arena arena;
  bool all = true;
  (void)arg;

  cr_arena_init(&arena, mem, CR_MEM_PAGE, 256, 0);
  for (size_t i = 0; i < 60; i++) {
    char *block = cr_arena_zalloc(&arena, i * 7);
    all = all && block;
    all = all && cr_arena_grow(&arena, block, i * 7, i * 9);
    all = cr_arena_strndup(&arena, "text", 4) && all;
    if (i % 20 == 19)
      cr_arena_reset(&arena);
  }
  assert_int_equal(all, !cr_test_oom_refused(mem));
  cr_arena_free(&arena);
}

static void refused_allocations_are_null_and_leak_nothing(void **state)
{
  (void)state;
  cr_test_oom(use_arena, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_allocated_before_the_first_use),
    cmocka_unit_test(held_bytes_are_what_the_account_says),
    cmocka_unit_test(blocks_are_aligned_and_text_is_packed),
    cmocka_unit_test(blocks_of_all_sizes_do_not_overlap),
    cmocka_unit_test(a_large_block_does_not_waste_the_newest_chunk),
    cmocka_unit_test(a_recycled_arena_allocates_nothing),
    cmocka_unit_test(reset_keeps_the_first_chunk),
    cmocka_unit_test(ceiling_holds_for_every_way_to_allocate),
    cmocka_unit_test(the_newest_block_grows_in_place_and_others_are_copied),
    cmocka_unit_test(strndup_copies_and_terminates),
    cmocka_unit_test(rewinding_takes_back_what_came_since_the_mark),
    cmocka_unit_test(refused_allocations_are_null_and_leak_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
