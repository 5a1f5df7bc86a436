/* SPDX-License-Identifier: MIT */
/* bad_site.h - servers that behave badly, and what a crawl of each has to come to.
 *
 * One table for the library's tests and the command's: options, what the server does byte by byte,
 * how the URL "/" ends, and how many requests the server may have seen by then.
 */
#ifndef CR_TEST_BAD_SITE_H
#define CR_TEST_BAD_SITE_H

#include <stddef.h>

#include "crawl/crawler.h"
#include "support/raw_server.h"

/* Set before each: one retry, soon; caps on body and headers. */
extern const char *const cr_bad_options[][2];
extern const size_t cr_bad_option_count;
enum { CR_BAD_TIMEOUT_MS = 60 }; /* of those that time out */

struct cr_bad_site {
  const char *name;
  const struct cr_raw_step *scripts[2]; /* of the first connection, and of later ones if others */
  const char *option, *value;           /* one more; NULL: none */
  crawler_outcome outcome;
  crawler_reason reason;
  int status;      /* 0: no response */
  size_t requests; /* read whole by the server in the end */
  size_t links;    /* on the page */
};

extern const struct cr_bad_site cr_bad_sites[];
extern const size_t cr_bad_site_count;

struct cr_raw_server *cr_bad_site_start(const struct cr_bad_site *site);

#endif
