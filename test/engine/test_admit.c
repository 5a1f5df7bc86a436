/* SPDX-License-Identifier: MIT */
/* test_admit.c - seeds and single URLs: probe, rules, filter, frontier, each in its turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/requests.h"

static const struct cr_sim_page pages[] = {
  { "/", .hrefs = "/a http://b.example/ http://c.example/x" },
  { "/a", .hrefs = "/a/1" },
  { .url = "/a/1" },
  { "http://b.example/", .hrefs = "/b" },
  { .url = "http://b.example/b" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
}

static int count_calls(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)req;
  ++*(int *)user;
  return CRAWLER_ACCEPT;
}

static void the_same_seed_twice_is_one_url(void **state)
{
  struct cr_sim sim;
  int calls = 0;
  (void)state;

  open(&sim);
  crawler_on_filter(sim.c, count_calls, &calls);
  cr_sim_add(&sim, "/a/1");
  cr_sim_add(&sim, "/a/1#x");
  cr_sim_add(&sim, "http://A.example:80/a/1?");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ADMITTED), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS), 0); /* seeds are no links */
  assert_int_equal(calls, 1);
  cr_sim_close(&sim);
}

static void a_seeds_host_is_the_scope(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "/a"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "http://b.example/"), CRAWLER_REJECTED_SCOPE);
  assert_int_equal(cr_sim_count(&sim, CRAWLER_REJECTED, CRAWLER_REJECTED_SCOPE), 2);
  cr_sim_close(&sim);
}

/* It was rejected as a link before its host was a seed's. */
static void a_seed_is_crawled_though_its_link_was_out_of_scope(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  cr_sim_add(&sim, "http://b.example/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/b"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void a_seeds_host_makes_its_other_urls_welcome(void **state)
{
  static const struct cr_sim_page more[] = {
    { "/", .hrefs = "http://b.example/x /next", .ms = 10 },
    { "/next", .hrefs = "http://b.example/x", .ms = 10 },
    { .url = "http://b.example/x" },
    { .url = "http://b.example/seed" },
  };
  static const struct cr_sim_site more_site = CR_SIM_SITE(more);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &more_site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_add(&sim, "/");
  while (cr_sim_outcome(&sim, "/") == 0)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(cr_sim_reason(&sim, "http://b.example/x"), CRAWLER_REJECTED_SCOPE);
  cr_sim_add(&sim, "http://b.example/seed"); /* before "/next" is read */
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/x"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void rules_that_change_are_asked_again(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  assert_int_equal(crawler_deny_url(sim.c, "*/a"), 0);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_reason(&sim, "/a"), CRAWLER_REJECTED_SCOPE);
  assert_int_equal(crawler_allow_host(sim.c, "b.example"), 0);
  assert_int_equal(crawler_allow_host(sim.c, "a.example"), 0);
  crawler_request *again = cr_request_of(sim.c, CR_SIM_ORIGIN "/");
  assert_int_equal(crawler_request_set_force(again, 1), 0);
  sim.net.police.lenient = true;
  assert_int_equal(crawler_submit(sim.c, again), 0);
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_end(&sim, "/").times, 2);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/b"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/a"), CRAWLER_REJECTED_SCOPE);
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

static void force_counts_as_an_admission_of_its_own(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  sim.net.police.lenient = true;
  for (int i = 1; i <= 3; i++) {
    crawler_request *req = cr_request_of(sim.c, CR_SIM_ORIGIN "/a/1");
    crawler_request *twin = cr_request_of(sim.c, CR_SIM_ORIGIN "/a/1");
    crawler_request_set_force(req, 1);
    crawler_request_set_force(twin, 1); /* queued now: known after all */
    assert_int_equal(crawler_submit(sim.c, req), 0);
    assert_int_equal(crawler_submit(sim.c, twin), 0);
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ADMITTED), i);
    assert_int_equal(cr_sim_asked(&sim, "/a/1"), i);
  }
  cr_sim_close(&sim);
}

static void what_is_no_page_passes_no_filter_and_no_limit(void **state)
{
  struct cr_sim sim;
  int calls = 0;
  (void)state;

  open(&sim);
  crawler_on_filter(sim.c, count_calls, &calls);
  cr_sim_set(&sim, "max_pages", "0");
  crawler_request *req = cr_request_of(sim.c, "http://elsewhere.example/style.css");
  assert_int_equal(crawler_request_set_kind(req, CRAWLER_KIND_REQUISITE), 0);
  assert_int_equal(crawler_request_set_kind(req, CRAWLER_KIND_ROBOTS), CRAWLER_E_VALUE);
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(calls, 0);
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_REQUISITE].fetched, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ADMITTED), 0);
  cr_sim_close(&sim);
}

/* ---- what a request carries ---- */

static int freed;

static void count_free(void *data)
{
  freed++;
  free(data);
}

