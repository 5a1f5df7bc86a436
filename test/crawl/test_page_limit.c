/* SPDX-License-Identifier: MIT */
/* test_page_limit.c - max_pages is exact, whatever is in flight, and can be raised.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static const struct cr_sim_rules rules = {
  .seeds = 2, .span_hosts = true, .obey_robots = true, .max_depth = -1, .max_retries = 2
};

static void open(struct cr_sim *sim, const struct cr_sim_web *web, const char *concurrency)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &web->world, .seed = 3 });
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "concurrency", concurrency);
  cr_sim_add_hosts(sim, web, 2);
}

static int64_t fetched_by_oracle(const struct cr_sim_web *web)
{
  struct cr_sim_oracle oracle;
  struct cr_mem mem;

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  cr_sim_oracle_open(&oracle, &mem, web, &rules);
  int64_t fetched = oracle.by_outcome[CRAWLER_FETCHED];
  cr_sim_oracle_close(&oracle);
  return fetched;
}

static void check_end(struct cr_sim *sim, int64_t limit, int64_t reachable)
{
  int64_t want = limit < reachable ? limit : reachable;

  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_FETCHED), want);
  if (limit < reachable)
    assert_string_equal(crawler_ended(sim->c), "max_pages");
  if (limit > reachable)
    assert_string_equal(crawler_ended(sim->c), "complete");
  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_IN_FLIGHT), 0);
}

static void exactly_so_many_pages_are_fetched(void **state)
{
  static const char *const concurrencies[] = { "1", "64" };
  struct cr_sim_web web;
  (void)state;

  cr_sim_web_init(&web, 8, 30, 400);
  int64_t reachable = fetched_by_oracle(&web);
  assert_true(reachable > 200);
  for (size_t i = 0; i < 2; i++) {
    const int64_t limits[] = { 0, 1, 2, 25, 63, 64, 65, reachable - 1, reachable, reachable + 1 };
    for (size_t n = 0; n < sizeof(limits) / sizeof(limits[0]); n++) {
      struct cr_sim sim;
      open(&sim, &web, concurrencies[i]);
      assert_int_equal(crawler_set_max_pages(sim.c, limits[n]), 0);
      cr_sim_run_checked(&sim, 3);
      check_end(&sim, limits[n], reachable);
      cr_sim_close(&sim);
    }
  }
}

static void raising_it_goes_on_where_it_was(void **state)
{
  static const char *const concurrencies[] = { "1", "64" };
  struct cr_sim_web web;
  (void)state;

  cr_sim_web_init(&web, 8, 30, 400);
  int64_t reachable = fetched_by_oracle(&web);
  for (size_t i = 0; i < 2; i++) {
    struct cr_sim_oracle oracle;
    struct cr_sim sim;
    open(&sim, &web, concurrencies[i]);
    for (int64_t limit = 0; limit < reachable + 50; limit += 37) {
      assert_int_equal(crawler_set_max_pages(sim.c, limit), 0);
      cr_sim_run(&sim);
      check_end(&sim, limit, reachable);
      int64_t starts = sim.net.starts;
      cr_sim_run(&sim); /* once more with the same limit does nothing */
      assert_int_equal(sim.net.starts, starts);
    }
    assert_int_equal(crawler_set_max_pages(sim.c, -1), 0);
    cr_sim_run(&sim);
    cr_sim_oracle_open(&oracle, &sim.mem, &web, &rules);
    cr_sim_check_oracle(&sim, &oracle);
    cr_sim_oracle_close(&oracle);
    cr_sim_close(&sim);
  }
}

static void lowering_it_below_what_is_fetched_ends_the_crawl(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 8, 30, 400);
  open(&sim, &web, "64");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 30)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(crawler_set_max_pages(sim.c, 5), 0);
  int64_t in_flight = cr_sim_stat(&sim, CRAWLER_STAT_IN_FLIGHT);
  int64_t fetched = cr_sim_stat(&sim, CRAWLER_STAT_FETCHED);
  while (!cr_sim_step(&sim, -1))
    ;
  assert_string_equal(crawler_ended(sim.c), "max_pages");
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), fetched, fetched + in_flight);
  cr_sim_close(&sim);
}

static void what_is_no_fetched_page_does_not_count(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n", .type = "text/plain" },
    { "/", .hrefs = "/moved /fails /no /gone /a /b" },
    { "/moved", .to = "/moved/to" },
    { .url = "/moved/to" },
    { "/fails", .failure = CRAWLER_FAILED_PROTOCOL },
    { .url = "/gone", .status = 404 },
    { .url = "/a" },
    { .url = "/b" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int64_t limit = 1; limit <= 6; limit++) {
    struct cr_sim sim;
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
    crawler_set_max_pages(sim.c, limit);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), limit < 5 ? limit : 5);
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(exactly_so_many_pages_are_fetched),
    cmocka_unit_test(raising_it_goes_on_where_it_was),
    cmocka_unit_test(lowering_it_below_what_is_fetched_ends_the_crawl),
    cmocka_unit_test(what_is_no_fetched_page_does_not_count),
  };

  return cmocka_run_group_tests_name("page limit", tests, NULL, NULL);
}
