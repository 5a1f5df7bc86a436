/* SPDX-License-Identifier: MIT */
/* test_charset_labels.c - the generated labels are what the search in charset.c relies on, and
 * what the WHATWG Encoding standard says (section 4.2).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parse/charset.h"

/* The standard has 39 encodings, gbk and gb18030 apart, and replacement: 40. */
enum { ENCODINGS = 40, LABELS = 228 };

static void labels_are_sorted_and_none_is_twice(void **state)
{
  (void)state;
  assert_int_equal(cr_charset_label_count, LABELS);
  for (size_t i = 1; i < cr_charset_label_count; i++)
    if (strcmp(cr_charset_labels[i - 1].label, cr_charset_labels[i].label) >= 0)
      fail_msg("%s, %s", cr_charset_labels[i - 1].label, cr_charset_labels[i].label);
}

static void labels_are_in_lower_case_without_spaces(void **state)
{
  (void)state;
  for (size_t i = 0; i < cr_charset_label_count; i++)
    for (const char *at = cr_charset_labels[i].label; *at != '\0'; at++)
      if (*at != cr_lower(*at) || *at <= ' ' || *at > '~')
        fail_msg("%s", cr_charset_labels[i].label);
}

static void every_label_is_of_an_encoding(void **state)
{
  (void)state;
  for (size_t i = 0; i < cr_charset_label_count; i++)
    assert_in_range(cr_charset_labels[i].charset, 0, ENCODINGS - 1);
}

static void every_name_is_a_label_of_itself(void **state)
{
  (void)state;
  for (size_t i = 0; i < ENCODINGS; i++)
    assert_ptr_equal(cr_charset_find(cr_span_text(cr_charsets[i].name)), &cr_charsets[i]);
}

/* One or two of each encoding, from the standard's table. */
static const struct {
  const char *label;
  const char *want;
} known[] = {
  { "unicode-1-1-utf-8", "utf-8" },
  { "utf8", "utf-8" },
  { "x-unicode20utf8", "utf-8" },
  { "866", "ibm866" },
  { "csibm866", "ibm866" },
  { "latin2", "iso-8859-2" },
  { "l3", "iso-8859-3" },
  { "iso_8859-4:1988", "iso-8859-4" },
  { "cyrillic", "iso-8859-5" },
  { "asmo-708", "iso-8859-6" },
  { "sun_eu_greek", "iso-8859-7" },
  { "visual", "iso-8859-8" },
  { "logical", "iso-8859-8-i" },
  { "csiso88598i", "iso-8859-8-i" },
  { "l6", "iso-8859-10" },
  { "iso885913", "iso-8859-13" },
  { "iso8859-14", "iso-8859-14" },
  { "csisolatin9", "iso-8859-15" },
  { "iso-8859-16", "iso-8859-16" },
  { "koi", "koi8-r" },
  { "koi8-ru", "koi8-u" },
  { "x-mac-roman", "macintosh" },
  { "dos-874", "windows-874" },
  { "tis-620", "windows-874" },
  { "iso-8859-11", "windows-874" },
  { "x-cp1250", "windows-1250" },
  { "cp1251", "windows-1251" },
  { "ascii", "windows-1252" },
  { "iso-8859-1", "windows-1252" },
  { "latin1", "windows-1252" },
  { "us-ascii", "windows-1252" },
  { "windows-1253", "windows-1253" },
  { "iso-8859-9", "windows-1254" },
  { "l5", "windows-1254" },
  { "x-cp1255", "windows-1255" },
  { "cp1256", "windows-1256" },
  { "windows-1257", "windows-1257" },
  { "cp1258", "windows-1258" },
  { "x-mac-ukrainian", "x-mac-cyrillic" },
  { "gb2312", "gbk" },
  { "chinese", "gbk" },
  { "gb18030", "gb18030" },
  { "big5-hkscs", "big5" },
  { "x-x-big5", "big5" },
  { "x-euc-jp", "euc-jp" },
  { "csiso2022jp", "iso-2022-jp" },
  { "windows-31j", "shift_jis" },
  { "ms932", "shift_jis" },
  { "windows-949", "euc-kr" },
  { "ks_c_5601-1987", "euc-kr" },
  { "hz-gb-2312", "replacement" },
  { "iso-2022-kr", "replacement" },
  { "iso-2022-cn-ext", "replacement" },
  { "unicodefffe", "utf-16be" },
  { "unicode", "utf-16le" },
  { "utf-16", "utf-16le" },
  { "iso-10646-ucs-2", "utf-16le" },
  { "x-user-defined", "x-user-defined" },
};

static void labels_mean_what_the_standard_says(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
    const struct cr_charset *set = cr_charset_find(cr_span_text(known[i].label));
    if (!set || strcmp(set->name, known[i].want) != 0)
      fail_msg("%s: %s", known[i].label, set ? set->name : "none");
  }
}

/* What iconv would take, and the standard doesn't have. */
static void what_the_standard_has_not_is_no_label(void **state)
{
  static const char *const unknown[] = { "utf-7",         "utf-32",  "ucs-4",      "cesu-8",
                                         "iso-8859-12",   "latin-1", "cp437",      "ebcdic-us",
                                         "utf-8//IGNORE", "none",    "utf-16le ,", "../etc" };
  (void)state;
  for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
    if (cr_charset_find(cr_span_text(unknown[i])))
      fail_msg("%s", unknown[i]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(labels_are_sorted_and_none_is_twice),
    cmocka_unit_test(labels_are_in_lower_case_without_spaces),
    cmocka_unit_test(every_label_is_of_an_encoding),
    cmocka_unit_test(every_name_is_a_label_of_itself),
    cmocka_unit_test(labels_mean_what_the_standard_says),
    cmocka_unit_test(what_the_standard_has_not_is_no_label),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
