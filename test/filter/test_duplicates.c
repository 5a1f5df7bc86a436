/* SPDX-License-Identifier: MIT */
/* test_duplicates.c - which page was the first to have this body? */
#include "filter/duplicates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/oom.h"

#define PLENTY ((int64_t)1 << 30)

static void the_first_url_is_kept(void **state)
{
  struct cr_duplicates *d = NULL;
  struct cr_mem mem;
  char url[32];
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_duplicates_open(&d, &mem), 0);
  for (uint64_t i = 1; i < 2000; i++) {
    (void)snprintf(url, sizeof(url), "/%d", (int)i);
    assert_null(cr_duplicates_first(d, i << 32 | 1, cr_span_text(url), PLENTY));
  }
  for (uint64_t i = 1; i < 2000; i++) {
    (void)snprintf(url, sizeof(url), "/%d", (int)i);
    assert_string_equal(cr_duplicates_first(d, i << 32 | 1, CR_SPAN("/x"), PLENTY), url);
  }
  cr_duplicates_close(d);
  cr_test_mem_done(&mem);
}

static void memory_is_bounded(void **state)
{
  struct cr_duplicates *d = NULL;
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_duplicates_open(&d, &mem), 0);
  assert_null(cr_duplicates_first(d, 1, CR_SPAN("/a"), 0)); /* option duplicate_memory is 0 */
  assert_null(cr_duplicates_first(d, 1, CR_SPAN("/a"), 0));
  for (uint64_t i = 1; i < 100000; i++)
    (void)cr_duplicates_first(d, i, CR_SPAN("/page"), 200000);
  assert_true(cr_duplicates_bytes(d) <= 200000 + 16384); /* a chunk may be begun */
  assert_string_equal(cr_duplicates_first(d, 1, CR_SPAN("/b"), 200000), "/page");
  cr_duplicates_close(d);
  cr_test_mem_done(&mem);
}

static void fill(struct cr_mem *mem, void *arg)
{
  struct cr_duplicates *d = NULL;
  (void)arg;

  if (cr_duplicates_open(&d, mem) < 0)
    return;
  for (uint64_t i = 1; i < 600; i++)
    assert_null(cr_duplicates_first(d, i, CR_SPAN("/page"), PLENTY));
  cr_duplicates_close(d);
}

static void without_memory_less_is_known(void **state)
{
  (void)state;
  cr_test_oom(fill, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_first_url_is_kept),
    cmocka_unit_test(memory_is_bounded),
    cmocka_unit_test(without_memory_less_is_known),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
