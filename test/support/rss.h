/* SPDX-License-Identifier: MIT */
/* rss.h - how much memory this process has, as the system counts it (proc(5), status).
 */
#ifndef CR_TEST_RSS_H
#define CR_TEST_RSS_H

#include <stdbool.h>
#include <stdint.h>

/* With a sanitizer or under valgrind its own memory is in the numbers, which mean nothing then. */
bool cr_rss_counts(void);

int64_t cr_rss_bytes(void);
int64_t cr_rss_peak_bytes(void);
/* The peak counts from here on; where the system can't, from the process's beginning. */
void cr_rss_forget_peak(void);

#endif
