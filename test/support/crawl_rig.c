/* SPDX-License-Identifier: MIT */
/* crawl_rig.c - a crawler for tests of whole crawls, driven in each way that there is.
 */
#include "support/crawl_rig.h"

#include <dirent.h>
#include <event2/event.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { PATIENCE_S = 10, FDS_MAX = 8192, THREAD_TURNS = 100000 };

/* For the whole process, so that a thread on its way out may still touch them. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t empty = PTHREAD_COND_INITIALIZER; /* some rig's memory is all back */

void cr_crawl_wrong(struct cr_crawl_rig *rig, const char *what)
{
  const char *none = NULL;

  (void)atomic_compare_exchange_strong(&rig->wrong, &none, what);
}

static const char *const names[] = { "run", "step(0)", "step", "next", "base", "poll", "thread" };

const char *cr_way_name(enum cr_way way)
{
  return names[way];
}

enum cr_way cr_way_by_environment(void)
{
  const char *name = getenv("CR_DRIVE");
  enum cr_way way = CR_WAY_RUN;

  if (!name)
    return CR_WAY_RUN;
  while (way < CR_WAYS && strcmp(name, names[way]) != 0)
    way++;
  if (way == CR_WAYS)
    fail_msg("CR_DRIVE=%s is no way to drive a crawl", name);
  return way;
}

void cr_crawl_only(const char *why, const enum cr_way *ways)
{
  enum cr_way way = cr_way_by_environment();

  while (*ways != CR_WAYS && *ways != way)
    ways++;
  if (*ways == way)
    return;
  print_message("not in the way of CR_DRIVE=%s: %s\n", cr_way_name(way), why);
  skip();
}

/* ---- memory ---- */

static bool refuses(struct cr_crawl_memory *memory)
{
  int64_t number = atomic_fetch_add(&memory->asked, 1) + 1;

  return memory->refuse_from > 0 && number >= memory->refuse_from && number <= memory->refuse_to;
}

static void weigh(struct cr_crawl_memory *memory, size_t more, size_t less)
{
  int64_t change = (int64_t)more - (int64_t)less;
  int64_t now = atomic_fetch_add(&memory->bytes, change) + change;
  int64_t peak = atomic_load(&memory->peak_bytes);

  while (now > peak && !atomic_compare_exchange_weak(&memory->peak_bytes, &peak, now))
    ;
}

static void *count_malloc(size_t bytes, void *user)
{
  struct cr_crawl_memory *memory = user;
  void *block = refuses(memory) ? NULL : malloc(bytes);

  atomic_fetch_add(&memory->blocks, block != NULL);
  weigh(memory, malloc_usable_size(block), 0);
  return block;
}

static void *count_realloc(void *block, size_t bytes, void *user)
{
  struct cr_crawl_memory *memory = user;
  size_t before = malloc_usable_size(block);
  void *grown = refuses(memory) ? NULL : realloc(block, bytes);

  atomic_fetch_add(&memory->blocks, grown && !block);
  weigh(memory, malloc_usable_size(grown), grown ? before : 0);
  return grown;
}

static void count_free(void *block, void *user)
{
  struct cr_crawl_memory *memory = user;

  weigh(memory, 0, malloc_usable_size(block));
  free(block);
  (void)pthread_mutex_lock(&lock);
  if (atomic_fetch_sub(&memory->blocks, 1) == 1)
    (void)pthread_cond_broadcast(&empty);
  (void)pthread_mutex_unlock(&lock);
}

void cr_crawl_wait_for_memory(struct cr_crawl_rig *rig)
{
  struct timespec until;
  int err = 0;

  (void)clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += PATIENCE_S;
  (void)pthread_mutex_lock(&lock);
  while (atomic_load(&rig->memory.blocks) > 0 && err == 0)
    err = pthread_cond_timedwait(&empty, &lock, &until);
  (void)pthread_mutex_unlock(&lock);
  if (atomic_load(&rig->memory.blocks) != 0)
    fail_msg("%s: %lld blocks are not back", cr_way_name(rig->way),
             (long long)atomic_load(&rig->memory.blocks));
}

/* ---- hooks ---- */

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;
  struct cr_crawl_end *end;

  (void)c;
  if (rig->end_count == rig->end_room) {
    size_t room = rig->end_room ? 2 * rig->end_room : 64;
    struct cr_crawl_end *ends = realloc(rig->ends, room * sizeof(*ends));

    if (!ends)
      abort();
    rig->ends = ends;
    rig->end_room = room;
  }
  CR_CRAWL_EXPECT(rig, rig->done_calls == 0);
  end = &rig->ends[rig->end_count++];
  end->url = strdup(crawler_request_url(req));
  end->kind = crawler_request_kind(req);
  end->method = crawler_request_method(req);
  end->outcome = outcome;
  end->reason = reason;
  end->status = page ? crawler_page_status(page) : 0;
}

