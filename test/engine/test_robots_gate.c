/* SPDX-License-Identifier: MIT */
/* test_robots_gate.c - robots.txt as a request of its own kind: kept, counted, asked for politely.
 *
 * What its answers mean is in test/crawl/test_robots_crawls.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static const struct cr_sim_page pages[] = {
  { "/robots.txt", .body = "User-agent: *\nDisallow: /no\n", .type = "text/plain", .ms = 100 },
  { "/", .hrefs = "/yes /no /no/deeper" },
  { .url = "/yes" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, const struct cr_sim_site *world)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &world->world });
  cr_sim_add(sim, "/");
}

static void it_has_a_ledger_of_its_own(void **state)
{
  struct cr_sim sim;
  const struct cr_kind_ledger *robots;
  (void)state;

  open(&sim, &site);
  robots = &sim.s->ledger.kinds[CRAWLER_KIND_ROBOTS];
  (void)cr_sim_step(&sim, 0);
  assert_int_equal(robots->admitted, 1);
  assert_int_equal(robots->in_flight, 1);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(robots->admitted, 1);
  assert_int_equal(robots->fetched, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 2); /* pages alone */
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_DROPPED), 2);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS), 3);
  assert_int_equal(sim.by_outcome[CRAWLER_KIND_ROBOTS][CRAWLER_FETCHED], 1);
  cr_sim_close(&sim);
}

static int never(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)user;
  assert_int_equal(crawler_request_kind(req), CRAWLER_KIND_PAGE);
  return CRAWLER_ACCEPT;
}

static int page_only(crawler *c, crawler_page *page, void *user)
{
  return never(c, crawler_page_request(page), user);
}

static int body_of_page_only(crawler *c, crawler_page *page, const void *data, size_t bytes,
                             void *user)
{
  (void)data;
  (void)bytes;
  return page_only(c, page, user);
}

static void hooks_for_pages_do_not_see_it(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  crawler_on_filter(sim.c, never, NULL);
  crawler_on_request(sim.c, never, NULL);
  crawler_on_headers(sim.c, page_only, NULL);
  crawler_on_body(sim.c, body_of_page_only, NULL);
  crawler_on_page(sim.c, page_only, NULL);
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 1);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

static void its_host_waits_for_it_and_pauses_after_it(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "host_concurrency", "5");
  cr_sim_add(&sim, "/yes");
  cr_sim_run_checked(&sim, 1);
  int64_t end_ms = cr_sim_request(&sim, "/robots.txt")->end_ms;
  assert_int_equal(cr_sim_request(&sim, "/")->begin_ms, end_ms + 1000 + CR_CLOCK_MS);
  assert_int_equal(cr_sim_request(&sim, "/yes")->begin_ms, end_ms + 1000 + CR_CLOCK_MS);
  cr_sim_close(&sim);
}

static void it_does_not_count_for_a_page_limit(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "max_pages", "1");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 1);
  assert_string_equal(crawler_ended(sim.c), "max_pages");
  cr_sim_close(&sim);
}

static void the_agents_name_chooses_the_group(void **state)
{
  static const struct cr_sim_page grouped[] = {
    { "/robots.txt", .body = "User-agent: Wanderer\nDisallow: /\n\nUser-agent: *\nDisallow:\n" },
    { .url = "/" },
  };
  static const struct cr_sim_site grouped_site = CR_SIM_SITE(grouped);
  static const struct {
    const char *agent;
    int outcome;
  } cases[] = {
    { "libcrawl/0.1", CRAWLER_FETCHED },
    { "Wanderer/2.0 (+http://wanderer.example/)", CRAWLER_DROPPED },
    { "wanderer", CRAWLER_DROPPED },
    { "", CRAWLER_FETCHED },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    open(&sim, &grouped_site);
    cr_sim_set(&sim, "user_agent", cases[i].agent);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_outcome(&sim, "/"), cases[i].outcome);
    cr_sim_close(&sim);
  }
}

