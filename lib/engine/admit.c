/* SPDX-License-Identifier: MIT */
/* admit.c - stages 2 to 4: a URL passes probe and filter, and enters the frontier.
 *
 * Seeds, redirect targets and URLs added in hooks come here one by one; a page's links come in
 * bulk by links.c, which uses the same filter.
 */
#include "engine/shard.h"

uint8_t cr_seen_byte(const struct cr_shard *s, uint64_t fp)
{
  uint8_t seen = CR_SEEN_UNKNOWN;

  s->frontier->ops->lookup(s->frontier, &fp, 1, &seen);
  return seen;
}

crawler_reason cr_rejected_before(const struct cr_shard *s, uint64_t text_fp)
{
  uint8_t seen = cr_seen_byte(s, text_fp);

  return CR_SEEN_CLASS(seen) == CR_SEEN_REJECTED ? (crawler_reason)CR_SEEN_VALUE(seen)
                                                 : CRAWLER_REASON_NONE;
}

/* What was rejected as a page may be a requisite or a seed: that is another question. */
static bool is_judged_anew(const struct crawler_request *req)
{
  return req->kind == CRAWLER_KIND_REQUISITE || req->seed_flag || req->force;
}

void cr_reject(struct cr_shard *s, const struct crawler_request *req, uint64_t text_fp,
               crawler_reason reason)
{
  /* However often it is judged, it is told of once. */
  if (!req->force && cr_rejected_before(s, text_fp) != CRAWLER_REASON_NONE)
    return;
  /* Without room to remember it, it may be reported again: never lost. */
  if (!s->settings->filter_depends_on_page || reason != CRAWLER_REJECTED_FILTER)
    (void)s->frontier->ops->reject(s->frontier, text_fp, reason);
  cr_ledger_reject(&s->ledger, req->kind, reason);
  s->ledger.counters.traps[reason == CRAWLER_REJECTED_TRAP ? req->trap : 0]++;
  cr_note_refused(s, req, text_fp, reason);
  cr_note_end(s, req, text_fp, CRAWLER_REJECTED, reason);
  cr_report(s, req, CRAWLER_REJECTED, reason, NULL);
}

uint8_t cr_admit_forbidden(struct cr_shard *s, const struct crawler_request *req,
                           struct cr_frontier_item *item)
{
  uint8_t verdict = CR_ADD_MEMORY;

  item->flags |= CR_ITEM_OVER;
  if (s->frontier->ops->add(s->frontier, item, 1, &verdict, NULL, NULL) < 0)
    return CR_ADD_MEMORY;
  cr_note_item(s, item, verdict);
  if (verdict == CR_ADD_NEW) {
    cr_note_end(s, req, item->fp, CRAWLER_DROPPED, CRAWLER_DROPPED_ROBOTS);
    cr_ledger_drop(&s->ledger, req->kind, CRAWLER_DROPPED_ROBOTS);
    cr_report(s, req, CRAWLER_DROPPED, CRAWLER_DROPPED_ROBOTS, NULL);
  }
  return verdict;
}

crawler_reason cr_judge_scope(const struct cr_shard *s, struct cr_arena *arena,
                              struct crawler_request *req)
{
  struct cr_scope_url url = {
    .url = cr_span(req->url, req->url_bytes),
    .host = cr_request_host(req),
    .key = cr_politeness_key(arena, req),
    .path = cr_request_target(req),
    .port = req->port,
    .https = req->https,
    .trusted = req->seed_flag || req->kind == CRAWLER_KIND_REQUISITE,
  };

  struct cr_scope_verdict verdict = cr_scope_judge(s->scope, &url);

  req->rule = verdict.rule;
  return verdict.reason;
}

static crawler_reason judge_scope(struct cr_shard *s, struct crawler_request *req)
{
  return cr_judge_scope(s, &s->scratch, req);
}

bool cr_may_crawl_host(struct cr_shard *s, struct crawler_request *req)
{
  return judge_scope(s, req) == CRAWLER_REASON_NONE ||
         cr_scope_has_seed(s->scope, cr_politeness_key(&s->scratch, req));
}

