/* SPDX-License-Identifier: MIT */
/* request.h - a URL on its way.
 *
 * The same struct serves a request the caller fills in, a candidate that on_filter sees, and the
 * request of a page in flight: its strings are in the arena it names.
 */
#ifndef CR_MODEL_REQUEST_H
#define CR_MODEL_REQUEST_H

#include "base/arena.h"
#include "base/str.h"
#include "crawl/crawler.h"
#include "model/extra.h"

struct cr_home;

enum cr_request_phase {
  CR_REQUEST_NEW,    /* the caller's, not submitted */
  CR_REQUEST_FILTER, /* in on_filter */
  CR_REQUEST_FLIGHT, /* leased, until it has ended */
};

struct crawler_request {
  struct cr_arena *arena;
  struct cr_mem *mem;
  struct cr_extra *extra; /* NULL: nothing of it */
  const char *url;        /* serialised, NUL-terminated; no userinfo, of fragments only those that
                             name a page (cr_url_names_page) */
  size_t url_bytes;
  const char *host; /* a copy, NUL-terminated, made on demand; NULL until then */
  uint16_t host_at; /* inside url */
  uint16_t host_end;
  uint16_t path_at;
  uint16_t depth;
  uint16_t port;
  uint8_t kind;
  uint8_t method;
  int8_t priority;
  uint8_t attempt;
  uint8_t hops;
  uint8_t phase; /* enum cr_request_phase */
  uint8_t trap;  /* enum crawler_trap: the rule that left it out */
  bool https;
  bool seed_flag; /* a seed, or the target of a seed's redirect */
  bool force;
  bool rewritten;          /* crawler_request_set_url() was called in on_filter */
  const char *rule;        /* that rejected it, while that is told; NULL: none */
  uint32_t rule_line;      /* of robots.txt, if the rule is one of it; 0: it isn't */
  uint32_t lastmod_s;      /* since 1970, as a sitemap says; 0: none does */
  struct cr_span referrer; /* all NUL-terminated; at NULL: none */
  struct cr_span via;
  struct cr_span seed;
  struct cr_span meta;
};

static inline struct cr_span cr_request_origin(const struct crawler_request *req)
{
  return cr_span(req->url, req->path_at);
}

static inline struct cr_span cr_request_target(const struct crawler_request *req)
{
  return cr_span(req->url + req->path_at, req->url_bytes - req->path_at);
}

static inline struct cr_span cr_request_host(const struct crawler_request *req)
{
  return cr_span(req->url + req->host_at, (size_t)(req->host_end - req->host_at));
}

/* Path and query, without the fragment: what is asked for. */
static inline struct cr_span cr_request_resource(const struct crawler_request *req)
{
  struct cr_span target = cr_request_target(req);
  const char *hash = target.len > 0 ? memchr(target.at, '#', target.len) : NULL;

  return cr_span(target.at, hash ? (size_t)(hash - target.at) : target.len);
}

struct cr_url;
/* Takes over the parts of a parsed http(s) URL (userinfo left out, and a fragment that names no
 * page: cr_url_names_page); the text is copied to req->arena. 0, CRAWLER_E_SCHEME, CRAWLER_E_LIMIT
 * (over CR_REQUEST_MAX_URL), CRAWLER_E_NOMEM. */
#define CR_REQUEST_MAX_URL 16384
int cr_request_set_url(struct crawler_request *req, const struct cr_url *url);
/* req->extra, made if there is none. NULL: out of memory. */
struct cr_extra *cr_request_extra(struct crawler_request *req);

#endif
