/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_given_up.c - a parse in the way ends neither late nor never when the crawl is canceled.
 *
 * The parser here goes on until it is told that nobody wants it any more: a crawl that waited for
 * it would hang. Nothing is timed.
 */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

enum { PAGES = 40, LINKS = 20000, HANG_MS = 20000 };

static atomic_bool goes_on; /* for ever, until it is given up */
static atomic_int begun;

static void parse(struct cr_parse *p, void *user)
{
  atomic_fetch_add(&begun, 1);
  while (atomic_load(&goes_on) && !cr_is_given_up(p->scratch->given_up))
    (void)sched_yield();
  cr_parse_run(p, user);
}

/* All that isn't there, which is a page, too. */
static const struct cr_sim_page nothing[] = { { .url = "/never-asked-for" } };
static const struct cr_sim_site site = CR_SIM_SITE(nothing);

static int ignore_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  (void)user;
  return 0;
}

static void open(struct cr_sim *sim, int workers)
{
  char url[32];

  atomic_store(&goes_on, true);
  atomic_store(&begun, 0);
  cr_sim_open(sim,
              &(struct cr_sim_config){
                  .world = &site.world, .workers = workers, .unordered = true, .parser = parse });
  sim->net.police.lenient = true; /* what was fetched and not parsed is fetched again */
  cr_sim_set(sim, "own_server", "1");
  cr_sim_set(sim, "document", "1"); /* is a worker's, where there is one */
  crawler_on_page(sim->c, ignore_page, NULL);
  for (int i = 0; i < PAGES; i++) {
    (void)snprintf(url, sizeof(url), "/%d", i);
    cr_sim_add(sim, url);
  }
}

static void start_and_wait_for_a_parse(struct cr_sim *sim)
{
  assert_int_equal(crawler_start_thread(sim->c), 0);
  while (atomic_load(&begun) == 0)
    (void)sched_yield();
}

/* With so many workers, and with each number above it up to two. */
static void drive_with(int workers, void (*drive)(struct cr_sim *sim))
{
  for (; workers <= 2; workers++) {
    struct cr_sim sim;
    open(&sim, workers);
    drive(&sim);
    cr_sim_close(&sim);
  }
}

static void cancel_and_run_again(struct cr_sim *sim)
{
  start_and_wait_for_a_parse(sim);
  crawler_cancel(sim->c);
  assert_int_equal(crawler_wait(sim->c, HANG_MS), CRAWLER_OK);
  assert_string_equal(crawler_ended(sim->c), "canceled");
  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_FETCHED), 0);
  atomic_store(&goes_on, false); /* another run wants them again */
  assert_int_equal(crawler_start_thread(sim->c), 0);
  assert_int_equal(crawler_wait(sim->c, HANG_MS), CRAWLER_OK);
  assert_string_equal(crawler_ended(sim->c), "complete");
  assert_int_equal(cr_sim_stat(sim, CRAWLER_STAT_FETCHED), PAGES);
  cr_sim_check(sim);
}

/* workers 0: the loop thread parses. */
static void a_cancel_ends_it_and_its_urls_stay(void **state)
{
  (void)state;
  drive_with(0, cancel_and_run_again);
}

static void free_in_a_parse(struct cr_sim *sim)
{
  start_and_wait_for_a_parse(sim);
  crawler_free(sim->c);
  sim->freed = true;
}

static void so_does_a_free(void **state)
{
  (void)state;
  drive_with(0, free_in_a_parse);
}

static void step_to_a_parse(struct cr_sim *sim)
{
  while (atomic_load(&begun) == 0)
    assert_false(cr_sim_step(sim, 10));
}

static void so_does_a_free_between_two_steps(void **state)
{
  (void)state;
  drive_with(1, step_to_a_parse);
}

static void so_does_max_time(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim, 1);
  cr_sim_set(&sim, "max_time", "5s");
  assert_int_equal(cr_sim_drive(&sim), 0);
  assert_string_equal(crawler_ended(sim.c), "max_time");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 0);
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

/* ---- links ---- */

static int filtered;

static int cancel_soon(crawler *c, crawler_request *req, void *user)
{
  (void)req;
  (void)user;
  if (++filtered == 10)
    crawler_cancel(c);
  return filtered == 1 ? CRAWLER_ACCEPT : CRAWLER_REJECT; /* the seed is asked about first */
}

/* Each link is asked about once, by whatever run. */
static void links_without_end_are_left_for_the_next_run(void **state)
{
  static char body[LINKS * 24];
  static const struct cr_sim_page pages[] = { { .url = "/", .body = body } };
  static const struct cr_sim_site many = CR_SIM_SITE(pages);
  struct cr_sim sim;
  size_t len = 0;
  (void)state;

  filtered = 0;
  for (int i = 0; i < LINKS; i++)
    len += (size_t)snprintf(body + len, sizeof(body) - len, "<a href=/%d>x</a>", i);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &many.world, .parser = cr_parse_run });
  sim.net.police.lenient = true;
  cr_sim_add(&sim, "/");
  crawler_on_filter(sim.c, cancel_soon, NULL);
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "canceled");
  assert_true(filtered > 10 && filtered < LINKS / 2);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_QUEUED), 1);
  cr_sim_run(&sim);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 1);
  assert_int_equal(filtered, LINKS + 1); /* the seed, too */
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_cancel_ends_it_and_its_urls_stay),
    cmocka_unit_test(so_does_a_free),
    cmocka_unit_test(so_does_a_free_between_two_steps),
    cmocka_unit_test(so_does_max_time),
    cmocka_unit_test(links_without_end_are_left_for_the_next_run),
  };

  return cmocka_run_group_tests_name("given up", tests, NULL, NULL);
}
