/* SPDX-License-Identifier: MIT */
/* test_redirect.c - a redirect's target is a URL of its own, unless it has its source's key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/requests.h"

static void open(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
}

static void these_statuses_redirect_and_no_others(void **state)
{
  static const struct {
    int status;
    bool redirects;
  } cases[] = { { 300, false }, { 301, true },  { 302, true },  { 303, true }, { 304, false },
                { 305, false }, { 306, false }, { 307, true },  { 308, true }, { 309, false },
                { 200, false }, { 201, false }, { 404, false }, { 500, false } };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/", .status = cases[i].status, .to = "/target" },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_add(&sim, "/");
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_outcome(&sim, "/"),
                     cases[i].redirects ? CRAWLER_REDIRECTED : CRAWLER_FETCHED);
    assert_int_equal(cr_sim_asked(&sim, "/target"), cases[i].redirects);
    cr_sim_close(&sim);
  }
}

static int reject_redirects(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  return crawler_page_status(page) / 100 == 3 ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static void its_body_is_no_matter(void **state)
{
  static const struct {
    crawler_reason failure;
    const char *headers;
    const char *max_body;
    const char *why;
  } cases[] = {
    { CRAWLER_FAILED_TRUNCATED, NULL, "1M", "the connection ended within the body" },
    { CRAWLER_REASON_NONE, "Content-Encoding: gzip\r\n", "1M", "the coding is broken" },
    { CRAWLER_REASON_NONE, NULL, "2", "the body is too large" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/robots.txt", .to = "/rules", .body = "moved", .headers = cases[i].headers,
        .failure = cases[i].failure },
      { "/rules", .body = "" },
      { "/", .to = "/target", .body = "moved", .headers = cases[i].headers,
        .failure = cases[i].failure },
      { .url = "/target", .body = "x" },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_set(&sim, "obey_robots", "1");
    cr_sim_set(&sim, "max_body", cases[i].max_body);
    cr_sim_add(&sim, "/");
    cr_sim_run(&sim);
    if (cr_sim_asked(&sim, "/rules") != 1 || cr_sim_outcome(&sim, "/") != CRAWLER_REDIRECTED ||
        cr_sim_outcome(&sim, "/target") != CRAWLER_FETCHED)
      fail_msg("%s", cases[i].why);
    cr_sim_close(&sim);
  }
}

static void one_that_a_hook_rejects_leads_nowhere(void **state)
{
  static const struct cr_sim_page pages[] = { { "/", .to = "/target" }, { .url = "/target" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  crawler_on_headers(sim.c, reject_redirects, NULL);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_reason(&sim, "/"), CRAWLER_FAILED_UNWANTED_TYPE);
  assert_int_equal(cr_sim_asked(&sim, "/target"), 0);
  cr_sim_close(&sim);
}

static int note_method(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  *(int *)user = (int)crawler_request_method(crawler_page_request(page));
  return 0;
}

/* RFC 9110 sections 15.4.2 to 15.4.9. */
static void each_status_keeps_or_changes_the_method(void **state)
{
  static const struct {
    int status;
    crawler_method from, to;
  } cases[] = {
    { 301, CRAWLER_GET, CRAWLER_GET },   { 301, CRAWLER_HEAD, CRAWLER_HEAD },
    { 301, CRAWLER_POST, CRAWLER_GET },  { 302, CRAWLER_GET, CRAWLER_GET },
    { 302, CRAWLER_HEAD, CRAWLER_HEAD }, { 302, CRAWLER_POST, CRAWLER_GET },
    { 303, CRAWLER_GET, CRAWLER_GET },   { 303, CRAWLER_HEAD, CRAWLER_HEAD },
    { 303, CRAWLER_POST, CRAWLER_GET },  { 307, CRAWLER_GET, CRAWLER_GET },
    { 307, CRAWLER_HEAD, CRAWLER_HEAD }, { 307, CRAWLER_POST, CRAWLER_POST },
    { 308, CRAWLER_GET, CRAWLER_GET },   { 308, CRAWLER_HEAD, CRAWLER_HEAD },
    { 308, CRAWLER_POST, CRAWLER_POST },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/", .status = cases[i].status, .to = "/target" },
      { .url = "/target" },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    int method = -1;
    open(&sim, &site);
    sim.net.police.lenient = true; /* it knows no methods */
    crawler_on_page(sim.c, note_method, &method);
    crawler_request *req = cr_request_of(sim.c, CR_SIM_ORIGIN "/");
    assert_int_equal(crawler_request_set_method(req, cases[i].from), 0);
    assert_int_equal(crawler_submit(sim.c, req), 0);
    cr_sim_run(&sim);
    if (method != (int)cases[i].to)
      fail_msg("%d makes %d of method %d", cases[i].status, method, cases[i].from);
    cr_sim_close(&sim);
  }
}

