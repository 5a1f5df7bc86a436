/* SPDX-License-Identifier: MIT */
/* test_url_rules_in_crawls.c - what a link is asked for as, and which links count as one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static void open_sim(struct cr_sim *sim, const struct cr_sim_site *site)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site->world, .parser = cr_parse_run });
  cr_sim_set(sim, "obey_robots", "0");
}

/* ---- queries in the document's encoding ---- */

#define LATIN "text/html; charset=windows-1252"
#define GREEK "text/html; charset=windows-1253"

/* The same href twice, in two encodings, and once more in the first. */
static const struct cr_sim_page encoded_pages[] = {
  { "/", .hrefs = "/latin /greek /latin2 /utf8" },
  { "/latin", .type = LATIN, .body = "<a href='/s?q=\xe1'>a</a><a href='/p\xe1'>b</a>" },
  { "/latin2", .type = LATIN, .body = "<a href='/s?q=\xe1'>a</a><a href='/t?q=&alpha;'>b</a>" },
  { "/greek", .type = GREEK, .body = "<a href='/s?q=\xe1'>a</a><a href='/t?q=&aacute;'>b</a>" },
  { "/utf8", .type = "text/html; charset=utf-8", .body = "<a href='/s?q=&aacute;'>a</a>" },
  { .url = "/s?q=%E1" },
  { .url = "/s?q=%C3%A1" },
  { .url = "/p%C3%A1" },
  { .url = "/t?q=%26%23945%3B" },
  { .url = "/t?q=%26%23225%3B" },
};

static void queries_are_asked_for_in_the_documents_encoding(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(encoded_pages);
  struct cr_sim sim;

  (void)state;
  open_sim(&sim, &site);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  for (size_t i = 0; i < site.count; i++) {
    if (cr_sim_asked(&sim, encoded_pages[i].url) != 1)
      fail_msg("%s was asked for %u times", encoded_pages[i].url,
               cr_sim_asked(&sim, encoded_pages[i].url));
  }
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), site.count);
  cr_sim_close(&sim);
}

static int check_link(crawler *c, crawler_page *page, void *user)
{
  int *checked = user;
  const char *links;

  (void)c;
  if (strcmp(crawler_page_url(page), CR_SIM_ORIGIN "/latin") == 0) {
    assert_int_equal(crawler_page_links(page, &links, NULL, NULL, NULL), 2);
    assert_string_equal(links, CR_SIM_ORIGIN "/s?q=%E1");
    ++*checked;
  }
  return 0;
}

static void hooks_see_what_is_asked_for(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(encoded_pages);
  struct cr_sim sim;
  int checked = 0;

  (void)state;
  open_sim(&sim, &site);
  crawler_on_page(sim.c, check_link, &checked);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(checked, 1);
  cr_sim_close(&sim);
}

/* ---- fragments that name pages ---- */

static const struct cr_sim_page fragment_pages[] = {
  { "/robots.txt", .type = "text/plain", .body = "User-agent: *\nDisallow: /no$\n" },
  { "/", .hrefs = "/app#!/a /app#/b /app#c /app#!/a /app /moved#!/d #!e #f /no#!g" },
  { "/app", .hrefs = "#!/a #/b #c app#\t!/h ?x#!/i" },
  { .url = "/app?x" },
  { "/moved", .to = "/there" },
  { "/there", .hrefs = "/elsewhere" },
  { "/elsewhere", .to = "/there#/j" },
};
static const struct cr_sim_site fragment_site = CR_SIM_SITE(fragment_pages);

static void open_fragment_sim(struct cr_sim *sim, const char *key_fragment)
{
  open_sim(sim, &fragment_site);
  cr_sim_set(sim, "obey_robots", "1");
  cr_sim_set(sim, "key_fragment", key_fragment);
  sim->net.police.lenient = true; /* one resource is asked for as several pages */
}

