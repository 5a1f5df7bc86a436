/* SPDX-License-Identifier: MIT */
/* inflated.h - decode a coded body from memory, in pieces of a chosen size.
 */
#ifndef CR_TEST_INFLATED_H
#define CR_TEST_INFLATED_H

#include "base/buf.h"
#include "base/str.h"

/* Opens, feeds piece_bytes at a time, ends, closes. Returns the first error; out gets what was
 * decoded until then, and its ceiling stops the stream with CRAWLER_E_LIMIT. */
int cr_test_inflate(struct cr_buf *out, const char *codings, struct cr_span body,
                    size_t piece_bytes);

/* The same with every piece size that matters (all at once, 1, 2, 3, 7, 1000); each must give the
 * same answer, which is returned, and the same bytes; of a broken stream, small pieces may give
 * more than all at once. */
int cr_test_inflate_all_ways(struct cr_buf *out, const char *codings, struct cr_span body);

struct cr_test_coded {
  const char *why;
  struct cr_span body;
  int err;             /* wanted */
  struct cr_span text; /* wanted; with an error: this or a beginning of it */
};

/* Decodes each case all ways; prints the first that is wrong and fails. */
void cr_test_inflate_table(const char *codings, const struct cr_test_coded *cases, size_t count);

#endif
