/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* test_sitemap_read.c - what sitemaps list enters the crawl, as fast as queues have room for it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/oom.h"

#define A "http://a.example"
#define LOC(path) "<url><loc>" path "</loc></url>"
#define SET(inside) "<urlset>" inside "</urlset>"

/* A world in which /sN.xml lists the pages /N/0, /N/1, ..., all of which are there. */
struct listed {
  struct cr_sim_world world; /* first */
  unsigned pages;            /* a sitemap */
  const char *entry;         /* NULL: such pages; else this text again and again */
  bool is_index;             /* of as many sitemaps, which are empty */
};

static void put(struct cr_buf *buf, const char *text)
{
  assert_int_equal(cr_buf_add_text(buf, text), 0);
}

static void put_sitemap(const struct listed *w, const char *name, struct cr_buf *body)
{
  put(body, w->is_index ? "<sitemapindex>" : "<urlset>");
  for (unsigned i = 0; i < w->pages; i++) {
    if (w->entry) {
      put(body, w->entry);
      continue;
    }
    put(body, w->is_index ? "<sitemap><loc>/" : "<url><loc>/");
    put(body, name);
    put(body, "/");
    cr_sim_put_number(body, i);
    put(body, w->is_index ? "</loc></sitemap>" : "</loc></url>");
  }
  put(body, w->is_index ? "</sitemapindex>" : "</urlset>");
}

static void answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                   struct cr_sim_answer *answer)
{
  const struct listed *w = (const struct listed *)world;
  bool is_sitemap = memmem(request->url.at, request->url.len, ".xml", 4) != NULL;

  answer->failure = CRAWLER_REASON_NONE;
  answer->resolve_ms = 1;
  answer->connect_ms = 1;
  answer->head_ms = 10;
  answer->body_ms = 1;
  (void)snprintf(answer->address, sizeof(answer->address), "192.0.2.1");
  cr_sim_head_begin(answer, 200, "text/html");
  cr_sim_head_end(answer);
  if (is_sitemap)
    put_sitemap(w, "p", &answer->body);
}

static bool no_links(const struct cr_sim_world *world, struct cr_span body, struct cr_arena *arena,
                     struct cr_sim_links *links)
{
  (void)world;
  (void)body;
  (void)arena;
  *links = (struct cr_sim_links){ NULL, 0 };
  return true;
}

#define LISTED(count)                               \
  {                                                 \
    .world = { answer, no_links }, .pages = (count) \
  }

static void open_listed(struct cr_sim *sim, const struct listed *world)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &world->world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
  assert_int_equal(crawler_add_sitemap(sim->c, A "/s.xml"), 0);
}

static int64_t most_queued;
static int64_t paused_turns;

static void watch(struct cr_sim *sim)
{
  struct cr_frontier_stats stats;

  if (!sim->s->frontier)
    return;
  sim->s->frontier->ops->stats(sim->s->frontier, &stats);
  most_queued = stats.queued > most_queued ? stats.queued : most_queued;
  paused_turns += !cr_list_empty(&sim->s->readings);
}

static void it_waits_for_the_queue_of_its_host(void **state)
{
  static const int64_t caps[] = { 1, 2, 10, 100 };
  static const struct listed world = LISTED(1000);
  (void)state;

  for (size_t i = 0; i < sizeof(caps) / sizeof(*caps); i++) {
    struct cr_sim sim;
    char cap[24];
    open_listed(&sim, &world);
    (void)snprintf(cap, sizeof(cap), "%lld", (long long)caps[i]);
    cr_sim_set(&sim, "max_pending", cap);
    most_queued = 0;
    paused_turns = 0;
    sim.on_turn = watch;
    cr_sim_run_checked(&sim, 7);
    assert_string_equal(crawler_ended(sim.c), "complete");
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 1000); /* nothing is lost */
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS_CAPPED), 0);
    assert_true(most_queued <= (caps[i] * 8 + 9) / 10);
    assert_true(paused_turns > 0);
    cr_sim_close(&sim);
  }
}

static void one_that_waits_is_for_another_run_when_the_crawl_ends(void **state)
{
  static const struct listed world = LISTED(100);
  struct cr_sim sim;
  (void)state;

  open_listed(&sim, &world);
  sim.net.police.lenient = true; /* it is read again */
  cr_sim_set(&sim, "max_pending", "10");
  cr_sim_set(&sim, "max_pages", "5");
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "max_pages");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 5);
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_SITEMAP].queued, 1);
  cr_sim_set(&sim, "max_pages", "-1");
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 100);
  assert_int_equal(cr_sim_asked(&sim, "/s.xml"), 2);
  cr_sim_close(&sim);
}

