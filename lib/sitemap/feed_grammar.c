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
    char ns[47];
    uint8_t words; /* enum cr_feed_words */
  } known[] = {
    { "http://www.w3.org/2005/Atom", CR_FEED_WORDS_ATOM },
    { "https://www.w3.org/2005/Atom", CR_FEED_WORDS_ATOM },
    { "http://purl.org/atom/ns#", CR_FEED_WORDS_ATOM },
    { "http://purl.org/rss/1.0/", CR_FEED_WORDS_RSS },
    { "http://my.netscape.com/rdf/simple/0.9/", CR_FEED_WORDS_RSS },
    { "http://channel.netscape.com/rdf/simple/0.9/", CR_FEED_WORDS_RSS },
    { "http://www.w3.org/1999/02/22-rdf-syntax-ns#", CR_FEED_WORDS_RDF },
    { "http://search.yahoo.com/mrss/", CR_FEED_WORDS_MEDIA },
    { "http://search.yahoo.com/mrss", CR_FEED_WORDS_MEDIA },
    { "http://purl.org/dc/elements/1.1/", CR_FEED_WORDS_DUBLIN_CORE },
    { "http://www.itunes.com/dtds/podcast-1.0.dtd", CR_FEED_WORDS_ITUNES },
    { "http://wellformedweb.org/CommentAPI/", CR_FEED_WORDS_COMMENTS },
  };

  for (size_t i = 0; i < COUNT(known); i++)
    if (cr_span_eq_nocase(ns, cr_span_text(known[i].ns)))
      return (enum cr_feed_words)known[i].words;
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
    places, inside, CR_FEED_WORDS_##words, CR_FEED_TEXT_##text, CR_FEED_##rel, name, url \
  }

static const struct cr_feed_element elements[] = {
  /* What holds the others. In RSS 0.90 and 1.0 items stand beside the channel. */
  ROW(START, ROOT, RSS, "rss", NONE, "", OTHER), ROW(START, ROOT, RDF, "RDF", NONE, "", OTHER),
  ROW(START, CHANNEL, ATOM, "feed", NONE, "", OTHER),
  ROW(ROOT, CHANNEL, RSS, "channel", NONE, "about", OTHER),
  ROW(ROOT | CHANNEL, ENTRY, RSS, "item", NONE, "about", ENTRY),
  ROW(START | CHANNEL, ENTRY, ATOM, "entry", NONE, "", OTHER),
  ROW(ENTRY, SOURCE, ATOM, "source", NONE, "", OTHER),

  /* Pages. */
  ROW(CHANNEL | IMAGE, LEAF, RSS, "link", URL, "href", SITE),
  ROW(ENTRY, LEAF, RSS, "link", URL, "href", ENTRY), ROW(ENTRY, LEAF, RSS, "guid", GUID, "", ENTRY),
  ROW(BOTH | SOURCE, LEAF, ATOM, "link", NONE, "href", OTHER), /* cr_feed_find_rel */
  ROW(ENTRY, LEAF, RSS, "comments", URL, "", COMMENTS),
  ROW(ENTRY, LEAF, COMMENTS, "commentRss", URL, "", COMMENTS),
  ROW(ENTRY, LEAF, COMMENTS, "commentRSS", URL, "", COMMENTS),
  ROW(ENTRY, LEAF, RSS, "source", NONE, "url", SOURCE),
  ROW(ENTRY, LEAF, ATOM, "content", NONE, "src", CONTENT),
  ROW(CHANNEL, CR_FEED_IN_ITEMS, RSS, "items", NONE, "", OTHER),
  ROW(CR_FEED_IN_ITEMS, CR_FEED_IN_LIST, RDF, "Seq", NONE, "", OTHER),
  ROW(CR_FEED_IN_LIST, LEAF, RDF, "li", NONE, "resource", ENTRY),
  ROW(BOTH | SOURCE, PERSON, ATOM, "author", NONE, "", OTHER),
  ROW(BOTH | SOURCE, PERSON, ATOM, "contributor", NONE, "", OTHER),
  ROW(PERSON, LEAF, ATOM, "uri", URL, "", PERSON),
  ROW(PERSON, LEAF, ATOM, "url", URL, "", PERSON), /* 0.3 */

  /* Files. */
  ROW(ENTRY, LEAF, RSS, "enclosure", NONE, "url", ENCLOSURE),
  ROW(BOTH, MEDIA, MEDIA, "group", NONE, "", OTHER),
  ROW(BOTH | MEDIA, MEDIA, MEDIA, "content", NONE, "url", MEDIA),
  ROW(BOTH | MEDIA, LEAF, MEDIA, "player", NONE, "url", MEDIA),
  ROW(BOTH | MEDIA, LEAF, MEDIA, "thumbnail", NONE, "url", IMAGE),
  ROW(ROOT | BOTH, IMAGE, RSS, "image", NONE, "resource", IMAGE),
  ROW(IMAGE, LEAF, RSS, "url", URL, "", IMAGE),
  ROW(BOTH, LEAF, ITUNES, "image", NONE, "href", IMAGE),
  ROW(BOTH | SOURCE, LEAF, ATOM, "icon", URL, "", IMAGE),
  ROW(BOTH | SOURCE, LEAF, ATOM, "logo", URL, "", IMAGE),

  /* Titles and dates. */
  ROW(BOTH, LEAF, RSS, "title", TITLE, "", OTHER), ROW(BOTH, LEAF, ATOM, "title", TITLE, "", OTHER),
  ROW(BOTH, LEAF, RSS, "pubDate", PUBLISHED, "", OTHER),
  ROW(BOTH, LEAF, RSS, "lastBuildDate", UPDATED, "", OTHER),
  ROW(BOTH, LEAF, DUBLIN_CORE, "date", PUBLISHED, "", OTHER),
  ROW(BOTH, LEAF, ATOM, "published", PUBLISHED, "", OTHER),
  ROW(BOTH, LEAF, ATOM, "updated", UPDATED, "", OTHER),
  ROW(BOTH, LEAF, ATOM, "issued", PUBLISHED, "", OTHER), /* 0.3 */
  ROW(BOTH, LEAF, ATOM, "modified", UPDATED, "", OTHER), /* 0.3 */
};

