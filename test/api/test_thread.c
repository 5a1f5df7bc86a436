/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* The library's own thread: meeting it, ending it, and leaving it alone. */
#include "api/crawler_impl.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/crawl_rig.h"
#include "support/requests.h"
#include "support/site_server.h"

static int is_readable(const struct cr_crawl_rig *rig)
{
  struct pollfd fd = { .fd = crawler_fd(rig->c), .events = POLLIN };

  return poll(&fd, 1, 0);
}

static void nothing_else_drives_while_it_runs(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(3);
  struct cr_crawl_rig rig;

  (void)state;
  cr_site_close_gate(site);
  cr_crawl_open(&rig, CR_WAY_THREAD);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_wait(rig.c, 0), CRAWLER_E_STATE);
  assert_int_equal(crawler_start_thread(rig.c), CRAWLER_OK);
  cr_site_wait(site, 1);
  assert_int_equal(crawler_start_thread(rig.c), CRAWLER_E_BUSY);
  assert_int_equal(crawler_run(rig.c), CRAWLER_E_BUSY);
  assert_int_equal(crawler_step(rig.c, -1), CRAWLER_E_BUSY);
  assert_int_equal(crawler_start(rig.c), CRAWLER_E_BUSY);
  assert_int_equal(crawler_wait(rig.c, 0), CRAWLER_AGAIN);
  assert_int_equal(crawler_wait(rig.c, 10), CRAWLER_AGAIN);
  crawler_cancel(rig.c);
  assert_int_equal(crawler_wait(rig.c, -1), CRAWLER_OK);
  assert_string_equal(crawler_ended(rig.c), "canceled");
  assert_int_equal(crawler_run(rig.c), CRAWLER_E_STATE); /* it has its way for life */
  cr_site_open_gate(site);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 3);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void the_descriptor_is_readable_while_next_would_not_say_again(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(1);
  struct cr_crawl_rig rig;
  crawler_page *page;

  (void)state;
  cr_site_close_gate(site);
  cr_crawl_open(&rig, CR_WAY_THREAD);
  assert_int_equal(crawler_fd(rig.c), -1);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_start_thread(rig.c), CRAWLER_OK);
  assert_int_equal(is_readable(&rig), 0);
  assert_int_equal(crawler_next(rig.c, &page, 0), CRAWLER_AGAIN);
  assert_null(page);
  assert_int_equal(crawler_next(rig.c, &page, 5), CRAWLER_AGAIN);
  cr_site_open_gate(site);
  assert_int_equal(crawler_next(rig.c, &page, -1), CRAWLER_OK);
  crawler_page_retain(page);
  crawler_page_release(page);
  assert_int_equal(is_readable(&rig), 0); /* one page, and the crawl waits for its release */
  assert_int_equal(crawler_next(rig.c, &(crawler_page *){ NULL }, 0), CRAWLER_AGAIN);
  crawler_page_release(page);
  assert_int_equal(crawler_next(rig.c, &page, -1), CRAWLER_DONE);
  assert_int_equal(is_readable(&rig), 1);
  assert_int_equal(crawler_next(rig.c, &page, -1), CRAWLER_DONE);
  assert_int_equal(crawler_wait(rig.c, -1), CRAWLER_OK);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- hooks ---- */

struct spy {
  struct cr_crawl_rig *rig;
  sigset_t blocked;
  pthread_t thread;
  int done;
};

static int look_around(crawler *c, crawler_page *page, void *user)
{
  struct spy *spy = user;

  (void)c;
  (void)page;
  spy->thread = pthread_self();
  CR_CRAWL_EXPECT(spy->rig, pthread_sigmask(SIG_BLOCK, NULL, &spy->blocked) == 0);
  return 0;
}