static crawler_reason by_rules(struct cr_shard *s, struct crawler_request *req)
{
  crawler_reason reason = judge_scope(s, req);

  if (reason != CRAWLER_REASON_NONE)
    return reason;
  if (s->settings->max_depth >= 0 && req->depth > s->settings->max_depth)
    return CRAWLER_REJECTED_DEPTH;
  return cr_trap_verdict(s, req);
}

static int ask_filter(struct cr_shard *s, struct crawler_request *req)
{
  int verdict;

  req->phase = CR_REQUEST_FILTER;
  req->rewritten = false;
  s->hook_depth++;
  verdict = s->hooks->filter(s->crawler, req, s->hooks->filter_user);
  s->hook_depth--;
  return verdict;
}

/* crawler_request_set_url() has left the new text in req->url. */
static crawler_reason identify_again(struct cr_shard *s, struct crawler_request *req, uint64_t *fp)
{
  if (cr_url_parse(&s->url, cr_span(req->url, req->url_bytes), NULL) < 0 ||
      cr_identify(s, req, fp) < 0)
    return CRAWLER_REJECTED_INVALID_URL;
  return by_rules(s, req);
}

crawler_reason cr_filter(struct cr_shard *s, struct crawler_request *req, uint64_t *fp)
{
  crawler_reason reason;

  if (req->kind == CRAWLER_KIND_REQUISITE) /* of a page that was let in */
    return judge_scope(s, req);
  reason = by_rules(s, req);
  if (reason != CRAWLER_REASON_NONE || !s->hooks->filter)
    return reason;
  if (ask_filter(s, req) != CRAWLER_ACCEPT)
    return CRAWLER_REJECTED_FILTER;
  return req->rewritten ? identify_again(s, req, fp) : CRAWLER_REASON_NONE;
}

void cr_rewritten(struct cr_shard *s, uint64_t asked, uint64_t fp, unsigned depth)
{
  if (fp == asked || s->settings->filter_depends_on_page)
    return;
  (void)s->frontier->ops->reject(s->frontier, asked, CR_SEEN_REWRITTEN); /* asked twice at worst */
  /* Else it is a page that was asked for again by force. */
  if (cr_seen_byte(s, asked) == CR_SEEN_WAS_REWRITTEN)
    cr_depth_replaced(s, asked, fp, depth);
}

static uint8_t item_flags(const struct cr_shard *s, const struct crawler_request *req)
{
  return (uint8_t)((req->seed_flag ? CR_ITEM_SEED : 0) | (req->force ? CR_ITEM_FORCE : 0) |
                   (req->kind == CRAWLER_KIND_REQUISITE ? CR_ITEM_THOUGH_REJECTED : 0) |
                   (s->settings->depth_first && !req->seed_flag ? CR_ITEM_NEXT : 0));
}

void cr_frontier_item_of(struct cr_shard *s, const struct crawler_request *req, uint64_t fp,
                         struct cr_frontier_item *item)
{
  *item = (struct cr_frontier_item){
    .fp = fp,
    .authority = cr_authority_of(s, req, false),
    .lastmod_s = req->lastmod_s,
    .depth = req->depth,
    .priority = req->priority,
    .kind = req->kind,
    .method = req->method,
    .hops = req->hops,
    .flags = item_flags(s, req),
    .target = cr_request_target(req),
    .referrer = req->referrer,
    .via = req->via,
    .seed = req->seed.at || !req->seed_flag ? req->seed : cr_span(req->url, req->url_bytes),
    .meta = req->meta,
    .extra = req->extra,
  };
}

static uint8_t enqueue(struct cr_shard *s, const struct cr_admission *a)
{
  struct cr_frontier_item item;
  uint8_t verdict = CR_ADD_MEMORY;

  cr_frontier_item_of(s, a->req, a->fp, &item);
  if (item.authority == CR_NO_ID)
    return CR_ADD_MEMORY;
  if (cr_robots_forbid(s, item.authority, a->req))
    return cr_admit_forbidden(s, a->req, &item);
  if (s->frontier->ops->add(s->frontier, &item, 1, &verdict, NULL, NULL) < 0)
    return CR_ADD_MEMORY;
  cr_note_item(s, &item, verdict);
  if (verdict == CR_ADD_NEW) {
    cr_ledger_admit(&s->ledger, a->req->kind);
    a->req->extra = NULL; /* the frontier's now */
  }
  return verdict;
}

