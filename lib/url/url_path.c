/* SPDX-License-Identifier: MIT */
/* url_path.c - path, query and fragment of a URL under construction.
 *
 * The standard's path states (https://url.spec.whatwg.org/#path-state) without a list of segments:
 * url->text itself is the list, and at the start of each segment it ends with '/'. A run of
 * segments that needs no change is copied whole.
 */
#include "crawl/crawler.h"
#include "url/url_build.h"

static bool ends_segment(const struct cr_url *url, char c)
{
  return cr_url_is(c, CR_URL_ENDS_SEGMENT) && (c != '\\' || url->special);
}

/* Takes "." or ".." off the input, dots written as "%2e" too; 0: another segment is there. */
static int take_dots(const struct cr_url *url, struct cr_url_input *in)
{
  const char *at = in->at;
  int dots = 0;

  while (at < in->end && dots < 3) {
    if (*at == '.')
      at++;
    else if (in->end - at >= 3 && at[0] == '%' && at[1] == '2' && cr_lower(at[2]) == 'e')
      at += 3;
    else
      break;
    dots++;
  }
  if (dots > 2 || (at < in->end && !ends_segment(url, *at)))
    return 0;
  if (dots > 0)
    in->at = at;
  return dots;
}

/* Takes the last segment out of a path that ends with '/'. */
static void pop_segment(struct cr_url *url)
{
  const char *data = url->text.data;
  size_t len = url->text.len - 1;

  if (url->file) {
    cr_url_fix_drive(url);
    if (cr_url_is_drive(url, len))
      return;
  }
  while (len > url->path_at && data[len - 1] != '/')
    len--;
  url->text.len = len > url->path_at ? len : url->path_at + 1;
}

/* Is there a slash at at, and no dot segment can follow? */
static bool is_plain_slash(const char *at, const char *end)
{
  return *at == '/' && (at + 1 == end || (at[1] != '.' && at[1] != '%'));
}

/* Copies up to the slash in front of what may be a dot segment, or the path's end. Leaves room for
 * all that is left and one byte more, as it found it. */
static int put_segments(struct cr_url *url, struct cr_url_input *in)
{
  const char *end = in->end;
  const char *at = in->at;

  for (;;) {
    const char *run = at;
    while (at < end && (!cr_url_is(*at, CR_URL_IN_PATH | CR_URL_ENDS_SEGMENT) ||
                        is_plain_slash(at, end) || (*at == '\\' && !url->special)))
      at++;
    cr_url_put(&url->text, run, (size_t)(at - run));
    in->at = at;
    if (at == end || cr_url_is(*at, CR_URL_ENDS_SEGMENT))
      return 0;

    const char *odd = at;
    while (at < end && !cr_url_is(*at, CR_URL_ENDS_SEGMENT))
      at++;
    int err = cr_url_put_encoded(&url->text, cr_span(odd, (size_t)(at - odd)), CR_URL_IN_PATH);
    if (err == 0)
      err = cr_url_room(&url->text, (size_t)(end - at) + 1);
    if (err < 0)
      return err;
  }
}

int cr_url_put_path(struct cr_url *url, struct cr_url_input *in)
{
  int err = cr_url_room(&url->text, cr_url_left(in) + 2);
  if (err < 0)
    return err;

  cr_url_put_char(&url->text, '/');
  for (;;) {
    int dots = take_dots(url, in);
    if (dots == 2)
      pop_segment(url);
    if (dots == 0)
      err = put_segments(url, in);
    if (err < 0 || !cr_url_at_slash(url, in))
      break;
    if (dots == 0)
      cr_url_put_char(&url->text, '/');
    in->at++;
  }
  if (url->file)
    cr_url_fix_drive(url);
  return err;
}

int cr_url_put_path_start(struct cr_url *url, struct cr_url_input *in)
{
  url->path_at = cr_url_here(url);
  if (cr_url_at_slash(url, in))
    in->at++;
  else if (!url->special)
    return 0; /* '?', '#' or the end: no path at all */
  return cr_url_put_path(url, in);
}

/* Where the last segment of base's path begins, at its slash. */
static size_t last_segment(const struct cr_url *base)
{
  const char *data = base->text.data;
  size_t at = cr_url_path_end(base);

  if (base->file && cr_url_is_drive(base, at))
    return at;
  while (at > base->path_at && data[at - 1] != '/')
    at--;
  return at > base->path_at ? at - 1 : at;
}

