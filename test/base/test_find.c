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

static void a_word_ends_at_the_first_byte_of_another_kind(void **state)
{
  (void)state;
  static const char letters[] = "azAZ09\x80\xff";

  for (size_t len = 1; len <= MOST; len++) {
    char *bytes = malloc(len);
    for (size_t at = 0; at < len; at++) {
      for (unsigned c = 0; c < 256; c++) {
        bool is_of_word =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
        memset(bytes, letters[c % 8], len);
        bytes[at] = (char)c;
        assert_ptr_equal(cr_find_word_end(bytes, bytes + len), bytes + (is_of_word ? len : at));
      }
    }
    free(bytes);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_byte_is_found_wherever_it_stands),
    cmocka_unit_test(one_byte_makes_a_text_unprintable),
    cmocka_unit_test(a_word_ends_at_the_first_byte_of_another_kind),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