static void the_thread_takes_no_signals_and_calls_the_hooks(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(1);
  struct cr_crawl_rig rig;
  struct spy spy = { .rig = &rig };
  sigset_t mine;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_THREAD);
  crawler_on_page(rig.c, look_around, &spy);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_false(pthread_equal(spy.thread, pthread_self()));
  assert_int_equal(sigismember(&spy.blocked, SIGINT), 1);
  assert_int_equal(sigismember(&spy.blocked, SIGTERM), 1);
  assert_int_equal(sigismember(&spy.blocked, SIGALRM), 1);
  assert_int_equal(pthread_sigmask(SIG_BLOCK, NULL, &mine), 0);
  assert_int_equal(sigismember(&mine, SIGINT), 0); /* the caller's mask is as it was */
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void note_done(crawler *c, void *user)
{
  struct spy *spy = user;

  (void)c;
  for (int i = 0; i < 1000; i++) /* some time to be overtaken in */
    spy->done = i;
}

static void wait_returns_after_on_done(void **state)
{
  (void)state;
  for (int i = 0; i < 50; i++) {
    struct cr_crawl_rig rig;
    struct spy spy = { .rig = &rig };

    cr_crawl_open(&rig, CR_WAY_THREAD);
    crawler_on_done(rig.c, note_done, &spy);
    assert_int_equal(crawler_start_thread(rig.c), 0);
    assert_int_equal(crawler_wait(rig.c, -1), CRAWLER_OK);
    assert_int_equal(spy.done, 999);
    cr_crawl_close(&rig);
  }
}

/* ---- consumers ---- */

enum { CONSUMERS = 3, PAGES = 100, ROOM = 16 };

struct queue { /* from on_page to the consumers */
  struct cr_crawl_rig *rig;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  crawler_page *pages[PAGES];
  size_t len, taken;
  int over;
};

static int hand_over(crawler *c, crawler_page *page, void *user)
{
  struct queue *q = user;

  (void)c;
  CR_CRAWL_EXPECT(q->rig, crawler_page_defer(page) == 0);
  (void)pthread_mutex_lock(&q->lock);
  if (q->len < PAGES)
    q->pages[q->len++] = page;
  (void)pthread_cond_broadcast(&q->changed);
  (void)pthread_mutex_unlock(&q->lock);
  return 0;
}

/* All that may be asked of a page, while the loop thread takes its links. */
static void use(struct queue *q, crawler_page *page)
{
  size_t bytes = 0;
  const uint8_t *flags;

  CR_CRAWL_EXPECT(q->rig, crawler_page_body(page, &bytes) != NULL && bytes > 0);
  CR_CRAWL_EXPECT(q->rig, crawler_page_text(page, NULL) != NULL);
  CR_CRAWL_EXPECT(q->rig, crawler_page_link_count(page) == 12);
  for (size_t i = 0; i < crawler_page_link_count(page); i++) {
    const crawler_link *link = crawler_page_link(page, i);

    CR_CRAWL_EXPECT(q->rig, link && *crawler_link_url(link) && crawler_link_flags(link) == 0);
  }
  CR_CRAWL_EXPECT(q->rig, crawler_page_links(page, NULL, NULL, NULL, &flags) == 12 && !flags[11]);
  CR_CRAWL_EXPECT(q->rig, crawler_page_build_document(page) == 0);
  CR_CRAWL_EXPECT(q->rig, crawler_request_depth(crawler_page_request(page)) <= PAGES);
  CR_CRAWL_EXPECT(q->rig, *crawler_request_host(crawler_page_request(page)) != '\0');
}

static void *consume(void *arg)
{
  struct queue *q = arg;

  for (;;) {
    crawler_page *page = NULL;
    size_t number = 0;

    (void)pthread_mutex_lock(&q->lock);
    while (q->taken == q->len && !q->over)
      (void)pthread_cond_wait(&q->changed, &q->lock);
    if (q->taken < q->len) {
      number = q->taken;
      page = q->pages[q->taken++];
    }
    (void)pthread_mutex_unlock(&q->lock);
    if (!page)
      return NULL;
    use(q, page);
    CR_CRAWL_EXPECT(q->rig, crawler_page_finish(page, number % 10 == 9 ? CRAWLER_FINISH_FAIL
                                                                       : CRAWLER_FINISH_OK) == 0);
  }
}

