/* SPDX-License-Identifier: MIT */
/* feed_grammar.h - which elements of a feed mean something, and what.
 *
 * Internal to sitemap/. Tables and look-ups only; feed.c walks along them.
 */
#ifndef CR_SITEMAP_FEED_GRAMMAR_H
#define CR_SITEMAP_FEED_GRAMMAR_H

#include "base/str.h"
#include "sitemap/feed.h"

/* Where in a feed one is: bits, as an element may stand in several places. */
enum cr_feed_place {
  CR_FEED_AT_START = 1 << 0,   /* no element yet */
  CR_FEED_IN_ROOT = 1 << 1,    /* rss, rdf:RDF */
  CR_FEED_IN_CHANNEL = 1 << 2, /* channel; feed of Atom */
  CR_FEED_IN_ENTRY = 1 << 3,   /* item, entry */
  CR_FEED_IN_SOURCE = 1 << 4,  /* source of Atom: about the feed that an entry is from */
  CR_FEED_IN_IMAGE = 1 << 5,
  CR_FEED_IN_ITEMS = 1 << 6, /* the table of contents of RSS 1.0 */
  CR_FEED_IN_LIST = 1 << 7,  /* rdf:Seq in there */
  CR_FEED_IN_MEDIA = 1 << 8, /* media:group, media:content */
  CR_FEED_IN_PERSON = 1 << 9,
  CR_FEED_IN_LEAF = 1 << 10 /* nothing inside of it means anything but its text */
};

/* Vocabularies. Several namespaces are one where writers don't keep them apart. */
enum cr_feed_words {
  CR_FEED_WORDS_NONE, /* no namespace, or one that isn't known */
  CR_FEED_WORDS_RSS,  /* 0.90 and 1.0; the others have none, or what their writer gives them */
  CR_FEED_WORDS_ATOM,
  CR_FEED_WORDS_RDF,
  CR_FEED_WORDS_MEDIA,
  CR_FEED_WORDS_DUBLIN_CORE,
  CR_FEED_WORDS_ITUNES,
  CR_FEED_WORDS_COMMENTS
};

/* What an element's text is. */
enum cr_feed_text {
  CR_FEED_TEXT_NONE,
  CR_FEED_TEXT_URL,
  CR_FEED_TEXT_GUID,
  CR_FEED_TEXT_TITLE,
  CR_FEED_TEXT_PUBLISHED,
  CR_FEED_TEXT_UPDATED
};

struct cr_feed_element {
  uint16_t places; /* where it may stand */
  uint16_t inside; /* where its children are */
  uint8_t words;   /* enum cr_feed_words */
  uint8_t text;    /* enum cr_feed_text */
  uint8_t rel;     /* enum cr_feed_rel of the URL or the text; a "link" with "href" has its own */
  char name[14];
  char url[9]; /* the attribute with a URL, which is preferred to the text; "": none */
};

enum cr_feed_words cr_feed_find_words(struct cr_span ns);
/* NULL: it means nothing there. */
const struct cr_feed_element *cr_feed_find_element(uint16_t place, enum cr_feed_words words,
                                                   struct cr_span name);
/* The format that a root element means; CR_FEED_UNKNOWN: it is no feed's. */
enum cr_feed_format cr_feed_find_format(enum cr_feed_words words, struct cr_span name);
/* An Atom link by its rel, in that place. */
enum cr_feed_rel cr_feed_find_rel(struct cr_span rel, uint16_t place);

#endif
