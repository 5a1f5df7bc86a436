/* SPDX-License-Identifier: MIT */
/* request.c - a URL on its way.
 */
#include "model/request.h"

#include "url/url.h"

/* Copies [from, to) of text and returns the end of the copy. */
static char *append(char *end, const char *text, size_t from, size_t to)
{
  memcpy(end, text + from, to - from);
  return end + (to - from);
}

int cr_request_set_url(struct crawler_request *req, const struct cr_url *url)
{
  size_t stop =
      url->fragment_at == UINT32_MAX || cr_url_names_page(url) ? url->text.len : url->fragment_at;
  size_t skipped = url->host_at - url->username_at; /* "user:password@" */
  char *copy;
  char *end;

  if (url->scheme == CR_SCHEME_OTHER)
    return CRAWLER_E_SCHEME;
  if (stop - skipped > CR_REQUEST_MAX_URL)
    return CRAWLER_E_LIMIT;
  copy = cr_arena_bytes(req->arena, stop - skipped + 1);
  if (!copy)
    return CRAWLER_E_NOMEM;
  end = append(copy, url->text.data, 0, url->username_at);
  end = append(end, url->text.data, url->host_at, stop);
  *end = '\0';
  req->url = copy;
  req->url_bytes = (size_t)(end - copy);
  req->host = NULL;
  req->host_at = (uint16_t)(url->host_at - skipped);
  req->host_end = (uint16_t)(url->host_end - skipped);
  req->path_at = (uint16_t)(url->path_at - skipped);
  req->port = (uint16_t)cr_url_port(url);
  req->https = url->scheme == CR_SCHEME_HTTPS;
  return 0;
}

struct cr_extra *cr_request_extra(struct crawler_request *req)
{
  if (!req->extra)
    req->extra = cr_extra_new(req->mem);
  return req->extra;
}
