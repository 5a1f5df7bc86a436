/* SPDX-License-Identifier: MIT */
/* sitemap_feed.c - RSS and Atom as a sitemap: their entries' pages (sitemaps.org, "Syndication
 * feed").
 *
 * The first page of an entry counts; its date, which may come later, is when it was updated, or
 * else published. Bases (xml:base) are not looked at: a sitemap's URLs are whole.
 */
#include "sitemap/sitemap_feed.h"

#include "base/buf.h"
#include "crawl/crawler.h"
#include "sitemap/feed.h"

struct cr_sitemap_feed {
  struct cr_mem *mem;
  struct cr_sitemap_sink sink;
  struct cr_feed *feed;
  uint32_t entry;    /* that url belongs to */
  struct cr_buf url; /* not told yet; empty: none */
  bool is_stopped;
};

static int tell(struct cr_sitemap_feed *f, int64_t lastmod_ms)
{
  struct cr_sitemap_entry entry = {
    .loc = cr_span(f->url.data, f->url.len),
    .lastmod_ms = lastmod_ms,
    .priority = -1,
  };
  int err = entry.loc.len > 0 ? f->sink.entry(f->sink.arg, &entry) : 0;

  f->is_stopped = err != 0;
  cr_buf_clear(&f->url);
  return err;
}

static int on_link(void *arg, const struct cr_feed_link *link)
{
  struct cr_sitemap_feed *f = arg;

  if (link->rel != CR_FEED_ENTRY || link->entry == 0 || link->entry == f->entry)
    return 0;
  int err = tell(f, 0); /* of the entry before, which has no date */
  f->entry = link->entry;
  return err ? err : cr_buf_add(&f->url, link->url.at, link->url.len);
}

static int on_about(void *arg, const struct cr_feed_about *about)
{
  struct cr_sitemap_feed *f = arg;

  if (about->entry != f->entry)
    return 0;
  return tell(f, about->updated_ms != 0 ? about->updated_ms : about->published_ms);
}

int cr_sitemap_feed_open(struct cr_sitemap_feed **out, struct cr_mem *mem,
                         const struct cr_sitemap_sink *sink)
{
  struct cr_sitemap_feed *f = cr_zalloc(mem, CR_MEM_FETCH, sizeof(*f));
  struct cr_feed_sink told = { .link = on_link, .about = on_about, .arg = f };
  if (!f)
    return CRAWLER_E_NOMEM;
  int err = cr_feed_open(&f->feed, mem, &told, NULL);
  if (err) {
    cr_free(mem, f);
    return err;
  }

  f->mem = mem;
  f->sink = *sink;
  cr_buf_init(&f->url, mem, CR_MEM_FETCH, CR_FEED_URL_MAX);
  *out = f;
  return 0;
}

int cr_sitemap_feed_add(struct cr_sitemap_feed *f, const char *data, size_t bytes)
{
  return cr_feed_add(f->feed, data, bytes);
}

int cr_sitemap_feed_end(struct cr_sitemap_feed *f)
{
  int err = cr_feed_end(f->feed);
  int told = f->is_stopped ? 0 : tell(f, 0);

  return told ? told : err;
}

enum cr_sitemap_format cr_sitemap_feed_format(const struct cr_sitemap_feed *f)
{
  switch (cr_feed_format(f->feed)) {
  case CR_FEED_RSS:
  case CR_FEED_RDF:
    return CR_SITEMAP_RSS;
  case CR_FEED_ATOM:
    return CR_SITEMAP_ATOM;
  case CR_FEED_UNKNOWN:
    break;
  }
  return CR_SITEMAP_UNKNOWN;
}

void cr_sitemap_feed_close(struct cr_sitemap_feed *f)
{
  if (!f)
    return;
  cr_feed_close(f->feed);
  cr_buf_free(&f->url);
  cr_free(f->mem, f);
}
