/* SPDX-License-Identifier: MIT */
/* test_elsewhere.c - a page names another URL for itself: by a refresh, or by rel=canonical.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/oom.h"

#define REFRESH(content) "<meta http-equiv=refresh content=\"" content "\"><a href=/from-it>x</a>"
#define CANONICAL(url) "<link rel=canonical href=\"" url "\"><a href=/from-it>x</a>"

static void open(struct cr_sim *sim, const struct cr_sim_site *site, const char *option)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world, .parser = cr_parse_run });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
  if (option)
    cr_sim_set(sim, option, "1");
}

static int count_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  ++*(int *)user;
  return 0;
}

/* ---- refresh ---- */

static void a_refresh_is_a_redirect_if_asked_for(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = REFRESH("0; url=/target") },
    { "/target", .hrefs = "/next" },
    { .url = "/next" },
    { .url = "/from-it" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int option = 0; option <= 1; option++) {
    struct cr_sim sim;
    int delivered = 0;
    open(&sim, &site, option ? "refresh_redirects" : NULL);
    crawler_on_page(sim.c, count_page, &delivered);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_outcome(&sim, "/"), option ? CRAWLER_REDIRECTED : CRAWLER_FETCHED);
    assert_int_equal(cr_sim_outcome(&sim, "/target"), CRAWLER_FETCHED);
    assert_int_equal(cr_sim_end(&sim, "/target").depth, option ? 0 : 1);
    assert_int_equal(cr_sim_end(&sim, "/next").depth, option ? 1 : 2);
    assert_int_equal(cr_sim_asked(&sim, "/from-it"), option ? 0 : 1);
    assert_int_equal(delivered, option ? 2 : 4);
    cr_sim_close(&sim);
  }
}

static void check_ends(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)reason;
  (void)user;
  if (outcome == CRAWLER_REDIRECTED) {
    assert_int_equal(crawler_page_status(page), 200);
    assert_string_equal(crawler_page_location(page), CR_SIM_ORIGIN "/target");
  } else {
    assert_string_equal(crawler_request_via(req), CR_SIM_ORIGIN "/");
    assert_null(crawler_request_referrer(req));
  }
}

