/* SPDX-License-Identifier: MIT */
/* test_pace.c - what each exchange says of its host, and what holds for it from then on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

/* From the end of one request in the log to the beginning of the next. */
static int64_t gap_ms(const struct cr_sim *sim, const char *from, const char *to)
{
  return cr_sim_request(sim, to)->begin_ms - cr_sim_request(sim, from)->end_ms;
}

/* ---- the delay adapts ---- */

static const struct cr_sim_page weary[] = {
  { "/", .hrefs = "/a /b /c /d" }, { "/a", .ms = 1600 }, /* slower than the delay */
  { "/b", .status = 500 },         { "/c", .status = 404 }, { .url = "/d" },
};
static const struct cr_sim_site weary_site = CR_SIM_SITE(weary);

static void the_delay_follows_latency_and_errors(void **state)
{
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &weary_site);
  cr_sim_set(&sim, "max_adaptive_delay", "1m");
  cr_sim_set(&sim, "max_retries", "0");
  cr_sim_run(&sim);
  assert_int_equal(gap_ms(&sim, "/", "/a"), 1000 + CR_CLOCK_MS);
  assert_int_equal(gap_ms(&sim, "/a", "/b"), 1600 + CR_CLOCK_MS);
  assert_int_equal(gap_ms(&sim, "/b", "/c"), 3200 + CR_CLOCK_MS);
  assert_int_equal(gap_ms(&sim, "/c", "/d"), 3200 + CR_CLOCK_MS);
  assert_int_equal(sim.s->tallies[0].adapted_ms, 2950);
  cr_sim_close(&sim);
}

static void it_does_so_on_demand_and_not_at_ones_own_server(void **state)
{
  static const struct {
    const char *option, *value;
    int64_t gap_ms;
  } rows[] = {
    { "max_adaptive_delay", "0", 1000 + CR_CLOCK_MS },
    { "max_adaptive_delay", "1200ms", 1200 + CR_CLOCK_MS },
    { "own_server", "1", 0 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_sim sim;
    cr_sim_open_site(&sim, &weary_site);
    cr_sim_set(&sim, "max_adaptive_delay", "1m");
    cr_sim_set(&sim, rows[i].option, rows[i].value);
    cr_sim_set(&sim, "concurrency", "1");
    cr_sim_run(&sim);
    assert_int_equal(gap_ms(&sim, "/a", "/b"), rows[i].gap_ms);
    cr_sim_close(&sim);
  }
}

static void what_was_not_wanted_is_no_failure_of_the_host(void **state)
{
  static const struct {
    const char *option, *value;
    crawler_reason reason;
  } rows[] = {
    { "mime_types", "text/html", CRAWLER_FAILED_UNWANTED_TYPE },
    { "max_body", "1k", CRAWLER_FAILED_TOO_LARGE },
  };
  static char large[2048];
  const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a.pdf /b.pdf /c" },
    { "/a.pdf", .type = "application/pdf", .body = large },
    { "/b.pdf", .type = "application/pdf", .body = large },
    { .url = "/c" },
  };
  const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  memset(large, 'x', sizeof(large) - 1);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_sim sim;
    cr_sim_open_site(&sim, &site);
    cr_sim_set(&sim, "max_adaptive_delay", "1m");
    cr_sim_set(&sim, rows[i].option, rows[i].value);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_count(&sim, CRAWLER_FAILED, rows[i].reason), 2);
    assert_int_equal(gap_ms(&sim, "/b.pdf", "/c"), 1000 + CR_CLOCK_MS);
    cr_sim_close(&sim);
  }
}

static void what_a_robots_txt_asks_for_is_doubled_too(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "User-agent: *\nCrawl-delay: 10\n" },
    { "/", .hrefs = "/a /b /c" },
    { "/a", .status = 404 },
    { "/b", .status = 500 },
    { .url = "/c" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &site);
  cr_sim_set(&sim, "obey_robots", "1");
  cr_sim_set(&sim, "max_adaptive_delay", "1m");
  cr_sim_set(&sim, "max_retries", "0");
  cr_sim_run(&sim);
  assert_int_equal(gap_ms(&sim, "/a", "/b"), 10000 + CR_CLOCK_MS);
  assert_int_equal(gap_ms(&sim, "/b", "/c"), 20000 + CR_CLOCK_MS);
  cr_sim_close(&sim);
}

/* The police of the simulated web has its own idea of the delay. */
static void a_crawl_of_slow_and_failing_hosts_keeps_to_it(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++) {
    struct cr_sim_web web;
    struct cr_sim sim;
    cr_sim_web_init(&web, seed, 60, 1500);
    web.slow_permille = 300;
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world, .seed = seed });
    cr_sim_set(&sim, "span_hosts", "1");
    cr_sim_set(&sim, "max_adaptive_delay", "1m");
    cr_sim_set(&sim, "max_idle_wait", "-1");
    cr_sim_add_hosts(&sim, &web, 5);
    cr_sim_run(&sim);
    assert_true(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) > 300);
    cr_sim_close(&sim); /* asserts that there was no violation */
  }
}

