/* SPDX-License-Identifier: MIT */
/* run, step, next and the caller's loops: what they return, and when. */
#include "api/crawler_impl.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/clock.h"
#include "support/crawl_rig.h"
#include "support/raw_server.h"
#include "support/site_server.h"

/* ---- step ---- */

static void step_waits_no_longer_than_it_is_told(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(3);
  struct cr_crawl_rig rig;
  int64_t began;
  int err;

  (void)state;
  cr_site_close_gate(site);
  cr_crawl_open(&rig, CR_WAY_STEP);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  began = cr_clock_mono_ms();
  while (cr_site_total(site) == 0)
    assert_int_equal(crawler_step(rig.c, 0), CRAWLER_OK);
  assert_in_range(cr_clock_mono_ms() - began, 0, 5000);
  began = cr_clock_mono_ms(); /* now nothing happens until the gate opens */
  for (int i = 0; i < 3; i++)
    assert_int_equal(crawler_step(rig.c, 15), CRAWLER_OK);
  assert_in_range(cr_clock_mono_ms() - began, 14, 5000);
  cr_site_open_gate(site);
  do
    err = crawler_step(rig.c, -1);
  while (err == CRAWLER_OK);
  assert_int_equal(err, CRAWLER_DONE);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void numbers_are_of_now_after_each_step(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(30);
  struct cr_crawl_rig rig;
  int err;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_STEP);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  do {
    err = crawler_step(rig.c, 10);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), rig.end_count);
  } while (err == CRAWLER_OK);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- next ---- */

static void next_gives_again_after_its_time_and_done_once_at_the_end(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(2);
  struct cr_crawl_rig rig;
  crawler_page *page;
  int64_t began = cr_clock_mono_ms();

  (void)state;
  cr_site_close_gate(site);
  cr_crawl_open(&rig, CR_WAY_NEXT);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_next(rig.c, &page, 0), CRAWLER_AGAIN);
  assert_null(page);
  assert_int_equal(crawler_next(rig.c, &page, 20), CRAWLER_AGAIN);
  assert_in_range(cr_clock_mono_ms() - began, 19, 5000);
  cr_site_open_gate(site);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(crawler_next(rig.c, &page, -1), CRAWLER_OK);
    assert_non_null(page);
    assert_true(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED) <= i); /* this one is held */
    crawler_page_release(page);
  }
  assert_int_equal(crawler_next(rig.c, &page, -1), CRAWLER_DONE);
  assert_null(page);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 2);
  assert_string_equal(crawler_ended(rig.c), "complete");
  assert_int_equal(crawler_next(rig.c, &page, -1), CRAWLER_DONE); /* it begins and ends again */
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static crawler_page *pull_and_keep(crawler *c)
{
  crawler_page *page;

  assert_int_equal(crawler_next(c, &page, -1), CRAWLER_OK);
  crawler_page_retain(page); /* or the next one would end it */
  crawler_page_release(page);
  return page;
}

static void pages_held_over_a_cancel_end_in_the_next_run(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(30);
  struct cr_crawl_rig rig;
  crawler_page *held;
  crawler_page *page;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_NEXT);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  held = pull_and_keep(rig.c);
  crawler_cancel(rig.c);
  while (crawler_next(rig.c, &page, -1) == CRAWLER_OK)
    crawler_page_release(page);
  crawler_page_release(held);
  assert_string_equal(crawler_ended(rig.c), "canceled");
  assert_true(cr_crawl_stat(&rig, CRAWLER_STAT_IN_FLIGHT) >= 1);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_IN_FLIGHT), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 30);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void next_gives_no_pages_that_could_not_be_fetched(void **state)
{
  static const struct cr_site_page pages[] = {
    { .path = "/", .body = "<a href=/gone><a href=/moved><a href=http://127.0.0.1:1/>" },
    { .path = "/moved", .status = 301, .headers = "Location: /to\n" },
    { .path = "/to" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, 3);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_NEXT);
  assert_int_equal(crawler_set_span_hosts(rig.c, 1), 0);
  assert_int_equal(crawler_set_max_retries(rig.c, 0), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(rig.pulled, 3); /* "/", the 404 and "/to" */
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FAILED), 1);
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_REDIRECTED), 1);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void finish(struct cr_crawl_rig *rig, crawler_page *page)
{
  const char *url = crawler_page_url(page);
  int attempt = crawler_request_attempt(crawler_page_request(page));

  if (strstr(url, "/p/1"))
    assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_FAIL), 0);
  else if (strstr(url, "/p/2") && attempt == 1)
    assert_int_equal(crawler_page_finish(page, CRAWLER_FINISH_RETRY), 0);
  else if (strstr(url, "/p/2"))
    assert_int_equal(attempt, 2);
  (void)rig;
  crawler_page_release(page);
}

