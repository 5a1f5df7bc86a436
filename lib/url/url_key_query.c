/* SPDX-License-Identifier: MIT */
/* url_key_query.c - the rules of the canonical key that concern the query.
 *
 * A query is parameters between '&', names up to '='. What doesn't count is taken out in place,
 * what is left is put in order by a merge sort, bounded for any input. One allocation at most, for
 * a query of many parameters that is out of order.
 */
#include "crawl/crawler.h"
#include "url/url.h"
#include "url/url_key.h"

struct parameter {
  const char *at;
  uint32_t len;
  uint32_t name_len; /* up to '=' */
};

/* The first parameter of what is left, which may be empty. */
static struct parameter first_of(struct cr_span query)
{
  const char *stop = query.len > 0 ? memchr(query.at, '&', query.len) : NULL;
  size_t len = stop ? (size_t)(stop - query.at) : query.len;
  const char *equals = len > 0 ? memchr(query.at, '=', len) : NULL;

  return (struct parameter){ .at = query.at,
                             .len = (uint32_t)len,
                             .name_len = (uint32_t)(equals ? (size_t)(equals - query.at) : len) };
}

/* ---- parameters that don't count ---- */

static bool drops_any(const struct cr_key_rules *rules)
{
  enum { DROP = CR_URL_RULE_TRACKING | CR_URL_RULE_SESSION | CR_URL_RULE_QUERY_ORDER };

  return (rules->bits & DROP) || rules->names.len > 0;
}

/* An empty one is none where they are read as a set (application/x-www-form-urlencoded). */
static bool is_dropped(const struct parameter *p, const struct cr_key_rules *rules)
{
  struct cr_span name = cr_span(p->at, p->name_len);
  size_t value_at = p->name_len + (p->name_len < p->len);
  struct cr_span value = cr_span(p->at + value_at, p->len - value_at);

  if (p->len == 0)
    return (rules->bits & CR_URL_RULE_QUERY_ORDER) != 0;
  if ((rules->bits & CR_URL_RULE_TRACKING) && cr_key_is_tracking(name))
    return true;
  if ((rules->bits & CR_URL_RULE_SESSION) && cr_key_is_session(name, value))
    return true;
  return cr_key_is_listed(name, rules->names);
}

static void drop(struct cr_buf *out, size_t from, const struct cr_key_rules *rules)
{
  char *to = out->data + from;
  const char *at = to;
  const char *end = out->data + out->len;
  bool is_first = true;

  while (at <= end) { /* the copy is never ahead of what is read */
    struct parameter p = first_of(cr_span(at, (size_t)(end - at)));
    at += p.len + 1;
    if (is_dropped(&p, rules))
      continue;
    if (!is_first)
      *to++ = '&';
    memmove(to, p.at, p.len);
    to += p.len;
    is_first = false;
  }
  out->len = (size_t)(to - out->data);
}

/* ---- parameters in order ---- */

/* By name, then by what follows it. */
static int compare(const struct parameter *a, const struct parameter *b)
{
  uint32_t name_len = a->name_len < b->name_len ? a->name_len : b->name_len;
  uint32_t len = a->len < b->len ? a->len : b->len;
  int order = memcmp(a->at, b->at, name_len);

  if (order == 0 && a->name_len != b->name_len)
    order = a->name_len < b->name_len ? -1 : 1;
  if (order == 0)
    order = memcmp(a->at, b->at, len);
  return order == 0 && a->len != b->len ? (a->len < b->len ? -1 : 1) : order;
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
    all[i] = first_of(cr_span(query.at, (size_t)(end - query.at)));
    in_order = in_order && (i == 0 || compare(&all[i - 1], &all[i]) <= 0);
    query.at += all[i].len + 1;
  }
  return in_order;
}

static void merge(const struct parameter *from, size_t middle, size_t count, struct parameter *to)
{
  size_t a = 0;
  size_t b = middle;

  for (size_t i = 0; i < count; i++) {
    bool first = a < middle && (b == count || compare(&from[a], &from[b]) <= 0);
    to[i] = first ? from[a++] : from[b++];
  }
}

/* Merge sort from the bottom up: bounded for any input. Returns all or other. */
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

  if (len > CR_URL_KEY_MAX_BYTES) /* not met; it keeps the product below in range */
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

/* ---- all of it ---- */

bool cr_key_query_matters(struct cr_span query, const struct cr_key_rules *rules)
{
  return query.len > 0 && drops_any(rules);
}

int cr_key_query(struct cr_buf *out, size_t from, const struct cr_key_rules *rules)
{
  if (drops_any(rules))
    drop(out, from, rules);
  if (!(rules->bits & CR_URL_RULE_QUERY_ORDER) || out->len == from)
    return 0;
  return sort_query(out, from);
}
