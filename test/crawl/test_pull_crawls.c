/* SPDX-License-Identifier: MIT */
/* test_pull_crawls.c - pages pulled with crawler_next(), held, given back, and finished later.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "sim/sim_crawl.h"

static const struct cr_sim_page pages[] = {
  { "/", .hrefs = "/a /b /c" },
  { "/a", .hrefs = "/a/1 /a/2" },
  { "/b", .hrefs = "/b/1" },
  { "/c", .hrefs = "/ /nothing" },
  { .url = "/a/1" },
  { .url = "/a/2" },
  { .url = "/b/1" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

enum { PAGES = 8 }; /* "/nothing" is a 404 */

static void open(struct cr_sim *sim)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_add(sim, "/");
}

static void every_page_comes_once_and_then_the_end(void **state)
{
  struct cr_sim sim;
  crawler_page *page = NULL;
  int err;
  int count = 0;
  (void)state;

  open(&sim);
  while ((err = crawler_next(sim.c, &page, -1)) == CRAWLER_OK) {
    assert_non_null(page);
    assert_int_equal(cr_sim_outcome(&sim, crawler_page_url(page)), 0); /* not before its release */
    assert_true(cr_sim_stat(&sim, CRAWLER_STAT_IN_FLIGHT) > 0);
    cr_sim_check(&sim);
    crawler_page_release(page);
    count++;
  }
  assert_int_equal(err, CRAWLER_DONE);
  assert_null(page);
  assert_int_equal(count, PAGES);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), PAGES);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_IN_FLIGHT), 0);
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

static void waiting_ends_in_time(void **state)
{
  static const struct cr_sim_page slow[] = { { "/", .ms = 5000 } };
  static const struct cr_sim_site slow_site = CR_SIM_SITE(slow);
  struct cr_sim sim;
  crawler_page *page = NULL;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &slow_site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_add(&sim, "/");
  assert_int_equal(crawler_next(sim.c, &page, 0), CRAWLER_AGAIN);
  assert_int_equal(sim.loop->clock_ms, 1000);
  assert_int_equal(crawler_next(sim.c, &page, 700), CRAWLER_AGAIN);
  assert_int_equal(sim.loop->clock_ms, 1700);
  assert_int_equal(crawler_next(sim.c, &page, 100000), CRAWLER_OK);
  assert_int_equal(sim.loop->clock_ms, 1000 + 1 + 1 + 5000 + 1);
  crawler_page_release(page);
  assert_int_equal(crawler_next(sim.c, &page, -1), CRAWLER_DONE);
  cr_sim_close(&sim);
}

static void a_page_finished_for_retry_comes_again(void **state)
{
  struct cr_sim sim;
  crawler_page *page = NULL;
  int tries = 0;
  int count = 0;
  (void)state;

  open(&sim);
  sim.net.police.lenient = true;
  while (crawler_next(sim.c, &page, -1) == CRAWLER_OK) {
    count++;
    if (strcmp(crawler_page_url(page), CR_SIM_ORIGIN "/a") == 0) {
      assert_int_equal(crawler_request_attempt(crawler_page_request(page)), ++tries);
      assert_int_equal(
          crawler_page_finish(page, tries < 3 ? CRAWLER_FINISH_RETRY : CRAWLER_FINISH_OK), 0);
      assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_OK), CRAWLER_E_STATE); /* once */
    }
    crawler_page_release(page);
    cr_sim_check(&sim);
  }
  assert_int_equal(count, PAGES + 2);
  assert_int_equal(cr_sim_asked(&sim, "/a"), 3);
  assert_int_equal(cr_sim_end(&sim, "/a").times, 1);
  assert_int_equal(cr_sim_end(&sim, "/a/1").times, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), PAGES);
  cr_sim_close(&sim);
}

