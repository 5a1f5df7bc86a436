/* SPDX-License-Identifier: MIT */
/* test_charset_tables.c - the generated tables of single-byte encodings, against the system's.
 *
 * Both say the same of every byte that the system's converter knows, but for what the WHATWG
 * Encoding standard changed on purpose, which is listed.
 */
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parse/charset.h"

enum { ENCODINGS = 40, UPPER = 128, NOTHING = 0xfffd };

static const uint16_t *table_of(const char *name)
{
  const struct cr_charset *set = cr_charset_find(cr_span_text(name));
  assert_non_null(set);
  assert_int_equal(set->way, CR_CHARSET_SINGLE);
  return cr_charset_tables[set->which];
}

static uint16_t code_of(const char *name, int byte)
{
  return table_of(name)[byte - UPPER];
}

/* From the index files of the standard. */
static const struct {
  const char *name;
  int byte;
  uint16_t code;
} known[] = {
  { "ibm866", 0x80, 0x0410 },         { "iso-8859-2", 0xb1, 0x0105 },
  { "iso-8859-3", 0xa5, NOTHING },    { "iso-8859-4", 0xff, 0x02d9 },
  { "iso-8859-5", 0xf0, 0x2116 },     { "iso-8859-6", 0xc1, 0x0621 },
  { "iso-8859-7", 0xa4, 0x20ac },     { "iso-8859-8", 0xe0, 0x05d0 },
  { "iso-8859-8-i", 0xfa, 0x05ea },   { "iso-8859-10", 0xbd, 0x2015 },
  { "iso-8859-13", 0xff, 0x2019 },    { "iso-8859-14", 0xd0, 0x0174 },
  { "iso-8859-15", 0xa4, 0x20ac },    { "iso-8859-16", 0xaa, 0x0218 },
  { "koi8-r", 0xc0, 0x044e },         { "koi8-u", 0xae, 0x045e },
  { "macintosh", 0xdb, 0x20ac },      { "windows-874", 0x80, 0x20ac },
  { "windows-874", 0xdb, NOTHING },   { "windows-1250", 0x8a, 0x0160 },
  { "windows-1251", 0x98, 0x0098 },   { "windows-1251", 0xff, 0x044f },
  { "windows-1252", 0x80, 0x20ac },   { "windows-1252", 0x81, 0x0081 },
  { "windows-1252", 0x93, 0x201c },   { "windows-1252", 0xff, 0x00ff },
  { "windows-1253", 0xe1, 0x03b1 },   { "windows-1253", 0xd2, NOTHING },
  { "windows-1254", 0xdd, 0x0130 },   { "windows-1255", 0xca, 0x05ba },
  { "windows-1256", 0x81, 0x067e },   { "windows-1257", 0xa1, NOTHING },
  { "windows-1258", 0xd2, 0x0309 },   { "x-mac-cyrillic", 0xa2, 0x0490 },
  { "x-mac-cyrillic", 0xff, 0x20ac },
};

static void bytes_mean_what_the_standard_says(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
    if (code_of(known[i].name, known[i].byte) != known[i].code)
      fail_msg("%s %02x: U+%04X", known[i].name, (unsigned)known[i].byte,
               code_of(known[i].name, known[i].byte));
}

static void no_byte_means_ascii_or_half_a_character(void **state)
{
  (void)state;
  for (size_t i = 0; i < ENCODINGS; i++) {
    if (cr_charsets[i].way != CR_CHARSET_SINGLE)
      continue;
    for (size_t byte = 0; byte < UPPER; byte++) {
      uint16_t code = cr_charset_tables[cr_charsets[i].which][byte];
      if (code < 0x80 || (code >= 0xd800 && code <= 0xdfff))
        fail_msg("%s %02zx: U+%04X", cr_charsets[i].name, byte + UPPER, code);
    }
  }
}

