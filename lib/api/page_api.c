/* SPDX-License-Identifier: MIT */
/* page_api.c - a response as hooks and callers see it, and who holds it.
 */
#include "api/crawler_impl.h"

/* ---- holding ---- */

int crawler_page_defer(crawler_page *page)
{
  if (!page)
    return CRAWLER_E_INVAL;
  if (!page->in_hook)
    return CRAWLER_E_STATE;
  if (atomic_exchange(&page->hold, CR_HOLD_DEFERRED) != CR_HOLD_DEFERRED)
    atomic_fetch_add_explicit(&page->refs, 1, memory_order_relaxed); /* crawler_page_finish()'s */
  return 0;
}

/* Says once how the URL ends; the loop thread hears it by letter. */
static int say(crawler_page *page, int how)
{
  int unsaid = -1;

  if (!atomic_compare_exchange_strong(&page->finish_how, &unsaid, how))
    return CRAWLER_E_STATE;
  (void)cr_home_post(page->home, &page->letter); /* refused: the crawler is gone, nothing to end */
  return 0;
}

int crawler_page_finish(crawler_page *page, crawler_finish how)
{
  int hold;
  int err;

  if (!page || (int)how < CRAWLER_FINISH_OK || how > CRAWLER_FINISH_FAIL)
    return CRAWLER_E_INVAL;
  hold = atomic_load(&page->hold);
  if (hold == CR_HOLD_NONE)
    return CRAWLER_E_STATE;
  err = say(page, (int)how);
  if (err == 0 && hold == CR_HOLD_DEFERRED)
    cr_page_drop(page);
  return err;
}

crawler_page *crawler_page_retain(crawler_page *page)
{
  if (!page)
    return NULL;
  atomic_store(&page->was_retained, true);
  atomic_fetch_add_explicit(&page->holders, 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&page->refs, 1, memory_order_relaxed);
  return page;
}

void crawler_page_release(crawler_page *page)
{
  if (!page)
    return;
  /* First the word, while our reference still keeps the page alive. */
  if (atomic_fetch_sub_explicit(&page->holders, 1, memory_order_acq_rel) == 1 &&
      atomic_load(&page->hold) == CR_HOLD_PULLED)
    (void)say(page, CRAWLER_FINISH_OK); /* said already: crawler_page_finish() */
  cr_page_drop(page);
}

/* ---- reading ---- */

crawler_request *crawler_page_request(crawler_page *page)
{
  return &page->req;
}

const char *crawler_page_url(const crawler_page *page)
{
  return page->req.url;
}

int crawler_page_status(const crawler_page *page)
{
  return page->status;
}

const char *crawler_page_header(const crawler_page *page, const char *name)
{
  return name ? cr_headers_get(&page->headers, name) : NULL;
}

size_t crawler_page_header_count(const crawler_page *page)
{
  return page->headers.count;
}

const char *crawler_page_header_name(const crawler_page *page, size_t i)
{
  return i < page->headers.count ? page->headers.at[i].name : NULL;
}

const char *crawler_page_header_value(const crawler_page *page, size_t i)
{
  return i < page->headers.count ? page->headers.at[i].value : NULL;
}

const char *crawler_page_mime(const crawler_page *page)
{
  return page->mime;
}

const char *crawler_page_sent_mime(const crawler_page *page)
{
  return page->sent_mime;
}

const char *crawler_page_charset(const crawler_page *page)
{
  return page->charset;
}

const void *crawler_page_body(const crawler_page *page, size_t *bytes)
{
  if (bytes)
    *bytes = page->body.at ? page->body.len : 0;
  return page->body.at;
}

crawler_reason crawler_page_truncated(const crawler_page *page)
{
  return (crawler_reason)page->truncated;
}

const char *crawler_page_text(crawler_page *page, size_t *bytes)
{
  if (!page->text.at && page->body.at && *page->charset)
    page->text = cr_parse_text(&page->arena, page->body, page->charset);
  if (bytes)
    *bytes = page->text.len;
  return page->text.at;
}

const char *crawler_page_address(const crawler_page *page)
{
  return page->address;
}

int64_t crawler_page_fetched_at_ms(const crawler_page *page)
{
  return page->fetched_at_ms;
}

int64_t crawler_page_elapsed_ms(const crawler_page *page)
{
  return page->elapsed_ms;
}

int64_t crawler_page_wire_bytes(const crawler_page *page)
{
  return page->wire_bytes;
}