static int check_target(crawler *c, crawler_page *page, void *user)
{
  crawler_request *req = crawler_page_request(page);

  (void)c;
  assert_string_equal(crawler_request_url(req), CR_SIM_ORIGIN "/dir/target?q");
  assert_string_equal(crawler_request_via(req), CR_SIM_ORIGIN "/dir/from");
  assert_string_equal(crawler_request_seed(req), CR_SIM_ORIGIN "/dir/from");
  assert_string_equal(crawler_request_meta(req, "k"), "v");
  assert_null(crawler_request_referrer(req));
  assert_null(crawler_request_data(req)); /* travels with the first URL only */
  assert_int_equal(crawler_request_priority(req), 9);
  assert_int_equal(crawler_request_depth(req), 0);
  assert_int_equal(crawler_request_is_seed(req), 0);
  ++*(int *)user;
  return 0;
}

static void check_location(crawler *c, const crawler_request *req, crawler_outcome outcome,
                           crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)req;
  (void)reason;
  (void)user;
  if (outcome == CRAWLER_REDIRECTED)
    assert_string_equal(crawler_page_location(page), CR_SIM_ORIGIN "/dir/target?q");
  else
    assert_null(crawler_page_location(page));
}

static void the_target_inherits_what_it_should(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/dir/from", .to = "target?q#part" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  open(&sim, &site);
  crawler_on_page(sim.c, check_target, &seen);
  sim.outcome = check_location;
  crawler_request *req = cr_request_of(sim.c, CR_SIM_ORIGIN "/dir/from");
  assert_int_equal(crawler_request_set_meta(req, "k", "v"), 0);
  assert_int_equal(crawler_request_set_priority(req, 9), 0);
  crawler_request_set_data(req, malloc(1), free);
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(seen, 1);
  cr_sim_close(&sim);
}

static void a_location_that_is_not_utf8_keeps_its_bytes(void **state)
{
  static const struct {
    const char *to;
    const char *asked;
  } cases[] = {
    { "/caf\xc3\xa9?\xc3\xa9", "/caf%C3%A9?%C3%A9" },
    { "/caf\xe9?\xe9", "/caf%E9?%E9" },
    { "/\xe9%e9", "/%E9%e9" },
    { "\xe9/x", "/dir/%E9/x" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct cr_sim_page pages[] = { { "/dir/from", .status = 302, .to = cases[i].to } };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site);
    cr_sim_add(&sim, "/dir/from");
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_outcome(&sim, "/dir/from"), CRAWLER_REDIRECTED);
    assert_int_equal(cr_sim_asked(&sim, cases[i].asked), 1);
    cr_sim_close(&sim);
  }
}

static void userinfo_in_a_location_is_never_sent(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .to = "http://user:secret@a.example/in" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_asked(&sim, "/in"), 1);
  cr_sim_close(&sim);
}

static void a_target_without_room_is_counted(void **state)
{
  static const struct cr_sim_page pages[] = { { "/", .to = "/target" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "max_pending", "1");
  cr_sim_set(&sim, "concurrency", "1");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  int asked = cr_sim_asked(&sim, "/target");
  int64_t capped = cr_sim_stat(&sim, CRAWLER_STAT_LINKS_CAPPED);
  assert_int_equal(asked + capped, 1);
  assert_int_equal(crawler_is_complete(sim.c), capped == 0);
  cr_sim_close(&sim);
}

/* ---- every stage is passed ---- */

static int reject_target(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)user;
  return strstr(crawler_request_url(req), "/target") ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static void a_target_is_filtered(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .to = "/target" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  crawler_on_filter(sim.c, reject_target, NULL);
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_REDIRECTED);
  assert_int_equal(cr_sim_reason(&sim, "/target"), CRAWLER_REJECTED_FILTER);
  assert_int_equal(cr_sim_asked(&sim, "/target"), 0);
  cr_sim_close(&sim);
}

