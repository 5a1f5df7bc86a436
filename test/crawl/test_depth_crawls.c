/* SPDX-License-Identifier: MIT */
/* test_depth_crawls.c - with max_depth the set fetched doesn't hang on which answer came first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "sim/sim_crawl.h"

/* Few links, so that ways are long and of many lengths. */
static void make_sparse(struct cr_sim_web *web, uint64_t seed)
{
  cr_sim_web_init(web, seed, 8, 150);
  web->navigation = 0;
  web->links = 2;
  web->dead_permille = 0;
  web->slow_permille = 0;
  web->robots = seed % 2 == 0;
}

static void crawl(const struct cr_sim_web *web, int64_t max_depth, uint64_t seed)
{
  struct cr_sim_rules rules = { .seeds = 2, .span_hosts = true, .obey_robots = true };
  struct cr_sim_oracle oracle;
  struct cr_sim sim;

  rules.max_depth = max_depth;
  rules.max_retries = 2;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web->world, .seed = seed });
  cr_sim_oracle_open(&oracle, &sim.mem, web, &rules);
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_set(&sim, "own_server", "1");
  crawler_set_max_depth(sim.c, max_depth);
  cr_sim_add_hosts(&sim, web, 2);
  cr_sim_run_checked(&sim, 7);
  cr_sim_check_oracle(&sim, &oracle);
  assert_int_equal(cr_sim_incomplete(&sim, "depth"), 0);
  cr_sim_oracle_close(&oracle);
  cr_sim_close(&sim);
}

static void one_delayed_answer_changes_nothing(void **state)
{
  struct cr_random random = { 12345 };
  (void)state;

  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct cr_sim_web web;
    int64_t max_depth = 2 + (int64_t)cr_random_below(&random, 6);
    make_sparse(&web, seed);
    crawl(&web, max_depth, seed);
    for (int i = 0; i < 5; i++) {
      web.delayed.host = (uint32_t)cr_random_below(&random, 3);
      web.delayed.page = (uint32_t)cr_random_below(&random, 8);
      web.delayed.slash = false;
      web.delay_ms = 1 + (int64_t)cr_random_below(&random, 20000);
      crawl(&web, max_depth, seed);
    }
  }
}

static void raising_the_limit_goes_on_where_it_was(void **state)
{
  struct cr_sim_rules rules = { .seeds = 1, .span_hosts = true, .obey_robots = true };
  (void)state;

  rules.max_retries = 2;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    struct cr_sim_web web;
    struct cr_sim sim;
    make_sparse(&web, seed);
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world, .seed = seed });
    cr_sim_set(&sim, "span_hosts", "1");
    cr_sim_set(&sim, "own_server", "1");
    cr_sim_add_hosts(&sim, &web, 1);
    for (int64_t depth = 1; depth <= 9; depth += 2) {
      struct cr_sim_oracle oracle;
      assert_int_equal(crawler_set_max_depth(sim.c, depth), 0);
      cr_sim_run(&sim);
      rules.max_depth = depth;
      cr_sim_oracle_open(&oracle, &sim.mem, &web, &rules);
      cr_sim_check_oracle(&sim, &oracle);
      cr_sim_oracle_close(&oracle);
    }
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_delayed_answer_changes_nothing),
    cmocka_unit_test(raising_the_limit_goes_on_where_it_was),
  };

  return cmocka_run_group_tests_name("depth crawls", tests, NULL, NULL);
}
