/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_verdicts.c - what a hook answers is done: rejected, rewritten, dropped, ended.
 */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <zlib.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/site_server.h"

#define EVERY_WAY(way) for (enum cr_way way = CR_WAY_RUN; way < CR_WAYS; way++)

static const struct cr_site_page pages[] = {
  { .path = "/", .body = "<a href=/a><a href=/b><a href=mailto:x@y>" },
  { .path = "/a" },
  { .path = "/b", .body = "<a href=/>" },
  { .path = "/extra" },
};

/* ---- verdicts ---- */

struct judge {
  struct cr_crawl_rig rig;
  struct cr_site_server *site;
  int asked;
};

static void open_judge(struct judge *j, enum cr_way way)
{
  memset(j, 0, sizeof(*j));
  j->site = cr_site_start_pages(pages, sizeof(pages) / sizeof(*pages));
  cr_crawl_open(&j->rig, way);
}

static void drive_judge(struct judge *j)
{
  cr_crawl_add(&j->rig, cr_site_url(j->site, "/"));
  assert_int_equal(cr_crawl_drive(&j->rig), 0);
  cr_crawl_check(&j->rig);
}

static void close_judge(struct judge *j)
{
  cr_crawl_close(&j->rig);
  cr_site_stop(j->site);
}

static int reject_b(crawler *c, crawler_request *req, void *user)
{
  struct judge *j = user;

  (void)c;
  j->asked++;
  return strstr(crawler_request_url(req), "/b") ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static void on_filter_rejects_and_is_asked_once_for_each_url(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct judge j;

    open_judge(&j, way);
    crawler_on_filter(j.rig.c, reject_b, &j);
    drive_judge(&j);
    assert_int_equal(j.asked, 3);
    assert_int_equal(cr_site_count(j.site, "/b"), 0);
    assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_FETCHED), 2);
    assert_int_equal(cr_crawl_end_of(&j.rig, cr_site_url(j.site, "/b"))->outcome, CRAWLER_REJECTED);
    assert_int_equal(cr_crawl_end_of(&j.rig, cr_site_url(j.site, "/b"))->reason,
                     CRAWLER_REJECTED_FILTER);
    close_judge(&j);
  }
}

static int rewrite_a(crawler *c, crawler_request *req, void *user)
{
  struct judge *j = user;

  (void)c;
  j->asked++;
  if (!strstr(crawler_request_url(req), "/a"))
    return 0;
  CR_CRAWL_EXPECT(&j->rig, crawler_request_set_priority(req, 5) == 0);
  CR_CRAWL_EXPECT(&j->rig, crawler_request_set_meta(req, "was", "a") == 0);
  return crawler_request_set_url(req, "/extra#part");
}

static int look_for_meta(crawler *c, crawler_page *page, void *user)
{
  struct judge *j = user;
  const char *was = crawler_request_meta(crawler_page_request(page), "was");

  (void)c;
  CR_CRAWL_EXPECT(&j->rig, !!strstr(crawler_page_url(page), "/extra") == (was != NULL));
  return 0;
}

static void on_filter_rewrites(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct judge j;

    open_judge(&j, way);
    crawler_on_filter(j.rig.c, rewrite_a, &j);
    crawler_on_page(j.rig.c, look_for_meta, &j);
    drive_judge(&j);
    assert_int_equal(j.asked, 3); /* not for what it wrote itself */
    assert_int_equal(cr_site_count(j.site, "/a"), 0);
    assert_int_equal(cr_site_count(j.site, "/extra"), 1);
    assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_FETCHED), 3);
    close_judge(&j);
  }
}

static int rewrite_out_of_scope(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)user;
  return strstr(crawler_request_url(req), "/a")
             ? crawler_request_set_url(req, "http://elsewhere.test/")
             : 0;
}

static void a_rewritten_url_is_filtered_by_the_rules_again(void **state)
{
  struct judge j;

  (void)state;
  open_judge(&j, CR_WAY_ANY);
  crawler_on_filter(j.rig.c, rewrite_out_of_scope, NULL);
  drive_judge(&j);
  assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_FETCHED), 2);
  assert_int_equal(crawler_stats_outcome(NULL, CRAWLER_KIND_PAGE, CRAWLER_FETCHED, 0), -1);
  assert_int_equal(cr_crawl_ends(&j.rig, CRAWLER_REJECTED), 2); /* mailto: is the other */
  close_judge(&j);
}