static void fragments_that_name_pages_are_pages_by_option(void **state)
{
  static const char *const urls[] = { "/",        "/#!e",       "/app",       "/app#!/a", "/app#/b",
                                      "/app#!/h", "/app?x#!/i", "/there#!/d", "/there#/j" };
  struct cr_sim sim;

  (void)state;
  open_fragment_sim(&sim, "1");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
    if (cr_sim_outcome(&sim, urls[i]) != CRAWLER_FETCHED)
      fail_msg("%s ended as %d", urls[i], cr_sim_outcome(&sim, urls[i]));
  assert_int_equal(cr_sim_outcome(&sim, "/moved#!/d"), CRAWLER_REDIRECTED);
  assert_int_equal(cr_sim_outcome(&sim, "/elsewhere"), CRAWLER_REDIRECTED);
  assert_int_equal(cr_sim_reason(&sim, "/no#!g"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 9);
  assert_int_equal(cr_sim_asked(&sim, "/app"), 4); /* no fragment is sent */
  assert_int_equal(cr_sim_asked(&sim, "/app#!/a"), 0);
  cr_sim_close(&sim);
}

static void without_it_they_are_one(void **state)
{
  static const char *const urls[] = { "/", "/app", "/app?x", "/there" };
  struct cr_sim sim;

  (void)state;
  open_fragment_sim(&sim, "0");
  cr_sim_add(&sim, "/#!seed");
  cr_sim_run(&sim);
  for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
    assert_int_equal(cr_sim_outcome(&sim, urls[i]), CRAWLER_FETCHED);
    assert_int_equal(cr_sim_asked(&sim, urls[i]), 1);
  }
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 4);
  cr_sim_close(&sim);
}

/* The seed of the crawl, and what hooks are told. */
static int see_request(crawler *c, crawler_request *req, void *user)
{
  int *seen = user;

  (void)c;
  *seen += strchr(crawler_request_url(req), '#') != NULL;
  return CRAWLER_ACCEPT;
}

static void a_seed_and_hooks_have_them_too(void **state)
{
  struct cr_sim sim;
  int seen = 0;

  (void)state;
  open_fragment_sim(&sim, "1");
  crawler_on_request(sim.c, see_request, &seen);
  cr_sim_set(&sim, "max_depth", "0");
  cr_sim_add(&sim, "/app#/seed");
  cr_sim_add(&sim, "/app#other");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "/app#/seed"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/app"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2);
  assert_int_equal(seen, 1);
  cr_sim_close(&sim);
}

/* ---- the other rules ---- */

static const struct cr_sim_page rule_pages[] = {
  { "/", .hrefs = "/a?utm_source=1 /a?gclid=2 /a /b;jsessionid=1 /b?PHPSESSID=2 /c/index.html /c/ "
                  "//a.example//d /d /e?x=1&ref=2 /e?ref=3&x=1 /e?x=1" },
  { .url = "/a?utm_source=1" },
  { .url = "/b;jsessionid=1" },
  { .url = "/c/index.html" },
  { .url = "//d" },
  { .url = "/e?x=1&ref=2" },
};

static void the_first_of_one_key_is_asked_for(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(rule_pages);
  static const char *const options[] = { "key_tracking", "key_session", "key_index",
                                         "key_slashes" };
  struct cr_sim sim;

  (void)state;
  open_sim(&sim, &site);
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
    cr_sim_set(&sim, options[i], "1");
  cr_sim_set(&sim, "key_ignore", "ref");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), site.count);
  for (size_t i = 0; i < site.count; i++)
    if (rule_pages[i].url[1] != '/')
      assert_int_equal(cr_sim_asked(&sim, rule_pages[i].url), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS_KNOWN), 12 - 5);
  cr_sim_close(&sim);
}

/* ---- what is relative to what ---- */

static const struct cr_sim_page based_pages[] = {
  { "/d/",
    .headers = "Link: <h1>; rel=next, <http://b.example/x>; rel=prev\r\nRefresh: 0; url=h2\r\n"
               "Content-Location: h3\r\n",
    .body = "<base href=/other/><a href=b1>x</a>" },
  { .url = "/d/h1" },
  { .url = "/d/h2" },
  { .url = "/other/b1" },
};

