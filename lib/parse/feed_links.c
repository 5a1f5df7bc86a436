/* SPDX-License-Identifier: MIT */
/* feed_links.c - the links of RSS and Atom, as links of a page.
 *
 * sitemap/feed.h reads them; here they get their kinds, and those with an xml:base (XML Base,
 * section 4) are resolved as far as that goes without the URL of the feed.
 */
#include "parse/feed_links.h"

#include "sitemap/feed.h"
#include "url/url.h"

static crawler_link_kind kind_of(const struct cr_feed_link *link)
{
  switch (link->rel) {
  case CR_FEED_SITE:
  case CR_FEED_ENTRY:
    return CRAWLER_LINK_ITEM;
  case CR_FEED_ENCLOSURE:
  case CR_FEED_MEDIA:
    return CRAWLER_LINK_MEDIA;
  case CR_FEED_IMAGE:
    return CRAWLER_LINK_IMAGE;
  case CR_FEED_PAGE:
    return cr_link_kind_of_rel(link->rel_name, link->type, false);
  default:
    return CRAWLER_LINK_LINK;
  }
}

/* The URL against its bases, if the outermost says where it is. at NULL: it doesn't. */
static struct cr_span resolve(struct cr_collect *c, const struct cr_feed_link *link)
{
  struct cr_span found = { NULL, 0 };
  struct cr_url base;
  struct cr_url url;
  int err = 0;

  cr_url_init(&base, c->keep->mem);
  cr_url_init(&url, c->keep->mem);
  for (size_t i = 0; i < link->base_count && err == 0; i++) {
    err = cr_url_parse(&url, link->bases[i], i > 0 ? &base : NULL);
    if (err == 0)
      err = cr_url_copy(&base, &url);
  }
  if (err == 0)
    err = cr_url_parse(&url, link->url, &base);
  if (err == 0)
    found.at = cr_arena_strndup(c->scratch, url.text.data, url.text.len);
  if (found.at)
    found.len = url.text.len;
  if (err == CRAWLER_E_NOMEM || (err == 0 && !found.at))
    c->err = CRAWLER_E_NOMEM;
  cr_url_free(&url);
  cr_url_free(&base);
  return found;
}

static int add_link(void *arg, const struct cr_feed_link *found)
{
  struct cr_collect *c = arg;
  crawler_link_kind kind = kind_of(found);
  struct cr_span href = found->url;

  if (!cr_collect_wants(c, kind))
    return c->err;
  if (found->base_count > 0) {
    struct cr_span absolute = resolve(c, found);
    href = absolute.at ? absolute : href;
  }
  struct crawler_link *link = cr_collect_link(c, NULL, kind, href);
  if (link && found->rel_name.len > 0) {
    link->rel = cr_arena_strndup(c->keep, found->rel_name.at, found->rel_name.len);
    c->err = link->rel ? c->err : CRAWLER_E_NOMEM;
  }
  return c->err;
}

/* The feed's own title is the page's. */
static int note_about(void *arg, const struct cr_feed_about *about)
{
  struct cr_collect *c = arg;

  if (about->entry > 0 || about->title.len == 0 || !c->wants.metadata || c->found.facts.title)
    return c->err;
  c->found.facts.title = cr_arena_strndup(c->keep, about->title.at, about->title.len);
  if (!c->found.facts.title)
    c->err = CRAWLER_E_NOMEM;
  return c->err;
}

void cr_feed_links(struct cr_collect *c, struct cr_span utf8)
{
  const struct cr_feed_sink sink = { .link = add_link, .about = note_about, .arg = c };
  struct cr_feed *feed = NULL;

  if (cr_feed_open(&feed, c->keep->mem, &sink, "utf-8") < 0) {
    c->err = CRAWLER_E_NOMEM;
    return;
  }
  /* What isn't well-formed ends there; what came before was told. */
  if (cr_feed_add(feed, utf8.at, utf8.len) == CRAWLER_E_NOMEM ||
      cr_feed_end(feed) == CRAWLER_E_NOMEM)
    c->err = CRAWLER_E_NOMEM;
  cr_feed_close(feed);
}
