/* SPDX-License-Identifier: MIT */
/* test_outcomes.c - how URLs end: every failure, retry and redirect, in whole crawls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static void open(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_add(sim, "/");
}

/* ---- failures ---- */

static void transient_failures_are_tried_again_and_others_not(void **state)
{
  static const struct {
    crawler_reason failure;
    unsigned attempts; /* with two retries allowed */
  } cases[] = {
    { CRAWLER_FAILED_DNS, 3 },     { CRAWLER_FAILED_CONNECT, 3 },   { CRAWLER_FAILED_TLS, 1 },
    { CRAWLER_FAILED_TIMEOUT, 3 }, { CRAWLER_FAILED_TRUNCATED, 3 }, { CRAWLER_FAILED_PROTOCOL, 1 },
    { CRAWLER_FAILED_ADDRESS, 1 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/", .hrefs = "/x" },
      { "/x", .failure = cases[i].failure, .hrefs = "/never" },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_outcome(&sim, "/x"), CRAWLER_FAILED);
    assert_int_equal(cr_sim_reason(&sim, "/x"), cases[i].failure);
    assert_int_equal(cr_sim_asked(&sim, "/x"), cases[i].attempts);
    assert_int_equal(cr_sim_end(&sim, "/x").times, 1);
    assert_int_equal(cr_sim_asked(&sim, "/never"), 0);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), cases[i].attempts - 1);
    cr_sim_close(&sim);
  }
}

static void a_retry_that_succeeds_is_a_fetched_page(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/x" },
    { "/x", .failure = CRAWLER_FAILED_TRUNCATED, .times = 2, .hrefs = "/never" },
    { "/x", .hrefs = "/y" },
    { .url = "/y" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/x"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_asked(&sim, "/x"), 3);
  assert_int_equal(cr_sim_outcome(&sim, "/y"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_asked(&sim, "/never"), 0);
  assert_int_equal(crawler_is_complete(sim.c), 1);
  cr_sim_close(&sim);
}

static void retries_back_off_and_keep_to_the_number_allowed(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .failure = CRAWLER_FAILED_CONNECT },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int64_t retries = 0; retries <= 5; retries++) {
    struct cr_sim sim;
    int64_t end_ms = 0;
    int64_t pause_ms = 3000;
    open(&sim, &site);
    cr_sim_set(&sim, "delay", "0");
    crawler_set_max_retries(sim.c, retries);
    cr_sim_set(&sim, "retry_delay", "3s");
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_asked(&sim, "/"), retries + 1);
    for (size_t i = 0; i < sim.net.log.len; i++) {
      const struct cr_sim_record *record = &sim.net.log.at[i];
      if (record->event != CR_SIM_REQUEST || record->kind != CRAWLER_KIND_PAGE)
        continue;
      if (record->attempt > 1) {
        assert_in_range(record->begin_ms, end_ms + pause_ms, end_ms + pause_ms * 3 / 2);
        pause_ms *= 2;
      }
      end_ms = record->end_ms;
    }
    cr_sim_close(&sim);
  }
}

/* But for 429 and 503, which ask to be asked later. 500 and 502 are so when no retry is left. */
static void every_status_is_a_fetched_page(void **state)
{
  static const int statuses[] = { 200, 201, 204, 206, 300, 304, 400, 401,
                                  403, 404, 410, 418, 500, 502, 599 };
  (void)state;

  for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/", .status = statuses[i], .hrefs = "/x" },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
    assert_int_equal(cr_sim_end(&sim, "/").status, statuses[i]);
    assert_int_equal(cr_sim_asked(&sim, "/"), statuses[i] == 500 || statuses[i] == 502 ? 3 : 1);
    /* Only links of a page that is what was asked for are followed. */
    assert_int_equal(cr_sim_asked(&sim, "/x"), statuses[i] / 100 == 2);
    cr_sim_close(&sim);
  }
}

static void a_body_over_the_limit_is_too_large(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = "12345678901234567890", .type = "text/plain" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int64_t limit = 18; limit <= 21; limit++) {
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_set(&sim, "obey_robots", "0");
    crawler_set_max_body_bytes(sim.c, limit);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_outcome(&sim, "/"), limit < 20 ? CRAWLER_FAILED : CRAWLER_FETCHED);
    assert_int_equal(cr_sim_reason(&sim, "/"), limit < 20 ? CRAWLER_FAILED_TOO_LARGE : 0);
    assert_int_equal(cr_sim_asked(&sim, "/"), 1);
    cr_sim_close(&sim);
  }
}

static void a_slow_answer_ends_at_the_timeout(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .ms = 5000 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "timeout", "2s");
  cr_sim_set(&sim, "max_retries", "0");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_reason(&sim, "/"), CRAWLER_FAILED_TIMEOUT);
  const struct cr_sim_record *record = cr_sim_request(&sim, "/");
  assert_int_equal(record->end_ms - record->begin_ms, 2001);
  cr_sim_close(&sim);
}

