/* SPDX-License-Identifier: MIT */
/* test_lanes.c - who comes when: slow hosts hold up nobody, hosts take turns, priorities hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

/* ---- a world of many hosts, some of which answer late ---- */

struct lane_world {
  struct cr_sim_world world; /* first */
  unsigned slow_hosts;       /* "sN.slow": each answers after slow_ms */
  int64_t slow_ms;
  unsigned pages; /* of each quick host "qN.quick": /0 to /pages-1, all on "/" */
};

static void answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                   struct cr_sim_answer *out)
{
  const struct lane_world *w = (const struct lane_world *)(const void *)world;
  bool slow = request->url.at[7] == 's';
  bool root = request->url.at[request->url.len - 1] == '/';
  unsigned host = (unsigned)strtoul(request->url.at + 8, NULL, 10);
  char link[32];

  out->head_ms = slow ? w->slow_ms : 20;
  (void)snprintf(out->address, sizeof(out->address), "198.51.100.%u-%c", host, slow ? 's' : 'q');
  cr_sim_head_begin(out, 200, "text/html");
  cr_sim_head_end(out);
  for (unsigned i = 0; !slow && root && i < w->pages; i++) {
    (void)snprintf(link, sizeof(link), "<a href=\"/%u\">x</a>", i);
    (void)cr_buf_add_text(&out->body, link); /* test memory isn't limited */
  }
}

/* Of hosts "sN.slowN.example", or other domains with their first letters. */
static void add_all(struct cr_sim *sim, const char *domain, const char *path, unsigned hosts)
{
  char url[96];

  for (unsigned i = 0; i < hosts; i++) {
    (void)snprintf(url, sizeof(url), "http://%c%u.%s%u.example/%s", domain[0], i, domain, i, path);
    cr_sim_add(sim, url);
  }
}

static void open(struct cr_sim *sim, const struct lane_world *world, unsigned quick_hosts)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &world->world });
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "delay", "0");
  cr_sim_set(sim, "max_retries", "0");
  add_all(sim, "slow", "", world->slow_hosts);
  add_all(sim, "quick", "", quick_hosts);
}

/* When the last request of a quick host ended. */
static int64_t quick_end_ms(const struct cr_sim *sim, unsigned *pages)
{
  int64_t end_ms = 0;

  *pages = 0;
  for (size_t i = 0; i < sim->net.log.len; i++) {
    const struct cr_sim_record *record = &sim->net.log.at[i];
    if (record->event != CR_SIM_REQUEST || cr_sim_log_url(&sim->net.log, i)[7] != 'q')
      continue;
    ++*pages;
    if (record->end_ms > end_ms)
      end_ms = record->end_ms;
  }
  return end_ms;
}

/* Five hundred hosts that answer after half a minute, and 48 slots for hosts not tried: these need
 * two seconds for each 48 of them, until all are in the slow lane. */
static void unknown_slow_hosts_hold_up_the_others_for_seconds_only(void **state)
{
  struct lane_world world = { { answer, cr_sim_site_links }, 500, 29000, 40 };
  struct cr_sim sim;
  unsigned pages;
  (void)state;

  open(&sim, &world, 20);
  cr_sim_run_checked(&sim, 50);
  assert_in_range(quick_end_ms(&sim, &pages), 1000, 1000 + 22000);
  assert_int_equal(pages, 20 * 41);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 500 + 20 * 41);
  assert_in_range(sim.net.most_live, 500, 64 + 512);
  cr_sim_close(&sim);
}

/* However many come, and however full the slow lane is: of 64 slots 16 are for hosts that have
 * been tried. */
