/* SPDX-License-Identifier: MIT */
/* feed_date.c - the dates of feeds: RFC 822 and RFC 3339, as they are written in practice.
 *
 * RSS has RFC 822 section 5 with years of four digits, obsolete zones and years by RFC 5322 section
 * 4.3. Atom has RFC 3339, Dublin Core and sitemaps W3C's NOTE-datetime, of which it is a part.
 * Pure: no I/O, no allocation, no locale. Each character is looked at once.
 */
#include "sitemap/feed_date.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, MILLIS = 1000 };

struct moment {
  int year;
  int month; /* 1 to 12 */
  int day;
  int hour;
  int minute;
  int second;
  int millis;
  int zone_minutes; /* east of Greenwich */
};

/* ---- characters ---- */

static bool is_at(struct cr_span text, char c)
{
  return text.len > 0 && text.at[0] == c;
}

static void skip(struct cr_span *text, size_t bytes)
{
  text->at += bytes;
  text->len -= bytes;
}

static void skip_space(struct cr_span *text)
{
  while (text->len > 0 && cr_is_space(text->at[0]))
    skip(text, 1);
}

/* From least to most digits; how many there are, 0: too few. A further digit isn't taken. */
static size_t take_number(struct cr_span *text, size_t least, size_t most, int *value)
{
  size_t len = 0;

  *value = 0;
  while (len < text->len && len < most && cr_is_digit(text->at[len]))
    *value = *value * 10 + (text->at[len++] - '0');
  if (len < least)
    return 0;
  skip(text, len);
  return len;
}

static struct cr_span take_word(struct cr_span *text)
{
  size_t len = 0;
  while (len < text->len && cr_is_alpha(text->at[len]))
    len++;
  struct cr_span word = cr_span(text->at, len);
  skip(text, len);
  return word;
}

/* ---- parts that both have ---- */

/* +01:00, +0100, +01; "GMT+1" has one digit. */
static bool take_offset(struct cr_span *text, struct moment *m)
{
  int hours = 0;
  int minutes = 0;
  bool west = is_at(*text, '-');

  skip(text, 1);
  if (!take_number(text, 1, 2, &hours))
    return false;
  bool has_colon = cr_span_take(text, ':');
  bool has_minutes = take_number(text, 2, 2, &minutes) > 0;
  if ((has_colon && !has_minutes) || hours > 23 || minutes > 59)
    return false;
  m->zone_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
  return true;
}

/* RFC 822 section 5.1. Other names, and letters but Z, mean that the zone isn't known: UTC (RFC
 * 5322 section 4.3). */
static bool take_zone(struct cr_span *text, struct moment *m)
{
  static const struct {
    struct cr_span name;
    int hours;
  } zones[] = {
    { CR_SPAN_INIT("EST"), -5 }, { CR_SPAN_INIT("EDT"), -4 }, { CR_SPAN_INIT("CST"), -6 },
    { CR_SPAN_INIT("CDT"), -5 }, { CR_SPAN_INIT("MST"), -7 }, { CR_SPAN_INIT("MDT"), -6 },
    { CR_SPAN_INIT("PST"), -8 }, { CR_SPAN_INIT("PDT"), -7 },
  };

  skip_space(text);
  struct cr_span name = take_word(text);
  for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
    if (cr_span_eq_nocase(name, zones[i].name))
      m->zone_minutes = zones[i].hours * 60;
  return is_at(*text, '+') || is_at(*text, '-') ? take_offset(text, m) : true;
}

/* hh:mm[:ss[.fraction]], RFC 3339's comma too. */
static bool take_time(struct cr_span *text, struct moment *m)
{
  int digit = 0;

  if (!take_number(text, 1, 2, &m->hour) || !cr_span_take(text, ':') ||
      !take_number(text, 2, 2, &m->minute))
    return false;
  if (cr_span_take(text, ':') && !take_number(text, 2, 2, &m->second))
    return false;
  if (!cr_span_take(text, '.') && !cr_span_take(text, ','))
    return true;
  for (int unit = 100; take_number(text, 1, 1, &digit); unit /= 10)
    m->millis += digit * unit; /* what is finer than a millisecond is cut off */
  return true;
}

