/* SPDX-License-Identifier: MIT */
/* referrer.h - what a request tells of the page that its URL was found on.
 *
 * The policies of the W3C's Referrer Policy (section 3) that tell nothing of an https page to an
 * http server; its others do, and aren't offered. Pure.
 */
#ifndef CR_URL_REFERRER_H
#define CR_URL_REFERRER_H

#include "base/str.h"

enum cr_referrer_policy {
  CR_REFERRER_NONE,                     /* "no-referrer" */
  CR_REFERRER_SAME_ORIGIN,              /* "same-origin": the URL, but not to other origins */
  CR_REFERRER_STRICT_ORIGIN,            /* "strict-origin": the origin alone */
  CR_REFERRER_STRICT_ORIGIN_WHEN_CROSS, /* the URL to its own origin, the origin to others */
  CR_REFERRER_NONE_WHEN_DOWNGRADE       /* "no-referrer-when-downgrade": the URL */
};

/* 0, or CRAWLER_E_VALUE: no policy has this name. */
int cr_referrer_policy_read(struct cr_span name, enum cr_referrer_policy *policy);
/* The value of the Referer header of a request for url, found on page: both serialised http(s) URLs
 * without userinfo. Part of page, never with its fragment; empty: none is sent. */
struct cr_span cr_referrer(enum cr_referrer_policy policy, struct cr_span page, struct cr_span url);

#endif
