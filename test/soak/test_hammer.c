/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_hammer.c - four crawlers, each with workers, and four threads that call what any thread may.
 *
 * Each crawler is made, run some times in one of the ways and freed, again and again; the others
 * add, submit, stop, cancel, pause, ask for numbers, and keep, read, finish and release pages, of
 * whichever crawler. Nothing may be wrong, raced (make tsan) or left over. A number of seconds may
 * be given: `make soak` takes 10 minutes.
 */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/random.h"
#include "crawl/crawler.h"
#include "support/crawl_rig.h"
#include "support/page_server.h"
#include "support/requests.h"

enum { CRAWLERS = 4, HAMMERS = 4, RUNS = 4, RUN_MS = 150, KEPT_MAX = 256, SHORT_S = 2 };

struct kept {
  crawler_page *page;
  bool deferred; /* else retained */
};

struct slot {
  pthread_t thread;
  pthread_rwlock_t lock; /* held for reading by who calls; for writing while c comes and goes */
  crawler *c;            /* NULL: there is none now */
  struct hammered *all;
  uint64_t seed;
};

struct hammered {
  struct slot slots[CRAWLERS];
  pthread_t hammers[HAMMERS];
  int port;
  int64_t until_ms;
  atomic_bool over;       /* no crawler is made any more */
  _Atomic int64_t blocks; /* alive, of all crawlers */
  _Atomic int64_t data;   /* pointers of requests whose free_data is still to be called */
  _Atomic int64_t crawls, pages, calls;
  _Atomic(const char *) wrong;
  pthread_mutex_t lock; /* what follows */
  struct kept kept[KEPT_MAX];
  size_t kept_count;
};

#define EXPECT(all, what) ((what) ? (void)0 : note_wrong(all, #what))

static void note_wrong(struct hammered *all, const char *what)
{
  const char *none = NULL;

  (void)atomic_compare_exchange_strong(&all->wrong, &none, what);
}

/* ---- memory ---- */

static void *count_malloc(size_t bytes, void *user)
{
  struct hammered *all = user;

  atomic_fetch_add(&all->blocks, 1);
  return malloc(bytes);
}

static void *count_realloc(void *block, size_t bytes, void *user)
{
  struct hammered *all = user;

  atomic_fetch_add(&all->blocks, block ? 0 : 1);
  return realloc(block, bytes);
}

static void count_free(void *block, void *user)
{
  struct hammered *all = user;

  atomic_fetch_sub(&all->blocks, 1);
  free(block);
}

static void free_data(void *data)
{
  struct hammered *all = data;

  atomic_fetch_sub(&all->data, 1);
}

/* ---- pages that are kept ---- */

static bool keep(struct hammered *all, crawler_page *page, bool deferred)
{
  (void)pthread_mutex_lock(&all->lock);
  bool has_room = all->kept_count < KEPT_MAX;
  if (has_room)
    all->kept[all->kept_count++] = (struct kept){ page, deferred };
  (void)pthread_mutex_unlock(&all->lock);
  return has_room;
}

/* Any of them, so that some are kept for long. */
static struct kept take_kept(struct hammered *all, struct cr_random *random)
{
  struct kept kept = { NULL, false };

  (void)pthread_mutex_lock(&all->lock);
  if (all->kept_count > 0) {
    size_t i = (size_t)cr_random_below(random, all->kept_count);
    kept = all->kept[i];
    all->kept[i] = all->kept[--all->kept_count];
  }
  (void)pthread_mutex_unlock(&all->lock);
  return kept;
}

static void give_back(struct hammered *all, struct cr_random *random)
{
  struct kept kept = take_kept(all, random);

  if (!kept.page)
    return;
  EXPECT(all, crawler_page_url(kept.page) && crawler_page_status(kept.page) >= 0);
  (void)crawler_page_text(kept.page, NULL);
  for (size_t i = 0; i < crawler_page_link_count(kept.page); i++)
    EXPECT(all, crawler_page_link(kept.page, i));
  crawler_page_release(crawler_page_retain(kept.page));
  if (kept.deferred)
    EXPECT(all, crawler_page_finish(kept.page, (int)cr_random_below(random, 3)) == 0);
  else
    crawler_page_release(kept.page);
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  struct slot *slot = user;
  struct hammered *all = slot->all;

  (void)c;
  int64_t n = atomic_fetch_add(&all->pages, 1);
  if (n % 4 == 0) {
    (void)crawler_page_retain(page);
    if (!keep(all, page, false))
      crawler_page_release(page);
  } else if (n % 4 == 1) {
    EXPECT(all, crawler_page_defer(page) == 0);
    if (!keep(all, page, true))
      EXPECT(all, crawler_page_finish(page, CRAWLER_FINISH_OK) == 0);
  }
  return 0;
}

/* ---- the crawlers ---- */

