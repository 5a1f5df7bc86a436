/* SPDX-License-Identifier: MIT */
/* test_stop_resume.c - stopped or canceled at any moment, a crawl goes on and loses nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "sim/sim_crawl.h"

static const struct cr_sim_rules rules = {
  .seeds = 2, .span_hosts = true, .obey_robots = true, .max_depth = -1, .max_retries = 2
};

static void open(struct cr_sim *sim, const struct cr_sim_web *web, uint64_t seed)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &web->world, .seed = seed });
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_set(sim, "concurrency", seed % 2 ? "64" : "7");
  if (seed % 3 == 0)
    cr_sim_set(sim, "own_server", "1");
  cr_sim_add_hosts(sim, web, 2);
}

static void check_all_was_done(struct cr_sim *sim, const struct cr_sim_web *web)
{
  struct cr_sim_oracle oracle;

  assert_string_equal(crawler_ended(sim->c), "complete");
  cr_sim_oracle_open(&oracle, &sim->mem, web, &rules);
  cr_sim_check_oracle(sim, &oracle);
  cr_sim_oracle_close(&oracle);
}

/* No request was begun from that record on, but for the rest of a robots.txt that has moved. */
static void check_nothing_new(const struct cr_sim_log *log, size_t from)
{
  for (size_t i = from; i < log->len; i++)
    if (log->at[i].event == CR_SIM_REQUEST && !strstr(cr_sim_log_url(log, i), "/rules.txt"))
      fail_msg("%s was begun after the word", cr_sim_log_url(log, i));
}

/* Some turns, then the word, then to the end of that run. True: it was over before. */
static bool interrupt(struct cr_sim *sim, struct cr_random *random, bool cancel)
{
  for (uint64_t turns = cr_random_below(random, 60); turns > 0; turns--)
    if (cr_sim_step(sim, -1))
      return true;
  if (cancel)
    crawler_cancel(sim->c);
  else
    crawler_stop(sim->c);
  int64_t word_ms = sim->loop->clock_ms;
  size_t records = sim->net.log.len;
  while (!cr_sim_step(sim, -1))
    cr_sim_check(sim);
  cr_sim_check(sim);
  if (strcmp(crawler_ended(sim->c), "complete") == 0)
    return true;
  assert_string_equal(crawler_ended(sim->c), cancel ? "canceled" : "stopped");
  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_IN_FLIGHT), 0);
  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_TRANSFERS), 0);
  assert_int_equal(sim->net.live, 0);
  check_nothing_new(&sim->net.log, records);
  if (cancel)
    assert_int_equal(sim->loop->clock_ms, word_ms); /* at once */
  return false;
}

/* How often it was interrupted. */
static int run(uint64_t seed, int ways)
{
  struct cr_random random = { seed * 77 };
  struct cr_sim_web web;
  struct cr_sim sim;
  int interrupts = 0;

  cr_sim_web_init(&web, seed, 25, 250);
  open(&sim, &web, seed);
  for (bool over = false; !over; interrupts++)
    over = interrupt(&sim, &random, ways == 2 ? cr_random_below(&random, 2) : ways == 1);
  cr_sim_run(&sim); /* the last word may have come too late to be heard */
  check_all_was_done(&sim, &web);
  cr_sim_close(&sim);
  return interrupts;
}

static void run_many(uint64_t from, int ways)
{
  int interrupts = 0;

  for (uint64_t seed = from; seed < from + 12; seed++)
    interrupts += run(seed, ways);
  print_message("%d interrupts\n", interrupts);
  assert_true(interrupts > 50);
}

static void stopped_at_random_moments_it_fetches_what_it_should(void **state)
{
  (void)state;
  run_many(1, 0);
}

static void canceled_at_random_moments_it_fetches_what_it_should(void **state)
{
  (void)state;
  run_many(21, 1);
}

static void in_any_mixture_too(void **state)
{
  (void)state;
  run_many(41, 2);
}

static void a_cancel_beats_a_stop(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 3, 25, 250);
  open(&sim, &web, 1);
  for (int i = 0; i < 40; i++)
    assert_false(cr_sim_step(&sim, -1));
  crawler_stop(sim.c);
  assert_false(cr_sim_step(&sim, -1));
  crawler_cancel(sim.c);
  crawler_stop(sim.c);
  while (!cr_sim_step(&sim, -1))
    ;
  assert_string_equal(crawler_ended(sim.c), "canceled");
  cr_sim_run(&sim);
  check_all_was_done(&sim, &web);
  cr_sim_close(&sim);
}

static void a_word_before_the_start_is_undone_by_it(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 3, 25, 100);
  open(&sim, &web, 1);
  crawler_cancel(sim.c);
  cr_sim_run(&sim);
  check_all_was_done(&sim, &web);
  crawler_stop(sim.c);
  crawler_stop(NULL);
  crawler_cancel(NULL);
  cr_sim_close(&sim);
}

/* ---- urls come while it runs, and while it doesn't ---- */

static void urls_may_be_added_at_any_moment(void **state)
{
  struct cr_random random = { 99 };
  struct cr_sim_web web;
  struct cr_sim sim;
  uint32_t added = 2;
  (void)state;

  cr_sim_web_init(&web, 6, 40, 400);
  open(&sim, &web, 2);
  for (bool over = false; !over || added < web.hosts;) {
    char url[CR_SIM_URL_BYTES];
    over = cr_sim_step(&sim, -1);
    if (added < web.hosts && cr_random_below(&random, 40) == 0) {
      cr_sim_web_url(&web, (struct cr_sim_ref){ .host = added++ }, url);
      cr_sim_add(&sim, url);
      over = false;
    }
    cr_sim_check(&sim);
  }
  cr_sim_run(&sim);
  struct cr_sim_rules all = rules;
  struct cr_sim_oracle oracle;
  all.seeds = web.hosts;
  cr_sim_oracle_open(&oracle, &sim.mem, &web, &all);
  cr_sim_check_oracle(&sim, &oracle);
  cr_sim_oracle_close(&oracle);
  cr_sim_close(&sim);
}

static void kept_open_it_waits_for_more(void **state)
{
  static const struct cr_sim_page pages[] = { { .url = "/" }, { .url = "/more" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "keep_open", "1");
  cr_sim_add(&sim, "/");
  while (cr_sim_outcome(&sim, "/") == 0)
    assert_false(cr_sim_step(&sim, 1000));
  for (int i = 0; i < 10; i++)
    assert_false(cr_sim_step(&sim, 60000)); /* idle, not over */
  cr_sim_add(&sim, "/more");
  while (cr_sim_outcome(&sim, "/more") == 0)
    assert_false(cr_sim_step(&sim, 1000));
  cr_sim_set(&sim, "keep_open", "0");
  assert_true(cr_sim_step(&sim, 1000));
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(stopped_at_random_moments_it_fetches_what_it_should),
    cmocka_unit_test(canceled_at_random_moments_it_fetches_what_it_should),
    cmocka_unit_test(in_any_mixture_too),
    cmocka_unit_test(a_cancel_beats_a_stop),
    cmocka_unit_test(a_word_before_the_start_is_undone_by_it),
    cmocka_unit_test(urls_may_be_added_at_any_moment),
    cmocka_unit_test(kept_open_it_waits_for_more),
  };

  return cmocka_run_group_tests_name("stop and resume", tests, NULL, NULL);
}
