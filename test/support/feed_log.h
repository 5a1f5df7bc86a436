/* SPDX-License-Identifier: MIT */
/* feed_log.h - what a feed tells, as lines of text.
 *
 *   entry 1 http://example.org/1 rel=alternate type=text/html base=http://example.org/
 *   about 1 Title published=1021821696
 *
 * The number is the entry's, times are in seconds. Of what is very long the length is written.
 */
#ifndef CR_TEST_FEED_LOG_H
#define CR_TEST_FEED_LOG_H

#include "base/buf.h"
#include "base/str.h"

enum { CR_TEST_FEED_STOPPED = 42 };

struct cr_feed_log {
  struct cr_buf text; /* initialised by the caller, who frees it */
  size_t links;
  size_t abouts;
  size_t stop_after; /* answers CR_TEST_FEED_STOPPED to that call; 0: never */
};

/* Opens, feeds piece bytes at a time, ends, closes. "windows-1251" is known, as far as capitals go.
 * Returns what cr_feed_end says. */
int cr_test_feed_read(struct cr_mem *mem, struct cr_feed_log *log, const char *charset,
                      struct cr_span text, size_t piece);

#endif