/* Beyond 500 KB nothing is read (RFC 9309 section 2.5), but what comes before holds. */
static void a_large_file_is_read_to_its_limit(void **state)
{
  enum { BYTES = 800000 };
  static char body[BYTES];
  struct cr_sim_page large[] = {
    { "/robots.txt", .body = body },
    { "/", .hrefs = "/no /late" },
  };
  const struct cr_sim_site large_site = CR_SIM_SITE(large);
  static const char rules[] = "User-agent: *\nDisallow: /no\n";
  static const char late[] = "\nDisallow: /late\n";
  struct cr_sim sim;
  (void)state;

  memset(body, '#', sizeof(body) - 1);
  memcpy(body, rules, sizeof(rules) - 1);
  memcpy(body + BYTES - sizeof(late), late, sizeof(late) - 1);
  open(&sim, &large_site);
  cr_sim_set(&sim, "max_body", "5000"); /* is for pages */
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 1);
  assert_in_range(cr_sim_request(&sim, "/robots.txt")->bytes, 500 * 1024, 600 * 1024);
  assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
  assert_int_equal(cr_sim_outcome(&sim, "/late"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

struct told { /* of URLs that are dropped for robots */
  int count;
  char rules[8][40];
  int lines[8];
};

static void note_rule(crawler *c, const crawler_request *req, crawler_outcome outcome,
                      crawler_reason reason, const crawler_page *page, void *user)
{
  struct told *told = user;

  (void)c;
  (void)page;
  if (outcome != CRAWLER_DROPPED) {
    assert_null(crawler_request_rule(req));
    assert_int_equal(crawler_request_rule_line(req), 0);
    return;
  }
  assert_int_equal(reason, CRAWLER_DROPPED_ROBOTS);
  assert_true(told->count < 8);
  (void)snprintf(told->rules[told->count], sizeof(told->rules[0]), "%s",
                 crawler_request_rule(req) ? crawler_request_rule(req) : "");
  told->lines[told->count++] = crawler_request_rule_line(req);
}

/* The first when it is about to leave, the others when they are found. */
static void what_it_forbids_is_told_with_rule_and_line(void **state)
{
  static const struct cr_sim_page ruled[] = {
    { "/robots.txt", .body = "User-agent: *\n\nDisallow: /seed\nDisallow: /*.zip$ # big\n" },
    { "/", .hrefs = "/a.zip /b /redirect" },
    { .url = "/b" },
    { .url = "/redirect", .to = "/seed/two" },
  };
  static const struct cr_sim_site ruled_site = CR_SIM_SITE(ruled);
  struct told told = { 0 };
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &ruled_site.world });
  sim.user = &told;
  sim.outcome = note_rule;
  cr_sim_add(&sim, "/seed");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(told.count, 3);
  assert_string_equal(told.rules[0], "Disallow: /seed");
  assert_int_equal(told.lines[0], 3);
  assert_string_equal(told.rules[1], "Disallow: /*.zip$");
  assert_int_equal(told.lines[1], 4);
  assert_string_equal(told.rules[2], "Disallow: /seed");
  assert_int_equal(told.lines[2], 3);
  cr_sim_close(&sim);
}

static void while_it_is_asked_for_again_its_urls_are_queued(void **state)
{
  static const struct cr_sim_page failing[] = {
    { "/robots.txt", .status = 503, .times = 2 },
    { "/robots.txt", .body = "" },
    { .url = "/" },
  };
  static const struct cr_sim_site failing_site = CR_SIM_SITE(failing);
  struct cr_sim sim;
  (void)state;

  open(&sim, &failing_site);
  while (cr_sim_asked(&sim, "/robots.txt") < 3) {
    assert_false(cr_sim_step(&sim, -1));
    cr_sim_check(&sim);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_QUEUED), 1);
  }
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_RETRIES), 2);
  cr_sim_close(&sim);
}

static void note_last(crawler *c, const crawler_request *req, crawler_outcome outcome,
                      crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)outcome;
  (void)reason;
  (void)page;
  (void)user;
  if (crawler_request_kind(req) != CRAWLER_KIND_ROBOTS)
    return;
  assert_string_equal(crawler_request_url(req), "http://c.example/rules");
  assert_string_equal(crawler_request_via(req), CR_SIM_ORIGIN "/robots.txt");
}

static void behind_redirects_it_names_the_robots_txt_it_stands_for(void **state)
{
  static const struct cr_sim_page moved[] = {
    { "/robots.txt", .to = "http://user:secret@b.example/1#x" },
    { "http://b.example/1", .to = "//c.example/rules" },
    { "http://c.example/rules", .body = "User-agent: *\nDisallow: /no\n" },
    { "/", .hrefs = "/no" },
  };
  static const struct cr_sim_site moved_site = CR_SIM_SITE(moved);
  struct cr_sim sim;
  (void)state;

  open(&sim, &moved_site);
  sim.outcome = note_last;
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(sim.by_outcome[CRAWLER_KIND_ROBOTS][CRAWLER_FETCHED], 1);
  assert_int_equal(cr_sim_reason(&sim, "/no"), CRAWLER_DROPPED_ROBOTS);
  cr_sim_close(&sim);
}

