/* SPDX-License-Identifier: MIT */
/* test_inflate_zstd_none.c - the content coding zstd of a library without libzstd.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/inflate.h"
#include "base/inflate_coder.h"
#include "crawl/crawler.h"
#include "support/oom.h"

static void the_coding_is_one_that_is_not_known(void **state)
{
  static const char *const stacks[] = { "zstd", "gzip, zstd", "zstd, gzip" };
  struct cr_inflate *inflate = NULL;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++)
    assert_int_equal(cr_inflate_open(&inflate, &mem, cr_span_text(stacks[i])),
                     CRAWLER_E_UNSUPPORTED);
  assert_null(inflate);
  cr_test_mem_done(&mem);
}

static void it_is_not_asked_for(void **state)
{
  (void)state;
  assert_false(cr_coder_has_zstd);
  assert_null(strstr(cr_inflate_accept_line(), ", zstd"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_coding_is_one_that_is_not_known),
    cmocka_unit_test(it_is_not_asked_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
