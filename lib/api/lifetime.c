/* SPDX-License-Identifier: MIT */
/* lifetime.c - the life of a crawler, from crawler_new() to crawler_free().
 */
#include <stdio.h>

#include "api/crawler_impl.h"

#define TEXT_OF(number) TEXT_OF_(number)
#define TEXT_OF_(number) #number

unsigned crawler_version(void)
{
  return CRAWLER_VERSION_MAJOR << 16 | CRAWLER_VERSION_MINOR << 8 | CRAWLER_VERSION_PATCH;
}

const char *crawler_parts(void)
{
  return CR_PARTS; /* the Makefile's */
}

const char *crawler_version_string(void)
{
  return TEXT_OF(CRAWLER_VERSION_MAJOR) "." TEXT_OF(CRAWLER_VERSION_MINOR) "." TEXT_OF(
      CRAWLER_VERSION_PATCH);
}

/* ---- the real world ---- */

static int open_loop(struct cr_loop **out, struct cr_mem *mem, void *user)
{
  crawler *c = user;

  if (c->drive == CR_DRIVE_WATCH)
    return cr_loop_open_caller(out, mem, &c->watch_ops);
  return cr_loop_open_libevent(out, mem, c->drive == CR_DRIVE_BASE ? c->base : NULL);
}

static int open_fetcher(struct cr_fetcher **out, const struct cr_fetcher_config *config, void *user)
{
  (void)user;
  return cr_curl_fetcher_open(out, config);
}

/* ---- what the shard tells ---- */

static void on_turn(struct cr_shard *shard, void *arg)
{
  (void)shard;
  cr_stats_publish(arg);
}

static void on_ready(struct cr_shard *shard, struct cr_visit *visit, void *arg)
{
  crawler *c = arg;

  (void)shard;
  cr_ready_push(&c->ready, visit);
}

static void on_end(struct cr_shard *shard, void *arg)
{
  crawler *c = arg;

  if (c->drive == CR_DRIVE_BASE || c->drive == CR_DRIVE_WATCH)
    (void)cr_loop_on_wake(shard->loop, NULL, NULL); /* the caller's loop can end now */
  (void)cr_result(c); /* crawler_errmsg() shall say it, whoever drives */
  if (c->hooks.done) {
    shard->hook_depth++;
    c->hooks.done(c, c->hooks.done_user);
    shard->hook_depth--;
  }
  cr_loop_end_turn(shard->loop);      /* who waits for the end may ask how long turns took */
  cr_ready_set_over(&c->ready, true); /* last: and may take on_done as said */
}

/* ---- new ---- */

static void set_up_shard(crawler *c)
{
  struct cr_shard *s = &c->shard;

  s->crawler = c;
  s->home = c->home;
  s->mem = &c->home->mem;
  s->settings = &c->settings;
  s->hooks = &c->hooks;
  s->env = (struct cr_env){
    .open_loop = open_loop,
    .open_fetcher = open_fetcher,
    .parser = cr_parse_run,
    .user = c,
  };
  s->on_end = on_end;
  s->on_turn = on_turn;
  s->on_ready = on_ready;
  s->on_arg = c;
}

static int set_up(crawler *c)
{
  int err;

  set_up_shard(c);
  err = cr_shard_open(&c->shard); /* first: what has failed can be closed then */
  if (err < 0)
    return err;
  c->snapshot = cr_zalloc(&c->home->mem, CR_MEM_CORE, sizeof(*c->snapshot));
  return c->snapshot ? cr_settings_init(c) : CRAWLER_E_NOMEM;
}

crawler *cr_crawler_on(struct cr_home *home)
{
  crawler *c = cr_zalloc(&home->mem, CR_MEM_CORE, sizeof(*c));

  if (!c) {
    cr_home_release(home);
    return NULL;
  }
  c->home = home;
  if (pthread_mutex_init(&c->lock, NULL) != 0) {
    cr_free(&home->mem, c);
    cr_home_release(home);
    return NULL;
  }
  if (cr_ready_init(&c->ready) < 0) {
    pthread_mutex_destroy(&c->lock);
    cr_free(&home->mem, c);
    cr_home_release(home);
    return NULL;
  }
  if (set_up(c) < 0) {
    cr_free_now(c);
    return NULL;
  }
  return c;
}

crawler *crawler_new_with(crawler_malloc_cb malloc_fn, crawler_realloc_cb realloc_fn,
                          crawler_free_cb free_fn, void *user)
{
  struct cr_home *home;

  if (!malloc_fn || !realloc_fn || !free_fn)
    return NULL;
  home = cr_home_new(malloc_fn, realloc_fn, free_fn, user);
  return home ? cr_crawler_on(home) : NULL;
}

