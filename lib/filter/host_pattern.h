/* SPDX-License-Identifier: MIT */
/* host_pattern.h - "example.org", "*.example.org", ".example.org:8080": which hosts are meant?
 *
 * A pattern is brought into the form of a URL's host once, then compared with a host as it stands
 * in a serialised URL. Pure.
 */
#ifndef CR_FILTER_HOST_PATTERN_H
#define CR_FILTER_HOST_PATTERN_H

#include "base/buf.h"
#include "base/str.h"

enum { CR_HOST_ANY_PORT = -1 };

enum cr_host_form {
  CR_HOST_ITSELF,   /* "a.b" */
  CR_HOST_BELOW,    /* "*.a.b" */
  CR_HOST_AND_BELOW /* ".a.b"; "*" is that of the empty name */
};

struct cr_host_pattern {
  struct cr_span name; /* without '*' and dots around it; borrowed */
  int port;            /* CR_HOST_ANY_PORT: none is named */
  enum cr_host_form form;
};

/* Any case, any spelling that a URL may have (umlauts, "[0::1]"); one dot at the end makes no
 * difference. The name goes to room, which is empty before. CRAWLER_E_VALUE: not a pattern;
 * CRAWLER_E_NOMEM. */
int cr_host_pattern_read(struct cr_host_pattern *pattern, struct cr_span text, struct cr_buf *room);
/* host is serialised ("[::1]" with brackets); port: the effective one, -1: unknown. */
bool cr_host_pattern_matches(const struct cr_host_pattern *pattern, struct cr_span host, int port);

#endif