static void many_redirects_to_one_target_fetch_it_once(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /2 /3 /target" },
    { "/1", .to = "/target" },
    { "/2", .to = "/target#x" },
    { "/3", .to = "http://A.EXAMPLE/target?" },
    { .url = "/target" },
    { .url = "/target?" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_REDIRECTED), 3);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2);
  assert_int_equal(cr_sim_asked(&sim, "/target") + cr_sim_asked(&sim, "/target?"), 1);
  cr_sim_close(&sim);
}

/* ---- the own key ---- */

static void a_target_of_the_same_key_goes_on_under_its_entry(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/a", .to = "/a?" },
    { "/a?", .to = "/%61" },
    { "/%61", .to = "http://a.example./a" },
    { "http://a.example./a", .hrefs = "/end" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_add(&sim, "/a");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "http://a.example./a"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ADMITTED), 2); /* and what it links to */
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_REDIRECTED), 0);
  cr_sim_close(&sim);
}

static void with_the_trailing_slash_rule_slash_is_the_own_key(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/a", .to = "/a/" },
    { .url = "/a/" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int rule = 0; rule <= 1; rule++) {
    struct cr_sim sim;
    open(&sim, &site);
    crawler_set_key_trailing_slash(sim.c, rule);
    cr_sim_add(&sim, "/a");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ADMITTED), rule ? 1 : 2);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_REDIRECTED), rule ? 0 : 1);
    assert_int_equal(cr_sim_outcome(&sim, "/a/"), CRAWLER_FETCHED);
    cr_sim_close(&sim);
  }
}

static int count_headers(crawler *c, crawler_page *page, void *user)
{
  const struct cr_extra *extra = page->req.extra;
  size_t *count = user;

  (void)c;
  count[strstr(page->req.url, "/b") != NULL] = extra ? extra->header_count : 0;
  return 0;
}

/* By option key_www a redirect to another host may go on under its entry. */
static void on_another_origin_of_the_key_its_headers_are_not_sent(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "http://www.a.example/a", .to = "http://a.example/a" },
    { .url = "/a" },
    { "/b?", .to = "/b" },
    { .url = "/b" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const char *const urls[] = { "http://www.a.example/a", CR_SIM_ORIGIN "/b?" };
  struct cr_sim sim;
  size_t count[2] = { 9, 9 };
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "key_www", "1");
  crawler_on_page(sim.c, count_headers, count);
  for (size_t i = 0; i < 2; i++) {
    crawler_request *req = cr_request_of(sim.c, urls[i]);
    assert_int_equal(crawler_request_set_header(req, "Authorization", "secret"), 0);
    assert_int_equal(crawler_submit(sim.c, req), 0);
  }
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ADMITTED), 2);
  assert_int_equal(count[0], 0);
  assert_int_equal(count[1], 1);
  cr_sim_close(&sim);
}

static void a_loop_within_one_key_is_found(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/a", .to = "/a?" },
    { "/a?", .to = "/%61" },
    { "/%61", .to = "/a?" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_add(&sim, "/a");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_reason(&sim, "/%61"), CRAWLER_FAILED_REDIRECT_LOOP);
  assert_int_equal(cr_sim_asked(&sim, "/a?"), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FAILED), 1);
  cr_sim_close(&sim);
}

static void an_empty_location_is_the_page_itself(void **state)
{
  static const struct cr_sim_page pages[] = { { "/a", .status = 302, .to = "" } };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_add(&sim, "/a");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_reason(&sim, "/a"), CRAWLER_FAILED_REDIRECT_LOOP);
  cr_sim_close(&sim);
}

static void it_goes_on_politely(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/a", .to = "/a?" },
    { .url = "/a?" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_add(&sim, "/a");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_request(&sim, "/a?")->begin_ms,
                   cr_sim_request(&sim, "/a")->end_ms + 1000 + CR_CLOCK_MS);
  cr_sim_close(&sim);
}

