/* SPDX-License-Identifier: MIT */
/* adapt.c - a delay that follows how a host bears up: longer when it slows down or fails.
 *
 * Additive increase, multiplicative decrease (Chiu and Jain 1989) of how fast a host is asked: an
 * error, or an answer that takes longer than the pause before it, doubles the delay, the latter no
 * further than to the latency itself: a host rests at least as long as it works. A good answer that
 * is quicker takes a fixed step off. An error never does.
 */
#include "schedule/adapt.h"

enum { LEAST_STEP_MS = 100, STEPS_A_DELAY = 4 };

static int64_t larger_of(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

static int64_t smaller_of(int64_t a, int64_t b)
{
  return a < b ? a : b;
}

enum cr_adapt_word cr_adapt_word(int status)
{
  if (status == 0 || status == 429 || status / 100 == 5)
    return CR_ADAPT_BAD;
  return status / 100 == 4 ? CR_ADAPT_NEITHER : CR_ADAPT_GOOD;
}

int64_t cr_adapt_after(const struct cr_adapt_rule *rule, int64_t delay_ms, enum cr_adapt_word word,
                       int64_t latency_ms)
{
  int64_t now_ms = larger_of(delay_ms, rule->least_ms);
  int64_t doubled_ms = larger_of(2 * now_ms, LEAST_STEP_MS);
  int64_t step_ms = larger_of(rule->least_ms / STEPS_A_DELAY, LEAST_STEP_MS);

  if (rule->most_ms <= 0)
    return 0;
  if (word == CR_ADAPT_BAD)
    now_ms = doubled_ms;
  else if (latency_ms > now_ms)
    now_ms = smaller_of(latency_ms, doubled_ms);
  else if (word == CR_ADAPT_GOOD)
    now_ms = larger_of(now_ms - step_ms, larger_of(latency_ms, rule->least_ms));
  return larger_of(smaller_of(now_ms, rule->most_ms), rule->least_ms);
}
