/* SPDX-License-Identifier: MIT */
/* requests.h - requests for tests that need no more than one.
 */
#ifndef CR_TEST_REQUESTS_H
#define CR_TEST_REQUESTS_H

#include "crawl/crawler.h"

/* NULL: it can't be had. */
static inline crawler_request *cr_request_of(crawler *c, const char *url)
{
  crawler_request *req;

  (void)crawler_request_new(c, &req, url);
  return req;
}

#endif