static void a_page_that_never_gets_stored_fails_in_the_end(void **state)
{
  struct cr_sim sim;
  crawler_page *page = NULL;
  (void)state;

  open(&sim);
  sim.net.police.lenient = true;
  cr_sim_set(&sim, "max_retries", "1");
  while (crawler_next(sim.c, &page, -1) == CRAWLER_OK) {
    if (strcmp(crawler_page_url(page), CR_SIM_ORIGIN "/a") == 0)
      assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_RETRY), 0);
    if (strcmp(crawler_page_url(page), CR_SIM_ORIGIN "/b") == 0)
      assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_FAIL), 0);
    crawler_page_release(page);
  }
  assert_int_equal(cr_sim_reason(&sim, "/a"), CRAWLER_FAILED_INTERNAL);
  assert_int_equal(cr_sim_asked(&sim, "/a"), 2);
  assert_int_equal(cr_sim_reason(&sim, "/b"), CRAWLER_FAILED_INTERNAL);
  assert_int_equal(cr_sim_asked(&sim, "/b"), 1);
  /* Their links were added in any case. */
  assert_int_equal(cr_sim_outcome(&sim, "/a/1"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/b/1"), CRAWLER_FETCHED);
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

static crawler_page *pull_and_keep(crawler *c)
{
  crawler_page *page;

  assert_int_equal(crawler_next(c, &page, -1), CRAWLER_OK);
  crawler_page_retain(page); /* or the next one would end it */
  crawler_page_release(page);
  return page;
}

static void a_page_held_beyond_the_crawler_is_whole(void **state)
{
  struct cr_sim sim;
  crawler_page *held[3] = { NULL, NULL, NULL };
  (void)state;

  open(&sim);
  for (int i = 0; i < 3; i++)
    held[i] = pull_and_keep(sim.c);
  assert_int_equal(crawler_page_finish(held[0], CRAWLER_FINISH_OK), 0);
  crawler_page *again = crawler_page_retain(held[1]);
  crawler_page_release(held[1]);
  assert_int_equal(cr_sim_outcome(&sim, crawler_page_url(again)), 0); /* somebody has it still */
  crawler_free(sim.c);
  sim.freed = true;
  for (int i = 0; i < 3; i++) {
    size_t bytes = 0;
    assert_int_equal(strncmp(crawler_page_url(held[i]), CR_SIM_ORIGIN "/", 17), 0);
    assert_int_equal(crawler_page_status(held[i]), 200);
    assert_non_null(crawler_page_body(held[i], &bytes));
    assert_true(bytes > 0);
    assert_string_equal(crawler_page_header(held[i], "content-type"), "text/html");
    if (crawler_page_link_count(held[i]) > 0)
      assert_non_null(crawler_link_url(crawler_page_link(held[i], 0)));
  }
  assert_int_equal(crawler_page_finish(again, CRAWLER_FINISH_FAIL), 0); /* heard by nobody */
  for (int i = 0; i < 3; i++)
    crawler_page_release(held[i]);
  cr_sim_close(&sim);
}

static void while_pages_are_held_the_crawl_goes_on(void **state)
{
  struct cr_sim sim;
  crawler_page *held[PAGES];
  crawler_page *page = NULL;
  (void)state;

  open(&sim);
  for (int i = 0; i < PAGES; i++)
    held[i] = pull_and_keep(sim.c);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_IN_FLIGHT), PAGES);
  assert_int_equal(crawler_next(sim.c, &page, 5000), CRAWLER_AGAIN); /* not over: they are held */
  cr_sim_check(&sim);
  for (int i = 0; i < PAGES; i++)
    crawler_page_release(held[i]);
  assert_int_equal(crawler_next(sim.c, &page, -1), CRAWLER_DONE);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), PAGES);
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

