/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_repeated_crawls.c - a process that crawls for ever doesn't grow.
 *
 * Whole crawls are repeated in one process, with a new crawler each, and with one that is run again
 * and again. What the crawler holds itself must be the same to the byte; what libcurl, libevent,
 * c-ares and gumbo hold besides is in the C library's count of the heap. That count is exact once
 * the threads' caches of freed blocks are off: the program starts itself again without them. No
 * descriptor and no thread is left either. A number of crawls may be given: `make soak` takes
 * 10,000.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/sim_crawl.h"
#include "support/crawl_rig.h"
#include "support/dns_server.h"
#include "support/site_server.h"

/* Measured: 64 at most. A hundred bytes lost by each crawl are 10,000 in the second half. */
enum { HEAP_NOISE_BYTES = 1024 };

enum { PAGES = 40 }; /* of the site */
/* A site answers 20,000 requests (support/site_server.c): a new one in time. */
enum { ROUNDS = 26, MANY = 500, SITE_ROUNDS = 50 };

/* ---- the heap ---- */

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
/* Allocated and not yet freed in this process, by whomever. */
static int64_t heap_bytes(void)
{
  struct mallinfo2 all = mallinfo2();

  return (int64_t)(all.uordblks + all.hblkhd);
}
#else
static int64_t heap_bytes(void)
{
  return 0;
}
#endif

/* Not with a sanitizer's allocator, nor valgrind's: those look for leaks themselves. */
static bool heap_is_counted(void)
{
  int64_t before = heap_bytes();
  void *volatile block = malloc(100000);
  int64_t with = heap_bytes();

  free(block);
  return with - before >= 100000 && heap_bytes() == before;
}

static void turn_block_caches_off(char **argv)
{
  static const char off[] = "glibc.malloc.tcache_count=0";
  const char *now = getenv("GLIBC_TUNABLES");

  if (!heap_is_counted() || (now && strcmp(now, off) == 0))
    return;
  if (setenv("GLIBC_TUNABLES", off, 1) == 0)
    (void)execv("/proc/self/exe", argv);
  perror("/proc/self/exe");
  exit(1);
}

static void assert_no_growth(int64_t from_bytes, int64_t to_bytes)
{
  print_message("%lld bytes of the heap, then %+lld\n", (long long)from_bytes,
                (long long)(to_bytes - from_bytes));
  if (to_bytes > from_bytes + HEAP_NOISE_BYTES)
    fail_msg("the heap grows");
}

/* The second half of count repetitions leaves nothing on the heap; after the first of them there
 * is no further descriptor or thread. */
static void repeat(void (*crawl)(void *arg), void *arg, int count)
{
  bool counted = heap_is_counted();
  int64_t half_bytes = 0;
  int descriptors = 0;
  int threads = 0;

  if (!counted && count < MANY)
    count = 4;
  for (int i = 0; i < count; i++) {
    if (i == count / 2)
      half_bytes = heap_bytes();
    crawl(arg);
    if (i == 0) { /* a sanitizer may have a thread of its own, and libraries a descriptor */
      descriptors = cr_count_descriptors();
      threads = cr_count_threads();
    }
  }
  assert_int_equal(cr_count_descriptors(), descriptors);
  assert_true(cr_threads_become(threads));
  if (counted)
    assert_no_growth(half_bytes, heap_bytes());
}

/* ---- a site in a process of its own, whose heap is not ours ---- */

struct served {
  pid_t pid;
  int port;
  int fd; /* it lives until this is closed, if only by the end of a test that fails */
  int rounds;
};

static void serve(int fd)
{
  struct cr_site_server *site = cr_site_start_generated(PAGES);
  int port = cr_site_port(site);

  if (write(fd, &port, sizeof(port)) == sizeof(port))
    while (read(fd, &port, sizeof(port)) > 0)
      ;
  cr_site_stop(site);
  _exit(0);
}

static void start_site(struct served *site)
{
  int ends[2];

  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  site->pid = fork();
  assert_true(site->pid >= 0);
  if (site->pid == 0) {
    (void)close(ends[0]);
    serve(ends[1]);
  }
  (void)close(ends[1]);
  site->fd = ends[0];
  assert_int_equal(read(site->fd, &site->port, sizeof(site->port)), sizeof(site->port));
}