static void no_two_bytes_mean_the_same_character(void **state)
{
  (void)state;
  for (size_t i = 0; i < ENCODINGS; i++) {
    if (cr_charsets[i].way != CR_CHARSET_SINGLE)
      continue;
    const uint16_t *table = cr_charset_tables[cr_charsets[i].which];
    for (size_t a = 0; a < UPPER; a++)
      for (size_t b = a + 1; b < UPPER; b++)
        if (table[a] == table[b] && table[a] != NOTHING)
          fail_msg("%s: %02zx and %02zx", cr_charsets[i].name, a + UPPER, b + UPPER);
  }
}

/* What the system's converter is called, where not as the standard has it. */
static const struct {
  const char *name;
  const char *system;
} others[] = {
  { "iso-8859-8-i", "iso-8859-8" },
  { "windows-874", "cp874" },
  { "x-mac-cyrillic", "mac-uk" },
};

/* Bytes that the standard reads otherwise. */
static const struct {
  const char *name;
  int low;
  int high;
  const char *why;
} changed[] = {
  { "koi8-u", 0xae, 0xae, "U+045E: koi8-u is read as koi8-ru" },
  { "koi8-u", 0xbe, 0xbe, "U+040E: the same" },
  { "macintosh", 0xbd, 0xc6, "U+03A9 and U+2206 instead of their doubles U+2126 and U+0394" },
  { "macintosh", 0xdb, 0xdb, "the euro sign of Mac OS 8.5" },
  { "macintosh", 0xf0, 0xf0, "Apple's sign, a private character" },
  { "windows-1255", 0xca, 0xca, "U+05BA, later than the system's table" },
  { "x-mac-cyrillic", 0xff, 0xff, "the euro sign again" },
};

static bool is_changed(const char *name, int byte)
{
  for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++)
    if (strcmp(changed[i].name, name) == 0 && byte >= changed[i].low && byte <= changed[i].high)
      return true;
  return false;
}

static iconv_t open_system(const char *name)
{
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    if (strcmp(others[i].name, name) == 0)
      return iconv_open("UTF-16BE", others[i].system);
  return iconv_open("UTF-16BE", name);
}

/* 0: the system has no single character for that byte. */
static uint16_t ask_system(iconv_t converter, int byte)
{
  char in[1] = { (char)byte };
  unsigned char out[8] = { 0 };
  char *source = in;
  char *target = (char *)out;
  size_t in_bytes = 1;
  size_t out_bytes = sizeof(out);

  (void)iconv(converter, NULL, NULL, NULL, NULL);
  size_t result = iconv(converter, &source, &in_bytes, &target, &out_bytes);
  (void)iconv(converter, NULL, NULL, &target, &out_bytes); /* one that was held back */
  bool is_one = result != (size_t)-1 && out_bytes == sizeof(out) - 2;
  return is_one ? (uint16_t)(out[0] << 8 | out[1]) : 0;
}

static void the_systems_tables_say_the_same(void **state)
{
  size_t compared = 0;
  (void)state;

  for (size_t i = 0; i < ENCODINGS; i++) {
    const char *name = cr_charsets[i].name;
    iconv_t converter = cr_charsets[i].way == CR_CHARSET_SINGLE ? open_system(name) : (iconv_t)-1;
    if (converter == (iconv_t)-1)
      continue; /* this system has none */
    for (int byte = UPPER; byte < 2 * UPPER; byte++) {
      uint16_t theirs = ask_system(converter, byte);
      if (theirs != 0 && theirs != code_of(name, byte) && !is_changed(name, byte))
        fail_msg("%s %02x: U+%04X, the system says U+%04X", name, (unsigned)byte,
                 code_of(name, byte), theirs);
      compared += theirs != 0;
    }
    iconv_close(converter);
  }
  assert_true(compared > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bytes_mean_what_the_standard_says),
    cmocka_unit_test(no_byte_means_ascii_or_half_a_character),
    cmocka_unit_test(no_two_bytes_mean_the_same_character),
    cmocka_unit_test(the_systems_tables_say_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
