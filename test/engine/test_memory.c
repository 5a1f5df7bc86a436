/* SPDX-License-Identifier: MIT */
/* test_memory.c - what max_memory leaves for each; what begins under it, and what gives way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

#define MB ((int64_t)1 << 20)

static const struct cr_sim_page pages[] = {
  { "/", .hrefs = "/1 /2 /3 /4 /5 /6 /7 /8" },
  { "/1", .ms = 500 },
  { "/2", .ms = 1000 },
  { "/3", .ms = 1000 },
  { "/4", .ms = 1000 },
  { "/5", .ms = 1000 },
  { "/6", .ms = 1000 },
  { "/7", .ms = 1000 },
  { "/8", .ms = 1000 },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, const char *max_memory)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "max_memory", max_memory);
}

/* ---- shares ---- */

static void without_max_memory_each_option_stands_for_itself(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "none");
  assert_int_equal(cr_memory_frontier(sim.s), 0);
  assert_int_equal(cr_memory_body(sim.s), 64 * MB);
  assert_int_equal(cr_memory_kept(sim.s), 8 * MB);
  assert_int_equal(cr_memory_document(sim.s), 256 * MB);
  assert_int_equal(cr_memory_links(sim.s), 500000);
  assert_int_equal(cr_memory_duplicates(sim.s), 64 * MB);
  assert_int_equal(cr_memory_cookies(sim.s), 16 * MB);
  assert_int_equal(cr_memory_traps(sim.s), INT64_MAX);
  assert_int_equal(cr_memory_transfers(sim.s, 64), 64);
  cr_sim_set(&sim, "max_frontier", "1M");
  assert_int_equal(cr_memory_frontier(sim.s), MB);
  cr_sim_close(&sim);
}

static void max_memory_is_shared_out(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "64M");
  assert_int_equal(cr_memory_frontier(sim.s), 32 * MB);
  assert_int_equal(cr_memory_body(sim.s), 8 * MB);
  assert_int_equal(cr_memory_spool(sim.s), 8 * MB);
  assert_int_equal(cr_memory_document(sim.s), 8 * MB);
  assert_int_equal(cr_memory_links(sim.s), 65536);
  assert_int_equal(cr_memory_duplicates(sim.s), 4 * MB);
  assert_int_equal(cr_memory_cookies(sim.s), 4 * MB);
  assert_int_equal(cr_memory_traps(sim.s), 4 * MB);
  assert_int_equal(cr_memory_history(sim.s), 0);
  cr_sim_set(&sim, "history", "1G");
  assert_int_equal(cr_memory_history(sim.s), 8 * MB);
  cr_sim_set(&sim, "max_frontier", "5M"); /* what is said of one part holds */
  cr_sim_set(&sim, "max_body", "1M");
  cr_sim_set(&sim, "max_links", "10");
  assert_int_equal(cr_memory_frontier(sim.s), 5 * MB);
  assert_int_equal(cr_memory_body(sim.s), MB);
  assert_int_equal(cr_memory_links(sim.s), 10);
  cr_sim_close(&sim);
}

static void less_than_a_megabyte_is_a_megabyte(void **state)
{
  static const char *const little[] = { "0", "1", "64k", "1M" };
  (void)state;

  for (size_t i = 0; i < 4; i++) {
    struct cr_sim sim;
    open(&sim, little[i]);
    assert_int_equal(cr_memory_body(sim.s), MB / 8);
    assert_int_equal(cr_memory_frontier(sim.s), MB / 2);
    cr_sim_close(&sim);
  }
}

/* ---- admission ---- */

static void as_much_begins_as_there_is_room_for(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "4M");
  assert_true(cr_memory_transfers(sim.s, 64) >= 10); /* of 256 KB and libcurl's own each */
  assert_true(cr_memory_transfers(sim.s, 64) <= 14);
  assert_int_equal(cr_memory_transfers(sim.s, 3), 3);
  uint32_t before = cr_memory_transfers(sim.s, 64);
  cr_memory_note(sim.s, 16 * MB); /* pages turn out larger */
  assert_true(cr_memory_transfers(sim.s, 64) < before);
  for (int i = 0; i < 100; i++)
    cr_memory_note(sim.s, 1000);
  assert_true(cr_memory_transfers(sim.s, 100) > 50);
  cr_sim_close(&sim);
}

static int take_nothing(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  (void)c;
  (void)page;
  (void)data;
  (void)bytes;
  (void)user;
  return CRAWLER_LATER;
}

static void streams_begin_as_if_all_of_them_were_to_be_paused(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "16M");
  for (int i = 0; i < 200; i++)
    cr_memory_note(sim.s, 1000); /* nothing of their bodies is the page's */
  assert_true(cr_memory_transfers(sim.s, 1000) > 200);
  crawler_on_body(sim.c, take_nothing, NULL);
  assert_true(cr_memory_transfers(sim.s, 1000) * (160 << 10) <= 16 * MB);
  cr_sim_close(&sim);
}

