/* SPDX-License-Identifier: MIT */
/* url_key.c - the canonical key of a URL: what duplicates are found by.
 *
 * RFC 3986 section 6.2.2 on top of what the URL standard's serialisation already does, and the
 * optional rules of url.h. Most URLs are their own key but for the fragment; they cost a search for
 * '%' and a copy. No rule may make a new escape or a new dot segment, so the key of a key is the
 * key.
 */
#include "url/url_build.h"
#include "url/url_key.h"

/* RFC 3986 section 2.3. */
static bool is_unreserved(char c)
{
  return cr_is_alpha(c) || cr_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static bool is_upper(char c)
{
  return c >= 'A' && c <= 'Z';
}

/* The byte that "%XX" at at stands for; -1: there is no escape. */
static int escaped_byte(const char *at, const char *end)
{
  if (end - at < 3 || at[0] != '%')
    return -1;
  int high = cr_hex_value(at[1]);
  int low = cr_hex_value(at[2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* ---- the usual case: nothing to change ---- */

static bool has_odd_escape(struct cr_span text)
{
  const char *end = text.at + text.len;
  const char *at = text.at;

  for (;;) {
    at = memchr(at, '%', (size_t)(end - at));
    if (!at)
      return false;
    int byte = escaped_byte(at, end);
    if (byte >= 0) {
      bool lower = cr_lower(at[1]) == at[1] && !cr_is_digit(at[1]);
      lower = lower || (cr_lower(at[2]) == at[2] && !cr_is_digit(at[2]));
      if (lower || is_unreserved((char)byte))
        return true;
    }
    at++;
  }
}

/* Is c, which is no part of an escape, one that RFC 3986 has in no path or query? '%' is. */
static bool is_unwise(char c)
{
  return c == '%' || memchr("\"<>[\\]^`{|}", c, 11) != NULL;
}

static bool has_unwise(struct cr_span text)
{
  const char *end = text.at + text.len;

  for (const char *at = text.at; at < end; at++)
    if (is_unwise(*at) && escaped_byte(at, end) < 0)
      return true;
  return false;
}

static bool has_upper(struct cr_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if (is_upper(text.at[i]))
      return true;
  return false;
}

static bool rules_change(const struct cr_url *url, const struct cr_key_rules *rules)
{
  if ((rules->bits & CR_URL_RULE_WWW) && cr_span_starts_nocase(cr_url_host(url), CR_SPAN("www.")))
    return true;
  if ((rules->bits & CR_URL_RULE_FRAGMENT) && cr_url_names_page(url))
    return true;
  return cr_key_path_matters(cr_url_path(url), rules->bits) ||
         cr_key_query_matters(cr_url_query(url), rules) ||
         ((rules->bits & CR_URL_RULE_CASE) && has_upper(cr_url_target(url))) ||
         ((rules->bits & CR_URL_RULE_ESCAPES) && has_unwise(cr_url_target(url)));
}

static bool is_own_key(const struct cr_url *url, const struct cr_key_rules *rules)
{
  if (url->scheme == CR_SCHEME_OTHER)
    return true;
  if (url->host_at != url->username_at || url->text.data[url->host_end - 1] == '.')
    return false;
  if (url->query_at != UINT32_MAX && url->query_at + 1 == cr_url_query_end(url))
    return false;
  if ((rules->bits != 0 || rules->names.len > 0) && rules_change(url, rules))
    return false;
  return !has_odd_escape(cr_url_target(url));
}

/* ---- the parts; there is room for all of them ---- */

static struct cr_span host_key(struct cr_span host, unsigned rules)
{
  /* One dot is the root's; of "a.." nothing is known, it stays. */
  if (host.len > 1 && host.at[host.len - 1] == '.' && host.at[host.len - 2] != '.')
    host.len--;
  while ((rules & CR_URL_RULE_WWW) && cr_span_starts_nocase(host, CR_SPAN("www.")) &&
         memchr(host.at + 4, '.', host.len - 4))
    host = cr_span(host.at + 4, host.len - 4);
  return host;
}

static inline void put_escape(struct cr_buf *out, uint8_t byte)
{
  static const char digits[] = "0123456789ABCDEF";

  cr_url_put_char(out, '%');
  cr_url_put_char(out, digits[byte >> 4]);
  cr_url_put_char(out, digits[byte & 15]);
}

/* An escaped digit of base 16 stays behind a '%' that begins no escape, lest the two make one:
 * "%%34%31". */
void cr_key_unescape(struct cr_buf *out, struct cr_span text, unsigned rules)
{
  const char *end = text.at + text.len;
  const char *at = text.at;
  bool fold = (rules & CR_URL_RULE_CASE) != 0;
  bool escapes = (rules & CR_URL_RULE_ESCAPES) != 0;
  int loose = 0; /* 1: behind such a '%'; 2: behind it and one digit */

  while (at < end) {
    int byte = escaped_byte(at, end);
    char c = byte < 0 ? *at : (char)byte;
    bool digit = cr_hex_value(c) >= 0;
    if ((escapes && byte < 0 && is_unwise(c)) ||
        (byte >= 0 && (!is_unreserved(c) || (loose > 0 && digit)))) {
      put_escape(out, (uint8_t)c);
      loose = 0;
    } else {
      cr_url_put_char(out, fold ? cr_lower(c) : c);
      loose = c == '%' ? 1 : (loose == 1 && digit ? 2 : 0);
    }
    at += byte < 0 ? 1 : 3;
  }
}

/* ---- the key ---- */

static int put_query(const struct cr_url *url, const struct cr_key_rules *rules, struct cr_buf *out)
{
  struct cr_span query = cr_url_query(url);

  if (query.len == 0)
    return 0;
  cr_url_put_char(out, '?');
  size_t from = out->len;
  cr_key_unescape(out, query, rules->bits);
  int err = cr_key_query(out, from, rules);
  if (out->len == from)
    out->len--;
  return err;
}

static int put_key(const struct cr_url *url, const struct cr_key_rules *rules, struct cr_buf *out)
{
  const char *data = url->text.data;
  struct cr_span host = host_key(cr_url_host(url), rules->bits);
  struct cr_span fragment = cr_url_fragment(url);

  cr_url_put(out, data, url->username_at);
  cr_url_put(out, host.at, host.len);
  cr_url_put(out, data + url->host_end, url->path_at - url->host_end);

  size_t path_at = out->len;
  cr_key_unescape(out, cr_url_path(url), rules->bits);
  cr_key_path(out, path_at, rules->bits);
  int err = put_query(url, rules, out);
  if (err < 0 || !(rules->bits & CR_URL_RULE_FRAGMENT) || !cr_url_names_page(url))
    return err;
  cr_url_put_char(out, '#');
  cr_key_unescape(out, fragment, 0); /* as the scripts that read it have it */
  return 0;
}

int cr_url_key(const struct cr_url *url, const struct cr_key_rules *rules, struct cr_buf *out)
{
  static const struct cr_key_rules none;
  int err;

  if (!rules)
    rules = &none;
  out->len = 0;
  err = cr_url_room(out, (rules->bits & CR_URL_RULE_ESCAPES ? 3 : 1) * url->text.len);
  if (err < 0)
    return err;
  if (is_own_key(url, rules))
    cr_url_put(out, url->text.data, cr_url_query_end(url));
  else
    err = put_key(url, rules, out);
  out->data[out->len] = '\0';
  return err;
}
