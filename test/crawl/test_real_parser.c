/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_real_parser.c - crawls whose HTML is really read go as those whose links are given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

/* Where it isn't here, a thread's pages end when another thread takes them: at no certain time. */
static int see_here(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  (void)user;
  return CRAWLER_ACCEPT;
}

static void run(struct cr_sim *sim, const struct cr_sim_web *web, cr_parser parser, int workers)
{
  cr_sim_open(sim, &(struct cr_sim_config){
                       .world = &web->world,
                       .parser = parser,
                       .workers = workers,
                       .seed = 4,
                   });
  cr_sim_set(sim, "span_hosts", "1");
  crawler_on_page(sim->c, see_here, NULL);
  cr_sim_add_hosts(sim, web, 2);
  cr_sim_run(sim);
}

static void both_give_the_same_log(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 3; seed++) {
    struct cr_sim_web web;
    struct cr_sim given;
    cr_sim_web_init(&web, seed, 40, 500);
    web.html = true;
    web.body_bytes = seed == 3 ? 90000 : 3000;
    run(&given, &web, NULL, 0);
    assert_true(given.net.log.len > 1000);
    for (int workers = 0; workers <= 4; workers += 2) {
      struct cr_sim real;
      run(&real, &web, cr_parse_run, workers);
      size_t at = cr_sim_log_difference(&given.net.log, &real.net.log);
      if (at != SIZE_MAX)
        fail_msg("seed %llu, %d workers: logs differ at record %zu: %s", (unsigned long long)seed,
                 workers, at, cr_sim_log_url(&given.net.log, at));
      assert_int_equal(cr_sim_stat(&given, CRAWLER_STAT_LINKS),
                       cr_sim_stat(&real, CRAWLER_STAT_LINKS));
      assert_int_equal(cr_sim_incomplete(&real, "unparsed"), 0);
      cr_sim_close(&real);
    }
    cr_sim_close(&given);
  }
}

static int check_page(crawler *c, crawler_page *page, void *user)
{
  const char *text = crawler_page_text(page, NULL);
  int *documents = user;

  (void)c;
  if (strcmp(crawler_page_mime(page), "text/html") == 0 && crawler_page_status(page) == 200) {
    assert_non_null(text);
    assert_string_equal(crawler_page_charset(page), "utf-8");
    assert_non_null(crawler_page_root(page));
    ++*documents;
  }
  return 0;
}

static void documents_are_built_when_they_are_asked_for(void **state)
{
  (void)state;
  for (int workers = 0; workers <= 2; workers += 2) {
    struct cr_sim_web web;
    struct cr_sim sim;
    int documents = 0;
    cr_sim_web_init(&web, 5, 10, 100);
    web.html = true;
    cr_sim_open(&sim, &(struct cr_sim_config){
                          .world = &web.world, .parser = cr_parse_run, .workers = workers });
    cr_sim_set(&sim, "span_hosts", "1");
    cr_sim_set(&sim, "document", "1");
    crawler_on_page(sim.c, check_page, &documents);
    cr_sim_add_hosts(&sim, &web, 2);
    cr_sim_run(&sim);
    assert_true(documents > 30);
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(both_give_the_same_log),
    cmocka_unit_test(documents_are_built_when_they_are_asked_for),
  };

  return cmocka_run_group_tests_name("real parser", tests, NULL, NULL);
}