/* The last attempt is none: its URLs don't wait for an answer that never comes. */
static void one_that_can_not_even_be_begun_has_failed(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_set(&sim, "max_robots_time", "500ms"); /* no time for a second one */
  sim.net.fail_start = 1;
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(sim.by_outcome[CRAWLER_KIND_ROBOTS][CRAWLER_FAILED], 1);
  assert_int_equal(cr_sim_reason(&sim, "/"), CRAWLER_FAILED_INTERNAL);
  cr_sim_close(&sim);
}

static void a_verdict_holds_for_the_whole_crawl(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, &site);
  cr_sim_run(&sim);
  for (int i = 0; i < 5; i++) {
    char url[32];
    (void)snprintf(url, sizeof(url), "/no/%d", i);
    cr_sim_add(&sim, url);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_reason(&sim, url), CRAWLER_DROPPED_ROBOTS);
  }
  assert_int_equal(cr_sim_asked(&sim, "/robots.txt"), 1);
  cr_sim_close(&sim);
}

/* ---- judged when it is found, and when it leaves ---- */

static void no_dropped(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  unsigned *count = user;
  (void)c;

  if (outcome != CRAWLER_DROPPED)
    return;
  assert_int_equal(reason, CRAWLER_DROPPED_ROBOTS);
  assert_null(page);
  assert_int_equal(crawler_request_depth(req), 1);
  assert_string_equal(crawler_request_referrer(req), CR_SIM_ORIGIN "/");
  ++*count;
}

/* A thousand of them cost no pause, no place in the queue and no turn of their host. */
static void what_is_known_to_be_forbidden_is_never_queued(void **state)
{
  enum { LINKS = 1000 };
  static char hrefs[LINKS * 16];
  unsigned dropped = 0;
  struct cr_sim sim;
  size_t len = 0;
  (void)state;

  for (int i = 0; i < LINKS; i++)
    len += (size_t)snprintf(hrefs + len, sizeof(hrefs) - len, "/no/%d ", i);
  (void)snprintf(hrefs + len, sizeof(hrefs) - len, "/no/0 /yes");
  const struct cr_sim_page world[] = {
    { "/robots.txt", .body = "User-agent: *\nDisallow: /no/\n", .ms = 10 },
    { "/", .hrefs = hrefs },
    { .url = "/yes" },
  };
  const struct cr_sim_site many = CR_SIM_SITE(world);
  open(&sim, &many);
  cr_sim_set(&sim, "max_pending", "5");
  sim.user = &dropped;
  sim.outcome = no_dropped;
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(dropped, LINKS);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_DROPPED), LINKS);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ADMITTED), LINKS + 2);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS_ADMITTED), LINKS + 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_LINKS_KNOWN), 1); /* the second "/no/0" */
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_CAPPED_CAP), 0);
  assert_int_equal(cr_sim_request(&sim, "/yes")->begin_ms,
                   cr_sim_request(&sim, "/")->end_ms + 1000 + CR_CLOCK_MS);
  cr_sim_close(&sim);
}

/* Queued before the rules were known: dropped when their turn comes, all in the same one. */
static void what_was_queued_before_spends_no_delay(void **state)
{
  static const struct cr_sim_page world[] = {
    { "/robots.txt", .body = "User-agent: *\nDisallow: /no/\n" },
    { .url = "/yes" },
  };
  static const struct cr_sim_site two = CR_SIM_SITE(world);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &two.world });
  for (int i = 0; i < 300; i++) {
    char url[32];
    (void)snprintf(url, sizeof(url), "/no/%d", i);
    cr_sim_add(&sim, url);
  }
  cr_sim_add(&sim, "/yes");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_count(&sim, CRAWLER_DROPPED, CRAWLER_DROPPED_ROBOTS), 300);
  assert_int_equal(cr_sim_request(&sim, "/yes")->begin_ms,
                   cr_sim_request(&sim, "/robots.txt")->end_ms + 1000 + CR_CLOCK_MS);
  cr_sim_close(&sim);
}

