/* SPDX-License-Identifier: MIT */
/* url_key.c - the canonical key of a URL: what duplicates are found by.
 *
 * RFC 3986 section 6.2.2 on top of what the URL standard's serialisation already does, and the
 * optional rules of url.h. Most URLs are their own key but for the fragment; they cost a search for
 * '%' and a copy. No rule may make a new escape or a new dot segment, so the key of a key is the
 * key. One allocation at most, for a query of many parameters that is out of order.
 */
#include "crawl/crawler.h"
#include "url/url_build.h"

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

static bool has_upper(struct cr_span text)
{
  for (size_t i = 0; i < text.len; i++)
    if (is_upper(text.at[i]))
      return true;
  return false;
}

static bool rules_change(const struct cr_url *url, unsigned rules)
{
  struct cr_span path = cr_url_path(url);
  struct cr_span query = cr_url_query(url);

  if ((rules & CR_URL_RULE_TRAILING_SLASH) && path.len > 1 && path.at[path.len - 1] == '/')
    return true;
  if ((rules & CR_URL_RULE_QUERY_ORDER) && query.len > 0 && memchr(query.at, '&', query.len))
    return true;
  if ((rules & CR_URL_RULE_WWW) && cr_span_starts_nocase(cr_url_host(url), CR_SPAN("www.")))
    return true;
  return (rules & CR_URL_RULE_CASE) && has_upper(cr_url_target(url));
}

static bool is_own_key(const struct cr_url *url, unsigned rules)
{
  if (url->scheme == CR_SCHEME_OTHER)
    return true;
  if (url->host_at != url->username_at || url->text.data[url->host_end - 1] == '.')
    return false;
  if (url->query_at != UINT32_MAX && url->query_at + 1 == cr_url_query_end(url))
    return false;
  if (rules != 0 && rules_change(url, rules))
    return false;
  return !has_odd_escape(cr_url_target(url));
}

/* ---- the parts; there is room for all of them, since none grows ---- */

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

/* Escapes of unreserved characters are undone, other ones put in upper case. An escaped digit of
 * base 16 stays behind a '%' that begins no escape, lest the two make one: "%%34%31". */
static void put_unescaped(struct cr_buf *out, struct cr_span text, bool fold)
{
  static const char digits[] = "0123456789ABCDEF";
  const char *end = text.at + text.len;
  const char *at = text.at;
  int loose = 0; /* 1: behind such a '%'; 2: behind it and one digit */

  while (at < end) {
    int byte = escaped_byte(at, end);
    char c = byte < 0 ? *at : (char)byte;
    bool digit = cr_hex_value(c) >= 0;
    if (byte >= 0 && (!is_unreserved(c) || (loose > 0 && digit))) {
      cr_url_put_char(out, '%');
      cr_url_put_char(out, digits[byte >> 4]);
      cr_url_put_char(out, digits[byte & 15]);
      loose = 0;
    } else {
      cr_url_put_char(out, fold ? cr_lower(c) : c);
      loose = c == '%' ? 1 : (loose == 1 && digit ? 2 : 0);
    }
    at += byte < 0 ? 1 : 3;
  }
}

/* ---- parameters in order ---- */

struct parameter {
  const char *at;
  uint32_t len;
  uint32_t name_len; /* up to '=' */
};

static int compare_names(const struct parameter *a, const struct parameter *b)
{
  uint32_t len = a->name_len < b->name_len ? a->name_len : b->name_len;
  int order = memcmp(a->at, b->at, len);

  if (order != 0)
    return order;
  return a->name_len < b->name_len ? -1 : a->name_len > b->name_len;
}

static size_t count_parameters(struct cr_span query)
{
  size_t count = 1;

  for (size_t i = 0; i < query.len; i++)
    count += query.at[i] == '&';
  return count;
}

