/* SPDX-License-Identifier: MIT */
/* robots_tags.h - what a page says to robots: X-Robots-Tag, meta robots.
 *
 * There is no standard beyond HTML 4.01 appendix B.4.1; what search engines have made of it is
 * described at developers.google.com/search/docs/crawling-indexing/robots-meta-tag.
 */
#ifndef CR_PARSE_ROBOTS_TAGS_H
#define CR_PARSE_ROBOTS_TAGS_H

#include "base/str.h"
#include "model/facts.h"

struct cr_headers;

/* Adds what all X-Robots-Tag headers say to everybody or, by name, to token. */
void cr_robots_tags_headers(struct cr_page_facts *facts, const struct cr_headers *headers,
                            struct cr_span token);
/* Adds what a <meta name> (in lower case) says, if it is to everybody ("robots") or to token. */
void cr_robots_tags_meta(struct cr_page_facts *facts, struct cr_span name, struct cr_span content,
                         struct cr_span token);

#endif
