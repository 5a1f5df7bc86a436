/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* test_sitemaps.c - where sitemaps come from, and how a request for one behaves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

#define A "http://a.example"
#define LOC(path) "<url><loc>" path "</loc></url>"
#define SET(inside) "<urlset>" inside "</urlset>"
#define INDEX(inside) "<sitemapindex>" inside "</sitemapindex>"
#define SUB(path) "<sitemap><loc>" path "</loc></sitemap>"

static void begin(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world });
}

static void crawl(struct cr_sim *sim, const struct cr_sim_site *site)
{
  begin(sim, site);
  cr_sim_add(sim, "/");
  cr_sim_run_checked(sim, 1);
}

static void what_robots_txt_lists_is_read(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: " A "/s.xml\nSitemap: /more.txt\nSitemap: ftp://x/\n" },
    { .url = "/" },
    { "/s.xml", .body = SET(LOC(A "/1") LOC("/2")) },
    { "/more.txt", .body = A "/3\n" },
    { "/1", .hrefs = "/4" },
    { .url = "/2" },
    { .url = "/3" },
    { .url = "/4" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  crawl(&sim, &site);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(sim.by_outcome[CRAWLER_KIND_SITEMAP][CRAWLER_FETCHED], 2);
  assert_int_equal(sim.by_outcome[CRAWLER_KIND_PAGE][CRAWLER_FETCHED], 5);
  assert_int_equal(cr_sim_end(&sim, "/1").depth, 1);
  assert_int_equal(cr_sim_end(&sim, "/4").depth, 2);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS), 4); /* listed ones too */
  cr_sim_close(&sim);
}

static void by_option_it_is_not(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: /s.xml\n" },
    { .url = "/" },
    { "/s.xml", .body = SET(LOC("/1")) },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const char *const options[][2] = { { "sitemaps", "0" },
                                            { "obey_robots", "0" },
                                            { "max_depth", "0" } };
  (void)state;

  for (size_t i = 0; i < 3; i++) {
    struct cr_sim sim;
    begin(&sim, &site);
    cr_sim_set(&sim, options[i][0], options[i][1]);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_asked(&sim, "/s.xml"), 0);
    assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
    cr_sim_close(&sim);
  }
}

