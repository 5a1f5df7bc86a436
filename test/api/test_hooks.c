/* SPDX-License-Identifier: MIT */
/* Every hook, in every way to drive: what may be done inside, and what its answer does. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/site_server.h"

enum { REACHABLE = 4 };

#define EVERY_WAY(way) for (enum cr_way way = CR_WAY_RUN; way < CR_WAYS; way++)

enum moment {
  FILTER,
  REQUEST,
  HEADERS,
  BODY,
  PAGE,
  LINKS,
  RETRY,
  OUTCOME,
  RESOLVE,
  ADDRESS,
  TRANSFER,
  DONE,
  LOG
};
#define EVERY_MOMENT(moment) for (enum moment moment = FILTER; moment <= LOG; moment++)

static const char *const moment_names[] = { "filter",   "request", "headers", "body",    "page",
                                            "links",    "retry",   "outcome", "resolve", "address",
                                            "transfer", "done",    "log" };

enum deed { NOTHING, ADD, ADD_FROM, STOP, CANCEL, FREE, DRIVE, ASK };

struct scene {
  struct cr_crawl_rig rig;
  struct cr_site_server *site;
  enum moment moment;
  enum deed deed;
  int calls;  /* of the hook of that moment */
  int others; /* of the hooks after the deed was done */
  char extra[80];
  char seed[64];
};

/* ---- the deed ---- */

static void drive_inside(struct scene *s, crawler *c)
{
  crawler_page *page = NULL;

  CR_CRAWL_EXPECT(&s->rig, crawler_run(c) == CRAWLER_E_BUSY);
  CR_CRAWL_EXPECT(&s->rig, crawler_step(c, -1) == CRAWLER_E_BUSY);
  CR_CRAWL_EXPECT(&s->rig, crawler_next(c, &page, -1) == CRAWLER_E_BUSY);
  CR_CRAWL_EXPECT(&s->rig, page == NULL);
  CR_CRAWL_EXPECT(&s->rig, crawler_start(c) == CRAWLER_E_BUSY);
  CR_CRAWL_EXPECT(&s->rig, crawler_start_thread(c) == CRAWLER_E_BUSY);
  CR_CRAWL_EXPECT(&s->rig, strstr(crawler_errmsg(c), "hook") != NULL);
  CR_CRAWL_EXPECT(&s->rig, crawler_wait(c, -1) < 0);
  if (s->rig.way == CR_WAY_POLL) {
    CR_CRAWL_EXPECT(&s->rig, crawler_fd_ready(c, 0, CRAWLER_READ) == CRAWLER_E_BUSY);
    CR_CRAWL_EXPECT(&s->rig, crawler_timer_fired(c) == CRAWLER_E_BUSY);
  }
}

static void ask_inside(struct scene *s, crawler *c)
{
  crawler_stats *stats;

  CR_CRAWL_EXPECT(&s->rig, crawler_get_stats(c, &stats) == 0);
  CR_CRAWL_EXPECT(&s->rig, crawler_stats_get(stats, CRAWLER_STAT_ADMITTED) ==
                               crawler_stats_get(stats, CRAWLER_STAT_QUEUED) +
                                   crawler_stats_get(stats, CRAWLER_STAT_IN_FLIGHT) +
                                   crawler_stats_get(stats, CRAWLER_STAT_FETCHED) +
                                   crawler_stats_get(stats, CRAWLER_STAT_REDIRECTED) +
                                   crawler_stats_get(stats, CRAWLER_STAT_FAILED) +
                                   crawler_stats_get(stats, CRAWLER_STAT_DROPPED));
  crawler_stats_free(stats);
  CR_CRAWL_EXPECT(&s->rig, crawler_set_option(c, "concurrency", "3") == 0);
  CR_CRAWL_EXPECT(&s->rig, crawler_set_option(c, "user_agent", "other/2") == 0);
  CR_CRAWL_EXPECT(&s->rig, crawler_set_option(c, "links", "a") == 0);
  CR_CRAWL_EXPECT(&s->rig, crawler_set_max_depth(c, 5) == 0);
  CR_CRAWL_EXPECT(&s->rig, crawler_set_allow_private(c, "127.0.0.0/8") == 0);
  CR_CRAWL_EXPECT(&s->rig, crawler_deny_url(c, "*nowhere*") == 0);
  CR_CRAWL_EXPECT(&s->rig, crawler_host_count(c) <= 1);
  CR_CRAWL_EXPECT(&s->rig, crawler_get_option(c, "links") != NULL);
}