/* ---- Crawl-delay ---- */

static int64_t least_gap(const struct cr_sim *sim)
{
  const struct cr_sim_log *log = &sim->net.log;
  int64_t end_ms = -1;
  int64_t least = INT64_MAX;

  for (size_t i = 0; i < log->len; i++) {
    const struct cr_sim_record *r = &log->at[i];
    if (r->event != CR_SIM_REQUEST)
      continue;
    if (end_ms >= 0 && r->begin_ms - end_ms < least)
      least = r->begin_ms - end_ms;
    end_ms = r->end_ms;
  }
  return least;
}

static void the_longer_delay_counts_from_the_robots_txt_on(void **state)
{
  static const struct {
    const char *robots, *delay, *most, *own_server;
    int64_t gap_ms; /* at least, and not much more */
  } rows[] = {
    { "User-agent: *\nCrawl-delay: 5\n", "1s", "1m", "0", 5000 },
    { "User-agent: *\nCrawl-delay: 5\n", "9s", "1m", "0", 9000 },
    { "User-agent: *\nCrawl-delay: 500\n", "1s", "20s", "0", 20000 },
    { "User-agent: *\nRequest-rate: 1/7\n", "1s", "1m", "0", 7000 },
    { "User-agent: other\nCrawl-delay: 5\n", "1s", "1m", "0", 1000 },
    { "User-agent: *\nCrawl-delay: 5\n", "1s", "1m", "1", 0 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_sim_page world[] = {
      { "/robots.txt", .body = rows[i].robots, .type = "text/plain" },
      { "/", .hrefs = "/a /b" },
      { .url = "/a" },
      { .url = "/b" },
    };
    const struct cr_sim_site slow = CR_SIM_SITE(world);
    struct cr_sim sim;
    open(&sim, &slow);
    cr_sim_set(&sim, "delay", rows[i].delay);
    cr_sim_set(&sim, "max_crawl_delay", rows[i].most);
    cr_sim_set(&sim, "own_server", rows[i].own_server);
    cr_sim_set(&sim, "concurrency", "1");
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 3);
    assert_in_range(least_gap(&sim), rows[i].gap_ms, rows[i].gap_ms + 50);
    cr_sim_close(&sim);
  }
}

/* A host's delay isn't another's. */
static void a_delay_holds_for_its_host_alone(void **state)
{
  static const struct cr_sim_page world[] = {
    { "/robots.txt", .body = "User-agent: *\nCrawl-delay: 50\n", .type = "text/plain" },
    { "/", .hrefs = "http://b.example/ /a" },
    { .url = "/a" },
    { "http://b.example/", .hrefs = "/c" },
    { .url = "http://b.example/c" },
  };
  static const struct cr_sim_site two = CR_SIM_SITE(world);
  struct cr_sim sim;
  (void)state;

  open(&sim, &two);
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_run(&sim);
  assert_true(cr_sim_request(&sim, "http://b.example/c")->begin_ms <
              cr_sim_request(&sim, "/a")->begin_ms);
  assert_true(cr_sim_request(&sim, "/a")->begin_ms >= 100000);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_has_a_ledger_of_its_own),
    cmocka_unit_test(hooks_for_pages_do_not_see_it),
    cmocka_unit_test(its_host_waits_for_it_and_pauses_after_it),
    cmocka_unit_test(it_does_not_count_for_a_page_limit),
    cmocka_unit_test(the_agents_name_chooses_the_group),
    cmocka_unit_test(a_large_file_is_read_to_its_limit),
    cmocka_unit_test(what_it_forbids_is_told_with_rule_and_line),
    cmocka_unit_test(while_it_is_asked_for_again_its_urls_are_queued),
    cmocka_unit_test(behind_redirects_it_names_the_robots_txt_it_stands_for),
    cmocka_unit_test(one_that_can_not_even_be_begun_has_failed),
    cmocka_unit_test(a_verdict_holds_for_the_whole_crawl),
    cmocka_unit_test(what_is_known_to_be_forbidden_is_never_queued),
    cmocka_unit_test(what_was_queued_before_spends_no_delay),
    cmocka_unit_test(the_longer_delay_counts_from_the_robots_txt_on),
    cmocka_unit_test(a_delay_holds_for_its_host_alone),
  };

  return cmocka_run_group_tests_name("robots gate", tests, NULL, NULL);
}