static uint32_t most_in_flight;

static void watch(struct cr_sim *sim)
{
  if (sim->s->slots.fast > most_in_flight)
    most_in_flight = sim->s->slots.fast;
}

/* Also where the crawler takes more than max_memory for itself, as in the first case. */
static void a_crawl_with_room_for_nothing_goes_on_one_by_one(void **state)
{
  static const char *const little[] = { "1M", "1M", "2M" };
  (void)state;

  for (size_t i = 0; i < 3; i++) {
    struct cr_sim sim;
    open(&sim, little[i]);
    cr_sim_set(&sim, "max_frontier", "1M");
    void *taken = i == 0 ? cr_alloc(sim.s->mem, CR_MEM_CORE, MB) : NULL;
    sim.on_turn = watch;
    most_in_flight = 0;
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_string_equal(crawler_ended(sim.c), "complete");
    assert_true(crawler_is_complete(sim.c));
    assert_true(most_in_flight >= 1 && most_in_flight <= 1 + 4 * i);
    cr_free(sim.s->mem, taken);
    cr_sim_close(&sim);
  }
}

/* ---- what gives way ---- */

static struct cr_visit *nth(struct cr_shard *s, int n)
{
  struct cr_list *link = s->visits.next;

  while (n-- > 0)
    link = link->next;
  return CR_CONTAINER(link, struct cr_visit, link);
}

static void one_may_grow_beyond_max_memory_if_nothing_else_gives_memory_back(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "16M");
  cr_sim_add(&sim, "/");
  while (sim.s->slots.fast < 8)
    assert_false(cr_sim_step(&sim, -1));
  struct cr_transfer *first = &nth(sim.s, 0)->transfer;
  assert_int_equal(cr_buf_add(&first->body_in, "<p>", 3), 0);
  size_t room = (size_t)(16 * MB - cr_mem_used(sim.s->mem));
  for (int i = 0; i < 8; i++) {
    assert_true(cr_memory_may_grow(&nth(sim.s, i)->transfer, room, sim.s));
    assert_int_equal(cr_memory_may_grow(&nth(sim.s, i)->transfer, room + 1, sim.s), i == 0);
  }
  atomic_fetch_add(&sim.s->home->offered, 1); /* a page waits for the caller */
  assert_false(cr_memory_may_grow(first, room + 1, sim.s));
  atomic_fetch_sub(&sim.s->home->offered, 1);
  first->stream = true; /* it takes no room, and may be paused for long */
  assert_true(cr_memory_may_grow(&nth(sim.s, 1)->transfer, room + 1, sim.s));
  first->stream = false;
  atomic_fetch_add(&sim.s->home->left_bytes, 100); /* what callers hold is theirs to bound */
  assert_true(cr_memory_may_grow(&nth(sim.s, 1)->transfer, room + 100, sim.s));
  assert_false(cr_memory_may_grow(&nth(sim.s, 1)->transfer, room + 101, sim.s));
  void *made = cr_alloc(sim.s->mem, CR_MEM_CALLER, MB); /* and what they make of it */
  assert_true(cr_memory_may_grow(&nth(sim.s, 1)->transfer, room + 100, sim.s));
  cr_free(sim.s->mem, made);
  atomic_fetch_sub(&sim.s->home->left_bytes, 100);
  cr_sim_close(&sim);
}

/* ---- rules of robots.txt ---- */

enum { HOSTS = 40, RULES_BYTES = 100000 };

static char rules_text[RULES_BYTES];
static char rules_urls[2 * HOSTS][64];
static struct cr_sim_page rules_pages[2 * HOSTS + 1];

/* Each host has 100 KB of rules, and a page that leads to the next host. */
static void make_rules_site(struct cr_sim_site *of)
{
  static char hrefs[HOSTS + 1][64];
  size_t at = (size_t)snprintf(rules_text, sizeof(rules_text), "User-agent: *\nDisallow: /no\n");

  while (at + 64 < sizeof(rules_text))
    at += (size_t)snprintf(rules_text + at, 64, "Disallow: /forbidden/%zu/and/more\n", at);
  for (size_t i = 0; i < HOSTS; i++) {
    (void)snprintf(hrefs[i], 64, "http://h%zu.example/no http://h%zu.example/", i, i);
    (void)snprintf(rules_urls[2 * i], 64, "http://h%zu.example/robots.txt", i);
    (void)snprintf(rules_urls[2 * i + 1], 64, "http://h%zu.example/", i);
    rules_pages[2 * i] = (struct cr_sim_page){ rules_urls[2 * i], .body = rules_text };
    rules_pages[2 * i + 1] = (struct cr_sim_page){ rules_urls[2 * i + 1], .hrefs = hrefs[i + 1] };
  }
  rules_pages[2 * HOSTS] = (struct cr_sim_page){ "/", .hrefs = hrefs[0] };
  *of = (struct cr_sim_site)CR_SIM_SITE(rules_pages);
}

