/* SPDX-License-Identifier: MIT */
/* sitemap_xml.c - urlset and sitemapindex, as a stream (sitemaps.org, "Protocol").
 *
 * Three levels mean something: the root, its entries, and their members; what stands deeper is text
 * of a member. The namespace is the root's, whichever that is, or none: many writers have a wrong
 * one. An element of another one ("image:loc") means nothing, but for xhtml:link.
 */
#include "sitemap/sitemap_xml.h"

#include "base/buf.h"
#include "base/xml_expat.h"
#include "crawl/crawler.h"
#include "sitemap/feed_date.h"

#define XHTML_NS "http://www.w3.org/1999/xhtml"

enum { NS_MAX = 256, ALTERNATE_BYTES = 65536, THOUSAND = 1000 };
enum { ROOT = 1, ENTRY = 2, MEMBER = 3 }; /* depths */

enum member { MEMBER_NONE, MEMBER_LOC, MEMBER_LASTMOD, MEMBER_PRIORITY, MEMBER_FREQ };

enum tail { TAIL_OTHER, TAIL_OPEN, TAIL_END_TAG }; /* what the last '<' began: "<", "</" */

/* Where an alternate's texts lie, as their buffer may move. */
struct alternate {
  uint32_t language_len, url_len;
};

struct cr_sitemap_xml {
  struct cr_mem *mem;
  struct cr_sitemap_sink sink;
  struct cr_xml *xml;
  enum cr_sitemap_format format;
  uint32_t depth;
  bool in_entry;
  enum member member; /* that one is in */
  struct cr_buf text; /* of it */
  bool is_text_cut;
  struct cr_buf loc;
  struct cr_sitemap_entry entry; /* but for its texts */
  struct cr_buf texts;           /* of alternates, one behind the other */
  struct alternate alternates[CR_SITEMAP_ALTERNATES_MAX];
  enum tail tail;
  bool is_stopped;
  size_t ns_len;
  char ns[NS_MAX];
};

/* ---- words ---- */

int cr_sitemap_priority(struct cr_span text)
{
  unsigned value = 0;
  unsigned unit = THOUSAND; /* of the digit that comes */
  bool has_digit = false;
  bool has_point = false;

  text = cr_span_trim(text);
  for (size_t at = 0; at < text.len; at++) {
    char c = text.at[at];
    if (cr_is_digit(c)) {
      value = has_point || value == 0 ? value : 2 * THOUSAND; /* "10" is too much */
      value += unit * (unsigned)(c - '0');
      unit = has_point ? unit / 10 : unit;
      has_digit = true;
    } else if (c == '.' && !has_point) {
      has_point = true;
      unit = THOUSAND / 10;
    } else {
      return -1;
    }
  }
  return has_digit && value <= THOUSAND ? (int)value : -1;
}

enum cr_sitemap_freq cr_sitemap_freq(struct cr_span text)
{
  static const struct {
    struct cr_span word;
    enum cr_sitemap_freq freq;
  } words[] = {
    { CR_SPAN_INIT("always"), CR_SITEMAP_ALWAYS },   { CR_SPAN_INIT("hourly"), CR_SITEMAP_HOURLY },
    { CR_SPAN_INIT("daily"), CR_SITEMAP_DAILY },     { CR_SPAN_INIT("weekly"), CR_SITEMAP_WEEKLY },
    { CR_SPAN_INIT("monthly"), CR_SITEMAP_MONTHLY }, { CR_SPAN_INIT("yearly"), CR_SITEMAP_YEARLY },
    { CR_SPAN_INIT("never"), CR_SITEMAP_NEVER },
  };

  text = cr_span_trim(text);
  for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
    if (cr_span_eq_nocase(text, words[i].word))
      return words[i].freq;
  return CR_SITEMAP_FREQ_NONE;
}

static enum member member_of(struct cr_span name)
{
  static const struct {
    struct cr_span name;
    enum member member;
  } members[] = {
    { CR_SPAN_INIT("loc"), MEMBER_LOC },
    { CR_SPAN_INIT("lastmod"), MEMBER_LASTMOD },
    { CR_SPAN_INIT("priority"), MEMBER_PRIORITY },
    { CR_SPAN_INIT("changefreq"), MEMBER_FREQ },
  };

  for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
    if (cr_span_eq_nocase(name, members[i].name))
      return members[i].member;
  return MEMBER_NONE;
}

/* ---- entries ---- */