crawler *crawler_new(void)
{
  struct cr_home *home = cr_home_new(NULL, NULL, NULL, NULL);

  return home ? cr_crawler_on(home) : NULL;
}

/* ---- free ---- */

static void drop_ready(crawler *c)
{
  struct cr_visit *v;

  while ((v = cr_ready_pop(&c->ready)) != NULL) {
    atomic_fetch_sub(&v->page.holders, 1);
    atomic_fetch_sub(&v->page.refs, 1); /* the shard's own reference is still there */
  }
}

void cr_free_now(crawler *c)
{
  struct cr_home *home = c->home;

  cr_thread_join(c);
  drop_ready(c);
  cr_shard_close(&c->shard);
  if (c->pulled)
    cr_page_drop(c->pulled);
  crawler_set_data(c, NULL, NULL);
  cr_settings_free(c);
  cr_ready_free(&c->ready);
  pthread_mutex_destroy(&c->lock);
  cr_free(&home->mem, c->snapshot);
  cr_free(&home->mem, c);
  cr_home_release(home);
}

/* What hooks are called with may be gone when the hook that frees returns. For two, is_muted is
 * asked instead: workers may be reading on_parse, and without on_address the policy alone would
 * open connections. */
static void mute_hooks(crawler *c)
{
  struct cr_hooks *hooks = &c->hooks;

  atomic_store(&c->shard.is_muted, true);
  hooks->filter = NULL;
  hooks->request = NULL;
  hooks->headers = NULL;
  hooks->page = NULL;
  hooks->body = NULL;
  hooks->links = NULL;
  hooks->retry = NULL;
  hooks->outcome = NULL;
  hooks->resolve = NULL;
  hooks->transfer = NULL;
  hooks->done = NULL;
  hooks->log = NULL;
}

void crawler_free(crawler *c)
{
  if (!c)
    return;
  if (c->drive == CR_DRIVE_THREAD && !cr_is_loop_thread(c))
    crawler_cancel(c);
  if (cr_is_loop_thread(c)) {
    c->free_pending = true;
    mute_hooks(c);
    crawler_cancel(c);
    return;
  }
  cr_free_now(c);
}

/* ---- small things ---- */

void crawler_set_data(crawler *c, void *data, void (*free_data)(void *data))
{
  void (*old_free)(void *) = c->free_data;
  void *old = c->data;

  c->data = data;
  c->free_data = free_data;
  if (old_free)
    old_free(old);
}

void *crawler_data(const crawler *c)
{
  return c->data;
}

#define PATTERN(function, list)                 \
  int function(crawler *c, const char *pattern) \
  {                                             \
    return add_pattern(c, list, pattern);       \
  }

static int add_pattern(crawler *c, enum cr_scope_list list, const char *pattern)
{
  const struct cr_regex_error *wrong;
  char text[200];
  int err;

  if (!c)
    return CRAWLER_E_INVAL;
  if (!pattern)
    return cr_null(c, "pattern");
  err = cr_scope_add_pattern(c->shard.scope, list, pattern);
  wrong = cr_scope_pattern_error(c->shard.scope);
  if (err == CRAWLER_E_VALUE && wrong) {
    (void)snprintf(text, sizeof(text), "not a pattern, at offset %zu: %s", wrong->offset,
                   wrong->text);
    return cr_error(c, err, text, pattern);
  }
  if (err == CRAWLER_E_VALUE)
    return cr_error(c, err, "not a pattern", pattern);
  if (err == CRAWLER_E_UNSUPPORTED)
    return cr_error(c, err, "built without PCRE2", pattern);
  if (err == CRAWLER_E_LIMIT)
    return cr_error(c, err, "there are 10,000 patterns already: one can stand for many", pattern);
  if (err < 0)
    return cr_failed(c, err, pattern);
  cr_scope_changed(&c->shard);
  return 0;
}

/* clang-format off */
PATTERN(crawler_allow_host, CR_SCOPE_ALLOW_HOST)
PATTERN(crawler_deny_host, CR_SCOPE_DENY_HOST)
PATTERN(crawler_allow_url, CR_SCOPE_ALLOW_URL)
PATTERN(crawler_deny_url, CR_SCOPE_DENY_URL)
PATTERN(crawler_include, CR_SCOPE_INCLUDE)
PATTERN(crawler_exclude, CR_SCOPE_EXCLUDE)
/* clang-format on */
