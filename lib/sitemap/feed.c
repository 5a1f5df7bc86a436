/* SPDX-License-Identifier: MIT */
/* feed.c - the links of RSS and Atom, as a stream.
 *
 * A stack of the elements that mean something (feed_grammar.c), at most eight; what stands in
 * others is only counted. One text is collected at a time: that of an element which has a URL, a
 * title or a date. Input is untrusted: each buffer has a ceiling, and there is nothing to recur on.
 */
#include "sitemap/feed.h"

#include "base/buf.h"
#include "base/xml_expat.h"
#include "base/xml_names.h"
#include "crawl/crawler.h"
#include "sitemap/feed_date.h"
#include "sitemap/feed_grammar.h"

#define RDF_NS "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

enum { ROOT_NS_MAX = 256 }; /* known ones have about 40 bytes */

struct level {
  const struct cr_feed_element *element;
  uint32_t base_len; /* of its xml:base; 0: none */
};

/* What is known about the feed, or about the entry that one is in. */
struct about {
  struct cr_buf title;
  int64_t published_ms;
  int64_t updated_ms;
};

struct cr_feed {
  struct cr_mem *mem;
  struct cr_feed_sink sink;
  struct cr_xml *xml;
  enum cr_feed_format format;
  struct level levels[CR_FEED_BASES_MAX];
  size_t depth;
  uint32_t strange;    /* elements that mean nothing, open in the innermost one that does */
  struct cr_buf bases; /* the text of all xml:base of the stack, outermost first */
  struct cr_buf text;  /* of the innermost element */
  bool is_collecting;
  bool is_text_cut;
  bool is_permalink;  /* the guid that one is in says so */
  struct cr_buf guid; /* of an entry: a URL, though it is no permalink */
  bool has_page;      /* of an entry: a link to its page was told */
  bool is_stopped;    /* by the sink */
  bool is_entry;      /* in one */
  uint32_t entries;   /* that began */
  struct about feed;
  struct about entry;
  size_t root_ns_len;
  char root_ns[ROOT_NS_MAX];
};

static uint16_t place_of(const struct cr_feed *feed)
{
  return feed->depth > 0 ? feed->levels[feed->depth - 1].element->inside : CR_FEED_AT_START;
}

/* ---- telling ---- */

static int answer(struct cr_feed *feed, int err)
{
  if (err)
    feed->is_stopped = true;
  return err;
}

static int tell_link(struct cr_feed *feed, struct cr_feed_link *link)
{
  struct cr_span bases[CR_FEED_BASES_MAX];
  const char *at = feed->bases.data;

  link->url = cr_span_trim(link->url);
  if (link->url.len == 0 || link->url.len > CR_FEED_URL_MAX)
    return 0;
  link->bases = bases;
  link->base_count = 0;
  for (size_t i = 0; i < feed->depth; i++) {
    size_t len = feed->levels[i].base_len;
    if (len == 0)
      continue;
    bases[link->base_count++] = cr_span(at, len);
    at += len;
  }
  link->entry = feed->is_entry ? feed->entries : 0;
  if (link->rel == CR_FEED_ENTRY)
    feed->has_page = true;
  return answer(feed, feed->sink.link(feed->sink.arg, link));
}

static int tell_url(struct cr_feed *feed, enum cr_feed_rel rel, struct cr_span url)
{
  struct cr_feed_link link = { .rel = rel, .url = url, .length = -1 };
  return tell_link(feed, &link);
}

static int tell_about(struct cr_feed *feed, struct about *about, uint32_t entry)
{
  struct cr_feed_about told = {
    .entry = entry,
    .title = cr_span(about->title.data, about->title.len),
    .published_ms = about->published_ms,
    .updated_ms = about->updated_ms,
  };
  int err = 0;

  if (feed->sink.about && (told.title.len > 0 || told.published_ms != 0 || told.updated_ms != 0))
    err = answer(feed, feed->sink.about(feed->sink.arg, &told));
  cr_buf_clear(&about->title);
  about->published_ms = 0;
  about->updated_ms = 0;
  return err;
}

static void begin_entry(struct cr_feed *feed)
{
  feed->entries++;
  feed->is_entry = true;
  feed->has_page = false;
  cr_buf_clear(&feed->guid);
}

static int end_entry(struct cr_feed *feed)
{
  int err = 0;

  if (!feed->has_page)
    err = tell_url(feed, CR_FEED_ENTRY, cr_span(feed->guid.data, feed->guid.len));
  if (!err)
    err = tell_about(feed, &feed->entry, feed->entries);
  feed->is_entry = false;
  return err;
}

/* ---- start tags ---- */

static struct cr_span attribute(const struct cr_xml_tag *tag, const char *name)
{
  struct cr_span value = cr_xml_attribute(tag, "", name);
  return value.at ? value : cr_xml_attribute(tag, RDF_NS, name);
}

static int64_t length_of(const struct cr_xml_tag *tag)
{
  uint64_t length = 0;
  struct cr_span text = attribute(tag, "length");

  if (!text.at)
    text = attribute(tag, "fileSize"); /* of Media RSS */
  return cr_parse_u64(cr_span_trim(text), INT64_MAX, &length) ? (int64_t)length : -1;
}

