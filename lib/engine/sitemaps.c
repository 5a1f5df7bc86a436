/* SPDX-License-Identifier: MIT */
/* sitemaps.c - where sitemaps come from: robots.txt, the caller, other sitemaps, redirects.
 *
 * A sitemap is a request of a kind of its own, once in a crawl for each *owner*: the host whose
 * robots.txt lists it, or its own when the caller adds it. What is reached from there, through
 * indexes and redirects, has the same owner, whose URL goes along as the request's seed. Its depth
 * is how many indexes it lies in. What it lists is sitemap_read.c's.
 */
#include "engine/shard.h"

#include "base/hash.h"
#include "robots/robots.h"

/* The protocol's indexes list no indexes; some do. */
#define MAX_LEVEL 3

/* The host of a serialised URL, with its port, if any. */
struct cr_span cr_sitemap_host(struct cr_span url)
{
  const char *at = url.len > 0 ? memchr(url.at, '/', url.len) : NULL; /* "https://" */
  size_t from = at ? (size_t)(at - url.at) + 2 : url.len;
  size_t to = from;

  while (to < url.len && url.at[to] != '/')
    to++;
  return from < url.len ? cr_span(url.at + from, to - from) : cr_span(NULL, 0);
}

/* Its own kind of key: a page of the same URL is another thing. */
static uint64_t fingerprint(uint64_t fp, struct cr_span owner)
{
  struct cr_span host = cr_sitemap_host(owner);

  return cr_hash64(host.at ? host.at : "", host.len, fp ^ CRAWLER_KIND_SITEMAP);
}

static bool is_one_too_many(struct cr_shard *s, uint32_t authority)
{
  struct cr_tally *t = cr_tally_of(s, s->frontier->ops->authority_host(s->frontier, authority));

  return t && ++t->sitemaps > CR_SITEMAPS_MAX;
}

static int enqueue(struct cr_shard *s, const struct crawler_request *req, uint64_t fp)
{
  struct cr_frontier_item item;
  uint8_t verdict = CR_ADD_MEMORY;

  if (cr_seen_byte(s, fp) != CR_SEEN_UNKNOWN)
    return CR_ADD_KNOWN;
  cr_frontier_item_of(s, req, fp, &item);
  if (item.authority == CR_NO_ID)
    return CR_ADD_MEMORY;
  if (is_one_too_many(s, item.authority))
    return CR_ADD_CAP;
  if (s->frontier->ops->add(s->frontier, &item, 1, &verdict, NULL, NULL) < 0)
    return CR_ADD_MEMORY;
  return verdict;
}

void cr_sitemap_admit(struct cr_shard *s, struct crawler_request *req)
{
  uint64_t fp;
  int err;

  if (req->depth > MAX_LEVEL) {
    cr_shard_log(s, 2, "a sitemap in too many indexes is not read", req->seed.at);
    return;
  }
  req->kind = CRAWLER_KIND_SITEMAP;
  err = cr_identify(s, req, &fp);
  if (err < 0 && err != CRAWLER_E_NOMEM)
    return; /* another scheme, or too long */
  int verdict = err < 0 ? CR_ADD_MEMORY : enqueue(s, req, fingerprint(fp, req->seed));
  if (verdict == CR_ADD_NEW) {
    cr_ledger_admit(&s->ledger, CRAWLER_KIND_SITEMAP);
    cr_shard_wake(s);
  }
  cr_no_room(s, req, verdict);
}

/* ---- from robots.txt ---- */

/* The robots.txt of the authority that was judged, wherever it was found. */
static struct cr_span owner_of(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct cr_span origin = s->frontier->ops->authority_origin(s->frontier, v->authority);
  const struct cr_span path = CR_SPAN("/robots.txt");
  char *url = cr_arena_bytes(&v->page.arena, origin.len + path.len + 1);

  if (!url)
    return cr_span(NULL, 0);
  memcpy(url, origin.at, origin.len);
  memcpy(url + origin.len, path.at, path.len + 1);
  return cr_span(url, origin.len + path.len);
}

/* A host that is asked only for a sitemap that another one lists may not add its own. */
static bool is_of_crawl(struct cr_shard *s, struct cr_span owner)
{
  struct crawler_request req = { .arena = &s->scratch, .mem = s->mem };

  return cr_url_parse(&s->url, owner, NULL) == 0 && cr_request_set_url(&req, &s->url) == 0 &&
         cr_may_crawl_host(s, &req);
}

static void admit_listed(struct cr_visit *v, struct cr_span owner, struct cr_span url)
{
  struct cr_shard *s = v->shard;
  struct crawler_request req = {
    .arena = &s->scratch,
    .mem = s->mem,
    .referrer = cr_span(v->page.req.url, v->page.req.url_bytes),
    .seed = owner,
  };

  cr_arena_reset(&s->scratch);
  if (cr_url_parse(&s->base, req.referrer, NULL) == 0 &&
      cr_url_parse(&s->url, url, &s->base) == 0 && s->url.scheme != CR_SCHEME_OTHER)
    cr_sitemap_admit(s, &req);
}

void cr_sitemaps_of_robots(struct cr_visit *v, const struct cr_robots *rules)
{
  struct cr_shard *s = v->shard;
  struct cr_span owner;
  struct cr_span url;
  size_t at = 0;

  if (!s->settings->sitemaps || s->settings->max_depth == 0 ||
      !cr_robots_next_sitemap(rules, &at, &url))
    return;
  owner = owner_of(v);
  cr_arena_reset(&s->scratch);
  if (!owner.at || !is_of_crawl(s, owner))
    return;
  do
    admit_listed(v, owner, url);
  while (cr_robots_next_sitemap(rules, &at, &url));
}

/* ---- from the caller ---- */

int cr_sitemap_submitted(struct cr_shard *s, struct crawler_request *req)
{
  int err = req->seed_flag ? cr_widen_scope(s, req) : 0;

  req->seed_flag = false;
  req->seed = cr_span(req->url, req->url_bytes);
  if (err < 0)
    cr_no_room(s, req, CR_ADD_MEMORY);
  else
    cr_sitemap_admit(s, req);
  return err;
}