const struct cr_feed_element *cr_feed_find_element(uint16_t place, enum cr_feed_words words,
                                                   struct cr_span name)
{
  for (size_t i = 0; i < COUNT(elements); i++) {
    const struct cr_feed_element *element = &elements[i];
    if ((element->places & place) != 0 && element->words == words &&
        cr_span_eq(cr_span_text(element->name), name))
      return element;
  }
  return NULL;
}

enum cr_feed_rel cr_feed_find_rel(struct cr_span rel, uint16_t place)
{
  /* RFC 4287 section 4.2.7.2: a name and this IRI with the name are the same. */
  static const struct cr_span registry = CR_SPAN_INIT("http://www.iana.org/assignments/relation/");
  static const struct {
    char name[13];
    uint8_t rel; /* enum cr_feed_rel */
  } rels[] = {
    { "self", CR_FEED_SELF },           { "next", CR_FEED_PAGE },
    { "previous", CR_FEED_PAGE },       { "prev", CR_FEED_PAGE },
    { "first", CR_FEED_PAGE },          { "last", CR_FEED_PAGE },
    { "current", CR_FEED_PAGE },        { "next-archive", CR_FEED_PAGE },
    { "prev-archive", CR_FEED_PAGE },   { "hub", CR_FEED_HUB },
    { "enclosure", CR_FEED_ENCLOSURE }, { "replies", CR_FEED_COMMENTS },
    { "related", CR_FEED_RELATED },     { "via", CR_FEED_SOURCE },
  };

  rel = cr_span_trim(rel);
  if (cr_span_starts_nocase(rel, registry))
    rel = cr_span(rel.at + registry.len, rel.len - registry.len);
  if (place == SOURCE)
    return CR_FEED_SOURCE;
  if (rel.len == 0 || cr_span_eq_nocase(rel, CR_SPAN("alternate")))
    return place == ENTRY ? CR_FEED_ENTRY : CR_FEED_SITE;
  for (size_t i = 0; i < COUNT(rels); i++)
    if (cr_span_eq_nocase(rel, cr_span_text(rels[i].name)))
      return (enum cr_feed_rel)rels[i].rel;
  return CR_FEED_OTHER;
}
