/* SPDX-License-Identifier: MIT */
/* test_pauses.c - crawls and hosts that are held back; what free slots wait for, and how long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/crawl_rig.h"

static const struct cr_sim_page pages[] = {
  { "/", .hrefs = "/a /b /c http://b.example/" },
  { .url = "/a" },
  { .url = "/b" },
  { .url = "/c" },
  { "http://b.example/", .hrefs = "/1 /2 /3" },
  { .url = "http://b.example/1" },
  { .url = "http://b.example/2" },
  { .url = "http://b.example/3" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, const struct cr_sim_site *world)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &world->world });
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "delay", "10s");
  cr_sim_add(sim, "/");
}

/* Turns until so many pages are fetched. */
static void step_to(struct cr_sim *sim, int64_t fetched)
{
  while (cr_sim_stat(sim, CRAWLER_STAT_FETCHED) < fetched)
    assert_false(cr_sim_step(sim, -1));
}

static size_t host_named(crawler *c, const char *name)
{
  for (size_t i = 0; i < crawler_host_count(c); i++)
    if (strcmp(crawler_host_name(c, i), name) == 0)
      return i;
  fail_msg("no host %s", name);
  return 0;
}

/* ---- pauses ---- */

static void nothing_is_asked_for_in_a_pause_and_the_run_waits(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "max_idle_wait", "20s");
  step_to(&sim, 2);
  crawler_pause(sim.c);
  assert_int_equal(crawler_is_paused(sim.c), 1);
  int64_t before = cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS);
  for (int i = 0; i < 20; i++)
    assert_false(cr_sim_step(&sim, 10000));
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS), before);
  crawler_resume(sim.c);
  assert_int_equal(crawler_is_paused(sim.c), 0);
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 8);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_PAUSED) > 0);
  cr_sim_close(&sim);
}

static void a_pause_ends_for_max_time_and_stop_and_outlasts_a_run(void **state)
{
  struct cr_sim sim;
  (void)state;

  CR_CRAWL_ONLY("it is stopped after one turn", CR_WAY_RUN, CR_WAY_STEP_0, CR_WAY_STEP, CR_WAY_NEXT,
                CR_WAY_BASE, CR_WAY_POLL);
  open(&sim, &site);
  cr_sim_set(&sim, "max_time", "1m");
  crawler_pause(sim.c);
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "max_time");
  assert_false(cr_sim_step(&sim, 0));
  crawler_stop(sim.c);
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "stopped");
  assert_int_equal(crawler_is_paused(sim.c), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS), 0);
  crawler_resume(sim.c);
  cr_sim_set(&sim, "max_time", "-1");
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_close(&sim);

  crawler_pause(NULL);
  crawler_resume(NULL);
  assert_int_equal(crawler_is_paused(NULL), 0);
}

static void a_host_in_a_pause_waits_and_others_go_on(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  step_to(&sim, 2);
  size_t b = host_named(sim.c, "b.example");
  assert_int_equal(crawler_host_pause(sim.c, b), 0);
  assert_int_equal(crawler_host_pause(sim.c, b), 0);
  assert_int_equal(crawler_host_is_paused(sim.c, b), 1);
  assert_int_equal(crawler_host_is_paused(sim.c, host_named(sim.c, "a.example")), 0);
  step_to(&sim, 5);
  for (int i = 0; i < 5; i++)
    assert_false(cr_sim_step(&sim, 60000));
  assert_int_equal(cr_sim_asked(&sim, "http://b.example/1"), 0);
  assert_int_equal(crawler_host_stat(sim.c, b, CRAWLER_STAT_QUEUED), 3);
  assert_int_equal(crawler_host_resume(sim.c, b), 0);
  assert_int_equal(crawler_host_resume(sim.c, b), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 8);
  assert_int_equal(crawler_host_pause(sim.c, 99), CRAWLER_E_INVAL);
  assert_int_equal(crawler_host_resume(sim.c, 99), CRAWLER_E_INVAL);
  assert_int_equal(crawler_host_is_paused(sim.c, 99), 0);
  cr_sim_close(&sim);
}

static void a_park_goes_on_behind_a_pause(void **state)
{
  static const struct cr_sim_page busy[] = {
    { "/", .status = 429, .headers = "Retry-After: 300\r\n", .times = 1 },
    { .url = "/" },
  };
  static const struct cr_sim_site world = CR_SIM_SITE(busy);
  struct cr_sim sim;
  (void)state;

  open(&sim, &world);
  while (cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS) == 0)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(crawler_host_pause(sim.c, 0), 0); /* the 429 is on its way */
  for (int i = 0; i < 10; i++)
    assert_false(cr_sim_step(&sim, 10000));
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_PARKS), 1);
  int64_t parked = cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS);
  assert_int_equal(crawler_host_resume(sim.c, 0), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 1);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS) >= 300000);
  assert_true(parked < 300000);
  cr_sim_close(&sim);
}

