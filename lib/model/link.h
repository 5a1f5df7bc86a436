/* SPDX-License-Identifier: MIT */
/* link.h - a link as it was found on a page.
 */
#ifndef CR_MODEL_LINK_H
#define CR_MODEL_LINK_H

#include "crawl/crawler.h"

/* The kinds that whoever reads links is told of unasked, a bit each: all but guesses. */
#define CR_LINK_KINDS_TOLD (~((1u << CRAWLER_LINK_GUESS) | (1u << CRAWLER_LINK_TEXT)))

struct crawler_link {    /* everything in the page's arena */
  const char *href;      /* as written, character references decoded, NUL-terminated */
  const char *rel;       /* NULL: none */
  const char *text;      /* NULL: not collected */
  const char *url;       /* absolute; NULL until someone asks */
  const char *tag;       /* "img", lower case; "" for a header, a feed, a style sheet */
  const char *attribute; /* "src"; "" likewise */
  const char *hreflang;  /* NULL: none */
  uint32_t href_bytes;
  uint8_t kind;  /* enum crawler_link_kind */
  uint8_t flags; /* CRAWLER_LINK_*, CR_LINK_OF_HEADER */
};

/* Of the response's headers: relative to the page's URL, whatever base its document has (RFC 8288,
 * section 3.1). Not told to callers. */
#define CR_LINK_OF_HEADER 0x80

/* crawler_link_kind_name(). The kinds are numbered from 1, without gaps. */
const char *cr_link_kind_name(int kind);

#endif
