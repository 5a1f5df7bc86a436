/* SPDX-License-Identifier: MIT */
/* adapt.h - a delay that follows how a host bears up: longer when it slows down or fails.
 *
 * A pure function of its answers. It only ever lengthens the pause that holds without it.
 */
#ifndef CR_SCHEDULE_ADAPT_H
#define CR_SCHEDULE_ADAPT_H

#include <stdint.h>

struct cr_adapt_rule {
  int64_t least_ms; /* the delay that holds otherwise */
  int64_t most_ms;  /* 0: the delay doesn't adapt */
};

/* What an exchange says of the host. */
enum cr_adapt_word {
  CR_ADAPT_GOOD,
  CR_ADAPT_NEITHER, /* an error that isn't the server's: nothing to be faster for */
  CR_ADAPT_BAD
};

/* Of a response's status; 0: there was none. */
enum cr_adapt_word cr_adapt_word(int status);
/* The delay after an exchange whose answer took latency_ms to begin, if it was delay_ms before it
 * (0: there was none). */
int64_t cr_adapt_after(const struct cr_adapt_rule *rule, int64_t delay_ms, enum cr_adapt_word word,
                       int64_t latency_ms);

#endif