int cr_url_put_relative_path(struct cr_url *url, const struct cr_url *base, struct cr_url_input *in)
{
  int err = cr_url_put_base(url, base, last_segment(base));
  if (err < 0)
    return err;

  size_t dots = url->has_authority ? 0 : url->path_at - url->host_end; /* "/." */
  if (dots > 0) {
    char *path = url->text.data + url->path_at;
    memmove(path - dots, path, url->text.len - url->path_at);
    url->text.len -= dots;
    url->path_at -= (uint32_t)dots;
  }
  return cr_url_put_path(url, in);
}

int cr_url_put_opaque_path(struct cr_url *url, struct cr_url_input *in)
{
  const char *path = in->at;

  url->opaque_path = true;
  url->path_at = cr_url_here(url);
  while (in->at < in->end && *in->at != '?' && *in->at != '#')
    in->at++;

  size_t len = (size_t)(in->at - path);
  /* A space at the end would be lost when the serialisation is parsed without what follows. */
  bool space = len > 0 && path[len - 1] == ' ' && in->at < in->end;
  int err = cr_url_put_encoded(&url->text, cr_span(path, len - space), CR_URL_IN_OPAQUE);
  if (err < 0 || !space)
    return err;
  err = cr_url_room(&url->text, 3);
  if (err == 0)
    cr_url_put(&url->text, "%20", 3);
  return err;
}

/* The mark at in->at and what stands behind it up to end, encoded. */
static int put_marked(struct cr_url *url, struct cr_url_input *in, const char *end, unsigned bits)
{
  int err = cr_url_room(&url->text, 1);
  if (err < 0)
    return err;
  cr_url_put_char(&url->text, *in->at);
  in->at++;
  struct cr_span text = cr_span(in->at, (size_t)(end - in->at));
  in->at = end;
  return cr_url_put_encoded(&url->text, text, bits);
}

/* Are these bytes the same in every encoding a document can have? Controls are not: ISO-2022-JP has
 * a use for some. */
static bool is_plain(struct cr_span text)
{
  size_t i = 0;

  while (i < text.len && !cr_url_is(text.at[i], CR_URL_IN_OPAQUE))
    i++;
  return i == text.len;
}

/* "If url's scheme is ws or wss, or url is not special, UTF-8" (query state). */
static bool has_encoded_query(const struct cr_url *url, const struct cr_url_input *in)
{
  struct cr_span scheme = cr_span(url->text.data, url->scheme_end);

  return in->encoding && in->encoding->encode && url->special &&
         !cr_span_eq(scheme, CR_SPAN("ws")) && !cr_span_eq(scheme, CR_SPAN("wss"));
}

/* Percent-encode after encoding. */
static int put_encoded_query(struct cr_url *url, struct cr_url_input *in, const char *end)
{
  const struct cr_url_encoding *encoding = in->encoding;
  struct cr_buf bytes;

  cr_buf_init(&bytes, url->text.mem, url->text.kind, url->text.max_bytes);
  int err = cr_url_room(&url->text, 1);
  if (err == 0)
    cr_url_put_char(&url->text, '?');
  if (err == 0)
    err = encoding->encode(encoding->charset, cr_span(in->at + 1, (size_t)(end - in->at - 1)),
                           &bytes);
  if (err == 0)
    err = cr_url_put_encoded_bytes(&url->text, cr_span(bytes.data, bytes.len),
                                   CR_URL_IN_SPECIAL_QUERY);
  cr_buf_free(&bytes);
  in->at = end;
  return err;
}

/* At the '?'. */
static int put_query(struct cr_url *url, struct cr_url_input *in)
{
  const char *hash = memchr(in->at, '#', cr_url_left(in));
  const char *end = hash ? hash : in->end;

  url->query_at = cr_url_here(url);
  if (has_encoded_query(url, in) && !is_plain(cr_span(in->at, (size_t)(end - in->at))))
    return put_encoded_query(url, in, end);
  return put_marked(url, in, end, url->special ? CR_URL_IN_SPECIAL_QUERY : CR_URL_IN_QUERY);
}

int cr_url_put_tail(struct cr_url *url, struct cr_url_input *in)
{
  int err = 0;

  if (in->at < in->end && *in->at == '?')
    err = put_query(url, in);
  if (err < 0 || in->at == in->end)
    return err;
  url->fragment_at = cr_url_here(url);
  return put_marked(url, in, in->end, CR_URL_IN_FRAGMENT);
}
