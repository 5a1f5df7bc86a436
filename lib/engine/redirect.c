/* SPDX-License-Identifier: MIT */
/* redirect.c - a redirect's target is a URL of its own (RFC 9110 section 15.4).
 *
 * The source ends as redirected and names its target, which passes every stage. Only a target with
 * the source's own key ("/a" to "/a?", a cookie set and back) goes on under the same entry, with a
 * hop limit and a list of the exact URLs asked.
 */
#include "engine/shard.h"

#include "base/hash.h"

static bool is_redirect(int status)
{
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* 303 always, 301 and 302 for POST (sections 15.4.2 to 15.4.4), become GET. */
static crawler_method method_after(const struct cr_visit *v)
{
  crawler_method method = (crawler_method)v->page.req.method;
  int status = v->page.status;

  if (status == 303 && method != CRAWLER_HEAD)
    return CRAWLER_GET;
  if ((status == 301 || status == 302) && method == CRAWLER_POST)
    return CRAWLER_GET;
  return method;
}

static bool is_asked(const struct cr_extra *extra, struct cr_span url)
{
  for (const struct cr_extra_hop *hop = extra->chain; hop; hop = hop->next)
    if (cr_span_eq(hop->url, url))
      return true;
  return false;
}

static bool is_same_origin(const struct crawler_request *a, const struct crawler_request *b)
{
  return cr_span_eq(cr_request_origin(a), cr_request_origin(b));
}

/* The same key: asked again under this lease's entry. */
static void go_on(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct crawler_request *req = &v->page.req;
  struct cr_extra *extra = cr_request_extra(req);
  struct crawler_request target = { .arena = req->arena, .mem = s->mem };
  bool cookie = s->settings->cookies && cr_headers_get(&v->page.headers, "Set-Cookie");
  struct cr_finish fin = { .lease = v->lease, .kind = CR_FINISH_SAME };
  bool again = false;

  if (!extra || cr_request_set_url(&target, &s->url) < 0 ||
      cr_extra_add_hop(extra, cr_span(req->url, req->url_bytes), &again) < 0) {
    cr_visit_end(v, CRAWLER_FAILED, CRAWLER_FAILED_INTERNAL);
    return;
  }
  /* Asked before, or asked right now: only a cookie can make the answer another. */
  again = again || is_asked(extra, cr_span(target.url, target.url_bytes));
  if (again && !cookie) {
    cr_visit_end(v, CRAWLER_FAILED, CRAWLER_FAILED_REDIRECT_LOOP);
    return;
  }
  if (!is_same_origin(req, &target)) /* option key_www */
    cr_extra_drop_message(extra);
  fin.target = cr_request_target(&target);
  fin.authority = cr_authority_of(s, &target, true);
  s->frontier->ops->set_extra(s->frontier, v->lease, extra);
  if (fin.authority == CR_NO_ID ||
      s->frontier->ops->finish(s->frontier, &fin, cr_loop_now(s->loop)) < 0) {
    cr_visit_end(v, CRAWLER_FAILED, CRAWLER_FAILED_INTERNAL);
    return;
  }
  req->extra = NULL; /* the frontier's */
  cr_release_page(s, req->kind, false);
  cr_ledger_requeue(&s->ledger, req->kind);
  cr_visit_release(v);
  cr_shard_wake(s);
}

/* What is said to the source's own origin. */
static void carry_message(const struct cr_extra *from, struct cr_extra *to)
{
  for (size_t i = 0; i < from->header_count; i++)
    to->headers[to->header_count++] =
        cr_arena_strndup(&to->arena, from->headers[i], strlen(from->headers[i]));
  for (size_t i = 0; i < to->header_count; i++)
    if (!to->headers[i])
      to->header_count = i;
  if (from->content_type)
    (void)cr_extra_set_body(to, from->body, from->content_type); /* sent without, if no memory */
}

/* err: why the target in s->url, which the page's location writes out, has no identity. */
static void refuse_target(struct cr_visit *v, struct crawler_request *target, int err)
{
  struct cr_shard *s = v->shard;

  target->url = v->page.location;
  target->url_bytes = strlen(target->url);
  if (err == CRAWLER_E_NOMEM) {
    cr_no_room(s, target, CR_ADD_MEMORY);
    return;
  }
  uint64_t fp = cr_text_fp(s, cr_span(target->url, target->url_bytes), CRAWLER_GET);
  cr_reject(s, target, fp,
            err == CRAWLER_E_SCHEME ? CRAWLER_REJECTED_SCHEME : CRAWLER_REJECTED_INVALID_URL);
}

/* What a redirect takes along: headers and body with its method kept to the same origin only, its
 * proxy to everywhere, for who asks by one doesn't want to be seen by any server. CRAWLER_E_NOMEM:
 * it would be. */
static int carry_over(const struct cr_visit *v, struct crawler_request *target)
{
  const struct cr_extra *from = v->page.req.extra;
  bool carries =
      from && target->method == v->page.req.method && is_same_origin(target, &v->page.req);

  if (!from || (!carries && !from->proxy))
    return 0;
  struct cr_extra *to = cr_request_extra(target);
  if (to && carries)
    carry_message(from, to);
  if (!from->proxy)
    return 0;
  return to ? cr_extra_set_proxy(to, from->proxy) : CRAWLER_E_NOMEM;
}

static struct crawler_request target_of(const struct cr_visit *v, crawler_method method)
{
  struct cr_frontier *frontier = v->shard->frontier;
  const struct crawler_request *req = &v->page.req;

  return (struct crawler_request){
    .arena = req->arena,
    .mem = v->shard->mem,
    .lastmod_s = req->lastmod_s,
    .depth = frontier->ops->lease_depth(frontier, v->lease),
    .priority = req->priority,
    .kind = req->kind,
    .method = (uint8_t)method,
    .hops = (uint8_t)(req->hops + 1),
    .seed_flag = req->seed_flag,
    .force = req->force,
    .via = cr_span(req->url, req->url_bytes),
    .seed = req->seed,
    .meta = req->meta,
  };
}

/* Another key: the target enters the crawl, the source ends. */
void cr_visit_hand_over(struct cr_visit *v, crawler_method method)
{
  struct cr_shard *s = v->shard;
  const struct crawler_request *req = &v->page.req;
  struct crawler_request target = target_of(v, method);
  struct cr_admission a = { .req = &target };
  int err = cr_identify(s, &target, &a.fp);

  if (err == 0 && req->kind != CRAWLER_KIND_SITEMAP)
    err = carry_over(v, &target);
  (void)cr_aside_note(s, v->fp); /* else a page may stand aside for nothing */
  if (req->kind == CRAWLER_KIND_SITEMAP) {
    cr_arena_reset(&s->scratch);
    if (err == 0)
      cr_sitemap_admit(s, &target);
  } else if (err == 0) {
    cr_arena_reset(&s->scratch);
    cr_no_room(s, &target, cr_admit(s, &a));
    cr_depth_replaced(s, v->fp, a.fp, target.depth);
  } else { /* another scheme, or too long */
    cr_extra_free(target.extra);
    target.extra = NULL;
    refuse_target(v, &target, err);
  }
  cr_visit_end(v, CRAWLER_REDIRECTED, CRAWLER_REASON_NONE);
}

int cr_visit_target(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  const char *text = cr_headers_get(&v->page.headers, "Location");
  struct cr_buf location;

  if (v->page.status / 100 != 3 || v->page.status == 304 || !text)
    return CRAWLER_E_URL;
  cr_buf_init(&location, s->mem, CR_MEM_PAGE, 3 * CR_URL_MAX_BYTES);
  int err = cr_url_put_raw(&location, cr_span_text(text));
  if (err == 0)
    err = cr_url_parse(&s->base, cr_span(v->page.req.url, v->page.req.url_bytes), NULL);
  if (err == 0)
    err = cr_url_parse(&s->url, cr_span(location.data, location.len), &s->base);
  cr_buf_free(&location);
  return err;
}

bool cr_visit_redirects(const struct cr_visit *v)
{
  return is_redirect(v->page.status) && v->page.location;
}

bool cr_visit_redirect(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  uint64_t fp;

  if (!cr_visit_redirects(v))
    return false;
  if (cr_url_parse(&s->url, cr_span_text(v->page.location), NULL) < 0)
    return false;
  if (v->page.req.hops >= s->settings->max_redirects) {
    cr_visit_end(v, CRAWLER_FAILED, CRAWLER_FAILED_TOO_MANY_REDIRECTS);
    return true;
  }
  if (s->url.scheme != CR_SCHEME_OTHER && cr_url_key(&s->url, &s->key_rules, &s->key) == 0) {
    fp = cr_hash64(s->key.data, s->key.len, s->hash_seed + (uint64_t)method_after(v));
    if (fp == v->fp) {
      go_on(v);
      return true;
    }
  }
  cr_visit_hand_over(v, method_after(v));
  return true;
}
