/* SPDX-License-Identifier: MIT */
/* sitemap_read.c - what a sitemap lists enters the crawl, read by cursor.
 *
 * The body is read as it comes. When a host that it is about has 80 percent of its max_pending
 * queued the reading waits until there are fewer than 50; what comes meanwhile is kept as it is on
 * the wire, up to the limit of a body. A reading takes its turns with other work, so that a large
 * sitemap holds nothing up. The URL is in flight until the last entry is taken.
 */
#include "engine/shard.h"

#include "sitemap/sitemap.h"
#include "sitemap/sitemap_place.h"

/* What is read in a turn, in entries; a step of the parser costs about as much as some. */
enum { TURN = 2000, STEP = 40 };

/* As much may be left for later turns while it comes; beyond that reading keeps up with it. */
enum { SPOOL_SMALL = 64 << 10 };

enum progress {
  READ_ALL,    /* what is there; more may come */
  READ_LATER,  /* in another turn */
  READ_WAITS,  /* for a host */
  READ_TO_END, /* nothing more is wanted */
};

struct cr_reading {
  struct cr_visit *visit;
  struct cr_list link; /* in shard->readings, while something is left for later */
  struct cr_sitemap *sitemap;
  struct cr_buf spool; /* of the wire, not read yet from at on */
  size_t at;
  uint64_t wire_bytes;       /* came so far */
  uint32_t hosts[2];         /* of the sitemap, and of its owner */
  uint32_t full_host;        /* waited for; CR_NO_ID: none */
  struct cr_span own, owner; /* their names, with the port */
  bool is_whole;             /* nothing more comes */
  bool has_ended;            /* the sitemap was told so, or is not to be read on */
  bool is_broken;            /* a sitemap, but what comes behind some place can't be read */
  bool has_entry;            /* entry is one that isn't taken yet */
  struct cr_sitemap_entry entry;
  crawler_reason failure; /* that ended the reading */
  crawler_reason cut_by;  /* how the transfer ended */
};

/* ---- what may be listed ---- */

static int64_t share_of_pending(const struct cr_shard *s, int percent)
{
  int64_t share =
      s->settings->max_pending / 100 * percent + s->settings->max_pending % 100 * percent / 100;
  return share > 0 ? share : 1;
}

static int64_t queued_of(const struct cr_shard *s, uint32_t host)
{
  struct cr_host_view view;

  s->frontier->ops->host_view(s->frontier, host, &view);
  return view.queued;
}

static bool is_full(struct cr_reading *r)
{
  struct cr_shard *s = r->visit->shard;

  for (size_t i = 0; i < 2; i++) {
    if (queued_of(s, r->hosts[i]) >= share_of_pending(s, 80))
      r->full_host = r->hosts[i];
  }
  return r->full_host != CR_NO_ID;
}

static bool still_waits(struct cr_reading *r)
{
  struct cr_shard *s = r->visit->shard;

  if (r->full_host != CR_NO_ID && queued_of(s, r->full_host) < share_of_pending(s, 50))
    r->full_host = CR_NO_ID;
  return r->full_host != CR_NO_ID;
}

/* Its own host's URLs, by the path rule if that is on, and the owner's. */
static bool may_list(const struct cr_reading *r, const struct crawler_request *req)
{
  const struct crawler_request *self = &r->visit->page.req;
  struct cr_span url = cr_span(req->url, req->url_bytes);
  struct cr_span host = cr_sitemap_host(url);

  if (cr_span_eq(host, r->owner) && !cr_span_eq(host, r->own))
    return true;
  return cr_span_eq(host, r->own) && (!r->visit->shard->settings->sitemap_path_rule ||
                                      cr_sitemap_covers(cr_span(self->url, self->url_bytes), url));
}

/* ---- entries ---- */

/* From -10 to 10; what isn't said is 0.5, as the protocol has it. */
static int8_t weight(int priority)
{
  return (int8_t)(priority < 0 ? 0 : (priority - 500) / 50);
}

/* What has not happened yet says nothing of the page. */
static uint32_t lastmod_s(const struct cr_shard *s, int64_t lastmod_ms)
{
  bool is_past = lastmod_ms > 0 && lastmod_ms <= cr_loop_wall(s->loop);
  int64_t seconds = is_past ? lastmod_ms / 1000 : 0;

  return seconds <= UINT32_MAX ? (uint32_t)seconds : 0;
}

