/* SPDX-License-Identifier: MIT */
/* test_parks.c - hosts that ask to be left alone: 429 and 503. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static void open(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "span_hosts", "1");
  cr_sim_add(sim, "/");
}

/* The first request of a URL that began at or after a moment; NULL: none. */
static const struct cr_sim_record *request_from(const struct cr_sim *sim, const char *url,
                                                int64_t ms)
{
  const struct cr_sim_log *log = &sim->net.log;

  for (size_t i = 0; i < log->len; i++) {
    const struct cr_sim_record *r = &log->at[i];
    if (r->event == CR_SIM_REQUEST && r->begin_ms >= ms && strstr(cr_sim_log_url(log, i), url))
      return r;
  }
  return NULL;
}

static void a_parked_host_is_asked_nothing_and_no_retry_is_spent(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/busy /a /b http://b.example/" },
    { "/busy", .status = 429, .headers = "Retry-After: 30\r\n", .times = 1 },
    { .url = "/busy" },
    { .url = "/a" },
    { .url = "/b" },
    { .url = "http://b.example/" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "max_retries", "0");
  cr_sim_run(&sim);
  const struct cr_sim_record *busy = cr_sim_request(&sim, "/busy");
  const char *const others[] = { "/a", "/b", "/busy" };
  assert_non_null(busy);
  for (size_t i = 0; i < 3; i++) {
    const struct cr_sim_record *next = request_from(&sim, others[i], busy->end_ms);
    assert_non_null(next);
    assert_true(next->begin_ms >= busy->end_ms + 30000);
  }
  assert_true(cr_sim_request(&sim, "http://b.example/")->begin_ms < busy->end_ms + 30000);
  assert_int_equal(cr_sim_outcome(&sim, "/busy"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_end(&sim, "/busy").times, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), 0);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_PARKS), 1);
  assert_int_equal(crawler_is_complete(sim.c), 1);
  cr_sim_close(&sim);
}

static void without_a_time_the_host_is_left_alone_longer_and_longer(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .status = 503, .times = 4 },
    { .url = "/" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int64_t least = 1000;
  int64_t from = 0;
  (void)state;

  open(&sim, &site);
  cr_sim_run(&sim);
  for (int i = 0; i < 4; i++, least *= 2) {
    const struct cr_sim_record *r = request_from(&sim, "/", from);
    const struct cr_sim_record *next = request_from(&sim, "/", r->end_ms);
    assert_in_range(next->begin_ms - r->end_ms, least, least + least / 2 + 5);
    from = next->begin_ms;
  }
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_PARKS), 4);
  cr_sim_close(&sim);
}

/* 10 at once: one park, not ten. */
static void answers_that_were_on_their_way_are_one_park(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/0 /1 /2 /3 /4 /5 /6 /7 /8 /9" },
#define BUSY(path) \
  { path, .status = 429, .headers = "Retry-After: 60\r\n", .times = 1 }, { .url = path }
    BUSY("/0"),
    BUSY("/1"),
    BUSY("/2"),
    BUSY("/3"),
    BUSY("/4"),
    BUSY("/5"),
    BUSY("/6"),
    BUSY("/7"),
    BUSY("/8"),
    BUSY("/9"),
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_PARKS), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 11);
  cr_sim_close(&sim);
}

static void a_host_that_only_says_later_fails_and_is_let_go(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "http://b.example/0 http://b.example/1 http://b.example/2" },
    { "http://b.example/0", .status = 503,
      .headers = "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n" },
    { "http://b.example/1", .status = 429 },
    { "http://b.example/2", .status = 429, .headers = "Retry-After: 5\r\n" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "max_parks", "3");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_count(&sim, CRAWLER_FAILED, CRAWLER_FAILED_RATE_LIMITED), 3);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_PARKS), 3);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS), 1 + 4); /* and nothing for the rest */
  assert_int_equal(cr_sim_incomplete(&sim, "rate_limited"), 3);
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_close(&sim);
}

