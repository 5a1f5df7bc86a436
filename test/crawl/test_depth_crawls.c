/* SPDX-License-Identifier: MIT */
/* test_depth_crawls.c - with max_depth the set fetched doesn't hang on which answer came first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

/* A third of all pages stand for another one, of any host, which stands for itself. */
static bool is_rewritten(struct cr_sim_ref ref)
{
  return (ref.host + ref.page + ref.slash) % 3 == 1;
}

static struct cr_sim_ref rewrite(const struct cr_sim_web *web, struct cr_sim_ref ref)
{
  if (!is_rewritten(ref))
    return ref;
  struct cr_sim_ref to = { .host = (ref.host + ref.page) % web->hosts };
  to.page = (ref.page + ref.host / 2) % cr_sim_web_size(web, to.host);
  return is_rewritten(to) ? (struct cr_sim_ref){ 0 } : to;
}

struct filter {
  const struct cr_sim_web *web;
  struct cr_sim_map asked; /* URLs */
  int again, rewritten;
};

static int rewrite_url(crawler *c, crawler_request *req, void *user)
{
  struct filter *filter = user;
  struct cr_span text = cr_span_text(crawler_request_url(req));
  char url[CR_SIM_URL_BYTES];
  bool odd;
  (void)c;

  filter->again += cr_sim_map_find(&filter->asked, text) != UINT32_MAX;
  (void)cr_sim_map_number(&filter->asked, text);
  struct cr_sim_ref ref = cr_sim_web_find(filter->web, text, &odd);
  if (ref.host == UINT32_MAX || !is_rewritten(ref))
    return CRAWLER_ACCEPT;
  filter->rewritten++;
  cr_sim_web_url(filter->web, rewrite(filter->web, ref), url);
  return crawler_request_set_url(req, url);
}

static void open_filter(struct filter *filter, struct cr_sim *sim, const struct cr_sim_web *web)
{
  *filter = (struct filter){ .web = web };
  cr_sim_map_init(&filter->asked, &sim->mem);
  crawler_on_filter(sim->c, rewrite_url, filter);
}

static void close_filter(struct filter *filter)
{
  cr_sim_map_free(&filter->asked);
}

/* filter: NULL, or what it is asked. */
static void crawl(const struct cr_sim_web *web, int64_t max_depth, uint64_t seed,
                  struct filter *filter)
{
  struct cr_sim_rules rules = { .seeds = 2, .span_hosts = true, .obey_robots = true };
  struct cr_sim_oracle oracle;
  struct cr_sim sim;

  rules.max_depth = max_depth;
  rules.max_retries = 2;
  rules.rewrite = filter ? rewrite : NULL;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web->world, .seed = seed });
  cr_sim_oracle_open(&oracle, &sim.mem, web, &rules);
  if (filter)
    open_filter(filter, &sim, web);
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_set(&sim, "max_robots_time", "1m"); /* a robots.txt may be what is delayed, twice */
  crawler_set_max_depth(sim.c, max_depth);
  cr_sim_add_hosts(&sim, web, 2);
  cr_sim_run_checked(&sim, 7);
  cr_sim_check_oracle(&sim, &oracle);
  assert_int_equal(cr_sim_incomplete(&sim, "depth"), 0);
  cr_sim_oracle_close(&oracle);
  if (filter)
    close_filter(filter);
  cr_sim_close(&sim);
}

static void delay_one(struct cr_sim_web *web, struct cr_random *random)
{
  web->delayed.host = (uint32_t)cr_random_below(random, 3);
  web->delayed.page = (uint32_t)cr_random_below(random, 8);
  web->delayed.slash = false;
  web->delay_ms = 1 + (int64_t)cr_random_below(random, 20000);
}