static void set_up(struct slot *slot, uint64_t number)
{
  crawler *c = slot->c;
  char url[64];

  EXPECT(slot->all, crawler_set_allow_private(c, "1") == 0);
  EXPECT(slot->all, crawler_set_own_server(c, 1) == 0);
  EXPECT(slot->all, crawler_set_workers(c, 1 + (int64_t)(number % 3)) == 0);
  EXPECT(slot->all, crawler_set_concurrency(c, 8) == 0);
  EXPECT(slot->all, crawler_set_max_time_ms(c, RUN_MS) == 0);
  EXPECT(slot->all, crawler_set_retry_delay_ms(c, 1) == 0);
  EXPECT(slot->all, crawler_set_cookies(c, number % 2) == 0);
  EXPECT(slot->all, crawler_set_document(c, number % 5 == 0) == 0);
  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/p/%u", slot->all->port,
                 (unsigned)number % 1000);
  EXPECT(slot->all, crawler_add(c, url) == 0);
}

/* Why a run failed is said at once. */
static void run_here(struct slot *slot)
{
  int err = crawler_run(slot->c);

  if (err != 0)
    print_message("crawler_run: %s: %s\n", crawler_error_name(err), crawler_errmsg(slot->c));
  EXPECT(slot->all, err == 0);
}

static void run_in_thread(struct slot *slot)
{
  EXPECT(slot->all, crawler_start_thread(slot->c) == 0);
  EXPECT(slot->all, crawler_wait(slot->c, -1) == 0);
}

/* Pulled from the library's thread. */
static void pull(struct slot *slot)
{
  struct pollfd fd = { .events = POLLIN };
  crawler_page *page = NULL;
  int err;

  EXPECT(slot->all, crawler_start_thread(slot->c) == 0);
  fd.fd = crawler_fd(slot->c);
  do {
    (void)poll(&fd, 1, -1);
    err = crawler_next(slot->c, &page, 0);
    atomic_fetch_add(&slot->all->pages, err == CRAWLER_OK);
    if (err == CRAWLER_OK && !keep(slot->all, page, false))
      crawler_page_release(page);
  } while (err == CRAWLER_OK || err == CRAWLER_AGAIN);
  EXPECT(slot->all, err == CRAWLER_DONE);
  EXPECT(slot->all, crawler_wait(slot->c, -1) == 0);
}

static void check_stats(struct hammered *all, const crawler *c)
{
  crawler_stats *s = NULL;

  EXPECT(all, crawler_get_stats(c, &s) == 0);
  int64_t urls = crawler_stats_get(s, CRAWLER_STAT_ADMITTED);
  int64_t links = crawler_stats_get(s, CRAWLER_STAT_LINKS);
  for (int which = CRAWLER_STAT_QUEUED; which <= CRAWLER_STAT_DROPPED; which++)
    urls -= crawler_stats_get(s, (crawler_stat)which);
  for (int which = CRAWLER_STAT_LINKS_KNOWN; which <= CRAWLER_STAT_LINKS_ADMITTED; which++)
    links -= crawler_stats_get(s, (crawler_stat)which);
  EXPECT(all, urls == 0 && links == 0);
  crawler_stats_free(s);
}

static void open_slot(struct slot *slot, uint64_t number)
{
  (void)pthread_rwlock_wrlock(&slot->lock);
  slot->c = crawler_new_with(count_malloc, count_realloc, count_free, slot->all);
  set_up(slot, number);
  if (number % 3 != 2)
    crawler_on_page(slot->c, on_page, slot);
  (void)pthread_rwlock_unlock(&slot->lock);
}

/* Some are freed while their thread runs. */
static void close_slot(struct slot *slot, uint64_t number)
{
  if (number % 6 == 1)
    EXPECT(slot->all, crawler_start_thread(slot->c) == 0);
  (void)pthread_rwlock_wrlock(&slot->lock);
  crawler_free(slot->c);
  slot->c = NULL;
  (void)pthread_rwlock_unlock(&slot->lock);
}

static void *crawl(void *arg)
{
  struct slot *slot = arg;

  for (uint64_t number = slot->seed; cr_clock_mono_ms() < slot->all->until_ms; number++) {
    open_slot(slot, number);
    for (int run = 0; run < RUNS; run++) {
      if (number % 3 == 0)
        run_here(slot);
      else if (number % 3 == 1)
        run_in_thread(slot);
      else
        pull(slot);
      check_stats(slot->all, slot->c);
      atomic_fetch_add(&slot->all->crawls, 1);
    }
    close_slot(slot, number);
  }
  return NULL;
}

/* ---- the others ---- */

static const char *some_url(const struct hammered *all, struct cr_random *random, char out[64])
{
  (void)snprintf(out, 64, "http://127.0.0.1:%d/p/%u", all->port,
                 (unsigned)cr_random_below(random, 1000000));
  return out;
}

static void submit(struct hammered *all, crawler *c, const char *url)
{
  crawler_request *req = cr_request_of(c, url);

  EXPECT(all, req);
  EXPECT(all, crawler_request_set_header(req, "X-Hammer", "yes") == 0);
  EXPECT(all, crawler_request_set_meta(req, "key", "value") == 0);
  atomic_fetch_add(&all->data, 1);
  crawler_request_set_data(req, all, free_data);
  EXPECT(all, crawler_submit(c, req) == 0);
}

