/* SPDX-License-Identifier: MIT */
/* request_api.c - requests as callers fill them in and hooks see them.
 */
#include "api/crawler_impl.h"
#include "model/meta.h"
#include "model/submission.h"

/* ---- adding ---- */

static int prepare(crawler *c, struct cr_submission **sub, const char *url)
{
  if (!c)
    return CRAWLER_E_INVAL;
  if (!url)
    return cr_null(c, "url");
  return cr_url_failed(c, cr_submission_new(sub, c->home, url, NULL), url);
}

int crawler_request_new(crawler *c, crawler_request **req, const char *url)
{
  struct cr_submission *sub = NULL;
  int err;

  if (!req)
    return c ? cr_null(c, "req") : CRAWLER_E_INVAL;
  *req = NULL;
  err = prepare(c, &sub, url);
  if (sub)
    *req = &sub->req;
  return err;
}

static struct cr_submission *submission_of(crawler_request *req)
{
  return (struct cr_submission *)(void *)req;
}

void crawler_request_free(crawler_request *req)
{
  if (req && req->phase == CR_REQUEST_NEW)
    cr_submission_free(submission_of(req));
}

static int is_closed(crawler *c)
{
  return cr_error(c, CRAWLER_E_STATE, "the crawler is being freed", NULL);
}

static int post(crawler *c, struct cr_submission *sub)
{
  if (cr_home_post(c->home, &sub->letter))
    return 0;
  cr_submission_free(sub);
  return is_closed(c);
}

int crawler_submit(crawler *c, crawler_request *req)
{
  if (!c) {
    crawler_request_free(req);
    return CRAWLER_E_INVAL;
  }
  if (!req)
    return cr_null(c, "req");
  if (req->phase != CR_REQUEST_NEW)
    return cr_error(c, CRAWLER_E_INVAL, "only what crawler_request_new() made is submitted", NULL);
  if (submission_of(req)->home != c->home) { /* in another one's memory */
    crawler_request_free(req);
    return cr_error(c, CRAWLER_E_INVAL, "the request was made for another crawler", NULL);
  }
  req->seed_flag = req->kind == CRAWLER_KIND_PAGE && !cr_in_hook(c);
  return post(c, submission_of(req));
}

int crawler_add(crawler *c, const char *url)
{
  struct cr_submission *sub = NULL;
  int err = prepare(c, &sub, url);

  return sub ? crawler_submit(c, &sub->req) : err;
}

int crawler_add_sitemap(crawler *c, const char *url)
{
  struct cr_submission *sub = NULL;
  int err = prepare(c, &sub, url);

  if (!sub)
    return err;
  sub->req.kind = CRAWLER_KIND_SITEMAP;
  sub->req.seed_flag = !cr_in_hook(c);
  return post(c, sub);
}

static int copy_span(struct cr_span *to, struct cr_arena *arena, struct cr_span from)
{
  *to = cr_span(NULL, 0);
  if (!from.at)
    return 0;
  to->at = cr_arena_strndup(arena, from.at, from.len);
  to->len = from.len;
  return to->at ? 0 : CRAWLER_E_NOMEM;
}

int crawler_add_from(crawler *c, const crawler_request *req, const char *url)
{
  struct cr_submission *sub = NULL;
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (!req || !url)
    return cr_null(c, req ? "url" : "req");
  err = cr_url_failed(c, cr_submission_new(&sub, c->home, url, req->url), url);
  if (err < 0)
    return err;
  sub->req.depth = (uint16_t)(req->depth + (req->depth < UINT16_MAX));
  if (copy_span(&sub->req.referrer, &sub->arena, cr_span(req->url, req->url_bytes)) < 0 ||
      copy_span(&sub->req.seed, &sub->arena, req->seed) < 0 ||
      copy_span(&sub->req.meta, &sub->arena, req->meta) < 0) {
    cr_submission_free(sub);
    return cr_url_failed(c, CRAWLER_E_NOMEM, url);
  }
  return post(c, sub);
}

/* ---- resuming ---- */

/* Only a page's request may have a transfer. */
static struct crawler_page *page_of(crawler_request *req)
{
  struct crawler_page *page = CR_CONTAINER(req, struct crawler_page, req);

  return req->phase == CR_REQUEST_FLIGHT && page->may_be_paused ? page : NULL;
}

