/* SPDX-License-Identifier: MIT */
/* arrive.c - events of the fetcher: an address, a head, pieces of a body, the end of an exchange.
 *
 * They come on the loop thread, outside of libcurl's callbacks, so hooks may do what they like. The
 * end of the exchange is what politeness counts from; parsing comes after it.
 */
#include "engine/shard.h"

#include "filter/lists.h"
#include "robots/robots.h"

static struct cr_visit *visit_of(struct cr_transfer *t)
{
  return CR_CONTAINER(t, struct cr_visit, transfer);
}

/* ---- while it runs ---- */

static enum cr_fetch_answer on_address(struct cr_transfer *t, const char *address, void *user)
{
  struct cr_shard *s = user;
  struct cr_visit *v = visit_of(t);
  struct cr_host_update update = { .host = v->host, .fields = CR_HOST_ADDRESS, .lease = v->lease };

  if (v->page.req.kind == CRAWLER_KIND_ROBOTS)
    cr_robots_bound_time(v);
  if (!cr_lookup_end(v))
    return CR_FETCH_LATER;
  if (v->joined_address)
    return CR_FETCH_GO;
  v->joined_address = true;
  update.address = cr_span_text(address);
  if (s->frontier->ops->host_update(s->frontier, &update, cr_loop_now(s->loop)) == 1)
    return CR_FETCH_LATER;
  return CR_FETCH_GO;
}

/* Transfer codings are put on last (RFC 9112 section 6.1). The fetcher undoes chunked and leaves
 * the others, which nobody asked for and hardly anybody sends. */
static int add_transfer_codings(struct crawler_page *page)
{
  struct cr_span list;
  int err = cr_headers_joined(&page->headers, "Transfer-Encoding", &page->arena, &list);

  if (err != 0 || list.len == 0 || cr_span_eq_nocase(list, CR_SPAN("chunked")))
    return err;
  char *all = cr_arena_bytes(&page->arena, page->coding.len + 2 * (list.len + 1));
  if (!all)
    return CRAWLER_E_NOMEM;
  size_t len = page->coding.len;
  if (len > 0)
    memcpy(all, page->coding.at, len);
  while (list.len > 0) {
    struct cr_span coding = cr_span_take_item(&list);
    if (coding.len == 0 || cr_span_eq_nocase(coding, CR_SPAN("chunked")))
      continue;
    all[len++] = ',';
    memcpy(all + len, coding.at, coding.len);
    len += coding.len;
  }
  page->coding = cr_span(all, len);
  return 0;
}

static int read_head(struct cr_visit *v)
{
  struct crawler_page *page = &v->page;
  int err = cr_headers_parse(&page->headers, &page->arena, v->transfer.head);

  if (err == 0)
    err = cr_headers_joined(&page->headers, "Content-Encoding", &page->arena, &page->coding);
  if (err == 0)
    err = add_transfer_codings(page);
  if (err == 0)
    err = cr_headers_joined(&page->headers, "Content-Type", &page->arena, &page->type);
  page->status = v->transfer.status;
  page->address = v->transfer.address;
  page->fetched_at_ms = cr_loop_wall(v->shard->loop);
  if (err == 0)
    cr_cookies_take(v);
  return err;
}

static bool is_unwanted(const struct cr_shard *s, const struct crawler_page *page,
                        struct cr_span type)
{
  struct cr_span list = cr_span_text(s->settings->mime_types);

  /* Of other statuses the answer is the status, not the body; and what has no type may be any. */
  return list.len > 0 && page->status / 100 == 2 && type.len > 0 && !cr_list_has_type(list, type);
}

static enum cr_fetch_answer begin_sitemap(struct cr_visit *v)
{
  int err = cr_sitemap_begin(v);

  if (err < 0)
    v->ended_by = err == CRAWLER_E_NOMEM ? CRAWLER_FAILED_INTERNAL : CRAWLER_FAILED_PROTOCOL;
  return err < 0 ? CR_FETCH_END : CR_FETCH_GO;
}

static enum cr_fetch_answer on_head(struct cr_transfer *t, void *user)
{
  struct cr_shard *s = user;
  struct cr_visit *v = visit_of(t);
  char mime[128];
  int verdict = CRAWLER_ACCEPT;