/* A failure on the way is tried again from where it was. */
static void a_retry_of_the_second_spelling_asks_for_that(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/a", .to = "/a?" },
    { "/a?", .failure = CRAWLER_FAILED_TRUNCATED, .times = 1 },
    { .url = "/a?" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_add(&sim, "/a");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/a"), 1);
  assert_int_equal(cr_sim_asked(&sim, "/a?"), 2);
  assert_int_equal(cr_sim_outcome(&sim, "/a?"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

/* What was rejected for its host before a seed was redirected there is judged again when it is
 * found again: so the order of seeds makes no difference. */
static void a_redirected_seed_widens_the_scope_for_what_was_rejected(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/a", .hrefs = "http://b.example/x mailto:m" },
    { "/r", .to = "http://b.example/home", .ms = 500 }, /* long after /a */
    { .url = "http://b.example/home", .hrefs = "http://b.example/x mailto:m" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const char *const orders[][2] = { { "/a", "/r" }, { "/r", "/a" } };
  (void)state;

  for (size_t i = 0; i < 2; i++) {
    struct cr_sim sim;
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
    cr_sim_set(&sim, "own_server", "1");
    cr_sim_set(&sim, "obey_robots", "0");
    cr_sim_add(&sim, orders[i][0]);
    cr_sim_add(&sim, orders[i][1]);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_asked(&sim, "http://b.example/x"), 1);
    /* What was rejected for another reason is told once all the same. */
    assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_PAGE].by_reason[CRAWLER_REJECTED_SCHEME], 1);
    cr_sim_close(&sim);
  }
}

/* With key_www both names have one key, and the request goes on under one entry. */
static void a_seeds_redirect_within_its_key_widens_the_scope_too(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .to = "http://www.a.example/" },
    { "http://www.a.example/", .hrefs = "/x http://a.example/y" },
    { .url = "http://www.a.example/x" },
    { .url = "/y" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int rule = 0; rule <= 1; rule++) {
    struct cr_sim sim;
    open(&sim, &site);
    crawler_set_key_www(sim.c, rule);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_REDIRECTED), !rule);
    assert_int_equal(cr_sim_outcome(&sim, "http://www.a.example/x"), CRAWLER_FETCHED);
    assert_int_equal(cr_sim_outcome(&sim, "/y"), CRAWLER_FETCHED);
    cr_sim_close(&sim);
  }
}

/* The target is known, so nothing is asked for twice, and nothing is left to be fetched. */
static void a_loop_across_keys_ends_with_every_url_redirected(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/a", .to = "/b" },
    { "/b", .to = "/c" },
    { "/c", .to = "/a" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_add(&sim, "/a");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_REDIRECTED), 3);
  assert_int_equal(cr_sim_asked(&sim, "/a"), 1);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(these_statuses_redirect_and_no_others),
    cmocka_unit_test(its_body_is_no_matter),
    cmocka_unit_test(one_that_a_hook_rejects_leads_nowhere),
    cmocka_unit_test(each_status_keeps_or_changes_the_method),
    cmocka_unit_test(the_target_inherits_what_it_should),
    cmocka_unit_test(a_location_that_is_not_utf8_keeps_its_bytes),
    cmocka_unit_test(userinfo_in_a_location_is_never_sent),
    cmocka_unit_test(a_target_without_room_is_counted),
    cmocka_unit_test(a_target_is_filtered),
    cmocka_unit_test(many_redirects_to_one_target_fetch_it_once),
    cmocka_unit_test(a_target_of_the_same_key_goes_on_under_its_entry),
    cmocka_unit_test(with_the_trailing_slash_rule_slash_is_the_own_key),
    cmocka_unit_test(on_another_origin_of_the_key_its_headers_are_not_sent),
    cmocka_unit_test(a_loop_within_one_key_is_found),
    cmocka_unit_test(an_empty_location_is_the_page_itself),
    cmocka_unit_test(it_goes_on_politely),
    cmocka_unit_test(a_retry_of_the_second_spelling_asks_for_that),
    cmocka_unit_test(a_redirected_seed_widens_the_scope_for_what_was_rejected),
    cmocka_unit_test(a_seeds_redirect_within_its_key_widens_the_scope_too),
    cmocka_unit_test(a_loop_across_keys_ends_with_every_url_redirected),
  };

  return cmocka_run_group_tests_name("redirect", tests, NULL, NULL);
}
