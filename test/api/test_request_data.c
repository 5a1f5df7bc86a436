/* SPDX-License-Identifier: MIT */
/* test_request_data.c - the pointer that travels with a request is freed once.
 */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/requests.h"
#include "support/site_server.h"

static const struct cr_site_page plain[] = {
  { .path = "/", .body = "<a href=/a#part><a href=/b>" },
  { .path = "/a" },
  { .path = "/b", .body = "<a href=/c>" },
  { .path = "/c" },
  { .path = "/moved", .status = 302, .headers = "Location: /a\n" },
  { .path = "/post", .body = "posted" },
  { .path = "/post303", .status = 303, .headers = "Location: /after\n" },
  { .path = "/post307", .status = 307, .headers = "Location: /post\n" },
  { .path = "/after" },
};

static struct cr_site_server *open_plain(struct cr_crawl_rig *rig, enum cr_way way)
{
  cr_crawl_open(rig, way);
  return cr_site_start_pages(plain, sizeof(plain) / sizeof(*plain));
}

static void close_both(struct cr_crawl_rig *rig, struct cr_site_server *site)
{
  cr_crawl_check(rig);
  cr_crawl_close(rig);
  cr_site_stop(site);
}

static void submit_and_drive(struct cr_crawl_rig *rig, crawler_request *req)
{
  assert_int_equal(crawler_submit(rig->c, req), 0);
  assert_int_equal(cr_crawl_drive(rig), 0);
}

/* ---- the pointer that travels ---- */

static atomic_int frees;

static void count_free(void *data)
{
  (void)data;
  atomic_fetch_add(&frees, 1);
}

static crawler_request *make_with_data(struct cr_crawl_rig *rig, const char *url)
{
  crawler_request *req = cr_request_of(rig->c, url);

  assert_non_null(req);
  atomic_store(&frees, 0);
  crawler_request_set_data(req, &frees, count_free);
  assert_ptr_equal(crawler_request_data(req), &frees);
  return req;
}

static int reject(crawler *c, crawler_request *req, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  CR_CRAWL_EXPECT(rig, atomic_load(&frees) == 0);
  CR_CRAWL_EXPECT(rig, crawler_request_data(req) == &frees);
  return CRAWLER_REJECT;
}

static int keep(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  CR_CRAWL_EXPECT(rig, crawler_request_data(crawler_page_request(page)) == &frees);
  rig->user = crawler_page_retain(page);
  return 0;
}

static int retry(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;
  crawler_request *req = crawler_page_request(page);

  (void)c;
  CR_CRAWL_EXPECT(rig, crawler_request_data(req) == &frees);
  CR_CRAWL_EXPECT(rig, crawler_page_defer(page) == 0);
  CR_CRAWL_EXPECT(rig, crawler_page_finish(page, CRAWLER_FINISH_RETRY) == 0);
  return 0;
}

static void data_is_freed_once_when_replaced_or_never_submitted(void **state)
{
  struct cr_crawl_rig rig;
  crawler_request *req;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  req = make_with_data(&rig, "http://a.test/");
  crawler_request_set_data(req, NULL, NULL);
  assert_int_equal(frees, 1);
  crawler_request_free(req);
  assert_int_equal(frees, 1);
  req = make_with_data(&rig, "http://a.test/");
  crawler_request_free(req);
  assert_int_equal(frees, 1);
  req = make_with_data(&rig, "http://a.test/"); /* submitted, never read */
  assert_int_equal(crawler_submit(rig.c, req), 0);
  assert_int_equal(frees, 0);
  cr_crawl_close(&rig);
  assert_int_equal(frees, 1);
}

enum fate { FETCHED, KNOWN, REJECTED, DROPPED, REDIRECTED, FAILED, RETRIED, CANCELED, FATES };

static void meet_fate(struct cr_crawl_rig *rig, struct cr_site_server *site, enum fate fate)
{
  const char *url = cr_site_url(site, fate == REDIRECTED ? "/moved" : "/a");

  assert_int_equal(crawler_set_max_retries(rig->c, 2), 0);
  if (fate == KNOWN) {
    cr_crawl_add(rig, url);
    assert_int_equal(cr_crawl_drive(rig), 0);
  }
  if (fate == REJECTED)
    crawler_on_filter(rig->c, reject, rig);
  if (fate == DROPPED)
    crawler_on_request(rig->c, reject, rig);
  if (fate == RETRIED)
    crawler_on_page(rig->c, retry, rig);
  if (fate == CANCELED)
    cr_site_close_gate(site);
  assert_int_equal(
      crawler_submit(rig->c, make_with_data(rig, fate == FAILED ? "http://127.0.0.1:1/" : url)), 0);
  if (fate == CANCELED)
    assert_int_equal(crawler_set_max_time_ms(rig->c, 20), 0);
  assert_int_equal(cr_crawl_drive(rig), 0);
  assert_int_equal(frees, fate == CANCELED ? 0 : 1);
}

static void data_is_freed_once_however_its_url_ends(void **state)
{
  (void)state;
  for (enum fate fate = FETCHED; fate < FATES; fate++) {
    struct cr_crawl_rig rig;
    struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);

    meet_fate(&rig, site, fate);
    close_both(&rig, site);
    assert_int_equal(frees, 1);
  }
}

static void *release(void *page)
{
  crawler_page_release(page);
  return NULL;
}

static void data_lives_as_long_as_a_retained_page(void **state)
{
  struct cr_crawl_rig rig;
  struct cr_site_server *site = open_plain(&rig, CR_WAY_ANY);
  crawler_request *req = make_with_data(&rig, cr_site_url(site, "/a"));
  pthread_t thread;

  (void)state;
  crawler_on_page(rig.c, keep, &rig);
  submit_and_drive(&rig, req);
  assert_int_equal(frees, 0);
  assert_ptr_equal(crawler_request_data(crawler_page_request(rig.user)), &frees);
  crawler_free(rig.c);
  rig.c = NULL;
  assert_int_equal(frees, 0);
  assert_int_equal(pthread_create(&thread, NULL, release, rig.user), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(frees, 1);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void data_that_finds_no_memory_is_freed_at_once(void **state)
{
  struct cr_crawl_rig rig;
  crawler_request *req;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  req = cr_request_of(rig.c, "http://a.test/");
  rig.memory.refuse_from = 1;
  rig.memory.refuse_to = INT64_MAX;
  atomic_store(&frees, 0);
  crawler_request_set_data(req, &frees, count_free);
  assert_int_equal(frees, 1);
  assert_int_equal(crawler_request_set_header(req, "A", "b"), CRAWLER_E_NOMEM);
  assert_int_equal(crawler_request_set_body(req, "b", 1, "a/b"), CRAWLER_E_NOMEM);
  assert_int_equal(crawler_add(rig.c, "http://a.test/"), CRAWLER_E_NOMEM);
  assert_null(cr_request_of(rig.c, "http://a.test/"));
  rig.memory.refuse_from = 0;
  crawler_request_free(req);
  assert_int_equal(frees, 1);
  cr_crawl_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(data_is_freed_once_when_replaced_or_never_submitted),
    cmocka_unit_test(data_is_freed_once_however_its_url_ends),
    cmocka_unit_test(data_lives_as_long_as_a_retained_page),
    cmocka_unit_test(data_that_finds_no_memory_is_freed_at_once),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
