/* SPDX-License-Identifier: MIT */
/* robots_signal.c - Content-Signal: "search=yes, ai-train=no".
 *
 * Grammar and names by contentsignals.org. Pure: no I/O, no allocation. Linear.
 */
#include "robots/robots_signal.h"

#include "robots/robots_rules.h"

enum cr_robots_signal cr_robots_signal_named(struct cr_span name)
{
  static const struct cr_span names[CR_SIGNALS] = { CR_SPAN_INIT("search"),
                                                    CR_SPAN_INIT("ai-input"),
                                                    CR_SPAN_INIT("ai-train") };
  int i = 0;

  while (i < CR_SIGNALS && !cr_span_eq_nocase(name, names[i]))
    i++;
  return (enum cr_robots_signal)i;
}

static void read_one(struct cr_span one, uint8_t signals[2])
{
  const char *equals = one.len > 0 ? memchr(one.at, '=', one.len) : NULL;

  if (!equals)
    return;
  size_t len = (size_t)(equals - one.at);
  struct cr_span value = cr_span_trim(cr_span(equals + 1, one.len - len - 1));
  enum cr_robots_signal signal = cr_robots_signal_named(cr_span_trim(cr_span(one.at, len)));
  if (signal == CR_SIGNALS)
    return;
  if (cr_span_eq_nocase(value, CR_SPAN("yes")))
    signals[CR_SIGNAL_YES] |= (uint8_t)(1 << signal);
  else if (cr_span_eq_nocase(value, CR_SPAN("no")))
    signals[CR_SIGNAL_NO] |= (uint8_t)(1 << signal);
}

void cr_robots_read_signals(struct cr_span value, uint8_t signals[2])
{
  while (value.len > 0)
    read_one(cr_span_take_item(&value), signals);
}

int cr_robots_signal_is(const struct cr_robots *robots, enum cr_robots_signal signal)
{
  unsigned bit = signal < CR_SIGNALS ? 1u << signal : 0;

  if (!robots)
    return -1;
  if (robots->signals[CR_SIGNAL_NO] & bit)
    return 0;
  return robots->signals[CR_SIGNAL_YES] & bit ? 1 : -1;
}