static void the_next_page_ends_the_one_before(void **state)
{
  struct cr_sim sim;
  crawler_page *held[PAGES];
  int statuses[PAGES];
  crawler_page *page = NULL;
  (void)state;

  open(&sim);
  for (int i = 0; i < PAGES; i++) {
    assert_int_equal(crawler_next(sim.c, &held[i], -1), CRAWLER_OK);
    statuses[i] = crawler_page_status(held[i]);
    assert_int_equal(cr_sim_outcome(&sim, crawler_page_url(held[i])), 0);
    if (i > 0) /* whole, but over */
      assert_int_equal(crawler_page_finish(held[i - 1], CRAWLER_FINISH_RETRY), CRAWLER_E_STATE);
  }
  assert_int_equal(crawler_next(sim.c, &page, -1), CRAWLER_DONE); /* though all are held */
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), PAGES);
  for (int i = 0; i < PAGES; i++) {
    assert_int_equal(crawler_page_status(held[i]), statuses[i]);
    crawler_page_release(held[i]);
  }
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

static void a_finish_before_the_next_page_counts(void **state)
{
  struct cr_sim sim;
  crawler_page *page = NULL;
  (void)state;

  open(&sim);
  while (crawler_next(sim.c, &page, -1) == CRAWLER_OK) {
    if (strcmp(crawler_page_url(page), CR_SIM_ORIGIN "/b") == 0)
      assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_FAIL), 0);
    crawler_page_release(page);
  }
  assert_int_equal(cr_sim_reason(&sim, "/b"), CRAWLER_FAILED_INTERNAL);
  cr_sim_close(&sim);
}

/* A page limit counts those held: no more than so many are ever out. */
static void a_page_limit_holds_for_pulled_pages(void **state)
{
  struct cr_sim sim;
  crawler_page *held[4];
  crawler_page *page = NULL;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "max_pages", "4");
  for (int i = 0; i < 4; i++)
    held[i] = pull_and_keep(sim.c);
  assert_int_equal(crawler_next(sim.c, &page, 100000), CRAWLER_AGAIN);
  crawler_page_release(held[0]);
  assert_int_equal(crawler_page_finish(held[1], CRAWLER_FINISH_FAIL), 0);
  assert_int_equal(crawler_next(sim.c, &page, -1), CRAWLER_OK); /* a failure gives its place back */
  for (int i = 1; i < 4; i++)
    crawler_page_release(held[i]);
  crawler_page_release(page);
  assert_int_equal(crawler_next(sim.c, &page, -1), CRAWLER_DONE);
  assert_string_equal(crawler_ended(sim.c), "max_pages");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 4);
  cr_sim_close(&sim);
}

static void after_the_end_it_may_go_on(void **state)
{
  struct cr_sim sim;
  crawler_page *page = NULL;
  (void)state;

  open(&sim);
  while (crawler_next(sim.c, &page, -1) == CRAWLER_OK)
    crawler_page_release(page);
  cr_sim_add(&sim, "/later");
  assert_int_equal(crawler_next(sim.c, &page, -1), CRAWLER_OK);
  assert_string_equal(crawler_page_url(page), CR_SIM_ORIGIN "/later");
  crawler_page_release(page);
  assert_int_equal(crawler_next(sim.c, &page, -1), CRAWLER_DONE);
  cr_sim_close(&sim);
}

static void canceled_with_pages_held_these_still_end(void **state)
{
  struct cr_sim sim;
  crawler_page *page = NULL;
  crawler_page *none = NULL;
  (void)state;

  open(&sim);
  page = pull_and_keep(sim.c);
  crawler_cancel(sim.c);
  assert_int_equal(crawler_next(sim.c, &none, -1), CRAWLER_DONE);
  assert_string_equal(crawler_ended(sim.c), "canceled");
  crawler_page_release(page);
  while (crawler_next(sim.c, &page, -1) == CRAWLER_OK)
    crawler_page_release(page);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), PAGES);
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

/* ---- defer ---- */

struct deferrer {
  crawler_page *pages[64];
  size_t count;
};

static int defer(crawler *c, crawler_page *page, void *user)
{
  struct deferrer *d = user;

  (void)c;
  assert_int_equal(crawler_page_defer(page), 0);
  d->pages[d->count++] = page;
  return 0;
}

