/* SPDX-License-Identifier: MIT */
/* curl_error.h - what libcurl's result means for a crawl.
 *
 * Pure: a result code, what is known of the exchange, the system's error number; out comes a reason
 * of the public list and a sentence. Nothing is kept.
 */
#ifndef CR_FETCH_CURL_ERROR_H
#define CR_FETCH_CURL_ERROR_H

#include <stdbool.h>

#include "crawl/crawler.h"

/* Results of ours beside CURLcode. */
enum {
  CR_CURL_LOST = -1,   /* the multi handle failed and its transfers with it */
  CR_CURL_STARVED = -2 /* no memory or descriptor to watch the socket */
};

struct cr_curl_end {  /* how a transfer ended */
  int code;           /* CURLcode, or one of ours */
  long os_errno;      /* 0: libcurl knows of none */
  bool sent;          /* the request left */
  bool headed;        /* the head of the final response is complete */
  bool short_now;     /* no socket is to be had at this moment (fetch/sockets.h) */
  const char *detail; /* libcurl's error buffer; may be "" */
};

struct cr_curl_failure {
  crawler_reason reason; /* CRAWLER_REASON_NONE: complete */
  const char *text;      /* static, or detail; NULL when complete */
  bool starved;          /* for want of a descriptor or socket, and before anything was sent */
};

/* Codes that may stand for a want of descriptors, without saying so: short_now tells. */
bool cr_curl_may_be_starved(int code);
struct cr_curl_failure cr_curl_failure(const struct cr_curl_end *end);

#endif
