/* SPDX-License-Identifier: MIT */
/* test_robots_age.c - a robots.txt grows old: asked for anew, and what holds when it can't be had.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static void open(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_set(sim, "max_idle_wait", "-1");
  sim->net.police.lenient = true; /* what it calls needless is what is looked for here */
}

/* How many of the requests that began in this time were for path (NULL: for pages). */
static unsigned asked_within(const struct cr_sim *sim, const char *path, int64_t from_ms,
                             int64_t to_ms)
{
  const struct cr_sim_log *log = &sim->net.log;
  unsigned count = 0;

  for (size_t i = 0; i < log->len; i++) {
    const struct cr_sim_record *r = &log->at[i];
    bool is_robots = strstr(cr_sim_log_url(log, i), "/robots.txt") != NULL;
    if (r->event == CR_SIM_REQUEST && r->begin_ms >= from_ms && r->begin_ms < to_ms)
      count +=
          path ? strcmp(cr_sim_log_url(log, i) + strlen(CR_SIM_ORIGIN), path) == 0 : !is_robots;
  }
  return count;
}

/* When the n-th request for the robots.txt began; n from 0. */
static int64_t robots_ms(const struct cr_sim *sim, unsigned n)
{
  const struct cr_sim_log *log = &sim->net.log;

  for (size_t i = 0; i < log->len; i++)
    if (log->at[i].event == CR_SIM_REQUEST && strstr(cr_sim_log_url(log, i), "/robots.txt") &&
        n-- == 0)
      return log->at[i].begin_ms;
  return -1;
}

static void add_pages(struct cr_sim *sim, int count)
{
  for (int i = 0; i < count; i++) {
    char url[32];
    (void)snprintf(url, sizeof(url), "/%03d", i);
    cr_sim_add(sim, url);
  }
}

static void it_is_asked_for_anew_when_it_is_too_old(void **state)
{
  static const struct {
    const char *why, *headers, *lifetime;
    int64_t gap_ms;
  } rows[] = {
    { "a day", "", "1d", 86400000 },
    { "an option", "", "2h", 7200000 },
    { "its server's word", "Cache-Control: max-age=3600\r\n", "1d", 3600000 },
    { "within bounds", "Cache-Control: max-age=90000\r\n", "1d", 86400000 },
    { "not too often", "Cache-Control: max-age=5\r\n", "1d", 600000 },
    { "but for who wants it", "Cache-Control: max-age=5\r\n", "5m", 300000 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n", .headers = rows[i].headers },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    int64_t delay_ms = rows[i].gap_ms / 4;
    char delay[32];
    open(&sim, &site);
    (void)snprintf(delay, sizeof(delay), "%lldms", (long long)delay_ms);
    cr_sim_set(&sim, "delay", delay);
    cr_sim_set(&sim, "robots_lifetime", rows[i].lifetime);
    add_pages(&sim, 13);
    cr_sim_run_checked(&sim, 1);
    if (cr_sim_asked(&sim, "/robots.txt") != 5) /* each with three pages, and one */
      fail_msg("%s: %u", rows[i].why, cr_sim_asked(&sim, "/robots.txt"));
    assert_in_range(robots_ms(&sim, 1) - robots_ms(&sim, 0), rows[i].gap_ms,
                    rows[i].gap_ms + delay_ms + 1000);
    assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_ROBOTS].fetched, 5);
    cr_sim_close(&sim);
  }
}

static void the_new_rules_hold_from_then_on(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "User-agent: *\nDisallow: /001\nCrawl-delay: 30\n", .times = 1 },
    { "/robots.txt", .body = "User-agent: *\nDisallow: /009\n" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "delay", "10s");
  cr_sim_set(&sim, "robots_lifetime", "100s");
  add_pages(&sim, 12);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_reason(&sim, "/001"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_reason(&sim, "/009"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 10);
  assert_int_equal(sim.s->tallies[0].robots_delay_ms[0], 0); /* nor does it ask for a delay */
  cr_sim_close(&sim);
}

static void meanwhile_the_old_ones_hold(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n", .times = 1 },
    { "/robots.txt", .status = 503, .times = 1 },
    { "/robots.txt", .body = "" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "robots_lifetime", "10s");
  cr_sim_set(&sim, "retry_delay", "8s");
  add_pages(&sim, 14);
  cr_sim_add(&sim, "/no");
  cr_sim_run_checked(&sim, 1);
  assert_true(asked_within(&sim, NULL, robots_ms(&sim, 1), robots_ms(&sim, 2)) >= 4);
  assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
  cr_sim_close(&sim);
}

static void an_old_copy_serves_while_there_is_no_newer_one(void **state)
{
  static const struct cr_sim_page failures[] = {
    { "/robots.txt", .status = 503 },
    { "/robots.txt", .status = 429 },
    { "/robots.txt", .failure = CRAWLER_FAILED_CONNECT },
    { "/robots.txt", .failure = CRAWLER_FAILED_ADDRESS },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/robots.txt", .body = "User-agent: *\nDisallow: /099\n", .times = 1 },
      failures[i],
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_set(&sim, "robots_lifetime", "10s");
    add_pages(&sim, 100);
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 99);
    assert_int_equal(cr_sim_reason(&sim, "/099"), CRAWLER_DROPPED_ROBOTS);
    assert_true(cr_sim_asked(&sim, "/robots.txt") > 8);
    cr_sim_close(&sim);
  }
}