static void with_filter_depends_on_page_it_is_asked_for_every_link(void **state)
{
  static const struct cr_site_page loop[] = {
    { .path = "/", .body = "<a href=/b><a href=/b><a href=/c>" },
    { .path = "/c", .body = "<a href=/b>" },
  };
  struct judge j = { 0 };

  (void)state;
  j.site = cr_site_start_pages(loop, 2);
  cr_crawl_open(&j.rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_filter_depends_on_page(j.rig.c, 1), 0);
  crawler_on_filter(j.rig.c, reject_b, &j);
  cr_crawl_add(&j.rig, cr_site_url(j.site, "/"));
  assert_int_equal(cr_crawl_drive(&j.rig), 0);
  assert_int_equal(j.asked, 5); /* the seed, b twice, c; b again */
  close_judge(&j);
}

static void on_request_drops(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct judge j;

    open_judge(&j, way);
    crawler_on_request(j.rig.c, reject_b, &j);
    drive_judge(&j);
    assert_int_equal(cr_site_count(j.site, "/b"), 0);
    assert_int_equal(cr_crawl_end_of(&j.rig, cr_site_url(j.site, "/b"))->outcome, CRAWLER_DROPPED);
    assert_int_equal(cr_crawl_end_of(&j.rig, cr_site_url(j.site, "/b"))->reason,
                     CRAWLER_DROPPED_FILTER);
    close_judge(&j);
  }
}

static int reject_page_b(crawler *c, crawler_page *page, void *user)
{
  struct judge *j = user;

  (void)c;
  CR_CRAWL_EXPECT(&j->rig, crawler_page_status(page) == 200);
  CR_CRAWL_EXPECT(&j->rig, strcmp(crawler_page_mime(page), "text/html") == 0);
  CR_CRAWL_EXPECT(&j->rig, crawler_page_header(page, "Content-Type") != NULL);
  return strstr(crawler_page_url(page), "/b") ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static void on_headers_ends_a_transfer(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct judge j;

    open_judge(&j, way);
    crawler_on_headers(j.rig.c, reject_page_b, &j);
    drive_judge(&j);
    assert_int_equal(cr_site_count(j.site, "/b"), 1); /* not tried again */
    assert_int_equal(cr_crawl_end_of(&j.rig, cr_site_url(j.site, "/b"))->reason,
                     CRAWLER_FAILED_UNWANTED_TYPE);
    close_judge(&j);
  }
}

static int take_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct judge *j = user;

  (void)c;
  CR_CRAWL_EXPECT(&j->rig, crawler_page_status(page) == 200);
  CR_CRAWL_EXPECT(&j->rig, bytes > 0 && ((const char *)data)[0] == '<');
  j->asked += (int)bytes;
  return j->asked > 100 ? CRAWLER_REJECT : 0;
}

static int expect_no_body(crawler *c, crawler_page *page, void *user)
{
  struct judge *j = user;
  size_t bytes = 1;

  (void)c;
  CR_CRAWL_EXPECT(&j->rig, crawler_page_body(page, &bytes) == NULL && bytes == 0);
  CR_CRAWL_EXPECT(&j->rig, crawler_page_text(page, NULL) == NULL);
  return 0;
}

static void on_body_takes_the_bytes_and_leaves_a_page_without(void **state)
{
  const size_t bytes = strlen(pages[0].body) + strlen(pages[2].body);
  struct judge j;

  (void)state;
  open_judge(&j, CR_WAY_ANY);
  crawler_on_body(j.rig.c, take_body, &j);
  crawler_on_page(j.rig.c, expect_no_body, &j);
  drive_judge(&j);
  assert_int_equal(j.asked, bytes);
  assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_FETCHED), 3); /* by its links */
  assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_BODY_BYTES), bytes);
  close_judge(&j);
}

static void on_body_ends_a_transfer(void **state)
{
  struct judge j;

  (void)state;
  open_judge(&j, CR_WAY_ANY);
  crawler_on_body(j.rig.c, take_body, &j);
  j.asked = 1000; /* it says no */
  cr_crawl_add(&j.rig, cr_site_url(j.site, "/b"));
  assert_int_equal(cr_crawl_drive(&j.rig), 0);
  assert_int_equal(cr_crawl_end_of(&j.rig, cr_site_url(j.site, "/b"))->reason,
                   CRAWLER_FAILED_UNWANTED_TYPE);
  assert_int_equal(cr_site_total(j.site), 1); /* not tried again, and its link isn't followed */
  close_judge(&j);
}

