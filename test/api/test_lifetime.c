/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* A crawler is freed: at any moment, with whatever of it somebody still holds. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/clock.h"
#include "support/crawl_rig.h"
#include "support/oom.h"
#include "support/requests.h"
#include "support/site_server.h"

#define EVERY_WAY(way) for (enum cr_way way = CR_WAY_RUN; way < CR_WAYS; way++)

/* ---- new ---- */

static void *some_malloc(size_t bytes, void *user)
{
  (void)user;
  return malloc(bytes);
}

static void *some_realloc(void *block, size_t bytes, void *user)
{
  (void)user;
  return realloc(block, bytes);
}

static void some_free(void *block, void *user)
{
  (void)user;
  free(block);
}

static void new_with_wants_all_three_functions(void **state)
{
  crawler *c = crawler_new_with(some_malloc, some_realloc, some_free, NULL);

  (void)state;
  assert_null(crawler_new_with(NULL, some_realloc, some_free, NULL));
  assert_null(crawler_new_with(some_malloc, NULL, some_free, NULL));
  assert_null(crawler_new_with(some_malloc, some_realloc, NULL, NULL));
  assert_non_null(c);
  crawler_free(c);
  crawler_free(NULL);
}

static void a_new_crawler_has_no_thread_and_no_descriptor(void **state)
{
  int descriptors = cr_count_descriptors();
  int threads = cr_count_threads();
  crawler *c = crawler_new();

  (void)state;
  assert_int_equal(cr_count_descriptors(), descriptors);
  assert_true(cr_threads_become(threads));
  crawler_free(c);
}

static void make_and_free(struct cr_mem *mem, void *arg)
{
  crawler *c = crawler_new_with(mem->malloc_fn, mem->realloc_fn, mem->free_fn, mem->user);

  (void)arg;
  assert_true(c || cr_test_oom_refused(mem));
  crawler_free(c);
}

static void without_memory_there_is_no_crawler_and_no_leak(void **state)
{
  (void)state;
  cr_test_oom(make_and_free, NULL);
}

/* ---- the caller's data ---- */

static int freed[2];

static void count_free(void *data)
{
  ++*(int *)data;
}

static void the_callers_data_is_freed_when_replaced_and_at_the_end(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  memset(freed, 0, sizeof(freed));
  assert_null(crawler_data(c));
  crawler_set_data(c, &freed[0], count_free);
  assert_ptr_equal(crawler_data(c), &freed[0]);
  crawler_set_data(c, &freed[1], count_free);
  assert_int_equal(freed[0], 1);
  assert_int_equal(freed[1], 0);
  crawler_free(c);
  assert_int_equal(freed[0], 1);
  assert_int_equal(freed[1], 1);

  c = crawler_new(); /* a pointer that nobody frees */
  crawler_set_data(c, &freed[0], NULL);
  crawler_free(c);
  assert_int_equal(freed[0], 1);
}

/* ---- patterns ---- */

