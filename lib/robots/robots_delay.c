/* SPDX-License-Identifier: MIT */
/* robots_delay.c - what a robots.txt says of the time between two requests.
 */
#include "robots/robots_delay.h"

enum { SECOND_MS = 1000 };

static const uint64_t MOST_SECONDS = CR_ROBOTS_MOST_DELAY_MS / SECOND_MS;

/* A whole number, which stays at most once it is there. False: there is none. */
static bool take_number(struct cr_span *text, uint64_t most, uint64_t *number)
{
  size_t digits = 0;

  *number = 0;
  for (; digits < text->len && cr_is_digit(text->at[digits]); digits++)
    if (*number < most)
      *number = *number * 10 + (uint64_t)(text->at[digits] - '0');
  if (*number > most)
    *number = most;
  *text = cr_span(text->at + digits, text->len - digits);
  return digits > 0;
}

uint32_t cr_robots_read_delay(struct cr_span value)
{
  uint64_t seconds;
  uint64_t ms = 0;
  bool is_number = take_number(&value, MOST_SECONDS, &seconds);

  if (cr_span_take(&value, '.')) {
    for (unsigned unit = 100; unit > 0 && value.len > 0 && cr_is_digit(value.at[0]); unit /= 10) {
      ms += unit * (unsigned)(value.at[0] - '0');
      value = cr_span(value.at + 1, value.len - 1);
      is_number = true;
    }
  }
  if (!is_number)
    return 0;
  ms += seconds * SECOND_MS;
  return (uint32_t)(ms < CR_ROBOTS_MOST_DELAY_MS ? ms : CR_ROBOTS_MOST_DELAY_MS);
}

uint32_t cr_robots_read_rate(struct cr_span value)
{
  uint64_t requests;
  uint64_t time;

  if (!take_number(&value, UINT32_MAX, &requests) || !cr_span_take(&value, '/') ||
      !take_number(&value, MOST_SECONDS, &time) || requests == 0)
    return 0;
  char unit = value.len > 0 ? cr_lower(value.at[0]) : 's';
  uint64_t ms = time * (unit == 'h' ? 3600 : unit == 'm' ? 60 : 1) * SECOND_MS;
  ms = (ms + requests - 1) / requests;
  return (uint32_t)(ms < CR_ROBOTS_MOST_DELAY_MS ? ms : CR_ROBOTS_MOST_DELAY_MS);
}
