/* SPDX-License-Identifier: MIT */
/* test_find.c - the next byte of a kind, inline. */
#include "base/find.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 80 };

static void a_byte_is_found_wherever_it_stands(void **state)
{
  (void)state;
  for (size_t len = 0; len <= MOST; len++) {
    char *bytes = malloc(len > 0 ? len : 1); /* no more, for those who watch reads */
    memset(bytes, 'x', len);
    assert_ptr_equal(cr_find_byte(bytes, bytes + len, '<'), bytes + len);
    for (size_t at = 0; at < len; at++) {
      memset(bytes, 'x', len);
      memset(bytes + at, '<', len - at);
      assert_ptr_equal(cr_find_byte(bytes, bytes + len, '<'), bytes + at);
    }
    free(bytes);
  }
}

static void one_byte_makes_a_text_unprintable(void **state)
{
  (void)state;
  for (size_t len = 1; len <= MOST; len++) {
    char *bytes = malloc(len);
    for (size_t at = 0; at < len; at++) {
      for (unsigned c = 0; c < 256; c++) {
        memset(bytes, c % 2 == 0 ? ' ' : '\x7f', len);
        bytes[at] = (char)c;
        bool is_printable = c >= ' ' && c < 0x80 && c != '&';
        assert_int_equal(cr_is_printable(bytes, bytes + len, '&'), is_printable);
      }
    }
    assert_true(cr_is_printable(bytes, bytes, '&'));
    free(bytes);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_byte_is_found_wherever_it_stands),
    cmocka_unit_test(one_byte_makes_a_text_unprintable),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
