/* SPDX-License-Identifier: MIT */
/* test_inflate_whole_none.c - gzip in one piece of a library without libdeflate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/inflate_whole.h"
#include "support/inflated.h"
#include "support/oom.h"

/* RFC 1952, by hand: a header, a stored block, CRC-32 and length of what is in it. */
#define HELLO                                    \
  "\x1f\x8b\x8\0\0\0\0\0\0\3\1\5\0\xfa\xffhello" \
  "\x86\xa6\x10\x36\5\0\0\0"

static void it_is_left_to_the_stream(void **state)
{
  static const struct cr_test_coded cases[] = {
    { "a member", CR_SPAN_INIT(HELLO), 0, CR_SPAN_INIT("hello") },
  };
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_BODY, 0);
  assert_false(cr_inflate_whole(&out, CR_SPAN("gzip"), CR_SPAN(HELLO)));
  assert_int_equal(out.len, 0);
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
  cr_test_inflate_table("gzip", cases, 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_is_left_to_the_stream),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
