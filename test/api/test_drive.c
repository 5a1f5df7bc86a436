/* SPDX-License-Identifier: MIT */
/* Whole crawls of a real server in every way to drive one: the same pages, limits and ends. */
#include "api/crawler_impl.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/crawl_rig.h"
#include "support/site_server.h"

enum { PAGES = 120 };

#define EVERY_WAY(way) for (enum cr_way way = CR_WAY_RUN; way < CR_WAYS; way++)

/* ---- the whole site ---- */

static void check_all_fetched_once(struct cr_crawl_rig *rig, struct cr_site_server *site, size_t n)
{
  assert_int_equal(cr_crawl_stat(rig, CRAWLER_STAT_FETCHED), n);
  assert_int_equal(cr_site_total(site), n);
  for (size_t i = 0; i < n; i++) {
    char path[32];

    (void)snprintf(path, sizeof(path), "/p/%zu", i);
    assert_int_equal(cr_site_count(site, path), 1);
  }
}

static void every_way_fetches_every_page_once(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct cr_site_server *site = cr_site_start_generated(PAGES);
    struct cr_crawl_rig rig;

    cr_crawl_open(&rig, way);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_string_equal(crawler_ended(rig.c), "complete");
    assert_int_equal(crawler_is_complete(rig.c), 1);
    assert_int_equal(rig.done_calls, 1);
    check_all_fetched_once(&rig, site, PAGES);
    if (way == CR_WAY_NEXT || way == CR_WAY_THREAD)
      assert_int_equal(rig.pulled, PAGES);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

static void every_way_ends_at_once_when_there_is_nothing_to_do(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct cr_crawl_rig rig;

    cr_crawl_open(&rig, way);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_string_equal(crawler_ended(rig.c), "complete");
    assert_int_equal(rig.done_calls, 1);
    cr_crawl_close(&rig);
  }
}

static void every_way_can_be_run_again_with_more_to_do(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct cr_site_page pages[] = { { .path = "/a" }, { .path = "/b" }, { .path = "/c" } };
    struct cr_site_server *site = cr_site_start_pages(pages, 3);
    struct cr_crawl_rig rig;

    cr_crawl_open(&rig, way);
    for (size_t i = 0; i < 3; i++) {
      cr_crawl_add(&rig, cr_site_url(site, pages[i].path));
      assert_int_equal(cr_crawl_drive(&rig), 0);
      assert_string_equal(crawler_ended(rig.c), "complete");
      assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), i + 1);
    }
    assert_int_equal(cr_site_total(site), 3);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

/* ---- limits ---- */

static void run_with_limit(enum cr_way way, int64_t concurrency, int64_t limit, int64_t reachable)
{
  struct cr_site_server *site = cr_site_start_generated((size_t)reachable);
  int64_t want = limit < reachable ? limit : reachable;
  struct cr_crawl_rig rig;

  cr_crawl_open(&rig, way);
  assert_int_equal(crawler_set_concurrency(rig.c, concurrency), 0);
  assert_int_equal(crawler_set_max_pages(rig.c, limit), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), want);
  assert_int_equal(cr_site_total(site), want);
  assert_string_equal(crawler_ended(rig.c), limit < reachable ? "max_pages" : "complete");
  assert_int_equal(crawler_is_complete(rig.c), limit >= reachable);

  assert_int_equal(crawler_set_max_pages(rig.c, limit + 5), 0);
  want = limit + 5 < reachable ? limit + 5 : reachable;
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), want);

  assert_int_equal(crawler_set_option(rig.c, "max_pages", "none"), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_string_equal(crawler_ended(rig.c), "complete");
  check_all_fetched_once(&rig, site, (size_t)reachable);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void a_page_limit_fetches_exactly_the_lesser_of_limit_and_reachable(void **state)
{
  static const int64_t limits[] = { 0, 1, 7, 29, 30, 31, 1000 };

  (void)state;
  for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
    for (int64_t concurrency = 1; concurrency <= 64; concurrency += 63)
      run_with_limit(CR_WAY_RUN, concurrency, limits[i], 30);
}

static void a_page_limit_holds_in_every_way_and_can_be_raised(void **state)
{
  (void)state;
  EVERY_WAY(way)
  run_with_limit(way, 64, 13, 40);
}

static void a_page_limit_counts_no_redirects_and_no_failures(void **state)
{
  static const struct cr_site_page pages[] = {
    { .path = "/", .body = "<a href=/r><a href=/a><a href=/b><a href=http://127.0.0.1:1/>" },
    { .path = "/r", .status = 302, .headers = "Location: /t\n" },
    { .path = "/t" },
    { .path = "/a" },
    { .path = "/b" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, 5);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_max_pages(rig.c, 4), 0);
  assert_int_equal(crawler_set_max_retries(rig.c, 0), 0);
  assert_int_equal(crawler_set_span_hosts(rig.c, 1), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 4);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_REDIRECTED), 1);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void max_depth_bounds_the_links_from_a_seed_and_can_be_raised(void **state)
{
  static const struct cr_site_page pages[] = {
    { .path = "/0", .body = "<a href=/1>" },
    { .path = "/1", .body = "<a href=/2>" },
    { .path = "/2", .body = "<a href=/3>" },
    { .path = "/3", .body = "<a href=/4>" },
    { .path = "/4" },
  };
  struct cr_site_server *site = cr_site_start_pages(pages, 5);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_max_depth(rig.c, 2), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
  assert_int_equal(crawler_set_max_depth(rig.c, 3), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 4);
  assert_int_equal(crawler_set_max_depth(rig.c, -1), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 5);
  assert_int_equal(cr_site_total(site), 5);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void max_time_ends_a_crawl_in_every_way_and_keeps_what_is_queued(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct cr_site_server *site = cr_site_start_generated(3);
    struct cr_crawl_rig rig;
    int64_t began = cr_clock_mono_ms();

    cr_site_close_gate(site);
    cr_crawl_open(&rig, way);
    assert_int_equal(crawler_set_max_time_ms(rig.c, 60), 0);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_in_range(cr_clock_mono_ms() - began, 60, 5000);
    assert_string_equal(crawler_ended(rig.c), "max_time");
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_QUEUED), 1);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_IN_FLIGHT), 0);
    assert_int_equal(crawler_is_complete(rig.c), 0);
    cr_crawl_check(&rig);

    cr_site_open_gate(site); /* the time is that of a run: it goes on with a new one */
    assert_int_equal(crawler_set_max_time_ms(rig.c, 10000), 0);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_string_equal(crawler_ended(rig.c), "complete");
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

