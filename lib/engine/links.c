/* SPDX-License-Identifier: MIT */
/* links.c - the links of a page enter the crawl, all at once.
 *
 * Four passes over small arrays in a scratch arena: identify (a remembered href costs one hash and
 * one look-up), probe all fingerprints in one batch, filter what is unknown, each distinct one
 * once, and add what is accepted in one batch. A known link costs nothing more.
 */
#include "engine/shard.h"

#include "base/hash.h"

struct found { /* a link that is followed */
  uint64_t tag;
  uint64_t fp;
  const char *url; /* resolved; NULL: remembered by tag, not resolved on this page */
  uint32_t url_bytes;
  uint32_t link;         /* index in the page */
  uint32_t twin;         /* earlier entry with the same unknown fp; UINT32_MAX: none */
  crawler_reason reason; /* invalid_url, scheme: told by the text alone */
  uint64_t text_fp;      /* once it is asked about */
};

/* A canceled crawl takes so many more; a page that has more links is left for the next run. */
enum { LINKS_A_CHECK = 4096 };

enum fate { FATE_KNOWN, FATE_ADD, FATE_REFUSED };

struct batch {
  struct cr_shard *s;
  struct cr_visit *visit;
  struct cr_arena *arena;
  struct found *found;
  uint64_t *fps;
  uint8_t *seen;
  uint8_t *fate;
  crawler_reason *why; /* FATE_REFUSED */
  struct cr_frontier_item *items;
  uint32_t *item_of; /* index in found of each item */
  uint32_t count;
  uint32_t item_count;
  uint32_t *table; /* unknown fingerprints on this page: index in found, UINT32_MAX: empty */
  size_t table_mask;
  struct cr_link_base base;
  bool base_is_own; /* no <base href>, no fragment of its own: "#x" is this page */
};

/* ---- identify ---- */

static void identify_text(struct batch *b, struct found *f, struct cr_span href, uint64_t tag)
{
  struct cr_shard *s = b->s;
  struct cr_span text;
  int err = cr_url_parse_in(&s->url, href, &s->base, &b->visit->page.encoding);

  f->reason = CRAWLER_REASON_NONE;
  if (err < 0)
    f->reason = CRAWLER_REJECTED_INVALID_URL;
  else if (s->url.scheme == CR_SCHEME_OTHER)
    f->reason = CRAWLER_REJECTED_SCHEME;
  else if (cr_url_key(&s->url, &s->key_rules, &s->key) < 0)
    f->reason = CRAWLER_REJECTED_INVALID_URL;
  if (f->reason == CRAWLER_REASON_NONE) {
    cr_settle_fragment(s);
    cr_url_strip_userinfo(&s->url);
  }
  text = err < 0 ? href : cr_url_text(&s->url);
  if (text.len > CR_REQUEST_MAX_URL) {
    f->reason = CRAWLER_REJECTED_INVALID_URL;
    text.len = CR_REQUEST_MAX_URL;
  }
  f->fp = f->reason != CRAWLER_REASON_NONE ? cr_text_fp(s, text, CRAWLER_GET)
                                           : cr_hash64(s->key.data, s->key.len, s->hash_seed);
  f->url = cr_arena_strndup(b->arena, text.at ? text.at : "", text.len);
  f->url_bytes = (uint32_t)text.len;
  cr_link_memory_put(s->link_memory, tag, f->fp);
}

/* As cr_url_names_page, of what stands behind a '#' that isn't parsed yet. */
static bool may_name_page(const char *at, const char *end)
{
  while (at < end && (*at == '\t' || *at == '\n' || *at == '\r')) /* the parser takes them out */
    at++;
  return at < end && (*at == '!' || *at == '/');
}

/* What counts of an href for the key: its fragment only by option key_fragment. */
static struct cr_span counted_href(const struct cr_shard *s, const struct crawler_link *link)
{
  bool is_resolved = link->base != 0 && link->url && link->url[0] != '\0';
  struct cr_span href =
      is_resolved ? cr_span_text(link->url) : cr_span(link->href, link->href_bytes);
  const char *hash = memchr(href.at, '#', href.len);