static void cancel_when_it_waits(struct cr_sim *sim)
{
  if (!cr_list_empty(&sim->s->readings))
    crawler_cancel(sim->c);
}

static void one_that_waits_can_be_cancelled(void **state)
{
  static const struct listed world = LISTED(100);
  struct cr_sim sim;
  (void)state;

  open_listed(&sim, &world);
  cr_sim_set(&sim, "max_pending", "10");
  sim.on_turn = cancel_when_it_waits;
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "canceled");
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_SITEMAP].queued, 1);
  cr_sim_close(&sim);
}

static void a_large_one_takes_turns(void **state)
{
  static const struct listed world = LISTED(10000);
  struct cr_sim sim;
  (void)state;

  open_listed(&sim, &world);
  paused_turns = 0;
  sim.on_turn = watch;
  cr_sim_run_checked(&sim, 1000);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 10000);
  assert_true(paused_turns > 0);
  cr_sim_close(&sim);
}

static void of_one_host_there_are_not_too_many(void **state)
{
  static const struct listed world = { .world = { answer, no_links },
                                       .pages = CR_SITEMAPS_MAX + 5,
                                       .is_index = true };
  struct cr_sim sim;
  (void)state;

  open_listed(&sim, &world);
  cr_sim_run(&sim);
  assert_int_equal(sim.s->ledger.kinds[CRAWLER_KIND_SITEMAP].fetched, CR_SITEMAPS_MAX);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_CAPPED_CAP), 6);
  cr_sim_close(&sim);
}

static void one_that_is_too_large_counts_up_to_there(void **state)
{
  static const struct listed world = { .world = { answer, no_links },
                                       .pages = 2 << 20,
                                       .entry =
                                           "<url><loc>/1</loc></url><url><loc>/2</loc></url>" };
  struct cr_sim sim;
  (void)state;

  open_listed(&sim, &world);
  cr_sim_set(&sim, "max_body", "1k"); /* of pages: the protocol's limit is the least */
  cr_sim_run(&sim);
  assert_string_equal(crawler_incomplete(sim.c, 0, NULL), "unparsed");
  assert_int_equal(cr_sim_reason(&sim, "/s.xml"), CRAWLER_FAILED_TOO_LARGE);
  assert_int_equal(cr_sim_outcome(&sim, "/1"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/2"), CRAWLER_FETCHED);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_LINKS) > (2 << 20));
  cr_sim_close(&sim);
}

static void what_is_not_read_whole_counts_and_is_missing(void **state)
{
  static const struct {
    struct cr_sim_page sitemap;
    const char *missing;
    bool counts; /* what came before */
  } cases[] = {
    { { "/s.xml", .body = SET(LOC("/1") LOC("/2")) }, NULL, true },
    { { "/s.xml", .body = SET(LOC("/1") LOC("/a?b&c=d") LOC("/2")) }, "unparsed", true },
    { { "/s.xml", .body = "<urlset>" LOC("/1") "<url>" }, "unparsed", true },
    { { "/s.xml", .body = SET(LOC("/1") LOC("/2") LOC("/3")), .failure = CRAWLER_FAILED_TRUNCATED },
      "truncated",
      true },
    { { "/s.xml", .status = 429 }, "rate_limited", false },
    { { "/s.xml", .body = "<html><p>Not found" }, NULL, false },
    { { "/s.xml", .status = 404 }, NULL, false },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
    const struct cr_sim_page pages[] = { cases[i].sitemap, { .url = "/1" } };
    const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;

    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
    assert_int_equal(crawler_add_sitemap(sim.c, A "/s.xml"), 0);
    cr_sim_run(&sim);
    const char *missing = crawler_incomplete(sim.c, 0, NULL);
    if (!missing != !cases[i].missing || (missing && strcmp(missing, cases[i].missing) != 0) ||
        crawler_is_complete(sim.c) != !missing)
      fail_msg("case %zu: %s is missing", i, missing ? missing : "nothing");
    assert_int_equal(cr_sim_asked(&sim, "/1"), cases[i].counts);
    cr_sim_close(&sim);
  }
}

static void what_it_lists_is_judged_like_links(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/dir/s.xml", .body = SET(LOC(A "/1") LOC(A "/dir/2#x") LOC("https://a.example/dir/3")
                                    LOC("http://a.example:81/4") LOC("http://www.a.example/5")
                                        LOC("mailto:a@b.example") LOC("http://[") LOC("http://[")
                                            LOC(A "/1") LOC(A "/denied")) },
    { .url = "/1" },
    { .url = "/dir/2" },
    { .url = "https://a.example/dir/3" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  assert_int_equal(crawler_deny_url(sim.c, "*denied*"), 0);
  assert_int_equal(crawler_add_sitemap(sim.c, A "/dir/s.xml"), 0);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS), 10);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS_ADMITTED), 3);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS_KNOWN), 1);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_SCOPE), 3);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_SCHEME), 1);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_INVALID_URL), 2);
  assert_int_equal(cr_sim_end(&sim, "mailto:a@b.example").rejected_times, 1);
  cr_sim_close(&sim);
}

