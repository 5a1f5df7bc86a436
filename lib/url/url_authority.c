/* SPDX-License-Identifier: MIT */
/* url_authority.c - userinfo, host and port of a URL under construction.
 *
 * The standard's authority, host and port states (https://url.spec.whatwg.org/#authority-state).
 * The usual authority, a plain ASCII domain with or without a port, takes one pass; whatever else
 * is met on the way sends it to the general route, which first looks for the last '@'.
 */
#include "crawl/crawler.h"
#include "url/url_build.h"
#include "url/url_host.h"

enum { PORT_MAX = 65535, PORT_DIGITS = 5 };

static bool ends_authority(const struct cr_url *url, char c)
{
  return cr_url_is(c, CR_URL_ENDS_SEGMENT) && (c != '\\' || url->special);
}

/* ":digits"; the scheme's own port is left out of the text. */
static int put_port(struct cr_url *url, struct cr_span digits)
{
  uint64_t port;

  if (digits.len == 0)
    return 0;
  if (!cr_parse_u64(digits, PORT_MAX, &port))
    return CRAWLER_E_URL;
  if ((int)port == cr_url_default_port(cr_span(url->text.data, url->scheme_end)))
    return 0;

  char text[1 + CR_U64_DIGITS] = ":";
  int err = cr_url_room(&url->text, 1 + PORT_DIGITS);
  if (err < 0)
    return err;
  url->port = (int32_t)port;
  cr_url_put(&url->text, text, 1 + cr_write_u64(text + 1, port));
  return 0;
}

/* Takes "example.com" or "example.com:8080" of a special scheme off the input. False, and nothing
 * is changed, when there is anything that this can't decide. There is room for all of the input. */
static bool put_plain_authority(struct cr_url *url, struct cr_url_input *in, int *err)
{
  const char *at = in->at;
  char *host = url->text.data + url->text.len;
  char *out = host;

  while (at < in->end && !cr_url_is(*at, CR_URL_NOT_DOMAIN))
    *out++ = cr_lower(*at++);

  const char *digits = at < in->end && *at == ':' ? at + 1 : at;
  const char *end = digits;
  if (digits > at)
    while (end < in->end && cr_is_digit(*end))
      end++;
  if (out == host || (end < in->end && !ends_authority(url, *end)))
    return false;
  if (cr_host_ends_in_number(cr_span(host, (size_t)(out - host))))
    return false;

  url->text.len += (size_t)(out - host);
  url->host_end = cr_url_here(url);
  in->at = end;
  *err = digits < end ? put_port(url, cr_span(digits, (size_t)(end - digits))) : 0;
  return true;
}

/* "user:pass" and an '@', unless both are empty. */
static int put_userinfo(struct cr_url *url, struct cr_span text)
{
  const char *colon = text.len > 0 ? memchr(text.at, ':', text.len) : NULL;
  size_t user_bytes = colon ? (size_t)(colon - text.at) : text.len;
  struct cr_span user = cr_span(text.at, user_bytes);
  struct cr_span pass = colon ? cr_span(colon + 1, text.len - user_bytes - 1) : cr_span(NULL, 0);

  if (user.len == 0 && pass.len == 0)
    return 0;
  int err = cr_url_put_encoded(&url->text, user, CR_URL_IN_USERINFO);
  url->username_end = cr_url_here(url);
  if (err == 0 && pass.len > 0) {
    err = cr_url_room(&url->text, 1);
    if (err < 0)
      return err;
    cr_url_put_char(&url->text, ':');
    err = cr_url_put_encoded(&url->text, pass, CR_URL_IN_USERINFO);
  }
  url->password_end = cr_url_here(url);
  if (err == 0)
    err = cr_url_room(&url->text, 1);
  if (err == 0)
    cr_url_put_char(&url->text, '@');
  url->host_at = cr_url_here(url);
  return err;
}

/* Where the host ends: at the first ':' outside of brackets. */
static const char *host_end(struct cr_span text)
{
  bool in_brackets = false;

  for (size_t i = 0; i < text.len; i++) {
    if (text.at[i] == '[')
      in_brackets = true;
    if (text.at[i] == ']')
      in_brackets = false;
    if (text.at[i] == ':' && !in_brackets)
      return text.at + i;
  }
  return text.at + text.len;
}

static int put_host_and_port(struct cr_url *url, struct cr_span text, bool has_userinfo)
{
  const char *end = text.at + text.len;
  const char *colon = host_end(text);
  struct cr_span host = cr_span(text.at, (size_t)(colon - text.at));
  int err = 0;

  if (host.len == 0 && (url->special || has_userinfo || colon < end))
    return CRAWLER_E_URL;
  if (host.len > 0)
    err = url->special ? cr_host_parse(host, &url->text) : cr_host_parse_opaque(host, &url->text);
  url->host_end = cr_url_here(url);
  if (err < 0 || colon == end)
    return err;
  return put_port(url, cr_span(colon + 1, (size_t)(end - colon - 1)));
}

static int put_any_authority(struct cr_url *url, struct cr_url_input *in)
{
  const char *begin = in->at;
  const char *at_sign = NULL;
  const char *end = begin;

  for (; end < in->end && !ends_authority(url, *end); end++)
    if (*end == '@')
      at_sign = end;
  in->at = end;

  const char *host = at_sign ? at_sign + 1 : begin;
  if (at_sign) {
    int err = put_userinfo(url, cr_span(begin, (size_t)(at_sign - begin)));
    if (err < 0)
      return err;
  }
  return put_host_and_port(url, cr_span(host, (size_t)(end - host)), at_sign != NULL);
}

int cr_url_put_authority(struct cr_url *url, struct cr_url_input *in)
{
  int err = cr_url_room(&url->text, 2 + cr_url_left(in));
  if (err < 0)
    return err;

  cr_url_put(&url->text, "//", 2);
  url->has_authority = true;
  url->username_at = cr_url_here(url);
  url->username_end = url->username_at;
  url->password_end = url->username_at;
  url->host_at = url->username_at;
  if (url->special && put_plain_authority(url, in, &err))
    return err;
  return put_any_authority(url, in);
}

void cr_url_no_authority(struct cr_url *url)
{
  url->has_authority = false;
  url->username_at = cr_url_here(url);
  url->username_end = url->username_at;
  url->password_end = url->username_at;
  url->host_at = url->username_at;
  url->host_end = url->username_at;
  url->path_at = url->username_at;
}
