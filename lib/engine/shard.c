/* SPDX-License-Identifier: MIT */
/* shard.c - the life of a reactor: opened cheaply, started when there is something to run.
 */
#include "engine/shard.h"

#include "engine/history.h"
#include "fetch/address.h"
#include "fetch/cookie_jar.h"
#include "fetch/sockets.h"
#include "fetch/source.h"

#define NO_LIMIT 0
/* Bodies of the web's larger pages (242 KB on average in a large crawl of 2025). */
#define BUFFERED_PER_TRANSFER (256 << 10)
#define SLOW_PER_TRANSFER 8
#define MOST_ASIDE 4096        /* waiting for names: half of what the fetcher asks for at a time, */
#define ASIDE_PER_TRANSFER 8   /* and so many for each transfer */
#define SPARE_CONNECTIONS 64   /* kept alive beside as many as there are transfers; */
#define IDLE_CONNECTIONS 1000  /* so many if the process may have ... */
#define DESCRIPTORS_PER_IDLE 4 /* times as many descriptors */
#define SCRATCH_CHUNK_BYTES (256 << 10)

/* What a browser would load to show a page, but for frames, which are pages. */
#define REQUISITE_KINDS                                                                   \
  (1u << CRAWLER_LINK_STYLESHEET | 1u << CRAWLER_LINK_ICON | 1u << CRAWLER_LINK_PRELOAD | \
   1u << CRAWLER_LINK_IMAGE | 1u << CRAWLER_LINK_SCRIPT | 1u << CRAWLER_LINK_MEDIA |      \
   1u << CRAWLER_LINK_EMBED | 1u << CRAWLER_LINK_CSS)

