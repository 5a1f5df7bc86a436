/* SPDX-License-Identifier: MIT */
/* retry_after.c - how long a server asks to be left alone (RFC 9110, section 10.2.3).
 *
 * Dates are read as cookies' are (RFC 6265, section 5.1.1): by what their parts look like, in any
 * order, which takes all three formats of RFC 9110, section 5.6.7, and what servers make of them.
 * Pure.
 */
#include "schedule/retry_after.h"

enum { DAY_S = 86400, HOUR_S = 3600, MINUTE_S = 60 };

struct date {
  int year;  /* -1: not found yet, as the others */
  int month; /* from 0 */
  int day;
  int second; /* of the day */
};

static bool is_delimiter(char c)
{
  uint8_t b = (uint8_t)c;

  return b == '\t' || (b >= 0x20 && b <= 0x2f) || (b >= 0x3b && b <= 0x40) ||
         (b >= 0x5b && b <= 0x60) || (b >= 0x7b && b <= 0x7e);
}

static struct cr_span take_token(struct cr_span *text)
{
  const char *at = text->at;
  const char *end = at + text->len;

  while (at < end && is_delimiter(*at))
    at++;
  const char *begin = at;
  while (at < end && !is_delimiter(*at))
    at++;
  *text = cr_span(at, (size_t)(end - at));
  return cr_span(begin, (size_t)(at - begin));
}

/* The number that a token begins with, of at most `most` digits; -1: it has none, or more. */
static int take_number(struct cr_span *token, size_t most)
{
  size_t digits = 0;
  int value = 0;

  while (digits < token->len && cr_is_digit(token->at[digits])) {
    if (++digits > most)
      return -1;
    value = value * 10 + (token->at[digits - 1] - '0');
  }
  *token = cr_span(token->at + digits, token->len - digits);
  return digits > 0 ? value : -1;
}

/* hh:mm:ss; -1: it is none. */
static int second_of(struct cr_span token)
{
  int hour = take_number(&token, 2);
  int minute = hour >= 0 && cr_span_take(&token, ':') ? take_number(&token, 2) : -1;
  int second = minute >= 0 && cr_span_take(&token, ':') ? take_number(&token, 2) : -1;

  if (second < 0 || hour > 23 || minute > 59 || second > 60)
    return -1;
  return hour * HOUR_S + minute * MINUTE_S + second;
}

static int month_of(struct cr_span token)
{
  static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

  for (int i = 0; i < 12; i++)
    if (cr_span_starts_nocase(token, cr_span(names + 3 * i, 3)))
      return i;
  return -1;
}

static void note(struct date *date, struct cr_span token)
{
  struct cr_span left = token;
  int number;

  if (date->second < 0 && (number = second_of(token)) >= 0)
    date->second = number;
  else if (date->day < 0 && token.len <= 2 && (number = take_number(&left, 2)) > 0)
    date->day = number;
  else if (date->month < 0 && (number = month_of(token)) >= 0)
    date->month = number;
  else if (date->year < 0 && token.len >= 2 && (number = take_number(&left, 4)) >= 0)
    date->year = number < 70 ? 2000 + number : number < 100 ? 1900 + number : number;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; month from 0. Years begin in March, so
 * that a leap day is the last. */
static int64_t days_to(int year, int month, int day)
{
  int64_t years = month < 2 ? year - 1 : year;
  int64_t from_march = (month + 10) % 12;

  return years * 365 + years / 4 - years / 100 + years / 400 + (from_march * 153 + 2) / 5 + day -
         1 - 719468;
}

static bool read_date(struct cr_span text, int64_t *seconds)
{
  struct date date = { -1, -1, -1, -1 };

  while (text.len > 0) {
    struct cr_span token = take_token(&text);
    if (token.len > 0)
      note(&date, token);
  }
  if (date.year < 1601 || date.month < 0 || date.day < 1 || date.day > 31 || date.second < 0)
    return false;
  *seconds = days_to(date.year, date.month, date.day) * DAY_S + date.second;
  return true;
}

int64_t cr_retry_after_ms(struct cr_span value, struct cr_span date, int64_t wall_ms)
{
  static const uint64_t most_s = 1000 * UINT64_C(1000000); /* 31 years */
  struct cr_span text = cr_span_trim(value);
  uint64_t seconds = most_s;
  int64_t until_s = 0;
  int64_t from_s = 0;
  size_t digits = 0;

  while (digits < text.len && cr_is_digit(text.at[digits]))
    digits++;
  if (digits > 0 && digits == text.len) {
    (void)cr_parse_u64(text, most_s, &seconds); /* more is as much */
    return (int64_t)(seconds < most_s ? seconds : most_s) * 1000;
  }
  if (!read_date(text, &until_s))
    return -1;
  int64_t from_ms = read_date(date, &from_s) ? from_s * 1000 : wall_ms;
  return until_s * 1000 > from_ms ? until_s * 1000 - from_ms : 0;
}