/* place: where the element stands. */
static int tell_attribute(struct cr_feed *feed, const struct cr_xml_tag *tag, uint16_t place,
                          struct cr_span url)
{
  struct cr_feed_link link = {
    .rel = feed->levels[feed->depth - 1].element->rel,
    .url = url,
    .rel_name = cr_span_trim(attribute(tag, "rel")),
    .type = cr_span_trim(attribute(tag, "type")),
    .title = cr_span_trim(attribute(tag, "title")),
    .language = cr_span_trim(attribute(tag, "hreflang")),
    .length = length_of(tag),
  };

  if (cr_span_eq(tag->name, CR_SPAN("link")))
    link.rel = cr_feed_find_rel(link.rel_name, place);
  return tell_link(feed, &link);
}

/* The root's namespace is that of RSS, whichever it is. */
static enum cr_feed_words words_of(const struct cr_feed *feed, struct cr_span ns)
{
  if (feed->format == CR_FEED_RSS && cr_span_eq(ns, cr_span(feed->root_ns, feed->root_ns_len)))
    return CR_FEED_WORDS_RSS;
  enum cr_feed_words words = cr_feed_find_words(ns);
  if (words == CR_FEED_WORDS_NONE && ns.len == 0 && feed->format != CR_FEED_ATOM)
    return CR_FEED_WORDS_RSS;
  return words;
}

static int begin_feed(struct cr_feed *feed, const struct cr_xml_tag *tag)
{
  feed->format = cr_feed_find_format(cr_feed_find_words(tag->ns), tag->name);
  if (feed->format == CR_FEED_UNKNOWN)
    return CRAWLER_E_FORMAT;
  if (tag->ns.len > 0 && tag->ns.len <= ROOT_NS_MAX) {
    memcpy(feed->root_ns, tag->ns.at, tag->ns.len);
    feed->root_ns_len = tag->ns.len;
  }
  return 0;
}

static int push(struct cr_feed *feed, const struct cr_feed_element *element,
                const struct cr_xml_tag *tag)
{
  struct level *level = &feed->levels[feed->depth];
  struct cr_span base = cr_span_trim(cr_xml_attribute(tag, CR_XML_NS, "base"));

  if (base.len > CR_FEED_URL_MAX) /* no URL is longer */
    base.len = 0;
  int err = cr_buf_add(&feed->bases, base.at, base.len);
  if (err)
    return err;
  level->element = element;
  level->base_len = (uint32_t)base.len;
  feed->depth++;
  return 0;
}

static void begin_text(struct cr_feed *feed, const struct cr_xml_tag *tag)
{
  struct cr_span is_permalink = cr_span_trim(cr_xml_attribute(tag, "", "isPermaLink"));

  feed->is_collecting = true;
  feed->is_text_cut = false;
  feed->is_permalink = !cr_span_eq_nocase(is_permalink, CR_SPAN("false")); /* true if not said */
  cr_buf_clear(&feed->text);
}

static int on_start(void *arg, const struct cr_xml_tag *tag)
{
  struct cr_feed *feed = arg;
  uint16_t place = place_of(feed);
  int err = feed->format == CR_FEED_UNKNOWN ? begin_feed(feed, tag) : 0;

  if (err)
    return err;
  const struct cr_feed_element *element = NULL;
  if (feed->strange == 0 && feed->depth < CR_FEED_BASES_MAX)
    element = cr_feed_find_element(place, words_of(feed, tag->ns), tag->name);
  if (!element) {
    feed->strange++;
    return 0;
  }

  err = push(feed, element, tag);
  if (err)
    return err;
  if (element->inside == CR_FEED_IN_ENTRY)
    begin_entry(feed);
  struct cr_span url = *element->url ? attribute(tag, element->url) : cr_span(NULL, 0);
  if (url.at)
    return tell_attribute(feed, tag, place, url);
  if (element->text != CR_FEED_TEXT_NONE)
    begin_text(feed, tag);
  return 0;
}

/* ---- text ---- */

/* Of elements inside, too: a title may have markup. */
static int on_text(void *arg, const char *text, size_t bytes)
{
  struct cr_feed *feed = arg;
  struct cr_span rest = cr_span(text, bytes);

  if (!feed->is_collecting)
    return 0;
  while (feed->text.len == 0 && rest.len > 0 && cr_is_space(rest.at[0]))
    rest = cr_span(rest.at + 1, rest.len - 1);
  size_t room = CR_FEED_URL_MAX - feed->text.len;
  size_t taken = rest.len < room ? rest.len : room;
  int err = cr_buf_add(&feed->text, rest.at, taken);
  if (cr_span_trim(cr_span(rest.at + taken, rest.len - taken)).len > 0)
    feed->is_text_cut = true;
  return err;
}

/* Cuts a text to at most so many bytes, between two characters of UTF-8. */
static struct cr_span cut(struct cr_span text, size_t most)
{
  if (text.len <= most)
    return text;
  while (most > 0 && ((unsigned char)text.at[most] & 0xc0) == 0x80)
    most--;
  return cr_span_trim(cr_span(text.at, most));
}

