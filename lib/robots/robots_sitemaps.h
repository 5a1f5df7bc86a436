/* SPDX-License-Identifier: MIT */
/* robots_sitemaps.h - the sitemaps that a robots.txt lists.
 */
#ifndef CR_ROBOTS_ROBOTS_SITEMAPS_H
#define CR_ROBOTS_ROBOTS_SITEMAPS_H

#include "base/str.h"

struct cr_robots_sitemaps {
  struct cr_span rest;
  uint32_t line;
};

/* Sitemap lines belong to no group (RFC 9309 section 2.2.4). As much of text is read as of its
 * rules. */
void cr_robots_sitemaps_init(struct cr_robots_sitemaps *sitemaps, struct cr_span text);
/* url: the next one as written, borrowed from the text, never empty. false: the end. */
bool cr_robots_sitemaps_next(struct cr_robots_sitemaps *sitemaps, struct cr_span *url);

#endif
