/* SPDX-License-Identifier: MIT */
/* All numbers of one moment: from any thread, by kind, by reason, by host. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/site_server.h"

enum { PAGES = 300 };

/* ---- one consistent snapshot ---- */

struct reader {
  struct cr_crawl_rig *rig;
  atomic_bool stop;
  int snapshots;
  pthread_t thread;
};

static int64_t outcome(const crawler_stats *s, crawler_kind kind, crawler_outcome which)
{
  return crawler_stats_outcome(s, kind, which, CRAWLER_REASON_NONE);
}

static bool holds(const crawler_stats *s, crawler_kind kind)
{
  return crawler_stats_admitted(s, kind) ==
         crawler_stats_queued(s, kind) + crawler_stats_in_flight(s, kind) +
             outcome(s, kind, CRAWLER_FETCHED) + outcome(s, kind, CRAWLER_REDIRECTED) +
             outcome(s, kind, CRAWLER_FAILED) + outcome(s, kind, CRAWLER_DROPPED);
}

static bool links_hold(const crawler_stats *s)
{
  return crawler_stats_get(s, CRAWLER_STAT_LINKS) ==
         crawler_stats_get(s, CRAWLER_STAT_LINKS_KNOWN) +
             crawler_stats_get(s, CRAWLER_STAT_LINKS_REJECTED) +
             crawler_stats_get(s, CRAWLER_STAT_LINKS_CAPPED) +
             crawler_stats_get(s, CRAWLER_STAT_LINKS_ADMITTED);
}

/* Sums hold, and what only grows has grown, since the snapshot before. */
static void check_snapshot(struct cr_crawl_rig *rig, const crawler_stats *s,
                           const crawler_stats *before)
{
  static const crawler_stat growing[] = {
    CRAWLER_STAT_ADMITTED,   CRAWLER_STAT_FETCHED,    CRAWLER_STAT_LINKS,
    CRAWLER_STAT_ATTEMPTS,   CRAWLER_STAT_HOSTS,      CRAWLER_STAT_WIRE_BYTES,
    CRAWLER_STAT_STATUS_2XX, CRAWLER_STAT_ELAPSED_MS,
  };

  for (int kind = CRAWLER_KIND_PAGE; kind <= CRAWLER_KIND_REQUISITE; kind++)
    CR_CRAWL_EXPECT(rig, holds(s, (crawler_kind)kind));
  CR_CRAWL_EXPECT(rig, links_hold(s));
  for (size_t i = 0; before && i < sizeof(growing) / sizeof(*growing); i++)
    CR_CRAWL_EXPECT(rig, crawler_stats_get(s, growing[i]) >= crawler_stats_get(before, growing[i]));
  for (int which = 0; which < CRAWLER_STAT_COUNT; which++)
    CR_CRAWL_EXPECT(rig, crawler_stats_get(s, (crawler_stat)which) >= 0);
}

static void *read_on(void *arg)
{
  struct reader *r = arg;
  crawler_stats *before = NULL;

  while (!atomic_load(&r->stop)) {
    crawler_stats *s = NULL;

    CR_CRAWL_EXPECT(r->rig, crawler_get_stats(r->rig->c, &s) == 0);
    check_snapshot(r->rig, s, before);
    crawler_stats_free(before);
    before = s;
    r->snapshots++;
    usleep(20); /* valgrind's threads take turns, and not fairly */
  }
  crawler_stats_free(before);
  return NULL;
}

static void sums_hold_in_every_snapshot_on_any_thread(void **state)
{
  (void)state;
  for (enum cr_way way = CR_WAY_RUN; way < CR_WAYS; way++) {
    struct cr_site_server *site = cr_site_start_generated(PAGES);
    struct cr_crawl_rig rig;
    struct reader readers[2];

    cr_crawl_open(&rig, way);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    for (int i = 0; i < 2; i++) {
      readers[i] = (struct reader){ .rig = &rig };
      assert_int_equal(pthread_create(&readers[i].thread, NULL, read_on, &readers[i]), 0);
    }
    assert_int_equal(cr_crawl_drive(&rig), 0);
    for (int i = 0; i < 2; i++) {
      atomic_store(&readers[i].stop, true);
      assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
      assert_true(readers[i].snapshots > 0);
    }
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), PAGES);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

