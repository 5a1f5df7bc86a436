/* SPDX-License-Identifier: MIT */
/* referrer.c - what a request tells of the page that its URL was found on.
 *
 * Referrer Policy, section 8.3 ("Determine request's Referrer"), for requests without a client.
 */
#include "url/referrer.h"

#include "crawl/crawler.h"

enum { REFERRER_MAX_BYTES = 4096 }; /* a longer URL becomes its origin: section 8.3, step 6 */

int cr_referrer_policy_read(struct cr_span name, enum cr_referrer_policy *policy)
{
  static const char *const names[] = {
    [CR_REFERRER_NONE] = "no-referrer",
    [CR_REFERRER_SAME_ORIGIN] = "same-origin",
    [CR_REFERRER_STRICT_ORIGIN] = "strict-origin",
    [CR_REFERRER_STRICT_ORIGIN_WHEN_CROSS] = "strict-origin-when-cross-origin",
    [CR_REFERRER_NONE_WHEN_DOWNGRADE] = "no-referrer-when-downgrade",
  };

  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (cr_span_eq_nocase(name, cr_span_text(names[i]))) {
      *policy = (enum cr_referrer_policy)i;
      return 0;
    }
  return CRAWLER_E_VALUE;
}

static bool is_https(struct cr_span url)
{
  return cr_span_starts_nocase(url, CR_SPAN("https:"));
}

/* "https://a.test:8443/": up to the path, which every http(s) URL has. */
static struct cr_span origin_of(struct cr_span url)
{
  size_t scheme = is_https(url) ? 8 : 7;
  size_t host;

  if (url.len < scheme)
    return cr_span(url.at, 0);
  host = cr_span_find(cr_span_from(url, scheme), '/');
  return cr_span(url.at, scheme + host < url.len ? scheme + host + 1 : 0);
}

struct cr_span cr_referrer(enum cr_referrer_policy policy, struct cr_span page, struct cr_span url)
{
  const struct cr_span none = CR_SPAN("");

  if (policy == CR_REFERRER_NONE || (is_https(page) && !is_https(url)))
    return none;
  struct cr_span origin = origin_of(page);
  struct cr_span whole = cr_span(page.at, cr_span_find(page, '#'));
  bool is_same = cr_span_eq(origin, origin_of(url));
  if (whole.len > REFERRER_MAX_BYTES)
    whole = origin;
  switch (policy) {
  case CR_REFERRER_SAME_ORIGIN:
    return is_same ? whole : none;
  case CR_REFERRER_STRICT_ORIGIN:
    return origin;
  case CR_REFERRER_STRICT_ORIGIN_WHEN_CROSS:
    return is_same ? whole : origin;
  default:
    return whole;
  }
}