static void by_the_path_rule_it_lists_its_own_directory(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: /dir/s.xml\nSitemap: http://cdn.example/x/s.xml" },
    { .url = "/" },
    { "/dir/s.xml", .body = SET(LOC("/1") LOC("/dir/2") LOC("https://a.example/dir/3")) },
    { "http://cdn.example/x/s.xml", .body = SET(LOC(A "/4")) }, /* the robots.txt says so */
    { .url = "/dir/2" },
    { .url = "/4" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "sitemap_path_rule", "1");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/1"), 0);
  assert_int_equal(cr_sim_asked(&sim, "https://a.example/dir/3"), 0);
  assert_int_equal(cr_sim_outcome(&sim, "/dir/2"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/4"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void priorities_are_an_order_within_the_host(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/s.xml", .body = SET("<url><loc>/low</loc><priority>0.1</priority></url>" LOC(
                    "/middle") "<url><loc>/high</loc><priority>1.0</priority></url>") },
    { .url = "/low" },
    { .url = "/middle" },
    { .url = "/high" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  assert_int_equal(crawler_add_sitemap(sim.c, A "/s.xml"), 0);
  cr_sim_run_checked(&sim, 1);
  assert_true(cr_sim_end(&sim, "/high").order < cr_sim_end(&sim, "/middle").order);
  assert_true(cr_sim_end(&sim, "/middle").order < cr_sim_end(&sim, "/low").order);
  cr_sim_close(&sim);
}

/* The wall clock of the simulation begins in November 2023. */
static const struct {
  const char *url;
  int64_t lastmod_ms;
} changed[] = {
  { A "/past", INT64_C(1600000000) * 1000 },
  { A "/day", INT64_C(1699833600) * 1000 },
  { A "/from", INT64_C(1600000000) * 1000 },
  { A "/to", INT64_C(1600000000) * 1000 },
  { A "/de", -1 /* it is the other's date */ },
  { A "/future", -1 },
  { A "/after2106", -1 },
  { A "/before1970", -1 },
  { A "/unsaid", -1 },
  { A "/seed", -1 },
};

static void check_lastmod(const crawler_request *req, int *seen)
{
  for (size_t i = 0; i < sizeof(changed) / sizeof(*changed); i++)
    if (strcmp(crawler_request_url(req), changed[i].url) == 0) {
      if (crawler_request_lastmod_ms(req) != changed[i].lastmod_ms)
        fail_msg("%s", changed[i].url);
      ++*seen;
    }
}

static int filter_by_lastmod(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  check_lastmod(req, user);
  return CRAWLER_ACCEPT;
}

static void end_with_lastmod(crawler *c, const crawler_request *req, crawler_outcome outcome,
                             crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)outcome;
  (void)reason;
  (void)page;
  check_lastmod(req, (int *)user + 1);
}

static void a_page_knows_when_it_changed(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/s.xml", .body = "<urlset xmlns:x='http://www.w3.org/1999/xhtml'>"
                        "<url><loc>/past</loc><lastmod>2020-09-13T12:26:40Z</lastmod>"
                        "<x:link rel='alternate' hreflang='de' href='/de'/></url>"
                        "<url><loc>/day</loc><lastmod>2023-11-13</lastmod></url>"
                        "<url><loc>/from</loc><lastmod>2020-09-13T12:26:40.9Z</lastmod></url>"
                        "<url><loc>/future</loc><lastmod>2023-11-16</lastmod></url>"
                        "<url><loc>/after2106</loc><lastmod>2200-01-01</lastmod></url>"
                        "<url><loc>/before1970</loc><lastmod>1969-01-01</lastmod></url>"
                        "<url><loc>/unsaid</loc></url></urlset>" },
    { .url = "/from", .status = 301, .to = A "/to" },
    { .url = "/to" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  const int count = sizeof(changed) / sizeof(*changed);
  int seen[2] = { 0, 0 }; /* by the filter, at their ends */
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  crawler_on_filter(sim.c, filter_by_lastmod, seen);
  crawler_on_outcome(sim.c, end_with_lastmod, seen);
  cr_sim_add(&sim, "/seed");
  assert_int_equal(crawler_add_sitemap(sim.c, A "/s.xml"), 0);
  assert_int_equal(cr_sim_drive(&sim), 0);
  assert_int_equal(seen[0], count);
  assert_int_equal(seen[1], count);
  cr_sim_close(&sim);
}

static void pages_in_other_languages_count_as_their_links_do(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/s.xml", .body = "<urlset xmlns:x='http://www.w3.org/1999/xhtml'><url><loc>/en</loc><x:link "
                        "rel='alternate' hreflang='de' href='/de'/></url></urlset>" },
    { .url = "/en" },
    { .url = "/de" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  (void)state;

  for (int i = 0; i < 2; i++) {
    struct cr_sim sim;
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
    if (i == 1)
      cr_sim_set(&sim, "links", "a");
    assert_int_equal(crawler_add_sitemap(sim.c, A "/s.xml"), 0);
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_asked(&sim, "/en"), 1);
    assert_int_equal(cr_sim_asked(&sim, "/de"), i == 0);
    cr_sim_close(&sim);
  }
}