int cr_shard_open(struct cr_shard *s)
{
  cr_list_init(&s->letters);
  cr_list_init(&s->parsed);
  cr_list_init(&s->visits);
  cr_list_init(&s->fast);
  cr_list_init(&s->lookups);
  cr_list_init(&s->readings);
  cr_list_init(&s->unread);
  cr_list_init(&s->spare);
  cr_shard_pump_init(s);
  cr_arena_init(&s->scratch, s->mem, CR_MEM_CORE, 4096, NO_LIMIT);
  cr_url_init(&s->url, s->mem);
  cr_url_init(&s->base, s->mem);
  cr_buf_init(&s->key, s->mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  memset(s->authorities, 0xff, sizeof(s->authorities));
  atomic_init(&s->flags, 0);
  s->events = cr_arrive_events(s);
  s->host_bytes = s->host_ms = -1;
  return cr_scope_open(&s->scope, s->mem);
}

/* ---- settings ---- */

static struct cr_politeness politeness_of(const struct cr_settings *o)
{
  if (o->own_server)
    return cr_politeness_own_server((uint32_t)o->concurrency);
  return (struct cr_politeness){
    .delay_ms = o->delay,
    .jitter_percent = o->delay_jitter,
    .host_cap = (uint32_t)o->host_concurrency,
    .site_cap = (uint32_t)o->site_concurrency,
    .address_cap = (uint32_t)o->address_concurrency,
  };
}

static uint32_t smaller_of(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

/* Who asks for few transfers doesn't expect hundreds of slow ones, whose buffers would take all of
 * what max_buffered stands for. */
static uint32_t slow_cap_of(const struct cr_settings *o)
{
  return smaller_of((uint32_t)o->slow_concurrency, SLOW_PER_TRANSFER * (uint32_t)o->concurrency);
}

/* The bit of one word of the list; 0: not a kind. */
static uint32_t link_kind_of(struct cr_span word)
{
  for (int kind = 1; cr_link_kind_name(kind); kind++)
    if (cr_span_eq(word, cr_span_text(cr_link_kind_name(kind))))
      return 1u << kind;
  return 0;
}

static uint32_t all_link_kinds(void)
{
  uint32_t kinds = 0;

  for (int kind = 1; cr_link_kind_name(kind); kind++)
    kinds |= 1u << kind;
  return kinds;
}

int cr_link_kinds_read(const char *list, uint32_t *kinds)
{
  uint32_t sum = strcmp(list, "all") == 0 ? all_link_kinds() : 0;
  const char *at = sum ? "" : list;

  while (*at) {
    size_t len = strcspn(at, ",");
    struct cr_span word = cr_span_trim(cr_span(at, len));
    uint32_t kind = link_kind_of(word);

    if (!kind && word.len > 0)
      return CRAWLER_E_VALUE;
    sum |= kind;
    at += len + (at[len] == ',');
  }
  *kinds = sum;
  return 0;
}

static struct cr_key_rules key_rules_of(const struct cr_settings *o)
{
  const struct {
    int64_t on;
    unsigned rule;
  } rows[] = {
    { o->key_trailing_slash, CR_URL_RULE_TRAILING_SLASH },
    { o->key_slashes, CR_URL_RULE_SLASHES },
    { o->key_index, CR_URL_RULE_INDEX },
    { o->key_case, CR_URL_RULE_CASE },
    { o->key_escapes, CR_URL_RULE_ESCAPES },
    { o->key_www, CR_URL_RULE_WWW },
    { o->key_query_order, CR_URL_RULE_QUERY_ORDER },
    { o->key_tracking, CR_URL_RULE_TRACKING },
    { o->key_session, CR_URL_RULE_SESSION },
    { o->key_fragment, CR_URL_RULE_FRAGMENT },
  };
  struct cr_key_rules rules = { .names = cr_span_text(o->key_ignore) };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    rules.bits |= rows[i].on ? rows[i].rule : 0;
  return rules;
}

static void configure_frontier(struct cr_shard *s)
{
  const struct cr_frontier_ops *ops = s->frontier->ops;
  uint32_t dropped;

  ops->set_caps(s->frontier, s->politeness.host_cap, s->politeness.site_cap,
                s->politeness.address_cap);
  dropped = ops->set_default_gate(s->frontier, s->settings->obey_robots != 0);
  for (uint32_t i = 0; i < dropped; i++) {
    cr_ledger_lease(&s->ledger, CRAWLER_KIND_ROBOTS);
    cr_ledger_withdraw(&s->ledger, CRAWLER_KIND_ROBOTS);
  }
}

static void open_depth(struct cr_shard *s)
{
  if (s->settings->max_depth < 0 || s->depth || !s->frontier)
    return;
  if (cr_depth_open(&s->depth, s->mem, s->hash_seed, cr_memory_frontier(s) / 2) < 0)
    s->ledger.counters.depth_lost++;
}

static struct cr_scope_limits scope_limits_of(const struct cr_settings *o)
{
  struct cr_scope_limits limits = {
    .no_parent = o->no_parent != 0,
    .schemes = cr_span_text(o->schemes),
    .ports = cr_span_text(o->ports),
    .allow_extensions = cr_span_text(o->allow_extensions),
    .deny_extensions = cr_span_text(o->deny_extensions),
  };

  (void)cr_scope_reach_read(o->scope, &limits.reach); /* checked when it was set */
  if (o->span_hosts)
    limits.reach = CR_REACH_ANY;
  return limits;
}

void cr_shard_configure(struct cr_shard *s)
{
  const struct cr_settings *o = s->settings;
  const struct cr_scope_limits limits = scope_limits_of(o);

  s->politeness = politeness_of(o);
  s->slots.fast_cap = (uint32_t)o->concurrency;
  s->slots.slow_cap = slow_cap_of(o);
  s->slots.aside_cap = smaller_of(MOST_ASIDE, ASIDE_PER_TRANSFER * s->slots.fast_cap);
  s->slots.max_pages = o->max_pages;
  (void)cr_link_kinds_read(o->links, &s->link_kinds); /* checked when it was set */
  s->requisite_kinds = o->requisites ? REQUISITE_KINDS : 0;
  s->key_rules = key_rules_of(o);
  cr_scope_set_limits(s->scope, &limits);
  if (!s->frontier)
    return;
  configure_frontier(s);
  open_depth(s);
  cr_limits_configure(s);
  if (s->running)
    cr_shard_wake(s);
}

/* ---- texts that others borrow ---- */

void cr_shard_replace_text(struct cr_shard *s, char **text, char *copy)
{
  char *old = *text;

  *text = copy;
  cr_shard_configure(s);
  if (s->fetcher && s->fetcher->ops->configure &&
      s->fetcher->ops->configure(s->fetcher, s->settings->allow_private, s->settings->resolve,
                                 s->settings->user_agent) < 0)
    cr_shard_log(s, 0, "out of memory: the fetcher keeps the old value of an option", NULL);
  cr_free(s->mem, old);
}

int cr_shard_check_private(struct cr_shard *s, const char *list)
{
  struct cr_address_policy *policy = NULL;
  int err = cr_address_policy_open(&policy, s->mem, list);

  cr_address_policy_close(policy);
  return err;
}

/* ---- start ---- */

static int open_frontier(struct cr_shard *s)
{
  struct cr_frontier_config config = {
    .mem = s->mem,
    .seed = cr_random_next(&s->random),
    .now_ms = cr_loop_now(s->loop),
    .host_cap = s->politeness.host_cap,
    .site_cap = s->politeness.site_cap,
    .address_cap = s->politeness.address_cap,
    .max_pending = (uint32_t)s->settings->max_pending,
    .max_bytes = cr_memory_frontier(s),
    .gate = s->settings->obey_robots != 0,
    .free_extra = cr_shard_free_extra,
    .free_facts = cr_robots_facts_free,
  };

  return cr_frontier_memory_open(&s->frontier, &config);
}

static int resolve_hook(const char *host, uint64_t token, void *user)
{
  struct cr_shard *s = user;
  int taken;

  if (!s->hooks->resolve)
    return 1;
  s->hook_depth++;
  taken = s->hooks->resolve(s->crawler, host, token, s->hooks->resolve_user);
  s->hook_depth--;
  return taken;
}

/* An empty hook opens nothing, and neither does an answer that is none of the three. */
static enum cr_fetch_verdict judge_address(struct cr_transfer *t, const struct cr_address *address,
                                           bool allowed, void *user)
{
  struct cr_shard *s = user;
  struct cr_visit *v = CR_CONTAINER(t, struct cr_visit, transfer);
  char text[64];
  int verdict;

  if (atomic_load(&s->is_muted)) /* who would judge is gone */
    return CR_FETCH_REFUSE;
  if (!s->hooks->address)
    return CR_FETCH_UNJUDGED;
  cr_address_format(address, text);
  s->hook_depth++;
  verdict =
      s->hooks->address(s->crawler, &v->page.req, text, t->port, allowed, s->hooks->address_user);
  s->hook_depth--;
  if (verdict == CRAWLER_OVERRULE)
    return CR_FETCH_THOUGH_REFUSED;
  return verdict == CRAWLER_ACCEPT ? CR_FETCH_AS_POLICY : CR_FETCH_REFUSE;
}

static void customize(struct cr_transfer *t, void *curl, void *user)
{
  struct cr_shard *s = user;
  struct cr_visit *v = CR_CONTAINER(t, struct cr_visit, transfer);

  if (!s->hooks->transfer)
    return;
  s->hook_depth++;
  s->hooks->transfer(s->crawler, &v->page.req, curl, s->hooks->transfer_user);
  s->hook_depth--;
}

/* How many connections may be kept beside those of so many transfers. What they take isn't in the
 * account: by TLS some 50 KB each. */
static uint32_t idle_room(const struct cr_shard *s, uint32_t transfers)
{
  size_t allowed = cr_sockets_allowed() / DESCRIPTORS_PER_IDLE;
  uint32_t most = allowed < IDLE_CONNECTIONS ? (uint32_t)allowed : IDLE_CONNECTIONS;
  uint32_t least = transfers + SPARE_CONNECTIONS;

  return s->settings->max_memory >= 0 || most < least ? least : most;
}

static int open_fetcher(struct cr_shard *s)
{
  const struct cr_settings *o = s->settings;
  uint8_t ip_version = 0;

  (void)cr_ip_version_read(cr_span_text(o->ip_version), &ip_version); /* checked when it was set */
  uint32_t transfers = s->slots.fast_cap + smaller_of(s->slots.fast_cap, s->slots.slow_cap);

  s->idle_room = idle_room(s, transfers);
  struct cr_fetcher_config config = {
    .mem = s->mem,
    .loop = s->loop,
    .events = &s->events,
    .user_agent = o->user_agent,
    .proxy = o->proxy,
    .ca_file = o->ca_file,
    .client_cert = o->client_cert,
    .client_key = o->client_key,
    .client_key_password = o->client_key_password,
    .interface = o->interface,
    .ip_version = ip_version,
    .tls_1_3 = strcmp(o->tls_min, "1.3") == 0,
    .dns_servers = o->dns_servers,
    .dns_timeout_ms = o->dns_timeout,
    .resolve = o->resolve,
    .allow_private = o->allow_private,
    .http2 = o->http2 != 0,
    .insecure = o->insecure != 0,
    .concurrency = transfers,
    .host_connections = smaller_of(s->politeness.host_cap, transfers),
    .idle_connections = s->idle_room,
    .random_seed = cr_random_next(&s->random),
    .may_grow = o->max_memory >= 0 ? cr_memory_may_grow : NULL,
    .resolve_hook = resolve_hook,
    .customize = customize,
    .judge = judge_address,
    .user = s,
  };

  return s->env.open_fetcher(&s->fetcher, &config, s->env.user);
}

static void wake_loop(void *loop)
{
  cr_loop_wake(loop);
}

static void on_wake(void *arg)
{
  cr_shard_wake(arg);
}

void cr_shard_free_extra(void *extra, void *user)
{
  (void)user;
  cr_extra_free(extra);
}

static int open_pool(struct cr_shard *s)
{
  int err = 0;
  int count;

  if (!s->pool)
    err = cr_pool_open(&s->pool, s->mem, (int)s->settings->workers, wake_loop, s->loop);
  if (err < 0)
    return err;
  count = cr_pool_threads(s->pool) + 1;
  s->workers = cr_zalloc_array(s->mem, CR_MEM_CORE, (size_t)count, sizeof(*s->workers));
  if (!s->workers)
    return CRAWLER_E_NOMEM;
  for (int i = 0; i < count; i++) {
    cr_arena_init(&s->workers[i].scratch, s->mem, CR_MEM_PAGE, SCRATCH_CHUNK_BYTES, NO_LIMIT);
    s->workers[i].scratch.given_up = &s->given_up;
  }
  s->worker_count = count;
  return 0;
}

struct cr_arena *cr_shard_scratch(struct cr_shard *s, int worker)
{
  struct cr_arena *scratch = &s->workers[worker].scratch;

  if (!scratch->head) {
    scratch->kind = CR_MEM_CORE;
    (void)cr_arena_bytes(scratch, 0); /* without memory now it may come later, and is a page's */
    scratch->kind = CR_MEM_PAGE;
  }
  return scratch;
}

struct cr_passages *cr_shard_passages(struct cr_shard *s, int worker)
{
  struct cr_passages **passages = &s->workers[worker].passages;

  if (!*passages)
    (void)cr_passages_open(passages, s->mem); /* without memory each page is read whole */
  return *passages;
}

/* Once in a crawler's life. What was opened stays for another try. */
static int open_all(struct cr_shard *s)
{
  int64_t seed = s->settings->random_seed;
  int err = 0;

  if (!s->hash_seed) {
    s->random.state = seed ? (uint64_t)seed : cr_random_seed();
    s->hash_seed = cr_random_next(&s->random) | 1;
  }
  if (!s->loop)
    err = s->env.open_loop(&s->loop, s->mem, s->env.user);
  if (err == 0 && !s->workers)
    err = open_pool(s);
  if (err == 0 && !s->frontier)
    err = open_frontier(s);
  if (err == 0 && !s->link_memory)
    err = cr_link_memory_open(&s->link_memory, s->mem, s->hash_seed);
  if (err == 0 && !s->trap)
    err = cr_trap_open(&s->trap, s->mem, s->hash_seed, cr_memory_traps(s));
  if (err == 0 && !s->duplicates)
    err = cr_duplicates_open(&s->duplicates, s->mem);
  if (err == 0 && !s->history && s->settings->history > 0)
    err = cr_history_open(&s->history, s->mem, s->hash_seed, cr_memory_history(s));
  if (err == 0)
    err = cr_cookies_open(s);
  if (err == 0 && !s->fetcher)
    err = open_fetcher(s);
  return err;
}

int cr_shard_start(struct cr_shard *s)
{
  bool first = s->fetcher == NULL;
  int err;

  cr_shard_configure(s);
  err = open_all(s);
  if (err == 0)
    err = cr_loop_on_wake(s->loop, on_wake, s);
  if (err < 0)
    return err;
  cr_shard_configure(s);
  cr_parks_forget(s);
  cr_limits_forget(s);
  cr_shortage_forget(s);
  s->load = (struct cr_load){ .is_on = false };
  s->run_started_ms = cr_loop_now(s->loop);
  cr_idle_begin(&s->idle, s->run_started_ms);
  if (first)
    s->started_ms = s->run_started_ms;
  s->ending = CR_END_NOT;
  s->error = 0;
  s->advice = NULL;
  s->running = true;
  cr_home_on_post(s->home, wake_loop, s->loop);
  cr_shard_wake(s);
  return 0;
}

/* ---- close ---- */

static void drop_letters(struct cr_shard *s)
{
  struct cr_list *link;

  cr_home_collect(s->home, &s->letters);
  while ((link = cr_list_pop(&s->letters)) != NULL) {
    struct cr_letter *letter = CR_CONTAINER(link, struct cr_letter, link);

    if (letter->kind == CR_LETTER_SUBMIT)
      cr_submission_free(CR_CONTAINER(letter, struct cr_submission, letter));
    else if (letter->kind == CR_LETTER_RESOLVED)
      cr_free(s->mem, CR_CONTAINER(letter, struct cr_answer, letter));
    else if (letter->kind == CR_LETTER_RESUME)
      cr_page_drop(CR_CONTAINER(letter, struct crawler_page, resume_letter));
  }
}

/* Visits that are left have no transfer and no job any more. */
static void drop_visits(struct cr_shard *s)
{
  struct cr_list *link;

  while ((link = s->visits.next) != &s->visits) {
    struct cr_visit *v = CR_CONTAINER(link, struct cr_visit, link);

    v->page.crawler = NULL;
    v->has_slot = false;
    s->frontier->ops->set_extra(s->frontier, v->lease, NULL); /* the visit frees it */
    cr_visit_release(v);
  }
  while ((link = cr_list_pop(&s->spare)) != NULL) {
    struct cr_visit *v = CR_CONTAINER(link, struct cr_visit, link);

    v->page.destroy(&v->page);
  }
  for (int i = 0; s->workers && i < s->worker_count; i++) {
    cr_arena_free(&s->workers[i].scratch);
    cr_passages_close(s->workers[i].passages);
  }
  cr_free(s->mem, s->workers);
}

void cr_shard_close(struct cr_shard *s)
{
  struct cr_list unfinished;

  cr_list_init(&unfinished);
  s->running = false;
  atomic_store(&s->given_up, true);
  cr_home_close(s->home);
  if (s->fetcher)
    s->fetcher->ops->close(s->fetcher);
  if (s->pool)
    cr_pool_close(s->pool, &unfinished);
  drop_letters(s);
  drop_visits(s);
  if (s->loop) {
    cr_loop_cancel_timer(s->loop, &s->due);
    cr_loop_cancel_timer(s->loop, &s->slow);
    cr_loop_cancel_timer(s->loop, &s->deadline);
  }
  cr_loop_close(s->loop);
  if (s->frontier)
    s->frontier->ops->close(s->frontier);
  cr_free(s->mem, s->tallies);
  cr_depth_close(s->depth);
  cr_aside_close(s);
  cr_history_close(s->history);
  cr_link_memory_close(s->link_memory);
  cr_trap_close(s->trap);
  cr_duplicates_close(s->duplicates);
  cr_scope_close(s->scope);
  cr_cookie_jar_close(s->cookies);
  for (size_t i = 0; i < sizeof(s->host_lines) / sizeof(s->host_lines[0]); i++)
    cr_host_lines_close(s->host_lines[i]);
  cr_arena_free(&s->scratch);
  cr_url_free(&s->url);
  cr_url_free(&s->base);
  cr_buf_free(&s->key);
}

/* ---- small things ---- */

int64_t cr_shard_max_buffered(const struct cr_shard *s)
{
  if (s->settings->max_buffered > 0)
    return s->settings->max_buffered;
  return s->settings->concurrency * BUFFERED_PER_TRANSFER;
}

int64_t cr_shard_buffered(const struct cr_shard *s)
{
  return atomic_load_explicit(&s->mem->used[CR_MEM_BODY], memory_order_relaxed) +
         atomic_load_explicit(&s->mem->used[CR_MEM_PAGE], memory_order_relaxed) -
         atomic_load_explicit(&s->home->left_bytes, memory_order_relaxed) - s->spare_bytes;
}

void cr_shard_fail(struct cr_shard *s, int err)
{
  if (s->error == 0)
    s->error = err;
  cr_shard_end(s, CR_END_ERROR);
}

void cr_shard_log(struct cr_shard *s, int level, const char *text, const char *detail)
{
  char line[512];
  size_t a = strlen(text);
  size_t b = detail ? strlen(detail) : 0;

  if (!s->hooks->log)
    return;
  if (a > sizeof(line) - 3)
    a = sizeof(line) - 3;
  memcpy(line, text, a);
  if (b > 0) {
    memcpy(line + a, ": ", 2);
    a += 2;
    b = b < sizeof(line) - 1 - a ? b : sizeof(line) - 1 - a;
    memcpy(line + a, detail, b);
  }
  line[a + b] = '\0';
  s->hook_depth++;
  s->hooks->log(s->crawler, level, line, s->hooks->log_user);
  s->hook_depth--;
}