static void stop_site(const struct served *site)
{
  (void)close(site->fd);
  assert_int_equal(waitpid(site->pid, NULL, 0), site->pid);
}

/* ---- a new crawler each time ---- */

static void crawl_by_address(const struct served *site, enum cr_way way)
{
  struct cr_crawl_rig rig;
  char url[64];

  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/p/0", site->port);
  cr_crawl_open(&rig, way);
  assert_int_equal(crawler_set_document(rig.c, way % 2), 0);
  assert_int_equal(crawler_set_cookies(rig.c, way % 3 == 0), 0);
  cr_crawl_add(&rig, url);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FETCHED), PAGES);
  cr_crawl_close(&rig); /* which asserts that no block of the crawler's is left */
}

static void answer_dns(const struct cr_dns_question *question, struct cr_dns_reply *reply,
                       void *user)
{
  (void)user;
  if (question->type == CR_DNS_A)
    cr_dns_add_address(reply, NULL, 60, "127.0.0.1");
}

/* The name server is on the base of the crawl. */
static void crawl_by_name(const struct served *site)
{
  struct cr_crawl_rig rig;
  struct cr_dns_server dns;
  struct cr_loop *loop = NULL;
  char url[64];

  (void)snprintf(url, sizeof(url), "http://site.test:%d/p/0", site->port);
  cr_crawl_open(&rig, CR_WAY_BASE);
  assert_int_equal(cr_loop_open_libevent(&loop, &rig.c->home->mem, rig.base), 0);
  assert_true(cr_dns_server_open(&dns, loop));
  dns.answer = answer_dns;
  assert_int_equal(crawler_set_dns_servers(rig.c, dns.address), 0);
  cr_crawl_add(&rig, url);
  assert_int_equal(crawler_start(rig.c), 0);
  while (rig.done_calls == 0)
    assert_true(event_base_loop(rig.base, EVLOOP_ONCE) >= 0);
  assert_true(dns.udp_questions > 0);
  cr_dns_server_close(&dns);
  cr_loop_close(loop);
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FETCHED), PAGES);
  cr_crawl_close(&rig);
}

static void crawl_in_each_way(void *arg)
{
  struct served *site = arg;

  if (++site->rounds % SITE_ROUNDS == 0) {
    stop_site(site);
    start_site(site);
  }
  for (int way = 0; way < CR_WAYS; way++)
    crawl_by_address(site, (enum cr_way)way);
  if (strstr(crawler_parts(), "cares"))
    crawl_by_name(site);
}

static void new_crawlers_leave_nothing_behind(void **state)
{
  const int *rounds = *state;
  struct served site = { .rounds = 0 };

  start_site(&site);
  repeat(crawl_in_each_way, &site, *rounds);
  stop_site(&site);
}

/* With robots.txt, redirects, failures, retries and more than one host. */
static void crawl_simulated(void *arg)
{
  int64_t *held_bytes = arg;
  struct cr_sim_web web;
  struct cr_sim sim;

  cr_sim_web_init(&web, 3, 20, 200);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &web.world });
  cr_sim_set(&sim, "span_hosts", "1");
  cr_sim_add_hosts(&sim, &web, 2);
  cr_sim_run(&sim);
  if (*held_bytes == 0)
    *held_bytes = cr_sim_stat(&sim, CRAWLER_STAT_MEMORY_BYTES);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_MEMORY_BYTES), *held_bytes);
  cr_sim_close(&sim); /* which asserts that no block of the crawler's is left */
}

static void equal_crawls_hold_equally_much(void **state)
{
  int64_t held_bytes = 0;

  (void)state;
  CR_CRAWL_ONLY("which turn sees what of a thread is chance", CR_WAY_RUN, CR_WAY_STEP_0,
                CR_WAY_STEP, CR_WAY_NEXT, CR_WAY_BASE, CR_WAY_POLL);
  repeat(crawl_simulated, &held_bytes, 200);
}

/* ---- one crawler again and again ---- */

enum { WARM_RUNS = 20, RUNS = 220 };

/* A known URL takes about 11 bytes of the seen-set, whose tables grow ahead of it. */
enum { KNOWN_URL_BYTES = 40 };

struct again {
  struct served site;
  crawler *c;
  int run;
  int64_t chunk_bytes; /* what the crawler's blocks take of the heap */
};

