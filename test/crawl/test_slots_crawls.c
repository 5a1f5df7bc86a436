/* SPDX-License-Identifier: MIT */
/* test_slots_crawls.c - hosts that are parked or answer late cost the others nothing.
 *
 * More quick hosts than slots, without delays, so that every slot is wanted at every moment. What
 * they get through in a span of time is compared with a crawl that has no other hosts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

enum { SLOTS = 64, QUICK_HOSTS = 80, PAGES = 1200, QUICK_MS = 50, SLOW_MS = 30000 };
/* By then 500 hosts have been tried, 48 at once for two seconds each. */
enum { FOUND_MS = 23000, SPAN_MS = 10000 };
/* By then the last of these has answered, and has asked for its next page. */
enum { KNOWN_MS = 56000 };

/* "q0.quick0.example", "s0.slow0.example", "p0.parked0.example": each front page leads to all of
 * its host's pages. */
static void answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                   struct cr_sim_answer *out)
{
  char sort = request->url.at[7];
  bool is_front = request->url.at[request->url.len - 1] == '/';
  unsigned host = (unsigned)strtoul(request->url.at + 8, NULL, 10);
  unsigned pages = sort == 'q' ? PAGES : 3;
  char link[32];

  (void)world;
  out->head_ms = sort == 's' ? SLOW_MS : QUICK_MS;
  (void)snprintf(out->address, sizeof(out->address), "198.51.100.%u-%c", host, sort);
  cr_sim_head_begin(out, sort == 'p' && !is_front ? 429 : 200, "text/html");
  if (sort == 'p' && !is_front)
    cr_sim_head_add(out, "Retry-After", "3600");
  cr_sim_head_end(out);
  for (unsigned i = 0; is_front && i < pages; i++) {
    (void)snprintf(link, sizeof(link), "<a href=\"/%u\">x</a>", i);
    (void)cr_buf_add_text(&out->body, link); /* test memory isn't limited */
  }
}

static void add_hosts(struct cr_sim *sim, const char *sort, unsigned hosts)
{
  char url[96];

  for (unsigned i = 0; i < hosts; i++) {
    (void)snprintf(url, sizeof(url), "http://%c%u.%s%u.example/", sort[0], i, sort, i);
    cr_sim_add(sim, url);
  }
}

/* Requests to quick hosts that ended within the span. */
static unsigned quick_requests(const struct cr_sim *sim, int64_t begin_ms)
{
  unsigned count = 0;

  for (size_t i = 0; i < sim->net.log.len; i++) {
    const struct cr_sim_record *r = &sim->net.log.at[i];
    count += r->event == CR_SIM_REQUEST && cr_sim_log_url(&sim->net.log, i)[7] == 'q' &&
             r->end_ms >= begin_ms && r->end_ms < begin_ms + SPAN_MS;
  }
  return count;
}

struct beside { /* the quick hosts */
  unsigned parked, slow;
  const char *slow_concurrency;
  int64_t begin_ms;               /* of the span, since the crawl began */
  unsigned least_slow, most_slow; /* in the slow lane at its end */
};

/* How much the quick hosts get through beside so many others. */
static unsigned crawl(const struct beside *others)
{
  static const struct cr_sim_world world = { answer, cr_sim_site_links };
  int64_t begin_ms = 1000 + others->begin_ms; /* the virtual clock begins at a second */
  struct cr_sim sim;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &world });
  cr_sim_set(&sim, "obey_robots", "0");
  cr_sim_set(&sim, "delay", "0");
  cr_sim_set(&sim, "timeout", "1m");
  if (others->slow_concurrency)
    cr_sim_set(&sim, "slow_concurrency", others->slow_concurrency);
  add_hosts(&sim, "parked", others->parked);
  add_hosts(&sim, "slow", others->slow);
  add_hosts(&sim, "quick", QUICK_HOSTS);
  while (!sim.loop || sim.loop->clock_ms < begin_ms + SPAN_MS)
    assert_false(cr_sim_step(&sim, 1000));
  cr_sim_check(&sim);
  assert_int_equal(sim.s->slots.fast_cap, SLOTS);
  assert_in_range(sim.s->slots.slow, others->least_slow, others->most_slow);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_PARKS), others->parked);
  unsigned requests = quick_requests(&sim, begin_ms);
  cr_sim_close(&sim);
  return requests;
}

/* All of them at work meanwhile, or waiting with pages queued: when they have just been found, and
 * when each has had a first answer and the next ones begin in the slow lane. */
static void others_get_through_as_much_as_without_them(void **state)
{
  static const struct beside rows[] = {
    { 500, 0, NULL, FOUND_MS, 0, 0 },       { 0, 500, NULL, FOUND_MS, 490, 500 },
    { 250, 250, NULL, FOUND_MS, 250, 250 }, { 500, 500, NULL, FOUND_MS, 490, 500 },
    { 500, 0, NULL, KNOWN_MS, 0, 0 },       { 0, 500, NULL, KNOWN_MS, 490, 500 },
    { 500, 500, NULL, KNOWN_MS, 490, 500 },
  };
  const struct beside nobody[] = { { 0, 0, NULL, FOUND_MS, 0, 0 }, { 0, 0, NULL, KNOWN_MS, 0, 0 } };
  const unsigned alone[] = { crawl(&nobody[0]), crawl(&nobody[1]) };
  (void)state;

  for (size_t i = 0; i < 2; i++)
    assert_in_range(alone[i], SLOTS * (SPAN_MS / QUICK_MS - 10), SLOTS * SPAN_MS / QUICK_MS);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    unsigned beside = crawl(&rows[i]);
    unsigned without = alone[rows[i].begin_ms == KNOWN_MS];
    /* A slot that is taken for a moment at the ends of the span: one request each. */
    if (beside + SLOTS < without || beside > without + SLOTS)
      fail_msg("row %zu: %u beside the others, %u without them", i, beside, without);
  }
}

/* What is compared can tell: with no slow lane the slow hosts take what there is. */
static void without_a_slow_lane_they_get_through_much_less(void **state)
{
  static const struct beside slow = { 0, 500, "0", FOUND_MS, 0, 0 };
  static const struct beside nobody = { 0, 0, "0", FOUND_MS, 0, 0 };
  (void)state;

  assert_true(2 * crawl(&slow) < crawl(&nobody));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(others_get_through_as_much_as_without_them),
    cmocka_unit_test(without_a_slow_lane_they_get_through_much_less),
  };

  return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
