/* SPDX-License-Identifier: MIT */
/* feed.h - the links of RSS and Atom, as a stream.
 *
 * RSS 0.90 to 2.0 and 1.0 (RDF), Atom 1.0 (RFC 4287) and 0.3; in all of them Atom's links, Media
 * RSS and a few other extensions. HTML inside of an entry isn't looked into. Pure: no I/O, no
 * clock. Untrusted input: time is linear in its length; memory is bounded, by base/xml_expat.h and
 * the limits below.
 */
#ifndef CR_SITEMAP_FEED_H
#define CR_SITEMAP_FEED_H

#include "base/mem.h"
#include "base/str.h"

struct cr_feed;

#define CR_FEED_URL_MAX 16384  /* bytes; a longer one is left out, as no URL is longer */
#define CR_FEED_TITLE_MAX 4096 /* bytes; a longer one is cut */
#define CR_FEED_BASES_MAX 8    /* elements that a link is in, itself included */

enum cr_feed_format { CR_FEED_UNKNOWN, CR_FEED_RSS, CR_FEED_RDF, CR_FEED_ATOM };

enum cr_feed_rel {
  CR_FEED_SITE, /* the page that the feed is about */
  /* The page of an entry: link, rel="alternate", a guid that is a permalink. Where there is none of
   * these, a guid that isn't one, but a URL all the same. */
  CR_FEED_ENTRY,
  CR_FEED_SELF,      /* where the feed itself, or an entry alone, is */
  CR_FEED_PAGE,      /* more of this feed: next, previous, first, last, archives (RFC 5005) */
  CR_FEED_HUB,       /* who tells of changes (WebSub) */
  CR_FEED_ENCLOSURE, /* a file that belongs to an entry */
  CR_FEED_MEDIA,     /* media:content, media:player */
  CR_FEED_IMAGE,     /* image, icon, logo, media:thumbnail */
  CR_FEED_CONTENT,   /* the text of an entry, elsewhere (content src) */
  CR_FEED_COMMENTS,  /* as a page or a feed; rel="replies" */
  CR_FEED_RELATED,   /* rel="related" */
  CR_FEED_SOURCE,    /* where an entry is from: source, rel="via" */
  CR_FEED_PERSON,    /* an author's or contributor's page */
  CR_FEED_OTHER      /* another rel of Atom: see rel_name; what an RSS 1.0 channel is "about" */
};

/* What is passed is UTF-8 and valid during the call; empty: not there. */
struct cr_feed_link {
  enum cr_feed_rel rel;
  uint32_t entry;          /* which one it belongs to, from 1; 0: the feed */
  struct cr_span url;      /* as written, without white space around it; never empty */
  struct cr_span rel_name; /* Atom's rel as written, also "next", "license", ... */
  struct cr_span type;     /* media type, as written */
  struct cr_span title;    /* of an Atom link */
  struct cr_span language; /* hreflang of an Atom link */
  int64_t length;          /* of an enclosure, in bytes; -1: not said */
  /* The xml:base of the elements it is in, outermost first. What a URL is relative to: the
   * document's URL, and then each of these relative to the one before. */
  const struct cr_span *bases;
  size_t base_count;
};

struct cr_feed_about {
  uint32_t entry;       /* 0: of the feed */
  struct cr_span title; /* as written, be it HTML */
  int64_t published_ms; /* since 1970; 0: not said */
  int64_t updated_ms;   /* the same */
};

/* An answer that isn't 0 ends the reading and is returned by the function that was called. */
struct cr_feed_sink {
  int (*link)(void *arg, const struct cr_feed_link *link); /* in the document's order */
  /* At the end of each entry, and of the feed, that has at least one of these; NULL: not wanted. */
  int (*about)(void *arg, const struct cr_feed_about *about);
  bool (*charset)(void *arg, const char *charset, int map[256]); /* as in base/xml_expat.h */
  void *arg;
};

/* charset: as for cr_xml_open, and its errors. */
int cr_feed_open(struct cr_feed **out, struct cr_mem *mem, const struct cr_feed_sink *sink,
                 const char *charset);
/* The errors of cr_xml_add. CRAWLER_E_FORMAT, also: no feed, but some other XML. */
int cr_feed_add(struct cr_feed *feed, const char *data, size_t bytes);
/* After the last byte, or after an error of cr_feed_add: tells what is known of a feed, or of an
 * entry, that was cut off. CRAWLER_E_FORMAT: the document isn't complete. */
int cr_feed_end(struct cr_feed *feed);
/* CR_FEED_UNKNOWN: its first tag hasn't been read, or is no feed's. */
enum cr_feed_format cr_feed_format(const struct cr_feed *feed);
void cr_feed_close(struct cr_feed *feed); /* NULL is fine */

#endif