static void a_bad_pattern_is_refused_by_its_text(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_int_equal(crawler_allow_host(c, "*.example.org"), 0);
  assert_int_equal(crawler_deny_host(c, ".example.org:8080"), 0);
  assert_int_equal(crawler_allow_url(c, "*"), 0);
  assert_int_equal(crawler_deny_url(c, "http?://*.example/*.zip"), 0);
  assert_int_equal(crawler_allow_host(c, "http://example.org/"), CRAWLER_E_VALUE);
  assert_non_null(strstr(crawler_errmsg(c), "http://example.org/"));
  assert_int_equal(crawler_deny_host(c, ""), CRAWLER_E_VALUE);
  assert_int_equal(crawler_allow_host(c, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_deny_url(NULL, "*"), CRAWLER_E_INVAL);
  crawler_free(c);
}

static void patterns_narrow_the_crawl(void **state)
{
  static const struct cr_site_page pages[] = {
    { .path = "/", .body = "<a href=/a.html><a href=/b.zip><a href=/c.html><a href=/d/e.html>" },
    { .path = "/a.html" },
    { .path = "/c.html" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, 3);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_deny_url(rig.c, "*.zip"), 0);
  assert_int_equal(crawler_deny_url(rig.c, "*/d/*"), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
  assert_int_equal(cr_crawl_end_of(&rig, cr_site_url(site, "/b.zip"))->reason,
                   CRAWLER_REJECTED_SCOPE);
  assert_int_equal(cr_crawl_end_of(&rig, cr_site_url(site, "/d/e.html"))->reason,
                   CRAWLER_REJECTED_SCOPE);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- free while something is held ---- */

static void requests_that_were_not_submitted_outlive_the_crawler(void **state)
{
  struct cr_crawl_rig rig;
  crawler_request *req;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  req = cr_request_of(rig.c, "http://127.0.0.1/");
  assert_non_null(req);
  cr_crawl_add(&rig, "http://127.0.0.1/2");
  crawler_free(rig.c);
  rig.c = NULL;
  assert_string_equal(crawler_request_url(req), "http://127.0.0.1/");
  crawler_request_free(req);
  cr_crawl_close(&rig);
}

static int retain(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  rig->user = crawler_page_retain(page);
  CR_CRAWL_EXPECT(rig, rig->user == page);
  return 0;
}

/* A pulled page's URL ends by its last release, or when that is said. */
static void keep(struct cr_crawl_rig *rig, crawler_page *page)
{
  CR_CRAWL_EXPECT(rig, crawler_page_finish(page, CRAWLER_FINISH_OK) == 0);
  rig->user = page;
}

static void *use_and_release(void *arg)
{
  struct cr_crawl_rig *rig = arg;
  crawler_page *page = rig->user;
  const char *links;
  size_t bytes;

  CR_CRAWL_EXPECT(rig, crawler_page_status(page) == 200);
  CR_CRAWL_EXPECT(rig, crawler_page_body(page, &bytes) && bytes > 100);
  CR_CRAWL_EXPECT(rig, crawler_page_text(page, NULL) != NULL);
  CR_CRAWL_EXPECT(rig, strstr(crawler_page_header(page, "content-type"), "text/html") != NULL);
  CR_CRAWL_EXPECT(rig, crawler_page_link_count(page) == 12);
  CR_CRAWL_EXPECT(rig, crawler_page_links(page, &links, NULL, NULL, NULL) == 12);
  CR_CRAWL_EXPECT(rig, strstr(links, "/p/0") != NULL);
  CR_CRAWL_EXPECT(rig, crawler_page_build_document(page) == 0);
  CR_CRAWL_EXPECT(rig, crawler_page_root(page) != NULL);
  CR_CRAWL_EXPECT(rig, strstr(crawler_request_url(crawler_page_request(page)), "/p/0") != NULL);
  crawler_page_release(page);
  return NULL;
}

static void a_retained_page_lives_on_and_can_be_released_on_another_thread(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct cr_site_server *site = cr_site_start_generated(1);
    struct cr_crawl_rig rig;
    pthread_t thread;

    cr_crawl_open(&rig, way);
    if (way == CR_WAY_NEXT)
      rig.on_pulled = keep;
    else
      crawler_on_page(rig.c, retain, &rig);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    cr_crawl_check(&rig);
    crawler_free(rig.c);
    rig.c = NULL;
    assert_true(rig.memory.blocks > 0);
    assert_int_equal(pthread_create(&thread, NULL, use_and_release, &rig), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

static void stats_live_on(void **state)
{
  struct cr_crawl_rig rig;
  crawler_stats *stats;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(crawler_get_stats(rig.c, &stats), 0);
  crawler_free(rig.c);
  rig.c = NULL;
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_FETCHED), 0);
  crawler_stats_free(stats);
  crawler_stats_free(NULL);
  cr_crawl_close(&rig);
}

static crawler_page *pull_one(struct cr_crawl_rig *rig, struct cr_site_server *site, bool threaded)
{
  crawler_page *page;

  cr_crawl_open(rig, CR_WAY_NEXT);
  cr_crawl_add(rig, cr_site_url(site, "/p/0"));
  if (threaded)
    assert_int_equal(crawler_start_thread(rig->c), 0);
  assert_int_equal(crawler_next(rig->c, &page, -1), CRAWLER_OK);
  return page;
}

static void pulled_pages_that_were_not_released_live_on(void **state)
{
  (void)state;
  for (int threaded = 0; threaded < 2; threaded++) {
    struct cr_site_server *site = cr_site_start_generated(1);
    struct cr_crawl_rig rig;
    crawler_page *page = pull_one(&rig, site, threaded);

    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_IN_FLIGHT), 1);
    crawler_free(rig.c);
    rig.c = NULL;
    assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_FAIL), 0);
    assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_OK), CRAWLER_E_STATE);
    rig.user = page;
    (void)use_and_release(&rig);
    assert_int_equal(rig.end_count, 0); /* its URL had not ended, and gets no outcome */
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

