/* SPDX-License-Identifier: MIT */
/* test_buf.c - bytes that grow, up to a ceiling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "crawl/crawler.h"
#include "support/oom.h"

static void added_bytes_are_kept_in_order_and_terminated(void **state)
{
  struct cr_mem mem;
  struct cr_buf buf;
  (void)state;

  cr_test_mem_init(&mem);
  cr_buf_init(&buf, &mem, CR_MEM_BODY, 1000);
  assert_null(buf.data);
  assert_int_equal(cr_buf_add(&buf, NULL, 0), 0);
  assert_null(buf.data);
  assert_int_equal(cr_buf_add(&buf, "ab\0c", 4), 0);
  assert_int_equal(cr_buf_add_char(&buf, '-'), 0);
  assert_int_equal(cr_buf_add_text(&buf, "text"), 0);
  assert_int_equal(buf.len, 9);
  assert_memory_equal(buf.data, "ab\0c-text", 10);
  assert_true(mem.used[CR_MEM_BODY] >= 10);
  cr_buf_free(&buf);
  cr_test_mem_done(&mem);
}

static void ceiling_is_exact_and_nothing_is_added_beyond(void **state)
{
  static const size_t ceilings[] = { 0, 1, 2, 63, 64, 65, 100, 1000 };
  struct cr_mem mem;
  struct cr_buf buf;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++) {
    size_t max = ceilings[i];
    cr_buf_init(&buf, &mem, CR_MEM_BODY, max);
    for (size_t k = 0; k < max; k++)
      assert_int_equal(cr_buf_add_char(&buf, (char)('a' + k % 26)), 0);
    assert_int_equal(buf.len, max);
    assert_true(buf.cap <= max + 1);
    assert_int_equal(cr_buf_add_char(&buf, '!'), CRAWLER_E_LIMIT);
    assert_int_equal(cr_buf_add(&buf, "", SIZE_MAX), CRAWLER_E_LIMIT);
    assert_int_equal(cr_buf_add(&buf, NULL, 0), 0);
    assert_int_equal(buf.len, max);
    assert_int_equal(max > 0 ? strlen(buf.data) : 0, max);
    cr_buf_free(&buf);
  }
  cr_test_mem_done(&mem);
}

static void reserve_allocates_once_and_within_the_ceiling(void **state)
{
  struct cr_mem mem;
  struct cr_buf buf;
  (void)state;

  cr_test_mem_init(&mem);
  cr_buf_init(&buf, &mem, CR_MEM_BODY, 5000);
  assert_int_equal(cr_buf_reserve(&buf, 5001), CRAWLER_E_LIMIT);
  assert_int_equal(cr_buf_reserve(&buf, SIZE_MAX), CRAWLER_E_LIMIT);
  assert_int_equal(cr_buf_reserve(&buf, 5000), 0);
  assert_string_equal(buf.data, "");
  for (int i = 0; i < 5000; i++)
    assert_int_equal(cr_buf_add_char(&buf, 'x'), 0);
  assert_int_equal(mem.calls, 1);
  cr_buf_free(&buf);

  cr_buf_init(&buf, &mem, CR_MEM_BODY, SIZE_MAX); /* no ceiling, yet no overflow */
  assert_int_equal(cr_buf_add_text(&buf, "x"), 0);
  assert_int_equal(cr_buf_reserve(&buf, SIZE_MAX), CRAWLER_E_LIMIT);
  assert_int_equal(cr_buf_reserve(&buf, SIZE_MAX - 1), CRAWLER_E_NOMEM);
  assert_string_equal(buf.data, "x");
  cr_buf_free(&buf);
  cr_test_mem_done(&mem);
}

static void growth_is_by_doubling(void **state)
{
  struct cr_mem mem;
  struct cr_buf buf;
  (void)state;

  cr_test_mem_init(&mem);
  cr_buf_init(&buf, &mem, CR_MEM_BODY, 1 << 20);
  for (int i = 0; i < 1 << 20; i++)
    assert_int_equal(cr_buf_add_char(&buf, 'x'), 0);
  assert_in_range(mem.calls, 1, 16);
  cr_buf_free(&buf);
  cr_test_mem_done(&mem);
}