static void act(struct scene *s, crawler *c, const crawler_request *req)
{
  switch (s->deed) {
  case NOTHING:
    break;
  case ADD:
    CR_CRAWL_EXPECT(&s->rig, crawler_add(c, s->extra) == 0);
    break;
  case ADD_FROM:
    CR_CRAWL_EXPECT(&s->rig, !req || crawler_add_from(c, req, "/extra") == 0);
    break;
  case STOP:
    crawler_stop(c);
    break;
  case CANCEL:
    crawler_cancel(c);
    break;
  case FREE:
    crawler_free(c);
    break;
  case DRIVE:
    drive_inside(s, c);
    break;
  case ASK:
    ask_inside(s, c);
    break;
  }
}

static void meet(struct scene *s, enum moment moment, crawler *c, const crawler_request *req)
{
  if (moment != s->moment)
    s->others += s->calls > 0;
  else if (s->calls++ == 0)
    act(s, c, req);
}

/* ---- hooks ---- */

static int on_filter(crawler *c, crawler_request *req, void *user)
{
  meet(user, FILTER, c, req);
  return 0;
}

static int on_request(crawler *c, crawler_request *req, void *user)
{
  meet(user, REQUEST, c, req);
  return 0;
}

static int on_headers(crawler *c, crawler_page *page, void *user)
{
  meet(user, HEADERS, c, crawler_page_request(page));
  return 0;
}

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  (void)data;
  (void)bytes;
  meet(user, BODY, c, crawler_page_request(page));
  return 0;
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  meet(user, PAGE, c, crawler_page_request(page));
  return 0;
}

static int on_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  (void)verdicts;
  (void)count;
  meet(user, LINKS, c, crawler_page_request(page));
  return 0;
}

static int on_retry(crawler *c, const crawler_request *req, crawler_reason reason,
                    const crawler_page *page, int64_t *delay_ms, void *user)
{
  (void)reason;
  (void)page;
  (void)delay_ms;
  meet(user, RETRY, c, req);
  return CRAWLER_ACCEPT;
}

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  (void)reason;
  (void)page;
  if (outcome != CRAWLER_REJECTED) /* mailto: is no base for "/extra" */
    meet(user, OUTCOME, c, req);
}

static int on_resolve(crawler *c, const char *host, uint64_t token, void *user)
{
  struct scene *s = user;

  CR_CRAWL_EXPECT(&s->rig, strcmp(host, "site.test") == 0);
  CR_CRAWL_EXPECT(&s->rig, crawler_resolved(c, token, "127.0.0.1", 60000) == 0);
  meet(s, RESOLVE, c, NULL);
  return 0;
}

static int on_address(crawler *c, const crawler_request *req, const char *address, int port,
                      int allowed, void *user)
{
  struct scene *s = user;

  CR_CRAWL_EXPECT(&s->rig, strcmp(address, "127.0.0.1") == 0);
  CR_CRAWL_EXPECT(&s->rig, port == cr_site_port(s->site));
  CR_CRAWL_EXPECT(&s->rig, allowed == 1);
  CR_CRAWL_EXPECT(&s->rig, strcmp(crawler_request_host(req), "site.test") == 0);
  meet(s, ADDRESS, c, req);
  return CRAWLER_ACCEPT;
}

static void on_transfer(crawler *c, crawler_request *req, void *curl, void *user)
{
  struct scene *s = user;

  CR_CRAWL_EXPECT(&s->rig, curl != NULL);
  meet(s, TRANSFER, c, req);
}

static void on_done(crawler *c, void *user)
{
  meet(user, DONE, c, NULL);
}

static void on_log(crawler *c, int level, const char *text, void *user)
{
  (void)level;
  (void)text;
  meet(user, LOG, c, NULL);
}