/* ---- a host that can't be reached ---- */

#define GONE(path)                                   \
  {                                                  \
    .url = (path), .failure = CRAWLER_FAILED_CONNECT \
  }
static const struct cr_sim_page gone[] = {
  { "/", .hrefs = "/1 /2 /3 /4 /5 /6 /7 /8 /9" },
  GONE("/1"),
  GONE("/2"),
  GONE("/3"),
  GONE("/4"),
  GONE("/5"),
  GONE("/6"),
  GONE("/7"),
  GONE("/8"),
  GONE("/9"),
};
static const struct cr_sim_site gone_site = CR_SIM_SITE(gone);

static size_t attempts_of(const struct cr_sim *sim)
{
  size_t attempts = 0;

  for (size_t i = 0; i < sim->net.log.len; i++)
    attempts += sim->net.log.at[i].event == CR_SIM_REQUEST;
  return attempts;
}

static void it_is_left_alone_then_its_urls_end_unasked(void **state)
{
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &gone_site);
  cr_sim_set(&sim, "max_retries", "0");
  cr_sim_set(&sim, "max_host_failures", "3");
  cr_sim_run_checked(&sim, 1);
  /* The front page, three failures, and one after each of three rests. */
  assert_int_equal(attempts_of(&sim), 1 + 3 + 3);
  assert_in_range(gap_ms(&sim, "/3", "/4"), 60000, 60100);
  assert_in_range(gap_ms(&sim, "/4", "/5"), 120000, 120100);
  assert_in_range(gap_ms(&sim, "/5", "/6"), 240000, 240100);
  assert_int_equal(cr_sim_count(&sim, CRAWLER_FAILED, CRAWLER_FAILED_CONNECT), 6);
  assert_int_equal(cr_sim_count(&sim, CRAWLER_FAILED, CRAWLER_FAILED_HOST_DEAD), 3);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_OUTAGES), 4);
  assert_int_equal(crawler_host_stat(sim.c, 0, CRAWLER_STAT_WAIT_MS) > 3500 * 1000, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_incomplete(&sim, "host_dead"), 3);
  cr_sim_close(&sim);
}

static void it_says_how_long_it_has_to_wait(void **state)
{
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &gone_site);
  cr_sim_set(&sim, "max_retries", "0");
  cr_sim_set(&sim, "max_host_failures", "3");
  while (cr_sim_stat(&sim, CRAWLER_STAT_OUTAGES) == 0)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(crawler_host_stat(sim.c, 0, CRAWLER_STAT_WAIT_MS), 60000);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_WAIT_MS), 60000);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_QUEUED), 6); /* a wait ends no URL */
  cr_sim_run(&sim);
  cr_sim_close(&sim);
}

static void one_that_comes_back_is_asked_as_before(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /2 /3" },
    { "/1", .failure = CRAWLER_FAILED_DNS, .times = 2 },
    { .url = "/1" },
    { .url = "/2" },
    { "/3", .failure = CRAWLER_FAILED_CONNECT, .times = 1 },
    { .url = "/3" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &site);
  cr_sim_set(&sim, "max_host_failures", "2");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 4);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_OUTAGES), 1);
  assert_int_equal(crawler_host_stat(sim.c, 0, CRAWLER_STAT_WAIT_MS), 0);
  cr_sim_close(&sim);
}

static void without_a_limit_each_url_is_tried(void **state)
{
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &gone_site);
  cr_sim_set(&sim, "max_host_failures", "-1");
  cr_sim_run(&sim);
  assert_int_equal(attempts_of(&sim), 1 + 9 * 3);
  assert_int_equal(cr_sim_count(&sim, CRAWLER_FAILED, CRAWLER_FAILED_CONNECT), 9);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_OUTAGES), 0);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_delay_follows_latency_and_errors),
    cmocka_unit_test(what_was_not_wanted_is_no_failure_of_the_host),
    cmocka_unit_test(what_a_robots_txt_asks_for_is_doubled_too),
    cmocka_unit_test(it_does_so_on_demand_and_not_at_ones_own_server),
    cmocka_unit_test(a_crawl_of_slow_and_failing_hosts_keeps_to_it),
    cmocka_unit_test(it_is_left_alone_then_its_urls_end_unasked),
    cmocka_unit_test(it_says_how_long_it_has_to_wait),
    cmocka_unit_test(one_that_comes_back_is_asked_as_before),
    cmocka_unit_test(without_a_limit_each_url_is_tried),
  };

  return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