/* Known already? Then a shorter path is passed on, and nothing else is to do. */
static bool is_known(struct cr_shard *s, const struct cr_admission *a)
{
  uint8_t seen = a->req->force ? CR_SEEN_UNKNOWN : cr_seen_byte(s, a->fp);

  if (seen == CR_SEEN_UNKNOWN)
    return false;
  if (CR_SEEN_CLASS(seen) == CR_SEEN_REJECTED && a->req->kind == CRAWLER_KIND_REQUISITE)
    return false; /* as a page */
  cr_depth_found(s, a->fp, seen, a->req->depth);
  return true;
}

/* Takes what isn't known through the filter. Returns what cr_admit() does. */
static int admit_unknown(struct cr_shard *s, struct cr_admission *a)
{
  struct crawler_request *req = a->req;
  uint64_t text_fp = cr_text_fp(s, cr_span(req->url, req->url_bytes), req->method);
  uint64_t asked = a->fp;
  crawler_reason reason = CRAWLER_REASON_NONE;
  int verdict = CR_ADD_KNOWN;

  if (!is_judged_anew(req))
    reason = cr_rejected_before(s, text_fp);
  if (reason != CRAWLER_REASON_NONE)
    return -(int)reason;
  if (req->kind == CRAWLER_KIND_PAGE || req->kind == CRAWLER_KIND_REQUISITE)
    reason = cr_filter(s, req, &a->fp);
  if (reason == CRAWLER_REJECTED_DEPTH) /* another path may be shorter: not remembered */
    cr_note_refused(s, req, asked, reason);
  else if (reason != CRAWLER_REASON_NONE)
    cr_reject(s, req, text_fp, reason);
  if (reason != CRAWLER_REASON_NONE)
    return -(int)reason;
  if (a->fp == asked || !is_known(s, a))
    verdict = enqueue(s, a);
  if (verdict != CR_ADD_CAP && verdict != CR_ADD_MEMORY)
    cr_rewritten(s, asked, a->fp, req->depth);
  return verdict;
}

int cr_admit(struct cr_shard *s, struct cr_admission *a)
{
  int verdict = CR_ADD_KNOWN;

  cr_depth_hold(s);
  if (!is_known(s, a))
    verdict = admit_unknown(s, a);
  if (verdict == CR_ADD_SHALLOWER)
    cr_depth_lowered(s, a->fp, a->req->depth);
  if (verdict == CR_ADD_NEW)
    cr_shard_wake(s);
  cr_depth_release(s);
  cr_extra_free(a->req->extra);
  a->req->extra = NULL;
  return verdict;
}

void cr_scope_changed(struct cr_shard *s)
{
  if (!s->frontier)
    return;
  s->frontier->ops->forget_rejected(s->frontier, CRAWLER_REJECTED_SCOPE);
  s->frontier->ops->forget_rejected(s->frontier, CRAWLER_REJECTED_PATTERN_LIMIT);
}

/* Is this the directory of the seed it descends from, or one above? Such a one would let in what
 * the seed left out: a seed's redirect to the front page, or to a login. */
static bool is_above_seed(const struct crawler_request *req)
{
  struct cr_span directory = cr_scope_directory(cr_request_target(req));
  size_t path_at;
  struct cr_span from;

  for (path_at = 8; path_at < req->seed.len && req->seed.at[path_at] != '/';)
    path_at++; /* behind "http://" */
  if (path_at >= req->seed.len)
    return false;
  from = cr_span(req->seed.at + path_at, req->seed.len - path_at);
  return from.len >= directory.len && memcmp(from.at, directory.at, directory.len) == 0;
}