  if (!hash ||
      ((s->key_rules.bits & CR_URL_RULE_FRAGMENT) && may_name_page(hash + 1, href.at + href.len)))
    return href;
  return cr_span(href.at, (size_t)(hash - href.at));
}

/* Options say which of these are followed all the same. */
static bool is_nofollow(const struct cr_shard *s, const struct crawler_page *page,
                        const struct crawler_link *link)
{
  const struct cr_settings *o = s->settings;

  return ((link->flags & CRAWLER_LINK_FLAG_NOFOLLOW) && !o->follow_nofollow) ||
         ((link->flags & CRAWLER_LINK_FLAG_UGC) && !o->follow_ugc) ||
         ((link->flags & CRAWLER_LINK_FLAG_SPONSORED) && !o->follow_sponsored) ||
         ((page->facts.robots & CRAWLER_PAGE_NOFOLLOW) && o->obey_meta_robots);
}

/* A style sheet's requisites are one hop further, as a redirect is: so a chain of them ends. */
static uint32_t kinds_followed(const struct batch *b)
{
  const struct cr_shard *s = b->s;
  const struct crawler_request *from = &b->visit->page.req;

  if (from->kind == CRAWLER_KIND_PAGE)
    return s->link_kinds | s->requisite_kinds;
  return from->hops < s->settings->max_redirects ? s->requisite_kinds : 0;
}

static bool is_requisite(const struct batch *b, uint32_t i)
{
  return (b->s->requisite_kinds & (1u << b->visit->page.links[b->found[i].link].kind)) != 0;
}

/* For what it is on this page; the URL may come again. Only the history wants to know which. */
static void note_refused(struct batch *b, const struct crawler_link *link, crawler_reason reason)
{
  const struct crawler_request *from = &b->visit->page.req;
  struct crawler_request req = { .referrer = cr_span(from->url, from->url_bytes) };
  struct cr_span href = counted_href(b->s, link);
  struct found f = { .url = NULL };
  uint64_t tag;

  if (!b->s->history)
    return;
  tag = cr_link_memory_tag(&b->base, href);
  if (!cr_link_memory_get(b->s->link_memory, tag, &f.fp))
    identify_text(b, &f, href, tag);
  cr_note_refused(b->s, &req, f.fp, reason);
}

static bool is_followed(struct batch *b, const struct crawler_link *link)
{
  struct cr_shard *s = b->s;
  crawler_reason reason = CRAWLER_REASON_NONE;

  if (!(kinds_followed(b) & (1u << link->kind)) ||
      (link->flags & (CRAWLER_LINK_FLAG_INERT | CRAWLER_LINK_FLAG_LATE)) != 0)
    reason = CRAWLER_REJECTED_KIND;
  else if (is_nofollow(s, &b->visit->page, link))
    reason = CRAWLER_REJECTED_NOFOLLOW;
  if (reason != CRAWLER_REASON_NONE)
    cr_ledger_link_refused(&s->ledger, reason);
  if (reason == CRAWLER_REJECTED_NOFOLLOW) /* of other kinds there are far more than of URLs */
    note_refused(b, link, reason);
  return reason == CRAWLER_REASON_NONE;
}

static void identify(struct batch *b, uint32_t i)
{
  struct found *f = &b->found[b->count];
  const struct crawler_link *link = &b->visit->page.links[i];
  struct cr_span href = counted_href(b->s, link);

  if (href.len == 0 && link->href_bytes > 0 && b->base_is_own) { /* "#x" */
    cr_ledger_link_known(&b->s->ledger);
    return;
  }
  b->count++;
  f->link = i;
  f->twin = UINT32_MAX;
  f->url = NULL;
  f->reason = CRAWLER_REASON_NONE;
  f->tag = cr_link_memory_tag(&b->base, href);
  cr_link_memory_prefetch(b->s->link_memory, f->tag);
}

static void recall(struct batch *b, struct found *f)
{
  struct cr_shard *s = b->s;

  if (!cr_link_memory_get(s->link_memory, f->tag, &f->fp))
    identify_text(b, f, counted_href(s, &b->visit->page.links[f->link]), f->tag);
}

