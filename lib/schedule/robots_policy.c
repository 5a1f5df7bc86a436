/* SPDX-License-Identifier: MIT */
/* robots_policy.c - what the answers to a robots.txt mean, and how long they hold.
 *
 * RFC 9309: section 2.3.1 for statuses, 2.4 for caches; RFC 9111 section 5.2.2 for Cache-Control.
 */
#include "schedule/robots_policy.h"

#include "schedule/retry.h"

enum { LEAST_FRESH_MS = 10 * 60 * 1000 };

enum cr_robots_judgement cr_robots_judge_status(int status)
{
  static const struct {
    int from, to;
    enum cr_robots_judgement judgement;
  } rows[] = {
    { 200, 299, CR_ROBOTS_READ_RULES },
    { 408, 408, CR_ROBOTS_TRY_AGAIN }, /* the server's trouble, not a missing file */
    { 429, 429, CR_ROBOTS_TRY_AGAIN },
    { 400, 499, CR_ROBOTS_ALLOW_ALL }, /* section 2.3.1.3 */
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    if (status >= rows[i].from && status <= rows[i].to)
      return rows[i].judgement;
  return CR_ROBOTS_TRY_AGAIN;
}

int64_t cr_robots_wait_ms(const struct cr_robots_attempt *attempt, uint64_t random)
{
  int64_t wait_ms = cr_retry_at(0, attempt->base_ms, attempt->number, random);

  if (attempt->number >= CR_ROBOTS_ATTEMPTS ||
      (attempt->failure != CRAWLER_REASON_NONE && !cr_retry_is_worth(attempt->failure, true)))
    return -1;
  if (wait_ms < attempt->after_ms)
    wait_ms = attempt->after_ms;
  return wait_ms < attempt->most_ms - attempt->spent_ms ? wait_ms : -1;
}

crawler_reason cr_robots_fate(crawler_reason failure)
{
  static const crawler_reason unanswered[] = {
    CRAWLER_FAILED_DNS,          CRAWLER_FAILED_CONNECT, CRAWLER_FAILED_TLS,
    CRAWLER_FAILED_TIMEOUT,      CRAWLER_FAILED_ADDRESS, CRAWLER_FAILED_INTERNAL,
    CRAWLER_FAILED_RATE_LIMITED, /* nor was it asked */
  };

  for (size_t i = 0; i < sizeof(unanswered) / sizeof(*unanswered); i++)
    if (failure == unanswered[i])
      return failure;
  return CRAWLER_DROPPED_ROBOTS_UNREACHABLE;
}

/* Takes one directive off the list: its name, and its argument without quotes. */
static struct cr_span take_directive(struct cr_span *list, struct cr_span *argument)
{
  struct cr_span one = cr_span_take_item(list);
  size_t equals = cr_span_find(one, '=');

  *argument = cr_span(NULL, 0);
  if (equals == one.len)
    return one;
  *argument = cr_span_trim(cr_span_from(one, equals + 1));
  if (argument->len > 1 && argument->at[0] == '"')
    *argument = cr_span(argument->at + 1, argument->len - 2);
  return cr_span_trim(cr_span(one.at, equals));
}

int64_t cr_robots_fresh_ms(struct cr_span cache_control, int64_t most_ms)
{
  int64_t fresh_ms = most_ms;

  while (cache_control.len > 0) {
    struct cr_span argument;
    struct cr_span name = take_directive(&cache_control, &argument);
    uint64_t seconds = 0;
    if (cr_span_eq_nocase(name, CR_SPAN("no-store")) ||
        cr_span_eq_nocase(name, CR_SPAN("no-cache")))
      fresh_ms = 0;
    else if (cr_span_eq_nocase(name, CR_SPAN("max-age")) &&
             cr_parse_u64(argument, INT64_MAX / 1000, &seconds) &&
             (int64_t)seconds * 1000 < fresh_ms)
      fresh_ms = (int64_t)seconds * 1000;
  }
  if (fresh_ms < LEAST_FRESH_MS)
    fresh_ms = LEAST_FRESH_MS;
  return fresh_ms < most_ms ? fresh_ms : most_ms;
}
