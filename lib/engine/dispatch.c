/* SPDX-License-Identifier: MIT */
/* dispatch.c - stages 5 and 6: a lease becomes a transfer.
 *
 * robots.txt and on_request have the last word; then the headers are laid out (request_headers.c)
 * and the fetcher starts. What ends here has sent nothing, and costs its host no delay.
 */
#include "engine/shard.h"

#include "filter/connect_ports.h"
#include "robots/robots.h"

enum { ROBOTS_WAIT_MS = 200 }; /* for room for its rules: about as long as a page takes */

/* The request's URL as it is sent, without a fragment. NULL: out of memory. */
static const char *sent_url(struct crawler_request *req)
{
  size_t len = req->path_at + cr_request_resource(req).len;

  return len == req->url_bytes ? req->url : cr_arena_strndup(req->arena, req->url, len);
}

static bool is_streamed(const struct cr_shard *s, const struct crawler_request *req)
{
  return req->kind == CRAWLER_KIND_SITEMAP || (s->hooks->body && req->kind == CRAWLER_KIND_PAGE);
}

static size_t max_body_of(const struct cr_shard *s, const struct crawler_request *req)
{
  switch (req->kind) {
  case CRAWLER_KIND_ROBOTS:
    return CR_ROBOTS_BODY_BYTES;
  case CRAWLER_KIND_SITEMAP: /* what comes before its limit counts: sitemap_read.c */
    return SIZE_MAX / 2;
  default:
    return is_streamed(s, req) ? (size_t)s->settings->max_body : cr_memory_body(s);
  }
}

static bool is_to_be_kept(const struct cr_visit *v)
{
  const struct cr_shard *s = v->shard;
  struct cr_frontier_stats stats;

  s->frontier->ops->stats(s->frontier, &stats);
  int64_t waiting = stats.hosts_full - cr_slots_under_way(&s->slots); /* for others' slots */
  return cr_reuse_is_likely(&s->reuse, &(struct cr_reuse_host){
                                           .delay_ms = cr_pace_of(s, v->host).delay_ms,
                                           .others = stats.hosts_ready + stats.hosts_delayed +
                                                     (waiting > 0 ? waiting : 0),
                                           .room = s->idle_room,
                                           .number = v->host,
                                       });
}

static int start_transfer(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct crawler_request *req = &v->page.req;
  struct cr_transfer *t = &v->transfer;
  int err = cr_lay_out_headers(v);

  if (err < 0)
    return err;
  t->url = sent_url(req);
  if (!t->url)
    return CRAWLER_E_NOMEM;
  t->host = cr_request_host(req);
  t->port = req->port;
  t->https = req->https;
  t->method = (crawler_method)req->method;
  t->body = req->extra ? req->extra->body : cr_span(NULL, 0);
  t->arena = &v->page.arena;
  t->max_header_bytes = (size_t)s->settings->max_headers;
  t->max_body_bytes = max_body_of(s, req);
  t->dns_timeout_ms = s->settings->dns_timeout;
  t->connect_timeout_ms = s->settings->connect_timeout;
  t->timeout_ms = s->settings->timeout;
  if (req->kind == CRAWLER_KIND_ROBOTS)
    cr_robots_bound_time(v);
  t->stream = is_streamed(s, req);
  t->keeps_cut = s->settings->keep_truncated &&
                 (req->kind == CRAWLER_KIND_PAGE || req->kind == CRAWLER_KIND_REQUISITE);
  t->keep_alive = is_to_be_kept(v);
  t->fresh = req->attempt > 1; /* a kept connection may be why the last attempt failed */
  /* As option header, to the seeds' origins: it says who we are. */
  t->shows_certificate =
      *s->settings->client_cert && cr_scope_has_origin(s->scope, cr_request_origin(req));
  t->proxy = req->extra ? req->extra->proxy : NULL;
  t->customize = s->hooks->transfer != NULL;
  err = s->fetcher->ops->start(s->fetcher, t);
  if (err < 0)
    return err;
  v->state = CR_VISIT_FETCHING;
  return 0;
}

static bool hook_accepts(struct cr_shard *s, struct cr_visit *v)
{
  int verdict;

  if (!s->hooks->request || v->page.req.kind != CRAWLER_KIND_PAGE)
    return true;
  s->hook_depth++;
  verdict = s->hooks->request(s->crawler, &v->page.req, s->hooks->request_user);
  s->hook_depth--;
  return verdict == CRAWLER_ACCEPT;
}

/* The URL of the proxy that it goes by, or "". */
static const char *proxy_of(const struct cr_visit *v)
{
  const struct cr_extra *extra = v->page.req.extra;

  return extra && extra->proxy ? extra->proxy : v->shard->settings->proxy;
}