/* A page made from bytes, which may outlive the crawler as any other. */
static void make_page(struct hammered *all, crawler *c, const char *url)
{
  crawler_page *page = NULL;

  EXPECT(all, crawler_document_new_with(c, &page, url, NULL, "<a href=x>y</a>", 15, NULL) == 0);
  if (page && !keep(all, page, false))
    crawler_page_release(page);
}

/* Stop and cancel rarely, else nothing is ever crawled. */
static void call(struct hammered *all, crawler *c, struct cr_random *random)
{
  uint64_t which = cr_random_below(random, 100);
  char url[64];

  (void)some_url(all, random, url);
  if (which < 40)
    EXPECT(all, crawler_add(c, url) == 0);
  else if (which < 60)
    submit(all, c, url);
  else if (which < 75)
    check_stats(all, c);
  else if (which < 80)
    EXPECT(all, crawler_get_stat(c, CRAWLER_STAT_MEMORY_BYTES) >= 0);
  else if (which < 85)
    crawler_pause(c);
  else if (which < 95)
    crawler_resume(c);
  else if (which < 96)
    (void)crawler_resolved(c, which, "127.0.0.1", 1000);
  else if (which < 98)
    make_page(all, c, url);
  else if (which < 99)
    crawler_stop(c);
  else
    crawler_cancel(c);
  atomic_fetch_add(&all->calls, 1);
}

static void *hammer(void *arg)
{
  struct hammered *all = arg;
  struct cr_random random = { 1 + (uint64_t)atomic_fetch_add(&all->calls, 1) };

  while (!atomic_load(&all->over)) {
    struct slot *slot = &all->slots[cr_random_below(&random, CRAWLERS)];
    (void)pthread_rwlock_rdlock(&slot->lock);
    if (slot->c)
      call(all, slot->c, &random);
    (void)pthread_rwlock_unlock(&slot->lock);
    give_back(all, &random);
    (void)poll(NULL, 0, 1); /* so many calls are enough, and the crawlers need the processor too */
  }
  return NULL;
}

/* ---- a test ---- */

static void start(struct hammered *all)
{
  assert_int_equal(pthread_mutex_init(&all->lock, NULL), 0);
  for (uint64_t i = 0; i < CRAWLERS; i++) {
    struct slot *slot = &all->slots[i];
    slot->all = all;
    slot->seed = i * 1000;
    assert_int_equal(pthread_rwlock_init(&slot->lock, NULL), 0);
  }
  for (int i = 0; i < CRAWLERS; i++)
    assert_int_equal(pthread_create(&all->slots[i].thread, NULL, crawl, &all->slots[i]), 0);
  for (int i = 0; i < HAMMERS; i++)
    assert_int_equal(pthread_create(&all->hammers[i], NULL, hammer, all), 0);
}

/* The hammers go on as long as there are crawlers: those wait for their deferred pages. */
static void finish(struct hammered *all)
{
  struct cr_random random = { 7 };

  for (int i = 0; i < CRAWLERS; i++)
    assert_int_equal(pthread_join(all->slots[i].thread, NULL), 0);
  atomic_store(&all->over, true);
  for (int i = 0; i < HAMMERS; i++)
    assert_int_equal(pthread_join(all->hammers[i], NULL), 0);
  while (all->kept_count > 0)
    give_back(all, &random);
  for (int i = 0; i < CRAWLERS; i++)
    (void)pthread_rwlock_destroy(&all->slots[i].lock);
  (void)pthread_mutex_destroy(&all->lock);
}

static void hammer_for(int seconds)
{
  struct cr_page_server server;
  static struct hammered all;

  cr_page_server_start(&server);
  int descriptors = cr_count_descriptors();
  all.port = server.port;
  all.until_ms = cr_clock_mono_ms() + INT64_C(1000) * seconds;
  start(&all);
  finish(&all);
  print_message("%d s: %lld runs, %lld pages, %lld calls from other threads\n", seconds,
                (long long)all.crawls, (long long)all.pages, (long long)all.calls);
  if (atomic_load(&all.wrong))
    fail_msg("%s", atomic_load(&all.wrong));
  assert_true(all.crawls >= CRAWLERS && all.pages > 0 && all.calls > HAMMERS);
  assert_int_equal(all.blocks, 0);
  assert_int_equal(all.data, 0);
  assert_int_equal(cr_count_descriptors(), descriptors);
  cr_page_server_stop(&server);
}

static void four_crawlers_are_called_from_everywhere(void **state)
{
  const int *seconds = *state;

  hammer_for(*seconds);
}

int main(int argc, char **argv)
{
  int seconds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : SHORT_S;
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_prestate(four_crawlers_are_called_from_everywhere, &seconds),
  };

  return cmocka_run_group_tests_name("hammer", tests, NULL, NULL);
}