/* ---- from another thread ---- */

enum deed { STOP, CANCEL, ADD, NUMBERS };

struct helper {
  struct cr_crawl_rig *rig;
  struct cr_site_server *site;
  enum deed deed;
  size_t after; /* requests at the server */
  pthread_t thread;
};

static void *help(void *arg)
{
  struct helper *h = arg;
  crawler *c = h->rig->c;

  cr_site_wait(h->site, h->after);
  switch (h->deed) {
  case STOP:
    crawler_stop(c);
    cr_site_open_gate(h->site); /* what is in flight may end now */
    break;
  case CANCEL:
    crawler_cancel(c);
    break;
  case ADD:
    CR_CRAWL_EXPECT(h->rig, crawler_add(c, cr_site_url(h->site, "/p/7")) == 0);
    cr_site_open_gate(h->site);
    break;
  case NUMBERS:
    while (crawler_get_stat(c, CRAWLER_STAT_FETCHED) < PAGES) {
      CR_CRAWL_EXPECT(h->rig, crawler_get_stat(c, CRAWLER_STAT_ADMITTED) <= PAGES);
      usleep(20); /* valgrind's threads take turns, and not fairly */
    }
    break;
  }
  return NULL;
}

static void start_helper(struct helper *h, struct cr_crawl_rig *rig, struct cr_site_server *site,
                         enum deed deed, size_t after)
{
  *h = (struct helper){ .rig = rig, .site = site, .deed = deed, .after = after };
  assert_int_equal(pthread_create(&h->thread, NULL, help, h), 0);
}

static void stop_from_another_thread_drains(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct cr_site_server *site = cr_site_start_generated(30);
    struct cr_crawl_rig rig;
    struct helper h;

    cr_site_close_gate(site);
    cr_crawl_open(&rig, way);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    start_helper(&h, &rig, site, STOP, 1);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(pthread_join(h.thread, NULL), 0);
    assert_string_equal(crawler_ended(rig.c), "stopped");
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 1);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_IN_FLIGHT), 0);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_QUEUED), 10);
    cr_crawl_check(&rig);
    assert_int_equal(cr_crawl_drive(&rig), 0); /* stop is undone by the next run */
    check_all_fetched_once(&rig, site, 30);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

static void cancel_from_another_thread_ends_at_once(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct cr_site_server *site = cr_site_start_generated(30);
    struct cr_crawl_rig rig;
    struct helper h;

    cr_site_close_gate(site);
    cr_crawl_open(&rig, way);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    start_helper(&h, &rig, site, CANCEL, 1);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(pthread_join(h.thread, NULL), 0);
    assert_string_equal(crawler_ended(rig.c), "canceled");
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 0);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_QUEUED), 1);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_TRANSFERS), 0);
    cr_crawl_check(&rig);
    cr_site_open_gate(site);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 30);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