/* A page that the caller holds can't be given back, so that its links are all taken. */
static bool is_given_up(const struct batch *b, uint32_t done)
{
  return done % LINKS_A_CHECK == LINKS_A_CHECK - 1 &&
         atomic_load(&b->visit->page.hold) != CR_HOLD_DEFERRED && cr_is_given_up(&b->s->given_up);
}

/* False: given up, here and below. */
static bool identify_all(struct batch *b, const uint8_t *verdicts)
{
  const struct crawler_page *page = &b->visit->page;

  for (uint32_t i = 0; i < page->link_count; i++) {
    if (is_given_up(b, i))
      return false;
    if (!is_followed(b, &page->links[i]))
      continue;
    if (!verdicts || verdicts[i] == CRAWLER_ACCEPT) {
      identify(b, i);
      continue;
    }
    cr_ledger_link_refused(&b->s->ledger, CRAWLER_REJECTED_FILTER);
    note_refused(b, &page->links[i], CRAWLER_REJECTED_FILTER);
  }
  for (uint32_t i = 0; i < b->count; i++) {
    if (is_given_up(b, i))
      return false;
    recall(b, &b->found[i]);
    b->fps[i] = b->found[i].fp;
  }
  return true;
}

/* ---- known links ---- */

static uint16_t link_depth(const struct batch *b)
{
  uint16_t depth = b->visit->page.req.depth;

  return depth < UINT16_MAX ? (uint16_t)(depth + 1) : depth;
}

/* What was rejected as a page may be a requisite: that is another question. */
static bool is_to_filter(const struct batch *b, uint32_t i)
{
  return b->seen[i] == CR_SEEN_UNKNOWN ||
         (CR_SEEN_CLASS(b->seen[i]) == CR_SEEN_REJECTED && is_requisite(b, i));
}

static bool settle_seen(struct batch *b, uint32_t i)
{
  struct cr_shard *s = b->s;
  uint8_t seen = b->seen[i];

  if (is_to_filter(b, i))
    return false;
  if (CR_SEEN_CLASS(seen) == CR_SEEN_REJECTED && seen != CR_SEEN_WAS_REWRITTEN) {
    cr_ledger_link_refused(&s->ledger, (crawler_reason)CR_SEEN_VALUE(seen));
    return true;
  }
  cr_ledger_link_known(&s->ledger);
  cr_depth_found(s, b->fps[i], seen, link_depth(b));
  return true;
}

/* ---- unknown links ---- */

/* Another spelling of the URL may be let in. */
static bool is_refused_as_spelt(const struct batch *b, uint32_t i)
{
  return b->fate[i] == FATE_REFUSED && b->why[i] != CRAWLER_REJECTED_DEPTH;
}

static bool is_twin(const struct batch *b, uint32_t i, uint32_t k)
{
  return b->found[i].fp == b->found[k].fp && is_requisite(b, i) == is_requisite(b, k);
}

/* Has this fp stood on this page before, as what it is here? Then its twin; else it is entered, in
 * the place of one that was refused. */
static uint32_t find_twin(struct batch *b, uint32_t i)
{
  size_t at = (size_t)b->found[i].fp & b->table_mask;

  while (b->table[at] != UINT32_MAX && !is_twin(b, i, b->table[at]))
    at = (at + 1) & b->table_mask;
  if (b->table[at] != UINT32_MAX && !is_refused_as_spelt(b, b->table[at]))
    return b->table[at];
  b->table[at] = i;
  return UINT32_MAX;
}

static void inherit(struct batch *b, uint32_t i, struct crawler_request *req)
{
  const struct crawler_request *from = &b->visit->page.req;

  *req = (struct crawler_request){
    .arena = b->arena,
    .mem = b->s->mem,
    .depth = link_depth(b),
    .kind = is_requisite(b, i) ? CRAWLER_KIND_REQUISITE : CRAWLER_KIND_PAGE,
    .hops = from->kind == CRAWLER_KIND_PAGE ? 0 : (uint8_t)(from->hops + 1),
    .referrer = cr_span(from->url, from->url_bytes),
    .seed = from->seed,
    .meta = from->meta,
  };
}

