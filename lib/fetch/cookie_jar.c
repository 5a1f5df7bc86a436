/* SPDX-License-Identifier: MIT */
/* cookie_jar.c - the cookies of a crawl: who set them, who gets them back.
 *
 * RFC 6265, sections 5.1, 5.3 and 5.4; draft-ietf-httpbis-rfc6265bis, section 5.7, for Secure and
 * prefixes. Sites stand in a hash table and in a list by last use, each with a list of its cookies
 * in order of creation. A call costs what one site may have, whatever the jar holds.
 */
#include "fetch/cookie_jar.h"

#include "base/hash.h"
#include "base/list.h"
#include "crawl/crawler.h"
#include "fetch/cookie_read.h"
#include "url/url.h"

enum { FIRST_BUCKETS = 16, COST = 32 /* of an allocation, by and by, beside its bytes */ };

struct cookie {
  struct cr_list link;                      /* site->cookies */
  struct cr_span name, value, domain, path; /* in text */
  int64_t expires_ms;
  uint64_t used; /* jar->clock at the last use */
  size_t bytes;
  bool host_only;
  bool secure;
  char text[];
};

struct site {
  struct cr_list link; /* jar->sites: the least recently used first */
  struct site *next;   /* in its bucket */
  uint64_t hash;
  struct cr_list cookies;
  size_t count;
  size_t bytes; /* of cookies */
  size_t name_bytes;
  char name[];
};

struct cr_cookie_jar {
  struct cr_mem *mem;
  size_t max_bytes;
  uint64_t seed;
  uint64_t clock; /* uses so far */
  struct site **buckets;
  size_t bucket_count; /* a power of two */
  struct cr_list sites;
  size_t site_count;
  size_t count;
  size_t bytes;
};

/* ---- sites ---- */

static struct site **find_site(const struct cr_cookie_jar *jar, struct cr_span name, uint64_t hash)
{
  struct site **at = &jar->buckets[hash & (jar->bucket_count - 1)];

  while (*at && !((*at)->hash == hash && cr_span_eq(cr_span((*at)->name, (*at)->name_bytes), name)))
    at = &(*at)->next;
  return at;
}

static uint64_t hash_of(const struct cr_cookie_jar *jar, struct cr_span name)
{
  return cr_hash64(name.at, name.len, jar->seed);
}

/* NULL: none of its cookies are here. */
static struct site *site_of(const struct cr_cookie_jar *jar, struct cr_span host)
{
  struct cr_span name = cr_host_site(host);

  return *find_site(jar, name, hash_of(jar, name));
}

/* Twice the buckets; without memory the chains get longer instead. */
static void grow(struct cr_cookie_jar *jar)
{
  size_t count = 2 * jar->bucket_count;
  struct site **buckets = cr_zalloc_array(jar->mem, CR_MEM_FETCH, count, sizeof(struct site *));

  if (!buckets)
    return;
  for (size_t i = 0; i < jar->bucket_count; i++)
    while (jar->buckets[i]) {
      struct site *site = jar->buckets[i];
      struct site **to = &buckets[site->hash & (count - 1)];
      jar->buckets[i] = site->next;
      site->next = *to;
      *to = site;
    }
  cr_free(jar->mem, jar->buckets);
  jar->buckets = buckets;
  jar->bucket_count = count;
}

static size_t site_cost(const struct site *site)
{
  return sizeof(*site) + site->name_bytes + COST;
}

/* NULL: out of memory. */
static struct site *make_site(struct cr_cookie_jar *jar, struct cr_span host)
{
  struct cr_span name = cr_host_site(host);
  uint64_t hash = hash_of(jar, name);
  struct site **at = find_site(jar, name, hash);

  struct site *site = *at;
  if (site)
    return site;
  site = cr_zalloc(jar->mem, CR_MEM_FETCH, sizeof(*site) + name.len);
  if (!site)
    return NULL;
  site->hash = hash;
  site->name_bytes = name.len;
  memcpy(site->name, name.at, name.len);
  cr_list_init(&site->cookies);
  cr_list_push(&jar->sites, &site->link);
  *at = site;
  jar->bytes += site_cost(site);
  if (++jar->site_count > jar->bucket_count)
    grow(jar);
  return site;
}

