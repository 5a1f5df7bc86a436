/* SPDX-License-Identifier: MIT */
/* feed_grammar.c - which elements of a feed mean something, and what.
 *
 * RSS 2.0 (rssboard.org/rss-specification) and the versions before it, which it includes; RSS 1.0
 * (purl.org/rss/1.0/spec); Atom by RFC 4287, 0.3 by the names it had; Media RSS 1.5.1; links of
 * Atom by the IANA registry. Where Atom and RSS have a thing in common, their rows are neighbours.
 */
#include "sitemap/feed_grammar.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum cr_feed_words cr_feed_find_words(struct cr_span ns)
{
  static const struct {
    struct cr_span ns;
    enum cr_feed_words words;
  } known[] = {
    { CR_SPAN_INIT("http://www.w3.org/2005/Atom"), CR_FEED_WORDS_ATOM },
    { CR_SPAN_INIT("https://www.w3.org/2005/Atom"), CR_FEED_WORDS_ATOM },
    { CR_SPAN_INIT("http://purl.org/atom/ns#"), CR_FEED_WORDS_ATOM },
    { CR_SPAN_INIT("http://purl.org/rss/1.0/"), CR_FEED_WORDS_RSS },
    { CR_SPAN_INIT("http://my.netscape.com/rdf/simple/0.9/"), CR_FEED_WORDS_RSS },
    { CR_SPAN_INIT("http://channel.netscape.com/rdf/simple/0.9/"), CR_FEED_WORDS_RSS },
    { CR_SPAN_INIT("http://www.w3.org/1999/02/22-rdf-syntax-ns#"), CR_FEED_WORDS_RDF },
    { CR_SPAN_INIT("http://search.yahoo.com/mrss/"), CR_FEED_WORDS_MEDIA },
    { CR_SPAN_INIT("http://search.yahoo.com/mrss"), CR_FEED_WORDS_MEDIA },
    { CR_SPAN_INIT("http://purl.org/dc/elements/1.1/"), CR_FEED_WORDS_DUBLIN_CORE },
    { CR_SPAN_INIT("http://www.itunes.com/dtds/podcast-1.0.dtd"), CR_FEED_WORDS_ITUNES },
    { CR_SPAN_INIT("http://wellformedweb.org/CommentAPI/"), CR_FEED_WORDS_COMMENTS },
  };

  for (size_t i = 0; i < COUNT(known); i++)
    if (cr_span_eq_nocase(ns, known[i].ns))
      return known[i].words;
  return CR_FEED_WORDS_NONE;
}

enum cr_feed_format cr_feed_find_format(enum cr_feed_words words, struct cr_span name)
{
  bool is_atom = cr_span_eq(name, CR_SPAN("feed")) || cr_span_eq(name, CR_SPAN("entry"));

  if (words == CR_FEED_WORDS_ATOM && is_atom)
    return CR_FEED_ATOM;
  if (words == CR_FEED_WORDS_RDF && cr_span_eq(name, CR_SPAN("RDF")))
    return CR_FEED_RDF;
  return cr_span_eq(name, CR_SPAN("rss")) ? CR_FEED_RSS : CR_FEED_UNKNOWN;
}

#define START CR_FEED_AT_START
#define ROOT CR_FEED_IN_ROOT
#define CHANNEL CR_FEED_IN_CHANNEL
#define ENTRY CR_FEED_IN_ENTRY
#define SOURCE CR_FEED_IN_SOURCE
#define IMAGE CR_FEED_IN_IMAGE
#define MEDIA CR_FEED_IN_MEDIA
#define PERSON CR_FEED_IN_PERSON
#define LEAF CR_FEED_IN_LEAF
#define BOTH (CHANNEL | ENTRY)

/* A row each: where it stands, where its children are, vocabulary and name, what its text is, the
 * attribute with a URL, what the URL is. */
#define ROW(places, inside, words, name, text, url, rel)                                 \
  {                                                                                      \
    places, inside, CR_FEED_WORDS_##words, CR_SPAN_INIT(name), CR_FEED_TEXT_##text, url, \
        CR_FEED_##rel                                                                    \
  }