/* A URL for what it is not: remembered under its text, and reported once. */
static void reject_text(struct batch *b, uint32_t i, crawler_reason reason)
{
  struct found *f = &b->found[i];
  struct crawler_request req;

  inherit(b, i, &req);
  req.url = f->url ? f->url : "";
  req.url_bytes = f->url_bytes;
  b->fate[i] = FATE_REFUSED;
  b->why[i] = reason;
  cr_reject(b->s, &req, f->text_fp, reason);
}

/* Sees to it that found link i has its URL, if it was only remembered. */
static int load_text(struct batch *b, uint32_t i)
{
  struct found *f = &b->found[i];

  if (!f->url) {
    identify_text(b, f, counted_href(b->s, &b->visit->page.links[f->link]), 1);
    b->fps[i] = f->fp;
  }
  if (!f->url)
    return CRAWLER_E_NOMEM;
  f->text_fp = cr_text_fp(b->s, cr_span(f->url, f->url_bytes), CRAWLER_GET);
  return f->reason != CRAWLER_REASON_NONE ? CRAWLER_E_URL : 0;
}

/* The href leads to what is rejected by its text: next time one look-up will tell. */
static void refuse(struct batch *b, uint32_t i, crawler_reason reason)
{
  const struct found *f = &b->found[i];

  b->fate[i] = FATE_REFUSED;
  b->why[i] = reason;
  if (reason != CRAWLER_REJECTED_DEPTH)
    cr_link_memory_put(b->s->link_memory, f->tag, f->text_fp);
}

/* What the frontier said of a URL other than NEW, or cr_no_room_reason's of it. */
static void settle_added(struct batch *b, uint32_t i, const struct cr_frontier_item *item,
                         uint8_t verdict)
{
  struct cr_shard *s = b->s;

  if (verdict == CR_ADD_KNOWN || verdict == CR_ADD_SHALLOWER) {
    b->fate[i] = FATE_KNOWN; /* a rewritten URL that was known */
    cr_depth_lowered(s, item->fp, item->depth);
  } else if (verdict != CR_ADD_NEW) {
    b->fate[i] = FATE_REFUSED;
    b->why[i] = cr_no_room_reason(verdict);
  }
  if (b->fate[i] != FATE_REFUSED)
    cr_rewritten(s, b->found[i].fp, item->fp, item->depth);
}

static void accept(struct batch *b, uint32_t i, struct crawler_request *req, uint64_t fp)
{
  struct cr_frontier_item *item = &b->items[b->item_count];

  cr_frontier_item_of(b->s, req, fp, item);
  if (item->authority == CR_NO_ID) {
    cr_extra_free(req->extra);
    b->fate[i] = FATE_REFUSED;
    b->why[i] = CRAWLER_CAPPED_MEMORY;
    return;
  }
  b->fate[i] = FATE_ADD;
  b->fps[i] = fp; /* another one if on_filter has rewritten it */
  if (!cr_robots_forbid(b->s, item->authority, req)) {
    b->item_of[b->item_count++] = i;
    return;
  }
  settle_added(b, i, item, cr_admit_forbidden(b->s, req, item));
  cr_extra_free(req->extra);
}

/* Is there nothing to ask about? Then it has its fate. */
static bool is_told_by_text(struct batch *b, uint32_t i)
{
  crawler_reason before = CRAWLER_REASON_NONE;
  int err = load_text(b, i);

  if (err == CRAWLER_E_NOMEM) {
    b->fate[i] = FATE_REFUSED;
    b->why[i] = CRAWLER_CAPPED_MEMORY;
    return true;
  }
  if (!is_requisite(b, i))
    before = cr_rejected_before(b->s, b->found[i].text_fp);
  if (before != CRAWLER_REASON_NONE)
    refuse(b, i, before);
  else if (err < 0)
    reject_text(b, i, b->found[i].reason);
  return before != CRAWLER_REASON_NONE || err < 0;
}