static void the_header_does_it_too_and_both_name_each_other(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = "x", .headers = "Refresh: 1; url=http://u:p@a.example/target#x\r\n" },
    { .url = "/target" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "refresh_redirects");
  sim.outcome = check_ends;
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_REDIRECTED);
  assert_int_equal(cr_sim_outcome(&sim, "/target"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void these_refreshes_leave_the_page_a_page(void **state)
{
  static const struct {
    const char *body;
    int status;
    const char *why;
  } cases[] = {
    { REFRESH("5"), 0, "names no URL: itself" },
    { REFRESH("0; url=/"), 0, "itself" },
    { REFRESH("0; url=/?#a"), 0, "itself, by its key" },
    { REFRESH("6; url=/target"), 0, "for readers" },
    { REFRESH("0; url=mailto:a@a.example"), 0, "nothing to be fetched" },
    { REFRESH("0; url=http://["), 0, "no URL" },
    { "<template>" REFRESH("0; url=/target") "</template><a href=/from-it>", 0, "inert" },
    { REFRESH("0; url=/target"), 404, "an error's page has no links" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/", .body = cases[i].body, .status = cases[i].status },
      { .url = "/from-it" },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site, "refresh_redirects");
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    if (cr_sim_outcome(&sim, "/") != CRAWLER_FETCHED || cr_sim_asked(&sim, "/target") > 0 ||
        cr_sim_asked(&sim, "/from-it") != (cases[i].status == 0))
      fail_msg("%s", cases[i].why);
    cr_sim_close(&sim);
  }
}

static void a_chain_of_refreshes_ends_with_a_page(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = REFRESH("0; url=/1") },
    { "/1", .body = REFRESH("0; url=/2") },
    { "/2", .body = REFRESH("0; url=/3") },
    { "/3", .body = REFRESH("0; url=/4") },
    { .url = "/from-it" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "refresh_redirects");
  cr_sim_set(&sim, "max_redirects", "3");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/2"), CRAWLER_REDIRECTED);
  assert_int_equal(cr_sim_outcome(&sim, "/3"), CRAWLER_FETCHED); /* unlike one of status 302 */
  assert_int_equal(cr_sim_asked(&sim, "/from-it"), 1);
  cr_sim_close(&sim);
}

static void a_seeds_refresh_widens_the_scope(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = REFRESH("0; url=http://b.example/") },
    { "http://b.example/", .hrefs = "/x" },
    { .url = "http://b.example/x" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "refresh_redirects");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/x"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

/* ---- rel=canonical ---- */

static void a_variant_leads_to_its_canonical_url_alone(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/list?sort=a /list?sort=b" },
    { "/list?sort=a", .body = CANONICAL("/list") },
    { "/list?sort=b", .body = CANONICAL("http://user:secret@a.example/list#top") },
    { "/list", .body = "<link rel=canonical href=/list><a href=/next>x</a>" },
    { .url = "/next" },
    { .url = "/from-it" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int option = 0; option <= 1; option++) {
    struct cr_sim sim;
    int delivered = 0;
    open(&sim, &site, option ? "obey_canonical" : NULL);
    crawler_on_page(sim.c, count_page, &delivered);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_outcome(&sim, "/list?sort=a"), CRAWLER_FETCHED);
    assert_int_equal(cr_sim_asked(&sim, "/list"), option);
    assert_int_equal(cr_sim_asked(&sim, "/next"), option);
    assert_int_equal(cr_sim_asked(&sim, "/from-it"), !option);
    assert_int_equal(delivered, option ? 5 : 4);
    if (option)
      assert_int_equal(cr_sim_end(&sim, "/list").depth, 1); /* as its variants */
    cr_sim_close(&sim);
  }
}

/* Among them those of RFC 6596 section 3, where the target isn't to be trusted. */
static void these_canonical_urls_leave_the_links_alone(void **state)
{
  static const struct {
    const char *canonical;
    bool asked;
    const char *why;
  } cases[] = {
    { CANONICAL("/"), false, "the page itself" },
    { CANONICAL("/?#a"), false, "itself, by its key" },
    { CANONICAL("http://b.example/"), false, "another domain" },
    { CANONICAL("http://other.co.uk/"), false, "another domain" },
    { CANONICAL("mailto:a@a.example"), false, "nothing to be fetched" },
    { CANONICAL("http://["), false, "no URL" },
    { CANONICAL("http://www.a.example/"), false, "of the domain, but out of scope" },
    { "<template>" CANONICAL("/c") "</template><a href=/from-it>", false, "inert" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct cr_sim_page pages[] = {
      { "/", .body = cases[i].canonical },
      { .url = "/from-it" },
      { .url = "/c" },
    };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    open(&sim, &site, "obey_canonical");
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    if (cr_sim_asked(&sim, "/from-it") != 1 || cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) != 2)
      fail_msg("%s", cases[i].why);
    cr_sim_close(&sim);
  }
}

static void it_may_be_on_another_host_of_the_domain(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = CANONICAL("http://www.a.example/") },
    { "http://www.a.example/", .hrefs = "/x" },
    { .url = "http://www.a.example/x" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "obey_canonical");
  assert_int_equal(crawler_allow_host(sim.c, ".a.example"), 0);
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "http://www.a.example/x"), 1);
  assert_int_equal(cr_sim_asked(&sim, "/from-it"), 0);
  cr_sim_close(&sim);
}