/* ---- the numbers themselves ---- */

static const struct cr_site_page pages[] = {
  { .path = "/robots.txt",
    .headers = "Content-Type: text/plain\n",
    .body = "User-agent: *\nDisallow: /no\n" },
  { .path = "/",
    .body = "<a href=/a><a href=/a><a href=/no><a href=/moved><a href=/gone><a href=/broken>"
            "<a href=mailto:x><a href='http://['><a href=http://elsewhere.test/><a href=#x>"
            "<a href=/deny><a href=/a rel=nofollow>" },
  { .path = "/a", .body = "0123456789" },
  { .path = "/moved", .status = 302, .headers = "Location: /a\n" },
  { .path = "/broken", .status = 500 },
};

static crawler_stats *crawl(struct cr_crawl_rig *rig, struct cr_site_server *site)
{
  crawler_stats *s = NULL;

  cr_crawl_open(rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_obey_robots(rig->c, 1), 0);
  assert_int_equal(crawler_set_max_retries(rig->c, 0), 0);
  assert_int_equal(crawler_set_retry_delay_ms(rig->c, 1000), 0);
  assert_int_equal(crawler_set_max_robots_time_ms(rig->c, 500), 0); /* too short for a second */
  assert_int_equal(crawler_deny_url(rig->c, "*/deny"), 0);
  cr_crawl_add(rig, cr_site_url(site, "/"));
  cr_crawl_add(rig, "http://127.0.0.1:1/refused");
  assert_int_equal(cr_crawl_drive(rig), 0);
  assert_int_equal(crawler_get_stats(rig->c, &s), 0);
  return s;
}