static void filter_one(struct batch *b, uint32_t i)
{
  struct cr_shard *s = b->s;
  struct crawler_request req;
  crawler_reason reason;
  uint64_t fp;

  if (is_told_by_text(b, i))
    return;
  inherit(b, i, &req);
  if (cr_url_parse(&s->url, cr_span(b->found[i].url, b->found[i].url_bytes), NULL) < 0 ||
      cr_identify(s, &req, &fp) < 0) {
    reject_text(b, i, CRAWLER_REJECTED_INVALID_URL);
    return;
  }
  reason = cr_filter(s, &req, &fp);
  if (reason == CRAWLER_REASON_NONE) {
    accept(b, i, &req, fp);
    return;
  }
  refuse(b, i, reason);
  if (reason == CRAWLER_REJECTED_DEPTH)
    cr_note_refused(s, &req, b->found[i].fp, reason);
  else
    cr_reject(s, &req, b->found[i].text_fp, reason);
  cr_extra_free(req.extra); /* on_filter may have given it data */
}

static bool filter_all(struct batch *b)
{
  bool every = b->s->settings->filter_depends_on_page != 0;

  for (uint32_t i = 0; i < b->count; i++) {
    if (is_given_up(b, i))
      return false;
    b->fate[i] = FATE_KNOWN;
    if (settle_seen(b, i)) {
      b->found[i].link = UINT32_MAX; /* counted */
      continue;
    }
    b->found[i].twin = every ? UINT32_MAX : find_twin(b, i);
    if (b->found[i].twin == UINT32_MAX)
      filter_one(b, i);
  }
  return true;
}

/* ---- the end ---- */

static void add_all(struct batch *b)
{
  struct cr_shard *s = b->s;
  uint8_t *verdicts = b->seen; /* as long as fps; no longer needed for them */

  if (b->item_count == 0)
    return;
  if (s->frontier->ops->add(s->frontier, b->items, b->item_count, verdicts, NULL, NULL) < 0)
    memset(verdicts, CR_ADD_MEMORY, b->item_count);
  for (uint32_t k = 0; k < b->item_count; k++) {
    uint32_t i = b->item_of[k];

    cr_note_item(s, &b->items[k], verdicts[k]);
    if (verdicts[k] == CR_ADD_NEW)
      cr_ledger_admit(&s->ledger, b->items[k].kind);
    else
      cr_extra_free(b->items[k].extra);
    settle_added(b, i, &b->items[k], verdicts[k]);
  }
}

static void count_one(struct batch *b, uint32_t i)
{
  uint32_t twin = b->found[i].twin;
  uint32_t first = twin == UINT32_MAX ? i : twin;

  if (b->fate[first] == FATE_REFUSED)
    cr_ledger_link_refused(&b->s->ledger, b->why[first]);
  else if (b->fate[first] == FATE_ADD && twin == UINT32_MAX)
    cr_ledger_link_admitted(&b->s->ledger);
  else
    cr_ledger_link_known(&b->s->ledger);
}

/* While max_depth is set: what this page leads to, for a shorter path found later. */
static void keep_for_depth(struct batch *b)
{
  struct crawler_request *req = &b->visit->page.req;
  struct cr_depth_entry entry = { .depth = req->depth };
  struct cr_buf refused;
  bool room = true;

  if (!b->s->depth)
    return;
  cr_buf_init(&refused, b->s->mem, CR_MEM_FRONTIER, 16 << 20);
  for (uint32_t i = 0; i < b->count; i++) {
    const struct found *f = &b->found[i];

    if (b->fate[i] != FATE_REFUSED) {
      b->fps[entry.child_count++] = b->fps[i];
    } else if (b->why[i] == CRAWLER_REJECTED_DEPTH && f->twin == UINT32_MAX && f->url) {
      if (entry.refused_count++ == 0) /* first the page itself, then its seed: see depth_pass.c */
        room = cr_buf_add(&refused, req->url, req->url_bytes + 1) == 0 &&
               cr_buf_add(&refused, req->seed.at ? req->seed.at : "", req->seed.len + 1) == 0;
      room = room && cr_buf_add(&refused, f->url, f->url_bytes + 1) == 0;
    }
  }
  entry.children = b->fps;
  entry.refused = refused.data;
  entry.refused_bytes = refused.len;
  if (!room || (entry.child_count + entry.refused_count > 0 &&
                cr_depth_put(b->s->depth, b->visit->fp, &entry) < 0))
    b->s->ledger.counters.depth_lost++;
  cr_buf_free(&refused);
}