static void a_pulled_page_can_be_failed_or_retried_before_its_release(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(4);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_NEXT);
  rig.on_pulled = finish;
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_end_of(&rig, cr_site_url(site, "/p/1"))->reason,
                   CRAWLER_FAILED_INTERNAL);
  assert_int_equal(cr_crawl_end_of(&rig, cr_site_url(site, "/p/2"))->outcome, CRAWLER_FETCHED);
  assert_int_equal(cr_site_count(site, "/p/2"), 2);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_RETRIES), 1);
  assert_int_equal(rig.pulled, 5);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void canceled_while_pages_are_held_it_goes_on_with_them(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(5);
  struct cr_crawl_rig rig;
  crawler_page *page;
  crawler_page *none;
  int err;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_NEXT);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  page = pull_and_keep(rig.c);
  crawler_cancel(rig.c);
  while ((err = crawler_next(rig.c, &none, -1)) == CRAWLER_OK)
    crawler_page_release(none);
  assert_int_equal(err, CRAWLER_DONE);
  assert_string_equal(crawler_ended(rig.c), "canceled");
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_IN_FLIGHT) >= 1, 1);
  crawler_page_release(page);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_string_equal(crawler_ended(rig.c), "complete");
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 5);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- what doesn't fit ---- */

static int no_watch(crawler *c, int fd, int events, void *user)
{
  (void)c;
  (void)fd;
  (void)user;
  return events ? -1 : 0;
}

static int no_timer(crawler *c, int64_t ms, void *user)
{
  (void)c;
  (void)ms;
  (void)user;
  return -1;
}