/* Its https is another authority, with a robots.txt nobody has asked for. */
static void of_a_host_that_was_given_up_no_robots_txt_is_asked_for(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "http://busy.example/1 http://b.example/" },
    { .url = "http://busy.example/1", .status = 429, .times = 3 },
    { .url = "http://busy.example/1" },
    { .url = "https://busy.example/robots.txt", .status = 404 },
    { .url = "https://busy.example/2", .hrefs = "/3" },
    { .url = "https://busy.example/3" },
    { .url = "http://b.example/", .hrefs = "https://busy.example/2", .ms = 20000 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "obey_robots", "1");
  cr_sim_set(&sim, "max_parks", "2");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_asked(&sim, "http://busy.example/1"), 3);
  assert_int_equal(cr_sim_reason(&sim, "https://busy.example/2"), CRAWLER_FAILED_RATE_LIMITED);
  assert_int_equal(cr_sim_asked(&sim, "https://busy.example/2"), 0);
  assert_int_equal(cr_sim_asked(&sim, "https://busy.example/robots.txt"), 0);
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_add(&sim, "https://busy.example/3"); /* another run asks again */
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_asked(&sim, "https://busy.example/robots.txt"), 1);
  assert_int_equal(cr_sim_outcome(&sim, "https://busy.example/3"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void a_run_that_would_only_wait_ends_and_the_next_goes_on(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/busy" },
    { "/busy", .status = 503, .headers = "Retry-After: 7200\r\n", .times = 1 },
    { .url = "/busy" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "waiting");
  assert_int_equal(crawler_is_complete(sim.c), 0);
  assert_int_equal(cr_sim_incomplete(&sim, "parked"), 1);
  cr_sim_set(&sim, "max_idle_wait", "-1");
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_outcome(&sim, "/busy"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static int reject_later(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  return crawler_page_status(page) == 200 ? CRAWLER_ACCEPT : CRAWLER_REJECT;
}

static void later_is_heard_however_its_body_comes(void **state)
{
  static const struct {
    crawler_reason failure;
    const char *max_body;
    crawler_page_cb on_headers;
    const char *why;
  } cases[] = {
    { CRAWLER_FAILED_TRUNCATED, "1M", NULL, "the connection ended within the body" },
    { CRAWLER_REASON_NONE, "3", NULL, "the body is too large" },
    { CRAWLER_REASON_NONE, "1M", reject_later, "a hook doesn't want it" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/", .body = "x" },
      { "/busy", .status = 503, .headers = "Retry-After: 60\r\n", .body = "later, please",
        .failure = cases[i].failure, .times = 1 },
      { .url = "/busy", .body = "x" },
      { .url = "/a", .body = "x" },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    crawler_on_headers(sim.c, cases[i].on_headers, NULL);
    cr_sim_add(&sim, "/busy");
    cr_sim_add(&sim, "/a");
    cr_sim_set(&sim, "max_body", cases[i].max_body);
    cr_sim_run(&sim);
    const struct cr_sim_record *busy = cr_sim_request(&sim, "/busy");
    const struct cr_sim_record *next = request_from(&sim, "/", busy->end_ms);
    if (!next || next->begin_ms < busy->end_ms + 60000 ||
        cr_sim_outcome(&sim, "/busy") != CRAWLER_FETCHED ||
        cr_sim_stat(&sim, CRAWLER_STAT_PARKS) != 1 || cr_sim_stat(&sim, CRAWLER_STAT_RETRIES) != 0)
      fail_msg("%s", cases[i].why);
    cr_sim_close(&sim);
  }
}

/* The virtual wall clock is far from 1994. */
static void a_server_whose_clock_is_wrong_is_left_alone_as_it_asks(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .status = 503, .times = 1,
      .headers = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                 "Retry-After: Sun, 06 Nov 1994 08:54:37 GMT\r\n" },
    { .url = "/" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run(&sim);
  const struct cr_sim_record *busy = cr_sim_request(&sim, "/");
  assert_in_range(request_from(&sim, "/", busy->end_ms)->begin_ms - busy->end_ms, 300000, 300005);
  cr_sim_close(&sim);
}

/* The crawl's own delay is no reason to end. */
static void a_long_delay_is_waited_for(void **state)
{
  static const struct cr_sim_page pages[] = { { "/", .hrefs = "/a" }, { .url = "/a" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "delay", "1h");
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_parked_host_is_asked_nothing_and_no_retry_is_spent),
    cmocka_unit_test(without_a_time_the_host_is_left_alone_longer_and_longer),
    cmocka_unit_test(answers_that_were_on_their_way_are_one_park),
    cmocka_unit_test(a_host_that_only_says_later_fails_and_is_let_go),
    cmocka_unit_test(of_a_host_that_was_given_up_no_robots_txt_is_asked_for),
    cmocka_unit_test(a_run_that_would_only_wait_ends_and_the_next_goes_on),
    cmocka_unit_test(later_is_heard_however_its_body_comes),
    cmocka_unit_test(a_server_whose_clock_is_wrong_is_left_alone_as_it_asks),
    cmocka_unit_test(a_long_delay_is_waited_for),
  };

  return cmocka_run_group_tests_name("parks", tests, NULL, NULL);
}