static void a_transfer_that_cannot_begin_is_an_internal_failure_after_retries(void **state)
{
  static const struct cr_sim_page pages[] = {
    { .url = "/" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int64_t number = 1; number <= 3; number++) {
    struct cr_sim sim;
    open(&sim, &site);
    sim.net.fail_start = number;
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
    assert_int_equal(sim.net.starts, number == 3 ? 2 : 3);
    cr_sim_close(&sim);
  }
}

/* ---- redirects ---- */

static const struct cr_sim_page redirects[] = {
  { "/", .hrefs = "/one /two /own /slash /self /loop /ring/a /out /bad /mail /none /deep/0 /see" },
  { "/one", .to = "/target" },
  { "/two", .to = "http://A.EXAMPLE:80/x/../target#part" },
  { "/target", .hrefs = "/from-target" },
  { .url = "/from-target" },
  { "/own", .to = "/own?" },
  { "/own?", .hrefs = "/from-own" },
  { .url = "/from-own" },
  { "/slash", .to = "/slash/" },
  { .url = "/slash/" },
  { "/self", .to = "/self" },
  { "/loop", .to = "/loop?" },
  { "/loop?", .to = "/loop" },
  { "/ring/a", .to = "/ring/b" },
  { "/ring/b", .to = "/ring/a" },
  { "/out", .to = "http://elsewhere.example/" },
  { "/bad", .to = "http://[" },
  { "/mail", .to = "mailto:you@a.example" },
  { "/none", .status = 301 },
  { "/see", .status = 303, .to = "/seen" },
  { .url = "/seen" },
  { "/deep/0", .to = "/deep/1" },
  { "/deep/1", .to = "/deep/2" },
  { "/deep/2", .to = "/deep/3" },
  { "/deep/3", .to = "/deep/4" },
  { .url = "/deep/4" },
};

static void redirects_end_as_their_targets_say(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(redirects);
  static const struct {
    const char *url;
    int outcome, reason;
    unsigned asked;
    int depth;
  } cases[] = {
    { "/one", CRAWLER_REDIRECTED, 0, 1, 1 },
    { "/two", CRAWLER_REDIRECTED, 0, 1, 1 },
    { "/target", CRAWLER_FETCHED, 0, 1, 1 }, /* a target has its source's depth */
    { "/from-target", CRAWLER_FETCHED, 0, 1, 2 },
    { "/own?", CRAWLER_FETCHED, 0, 1, 1 }, /* one entry under two spellings */
    { "/from-own", CRAWLER_FETCHED, 0, 1, 2 },
    { "/slash", CRAWLER_REDIRECTED, 0, 1, 1 },
    { "/slash/", CRAWLER_FETCHED, 0, 1, 1 },
    { "/self", CRAWLER_FAILED, CRAWLER_FAILED_REDIRECT_LOOP, 1, 1 },
    { "/loop?", CRAWLER_FAILED, CRAWLER_FAILED_REDIRECT_LOOP, 1, 1 },
    { "/ring/a", CRAWLER_REDIRECTED, 0, 1, 1 },
    { "/ring/b", CRAWLER_REDIRECTED, 0, 1, 1 },
    { "/out", CRAWLER_REDIRECTED, 0, 1, 1 },
    { "http://elsewhere.example/", CRAWLER_REJECTED, CRAWLER_REJECTED_SCOPE, 0, 1 },
    { "/bad", CRAWLER_FETCHED, 0, 1, 1 },
    { "/mail", CRAWLER_REDIRECTED, 0, 1, 1 },
    { "mailto:you@a.example", CRAWLER_REJECTED, CRAWLER_REJECTED_SCHEME, 0, 1 },
    { "/none", CRAWLER_FETCHED, 0, 1, 1 },
    { "/see", CRAWLER_REDIRECTED, 0, 1, 1 },
    { "/seen", CRAWLER_FETCHED, 0, 1, 1 },
    { "/deep/4", CRAWLER_FETCHED, 0, 1, 1 },
  };
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run_checked(&sim, 1);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim_end end = cr_sim_end(&sim, cases[i].url);
    if (end.outcome != cases[i].outcome || end.reason != cases[i].reason ||
        cr_sim_asked(&sim, cases[i].url) != cases[i].asked || end.depth != cases[i].depth)
      fail_msg("%s: outcome %d, reason %d, asked %u times, depth %d", cases[i].url, end.outcome,
               end.reason, cr_sim_asked(&sim, cases[i].url), end.depth);
  }
  cr_sim_close(&sim);
}