/* A sitemap's URLs are whole; relative ones are taken as they are meant. */
static int parse_url(struct cr_reading *r, struct cr_span text)
{
  struct cr_shard *s = r->visit->shard;
  const struct crawler_request *req = &r->visit->page.req;
  int err = cr_url_parse(&s->url, text, NULL);

  if (err == CRAWLER_E_URL && cr_url_parse(&s->base, cr_span(req->url, req->url_bytes), NULL) == 0)
    err = cr_url_parse(&s->url, text, &s->base);
  return err;
}

static struct crawler_request request_of(struct cr_reading *r)
{
  const struct crawler_request *self = &r->visit->page.req;

  return (struct crawler_request){
    .arena = &r->visit->shard->scratch,
    .mem = r->visit->shard->mem,
    .referrer = cr_span(self->url, self->url_bytes),
    .seed = self->seed,
  };
}

/* A URL for what it is not: remembered under its text, and reported once. */
static void reject_text(struct cr_reading *r, struct cr_span text, crawler_reason reason)
{
  struct cr_shard *s = r->visit->shard;
  struct crawler_request req = request_of(r);

  if (text.len > CR_REQUEST_MAX_URL)
    text.len = CR_REQUEST_MAX_URL;
  req.depth = 1;
  req.url = cr_arena_strndup(&s->scratch, text.at, text.len);
  req.url_bytes = text.len;
  if (req.url)
    cr_reject(s, &req, cr_text_fp(s, text, CRAWLER_GET), reason);
  cr_count_link(s, -(int)reason);
}

static void admit_page(struct cr_reading *r, struct cr_span text, int64_t lastmod_ms)
{
  struct cr_shard *s = r->visit->shard;
  struct crawler_request req = request_of(r);
  struct cr_admission a = { .req = &req };
  int err;

  cr_arena_reset(&s->scratch);
  req.depth = 1;
  req.priority = weight(r->entry.priority);
  req.lastmod_s = lastmod_s(s, lastmod_ms);
  err = parse_url(r, text);
  if (err == 0)
    err = cr_identify(s, &req, &a.fp);
  if (err == CRAWLER_E_NOMEM)
    cr_count_link(s, CR_ADD_MEMORY);
  else if (err < 0)
    reject_text(r, text,
                err == CRAWLER_E_SCHEME ? CRAWLER_REJECTED_SCHEME : CRAWLER_REJECTED_INVALID_URL);
  else if (!may_list(r, &req))
    cr_count_link(s, -(int)CRAWLER_REJECTED_SCOPE); /* another sitemap, or a page, may */
  else
    cr_count_link(s, cr_admit(s, &a));
}

static void admit_sitemap(struct cr_reading *r)
{
  struct cr_shard *s = r->visit->shard;
  struct crawler_request req = request_of(r);

  cr_arena_reset(&s->scratch);
  req.depth = (uint16_t)(r->visit->page.req.depth + 1);
  if (parse_url(r, r->entry.loc) < 0 || cr_request_set_url(&req, &s->url) < 0)
    return;
  if (may_list(r, &req))
    cr_sitemap_admit(s, &req);
  else
    cr_shard_log(s, 2, "a sitemap on another host is not read", req.url);
}

static void admit_entry(struct cr_reading *r)
{
  const struct cr_sitemap_entry *e = &r->entry;
  bool others = (r->visit->shard->link_kinds & (1u << CRAWLER_LINK_LANGUAGE)) != 0;

  if (e->is_sitemap) {
    admit_sitemap(r);
    return;
  }
  admit_page(r, e->loc, e->lastmod_ms);
  for (size_t i = 0; others && i < e->alternate_count; i++)
    admit_page(r, e->alternates[i].url, 0); /* it isn't said when that one changed */
}

/* ---- the cursor ---- */