static void what_happened_is_counted(void **state)
{
  static const struct {
    crawler_stat which;
    int64_t want;
  } rows[] = {
    { CRAWLER_STAT_ADMITTED, 7 }, /* / a no moved gone broken refused */
    { CRAWLER_STAT_QUEUED, 0 },         { CRAWLER_STAT_IN_FLIGHT, 0 },
    { CRAWLER_STAT_FETCHED, 4 }, /* / a gone broken */
    { CRAWLER_STAT_REDIRECTED, 1 },     { CRAWLER_STAT_FAILED, 1 },
    { CRAWLER_STAT_DROPPED, 1 },        { CRAWLER_STAT_LINKS, 12 },
    { CRAWLER_STAT_LINKS_KNOWN, 2 },    /* a again, #x */
    { CRAWLER_STAT_LINKS_REJECTED, 5 }, /* mailto, http://[, elsewhere, deny, nofollow */
    { CRAWLER_STAT_LINKS_CAPPED, 0 },   { CRAWLER_STAT_LINKS_ADMITTED, 5 },
    { CRAWLER_STAT_ATTEMPTS, 6 }, /* and robots.txt */
    { CRAWLER_STAT_RETRIES, 0 },        { CRAWLER_STAT_HOSTS, 2 },
    { CRAWLER_STAT_TRANSFERS, 0 },      { CRAWLER_STAT_STATUS_1XX, 0 },
    { CRAWLER_STAT_STATUS_2XX, 2 },     { CRAWLER_STAT_STATUS_3XX, 1 },
    { CRAWLER_STAT_STATUS_4XX, 1 },     { CRAWLER_STAT_STATUS_5XX, 1 },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
  struct cr_crawl_rig rig;
  crawler_stats *s = crawl(&rig, site);

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    if (crawler_stats_get(s, rows[i].which) != rows[i].want)
      fail_msg("%s is %lld", crawler_stat_name(rows[i].which),
               (long long)crawler_stats_get(s, rows[i].which));
  assert_true(crawler_stats_get(s, CRAWLER_STAT_CONNECTIONS) >= 1);
  assert_true(crawler_stats_get(s, CRAWLER_STAT_MEMORY_BYTES) > 10000);
  assert_true(crawler_stats_get(s, CRAWLER_STAT_BODY_BYTES) > 200);
  assert_int_equal(crawler_stats_get(s, CRAWLER_STAT_COUNT), -1);
  assert_int_equal(crawler_stats_get(s, (crawler_stat)-1), -1);
  assert_int_equal(crawler_stats_get(NULL, CRAWLER_STAT_FETCHED), -1);
  assert_int_equal(crawler_get_stat(NULL, CRAWLER_STAT_FETCHED), -1);
  assert_int_equal(crawler_get_stat(rig.c, CRAWLER_STAT_FETCHED), 4);
  crawler_stats_free(s);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void by_kind_and_by_reason(void **state)
{
  struct cr_site_server *site = cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
  struct cr_crawl_rig rig;
  crawler_stats *s = crawl(&rig, site);
  const crawler_kind page = CRAWLER_KIND_PAGE;

  (void)state;
  assert_int_equal(crawler_stats_admitted(s, page), 7);
  assert_int_equal(crawler_stats_queued(s, page), 0);
  assert_int_equal(crawler_stats_in_flight(s, page), 0);
  assert_int_equal(crawler_stats_outcome(s, page, CRAWLER_FAILED, CRAWLER_FAILED_CONNECT), 1);
  assert_int_equal(crawler_stats_outcome(s, page, CRAWLER_FAILED, CRAWLER_FAILED_DNS), 0);
  assert_int_equal(crawler_stats_outcome(s, page, CRAWLER_DROPPED, CRAWLER_DROPPED_ROBOTS), 1);
  assert_int_equal(outcome(s, page, CRAWLER_REJECTED), 4);
  assert_int_equal(crawler_stats_outcome(s, page, CRAWLER_REJECTED, CRAWLER_REJECTED_SCHEME), 1);
  assert_int_equal(crawler_stats_outcome(s, page, CRAWLER_REJECTED, CRAWLER_REJECTED_SCOPE), 2);
  assert_int_equal(crawler_stats_outcome(s, page, CRAWLER_REJECTED, CRAWLER_REJECTED_INVALID_URL),
                   1);
  assert_int_equal(crawler_stats_links(s, CRAWLER_REJECTED_NOFOLLOW), 1);
  assert_int_equal(crawler_stats_links(s, CRAWLER_REJECTED_SCOPE), 2);
  assert_int_equal(crawler_stats_admitted(s, CRAWLER_KIND_ROBOTS), 2);
  assert_int_equal(outcome(s, CRAWLER_KIND_ROBOTS, CRAWLER_FETCHED), 1);
  assert_int_equal(outcome(s, CRAWLER_KIND_ROBOTS, CRAWLER_FAILED), 1);
  assert_int_equal(crawler_stats_admitted(s, CRAWLER_KIND_SITEMAP), 0);
  assert_int_equal(crawler_stats_admitted(s, (crawler_kind)4), -1);
  assert_int_equal(crawler_stats_queued(s, (crawler_kind)-1), -1);
  assert_int_equal(crawler_stats_in_flight(NULL, page), -1);
  assert_int_equal(outcome(s, page, (crawler_outcome)6), -1);
  assert_int_equal(crawler_stats_outcome(s, page, CRAWLER_FAILED, (crawler_reason)66), -1);
  assert_int_equal(crawler_stats_links(s, (crawler_reason)-1), -1);
  assert_int_equal(crawler_stats_links(NULL, CRAWLER_REJECTED_KIND), -1);
  crawler_stats_free(s);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void by_host(void **state)
{
  struct cr_site_server *site = cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
  struct cr_crawl_rig rig;
  crawler_stats *s = crawl(&rig, site);
  char name[32];

  (void)state;
  crawler_stats_free(s);
  assert_int_equal(crawler_host_count(rig.c), 2);
  (void)snprintf(name, sizeof(name), "127.0.0.1:%d", cr_site_port(site));
  assert_string_equal(crawler_host_name(rig.c, 0), name);
  assert_string_equal(crawler_host_name(rig.c, 1), "127.0.0.1:1");
  assert_null(crawler_host_name(rig.c, 2));
  assert_int_equal(crawler_host_stat(rig.c, 0, CRAWLER_STAT_FETCHED), 4);
  assert_int_equal(crawler_host_stat(rig.c, 0, CRAWLER_STAT_ATTEMPTS), 6);
  assert_true(crawler_host_stat(rig.c, 0, CRAWLER_STAT_BODY_BYTES) > 200);
  assert_int_equal(crawler_host_stat(rig.c, 0, CRAWLER_STAT_FAILED), 0);
  assert_int_equal(crawler_host_stat(rig.c, 1, CRAWLER_STAT_FETCHED), 0);
  assert_true(crawler_host_stat(rig.c, 1, CRAWLER_STAT_FAILED) >= 1);
  assert_int_equal(crawler_host_stat(rig.c, 0, CRAWLER_STAT_LINKS), -1);
  assert_int_equal(crawler_host_stat(rig.c, 2, CRAWLER_STAT_FETCHED), -1);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void before_the_start_all_is_zero_but_memory(void **state)
{
  crawler *c = crawler_new();
  crawler_stats *s = NULL;

  (void)state;
  assert_int_equal(crawler_get_stats(c, &s), 0);
  for (int which = 0; which < CRAWLER_STAT_COUNT; which++)
    if (which != CRAWLER_STAT_MEMORY_BYTES)
      assert_int_equal(crawler_stats_get(s, (crawler_stat)which), 0);
  crawler_stats_free(s);
  assert_int_equal(crawler_get_stats(NULL, &s), CRAWLER_E_INVAL);
  assert_int_equal(crawler_get_stats(c, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_host_count(c), 0);
  assert_int_equal(crawler_host_count(NULL), 0);
  assert_null(crawler_host_name(c, 0));
  assert_int_equal(crawler_host_stat(c, 0, CRAWLER_STAT_FETCHED), -1);
  crawler_free(c);
}

static void without_memory_there_is_no_snapshot_but_each_number(void **state)
{
  struct cr_crawl_rig rig;
  crawler_stats *s = NULL;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  rig.memory.refuse_from = 1;
  rig.memory.refuse_to = INT64_MAX;
  assert_int_equal(crawler_get_stats(rig.c, &s), CRAWLER_E_NOMEM);
  assert_null(s);
  assert_int_equal(crawler_get_stat(rig.c, CRAWLER_STAT_FETCHED), 0);
  rig.memory.refuse_from = 0;
  cr_crawl_close(&rig);
}

/* ---- idle ---- */

static void an_idle_crawl_shows_its_last_numbers(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(50);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_THREAD);
  assert_int_equal(crawler_set_keep_open(rig.c, 1), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_start_thread(rig.c), 0);
  for (int i = 0; i < 50; i++) {
    crawler_page *page = NULL;

    assert_int_equal(crawler_next(rig.c, &page, -1), CRAWLER_OK);
    crawler_page_release(page);
  }
  while (cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED) < 50) /* nothing more happens there */
    usleep(100);
  crawler_stop(rig.c);
  assert_int_equal(crawler_wait(rig.c, -1), CRAWLER_OK);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sums_hold_in_every_snapshot_on_any_thread),
    cmocka_unit_test(what_happened_is_counted),
    cmocka_unit_test(by_kind_and_by_reason),
    cmocka_unit_test(by_host),
    cmocka_unit_test(before_the_start_all_is_zero_but_memory),
    cmocka_unit_test(without_memory_there_is_no_snapshot_but_each_number),
    cmocka_unit_test(an_idle_crawl_shows_its_last_numbers),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
