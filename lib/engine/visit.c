/* SPDX-License-Identifier: MIT */
/* visit.c - a lease and what belongs to it: the page, its transfer, its parse job.
 *
 * Visits are kept for the next URL with their first arena chunk and body buffer, so that a page
 * costs a handful of allocations. One whose page somebody has retained is freed when the last
 * holder lets go.
 */
#include "engine/shard.h"

#include "base/inflate.h"

#define PAGE_CHUNK_BYTES 8192
#define MAX_SPARE_VISITS 128
#define MAX_SPARE_BODY_BYTES (64 << 10) /* a larger buffer isn't kept */
#define MAX_PAGE_ARENA_BYTES ((size_t)1 << 30)

static void come_back(struct cr_visit *v)
{
  atomic_fetch_sub_explicit(&v->page.home->left_bytes, v->left_bytes, memory_order_relaxed);
  v->left_bytes = 0;
}

void cr_visit_measure(struct cr_visit *v)
{
  if (v->page_bytes > 0)
    return;
  v->page_bytes = (int64_t)(v->transfer.body_in.cap + v->parse.decoded.cap +
                            cr_arena_held_bytes(&v->page.arena));
  v->page.arena.kind = CR_MEM_CALLER; /* what is added from here on isn't the crawl's to bound */
}

void cr_visit_leave(struct cr_visit *v)
{
  if (v->left_bytes > 0)
    return;
  v->left_bytes = v->page_bytes;
  atomic_fetch_add_explicit(&v->page.home->left_bytes, v->left_bytes, memory_order_relaxed);
}

/* The last reference is gone; the engine has let go long before. [any thread] */
static void destroy(struct crawler_page *page)
{
  struct cr_visit *v = (struct cr_visit *)page;
  struct cr_home *home = page->home;

  come_back(v);
  cr_extra_free(page->req.extra);
  cr_buf_free(&v->transfer.body_in);
  cr_buf_free(&v->parse.decoded);
  cr_arena_free(&page->arena);
  cr_free(&home->mem, v);
  cr_home_release(home);
}

static struct cr_visit *make(struct cr_shard *s)
{
  struct cr_visit *v = cr_zalloc(s->mem, CR_MEM_CORE, sizeof(*v));

  if (!v)
    return NULL;
  v->page.home = cr_home_retain(s->home);
  v->page.destroy = destroy;
  cr_arena_init(&v->page.arena, s->mem, CR_MEM_PAGE, PAGE_CHUNK_BYTES, MAX_PAGE_ARENA_BYTES);
  cr_buf_init(&v->transfer.body_in, s->mem, CR_MEM_BODY, SIZE_MAX / 2);
  cr_list_init(&v->link);
  cr_list_init(&v->fast_link);
  cr_list_init(&v->lookup_link);
  cr_list_init(&v->ready_link);
  cr_list_init(&v->job.link);
  return v;
}

/* Everything back to the beginning, but what is worth keeping. */
static void recycle(struct cr_visit *v)
{
  struct cr_home *home = v->page.home;
  struct cr_arena arena = v->page.arena;
  struct cr_buf body_in = v->transfer.body_in;

  cr_arena_reset(&arena);
  arena.kind = CR_MEM_PAGE;
  cr_buf_clear(&body_in);
  if (body_in.cap > MAX_SPARE_BODY_BYTES)
    cr_buf_free(&body_in);
  memset(v, 0, sizeof(*v));
  v->page.home = home;
  v->page.destroy = destroy;
  v->page.arena = arena;
  v->transfer.body_in = body_in;
  cr_list_init(&v->link);
  cr_list_init(&v->fast_link);
  cr_list_init(&v->lookup_link);
  cr_list_init(&v->ready_link);
  cr_list_init(&v->job.link);
}

/* What a spare visit keeps, all of it accounted as a page's or a body's. */
static int64_t spare_bytes(const struct cr_visit *v)
{
  return (int64_t)(v->transfer.body_in.cap + cr_arena_held_bytes(&v->page.arena));
}

static struct cr_visit *get(struct cr_shard *s)
{
  struct cr_list *spare = cr_list_pop(&s->spare);
  struct cr_visit *v;

  if (!spare)
    return make(s);
  v = CR_CONTAINER(spare, struct cr_visit, link);
  s->spare_count--;
  s->spare_bytes -= spare_bytes(v);
  return v;
}

static struct cr_span copy(struct cr_arena *arena, struct cr_span text, bool *ok)
{
  char *to;

  if (text.len == 0) /* none: for the API that is NULL */
    return cr_span(NULL, 0);
  to = cr_arena_strndup(arena, text.at, text.len);
  *ok = *ok && to;
  return cr_span(to, text.len);
}

static bool is_https(struct cr_span origin)
{
  return cr_span_starts_nocase(origin, CR_SPAN("https:"));
}

/* host_at, host_end, port of an origin as the URL parser writes it. */
static void split_origin(struct crawler_request *req, struct cr_span origin)
{
  size_t at = req->https ? sizeof("https://") - 1 : sizeof("http://") - 1;
  size_t end = origin.len;
  unsigned port = 0;
  unsigned scale = 1;

  while (end > at && cr_is_digit(origin.at[end - 1])) {
    port += scale * (unsigned)(origin.at[--end] - '0');
    scale *= 10;
  }
  if (end > at && origin.at[end - 1] == ':') {
    end--;
  } else { /* the digits were the host's */
    end = origin.len;
    port = req->https ? 443 : 80;
  }
  req->host_at = (uint16_t)at;
  req->host_end = (uint16_t)end;
  req->port = (uint16_t)port;
}

