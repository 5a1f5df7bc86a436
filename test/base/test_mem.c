/* SPDX-License-Identifier: MIT */
/* test_mem.c - the allocator keeps its account and its promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/oom.h"

static void account_follows_size_and_kind(void **state)
{
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  char *page = cr_alloc(&mem, CR_MEM_PAGE, 100);
  char *body = cr_alloc(&mem, CR_MEM_BODY, 7);
  assert_non_null(page);
  assert_non_null(body);
  assert_int_equal(mem.used[CR_MEM_PAGE], 100);
  assert_int_equal(mem.used[CR_MEM_BODY], 7);
  assert_int_equal(mem.used[CR_MEM_CORE], 0);
  assert_int_equal(cr_mem_used(&mem), 107);
  assert_int_equal(mem.blocks, 2);
  assert_int_equal(mem.calls, 2);
  cr_free(&mem, page);
  assert_int_equal(cr_mem_used(&mem), 7);
  assert_int_equal(mem.blocks, 1);
  cr_free(&mem, body);
  assert_int_equal(mem.calls, 2);
  cr_test_mem_done(&mem);
}

static void resize_keeps_bytes_and_moves_the_account(void **state)
{
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  char *block = cr_resize(&mem, CR_MEM_CORE, NULL, 5);
  assert_non_null(block);
  memcpy(block, "abcd", 5);
  block = cr_resize(&mem, CR_MEM_CORE, block, 5000);
  assert_non_null(block);
  assert_string_equal(block, "abcd");
  assert_int_equal(mem.used[CR_MEM_CORE], 5000);
  assert_int_equal(mem.calls, 2);
  block = cr_resize(&mem, CR_MEM_BODY, block, 3); /* shrinks: no call counted, another kind */
  assert_non_null(block);
  assert_memory_equal(block, "abc", 3);
  assert_int_equal(mem.used[CR_MEM_CORE], 0);
  assert_int_equal(mem.used[CR_MEM_BODY], 3);
  assert_int_equal(mem.calls, 2);
  assert_int_equal(mem.blocks, 1);
  cr_free(&mem, block);
  cr_test_mem_done(&mem);
}

static void blocks_are_aligned_and_zero_bytes_give_a_block(void **state)
{
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t bytes = 0; bytes < 100; bytes++) {
    void *block = cr_alloc(&mem, CR_MEM_CORE, bytes);
    assert_non_null(block);
    assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
    block = cr_resize(&mem, CR_MEM_CORE, block, 0);
    assert_non_null(block);
    cr_free(&mem, block);
  }
  cr_free(&mem, NULL);
  cr_test_mem_done(&mem);
}

static void impossible_sizes_are_refused(void **state)
{
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  char *block = cr_zalloc(&mem, CR_MEM_CORE, 4);
  assert_non_null(block);
  assert_null(cr_alloc(&mem, CR_MEM_CORE, SIZE_MAX));
  assert_null(cr_alloc(&mem, CR_MEM_CORE, SIZE_MAX - 15));
  assert_null(cr_resize(&mem, CR_MEM_CORE, block, SIZE_MAX - 3));
  assert_null(cr_zalloc_array(&mem, CR_MEM_CORE, SIZE_MAX / 2 + 1, 2));
  assert_null(cr_zalloc_array(&mem, CR_MEM_CORE, 3, SIZE_MAX / 2));
  assert_null(cr_strndup(&mem, CR_MEM_CORE, "x", SIZE_MAX));
  assert_int_equal(mem.blocks, 1);
  assert_int_equal(cr_mem_used(&mem), 4);
  cr_free(&mem, block);
  cr_test_mem_done(&mem);
}

static void zeroed_memory_is_zero_and_copies_are_terminated(void **state)
{
  struct cr_mem mem;
  static const char zeros[1000];
  (void)state;

  cr_test_mem_init(&mem);
  void *array = cr_zalloc_array(&mem, CR_MEM_CORE, 250, 4);
  void *none = cr_zalloc_array(&mem, CR_MEM_CORE, 0, 4);
  char *text = cr_strdup(&mem, CR_MEM_CORE, "host.example");
  char *part = cr_strndup(&mem, CR_MEM_CORE, "host.example", 4);
  char *empty = cr_strndup(&mem, CR_MEM_CORE, NULL, 0);
  assert_memory_equal(array, zeros, sizeof(zeros));
  assert_non_null(none);
  assert_string_equal(text, "host.example");
  assert_string_equal(part, "host");
  assert_string_equal(empty, "");
  cr_free(&mem, array);
  cr_free(&mem, none);
  cr_free(&mem, text);
  cr_free(&mem, part);
  cr_free(&mem, empty);
  cr_test_mem_done(&mem);
}

struct host {
  int mallocs;
  int reallocs;
  int frees;
};

static void *host_malloc(size_t bytes, void *user)
{
  ((struct host *)user)->mallocs++;
  return malloc(bytes);
}

static void *host_realloc(void *block, size_t bytes, void *user)
{
  ((struct host *)user)->reallocs++;
  return realloc(block, bytes);
}

static void host_free(void *block, void *user)
{
  ((struct host *)user)->frees++;
  free(block);
}

static void host_functions_get_every_call_and_the_user_pointer(void **state)
{
  struct host host = { 0, 0, 0 };
  struct cr_mem mem;
  (void)state;

  cr_mem_init(&mem, host_malloc, host_realloc, host_free, &host);
  void *block = cr_zalloc(&mem, CR_MEM_CORE, 10);
  block = cr_resize(&mem, CR_MEM_CORE, block, 20);
  assert_non_null(block);
  cr_free(&mem, block);
  cr_free(&mem, NULL);
  assert_int_equal(host.mallocs, 1);
  assert_int_equal(host.reallocs, 1);
  assert_int_equal(host.frees, 1);
  cr_test_mem_done(&mem);
}

static void allocate_all_ways(struct cr_mem *mem, void *arg)
{
  (void)arg;
  char *text = cr_strdup(mem, CR_MEM_CORE, "a");
  char *array = cr_zalloc_array(mem, CR_MEM_PAGE, 3, 5);
  char *larger = cr_resize(mem, CR_MEM_BODY, array, 100);

  assert_int_equal(text && array && larger, !cr_test_oom_refused(mem));
  assert_int_equal(mem->used[CR_MEM_CORE], text ? 2 : 0);
  assert_int_equal(mem->used[CR_MEM_PAGE], array && !larger ? 15 : 0);
  assert_int_equal(mem->used[CR_MEM_BODY], larger ? 100 : 0);
  cr_free(mem, text);
  cr_free(mem, larger ? larger : array);
}

static void refused_allocations_leave_the_account_right(void **state)
{
  (void)state;
  cr_test_oom(allocate_all_ways, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(account_follows_size_and_kind),
    cmocka_unit_test(resize_keeps_bytes_and_moves_the_account),
    cmocka_unit_test(blocks_are_aligned_and_zero_bytes_give_a_block),
    cmocka_unit_test(impossible_sizes_are_refused),
    cmocka_unit_test(zeroed_memory_is_zero_and_copies_are_terminated),
    cmocka_unit_test(host_functions_get_every_call_and_the_user_pointer),
    cmocka_unit_test(refused_allocations_leave_the_account_right),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
