/* SPDX-License-Identifier: MIT */
/* sitemap_log.h - what a sitemap lists, as lines of text.
 *
 *   page http://example.org/ lastmod=1021821696 priority=800 freq=3 de=http://example.org/de
 *   sitemap http://example.org/1.xml
 */
#ifndef CR_TEST_SITEMAP_LOG_H
#define CR_TEST_SITEMAP_LOG_H

#include "base/buf.h"
#include "sitemap/sitemap.h"

struct cr_sitemap_log {
  struct cr_buf text; /* initialised by the caller, who frees it */
  size_t entries;
  enum cr_sitemap_format format;
  uint64_t read_bytes;
  int64_t most_bytes; /* of memory, after any step */
};

/* Opens, feeds piece bytes at a time, ends, closes. What cr_sitemap_end says. */
int cr_test_sitemap_read(struct cr_mem *mem, struct cr_sitemap_log *log, const char *codings,
                         struct cr_span text, size_t piece);
/* Feeds a piece to a sitemap that is open and writes what it lists. The first error. */
int cr_test_sitemap_feed(struct cr_sitemap *sitemap, struct cr_sitemap_log *log,
                         struct cr_span piece);

struct cr_sitemap_row {
  const char *why;
  struct cr_span text;
  const char *log; /* wanted */
  int err;
  enum cr_sitemap_format format;
};

/* Reads each whole and in pieces of several sizes; the first that is wrong fails the test. */
void cr_test_sitemap_table(const struct cr_sitemap_row *rows, size_t count);

#endif
