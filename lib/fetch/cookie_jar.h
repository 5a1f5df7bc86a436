/* SPDX-License-Identifier: MIT */
/* cookie_jar.h - the cookies of a crawl: who set them, who gets them back.
 *
 * RFC 6265 with the public suffix list, and what its revision adds against tampering (Secure, name
 * prefixes). Everything has a ceiling: a site (registrable domain) has so many cookies and so many
 * bytes, the jar has its bytes; what hasn't been used for longest goes first, and never another
 * site's for a site that is over its own.
 */
#ifndef CR_FETCH_COOKIE_JAR_H
#define CR_FETCH_COOKIE_JAR_H

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

#define CR_COOKIES_PER_SITE 180             /* as browsers; RFC 6265 section 6.1 wants 50 */
#define CR_COOKIE_BYTES_PER_SITE (64 << 10) /* eight times what is sent with one request */
#define CR_COOKIES_PER_RESPONSE 180         /* of more, the first */
#define CR_COOKIE_LINE_BYTES 8190           /* Cookie header; servers take lines up to 8 KB */

struct cr_cookie_jar;

struct cr_cookie_place { /* of a request */
  struct cr_span host;   /* serialised */
  struct cr_span path;   /* begins with '/'; a query behind it makes no difference */
  bool https;
};

/* max_bytes: of cookies and what they stand in; less than a site may have is as much. 0 or
 * CRAWLER_E_NOMEM. */
int cr_cookie_jar_open(struct cr_cookie_jar **out, struct cr_mem *mem, size_t max_bytes,
                       uint64_t seed);
void cr_cookie_jar_close(struct cr_cookie_jar *jar); /* NULL is fine */
/* A Set-Cookie header's value, at wall_ms. What isn't in order is passed over: 0, or
 * CRAWLER_E_NOMEM and it isn't kept. */
int cr_cookie_jar_take(struct cr_cookie_jar *jar, const struct cr_cookie_place *place,
                       struct cr_span value, int64_t wall_ms);
/* Adds the Cookie header's value to out: nothing if there is none. 0 or CRAWLER_E_NOMEM. */
int cr_cookie_jar_give(struct cr_cookie_jar *jar, const struct cr_cookie_place *place,
                       int64_t wall_ms, struct cr_buf *out);
size_t cr_cookie_jar_count(const struct cr_cookie_jar *jar);
size_t cr_cookie_jar_bytes(const struct cr_cookie_jar *jar);

#endif