static const struct cr_site_page pages[] = {
  { .path = "/", .body = "<a href=/a><a href=/b><a href=/gone><a href=mailto:x@y>" },
  { .path = "/a" },
  { .path = "/b", .body = "<a href=/>" },
  { .path = "/extra" },
};

static void set_hooks(struct scene *s)
{
  crawler *c = s->rig.c;

  crawler_on_resolve(c, on_resolve, s);
  crawler_on_address(c, on_address, s);
  crawler_on_filter(c, on_filter, s);
  crawler_on_request(c, on_request, s);
  crawler_on_headers(c, on_headers, s);
  if (s->moment == BODY) /* with it a page has no body of its own */
    crawler_on_body(c, on_body, s);
  if (s->moment == PAGE || s->rig.waits_for_free) /* with it a thread's pages aren't pulled */
    crawler_on_page(c, on_page, s);
  crawler_on_links(c, on_links, s);
  crawler_on_retry(c, on_retry, s);
  if (s->moment == OUTCOME)
    crawler_on_outcome(c, on_outcome, s);
  if (s->moment == TRANSFER) /* with it handles aren't pooled */
    crawler_on_transfer(c, on_transfer, s);
  if (s->moment == DONE)
    crawler_on_done(c, on_done, s);
  crawler_on_log(c, on_log, s);
  if (s->moment == LOG) /* something to be logged */
    assert_int_equal(crawler_resolved(c, 4711, "127.0.0.1", 0), 0);
}

static void open_scene(struct scene *s, enum cr_way way, enum moment moment, enum deed deed)
{
  *s = (struct scene){ .moment = moment, .deed = deed };
  s->site = cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
  (void)snprintf(s->seed, sizeof(s->seed), "http://site.test:%d/", cr_site_port(s->site));
  (void)snprintf(s->extra, sizeof(s->extra), "%sextra", s->seed);
  cr_crawl_open(&s->rig, way);
  s->rig.waits_for_free = deed == FREE;
  set_hooks(s);
  cr_crawl_add(&s->rig, s->seed);
}

static void close_scene(struct scene *s)
{
  cr_crawl_close(&s->rig);
  cr_site_stop(s->site);
}

static void run_scene(struct scene *s, enum cr_way way, enum moment moment, enum deed deed)
{
  open_scene(s, way, moment, deed);
  assert_int_equal(cr_crawl_drive(&s->rig), 0);
  if (s->calls == 0)
    fail_msg("%s: on_%s was not called", cr_way_name(way), moment_names[moment]);
}

static void check(struct scene *s)
{
  if (s->moment != OUTCOME && s->moment != DONE)
    cr_crawl_check(&s->rig);
}

/* ---- deeds in hooks ---- */

static void every_hook_is_called_and_changes_nothing(void **state)
{
  (void)state;
  EVERY_WAY(way)
  EVERY_MOMENT(moment)
  {
    struct scene s;

    run_scene(&s, way, moment, NOTHING);
    assert_int_equal(cr_crawl_stat(&s.rig, CRAWLER_STAT_FETCHED), REACHABLE);
    assert_string_equal(crawler_ended(s.rig.c), "complete");
    check(&s);
    close_scene(&s);
  }
}

static void add_works_in_every_hook(void **state)
{
  (void)state;
  EVERY_WAY(way)
  EVERY_MOMENT(moment)
  for (enum deed deed = ADD; deed <= ADD_FROM; deed++) {
    struct scene s;
    size_t more;

    run_scene(&s, way, moment, deed);
    more = deed == ADD || (moment != RESOLVE && moment != DONE && moment != LOG);
    if (moment == DONE)
      assert_int_equal(cr_crawl_drive(&s.rig), 0);
    if (cr_site_count(s.site, "/extra") != more)
      fail_msg("%s: add %d in on_%s", cr_way_name(way), (int)deed, moment_names[moment]);
    assert_int_equal(cr_crawl_stat(&s.rig, CRAWLER_STAT_FETCHED), REACHABLE + more);
    check(&s);
    close_scene(&s);
  }
}

