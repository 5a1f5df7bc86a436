/* SPDX-License-Identifier: MIT */
/* test_determinism.c - the same seed gives the same crawl, whatever threads there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

struct variant {
  int workers;
  uint64_t seed;
  bool unordered;
};

/* Where it isn't here, a thread's pages end when another thread takes them: at no certain time. */
static int see_here(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  (void)user;
  return CRAWLER_ACCEPT;
}

static void run(struct cr_sim *sim, const struct cr_sim_web *web, const struct variant *variant)
{
  cr_sim_open(sim, &(struct cr_sim_config){
                       .world = &web->world,
                       .workers = variant->workers,
                       .unordered = variant->unordered,
                       .seed = variant->seed,
                   });
  cr_sim_set(sim, "span_hosts", "1");
  crawler_on_page(sim->c, see_here, NULL);
  cr_sim_set(sim, "delay_jitter", "20"); /* its randomness is the seed's too */
  cr_sim_add_hosts(sim, web, 2);
  cr_sim_run(sim);
}

static void check_same(struct cr_sim *a, struct cr_sim *b)
{
  size_t at = cr_sim_log_difference(&a->net.log, &b->net.log);

  if (at != SIZE_MAX)
    fail_msg("logs differ at record %zu of %zu and %zu: %s, %s", at, a->net.log.len, b->net.log.len,
             at < a->net.log.len ? cr_sim_log_url(&a->net.log, at) : "",
             at < b->net.log.len ? cr_sim_log_url(&b->net.log, at) : "");
  assert_int_equal(cr_sim_log_hash(&a->net.log), cr_sim_log_hash(&b->net.log));
}

static void the_same_seed_gives_the_same_log_for_any_number_of_workers(void **state)
{
  static const int workers[] = { 0, 1, 4 };
  (void)state;

  for (uint64_t seed = 1; seed <= 3; seed++) {
    struct cr_sim_web web;
    struct cr_sim first;
    cr_sim_web_init(&web, seed, 60, 1000);
    web.body_bytes = seed == 2 ? 30000 : 0; /* beyond what is parsed on the loop thread, too */
    run(&first, &web, &(struct variant){ .seed = seed });
    print_message("seed %llu: %zu records, hash %016llx\n", (unsigned long long)seed,
                  first.net.log.len, (unsigned long long)cr_sim_log_hash(&first.net.log));
    assert_true(first.net.log.len > 1500);
    for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
      struct cr_sim again;
      run(&again, &web, &(struct variant){ .seed = seed, .workers = workers[i] });
      check_same(&first, &again);
      cr_sim_close(&again);
    }
    cr_sim_close(&first);
  }
}

static void another_seed_gives_another_log_of_the_same_urls(void **state)
{
  struct cr_sim_web web;
  struct cr_sim a;
  struct cr_sim b;
  (void)state;

  cr_sim_web_init(&web, 9, 60, 600);
  run(&a, &web, &(struct variant){ .seed = 1 });
  run(&b, &web, &(struct variant){ .seed = 2 });
  assert_int_not_equal(cr_sim_log_hash(&a.net.log), cr_sim_log_hash(&b.net.log));
  assert_int_equal(cr_sim_stat(&a, CRAWLER_STAT_ADMITTED), cr_sim_stat(&b, CRAWLER_STAT_ADMITTED));
  assert_int_equal(cr_sim_stat(&a, CRAWLER_STAT_FETCHED), cr_sim_stat(&b, CRAWLER_STAT_FETCHED));
  cr_sim_close(&a);
  cr_sim_close(&b);
}

static void in_any_order_of_parsing_the_same_urls_are_fetched(void **state)
{
  struct cr_sim_web web;
  struct cr_sim_oracle oracle;
  struct cr_sim_rules rules = {
    .seeds = 2, .span_hosts = true, .obey_robots = true, .max_depth = -1, .max_retries = 2
  };
  (void)state;

  cr_sim_web_init(&web, 4, 60, 1000);
  for (int workers = 0; workers <= 4; workers += 2) {
    struct cr_sim sim;
    run(&sim, &web, &(struct variant){ .workers = workers, .seed = 5, .unordered = true });
    cr_sim_oracle_open(&oracle, &sim.mem, &web, &rules);
    cr_sim_check_oracle(&sim, &oracle);
    cr_sim_oracle_close(&oracle);
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_same_seed_gives_the_same_log_for_any_number_of_workers),
    cmocka_unit_test(another_seed_gives_another_log_of_the_same_urls),
    cmocka_unit_test(in_any_order_of_parsing_the_same_urls_are_fetched),
  };

  return cmocka_run_group_tests_name("determinism", tests, NULL, NULL);
}
