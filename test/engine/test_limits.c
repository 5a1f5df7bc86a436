/* SPDX-License-Identifier: MIT */
/* test_limits.c - limits of bytes, and of a host's pages, bytes and time: nothing new begins, what
 * is in flight ends, what is queued stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "frontier/frontier_memory.h"
#include "sim/sim_crawl.h"
#include "support/requests.h"

#define KB "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BODY KB KB KB KB KB KB KB KB KB KB KB KB KB KB KB KB /* 1,024 bytes */

/* Two hosts of ten pages: "a" links to all. */
static const struct cr_sim_page pages[] = {
  { "/", .hrefs =
             "/1 /2 /3 /4 /5 /6 /7 /8 /9 http://b.example/1 http://b.example/2 http://b.example/3 "
             "http://b.example/4 http://b.example/5" },
  { "/1", .body = BODY },
  { "/2", .body = BODY },
  { "/3", .body = BODY },
  { "/4", .body = BODY },
  { "/5", .body = BODY },
  { "/6", .body = BODY },
  { "/7", .body = BODY },
  { "/8", .body = BODY },
  { "/9", .body = BODY },
  { "http://b.example/1", .body = BODY },
  { "http://b.example/2", .body = BODY },
  { "http://b.example/3", .body = BODY },
  { "http://b.example/4", .body = BODY },
  { "http://b.example/5", .body = BODY },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open_site(struct cr_sim *sim, const struct cr_sim_site *of, const char *host_at_once)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &of->world });
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_set(sim, "delay", "0");
  cr_sim_set(sim, "site_concurrency", "0");
  cr_sim_set(sim, "address_concurrency", "0");
  cr_sim_set(sim, "host_concurrency", host_at_once);
  cr_sim_set(sim, "obey_robots", "0");
}

static void open(struct cr_sim *sim, const char *host_at_once)
{
  open_site(sim, &site, host_at_once);
  cr_sim_add(sim, "/");
}

/* Pages fetched of a host: by the crawl's own numbers. */
static int64_t fetched_of(const struct cr_sim *sim, const char *name)
{
  for (size_t i = 0; i < crawler_host_count(sim->c); i++)
    if (strcmp(crawler_host_name(sim->c, i), name) == 0)
      return crawler_host_stat(sim->c, i, CRAWLER_STAT_FETCHED);
  return -1;
}

static void a_hosts_pages_are_exact_however_many_are_in_flight(void **state)
{
  static const char *const at_once[] = { "1", "3", "20" };
  (void)state;

  for (size_t k = 0; k < 3; k++)
    for (int64_t limit = 0; limit <= 11; limit++) {
      struct cr_sim sim;

      open(&sim, at_once[k]);
      assert_int_equal(crawler_set_max_pages_per_host(sim.c, limit), 0);
      cr_sim_run_checked(&sim, 1);
      int64_t of_a = limit < 10 ? limit : 10;
      int64_t of_b = limit == 0 ? -1 : limit < 5 ? limit : 5;
      assert_int_equal(fetched_of(&sim, "a.example"), of_a);
      if (of_b >= 0)
        assert_int_equal(fetched_of(&sim, "b.example"), of_b);
      assert_string_equal(crawler_ended(sim.c), limit < 10 ? "host_limit" : "complete");
      assert_int_equal(crawler_is_complete(sim.c), limit >= 10);
      assert_int_equal(cr_sim_incomplete(&sim, "limit"), cr_sim_stat(&sim, CRAWLER_STAT_QUEUED));
      assert_int_equal(sim.net.starts, of_a + (of_b < 0 ? 0 : of_b)); /* none was asked in vain */
      cr_sim_close(&sim);
    }
}

static void raised_it_goes_on_where_it_was(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "4");
  for (int64_t limit = 0; limit < 10; limit += 3) {
    assert_int_equal(crawler_set_max_pages_per_host(sim.c, limit), 0);
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(fetched_of(&sim, "a.example"), limit);
    assert_string_equal(crawler_ended(sim.c), "host_limit");
    int64_t starts = sim.net.starts;
    cr_sim_run(&sim); /* once more does nothing */
    assert_int_equal(sim.net.starts, starts);
  }
  assert_int_equal(crawler_set_max_pages_per_host(sim.c, -1), 0);
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 15);
  cr_sim_close(&sim);
}

