/* SPDX-License-Identifier: MIT */
/* elsewhere.c - a page names another URL for itself: by a refresh, or by rel=canonical.
 *
 * By option a refresh (HTML 4.2.5.3) is a redirect, and a canonical URL (RFC 6596) takes the place
 * of the page's links. What a page says of itself may be wrong: one that names what can't be asked
 * for, or what leads elsewhere itself (RFC 6596 section 3), is a page like others.
 */
#include "engine/shard.h"

#include "base/hash.h"
#include "frontier/seen.h"

/* Sources of redirects and refreshes, and pages that stood aside for their canonical URL. */
struct cr_aside {
  struct cr_budget budget;
  struct cr_seen urls;
};

enum { ASIDE = 1 };

static struct cr_aside *aside_of(struct cr_shard *s)
{
  if (s->aside)
    return s->aside;
  s->aside = cr_zalloc(s->mem, CR_MEM_FRONTIER, sizeof(*s->aside));
  if (!s->aside)
    return NULL;
  s->aside->budget = (struct cr_budget){ .mem = s->mem, .max_bytes = cr_memory_frontier(s) };
  cr_seen_init(&s->aside->urls, &s->aside->budget, s->hash_seed);
  return s->aside;
}

void cr_aside_close(struct cr_shard *s)
{
  if (s->aside)
    cr_seen_free(&s->aside->urls);
  cr_free(s->mem, s->aside);
  s->aside = NULL;
}

int cr_aside_note(struct cr_shard *s, uint64_t fp)
{
  struct cr_aside *aside;

  if (!s->settings->obey_canonical)
    return 0;
  aside = aside_of(s);
  return aside ? cr_seen_put(&aside->urls, fp, ASIDE) : CRAWLER_E_NOMEM;
}

static bool stands_aside(const struct cr_shard *s, uint64_t fp)
{
  return s->aside && cr_seen_get(&s->aside->urls, fp) == ASIDE;
}

uint32_t cr_elsewhere_kinds(const struct cr_shard *s)
{
  return (s->settings->refresh_redirects ? 1u << CRAWLER_LINK_REFRESH : 0) |
         (s->settings->obey_canonical ? 1u << CRAWLER_LINK_CANONICAL : 0);
}

/* Puts the first link of that kind that counts into s->url, as a Location is put there; false:
 * there is none, or it isn't an http URL. */
static bool parse_first(struct cr_visit *v, int kind)
{
  struct cr_shard *s = v->shard;

  for (uint32_t i = 0; i < v->page.link_count; i++) {
    const struct crawler_link *link = &v->page.links[i];
    const char *url;

    if (link->kind != kind ||
        (link->flags & (CRAWLER_LINK_FLAG_INERT | CRAWLER_LINK_FLAG_LATE)) != 0)
      continue;
    url = cr_page_link_url(&v->page, i);
    if (!url || cr_url_parse(&s->url, cr_span_text(url), NULL) < 0)
      continue;
    cr_settle_fragment(s);
    cr_url_strip_userinfo(&s->url);
    return s->url.scheme != CR_SCHEME_OTHER;
  }
  return false;
}

bool cr_visit_refresh(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  const char *target;

  if (!s->settings->refresh_redirects || v->page.req.hops >= s->settings->max_redirects ||
      !parse_first(v, CRAWLER_LINK_REFRESH) || cr_url_key(&s->url, &s->key_rules, &s->key) < 0)
    return false;
  if (cr_hash64(s->key.data, s->key.len, s->hash_seed + v->page.req.method) == v->fp)
    return false;
  target = cr_arena_strndup(&v->page.arena, s->url.text.data, s->url.text.len);
  if (!target)
    return false;
  v->page.location = target;
  cr_visit_hand_over(v, CRAWLER_GET); /* a navigation, whatever brought the page */
  return true;
}

/* Is s->url of the page's registrable domain? */
static bool is_of_domain(const struct cr_visit *v)
{
  struct cr_span own = cr_host_site(cr_request_host(&v->page.req));

  return cr_span_eq(own, cr_host_site(cr_url_host(&v->shard->url)));
}

bool cr_visit_canonical(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  const struct crawler_request *own = &v->page.req;
  struct crawler_request target = {
    .arena = own->arena,
    .mem = s->mem,
    .depth = own->depth,
    .referrer = cr_span(own->url, own->url_bytes),
    .seed = own->seed,
    .meta = own->meta,
  };
  struct cr_admission a = { .req = &target };
  int result;

  if (!s->settings->obey_canonical || !parse_first(v, CRAWLER_LINK_CANONICAL) || !is_of_domain(v) ||
      cr_identify(s, &target, &a.fp) < 0 || a.fp == v->fp || stands_aside(s, a.fp))
    return false;
  cr_arena_reset(&s->scratch);
  result = cr_admit(s, &a);
  if (result < 0 || cr_no_room_reason(result) != CRAWLER_REASON_NONE)
    return false;
  cr_depth_replaced(s, v->fp, a.fp, target.depth);
  return cr_aside_note(s, v->fp) == 0;
}
