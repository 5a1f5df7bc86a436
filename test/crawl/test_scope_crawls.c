/* SPDX-License-Identifier: MIT */
/* NEEDS: pcre2 */
/* test_scope_crawls.c - what belongs to a crawl, in whole crawls: links, seeds, redirects.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static const struct cr_sim_page pages[] = {
  { "/docs/", .hrefs = "/ /docs/a.html /docs/b.zip /docs/out /docs/in http://w.a.example/ "
                       "https://a.example/docs/s http://b.example/ http://b.example/keep/x" },
  { .url = "/" },
  { .url = "/docs/a.html" },
  { .url = "/docs/b.zip" },
  { "/docs/out", .to = "/private/" },
  { "/docs/in", .to = "/docs/c" },
  { .url = "/docs/c" },
  { .url = "/private/" },
  { .url = "http://w.a.example/" },
  { .url = "https://a.example/docs/s" },
  { .url = "http://b.example/" },
  { .url = "http://b.example/keep/x" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, const struct cr_sim_site *of)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &of->world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
}

/* Runs it, and compares the URLs fetched, of those above, with want: a letter for each in order. */
static void check_fetched(struct cr_sim *sim, const char *want)
{
  static const struct {
    char letter;
    const char *url;
  } urls[] = {
    { 'd', "/docs/" },
    { '/', "/" },
    { 'a', "/docs/a.html" },
    { 'z', "/docs/b.zip" },
    { 'c', "/docs/c" },
    { 'p', "/private/" },
    { 'w', "http://w.a.example/" },
    { 's', "https://a.example/docs/s" },
    { 'b', "http://b.example/" },
    { 'k', "http://b.example/keep/x" },
  };
  char got[16] = "";
  size_t len = 0;

  cr_sim_run_checked(sim, 1);
  for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
    if (cr_sim_outcome(sim, urls[i].url) == CRAWLER_FETCHED)
      got[len++] = urls[i].letter;
  assert_string_equal(got, want);
  assert_string_equal(crawler_ended(sim->c), "complete");
  assert_true(crawler_is_complete(sim->c)); /* what isn't in scope isn't missing */
}

static void each_option_narrows_or_widens_the_crawl(void **state)
{
  static const struct {
    const char *option, *value, *want;
  } cases[] = {
    { "scope", "host", "d/azcps" },
    { "scope", "subdomains", "d/azcpws" },
    { "scope", "domain", "d/azcpws" },
    { "span_hosts", "1", "d/azcpwsbk" },
    { "no_parent", "1", "dazcs" },
    { "schemes", "https", "ds" },
    { "schemes", "http", "d/azcp" },
    { "ports", "443", "ds" },
    { "allow_extensions", "html", "da" },
    { "allow_extensions", "html,none", "d/acps" },
    { "deny_extensions", "zip,html", "d/cps" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;

    open(&sim, &site);
    cr_sim_set(&sim, cases[i].option, cases[i].value);
    cr_sim_add(&sim, "/docs/");
    check_fetched(&sim, cases[i].want);
    cr_sim_close(&sim);
  }
}

static void includes_and_excludes_are_tried_in_order(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  assert_int_equal(crawler_include(sim.c, "*/keep/*"), 0);
  assert_int_equal(crawler_exclude(sim.c, "host:b.example"), 0);
  assert_int_equal(crawler_exclude(sim.c, "re:/(?:docs/[ab]\\.|private/)"), 0);
  assert_int_equal(crawler_include(sim.c, "host:*"), 0);
  cr_sim_add(&sim, "/docs/");
  check_fetched(&sim, "d/cwsk");
  cr_sim_close(&sim);
}

/* Its target is a URL like any other; a seed's is trusted, but for what is denied or excluded. */
static void a_redirects_target_obeys_the_rules(void **state)
{
  static const struct cr_sim_page moved[] = {
    { "/", .to = "http://b.example/x/" },
    { "http://b.example/x/", .hrefs = "/x/out /x/1 /y" },
    { .url = "http://b.example/x/1" },
    { .url = "http://b.example/y" },
    { "http://b.example/x/out", .to = "http://c.example/" },
    { .url = "http://c.example/" },
    { "/denied", .to = "http://b.example/x/1" },
  };
  static const struct cr_sim_site moved_site = CR_SIM_SITE(moved);
  struct cr_sim sim;
  (void)state;

  open(&sim, &moved_site);
  cr_sim_set(&sim, "no_parent", "1");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/x/"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/x/1"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "http://b.example/y"), CRAWLER_REJECTED_SCOPE);
  assert_int_equal(cr_sim_outcome(&sim, "http://b.example/x/out"), CRAWLER_REDIRECTED);
  assert_int_equal(cr_sim_reason(&sim, "http://c.example/"), CRAWLER_REJECTED_SCOPE);
  assert_int_equal(cr_sim_asked(&sim, "http://c.example/"), 0);
  cr_sim_close(&sim);

  open(&sim, &moved_site);
  assert_int_equal(crawler_exclude(sim.c, "host:b.example"), 0);
  cr_sim_add(&sim, "/denied");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_reason(&sim, "http://b.example/x/1"), CRAWLER_REJECTED_SCOPE);
  assert_int_equal(cr_sim_asked(&sim, "http://b.example/x/1"), 0);
  cr_sim_close(&sim);
}

