/* SPDX-License-Identifier: MIT */
/* test_charset_utf8.c - is it UTF-8, and what to make of it if not?
 *
 * Rows after tables 3-7 to 3-11 of the Unicode standard and Markus Kuhn's decoder stress test; and
 * every sequence of up to four bytes at the borders against a plain decoder of three lines.
 */
#include "parse/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define BAD "\xef\xbf\xbd"

static void each_maximal_subpart_becomes_one_replacement(void **state)
{
  (void)state;
  static const struct {
    struct cr_span in;
    const char *want;
  } cases[] = {
    { { "plain", 5 }, "plain" },
    { { "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9 }, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
    { { "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", 9 }, BAD BAD BAD BAD BAD BAD BAD BAD "A" },
    { { "\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", 9 }, BAD BAD BAD BAD BAD BAD BAD BAD "A" },
    { { "\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", 9 }, BAD BAD BAD BAD BAD "A" BAD BAD "B" },
    { { "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", 9 }, BAD BAD BAD BAD "A" },
    { { "\xf4\x8f\xbf\xbf", 4 }, "\xf4\x8f\xbf\xbf" },
    { { "\xf4\x90\x80\x80", 4 }, BAD BAD BAD BAD },
    { { "\xed\x9f\xbf\xee\x80\x80", 6 }, "\xed\x9f\xbf\xee\x80\x80" },
    { { "a\xc3", 2 }, "a" BAD },
    { { "a\xe2\x82", 3 }, "a" BAD },
    { { "a\xf0\x9f\x98", 4 }, "a" BAD },
    { { "\xf5\xf8\xfe\xff", 4 }, BAD BAD BAD BAD },
    { { "\x80", 1 }, BAD },
    { { "", 0 }, "" },
  };
  char out[64];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    size_t len = cr_utf8_repair(cases[i].in, out);
    assert_int_equal(cr_utf8_repair(cases[i].in, NULL), len);
    assert_true(cr_span_eq(cr_span(out, len), cr_span_text(cases[i].want)));
    bool is_valid = cr_span_eq(cases[i].in, cr_span_text(cases[i].want));
    assert_true((cr_utf8_valid(cases[i].in) == cases[i].in.len) == is_valid);
  }
}

/* The scalar value of the bytes, or -1: what one well-formed character is, said another way. */
static int64_t code_of(const uint8_t *at, size_t bytes)
{
  static const int64_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  static const uint8_t masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
  static const uint8_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
  int64_t code = at[0] & masks[bytes];

  if ((at[0] & (uint8_t)~masks[bytes]) != marks[bytes])
    return -1;
  for (size_t i = 1; i < bytes; i++) {
    if ((at[i] & 0xc0) != 0x80)
      return -1;
    code = code << 6 | (at[i] & 0x3f);
  }
  bool is_surrogate = code >= 0xd800 && code < 0xe000;
  return code < least[bytes] || code > 0x10ffff || is_surrogate ? -1 : code;
}

static void well_formed_is_what_encodes_a_scalar_value(void **state)
{
  (void)state;
  static const uint8_t edges[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                                   0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
                                   0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff };
  const size_t count = sizeof(edges);
  char encoded[4];

  for (size_t n = 0; n < count * count * count * count; n++) {
    const uint8_t bytes[] = { edges[n % count], edges[n / count % count],
                              edges[n / count / count % count], edges[n / count / count / count] };
    for (size_t len = 1; len <= 4; len++) {
      int64_t code = code_of(bytes, len);
      if (code < 0)
        continue;
      assert_int_equal(cr_utf8_valid(cr_span((const char *)bytes, len)), len);
      assert_int_equal(cr_charset_put((uint32_t)code, encoded), len);
      assert_memory_equal(encoded, bytes, len);
    }
    bool begins_well = code_of(bytes, 1) >= 0 || code_of(bytes, 2) >= 0 || code_of(bytes, 3) >= 0 ||
                       code_of(bytes, 4) >= 0;
    assert_true((cr_utf8_valid(cr_span((const char *)bytes, 4)) > 0) == begins_well);
  }
}

static void ascii_is_counted_to_the_first_other_byte(void **state)
{
  (void)state;
  char text[40];

  for (size_t len = 0; len <= sizeof(text); len++) {
    memset(text, 'x', sizeof(text));
    assert_int_equal(cr_utf8_ascii(cr_span(text, len)), len);
    for (size_t at = 0; at < len; at++) {
      text[at] = '\x80';
      assert_int_equal(cr_utf8_ascii(cr_span(text, len)), at);
      assert_int_equal(cr_utf8_valid(cr_span(text, len)), at);
      text[at] = 'x';
    }
  }
}

static void repaired_text_is_valid_and_stays(void **state)
{
  (void)state;
  uint32_t seed = 1;
  char in[64];
  char once[sizeof(in) * 3];
  char twice[sizeof(once)];

  for (int round = 0; round < 20000; round++) {
    size_t len = (size_t)round % sizeof(in);
    for (size_t i = 0; i < len; i++) {
      seed = seed * 1664525 + 1013904223;
      in[i] = (char)(seed >> 24);
    }
    size_t once_len = cr_utf8_repair(cr_span(in, len), once);
    assert_int_equal(cr_utf8_valid(cr_span(once, once_len)), once_len);
    assert_int_equal(cr_utf8_repair(cr_span(once, once_len), twice), once_len);
    assert_memory_equal(once, twice, once_len);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_maximal_subpart_becomes_one_replacement),
    cmocka_unit_test(well_formed_is_what_encodes_a_scalar_value),
    cmocka_unit_test(ascii_is_counted_to_the_first_other_byte),
    cmocka_unit_test(repaired_text_is_valid_and_stays),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
