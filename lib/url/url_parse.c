/* SPDX-License-Identifier: MIT */
/* url_parse.c - the WHATWG URL parser: which parts a URL has, and which its base lends it.
 *
 * The basic URL parser (https://url.spec.whatwg.org/#concept-basic-url-parser) as plain code: its
 * states up to the authority and the path are decisions here, the parts themselves are in
 * url_authority.c, url_path.c and url_file.c. Nothing is allocated once url's buffer is large
 * enough. Input is untrusted: time is linear in its length.
 */
#include "crawl/crawler.h"
#include "url/url_build.h"

/* ---- the input: trimmed, without tabs and newlines ---- */

static void trim(struct cr_url_input *in)
{
  while (in->at < in->end && (uint8_t)*in->at <= ' ')
    in->at++;
  while (in->at < in->end && (uint8_t)in->end[-1] <= ' ')
    in->end--;
}

static bool is_removed(char c)
{
  return c == '\t' || c == '\n' || c == '\r';
}

/* Is any of 8 bytes a control character? (Mycroft's test for a byte less than n.) */
static bool has_control(const char *at)
{
  uint64_t word;

  memcpy(&word, at, sizeof(word));
  return ((word - UINT64_C(0x2020202020202020)) & ~word & UINT64_C(0x8080808080808080)) != 0;
}

static bool has_removed(const struct cr_url_input *in)
{
  const char *at = in->at;

  while (in->end - at >= 8 && !has_control(at))
    at += 8;
  while (at < in->end && !is_removed(*at))
    at++;
  return at < in->end;
}

/* Makes in a copy without tabs and newlines. Text is decoded before they go, so that the halves of
 * a character never meet: what is no UTF-8 becomes U+FFFD here. */
static int remove_breaks(struct cr_url *url, struct cr_url_input *in)
{
  struct cr_buf *copy = &url->scratch;
  size_t max = 3 * cr_url_left(in); /* U+FFFD for each byte, at worst */

  cr_buf_clear(copy);
  int err = cr_url_room(copy, max);
  if (err < 0)
    return err;
  while (in->at < in->end) {
    uint32_t code = cr_utf8_next(&in->at, in->end);
    if (code != '\t' && code != '\n' && code != '\r')
      copy->len += cr_utf8_put(copy->data + copy->len, code);
  }
  in->at = copy->data;
  in->end = copy->data + copy->len;
  return 0;
}

/* ---- the scheme ---- */

static bool is_scheme_char(char c)
{
  return cr_is_alpha(c) || cr_is_digit(c) || c == '+' || c == '-' || c == '.';
}

/* Length of the scheme that the input begins with; 0: it begins with none. */
static size_t find_scheme(const struct cr_url_input *in)
{
  const char *at = in->at;

  if (at == in->end || !cr_is_alpha(*at))
    return 0;
  while (at < in->end && is_scheme_char(*at))
    at++;
  return at < in->end && *at == ':' ? (size_t)(at - in->at) : 0;
}

static enum cr_scheme which_scheme(struct cr_span name)
{
  if (cr_span_eq(name, CR_SPAN("https")))
    return CR_SCHEME_HTTPS;
  return cr_span_eq(name, CR_SPAN("http")) ? CR_SCHEME_HTTP : CR_SCHEME_OTHER;
}

/* "scheme:" in lower case, and what it means. */
static int put_scheme(struct cr_url *url, struct cr_url_input *in, size_t len)
{
  url->text.len = 0;
  int err = cr_url_room(&url->text, cr_url_left(in));
  if (err < 0)
    return err;

  char *data = url->text.data;
  for (size_t i = 0; i < len; i++)
    data[i] = cr_lower(in->at[i]);
  data[len] = ':';
  url->text.len = len + 1;
  in->at += len + 1;

  struct cr_span name = cr_span(data, len);
  url->scheme_end = (uint32_t)len;
  url->scheme = which_scheme(name);
  url->file = cr_span_eq(name, CR_SPAN("file"));
  url->special = url->scheme != CR_SCHEME_OTHER || url->file || cr_url_default_port(name) >= 0;
  url->opaque_path = false;
  url->port = -1;
  url->query_at = UINT32_MAX;
  url->fragment_at = UINT32_MAX;
  return 0;
}

static struct cr_span scheme_of(const struct cr_url *url)
{
  return cr_span(url->text.data, url->scheme_end);
}

/* ---- what stands behind the scheme ---- */

static int put_authority_and_path(struct cr_url *url, struct cr_url_input *in)
{
  int err = cr_url_put_authority(url, in);
  return err < 0 ? err : cr_url_put_path_start(url, in);
}

