/* SPDX-License-Identifier: MIT */
/* test_settle.c - every lease ends once: with an outcome that is told, or back in the queue.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/requests.h"

/* ---- on_outcome ---- */

struct told {
  int with_page, without_page;
};

static void check_told(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  struct told *told = user;

  (void)c;
  (void)reason;
  if (page) {
    assert_string_equal(crawler_page_url(page), crawler_request_url(req));
    assert_true(crawler_page_status(page) > 0);
    told->with_page++;
  } else {
    assert_true(outcome == CRAWLER_FAILED || outcome == CRAWLER_DROPPED ||
                outcome == CRAWLER_REJECTED);
    told->without_page++;
  }
}

static void the_outcome_comes_with_the_page_if_there_was_a_response(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/moved /dead /cut http://b.example/" },
    { "/moved", .to = "/target" },
    { "/dead", .failure = CRAWLER_FAILED_CONNECT },
    { "/cut", .failure = CRAWLER_FAILED_TRUNCATED },
    { "/target", .status = 404 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct told told = { 0, 0 };
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &site);
  sim.outcome = check_told;
  sim.user = &told;
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(told.with_page, 4);    /* "/", "/moved", "/target", "/cut" */
  assert_int_equal(told.without_page, 2); /* "/dead", b.example */
  cr_sim_close(&sim);
}

/* ---- what travels with a URL stays with it ---- */

static int freed;

static void count_free(void *data)
{
  freed++;
  free(data);
}

static int check_data(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  assert_non_null(crawler_request_data(req));
  assert_int_equal(*(int *)crawler_request_data(req), 7);
  assert_string_equal(crawler_request_meta(req, "k"), "v");
  assert_int_equal(crawler_request_attempt(req), ++*(int *)user);
  return CRAWLER_ACCEPT;
}

static void data_and_meta_stay_through_retries(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/x", .failure = CRAWLER_FAILED_TRUNCATED, .times = 2 },
    { .url = "/x" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int attempts = 0;
  int *data = malloc(sizeof(*data));
  (void)state;

  freed = 0;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  crawler_on_request(sim.c, check_data, &attempts);
  crawler_request *req = cr_request_of(sim.c, CR_SIM_ORIGIN "/x");
  assert_true(req && data);
  *data = 7;
  crawler_request_set_data(req, data, count_free);
  assert_int_equal(crawler_request_set_meta(req, "k", "v"), 0);
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run(&sim);
  assert_int_equal(attempts, 3);
  assert_int_equal(freed, 1);
  cr_sim_close(&sim);
}

/* ---- the page limit is a reservation ---- */

static void a_place_under_the_limit_comes_back_with_what_did_not_count(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/moved /fails /a" },
    { "/moved", .to = "/b" },
    { "/fails", .failure = CRAWLER_FAILED_TIMEOUT },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &site);
  cr_sim_set(&sim, "max_pages", "3");
  cr_sim_set(&sim, "host_concurrency", "5");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 3);
  assert_int_equal(cr_sim_outcome(&sim, "/b"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

/* ---- a cut transfer that was sent counts for politeness, one that was not doesn't ---- */

static void a_cut_transfer_leaves_its_url_queued(void **state)
{
  static const struct cr_sim_page pages[] = { { "/", .ms = 5000 } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const struct {
    int64_t cut_after_ms;
    int64_t delay_ms;
  } cases[] = { { 0, 0 }, { 1, 0 }, { 2000, 1000 + CR_CLOCK_MS } };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    cr_sim_open_site(&sim, &site);
    assert_false(cr_sim_step(&sim, 0));
    while (sim.loop->clock_ms < 1000 + cases[i].cut_after_ms)
      assert_false(cr_sim_step(&sim, 1000 + cases[i].cut_after_ms - sim.loop->clock_ms));
    crawler_cancel(sim.c);
    int64_t cut_ms = sim.loop->clock_ms;
    while (!cr_sim_step(&sim, -1))
      ;
    cr_sim_check(&sim);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_QUEUED), 1);
    size_t records = sim.net.log.len;
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(sim.net.log.at[records].begin_ms, cut_ms + cases[i].delay_ms);
    assert_int_equal(sim.net.log.at[records].attempt, 1); /* no attempt of its own */
    assert_int_equal(cr_sim_end(&sim, "/").times, 1);
    cr_sim_close(&sim);
  }
}

static void nothing_happens_to_a_page_that_has_ended(void **state)
{
  static const struct cr_sim_page pages[] = { { .url = "/" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  crawler_page *page = NULL;
  (void)state;

  cr_sim_open_site(&sim, &site);
  assert_int_equal(crawler_next(sim.c, &page, -1), CRAWLER_OK);
  crawler_page *kept = crawler_page_retain(page);
  crawler_page_release(page);
  assert_int_equal(crawler_page_finish(kept, CRAWLER_FINISH_OK), 0);
  assert_int_equal(crawler_page_finish(kept, CRAWLER_FINISH_FAIL), CRAWLER_E_STATE);
  assert_int_equal(crawler_next(sim.c, &page, -1), CRAWLER_DONE);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
  cr_visit_finish_held((struct cr_visit *)(void *)kept, CRAWLER_FINISH_FAIL);
  crawler_page_release(kept);
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_outcome_comes_with_the_page_if_there_was_a_response),
    cmocka_unit_test(data_and_meta_stay_through_retries),
    cmocka_unit_test(a_place_under_the_limit_comes_back_with_what_did_not_count),
    cmocka_unit_test(a_cut_transfer_leaves_its_url_queued),
    cmocka_unit_test(nothing_happens_to_a_page_that_has_ended),
  };

  return cmocka_run_group_tests_name("settle", tests, NULL, NULL);
}
