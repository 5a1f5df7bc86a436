/* SPDX-License-Identifier: MIT */
/* test_traps.c - rules against traps in crawls: who is left out, by which rule, and duplicates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

static const struct cr_sim_page pages[] = {
  { "/", .hrefs = "/a /ab/ab/ab/ab/ /b?1&2&3&4&5" },
  { .url = "/a" },
  { .url = "/ab/ab/ab/ab/" },
  { .url = "/b?1&2&3&4&5" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static crawler_trap last_trap;

static void keep_trap(crawler *c, const crawler_request *req, crawler_outcome outcome,
                      crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  (void)user;
  assert_int_equal(crawler_request_trap(req) != CRAWLER_TRAP_NONE,
                   (outcome == CRAWLER_REJECTED && reason == CRAWLER_REJECTED_TRAP) ||
                       (outcome == CRAWLER_DROPPED && reason == CRAWLER_DROPPED_TRAP));
  if (crawler_request_trap(req) != CRAWLER_TRAP_NONE)
    last_trap = crawler_request_trap(req);
}

static void open(struct cr_sim *sim)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
  sim->outcome = keep_trap;
  last_trap = CRAWLER_TRAP_NONE;
}

static void a_url_that_is_left_out_says_by_which_rule(void **state)
{
  struct cr_sim sim;
  crawler_stats *stats = NULL;
  (void)state;

  open(&sim);
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/a"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_outcome(&sim, "/b?1&2&3&4&5"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/ab/ab/ab/ab/"), CRAWLER_REJECTED_TRAP);
  assert_int_equal(last_trap, CRAWLER_TRAP_REPEATS);
  assert_int_equal(cr_sim_link_count(&sim, CRAWLER_REJECTED_TRAP), 1);
  assert_int_equal(crawler_get_stats(sim.c, &stats), 0);
  assert_int_equal(crawler_stats_trap(stats, CRAWLER_TRAP_REPEATS), 1);
  assert_int_equal(crawler_stats_trap(stats, CRAWLER_TRAP_NONE), 0);
  assert_int_equal(crawler_stats_trap(stats, CRAWLER_TRAP_SHARE), 0);
  assert_int_equal(crawler_stats_trap(stats, (crawler_trap)(CRAWLER_TRAP_SHARE + 1)), -1);
  assert_int_equal(crawler_stats_trap(NULL, CRAWLER_TRAP_NONE), -1);
  crawler_stats_free(stats);
  cr_sim_close(&sim);
}

/* A front page that leads to as many pages of one folder as there are words, all of one text. */
static void a_url_that_is_dropped_says_by_which_rule(void **state)
{
  enum { PAGES = 120, URL_BYTES = 8 };
  static char urls[PAGES][URL_BYTES];
  static char hrefs[PAGES * URL_BYTES];
  static struct cr_sim_page alike[PAGES + 1] = { { "/", .hrefs = hrefs } };
  static const struct cr_sim_site alike_site = CR_SIM_SITE(alike);
  struct cr_sim sim;
  crawler_stats *stats = NULL;
  (void)state;

  for (int i = 0; i < PAGES; i++) {
    (void)snprintf(urls[i], URL_BYTES, "/d/%c%c", 'a' + i / 20, 'a' + i % 20);
    (void)snprintf(hrefs + strlen(hrefs), sizeof(hrefs) - strlen(hrefs), "%s ", urls[i]);
    alike[i + 1] = (struct cr_sim_page){ urls[i], .body = "one two three four five six seven "
                                                          "eight nine ten" };
  }
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &alike_site.world });
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_set(&sim, "concurrency", "1");
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "trap_pages", "20");
  sim.outcome = keep_trap;
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_in_range(cr_sim_count(&sim, CRAWLER_DROPPED, CRAWLER_DROPPED_TRAP), 50, PAGES - 20);
  assert_int_equal(last_trap, CRAWLER_TRAP_NOVELTY);
  assert_int_equal(crawler_get_stats(sim.c, &stats), 0);
  assert_int_equal(crawler_stats_trap(stats, CRAWLER_TRAP_NOVELTY),
                   cr_sim_count(&sim, CRAWLER_DROPPED, CRAWLER_DROPPED_TRAP));
  crawler_stats_free(stats);
  cr_sim_close(&sim);
}

static void limits_are_options(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "max_repeats", "-1");
  cr_sim_set(&sim, "max_parameters", "4");
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "/ab/ab/ab/ab/"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_reason(&sim, "/b?1&2&3&4&5"), CRAWLER_REJECTED_TRAP);
  assert_int_equal(last_trap, CRAWLER_TRAP_PARAMETERS);
  cr_sim_close(&sim);
}

/* Each page leads to it: after the option is changed at /a, that of /c takes effect. */
static const struct cr_sim_page chain_pages[] = {
  { "/", .hrefs = "/x/y/z /a" },
  { "/a", .hrefs = "/x/y/z /c" },
  { "/c", .hrefs = "/x/y/z" },
  { .url = "/x/y/z" },
};
static const struct cr_sim_site chain = CR_SIM_SITE(chain_pages);

struct change {
  const char *option, *before, *after;
};