static void null_is_refused(void **state)
{
  crawler *c = crawler_new();
  crawler_page *page;

  (void)state;
  assert_int_equal(crawler_run(NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_step(NULL, 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_next(NULL, &page, 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_next(c, NULL, 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_start(NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_start_thread(NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_wait(NULL, 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_fd(NULL), -1);
  assert_int_equal(crawler_set_event_base(c, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_loop(c, NULL, no_timer, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_loop(c, no_watch, NULL, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_fd_ready(NULL, 0, 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_timer_fired(NULL), CRAWLER_E_INVAL);
  crawler_stop(NULL);
  crawler_cancel(NULL);
  crawler_free(c);
}

static void one_way_to_drive_a_crawler_for_its_life(void **state)
{
  struct event_base *base = event_base_new();
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_RUN);
  assert_int_equal(crawler_start(rig.c), CRAWLER_E_STATE); /* in whose loop? */
  assert_int_equal(crawler_fd_ready(rig.c, 0, CRAWLER_READ), CRAWLER_E_STATE);
  assert_int_equal(crawler_timer_fired(rig.c), CRAWLER_E_STATE);
  assert_int_equal(crawler_wait(rig.c, 0), CRAWLER_E_STATE);
  assert_int_equal(crawler_fd(rig.c), -1);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(crawler_set_event_base(rig.c, base), CRAWLER_E_STATE);
  assert_int_equal(crawler_set_loop(rig.c, no_watch, no_timer, NULL), CRAWLER_E_STATE);
  assert_int_equal(crawler_start_thread(rig.c), CRAWLER_E_STATE);
  cr_crawl_close(&rig);

  cr_crawl_open(&rig, CR_WAY_BASE);
  assert_int_equal(crawler_run(rig.c), CRAWLER_E_STATE); /* though nothing has begun */
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(crawler_run(rig.c), CRAWLER_E_STATE);
  assert_int_equal(crawler_step(rig.c, 0), CRAWLER_E_STATE);
  assert_int_equal(crawler_start_thread(rig.c), CRAWLER_E_STATE);
  assert_int_equal(crawler_fd_ready(rig.c, 0, 0), CRAWLER_E_STATE);
  cr_crawl_close(&rig);
  event_base_free(base);
}

static void next_does_not_mix_with_run_and_step(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(3);
  struct cr_crawl_rig rig;
  crawler_page *page;

  (void)state;
  cr_site_close_gate(site);
  cr_crawl_open(&rig, CR_WAY_RUN);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_step(rig.c, 0), CRAWLER_OK);
  assert_int_equal(crawler_next(rig.c, &page, 0), CRAWLER_E_STATE);
  cr_site_open_gate(site);
  assert_int_equal(crawler_run(rig.c), CRAWLER_OK); /* step and run do */
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
  cr_crawl_close(&rig);

  cr_crawl_open(&rig, CR_WAY_NEXT);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_next(rig.c, &page, -1), CRAWLER_OK);
  assert_int_equal(crawler_run(rig.c), CRAWLER_E_STATE); /* it would wait for this page for ever */
  assert_int_equal(crawler_step(rig.c, 0), CRAWLER_E_STATE);
  crawler_page_release(page);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
  assert_int_equal(crawler_run(rig.c), CRAWLER_OK); /* another run */
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- the caller's loops ---- */

static void two_crawlers_share_a_base(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(20);
  struct event_base *base = event_base_new();
  struct cr_crawl_rig rigs[2];

  (void)state;
  for (int i = 0; i < 2; i++) {
    cr_crawl_open(&rigs[i], CR_WAY_ANY);
    assert_int_equal(crawler_set_event_base(rigs[i].c, base), 0);
    cr_crawl_add(&rigs[i], cr_site_url(site, "/p/0"));
    assert_int_equal(crawler_start(rigs[i].c), 0);
  }
  assert_int_equal(event_base_dispatch(base), 1); /* no events left */
  for (int i = 0; i < 2; i++) {
    assert_int_equal(rigs[i].done_calls, 1);
    assert_int_equal(cr_crawl_stat(&rigs[i], CRAWLER_STAT_FETCHED), 20);
    cr_crawl_check(&rigs[i]);
    cr_crawl_close(&rigs[i]);
  }
  event_base_free(base);
  cr_site_stop(site);
}

static void start_does_nothing_but_begin(void **state)
{
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_BASE);
  assert_int_equal(crawler_start(rig.c), 0);
  assert_int_equal(rig.done_calls, 0); /* not even the end of an empty crawl */
  assert_string_equal(crawler_ended(rig.c), "");
  assert_int_equal(event_base_dispatch(rig.base), 1);
  assert_int_equal(rig.done_calls, 1);
  cr_crawl_close(&rig);
}

static void a_loop_that_refuses_ends_the_crawl_with_an_error(void **state)
{
  struct cr_crawl_rig rig;
  int err;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_loop(rig.c, no_watch, no_timer, NULL), 0);
  cr_crawl_add(&rig, "http://127.0.0.1:1/");
  err = crawler_start(rig.c);
  if (err == CRAWLER_OK)
    err = crawler_timer_fired(rig.c);
  assert_int_equal(err, CRAWLER_E_SYSTEM);
  cr_crawl_close(&rig);
}

/* ---- how it ended ---- */

static void what_is_left_out_is_named_with_its_count(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(40);
  struct cr_crawl_rig rig;
  int64_t count = 0;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_string_equal(crawler_ended(rig.c), "");
  assert_string_equal(crawler_ended(NULL), "");
  assert_int_equal(crawler_is_complete(rig.c), 0);
  assert_int_equal(crawler_set_max_pages(rig.c, 1), 0);
  assert_int_equal(crawler_set_max_pending(rig.c, 6), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(crawler_is_complete(rig.c), 0);
  assert_string_equal(crawler_incomplete(rig.c, 0, &count), "limit");
  assert_int_equal(count, 6);
  assert_string_equal(crawler_incomplete(rig.c, 1, &count), "capped");
  assert_int_equal(count, 4);
  assert_string_equal(crawler_incomplete(rig.c, 1, NULL), "capped");
  assert_null(crawler_incomplete(rig.c, 2, &count));
  assert_null(crawler_incomplete(rig.c, SIZE_MAX, &count));
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void a_run_that_cannot_begin_says_why(void **state)
{
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  rig.memory.refuse_from = rig.memory.asked + 1;
  rig.memory.refuse_to = INT64_MAX;
  assert_int_equal(cr_crawl_drive(&rig), CRAWLER_E_NOMEM);
  assert_non_null(strstr(crawler_errmsg(rig.c), "out of memory"));
  rig.memory.refuse_from = 0;
  assert_int_equal(cr_crawl_drive(&rig), CRAWLER_OK); /* and can when memory is back */
  cr_crawl_close(&rig);
}

static void stop_before_the_start_is_undone_by_it(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(3);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  crawler_stop(rig.c);
  crawler_cancel(rig.c);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
  crawler_cancel(rig.c); /* after the end too */
  assert_string_equal(crawler_ended(rig.c), "complete");
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- failed by the caller ---- */

static int fail_in_filter(crawler *c, crawler_request *req, void *user)
{
  int *calls = user;

  (void)req;
  ++*calls;
  (void)crawler_fail(c, *calls == 1 ? "the first" : "the second");
  return CRAWLER_ACCEPT;
}

static void fail_of_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                            crawler_reason reason, const crawler_page *page, void *user)
{
  (void)outcome;
  (void)reason;
  (void)page;
  (void)user;
  if (crawler_request_kind(req) == CRAWLER_KIND_PAGE)
    (void)crawler_fail(c, "of the last URL");
}

static int fail_in_parse(crawler *c, crawler_page *page, void *user)
{
  (void)page;
  (void)user;
  return crawler_fail(c, "of a parse");
}

static void a_hook_that_fails_ends_the_run_with_its_message(void **state)
{
  (void)state;
  for (enum cr_way way = 0; way < CR_WAYS; way++) {
    struct cr_site_server *site = cr_site_start_generated(20);
    struct cr_crawl_rig rig;
    int calls = 0;
    int err;

    cr_crawl_open(&rig, way);
    crawler_on_filter(rig.c, fail_in_filter, &calls);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    err = cr_crawl_drive(&rig);
    if (way != CR_WAY_BASE && way != CR_WAY_POLL) /* which ask crawler_ended() alone */
      assert_int_equal(err, CRAWLER_E_HOOK);
    assert_string_equal(crawler_ended(rig.c), "error");
    assert_string_equal(crawler_errmsg(rig.c), "the first");
    assert_true(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED) < 20);
    crawler_on_filter(rig.c, NULL, NULL);
    assert_int_equal(cr_crawl_drive(&rig), 0); /* another run goes on */
    assert_string_equal(crawler_ended(rig.c), "complete");
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

static void what_drives_returns_that_a_hook_failed(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(1);

  (void)state;
  for (int step = 0; step < 3; step++) {
    struct cr_crawl_rig rig;
    crawler_page *page = NULL;
    int err;

    cr_crawl_open(&rig, CR_WAY_RUN);
    crawler_on_outcome(rig.c, fail_of_outcome, NULL);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    if (step == 0)
      err = crawler_run(rig.c);
    else if (step == 1)
      while ((err = crawler_step(rig.c, -1)) == CRAWLER_OK)
        continue;
    else
      while ((err = crawler_next(rig.c, &page, -1)) == CRAWLER_OK)
        crawler_page_release(page);
    assert_int_equal(err, CRAWLER_E_HOOK);
    assert_string_equal(crawler_errmsg(rig.c), "of the last URL");
    cr_crawl_close(&rig);
  }
  cr_site_stop(site);
}

static void a_parse_may_fail_a_crawl(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(20);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_RUN);
  crawler_on_parse(rig.c, fail_in_parse, NULL);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_run(rig.c), CRAWLER_E_HOOK);
  assert_string_equal(crawler_errmsg(rig.c), "of a parse");
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void fail_before_the_start_is_undone_by_it(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(3);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_fail(rig.c, "too early"), 0);
  assert_int_equal(crawler_fail(rig.c, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_fail(NULL, "nobody"), CRAWLER_E_INVAL);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_string_equal(crawler_ended(rig.c), "complete");
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(step_waits_no_longer_than_it_is_told),
    cmocka_unit_test(numbers_are_of_now_after_each_step),
    cmocka_unit_test(next_gives_again_after_its_time_and_done_once_at_the_end),
    cmocka_unit_test(pages_held_over_a_cancel_end_in_the_next_run),
    cmocka_unit_test(next_gives_no_pages_that_could_not_be_fetched),
    cmocka_unit_test(a_pulled_page_can_be_failed_or_retried_before_its_release),
    cmocka_unit_test(canceled_while_pages_are_held_it_goes_on_with_them),
    cmocka_unit_test(null_is_refused),
    cmocka_unit_test(one_way_to_drive_a_crawler_for_its_life),
    cmocka_unit_test(next_does_not_mix_with_run_and_step),
    cmocka_unit_test(two_crawlers_share_a_base),
    cmocka_unit_test(start_does_nothing_but_begin),
    cmocka_unit_test(a_loop_that_refuses_ends_the_crawl_with_an_error),
    cmocka_unit_test(what_is_left_out_is_named_with_its_count),
    cmocka_unit_test(a_run_that_cannot_begin_says_why),
    cmocka_unit_test(stop_before_the_start_is_undone_by_it),
    cmocka_unit_test(a_hook_that_fails_ends_the_run_with_its_message),
    cmocka_unit_test(what_drives_returns_that_a_hook_failed),
    cmocka_unit_test(a_parse_may_fail_a_crawl),
    cmocka_unit_test(fail_before_the_start_is_undone_by_it),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