static void the_callers_own_is_read_and_its_host_is_in_scope(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/s.xml", .body = SET(LOC("/1") LOC("http://b.example/")) },
    { .url = "/1" },
    { .url = "http://b.example/" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  begin(&sim, &site);
  assert_int_equal(crawler_add_sitemap(sim.c, A "/s.xml"), 0);
  assert_int_equal(crawler_add_sitemap(sim.c, A "/s.xml#again"), 0);
  assert_int_equal(crawler_add_sitemap(sim.c, "s.xml"), CRAWLER_E_URL);
  assert_int_equal(crawler_add_sitemap(sim.c, "ftp://a.example/"), CRAWLER_E_SCHEME);
  assert_int_equal(crawler_add_sitemap(sim.c, NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_add_sitemap(NULL, A), CRAWLER_E_INVAL);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/s.xml"), 1);
  assert_int_equal(cr_sim_outcome(&sim, "/1"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_asked(&sim, "http://b.example/"), 0);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_SCOPE), 1);
  cr_sim_close(&sim);
}

static void an_index_leads_to_others_but_not_for_ever(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: /0" },
    { .url = "/" },
    { "/0", .body = INDEX(SUB("/1") SUB("/s")) },
    { "/1", .body = INDEX(SUB("/2") SUB("/0") SUB("/1")) },
    { "/2", .body = INDEX(SUB("/3")) },
    { "/3", .body = INDEX(SUB("/4")) },
    { "/4", .body = SET(LOC("/too-deep")) },
    { "/s", .body = SET(LOC("/page")) },
    { .url = "/page" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  crawl(&sim, &site);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(sim.by_outcome[CRAWLER_KIND_SITEMAP][CRAWLER_FETCHED], 5);
  assert_int_equal(cr_sim_asked(&sim, "/0"), 1);
  assert_int_equal(cr_sim_asked(&sim, "/3"), 1);
  assert_int_equal(cr_sim_asked(&sim, "/4"), 0);
  assert_int_equal(cr_sim_outcome(&sim, "/page"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void redirects_are_followed_and_loops_end(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: /s\nSitemap: /loop\nSitemap: /self" },
    { .url = "/" },
    { "/s", .to = "http://cdn.example/s" },
    { "http://cdn.example/s", .body = SET(LOC(A "/1") LOC("/2")) },
    { "/loop", .to = "/pool" },
    { "/pool", .to = "/loop" },
    { "/self", .to = "/self" },
    { .url = "/1" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  crawl(&sim, &site);
  assert_int_equal(sim.by_outcome[CRAWLER_KIND_SITEMAP][CRAWLER_REDIRECTED], 4);
  assert_int_equal(sim.by_outcome[CRAWLER_KIND_SITEMAP][CRAWLER_FETCHED], 1);
  assert_int_equal(cr_sim_outcome(&sim, "/1"), CRAWLER_FETCHED); /* its owner's */
  assert_int_equal(cr_sim_reason(&sim, "http://cdn.example/2"), CRAWLER_REJECTED_SCOPE);
  cr_sim_close(&sim);
}

static void it_obeys_robots_txt_and_is_asked_for_again(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "User-agent: *\nDisallow: /no\nSitemap: /no.xml\nSitemap: /s\n"
                             "Sitemap: /busy\nSitemap: /gone\nSitemap: /dead" },
    { .url = "/" },
    { "/s", .failure = CRAWLER_FAILED_TRUNCATED, .times = 1, .body = SET(LOC("/1") LOC("/2")) },
    { "/s", .body = SET(LOC("/1") LOC("/2")) },
    { "/busy", .status = 503, .headers = "Retry-After: 100\r\n", .times = 1 },
    { "/busy", .body = SET(LOC("/3")) },
    { "/dead", .failure = CRAWLER_FAILED_TIMEOUT },
    { .url = "/1" },
    { .url = "/2" },
    { .url = "/3" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  crawl(&sim, &site);
  assert_int_equal(cr_sim_asked(&sim, "/no.xml"), 0);
  assert_int_equal(cr_sim_reason(&sim, "/no.xml"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_asked(&sim, "/s"), 2);
  assert_int_equal(cr_sim_asked(&sim, "/busy"), 2);
  assert_int_equal(cr_sim_outcome(&sim, "/gone"), CRAWLER_FETCHED); /* with 404 */
  assert_int_equal(cr_sim_reason(&sim, "/dead"), CRAWLER_FAILED_TIMEOUT);
  for (const char *const *page = (const char *const[]){ "/1", "/2", "/3", NULL }; *page; page++)
    assert_int_equal(cr_sim_asked(&sim, *page), 1);
  cr_sim_close(&sim);
}

static void a_host_asked_for_a_sitemap_only_adds_none_of_its_own(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: http://cdn.example/a.xml" },
    { .url = "/" },
    { "http://cdn.example/robots.txt", .body = "Sitemap: http://cdn.example/other.xml" },
    { "http://cdn.example/a.xml", .body = SET(LOC(A "/1") LOC("http://c.example/")) },
    { .url = "/1" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  crawl(&sim, &site);
  assert_int_equal(cr_sim_outcome(&sim, "/1"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_asked(&sim, "http://cdn.example/other.xml"), 0);
  assert_int_equal(cr_sim_asked(&sim, "http://c.example/"), 0);
  cr_sim_close(&sim);
}

static void each_host_that_lists_it_may_be_listed_in_it(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: http://cdn.example/s.xml" },
    { .url = "/" },
    { "http://b.example/robots.txt", .body = "Sitemap: http://cdn.example/s.xml" },
    { .url = "http://b.example/" },
    { "http://cdn.example/s.xml", .body = SET(LOC(A "/1") LOC("http://b.example/1")) },
    { .url = "/1" },
    { .url = "http://b.example/1" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  begin(&sim, &site);
  sim.net.police.lenient = true; /* asked for once for each of them */
  cr_sim_add(&sim, "/");
  cr_sim_add(&sim, "http://b.example/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "http://cdn.example/s.xml"), 2);
  assert_int_equal(cr_sim_outcome(&sim, "/1"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/1"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static int page_only(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)user;
  assert_int_equal(crawler_request_kind(req), CRAWLER_KIND_PAGE);
  if (crawler_request_depth(req) == 1) {
    assert_string_equal(crawler_request_referrer(req), A "/s.xml");
    assert_string_equal(crawler_request_seed(req), A "/robots.txt");
    assert_false(crawler_request_is_seed(req));
  }
  return CRAWLER_ACCEPT;
}

static int page_seen(crawler *c, crawler_page *page, void *user)
{
  int *seen = user;

  (void)c;
  assert_int_equal(crawler_request_kind(crawler_page_request(page)), CRAWLER_KIND_PAGE);
  (*seen)++;
  return CRAWLER_ACCEPT;
}

static void hooks_for_pages_see_what_it_lists_and_not_it(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: /s.xml" },
    { .url = "/" },
    { "/s.xml", .body = SET(LOC("/1")) },
    { .url = "/1" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  int seen = 0;
  (void)state;

  begin(&sim, &site);
  crawler_on_filter(sim.c, page_only, NULL);
  crawler_on_request(sim.c, page_only, NULL);
  crawler_on_headers(sim.c, page_seen, &seen);
  crawler_on_page(sim.c, page_seen, &seen);
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(seen, 4);
  cr_sim_close(&sim);
}

static void none_is_asked_for_when_the_pages_are_there(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: /s1\nSitemap: /s2\nSitemap: /s3" },
    { .url = "/" },
    { "/s1", .body = SET(LOC("/1") LOC("/2")) },
    { "/s2", .body = SET(LOC("/3")) },
    { .url = "/1" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  begin(&sim, &site);
  cr_sim_set(&sim, "max_pages", "1");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "max_pages");
  assert_int_equal(cr_sim_asked(&sim, "/s1"), 0);
  cr_sim_set(&sim, "max_pages", "2"); /* and then goes on */
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/s1"), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_robots_txt_lists_is_read),
    cmocka_unit_test(by_option_it_is_not),
    cmocka_unit_test(the_callers_own_is_read_and_its_host_is_in_scope),
    cmocka_unit_test(an_index_leads_to_others_but_not_for_ever),
    cmocka_unit_test(redirects_are_followed_and_loops_end),
    cmocka_unit_test(it_obeys_robots_txt_and_is_asked_for_again),
    cmocka_unit_test(a_host_asked_for_a_sitemap_only_adds_none_of_its_own),
    cmocka_unit_test(each_host_that_lists_it_may_be_listed_in_it),
    cmocka_unit_test(hooks_for_pages_see_what_it_lists_and_not_it),
    cmocka_unit_test(none_is_asked_for_when_the_pages_are_there),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