const char *crawler_page_location(const crawler_page *page)
{
  return page->location;
}

const char *crawler_page_duplicate_of(const crawler_page *page)
{
  return page->duplicate_of;
}

uint64_t crawler_page_simhash(const crawler_page *page)
{
  return page->simhash;
}

/* ---- what it says of itself ---- */

const char *crawler_page_title(const crawler_page *page)
{
  return page->facts.title;
}

const char *crawler_page_lang(const crawler_page *page)
{
  return page->facts.lang;
}

const char *crawler_page_meta(const crawler_page *page, const char *name)
{
  struct cr_span wanted = cr_span_text(name);

  for (uint32_t i = 0; name && i < page->facts.meta_count; i++)
    if (cr_span_eq_nocase(cr_span_text(page->facts.metas[i].name), wanted))
      return page->facts.metas[i].content;
  return NULL;
}

size_t crawler_page_meta_count(const crawler_page *page)
{
  return page->facts.meta_count;
}

const char *crawler_page_meta_name(const crawler_page *page, size_t i)
{
  return i < page->facts.meta_count ? page->facts.metas[i].name : NULL;
}

const char *crawler_page_meta_content(const crawler_page *page, size_t i)
{
  return i < page->facts.meta_count ? page->facts.metas[i].content : NULL;
}

/* Not what stands in a <template>: that is no part of the document. */
static bool is_canonical(const struct crawler_link *link)
{
  return link->kind == CRAWLER_LINK_CANONICAL && !(link->flags & CRAWLER_LINK_FLAG_INERT);
}

int crawler_page_robots(const crawler_page *page)
{
  return page->facts.robots;
}

int64_t crawler_page_unavailable_after_ms(const crawler_page *page)
{
  return page->facts.unavailable_after_ms != 0 ? page->facts.unavailable_after_ms : -1;
}

const char *crawler_page_canonical(crawler_page *page)
{
  for (uint32_t i = 0; i < page->link_count; i++) {
    const char *url = is_canonical(&page->links[i]) ? cr_page_link_url(page, i) : "";

    if (!url || *url) /* out of memory, or found */
      return url;
  }
  return NULL;
}

/* ---- links ---- */

size_t crawler_page_link_count(const crawler_page *page)
{
  return page->link_count;
}

int crawler_page_links_are_exact(const crawler_page *page)
{
  return page->links_are_exact;
}

int crawler_page_links(crawler_page *page, const char **text, const uint32_t **offsets,
                       const uint8_t **kinds, const uint8_t **flags)
{
  static const uint32_t end = 0;
  static const uint8_t nothing[1];
  static const struct cr_bulk_links none = { "", &end, nothing, nothing };
  const struct cr_bulk_links *bulk = page->link_count > 0 ? &page->bulk : &none;
  int err = text || offsets || flags ? cr_page_bulk_links(page) : 0;

  if (err == 0 && kinds)
    err = cr_page_bulk_kinds(page);
  if (err < 0)
    return err;
  if (text)
    *text = bulk->text;
  if (offsets)
    *offsets = bulk->offsets;
  if (kinds)
    *kinds = bulk->kinds;
  if (flags)
    *flags = bulk->flags;
  return (int)page->link_count; /* option max_links has a bound */
}

const crawler_link *crawler_page_link(crawler_page *page, size_t i)
{
  if (i >= page->link_count || !cr_page_link_url(page, (uint32_t)i))
    return NULL;
  return &page->links[i];
}

const char *crawler_link_url(const crawler_link *link)
{
  return link->url;
}

const char *crawler_link_href(const crawler_link *link)
{
  return link->href;
}

const char *crawler_link_rel(const crawler_link *link)
{
  return link->rel;
}

const char *crawler_link_text(const crawler_link *link)
{
  return link->text ? link->text : "";
}

const char *crawler_link_tag(const crawler_link *link)
{
  return link->tag;
}

const char *crawler_link_attribute(const crawler_link *link)
{
  return link->attribute;
}

const char *crawler_link_hreflang(const crawler_link *link)
{
  return link->hreflang;
}

int crawler_link_kind_of(const crawler_link *link)
{
  return link->kind;
}

int crawler_link_flags(const crawler_link *link)
{
  /* Who has a link has its URL. */
  return link->flags | (*link->url ? 0 : CRAWLER_LINK_FLAG_INVALID);
}
