/* SPDX-License-Identifier: MIT */
/* deliver.c - stages 7 to 10: a body is parsed, and the page meets hooks and caller.
 *
 * Parsing is a pure job on a struct that only the job holds: a worker runs it, or the loop thread
 * when it is cheap. Back on the loop thread the page goes to on_page, its links enter the crawl,
 * and the URL ends, unless the caller holds the page.
 */
#include "engine/shard.h"

/* The loop reads so much of a page in some 0.3 ms, and a worker would miss the body in its cache. A
 * coded one is eight times as much as a rule, and a thousand times as much if it is a bomb. */
enum { INLINE_PLAIN_BYTES = 256 << 10, INLINE_CODED_BYTES = 8 << 10 };

struct cr_visit *cr_visit_of_job(struct cr_job *job)
{
  return CR_CONTAINER(job, struct cr_visit, job);
}

void cr_page_show(struct crawler_page *page, const struct cr_parse *p)
{
  page->mime = p->mime ? p->mime : "";
  page->sent_mime = p->sent_mime ? p->sent_mime : "";
  page->charset = p->charset ? p->charset : "";
  page->encoding = cr_charset_encoding(page->charset);
  page->is_html = p->is_html;
  page->base_href = p->base_href;
  page->inner_bases = p->inner_bases;
  page->links = p->links;
  page->link_count = p->link_count;
  page->links_left = p->links_left;
  page->links_are_exact = p->links_are_exact;
  page->facts = p->facts;
  page->tree = p->tree;
  page->text = p->text;
  cr_page_resolve_others(page);
}

static crawler_reason failure_of_cut(int cut)
{
  return cut == CRAWLER_E_LIMIT ? CRAWLER_FAILED_TOO_LARGE : CRAWLER_FAILED_TRUNCATED;
}

/* Its bytes were the hook's, only their number is here (stream.c). */
static void show_streamed(struct cr_visit *v)
{
  v->page.text = cr_span(NULL, 0);
  v->page.links_are_exact = v->page.links_are_exact && !v->is_cut_off;
}

/* On a worker, or inline: touches this visit only. */
static void work(struct cr_job *job, int worker)
{
  struct cr_visit *v = cr_visit_of_job(job);
  struct cr_shard *s = v->shard;

  v->parse.scratch = cr_shard_scratch(s, worker);
  v->parse.passages = cr_shard_passages(s, worker);
  s->env.parser(&v->parse, s->env.user);
  cr_arena_reset(v->parse.scratch);
  if (cr_is_given_up(&s->given_up))
    return;
  if (v->parse.needs_tree) {
    cr_buf_free(&v->parse.decoded);
    return;
  }
  cr_page_show(&v->page, &v->parse);
  if (v->parse.cut != 0 && v->page.truncated == CRAWLER_REASON_NONE)
    v->page.truncated = (uint8_t)failure_of_cut(v->parse.cut);
  cr_trap_read(v);
  if (v->transfer.stream)
    show_streamed(v);
  else
    v->page.body = v->parse.body.len > 0 ? v->parse.body : cr_span(NULL, 0);
  if (v->parse.err == 0 && s->hooks->parse && !atomic_load(&s->is_muted))
    (void)s->hooks->parse(s->crawler, &v->page, s->hooks->parse_user);
}

static bool is_for_worker(const struct cr_shard *s, const struct cr_visit *v)
{
  if (s->env.ordered)
    return true; /* one order of application for any number of workers */
  if (cr_pool_threads(s->pool) == 0)
    return false;
  if (v->parse.want_document || s->hooks->parse)
    return true;
  return v->parse.wire.len > (v->parse.coding.len > 0 ? INLINE_CODED_BYTES : INLINE_PLAIN_BYTES);
}

/* The kinds of links that somebody will look at: those that are followed, and when the caller reads
 * links, those that he is told of besides. */
static uint32_t kinds_wanted(const struct cr_shard *s, bool by_caller)
{
  uint32_t followed = s->link_kinds | s->requisite_kinds | cr_elsewhere_kinds(s);

  return by_caller ? followed | CR_LINK_KINDS_TOLD : followed;
}

/* Of a requisite: what a style sheet loads. */
static uint32_t kinds_of_requisite(const struct cr_shard *s, struct cr_span type)
{
  char mime[128];

  cr_mime_essence(type, mime);
  return strcmp(mime, "text/css") == 0 ? s->requisite_kinds & 1u << CRAWLER_LINK_CSS : 0;
}