static void add_and_numbers_from_other_threads_while_it_runs(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct cr_site_server *site = cr_site_start_generated(PAGES);
    struct cr_crawl_rig rig;
    struct helper adder;
    struct helper reader;

    cr_site_close_gate(site);
    cr_crawl_open(&rig, way);
    cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
    start_helper(&reader, &rig, site, NUMBERS, 1);
    start_helper(&adder, &rig, site, ADD, 1);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(pthread_join(adder.thread, NULL), 0);
    assert_int_equal(pthread_join(reader.thread, NULL), 0);
    check_all_fetched_once(&rig, site, PAGES);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

/* ---- keep open ---- */

static void *keep_it_busy(void *arg)
{
  struct helper *h = arg;

  for (int i = 0; i < 4; i++) {
    char path[16];

    (void)snprintf(path, sizeof(path), "/p/%d", i);
    CR_CRAWL_EXPECT(h->rig, crawler_add(h->rig->c, cr_site_url(h->site, path)) == 0);
    while (crawler_get_stat(h->rig->c, CRAWLER_STAT_FETCHED) <= i) /* until it is idle again */
      usleep(200);
  }

  crawler_stop(h->rig->c);
  return NULL;
}

static void with_keep_open_an_empty_queue_is_idle_until_stop(void **state)
{
  (void)state;
  EVERY_WAY(way)
  {
    struct cr_site_page pages[] = {
      { .path = "/p/0" }, { .path = "/p/1" }, { .path = "/p/2" }, { .path = "/p/3" }
    };
    struct cr_site_server *site = cr_site_start_pages(pages, 4);
    struct cr_crawl_rig rig;
    struct helper h = { .rig = &rig, .site = site };

    cr_crawl_open(&rig, way);
    assert_int_equal(crawler_set_keep_open(rig.c, 1), 0);
    assert_int_equal(pthread_create(&h.thread, NULL, keep_it_busy, &h), 0);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(pthread_join(h.thread, NULL), 0);
    assert_string_equal(crawler_ended(rig.c), "stopped");
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 4);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

/* ---- from a signal handler ---- */

static crawler *signalled;
static volatile sig_atomic_t signal_cancels;

static void on_alarm(int number)
{
  (void)number;
  if (signal_cancels)
    crawler_cancel(signalled);
  else
    crawler_stop(signalled);
}

static void *shoot(void *arg)
{
  struct helper *h = arg;

  cr_site_wait(h->site, 1);
  CR_CRAWL_EXPECT(h->rig, raise(SIGUSR1) == 0); /* the handler runs on this thread */
  if (!signal_cancels)
    cr_site_open_gate(h->site);
  return NULL;
}

static void end_by_signal(enum cr_way way, bool cancels)
{
  struct cr_site_server *site = cr_site_start_generated(30);
  struct cr_crawl_rig rig;
  struct helper h = { .rig = &rig, .site = site };

  cr_site_close_gate(site);
  cr_crawl_open(&rig, way);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  signalled = rig.c;
  signal_cancels = cancels;
  assert_int_equal(pthread_create(&h.thread, NULL, shoot, &h), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(pthread_join(h.thread, NULL), 0);
  assert_string_equal(crawler_ended(rig.c), cancels ? "canceled" : "stopped");
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), cancels ? 0 : 1);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void stop_and_cancel_work_in_a_signal_handler_on_another_thread(void **state)
{
  struct sigaction act = { .sa_handler = on_alarm };
  struct sigaction old;

  (void)state;
  assert_int_equal(sigaction(SIGUSR1, &act, &old), 0);
  EVERY_WAY(way)
  for (int cancels = 0; cancels < 2; cancels++)
    end_by_signal(way, cancels);
  assert_int_equal(sigaction(SIGUSR1, &old, NULL), 0);
}

/* The signal comes to this thread, mostly inside of epoll_wait() or poll(). */
static void end_by_timer(enum cr_way way)
{
  struct cr_site_server *site = cr_site_start_generated(30);
  struct itimerval once = { .it_value = { .tv_usec = 15000 } };
  struct cr_crawl_rig rig;

  cr_site_close_gate(site);
  cr_crawl_open(&rig, way);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  signalled = rig.c;
  signal_cancels = 1;
  /* Before the run begins the signal would be undone by it: one turn first. */
  if (way == CR_WAY_RUN || way == CR_WAY_STEP)
    assert_int_equal(crawler_step(rig.c, 0), CRAWLER_OK);
  assert_int_equal(setitimer(ITIMER_REAL, &once, NULL), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_string_equal(crawler_ended(rig.c), "canceled");
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void cancel_works_in_a_signal_handler_on_the_loop_thread(void **state)
{
  struct sigaction act = { .sa_handler = on_alarm };
  struct sigaction old;

  (void)state;
  assert_int_equal(sigaction(SIGALRM, &act, &old), 0);
  end_by_timer(CR_WAY_RUN);
  end_by_timer(CR_WAY_STEP);
  end_by_timer(CR_WAY_POLL);
  end_by_timer(CR_WAY_BASE);
  end_by_timer(CR_WAY_THREAD); /* its thread takes no signals: it comes here */
  assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
}

/* ---- many ---- */

static void crawl_once(struct cr_site_server *site, size_t pages)
{
  struct cr_crawl_rig rig;

  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_workers(rig.c, 1), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), pages);
  cr_crawl_close(&rig);
}

static void a_hundred_crawlers_in_sequence_leave_nothing_behind(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(8);
  struct cr_crawl_rig rig;
  int descriptors;
  int threads;

  (void)state;
  crawl_once(site, 8); /* what libraries keep for the process is there after this one */
  threads = cr_count_threads();
  cr_crawl_open(&rig, CR_WAY_ANY); /* counts the server's side of a connection out */
  cr_crawl_close(&rig);
  cr_site_stop(site);
  descriptors = cr_count_descriptors();
  site = cr_site_start_generated(8);
  for (int i = 0; i < 100; i++)
    crawl_once(site, 8);
  assert_true(cr_threads_become(threads));
  cr_site_stop(site);
  assert_int_equal(cr_count_descriptors(), descriptors);
}

static void *crawl_alone(void *arg)
{
  struct helper *h = arg;
  int err = cr_crawl_drive(h->rig);

  CR_CRAWL_EXPECT(h->rig, err == 0);
  CR_CRAWL_EXPECT(h->rig, crawler_get_stat(h->rig->c, CRAWLER_STAT_FETCHED) == PAGES);
  return NULL;
}

static void four_crawlers_at_once_know_nothing_of_each_other(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(PAGES);
  struct cr_crawl_rig rigs[4];
  struct helper helpers[4];
  static const enum cr_way ways[] = { CR_WAY_RUN, CR_WAY_NEXT, CR_WAY_POLL, CR_WAY_BASE };

  (void)state;
  for (int i = 0; i < 4; i++) {
    cr_crawl_open(&rigs[i], ways[i]);
    cr_crawl_add(&rigs[i], cr_site_url(site, "/p/0"));
    helpers[i] = (struct helper){ .rig = &rigs[i], .site = site };
    assert_int_equal(pthread_create(&helpers[i].thread, NULL, crawl_alone, &helpers[i]), 0);
  }
  for (int i = 0; i < 4; i++)
    assert_int_equal(pthread_join(helpers[i].thread, NULL), 0);
  assert_int_equal(cr_site_total(site), 4 * PAGES);
  for (int i = 0; i < 4; i++) {
    cr_crawl_check(&rigs[i]);
    cr_crawl_close(&rigs[i]);
  }
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_way_fetches_every_page_once),
    cmocka_unit_test(every_way_ends_at_once_when_there_is_nothing_to_do),
    cmocka_unit_test(every_way_can_be_run_again_with_more_to_do),
    cmocka_unit_test(a_page_limit_fetches_exactly_the_lesser_of_limit_and_reachable),
    cmocka_unit_test(a_page_limit_holds_in_every_way_and_can_be_raised),
    cmocka_unit_test(a_page_limit_counts_no_redirects_and_no_failures),
    cmocka_unit_test(max_depth_bounds_the_links_from_a_seed_and_can_be_raised),
    cmocka_unit_test(max_time_ends_a_crawl_in_every_way_and_keeps_what_is_queued),
    cmocka_unit_test(stop_from_another_thread_drains),
    cmocka_unit_test(cancel_from_another_thread_ends_at_once),
    cmocka_unit_test(add_and_numbers_from_other_threads_while_it_runs),
    cmocka_unit_test(with_keep_open_an_empty_queue_is_idle_until_stop),
    cmocka_unit_test(stop_and_cancel_work_in_a_signal_handler_on_another_thread),
    cmocka_unit_test(cancel_works_in_a_signal_handler_on_the_loop_thread),
    cmocka_unit_test(a_hundred_crawlers_in_sequence_leave_nothing_behind),
    cmocka_unit_test(four_crawlers_at_once_know_nothing_of_each_other),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