static void one_delayed_answer_changes_nothing(void **state)
{
  struct cr_random random = { 12345 };
  (void)state;

  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct cr_sim_web web;
    int64_t max_depth = 2 + (int64_t)cr_random_below(&random, 6);
    make_sparse(&web, seed);
    crawl(&web, max_depth, seed, NULL);
    for (int i = 0; i < 5; i++) {
      delay_one(&web, &random);
      crawl(&web, max_depth, seed, NULL);
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

/* ---- rewritten URLs ---- */

static void nor_do_links_that_the_filter_rewrites(void **state)
{
  struct cr_random random = { 777 };
  int rewritten = 0;
  (void)state;

  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct cr_sim_web web;
    int64_t max_depth = 2 + (int64_t)cr_random_below(&random, 6);
    make_sparse(&web, seed);
    web.links = 1 + (uint32_t)(seed % 3);
    for (int i = 0; i < 6; i++) {
      struct filter filter;
      if (i > 0)
        delay_one(&web, &random);
      crawl(&web, max_depth, seed, &filter);
      assert_int_equal(filter.again, 0);
      rewritten += filter.rewritten;
    }
  }
  assert_true(rewritten > 3000);
}

/* ---- long ways ---- */

enum { LENGTH = 180, SHORTCUTS = 12 };

struct road { /* each page leads to the next; by some slow pages there is a shorter way */
  char urls[LENGTH][8];
  char slow_urls[SHORTCUTS][8];
  char hrefs[LENGTH][8 * (SHORTCUTS + 1)];
  int from[SHORTCUTS], to[SHORTCUTS];
  bool moved[SHORTCUTS]; /* a redirect; else a page with a link */
  struct cr_sim_page pages[LENGTH + SHORTCUTS];
};

static void build(struct road *road, struct cr_random *random)
{
  memset(road, 0, sizeof(*road));
  for (int i = 0; i < LENGTH; i++) {
    (void)snprintf(road->urls[i], sizeof(road->urls[i]), "/%d", i);
    (void)snprintf(road->hrefs[i], sizeof(road->hrefs[i]), "/%d", (i + 1) % LENGTH);
    road->pages[i] = (struct cr_sim_page){ .url = road->urls[i], .hrefs = road->hrefs[i], .ms = 1 };
  }
  for (int i = 0; i < SHORTCUTS; i++) {
    struct cr_sim_page *page = &road->pages[LENGTH + i];
    int from = road->from[i] = (int)cr_random_below(random, LENGTH - 4);
    int to = road->to[i] = from + 3 + (int)cr_random_below(random, (uint64_t)(LENGTH - from) - 3);
    road->moved[i] = cr_random_below(random, 3) == 0;
    (void)snprintf(road->slow_urls[i], sizeof(road->slow_urls[i]), "/s%d", i);
    size_t len = strlen(road->hrefs[from]);
    (void)snprintf(road->hrefs[from] + len, sizeof(road->hrefs[from]) - len, " %s",
                   road->slow_urls[i]);
    *page = (struct cr_sim_page){ .url = road->slow_urls[i],
                                  .ms = (int64_t)cr_random_below(random, 25000) };
    page->to = road->moved[i] ? road->urls[to] : NULL;
    page->hrefs = road->moved[i] ? NULL : road->urls[to];
  }
}

/* All ways lead forwards: what is before a page is final when the page is looked at. */
static void measure(const struct road *road, int *depths)
{
  for (int i = 0; i < LENGTH; i++)
    depths[i] = i;
  for (int i = 0; i < LENGTH; i++) {
    if (i > 0 && depths[i] > depths[i - 1] + 1)
      depths[i] = depths[i - 1] + 1;
    for (int k = 0; k < SHORTCUTS; k++) {
      int by = depths[i] + (road->moved[k] ? 1 : 2);
      if (road->from[k] == i && depths[road->to[k]] > by)
        depths[road->to[k]] = by;
    }
  }
}

static void nor_does_it_far_from_the_seed(void **state)
{
  static struct road road;
  const struct cr_sim_site site = CR_SIM_SITE(road.pages);
  struct cr_random random = { 54321 };
  (void)state;

  for (int round = 0; round < 60; round++) {
    int64_t max_depth = 30 + (int64_t)cr_random_below(&random, LENGTH - 30);
    int depths[LENGTH];
    struct cr_sim sim;
    build(&road, &random);
    measure(&road, depths);
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
    cr_sim_set(&sim, "own_server", "1");
    cr_sim_set(&sim, "obey_robots", "0");
    crawler_set_max_depth(sim.c, max_depth);
    cr_sim_add(&sim, "/0");
    cr_sim_run(&sim);
    for (int i = 0; i < LENGTH; i++) {
      bool fetched = cr_sim_outcome(&sim, road.urls[i]) == CRAWLER_FETCHED;
      if (fetched != (depths[i] <= max_depth) || cr_sim_asked(&sim, road.urls[i]) != fetched)
        fail_msg("round %d, max_depth %d: %s, of depth %d, was asked for %u times", round,
                 (int)max_depth, road.urls[i], depths[i], cr_sim_asked(&sim, road.urls[i]));
    }
    assert_int_equal(cr_sim_incomplete(&sim, "depth"), 0);
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_delayed_answer_changes_nothing),
    cmocka_unit_test(raising_the_limit_goes_on_where_it_was),
    cmocka_unit_test(nor_do_links_that_the_filter_rewrites),
    cmocka_unit_test(nor_does_it_far_from_the_seed),
  };

  return cmocka_run_group_tests_name("depth crawls", tests, NULL, NULL);
}