/* Relative to base, whose scheme is not file and whose path is not opaque. */
static int put_relative(struct cr_url *url, const struct cr_url *base, struct cr_url_input *in)
{
  if (in->at == in->end || *in->at == '#')
    return cr_url_put_base(url, base, cr_url_query_end(base));
  if (*in->at == '?')
    return cr_url_put_base(url, base, cr_url_path_end(base));
  if (!cr_url_at_slash(base, in))
    return cr_url_put_relative_path(url, base, in);

  in->at++;
  if (!cr_url_at_slash(base, in)) {
    size_t end = base->has_authority ? base->path_at : (size_t)base->scheme_end + 1;
    int err = cr_url_put_base(url, base, end);
    url->path_at = (uint32_t)end;
    return err < 0 ? err : cr_url_put_path(url, in);
  }
  int err = cr_url_put_base(url, base, (size_t)base->scheme_end + 1);
  if (err < 0)
    return err;
  in->at++;
  while (url->special && cr_url_at_slash(url, in))
    in->at++;
  url->port = -1;
  return put_authority_and_path(url, in);
}

/* Behind the scheme of a special URL. "http:x" is relative to a base of the same scheme. */
static int put_special(struct cr_url *url, const struct cr_url *base, struct cr_url_input *in)
{
  bool two_slashes = cr_url_left(in) >= 2 && in->at[0] == '/' && in->at[1] == '/';

  if (base && !two_slashes && cr_span_eq(scheme_of(url), scheme_of(base)))
    return put_relative(url, base, in);
  while (cr_url_at_slash(url, in))
    in->at++;
  return put_authority_and_path(url, in);
}

static int put_other(struct cr_url *url, struct cr_url_input *in)
{
  if (cr_url_left(in) >= 2 && in->at[0] == '/' && in->at[1] == '/') {
    in->at += 2;
    return put_authority_and_path(url, in);
  }
  cr_url_no_authority(url);
  return cr_url_at_slash(url, in) ? cr_url_put_path_start(url, in)
                                  : cr_url_put_opaque_path(url, in);
}

static int put_absolute(struct cr_url *url, const struct cr_url *base, struct cr_url_input *in)
{
  if (url->file)
    return cr_url_put_file(url, base && base->file ? base : NULL, in);
  return url->special ? put_special(url, base, in) : put_other(url, in);
}

static int put_without_scheme(struct cr_url *url, const struct cr_url *base,
                              struct cr_url_input *in)
{
  if (!base)
    return CRAWLER_E_URL;
  if (base->opaque_path) {
    if (in->at == in->end || *in->at != '#')
      return CRAWLER_E_URL;
    return cr_url_put_base(url, base, cr_url_query_end(base));
  }
  if (!base->file)
    return put_relative(url, base, in);
  int err = cr_url_put_base(url, base, (size_t)base->scheme_end + 1);
  return err < 0 ? err : cr_url_put_file(url, base, in);
}

/* A path that begins with "//" and has no host in front gets "/." there, so that it isn't read as
 * a host. */
static int keep_from_host(struct cr_url *url)
{
  struct cr_span path = cr_url_path(url);

  if (url->has_authority || url->opaque_path || path.len < 2 || path.at[1] != '/' ||
      url->path_at > url->host_end)
    return 0;
  int err = cr_url_room(&url->text, 2);
  if (err < 0)
    return err;
  char *at = url->text.data + url->path_at;
  memmove(at + 2, at, url->text.len - url->path_at);
  memcpy(at, "/.", 2);
  url->text.len += 2;
  url->path_at += 2;
  return 0;
}

static int put_all(struct cr_url *url, const struct cr_url *base, struct cr_url_input *in)
{
  size_t scheme_bytes = find_scheme(in);
  int err;

  if (scheme_bytes > 0) {
    err = put_scheme(url, in, scheme_bytes);
    if (err == 0)
      err = put_absolute(url, base, in);
  } else {
    err = put_without_scheme(url, base, in);
  }
  if (err == 0)
    err = keep_from_host(url);
  return err < 0 ? err : cr_url_put_tail(url, in);
}

int cr_url_parse(struct cr_url *url, struct cr_span text, const struct cr_url *base)
{
  return cr_url_parse_in(url, text, base, NULL);
}

int cr_url_parse_in(struct cr_url *url, struct cr_span text, const struct cr_url *base,
                    const struct cr_url_encoding *encoding)
{
  int err = 0;

  if (text.len > CR_URL_MAX_BYTES)
    return CRAWLER_E_LIMIT;
  if (text.len == 0)
    text.at = "";

  struct cr_url_input in = { .at = text.at, .end = text.at + text.len, .encoding = encoding };
  trim(&in);
  if (has_removed(&in))
    err = remove_breaks(url, &in);
  if (err == 0)
    err = put_all(url, base, &in);
  if (err == 0 && url->text.len > CR_URL_MAX_BYTES)
    err = CRAWLER_E_LIMIT;
  if (err == 0)
    url->text.data[url->text.len] = '\0';
  return err;
}
