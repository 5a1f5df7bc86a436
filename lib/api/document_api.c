/* SPDX-License-Identifier: MIT */
/* document_api.c - pages of bytes in memory, without a crawler.
 *
 * A document is a page as a crawl makes it, by the same parser, that nobody has fetched: all that
 * reads pages reads it. It keeps its own copy of the bytes, and a home of its own or a crawler's.
 */
#include "api/crawler_impl.h"
#include "url/url.h"

enum { PAGE_CHUNK_BYTES = 8192, SCRATCH_CHUNK_BYTES = 64 << 10 };

#define MAX_BYTES ((size_t)1 << 30)       /* of the bytes given */
#define MAX_ARENA_BYTES ((size_t)1 << 30) /* of what is made of them: links, tree */

struct source {
  const char *url;  /* NULL: unknown */
  const char *type; /* Content-Type; NULL: unknown */
  const void *data;
  size_t bytes;
  uint32_t link_kinds;
};

/* The last reference is gone. [any thread] */
static void destroy(struct crawler_page *page)
{
  struct cr_home *home = page->home;

  cr_extra_free(page->req.extra);
  cr_arena_free(&page->arena);
  cr_free(&home->mem, page);
  cr_home_release(home);
}

/* A page with nothing in it. Takes home over; NULL: out of memory. */
static struct crawler_page *make(struct cr_home *home)
{
  struct crawler_page *page = cr_zalloc(&home->mem, CR_MEM_CORE, sizeof(*page));

  if (!page) {
    cr_home_release(home);
    return NULL;
  }
  page->home = home;
  page->destroy = destroy;
  page->address = "";
  atomic_init(&page->refs, 1);
  atomic_init(&page->holders, 1);
  atomic_init(&page->was_retained, false);
  atomic_init(&page->hold, CR_HOLD_NONE);
  atomic_init(&page->finish_how, -1);
  page->req.arena = &page->arena;
  page->req.mem = &home->mem;
  page->req.phase = CR_REQUEST_FLIGHT; /* what was sent can't be set any more */
  return page;
}

/* What links are relative to. It isn't fetched, so that any scheme will do. */
static int take_url(struct crawler_request *req, struct cr_url *url)
{
  cr_url_strip_fragment(url);
  cr_url_strip_userinfo(url);
  if (url->text.len > CR_REQUEST_MAX_URL)
    return CRAWLER_E_URL;
  req->url = cr_arena_strndup(req->arena, url->text.data, url->text.len);
  if (!req->url)
    return CRAWLER_E_NOMEM;
  req->url_bytes = url->text.len;
  req->host_at = (uint16_t)url->host_at;
  req->host_end = (uint16_t)url->host_end;
  req->path_at = (uint16_t)url->path_at;
  req->port = (uint16_t)(cr_url_port(url) > 0 ? cr_url_port(url) : 0);
  req->https = url->scheme == CR_SCHEME_HTTPS;
  return 0;
}

/* Of an unknown URL that of documents without one (HTML 3.1, "about:blank"): nothing is relative to
 * it. */
static int set_url(struct crawler_request *req, const char *text)
{
  struct cr_url url;
  int err;

  cr_url_init(&url, req->mem);
  err = cr_url_parse(&url, cr_span_text(text ? text : "about:blank"), NULL);
  if (err == 0)
    err = take_url(req, &url);
  cr_url_free(&url);
  return err == CRAWLER_E_LIMIT ? CRAWLER_E_URL : err;
}

static int copy_body(struct crawler_page *page, const struct source *from)
{
  if (from->bytes == 0)
    return 0;
  page->body.at = cr_arena_strndup(&page->arena, from->data, from->bytes);
  page->body.len = from->bytes;
  return page->body.at ? 0 : CRAWLER_E_NOMEM;
}

static int parse(struct crawler_page *page, const struct source *from)
{
  struct cr_arena scratch;
  struct cr_parse p = {
    .mem = &page->home->mem,
    .keep = &page->arena,
    .scratch = &scratch,
    .wire = page->body,
    .type = cr_span_text(from->type),
    .max_body_bytes = page->body.len,
    .link_kinds = from->link_kinds,
    .want_link_text = true,
    .want_facts = true,
    .may_build_tree = true,
  };

  cr_arena_init(&scratch, p.mem, CR_MEM_PAGE, SCRATCH_CHUNK_BYTES, 0);
  cr_parse_run(&p, NULL);
  cr_arena_free(&scratch);
  cr_buf_free(&p.decoded);
  if (p.err < 0)
    return p.err;
  if (p.note == CR_PARSE_NO_MEMORY)
    return CRAWLER_E_NOMEM;
  cr_page_show(page, &p);
  return 0;
}

/* Takes home over. */
static int create(crawler_page **out, struct cr_home *home, const struct source *from)
{
  struct crawler_page *page = home ? make(home) : NULL;
  int err;

  if (!page)
    return CRAWLER_E_NOMEM;
  cr_arena_init(&page->arena, &home->mem, CR_MEM_PAGE, PAGE_CHUNK_BYTES,
                MAX_ARENA_BYTES + from->bytes);
  err = set_url(&page->req, from->url);
  if (err == 0)
    err = copy_body(page, from);
  if (err == 0)
    err = parse(page, from);
  if (err < 0)
    destroy(page);
  else
    *out = page;
  return err;
}

static int check(crawler_page **out, struct source *from, const char *links)
{
  if (!out || (!from->data && from->bytes > 0))
    return CRAWLER_E_INVAL;
  if (from->bytes > MAX_BYTES)
    return CRAWLER_E_LIMIT;
  from->link_kinds = CR_LINK_KINDS_TOLD;
  return links ? cr_link_kinds_read(links, &from->link_kinds) : 0;
}

int crawler_document_new(crawler_page **out, const char *url, const char *content_type,
                         const void *data, size_t bytes, const char *links)
{
  struct source from = { url, content_type, data, bytes, 0 };
  int err = check(out, &from, links);

  return err < 0 ? err : create(out, cr_home_new(NULL, NULL, NULL, NULL), &from);
}

static const char *reason_of(int err)
{
  switch (err) {
  case CRAWLER_E_INVAL:
    return "out is NULL, or data with bytes";
  case CRAWLER_E_URL:
    return "the document's, of any scheme; NULL: it isn't known";
  case CRAWLER_E_VALUE:
    return "links takes kinds as option links does";
  case CRAWLER_E_LIMIT:
    return "a document has 1 GB at most";
  default:
    return "a document";
  }
}

int crawler_document_new_with(crawler *c, crawler_page **out, const char *url,
                              const char *content_type, const void *data, size_t bytes,
                              const char *links)
{
  struct source from = { url, content_type, data, bytes, 0 };
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  err = check(out, &from, links);
  if (err == 0)
    err = create(out, cr_home_retain(c->home), &from);
  return cr_failed(c, err, reason_of(err));
}