static void end_sitemap(struct cr_reading *r)
{
  int err = cr_sitemap_end(r->sitemap);

  r->has_ended = true;
  r->is_broken = err < 0 && cr_sitemap_format(r->sitemap) != CR_SITEMAP_UNKNOWN;
  if (err < 0 && r->failure == CRAWLER_REASON_NONE)
    cr_shard_log(r->visit->shard, 1, "not a whole sitemap", r->visit->page.req.url);
}

static void step(struct cr_reading *r)
{
  size_t taken = 0;
  int err = cr_sitemap_add(r->sitemap, r->spool.data + r->at, r->spool.len - r->at, &taken);

  r->at += taken;
  if (r->at == r->spool.len) {
    cr_buf_clear(&r->spool);
    r->at = 0;
  }
  if (err == CRAWLER_E_NOMEM)
    r->failure = CRAWLER_FAILED_INTERNAL;
  else if (cr_sitemap_read_bytes(r->sitemap) > cr_sitemap_body_bytes(r->visit->shard))
    r->failure = CRAWLER_FAILED_TOO_LARGE;
  if (err < 0 || r->failure != CRAWLER_REASON_NONE)
    end_sitemap(r);
}

static bool has_bytes(const struct cr_reading *r)
{
  return r->at < r->spool.len || cr_sitemap_is_busy(r->sitemap);
}

static enum progress read_on(struct cr_reading *r)
{
  int left = TURN;

  for (;;) {
    if (!r->has_entry)
      r->has_entry = cr_sitemap_next(r->sitemap, &r->entry);
    if (r->has_entry && is_full(r))
      return READ_WAITS;
    if (left <= 0)
      return READ_LATER;
    if (r->has_entry) {
      admit_entry(r);
      r->has_entry = false;
      left--;
    } else if (r->has_ended) {
      return READ_TO_END;
    } else if (has_bytes(r)) {
      step(r);
      left -= STEP;
    } else if (r->is_whole) {
      end_sitemap(r);
    } else {
      return READ_ALL;
    }
  }
}

static void finish(struct cr_reading *r)
{
  struct cr_visit *v = r->visit;

  v->page.body.len = (size_t)cr_sitemap_read_bytes(r->sitemap);
  v->shard->ledger.counters.body_bytes += (int64_t)v->page.body.len;
  if (r->failure == CRAWLER_REASON_NONE)
    r->failure = r->cut_by;
  if (r->failure != CRAWLER_REASON_NONE) {
    cr_visit_fail(v, r->failure);
    return;
  }
  v->shard->ledger.counters.unparsed += r->is_broken;
  cr_visit_end(v, CRAWLER_FETCHED, CRAWLER_REASON_NONE);
}

/* A turn of it; the visit may be over afterwards. */
static void take_turn(struct cr_reading *r)
{
  struct cr_shard *s = r->visit->shard;
  enum progress progress = read_on(r);

  while (progress == READ_LATER && !r->is_whole && r->spool.len - r->at > SPOOL_SMALL &&
         !cr_is_given_up(&s->given_up))
    progress = read_on(r);
  cr_list_remove(&r->link);
  if (progress == READ_LATER || progress == READ_WAITS)
    cr_list_push(&s->readings, &r->link);
  if (progress == READ_LATER)
    cr_shard_wake(s);
  if (progress == READ_TO_END && r->is_whole)
    finish(r);
}

void cr_sitemaps_read(struct cr_shard *s)
{
  struct cr_list turn;
  struct cr_list *link;

  cr_list_init(&turn);
  while ((link = cr_list_pop(&s->readings)) != NULL)
    cr_list_push(&turn, link);
  while ((link = cr_list_pop(&turn)) != NULL) {
    struct cr_reading *r = CR_CONTAINER(link, struct cr_reading, link);

    if (still_waits(r))
      cr_list_push(&s->readings, &r->link);
    else
      take_turn(r);
  }
}

bool cr_sitemaps_alone(const struct cr_shard *s)
{
  for (struct cr_list *link = s->visits.next; link != &s->visits; link = link->next) {
    const struct cr_visit *v = CR_CONTAINER(link, struct cr_visit, link);

    if (v->state != CR_VISIT_READING || v->reading->full_host == CR_NO_ID)
      return false;
  }
  return true;
}

/* ---- the transfer ---- */

