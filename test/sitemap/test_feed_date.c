/* SPDX-License-Identifier: MIT */
/* test_feed_date.c - the dates of feeds.
 *
 * Examples of RFC 822 appendix A.3.3 and section 5, RFC 3339 section 5.8, RFC 4287 section 3.3, W3C
 * NOTE-datetime, the RSS 2.0 specification; forms that feeds have been seen with.
 */
#include "sitemap/feed_date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct row {
  const char *text;
  int64_t ms;
};

static void check_rows(const struct row *rows, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    int64_t got = cr_feed_date(cr_span_text(rows[i].text));
    if (got != rows[i].ms)
      fail_msg("%s: %lld", rows[i].text, (long long)got);
  }
}

#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void dates_of_rfc3339_and_w3c_are_read(void **state)
{
  static const struct row rows[] = {
    { "1985-04-12T23:20:50.52Z", 482196050520 }, /* RFC 3339 */
    { "1996-12-19T16:39:57-08:00", 851042397000 },
    { "1990-12-31T23:59:60Z", 662688000000 },
    { "1990-12-31T15:59:60-08:00", 662688000000 },
    { "1937-01-01T12:00:27.87+00:20", -1041337172130 },
    { "2003-12-13T18:30:02Z", 1071340202000 }, /* RFC 4287 */
    { "2003-12-13T18:30:02.25Z", 1071340202250 },
    { "2003-12-13T18:30:02+01:00", 1071336602000 },
    { "2003-12-13T18:30:02.25+01:00", 1071336602250 },
    { "1997", 852076800000 }, /* NOTE-datetime */
    { "1997-07", 867715200000 },
    { "1997-07-16", 869011200000 },
    { "1997-07-16T19:20+01:00", 869077200000 },
    { "1997-07-16T19:20:30.45+01:00", 869077230450 },
    { "1994-11-05T13:15:30Z", 784041330000 },
    { "2003-12-13t18:30:02z", 1071340202000 },
    { "2003-12-13 18:30:02", 1071340202000 },
    { "2003-12-13 18:30:02 +0100", 1071336602000 },
    { "2003-12-13T18:30:02+01", 1071336602000 },
    { " \n2003-12-13T18:30:02.123456789Z\t", 1071340202123 },
    { "2000-02-29", 951782400000 },
    { "1969-12-31T23:59:59Z", -1000 },
    { "0001-01-01", -62135596800000 },
    { "9999-12-31T23:59:59.999Z", 253402300799999 },
  };
  (void)state;
  CHECK_ROWS(rows);
}

static void dates_of_rfc822_are_read(void **state)
{
  static const struct row rows[] = {
    { "Sat, 07 Sep 2002 00:00:01 GMT", 1031356801000 }, /* RSS 2.0 */
    { "Sun, 19 May 2002 15:21:36 GMT", 1021821696000 },
    { "Tue, 10 Jun 2003 04:00:00 GMT", 1055217600000 },
    { "26 Aug 76 1429 EDT", 0 }, /* RFC 733 */
    { "26 Aug 76 14:29 EDT", 209932140000 },
    { "26 Aug 76 14:29 EST", 209935740000 },
    { "26 Aug 76 14:29 PST", 209946540000 },
    { "26 Aug 76 14:29 Z", 209917740000 },
    { "26 Aug 76 14:29 A", 209917740000 },
    { "26 Aug 76 14:29 XYZ", 209917740000 },
    { "26 Aug 76 14:29", 209917740000 },
    { "26 Aug 76", 209865600000 },
    { "Thu, 05 Jan 2017 13:34:51 +0100", 1483619691000 },
    { "05 Jan 2017 11:34:52 -0100", 1483619692000 },
    { "05 Jan 17 12:34:53 GMT", 1483619693000 },
    { "5 Jan 49 00:00 UT", 2493417600000 },
    { "5 Jan 50 00:00 UT", -630806400000 },
    { "5 Jan 117 00:00 UT", 1483574400000 },
    { "Thursday, 5 January 2017 12:34:53 +01:00", 1483616093000 },
    { "Thu , 5-Jan-2017 12:34:53 GMT+1", 1483616093000 },
    { "Thu 5 Jan. 2017 1:34 gmt", 1483580040000 },
    { "thu,5 jan 2017 12:34:53 gmt", 1483619693000 },
    { "Thu, 05 Jan 2017 12:34:53 GMT (winter)", 1483619693000 },
  };
  (void)state;
  CHECK_ROWS(rows);
}

static void what_is_no_date_is_0(void **state)
{
  static const struct row rows[] = {
    { "", 0 },
    { " ", 0 },
    { "yesterday", 0 },
    { "12", 0 },
    { "20031", 0 },
    { "2003-", 0 },
    { "2003-1-1", 0 },
    { "2003-13-01", 0 },
    { "2003-00-01", 0 },
    { "2003-02-29", 0 },
    { "1900-02-29", 0 },
    { "2003-04-31", 0 },
    { "2003-12-13T", 0 },
    { "2003-12-13T18", 0 },
    { "2003-12-13T24:00:00Z", 0 },
    { "2003-12-13T18:60:00Z", 0 },
    { "2003-12-13T18:30:61Z", 0 },
    { "2003-12-13T18:30:02+24:00", 0 },
    { "2003-12-13T18:30:02+01:", 0 },
    { "2003-12-13T18:30:02+", 0 },
    { "2003-12-13T18:30:02Zx!", 0 },
    { "0000-01-01", 0 },
    { "32 Jan 2017", 0 },
    { "0 Jan 2017", 0 },
    { "5 Foo 2017", 0 },
    { "5 Ja 2017", 0 },
    { "5 Jan", 0 },
    { "5 Jan 2017 25:00", 0 },
    { "Thu,,,", 0 },
    { "99999999999999999999", 0 },
    { "1970-01-01T00:00:00Z", 0 },
  };
  (void)state;
  CHECK_ROWS(rows);
}

static void every_day_follows_the_one_before(void **state)
{
  static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  int64_t want = cr_feed_date(CR_SPAN("1970-01-02"));
  char text[64];
  (void)state;

  assert_int_equal(want, 86400000);
  for (int year = 1970; year <= 2400; year++) {
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (int month = 1; month <= 12; month++) {
      for (int day = 1; day <= days[month - 1] + (leap && month == 2); day++) {
        if (year == 1970 && month == 1 && day == 1)
          continue;
        snprintf(text, sizeof(text), "%04d-%02d-%02d", year, month, day);
        assert_int_equal(cr_feed_date(cr_span_text(text)), want);
        want += 86400000;
      }
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(dates_of_rfc3339_and_w3c_are_read),
    cmocka_unit_test(dates_of_rfc822_are_read),
    cmocka_unit_test(what_is_no_date_is_0),
    cmocka_unit_test(every_day_follows_the_one_before),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