static void on_done(crawler *c, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  rig->done_calls++;
}

static void on_freed(void *data)
{
  struct cr_crawl_rig *rig = data;

  atomic_store(&rig->freed, true);
}

/* ---- the test's loop around poll(2) ---- */

struct poll_loop {
  struct pollfd fds[FDS_MAX];
  size_t count;
  int64_t wake_ms; /* -1: never */
};

static int64_t now_ms(void)
{
  struct timespec t;

  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int watch(crawler *c, int fd, int events, void *user)
{
  struct poll_loop *loop = user;
  size_t at = 0;

  (void)c;
  while (at < loop->count && loop->fds[at].fd != fd)
    at++;
  if (events == 0) {
    if (at < loop->count)
      loop->fds[at] = loop->fds[--loop->count];
    return 0;
  }
  if (at == FDS_MAX)
    return -1;
  loop->count += at == loop->count;
  loop->fds[at].fd = fd;
  loop->fds[at].events =
      (short)((events & CRAWLER_READ ? POLLIN : 0) | (events & CRAWLER_WRITE ? POLLOUT : 0));
  loop->fds[at].revents = 0;
  return 0;
}

static int timer(crawler *c, int64_t ms, void *user)
{
  struct poll_loop *loop = user;

  (void)c;
  loop->wake_ms = ms < 0 ? -1 : now_ms() + ms;
  return 0;
}

static int poll_turn(crawler *c, struct poll_loop *loop)
{
  struct pollfd ready[FDS_MAX];
  size_t count = loop->count;
  int64_t left = loop->wake_ms < 0 ? -1 : loop->wake_ms - now_ms();
  int state = CRAWLER_OK;

  (void)poll(loop->fds, (nfds_t)count, loop->wake_ms < 0 ? -1 : left < 0 ? 0 : (int)left);
  memcpy(ready, loop->fds, count * sizeof(*ready));
  for (size_t i = 0; i < count && state == CRAWLER_OK; i++) {
    int events = (ready[i].revents & (POLLIN | POLLHUP | POLLERR) ? CRAWLER_READ : 0) |
                 (ready[i].revents & (POLLOUT | POLLERR) ? CRAWLER_WRITE : 0);

    if (events)
      state = crawler_fd_ready(c, ready[i].fd, events);
  }
  if (state == CRAWLER_OK && loop->wake_ms >= 0 && now_ms() >= loop->wake_ms) {
    loop->wake_ms = -1;
    state = crawler_timer_fired(c);
  }
  return state;
}

static int drive_poll(struct cr_crawl_rig *rig)
{
  struct poll_loop *loop = rig->loop;
  int err = crawler_start(rig->c);

  while (err == CRAWLER_OK)
    err = poll_turn(rig->c, loop);
  return err;
}

/* ---- the other ways ---- */

static int drive_step(struct cr_crawl_rig *rig, int64_t timeout_ms)
{
  int err;

  while ((err = crawler_step(rig->c, timeout_ms)) == CRAWLER_OK)
    if (timeout_ms == 0)
      (void)sched_yield();
  return err;
}

static void take(struct cr_crawl_rig *rig, crawler_page *page)
{
  rig->pulled += !rig->is_any_way || rig->on_pulled;
  if (rig->on_pulled)
    rig->on_pulled(rig, page);
  else
    crawler_page_release(page);
}

static int drive_next(struct cr_crawl_rig *rig)
{
  crawler_page *page;
  int err;

  while ((err = crawler_next(rig->c, &page, -1)) == CRAWLER_OK)
    take(rig, page);
  return err;
}

static int drive_base(struct cr_crawl_rig *rig)
{
  int err = crawler_start(rig->c);

  if (err < 0)
    return err;
  return event_base_dispatch(rig->base) < 0 ? CRAWLER_E_SYSTEM : 0;
}

static int drive_thread(struct cr_crawl_rig *rig)
{
  struct pollfd fd = { .events = POLLIN };
  crawler_page *page;
  int err = crawler_start_thread(rig->c);

  if (err < 0)
    return err;
  if (rig->waits_for_free) {
    cr_crawl_wait_for_memory(rig);
    return 0;
  }
  fd.fd = crawler_fd(rig->c);
  do {
    int ready = poll(&fd, 1, PATIENCE_S * 1000); /* -1: a signal */

    assert_int_not_equal(ready, 0);
    err = crawler_next(rig->c, &page, 0);
    assert_true(ready < 0 || err != CRAWLER_AGAIN);
    if (err == CRAWLER_OK)
      take(rig, page);
  } while (err == CRAWLER_OK || err == CRAWLER_AGAIN);
  assert_int_equal(crawler_wait(rig->c, -1), CRAWLER_OK);
  return err;
}

static int drive(struct cr_crawl_rig *rig)
{
  switch (rig->way) {
  case CR_WAY_RUN:
    return crawler_run(rig->c);
  case CR_WAY_STEP_0:
    return drive_step(rig, 0);
  case CR_WAY_STEP:
    return drive_step(rig, 20);
  case CR_WAY_NEXT:
    return drive_next(rig);
  case CR_WAY_BASE:
    return drive_base(rig);
  case CR_WAY_POLL:
    return drive_poll(rig);
  default:
    return drive_thread(rig);
  }
}

int cr_crawl_drive(struct cr_crawl_rig *rig)
{
  int err;

  rig->done_calls = 0;
  err = drive(rig);
  if (atomic_load(&rig->freed))
    rig->c = NULL;
  return err == CRAWLER_DONE ? 0 : err;
}

/* ---- life ---- */

void cr_crawl_open(struct cr_crawl_rig *rig, enum cr_way way)
{
  memset(rig, 0, sizeof(*rig));
  rig->is_any_way = way == CR_WAY_ANY;
  if (rig->is_any_way)
    way = cr_way_by_environment();
  rig->way = way;
  rig->c = crawler_new_with(count_malloc, count_realloc, count_free, &rig->memory);
  assert_non_null(rig->c);
  crawler_set_data(rig->c, rig, on_freed);
  assert_int_equal(crawler_set_allow_private(rig->c, "1"), 0);
  assert_int_equal(crawler_set_own_server(rig->c, 1), 0);
  assert_int_equal(crawler_set_obey_robots(rig->c, 0), 0);
  assert_int_equal(crawler_set_retry_delay_ms(rig->c, 1), 0);
  crawler_on_outcome(rig->c, on_outcome, rig);
  crawler_on_done(rig->c, on_done, rig);
  if (way == CR_WAY_BASE) {
    rig->base = event_base_new();
    assert_non_null(rig->base);
    assert_int_equal(crawler_set_event_base(rig->c, rig->base), 0);
  }
  if (way == CR_WAY_POLL) {
    struct poll_loop *loop = calloc(1, sizeof(*loop));

    assert_non_null(loop);
    loop->wake_ms = -1;
    rig->loop = loop;
    assert_int_equal(crawler_set_loop(rig->c, watch, timer, loop), 0);
  }
}

void cr_crawl_add(struct cr_crawl_rig *rig, const char *url)
{
  assert_int_equal(crawler_add(rig->c, url), 0);
}

void cr_crawl_close(struct cr_crawl_rig *rig)
{
  crawler_free(rig->c);
  rig->c = NULL;
  cr_crawl_wait_for_memory(rig);
  assert_true(atomic_load(&rig->freed));
  if (rig->base) {
    assert_int_equal(event_base_get_num_events(rig->base, EVENT_BASE_COUNT_ADDED), 0);
    event_base_free(rig->base);
  }
  if (rig->loop)
    assert_int_equal(((struct poll_loop *)rig->loop)->count, 0);
  free(rig->loop);
  for (size_t i = 0; i < rig->end_count; i++)
    free(rig->ends[i].url);
  free(rig->ends);
  if (atomic_load(&rig->wrong))
    fail_msg("%s: %s", cr_way_name(rig->way), atomic_load(&rig->wrong));
}

/* ---- asking ---- */

const struct cr_crawl_end *cr_crawl_end_of(const struct cr_crawl_rig *rig, const char *url)
{
  for (size_t i = 0; i < rig->end_count; i++)
    if (rig->ends[i].kind == CRAWLER_KIND_PAGE && strcmp(rig->ends[i].url, url) == 0)
      return &rig->ends[i];
  return NULL;
}

size_t cr_crawl_ends(const struct cr_crawl_rig *rig, crawler_outcome outcome)
{
  size_t n = 0;

  for (size_t i = 0; i < rig->end_count; i++)
    n += rig->ends[i].kind == CRAWLER_KIND_PAGE && rig->ends[i].outcome == (int)outcome;
  return n;
}

int64_t cr_crawl_stat(const struct cr_crawl_rig *rig, crawler_stat which)
{
  return crawler_get_stat(rig->c, which);
}

static int64_t told(const struct cr_crawl_rig *rig, int kind, int outcome, int reason)
{
  int64_t n = 0;

  for (size_t i = 0; i < rig->end_count; i++)
    n += rig->ends[i].kind == kind && rig->ends[i].outcome == outcome &&
         (reason == 0 || rig->ends[i].reason == reason);
  return n;
}

static void check_kind(const struct cr_crawl_rig *rig, const crawler_stats *stats,
                       crawler_kind kind)
{
  int64_t sum = crawler_stats_queued(stats, kind) + crawler_stats_in_flight(stats, kind);

  for (int outcome = CRAWLER_FETCHED; outcome <= CRAWLER_REJECTED; outcome++) {
    int64_t counted = crawler_stats_outcome(stats, kind, (crawler_outcome)outcome, 0);

    assert_int_equal(counted, told(rig, (int)kind, outcome, 0));
    sum += outcome == CRAWLER_REJECTED ? 0 : counted;
  }
  assert_int_equal(sum, crawler_stats_admitted(stats, kind));
  for (int reason = 1; reason < 48; reason++)
    assert_int_equal(crawler_stats_outcome(stats, kind, CRAWLER_FAILED, (crawler_reason)reason),
                     told(rig, (int)kind, reason < 32 ? CRAWLER_FAILED : CRAWLER_DROPPED, reason));
}

static int compare_ends(const void *a, const void *b)
{
  const struct cr_crawl_end *x = a;
  const struct cr_crawl_end *y = b;
  int order = strcmp(x->url, y->url);

  if (order == 0)
    order = x->kind - y->kind;
  return order ? order : x->method - y->method;
}

void cr_crawl_check(struct cr_crawl_rig *rig)
{
  crawler_stats *s;

  assert_int_equal(crawler_get_stats(rig->c, &s), 0);
  for (int kind = CRAWLER_KIND_PAGE; kind <= CRAWLER_KIND_REQUISITE; kind++)
    check_kind(rig, s, (crawler_kind)kind);
  assert_int_equal(crawler_stats_get(s, CRAWLER_STAT_LINKS),
                   crawler_stats_get(s, CRAWLER_STAT_LINKS_KNOWN) +
                       crawler_stats_get(s, CRAWLER_STAT_LINKS_REJECTED) +
                       crawler_stats_get(s, CRAWLER_STAT_LINKS_CAPPED) +
                       crawler_stats_get(s, CRAWLER_STAT_LINKS_ADMITTED));
  crawler_stats_free(s);
  if (rig->end_count > 0)
    qsort(rig->ends, rig->end_count, sizeof(*rig->ends), compare_ends);
  for (size_t i = 1; i < rig->end_count; i++)
    if (compare_ends(&rig->ends[i - 1], &rig->ends[i]) == 0)
      fail_msg("%s: %s has ended twice", cr_way_name(rig->way), rig->ends[i].url);
  if (atomic_load(&rig->wrong))
    fail_msg("%s: %s", cr_way_name(rig->way), atomic_load(&rig->wrong));
}

static int count_entries(const char *path)
{
  DIR *directory = opendir(path);
  int n = 0;

  if (!directory)
    return -1;
  while (readdir(directory))
    n++;
  (void)closedir(directory);
  return n;
}

int cr_count_descriptors(void)
{
  return count_entries("/proc/self/fd");
}

#ifdef __SANITIZE_THREAD__
static void *do_nothing(void *arg)
{
  return arg;
}

/* ThreadSanitizer has a thread of its own from a program's first on, which is to be counted from
 * the beginning. One that is joined may be seen on its way out. */
static void begin_threads(void)
{
  int before = count_entries("/proc/self/task");
  pthread_t thread;

  assert_int_equal(pthread_create(&thread, NULL, do_nothing, NULL), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  while (count_entries("/proc/self/task") > before + 1)
    (void)sched_yield();
}
#endif

int cr_count_threads(void)
{
#ifdef __SANITIZE_THREAD__
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  (void)pthread_once(&once, begin_threads);
#endif
  return count_entries("/proc/self/task");
}

bool cr_threads_become(int count)
{
  for (int i = 0; i < THREAD_TURNS; i++) {
    if (cr_count_threads() == count)
      return true;
    (void)sched_yield();
  }
  return false;
}
