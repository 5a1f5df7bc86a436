/* SPDX-License-Identifier: MIT */
/* page.c - links of a page as absolute URLs, made only when somebody asks.
 */
#include "model/page.h"

/* A base that nothing can be relative to doesn't count, nor does one of these schemes (HTML 4.2.3,
 * "set the frozen base URL"). */
static bool is_no_base(const struct cr_url *url)
{
  struct cr_span scheme = cr_span(url->text.data, url->scheme_end);

  return url->opaque_path || cr_span_eq(scheme, CR_SPAN("data")) ||
         cr_span_eq(scheme, CR_SPAN("javascript"));
}

/* Makes of a base the one that href is, relative to it. */
static int move_base(const struct crawler_page *page, struct cr_url *base, struct cr_span href)
{
  struct cr_url outer;
  int err;

  cr_url_init(&outer, page->arena.mem);
  err = cr_url_copy(&outer, base);
  if (err == 0) {
    err = cr_url_parse_in(base, href, &outer, &page->encoding);
    if (err == CRAWLER_E_URL || err == CRAWLER_E_LIMIT || (err == 0 && is_no_base(base)))
      err = cr_url_copy(base, &outer);
  }
  cr_url_free(&outer);
  return err;
}

int cr_page_base(const struct crawler_page *page, struct cr_url *base)
{
  int err = cr_url_parse(base, cr_span(page->req.url, page->req.url_bytes), NULL);

  if (err < 0 || !page->base_href.at)
    return err;
  return move_base(page, base, page->base_href);
}

/* What links with that `base` are relative to. */
static int base_of(const struct crawler_page *page, uint16_t at, struct cr_url *base)
{
  struct cr_span hrefs[CR_INNER_BASES_DEEP]; /* innermost first */
  size_t count = 0;

  if (at == CR_BASE_OF_PAGE)
    return cr_url_parse(base, cr_span(page->req.url, page->req.url_bytes), NULL);
  for (; at > 0 && count < CR_INNER_BASES_DEEP; at = page->inner_bases[at - 1].outer)
    if (page->inner_bases[at - 1].href.at)
      hrefs[count++] = page->inner_bases[at - 1].href;
  int err = cr_page_base(page, base);
  while (err == 0 && count > 0)
    err = move_base(page, base, hrefs[--count]);
  return err;
}

/* url is reused from link to link. */
static int resolve_link(struct crawler_page *page, struct crawler_link *link,
                        const struct cr_url *base, struct cr_url *url)
{
  int err;

  if (link->url)
    return 0;
  err = cr_url_parse_in(url, cr_span(link->href, link->href_bytes), base, &page->encoding);
  if (err == CRAWLER_E_NOMEM)
    return err;
  if (err < 0) {
    link->url = ""; /* CRAWLER_LINK_FLAG_INVALID; the flags are the engine's to read meanwhile */
    return 0;
  }
  link->url = cr_arena_strndup(&page->arena, url->text.data, url->text.len);
  return link->url ? 0 : CRAWLER_E_NOMEM;
}

void cr_page_resolve_others(struct crawler_page *page)
{
  struct cr_url base;
  struct cr_url url;
  uint16_t at = 0; /* whose base it is */
  int err = 0;

  if (!page->base_href.at && !page->inner_bases)
    return;
  cr_url_init(&base, page->arena.mem);
  cr_url_init(&url, page->arena.mem);
  for (uint32_t i = 0; err == 0 && i < page->link_count; i++) {
    struct crawler_link *link = &page->links[i];
    if (link->base == 0)
      continue;
    if (link->base != at)
      err = base_of(page, link->base, &base);
    at = link->base;
    if (err == 0)
      err = resolve_link(page, link, &base, &url);
  }
  cr_url_free(&url);
  cr_url_free(&base);
}

static int resolve_range(struct crawler_page *page, uint32_t from, uint32_t to)
{
  struct cr_url base;
  struct cr_url url;
  int err;

  cr_url_init(&base, page->arena.mem);
  cr_url_init(&url, page->arena.mem);
  err = cr_page_base(page, &base);
  for (uint32_t i = from; err == 0 && i < to; i++)
    err = resolve_link(page, &page->links[i], &base, &url);
  cr_url_free(&url);
  cr_url_free(&base);
  return err;
}

const char *cr_page_link_url(struct crawler_page *page, uint32_t i)
{
  if (!page->links[i].url && resolve_range(page, i, i + 1) < 0)
    return NULL;
  return page->links[i].url;
}

/* The text, and where each URL begins and the last one ends. */
static void write_urls(const struct crawler_page *page, char *text, uint32_t *offsets)
{
  uint32_t at = 0;

  for (uint32_t i = 0; i < page->link_count; i++) {
    uint32_t bytes = (uint32_t)strlen(page->links[i].url) + 1;

    offsets[i] = at;
    memcpy(text + at, page->links[i].url, bytes);
    at += bytes;
  }
  offsets[page->link_count] = at;
}

int cr_page_bulk_links(struct crawler_page *page)
{
  size_t count = page->link_count;
  uint64_t bytes = 0;

  if (page->bulk.text || count == 0)
    return 0;
  if (resolve_range(page, 0, page->link_count) < 0)
    return CRAWLER_E_NOMEM;
  for (size_t i = 0; i < count; i++)
    bytes += strlen(page->links[i].url) + 1;
  if (bytes > UINT32_MAX)
    return CRAWLER_E_LIMIT;
  char *text = cr_arena_bytes(&page->arena, bytes);
  uint32_t *offsets = cr_arena_alloc(&page->arena, (count + 1) * sizeof(*offsets));
  uint8_t *flags = cr_arena_alloc(&page->arena, count);
  if (!text || !offsets || !flags)
    return CRAWLER_E_NOMEM;
  write_urls(page, text, offsets);
  for (size_t i = 0; i < count; i++)
    flags[i] =
        (uint8_t)(page->links[i].flags | (*page->links[i].url ? 0 : CRAWLER_LINK_FLAG_INVALID));
  page->bulk.text = text;
  page->bulk.offsets = offsets;
  page->bulk.flags = flags;
  return 0;
}

int cr_page_bulk_kinds(struct crawler_page *page)
{
  if (page->bulk.kinds || page->link_count == 0)
    return 0;
  uint8_t *kinds = cr_arena_alloc(&page->arena, page->link_count);
  if (!kinds)
    return CRAWLER_E_NOMEM;
  for (uint32_t i = 0; i < page->link_count; i++)
    kinds[i] = page->links[i].kind;
  page->bulk.kinds = kinds;
  return 0;
}