static int reject_c(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)user;
  return strstr(crawler_request_url(req), "/c") ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static void one_that_is_rejected_takes_no_place(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/a /b" },
    { "/a", .body = "<link rel=canonical href=/c><a href=/from-a>x</a>" },
    { "/b", .body = "<link rel=canonical href=/c><a href=/from-b>x</a>" },
    { .url = "/from-a" },
    { .url = "/from-b" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  open(&sim, &site, "obey_canonical");
  crawler_on_filter(sim.c, reject_c, NULL);
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/from-a"), 1);
  assert_int_equal(cr_sim_asked(&sim, "/from-b"), 1); /* known as rejected by then */
  assert_int_equal(cr_sim_end(&sim, "/c").rejected_times, 1);
  cr_sim_close(&sim);
}

/* RFC 6596 section 3: a target is neither redirected nor has another canonical URL. */
static void none_stands_aside_for_what_leads_elsewhere(void **state)
{
  static const struct cr_sim_page each_other[] = {
    { "/", .body = "<link rel=canonical href=/twin><a href=/lost>x</a>" },
    { "/twin", .body = CANONICAL("/") },
    { .url = "/from-it" },
  };
  static const struct cr_sim_page source[] = {
    { "/", .to = "/home" },
    { "/home", .body = CANONICAL("/") },
    { .url = "/from-it" },
  };
  static const struct cr_sim_page refreshed[] = {
    { "/", .body = REFRESH("0; url=/home") },
    { "/home", .body = CANONICAL("/") },
    { .url = "/from-it" },
  };
  static const struct cr_sim_site sites[] = { CR_SIM_SITE(each_other), CR_SIM_SITE(source),
                                              CR_SIM_SITE(refreshed) };
  (void)state;

  for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
    struct cr_sim sim;
    open(&sim, &sites[i], "obey_canonical");
    cr_sim_set(&sim, "refresh_redirects", "1");
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_asked(&sim, "/from-it"), 1);
    cr_sim_close(&sim);
  }
}

/* ---- out of memory ---- */

static void crawl_once(struct cr_mem *mem, void *arg)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = "<a href=/r>x</a><a href=/v>x</a>" },
    { "/r", .body = REFRESH("0; url=/target") },
    { "/v", .body = CANONICAL("/target") },
    { .url = "/target" },
    { .url = "/from-it" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)arg;

  cr_sim_open(&sim,
              &(struct cr_sim_config){ .world = &site.world, .parser = cr_parse_run, .mem = mem });
  if (sim.c) {
    (void)crawler_set_option(sim.c, "own_server", "1");
    (void)crawler_set_option(sim.c, "obey_robots", "0");
    (void)crawler_set_option(sim.c, "refresh_redirects", "1");
    (void)crawler_set_option(sim.c, "obey_canonical", "1");
    if (crawler_add(sim.c, CR_SIM_ORIGIN "/") == CRAWLER_OK)
      (void)cr_sim_drive(&sim);
  }
  cr_sim_close(&sim);
}

static void memory_that_runs_out_breaks_nothing(void **state)
{
  (void)state;
  cr_test_oom(crawl_once, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_refresh_is_a_redirect_if_asked_for),
    cmocka_unit_test(the_header_does_it_too_and_both_name_each_other),
    cmocka_unit_test(these_refreshes_leave_the_page_a_page),
    cmocka_unit_test(a_chain_of_refreshes_ends_with_a_page),
    cmocka_unit_test(a_seeds_refresh_widens_the_scope),
    cmocka_unit_test(a_variant_leads_to_its_canonical_url_alone),
    cmocka_unit_test(these_canonical_urls_leave_the_links_alone),
    cmocka_unit_test(it_may_be_on_another_host_of_the_domain),
    cmocka_unit_test(one_that_is_rejected_takes_no_place),
    cmocka_unit_test(none_stands_aside_for_what_leads_elsewhere),
    cmocka_unit_test(memory_that_runs_out_breaks_nothing),
  };

  return cmocka_run_group_tests_name("elsewhere", tests, NULL, NULL);
}