static void pages_ready_to_be_pulled_go_with_the_crawler(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(5);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_THREAD);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_start_thread(rig.c), 0);
  cr_site_wait(site, 5); /* some wait to be pulled, some are on the way */
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static int defer(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  CR_CRAWL_EXPECT(rig, crawler_page_defer(page) == 0);
  CR_CRAWL_EXPECT(rig, crawler_page_defer(page) == 0); /* twice is once */
  rig->user = page;
  crawler_stop(c);
  return 0;
}

static void *finish_later(void *arg)
{
  struct cr_crawl_rig *rig = arg;

  CR_CRAWL_EXPECT(rig, crawler_page_status(rig->user) == 200);
  CR_CRAWL_EXPECT(rig, crawler_page_finish(rig->user, CRAWLER_FINISH_OK) == 0);
  return NULL;
}

static void deferred_pages_live_on_until_they_are_finished(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(1);
  struct cr_crawl_rig rig;
  pthread_t thread;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_STEP);
  crawler_on_page(rig.c, defer, &rig);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  while (!rig.user)
    assert_int_equal(crawler_step(rig.c, 100), CRAWLER_OK);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_IN_FLIGHT), 1);
  crawler_free(rig.c);
  rig.c = NULL;
  assert_int_equal(pthread_create(&thread, NULL, finish_later, &rig), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- free while something is under way ---- */

static void begin(struct cr_crawl_rig *rig, struct cr_site_server *site)
{
  switch (rig->way) {
  case CR_WAY_BASE:
    assert_int_equal(crawler_start(rig->c), 0);
    while (cr_site_total(site) == 0)
      assert_true(event_base_loop(rig->base, EVLOOP_ONCE) >= 0);
    break;
  case CR_WAY_POLL: /* nothing may happen yet but the start */
    assert_int_equal(crawler_start(rig->c), 0);
    break;
  case CR_WAY_THREAD:
    assert_int_equal(crawler_start_thread(rig->c), 0);
    cr_site_wait(site, 1);
    break;
  case CR_WAY_NEXT:
    while (cr_site_total(site) == 0) {
      crawler_page *page;

      assert_int_equal(crawler_next(rig->c, &page, 1), CRAWLER_AGAIN);
    }
    break;
  default:
    while (cr_site_total(site) == 0)
      assert_int_equal(crawler_step(rig->c, 1), CRAWLER_OK);
    break;
  }
}

static void transfers_in_flight_are_cut_in_every_way(void **state)
{
  int threads = cr_count_threads();

  (void)state;
  EVERY_WAY(way)
  {
    struct cr_site_server *site = cr_site_start_generated(5);
    struct cr_crawl_rig rig;
    int64_t began = cr_clock_mono_ms();

    cr_site_close_gate(site);
    cr_crawl_open(&rig, way);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    begin(&rig, site);
    cr_crawl_close(&rig);
    assert_in_range(cr_clock_mono_ms() - began, 0, 5000);
    assert_int_equal(rig.done_calls, way == CR_WAY_THREAD); /* its thread ends the crawl first */
    cr_site_stop(site);
  }
  assert_true(cr_threads_become(threads));
}

/* ---- without memory ---- */

enum { SAMPLES = 40 };

static void crawl_with_refusals(struct cr_site_server *site, enum cr_way way, int64_t from,
                                int64_t to, int64_t *asked)
{
  struct cr_crawl_rig rig;
  int err;

  cr_crawl_open(&rig, way);
  if (from > 0) /* it waits for memory to come back */
    assert_int_equal(crawler_set_max_time_ms(rig.c, 60), 0);
  assert_int_equal(crawler_set_document(rig.c, 1), 0);
  assert_int_equal(crawler_set_max_depth(rig.c, 3), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/"));
  rig.memory.asked = 0;
  rig.memory.refuse_from = from;
  rig.memory.refuse_to = to;
  err = cr_crawl_drive(&rig);
  if (asked) {
    assert_int_equal(err, 0);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 4);
    *asked = rig.memory.asked;
  }
  assert_in_range(-err, 0, -CRAWLER_E_NETWORK);
  rig.memory.refuse_from = 0; /* memory is back: what is there is consistent */
  assert_int_equal(crawler_set_max_time_ms(rig.c, -1), 0);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
}

static void a_crawl_without_memory_neither_crashes_nor_leaks(void **state)
{
  static const struct cr_site_page pages[] = {
    { .path = "/", .body = "<title>x</title><a href=/a><a href=/r><a href=mailto:x><a href=/s>" },
    { .path = "/a", .body = "<h1>A</h1><a href=/>back</a><a href=/b>" },
    { .path = "/b", .headers = "Content-Type: text/plain\nX-Long: some value\n", .body = "text" },
    { .path = "/r", .status = 301, .headers = "Location: /a\n" },
    { .path = "/s", .status = 302, .headers = "Location: /s?\n" },
    { .path = "/s?", .body = "<a href=/a>" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
  int64_t n = 0;

  (void)state;
  EVERY_WAY(way)
  {
    crawl_with_refusals(site, way, 0, 0, &n);
    assert_true(n > SAMPLES);
    for (int64_t i = 1 + (int64_t)way; i <= n; i += 1 + n / SAMPLES) {
      crawl_with_refusals(site, way, i, i, NULL);
      crawl_with_refusals(site, way, i, INT64_MAX, NULL);
    }
  }
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(new_with_wants_all_three_functions),
    cmocka_unit_test(a_new_crawler_has_no_thread_and_no_descriptor),
    cmocka_unit_test(without_memory_there_is_no_crawler_and_no_leak),
    cmocka_unit_test(the_callers_data_is_freed_when_replaced_and_at_the_end),
    cmocka_unit_test(a_bad_pattern_is_refused_by_its_text),
    cmocka_unit_test(patterns_narrow_the_crawl),
    cmocka_unit_test(requests_that_were_not_submitted_outlive_the_crawler),
    cmocka_unit_test(a_retained_page_lives_on_and_can_be_released_on_another_thread),
    cmocka_unit_test(stats_live_on),
    cmocka_unit_test(pulled_pages_that_were_not_released_live_on),
    cmocka_unit_test(pages_ready_to_be_pulled_go_with_the_crawler),
    cmocka_unit_test(deferred_pages_live_on_until_they_are_finished),
    cmocka_unit_test(transfers_in_flight_are_cut_in_every_way),
    cmocka_unit_test(a_crawl_without_memory_neither_crashes_nor_leaks),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