static struct cr_span join(struct cr_arena *arena, struct cr_span origin, struct cr_span target,
                           bool *ok)
{
  char *url = cr_arena_bytes(arena, origin.len + target.len + 1);

  if (!url) {
    *ok = false;
    return cr_span(NULL, 0);
  }
  memcpy(url, origin.at, origin.len);
  memcpy(url + origin.len, target.at, target.len);
  url[origin.len + target.len] = '\0';
  return cr_span(url, origin.len + target.len);
}

/* A robots task's own robots.txt is what redirected it, at once or by way of others. */
static struct cr_span via_of(struct cr_shard *s, struct cr_visit *v, const struct cr_task *task,
                             bool *ok)
{
  if (task->kind != CRAWLER_KIND_ROBOTS || task->hops == 0)
    return copy(&v->page.arena, task->via, ok);
  return join(&v->page.arena, s->frontier->ops->authority_origin(s->frontier, task->authority),
              CR_SPAN("/robots.txt"), ok);
}

static bool fill_request(struct cr_shard *s, struct cr_visit *v, const struct cr_task *task)
{
  struct crawler_request *req = &v->page.req;
  struct cr_span origin = s->frontier->ops->authority_origin(s->frontier, task->asked);
  bool is_first = task->kind == CRAWLER_KIND_ROBOTS && task->hops == 0;
  bool ok = true;
  struct cr_span url =
      join(&v->page.arena, origin, is_first ? CR_SPAN("/robots.txt") : task->target, &ok);

  if (!ok)
    return false;
  req->url = url.at;
  req->url_bytes = url.len;
  req->path_at = (uint16_t)origin.len;
  req->https = is_https(origin);
  split_origin(req, origin);
  req->referrer = copy(&v->page.arena, task->referrer, &ok);
  req->via = via_of(s, v, task, &ok);
  req->seed = copy(&v->page.arena, task->seed, &ok);
  req->meta = copy(&v->page.arena, task->meta, &ok);
  return ok;
}

static enum cr_slot slot_for(const struct cr_shard *s, const struct cr_task *task)
{
  if (task->untried)
    return CR_SLOT_UNTRIED;
  return task->slow && s->slots.slow_cap > 0 ? CR_SLOT_SLOW : CR_SLOT_FAST;
}

static void fill(struct cr_shard *s, struct cr_visit *v, const struct cr_task *task)
{
  struct crawler_request *req = &v->page.req;

  v->shard = s;
  v->lease = task->lease;
  v->fp = task->fp;
  v->authority = task->authority;
  v->host = task->host;
  v->slot = slot_for(s, task);
  v->page.crawler = s->crawler;
  v->page.mime = "";
  v->page.sent_mime = "";
  v->page.charset = "";
  v->page.address = "";
  atomic_store(&v->page.refs, 1);
  atomic_store(&v->page.holders, 0);
  atomic_store(&v->page.was_retained, false);
  atomic_store(&v->page.hold, CR_HOLD_NONE);
  atomic_store(&v->page.finish_how, -1);
  v->page.letter.kind = CR_LETTER_FINISH;
  v->page.resume_letter.kind = CR_LETTER_RESUME;
  atomic_store(&v->page.resume_is_posted, false);
  v->page.may_be_paused = true;
  atomic_store(&v->page.body_calls, 0);
  atomic_store(&v->page.resumed_call, 0);
  req->arena = &v->page.arena;
  req->mem = s->mem;
  req->extra = task->extra;
  req->lastmod_s = task->lastmod_s;
  req->depth = task->depth;
  req->priority = task->priority;
  req->kind = task->kind;
  req->method = task->method;
  req->hops = task->hops;
  req->attempt = task->attempt;
  req->seed_flag = (task->flags & CR_ITEM_SEED) != 0;
  req->phase = CR_REQUEST_FLIGHT;
}

struct cr_visit *cr_visit_new(struct cr_shard *s, const struct cr_task *task)
{
  struct cr_visit *v = get(s);

  if (!v)
    return NULL;
  (void)cr_arena_bytes(&v->page.arena, 0); /* the chunk that is kept is made first, as a page's */
  fill(s, v, task);
  if (!fill_request(s, v, task)) {
    v->page.req.extra = NULL; /* still the frontier's */
    destroy(&v->page);
    return NULL;
  }
  cr_list_push(&s->visits, &v->link);
  return v;
}

static bool keep_spare(struct cr_shard *s, struct cr_visit *v)
{
  if (s->spare_count == MAX_SPARE_VISITS)
    return false;
  cr_extra_free(v->page.req.extra);
  cr_buf_free(&v->parse.decoded);
  recycle(v);
  cr_list_push_front(&s->spare, &v->link);
  s->spare_count++;
  s->spare_bytes += spare_bytes(v);
  return true;
}

void cr_visit_release(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  cr_list_remove(&v->link);
  cr_list_remove(&v->fast_link);
  cr_list_remove(&v->lookup_link);
  cr_parse_forget(v);
  cr_inflate_close(v->decoder);
  v->decoder = NULL;
  cr_sitemap_forget(v);
  v->shard = NULL;
  if (atomic_load_explicit(&v->page.refs, memory_order_acquire) > 1) {
    cr_visit_measure(v); /* one that goes back to the queue, and whose headers somebody keeps */
    cr_visit_leave(v);
  }
  if (atomic_fetch_sub_explicit(&v->page.refs, 1, memory_order_acq_rel) != 1)
    return; /* a holder's last release destroys it */
  come_back(v);
  if (!keep_spare(s, v))
    destroy(&v->page);
}