/* ---- free slots ---- */

static void free_slots_say_what_they_wait_for(void **state)
{
  struct cr_sim sim;
  int64_t sum = 0;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "concurrency", "4");
  cr_sim_run_checked(&sim, 1);
  for (int i = CRAWLER_STAT_IDLE_PAUSED; i <= CRAWLER_STAT_IDLE_EMPTY; i++)
    sum += cr_sim_stat(&sim, (crawler_stat)i);
  int64_t elapsed = cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS);
  /* Four delays of one host, three of the other; each keeps one of four slots. */
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_DELAY), 50000, 70500);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_EMPTY) >= 2 * (elapsed - 1000));
  assert_in_range(sum, 4 * elapsed - 1000, 4 * elapsed); /* answers take 10 ms each */
  cr_sim_close(&sim);
}

static void robots_caps_and_parks_are_told_apart(void **state)
{
  static const struct cr_sim_page slow[] = {
    { "/robots.txt", .status = 404, .ms = 5000 },
    { "/", .hrefs = "/a", .ms = 1000 },
    { "/a", .status = 503, .headers = "Retry-After: 60\r\n", .times = 1 },
    { .url = "/a" },
  };
  static const struct cr_sim_site world = CR_SIM_SITE(slow);
  struct cr_sim sim;
  (void)state;

  open(&sim, &world);
  cr_sim_set(&sim, "obey_robots", "1");
  cr_sim_set(&sim, "concurrency", "2");
  cr_sim_set(&sim, "delay", "0");
  cr_sim_add(&sim, "/a");
  cr_sim_run_checked(&sim, 1);
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_ROBOTS), 1900, 5100);
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_CAP), 900, 1100);
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_PARK), 55000, 61000);
  cr_sim_close(&sim);
}

/* Of hosts that nobody knows yet a part of the slots is kept free: that isn't for want of URLs. */
static void slots_kept_for_known_hosts_are_told_apart(void **state)
{
  static const struct cr_sim_page late[] = { { .url = "/" } };
  static const struct cr_sim_site world = CR_SIM_SITE(late);
  char url[32];
  struct cr_sim sim;
  (void)state;

  open(&sim, &world);
  cr_sim_set(&sim, "concurrency", "8");
  cr_sim_set(&sim, "address_concurrency", "60");
  for (int i = 1; i < 60; i++) { /* and a.example */
    (void)snprintf(url, sizeof(url), "http://%d.example/", i);
    cr_sim_add(&sim, url);
  }
  cr_sim_run_checked(&sim, 1);
  /* Ten rounds of six hosts, 13 ms each; the last one leaves nobody waiting. */
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_LANE), 2 * 8 * 13, 2 * 10 * 13);
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_EMPTY), 0, 2 * 2 * 13);
  cr_sim_close(&sim);
}

/* While it holds a slot, and while it is set aside. */
static void a_slot_that_waits_for_a_name_says_so(void **state)
{
  static const struct {
    int64_t resolve_ms;
    crawler_reason failure;
    int64_t idle_ms;
  } rows[] = {
    { 1, CRAWLER_REASON_NONE, 1 },
    { 1500, CRAWLER_REASON_NONE, 1500 },
    { 1500, CRAWLER_FAILED_DNS, 1500 },
    { 5000, CRAWLER_REASON_NONE, 5000 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_sim_page page = { .url = "/",
                                      .failure = rows[i].failure,
                                      .resolve_ms = rows[i].resolve_ms };
    const struct cr_sim_site world = { { cr_sim_site_answer, cr_sim_site_links }, &page, 1 };
    struct cr_sim sim;
    open(&sim, &world);
    cr_sim_set(&sim, "max_retries", "0");
    cr_sim_run_checked(&sim, 1);
    assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_IDLE_DNS), rows[i].idle_ms, rows[i].idle_ms + 1);
    cr_sim_close(&sim);
  }
}

/* ---- how long at least ---- */

static void the_bound_is_the_slowest_hosts_and_true(void **state)
{
  struct cr_sim sim;
  size_t host = 0;
  (void)state;

  open(&sim, &site);
  assert_int_equal(crawler_eta_lower_bound_ms(sim.c, &host), 0); /* not started */
  assert_true(host == SIZE_MAX);
  step_to(&sim, 2); /* three are left on each; b was asked last */
  int64_t before = cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS);
  int64_t bound = crawler_eta_lower_bound_ms(sim.c, &host);
  assert_string_equal(crawler_host_name(sim.c, host), "b.example");
  assert_in_range(bound, 29000, 30010);
  crawler_set_max_pages(sim.c, 4);
  assert_false(cr_sim_step(&sim, 0));
  assert_int_equal(crawler_eta_lower_bound_ms(sim.c, NULL), 0);
  crawler_set_max_pages(sim.c, -1);
  assert_int_equal(crawler_host_pause(sim.c, host), 0);
  assert_true(crawler_eta_lower_bound_ms(sim.c, &host) <= bound);
  assert_string_equal(crawler_host_name(sim.c, host), "a.example");
  assert_int_equal(crawler_host_resume(sim.c, host_named(sim.c, "b.example")), 0);
  cr_sim_run_checked(&sim, 1);
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS) - before, bound, bound + 1000);
  assert_int_equal(crawler_eta_lower_bound_ms(sim.c, &host), 0);
  assert_int_equal(crawler_eta_lower_bound_ms(NULL, NULL), 0);
  cr_sim_close(&sim);
}