static void known_quick_hosts_go_on_while_unknown_slow_ones_fill_the_slow_lane(void **state)
{
  struct lane_world world = { { answer, cr_sim_site_links }, 0, 29000, 200 };
  struct cr_sim sim;
  unsigned pages;
  (void)state;

  open(&sim, &world, 16);
  cr_sim_set(&sim, "slow_concurrency", "64");
  add_all(&sim, "quick", "known", 16);
  cr_sim_set(&sim, "max_pages", "32"); /* "/" and "/known" */
  cr_sim_run_checked(&sim, 50);
  add_all(&sim, "slow", "", 1000);
  cr_sim_set(&sim, "max_pages", "-1");
  int64_t begin_ms = sim.loop->clock_ms;
  cr_sim_run_checked(&sim, 50);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 1000 + 16 * 202);
  assert_in_range(quick_end_ms(&sim, &pages) - begin_ms, 200 * 20, 200 * 20 + 200);
  assert_int_equal(sim.net.most_live, 128);
  cr_sim_close(&sim);
}

/* ... and hosts not tried get on beside many known slow ones with work: who waits in the fast lane
 * comes first. */
static void a_transfer_that_grew_old_moves_before_known_slow_hosts_begin(void **state)
{
  struct lane_world world = { { answer, cr_sim_site_links }, 20, 10000, 0 };
  struct cr_sim sim;
  char text[40];
  (void)state;

  open(&sim, &world, 0);
  cr_sim_set(&sim, "concurrency", "4");
  cr_sim_set(&sim, "slow_concurrency", "4");
  cr_sim_run_checked(&sim, 50); /* all are known now */
  for (unsigned page = 0; page < 10; page++) {
    (void)snprintf(text, sizeof(text), "%u", page);
    add_all(&sim, "slow", text, 20);
  }
  for (int64_t until_ms = sim.loop->clock_ms + 5000; sim.loop->clock_ms < until_ms;)
    (void)cr_sim_step(&sim, 1000);
  assert_int_equal(sim.s->slots.slow, 4); /* half way */
  add_all(&sim, "strange", "", 12);
  int64_t begin_ms = sim.loop->clock_ms;
  cr_sim_run_checked(&sim, 50);
  for (unsigned i = 0; i < 12; i++) {
    (void)snprintf(text, sizeof(text), "http://s%u.strange%u.example/", i, i);
    assert_in_range(cr_sim_request(&sim, text)->end_ms - begin_ms, 10000, 25000);
  }
  cr_sim_close(&sim);
}

static void the_slow_lane_has_eight_slots_at_most_for_one_of_concurrency(void **state)
{
  struct lane_world world = { { answer, cr_sim_site_links }, 60, 29000, 0 };
  struct cr_sim sim;
  (void)state;

  open(&sim, &world, 0);
  cr_sim_set(&sim, "concurrency", "2");
  cr_sim_run_checked(&sim, 1); /* checks the lanes */
  assert_int_equal(sim.s->slots.slow_cap, 16);
  add_all(&sim, "slow", "more", 60);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 120);
  assert_int_equal(sim.net.most_live, 16); /* nothing else was to be done */
  cr_sim_close(&sim);
}

/* The same hosts with more pages, once they are known, and the default lane. */
static void known_slow_hosts_hold_up_nobody(void **state)
{
  struct lane_world world = { { answer, cr_sim_site_links }, 500, 29000, 40 };
  struct cr_sim sim;
  unsigned pages;
  (void)state;

  open(&sim, &world, 0);
  cr_sim_run_checked(&sim, 50);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 500);
  assert_in_range(sim.net.most_live, 65, 64 + 512); /* two lanes */
  int64_t begin_ms = sim.loop->clock_ms;
  add_all(&sim, "slow", "more", 500);
  add_all(&sim, "quick", "", 20);
  cr_sim_run_checked(&sim, 50);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 1000 + 20 * 41);
  /* 41 pages one after the other, 20 ms each. */
  assert_in_range(quick_end_ms(&sim, &pages) - begin_ms, 41 * 20, 41 * 20 + 200);
  cr_sim_close(&sim);
}

