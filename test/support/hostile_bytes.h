/* SPDX-License-Identifier: MIT */
/* hostile_bytes.h - a crawl of a server that answers with recorded bytes, and closes.
 */
#ifndef CR_TEST_HOSTILE_BYTES_H
#define CR_TEST_HOSTILE_BYTES_H

#include "base/str.h"
#include "crawl/crawler.h"

struct cr_hostile_bytes {
  int outcome, reason, status; /* of the page */
  size_t requests;
  char *body; /* decoded, NUL-terminated; free() it. NULL: no page was delivered */
  size_t body_bytes;
  char *text; /* in UTF-8, likewise; NULL: none */
  size_t text_bytes;
};

/* Without retries; options as in support/hostile_rig.h, or NULL. That all memory comes back and the
 * ledgers hold is asserted. */
void cr_hostile_crawl_bytes(struct cr_hostile_bytes *result, struct cr_span response,
                            const char *options);
void cr_hostile_bytes_free(struct cr_hostile_bytes *result);

#endif