static int keep_below(struct cr_shard *s, const struct crawler_request *req, struct cr_span host,
                      bool is_new)
{
  if (!s->settings->no_parent || (req->via.at && !is_new && is_above_seed(req)))
    return 0;
  return cr_scope_add_directory(s->scope, host, cr_request_target(req));
}

int cr_widen_scope(struct cr_shard *s, const struct crawler_request *req)
{
  const int64_t *by_reason = s->ledger.kinds[CRAWLER_KIND_PAGE].by_reason;
  struct cr_span host = cr_politeness_key(&s->scratch, req);
  bool is_new = !cr_scope_has_seed(s->scope, host);
  int err = cr_scope_add_seed(s->scope, host);

  if (err == 0)
    err = keep_below(s, req, host, is_new);
  if (err < 0 || !is_new || by_reason[CRAWLER_REJECTED_SCOPE] == s->out_of_scope)
    return err;
  /* URLs of this host may be among those rejected: they may be found again. */
  s->frontier->ops->forget_rejected(s->frontier, CRAWLER_REJECTED_SCOPE);
  s->out_of_scope = by_reason[CRAWLER_REJECTED_SCOPE];
  return 0;
}

/* What the option header says goes to where a seed was, by scheme, host and port; a server that
 * sends on from http to https is meant by both. */
static int trust_origin(struct cr_shard *s, const struct crawler_request *req)
{
  const struct cr_span plain = CR_SPAN("http://");
  struct cr_span origin = cr_span(req->url, req->path_at);
  int err = cr_scope_add_origin(s->scope, origin);
  bool has_port = memchr(origin.at + plain.len, ':', origin.len - plain.len) != NULL;

  if (err < 0 || has_port || !cr_span_starts_nocase(origin, plain))
    return err;
  char *secure = cr_arena_bytes(&s->scratch, origin.len + 1);
  if (!secure)
    return CRAWLER_E_NOMEM;
  memcpy(secure, "https", 5);
  memcpy(secure + 5, origin.at + 4, origin.len - 4);
  return cr_scope_add_origin(s->scope, cr_span(secure, origin.len + 1));
}

/* What crawler_add_from() adds is a link like any other, and so is what a sitemap lists. */
void cr_count_link(struct cr_shard *s, int result)
{
  if (result < 0)
    cr_ledger_link_refused(&s->ledger, (crawler_reason)-result);
  else if (result == CR_ADD_NEW)
    cr_ledger_link_admitted(&s->ledger);
  else if (cr_no_room_reason(result) != CRAWLER_REASON_NONE)
    cr_ledger_link_refused(&s->ledger, cr_no_room_reason(result));
  else
    cr_ledger_link_known(&s->ledger);
}

void cr_no_room(struct cr_shard *s, const struct crawler_request *req, int result)
{
  crawler_reason reason = cr_no_room_reason(result);

  if (reason == CRAWLER_REASON_NONE)
    return;
  cr_ledger_link_refused(&s->ledger, reason);
  cr_shard_log(s, 0, "no room to queue", req->url);
}

void cr_admit_submitted(struct cr_shard *s, struct cr_submission *sub)
{
  struct crawler_request *req = &sub->req;
  struct cr_admission a = { .req = req };
  int err = cr_url_parse(&s->url, cr_span(req->url, req->url_bytes), NULL);

  cr_arena_reset(&s->scratch);
  if (err == 0 && req->kind == CRAWLER_KIND_SITEMAP) {
    (void)cr_sitemap_submitted(s, req); /* counted as refused for room */
    cr_submission_free(sub);
    return;
  }
  if (err == 0)
    err = cr_identify(s, req, &a.fp);
  if (err == 0 && req->seed_flag)
    err = cr_widen_scope(s, req);
  if (err == 0 && req->seed_flag)
    err = trust_origin(s, req);
  /* Its text has been checked when it was added: only memory can be wanting. */
  int result = err < 0 ? CR_ADD_MEMORY : cr_admit(s, &a);
  if (req->referrer.at)
    cr_count_link(s, result);
  else
    cr_no_room(s, req, result);
  cr_submission_free(sub);
}