static int reject_first_link(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count,
                             void *user)
{
  struct judge *j = user;

  (void)c;
  (void)page;
  for (size_t i = 0; i < count; i++)
    CR_CRAWL_EXPECT(&j->rig, verdicts[i] == 0);
  verdicts[0] = CRAWLER_REJECT;
  j->asked++;
  return 0;
}

static void on_links_rejects_links(void **state)
{
  struct judge j;

  (void)state;
  open_judge(&j, CR_WAY_ANY);
  crawler_on_links(j.rig.c, reject_first_link, &j);
  drive_judge(&j);
  assert_int_equal(j.asked, 2); /* "/" and "/b" have links */
  assert_int_equal(cr_site_count(j.site, "/a"), 0);
  assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_FETCHED), 2);
  assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_LINKS), 4);
  assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_LINKS_REJECTED), 3); /* and mailto: */
  close_judge(&j);
}

struct parses {
  struct cr_crawl_rig *rig;
  bool loop_is_known;
  pthread_t loop;
  atomic_int calls;
  atomic_int elsewhere;
};

static int note_loop(crawler *c, crawler_request *req, void *user)
{
  struct parses *p = user;

  (void)c;
  (void)req;
  if (!p->loop_is_known)
    p->loop = pthread_self();
  p->loop_is_known = true; /* before the first parse */
  return CRAWLER_ACCEPT;
}

static int count_parse(crawler *c, crawler_page *page, void *user)
{
  struct parses *p = user;

  (void)c;
  CR_CRAWL_EXPECT(p->rig, crawler_page_status(page) == 200);
  CR_CRAWL_EXPECT(p->rig, crawler_page_text(page, NULL) || !crawler_page_body(page, NULL));
  atomic_fetch_add(&p->calls, 1);
  atomic_fetch_add(&p->elsewhere, !pthread_equal(pthread_self(), p->loop));
  return 0;
}

