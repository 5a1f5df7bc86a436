/* SPDX-License-Identifier: MIT */
/* test_date.c - points in time as servers write them. */
#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "support/jsonl.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* As the suite writes them: "Mon, 10 Dec 2007 17:02:24 GMT". */
static const char *format(int64_t seconds, char out[40])
{
  time_t at = (time_t)seconds;
  struct tm parts;

  assert_non_null(gmtime_r(&at, &parts));
  assert_int_not_equal(strftime(out, 40, "%a, %d %b %Y %H:%M:%S GMT", &parts), 0);
  return out;
}

static void dates_of_the_http_state_suite_are_read_as_it_says(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  int rows = 0;

  (void)state;
  cr_jsonl_open(&lines, "http/cookie-dates.jsonl");
  for (; (row = cr_jsonl_next(&lines)); rows++) {
    const char *input = cr_json_text(row, "input");
    const char *want = cr_json_text(row, "expected");
    int64_t seconds = 0;
    char text[40];
    bool is_date = cr_date_read(cr_span_text(input), &seconds);

    if (is_date != (want != NULL))
      fail_msg("%s is%s a date", input, is_date ? "" : " not");
    if (is_date)
      assert_string_equal(format(seconds, text), want);
  }
  assert_int_equal(rows, 32);
  cr_jsonl_close(&lines);
}

static void there_are_only_days_that_there_are(void **state)
{
  static const struct {
    const char *text;
    bool is_date;
  } cases[] = {
    { "29 Feb 2024 0:0:0", true },
    { "29 Feb 2023 0:0:0", false },
    { "29 Feb 1900 0:0:0", false },
    { "29 Feb 2000 0:0:0", true },
    { "31 Apr 2024 0:0:0", false },
    { "0 Apr 2024 0:0:0", false },
    { "1 Jan 1600 0:0:0", false },
    { "1 Jan 1601 0:0:0", true },
    { "1 Jan 2024 24:0:0", false },
    { "1 Jan 2024 0:60:0", false },
    { "1 Jan 2024 0:0:61", false },
    { "1 Jan 2024", false },
    { "1 Jan 0:0:0", false },
    { "1 2024 0:0:0", false },
    { "1 Jan 2 0:0:0", false },
    { "1st Jan 24 0:0:0", true },
    { "", false },
    { "\xff\xfe", false },
  };
  int64_t seconds = 7;

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    if (cr_date_read(cr_span_text(cases[i].text), &seconds) != cases[i].is_date)
      fail_msg("%s", cases[i].text);
  seconds = 7;
  assert_false(cr_date_read(CR_SPAN("soon"), &seconds));
  assert_int_equal(seconds, 7);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(dates_of_the_http_state_suite_are_read_as_it_says),
    cmocka_unit_test(there_are_only_days_that_there_are),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