static int64_t most_frontier_bytes;

static void watch_rules(struct cr_sim *sim)
{
  int64_t bytes = sim->s->mem->used[CR_MEM_FRONTIER];

  if (bytes > most_frontier_bytes)
    most_frontier_bytes = bytes;
}

static void rules_that_nobody_waits_for_are_let_go(void **state)
{
  static const char *const most[] = { "none", "1M" };
  (void)state;

  for (size_t i = 0; i < 2; i++) {
    struct cr_sim_site rules_site;
    struct cr_sim sim;
    make_rules_site(&rules_site);
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &rules_site.world });
    cr_sim_set(&sim, "span_hosts", "1");
    cr_sim_set(&sim, "max_frontier", "100M");
    cr_sim_set(&sim, "max_memory", most[i]);
    sim.on_turn = watch_rules;
    most_frontier_bytes = 0;
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_count(&sim, CRAWLER_DROPPED, CRAWLER_DROPPED_ROBOTS), HOSTS);
    if (i == 0)
      assert_true(most_frontier_bytes > HOSTS * RULES_BYTES);
    else
      assert_true(most_frontier_bytes < 10 * RULES_BYTES);
    cr_sim_close(&sim);
  }
}

/* All hosts at once, with two pages each: while the first one waits for its turn, and the second
 * one for the host's delay, somebody waits for all rules. */
static void rules_that_are_awaited_are_bounded_too(void **state)
{
  static char urls[3 * HOSTS][64];
  static char hrefs[2 * HOSTS * 64];
  static struct cr_sim_page wide[3 * HOSTS + 1];
  struct cr_sim_site chain;
  struct cr_sim sim;
  size_t at = 0;
  (void)state;

  make_rules_site(&chain); /* for their text */
  for (size_t i = 0; i < HOSTS; i++) {
    static const char *const paths[3] = { "robots.txt", "", "2" };
    for (size_t j = 0; j < 3; j++) {
      (void)snprintf(urls[3 * i + j], 64, "http://w%zu.example/%s", i, paths[j]);
      wide[3 * i + j] = (struct cr_sim_page){ urls[3 * i + j], .body = j == 0 ? rules_text : "x" };
    }
    at += (size_t)snprintf(hrefs + at, 128, "%s%s %s", i > 0 ? " " : "", urls[3 * i + 1],
                           urls[3 * i + 2]);
  }
  wide[3 * HOSTS] = (struct cr_sim_page){ "/", .hrefs = hrefs };
  const struct cr_sim_site wide_site = CR_SIM_SITE(wide);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &wide_site.world });
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_set(&sim, "max_memory", "2M");
  sim.on_turn = watch_rules;
  sim.net.police.lenient = true; /* files are asked for again */
  most_frontier_bytes = 0;
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_count(&sim, CRAWLER_FETCHED, CRAWLER_REASON_NONE), 2 * HOSTS + 1);
  assert_true(most_frontier_bytes < 2 * MB);
  cr_sim_close(&sim);
}

static void a_frontier_without_memory_has_enough_for_a_few_urls(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, "none");
  cr_sim_set(&sim, "max_frontier", "0");
  cr_sim_add(&sim, CR_SIM_ORIGIN "/");
  for (int i = 0; i < 1000; i++) {
    char url[64];
    (void)snprintf(url, sizeof(url), CR_SIM_ORIGIN "/missing/%d", i);
    cr_sim_add(&sim, url);
  }
  cr_sim_run(&sim);
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 100, 900);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_LINKS_CAPPED) > 0);
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_max_memory_each_option_stands_for_itself),
    cmocka_unit_test(max_memory_is_shared_out),
    cmocka_unit_test(less_than_a_megabyte_is_a_megabyte),
    cmocka_unit_test(a_frontier_without_memory_has_enough_for_a_few_urls),
    cmocka_unit_test(as_much_begins_as_there_is_room_for),
    cmocka_unit_test(streams_begin_as_if_all_of_them_were_to_be_paused),
    cmocka_unit_test(a_crawl_with_room_for_nothing_goes_on_one_by_one),
    cmocka_unit_test(rules_that_nobody_waits_for_are_let_go),
    cmocka_unit_test(rules_that_are_awaited_are_bounded_too),
    cmocka_unit_test(one_may_grow_beyond_max_memory_if_nothing_else_gives_memory_back),
  };

  return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
