/* SPDX-License-Identifier: MIT */
/* feed_links.h - inside parse/: the links of RSS and Atom.
 */
#ifndef CR_PARSE_FEED_LINKS_H
#define CR_PARSE_FEED_LINKS_H

#include "parse/html_collect.h"

/* The kinds that a feed's links may have. */
#define CR_FEED_LINK_KINDS                                           \
  (CR_LINK_BIT(CRAWLER_LINK_ITEM) | CR_LINK_BIT(CRAWLER_LINK_NEXT) | \
   CR_LINK_BIT(CRAWLER_LINK_PREV) | CR_LINK_BIT(CRAWLER_LINK_LINK) | \
   CR_LINK_BIT(CRAWLER_LINK_MEDIA) | CR_LINK_BIT(CRAWLER_LINK_IMAGE))

/* Of a feed in UTF-8, whatever it declares. XML that is no feed has none; of one that breaks off,
 * those that came before. Errors are c's. */
void cr_feed_links(struct cr_collect *c, struct cr_span utf8);

#endif