static void a_known_slow_host_starts_in_the_slow_lane(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /2", .ms = 3000 },
    { "/1", .ms = 3000 },
    { "/2", .ms = 100 },
    { .url = "http://b.example/" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "delay", "0");
  cr_sim_add(&sim, "/");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 1) {
    assert_false(cr_sim_step(&sim, -1));
    bool old = sim.loop->clock_ms - 1000 >= 2000;
    assert_int_equal(sim.s->slots.slow, old && sim.net.live ? 1 : 0);
  }
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 3 && sim.net.live) {
    assert_int_equal(sim.s->slots.slow, 1); /* from the beginning */
    (void)cr_sim_step(&sim, -1);
  }
  cr_sim_run(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 3);
  cr_sim_close(&sim);
}

static void without_a_slow_lane_old_transfers_stay_where_they_are(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /2", .ms = 9000 },
    { "/1", .ms = 9000 },
    { "/2", .ms = 100 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(&sim, "slow_concurrency", "0");
  cr_sim_add(&sim, "/");
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 3);
  cr_sim_close(&sim);
}

static void a_slow_lane_that_is_closed_later_lets_its_hosts_back(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .hrefs = "/1 /2", .ms = 9000 },
    { "/1", .ms = 9000 },
    { "/2", .ms = 100 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  (void)state;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_add(&sim, "/");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 1)
    assert_false(cr_sim_step(&sim, -1));
  cr_sim_set(&sim, "slow_concurrency", "0");
  cr_sim_run_checked(&sim, 1);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 3);
  cr_sim_close(&sim);
}

/* ---- fairness ---- */

/* While all hosts have URLs left, none is ever more than one page ahead of another. */
static void hosts_take_turns(void **state)
{
  enum { HOSTS = 7 };
  struct lane_world world = { { answer, cr_sim_site_links }, 0, 0, 30 };
  struct cr_sim sim;
  unsigned begun[HOSTS] = { 0 };
  (void)state;

  open(&sim, &world, HOSTS);
  cr_sim_set(&sim, "concurrency", "1");
  cr_sim_run(&sim);
  for (size_t i = 0; i < sim.net.log.len; i++) {
    if (sim.net.log.at[i].event != CR_SIM_REQUEST)
      continue;
    unsigned host = (unsigned)strtoul(cr_sim_log_url(&sim.net.log, i) + 8, NULL, 10);
    begun[host]++;
    for (unsigned other = 0; other < HOSTS; other++)
      assert_true(begun[host] <= begun[other] + 1);
  }
  for (unsigned host = 0; host < HOSTS; host++)
    assert_int_equal(begun[host], 31);
  cr_sim_close(&sim);
}

static void a_large_host_does_not_starve_small_ones(void **state)
{
  struct lane_world world = { { answer, cr_sim_site_links }, 0, 0, 200 };
  struct cr_sim sim;
  (void)state;

  open(&sim, &world, 1);
  cr_sim_set(&sim, "concurrency", "1");
  cr_sim_set(&sim, "keep_open", "1");
  while (cr_sim_stat(&sim, CRAWLER_STAT_FETCHED) < 20)
    assert_false(cr_sim_step(&sim, -1));
  cr_sim_add(&sim, "http://s1.late.example/"); /* a host with one page, late */
  int64_t fetched = cr_sim_stat(&sim, CRAWLER_STAT_FETCHED);
  while (cr_sim_outcome(&sim, "http://s1.late.example/") == 0)
    assert_false(cr_sim_step(&sim, -1));
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), fetched, fetched + 4);
  cr_sim_close(&sim);
}

/* ---- priority ---- */

static int by_last_digit(crawler *c, crawler_request *req, void *user)
{
  const char *url = crawler_request_url(req);

  (void)c;
  (void)user;
  return crawler_request_set_priority(req, url[strlen(url) - 1] - '0');
}