struct held {
  int64_t by_kind[CR_MEM_KINDS];
  int64_t by_others; /* libraries, and the test */
};

/* A block, and the word before it (glibc's malloc.c). */
static int64_t chunk_bytes(void *block)
{
  return block ? (int64_t)(malloc_usable_size(block) + sizeof(size_t)) : 0;
}

static void *measured_malloc(size_t bytes, void *user)
{
  struct again *again = user;
  void *block = malloc(bytes);

  again->chunk_bytes += chunk_bytes(block);
  return block;
}

static void *measured_realloc(void *block, size_t bytes, void *user)
{
  struct again *again = user;

  again->chunk_bytes -= chunk_bytes(block);
  block = realloc(block, bytes);
  assert_non_null(block);
  again->chunk_bytes += chunk_bytes(block);
  return block;
}

static void measured_free(void *block, void *user)
{
  struct again *again = user;

  again->chunk_bytes -= chunk_bytes(block);
  free(block);
}

static void open_again(struct again *again)
{
  memset(again, 0, sizeof(*again));
  start_site(&again->site);
  again->c = crawler_new_with(measured_malloc, measured_realloc, measured_free, again);
  assert_non_null(again->c);
  assert_int_equal(crawler_set_allow_private(again->c, "1"), 0);
  assert_int_equal(crawler_set_own_server(again->c, 1), 0);
  assert_int_equal(crawler_set_obey_robots(again->c, 0), 0);
  assert_int_equal(crawler_set_concurrency(again->c, 4), 0); /* what is used again is there soon */
  assert_int_equal(crawler_set_workers(again->c, 0), 0); /* else as many pages wait as happen to */
}

static void close_again(struct again *again)
{
  crawler_free(again->c);
  assert_int_equal(again->chunk_bytes, 0);
  stop_site(&again->site);
}

/* Fetches the whole site under URLs that are new; the links are known from the first time. */
static void run_once_more(struct again *again)
{
  int64_t fetched = crawler_get_stat(again->c, CRAWLER_STAT_FETCHED);
  char url[64];

  for (int i = 0; i < PAGES; i++) {
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/p/%d?run=%d", again->site.port, i,
                   again->run);
    assert_int_equal(crawler_add(again->c, url), 0);
  }
  assert_int_equal(crawler_run(again->c), 0);
  fetched = crawler_get_stat(again->c, CRAWLER_STAT_FETCHED) - fetched;
  assert_int_equal(fetched, again->run == 0 ? 2 * PAGES : PAGES);
  again->run++;
}

static struct held measure(const struct again *again)
{
  struct held held = { .by_others = heap_bytes() - again->chunk_bytes };

  for (int kind = 0; kind < CR_MEM_KINDS; kind++)
    held.by_kind[kind] = atomic_load(&again->c->home->mem.used[kind]);
  return held;
}

static void a_crawler_run_again_grows_by_what_it_knows_only(void **state)
{
  struct again again;
  struct held warm;
  struct held end;

  (void)state;
  open_again(&again);
  while (again.run < WARM_RUNS)
    run_once_more(&again);
  warm = measure(&again);
  while (again.run < RUNS)
    run_once_more(&again);
  end = measure(&again);
  for (int kind = 0; kind < CR_MEM_KINDS; kind++)
    if (kind != CR_MEM_FRONTIER)
      assert_int_equal(end.by_kind[kind], warm.by_kind[kind]);
  assert_in_range(end.by_kind[CR_MEM_FRONTIER] - warm.by_kind[CR_MEM_FRONTIER], 0,
                  (RUNS - WARM_RUNS) * PAGES * KNOWN_URL_BYTES);
  if (heap_is_counted())
    assert_no_growth(warm.by_others, end.by_others);
  close_again(&again);
}

int main(int argc, char **argv)
{
  int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) / (CR_WAYS + 1) : ROUNDS;
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_prestate(new_crawlers_leave_nothing_behind, &rounds),
    cmocka_unit_test(equal_crawls_hold_equally_much),
    cmocka_unit_test(a_crawler_run_again_grows_by_what_it_knows_only),
  };

  turn_block_caches_off(argv);
  return cmocka_run_group_tests_name("repeated crawls", tests, NULL, NULL);
}