static void what_is_no_sitemap_lists_nothing_and_is_fetched(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: /html\nSitemap: /empty\nSitemap: /laughs\nSitemap: /coded" },
    { .url = "/" },
    { "/html", .hrefs = "/no" },
    { "/empty", .body = "" },
    { "/laughs", .body = "<!DOCTYPE u [<!ENTITY a 'b'><!ENTITY c '&a;&a;&a;'>]>"
                         "<urlset><url><loc>/&c;</loc></url></urlset>" },
    { "/coded", .headers = "Content-Encoding: x-none\r\n", .body = SET(LOC("/no")) },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/html"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/empty"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/laughs"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/coded"), CRAWLER_FAILED_PROTOCOL);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS), 0);
  cr_sim_close(&sim);
}

static void crawl_refused(struct cr_mem *mem, void *arg)
{
  static const struct cr_sim_page pages[] = {
    { "/robots.txt", .body = "Sitemap: /i.xml" },
    { .url = "/" },
    { "/i.xml", .body = "<sitemapindex><sitemap><loc>/s.xml</loc></sitemap></sitemapindex>" },
    { "/s.xml", .body = SET(LOC("/1") LOC("http://[")) },
    { .url = "/1" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;

  (void)arg;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world, .mem = mem });
  sim.net.police.lenient = true;
  if (sim.c && crawler_add(sim.c, A "/") == 0) {
    int err = cr_sim_drive(&sim);
    if (!cr_test_oom_refused(mem)) {
      assert_int_equal(err, 0);
      assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2);
    }
    cr_sim_check(&sim);
  }
  cr_sim_close(&sim);
}

static void every_allocation_may_fail(void **state)
{
  (void)state;
  cr_test_oom(crawl_refused, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_waits_for_the_queue_of_its_host),
    cmocka_unit_test(one_that_waits_is_for_another_run_when_the_crawl_ends),
    cmocka_unit_test(one_that_waits_can_be_cancelled),
    cmocka_unit_test(a_large_one_takes_turns),
    cmocka_unit_test(of_one_host_there_are_not_too_many),
    cmocka_unit_test(one_that_is_too_large_counts_up_to_there),
    cmocka_unit_test(what_is_not_read_whole_counts_and_is_missing),
    cmocka_unit_test(what_it_lists_is_judged_like_links),
    cmocka_unit_test(by_the_path_rule_it_lists_its_own_directory),
    cmocka_unit_test(priorities_are_an_order_within_the_host),
    cmocka_unit_test(a_page_knows_when_it_changed),
    cmocka_unit_test(pages_in_other_languages_count_as_their_links_do),
    cmocka_unit_test(what_is_no_sitemap_lists_nothing_and_is_fetched),
    cmocka_unit_test(every_allocation_may_fail),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