static bool is_read_by_caller(const struct cr_shard *s)
{
  return s->hooks->links || s->hooks->page || s->hooks->parse || s->pulling;
}

static uint32_t kinds_of(const struct cr_visit *v)
{
  if (v->page.status / 100 != 2)
    return 0;
  if (v->page.req.kind == CRAWLER_KIND_REQUISITE)
    return kinds_of_requisite(v->shard, v->page.type);
  return v->page.req.kind == CRAWLER_KIND_PAGE ? kinds_wanted(v->shard, is_read_by_caller(v->shard))
                                               : 0;
}

bool cr_visit_is_read(const struct cr_visit *v, const char *mime)
{
  return cr_parse_may_link(mime, kinds_of(v)) ||
         (is_read_by_caller(v->shard) && cr_mime_is_html(mime));
}

/* A copy that no change of options takes from a worker. Without memory for it only what is said to
 * all robots is read. */
static struct cr_span token_of(struct cr_visit *v)
{
  struct cr_span token = cr_robots_own_token(v->shard);
  const char *copy = cr_arena_strndup(&v->page.arena, token.at, token.len);

  return cr_span(copy, copy ? token.len : 0);
}

static void prepare(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  const char *options = cr_headers_get(&v->page.headers, "X-Content-Type-Options");
  bool by_caller = is_read_by_caller(s);
  uint32_t kinds = kinds_of(v);

  v->parse = (struct cr_parse){
    .mem = s->mem,
    .keep = &v->page.arena,
    .wire = cr_span(v->transfer.body_in.data, v->transfer.body_in.len),
    .coding = v->transfer.stream ? CR_SPAN("") : v->page.coding, /* which stream.c has undone */
    .type = v->page.type,
    .headers = &v->page.headers,
    .nosniff = cr_mime_is_nosniff(cr_span_text(options)),
    .max_body_bytes = v->most_body_bytes,
    .max_ratio = s->settings->max_ratio,
    .max_links = cr_memory_links(s),
    .max_tree_bytes = cr_memory_document(s),
    .takes_cut = v->transfer.keeps_cut,
    .link_kinds = kinds,
    .want_link_text = kinds != 0 && by_caller,
    .want_facts = by_caller,
    .robots_token = token_of(v),
    .want_document = s->settings->document != 0,
    .may_build_tree = true,
    .never_builds_tree = s->settings->html_fallback == 0,
  };
}

static void submit(struct cr_visit *v)
{
  cr_pool_submit(v->shard->pool, &v->job);
  cr_shard_wake(v->shard);
}

static void begin_parse(struct cr_visit *v, int64_t growth)
{
  struct cr_shard *s = v->shard;

  v->growing_bytes = growth;
  s->growing_bytes += growth;
  prepare(v);
  cr_trap_prepare(v);
  v->parse_order = s->next_parse++;
  v->job.work = work;
  if (is_for_worker(s, v)) {
    submit(v);
    return;
  }
  /* A tree is a worker's to build, where there are workers. */
  v->parse.may_build_tree = cr_pool_threads(s->pool) == 0;
  work(&v->job, cr_pool_threads(s->pool));
  if (v->parse.needs_tree && !cr_is_given_up(&s->given_up)) {
    v->parse.may_build_tree = true;
    submit(v);
    return;
  }
  cr_visit_parsed(v);
}

static void put_with_unread(struct cr_visit *v)
{
  cr_list_push(&v->shard->unread, &v->job.link);
  v->shard->unread_count++;
  v->is_unread = true;
  cr_shard_wake(v->shard);
}

void cr_parse_forget(struct cr_visit *v)
{
  if (v->is_unread) {
    cr_list_remove(&v->job.link);
    v->shard->unread_count--;
    v->is_unread = false;
  }
  v->shard->growing_bytes -= v->growing_bytes;
  v->growing_bytes = 0;
}

void cr_visit_parse(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  int64_t growth;

  v->state = CR_VISIT_PARSING;
  v->most_body_bytes = cr_memory_usual_body(v);
  growth = cr_memory_growth(v, v->most_body_bytes);
  if (growth == 0 ||
      (is_for_worker(s, v) && cr_list_empty(&s->unread) && cr_memory_may_parse(s, growth)))
    begin_parse(v, growth);
  else
    put_with_unread(v);
}