static bool allocate(struct batch *b, size_t n)
{
  size_t cells = 16;

  while (cells < 2 * n)
    cells *= 2;
  b->found = cr_arena_alloc(b->arena, n * sizeof(*b->found));
  b->fps = cr_arena_alloc(b->arena, n * sizeof(*b->fps));
  b->seen = cr_arena_alloc(b->arena, n);
  b->fate = cr_arena_alloc(b->arena, n);
  b->why = cr_arena_alloc(b->arena, n * sizeof(*b->why));
  b->table = cr_arena_alloc(b->arena, cells * sizeof(*b->table));
  b->table_mask = cells - 1;
  if (!b->found || !b->fps || !b->seen || !b->fate || !b->why || !b->table)
    return false;
  memset(b->table, 0xff, cells * sizeof(*b->table));
  return true;
}

/* Items are the largest of the arrays, and most pages need none: there is room for one in any case,
 * so that there always is an array. */
static bool allocate_items(struct batch *b)
{
  size_t unknown = 1;

  for (uint32_t i = 0; i < b->count; i++)
    unknown += is_to_filter(b, i);
  b->items = cr_arena_alloc(b->arena, unknown * sizeof(*b->items));
  b->item_of = cr_arena_alloc(b->arena, unknown * sizeof(*b->item_of));
  return b->items && b->item_of;
}

/* Every link of the page refused for want of memory: counted, and the crawl is incomplete. */
static int refuse_all(struct cr_shard *s, const struct crawler_page *page)
{
  for (uint32_t i = 0; i < page->link_count; i++)
    cr_ledger_link_refused(&s->ledger, CRAWLER_CAPPED_MEMORY);
  return CRAWLER_E_NOMEM;
}

/* *verdicts: what on_links says of each link; NULL: there is no such hook. */
static int ask_links(struct cr_shard *s, struct crawler_page *page, struct cr_arena *arena,
                     uint8_t **verdicts)
{
  *verdicts = NULL;
  if (!s->hooks->links)
    return 0;
  *verdicts = cr_arena_zalloc(arena, page->link_count);
  if (!*verdicts)
    return CRAWLER_E_NOMEM;
  s->hook_depth++;
  (void)s->hooks->links(s->crawler, page, *verdicts, page->link_count, s->hooks->links_user);
  s->hook_depth--;
  return 0;
}

/* 0, or 1: given up. */
static int judge_and_add(struct batch *b)
{
  if (!filter_all(b)) {
    for (uint32_t k = 0; k < b->item_count; k++)
      cr_extra_free(b->items[k].extra);
    return 1;
  }
  add_all(b);
  for (uint32_t i = 0; i < b->count; i++)
    if (b->found[i].link != UINT32_MAX)
      count_one(b, i);
  keep_for_depth(b);
  return 0;
}

int cr_admit_links(struct cr_shard *s, struct cr_visit *visit)
{
  struct crawler_page *page = &visit->page;
  struct batch b = { .s = s, .visit = visit };
  uint8_t *verdicts;
  int result;

  cr_ledger_links_capped(&s->ledger, page->links_left);
  if (page->link_count == 0)
    return 0;
  b.arena = cr_shard_scratch(s, cr_pool_threads(s->pool));
  if (ask_links(s, page, b.arena, &verdicts) < 0 || !allocate(&b, page->link_count) ||
      cr_page_base(page, &s->base) < 0) {
    cr_arena_reset(b.arena);
    return refuse_all(s, page);
  }
  b.base_is_own = !page->base_href.at && s->base.fragment_at == UINT32_MAX;
  b.base = cr_link_memory_base(s->link_memory, &s->base, &page->encoding);
  cr_arena_reset(&s->scratch);
  if (!identify_all(&b, verdicts)) {
    cr_arena_reset(b.arena);
    return 1;
  }
  s->frontier->ops->lookup(s->frontier, b.fps, b.count, b.seen);
  if (!allocate_items(&b)) {
    for (uint32_t i = 0; i < b.count; i++)
      cr_ledger_link_refused(&s->ledger, CRAWLER_CAPPED_MEMORY);
    cr_arena_reset(b.arena);
    return CRAWLER_E_NOMEM;
  }
  cr_depth_hold(s);
  result = judge_and_add(&b);
  cr_depth_release(s);
  cr_arena_reset(b.arena);
  cr_shard_wake(s);
  return result;
}