/* "/docs/" sent to "/": the page is fetched, and nothing else above the seed. To "/en/docs/": that
 * is what the seed meant. */
static void a_seeds_redirect_on_its_host_does_not_let_its_parents_in(void **state)
{
  static const struct cr_sim_page moved[] = {
    { "/docs/", .to = "/" },
    { "/", .hrefs = "/docs/1 /x /en/1" },
    { .url = "/docs/1" },
    { .url = "/x" },
    { "/en", .to = "/en/docs/" },
    { "/old/", .to = "/en/docs/" },
    { "/en/docs/", .hrefs = "/en/docs/2 /en/1 /old/2" },
    { .url = "/en/docs/2" },
    { .url = "/en/1" },
    { .url = "/old/2" },
  };
  static const struct cr_sim_site moved_site = CR_SIM_SITE(moved);
  struct cr_sim sim;
  (void)state;

  open(&sim, &moved_site);
  cr_sim_set(&sim, "no_parent", "1");
  cr_sim_add(&sim, "/docs/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/docs/1"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/x"), CRAWLER_REJECTED_SCOPE);
  cr_sim_close(&sim);

  open(&sim, &moved_site);
  cr_sim_set(&sim, "no_parent", "1");
  cr_sim_add(&sim, "/old/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/en/docs/2"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/old/2"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/en/1"), CRAWLER_REJECTED_SCOPE);
  cr_sim_close(&sim);
}

static void rules_can_change_between_runs(void **state)
{
  static const struct cr_sim_page two[] = {
    { "/1", .hrefs = "https://a.example/s /b.zip /c.tar" },
    { "/2", .hrefs = "https://a.example/s /b.zip /c.tar" },
    { .url = "https://a.example/s" },
    { .url = "/b.zip" },
    { .url = "/c.tar" },
  };
  static const struct cr_sim_site two_site = CR_SIM_SITE(two);
  struct cr_sim sim;
  (void)state;

  open(&sim, &two_site);
  cr_sim_set(&sim, "schemes", "http");
  cr_sim_set(&sim, "deny_extensions", "zip,tar");
  cr_sim_add(&sim, "/1");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_reason(&sim, "https://a.example/s"), CRAWLER_REJECTED_SCOPE);
  cr_sim_set(&sim, "schemes", "");
  assert_int_equal(crawler_include(sim.c, "*/b.*"), 0);
  cr_sim_add(&sim, "/2"); /* what is found again is judged again */
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "https://a.example/s"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/b.zip"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/c.tar"), CRAWLER_REJECTED_SCOPE);
  cr_sim_close(&sim);
}

struct told {
  int rules;
  char last[64];
};

static void note_rule(crawler *c, const crawler_request *req, crawler_outcome outcome,
                      crawler_reason reason, const crawler_page *page, void *user)
{
  struct told *told = user;
  const char *rule = crawler_request_rule(req);
  (void)c;
  (void)page;

  assert_int_equal(rule != NULL, outcome == CRAWLER_REJECTED && reason == CRAWLER_REJECTED_SCOPE);
  if (!rule)
    return;
  told->rules++;
  (void)snprintf(told->last, sizeof(told->last), "%s", rule);
}

