/* SPDX-License-Identifier: MIT */
/* test_allocations.c - what a page costs in allocations, once a crawl is on its way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

struct cost {
  double per_page;
  double links_per_page;
};

static int look(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  return crawler_page_status(page) == 0;
}

/* Of the second half of a crawl of so many pages. */
static struct cost measure(uint32_t pages, uint32_t links, const char *max_depth)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  struct cost cost;

  cr_sim_web_init(&web, 3, 1, pages);
  web.links = links;
  web.failing_permille = 0;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "max_depth", max_depth);
  crawler_on_page(sim.c, look, NULL);
  cr_sim_add_hosts(&sim, &web, 1);
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < pages / 2)
    assert_false(cr_sim_step(&sim, -1));
  int64_t calls = sim.c->home->mem.calls;
  int64_t fetched = cr_sim_stat(&sim, CRAWLER_STAT_FETCHED);
  int64_t found = cr_sim_stat(&sim, CRAWLER_STAT_LINKS);
  while (!cr_sim_step(&sim, -1))
    ;
  fetched = cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) - fetched;
  cost.per_page = (double)(sim.c->home->mem.calls - calls) / (double)fetched;
  cost.links_per_page = (double)(cr_sim_stat(&sim, CRAWLER_STAT_LINKS) - found) / (double)fetched;
  print_message("%u pages, %.1f links a page: %.2f allocations a page, %lld bytes in the end\n",
                (unsigned)pages, cost.links_per_page, cost.per_page,
                (long long)cr_sim_stat(&sim, CRAWLER_STAT_MEMORY_BYTES));
  cr_sim_close(&sim);
  return cost;
}

static void a_page_costs_six_allocations_at_most(void **state)
{
  (void)state;
  assert_true(measure(4000, 10, "none").per_page <= 6);
  assert_true(measure(4000, 10, "30").per_page <= 6);
}

static void links_cost_none(void **state)
{
  (void)state;
  struct cost few = measure(3000, 5, "none");
  struct cost many = measure(3000, 100, "none");
  assert_true(many.links_per_page > few.links_per_page + 50);
  assert_true(many.per_page <= few.per_page + 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_page_costs_six_allocations_at_most),
    cmocka_unit_test(links_cost_none),
  };

  return cmocka_run_group_tests_name("allocations", tests, NULL, NULL);
}