/* ---- the two formats ---- */

static bool read_rfc3339(struct cr_span text, struct moment *m)
{
  if (!take_number(&text, 4, 4, &m->year))
    return false;
  if (cr_span_take(&text, '-') && !take_number(&text, 2, 2, &m->month))
    return false;
  if (cr_span_take(&text, '-') && !take_number(&text, 2, 2, &m->day))
    return false;
  if (text.len == 0)
    return true;
  if (!cr_span_take(&text, 'T') && !cr_span_take(&text, 't') && !cr_is_space(text.at[0]))
    return false;
  skip_space(&text);
  return take_time(&text, m) && take_zone(&text, m) && text.len == 0;
}

/* By its first three letters: "September" and "Sept" are in use. 0: none. */
static int find_month(struct cr_span word)
{
  static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

  for (int month = 1; word.len >= 3 && month <= 12; month++)
    if (cr_span_starts_nocase(word, cr_span(names + 3 * (month - 1), 3)))
      return month;
  return 0;
}

/* RFC 5322 section 4.3. */
static bool take_year(struct cr_span *text, struct moment *m)
{
  size_t digits = take_number(text, 2, 4, &m->year);
  if (digits == 3 || (digits == 2 && m->year >= 50))
    m->year += 1900;
  else if (digits == 2)
    m->year += 2000;
  return digits > 0;
}

static bool read_rfc822(struct cr_span text, struct moment *m)
{
  struct cr_span word = take_word(&text); /* the day of the week */
  bool has_comma = cr_span_take(&text, ',');

  skip_space(&text);
  if (has_comma || word.len > 0) {
    (void)cr_span_take(&text, ','); /* "Mon , 1 Jan" */
    skip_space(&text);
  }
  if (!take_number(&text, 1, 2, &m->day))
    return false;
  while (cr_span_take(&text, '-') || (text.len > 0 && cr_is_space(text.at[0])))
    skip_space(&text);
  m->month = find_month(take_word(&text));
  (void)cr_span_take(&text, '.');
  while (cr_span_take(&text, '-') || (text.len > 0 && cr_is_space(text.at[0])))
    skip_space(&text);
  if (!take_year(&text, m))
    return false;
  skip_space(&text);
  return text.len == 0 || (take_time(&text, m) && take_zone(&text, m));
}

/* ---- arithmetic ---- */

static bool is_leap(int year)
{
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_valid(const struct moment *m)
{
  static const int month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

  if (m->year < 1 || m->month < 1 || m->month > 12 || m->day < 1)
    return false;
  int days = month_days[m->month - 1] + (m->month == 2 && is_leap(m->year));
  return m->day <= days && m->hour < 24 && m->minute < 60 && m->second <= 60; /* a leap second */
}

/* Days since 1970-01-01. Years begin in March, so that a leap day is the last one of its year; the
 * months from there have 153 days for each five. */
static int64_t count_days(const struct moment *m)
{
  int64_t year = m->month > 2 ? m->year : m->year - 1;
  int64_t month = (m->month + 9) % 12;
  int64_t day_of_year = (153 * month + 2) / 5 + m->day - 1;
  return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

int64_t cr_feed_date(struct cr_span text)
{
  struct moment m = { .month = 1, .day = 1 };

  text = cr_span_trim(text);
  if (text.len == 0)
    return 0;
  if (!read_rfc3339(text, &m)) {
    m = (struct moment){ .month = 1, .day = 1 };
    if (!read_rfc822(text, &m))
      return 0;
  }
  if (!is_valid(&m))
    return 0;
  int64_t seconds = count_days(&m) * DAY_S + m.hour * HOUR_S + m.minute * MINUTE_S + m.second;
  return (seconds - (int64_t)m.zone_minutes * MINUTE_S) * MILLIS + m.millis;
}
