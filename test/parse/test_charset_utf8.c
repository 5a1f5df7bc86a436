/* SPDX-License-Identifier: MIT */
/* test_charset_utf8.c - what is UTF-8, and one U+FFFD for each maximal subpart of what isn't.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "parse/charset.h"

#define BAD "\xef\xbf\xbd"

static const struct {
  struct cr_span text;
  size_t valid; /* bytes at the start */
  struct cr_span repaired;
  const char *why;
} cases[] = {
  { CR_SPAN_INIT(""), 0, CR_SPAN_INIT(""), "nothing" },
  { CR_SPAN_INIT("ab\0c"), 4, CR_SPAN_INIT("ab\0c"), "NUL is a character" },
  { CR_SPAN_INIT("\xc2\x80\xdf\xbf"), 4, CR_SPAN_INIT("\xc2\x80\xdf\xbf"), "two bytes" },
  { CR_SPAN_INIT("\xe0\xa0\x80\xef\xbf\xbf"), 6, CR_SPAN_INIT("\xe0\xa0\x80\xef\xbf\xbf"),
    "three bytes" },
  { CR_SPAN_INIT("\xed\x9f\xbf\xee\x80\x80"), 6, CR_SPAN_INIT("\xed\x9f\xbf\xee\x80\x80"),
    "around the surrogates" },
  { CR_SPAN_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), 8,
    CR_SPAN_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), "four bytes" },
  { CR_SPAN_INIT("a\x80z"), 1, CR_SPAN_INIT("a" BAD "z"), "no lead byte" },
  { CR_SPAN_INIT("\xff\xfe"), 0, CR_SPAN_INIT(BAD BAD), "bytes that never are" },
  { CR_SPAN_INIT("\xc0\x80\xc1\xbf"), 0, CR_SPAN_INIT(BAD BAD BAD BAD), "overlong, two bytes" },
  { CR_SPAN_INIT("\xc3("), 0, CR_SPAN_INIT(BAD "("), "ASCII is never swallowed" },
  { CR_SPAN_INIT("abc\xc3"), 3, CR_SPAN_INIT("abc" BAD), "cut off at the end" },
  { CR_SPAN_INIT("\xe2\x82"), 0, CR_SPAN_INIT(BAD), "two of three bytes are one" },
  { CR_SPAN_INIT("\xf0\x9f\x98"), 0, CR_SPAN_INIT(BAD), "three of four bytes are one" },
  { CR_SPAN_INIT("\xf0\x9f\x98x"), 0, CR_SPAN_INIT(BAD "x"), "so too inside a text" },
  { CR_SPAN_INIT("\xe2\x82\xe2\x82\xac"), 0, CR_SPAN_INIT(BAD "\xe2\x82\xac"), "then a whole one" },
  /* The Unicode standard 15, tables 3-8 to 3-11. */
  { CR_SPAN_INIT("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), 0,
    CR_SPAN_INIT(BAD BAD BAD BAD BAD BAD BAD BAD "A"), "table 3-8: not the shortest form" },
  { CR_SPAN_INIT("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), 0,
    CR_SPAN_INIT(BAD BAD BAD BAD BAD BAD BAD BAD "A"), "table 3-9: surrogates" },
  { CR_SPAN_INIT("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"), 0,
    CR_SPAN_INIT(BAD BAD BAD BAD BAD "A" BAD BAD "B"), "table 3-10: others" },
  { CR_SPAN_INIT("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), 0, CR_SPAN_INIT(BAD BAD BAD BAD "A"),
    "table 3-11: cut off" },
};

static void assert_repaired(struct cr_span text, struct cr_span want, const char *why)
{
  char out[64];

  size_t counted = cr_utf8_repair(text, NULL);
  assert_true(counted <= sizeof(out));
  assert_int_equal(cr_utf8_repair(text, out), counted);
  if (!cr_span_eq(cr_span(out, counted), want))
    fail_msg("%s: '%.*s'", why, (int)counted, out);
}

static void ill_formed_bytes_become_one_mark_a_maximal_subpart(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    if (cr_utf8_valid(cases[i].text) != cases[i].valid)
      fail_msg("%s: %zu bytes are well-formed", cases[i].why, cr_utf8_valid(cases[i].text));
    assert_repaired(cases[i].text, cases[i].repaired, cases[i].why);
  }
}

static void every_scalar_value_is_written_and_read(void **state)
{
  char out[4];
  (void)state;

  for (uint32_t code = 0; code < 0x110000; code++) {
    bool is_surrogate = code >= 0xd800 && code < 0xe000;
    if (is_surrogate)
      continue;
    size_t len = cr_charset_put(code, out);
    if (len != cr_charset_put(code, NULL) || cr_utf8_valid(cr_span(out, len)) != len)
      fail_msg("U+%04X: %zu bytes", (unsigned)code, len);
    if (cr_utf8_valid(cr_span(out, len - 1)) != 0)
      fail_msg("U+%04X: without its last byte", (unsigned)code);
  }
}

/* The definition, not the table: decode the bits, then look at the value. */
static bool is_well_formed(const uint8_t *at, size_t bytes)
{
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  size_t wanted = at[0] < 0x80             ? 1
                  : (at[0] & 0xe0) == 0xc0 ? 2
                  : (at[0] & 0xf0) == 0xe0 ? 3
                  : (at[0] & 0xf8) == 0xf0 ? 4
                                           : 0;
  if (wanted != bytes)
    return false;
  uint32_t code = bytes == 1 ? at[0] : at[0] & (0xffu >> (bytes + 1));
  for (size_t i = 1; i < bytes; i++) {
    if ((at[i] & 0xc0) != 0x80)
      return false;
    code = code << 6 | (at[i] & 0x3f);
  }
  return code >= least[bytes] && code < 0x110000 && (code < 0xd800 || code > 0xdfff);
}

static void all_sequences_of_three_bytes_are_judged_by_the_definition(void **state)
{
  uint8_t at[3];
  (void)state;

  for (uint32_t n = 0; n < 0x1000000; n += 3) { /* 3 is no factor of 2^24: all last bytes come */
    at[0] = (uint8_t)(n >> 16);
    at[1] = (uint8_t)(n >> 8);
    at[2] = (uint8_t)n;
    if (at[0] < 0xe0 || at[0] > 0xef)
      continue;
    bool is_whole = cr_utf8_valid(cr_span((const char *)at, 3)) == 3;
    if (is_whole != is_well_formed(at, 3))
      fail_msg("%02x %02x %02x", at[0], at[1], at[2]);
  }
}

static void all_sequences_of_two_bytes_are_judged_by_the_definition(void **state)
{
  uint8_t at[2];
  (void)state;

  for (uint32_t n = 0; n < 0x10000; n++) {
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
    bool is_whole = cr_utf8_valid(cr_span((const char *)at, 2)) == 2;
    bool want = is_well_formed(at, 2) || (is_well_formed(at, 1) && is_well_formed(at + 1, 1));
    if (is_whole != want)
      fail_msg("%02x %02x", at[0], at[1]);
  }
}

static void sequences_of_four_bytes_are_judged_by_the_definition(void **state)
{
  static const uint8_t edges[] = { 0x00, 0x7f, 0x80, 0x8f, 0x90, 0xa0, 0xbf, 0xc0, 0xff };
  uint8_t at[4];
  (void)state;

  for (unsigned lead = 0xee; lead < 0x100; lead++) {
    for (unsigned n = 0; n < 9 * 9 * 9; n++) {
      at[0] = (uint8_t)lead;
      at[1] = edges[n / 81];
      at[2] = edges[n / 9 % 9];
      at[3] = edges[n % 9];
      bool is_whole = cr_utf8_valid(cr_span((const char *)at, 4)) == 4;
      bool want = is_well_formed(at, 4) || (is_well_formed(at, 3) && is_well_formed(at + 3, 1));
      if (is_whole != want)
        fail_msg("%02x %02x %02x %02x", at[0], at[1], at[2], at[3]);
    }
  }
}

static void what_is_repaired_is_well_formed_and_stays(void **state)
{
  char in[6];
  char out[sizeof(in) * 3];
  char again[sizeof(out)];
  uint32_t seed = 1;
  (void)state;

  for (int round = 0; round < 200000; round++) {
    for (size_t i = 0; i < sizeof(in); i++) {
      seed = seed * 1664525 + 1013904223; /* Numerical Recipes' generator */
      in[i] = (char)(seed >> 24 | (seed >> 9 & 0x80));
    }
    size_t len = cr_utf8_repair(cr_span(in, sizeof(in)), out);
    assert_true(len <= sizeof(out));
    assert_int_equal(cr_utf8_valid(cr_span(out, len)), len);
    assert_int_equal(cr_utf8_repair(cr_span(out, len), again), len);
    assert_memory_equal(out, again, len);
  }
}

static void ascii_is_counted_from_any_place(void **state)
{
  char text[40];
  (void)state;

  for (size_t begin = 0; begin < 9; begin++) {
    for (size_t stop = begin; stop <= sizeof(text); stop++) {
      memset(text, 'a', sizeof(text));
      if (stop < sizeof(text))
        text[stop] = '\x80';
      struct cr_span part = cr_span(text + begin, sizeof(text) - begin);
      assert_int_equal(cr_utf8_ascii(part), stop - begin);
      part.len = stop - begin; /* what stands behind the end doesn't count */
      assert_int_equal(cr_utf8_ascii(part), stop - begin);
    }
  }
  assert_int_equal(cr_utf8_ascii((struct cr_span){ NULL, 0 }), 0);
  assert_int_equal(cr_utf8_valid((struct cr_span){ NULL, 0 }), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ill_formed_bytes_become_one_mark_a_maximal_subpart),
    cmocka_unit_test(every_scalar_value_is_written_and_read),
    cmocka_unit_test(all_sequences_of_two_bytes_are_judged_by_the_definition),
    cmocka_unit_test(all_sequences_of_three_bytes_are_judged_by_the_definition),
    cmocka_unit_test(sequences_of_four_bytes_are_judged_by_the_definition),
    cmocka_unit_test(what_is_repaired_is_well_formed_and_stays),
    cmocka_unit_test(ascii_is_counted_from_any_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