static void a_rejected_url_says_which_rule_did_it(void **state)
{
  struct told told = { 0 };
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "span_hosts", "1");
  assert_int_equal(crawler_exclude(sim.c, "*.zip"), 0);
  crawler_on_outcome(sim.c, note_rule, &told);
  cr_sim_add(&sim, "/docs/");
  assert_int_equal(cr_sim_drive(&sim), 0);
  assert_int_equal(told.rules, 1);
  assert_string_equal(told.last, "exclude *.zip");
  cr_sim_close(&sim);
}

static void a_seed_is_in_scope_though_a_link_to_it_was_not(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "allow_extensions", "html");
  cr_sim_add(&sim, "/docs/");
  check_fetched(&sim, "da");
  cr_sim_add(&sim, "/");
  check_fetched(&sim, "d/a");
  cr_sim_close(&sim);
}

static void a_bad_pattern_is_told_with_its_place(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  assert_int_equal(crawler_deny_url(sim.c, "re:a(b"), CRAWLER_E_VALUE);
  assert_non_null(
      strstr(crawler_errmsg(sim.c), "at offset 3: missing closing parenthesis: re:a(b"));
  assert_int_equal(crawler_exclude(sim.c, "host:*.*"), CRAWLER_E_VALUE);
  assert_string_equal(crawler_errmsg(sim.c), "not a pattern: host:*.*");
  assert_int_equal(crawler_include(sim.c, NULL), CRAWLER_E_INVAL);
  cr_sim_close(&sim);
}

static void a_type_that_is_not_wanted_ends_at_the_headers(void **state)
{
  static char large[100001];
  static const struct cr_sim_page typed[] = {
    { "/", .hrefs = "/html /pdf /png /none /gone /moved", .type = "text/html; charset=utf-8" },
    { .url = "/html", .type = "Text/HTML" },
    { "/pdf", .body = large, .type = "application/pdf" },
    { "/png", .body = large, .type = "image/png" },
    { "/none", .body = "x", .type = "" },
    { "/gone", .status = 404, .type = "text/plain" },
    { "/moved", .to = "/pdf2", .type = "text/plain" },
    { "/pdf2", .body = large, .type = "application/pdf" },
  };
  static const struct cr_sim_site typed_site = CR_SIM_SITE(typed);
  struct cr_sim sim;
  (void)state;

  memset(large, 'x', sizeof(large) - 1);
  open(&sim, &typed_site);
  cr_sim_set(&sim, "mime_types", "text/html, image/*");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/html"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/png"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/none"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/gone"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/moved"), CRAWLER_REDIRECTED);
  assert_int_equal(cr_sim_reason(&sim, "/pdf"), CRAWLER_FAILED_UNWANTED_TYPE);
  assert_int_equal(cr_sim_reason(&sim, "/pdf2"), CRAWLER_FAILED_UNWANTED_TYPE);
  assert_int_equal(cr_sim_asked(&sim, "/pdf"), 1); /* it isn't tried again */
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_BODY_BYTES), 100000, 101000); /* of /png alone */
  assert_string_equal(crawler_ended(sim.c), "complete");
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_option_narrows_or_widens_the_crawl),
    cmocka_unit_test(includes_and_excludes_are_tried_in_order),
    cmocka_unit_test(a_redirects_target_obeys_the_rules),
    cmocka_unit_test(a_seeds_redirect_on_its_host_does_not_let_its_parents_in),
    cmocka_unit_test(rules_can_change_between_runs),
    cmocka_unit_test(a_rejected_url_says_which_rule_did_it),
    cmocka_unit_test(a_seed_is_in_scope_though_a_link_to_it_was_not),
    cmocka_unit_test(a_type_that_is_not_wanted_ends_at_the_headers),
    cmocka_unit_test(a_bad_pattern_is_told_with_its_place),
  };

  return cmocka_run_group_tests_name("scope in crawls", tests, NULL, NULL);
}