static int check_carried(crawler *c, crawler_page *page, void *user)
{
  crawler_request *req = crawler_page_request(page);
  int *seen = user;

  (void)c;
  assert_string_equal(crawler_request_meta(req, "colour"), "blue");
  assert_string_equal(crawler_request_seed(req), CR_SIM_ORIGIN "/a");
  if (strcmp(crawler_request_url(req), CR_SIM_ORIGIN "/a") == 0) {
    assert_int_equal(*(int *)crawler_request_data(req), 42);
    assert_int_equal(crawler_request_priority(req), 7);
    assert_int_equal(crawler_request_is_seed(req), 1);
    assert_null(crawler_request_referrer(req));
    assert_int_equal(crawler_request_depth(req), 0);
  } else {
    assert_null(crawler_request_data(req)); /* travels with its URL only */
    assert_int_equal(crawler_request_is_seed(req), 0);
    assert_string_equal(crawler_request_referrer(req), CR_SIM_ORIGIN "/a");
    assert_int_equal(crawler_request_depth(req), 1);
  }
  ++*seen;
  return 0;
}

static crawler_request *make_rich(struct cr_sim *sim, const char *url)
{
  crawler_request *req = cr_request_of(sim->c, url);
  int *data = malloc(sizeof(*data));

  assert_true(req && data);
  *data = 42;
  assert_int_equal(crawler_request_set_meta(req, "colour", "blue"), 0);
  assert_int_equal(crawler_request_set_priority(req, 7), 0);
  crawler_request_set_data(req, data, count_free);
  return req;
}

static void what_is_found_inherits_seed_and_meta(void **state)
{
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  freed = 0;
  open(&sim);
  crawler_on_page(sim.c, check_carried, &seen);
  assert_int_equal(crawler_submit(sim.c, make_rich(&sim, CR_SIM_ORIGIN "/a")), 0);
  cr_sim_run(&sim);
  assert_int_equal(seen, 2);
  assert_int_equal(freed, 1);
  cr_sim_close(&sim);
}

static void data_of_a_url_that_is_not_admitted_is_freed(void **state)
{
  struct cr_sim sim;
  (void)state;

  freed = 0;
  open(&sim);
  assert_int_equal(crawler_submit(sim.c, make_rich(&sim, CR_SIM_ORIGIN "/a/1")), 0);
  assert_int_equal(crawler_submit(sim.c, make_rich(&sim, CR_SIM_ORIGIN "/a/1")), 0); /* known */
  assert_int_equal(crawler_deny_host(sim.c, "denied.example"), 0);
  assert_int_equal(crawler_submit(sim.c, make_rich(&sim, "http://denied.example/")), 0);
  crawler_request_free(make_rich(&sim, CR_SIM_ORIGIN "/never")); /* not even submitted */
  assert_int_equal(freed, 1);
  cr_sim_run(&sim);
  assert_int_equal(freed, 4);
  assert_int_equal(cr_sim_reason(&sim, "http://denied.example/"), CRAWLER_REJECTED_SCOPE);
  cr_sim_close(&sim);
}

static void a_shorter_way_to_a_queued_url_lowers_it(void **state)
{
  static const struct cr_sim_page deep[] = {
    { "/", .hrefs = "/1", .ms = 10 },
    { "/1", .hrefs = "/x /2 /3 /4 /5" },
    { .url = "/x" },
  };
  static const struct cr_sim_site deep_site = CR_SIM_SITE(deep);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &deep_site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_add(&sim, "/");
  while (cr_sim_outcome(&sim, "/1") == 0)
    assert_false(cr_sim_step(&sim, -1));
  cr_sim_add(&sim, "/x"); /* queued with depth 2 */
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_end(&sim, "/x").depth, 0);
  assert_int_equal(cr_sim_end(&sim, "/2").depth, 2);
  cr_sim_close(&sim);
}

static void no_more_than_max_pending_wait_for_a_host(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "max_pending", "2");
  cr_sim_set(&sim, "concurrency", "1");
  for (int i = 0; i < 5; i++) {
    char url[32];
    (void)snprintf(url, sizeof(url), "/seed/%d", i);
    cr_sim_add(&sim, url);
  }
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS_CAPPED), 3);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS), 3);
  assert_int_equal(crawler_is_complete(sim.c), 0);
  assert_string_equal(crawler_incomplete(sim.c, 0, NULL), "capped");
  cr_sim_add(&sim, "/seed/4"); /* refused for room: not known */
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "/seed/4"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_same_seed_twice_is_one_url),
    cmocka_unit_test(a_seeds_host_is_the_scope),
    cmocka_unit_test(a_seed_is_crawled_though_its_link_was_out_of_scope),
    cmocka_unit_test(a_seeds_host_makes_its_other_urls_welcome),
    cmocka_unit_test(rules_that_change_are_asked_again),
    cmocka_unit_test(force_counts_as_an_admission_of_its_own),
    cmocka_unit_test(what_is_no_page_passes_no_filter_and_no_limit),
    cmocka_unit_test(what_is_found_inherits_seed_and_meta),
    cmocka_unit_test(data_of_a_url_that_is_not_admitted_is_freed),
    cmocka_unit_test(a_shorter_way_to_a_queued_url_lowers_it),
    cmocka_unit_test(no_more_than_max_pending_wait_for_a_host),
  };

  return cmocka_run_group_tests_name("admit", tests, NULL, NULL);
}