static void stop_works_in_every_hook(void **state)
{
  (void)state;
  EVERY_WAY(way)
  EVERY_MOMENT(moment)
  {
    struct scene s;

    run_scene(&s, way, moment, STOP);
    assert_string_equal(crawler_ended(s.rig.c), moment == DONE ? "complete" : "stopped");
    assert_int_equal(cr_crawl_stat(&s.rig, CRAWLER_STAT_IN_FLIGHT), 0);
    assert_true(cr_site_total(s.site) <=
                (moment == DONE || moment == OUTCOME || moment == RETRY ? 4 : 1));
    check(&s);
    assert_int_equal(cr_crawl_drive(&s.rig), 0);
    assert_int_equal(cr_crawl_stat(&s.rig, CRAWLER_STAT_FETCHED), REACHABLE);
    check(&s);
    close_scene(&s);
  }
}

static void cancel_works_in_every_hook(void **state)
{
  (void)state;
  EVERY_WAY(way)
  EVERY_MOMENT(moment)
  {
    struct scene s;

    run_scene(&s, way, moment, CANCEL);
    assert_string_equal(crawler_ended(s.rig.c), moment == DONE ? "complete" : "canceled");
    assert_int_equal(cr_crawl_stat(&s.rig, CRAWLER_STAT_TRANSFERS), 0);
    check(&s);
    assert_int_equal(cr_crawl_drive(&s.rig), 0);
    assert_int_equal(cr_crawl_stat(&s.rig, CRAWLER_STAT_FETCHED), REACHABLE);
    check(&s);
    close_scene(&s);
  }
}

/* At two more ports of the same host, so that several transfers wait for its name. */
static void add_neighbours(struct scene *s)
{
  char url[80];

  for (int port = 1; port <= 2; port++) {
    (void)snprintf(url, sizeof(url), "http://site.test:%d/", port);
    cr_crawl_add(&s->rig, url);
  }
}

static void free_in_every_hook_takes_effect_when_the_library_returns(void **state)
{
  int threads = cr_count_threads();

  (void)state;
  EVERY_WAY(way)
  EVERY_MOMENT(moment)
  {
    struct scene s;

    open_scene(&s, way, moment, FREE);
    if (moment == RESOLVE || moment == ADDRESS)
      add_neighbours(&s);
    assert_int_equal(cr_crawl_drive(&s.rig), 0);
    if (s.rig.c)
      fail_msg("%s: not freed in on_%s", cr_way_name(way), moment_names[moment]);
    if (s.calls + s.others != 1)
      fail_msg("%s: freed in on_%s, but hooks are called", cr_way_name(way), moment_names[moment]);
    close_scene(&s);
  }
  while (cr_count_threads() != threads) /* the own threads are on their way out, detached */
    (void)sched_yield();
}

static void what_drives_says_busy_in_every_hook(void **state)
{
  (void)state;
  EVERY_WAY(way)
  EVERY_MOMENT(moment)
  {
    struct scene s;

    run_scene(&s, way, moment, DRIVE);
    assert_int_equal(cr_crawl_stat(&s.rig, CRAWLER_STAT_FETCHED), REACHABLE);
    assert_string_equal(crawler_ended(s.rig.c), "complete");
    check(&s);
    close_scene(&s);
  }
}

static void numbers_and_options_are_there_in_every_hook(void **state)
{
  (void)state;
  EVERY_WAY(way)
  EVERY_MOMENT(moment)
  {
    struct scene s;

    run_scene(&s, way, moment, ASK);
    assert_int_equal(cr_crawl_stat(&s.rig, CRAWLER_STAT_FETCHED), REACHABLE);
    check(&s);
    close_scene(&s);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_hook_is_called_and_changes_nothing),
    cmocka_unit_test(add_works_in_every_hook),
    cmocka_unit_test(stop_works_in_every_hook),
    cmocka_unit_test(cancel_works_in_every_hook),
    cmocka_unit_test(free_in_every_hook_takes_effect_when_the_library_returns),
    cmocka_unit_test(what_drives_says_busy_in_every_hook),
    cmocka_unit_test(numbers_and_options_are_there_in_every_hook),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