  if (read_head(v) < 0) {
    v->ended_by = CRAWLER_FAILED_INTERNAL;
    return CR_FETCH_END;
  }
  if (v->page.req.kind == CRAWLER_KIND_SITEMAP)
    return begin_sitemap(v);
  if (v->page.req.kind != CRAWLER_KIND_PAGE)
    return CR_FETCH_GO;
  if (!s->hooks->headers && *s->settings->mime_types == '\0')
    return CR_FETCH_GO; /* nobody asks what it is */
  cr_mime_essence(v->page.type, mime);
  if (is_unwanted(s, &v->page, cr_span_text(mime))) {
    v->page.req.rule = "mime_types";
    v->ended_by = CRAWLER_FAILED_UNWANTED_TYPE;
    return CR_FETCH_END;
  }
  if (!s->hooks->headers)
    return CR_FETCH_GO;
  v->page.sent_mime = cr_arena_strndup(&v->page.arena, mime, strlen(mime));
  if (!v->page.sent_mime)
    v->page.sent_mime = "";
  v->page.mime = v->page.sent_mime;
  s->hook_depth++;
  verdict = s->hooks->headers(s->crawler, &v->page, s->hooks->headers_user);
  s->hook_depth--;
  if (verdict == CRAWLER_ACCEPT)
    return CR_FETCH_GO;
  v->ended_by = CRAWLER_FAILED_UNWANTED_TYPE;
  return CR_FETCH_END;
}

static enum cr_fetch_answer on_data(struct cr_transfer *t, const char *data, size_t bytes,
                                    void *user)
{
  struct cr_visit *v = visit_of(t);

  (void)user;
  if (v->page.req.kind == CRAWLER_KIND_SITEMAP)
    return cr_sitemap_data(v, data, bytes) == 0 ? CR_FETCH_GO : CR_FETCH_END;
  return cr_stream_take(v, data, bytes);
}

/* ---- the end of an exchange ---- */

void cr_visit_free_slot(struct cr_visit *v, bool polite)
{
  struct cr_shard *s = v->shard;
  int64_t now = cr_loop_now(s->loop);
  struct cr_host_update update = {
    .host = v->host,
    .fields = CR_HOST_RELEASE,
    .lease = v->lease,
  };

  if (!v->has_slot)
    return;
  v->has_slot = false;
  bool says_pace = !v->was_paused && !v->is_aside; /* of its host, and of us */
  cr_lookup_note(v);
  cr_list_remove(&v->fast_link);
  if (v->is_aside)
    cr_slots_end_aside(&s->slots);
  else
    cr_slots_end(&s->slots, v->slot);
  v->is_aside = false;
  if (polite) {
    const struct cr_politeness p = cr_pace_of(s, v->host);
    update.fields |= CR_HOST_NEXT_OK | (says_pace ? CR_HOST_SLOW : 0);
    update.next_ok_ms = cr_politeness_next_ok(&p, now, cr_random_next(&s->random));
    update.slow = now - v->lane_ms >= s->settings->slow_after;
    if (says_pace)
      cr_load_took(&s->load, now - v->lane_ms);
  }
  (void)s->frontier->ops->host_update(s->frontier, &update, now); /* nothing is allocated for it */
  cr_shard_wake(s);
}

static void count_exchange(struct cr_shard *s, struct cr_visit *v)
{
  const struct cr_transfer *t = &v->transfer;
  struct cr_tally *tally = cr_visit_tally(v);

  if (t->sent) {
    if (tally)
      tally->attempts++;
    s->ledger.counters.attempts++;
    s->ledger.counters.connections += !t->reused;
  }
  s->ledger.counters.wire_bytes += t->wire_bytes;
  cr_limits_count(v, t->wire_bytes);
}

/* The absolute target of a 3xx, or NULL. */
static void read_location(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  v->page.location = NULL;
  if (cr_visit_target(v) < 0)
    return;
  /* The source's fragment goes on to a target that has none (RFC 9110 section 10.2.2). */
  if (s->url.fragment_at == UINT32_MAX && cr_url_take_fragment(&s->url, &s->base) < 0)
    return;
  cr_settle_fragment(s);
  cr_url_strip_userinfo(&s->url);
  v->page.location = cr_arena_strndup(&v->page.arena, s->url.text.data, s->url.text.len);
}

/* The body of a robots.txt, undone from its coding; there is no parse job for it. */
static crawler_reason decode_robots(struct cr_visit *v)
{
  v->parse = (struct cr_parse){
    .mem = v->shard->mem,
    .keep = &v->page.arena,
    .scratch = &v->page.arena,
    .wire = cr_span(v->transfer.body_in.data, v->transfer.body_in.len),
    .coding = v->page.coding,
    .type = CR_SPAN("text/plain"),
    .max_body_bytes = CR_ROBOTS_BODY_BYTES,
    .keeps_cut = true,
  };
  cr_parse_run(&v->parse, NULL);
  v->page.body = v->parse.body;
  if (!v->parse.body.at && v->parse.decoded.len > 0) /* cut short: what came until there counts */
    v->page.body = cr_span(v->parse.decoded.data, v->parse.decoded.len);
  if (v->parse.err == CRAWLER_E_NOMEM)
    return CRAWLER_FAILED_INTERNAL;
  return v->parse.err < 0 && v->parse.err != CRAWLER_E_LIMIT ? CRAWLER_FAILED_PROTOCOL
                                                             : CRAWLER_REASON_NONE;
}