uint64_t cr_sitemap_body_bytes(const struct cr_shard *s)
{
  int64_t most = s->settings->max_body;

  return (uint64_t)(most > CR_SITEMAP_BODY_BYTES ? most : CR_SITEMAP_BODY_BYTES);
}

/* The host that the URLs may be of, beside the sitemap's own. */
static int find_owner(struct cr_reading *r)
{
  struct cr_visit *v = r->visit;
  struct cr_shard *s = v->shard;
  struct crawler_request req = { .arena = &s->scratch, .mem = s->mem };
  uint32_t authority;

  r->own = cr_sitemap_host(cr_span(v->page.req.url, v->page.req.url_bytes));
  r->owner = cr_sitemap_host(v->page.req.seed);
  cr_arena_reset(&s->scratch);
  if (cr_url_parse(&s->url, v->page.req.seed, NULL) < 0 || cr_request_set_url(&req, &s->url) < 0)
    return CRAWLER_E_NOMEM;
  authority = cr_authority_of(s, &req, true);
  if (authority == CR_NO_ID)
    return CRAWLER_E_NOMEM;
  r->hosts[0] = v->host;
  r->hosts[1] = s->frontier->ops->authority_host(s->frontier, authority);
  return 0;
}

int cr_sitemap_begin(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  struct cr_reading *r;
  int err;

  if (v->page.status / 100 != 2)
    return 0;
  r = cr_zalloc(s->mem, CR_MEM_FETCH, sizeof(*r));
  if (!r)
    return CRAWLER_E_NOMEM;
  r->visit = v;
  r->full_host = CR_NO_ID;
  cr_list_init(&r->link);
  cr_buf_init(&r->spool, s->mem, CR_MEM_FETCH, cr_memory_spool(s));
  v->reading = r;
  err = find_owner(r);
  return err < 0 ? err : cr_sitemap_open(&r->sitemap, s->mem, v->page.coding);
}

static int spool(struct cr_reading *r, const char *data, size_t bytes)
{
  if (r->at > r->spool.len / 2) { /* what is read makes room */
    memmove(r->spool.data, r->spool.data + r->at, r->spool.len - r->at);
    r->spool.len -= r->at;
    r->at = 0;
  }
  return cr_buf_add(&r->spool, data, bytes);
}

int cr_sitemap_data(struct cr_visit *v, const char *data, size_t bytes)
{
  struct cr_reading *r = v->reading;
  int err;

  if (!r || r->has_ended)
    return 0;
  r->wire_bytes += bytes;
  err = spool(r, data, bytes);
  if (err == CRAWLER_E_NOMEM)
    r->failure = CRAWLER_FAILED_INTERNAL;
  else if (err == 0 && !still_waits(r))
    take_turn(r);
  if (r->failure != CRAWLER_REASON_NONE)
    v->ended_by = r->failure;
  else if (err < 0 || r->wire_bytes > cr_sitemap_body_bytes(v->shard)) /* the rest is read on */
    v->ended_by = CRAWLER_FAILED_TOO_LARGE;
  return v->ended_by != CRAWLER_REASON_NONE;
}

void cr_sitemap_arrived(struct cr_visit *v, crawler_reason failure)
{
  struct cr_reading *r = v->reading;
  bool is_read = failure == CRAWLER_REASON_NONE || failure == CRAWLER_FAILED_TOO_LARGE ||
                 failure == CRAWLER_FAILED_TRUNCATED || failure == CRAWLER_FAILED_TIMEOUT;

  if (is_read && r && r->sitemap) {
    v->state = CR_VISIT_READING;
    r->is_whole = true;
    r->cut_by = failure;
    if (cr_list_empty(&r->link))
      take_turn(r);
  } else if (failure != CRAWLER_REASON_NONE) {
    cr_visit_fail(v, failure);
  } else {
    cr_visit_end(v, CRAWLER_FETCHED, CRAWLER_REASON_NONE);
  }
}

void cr_sitemap_forget(struct cr_visit *v)
{
  struct cr_reading *r = v->reading;

  if (!r)
    return;
  cr_list_remove(&r->link);
  cr_sitemap_close(r->sitemap);
  cr_buf_free(&r->spool);
  cr_free(v->shard->mem, r);
  v->reading = NULL;
}
