/* SPDX-License-Identifier: MIT */
/* test_pump.c - what a turn does: letters, parsed pages, leases, timers, the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/crawl_rig.h"

static const struct cr_sim_page pages[] = { { .url = "/" } };
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "own_server", "1");
}

static void add_many(struct cr_sim *sim, int count)
{
  for (int i = 0; i < count; i++) {
    char url[64];
    (void)snprintf(url, sizeof(url), "http://h%d.example/%d", i % 50, i);
    cr_sim_add(sim, url);
  }
}

/* ---- leases ---- */

static void as_many_are_leased_as_there_are_slots(void **state)
{
  static const char *const concurrencies[] = { "1", "63", "64", "65", "500", "3000" };
  static const int64_t most[] = { 1, 63, 64, 65, 500, 2000 };
  (void)state;

  for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
    struct cr_sim sim;
    open(&sim);
    cr_sim_set(&sim, "concurrency", concurrencies[i]);
    add_many(&sim, 2000);
    cr_sim_run_checked(&sim, 10);
    assert_int_equal(sim.net.most_live, most[i]);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2000);
    cr_sim_close(&sim);
  }
}

static void concurrency_may_change_while_it_runs(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "concurrency", "10");
  add_many(&sim, 500);
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 100)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(sim.net.live, 10);
  cr_sim_set(&sim, "concurrency", "40");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 200)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(sim.net.most_live, 40);
  cr_sim_set(&sim, "concurrency", "2");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 300)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(sim.net.live, 2);
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 500);
  cr_sim_close(&sim);
}

static void a_delay_may_change_while_it_runs(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 3, 1, 100);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_add_hosts(&sim, &web, 1);
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 10)
    assert_false(cr_sim_step(&sim, -1));
  int64_t slow_ms = sim.loop->clock_ms;
  assert_true(slow_ms > 10000);
  cr_sim_set(&sim, "delay", "10ms");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 20)
    assert_false(cr_sim_step(&sim, -1));
  assert_true(sim.loop->clock_ms - slow_ms < 6000);
  cr_sim_close(&sim);
}

/* ---- backpressure ---- */

struct pressure {
  size_t records;
  int full_turns;
  int joined; /* turns that begin something beside what is in flight, after it was full */
  bool was_full;
};

/* While too much is held, nothing new is begun before something has ended. */
static void watch_pressure(struct cr_sim *sim)
{
  struct pressure *p = sim->user;
  const struct cr_sim_log *log = &sim->net.log;
  bool begun = false;
  bool ended = false;
  bool beside = false;

  for (size_t i = p->records; i < log->len; i++) {
    begun = begun || log->at[i].event == CR_SIM_REQUEST;
    ended = ended || log->at[i].event == CR_SIM_OUTCOME;
  }
  for (size_t i = 0; i < p->records && begun && !beside; i++)
    beside = log->at[i].event == CR_SIM_REQUEST && log->at[i].end_ms < 0;
  if (p->was_full && sim->s->is_full && begun && !ended)
    fail_msg("more was begun at %lld ms", (long long)sim->loop->clock_ms);
  p->was_full = sim->s->is_full;
  p->full_turns += p->was_full;
  p->joined += beside && p->full_turns > 0;
  p->records = log->len;
}

static int hold(crawler *c, crawler_page *page, void *user)
{
  crawler_page **held = user;

  (void)c;
  assert_int_equal(crawler_page_defer(page), 0);
  for (size_t i = 0; i < 64; i++)
    if (!held[i]) {
      held[i] = page;
      return 0;
    }
  return 0;
}

static void too_many_bytes_in_flight_hold_up_new_transfers(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  struct pressure pressure = { 0 };
  (void)state;

  cr_sim_web_init(&web, 4, 30, 400);
  web.body_bytes = 40000;
  web.dead_permille = 0;
  web.failing_permille = 0;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "max_buffered", "500k");
  sim.on_turn = watch_pressure;
  sim.user = &pressure;
  cr_sim_add_hosts(&sim, &web, 10);
  cr_sim_run_checked(&sim, 10);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_true(pressure.full_turns > 20);
  assert_true(pressure.joined > 0); /* not in waves */
  cr_sim_close(&sim);
}

/* What is kept for the next page, and the arenas of threads, hold up nobody. */
static void what_is_kept_for_later_is_not_counted(void **state)
{
  (void)state;

  for (int workers = 0; workers <= 2; workers += 2) {
    struct cr_sim_web web;
    struct cr_sim sim;
    cr_sim_web_init(&web, 4, 1, 300);
    web.body_bytes = 4000;
    web.html = true;
    web.failing_permille = 0;
    cr_sim_open(&sim, &(struct cr_sim_config){
                          .world = &web.world, .workers = workers, .parser = cr_parse_run });
    cr_sim_set(&sim, "own_server", "1");
    cr_sim_set(&sim, "obey_robots", "0");
    cr_sim_add_hosts(&sim, &web, 1);
    cr_sim_run(&sim);
    assert_true(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) > 100);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_BUFFERED_BYTES), 0);
    cr_sim_close(&sim);
  }
}