/* Redirected, failed, dropped, tried again: none of these is a page that was fetched. */
static void only_pages_that_were_fetched_count(void **state)
{
  static const struct cr_sim_page mixed[] = {
    { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n", .type = "text/plain" },
    { "/", .hrefs = "/moved /fails /no /falters /gone /a /b" },
    { "/moved", .to = "/moved/to" },
    { .url = "/moved/to" },
    { "/fails", .failure = CRAWLER_FAILED_PROTOCOL },
    { "/falters", .failure = CRAWLER_FAILED_TIMEOUT, .times = 1 },
    { .url = "/falters" },
    { .url = "/gone", .status = 404 },
    { .url = "/a" },
    { .url = "/b" },
  };
  static const struct cr_sim_site mixed_site = CR_SIM_SITE(mixed);
  (void)state;

  for (int64_t limit = 1; limit <= 7; limit++) {
    struct cr_sim sim;

    open_site(&sim, &mixed_site, "2");
    cr_sim_set(&sim, "obey_robots", "1");
    assert_int_equal(crawler_set_max_pages_per_host(sim.c, limit), 0);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), limit < 6 ? limit : 6);
    cr_sim_close(&sim);
  }
}

static void requisites_are_no_pages(void **state)
{
  crawler_request *req;
  struct cr_sim sim;
  (void)state;

  open(&sim, "1");
  cr_sim_set(&sim, "max_pages_per_host", "1");
  cr_sim_run(&sim);
  assert_int_equal(fetched_of(&sim, "a.example"), 1);
  req = cr_request_of(sim.c, CR_SIM_ORIGIN "/style.css");
  assert_int_equal(crawler_request_set_kind(req, CRAWLER_KIND_REQUISITE), 0);
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run_checked(&sim, 1); /* it isn't behind the pages that may not leave */
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_REQUISITE].fetched, 1);
  assert_int_equal(fetched_of(&sim, "a.example"), 1);
  assert_string_equal(crawler_ended(sim.c), "host_limit");
  cr_sim_set(&sim, "max_pages_per_host", "-1");
  cr_sim_set(&sim, "max_pages", "3");
  req = cr_request_of(sim.c, CR_SIM_ORIGIN "/other.css");
  assert_int_equal(crawler_request_set_kind(req, CRAWLER_KIND_REQUISITE), 0);
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run_checked(&sim, 1); /* nor does the crawl's own limit keep it */
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_REQUISITE].fetched, 2);
  assert_string_equal(crawler_ended(sim.c), "max_pages");
  cr_sim_close(&sim);
}

static void bytes_of_all_are_passed_by_no_more_than_what_is_in_flight(void **state)
{
  static const char *const at_once[] = { "1", "4" };
  (void)state;

  for (size_t k = 0; k < 2; k++) {
    struct cr_sim sim;
    int64_t in_flight = k == 0 ? 2 : 8; /* on two hosts */

    open(&sim, at_once[k]);
    assert_int_equal(crawler_set_max_bytes(sim.c, 5000), 0);
    cr_sim_run_checked(&sim, 1);
    assert_string_equal(crawler_ended(sim.c), "max_bytes");
    assert_false(crawler_is_complete(sim.c));
    assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_WIRE_BYTES), 5000, 5000 + 1024 * in_flight);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_IN_FLIGHT), 0);
    int64_t starts = sim.net.starts;
    cr_sim_run(&sim);
    assert_int_equal(sim.net.starts, starts);
    assert_string_equal(crawler_ended(sim.c), "max_bytes");
    assert_int_equal(crawler_set_max_bytes(sim.c, 1 << 20), 0);
    cr_sim_run_checked(&sim, 1);
    assert_string_equal(crawler_ended(sim.c), "complete");
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 15);
    cr_sim_close(&sim);
  }
}

static void reached_with_the_last_page_it_left_nothing_out(void **state)
{
  static const struct cr_sim_page one[] = { { "/", .body = BODY } };
  static const struct cr_sim_site one_site = CR_SIM_SITE(one);
  struct cr_sim sim;
  (void)state;

  open_site(&sim, &one_site, "1");
  assert_int_equal(crawler_set_max_bytes(sim.c, 1024), 0);
  assert_int_equal(crawler_set_max_bytes_per_host(sim.c, 1024), 0);
  assert_int_equal(crawler_set_max_pages_per_host(sim.c, 1), 0);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_true(crawler_is_complete(sim.c));
  cr_sim_close(&sim);
}

static void bytes_of_a_host_hold_for_that_host(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "1");
  assert_int_equal(crawler_set_max_bytes_per_host(sim.c, 3000), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(fetched_of(&sim, "b.example"), 3);
  assert_in_range(fetched_of(&sim, "a.example"), 3, 4); /* "/" is smaller */
  assert_string_equal(crawler_ended(sim.c), "host_limit");
  assert_int_equal(crawler_set_max_bytes_per_host(sim.c, -1), 0);
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 15);
  cr_sim_close(&sim);
}

static void time_of_a_host_begins_with_its_first_request(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "1");
  cr_sim_set(&sim, "delay", "1s");
  assert_int_equal(crawler_set_max_time_per_host_ms(sim.c, 2500), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(fetched_of(&sim, "a.example"), 3); /* at 0, 1 and 2 s */
  assert_int_equal(fetched_of(&sim, "b.example"), 3);
  assert_string_equal(crawler_ended(sim.c), "host_limit");
  assert_int_equal(sim.net.starts, 6);
  cr_sim_run_checked(&sim, 1); /* of each run: as max_time */
  assert_int_equal(fetched_of(&sim, "a.example"), 6);
  assert_int_equal(fetched_of(&sim, "b.example"), 5);
  cr_sim_close(&sim);
}

