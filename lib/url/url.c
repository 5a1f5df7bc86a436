/* SPDX-License-Identifier: MIT */
/* url.c - a parsed URL: its memory, its parts, what can be taken out of it.
 *
 * The parser builds a URL on top of a piece of its base; that step is here too, since it knows all
 * the offsets.
 */
#include "url/url.h"

#include "crawl/crawler.h"
#include "url/url_build.h"

/* While it is parsed a URL may be longer than its result: dot segments go again. */
enum { TEXT_MAX = 4 * CR_URL_MAX_BYTES };

void cr_url_init(struct cr_url *url, struct cr_mem *mem)
{
  *url = (struct cr_url){ .query_at = UINT32_MAX, .fragment_at = UINT32_MAX, .port = -1 };
  cr_buf_init(&url->text, mem, CR_MEM_CORE, TEXT_MAX);
  cr_buf_init(&url->scratch, mem, CR_MEM_CORE, TEXT_MAX);
}

void cr_url_free(struct cr_url *url)
{
  cr_buf_free(&url->text);
  cr_buf_free(&url->scratch);
}

int cr_url_default_port(struct cr_span scheme)
{
  static const struct {
    const char *name;
    int port;
  } known[] = { { "http", 80 }, { "https", 443 }, { "ws", 80 }, { "wss", 443 }, { "ftp", 21 } };

  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
    if (cr_span_eq(scheme, cr_span_text(known[i].name)))
      return known[i].port;
  return -1;
}

int cr_url_put_base(struct cr_url *url, const struct cr_url *base, size_t end)
{
  struct cr_buf text = url->text;
  struct cr_buf scratch = url->scratch;

  text.len = 0;
  int err = cr_url_room(&text, end);
  url->text = text;
  if (err < 0)
    return err;
  cr_url_put(&text, base->text.data, end);
  *url = *base;
  url->text = text;
  url->scratch = scratch;
  if (url->query_at >= end)
    url->query_at = UINT32_MAX;
  if (url->fragment_at >= end)
    url->fragment_at = UINT32_MAX;
  return 0;
}

int cr_url_copy(struct cr_url *to, const struct cr_url *from)
{
  int err = cr_url_put_base(to, from, from->text.len);
  if (err == 0)
    to->text.data[to->text.len] = '\0';
  return err;
}

size_t cr_url_query_end(const struct cr_url *url)
{
  return url->fragment_at == UINT32_MAX ? url->text.len : url->fragment_at;
}

size_t cr_url_path_end(const struct cr_url *url)
{
  return url->query_at == UINT32_MAX ? cr_url_query_end(url) : url->query_at;
}

struct cr_span cr_url_target(const struct cr_url *url)
{
  return cr_span(url->text.data + url->path_at, cr_url_query_end(url) - url->path_at);
}

struct cr_span cr_url_path(const struct cr_url *url)
{
  return cr_span(url->text.data + url->path_at, cr_url_path_end(url) - url->path_at);
}

/* What stands behind the mark at offset at, up to end. */
static struct cr_span behind_mark(const struct cr_url *url, uint32_t at, size_t end)
{
  if (at == UINT32_MAX)
    return cr_span(NULL, 0);
  return cr_span(url->text.data + at + 1, end - at - 1);
}

struct cr_span cr_url_query(const struct cr_url *url)
{
  return behind_mark(url, url->query_at, cr_url_query_end(url));
}

struct cr_span cr_url_fragment(const struct cr_url *url)
{
  return behind_mark(url, url->fragment_at, url->text.len);
}

int cr_url_port(const struct cr_url *url)
{
  if (url->port >= 0)
    return url->port;
  return cr_url_default_port(cr_span(url->text.data, url->scheme_end));
}

void cr_url_strip_userinfo(struct cr_url *url)
{
  uint32_t gone = url->host_at - url->username_at;
  if (gone == 0)
    return;

  char *data = url->text.data;
  memmove(data + url->username_at, data + url->host_at, url->text.len - url->host_at + 1);
  url->text.len -= gone;
  url->username_end = url->username_at;
  url->password_end = url->username_at;
  url->host_at = url->username_at;
  url->host_end -= gone;
  url->path_at -= gone;
  if (url->query_at != UINT32_MAX)
    url->query_at -= gone;
  if (url->fragment_at != UINT32_MAX)
    url->fragment_at -= gone;
}

void cr_url_strip_fragment(struct cr_url *url)
{
  if (url->fragment_at == UINT32_MAX)
    return;
  url->text.len = url->fragment_at;
  url->text.data[url->text.len] = '\0';
  url->fragment_at = UINT32_MAX;
}

int cr_url_take_fragment(struct cr_url *url, const struct cr_url *from)
{
  if (from->fragment_at == UINT32_MAX)
    return 0;
  size_t len = from->text.len - from->fragment_at;
  if (url->text.len + len > CR_URL_MAX_BYTES)
    return CRAWLER_E_LIMIT;
  int err = cr_url_room(&url->text, len);
  if (err < 0)
    return err;
  url->fragment_at = (uint32_t)url->text.len;
  cr_url_put(&url->text, from->text.data + from->fragment_at, len);
  url->text.data[url->text.len] = '\0';
  return 0;
}

bool cr_url_names_page(const struct cr_url *url)
{
  struct cr_span fragment = cr_url_fragment(url);

  return fragment.len > 0 && (fragment.at[0] == '!' || fragment.at[0] == '/');
}
