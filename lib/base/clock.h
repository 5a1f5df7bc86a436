/* SPDX-License-Identifier: MIT */
/* clock.h - the system's clocks. Only env setup reads them; everything else is given now_ms.
 */
#ifndef CR_BASE_CLOCK_H
#define CR_BASE_CLOCK_H

#include <stdint.h>

int64_t cr_clock_mono_us(void);   /* monotonic; for deadlines, and how long something takes */
int64_t cr_clock_thread_ms(void); /* that this thread was running; for what work may cost */
int64_t cr_clock_wall_ms(void);   /* since 1970 UTC; for reports */

static inline int64_t cr_clock_mono_ms(void)
{
  return cr_clock_mono_us() / 1000;
}

#endif