static void run_with_consumers(enum cr_way way)
{
  struct cr_site_server *site = cr_site_start_generated(PAGES);
  struct cr_crawl_rig rig;
  struct queue q = { .rig = &rig };
  pthread_t threads[CONSUMERS];

  assert_int_equal(pthread_mutex_init(&q.lock, NULL), 0);
  assert_int_equal(pthread_cond_init(&q.changed, NULL), 0);
  cr_crawl_open(&rig, way);
  crawler_on_page(rig.c, hand_over, &q);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  for (int i = 0; i < CONSUMERS; i++)
    assert_int_equal(pthread_create(&threads[i], NULL, consume, &q), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  (void)pthread_mutex_lock(&q.lock);
  q.over = 1;
  (void)pthread_cond_broadcast(&q.changed);
  (void)pthread_mutex_unlock(&q.lock);
  for (int i = 0; i < CONSUMERS; i++)
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  assert_string_equal(crawler_ended(rig.c), "complete");
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), PAGES - PAGES / 10);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FAILED), PAGES / 10);
  assert_int_equal(cr_site_total(site), PAGES); /* links of failed pages are added as well */
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  (void)pthread_cond_destroy(&q.changed);
  (void)pthread_mutex_destroy(&q.lock);
  cr_site_stop(site);
}

static void deferred_pages_are_used_and_finished_by_other_threads_in_every_way(void **state)
{
  (void)state;
  for (enum cr_way way = CR_WAY_RUN; way < CR_WAYS; way++)
    run_with_consumers(way);
}

static int retry_post(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;
  crawler_request *req = crawler_page_request(page);

  (void)c;
  CR_CRAWL_EXPECT(rig, crawler_request_method(req) == CRAWLER_POST);
  CR_CRAWL_EXPECT(rig, crawler_page_defer(page) == 0);
  CR_CRAWL_EXPECT(rig, crawler_page_finish(page, crawler_request_attempt(req) == 1
                                                     ? CRAWLER_FINISH_RETRY
                                                     : CRAWLER_FINISH_OK) == 0);
  return 0;
}

static void a_post_is_retried_when_its_page_says_so(void **state)
{
  static const struct cr_site_page page = { .path = "/post", .body = "no links" };
  struct cr_site_server *site = cr_site_start_pages(&page, 1);
  struct cr_crawl_rig rig;
  crawler_request *req;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  crawler_on_page(rig.c, retry_post, &rig);
  req = cr_request_of(rig.c, cr_site_url(site, "/post"));
  assert_int_equal(crawler_request_set_body(req, "a=1", 3, "text/plain"), 0);
  assert_int_equal(crawler_submit(rig.c, req), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_site_total(site), 2);
  assert_string_equal(cr_site_request(site, "/post", 1).body, "a=1");
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 1);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static int retry_twice(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;
  int attempt = crawler_request_attempt(crawler_page_request(page));
  int how = strstr(crawler_page_url(page), "/p/1") || attempt < 3 ? CRAWLER_FINISH_RETRY
                                                                  : CRAWLER_FINISH_OK;

  (void)c;
  CR_CRAWL_EXPECT(rig, crawler_page_finish(page, CRAWLER_FINISH_OK) == CRAWLER_E_STATE);
  CR_CRAWL_EXPECT(rig, crawler_page_defer(page) == 0);
  CR_CRAWL_EXPECT(rig, crawler_page_finish(page, 3) == CRAWLER_E_INVAL);
  CR_CRAWL_EXPECT(rig, crawler_page_finish(page, -1) == CRAWLER_E_INVAL);
  CR_CRAWL_EXPECT(rig, crawler_page_finish(page, how) == 0);
  return 0;
}

