/* SPDX-License-Identifier: MIT */
/* test_free_anywhere.c - freed at any moment and in any hook, a crawler leaves nothing behind.
 *
 * That nothing is left is asserted by cr_sim_close: every allocation of the crawler is counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "sim/sim_crawl.h"
#include "support/requests.h"

static int freed_data;

static void count_free(void *data)
{
  freed_data++;
  free(data);
}

/* A request with everything a request may have. */
static void add_rich(struct cr_sim *sim, const char *url)
{
  crawler_request *req = cr_request_of(sim->c, url);

  assert_non_null(req);
  assert_int_equal(crawler_request_set_header(req, "X-Test", "yes"), 0);
  assert_int_equal(crawler_request_set_meta(req, "key", "value"), 0);
  assert_int_equal(crawler_request_set_priority(req, 3), 0);
  crawler_request_set_data(req, malloc(16), count_free);
  assert_int_equal(crawler_submit(sim->c, req), 0);
}

static void open(struct cr_sim *sim, const struct cr_sim_web *web, int workers)
{
  char url[CR_SIM_URL_BYTES];

  cr_sim_open(sim, &(struct cr_sim_config){ .world = &web->world, .workers = workers });
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_set(sim, "max_depth", "5");
  for (uint32_t host = 0; host < 6; host++) {
    cr_sim_web_url(web, (struct cr_sim_ref){ .host = host }, url);
    add_rich(sim, url);
  }
}

static void at_any_moment_of_a_crawl(void **state)
{
  struct cr_random random = { 8 };
  (void)state;

  for (uint64_t seed = 1; seed <= 150; seed++) {
    struct cr_sim_web web;
    struct cr_sim sim;
    freed_data = 0;
    cr_sim_web_init(&web, seed, 20, 200);
    open(&sim, &web, seed % 3 == 0 ? 2 : 0);
    bool over = false;
    for (uint64_t turns = cr_random_below(&random, 300); turns > 0 && !over; turns--)
      over = cr_sim_step(&sim, -1);
    if (seed % 4 == 0)
      add_rich(&sim, "http://h1.s0.example/never-read"); /* a letter that stays unread */
    if (seed % 5 == 0)
      crawler_cancel(sim.c);
    cr_sim_close(&sim);
    assert_int_equal(freed_data, seed % 4 == 0 ? 7 : 6);
  }
}

static void before_the_start_and_right_after_it(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 1, 20, 200);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_close(&sim);
  open(&sim, &web, 0);
  cr_sim_close(&sim);
  open(&sim, &web, 2);
  (void)cr_sim_step(&sim, 0);
  cr_sim_close(&sim);
  crawler_free(NULL);
}

/* ---- in hooks ---- */

enum hook {
  HOOK_FILTER,
  HOOK_REQUEST,
  HOOK_HEADERS,
  HOOK_BODY,
  HOOK_PAGE,
  HOOK_LINKS,
  HOOK_RETRY,
  HOOK_OUTCOME,
  HOOK_DONE,
  HOOK_LOG,
  HOOKS
};

struct freer {
  struct cr_sim sim;
  enum hook hook;
  int countdown; /* the call in which it frees */
};

static int tick(void *user, enum hook hook)
{
  struct freer *f = user;

  if (hook == f->hook && --f->countdown == 0) {
    crawler_free(f->sim.c);
    crawler_free(f->sim.c); /* twice is once */
    f->sim.freed = true;
  }
  return CRAWLER_ACCEPT;
}

static int on_filter(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)req;
  return tick(user, HOOK_FILTER);
}

static int on_request(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)req;
  return tick(user, HOOK_REQUEST);
}

static int on_headers(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  return tick(user, HOOK_HEADERS);
}

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  (void)c;
  (void)page;
  (void)data;
  (void)bytes;
  return tick(user, HOOK_BODY);
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  return tick(user, HOOK_PAGE);
}

static int on_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  (void)c;
  (void)page;
  (void)verdicts;
  (void)count;
  return tick(user, HOOK_LINKS);
}

static int on_retry(crawler *c, const crawler_request *req, crawler_reason reason,
                    const crawler_page *page, int64_t *delay_ms, void *user)
{
  (void)c;
  (void)req;
  (void)reason;
  (void)page;
  (void)delay_ms;
  return tick(user, HOOK_RETRY);
}

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)req;
  (void)outcome;
  (void)reason;
  (void)page;
  (void)tick(user, HOOK_OUTCOME);
}

static void on_done(crawler *c, void *user)
{
  (void)c;
  (void)tick(user, HOOK_DONE);
}

static void on_log(crawler *c, int level, const char *text, void *user)
{
  (void)c;
  (void)level;
  assert_non_null(text);
  (void)tick(user, HOOK_LOG);
}

static void set_hooks(struct freer *f)
{
  crawler *c = f->sim.c;

  crawler_on_filter(c, on_filter, f);
  crawler_on_request(c, on_request, f);
  crawler_on_headers(c, on_headers, f);
  if (f->hook == HOOK_BODY)
    crawler_on_body(c, on_body, f);
  crawler_on_page(c, on_page, f);
  crawler_on_links(c, on_links, f);
  crawler_on_retry(c, on_retry, f);
  crawler_on_done(c, on_done, f);
  crawler_on_log(c, on_log, f);
  f->sim.outcome = on_outcome;
  f->sim.user = f;
}

