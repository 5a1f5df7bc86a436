/* SPDX-License-Identifier: MIT */
/* cookie_read.h - what a Set-Cookie header says.
 *
 * Whether it may be said is cookie_jar.h's to judge. Pure; input is untrusted.
 */
#ifndef CR_FETCH_COOKIE_READ_H
#define CR_FETCH_COOKIE_READ_H

#include "base/str.h"

#define CR_COOKIE_MAX_BYTES 4096     /* of name and value together */
#define CR_COOKIE_MAX_ATTRIBUTE 1024 /* bytes of Domain and Path; longer ones are ignored */
#define CR_COOKIE_NEVER INT64_MAX    /* it expires with the crawl */

struct cr_cookie { /* texts are part of the header */
  struct cr_span name;
  struct cr_span value;
  struct cr_span domain; /* without a dot before it, in any case; empty: none is named */
  struct cr_span path;   /* begins with '/'; empty: none of use is named */
  int64_t expires_ms;    /* 0: long ago */
  bool secure;
};

/* value: of the header, at wall_ms. false: nothing that could be kept. */
bool cr_cookie_read(struct cr_cookie *cookie, struct cr_span value, int64_t wall_ms);

#endif
