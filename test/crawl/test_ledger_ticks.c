/* SPDX-License-Identifier: MIT */
/* test_ledger_ticks.c - both ledgers hold at every moment of a crawl, and say what is there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "sim/sim_crawl.h"

/* A crawl of a whole web, and what the oracle says of it. */
static void crawl(struct cr_sim_web *web, const struct cr_sim_rules *rules, uint64_t seed,
                  int every)
{
  struct cr_sim_oracle oracle;
  struct cr_sim sim;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web->world, .seed = seed });
  cr_sim_oracle_open(&oracle, &sim.mem, web, rules);
  cr_sim_set(&sim, "span_hosts", rules->span_hosts ? "1" : "0");
  cr_sim_set(&sim, "obey_robots", rules->obey_robots ? "1" : "0");
  crawler_set_max_depth(sim.c, rules->max_depth);
  cr_sim_add_hosts(&sim, web, rules->seeds);
  if (every > 0)
    cr_sim_run_checked(&sim, every);
  else
    cr_sim_run(&sim);
  print_message("seed %llu: %lld URLs, %lld requests, %lld turns, %lld checks, %lld s\n",
                (unsigned long long)seed, (long long)oracle.reached, (long long)sim.net.starts,
                (long long)sim.loop->turns, (long long)sim.checks,
                (long long)sim.loop->clock_ms / 1000);
  cr_sim_check_oracle(&sim, &oracle);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ADMITTED), oracle.reached);
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_oracle_close(&oracle);
  cr_sim_close(&sim);
}

static void at_every_turn_of_small_crawls(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    struct cr_sim_web web;
    struct cr_sim_rules rules = {
      .seeds = 1 + (uint32_t)(seed % 3),
      .span_hosts = seed % 2 == 0,
      .obey_robots = seed % 4 < 3,
      .max_depth = -1,
      .max_retries = 2,
    };
    cr_sim_web_init(&web, seed, 20, 300);
    crawl(&web, &rules, seed, 1);
  }
}

static void at_every_turn_of_ten_thousand_urls(void **state)
{
  struct cr_sim_web web;
  struct cr_sim_rules rules = { .seeds = 1, .span_hosts = true, .obey_robots = true };
  (void)state;

  rules.max_depth = -1;
  rules.max_retries = 2;
  cr_sim_web_init(&web, 77, 400, 10000);
  crawl(&web, &rules, 77, 1);
}

/* Moments that a seed chooses, a thousand of them or a few more. */
static void at_a_thousand_moments_of_a_larger_crawl(void **state)
{
  struct cr_sim_web web;
  struct cr_random random = { 4711 };
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 5, 1500, 50000);
  web.links = 6;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world, .seed = 5 });
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_set(&sim, "concurrency", "500");
  cr_sim_add_hosts(&sim, &web, 1);
  for (bool over = false; !over; cr_sim_check(&sim))
    for (uint64_t turns = cr_random_below(&random, 300); !over && turns > 0; turns--)
      over = cr_sim_step(&sim, -1);
  print_message("%lld checks, %lld turns, %lld s\n", (long long)sim.checks,
                (long long)sim.loop->turns, (long long)sim.loop->clock_ms / 1000);
  assert_true(sim.checks >= 1000);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(at_every_turn_of_small_crawls),
    cmocka_unit_test(at_every_turn_of_ten_thousand_urls),
    cmocka_unit_test(at_a_thousand_moments_of_a_larger_crawl),
  };

  return cmocka_run_group_tests_name("ledger ticks", tests, NULL, NULL);
}
