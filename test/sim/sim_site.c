/* SPDX-License-Identifier: MIT */
/* sim_site.c - a small web written down as a table.
 */
#include "sim/sim_site.h"

#include <stdio.h>

static const struct cr_sim_site *site_of(const struct cr_sim_world *world)
{
  return (const struct cr_sim_site *)(const void *)world;
}

static bool is_at(const struct cr_sim_page *page, struct cr_span url)
{
  struct cr_span row = cr_span_text(page->url);
  struct cr_span origin = CR_SPAN(CR_SIM_ORIGIN);

  if (row.at[0] != '/')
    return cr_span_eq(row, url);
  return url.len > origin.len && cr_span_eq(cr_span(url.at, origin.len), origin) &&
         cr_span_eq(cr_span(url.at + origin.len, url.len - origin.len), row);
}

/* NULL: not in the table. */
static const struct cr_sim_page *find(const struct cr_sim_site *site,
                                      const struct cr_sim_request *request)
{
  const struct cr_sim_page *found = NULL;
  unsigned left = request->attempt;

  for (size_t i = 0; i < site->count; i++) {
    if (!is_at(&site->pages[i], request->url))
      continue;
    found = &site->pages[i];
    if (found->times == 0 || left <= found->times)
      return found;
    left -= found->times;
  }
  return found;
}

static void put(struct cr_buf *buf, const char *text)
{
  (void)cr_buf_add_text(buf, text); /* test memory isn't limited */
}

static void put_link(struct cr_buf *body, struct cr_span href)
{
  bool nofollow = href.at[0] == '!';
  bool area = href.at[0] == '@';

  put(body, area ? "<area href=\"" : "<a href=\"");
  (void)cr_buf_add(body, href.at + (nofollow || area), href.len - (nofollow || area)); /* as put */
  put(body, nofollow ? "\" rel=\"nofollow\">" : "\">");
  put(body, area ? "\n" : "text</a>\n");
}

static void put_links(struct cr_buf *body, const char *hrefs)
{
  while (hrefs && *hrefs) {
    size_t len = strcspn(hrefs, " ");
    if (len > 0)
      put_link(body, cr_span(hrefs, len));
    hrefs += len + (hrefs[len] == ' ');
  }
}

static void put_body(const struct cr_sim_page *page, struct cr_buf *body)
{
  if (page->body) {
    put(body, page->body);
    return;
  }
  put(body, "<!doctype html><title>sim</title>\n");
  if (page->base) {
    put(body, "<base href=\"");
    put(body, page->base);
    put(body, "\">\n");
  }
  put_links(body, page->hrefs);
}

void cr_sim_site_answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                        struct cr_sim_answer *answer)
{
  static const struct cr_sim_page missing = { "", 404, .body = "not here", .type = "text/plain" };
  const struct cr_sim_page *page = find(site_of(world), request);

  if (!page)
    page = &missing;
  answer->failure = page->failure;
  answer->resolve_ms = page->resolve_ms ? page->resolve_ms : 1;
  answer->connect_ms = 1;
  answer->head_ms = page->ms ? page->ms : 10;
  answer->body_ms = 1;
  (void)snprintf(answer->address, sizeof(answer->address), "%s",
                 page->address ? page->address : "192.0.2.1");
  cr_sim_head_begin(answer,
                    page->status ? page->status
                    : page->to   ? 302
                                 : 200,
                    page->type ? page->type : "text/html");
  if (page->to)
    cr_sim_head_add(answer, "Location", page->to);
  if (page->headers)
    put(&answer->head, page->headers);
  cr_sim_head_end(answer);
  put_body(page, &answer->body);
}

/* ---- the test's parser ---- */

static const char *next_link(const char *at, const char *end)
{
  return memmem(at, (size_t)(end - at), " href=\"", 7);
}

/* at: " href=..."; false: out of memory. */
static bool read_link(const char *at, struct cr_span body, struct cr_arena *arena,
                      struct crawler_link *link)
{
  const char *href = at + 7;
  const char *end = body.at + body.len;
  const char *quote = memchr(href, '"', (size_t)(end - href));
  size_t len = quote ? (size_t)(quote - href) : 0;
  bool nofollow = quote && end - quote > 15 && memcmp(quote, "\" rel=\"nofollow\"", 16) == 0;

  *link = (struct crawler_link){
    .href = cr_arena_strndup(arena, href, len),
    .rel = nofollow ? "nofollow" : NULL,
    .href_bytes = (uint32_t)len,
    .kind =
        at - body.at >= 5 && memcmp(at - 5, "<area", 5) == 0 ? CRAWLER_LINK_AREA : CRAWLER_LINK_A,
    .flags = nofollow ? CRAWLER_LINK_FLAG_NOFOLLOW : 0,
  };
  return link->href != NULL;
}

static bool is_base(const char *at, struct cr_span body)
{
  return at - body.at >= 5 && memcmp(at - 5, "<base", 5) == 0;
}

bool cr_sim_site_links(const struct cr_sim_world *world, struct cr_span body,
                       struct cr_arena *arena, struct cr_sim_links *links)
{
  const char *end = body.at + body.len;
  uint32_t count = 0;

  (void)world;
  *links = (struct cr_sim_links){ NULL, 0 };
  if (body.len == 0)
    return true;
  for (const char *at = next_link(body.at, end); at; at = next_link(at + 1, end))
    count += !is_base(at, body);
  if (count == 0)
    return true;
  links->at = cr_arena_alloc(arena, count * sizeof(*links->at));
  for (const char *at = next_link(body.at, end); at && links->at; at = next_link(at + 1, end))
    if (!is_base(at, body) && !read_link(at, body, arena, &links->at[links->count++]))
      return false;
  return links->at != NULL;
}
