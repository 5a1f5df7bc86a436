/* SPDX-License-Identifier: MIT */
/* test_other_threads.c - a crawl on a thread of the library's, and what other threads may do to it.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/crawl_rig.h"

enum { HANG_MS = 20000 };

static const struct cr_sim_rules rules = {
  .seeds = 2, .span_hosts = true, .obey_robots = true, .max_depth = -1, .max_retries = 2
};

static void open(struct cr_sim *sim, const struct cr_sim_web *web, int workers)
{
  cr_sim_open(sim, &(struct cr_sim_config){
                       .world = &web->world,
                       .workers = workers,
                       .unordered = true,
                   });
  cr_sim_set(sim, "span_hosts", "1");
}

static void check_oracle(struct cr_sim *sim, const struct cr_sim_web *web)
{
  struct cr_sim_oracle oracle;

  cr_sim_oracle_open(&oracle, &sim->mem, web, &rules);
  cr_sim_check_oracle(sim, &oracle);
  cr_sim_oracle_close(&oracle);
  cr_sim_check(sim);
}

static int ignore_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  (void)user;
  return 0;
}

static void its_own_thread_crawls_as_any_other(void **state)
{
  (void)state;
  for (int workers = 0; workers <= 2; workers++) {
    struct cr_sim_web web;
    struct cr_sim sim;
    cr_sim_web_init(&web, 5, 30, 400);
    open(&sim, &web, workers);
    crawler_on_page(sim.c, ignore_page, NULL); /* with a hook nothing waits to be pulled */
    cr_sim_add_hosts(&sim, &web, 2);
    assert_int_equal(crawler_start_thread(sim.c), 0);
    assert_int_equal(crawler_wait(sim.c, HANG_MS), CRAWLER_OK);
    assert_string_equal(crawler_ended(sim.c), "complete");
    check_oracle(&sim, &web);
    cr_sim_close(&sim);
  }
}

static void pages_are_pulled_from_it_by_descriptor(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  struct pollfd fd = { .events = POLLIN };
  crawler_page *page = NULL;
  int err;
  int64_t count = 0;
  (void)state;

  cr_sim_web_init(&web, 6, 30, 400);
  open(&sim, &web, 2);
  assert_int_equal(crawler_fd(sim.c), -1);
  cr_sim_add_hosts(&sim, &web, 2);
  assert_int_equal(crawler_start_thread(sim.c), 0);
  fd.fd = crawler_fd(sim.c);
  assert_true(fd.fd >= 0);
  do {
    assert_int_equal(poll(&fd, 1, HANG_MS), 1);
    err = crawler_next(sim.c, &page, 0);
    count += err == CRAWLER_OK;
    assert_int_not_equal(err, CRAWLER_AGAIN);
    crawler_page_release(page);
  } while (err == CRAWLER_OK);
  assert_int_equal(err, CRAWLER_DONE);
  assert_int_equal(count, cr_sim_stat(&sim, CRAWLER_STAT_FETCHED));
  assert_int_equal(crawler_wait(sim.c, HANG_MS), CRAWLER_OK);
  check_oracle(&sim, &web);
  cr_sim_close(&sim);
}

/* ---- other threads add, ask and stop ---- */

struct adder {
  pthread_t thread;
  struct cr_sim *sim;
  const struct cr_sim_web *web;
  uint32_t first, step;
};

static void *add_hosts(void *arg)
{
  const struct adder *a = arg;
  char url[CR_SIM_URL_BYTES];

  for (uint32_t host = a->first; host < a->web->hosts; host += a->step) {
    cr_sim_web_url(a->web, (struct cr_sim_ref){ .host = host }, url);
    if (crawler_add(a->sim->c, url) != 0)
      return arg;
  }
  return NULL;
}

/* Reads snapshots until all is fetched; answers NULL if each one was consistent. */
static void *read_stats(void *arg)
{
  const struct adder *a = arg;
  int64_t admitted = 0;

  while (crawler_wait(a->sim->c, 0) == CRAWLER_AGAIN) {
    crawler_stats *stats = NULL;
    if (crawler_get_stats(a->sim->c, &stats) != 0)
      return arg;
    int64_t now = crawler_stats_get(stats, CRAWLER_STAT_ADMITTED);
    int64_t sum = 0;
    for (int which = CRAWLER_STAT_QUEUED; which <= CRAWLER_STAT_DROPPED; which++)
      sum += crawler_stats_get(stats, (crawler_stat)which);
    int64_t links = crawler_stats_get(stats, CRAWLER_STAT_LINKS);
    for (int which = CRAWLER_STAT_LINKS_KNOWN; which <= CRAWLER_STAT_LINKS_ADMITTED; which++)
      links -= crawler_stats_get(stats, (crawler_stat)which);
    crawler_stats_free(stats);
    if (now != sum || links != 0 || now < admitted)
      return arg;
    admitted = now;
  }
  return NULL;
}

static void threads_add_and_ask_while_it_runs(void **state)
{
  enum { THREADS = 4 };
  struct cr_sim_web web;
  struct cr_sim sim;
  struct adder adders[THREADS + 1];
  (void)state;

  cr_sim_web_init(&web, 7, 200, 600);
  open(&sim, &web, 1);
  crawler_on_page(sim.c, ignore_page, NULL);
  cr_sim_set(&sim, "keep_open", "1");
  assert_int_equal(crawler_start_thread(sim.c), 0);
  for (uint32_t i = 0; i <= THREADS; i++) {
    adders[i] = (struct adder){ .sim = &sim, .web = &web, .first = i, .step = THREADS };
    assert_int_equal(
        pthread_create(&adders[i].thread, NULL, i == THREADS ? read_stats : add_hosts, &adders[i]),
        0);
  }
  for (uint32_t i = 0; i < THREADS; i++) {
    void *failed = NULL;
    pthread_join(adders[i].thread, &failed);
    assert_null(failed);
  }
  crawler_stop(sim.c); /* idle or not: this ends it */
  assert_int_equal(crawler_wait(sim.c, HANG_MS), CRAWLER_OK);
  void *failed = NULL;
  pthread_join(adders[THREADS].thread, &failed);
  assert_null(failed);
  assert_string_equal(crawler_ended(sim.c), "stopped");
  cr_sim_check(&sim);
  cr_sim_close(&sim);
}