/* b's robots.txt is on a, which may give no more: it is asked all the same, or b would wait. */
static void a_robots_txt_is_asked_of_a_host_at_its_limit(void **state)
{
  static const struct cr_sim_page moved[] = {
    { "/robots.txt", .body = "", .type = "text/plain" },
    { "/", .hrefs = "/1 http://b.example/1" },
    { "/1", .body = BODY },
    { "/shared.txt", .body = "User-agent: *\nAllow: /\n", .type = "text/plain" },
    { "http://b.example/robots.txt", .to = CR_SIM_ORIGIN "/shared.txt" },
    { "http://b.example/1", .body = BODY },
  };
  static const struct cr_sim_site moved_site = CR_SIM_SITE(moved);
  struct cr_sim sim;
  (void)state;

  open_site(&sim, &moved_site, "1");
  cr_sim_set(&sim, "obey_robots", "1");
  cr_sim_set(&sim, "max_bytes_per_host", "50"); /* "/" has more */
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/1"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/1"), 0);
  assert_string_equal(crawler_ended(sim.c), "host_limit");
  cr_sim_close(&sim);
}

/* A URL to be tried again in an hour, at a host that may give no more: nobody waits for it. */
static void what_is_delayed_at_a_host_at_its_limit_is_not_waited_for(void **state)
{
  static const struct cr_sim_page late[] = {
    { "/", .hrefs = "/falters /1 /2" },
    { "/falters", .failure = CRAWLER_FAILED_TIMEOUT, .times = 1 },
    { .url = "/falters" },
    { .url = "/1" },
    { .url = "/2" },
  };
  static const struct cr_sim_site late_site = CR_SIM_SITE(late);
  struct cr_sim sim;
  (void)state;

  open_site(&sim, &late_site, "1");
  cr_sim_set(&sim, "retry_delay", "1h");
  cr_sim_set(&sim, "max_idle_wait", "-1");
  cr_sim_set(&sim, "max_pages_per_host", "2");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "host_limit");
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS), 0, 60000);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_QUEUED), 2);
  cr_sim_close(&sim);
}

/* On a large web with all sorts of failures: no host is over, every crawl ends and adds up. */
static void no_host_of_a_large_web_is_over_its_limit(void **state)
{
  struct cr_sim_web web;
  (void)state;

  cr_sim_web_init(&web, 12, 40, 600);
  for (int64_t limit = 1; limit <= 16; limit *= 2) {
    struct cr_sim sim;

    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world, .seed = 5 });
    cr_sim_set(&sim, "span_hosts", "1");
    cr_sim_set(&sim, "own_server", "1");
    assert_int_equal(crawler_set_max_pages_per_host(sim.c, limit), 0);
    cr_sim_add_hosts(&sim, &web, 3);
    cr_sim_run_checked(&sim, 7);
    for (size_t i = 0; i < crawler_host_count(sim.c); i++)
      assert_in_range(crawler_host_stat(sim.c, i, CRAWLER_STAT_FETCHED), 0, limit);
    assert_string_equal(crawler_ended(sim.c), "host_limit");
    assert_null(cr_frontier_memory_check(sim.s->frontier));
    assert_int_equal(crawler_set_max_pages_per_host(sim.c, -1), 0);
    assert_int_equal(crawler_set_max_bytes_per_host(sim.c, 2000), 0);
    cr_sim_run_checked(&sim, 7);
    assert_null(cr_frontier_memory_check(sim.s->frontier));
    assert_int_equal(crawler_set_max_bytes_per_host(sim.c, -1), 0);
    cr_sim_run_checked(&sim, 7);
    assert_string_equal(crawler_ended(sim.c), "complete");
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_hosts_pages_are_exact_however_many_are_in_flight),
    cmocka_unit_test(raised_it_goes_on_where_it_was),
    cmocka_unit_test(only_pages_that_were_fetched_count),
    cmocka_unit_test(requisites_are_no_pages),
    cmocka_unit_test(bytes_of_all_are_passed_by_no_more_than_what_is_in_flight),
    cmocka_unit_test(reached_with_the_last_page_it_left_nothing_out),
    cmocka_unit_test(bytes_of_a_host_hold_for_that_host),
    cmocka_unit_test(time_of_a_host_begins_with_its_first_request),
    cmocka_unit_test(a_robots_txt_is_asked_of_a_host_at_its_limit),
    cmocka_unit_test(what_is_delayed_at_a_host_at_its_limit_is_not_waited_for),
    cmocka_unit_test(no_host_of_a_large_web_is_over_its_limit),
  };

  return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
