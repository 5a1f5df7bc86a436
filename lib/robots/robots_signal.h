/* SPDX-License-Identifier: MIT */
/* robots_signal.h - Content-Signal: "search=yes, ai-train=no".
 *
 * Internal to robots/.
 */
#ifndef CR_ROBOTS_ROBOTS_SIGNAL_H
#define CR_ROBOTS_ROBOTS_SIGNAL_H

#include "robots/robots.h"

enum { CR_SIGNAL_YES, CR_SIGNAL_NO };

/* Adds what a line's value says, bits by enum cr_robots_signal. Other names and other values say
 * nothing. */
void cr_robots_read_signals(struct cr_span value, uint8_t signals[2]);

#endif
