/* SPDX-License-Identifier: MIT */
/* test_loads.c - a crawl with more transfers than its thread can serve.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

enum { HOSTS = 3000, CONCURRENCY = 1000, SLOW = 200, ANSWER_MS = 100 };

static void answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                   struct cr_sim_answer *out)
{
  unsigned host = 0;

  (void)world;
  (void)sscanf(request->url.at, "http://h%u", &host);
  out->head_ms = ANSWER_MS + host % ANSWER_MS;
  (void)snprintf(out->address, sizeof(out->address), "198.51.100.%u-h", host);
  cr_sim_head_begin(out, 200, "text/html");
  cr_sim_head_end(out);
}

static const struct cr_sim_world world = { answer, cr_sim_site_links };

struct slow_page { /* what a page costs the thread */
  struct cr_sim *sim;
  int64_t ms;
  int64_t most; /* transfers that there might be, at any time: the least */
  int64_t peak; /* in flight, once that has settled */
  int64_t pages;
};

static int take_time(crawler *c, crawler_page *page, void *user)
{
  struct slow_page *slow = user;
  int64_t most = crawler_get_stat(c, CRAWLER_STAT_TRANSFERS_MOST);
  int64_t transfers = crawler_get_stat(c, CRAWLER_STAT_TRANSFERS);

  (void)page;
  slow->sim->loop->clock_ms += slow->ms;
  if (slow->most == 0 || most < slow->most)
    slow->most = most;
  if (++slow->pages > HOSTS / 2 && transfers > slow->peak)
    slow->peak = transfers;
  return 0;
}

static void crawl(struct cr_sim *sim, struct slow_page *slow, const char *slow_concurrency)
{
  char url[64];

  slow->sim = sim;
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &world });
  cr_sim_set(sim, "concurrency", "1000");
  cr_sim_set(sim, "slow_concurrency", slow_concurrency);
  cr_sim_set(sim, "slow_after", "1h");
  cr_sim_set(sim, "obey_robots", "0");
  crawler_on_page(sim->c, take_time, slow);
  for (int i = 0; i < HOSTS; i++) {
    (void)snprintf(url, sizeof(url), "http://h%d.site%d.example/", i, i);
    cr_sim_add(sim, url);
  }
  cr_sim_run_checked(sim, 50);
  assert_string_equal(crawler_ended(sim->c), "complete");
  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_FETCHED), HOSTS);
  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_ATTEMPTS), HOSTS);
}

static void a_thread_that_keeps_up_has_all_transfers(void **state)
{
  struct slow_page slow = { .ms = 0 };
  struct cr_sim sim;
  (void)state;

  crawl(&sim, &slow, "200");
  assert_int_equal(slow.most, CONCURRENCY + SLOW);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_TRANSFERS_MOST), CONCURRENCY + SLOW);
  cr_sim_close(&sim);
}

/* 5 ms a page: of those that take 100 ms elsewhere, 20 keep it busy. */
static void one_that_does_not_has_fewer_and_fetches_every_page(void **state)
{
  struct slow_page slow = { .ms = 5 };
  struct cr_sim sim;
  (void)state;

  crawl(&sim, &slow, "0");
  assert_in_range(slow.most, CR_LOAD_LEAST, 2 * CR_LOAD_LEAST);
  assert_in_range(slow.peak, 20, 4 * CR_LOAD_LEAST);
  /* and is never idle for it */
  assert_in_range(cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS), HOSTS * slow.ms,
                  HOSTS * slow.ms + 1000);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_thread_that_keeps_up_has_all_transfers),
    cmocka_unit_test(one_that_does_not_has_fewer_and_fetches_every_page),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