static void started_again_the_thread_goes_on(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  int runs = 0;
  (void)state;

  cr_sim_web_init(&web, 8, 30, 400);
  open(&sim, &web, 1);
  crawler_on_page(sim.c, ignore_page, NULL);
  cr_sim_add_hosts(&sim, &web, 2);
  do {
    assert_int_equal(crawler_start_thread(sim.c), 0);
    if (runs % 2)
      crawler_cancel(sim.c);
    else
      crawler_stop(sim.c);
    assert_int_equal(crawler_wait(sim.c, HANG_MS), CRAWLER_OK);
    cr_sim_check(&sim);
  } while (++runs < 20);
  assert_int_equal(crawler_start_thread(sim.c), 0);
  assert_int_equal(crawler_wait(sim.c, HANG_MS), CRAWLER_OK);
  assert_string_equal(crawler_ended(sim.c), "complete");
  check_oracle(&sim, &web);
  cr_sim_close(&sim);
}

static void freed_while_its_thread_runs_it_joins_it(void **state)
{
  (void)state;
  for (int i = 0; i < 20; i++) {
    struct cr_sim_web web;
    struct cr_sim sim;
    cr_sim_web_init(&web, 9, 30, 400);
    open(&sim, &web, i % 3);
    crawler_on_page(sim.c, ignore_page, NULL);
    cr_sim_add_hosts(&sim, &web, 2);
    assert_int_equal(crawler_start_thread(sim.c), 0);
    if (i % 2)
      (void)crawler_wait(sim.c, 1);
    cr_sim_close(&sim);
  }
}

/* ---- a signal handler ---- */

static crawler *volatile handled;

static void on_signal(int number)
{
  (void)number;
  crawler_stop(handled);
}

static int raise_once(crawler *c, crawler_page *page, void *user)
{
  int *count = user;

  (void)c;
  (void)page;
  if (++*count == 20)
    (void)raise(SIGUSR1); /* to this thread, now */
  return 0;
}

static void a_signal_handler_stops_it(void **state)
{
  struct cr_sim_web web;
  struct cr_sim sim;
  int count = 0;
  (void)state;

  CR_CRAWL_ONLY("the library's own thread takes no signals", CR_WAY_RUN, CR_WAY_STEP_0, CR_WAY_STEP,
                CR_WAY_NEXT, CR_WAY_BASE, CR_WAY_POLL);
  cr_sim_web_init(&web, 10, 30, 400);
  open(&sim, &web, 0);
  crawler_on_page(sim.c, raise_once, &count);
  cr_sim_add_hosts(&sim, &web, 2);
  handled = sim.c;
  void (*before)(int) = signal(SIGUSR1, on_signal);
  cr_sim_run(&sim);
  (void)signal(SIGUSR1, before);
  assert_string_equal(crawler_ended(sim.c), "stopped");
  assert_true(count >= 20);
  cr_sim_close(&sim);
}

/* ---- several crawlers ---- */

static void *crawl_alone(void *arg)
{
  struct cr_sim *sim = arg;

  return cr_sim_drive(sim) == 0 ? NULL : arg;
}

static void four_at_once_share_nothing(void **state)
{
  enum { CRAWLERS = 4 };
  struct cr_sim_web web;
  struct cr_sim sims[CRAWLERS];
  pthread_t threads[CRAWLERS];
  (void)state;

  cr_sim_web_init(&web, 11, 60, 800);
  for (int i = 0; i < CRAWLERS; i++) {
    open(&sims[i], &web, 1);
    cr_sim_add_hosts(&sims[i], &web, 2);
    assert_int_equal(pthread_create(&threads[i], NULL, crawl_alone, &sims[i]), 0);
  }
  for (int i = 0; i < CRAWLERS; i++) {
    void *failed = NULL;
    pthread_join(threads[i], &failed);
    assert_null(failed);
    check_oracle(&sims[i], &web);
    cr_sim_close(&sims[i]);
  }
}

static void a_hundred_in_sequence_leave_nothing(void **state)
{
  struct cr_sim_web web;
  (void)state;

  cr_sim_web_init(&web, 12, 10, 60);
  for (int i = 0; i < 100; i++) {
    struct cr_sim sim;
    open(&sim, &web, i % 2);
    cr_sim_add_hosts(&sim, &web, 2);
    cr_sim_run(&sim);
    check_oracle(&sim, &web);
    cr_sim_close(&sim);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(its_own_thread_crawls_as_any_other),
    cmocka_unit_test(pages_are_pulled_from_it_by_descriptor),
    cmocka_unit_test(threads_add_and_ask_while_it_runs),
    cmocka_unit_test(started_again_the_thread_goes_on),
    cmocka_unit_test(freed_while_its_thread_runs_it_joins_it),
    cmocka_unit_test(a_signal_handler_stops_it),
    cmocka_unit_test(four_at_once_share_nothing),
    cmocka_unit_test(a_hundred_in_sequence_leave_nothing),
  };

  return cmocka_run_group_tests_name("other threads", tests, NULL, NULL);
}
