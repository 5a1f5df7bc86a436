/* SPDX-License-Identifier: MIT */
/* test_lookups.c - crawls of hosts whose names take long, or that nobody answers for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

enum { ANSWER_MS = 10, DNS_TIMEOUT_MS = 10000 };

struct names {
  struct cr_sim_world world; /* first */
  unsigned hosts;
  unsigned one_dead_of; /* 0: none is */
  int64_t resolve_ms;   /* of those that aren't */
  int64_t live;         /* pages of them that have come */
  int64_t last_live_ms;
  int64_t most_in_lanes;
  struct cr_sim *sim;
};

static bool is_dead(const struct names *names, unsigned host)
{
  return names->one_dead_of > 0 && host % names->one_dead_of == 0;
}

static void answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                   struct cr_sim_answer *out)
{
  const struct names *names = (const struct names *)(const void *)world;
  unsigned host = 0;

  (void)sscanf(request->url.at, "http://h%u", &host);
  (void)snprintf(out->address, sizeof(out->address), "198.51.100.%u-h", host);
  out->resolve_ms = is_dead(names, host) ? DNS_TIMEOUT_MS : names->resolve_ms;
  out->head_ms = ANSWER_MS;
  if (is_dead(names, host))
    out->failure = CRAWLER_FAILED_DNS;
  cr_sim_head_begin(out, 200, "text/html");
  cr_sim_head_end(out);
}

static int note_page(crawler *c, crawler_page *page, void *user)
{
  struct names *names = user;
  int64_t in_lanes = (int64_t)names->sim->s->slots.fast + names->sim->s->slots.slow;

  (void)page;
  names->live++;
  names->last_live_ms = crawler_get_stat(c, CRAWLER_STAT_ELAPSED_MS);
  if (in_lanes > names->most_in_lanes)
    names->most_in_lanes = in_lanes;
  return 0;
}

static void crawl(struct names *names, struct cr_sim *sim, const char *concurrency)
{
  char url[64];

  names->world = (struct cr_sim_world){ answer, cr_sim_site_links };
  names->sim = sim;
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &names->world });
  cr_sim_set(sim, "concurrency", concurrency);
  cr_sim_set(sim, "slow_concurrency", "0");
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "max_retries", "0");
  crawler_on_page(sim->c, note_page, names);
  for (unsigned i = 0; i < names->hosts; i++) {
    (void)snprintf(url, sizeof(url), "http://h%u.site%u.example/", i, i);
    cr_sim_add(sim, url);
  }
  cr_sim_run_checked(sim, 1);
  assert_string_equal(crawler_ended(sim->c), "complete");
}

/* Forty of them, ten seconds each, with eight transfers at a time. */
static void names_that_nobody_answers_for_hold_none_up(void **state)
{
  struct names names = { .hosts = 400, .one_dead_of = 10 };
  struct cr_sim sim;
  (void)state;

  crawl(&names, &sim, "8");
  assert_int_equal(names.live, 360);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FAILED), 40);
  assert_int_equal(sim.s->slots.aside, 0);
  /* 13 ms a page, of eight at a time; and the dead ones 200 ms of a lane each, at most. */
  assert_in_range(names.last_live_ms, 360 * 12 / 8, 360 * 13 / 6 + 40 * 200 / 4);
  cr_sim_close(&sim);
}

/* More wait for a name than have room aside: the rest stay in their lane. */
static void so_many_are_set_aside_and_no_more(void **state)
{
  struct names names = { .hosts = 40, .one_dead_of = 1 };
  struct cr_sim sim;
  (void)state;

  crawl(&names, &sim, "2");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FAILED), 40);
  /* two lanes and sixteen aside: three rounds of ten seconds */
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS), 2 * DNS_TIMEOUT_MS,
                  3 * DNS_TIMEOUT_MS + 1000);
  cr_sim_close(&sim);
}

/* Then there is no room for most, and they take their turn again. */
static void names_that_come_all_at_once_keep_to_their_lanes(void **state)
{
  struct names names = { .hosts = 100, .resolve_ms = 3000 };
  struct cr_sim sim;
  (void)state;

  crawl(&names, &sim, "4");
  assert_int_equal(names.live, 100);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 100);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ATTEMPTS), 100);
  assert_in_range(names.most_in_lanes, 1, 4);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_that_nobody_answers_for_hold_none_up),
    cmocka_unit_test(so_many_are_set_aside_and_no_more),
    cmocka_unit_test(names_that_come_all_at_once_keep_to_their_lanes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
