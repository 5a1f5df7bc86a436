/* SPDX-License-Identifier: MIT */
/* test_visit.c - a lease becomes a page: URLs put together, memory used again, holders counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/requests.h"

static const struct cr_sim_page pages[] = { { .url = "/" } };
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_set(sim, "own_server", "1");
}

struct expected {
  const char *url; /* as added, and as it must come back */
  const char *host;
  int port;
  bool https;
  int seen;
};

static int check_parts(crawler *c, crawler_page *page, void *user)
{
  struct expected *e = user;
  const crawler_request *req = crawler_page_request(page);

  (void)c;
  assert_string_equal(crawler_request_url(req), e->url);
  assert_string_equal(crawler_request_host(req), e->host);
  assert_int_equal(req->port, e->port);
  assert_int_equal(req->https, e->https);
  assert_true(
      cr_span_eq(cr_request_target(req), cr_span_text(strchr(strstr(e->url, "//") + 2, '/'))));
  e->seen++;
  return 0;
}

static void a_url_is_put_together_again_as_it_was(void **state)
{
  static struct expected cases[] = {
    { "http://a.example/", "a.example", 80, false, 0 },
    { "https://a.example/x?y=z", "a.example", 443, true, 0 },
    { "http://a.example:8080/x", "a.example", 8080, false, 0 },
    { "https://a.example:80/", "a.example", 80, true, 0 },
    { "http://h1/", "h1", 80, false, 0 },
    { "http://127.0.0.1/", "127.0.0.1", 80, false, 0 },
    { "http://127.0.0.1:99/", "127.0.0.1", 99, false, 0 },
    { "http://[2001:db8::80]/", "[2001:db8::80]", 80, false, 0 },
    { "http://[2001:db8::80]:443/", "[2001:db8::80]", 443, false, 0 },
    { "https://[::1]:65535/?", "[::1]", 65535, true, 0 },
    { "http://a.example/%E2%82%AC?%7E", "a.example", 80, false, 0 },
    { "http://xn--bcher-kva.example/", "xn--bcher-kva.example", 80, false, 0 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    open(&sim);
    crawler_on_page(sim.c, check_parts, &cases[i]);
    cr_sim_add(&sim, cases[i].url);
    cr_sim_run(&sim);
    assert_int_equal(cases[i].seen, 1);
    cr_sim_close(&sim);
  }
}

static int check_none(crawler *c, crawler_page *page, void *user)
{
  crawler_request *req = crawler_page_request(page);

  (void)c;
  assert_null(crawler_request_referrer(req));
  assert_null(crawler_request_via(req));
  assert_null(crawler_request_meta(req, "x"));
  assert_null(crawler_request_data(req));
  assert_int_equal(crawler_request_attempt(req), 1);
  assert_int_equal(crawler_request_kind(req), CRAWLER_KIND_PAGE);
  assert_int_equal(crawler_request_is_seed(req), 1);
  ++*(int *)user;
  return 0;
}

/* A visit is used again: nothing of the URL before may show. */
static void a_used_visit_is_as_new(void **state)
{
  static const struct cr_sim_page rich[] = {
    { "/rich", .hrefs = "/x", .base = "/base/", .headers = "X-Rich: 1\r\n" },
    { "/poor", .body = "", .type = "text/plain" },
  };
  static const struct cr_sim_site rich_site = CR_SIM_SITE(rich);
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &rich_site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  crawler_request *req = cr_request_of(sim.c, CR_SIM_ORIGIN "/rich");
  assert_int_equal(crawler_request_set_meta(req, "x", "y"), 0);
  assert_int_equal(crawler_request_set_header(req, "X-Y", "z"), 0);
  crawler_request_set_data(req, &seen, NULL);
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run(&sim);
  crawler_on_page(sim.c, check_none, &seen);
  cr_sim_add(&sim, "/poor");
  cr_sim_run(&sim);
  assert_int_equal(seen, 1);
  cr_sim_close(&sim);
}

static void spare_visits_are_bounded(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "concurrency", "1000");
  for (int i = 0; i < 1000; i++) {
    char url[64];
    (void)snprintf(url, sizeof(url), "http://h%d.example/", i);
    cr_sim_add(&sim, url);
  }
  cr_sim_run(&sim);
  assert_int_equal(sim.net.most_live, 750); /* of hosts not tried */
  assert_in_range(sim.s->spare_count, 1, 128);
  cr_sim_close(&sim);
}

/* ---- holders ---- */

static int retain_twice(crawler *c, crawler_page *page, void *user)
{
  crawler_page **held = user;

  (void)c;
  *held = crawler_page_retain(crawler_page_retain(page));
  return 0;
}

static void a_retained_page_leaves_the_crawlers_account(void **state)
{
  static const struct cr_sim_page big[] = {
    { "/", .body = "0123456789012345678901234567890123456789", .type = "text/plain" },
  };
  static const struct cr_sim_site big_site = CR_SIM_SITE(big);
  crawler_page *held = NULL;
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &big_site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  crawler_on_page(sim.c, retain_twice, &held);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_true(sim.c->home->left_bytes > 40);
  crawler_page_release(held);
  assert_true(sim.c->home->left_bytes > 40);
  assert_string_equal(crawler_page_url(held), CR_SIM_ORIGIN "/");
  crawler_page_release(held);
  assert_int_equal(sim.c->home->left_bytes, 0);
  cr_sim_close(&sim);
}

static int keep_and_reject(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  *(crawler_page **)user = crawler_page_retain(page);
  return CRAWLER_REJECT;
}

static void one_that_failed_leaves_it_too(void **state)
{
  crawler_page *held = NULL;
  struct cr_sim sim;
  (void)state;

  open(&sim);
  crawler_on_headers(sim.c, keep_and_reject, &held);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_count(&sim, CRAWLER_FAILED, CRAWLER_FAILED_UNWANTED_TYPE), 1);
  assert_true(sim.c->home->left_bytes > 0);
  crawler_page_release(held);
  assert_int_equal(sim.c->home->left_bytes, 0);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_url_is_put_together_again_as_it_was),
    cmocka_unit_test(a_used_visit_is_as_new),
    cmocka_unit_test(spare_visits_are_bounded),
    cmocka_unit_test(a_retained_page_leaves_the_crawlers_account),
    cmocka_unit_test(one_that_failed_leaves_it_too),
  };

  return cmocka_run_group_tests_name("visit", tests, NULL, NULL);
}