static bool looks_like_url(struct cr_span text)
{
  return cr_span_starts_nocase(text, CR_SPAN("http://")) ||
         cr_span_starts_nocase(text, CR_SPAN("https://"));
}

/* RSS 2.0: a permalink unless isPermaLink denies it; but many write an id and don't say. */
static int end_guid(struct cr_feed *feed, struct cr_span text)
{
  if (feed->is_text_cut || !looks_like_url(text))
    return 0;
  if (feed->is_permalink)
    return tell_url(feed, CR_FEED_ENTRY, text);
  cr_buf_clear(&feed->guid);
  return cr_buf_add(&feed->guid, text.at, text.len);
}

/* The first of a kind counts. */
static int end_text(struct cr_feed *feed, const struct cr_feed_element *element)
{
  struct about *about = feed->is_entry ? &feed->entry : &feed->feed;
  struct cr_span text = cr_span_trim(cr_span(feed->text.data, feed->text.len));

  feed->is_collecting = false;
  switch (element->text) {
  case CR_FEED_TEXT_URL:
    return feed->is_text_cut ? 0 : tell_url(feed, element->rel, text);
  case CR_FEED_TEXT_GUID:
    return end_guid(feed, text);
  case CR_FEED_TEXT_TITLE:
    text = cut(text, CR_FEED_TITLE_MAX);
    return about->title.len > 0 ? 0 : cr_buf_add(&about->title, text.at, text.len);
  case CR_FEED_TEXT_PUBLISHED:
    about->published_ms = about->published_ms != 0 ? about->published_ms : cr_feed_date(text);
    return 0;
  case CR_FEED_TEXT_UPDATED:
    about->updated_ms = about->updated_ms != 0 ? about->updated_ms : cr_feed_date(text);
    return 0;
  case CR_FEED_TEXT_NONE:
    break;
  }
  return 0;
}

/* ---- end tags ---- */

static int on_end(void *arg)
{
  struct cr_feed *feed = arg;
  int err = 0;

  if (feed->strange > 0) {
    feed->strange--;
    return 0;
  }
  const struct level *level = &feed->levels[feed->depth - 1];
  if (feed->is_collecting)
    err = end_text(feed, level->element);
  if (!err && level->element->inside == CR_FEED_IN_ENTRY)
    err = end_entry(feed);
  if (!err && level->element->inside == CR_FEED_IN_CHANNEL)
    err = tell_about(feed, &feed->feed, 0);
  feed->bases.len -= level->base_len;
  feed->depth--;
  return err;
}

/* ---- public ---- */

static bool on_charset(void *arg, const char *charset, int map[256])
{
  struct cr_feed *feed = arg;
  return feed->sink.charset && feed->sink.charset(feed->sink.arg, charset, map);
}

int cr_feed_open(struct cr_feed **out, struct cr_mem *mem, const struct cr_feed_sink *sink,
                 const char *charset)
{
  struct cr_feed *feed = cr_zalloc(mem, CR_MEM_PAGE, sizeof(*feed));
  struct cr_xml_events events = { on_start, on_end, on_text, on_charset, feed };
  if (!feed)
    return CRAWLER_E_NOMEM;
  int err = cr_xml_open(&feed->xml, mem, &events, charset);
  if (err) {
    cr_free(mem, feed);
    return err;
  }

  feed->mem = mem;
  feed->sink = *sink;
  cr_buf_init(&feed->bases, mem, CR_MEM_PAGE, (size_t)CR_FEED_URL_MAX * CR_FEED_BASES_MAX);
  cr_buf_init(&feed->text, mem, CR_MEM_PAGE, CR_FEED_URL_MAX);
  cr_buf_init(&feed->guid, mem, CR_MEM_PAGE, CR_FEED_URL_MAX);
  cr_buf_init(&feed->feed.title, mem, CR_MEM_PAGE, CR_FEED_TITLE_MAX);
  cr_buf_init(&feed->entry.title, mem, CR_MEM_PAGE, CR_FEED_TITLE_MAX);
  *out = feed;
  return 0;
}

int cr_feed_add(struct cr_feed *feed, const char *data, size_t bytes)
{
  return cr_xml_add(feed->xml, data, bytes);
}

int cr_feed_end(struct cr_feed *feed)
{
  int err = cr_xml_end(feed->xml);
  int told = 0;

  if (!feed->is_stopped && feed->is_entry)
    told = end_entry(feed);
  if (!feed->is_stopped)
    told = tell_about(feed, &feed->feed, 0);
  return told ? told : err;
}

enum cr_feed_format cr_feed_format(const struct cr_feed *feed)
{
  return feed->format;
}

void cr_feed_close(struct cr_feed *feed)
{
  if (!feed)
    return;
  cr_xml_close(feed->xml);
  cr_buf_free(&feed->bases);
  cr_buf_free(&feed->text);
  cr_buf_free(&feed->guid);
  cr_buf_free(&feed->feed.title);
  cr_buf_free(&feed->entry.title);
  cr_free(feed->mem, feed);
}
