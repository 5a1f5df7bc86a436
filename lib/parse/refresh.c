/* SPDX-License-Identifier: MIT */
/* refresh.c - where a page sends its reader after a while.
 *
 * The HTML standard's "shared declarative refresh steps" (4.2.5.3), by their numbers. The fraction
 * of a time doesn't count; a time that no clock has is as long as one can be told.
 */
#include "parse/refresh.h"

static const int64_t MOST_MS = (int64_t)1 << 52;

/* Steps 5 to 8: the time, and what may follow its digits. NULL: there is none. */
static const char *read_time(const char *at, const char *end, int64_t *delay_ms)
{
  const char *digits = at;
  int64_t ms = 0;

  for (; at < end && cr_is_digit(*at); at++) {
    ms = ms * 10 + (int64_t)(*at - '0') * 1000;
    ms = ms < MOST_MS ? ms : MOST_MS;
  }
  if (at == digits && (at == end || *at != '.'))
    return NULL;
  while (at < end && (cr_is_digit(*at) || *at == '.'))
    at++;
  *delay_ms = ms;
  return at;
}

/* Step 11, "url" and its "=": behind them, or `at` if they aren't there in full. */
static const char *skip_name(const char *at, const char *end, bool *is_quotable)
{
  const char *p = at;

  *is_quotable = true;
  if (p == end || cr_lower(*p) != 'u')
    return at;
  *is_quotable = false;
  if (end - p < 3 || cr_lower(p[1]) != 'r' || cr_lower(p[2]) != 'l')
    return at;
  p = cr_skip_spaces(p + 3, end);
  if (p == end || *p != '=')
    return at;
  *is_quotable = true;
  return cr_skip_spaces(p + 1, end);
}

bool cr_refresh_parse(struct cr_span content, int64_t *delay_ms, struct cr_span *url)
{
  const char *end = content.at + content.len;
  const char *at = cr_skip_spaces(content.at, end);
  bool is_quotable;
  int64_t ms;

  at = read_time(at, end, &ms);
  if (!at || (at < end && *at != ';' && *at != ',' && !cr_is_space(*at)))
    return false;
  at = cr_skip_spaces(at, end);
  if (at < end && (*at == ';' || *at == ','))
    at = cr_skip_spaces(at + 1, end);
  *delay_ms = ms;
  *url = cr_span(NULL, 0);
  if (at == end)
    return true;
  at = skip_name(at, end, &is_quotable);
  if (is_quotable && at < end && (*at == '"' || *at == '\'')) {
    const char *close = memchr(at + 1, *at, (size_t)(end - at - 1));
    end = close ? close : end;
    at++;
  }
  *url = cr_span(at, (size_t)(end - at));
  return true;
}
