/* SPDX-License-Identifier: MIT */
/* url_api.c - URLs by themselves: parsed, resolved, taken apart, and their canonical keys.
 *
 * A URL is one object in memory of its own, so it needs no crawler. Its parts are copied once, each
 * with a NUL behind it: nothing that is read later has to allocate, save for a key.
 */
#include "api/crawler_impl.h"
#include "parse/parse.h"

struct crawler_url {
  struct cr_mem mem;
  struct cr_url url;
  struct cr_buf key;
  char *parts; /* what the following point into */
  const char *scheme;
  const char *username;
  const char *password;
  const char *host;
  const char *plain_host; /* without the root's dot */
  const char *path;
  const char *query;    /* NULL: none */
  const char *fragment; /* NULL: none */
};

/* The public bits are the internal ones. */
_Static_assert(CRAWLER_URL_KEY_TRAILING_SLASH == (int)CR_URL_RULE_TRAILING_SLASH, "public bits");
_Static_assert(CRAWLER_URL_KEY_QUERY_ORDER == (int)CR_URL_RULE_QUERY_ORDER, "public bits");
_Static_assert(CRAWLER_URL_KEY_WWW == (int)CR_URL_RULE_WWW, "public bits");
_Static_assert(CRAWLER_URL_KEY_CASE == (int)CR_URL_RULE_CASE, "public bits");
_Static_assert(CRAWLER_URL_KEY_TRACKING == (int)CR_URL_RULE_TRACKING, "public bits");
_Static_assert(CRAWLER_URL_KEY_SESSION == (int)CR_URL_RULE_SESSION, "public bits");
_Static_assert(CRAWLER_URL_KEY_INDEX == (int)CR_URL_RULE_INDEX, "public bits");
_Static_assert(CRAWLER_URL_KEY_SLASHES == (int)CR_URL_RULE_SLASHES, "public bits");
_Static_assert(CRAWLER_URL_KEY_FRAGMENT == (int)CR_URL_RULE_FRAGMENT, "public bits");
_Static_assert(CRAWLER_URL_KEY_ESCAPES == (int)CR_URL_RULE_ESCAPES, "public bits");

/* ---- making one ---- */

/* Copies a part to *at, which moves behind its NUL; NULL stays NULL. */
static const char *put(char **at, struct cr_span part)
{
  char *copy = *at;

  if (!part.at)
    return NULL;
  memcpy(copy, part.at, part.len);
  copy[part.len] = '\0';
  *at += part.len + 1;
  return copy;
}

static struct cr_span between(const struct cr_url *url, uint32_t from, uint32_t to)
{
  return cr_span(url->text.data + from, to - from);
}

static struct cr_span without_dot(struct cr_span host)
{
  if (host.len > 1 && host.at[host.len - 1] == '.')
    host.len--;
  return host;
}

static int copy_parts(struct crawler_url *u)
{
  enum { PARTS = 8 };
  const struct cr_url *url = &u->url;
  struct cr_span host = cr_url_host(url);
  uint32_t colon = url->password_end > url->username_end; /* in front of the password */
  char *at = cr_alloc(&u->mem, CR_MEM_CORE, url->text.len + host.len + PARTS);

  if (!at)
    return CRAWLER_E_NOMEM;
  u->parts = at;
  u->scheme = put(&at, between(url, 0, url->scheme_end));
  u->username = put(&at, between(url, url->username_at, url->username_end));
  u->password = put(&at, between(url, url->username_end + colon, url->password_end));
  u->host = put(&at, host);
  u->plain_host = put(&at, without_dot(host));
  u->path = put(&at, cr_url_path(url));
  u->query = put(&at, cr_url_query(url));
  u->fragment = put(&at, cr_url_fragment(url));
  return 0;
}

static struct crawler_url *allocate(const struct cr_mem *like)
{
  struct crawler_url *u = like->malloc_fn(sizeof(*u), like->user);

  if (!u)
    return NULL;
  memset(u, 0, sizeof(*u));
  cr_mem_init(&u->mem, like->malloc_fn, like->realloc_fn, like->free_fn, like->user);
  cr_url_init(&u->url, &u->mem);
  cr_buf_init(&u->key, &u->mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  return u;
}

int cr_url_object_new(crawler_url **out, const struct cr_mem *like, struct cr_span text,
                      const struct cr_url_document *document)
{
  struct cr_url_encoding encoding = cr_charset_encoding(document->charset);
  struct crawler_url *u = allocate(like);
  int err = CRAWLER_E_NOMEM;

  if (!u)
    return err;
  err = cr_url_parse_in(&u->url, text, document->base ? &document->base->url : NULL, &encoding);
  if (err == 0)
    err = copy_parts(u);
  if (err < 0) {
    crawler_url_free(u);
    return err;
  }
  *out = u;
  return 0;
}

int crawler_url_parse_in(crawler_url **out, const char *text, size_t bytes, const crawler_url *base,
                         const char *charset)
{
  struct cr_url_document document = { .base = base };
  struct cr_mem mem;

  if (!out || !text)
    return CRAWLER_E_INVAL;
  document.charset = charset ? cr_charset_of_label(cr_span_text(charset)) : "";
  if (!document.charset)
    return CRAWLER_E_UNSUPPORTED;
  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  return cr_url_object_new(out, &mem, cr_span(text, bytes), &document);
}

int crawler_url_parse(crawler_url **out, const char *text, const crawler_url *base)
{
  return crawler_url_parse_in(out, text, text ? strlen(text) : 0, base, NULL);
}

void crawler_url_free(crawler_url *url)
{
  if (!url)
    return;
  cr_free(&url->mem, url->parts);
  cr_buf_free(&url->key);
  cr_url_free(&url->url);
  url->mem.free_fn(url, url->mem.user);
}

/* ---- its parts ---- */

const char *crawler_url_text(const crawler_url *url)
{
  return url->url.text.data;
}

const char *crawler_url_scheme(const crawler_url *url)
{
  return url->scheme;
}

const char *crawler_url_username(const crawler_url *url)
{
  return url->username;
}

const char *crawler_url_password(const crawler_url *url)
{
  return url->password;
}

const char *crawler_url_host(const crawler_url *url)
{
  return url->host;
}

int crawler_url_port(const crawler_url *url)
{
  return cr_url_port(&url->url);
}

const char *crawler_url_path(const crawler_url *url)
{
  return url->path;
}

const char *crawler_url_query(const crawler_url *url)
{
  return url->query;
}

const char *crawler_url_fragment(const crawler_url *url)
{
  return url->fragment;
}

const char *crawler_url_site(const crawler_url *url)
{
  return cr_host_site(cr_span_text(url->plain_host)).at; /* up to the host's end */
}

int crawler_url_address(const crawler_url *url)
{
  uint8_t address[16];

  return cr_host_address(cr_url_host(&url->url), address);
}

/* ---- its keys ---- */

const char *crawler_url_key_without(crawler_url *url, unsigned rules, const char *names)
{
  struct cr_key_rules by = { rules & CR_URL_RULES_ALL, cr_span_text(names) };

  return cr_url_key(&url->url, &by, &url->key) == 0 ? url->key.data : NULL;
}

const char *crawler_url_key(crawler_url *url, unsigned rules)
{
  return crawler_url_key_without(url, rules, NULL);
}