/* A call that comes between two of on_body is about the first of them. */
static void note_resume(struct crawler_page *page)
{
  int64_t call = atomic_load(&page->body_calls);
  int64_t noted = atomic_load(&page->resumed_call);

  while (noted < call && !atomic_compare_exchange_weak(&page->resumed_call, &noted, call))
    continue;
}

int crawler_request_resume(crawler_request *req)
{
  struct crawler_page *page;

  if (!req)
    return CRAWLER_E_INVAL;
  page = page_of(req);
  if (!page)
    return CRAWLER_E_STATE;
  note_resume(page);
  if (atomic_exchange(&page->resume_is_posted, true))
    return 0; /* one that is on its way will do */
  atomic_fetch_add_explicit(&page->refs, 1, memory_order_relaxed); /* the letter's */
  if (cr_home_post(page->home, &page->resume_letter))
    return 0;
  atomic_store(&page->resume_is_posted, false);
  cr_page_drop(page); /* not the last one: the caller has it */
  return CRAWLER_E_STATE;
}

/* ---- setting ---- */

static bool is_new(const crawler_request *req)
{
  return req && req->phase == CR_REQUEST_NEW;
}

int crawler_request_set_method(crawler_request *req, crawler_method method)
{
  if (!is_new(req))
    return req ? CRAWLER_E_STATE : CRAWLER_E_INVAL;
  if (method != CRAWLER_GET && method != CRAWLER_HEAD && method != CRAWLER_POST)
    return CRAWLER_E_VALUE;
  req->method = (uint8_t)method;
  return 0;
}

int crawler_request_set_body(crawler_request *req, const void *data, size_t bytes,
                             const char *content_type)
{
  struct cr_extra *extra;

  if (!req || (!data && bytes > 0) || !content_type)
    return CRAWLER_E_INVAL;
  if (!is_new(req))
    return CRAWLER_E_STATE;
  if (bytes > CR_EXTRA_MAX_BYTES / 2)
    return CRAWLER_E_LIMIT;
  if (!cr_header_is_valid(CR_SPAN("Content-Type"), cr_span_text(content_type)))
    return CRAWLER_E_VALUE;
  extra = cr_request_extra(req);
  if (!extra)
    return CRAWLER_E_NOMEM;
  req->method = CRAWLER_POST;
  return cr_extra_set_body(extra, cr_span(data, bytes), content_type);
}

int crawler_request_set_header(crawler_request *req, const char *name, const char *value)
{
  struct cr_extra *extra;

  if (!req || !name || !value)
    return CRAWLER_E_INVAL;
  if (req->phase == CR_REQUEST_FILTER)
    return CRAWLER_E_STATE;
  extra = cr_request_extra(req);
  return extra ? cr_extra_set_header(extra, name, value) : CRAWLER_E_NOMEM;
}

int crawler_request_set_proxy(crawler_request *req, const char *url)
{
  struct cr_extra *extra;

  if (!req)
    return CRAWLER_E_INVAL;
  if (req->phase == CR_REQUEST_FILTER)
    return CRAWLER_E_STATE;
  if (url && !cr_curl_proxy_is_usable(cr_span_text(url)))
    return CRAWLER_E_VALUE;
  extra = cr_request_extra(req);
  return extra ? cr_extra_set_proxy(extra, url) : CRAWLER_E_NOMEM;
}

int crawler_request_set_priority(crawler_request *req, int priority)
{
  if (!req)
    return CRAWLER_E_INVAL;
  if (req->phase == CR_REQUEST_FLIGHT)
    return CRAWLER_E_STATE;
  if (priority < -128 || priority > 127)
    return CRAWLER_E_VALUE;
  req->priority = (int8_t)priority;
  return 0;
}

int crawler_request_set_kind(crawler_request *req, crawler_kind kind)
{
  if (!is_new(req))
    return req ? CRAWLER_E_STATE : CRAWLER_E_INVAL;
  if (kind != CRAWLER_KIND_PAGE && kind != CRAWLER_KIND_REQUISITE)
    return CRAWLER_E_VALUE;
  req->kind = (uint8_t)kind;
  return 0;
}

int crawler_request_set_force(crawler_request *req, int on)
{
  if (!is_new(req))
    return req ? CRAWLER_E_STATE : CRAWLER_E_INVAL;
  req->force = on != 0;
  return 0;
}

