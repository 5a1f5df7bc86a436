/* SPDX-License-Identifier: MIT */
/* other_links.c - links that stand in no HTML: in a response's headers, in style sheets, in lists,
 * in feeds.
 *
 * Headers: Link by RFC 8288, Refresh as browsers read it (the HTML standard's refresh steps),
 * Content-Location and Location by RFC 9110, sections 8.7 and 10.2.2.
 */
#include "parse/other_links.h"

#include "parse/charset.h"
#include "parse/feed_links.h"
#include "parse/link_header.h"
#include "parse/url_list.h"
#include "url/url.h"

enum { URLS_A_CHECK = 1024 };

/* Header values are bytes: as UTF-8, in scratch, NUL-terminated. at NULL: no memory. */
static struct cr_span repaired(struct cr_collect *c, struct cr_span raw)
{
  size_t len = cr_utf8_repair(raw, NULL);
  char *out = cr_arena_bytes(c->scratch, len + 1);

  if (!out) {
    c->err = CRAWLER_E_NOMEM;
    return cr_span(NULL, 0);
  }
  (void)cr_utf8_repair(raw, out);
  out[len] = '\0';
  return cr_span(out, len);
}

/* NULL: it isn't there, or no memory. */
static const char *keep_parameter(struct cr_collect *c, const struct cr_link_parameter *parameter)
{
  if (!parameter->text.at || c->err < 0)
    return NULL;
  char *out = cr_arena_bytes(c->keep, parameter->text.len + 1);
  if (!out) {
    c->err = CRAWLER_E_NOMEM;
    return NULL;
  }
  out[cr_link_header_text(parameter, out)] = '\0';
  return out;
}

static void add_link(struct cr_collect *c, const struct cr_link_value *value)
{
  if (value->has_anchor) /* what another resource links to */
    return;
  const char *rel = keep_parameter(c, &value->rel);
  const char *type = keep_parameter(c, &value->type);
  const char *hreflang = keep_parameter(c, &value->hreflang);
  crawler_link_kind kind =
      cr_link_kind_of_rel(cr_span_text(rel), cr_span_text(type), hreflang != NULL);
  struct crawler_link *link = cr_collect_link(c, NULL, kind, cr_span_trim(value->target));
  if (!link)
    return;
  link->rel = rel;
  link->hreflang = hreflang;
  link->flags |= cr_link_flags_of_rel(cr_span_text(rel));
}

static void add_links(struct cr_collect *c, const char *field)
{
  struct cr_span text = repaired(c, cr_span_text(field));
  if (!text.at)
    return;
  struct cr_link_header it = { text.at, text.at + text.len };
  struct cr_link_value value;

  while (c->err == 0 && cr_link_header_next(&it, &value))
    add_link(c, &value);
}

static void add_refresh(struct cr_collect *c, const char *field)
{
  struct cr_span text = repaired(c, cr_span_text(field));

  if (text.at)
    (void)cr_collect_refresh(c, NULL, text);
}

/* What isn't UTF-8 keeps its bytes, as in a redirect. */
static void add_location(struct cr_collect *c, struct cr_span value)
{
  struct cr_buf raw;

  if (!cr_collect_wants(c, CRAWLER_LINK_LOCATION))
    return;
  if (cr_utf8_valid(value) == value.len) {
    (void)cr_collect_link(c, NULL, CRAWLER_LINK_LOCATION, value);
    return;
  }
  cr_buf_init(&raw, c->keep->mem, CR_MEM_PAGE, 3 * CR_URL_MAX_BYTES);
  int err = cr_url_put_raw(&raw, value);
  if (err == 0)
    (void)cr_collect_link(c, NULL, CRAWLER_LINK_LOCATION, cr_span(raw.data, raw.len));
  else if (err == CRAWLER_E_NOMEM)
    c->err = err;
  cr_buf_free(&raw);
}

void cr_header_links(struct cr_collect *c, const struct cr_headers *headers)
{
  c->base = CR_BASE_OF_PAGE;
  for (size_t i = 0; headers && i < headers->count && c->err == 0; i++) {
    const struct cr_header *header = &headers->at[i];
    if (cr_header_is(header, CR_SPAN("Link")))
      add_links(c, header->value);
    else if (cr_header_is(header, CR_SPAN("Refresh")))
      add_refresh(c, header->value);
    else if (cr_header_is(header, CR_SPAN("Content-Location")) ||
             cr_header_is(header, CR_SPAN("Location")))
      add_location(c, cr_span_text(header->value));
  }
  c->base = 0;
}

/* ---- bodies ---- */

static void list_links(struct cr_collect *c, struct cr_span utf8)
{
  struct cr_url_list list = { utf8.at, utf8.at + utf8.len };
  struct cr_span url;

  for (unsigned urls = 1; c->err == 0 && cr_url_list_next(&list, &url); urls++) {
    if (urls % URLS_A_CHECK == 0 && cr_collect_is_given_up(c))
      return;
    (void)cr_collect_link(c, NULL, CRAWLER_LINK_TEXT, url);
  }
}

static void sheet_links(struct cr_collect *c, struct cr_span utf8)
{
  cr_collect_sheet(c, "", utf8);
}

static const struct {
  const char *mime;
  uint32_t kinds;
  void (*read)(struct cr_collect *c, struct cr_span utf8);
} bodies[] = {
  { "text/css", CR_LINK_BIT(CRAWLER_LINK_CSS), sheet_links },
  { "text/plain", CR_LINK_BIT(CRAWLER_LINK_TEXT), list_links },
  { "application/rss+xml", CR_FEED_LINK_KINDS, cr_feed_links },
  { "application/atom+xml", CR_FEED_LINK_KINDS, cr_feed_links },
  { "application/rdf+xml", CR_FEED_LINK_KINDS, cr_feed_links },
  { "application/xml", CR_FEED_LINK_KINDS, cr_feed_links },
  { "text/xml", CR_FEED_LINK_KINDS, cr_feed_links },
};

enum { BODIES = sizeof(bodies) / sizeof(bodies[0]) };

bool cr_body_may_link(const char *mime, uint32_t kinds)
{
  for (size_t i = 0; i < BODIES; i++)
    if (strcmp(mime, bodies[i].mime) == 0)
      return (kinds & bodies[i].kinds) != 0;
  return false;
}

void cr_body_links(struct cr_collect *c, const char *mime, struct cr_span utf8)
{
  for (size_t i = 0; i < BODIES; i++)
    if (strcmp(mime, bodies[i].mime) == 0)
      bodies[i].read(c, utf8);
}
