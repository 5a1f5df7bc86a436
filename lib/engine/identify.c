/* SPDX-License-Identifier: MIT */
/* identify.c - from a parsed URL to what the frontier knows it by.
 *
 * The fingerprint is the hash of the canonical key and the method, under the crawl's random seed,
 * so that no site can construct collisions. What is rejected is remembered by its text instead:
 * rules look at that, and another spelling of the URL may be let in. The politeness key is the host
 * name, with the port where it is neither 80 nor 443: one server speaks http and https.
 */
#include "engine/shard.h"

#include "base/hash.h"

static void settle_fragment(const struct cr_shard *s, struct cr_url *url)
{
  if (!(s->key_rules.bits & CR_URL_RULE_FRAGMENT) || !cr_url_names_page(url))
    cr_url_strip_fragment(url);
}

void cr_settle_fragment(struct cr_shard *s)
{
  settle_fragment(s, &s->url);
}

int cr_identify_url(const struct cr_shard *s, struct cr_url *url, struct cr_buf *key,
                    struct crawler_request *req, uint64_t *fp)
{
  int err;

  settle_fragment(s, url);
  err = cr_request_set_url(req, url);
  if (err < 0)
    return err;
  err = cr_url_key(url, &s->key_rules, key);
  if (err < 0)
    return err;
  *fp = cr_hash64(key->data, key->len, s->hash_seed + req->method);
  return 0;
}

int cr_identify(struct cr_shard *s, struct crawler_request *req, uint64_t *fp)
{
  return cr_identify_url(s, &s->url, &s->key, req, fp);
}

uint64_t cr_text_fp(const struct cr_shard *s, struct cr_span text, uint8_t method)
{
  return cr_hash64(text.at, text.len, ~(s->hash_seed + method));
}

struct cr_span cr_politeness_key(struct cr_arena *arena, const struct crawler_request *req)
{
  struct cr_span host = cr_request_host(req);
  struct cr_span origin = cr_request_origin(req);
  struct cr_span named = cr_span(host.at, (size_t)(origin.at + origin.len - host.at));
  /* The root's dot names the same server, as it makes the same key (url_key.c). */
  bool has_dot = host.len > 1 && host.at[host.len - 1] == '.' && host.at[host.len - 2] != '.';

  host.len -= has_dot;
  if (req->port == 80 || req->port == 443)
    return host;
  if (!has_dot)
    return named; /* a port that isn't the scheme's stands in every URL */
  char *text = cr_arena_strndup(arena, named.at, named.len);
  if (!text)
    return named; /* a host of its own: better than none, or than the other ports' */
  memmove(text + host.len, text + host.len + 1, named.len - host.len); /* the NUL too */
  return cr_span(text, named.len - 1);
}

uint32_t cr_authority_of(struct cr_shard *s, const struct crawler_request *req, bool admitted)
{
  const struct cr_frontier_ops *ops = s->frontier->ops;
  struct cr_span origin = cr_request_origin(req);
  uint32_t *recent =
      &s->authorities[cr_hash64(origin.at, origin.len, s->hash_seed) & (CR_AUTHORITY_CACHE - 1)];

  if (*recent == CR_NO_ID || !cr_span_eq(ops->authority_origin(s->frontier, *recent), origin))
    *recent = ops->authority(s->frontier, origin, cr_politeness_key(&s->scratch, req),
                             cr_host_site(cr_request_host(req)), admitted);
  return *recent;
}