/* A longer delay, earned by errors, is given back by good answers. */
static void a_delay_that_may_pass_is_none_of_the_bound(void **state)
{
  static const struct cr_sim_page tired[] = {
    { "/", .hrefs = "/a /1 /2 /3 /4 /5 /6 /7 /8" },
    { .url = "/a", .status = 500 },
    { .url = "/1" },
    { .url = "/2" },
    { .url = "/3" },
    { .url = "/4" },
    { .url = "/5" },
    { .url = "/6" },
    { .url = "/7" },
    { .url = "/8" },
  };
  static const struct cr_sim_site world = CR_SIM_SITE(tired);
  struct cr_sim sim;
  (void)state;

  open(&sim, &world);
  cr_sim_set(&sim, "max_adaptive_delay", "1h");
  cr_sim_set(&sim, "max_retries", "0");
  step_to(&sim, 2);
  int64_t before = cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS);
  int64_t bound = crawler_eta_lower_bound_ms(sim.c, NULL);
  cr_sim_run_checked(&sim, 1);
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS) - before, bound, 2 * bound);
  cr_sim_close(&sim);
}

static void pages_over_a_hosts_limit_are_none_of_the_bound(void **state)
{
  struct cr_sim sim;
  size_t host = 0;
  (void)state;

  open(&sim, &site);
  step_to(&sim, 2); /* three are left on each */
  crawler_set_max_pages_per_host(sim.c, 3);
  assert_false(cr_sim_step(&sim, 0));
  int64_t before = cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS);
  int64_t bound = crawler_eta_lower_bound_ms(sim.c, &host);
  assert_string_equal(crawler_host_name(sim.c, host), "b.example");
  assert_in_range(bound, 19000, 20010);
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "host_limit");
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS) - before, bound, bound + 1000);
  assert_int_equal(crawler_eta_lower_bound_ms(sim.c, &host), 0);
  cr_sim_close(&sim);
}

/* Another thread's crawler_resume(), at any moment of a turn: one of those in which the engine asks
 * what is queued. */
static struct {
  const struct cr_frontier_ops *real;
  struct cr_frontier_ops ops;
  crawler *c;
  int countdown;
} resumer;

static void resume_and_tell(struct cr_frontier *f, struct cr_frontier_stats *stats)
{
  if (--resumer.countdown == 0)
    crawler_resume(resumer.c);
  resumer.real->stats(f, stats);
}

static void a_pause_may_end_within_a_turn(void **state)
{
  (void)state;
  for (int moment = 1; moment <= 6; moment++) {
    struct cr_sim sim;
    open(&sim, &site);
    crawler_pause(sim.c);
    assert_false(cr_sim_step(&sim, 0));
    resumer.real = sim.s->frontier->ops;
    resumer.ops = *resumer.real;
    resumer.ops.stats = resume_and_tell;
    resumer.c = sim.c;
    resumer.countdown = moment;
    sim.s->frontier->ops = &resumer.ops;
    cr_sim_add(&sim, "/a"); /* there is a turn */
    assert_false(cr_sim_step(&sim, 0));
    sim.s->frontier->ops = resumer.real;
    crawler_resume(sim.c);
    cr_sim_run(&sim);
    assert_string_equal(crawler_ended(sim.c), "complete");
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_pause_may_end_within_a_turn),
    cmocka_unit_test(nothing_is_asked_for_in_a_pause_and_the_run_waits),
    cmocka_unit_test(a_pause_ends_for_max_time_and_stop_and_outlasts_a_run),
    cmocka_unit_test(a_host_in_a_pause_waits_and_others_go_on),
    cmocka_unit_test(a_park_goes_on_behind_a_pause),
    cmocka_unit_test(free_slots_say_what_they_wait_for),
    cmocka_unit_test(robots_caps_and_parks_are_told_apart),
    cmocka_unit_test(slots_kept_for_known_hosts_are_told_apart),
    cmocka_unit_test(a_slot_that_waits_for_a_name_says_so),
    cmocka_unit_test(the_bound_is_the_slowest_hosts_and_true),
    cmocka_unit_test(a_delay_that_may_pass_is_none_of_the_bound),
    cmocka_unit_test(pages_over_a_hosts_limit_are_none_of_the_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