static void in_a_host_priority_comes_before_order_of_arrival(void **state)
{
  struct lane_world world = { { answer, cr_sim_site_links }, 0, 0, 60 };
  struct cr_sim sim;
  int last = 9;
  unsigned last_page = 0;
  unsigned seen = 0;
  (void)state;

  open(&sim, &world, 1);
  crawler_on_filter(sim.c, by_last_digit, NULL);
  cr_sim_run(&sim);
  for (size_t i = 0; i < sim.net.log.len; i++) {
    const char *url = cr_sim_log_url(&sim.net.log, i);
    const char *path = strrchr(url, '/') + 1;
    if (sim.net.log.at[i].event != CR_SIM_REQUEST || *path == '\0')
      continue;
    unsigned page = (unsigned)strtoul(path, NULL, 10);
    int priority = (int)(page % 10);
    assert_true(priority <= last);
    if (priority == last && seen > 0)
      assert_true(page > last_page || seen == 0);
    last = priority;
    last_page = page;
    seen++;
  }
  assert_int_equal(seen, 60);
  cr_sim_close(&sim);
}

/* ---- caps ---- */

static void caps_are_reached_and_kept(void **state)
{
  static const struct {
    const char *host, *site, *address;
    uint32_t most;
  } cases[] = {
    { "1", "0", "0", 4 }, { "3", "0", "0", 12 }, { "3", "5", "0", 5 },
    { "3", "0", "7", 7 }, { "3", "5", "2", 2 },  { "100", "0", "0", 16 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    static const struct cr_sim_page pages[] = {
      { "/", .hrefs = "/1 /2 /3 /4 /5 /6 /7 http://b.a.example/1 http://b.a.example/2 "
                      "http://b.a.example/3 http://b.a.example/4 http://c.a.example/1 "
                      "http://c.a.example/2 http://c.a.example/3 http://c.a.example/4 "
                      "http://d.a.example/1 http://d.a.example/2 http://d.a.example/3" },
    };
    static const struct cr_sim_site site = CR_SIM_SITE(pages);
    struct cr_sim sim;
    cr_sim_open(&sim, &(struct cr_sim_config){ .world = &site.world });
    cr_sim_set(&sim, "obey_robots", "0");
    cr_sim_set(&sim, "delay", "0");
    cr_sim_set(&sim, "span_hosts", "1");
    cr_sim_set(&sim, "concurrency", "16");
    cr_sim_set(&sim, "host_concurrency", cases[i].host);
    cr_sim_set(&sim, "site_concurrency", cases[i].site);
    cr_sim_set(&sim, "address_concurrency", cases[i].address);
    cr_sim_add(&sim, "/");
    cr_sim_run_checked(&sim, 1);
    assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 19);
    uint32_t most = strcmp(cases[i].address, "0") != 0 ? sim.net.police.address_at[0].most
                                                       : sim.net.police.site_at[0].most;
    if (most != cases[i].most)
      fail_msg("%s a host, %s a site, %s an address: %u at once", cases[i].host, cases[i].site,
               cases[i].address, most);
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(unknown_slow_hosts_hold_up_the_others_for_seconds_only),
    cmocka_unit_test(known_quick_hosts_go_on_while_unknown_slow_ones_fill_the_slow_lane),
    cmocka_unit_test(a_transfer_that_grew_old_moves_before_known_slow_hosts_begin),
    cmocka_unit_test(the_slow_lane_has_eight_slots_at_most_for_one_of_concurrency),
    cmocka_unit_test(known_slow_hosts_hold_up_nobody),
    cmocka_unit_test(a_known_slow_host_starts_in_the_slow_lane),
    cmocka_unit_test(without_a_slow_lane_old_transfers_stay_where_they_are),
    cmocka_unit_test(a_slow_lane_that_is_closed_later_lets_its_hosts_back),
    cmocka_unit_test(hosts_take_turns),
    cmocka_unit_test(a_large_host_does_not_starve_small_ones),
    cmocka_unit_test(in_a_host_priority_comes_before_order_of_arrival),
    cmocka_unit_test(caps_are_reached_and_kept),
  };

  return cmocka_run_group_tests_name("lanes", tests, NULL, NULL);
}