static void take_slot(struct cr_shard *s, struct cr_visit *v)
{
  cr_slots_begin(&s->slots, v->slot);
  v->has_slot = true;
  if (v->slot != CR_SLOT_SLOW)
    cr_list_push(&s->fast, &v->fast_link);
  v->begun_ms = cr_loop_now(s->loop);
  v->lane_ms = v->begun_ms;
  cr_reuse_begin(&s->reuse, v->begun_ms);
  if (*proxy_of(v) == '\0')
    cr_lookup_begin(v);
  cr_limits_begin(v);
}

/* Nothing could be begun: the lease goes back, and the crawl goes on with what it can. */
static void give_back(struct cr_shard *s, const struct cr_task *task)
{
  struct cr_finish fin = { .lease = task->lease, .kind = CR_FINISH_PARK };

  fin.at_ms = cr_loop_now(s->loop) + 1000; /* memory may be back by then */
  (void)s->frontier->ops->finish(s->frontier, &fin, cr_loop_now(s->loop)); /* the lease is fresh */
  cr_ledger_requeue(&s->ledger, task->kind);
  cr_release_page(s, task->kind, false);
  if (cr_list_empty(&s->visits)) /* nothing is in flight whose end would free some */
    cr_shard_fail(s, CRAWLER_E_NOMEM);
}

bool cr_may_ask_port(const struct cr_shard *s, struct cr_arena *arena,
                     const struct crawler_request *req)
{
  struct cr_span list = cr_span_text(s->settings->connect_ports);

  if (cr_port_may_be_connected(list, req->port))
    return true;
  return list.len == 0 && cr_scope_has_seed(s->scope, cr_politeness_key(arena, req));
}

/* Is it at a port that may not be asked? Then it has ended. */
static bool ends_by_port(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  if (cr_may_ask_port(s, &v->page.arena, &v->page.req))
    return false;
  v->begun_ms = cr_loop_now(s->loop);
  v->page.req.rule = "connect_ports";
  if (v->page.req.kind == CRAWLER_KIND_ROBOTS)
    cr_robots_arrived(v, CRAWLER_FAILED_ADDRESS);
  else
    cr_visit_end(v, CRAWLER_FAILED, CRAWLER_FAILED_ADDRESS);
  return true;
}

/* May it leave? NONE, or why it ends here. */
static crawler_reason why_not(struct cr_shard *s, struct cr_visit *v)
{
  crawler_reason reason = cr_visit_is_in_vain(v)     ? CRAWLER_FAILED_RATE_LIMITED
                          : cr_visit_host_is_dead(v) ? CRAWLER_FAILED_HOST_DEAD
                                                     : cr_robots_verdict(s, v);

  if (reason != CRAWLER_REASON_NONE)
    return reason;
  if (cr_trap_drops(s, &v->page.req))
    return CRAWLER_DROPPED_TRAP;
  return hook_accepts(s, v) ? CRAWLER_REASON_NONE : CRAWLER_DROPPED_FILTER;
}

static void end_unbegun(struct cr_visit *v)
{
  cr_visit_free_slot(v, false);
  cr_note_attempt(v, CRAWLER_FAILED_INTERNAL);
  if (v->page.req.kind == CRAWLER_KIND_ROBOTS)
    cr_robots_arrived(v, CRAWLER_FAILED_INTERNAL); /* its gate must not stay as it is */
  else
    cr_visit_fail(v, CRAWLER_FAILED_INTERNAL);
}

void cr_dispatch(struct cr_shard *s, const struct cr_task *task)
{
  struct cr_visit *v;
  crawler_reason reason;

  if (task->kind == CRAWLER_KIND_ROBOTS && !task->again)
    cr_ledger_admit(&s->ledger, task->kind);
  cr_ledger_lease(&s->ledger, task->kind);
  if (task->kind == CRAWLER_KIND_PAGE)
    s->slots.pages_held++;
  v = cr_visit_new(s, task);
  if (!v) {
    give_back(s, task);
    return;
  }
  if (!cr_limits_allow(v) || cr_robots_must_ask(v)) {
    cr_visit_requeue(v, CR_FINISH_GIVE_BACK, 0);
    return;
  }
  if (task->kind == CRAWLER_KIND_ROBOTS && cr_visit_is_in_vain(v)) {
    cr_robots_in_vain(v);
    return;
  }
  if (task->kind == CRAWLER_KIND_ROBOTS && cr_memory_bars_rules(s)) {
    cr_visit_requeue(v, CR_FINISH_PARK, cr_loop_now(s->loop) + ROBOTS_WAIT_MS);
    return;
  }
  if (ends_by_port(v))
    return;
  reason = why_not(s, v);
  if (reason != CRAWLER_REASON_NONE) {
    cr_visit_end(v, reason >= CRAWLER_DROPPED_ROBOTS ? CRAWLER_DROPPED : CRAWLER_FAILED, reason);
    return;
  }
  take_slot(s, v);
  if (start_transfer(v) != 0)
    end_unbegun(v);
}
