/* SPDX-License-Identifier: MIT */
/* test_hostile_hosts.c - what hosts say of themselves that can't be meant, and clocks that jump.
 *
 * Each has a clear outcome, in bounded time and memory. What belongs to one file stands with it: a
 * sitemap of a gigabyte (test_sitemap_hostile), sitemaps in a circle (test_sitemaps), a host that
 * only says 429 (test_parks), negative delays (test_robots_delay, test_setters).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "robots/robots.h"
#include "sim/sim_crawl.h"

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

static void open(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_add(sim, "/");
}

/* ---- robots.txt ---- */

static void html_as_robots_txt_forbids_nothing(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt",
      .body = "<!DOCTYPE html>\n<html><head><title>User-agent: *</title></head>\n<body>\n"
              "<p>Disallow: / <a href=\"/\">Home</a>\n</body></html>\n" },
    { "/", .hrefs = "/a" },
    { .url = "/a" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2);
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_close(&sim);
}

/* 1,000,000 rules, each with its number. */
static char *million_rules(void)
{
  enum { RULES = 1000000, RULE_BYTES = 24 };
  char *text = test_malloc((size_t)RULES * RULE_BYTES + 32);
  size_t len = (size_t)snprintf(text, 32, "User-agent: *\n");

  for (int i = 0; i < RULES; i++)
    len += (size_t)snprintf(text + len, RULE_BYTES, "Disallow: /no%07d/\n", i);
  return text;
}

static void of_a_million_rules_those_within_the_limit_hold(void **state)
{
  char *text = million_rules();
  const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = text, .type = "text/plain" },
    { "/", .hrefs = "/no0000000/ /no0010000/ /no0999999/ /a" },
    { .url = "/no0999999/" },
    { .url = "/a" },
  };
  const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 1);
  assert_int_equal(cr_sim_reason(&sim, "/no0000000/"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_reason(&sim, "/no0010000/"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_outcome(&sim, "/no0999999/"), CRAWLER_FETCHED); /* beyond 500 KB */
  assert_int_equal(cr_sim_outcome(&sim, "/a"), CRAWLER_FETCHED);
  assert_true(cr_mem_used(&sim.crawl_mem) < 4 * CR_ROBOTS_MAX_BYTES);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_WIRE_BYTES) < 2 * CR_ROBOTS_MAX_BYTES);
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_close(&sim);
  test_free(text);
}

/* ---- Retry-After ---- */

static void a_retry_after_that_cannot_be_meant_has_bounds(void **state)
{
  static const struct {
    const char *value;
    int64_t least_ms, most_ms;
  } rows[] = {
    { "99999999", 6 * 3600 * 1000, 6 * 3600 * 1000 + 10 },
    { "99999999999999999999999999", 1000, 6 * 3600 * 1000 + 10 }, /* more than a number holds */
    { "Fri, 31 Dec 9999 23:59:59 GMT", 6 * 3600 * 1000, 6 * 3600 * 1000 + 10 },
    { "Sun, 06 Nov 1994 08:49:37 GMT", 1000, 1010 },
    { "0", 1000, 1010 },
    { "-30", 1000, 1510 }, /* no time: the usual back-off */
    { "tomorrow", 1000, 1510 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char headers[80];
    const struct cr_sim_page pages[] = {
      { "/robots.txt", .status = 404 },
      { "/", .status = 503, .headers = headers, .times = 1 },
      { .url = "/" },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    (void)snprintf(headers, sizeof(headers), "Retry-After: %s\r\n", rows[i].value);
    open(&sim, &site);
    cr_sim_set(&sim, "max_idle_wait", "-1");
    cr_sim_run_checked(&sim, 1);
    const struct cr_sim_record *first = cr_sim_request(&sim, "/");
    int64_t gap_ms = sim.loop->clock_ms - first->end_ms;
    if (gap_ms < rows[i].least_ms || gap_ms > rows[i].most_ms + 100)
      fail_msg("%s: %lld ms", rows[i].value, (long long)gap_ms);
    assert_int_equal(cr_sim_asked(&sim, "/"), 2);
    assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
    cr_sim_close(&sim);
  }
}

/* ---- clocks ---- */

static const struct cr_sim_page busy[] = {
  { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n" },
  { "/", .hrefs = "/0 /1 /2 /3 /4 /busy /fails /no" },
  { .url = "/0" },
  { .url = "/1" },
  { .url = "/2" },
  { .url = "/3" },
  { .url = "/4" },
  { "/busy", .status = 503, .headers = "Retry-After: Tue, 14 Nov 2023 22:13:50 GMT\r\n",
    .times = 1 },
  { .url = "/busy" },
  { "/fails", .failure = CRAWLER_FAILED_TIMEOUT, .times = 1 },
  { .url = "/fails" },
};
static const struct cr_sim_site busy_site = CR_SIM_SITE(busy);

static void wall_jumps(struct cr_sim *sim)
{
  static const int64_t years[] = { 10, -50, 0, 7000, -7000, 1, -1 };

  sim->loop->wall_off_ms = years[sim->loop->turns % 7] * 365 * day_ms;
}

/* Dates may be misread then, delays are not: closing asserts them. */
static void a_wall_clock_that_jumps_changes_no_delay(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &busy_site);
  sim.on_turn = wall_jumps;
  cr_sim_set(&sim, "max_idle_wait", "-1");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 8);
  assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_true(sim.loop->clock_ms < 7 * 3600 * 1000); /* max_retry_after at most */
  cr_sim_close(&sim);
}

static void sleep_a_day(struct cr_sim *sim)
{
  if (sim->loop->turns % 9 == 5)
    sim->loop->clock_ms += day_ms;
}

/* The machine was suspended: what was due is done, once, and at its pace. */
static void a_machine_that_slept_goes_on_at_the_same_pace(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &busy_site);
  sim.on_turn = sleep_a_day;
  cr_sim_set(&sim, "robots_lifetime", "30d"); /* else its robots.txt is asked for each day */
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 8);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FAILED), 0);
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(html_as_robots_txt_forbids_nothing),
    cmocka_unit_test(of_a_million_rules_those_within_the_limit_hold),
    cmocka_unit_test(a_retry_after_that_cannot_be_meant_has_bounds),
    cmocka_unit_test(a_wall_clock_that_jumps_changes_no_delay),
    cmocka_unit_test(a_machine_that_slept_goes_on_at_the_same_pace),
  };

  return cmocka_run_group_tests_name("hostile_hosts", tests, NULL, NULL);
}