static void drop_cookie(struct cr_cookie_jar *jar, struct site *site, struct cookie *cookie)
{
  cr_list_remove(&cookie->link);
  site->count--;
  site->bytes -= cookie->bytes;
  jar->count--;
  jar->bytes -= cookie->bytes;
  cr_free(jar->mem, cookie);
}

static struct cookie *cookie_at(struct cr_list *link)
{
  return CR_CONTAINER(link, struct cookie, link);
}

static void drop_site(struct cr_cookie_jar *jar, struct site *site)
{
  while (!cr_list_empty(&site->cookies))
    drop_cookie(jar, site, cookie_at(site->cookies.next));
  *find_site(jar, cr_span(site->name, site->name_bytes), site->hash) = site->next;
  cr_list_remove(&site->link);
  jar->bytes -= site_cost(site);
  jar->site_count--;
  cr_free(jar->mem, site);
}

static void drop_if_empty(struct cr_cookie_jar *jar, struct site *site)
{
  if (site->count == 0)
    drop_site(jar, site);
}

static void touch(struct cr_cookie_jar *jar, struct site *site)
{
  cr_list_remove(&site->link);
  cr_list_push(&jar->sites, &site->link);
}

static void drop_expired(struct cr_cookie_jar *jar, struct site *site, int64_t wall_ms)
{
  struct cr_list *next;

  for (struct cr_list *at = site->cookies.next; at != &site->cookies; at = next) {
    next = at->next;
    if (cookie_at(at)->expires_ms <= wall_ms)
      drop_cookie(jar, site, cookie_at(at));
  }
}

static void drop_least_used(struct cr_cookie_jar *jar, struct site *site)
{
  struct cookie *least = cookie_at(site->cookies.next);

  for (struct cr_list *at = least->link.next; at != &site->cookies; at = at->next)
    if (cookie_at(at)->used < least->used)
      least = cookie_at(at);
  drop_cookie(jar, site, least);
}

/* Ceilings: the site's own, then the jar's, at the cost of the sites not used for longest. */
static void make_room(struct cr_cookie_jar *jar, struct site *site)
{
  while (site->count > CR_COOKIES_PER_SITE || site->bytes > CR_COOKIE_BYTES_PER_SITE)
    drop_least_used(jar, site);
  touch(jar, site);
  while (jar->bytes > jar->max_bytes && jar->sites.next != &site->link)
    drop_site(jar, CR_CONTAINER(jar->sites.next, struct site, link));
}

/* ---- whose is it? ---- */

/* Section 5.1.3. */
static bool domain_matches(struct cr_span host, struct cr_span domain)
{
  uint8_t address[16];

  if (cr_span_eq_nocase(host, domain))
    return true;
  return host.len > domain.len && domain.len > 0 && host.at[host.len - domain.len - 1] == '.' &&
         cr_span_eq_nocase(cr_span_from(host, host.len - domain.len), domain) &&
         cr_host_address(host, address) == 0;
}

/* Section 5.1.4. */
static bool path_matches(struct cr_span path, struct cr_span pattern)
{
  if (path.len < pattern.len || !cr_span_eq(cr_span(path.at, pattern.len), pattern))
    return false;
  return path.len == pattern.len || pattern.at[pattern.len - 1] == '/' ||
         path.at[pattern.len] == '/';
}

static struct cr_span without_query(struct cr_span path)
{
  return cr_span(path.at, cr_span_find(path, '?'));
}

/* Section 5.1.4: the directory, without the slash at its end. */
static struct cr_span default_path(struct cr_span path)
{
  size_t len = without_query(path).len;

  while (len > 0 && path.at[len - 1] != '/')
    len--;
  return len > 1 ? cr_span(path.at, len - 1) : CR_SPAN("/");
}

/* rfc6265bis, section 4.1.3: what such names promise isn't a server's to break. */
static bool keeps_promise(const struct cr_cookie *read, bool https)
{
  if (cr_span_starts_nocase(read->name, CR_SPAN("__Secure-")))
    return read->secure && https;
  if (cr_span_starts_nocase(read->name, CR_SPAN("__Host-")))
    return read->secure && https && read->domain.len == 0 && cr_span_eq(read->path, CR_SPAN("/"));
  return true;
}