static void a_chain_longer_than_the_limit_fails_at_its_last_hop(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(redirects);
  (void)state;

  for (int64_t limit = 0; limit <= 5; limit++) {
    char last[32];
    struct cr_sim sim;
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
    crawler_set_max_redirects(sim.c, limit);
    cr_sim_add(&sim, "/deep/0");
    cr_sim_run(&sim);
    (void)snprintf(last, sizeof(last), "/deep/%d", limit < 4 ? (int)limit : 4);
    assert_int_equal(cr_sim_outcome(&sim, last), limit < 4 ? CRAWLER_FAILED : CRAWLER_FETCHED);
    assert_int_equal(cr_sim_reason(&sim, last), limit < 4 ? CRAWLER_FAILED_TOO_MANY_REDIRECTS : 0);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_REDIRECTED), limit < 4 ? limit : 4);
    cr_sim_close(&sim);
  }
}

static void a_seeds_redirect_widens_the_scope_to_its_last_host(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .to = "http://www.a.example/" },
    { "http://www.a.example/", .to = "https://www.a.example/start" },
    { "https://www.a.example/start", .hrefs = "/x http://a.example/y http://other.example/" },
    { .url = "https://www.a.example/x" },
    { .url = "/y" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "https://www.a.example/start"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "https://www.a.example/x"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/y"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "http://other.example/"), CRAWLER_REJECTED);
  cr_sim_close(&sim);
}

static void a_cookie_set_on_the_way_makes_the_same_url_worth_asking_again(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .to = "/", .headers = "Set-Cookie: a=b\r\n", .times = 1 },
    { "/", .hrefs = "/x" },
    { .url = "/x" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int cookies = 0; cookies <= 1; cookies++) {
    struct cr_sim sim;
    open(&sim, &site);
    crawler_set_cookies(sim.c, cookies);
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_outcome(&sim, "/"), cookies ? CRAWLER_FETCHED : CRAWLER_FAILED);
    assert_int_equal(cr_sim_reason(&sim, "/"), cookies ? 0 : CRAWLER_FAILED_REDIRECT_LOOP);
    assert_int_equal(cr_sim_asked(&sim, "/"), 1 + cookies);
    assert_int_equal(cr_sim_end(&sim, "/").times, 1);
    cr_sim_close(&sim);
  }
}

static void a_cookie_set_for_ever_ends_at_the_hop_limit(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .to = "/", .headers = "Set-Cookie: a=b\r\n" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "cookies", "1");
  cr_sim_set(&sim, "max_redirects", "7");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FAILED);
  assert_int_equal(cr_sim_reason(&sim, "/"), CRAWLER_FAILED_TOO_MANY_REDIRECTS);
  assert_int_equal(cr_sim_asked(&sim, "/"), 8);
  cr_sim_close(&sim);
}

/* ---- nothing to crawl ---- */

static void a_crawl_of_nothing_is_complete_at_once(void **state)
{
  static const struct cr_sim_page pages[] = { { .url = "/" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  assert_string_equal(crawler_ended(sim.c), "");
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(crawler_is_complete(sim.c), 1);
  assert_int_equal(crawler_add(sim.c, "not a url"), CRAWLER_E_URL);
  assert_int_equal(crawler_add(sim.c, "ftp://a.example/"), CRAWLER_E_SCHEME);
  cr_sim_run(&sim);
  assert_int_equal(sim.net.starts, 0);
  cr_sim_close(&sim);
}

static void time_is_up_at_max_time(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  (void)state;

  cr_sim_web_init(&web, 2, 20, 500);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_set(&sim, "max_time", "20s");
  cr_sim_add_hosts(&sim, &web, 1);
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "max_time");
  assert_int_equal(sim.loop->clock_ms, 1000 + 20000);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_IN_FLIGHT), 0);
  assert_int_equal(crawler_is_complete(sim.c), 0);
  cr_sim_run_checked(&sim, 1); /* another twenty seconds */
  assert_int_equal(sim.loop->clock_ms, 1000 + 40000);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(transient_failures_are_tried_again_and_others_not),
    cmocka_unit_test(a_retry_that_succeeds_is_a_fetched_page),
    cmocka_unit_test(retries_back_off_and_keep_to_the_number_allowed),
    cmocka_unit_test(every_status_is_a_fetched_page),
    cmocka_unit_test(a_body_over_the_limit_is_too_large),
    cmocka_unit_test(a_slow_answer_ends_at_the_timeout),
    cmocka_unit_test(a_transfer_that_cannot_begin_is_an_internal_failure_after_retries),
    cmocka_unit_test(redirects_end_as_their_targets_say),
    cmocka_unit_test(a_chain_longer_than_the_limit_fails_at_its_last_hop),
    cmocka_unit_test(a_seeds_redirect_widens_the_scope_to_its_last_host),
    cmocka_unit_test(a_cookie_set_on_the_way_makes_the_same_url_worth_asking_again),
    cmocka_unit_test(a_cookie_set_for_ever_ends_at_the_hop_limit),
    cmocka_unit_test(a_crawl_of_nothing_is_complete_at_once),
    cmocka_unit_test(time_is_up_at_max_time),
  };

  return cmocka_run_group_tests_name("outcomes", tests, NULL, NULL);
}
