/* SPDX-License-Identifier: MIT */
/* test_retry_after.c - how long a server asks to be left alone. */
#include "schedule/retry_after.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "support/jsonl.h"

#define NOW INT64_C(1559559600000) /* 2019-06-03T11:00:00Z */

static int64_t ms_of(const char *value)
{
  return cr_retry_after_ms(cr_span_text(value), cr_span(NULL, 0), NOW);
}

static void values_of_a_suite_are_read_as_it_says(void **state)
{
  const int64_t most_ms = 6 * 3600 * 1000;
  struct cr_jsonl lines;
  const struct cr_json *row;
  int rows = 0;
  (void)state;

  cr_jsonl_open(&lines, "http/retry-after.jsonl");
  for (; (row = cr_jsonl_next(&lines)); rows++) {
    int64_t ms = ms_of(cr_json_text(row, "value"));
    assert_string_equal(cr_json_text(row, "now"), "2019-06-03T11:00:00Z");
    int64_t seconds = cr_json_int(row, "seconds", -1);
    assert_int_equal(ms > most_ms ? most_ms : ms, seconds < 0 ? -1 : seconds * 1000);
  }
  assert_int_equal(rows, 7);
  cr_jsonl_close(&lines);
}

/* RFC 9110, section 5.6.7, and what is near it. */
static void dates_have_many_forms(void **state)
{
  (void)state;
  static const struct {
    const char *value;
    int64_t seconds; /* from NOW; -1: invalid */
  } rows[] = {
    { "Mon, 03 Jun 2019 11:00:10 GMT", 10 },
    { "Monday, 03-Jun-19 11:00:10 GMT", 10 },
    { "Mon Jun  3 11:00:10 2019", 10 },
    { "  Mon, 03 JUN 2019 11:00:10  ", 10 },
    { "Tue, 04 Jun 2019 11:00:00 GMT", 86400 },
    { "Sat, 29 Feb 2020 00:00:00 GMT", 23374800 },
    { "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
    { "Fri, 31 Dec 9999 23:59:59 GMT", INT64_C(251842741199) },
    { "0", 0 },
    { " 7 ", 7 },
    { "00000000000000000000000012", 12 },
    { "99999999999999999999999999", 1000000000 },
    { "", -1 },
    { "-1", -1 },
    { "+1", -1 },
    { "1 2", -1 },
    { "soon", -1 },
    { "Mon, 03 Jun 2019", -1 },
    { "Mon, 03 Jun 2019 24:00:00 GMT", -1 },
    { "Mon, 03 Jun 2019 11:60:00 GMT", -1 },
    { "Mon, 33 Jun 2019 11:00:00 GMT", -1 },
    { "Mon, 03 Foo 2019 11:00:00 GMT", -1 },
    { "Mon, 03 Jun 1500 11:00:00 GMT", -1 },
    { "\xff\xfe\x01", -1 },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    int64_t want = rows[i].seconds < 0 ? -1 : rows[i].seconds * 1000;
    if (ms_of(rows[i].value) != want)
      fail_msg("%s: %lld", rows[i].value, (long long)ms_of(rows[i].value));
  }
  assert_int_equal(cr_retry_after_ms(cr_span(NULL, 0), cr_span(NULL, 0), NOW), -1);
}

static void every_day_is_the_c_librarys(void **state)
{
  (void)state;
  for (time_t day = 0; day < 60000; day += 7) {
    time_t seconds = day * 86400 + 3661;
    struct tm tm;
    char text[64];
    assert_non_null(gmtime_r(&seconds, &tm));
    assert_true(strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0);
    assert_int_equal(cr_retry_after_ms(cr_span_text(text), cr_span(NULL, 0), 0),
                     (int64_t)seconds * 1000);
  }
}

static void a_date_is_compared_with_the_responses_own(void **state)
{
  static const struct {
    const char *value, *date;
    int64_t seconds; /* with a clock that says NOW */
  } rows[] = {
    { "Sun, 06 Nov 1994 08:50:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT", 60 },   /* theirs is slow */
    { "Tue, 06 Nov 2068 08:50:37 GMT", "Tuesday, 06-Nov-68 08:49:37 GMT", 60 }, /* or fast */
    { "Mon, 03 Jun 2019 11:00:10 GMT", "Mon, 03 Jun 2019 11:00:20 GMT", 0 },
    { "Mon, 03 Jun 2019 11:00:10 GMT", "now", 10 },
    { "Mon, 03 Jun 2019 11:00:10 GMT", "", 10 },
    { "7", "Sun, 06 Nov 1994 08:49:37 GMT", 7 },
    { "soon", "Sun, 06 Nov 1994 08:49:37 GMT", -1 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    int64_t ms = cr_retry_after_ms(cr_span_text(rows[i].value), cr_span_text(rows[i].date), NOW);
    if (ms != (rows[i].seconds < 0 ? -1 : rows[i].seconds * 1000))
      fail_msg("%s, %s: %lld ms", rows[i].value, rows[i].date, (long long)ms);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_of_a_suite_are_read_as_it_says),
    cmocka_unit_test(dates_have_many_forms),
    cmocka_unit_test(a_date_is_compared_with_the_responses_own),
    cmocka_unit_test(every_day_is_the_c_librarys),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