static void on_parse_runs_on_workers_or_on_the_loop_thread_without(void **state)
{
  (void)state;
  for (int workers = 0; workers <= 2; workers++) {
    struct cr_site_server *site = cr_site_start_generated(40);
    struct cr_crawl_rig rig;
    struct parses p = { .rig = &rig };

    cr_crawl_open(&rig, CR_WAY_ANY);
    assert_int_equal(crawler_set_workers(rig.c, workers), 0);
    crawler_on_request(rig.c, note_loop, &p);
    crawler_on_parse(rig.c, count_parse, &p);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(p.calls, 40);
    assert_int_equal(p.elsewhere, workers == 0 ? 0 : 40);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

static size_t gzip(char *text, size_t bytes, char *out, size_t room)
{
  z_stream stream = { .next_in = (Bytef *)text, .avail_in = (uInt)bytes };

  stream.next_out = (Bytef *)out;
  stream.avail_out = (uInt)room;
  assert_int_equal(deflateInit2(&stream, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
  assert_int_equal(deflateEnd(&stream), Z_OK);
  return stream.total_out;
}

static int count_threads(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  *(int *)user = cr_count_threads();
  return 0;
}

/* It may be a thousand times its size. Workers are there once a page needs one. */
static void a_coded_body_is_sooner_a_workers(void **state)
{
  static char text[20000];
  static char coded[sizeof(text) + 100];
  struct cr_site_page both[] = {
    { .path = "/plain", .body = text, .bytes = sizeof(text) },
    { .path = "/coded",
      .headers = "Content-Type: text/html\nContent-Encoding: gzip\n",
      .body = coded },
  };
  int threads[2] = { 0, 0 };
  (void)state;

  memset(text, 'x', sizeof(text));
  both[1].bytes = gzip(text, sizeof(text), coded, sizeof(coded));
  for (int i = 0; i < 2; i++) {
    struct cr_site_server *site = cr_site_start_pages(both, 2);
    struct cr_crawl_rig rig;

    cr_crawl_open(&rig, CR_WAY_ANY);
    assert_int_equal(crawler_set_workers(rig.c, 2), 0);
    crawler_on_page(rig.c, count_threads, &threads[i]);
    cr_crawl_add(&rig, cr_site_url(site, both[i].path));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
  assert_int_equal(threads[1], threads[0] < 0 ? threads[0] : threads[0] + 2);
}

static int take_any_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct judge *j = user;

  (void)c;
  (void)page;
  CR_CRAWL_EXPECT(&j->rig, memchr(data, '<', bytes));
  j->asked++;
  return 0;
}

static void a_streamed_body_that_is_coded_is_read_for_links(void **state)
{
  static char text[] = "<a href=/b>";
  char coded[100];
  struct cr_site_page coded_pages[] = {
    { .path = "/",
      .headers = "Content-Type: text/html\nContent-Encoding: gzip\n",
      .body = coded,
      .bytes = gzip(text, sizeof(text) - 1, coded, sizeof(coded)) },
    { .path = "/b" },
  };
  struct judge j = { .asked = 0 };
  (void)state;

  for (int workers = 0; workers <= 2; workers += 2) {
    j.asked = 0;
    j.site = cr_site_start_pages(coded_pages, 2);
    cr_crawl_open(&j.rig, CR_WAY_ANY);
    assert_int_equal(crawler_set_workers(j.rig.c, workers), 0);
    crawler_on_body(j.rig.c, take_any_body, &j);
    drive_judge(&j);
    assert_int_equal(j.asked, 1);
    assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_FETCHED), 2);
    close_judge(&j);
  }
}

/* ---- setting them ---- */

static int remove_me(crawler *c, crawler_page *page, void *user)
{
  struct judge *j = user;

  (void)page;
  j->asked++;
  crawler_on_page(c, NULL, NULL);
  return 0;
}

static void a_hook_can_be_removed_inside_itself(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct judge j;

    if (way == CR_WAY_THREAD) /* the hook was there at the start: pages aren't pulled */
      continue;
    open_judge(&j, way);
    crawler_on_page(j.rig.c, remove_me, &j);
    drive_judge(&j);
    assert_int_equal(j.asked, 1);
    assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_FETCHED), 3);
    close_judge(&j);
  }
}

static void setting_a_hook_of_null_is_harmless(void **state)
{
  (void)state;
  crawler_on_filter(NULL, NULL, NULL);
  crawler_on_done(NULL, NULL, NULL);
}

static void answers_nobody_asked_for_are_ignored(void **state)
{
  struct judge j;
  char many[5000];

  (void)state;
  memset(many, '1', sizeof(many) - 1);
  many[sizeof(many) - 1] = '\0';
  open_judge(&j, CR_WAY_ANY);
  assert_int_equal(crawler_resolved(NULL, 1, "127.0.0.1", 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_resolved(j.rig.c, 1, many, 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_resolved(j.rig.c, 1, NULL, -1), 0);
  assert_int_equal(crawler_resolved(j.rig.c, UINT64_MAX, "not addresses", INT64_MAX), 0);
  drive_judge(&j);
  assert_int_equal(cr_crawl_stat(&j.rig, CRAWLER_STAT_FETCHED), 3);
  close_judge(&j);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(on_filter_rejects_and_is_asked_once_for_each_url),
    cmocka_unit_test(on_filter_rewrites),
    cmocka_unit_test(a_rewritten_url_is_filtered_by_the_rules_again),
    cmocka_unit_test(with_filter_depends_on_page_it_is_asked_for_every_link),
    cmocka_unit_test(on_request_drops),
    cmocka_unit_test(on_headers_ends_a_transfer),
    cmocka_unit_test(on_body_takes_the_bytes_and_leaves_a_page_without),
    cmocka_unit_test(on_body_ends_a_transfer),
    cmocka_unit_test(on_links_rejects_links),
    cmocka_unit_test(on_parse_runs_on_workers_or_on_the_loop_thread_without),
    cmocka_unit_test(a_coded_body_is_sooner_a_workers),
    cmocka_unit_test(a_streamed_body_that_is_coded_is_read_for_links),
    cmocka_unit_test(a_hook_can_be_removed_inside_itself),
    cmocka_unit_test(setting_a_hook_of_null_is_harmless),
    cmocka_unit_test(answers_nobody_asked_for_are_ignored),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