static void clear_entry(struct cr_sitemap_xml *x)
{
  bool is_sitemap = x->entry.is_sitemap;

  x->entry = (struct cr_sitemap_entry){ .is_sitemap = is_sitemap, .priority = -1 };
  cr_buf_clear(&x->loc);
  cr_buf_clear(&x->texts);
}

static int tell(struct cr_sitemap_xml *x)
{
  struct cr_sitemap_alternate alternates[CR_SITEMAP_ALTERNATES_MAX];
  const char *at = x->texts.data;
  int err = 0;

  if (x->loc.len > 0) {
    for (size_t i = 0; i < x->entry.alternate_count; i++) {
      alternates[i].language = cr_span(at, x->alternates[i].language_len);
      alternates[i].url = cr_span(at + x->alternates[i].language_len, x->alternates[i].url_len);
      at = alternates[i].url.at + alternates[i].url.len;
    }
    x->entry.loc = cr_span(x->loc.data, x->loc.len);
    x->entry.alternates = alternates;
    err = x->sink.entry(x->sink.arg, &x->entry);
    x->is_stopped = err != 0;
  }
  clear_entry(x);
  return err;
}

static int begin_member(struct cr_sitemap_xml *x, struct cr_span name)
{
  int err = 0;

  x->member = member_of(name);
  x->is_text_cut = false;
  cr_buf_clear(&x->text);
  if (x->member == MEMBER_LOC && x->loc.len > 0) /* some write several in one entry */
    err = tell(x);
  return err;
}

static int end_member(struct cr_sitemap_xml *x)
{
  struct cr_span text = cr_span_trim(cr_span(x->text.data, x->text.len));
  enum member member = x->member;

  x->member = MEMBER_NONE;
  if (x->is_text_cut)
    return 0;
  switch (member) {
  case MEMBER_LOC:
    cr_buf_clear(&x->loc);
    return cr_buf_add(&x->loc, text.at, text.len);
  case MEMBER_LASTMOD:
    x->entry.lastmod_ms = cr_feed_date(text);
    return 0;
  case MEMBER_PRIORITY:
    x->entry.priority = cr_sitemap_priority(text);
    return 0;
  case MEMBER_FREQ:
    x->entry.changefreq = cr_sitemap_freq(text);
    return 0;
  case MEMBER_NONE:
    break;
  }
  return 0;
}

static int add_alternate(struct cr_sitemap_xml *x, const struct cr_xml_tag *tag)
{
  struct cr_span rel = cr_span_trim(cr_xml_attribute(tag, "", "rel"));
  struct cr_span language = cr_span_trim(cr_xml_attribute(tag, "", "hreflang"));
  struct cr_span url = cr_span_trim(cr_xml_attribute(tag, "", "href"));
  size_t *count = &x->entry.alternate_count;

  if (!cr_span_eq_nocase(rel, CR_SPAN("alternate")) || url.len == 0 ||
      url.len > CR_SITEMAP_URL_MAX || language.len > CR_SITEMAP_URL_MAX ||
      *count == CR_SITEMAP_ALTERNATES_MAX ||
      x->texts.len + language.len + url.len > ALTERNATE_BYTES)
    return 0;
  int err = cr_buf_add(&x->texts, language.at, language.len);
  if (!err)
    err = cr_buf_add(&x->texts, url.at, url.len);
  if (err)
    return err;
  x->alternates[(*count)++] = (struct alternate){ (uint32_t)language.len, (uint32_t)url.len };
  return 0;
}

/* ---- tags ---- */

static int begin_root(struct cr_sitemap_xml *x, const struct cr_xml_tag *tag)
{
  if (cr_span_eq_nocase(tag->name, CR_SPAN("urlset")))
    x->format = CR_SITEMAP_URLSET;
  else if (cr_span_eq_nocase(tag->name, CR_SPAN("sitemapindex")))
    x->format = CR_SITEMAP_INDEX;
  else
    return CRAWLER_E_FORMAT;
  if (tag->ns.len > 0 && tag->ns.len <= NS_MAX) {
    memcpy(x->ns, tag->ns.at, tag->ns.len);
    x->ns_len = tag->ns.len;
  }
  return 0;
}

static void begin_entry(struct cr_sitemap_xml *x, struct cr_span name)
{
  x->entry.is_sitemap = cr_span_eq_nocase(name, CR_SPAN("sitemap"));
  x->in_entry = x->entry.is_sitemap || cr_span_eq_nocase(name, CR_SPAN("url"));
  clear_entry(x);
}

