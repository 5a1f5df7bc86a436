/* SPDX-License-Identifier: MIT */
/* test_depth_pass.c - a shorter way that is found late is passed on, and nothing is fetched twice.
 *
 * In these sites the short way to "/x" is by a page that answers after ten seconds, when the long
 * way has long been gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static void open(struct cr_sim *sim, const struct cr_sim_site *site, const char *max_depth)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "max_depth", max_depth);
  cr_sim_add(sim, "/");
}

static const struct cr_sim_page chain[] = {
  { "/", .hrefs = "/1 /late" },
  { "/1", .hrefs = "/2" },
  { "/2", .hrefs = "/3" },
  { "/3", .hrefs = "/x" },                 /* depth 4 */
  { "/late", .hrefs = "/x", .ms = 10000 }, /* depth 2 */
  { "/x", .hrefs = "/y" },
  { "/y", .hrefs = "/z /x" },
  { "/z", .hrefs = "/end" },
  { "/end", .hrefs = "/over" },
};

static void what_was_refused_for_depth_is_offered_again(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(chain);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "5");
  while (cr_sim_outcome(&sim, "/y") == 0)
    assert_false(cr_sim_step(&sim, -1));
  assert_true(sim.loop->clock_ms < 5000);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/z"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/end"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_end(&sim, "/z").depth, 4);
  assert_int_equal(cr_sim_end(&sim, "/end").depth, 5);
  assert_int_equal(cr_sim_outcome(&sim, "/over"), 0);
  assert_int_equal(cr_sim_asked(&sim, "/x"), 1);
  assert_int_equal(cr_sim_asked(&sim, "/y"), 1);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_DEPTH), 2); /* "/z", "/over" */
  assert_int_equal(cr_sim_incomplete(&sim, "depth"), 0);
  cr_sim_close(&sim);
}

static int check_origin(crawler *c, crawler_page *page, void *user)
{
  crawler_request *req = crawler_page_request(page);
  int *seen = user;

  (void)c;
  if (strcmp(crawler_request_url(req), CR_SIM_ORIGIN "/z") != 0)
    return 0;
  assert_string_equal(crawler_request_referrer(req), CR_SIM_ORIGIN "/y");
  assert_string_equal(crawler_request_seed(req), CR_SIM_ORIGIN "/");
  ++*seen;
  return 0;
}

static void an_offered_url_knows_where_it_comes_from(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(chain);
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  open(&sim, &site, "5");
  crawler_on_page(sim.c, check_origin, &seen);
  cr_sim_run(&sim);
  assert_int_equal(seen, 1);
  cr_sim_close(&sim);
}

static void a_redirect_passes_its_depth_on(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /late" }, { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/x" },      { "/late", .hrefs = "/x", .ms = 10000 },
    { "/x", .to = "/y" },         { "/y", .to = "/z" },
    { "/z", .hrefs = "/a" }, /* depth 3, then 2 */
    { "/a", .hrefs = "/end" },    { .url = "/end" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "4");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/end"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_end(&sim, "/end").depth, 4);
  cr_sim_close(&sim);
}

static int rewrite(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)user;
  return strstr(crawler_request_url(req), "/old") ? crawler_request_set_url(req, "/new") : 0;
}

static void a_rewritten_link_passes_it_on_too(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /late" },
    { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/x" },
    { "/late", .hrefs = "/x", .ms = 10000 },
    { "/x", .hrefs = "/old" },
    { "/new", .hrefs = "/end" }, /* depth 4, then 3 */
    { .url = "/end" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "4");
  crawler_on_filter(sim.c, rewrite, NULL);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/new"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/end"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void loops_end(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /late" },  { "/1", .hrefs = "/2" },
    { "/2", .hrefs = "/a" },       { "/late", .hrefs = "/b", .ms = 10000 },
    { "/a", .hrefs = "/b /c" },    { "/b", .hrefs = "/c /a /r" },
    { "/c", .hrefs = "/a /b /c" }, { "/r", .to = "/s" },
    { "/s", .to = "/r" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "6");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 7);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_REDIRECTED), 2);
  cr_sim_close(&sim);
}

static void a_long_chain_is_lowered_at_once(void **state)
{
  enum { LENGTH = 58 };
  static char urls[LENGTH + 1][16];
  static struct cr_sim_page pages[LENGTH + 3];
  struct cr_sim_site site = { { cr_sim_site_answer, cr_sim_site_links }, pages, LENGTH + 2 };
  struct cr_sim sim;
  (void)state;

  for (int i = 0; i <= LENGTH; i++)
    (void)snprintf(urls[i], sizeof(urls[i]), "/%d", i);
  pages[0] = (struct cr_sim_page){ .url = "/", .hrefs = "/0 /late" };
  for (int i = 0; i < LENGTH; i++)
    pages[i + 1] = (struct cr_sim_page){ .url = urls[i], .hrefs = urls[i + 1] };
  pages[LENGTH + 1] = (struct cr_sim_page){ .url = "/late", .hrefs = "/20", .ms = 29000 };
  open(&sim, &site, "50");
  cr_sim_run(&sim);
  /* "/0" has depth 1; by "/late", "/20" has 2, and "/58" 40. */
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), LENGTH + 3);
  assert_int_equal(cr_sim_end(&sim, "/58").depth, 40);
  cr_sim_close(&sim);
}

static void raising_max_depth_offers_what_was_refused(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(chain);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "0");
  cr_sim_run_checked(&sim, 1);
  for (int depth = 1; depth <= 6; depth++) {
    assert_int_equal(crawler_set_max_depth(sim.c, depth), 0);
    cr_sim_run_checked(&sim, 1);
  }
  assert_int_equal(cr_sim_outcome(&sim, "/over"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 10);
  for (size_t i = 0; i < sizeof(chain) / sizeof(chain[0]); i++)
    assert_int_equal(cr_sim_asked(&sim, chain[i].url), 1);
  cr_sim_close(&sim);
}

static void raising_it_while_the_crawl_runs_works_too(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(chain);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "1");
  while (cr_sim_outcome(&sim, "/1") == 0)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(crawler_set_max_depth(sim.c, -1), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 10);
  cr_sim_close(&sim);
}

static void without_room_for_the_record_the_crawl_says_so(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 1, 1, 3000);
  web.failing_permille = 0;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "max_depth", "60");
  cr_sim_set(&sim, "max_frontier", "400k");
  cr_sim_add_hosts(&sim, &web, 1);
  cr_sim_run_checked(&sim, 100);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) > 1000);
  assert_true(cr_sim_incomplete(&sim, "depth") > 0);
  assert_int_equal(crawler_is_complete(sim.c), 0);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_refused_for_depth_is_offered_again),
    cmocka_unit_test(an_offered_url_knows_where_it_comes_from),
    cmocka_unit_test(a_redirect_passes_its_depth_on),
    cmocka_unit_test(a_rewritten_link_passes_it_on_too),
    cmocka_unit_test(loops_end),
    cmocka_unit_test(a_long_chain_is_lowered_at_once),
    cmocka_unit_test(raising_max_depth_offers_what_was_refused),
    cmocka_unit_test(raising_it_while_the_crawl_runs_works_too),
    cmocka_unit_test(without_room_for_the_record_the_crawl_says_so),
  };

  return cmocka_run_group_tests_name("depth pass", tests, NULL, NULL);
}