/* What came of a file that is too large is read, too. */
static crawler_reason read_robots(struct cr_visit *v, crawler_reason failure)
{
  if (failure != CRAWLER_REASON_NONE && failure != CRAWLER_FAILED_TOO_LARGE)
    return failure;
  crawler_reason decoding = decode_robots(v);
  return failure == CRAWLER_REASON_NONE || decoding == CRAWLER_FAILED_INTERNAL ? decoding : failure;
}

static void sitemap_arrived(struct cr_visit *v, crawler_reason failure)
{
  if (failure == CRAWLER_REASON_NONE &&
      (cr_visit_park(v) || cr_visit_retry_status(v) || cr_visit_redirect(v)))
    return;
  cr_sitemap_arrived(v, failure);
}

static void arrived(struct cr_visit *v)
{
  if (v->page.req.kind == CRAWLER_KIND_PAGE)
    cr_ledger_status(&v->shard->ledger, v->page.status);
  if (cr_visit_park(v) || cr_visit_retry_status(v) || cr_visit_redirect(v))
    return;
  cr_visit_parse(v);
}

/* A redirect, and "later", are said by the head alone: it doesn't matter how the body came. What a
 * hook says of it does, but the host's wish to be left alone holds all the same. */
static bool has_said_all(const struct cr_visit *v, crawler_reason failure)
{
  if (failure == CRAWLER_FAILED_INTERNAL) /* the headers may not be known */
    return false;
  return cr_park_is_asked_for(v->page.status) ||
         (cr_visit_redirects(v) && failure != CRAWLER_FAILED_UNWANTED_TYPE);
}

/* Its host has no connection to spare, or there was no room for the body. */
static void give_back(struct cr_visit *v)
{
  if (v->transfer.sent)
    cr_memory_put_off(v);
  cr_visit_free_slot(v, v->transfer.sent);
  cr_visit_requeue(v, CR_FINISH_GIVE_BACK, 0);
}

/* Is what came of it a page's, by option keep_truncated? */
static bool may_be_kept(const struct cr_visit *v, crawler_reason failure)
{
  return v->transfer.keeps_cut && v->page.status > 0 &&
         (failure == CRAWLER_FAILED_TRUNCATED || failure == CRAWLER_FAILED_TIMEOUT ||
          failure == CRAWLER_FAILED_TOO_LARGE);
}

/* Half a page is what is left when the whole one can't be had. */
static void failed(struct cr_visit *v, crawler_reason failure)
{
  if (!may_be_kept(v, failure)) {
    cr_visit_fail(v, failure);
    return;
  }
  if (cr_visit_retry_failure(v, failure))
    return;
  v->page.req.rule = NULL; /* of the retry that wasn't made */
  v->page.truncated = (uint8_t)failure;
  if (v->page.req.kind == CRAWLER_KIND_PAGE)
    cr_ledger_status(&v->shard->ledger, v->page.status);
  cr_visit_parse(v);
}

static void on_done(struct cr_transfer *t, void *user)
{
  struct cr_shard *s = user;
  struct cr_visit *v = visit_of(t);
  crawler_reason failure = t->failure;

  cr_load_note_wait(s, t->waited_ms);
  if (cr_visit_starved(v))
    return;
  count_exchange(s, v);
  if (t->later) {
    give_back(v);
    return;
  }
  if (v->ended_by != CRAWLER_REASON_NONE)
    failure = v->ended_by;
  else if (failure == CRAWLER_REASON_NONE)
    failure = cr_stream_end(v);
  cr_pace_note(v, failure);
  cr_retries_note(v, failure);
  cr_visit_free_slot(v, true);
  cr_note_attempt(v, failure);
  v->page.elapsed_ms = t->sent ? cr_loop_now(s->loop) - t->sent_ms : 0;
  v->page.wire_bytes = t->wire_bytes;
  if (t->status > 0)
    read_location(v);
  if (v->page.req.kind == CRAWLER_KIND_ROBOTS)
    failure = read_robots(v, failure);
  if (has_said_all(v, failure))
    failure = CRAWLER_REASON_NONE;
  if (v->page.req.kind == CRAWLER_KIND_ROBOTS) {
    cr_robots_arrived(v, failure);
  } else if (v->page.req.kind == CRAWLER_KIND_SITEMAP) {
    sitemap_arrived(v, failure);
  } else if (failure != CRAWLER_REASON_NONE) {
    failed(v, failure);
  } else {
    arrived(v);
  }
}

struct cr_fetch_events cr_arrive_events(struct cr_shard *s)
{
  return (struct cr_fetch_events){ on_address, on_head, on_data, on_done, s };
}
