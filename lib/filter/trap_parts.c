/* SPDX-License-Identifier: MIT */
/* trap_parts.c - a URL taken apart for the rules against traps, and the rules that look at one URL.
 *
 * Length, depth and repeated segments are Heritrix's TooManyPathSegmentsDecideRule and
 * PathologicalPathDecideRule; a repeated segment counts wherever it stands, since links that are
 * relative to the wrong folder mix several. Dates count in the forms that calendars write them in.
 */
#include "filter/trap_parts.h"

#include "crawl/crawler.h"

/* ---- taking apart ---- */

static void split_path(struct cr_trap_parts *parts, struct cr_span path)
{
  const char *at = path.at;
  const char *end = path.at + path.len;

  while (at < end) { /* at a slash */
    const char *next = memchr(at + 1, '/', (size_t)(end - at - 1));

    if (!next)
      next = end;
    if (parts->segment_count < CR_TRAP_SEGMENTS)
      parts->segments[parts->segment_count] = cr_span(at + 1, (size_t)(next - at - 1));
    parts->segment_count++;
    at = next;
  }
}

static void split_list(struct cr_trap_parts *parts, struct cr_span list, char separator)
{
  const char *at = list.at;
  const char *end = list.at + list.len;

  while (at < end) {
    const char *next = memchr(at, separator, (size_t)(end - at));

    if (!next)
      next = end;
    if (next > at) {
      if (parts->parameter_count < CR_TRAP_PARAMETERS)
        parts->parameters[parts->parameter_count] = cr_span(at, (size_t)(next - at));
      parts->parameter_count++;
    }
    at = next + 1;
  }
}

void cr_trap_split(struct cr_trap_parts *parts, struct cr_span target)
{
  const char *hash = target.len > 0 ? memchr(target.at, '#', target.len) : NULL;
  const char *end = hash ? hash : target.at + target.len;
  const char *mark = end > target.at ? memchr(target.at, '?', (size_t)(end - target.at)) : NULL;
  const char *path_end = mark ? mark : end;
  const char *semicolon;

  parts->segment_count = 0;
  parts->parameter_count = 0;
  parts->path = cr_span(target.at, (size_t)(path_end - target.at));
  semicolon = parts->path.len > 0 ? memchr(target.at, ';', parts->path.len) : NULL;
  /* ";jsessionid=..." ends a path; a semicolon before a slash is part of a name. */
  if (semicolon && !memchr(semicolon, '/', (size_t)(path_end - semicolon))) {
    parts->path.len = (size_t)(semicolon - target.at);
    split_list(parts, cr_span(semicolon + 1, (size_t)(path_end - semicolon - 1)), ';');
  }
  split_path(parts, parts->path);
  if (mark)
    split_list(parts, cr_span(mark + 1, (size_t)(end - mark - 1)), '&');
}

struct cr_span cr_trap_parameter_name(struct cr_span parameter, struct cr_span *value)
{
  size_t len = cr_span_find(parameter, '=');

  if (value)
    *value = len < parameter.len ? cr_span_from(parameter, len + 1) : cr_span("", 0);
  return cr_span(parameter.at, len);
}

/* ---- repeated segments ---- */

/* Numbers are often equal by chance: a date, an address in a tree of folders. */
static bool is_word(struct cr_span segment)
{
  for (size_t i = 0; i < segment.len; i++)
    if (!cr_is_digit(segment.at[i]))
      return segment.len > 1;
  return false;
}

static bool repeats_too_often(const struct cr_trap_parts *parts, int64_t most)
{
  size_t count = cr_trap_segments_kept(parts);

  if (most < 0 || (int64_t)count <= most)
    return false;
  for (size_t i = (size_t)most; i < count; i++) {
    int64_t same = 1;

    for (size_t k = 0; k < i; k++)
      same += cr_span_eq(parts->segments[k], parts->segments[i]);
    if (same > most && is_word(parts->segments[i]))
      return true;
  }
  return false;
}

/* ---- calendars ---- */

static int number(struct cr_span text, size_t at, size_t digits)
{
  int value = 0;

  if (at + digits > text.len)
    return -1;
  for (size_t i = at; i < at + digits; i++) {
    if (!cr_is_digit(text.at[i]))
      return -1;
    value = 10 * value + (text.at[i] - '0');
  }
  return value;
}

static bool is_month(int value)
{
  return value >= 1 && value <= 12;
}

/* "2026-11" or "2026-11-28", and nothing else: its year; else -1. */
static int year_of_date(struct cr_span text)
{
  bool has_day = text.len == sizeof("2026-11-28") - 1;

  if (!has_day && text.len != sizeof("2026-11") - 1)
    return -1;
  if (text.at[4] != '-' || !is_month(number(text, 5, 2)))
    return -1;
  if (has_day && (text.at[7] != '-' || number(text, 8, 2) < 1 || number(text, 8, 2) > 31))
    return -1;
  return number(text, 0, 4);
}

/* "/2026/11/": two segments that are a year and a month. */
static int year_of_folders(const struct cr_trap_parts *parts, size_t i)
{
  struct cr_span year = parts->segments[i];
  struct cr_span month;

  if (year.len != 4 || i + 1 >= cr_trap_segments_kept(parts))
    return -1;
  month = parts->segments[i + 1];
  if (month.len < 1 || month.len > 2 || !is_month(number(month, 0, month.len)))
    return -1;
  return number(year, 0, 4);
}

static int year_of_parameter(struct cr_span parameter)
{
  struct cr_span value;
  struct cr_span name = cr_trap_parameter_name(parameter, &value);

  if (value.len == 4 && cr_span_eq_nocase(name, CR_SPAN("year")))
    return number(value, 0, 4);
  return year_of_date(value);
}

/* Days since 1970 in years of 365.2425 days: the year, but for hours around New Year. */
static int year_of_wall(int64_t wall_ms)
{
  const int64_t year_ms = 31556952000;

  return 1970 + (int)(wall_ms / year_ms);
}

static bool is_far(int year, int now, int64_t years)
{
  return year >= 0 && ((int64_t)year > now + years || (int64_t)year < now - 10 * years);
}

static bool is_far_date(const struct cr_trap_parts *parts, int64_t years, int64_t wall_ms)
{
  int now = year_of_wall(wall_ms);

  if (years < 0)
    return false;
  for (size_t i = 0; i < cr_trap_segments_kept(parts); i++)
    if (is_far(year_of_folders(parts, i), now, years) ||
        is_far(year_of_date(parts->segments[i]), now, years))
      return true;
  for (size_t i = 0; i < cr_trap_parameters_kept(parts); i++)
    if (is_far(year_of_parameter(parts->parameters[i]), now, years))
      return true;
  return false;
}

/* ---- all of them ---- */

static bool is_over(size_t value, int64_t most)
{
  return most >= 0 && (int64_t)value > most;
}

uint8_t cr_trap_over_limit(const struct cr_trap_parts *parts, size_t url_bytes,
                           const struct cr_trap_limits *limits, int64_t wall_ms)
{
  if (is_over(url_bytes, limits->url_bytes))
    return CRAWLER_TRAP_LENGTH;
  if (is_over(parts->segment_count, limits->segments))
    return CRAWLER_TRAP_DEPTH;
  if (is_over(parts->parameter_count, limits->parameters))
    return CRAWLER_TRAP_PARAMETERS;
  if (repeats_too_often(parts, limits->repeats))
    return CRAWLER_TRAP_REPEATS;
  if (is_far_date(parts, limits->years, wall_ms))
    return CRAWLER_TRAP_CALENDAR;
  return CRAWLER_TRAP_NONE;
}
