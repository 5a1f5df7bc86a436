/* SPDX-License-Identifier: MIT */
/* Values of options as people write them: which are understood, and as what. */
#include "api/crawler_impl.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { BAD = -77777 };

struct row {
  const char *text;
  int64_t want; /* BAD: CRAWLER_E_VALUE */
};

typedef int (*reader)(const char *text, int64_t *value);

static void check_rows(reader read, const struct row *rows, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    int64_t value = 4711;
    int err = read(rows[i].text, &value);

    if (err != (rows[i].want == BAD ? CRAWLER_E_VALUE : 0))
      fail_msg("'%s': error %d", rows[i].text, err);
    if (value != (rows[i].want == BAD ? 4711 : rows[i].want)) /* left alone by a failure */
      fail_msg("'%s': %lld", rows[i].text, (long long)value);
  }
}

#define CHECK(read, rows) check_rows(read, rows, sizeof(rows) / sizeof(*(rows)))

static void booleans_are_four_pairs_of_words_in_any_case(void **state)
{
  static const struct row rows[] = {
    { "1", 1 },    { "true", 1 }, { "yes", 1 },     { "on", 1 },   { "0", 0 },      { "false", 0 },
    { "no", 0 },   { "off", 0 },  { "TRUE", 1 },    { "Off", 0 },  { "", BAD },     { "2", BAD },
    { "-1", BAD }, { "y", BAD },  { "true ", BAD }, { " 1", BAD }, { "none", BAD }, { "01", BAD },
  };

  (void)state;
  CHECK(cr_text_to_bool, rows);
}

static void integers_are_digits_alone_or_none(void **state)
{
  static const struct row rows[] = {
    { "0", 0 },
    { "25", 25 },
    { "007", 7 },
    { "9223372036854775807", INT64_MAX },
    { "-1", -1 },
    { "none", -1 },
    { "None", -1 },
    { "9223372036854775808", BAD },
    { "18446744073709551616", BAD },
    { "99999999999999999999999999", BAD },
    { "-2", BAD },
    { "+1", BAD },
    { "1.0", BAD },
    { "1k", BAD },
    { "0x10", BAD },
    { "", BAD },
    { " 1", BAD },
    { "1 ", BAD },
  };

  (void)state;
  CHECK(cr_text_to_int, rows);
}

static void durations_are_seconds_unless_they_say_otherwise(void **state)
{
  static const struct row rows[] = {
    { "2", 2000 },
    { "2s", 2000 },
    { "500ms", 500 },
    { "1.5", 1500 },
    { "1.5s", 1500 },
    { ".5s", 500 },
    { "0.001", 1 },
    { "0.0009", 0 }, /* what is finer than a millisecond is cut off */
    { "1.5ms", 1 },
    { "10m", 600000 },
    { "1.5m", 90000 },
    { "1min", 60000 },
    { "2h", 7200000 },
    { "1d", 86400000 },
    { "1D", 86400000 },
    { "0", 0 },
    { "5.", 5000 },
    { "none", -1 },
    { "-1", -1 },
    { "-5s", BAD },
    { "s", BAD },
    { ".", BAD },
    { ".s", BAD },
    { "1..5", BAD },
    { "1 s", BAD },
    { "1w", BAD },
    { "1e3", BAD },
    { "", BAD },
    { "9223372036854775807", BAD },
    { "99999999999999999999", BAD },
    { "99999999999d", BAD },
    { "9223372036854775ms", 9223372036854775 },
    { "2305843009213693951ms", INT64_MAX / 4 },
    { "2305843009213693952ms", BAD },
    { "22337368545807", 22337368545807000 },
    { "2305843009213693ms", 2305843009213693 },
  };

  (void)state;
  CHECK(cr_text_to_duration, rows);
}

static void sizes_take_suffixes_of_1024(void **state)
{
  static const struct row rows[] = {
    { "0", 0 },
    { "10", 10 },
    { "1k", 1024 },
    { "1K", 1024 },
    { "1kb", 1024 },
    { "64M", (int64_t)64 << 20 },
    { "1MB", 1 << 20 },
    { "2G", (int64_t)2 << 30 },
    { "1gb", 1 << 30 },
    { "0.5k", 512 },
    { "1.5M", 1572864 },
    { "none", -1 },
    { "1T", INT64_C(1) << 40 },
    { "2tb", INT64_C(2) << 40 },
    { "1P", BAD },
    { "1ki", BAD },
    { "k", BAD },
    { "-2", BAD },
    { "1 k", BAD },
    { "99999999999G", BAD },
    { "", BAD },
  };

  (void)state;
  CHECK(cr_text_to_size, rows);
}

static void numbers_are_written_with_their_suffix(void **state)
{
  char text[64];

  (void)state;
  cr_number_to_text(0, "ms", text);
  assert_string_equal(text, "0ms");
  cr_number_to_text(INT64_MAX, "", text);
  assert_string_equal(text, "9223372036854775807");
  cr_number_to_text(INT64_MIN, "", text);
  assert_string_equal(text, "-9223372036854775808");
  cr_number_to_text(-1, "ms", text); /* no limit */
  assert_string_equal(text, "-1");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(booleans_are_four_pairs_of_words_in_any_case),
    cmocka_unit_test(integers_are_digits_alone_or_none),
    cmocka_unit_test(durations_are_seconds_unless_they_say_otherwise),
    cmocka_unit_test(sizes_take_suffixes_of_1024),
    cmocka_unit_test(numbers_are_written_with_their_suffix),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
