/* SPDX-License-Identifier: MIT */
/* date.c - a point in time as servers write it.
 *
 * RFC 6265, section 5.1.1: by what the parts look like, in any order. Two digits of a year are 1970
 * to 2069. A leap second is taken, as RFC 9110, section 5.6.7, has it.
 */
#include "base/date.h"

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

/* Two to four digits; -1: none of that. */
static int year_of(struct cr_span token)
{
  struct cr_span left = token;
  int number = take_number(&left, 4);

  return token.len - left.len >= 2 ? number : -1;
}

static int days_of(int year, int month)
{
  static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

  return days[month] + (month == 1 && is_leap);
}

static void note(struct date *date, struct cr_span token)
{
  struct cr_span left = token;
  int number;

  if (date->second < 0 && (number = second_of(token)) >= 0)
    date->second = number;
  else if (date->day < 0 && (number = take_number(&left, 2)) > 0)
    date->day = number;
  else if (date->month < 0 && (number = month_of(token)) >= 0)
    date->month = number;
  else if (date->year < 0 && (number = year_of(token)) >= 0)
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

bool cr_date_read(struct cr_span text, int64_t *seconds)
{
  struct date date = { -1, -1, -1, -1 };

  while (text.len > 0) {
    struct cr_span token = take_token(&text);
    if (token.len > 0)
      note(&date, token);
  }
  if (date.year < 1601 || date.month < 0 || date.day < 1 ||
      date.day > days_of(date.year, date.month) || date.second < 0)
    return false;
  *seconds = days_to(date.year, date.month, date.day) * DAY_S + date.second;
  return true;
}