static void a_deferred_page_ends_when_it_is_finished(void **state)
{
  struct deferrer d = { .count = 0 };
  struct cr_sim sim;
  struct cr_random random = { 6 };
  (void)state;

  open(&sim);
  sim.net.police.lenient = true;
  crawler_on_page(sim.c, defer, &d);
  cr_sim_set(&sim, "max_retries", "1");
  for (bool over = false; !over;) {
    over = cr_sim_step(&sim, 50);
    cr_sim_check(&sim);
    if (d.count > 0 && cr_random_below(&random, 3) == 0) {
      size_t i = (size_t)cr_random_below(&random, d.count);
      int how = (int)cr_random_below(&random, 3);
      assert_int_equal(crawler_page_finish(d.pages[i], how), 0);
      d.pages[i] = d.pages[--d.count];
    }
  }
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) + cr_sim_stat(&sim, CRAWLER_STAT_FAILED),
                   PAGES);
  cr_sim_close(&sim);
}

static int misuse(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  *(crawler_page **)user = crawler_page_retain(page);
  assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_OK),
                   CRAWLER_E_STATE); /* not deferred */
  return 0;
}

static void defer_and_finish_have_their_moments(void **state)
{
  static const struct cr_sim_page one[] = { { .url = "/" } };
  static const struct cr_sim_site one_site = CR_SIM_SITE(one);
  crawler_page *page = NULL;
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &one_site.world });
  crawler_on_page(sim.c, misuse, &page);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(crawler_page_defer(page), CRAWLER_E_STATE);
  assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_OK), CRAWLER_E_STATE);
  assert_int_equal(crawler_page_finish(page, 7), CRAWLER_E_INVAL);
  assert_int_equal(crawler_page_defer(NULL), CRAWLER_E_INVAL);
  crawler_page_release(page);
  crawler_page_release(NULL);
  cr_sim_close(&sim);
}

static void freed_with_deferred_pages_nothing_is_lost(void **state)
{
  struct deferrer d = { .count = 0 };
  struct cr_sim sim;
  (void)state;

  open(&sim);
  crawler_on_page(sim.c, defer, &d);
  while (d.count < 3)
    assert_false(cr_sim_step(&sim, -1));
  assert_int_equal(crawler_page_finish(d.pages[1], CRAWLER_FINISH_OK), 0); /* a letter unread */
  crawler_page *kept = crawler_page_retain(d.pages[2]);
  crawler_free(sim.c);
  sim.freed = true;
  assert_int_equal(crawler_page_status(kept), 200);
  /* A sink that is late finishes its pages all the same; that gives them back. */
  for (size_t i = 0; i < d.count; i++)
    if (i != 1)
      assert_int_equal(crawler_page_finish(d.pages[i], CRAWLER_FINISH_RETRY), 0);
  crawler_page_release(kept);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_page_comes_once_and_then_the_end),
    cmocka_unit_test(waiting_ends_in_time),
    cmocka_unit_test(a_page_finished_for_retry_comes_again),
    cmocka_unit_test(a_page_that_never_gets_stored_fails_in_the_end),
    cmocka_unit_test(a_page_held_beyond_the_crawler_is_whole),
    cmocka_unit_test(while_pages_are_held_the_crawl_goes_on),
    cmocka_unit_test(the_next_page_ends_the_one_before),
    cmocka_unit_test(a_finish_before_the_next_page_counts),
    cmocka_unit_test(a_page_limit_holds_for_pulled_pages),
    cmocka_unit_test(after_the_end_it_may_go_on),
    cmocka_unit_test(canceled_with_pages_held_these_still_end),
    cmocka_unit_test(a_deferred_page_ends_when_it_is_finished),
    cmocka_unit_test(defer_and_finish_have_their_moments),
    cmocka_unit_test(freed_with_deferred_pages_nothing_is_lost),
  };

  return cmocka_run_group_tests_name("pull crawls", tests, NULL, NULL);
}