int crawler_request_set_url(crawler_request *req, const char *text)
{
  struct cr_url base;
  struct cr_url url;
  int err;

  if (!req || !text)
    return CRAWLER_E_INVAL;
  if (req->phase != CR_REQUEST_FILTER)
    return CRAWLER_E_STATE;
  cr_url_init(&base, req->mem);
  cr_url_init(&url, req->mem);
  err = cr_url_parse(&base, cr_span(req->url, req->url_bytes), NULL);
  if (err == 0)
    err = cr_url_parse(&url, cr_span_text(text), &base);
  if (err == 0)
    err = cr_request_set_url(req, &url);
  if (err == 0)
    req->rewritten = true;
  cr_url_free(&url);
  cr_url_free(&base);
  return err == CRAWLER_E_LIMIT ? CRAWLER_E_URL : err;
}

int crawler_request_set_meta(crawler_request *req, const char *key, const char *value)
{
  if (!req || !key)
    return CRAWLER_E_INVAL;
  return cr_meta_set(&req->meta, req->arena, key, value);
}

void crawler_request_set_data(crawler_request *req, void *data, void (*free_data)(void *data))
{
  struct cr_extra *extra = req ? cr_request_extra(req) : NULL;

  if (extra)
    cr_extra_set_data(extra, data, free_data);
  else if (free_data)
    free_data(data); /* no memory to keep it */
}

/* ---- reading ---- */

const char *crawler_request_url(const crawler_request *req)
{
  return req->url;
}

const char *crawler_request_host(const crawler_request *req)
{
  crawler_request *cached = (crawler_request *)(uintptr_t)req; /* made on first use */
  struct cr_span host = cr_request_host(req);

  if (!req->host)
    cached->host = cr_arena_strndup(req->arena, host.at, host.len);
  return req->host ? req->host : "";
}

const char *crawler_request_referrer(const crawler_request *req)
{
  return req->referrer.at;
}

const char *crawler_request_via(const crawler_request *req)
{
  return req->via.at;
}

const char *crawler_request_seed(const crawler_request *req)
{
  return req->seed.at;
}

crawler_kind crawler_request_kind(const crawler_request *req)
{
  return (crawler_kind)req->kind;
}

crawler_method crawler_request_method(const crawler_request *req)
{
  return (crawler_method)req->method;
}

int crawler_request_is_seed(const crawler_request *req)
{
  return req->seed_flag && !req->via.at;
}

int crawler_request_depth(const crawler_request *req)
{
  return req->depth;
}

int crawler_request_attempt(const crawler_request *req)
{
  return req->attempt;
}

int crawler_request_priority(const crawler_request *req)
{
  return req->priority;
}

int64_t crawler_request_lastmod_ms(const crawler_request *req)
{
  return req->lastmod_s > 0 ? (int64_t)req->lastmod_s * 1000 : -1;
}

const char *crawler_request_rule(const crawler_request *req)
{
  return req->rule;
}

crawler_trap crawler_request_trap(const crawler_request *req)
{
  return (crawler_trap)req->trap;
}

int crawler_request_rule_line(const crawler_request *req)
{
  return (int)req->rule_line;
}

const char *crawler_request_meta(const crawler_request *req, const char *key)
{
  return key ? cr_meta_get(req->meta, key) : NULL;
}

void *crawler_request_data(const crawler_request *req)
{
  return req->extra ? req->extra->data : NULL;
}

/* ---- resolve hook ---- */

int crawler_resolved(crawler *c, uint64_t token, const char *addresses, int64_t ttl_ms)
{
  size_t len = addresses ? strlen(addresses) : 0;
  struct cr_answer *answer;

  if (!c)
    return CRAWLER_E_INVAL;
  if (len > 4096)
    return cr_error(c, CRAWLER_E_INVAL, "over 4 KB of addresses: a few will do", NULL);
  answer = cr_zalloc(&c->home->mem, CR_MEM_CORE, sizeof(*answer) + len + 1);
  if (!answer)
    return cr_failed(c, CRAWLER_E_NOMEM, "crawler_resolved()");
  answer->letter.kind = CR_LETTER_RESOLVED;
  answer->token = token;
  answer->ttl_ms = ttl_ms;
  if (len > 0)
    memcpy(answer->addresses, addresses, len);
  if (cr_home_post(c->home, &answer->letter))
    return 0;
  cr_free(&c->home->mem, answer);
  return is_closed(c);
}