static int change_option(crawler *c, crawler_page *page, void *user)
{
  const struct change *change = user;
  const char *url = crawler_request_url(crawler_page_request(page));

  if (strcmp(url + strlen(url) - 2, "/a") == 0)
    assert_int_equal(crawler_set_option(c, change->option, change->after), 0);
  return 0;
}

static void a_url_left_out_by_a_rule_may_come_in_when_that_is_changed(void **state)
{
  static const struct change rows[] = {
    { "max_path_depth", "2", "3" },
    { "max_path_depth", "2", "2" }, /* not changed */
    { "max_url_length", "20", "-1" },
    { "max_url_length", "20", "20" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_sim sim;
    bool changes = strcmp(rows[i].before, rows[i].after) != 0;

    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &chain.world });
    cr_sim_set(&sim, "own_server", "1");
    cr_sim_set(&sim, "obey_robots", "0");
    cr_sim_set(&sim, rows[i].option, rows[i].before);
    crawler_on_page(sim.c, change_option, (void *)(uintptr_t)&rows[i]);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), changes ? 4 : 3);
    cr_sim_close(&sim);
  }
}

static void seeds_are_taken_as_they_are(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_add(&sim, "/ab/ab/ab/ab/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "/ab/ab/ab/ab/"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

/* ---- duplicates ---- */

static const struct cr_sim_page twins[] = {
  { "/", .hrefs = "/one /two /other /missing1 /missing2" },
  { "/one", .body = "the same" },
  { "/two", .body = "the same" },
  { "/other", .body = "another" },
};
static const struct cr_sim_site twin_site = CR_SIM_SITE(twins);

static char first[64];
static int duplicates;

static int keep_duplicate(crawler *c, crawler_page *page, void *user)
{
  const char *of = crawler_page_duplicate_of(page);

  (void)c;
  (void)user;
  if (of) {
    (void)snprintf(first, sizeof(first), "%s", of);
    duplicates++;
  }
  return 0;
}

static void crawl_twins(const char *memory)
{
  struct cr_sim sim;

  duplicates = 0;
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &twin_site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "duplicate_memory", memory);
  crawler_on_page(sim.c, keep_duplicate, NULL);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_outcome(&sim, "/two"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 6);
  cr_sim_close(&sim);
}

static void a_duplicate_is_fetched_and_names_the_first(void **state)
{
  (void)state;
  crawl_twins("1M");
  assert_int_equal(duplicates, 1); /* pages that aren't there are none */
  assert_string_equal(first, CR_SIM_ORIGIN "/one");
  crawl_twins("0");
  assert_int_equal(duplicates, 0);
}

/* ---- similar pages ---- */

#define LINE "the quick brown fox jumps over the lazy dog while nobody is looking at it at all "
#define TALE LINE LINE "and then it happened that " LINE "because of what they had said to each "

static const struct cr_sim_page tales[] = {
  { "/", .hrefs = "/tale /retold /other /short" },
  { "/tale", .body = TALE TALE "other in June" },
  { "/retold", .body = TALE TALE "other in July" },
  { "/other", .body = "a page of quite another sort, which has its own words from end to end" },
  { "/short", .body = "too few" },
};
static const struct cr_sim_site tale_site = CR_SIM_SITE(tales);

struct hashes {
  uint64_t tale, retold, other, few;
};

static int keep_simhash(crawler *c, crawler_page *page, void *user)
{
  struct hashes *hashes = user;
  const char *url = crawler_page_url(page);
  uint64_t simhash = crawler_page_simhash(page);

  (void)c;
  if (strstr(url, "/tale"))
    hashes->tale = simhash;
  else if (strstr(url, "/retold"))
    hashes->retold = simhash;
  else if (strstr(url, "/other"))
    hashes->other = simhash;
  else if (strstr(url, "/short"))
    hashes->few = simhash;
  return 0;
}

static struct hashes crawl_tales(const char *on)
{
  struct hashes hashes = { 1, 1, 1, 1 };
  struct cr_sim sim;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &tale_site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "simhash", on);
  crawler_on_page(sim.c, keep_simhash, &hashes);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  cr_sim_close(&sim);
  return hashes;
}

static int differing(uint64_t a, uint64_t b)
{
  return __builtin_popcountll(a ^ b);
}

static void similar_pages_differ_in_few_bits_by_option(void **state)
{
  (void)state;
  struct hashes on = crawl_tales("1");
  struct hashes off = crawl_tales("0");

  assert_true(on.tale != 0 && on.other != 0);
  assert_true(differing(on.tale, on.retold) <= 3);
  assert_true(differing(on.tale, on.other) > 10);
  assert_int_equal(on.few, 0);
  assert_true(off.tale == 0 && off.retold == 0 && off.other == 0 && off.few == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_url_that_is_left_out_says_by_which_rule),
    cmocka_unit_test(a_url_that_is_dropped_says_by_which_rule),
    cmocka_unit_test(limits_are_options),
    cmocka_unit_test(a_url_left_out_by_a_rule_may_come_in_when_that_is_changed),
    cmocka_unit_test(seeds_are_taken_as_they_are),
    cmocka_unit_test(a_duplicate_is_fetched_and_names_the_first),
    cmocka_unit_test(similar_pages_differ_in_few_bits_by_option),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