static const struct cr_feed_element elements[] = {
  /* What holds the others. In RSS 0.90 and 1.0 items stand beside the channel. */
  ROW(START, ROOT, RSS, "rss", NONE, NULL, OTHER), ROW(START, ROOT, RDF, "RDF", NONE, NULL, OTHER),
  ROW(START, CHANNEL, ATOM, "feed", NONE, NULL, OTHER),
  ROW(ROOT, CHANNEL, RSS, "channel", NONE, "about", OTHER),
  ROW(ROOT | CHANNEL, ENTRY, RSS, "item", NONE, "about", ENTRY),
  ROW(START | CHANNEL, ENTRY, ATOM, "entry", NONE, NULL, OTHER),
  ROW(ENTRY, SOURCE, ATOM, "source", NONE, NULL, OTHER),

  /* Pages. */
  ROW(CHANNEL | IMAGE, LEAF, RSS, "link", URL, "href", SITE),
  ROW(ENTRY, LEAF, RSS, "link", URL, "href", ENTRY),
  ROW(ENTRY, LEAF, RSS, "guid", GUID, NULL, ENTRY),
  ROW(BOTH | SOURCE, LEAF, ATOM, "link", NONE, "href", OTHER), /* cr_feed_find_rel */
  ROW(ENTRY, LEAF, RSS, "comments", URL, NULL, COMMENTS),
  ROW(ENTRY, LEAF, COMMENTS, "commentRss", URL, NULL, COMMENTS),
  ROW(ENTRY, LEAF, COMMENTS, "commentRSS", URL, NULL, COMMENTS),
  ROW(ENTRY, LEAF, RSS, "source", NONE, "url", SOURCE),
  ROW(ENTRY, LEAF, ATOM, "content", NONE, "src", CONTENT),
  ROW(CHANNEL, CR_FEED_IN_ITEMS, RSS, "items", NONE, NULL, OTHER),
  ROW(CR_FEED_IN_ITEMS, CR_FEED_IN_LIST, RDF, "Seq", NONE, NULL, OTHER),
  ROW(CR_FEED_IN_LIST, LEAF, RDF, "li", NONE, "resource", ENTRY),
  ROW(BOTH | SOURCE, PERSON, ATOM, "author", NONE, NULL, OTHER),
  ROW(BOTH | SOURCE, PERSON, ATOM, "contributor", NONE, NULL, OTHER),
  ROW(PERSON, LEAF, ATOM, "uri", URL, NULL, PERSON),
  ROW(PERSON, LEAF, ATOM, "url", URL, NULL, PERSON), /* 0.3 */

  /* Files. */
  ROW(ENTRY, LEAF, RSS, "enclosure", NONE, "url", ENCLOSURE),
  ROW(BOTH, MEDIA, MEDIA, "group", NONE, NULL, OTHER),
  ROW(BOTH | MEDIA, MEDIA, MEDIA, "content", NONE, "url", MEDIA),
  ROW(BOTH | MEDIA, LEAF, MEDIA, "player", NONE, "url", MEDIA),
  ROW(BOTH | MEDIA, LEAF, MEDIA, "thumbnail", NONE, "url", IMAGE),
  ROW(ROOT | BOTH, IMAGE, RSS, "image", NONE, "resource", IMAGE),
  ROW(IMAGE, LEAF, RSS, "url", URL, NULL, IMAGE),
  ROW(BOTH, LEAF, ITUNES, "image", NONE, "href", IMAGE),
  ROW(BOTH | SOURCE, LEAF, ATOM, "icon", URL, NULL, IMAGE),
  ROW(BOTH | SOURCE, LEAF, ATOM, "logo", URL, NULL, IMAGE),

  /* Titles and dates. */
  ROW(BOTH, LEAF, RSS, "title", TITLE, NULL, OTHER),
  ROW(BOTH, LEAF, ATOM, "title", TITLE, NULL, OTHER),
  ROW(BOTH, LEAF, RSS, "pubDate", PUBLISHED, NULL, OTHER),
  ROW(BOTH, LEAF, RSS, "lastBuildDate", UPDATED, NULL, OTHER),
  ROW(BOTH, LEAF, DUBLIN_CORE, "date", PUBLISHED, NULL, OTHER),
  ROW(BOTH, LEAF, ATOM, "published", PUBLISHED, NULL, OTHER),
  ROW(BOTH, LEAF, ATOM, "updated", UPDATED, NULL, OTHER),
  ROW(BOTH, LEAF, ATOM, "issued", PUBLISHED, NULL, OTHER), /* 0.3 */
  ROW(BOTH, LEAF, ATOM, "modified", UPDATED, NULL, OTHER), /* 0.3 */
};

const struct cr_feed_element *cr_feed_find_element(uint16_t place, enum cr_feed_words words,
                                                   struct cr_span name)
{
  for (size_t i = 0; i < COUNT(elements); i++) {
    const struct cr_feed_element *element = &elements[i];
    if ((element->places & place) != 0 && element->words == words &&
        cr_span_eq(element->name, name))
      return element;
  }
  return NULL;
}

enum cr_feed_rel cr_feed_find_rel(struct cr_span rel, uint16_t place)
{
  /* RFC 4287 section 4.2.7.2: a name and this IRI with the name are the same. */
  static const struct cr_span registry = CR_SPAN_INIT("http://www.iana.org/assignments/relation/");
  static const struct {
    struct cr_span name;
    enum cr_feed_rel rel;
  } rels[] = {
    { CR_SPAN_INIT("self"), CR_FEED_SELF },
    { CR_SPAN_INIT("next"), CR_FEED_PAGE },
    { CR_SPAN_INIT("previous"), CR_FEED_PAGE },
    { CR_SPAN_INIT("prev"), CR_FEED_PAGE },
    { CR_SPAN_INIT("first"), CR_FEED_PAGE },
    { CR_SPAN_INIT("last"), CR_FEED_PAGE },
    { CR_SPAN_INIT("current"), CR_FEED_PAGE },
    { CR_SPAN_INIT("next-archive"), CR_FEED_PAGE },
    { CR_SPAN_INIT("prev-archive"), CR_FEED_PAGE },
    { CR_SPAN_INIT("hub"), CR_FEED_HUB },
    { CR_SPAN_INIT("enclosure"), CR_FEED_ENCLOSURE },
    { CR_SPAN_INIT("replies"), CR_FEED_COMMENTS },
    { CR_SPAN_INIT("related"), CR_FEED_RELATED },
    { CR_SPAN_INIT("via"), CR_FEED_SOURCE },
  };

  rel = cr_span_trim(rel);
  if (cr_span_starts_nocase(rel, registry))
    rel = cr_span(rel.at + registry.len, rel.len - registry.len);
  if (place == SOURCE)
    return CR_FEED_SOURCE;
  if (rel.len == 0 || cr_span_eq_nocase(rel, CR_SPAN("alternate")))
    return place == ENTRY ? CR_FEED_ENTRY : CR_FEED_SITE;
  for (size_t i = 0; i < COUNT(rels); i++)
    if (cr_span_eq_nocase(rel, rels[i].name))
      return rels[i].rel;
  return CR_FEED_OTHER;
}
