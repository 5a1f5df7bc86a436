/* SPDX-License-Identifier: MIT */
/* rss.h - how much memory this process has, as the system counts it (proc(5), status).
 */
#ifndef CR_TEST_RSS_H
#define CR_TEST_RSS_H

#include <stdint.h>

/* With a sanitizer its own memory is in the numbers, which mean nothing then. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CR_RSS_COUNTS = 0 };
#else
enum { CR_RSS_COUNTS = 1 };
#endif

int64_t cr_rss_bytes(void);
int64_t cr_rss_peak_bytes(void);
/* The peak counts from here on; where the system can't, from the process's beginning. */
void cr_rss_forget_peak(void);

#endif