static void growth_is_told_beforehand(void **state)
{
  static const size_t ceilings[] = { 0, 10, 62, 63, 64, 100, 1000, SIZE_MAX };
  static const size_t sizes[] = { 0, 1, 62, 63, 64, 65, 127, 500, 1000 };
  static const char data[1000];
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(ceilings) / sizeof(ceilings[0]); i++)
    for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
      struct cr_buf buf;
      cr_buf_init(&buf, &mem, CR_MEM_BODY, ceilings[i]);
      for (int times = 0; times < 5; times++) {
        size_t cap = buf.cap;
        size_t growth = cr_buf_growth(&buf, sizes[k]);
        int err = cr_buf_add(&buf, data, sizes[k]);
        assert_int_equal(buf.cap - cap, growth);
        assert_true(err == 0 || growth == 0);
      }
      assert_int_equal(cr_buf_growth(&buf, SIZE_MAX - buf.len), 0);
      cr_buf_free(&buf);
    }
  cr_test_mem_done(&mem);
}

static void clear_keeps_the_memory(void **state)
{
  struct cr_mem mem;
  struct cr_buf buf;
  (void)state;

  cr_test_mem_init(&mem);
  cr_buf_init(&buf, &mem, CR_MEM_BODY, 100);
  cr_buf_clear(&buf);
  assert_int_equal(cr_buf_add_text(&buf, "first"), 0);
  cr_buf_clear(&buf);
  assert_int_equal(buf.len, 0);
  assert_string_equal(buf.data, "");
  assert_int_equal(cr_buf_add_text(&buf, "2nd"), 0);
  assert_string_equal(buf.data, "2nd");
  assert_int_equal(mem.calls, 1);
  cr_buf_free(&buf);
  cr_buf_free(&buf);
  cr_test_mem_done(&mem);
}

static void take_hands_the_memory_over(void **state)
{
  struct cr_mem mem;
  struct cr_buf buf;
  size_t len = 99;
  (void)state;

  cr_test_mem_init(&mem);
  cr_buf_init(&buf, &mem, CR_MEM_BODY, 100);
  assert_null(cr_buf_take(&buf, &len));
  assert_int_equal(len, 0);
  assert_int_equal(cr_buf_reserve(&buf, 10), 0);
  assert_null(cr_buf_take(&buf, &len)); /* reserved, but empty */
  assert_int_equal(cr_buf_add_text(&buf, "body"), 0);
  char *data = cr_buf_take(&buf, &len);
  assert_string_equal(data, "body");
  assert_int_equal(len, 4);
  assert_int_equal(buf.len, 0);
  assert_null(buf.data);
  assert_int_equal(cr_buf_add_text(&buf, "next"), 0);
  assert_string_equal(buf.data, "next");
  cr_free(&mem, data);
  cr_buf_free(&buf);
  cr_test_mem_done(&mem);
}

static void fill(struct cr_mem *mem, void *arg)
{
  struct cr_buf buf;
  int err = 0;
  size_t added = 0;
  (void)arg;

  cr_buf_init(&buf, mem, CR_MEM_BODY, 10000);
  while (!err && added < 10000) {
    err = cr_buf_add(&buf, "0123456789", 10);
    added += err ? 0 : 10;
  }
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  assert_int_equal(buf.len, added); /* a failed add leaves what was there */
  if (added > 0)
    assert_int_equal(strlen(buf.data), added);
  cr_buf_free(&buf);
}

static void refused_allocations_leave_what_was_there(void **state)
{
  (void)state;
  cr_test_oom(fill, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(added_bytes_are_kept_in_order_and_terminated),
    cmocka_unit_test(ceiling_is_exact_and_nothing_is_added_beyond),
    cmocka_unit_test(reserve_allocates_once_and_within_the_ceiling),
    cmocka_unit_test(growth_is_by_doubling),
    cmocka_unit_test(growth_is_told_beforehand),
    cmocka_unit_test(clear_keeps_the_memory),
    cmocka_unit_test(take_hands_the_memory_over),
    cmocka_unit_test(refused_allocations_leave_what_was_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
