/* SPDX-License-Identifier: MIT */
/* feed_links.c - the links of RSS and Atom, as links of a page.
 *
 * sitemap/feed.h reads them; here they get their kinds, and what they are relative to: the xml:base
 * around them, each relative to the one outside of it, the outermost to the feed (XML Base, section
 * 4).
 */
#include "parse/feed_links.h"

#include "sitemap/feed.h"

enum { BYTES_A_CHECK = 256 * 1024 };

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

/* What links are relative to that stand where the last one did. */
struct feed_links {
  struct cr_collect *collect;
  uint16_t bases[CR_FEED_BASES_MAX]; /* outermost first */
  size_t base_count;
};

_Static_assert(CR_FEED_BASES_MAX <= CR_INNER_BASES_DEEP, "bases of feeds fit");

/* Bases that stay are the same from link to link, and are kept once. */
static uint16_t base_of(struct feed_links *f, const struct cr_feed_link *link)
{
  struct cr_collect *c = f->collect;
  size_t same = 0;
  uint16_t base = 0;

  while (same < f->base_count && same < link->base_count &&
         cr_span_eq(c->found.inner_bases[f->bases[same] - 1].href, link->bases[same]))
    base = f->bases[same++];
  f->base_count = same;
  while (f->base_count < link->base_count) {
    base = cr_collect_base(c, base, link->bases[f->base_count]);
    if (base == 0)
      return 0;
    f->bases[f->base_count++] = base;
  }
  return base;
}

static int add_link(void *arg, const struct cr_feed_link *found)
{
  struct feed_links *f = arg;
  struct cr_collect *c = f->collect;
  crawler_link_kind kind = kind_of(found);

  if (!cr_collect_wants(c, kind))
    return c->err;
  c->base = base_of(f, found);
  struct crawler_link *link = cr_collect_link(c, NULL, kind, found->url);
  if (link && found->rel_name.len > 0) {
    link->rel = cr_arena_strndup(c->keep, found->rel_name.at, found->rel_name.len);
    c->err = link->rel ? c->err : CRAWLER_E_NOMEM;
  }
  return c->err;
}

/* The feed's own title is the page's. */
static int note_about(void *arg, const struct cr_feed_about *about)
{
  struct cr_collect *c = ((struct feed_links *)arg)->collect;

  if (about->entry > 0 || about->title.len == 0 || !c->wants.metadata || c->found.facts.title)
    return c->err;
  c->found.facts.title = cr_arena_strndup(c->keep, about->title.at, about->title.len);
  if (!c->found.facts.title)
    c->err = CRAWLER_E_NOMEM;
  return c->err;
}

static int add_all(struct cr_feed *feed, struct cr_collect *c, struct cr_span utf8)
{
  int err = 0;

  while (err == 0 && utf8.len > 0 && !cr_collect_is_given_up(c)) {
    size_t bytes = utf8.len < BYTES_A_CHECK ? utf8.len : BYTES_A_CHECK;
    err = cr_feed_add(feed, utf8.at, bytes);
    utf8 = cr_span(utf8.at + bytes, utf8.len - bytes);
  }
  return err;
}

void cr_feed_links(struct cr_collect *c, struct cr_span utf8)
{
  struct feed_links links = { .collect = c };
  const struct cr_feed_sink sink = { .link = add_link, .about = note_about, .arg = &links };
  struct cr_feed *feed = NULL;

  int err = cr_feed_open(&feed, c->keep->mem, &sink, "utf-8");
  if (err == CRAWLER_E_UNSUPPORTED) { /* built without expat */
    c->is_cut = true;
    return;
  }
  if (err < 0) {
    c->err = err;
    return;
  }
  /* What isn't well-formed ends there; what came before was told. */
  if (add_all(feed, c, utf8) == CRAWLER_E_NOMEM || cr_feed_end(feed) == CRAWLER_E_NOMEM)
    c->err = CRAWLER_E_NOMEM;
  cr_feed_close(feed);
  c->base = 0;
}