static void free_in(enum hook hook, int countdown, int drive)
{
  struct cr_sim_web web;
  struct freer f = { .hook = hook, .countdown = countdown };
  crawler_page *page = NULL;
  int err = CRAWLER_OK;

  cr_sim_web_init(&web, (uint64_t)countdown, 20, 200);
  freed_data = 0;
  open(&f.sim, &web, countdown % 2);
  set_hooks(&f);
  if (drive == 0)
    err = crawler_run(f.sim.c);
  while (drive == 1 && err == CRAWLER_OK)
    err = crawler_step(f.sim.c, -1);
  while (drive == 2 && err == CRAWLER_OK) {
    err = crawler_next(f.sim.c, &page, -1);
    crawler_page_release(page);
  }
  /* A hook that is called so rarely may not have come to it; freed, the call says so. */
  if (f.sim.freed)
    assert_int_equal(err, CRAWLER_DONE);
  else
    assert_true(hook == HOOK_LOG || hook == HOOK_DONE || hook == HOOK_BODY || hook == HOOK_RETRY);
  cr_sim_close(&f.sim);
  assert_int_equal(freed_data, 6);
}

static void in_any_hook_by_any_drive(void **state)
{
  (void)state;
  for (int hook = 0; hook < HOOKS; hook++)
    for (int drive = 0; drive < 3; drive++)
      for (int countdown = 1; countdown <= 40; countdown += countdown < 5 ? 1 : 7)
        free_in((enum hook)hook, countdown, drive);
}

/* ---- what is retained lives on ---- */

static int keep_ten(crawler *c, crawler_page *page, void *user)
{
  crawler_page **kept = user;

  (void)c;
  for (size_t i = 0; i < 10; i++)
    if (!kept[i]) {
      kept[i] = crawler_page_retain(page);
      return 0;
    }
  return 0;
}

static void retained_pages_outlive_the_crawler(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  crawler_page *kept[10] = { NULL };
  (void)state;

  cr_sim_web_init(&web, 4, 20, 200);
  web.body_bytes = 20000;
  open(&sim, &web, 0);
  crawler_on_page(sim.c, keep_ten, kept);
  cr_sim_run(&sim);
  crawler_free(sim.c);
  sim.freed = true;
  for (size_t i = 0; i < 10; i++) {
    size_t bytes;
    const char *links;
    const char *body = crawler_page_body(kept[i], &bytes);
    assert_non_null(body);
    assert_memory_equal(body, "<!--sim http", 12);
    assert_true(crawler_page_links(kept[i], &links, NULL, NULL, NULL) >= 0);
    crawler_page_release(kept[i]);
  }
  cr_sim_close(&sim);
}

/* ---- silence ---- */

struct silence {
  int left;  /* calls until it is freed */
  int calls; /* after that */
  bool is_freed;
};

static void hear(crawler *c, struct silence *silence)
{
  if (silence->is_freed) {
    silence->calls++;
  } else if (--silence->left == 0) {
    silence->is_freed = true;
    crawler_free(c);
  }
}

static int on_request_like(crawler *c, crawler_request *req, void *user)
{
  (void)req;
  hear(c, user);
  return 0;
}

static int on_page_like(crawler *c, crawler_page *page, void *user)
{
  (void)page;
  hear(c, user);
  return 0;
}

static int on_links_like(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count,
                         void *user)
{
  (void)verdicts;
  (void)count;
  return on_page_like(c, page, user);
}

static void on_outcome_like(crawler *c, const crawler_request *req, crawler_outcome outcome,
                            crawler_reason reason, const crawler_page *page, void *user)
{
  (void)req;
  (void)outcome;
  (void)reason;
  (void)page;
  hear(c, user);
}

static void on_done_like(crawler *c, void *user)
{
  hear(c, user);
}

static void no_hook_is_called_after_one_has_freed(void **state)
{
  (void)state;
  for (int left = 1; left <= 120; left += left < 12 ? 1 : 7) {
    struct silence silence = { .left = left };
    struct cr_sim_web web;
    struct cr_sim sim;
    cr_sim_web_init(&web, 3, 20, 200);
    open(&sim, &web, left % 3);
    crawler_on_filter(sim.c, on_request_like, &silence);
    crawler_on_request(sim.c, on_request_like, &silence);
    crawler_on_headers(sim.c, on_page_like, &silence);
    crawler_on_page(sim.c, on_page_like, &silence);
    crawler_on_links(sim.c, on_links_like, &silence);
    crawler_on_outcome(sim.c, on_outcome_like, &silence);
    crawler_on_done(sim.c, on_done_like, &silence);
    bool over = false;
    while (!over && !silence.is_freed)
      over = cr_sim_step(&sim, -1);
    assert_true(silence.is_freed);
    assert_int_equal(silence.calls, 0);
    sim.freed = true;
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(at_any_moment_of_a_crawl),
    cmocka_unit_test(before_the_start_and_right_after_it),
    cmocka_unit_test(in_any_hook_by_any_drive),
    cmocka_unit_test(retained_pages_outlive_the_crawler),
    cmocka_unit_test(no_hook_is_called_after_one_has_freed),
  };

  return cmocka_run_group_tests_name("free anywhere", tests, NULL, NULL);
}