static int check_links(crawler *c, crawler_page *page, uint8_t *verdicts, size_t count, void *user)
{
  static const char *const want[] = { CR_SIM_ORIGIN "/d/h1", "http://b.example/x",
                                      CR_SIM_ORIGIN "/d/h2", CR_SIM_ORIGIN "/d/h3",
                                      CR_SIM_ORIGIN "/other/b1" };
  const uint8_t *flags;
  (void)c;
  (void)verdicts;
  if (strcmp(crawler_page_url(page), CR_SIM_ORIGIN "/d/") != 0)
    return 0;
  assert_int_equal(count, 5);
  assert_int_equal(crawler_page_links(page, NULL, NULL, NULL, &flags), 5);
  for (size_t i = 0; i < 5; i++) {
    const crawler_link *link = crawler_page_link(page, i);
    assert_string_equal(crawler_link_url(link), want[i]);
    assert_int_equal(crawler_link_flags(link), 0);
    assert_int_equal(flags[i], 0);
  }
  ++*(int *)user;
  return 0;
}

/* RFC 8288, section 3.1: a base in the content isn't a header's. */
static void links_of_headers_are_relative_to_the_page(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(based_pages);
  (void)state;

  for (int told = 0; told < 2; told++) {
    struct cr_sim sim;
    int calls = 0;
    open_sim(&sim, &site);
    if (told)
      crawler_on_links(sim.c, check_links, &calls);
    cr_sim_set(&sim, "links", told ? "all" : "a,next,prev,refresh");
    cr_sim_add(&sim, "/d/");
    cr_sim_run(&sim);
    for (size_t i = 1; i < site.count; i++)
      assert_int_equal(cr_sim_asked(&sim, based_pages[i].url), 1);
    assert_int_equal(calls, told);
    cr_sim_close(&sim);
  }
}

/* ---- what is rejected by its spelling ---- */

static const struct cr_sim_page spelt_pages[] = {
  { "/start", .hrefs = "/A/1 /A/1 /a/1 /A/1 /a/2 /A/2 /next" },
  { "/next", .hrefs = "/A/3 /A/1 /more" },
  { "/more", .hrefs = "/A/3 /A/4 /a/3 /a/4" },
  { .url = "/a/1" },
  { .url = "/a/2" },
  { .url = "/a/3" },
  { .url = "/a/4" },
  { .url = "/A/1" },
  { .url = "/A/2" },
  { .url = "/A/3" },
  { .url = "/A/4" },
};

static int count_asked(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)req;
  ++*(int *)user;
  return CRAWLER_ACCEPT;
}

/* Whether the key is spelt as what is rejected, or as what is let in. */
static void a_spelling_that_is_rejected_keeps_no_other_out(void **state)
{
  static const struct cr_sim_site site = CR_SIM_SITE(spelt_pages);
  static const struct {
    const char *deny;
    char folder;
    int rejected; /* those that stand before the other spelling, each once */
  } cases[] = { { "*/A/*", 'a', 3 }, { "*/a/*", 'A', 1 } };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    int asked = 0;

    open_sim(&sim, &site);
    cr_sim_set(&sim, "key_case", "1");
    assert_int_equal(crawler_deny_url(sim.c, cases[i].deny), 0);
    crawler_on_filter(sim.c, count_asked, &asked);
    cr_sim_add(&sim, "/start");
    cr_sim_run_checked(&sim, 1);
    for (const char *number = "1234"; *number; number++) {
      const char url[] = { '/', cases[i].folder, '/', *number, '\0' };
      assert_int_equal(cr_sim_asked(&sim, url), 1);
    }
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 7);
    assert_int_equal(asked, 7);
    assert_int_equal(cr_sim_count(&sim, CRAWLER_REJECTED, CRAWLER_REJECTED_SCOPE),
                     cases[i].rejected);
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fragments_that_name_pages_are_pages_by_option),
    cmocka_unit_test(without_it_they_are_one),
    cmocka_unit_test(a_seed_and_hooks_have_them_too),
    cmocka_unit_test(the_first_of_one_key_is_asked_for),
    cmocka_unit_test(a_spelling_that_is_rejected_keeps_no_other_out),
    cmocka_unit_test(queries_are_asked_for_in_the_documents_encoding),
    cmocka_unit_test(hooks_see_what_is_asked_for),
    cmocka_unit_test(links_of_headers_are_relative_to_the_page),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