static int on_start(void *arg, const struct cr_xml_tag *tag)
{
  struct cr_sitemap_xml *x = arg;
  bool is_ours = tag->ns.len == 0 || cr_span_eq(tag->ns, cr_span(x->ns, x->ns_len));

  x->depth++;
  if (x->depth == ROOT)
    return begin_root(x, tag);
  if (x->depth == ENTRY && is_ours)
    begin_entry(x, tag->name);
  if (x->depth != MEMBER || !x->in_entry)
    return 0;
  if (is_ours)
    return begin_member(x, tag->name);
  if (cr_span_eq(tag->ns, CR_SPAN(XHTML_NS)) && cr_span_eq_nocase(tag->name, CR_SPAN("link")))
    return add_alternate(x, tag);
  return 0;
}

static int on_text(void *arg, const char *text, size_t bytes)
{
  struct cr_sitemap_xml *x = arg;
  struct cr_span rest = cr_span(text, bytes);

  if (x->member == MEMBER_NONE)
    return 0;
  while (x->text.len == 0 && rest.len > 0 && cr_is_space(rest.at[0]))
    rest = cr_span(rest.at + 1, rest.len - 1);
  size_t room = CR_SITEMAP_URL_MAX - x->text.len;
  size_t taken = rest.len < room ? rest.len : room;
  if (cr_span_trim(cr_span(rest.at + taken, rest.len - taken)).len > 0)
    x->is_text_cut = true;
  return cr_buf_add(&x->text, rest.at, taken);
}

static int on_end(void *arg)
{
  struct cr_sitemap_xml *x = arg;
  int err = 0;

  if (x->depth == MEMBER && x->member != MEMBER_NONE)
    err = end_member(x);
  if (x->depth == ENTRY && x->in_entry) {
    err = tell(x);
    x->in_entry = false;
  }
  x->depth--;
  return err;
}

/* ---- public ---- */

int cr_sitemap_xml_open(struct cr_sitemap_xml **out, struct cr_mem *mem,
                        const struct cr_sitemap_sink *sink)
{
  struct cr_sitemap_xml *x = cr_zalloc(mem, CR_MEM_FETCH, sizeof(*x));
  struct cr_xml_events events = { on_start, on_end, on_text, NULL, x };
  if (!x)
    return CRAWLER_E_NOMEM;
  int err = cr_xml_open(&x->xml, mem, &events, NULL);
  if (err) {
    cr_free(mem, x);
    return err;
  }

  x->mem = mem;
  x->sink = *sink;
  cr_buf_init(&x->text, mem, CR_MEM_FETCH, CR_SITEMAP_URL_MAX);
  cr_buf_init(&x->loc, mem, CR_MEM_FETCH, CR_SITEMAP_URL_MAX);
  cr_buf_init(&x->texts, mem, CR_MEM_FETCH, ALTERNATE_BYTES);
  clear_entry(x);
  *out = x;
  return 0;
}

/* What a document ends with tells whether the text before it is whole. */
static void keep_tail(struct cr_sitemap_xml *x, const char *data, size_t bytes)
{
  size_t at = bytes;

  while (at > 0 && data[at - 1] != '<')
    at--;
  if (at > 0)
    x->tail = at < bytes && data[at] == '/' ? TAIL_END_TAG : at < bytes ? TAIL_OTHER : TAIL_OPEN;
  else if (x->tail == TAIL_OPEN && bytes > 0)
    x->tail = data[0] == '/' ? TAIL_END_TAG : TAIL_OTHER;
}

int cr_sitemap_xml_add(struct cr_sitemap_xml *x, const char *data, size_t bytes)
{
  keep_tail(x, data, bytes);
  return cr_xml_add(x->xml, data, bytes);
}

int cr_sitemap_xml_end(struct cr_sitemap_xml *x)
{
  int err = cr_xml_end(x->xml);
  int told = 0;

  /* "<loc>http://example.org/a</lo": the URL is whole; "<loc>http://exa": it isn't. */
  if (x->member == MEMBER_LOC && cr_xml_is_cut(x->xml) && x->tail == TAIL_END_TAG)
    told = end_member(x);
  if (!told && !x->is_stopped && x->in_entry)
    told = tell(x);
  x->in_entry = false;
  return told ? told : err;
}

enum cr_sitemap_format cr_sitemap_xml_format(const struct cr_sitemap_xml *x)
{
  return x->format;
}

void cr_sitemap_xml_close(struct cr_sitemap_xml *x)
{
  if (!x)
    return;
  cr_xml_close(x->xml);
  cr_buf_free(&x->text);
  cr_buf_free(&x->loc);
  cr_buf_free(&x->texts);
  cr_free(x->mem, x);
}