/* Pages in the caller's hands are the caller's to bound: they hold up nobody. */
static void pages_that_callers_hold_are_not_counted(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  crawler_page *held[64] = { NULL };
  (void)state;

  cr_sim_web_init(&web, 4, 1, 50);
  web.body_bytes = 200000;
  web.failing_permille = 0;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "max_buffered", "1M");
  crawler_on_page(sim.c, hold, held);
  cr_sim_add_hosts(&sim, &web, 1);
  while (cr_sim_stat(&sim, CRAWLER_STAT_IN_FLIGHT) < 30)
    assert_false(cr_sim_step(&sim, 1000));
  assert_true(sim.c->home->left_bytes > 1 << 20);
  for (size_t i = 0; i < 64; i++)
    if (held[i])
      assert_int_equal(crawler_page_finish(held[i], CRAWLER_FINISH_OK), 0);
  crawler_on_page(sim.c, NULL, NULL);
  cr_sim_run(&sim);
  assert_int_equal(sim.c->home->left_bytes, 0);
  cr_sim_close(&sim);
}

/* ---- timers ---- */

static void an_idle_crawler_sets_no_alarm(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "keep_open", "1");
  cr_sim_add(&sim, "/");
  while (cr_sim_outcome(&sim, "/") == 0)
    assert_false(cr_sim_step(&sim, -1));
  for (int i = 0; i < 3; i++)
    assert_false(cr_sim_step(&sim, 1000000));
  int64_t jumps = sim.loop->jumps;
  assert_false(cr_sim_step(&sim, 1000000)); /* one jump as long as it was told */
  assert_int_equal(sim.loop->jumps, jumps + 1);
  assert_int_equal(sim.loop->alarm_at, INT64_MAX);
  cr_sim_close(&sim);
}

static void waiting_for_a_polite_host_costs_one_turn(void **state)
{
  static const struct cr_sim_page two[] = { { "/", .hrefs = "/x" }, { .url = "/x" } };
  static const struct cr_sim_site two_site = CR_SIM_SITE(two);
  struct cr_sim sim;
  (void)state;

  CR_CRAWL_ONLY("each short step is a turn", CR_WAY_RUN, CR_WAY_STEP_0, CR_WAY_NEXT, CR_WAY_BASE,
                CR_WAY_POLL, CR_WAY_THREAD);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &two_site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "delay", "1h");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_request(&sim, "/x")->begin_ms,
                   cr_sim_request(&sim, "/")->end_ms + 3600000 + CR_CLOCK_MS);
  assert_true(sim.loop->turns < 30);
  cr_sim_close(&sim);
}

static void max_time_may_be_set_while_it_runs(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 3, 1, 100);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_add_hosts(&sim, &web, 1);
  while (sim.net.starts < 3)
    assert_false(cr_sim_step(&sim, -1));
  cr_sim_set(&sim, "max_time", "30s");
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "max_time");
  assert_int_equal(sim.loop->clock_ms, 1000 + 30000);
  cr_sim_close(&sim);
}

/* ---- the end ---- */

static void on_done(crawler *c, void *user)
{
  (void)c;
  ++*(int *)user;
}

static void the_end_is_told_once_for_each_run(void **state)
{
  struct cr_sim sim;
  int done = 0;
  (void)state;

  open(&sim);
  crawler_on_done(sim.c, on_done, &done);
  cr_sim_add(&sim, "/");
  for (int i = 1; i <= 3; i++) {
    cr_sim_run(&sim);
    assert_int_equal(done, i);
  }
  cr_sim_close(&sim);
}

static void add_in_done(crawler *c, void *user)
{
  int *done = user;

  if (++*done == 1)
    assert_int_equal(crawler_add(c, CR_SIM_ORIGIN "/"), 0);
}

/* It is too late for this run, and not lost. */
static void what_is_added_at_the_end_waits_for_the_next_run(void **state)
{
  struct cr_sim sim;
  int done = 0;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "span_hosts", "1"); /* in a hook it is no seed */
  crawler_on_done(sim.c, add_in_done, &done);
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "/"), 0);
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
  assert_int_equal(done, 2);
  cr_sim_close(&sim);
}

static void what_a_limit_leaves_stays_queued(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "max_pages", "1");
  cr_sim_add(&sim, "/");
  cr_sim_add(&sim, "/2");
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "max_pages");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_QUEUED), 1);
  assert_int_equal(cr_sim_incomplete(&sim, "limit"), 1);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(as_many_are_leased_as_there_are_slots),
    cmocka_unit_test(concurrency_may_change_while_it_runs),
    cmocka_unit_test(a_delay_may_change_while_it_runs),
    cmocka_unit_test(too_many_bytes_in_flight_hold_up_new_transfers),
    cmocka_unit_test(pages_that_callers_hold_are_not_counted),
    cmocka_unit_test(what_is_kept_for_later_is_not_counted),
    cmocka_unit_test(an_idle_crawler_sets_no_alarm),
    cmocka_unit_test(waiting_for_a_polite_host_costs_one_turn),
    cmocka_unit_test(max_time_may_be_set_while_it_runs),
    cmocka_unit_test(the_end_is_told_once_for_each_run),
    cmocka_unit_test(what_is_added_at_the_end_waits_for_the_next_run),
    cmocka_unit_test(what_a_limit_leaves_stays_queued),
  };

  return cmocka_run_group_tests_name("pump", tests, NULL, NULL);
}