static void later_said_with_a_time_is_for_its_pages_too(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n", .times = 1 },
    { "/robots.txt", .status = 429, .headers = "Retry-After: 300\r\n" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "robots_lifetime", "10s");
  add_pages(&sim, 100);
  cr_sim_add(&sim, "/no");
  cr_sim_run_checked(&sim, 1);
  for (unsigned n = 1; robots_ms(&sim, n) >= 0; n++) {
    int64_t later_ms = robots_ms(&sim, n) + 10; /* the answer */
    assert_int_equal(asked_within(&sim, NULL, later_ms, later_ms + 300000), 0);
    assert_true(asked_within(&sim, NULL, later_ms + 300000, later_ms + 310000) > 0);
  }
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 100); /* as it isn't in vain */
  assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_PARKS) > 8);
  cr_sim_close(&sim);
}

static void one_over_thirty_days_does_not(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "", .times = 1 },
    { "/robots.txt", .status = 503 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "delay", "1d");
  cr_sim_set(&sim, "robots_lifetime", "20d");
  add_pages(&sim, 50);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) +
                       cr_sim_count(&sim, CRAWLER_DROPPED, CRAWLER_DROPPED_ROBOTS_UNREACHABLE),
                   50);
  assert_int_equal(cr_sim_outcome(&sim, "/018"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/030"), CRAWLER_DROPPED_ROBOTS_UNREACHABLE);
  cr_sim_close(&sim);
}

static void what_was_unreachable_may_be_there_later(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .status = 503, .times = 4 },
    { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n" },
    { .url = "/early" },
    { .url = "/late" },
    { "http://b.example/", .hrefs = "/1" },
    { "http://b.example/1", .hrefs = "/2", .ms = 60000 },
    { "http://b.example/2", .hrefs = "http://a.example/late http://a.example/no" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "robots_lifetime", "20s");
  cr_sim_set(&sim, "timeout", "2m");
  cr_sim_add(&sim, "/early");
  cr_sim_add(&sim, "http://b.example/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_reason(&sim, "/early"), CRAWLER_DROPPED_ROBOTS_UNREACHABLE);
  assert_int_equal(cr_sim_outcome(&sim, "/late"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 5);
  cr_sim_close(&sim);
}

static void all_attempts_together_have_a_time(void **state)
{
  static const struct {
    struct cr_sim_page robots;
    const char *most;
    unsigned asked;
    int64_t end_ms; /* at most */
    int reason;
  } rows[] = {
    { { "/robots.txt", .status = 503 }, "30s", 4, 12000, CRAWLER_DROPPED_ROBOTS_UNREACHABLE },
    { { "/robots.txt", .status = 503 }, "5s", 3, 5000, CRAWLER_DROPPED_ROBOTS_UNREACHABLE },
    { { "/robots.txt", .ms = 999999 }, "30s", 1, 30000, CRAWLER_FAILED_TIMEOUT },
    { { "/robots.txt", .ms = 999999 }, "7s", 1, 7000, CRAWLER_FAILED_TIMEOUT },
    { { "/robots.txt", .ms = 12000, .status = 500 },
      "30s",
      3,
      30000,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE /* it has answered before */ },
    { { "/robots.txt", .status = 429, .headers = "Retry-After: 14\r\n" },
      "30s",
      3,
      30000,
      CRAWLER_DROPPED_ROBOTS_UNREACHABLE },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_sim_page pages[] = { rows[i].robots, { .url = "/" } };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_set(&sim, "max_robots_time", rows[i].most);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    int64_t took_ms = sim.loop->clock_ms - 1001 - robots_ms(&sim, 0); /* the host's pause */
    if (cr_sim_asked(&sim, "/robots.txt") != rows[i].asked || took_ms > rows[i].end_ms ||
        cr_sim_reason(&sim, "/") != rows[i].reason)
      fail_msg("%zu: %u times, %d ms, reason %d", i, cr_sim_asked(&sim, "/robots.txt"),
               (int)took_ms, cr_sim_reason(&sim, "/"));
    cr_sim_close(&sim);
  }
}

static void who_stops_obeying_does_not_ask_anew(void **state)
{
  static const struct cr_sim_page pages[] = { { "/robots.txt", .body = "" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "robots_lifetime", "20s");
  add_pages(&sim, 50);
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 5)
    assert_false(cr_sim_step(&sim, -1));
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 1);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_is_asked_for_anew_when_it_is_too_old),
    cmocka_unit_test(the_new_rules_hold_from_then_on),
    cmocka_unit_test(meanwhile_the_old_ones_hold),
    cmocka_unit_test(an_old_copy_serves_while_there_is_no_newer_one),
    cmocka_unit_test(later_said_with_a_time_is_for_its_pages_too),
    cmocka_unit_test(one_over_thirty_days_does_not),
    cmocka_unit_test(what_was_unreachable_may_be_there_later),
    cmocka_unit_test(all_attempts_together_have_a_time),
    cmocka_unit_test(who_stops_obeying_does_not_ask_anew),
  };

  return cmocka_run_group_tests_name("robots age", tests, NULL, NULL);
}
