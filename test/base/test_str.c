/* SPDX-License-Identifier: MIT */
/* test_str.c - spans and ASCII. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

static void spans_compare_by_their_bytes(void **state)
{
  (void)state;
  assert_true(cr_span_eq(CR_SPAN("abc"), cr_span_text("abc")));
  assert_false(cr_span_eq(CR_SPAN("abc"), CR_SPAN("abd")));
  assert_false(cr_span_eq(CR_SPAN("abc"), CR_SPAN("ab")));
  assert_true(cr_span_eq(CR_SPAN(""), cr_span_text(NULL)));
  assert_true(cr_span_eq(CR_SPAN("a\0b"), cr_span("a\0b", 3)));
  assert_false(cr_span_eq(CR_SPAN("a\0b"), CR_SPAN("a\0c")));
}

static void case_is_ignored_for_ascii_letters_only(void **state)
{
  (void)state;
  assert_true(cr_span_eq_nocase(CR_SPAN("GZip"), CR_SPAN("gzIP")));
  assert_true(cr_span_eq_nocase(CR_SPAN(""), cr_span(NULL, 0)));
  assert_false(cr_span_eq_nocase(CR_SPAN("gzip"), CR_SPAN("gzipp")));
  assert_false(cr_span_eq_nocase(CR_SPAN("@["), CR_SPAN("`{"))); /* the letters' neighbours */
  assert_false(cr_span_eq_nocase(CR_SPAN("\xc3\x84"), CR_SPAN("\xc3\xa4")));
  assert_true(cr_span_starts_nocase(CR_SPAN("Text/HTML; charset=x"), CR_SPAN("text/html")));
  assert_true(cr_span_starts_nocase(CR_SPAN("x"), CR_SPAN("")));
  assert_false(cr_span_starts_nocase(CR_SPAN("tex"), CR_SPAN("text")));
  assert_false(cr_span_starts_nocase(cr_span(NULL, 0), CR_SPAN("a")));
}

static void trim_takes_html_whitespace_off_both_ends(void **state)
{
  static const struct {
    struct cr_span in;
    struct cr_span want;
  } cases[] = {
    { CR_SPAN_INIT(" \t\r\n\fa b\f "), CR_SPAN_INIT("a b") },
    { CR_SPAN_INIT("ab"), CR_SPAN_INIT("ab") },
    { CR_SPAN_INIT("   "), CR_SPAN_INIT("") },
    { CR_SPAN_INIT(""), CR_SPAN_INIT("") },
    { CR_SPAN_INIT("\v a"), CR_SPAN_INIT("\v a") },           /* VT is none of it */
    { CR_SPAN_INIT("\xc2\xa0x"), CR_SPAN_INIT("\xc2\xa0x") }, /* nor is U+00A0 */
  };
  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_true(cr_span_eq(cr_span_trim(cases[i].in), cases[i].want));
  assert_int_equal(cr_span_trim(cr_span(NULL, 0)).len, 0);
}

static void character_classes_hold_for_all_bytes(void **state)
{
  (void)state;
  for (int i = -128; i < 256; i++) {
    char c = (char)i;
    unsigned char u = (unsigned char)c;
    bool upper = u >= 'A' && u <= 'Z';
    bool lower = u >= 'a' && u <= 'z';
    bool digit = u >= '0' && u <= '9';
    assert_int_equal(cr_is_alpha(c), upper || lower);
    assert_int_equal(cr_is_digit(c), digit);
    assert_int_equal((unsigned char)cr_lower(c), upper ? u + 32 : u);
    assert_int_equal(cr_is_space(c), u == 9 || u == 10 || u == 12 || u == 13 || u == 32);
    int hex = digit                  ? u - '0'
              : u >= 'a' && u <= 'f' ? u - 'a' + 10
              : u >= 'A' && u <= 'F' ? u - 'A' + 10
                                     : -1;
    assert_int_equal(cr_hex_value(c), hex);
  }
}

static void numbers_are_digits_only_and_within_the_maximum(void **state)
{
  static const struct {
    const char *text;
    uint64_t max;
    bool good;
    uint64_t want;
  } cases[] = {
    { "0", 0, true, 0 },
    { "007", 7, true, 7 },
    { "8", 7, false, 0 },
    { "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
    { "18446744073709551616", UINT64_MAX, false, 0 },
    { "99999999999999999999", UINT64_MAX, false, 0 },
    { "184467440737095516150", UINT64_MAX, false, 0 },
    { "00000000000000000000000000000000000001", 1, true, 1 },
    { "", 9, false, 0 },
    { "+1", 9, false, 0 },
    { "-1", 9, false, 0 },
    { " 1", 9, false, 0 },
    { "1 ", 9, false, 0 },
    { "0x1", 9, false, 0 },
    { "1.0", 9, false, 0 },
  };
  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    uint64_t value = 77;
    bool good = cr_parse_u64(cr_span_text(cases[i].text), cases[i].max, &value);
    assert_int_equal(good, cases[i].good);
    assert_true(value == (good ? cases[i].want : 77)); /* untouched on failure */
  }
}

static void numbers_are_written_in_decimal(void **state)
{
  static const struct {
    uint64_t value;
    const char *want;
  } cases[] = {
    { 0, "0" },
    { 9, "9" },
    { 10, "10" },
    { 65535, "65535" },
    { UINT64_MAX, "18446744073709551615" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    char text[CR_U64_DIGITS];
    size_t len = cr_write_u64(text, cases[i].value);

    assert_true(cr_span_eq(cr_span(text, len), cr_span_text(cases[i].want)));
  }
}

static void items_are_taken_off_a_list(void **state)
{
  static const struct {
    struct cr_span list;
    size_t count;
    struct cr_span items[3];
  } cases[] = {
    { CR_SPAN_INIT(""), 0, { CR_SPAN_INIT("") } },
    { CR_SPAN_INIT("a"), 1, { CR_SPAN_INIT("a") } },
    { CR_SPAN_INIT(" a , b"), 2, { CR_SPAN_INIT("a"), CR_SPAN_INIT("b") } },
    { CR_SPAN_INIT("a,,b"), 3, { CR_SPAN_INIT("a"), CR_SPAN_INIT(""), CR_SPAN_INIT("b") } },
    { CR_SPAN_INIT(","), 1, { CR_SPAN_INIT("") } },
    { CR_SPAN_INIT("a,"), 1, { CR_SPAN_INIT("a") } },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_span list = cases[i].list;
    size_t count = 0;
    for (; list.len > 0; count++) {
      assert_true(count < cases[i].count);
      assert_true(cr_span_eq(cr_span_take_item(&list), cases[i].items[count]));
    }
    assert_int_equal(count, cases[i].count);
  }
  assert_int_equal(cr_span_find(CR_SPAN("a=b="), '='), 1);
  assert_int_equal(cr_span_find(CR_SPAN("ab"), '='), 2);
  assert_int_equal(cr_span_find(cr_span(NULL, 0), '='), 0);
  assert_true(cr_span_eq(cr_span_from(CR_SPAN("abc"), 1), CR_SPAN("bc")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_are_written_in_decimal),
    cmocka_unit_test(spans_compare_by_their_bytes),
    cmocka_unit_test(case_is_ignored_for_ascii_letters_only),
    cmocka_unit_test(trim_takes_html_whitespace_off_both_ends),
    cmocka_unit_test(items_are_taken_off_a_list),
    cmocka_unit_test(character_classes_hold_for_all_bytes),
    cmocka_unit_test(numbers_are_digits_only_and_within_the_maximum),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
