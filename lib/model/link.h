/* SPDX-License-Identifier: MIT */
/* link.h - a link as it was found on a page.
 */
#ifndef CR_MODEL_LINK_H
#define CR_MODEL_LINK_H

#include "base/str.h"
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
  uint8_t flags; /* CRAWLER_LINK_FLAG_* */
  uint16_t base; /* what href is relative to: 0, the page's base; CR_BASE_OF_PAGE; or else one of
                    the page's inner bases, counted from 1 */
};

/* Relative to the page's URL, whatever base its document has: links of the response's headers (RFC
 * 8288, section 3.1), and those that name no URL, as of the page itself (HTML standard 4.2.5.3 and
 * 4.10.21.3: a refresh, a form). */
#define CR_BASE_OF_PAGE UINT16_MAX

/* Of a part of the page: a document in an iframe's srcdoc, an element of a feed with xml:base. */
struct cr_inner_base {
  struct cr_span href; /* as written; at NULL: it has none, so that outer's counts */
  uint16_t outer;      /* what it is relative to: 0, the page's base; or one before it, from 1 */
};

enum { CR_INNER_BASES_DEEP = 8 }; /* one in the other */

/* Copies links, and to to_strings the strings of theirs that lie in `strings`; what lies elsewhere
 * is shared. */
void cr_links_copy(struct crawler_link *to, const struct crawler_link *links, uint32_t count,
                   struct cr_span strings, char *to_strings);

/* crawler_link_kind_name(). The kinds are numbered from 1, without gaps. */
const char *cr_link_kind_name(int kind);

#endif
