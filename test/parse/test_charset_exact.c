/* SPDX-License-Identifier: MIT */
/* test_charset_exact.c - the characters that are kept from iconv, and where they are looked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parse/charset.h"

enum { NONE = 0 };

/* From the indexes of the WHATWG Encoding standard, index-gb18030-ranges.txt too. */
static const struct {
  enum cr_iconv_set set;
  struct cr_span in;
  size_t at;
  size_t bytes; /* NONE: there is none */
  uint32_t code;
  const char *why;
} cases[] = {
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa1\xfe"), 0, 2, 0xff0f, "the full-width solidus" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa2\x40"), 0, 2, 0xff3c, "a pair that ends in ASCII" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa2\x47"), 0, 2, 0xffe1, "the second of a run" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa2\x48"), 0, NONE, 0, "what stands behind a run" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa3\xdf"), 0, 2, 0x241f, "the last of 32" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\x8e\x69"), 0, 2, 0x7bb8, "what Hong Kong's extension repeats" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xfe\xdd"), 0, 2, 0x7809, "the last of all" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa4\xa4"), 0, NONE, 0, "an ordinary character" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa4\xa1\xfe"), 0, NONE, 0, "a second byte begins nothing" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("a\xa4\xa1\xa1\xfe"), 3, 2, 0xff0f, "the pair behind" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa4<\xa1\xfe"), 2, 2, 0xff0f, "a byte in front of ASCII" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xff\xa1\xfe"), 1, 2, 0xff0f, "a byte that begins nothing" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\x80\xa1\xfe"), 0, 1, 0xfffd, "a byte that is no character" },
  { CR_ICONV_BIG5, CR_SPAN_INIT("\xa1"), 0, NONE, 0, "half a pair at the end" },
  { CR_ICONV_BIG5, CR_SPAN_INIT(""), 0, NONE, 0, "nothing" },

  { CR_ICONV_GB18030, CR_SPAN_INIT("\xa3\xa0"), 0, 2, 0x3000, "the ideographic space" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\xfe\x53"), 0, 2, 0xe818, "the last of a run" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\xfe\x90"), 0, NONE, 0, "what a newer edition moved" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30\x81\x30\xa3\xa0"), 4, 2, 0x3000, "behind four bytes" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x90\x30\xa3\x30\xa0"), 0, NONE, 0,
    "nor are four bytes split" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x82\x35\x90\x36"), 0, NONE, 0, "before a run of four bytes" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x82\x35\x90\x37"), 0, 4, 0x9fb4, "its first" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x82\x35\x91\x34z"), 0, 4, 0x9fbb, "its last" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x82\x35\x91\x35"), 0, NONE, 0, "what stands behind it" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("z\x84\x31\x82\x36"), 1, 4, 0xfe10, "the first of another" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x84\x31\x83\x35"), 0, 4, 0xfe19, "its last" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x84\x31\x83\x36"), 0, NONE, 0, "and what stands behind" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\xe3\x32\x9a\x35"), 0, NONE, 0, "far behind the tables" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("z\x81\x30"), 1, 2, 0xfffd, "half of four bytes" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30\x81"), 0, 3, 0xfffd, "three of four" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81"), 0, NONE, 0, "a single one is a converter's to refuse" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30<"), 0, NONE, 0, "four bytes that break off" },
  { CR_ICONV_GB18030, CR_SPAN_INIT("\x81\x30\xa3\xa0"), 2, 2, 0x3000, "so too before a pair" },

  { CR_ICONV_EUC_KR, CR_SPAN_INIT("\xa2\xe8"), 0, 2, 0xfffd, "a postal code mark of 2002" },
  { CR_ICONV_EUC_KR, CR_SPAN_INIT("\xa3\xa0"), 0, NONE, 0, "an ordinary character" },
  { CR_ICONV_JIS0212, CR_SPAN_INIT("\x8f\xa2\xc3"), 0, 3, 0xa6, "the broken bar" },
  { CR_ICONV_JIS0212, CR_SPAN_INIT("\x8f\xb0\xa1"), 0, NONE, 0, "an ordinary one" },
  { CR_ICONV_SHIFT_JIS, CR_SPAN_INIT("\xa1\xfe\x80"), 0, NONE, 0, "converters agree" },
};

static void the_first_character_that_converters_differ_in_is_found(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_exact exact = { 0, NONE, 0 };
    bool is_found = cr_charset_find_exact(cases[i].set, cases[i].in, &exact, NULL);
    if (is_found != (cases[i].bytes != NONE) || exact.at != cases[i].at ||
        exact.bytes != cases[i].bytes || exact.code != cases[i].code)
      fail_msg("case %zu: %zu bytes at %zu are U+%04X (%s)", i, exact.bytes, exact.at, exact.code,
               cases[i].why);
  }
}

static size_t count_pairs(enum cr_iconv_set set)
{
  size_t count = 0;

  for (unsigned pair = 0x8000; pair < 0x10000; pair++) {
    char in[3] = { (char)(pair >> 8), (char)pair, '<' };
    struct cr_exact exact;
    if (cr_charset_find_exact(set, cr_span(in, sizeof(in)), &exact, NULL) && exact.bytes == 2)
      count++;
  }
  return count;
}

/* It is a binary search: a row out of order would hide others. */
static void all_that_is_in_the_tables_is_found(void **state)
{
  (void)state;
  assert_int_equal(count_pairs(CR_ICONV_BIG5), 142);
  assert_int_equal(count_pairs(CR_ICONV_GB18030), 7);
  assert_int_equal(count_pairs(CR_ICONV_EUC_KR), 1);
  assert_int_equal(count_pairs(CR_ICONV_SHIFT_JIS), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_first_character_that_converters_differ_in_is_found),
    cmocka_unit_test(all_that_is_in_the_tables_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