/* Of those that are parsed here, one at a time: what callers gave back meanwhile is freed first. */
void cr_parse_unread(struct cr_shard *s)
{
  bool was_here = false;

  while (!was_here && !cr_list_empty(&s->unread)) {
    struct cr_visit *v = cr_visit_of_job(CR_CONTAINER(s->unread.next, struct cr_job, link));
    int64_t growth = cr_memory_growth(v, v->most_body_bytes);

    if (!cr_memory_may_parse(s, growth))
      return;
    was_here = !is_for_worker(s, v);
    cr_parse_forget(v);
    begin_parse(v, growth);
  }
  if (was_here)
    cr_shard_wake(s);
}

/* ---- on the loop thread again ---- */

static bool is_larger_than_usual(const struct cr_visit *v)
{
  return v->parse.err == CRAWLER_E_LIMIT && v->most_body_bytes < cr_memory_body(v->shard);
}

/* When there is room for the largest. */
static void read_again(struct cr_visit *v)
{
  v->most_body_bytes = cr_memory_body(v->shard);
  put_with_unread(v);
}

crawler_reason cr_decode_failure(int err)
{
  switch (err) {
  case 0:
    return CRAWLER_REASON_NONE;
  case CRAWLER_E_LIMIT:
    return CRAWLER_FAILED_TOO_LARGE;
  case CRAWLER_E_NOMEM:
    return CRAWLER_FAILED_INTERNAL;
  default: /* a coding that is broken or unknown */
    return CRAWLER_FAILED_PROTOCOL;
  }
}

/* A seed's redirects end here: this host is what the seed meant, under its own key (key_www) or
 * another. */
static void widen_scope(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;

  if (!v->page.req.seed_flag)
    return;
  cr_arena_reset(&s->scratch);
  if (cr_widen_scope(s, &v->page.req) < 0)
    cr_shard_log(s, 0, "no memory to widen the scope to", v->page.req.url);
}

static void call_page(struct cr_shard *s, struct cr_visit *v)
{
  if (!s->hooks->page)
    return;
  v->page.in_hook = true;
  s->hook_depth++;
  (void)s->hooks->page(s->crawler, &v->page, s->hooks->page_user);
  s->hook_depth--;
  v->page.in_hook = false;
}

static void count_page(struct cr_shard *s, const struct cr_visit *v)
{
  s->ledger.counters.body_bytes += (int64_t)v->page.body.len;
  s->ledger.counters.unparsed += v->parse.note != CR_PARSE_WHOLE || v->is_cut_off;
}

/* To crawler_next(): the caller's reference is counted from here on. */
static void offer_to_pull(struct cr_shard *s, struct cr_visit *v)
{
  atomic_store(&v->page.hold, CR_HOLD_PULLED);
  atomic_fetch_add(&v->page.holders, 1);
  atomic_fetch_add(&v->page.refs, 1);
  atomic_fetch_add(&v->page.home->offered, 1);
  s->on_ready(s, v, s->on_arg);
}

static void deliver(struct cr_visit *v)
{
  struct cr_shard *s = v->shard;
  bool stands_aside;

  v->state = CR_VISIT_HELD;
  count_page(s, v);
  cr_trap_learn(v);
  widen_scope(v);
  v->page.req.depth = s->frontier->ops->lease_depth(s->frontier, v->lease);
  stands_aside = cr_visit_canonical(v);
  /* From here on another thread may hold the page, and what it asks for grows the arena. */
  cr_visit_measure(v);
  cr_memory_note(s, v->page_bytes);
  cr_stream_drop(v);
  call_page(s, v);
  /* What found no memory is counted as capped. */
  bool is_given_up = !stands_aside && cr_admit_links(s, v) == 1;
  if (is_given_up)
    cr_visit_requeue(v, CR_FINISH_GIVE_BACK, 0);
  else if (atomic_load(&v->page.hold) == CR_HOLD_DEFERRED)
    cr_visit_leave(v);
  else if (s->pulling && v->page.req.kind == CRAWLER_KIND_PAGE)
    offer_to_pull(s, v);
  else
    cr_visit_end(v, CRAWLER_FETCHED, CRAWLER_REASON_NONE);
}

void cr_visit_parsed(struct cr_visit *v)
{
  crawler_reason failure = cr_decode_failure(v->parse.err);

  cr_parse_forget(v);
  if (cr_is_given_up(&v->shard->given_up)) /* it may have stopped anywhere */
    cr_visit_requeue(v, CR_FINISH_GIVE_BACK, 0);
  else if (is_larger_than_usual(v))
    read_again(v);
  else if (failure != CRAWLER_REASON_NONE)
    cr_visit_fail(v, failure);
  else if (!cr_visit_refresh(v))
    deliver(v);
}