/* Fills all from query; true when they are in order already. */
static bool split(struct cr_span query, struct parameter *all)
{
  const char *end = query.at + query.len;
  bool in_order = true;

  for (size_t i = 0; query.at <= end; i++) {
    const char *stop = memchr(query.at, '&', (size_t)(end - query.at));
    size_t len = (size_t)((stop ? stop : end) - query.at);
    const char *equals = memchr(query.at, '=', len);
    all[i].at = query.at;
    all[i].len = (uint32_t)len;
    all[i].name_len = equals ? (uint32_t)(equals - query.at) : (uint32_t)len;
    in_order = in_order && (i == 0 || compare_names(&all[i - 1], &all[i]) <= 0);
    query.at += len + 1;
  }
  return in_order;
}

static void merge(const struct parameter *from, size_t middle, size_t count, struct parameter *to)
{
  size_t a = 0;
  size_t b = middle;

  for (size_t i = 0; i < count; i++) {
    bool first = a < middle && (b == count || compare_names(&from[a], &from[b]) <= 0);
    to[i] = first ? from[a++] : from[b++];
  }
}

/* Merge sort from the bottom up: stable, bounded for any input. Returns all or other. */
static const struct parameter *sort(struct parameter *all, struct parameter *other, size_t count)
{
  for (size_t width = 1; width < count; width *= 2) {
    for (size_t at = 0; at < count; at += 2 * width) {
      size_t left = count - at;
      size_t size = left < 2 * width ? left : 2 * width;
      merge(all + at, size < width ? size : width, size, other + at);
    }
    struct parameter *swap = all;
    all = other;
    other = swap;
  }
  return all;
}

/* Sorts the parameters of the query at the end of out, from offset from on. */
static int sort_query(struct cr_buf *out, size_t from)
{
  struct parameter few[128]; /* 2 KiB: two arrays and the text of most queries */
  struct parameter *all = few;
  size_t len = out->len - from;
  size_t count = count_parameters(cr_span(out->data + from, len));

  if (len >= CR_URL_MAX_BYTES) /* not met; it keeps the product below in range */
    return CRAWLER_E_LIMIT;
  size_t bytes = 2 * count * sizeof(few[0]) + len;
  if (bytes > sizeof(few))
    all = cr_alloc(out->mem, out->kind, bytes);
  if (!all)
    return CRAWLER_E_NOMEM;

  char *copy = (char *)(all + 2 * count);
  memcpy(copy, out->data + from, len);
  if (!split(cr_span(copy, len), all)) {
    const struct parameter *sorted = sort(all, all + count, count);
    out->len = from;
    for (size_t i = 0; i < count; i++) {
      if (i > 0)
        cr_url_put_char(out, '&');
      cr_url_put(out, sorted[i].at, sorted[i].len);
    }
  }
  if (all != few)
    cr_free(out->mem, all);
  return 0;
}

/* ---- the key ---- */

static int put_key(const struct cr_url *url, unsigned rules, struct cr_buf *out)
{
  const char *data = url->text.data;
  struct cr_span host = host_key(cr_url_host(url), rules);
  struct cr_span query = cr_url_query(url);
  bool fold = (rules & CR_URL_RULE_CASE) != 0;

  cr_url_put(out, data, url->username_at);
  cr_url_put(out, host.at, host.len);
  cr_url_put(out, data + url->host_end, url->path_at - url->host_end);

  size_t path_at = out->len;
  put_unescaped(out, cr_url_path(url), fold);
  if (rules & CR_URL_RULE_TRAILING_SLASH)
    while (out->len > path_at + 1 && out->data[out->len - 1] == '/')
      out->len--;
  if (query.len == 0)
    return 0;
  cr_url_put_char(out, '?');
  size_t query_at = out->len;
  put_unescaped(out, query, fold);
  return rules & CR_URL_RULE_QUERY_ORDER ? sort_query(out, query_at) : 0;
}

int cr_url_key(const struct cr_url *url, unsigned rules, struct cr_buf *out)
{
  size_t len = cr_url_query_end(url);
  int err;

  out->len = 0;
  err = cr_url_room(out, len);
  if (err < 0)
    return err;
  if (is_own_key(url, rules))
    cr_url_put(out, url->text.data, len);
  else
    err = put_key(url, rules, out);
  out->data[out->len] = '\0';
  return err;
}