static void a_page_to_be_retried_is_asked_for_again_as_often_as_retries_allow(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(2);
  struct cr_crawl_rig rig;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_max_retries(rig.c, 3), 0);
  crawler_on_page(rig.c, retry_twice, &rig);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_site_count(site, "/p/0"), 3);
  assert_int_equal(cr_site_count(site, "/p/1"), 4);
  assert_int_equal(cr_crawl_end_of(&rig, cr_site_url(site, "/p/0"))->outcome, CRAWLER_FETCHED);
  assert_int_equal(cr_crawl_end_of(&rig, cr_site_url(site, "/p/1"))->reason,
                   CRAWLER_FAILED_INTERNAL);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void freed_while_other_threads_hold_deferred_pages(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(ROOM);
  struct cr_crawl_rig rig;
  struct queue q = { .rig = &rig };
  pthread_t thread;

  (void)state;
  assert_int_equal(pthread_mutex_init(&q.lock, NULL), 0);
  assert_int_equal(pthread_cond_init(&q.changed, NULL), 0);
  cr_crawl_open(&rig, CR_WAY_THREAD);
  crawler_on_page(rig.c, hand_over, &q);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_start_thread(rig.c), 0);
  cr_site_wait(site, ROOM / 2);
  assert_int_equal(pthread_create(&thread, NULL, consume, &q), 0);
  crawler_free(rig.c);
  rig.c = NULL;
  (void)pthread_mutex_lock(&q.lock);
  q.over = 1;
  (void)pthread_cond_broadcast(&q.changed);
  (void)pthread_mutex_unlock(&q.lock);
  assert_int_equal(pthread_join(thread, NULL), 0);
  cr_crawl_close(&rig);
  (void)pthread_cond_destroy(&q.changed);
  (void)pthread_mutex_destroy(&q.lock);
  cr_site_stop(site);
}

/* ---- pulling on another thread ---- */

static void *pull_all(void *arg)
{
  struct cr_crawl_rig *rig = arg;
  crawler_page *page;
  int err;

  while ((err = crawler_next(rig->c, &page, -1)) == CRAWLER_OK) {
    rig->pulled++;
    crawler_page_release(page);
  }
  CR_CRAWL_EXPECT(rig, err == CRAWLER_DONE);
  return NULL;
}

static void next_may_be_called_on_any_one_thread(void **state)
{
  struct cr_site_server *site = cr_site_start_generated(PAGES);
  struct cr_crawl_rig rig;
  pthread_t thread;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_THREAD);
  cr_crawl_add(&rig, cr_site_url(site, "/p/0"));
  assert_int_equal(crawler_start_thread(rig.c), 0);
  assert_int_equal(pthread_create(&thread, NULL, pull_all, &rig), 0);
  assert_int_equal(crawler_wait(rig.c, -1), CRAWLER_OK);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_int_equal(rig.pulled, PAGES);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void a_start_that_fails_leaves_nobody_waiting(void **state)
{
  struct cr_crawl_rig rig;
  crawler_page *page;

  (void)state;
  cr_crawl_open(&rig, CR_WAY_THREAD);
  rig.memory.refuse_from = rig.memory.asked + 1;
  rig.memory.refuse_to = INT64_MAX;
  assert_int_equal(crawler_start_thread(rig.c), CRAWLER_E_NOMEM);
  assert_int_equal(crawler_next(rig.c, &page, -1), CRAWLER_DONE);
  assert_int_equal(crawler_wait(rig.c, -1), CRAWLER_E_STATE);
  rig.memory.refuse_from = 0;
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_else_drives_while_it_runs),
    cmocka_unit_test(the_descriptor_is_readable_while_next_would_not_say_again),
    cmocka_unit_test(the_thread_takes_no_signals_and_calls_the_hooks),
    cmocka_unit_test(wait_returns_after_on_done),
    cmocka_unit_test(deferred_pages_are_used_and_finished_by_other_threads_in_every_way),
    cmocka_unit_test(a_page_to_be_retried_is_asked_for_again_as_often_as_retries_allow),
    cmocka_unit_test(a_post_is_retried_when_its_page_says_so),
    cmocka_unit_test(freed_while_other_threads_hold_deferred_pages),
    cmocka_unit_test(next_may_be_called_on_any_one_thread),
    cmocka_unit_test(a_start_that_fails_leaves_nobody_waiting),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
