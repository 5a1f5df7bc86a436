/* SPDX-License-Identifier: MIT */
/* clock.c - the system's clocks.
 *
 * clock_gettime can't fail for these two clocks on the systems we know; 0 is returned if it does.
 */
#include "base/clock.h"

#include <time.h>

static int64_t read_us(clockid_t id)
{
  struct timespec t = { 0, 0 };
  (void)clock_gettime(id, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t cr_clock_mono_us(void)
{
  return read_us(CLOCK_MONOTONIC);
}

int64_t cr_clock_thread_ms(void)
{
  return read_us(CLOCK_THREAD_CPUTIME_ID) / 1000;
}

int64_t cr_clock_wall_ms(void)
{
  return read_us(CLOCK_REALTIME) / 1000;
}