/* Section 5.3, steps 5 to 7, into read: domain and path become what is kept. false: not for this
 * host to say. */
static bool place_cookie(struct cr_cookie *read, const struct cr_cookie_place *place,
                         bool *host_only)
{
  if (!keeps_promise(read, place->https) || (read->secure && !place->https))
    return false;
  if (read->domain.len > 0 && !domain_matches(place->host, read->domain))
    return false;
  *host_only = read->domain.len == 0;
  if (!*host_only && cr_host_is_suffix(read->domain)) {
    if (!cr_span_eq_nocase(place->host, read->domain))
      return false;
    *host_only = true; /* a suffix that is a host as well speaks for itself */
  }
  read->domain =
      *host_only ? place->host : cr_span_from(place->host, place->host.len - read->domain.len);
  if (read->path.len == 0)
    read->path = default_path(place->path);
  return read->path.len <= CR_COOKIE_MAX_ATTRIBUTE;
}

/* rfc6265bis, section 5.7: http doesn't stand in the light of what https has said. */
static bool hides_secure(struct site *site, const struct cr_cookie *read)
{
  for (struct cr_list *at = site->cookies.next; at != &site->cookies; at = at->next) {
    const struct cookie *old = cookie_at(at);
    if (old->secure && cr_span_eq(old->name, read->name) &&
        (domain_matches(read->domain, old->domain) || domain_matches(old->domain, read->domain)) &&
        path_matches(read->path, old->path))
      return true;
  }
  return false;
}

/* ---- taking ---- */

static struct cr_span put(char **at, struct cr_span text)
{
  struct cr_span kept = cr_span(*at, text.len);

  memcpy(*at, text.at, text.len);
  *at += text.len;
  return kept;
}

static struct cookie *make_cookie(struct cr_cookie_jar *jar, const struct cr_cookie *read)
{
  size_t text = read->name.len + read->value.len + read->domain.len + read->path.len;
  struct cookie *cookie = cr_zalloc(jar->mem, CR_MEM_FETCH, sizeof(*cookie) + text);

  if (!cookie)
    return NULL;
  char *at = cookie->text;
  cr_list_init(&cookie->link);
  cookie->name = put(&at, read->name);
  cookie->value = put(&at, read->value);
  cookie->domain = put(&at, read->domain);
  cookie->path = put(&at, read->path);
  cookie->expires_ms = read->expires_ms;
  cookie->secure = read->secure;
  cookie->used = ++jar->clock;
  cookie->bytes = sizeof(*cookie) + text + COST;
  return cookie;
}

/* The one that it takes the place of (section 5.3, step 11); NULL: none. */
static struct cookie *find_same(struct site *site, const struct cr_cookie *read, bool host_only)
{
  for (struct cr_list *at = site->cookies.next; at != &site->cookies; at = at->next) {
    struct cookie *old = cookie_at(at);
    if (old->host_only == host_only && cr_span_eq(old->name, read->name) &&
        cr_span_eq(old->domain, read->domain) && cr_span_eq(old->path, read->path))
      return old;
  }
  return NULL;
}

/* Where the old one stood, for it is as old. */
static void insert(struct cr_cookie_jar *jar, struct site *site, struct cookie *cookie,
                   struct cookie *old)
{
  cr_list_insert_before(old ? old->link.next : &site->cookies, &cookie->link);
  site->count++;
  site->bytes += cookie->bytes;
  jar->count++;
  jar->bytes += cookie->bytes;
  if (old)
    drop_cookie(jar, site, old);
}

int cr_cookie_jar_take(struct cr_cookie_jar *jar, const struct cr_cookie_place *place,
                       struct cr_span value, int64_t wall_ms)
{
  struct cr_cookie read;
  bool host_only;

  if (!cr_cookie_read(&read, value, wall_ms) || !place_cookie(&read, place, &host_only))
    return 0;
  struct site *site = make_site(jar, place->host);
  if (!site)
    return CRAWLER_E_NOMEM;
  int err = 0;
  drop_expired(jar, site, wall_ms);
  if (place->https || !hides_secure(site, &read)) {
    struct cookie *old = find_same(site, &read, host_only);
    struct cookie *cookie = read.expires_ms > wall_ms ? make_cookie(jar, &read) : NULL;

    err = !cookie && read.expires_ms > wall_ms ? CRAWLER_E_NOMEM : 0;
    if (cookie) {
      cookie->host_only = host_only;
      insert(jar, site, cookie, old);
    } else if (old && !err) {
      drop_cookie(jar, site, old); /* which is how a server takes one away */
    }
  }
  make_room(jar, site);
  drop_if_empty(jar, site);
  return err;
}

/* ---- giving ---- */

static bool is_for(const struct cookie *cookie, const struct cr_cookie_place *place)
{
  bool is_host = cookie->host_only ? cr_span_eq(place->host, cookie->domain)
                                   : domain_matches(place->host, cookie->domain);

  return is_host && (place->https || !cookie->secure) &&
         path_matches(without_query(place->path), cookie->path);
}

/* Section 5.4, step 2: longer paths first, then older ones, in which order they come. */
static size_t collect(struct site *site, const struct cr_cookie_place *place,
                      struct cookie *found[CR_COOKIES_PER_SITE])
{
  size_t count = 0;

  for (struct cr_list *at = site->cookies.next; at != &site->cookies; at = at->next) {
    size_t to = count;

    if (count == CR_COOKIES_PER_SITE || !is_for(cookie_at(at), place))
      continue;
    for (; to > 0 && found[to - 1]->path.len < cookie_at(at)->path.len; to--)
      found[to] = found[to - 1];
    found[to] = cookie_at(at);
    count++;
  }
  return count;
}

static int put_cookie(const struct cookie *cookie, bool is_first, struct cr_buf *out)
{
  int err = is_first ? 0 : cr_buf_add_text(out, "; ");

  if (!err)
    err = cr_buf_add(out, cookie->name.at, cookie->name.len);
  if (!err)
    err = cr_buf_add_char(out, '=');
  return err ? err : cr_buf_add(out, cookie->value.at, cookie->value.len);
}

int cr_cookie_jar_give(struct cr_cookie_jar *jar, const struct cr_cookie_place *place,
                       int64_t wall_ms, struct cr_buf *out)
{
  struct cookie *found[CR_COOKIES_PER_SITE];
  struct site *site = site_of(jar, place->host);
  size_t start = out->len;
  int err = 0;

  if (!site)
    return 0;
  drop_expired(jar, site, wall_ms);
  size_t count = collect(site, place, found);
  for (size_t i = 0; i < count && !err; i++) {
    size_t bytes = found[i]->name.len + found[i]->value.len + 3;
    if (out->len - start + bytes > CR_COOKIE_LINE_BYTES)
      continue; /* a shorter one may fit */
    err = put_cookie(found[i], out->len == start, out);
    found[i]->used = ++jar->clock;
  }
  touch(jar, site);
  drop_if_empty(jar, site);
  return err;
}

/* ---- life ---- */

int cr_cookie_jar_open(struct cr_cookie_jar **out, struct cr_mem *mem, size_t max_bytes,
                       uint64_t seed)
{
  struct cr_cookie_jar *jar = cr_zalloc(mem, CR_MEM_FETCH, sizeof(*jar));

  if (!jar)
    return CRAWLER_E_NOMEM;
  jar->mem = mem;
  jar->max_bytes = max_bytes;
  jar->seed = seed;
  cr_list_init(&jar->sites);
  jar->bucket_count = FIRST_BUCKETS;
  jar->buckets = cr_zalloc_array(mem, CR_MEM_FETCH, FIRST_BUCKETS, sizeof(struct site *));
  if (!jar->buckets) {
    cr_free(mem, jar);
    return CRAWLER_E_NOMEM;
  }
  *out = jar;
  return 0;
}

void cr_cookie_jar_close(struct cr_cookie_jar *jar)
{
  if (!jar)
    return;
  while (!cr_list_empty(&jar->sites))
    drop_site(jar, CR_CONTAINER(jar->sites.next, struct site, link));
  cr_free(jar->mem, jar->buckets);
  cr_free(jar->mem, jar);
}

size_t cr_cookie_jar_count(const struct cr_cookie_jar *jar)
{
  return jar->count;
}

size_t cr_cookie_jar_bytes(const struct cr_cookie_jar *jar)
{
  return jar->bytes;
}
