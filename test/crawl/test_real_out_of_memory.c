/* SPDX-License-Identifier: MIT */
/* NEEDS: cares gumbo */
/* test_real_out_of_memory.c - whole crawls of a real site in which allocations fail in turn.
 *
 * Of ours, and of libcurl, libevent and c-ares by their own hooks, which are the process's and so
 * for tests alone. Each is refused once alone, and once with all that follow. Blocks are checked,
 * and counted by owner: whatever is refused, all of ours come back, and as many of theirs as
 * before.
 */
#include <ares.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/checked_heap.h"
#include "support/fault_site.h"

enum owner { OURS, LIBCURL, LIBEVENT, CARES, OWNERS };
enum { SAMPLE = 30 };

static struct account {
  const char *owner;
  _Atomic int64_t blocks; /* alive */
  _Atomic int64_t asked;  /* allocations so far */
  int64_t first, last;    /* these are refused, counted from 1; 0: none */
} accounts[OWNERS] = {
  [OURS] = { .owner = "ours" },
  [LIBCURL] = { .owner = "libcurl" },
  [LIBEVENT] = { .owner = "libevent" },
  [CARES] = { .owner = "c-ares" },
};

static struct cr_fault_site site;

/* ---- memory that can be refused ---- */

static bool refuses(struct account *account)
{
  int64_t number = atomic_fetch_add(&account->asked, 1) + 1;

  return account->first > 0 && number >= account->first && number <= account->last;
}

static void *take(struct account *account, size_t bytes)
{
  void *block = refuses(account) ? NULL : cr_checked_malloc(bytes, account->owner);

  atomic_fetch_add(&account->blocks, block != NULL);
  return block;
}

static void *retake(struct account *account, void *block, size_t bytes)
{
  bool refused = refuses(account);
  void *grown = refused ? NULL : cr_checked_realloc(block, bytes, account->owner);

  atomic_fetch_add(&account->blocks, grown && !block);
  return grown;
}

static void give(struct account *account, void *block)
{
  atomic_fetch_sub(&account->blocks, block != NULL);
  cr_checked_free(block, account->owner);
}

static void *our_malloc(size_t bytes, void *user)
{
  return take(user, bytes);
}

static void *our_realloc(void *block, size_t bytes, void *user)
{
  return retake(user, block, bytes);
}

static void our_free(void *block, void *user)
{
  give(user, block);
}

#define HOOKS(name, owner)                                    \
  static void *of_##name##_malloc(size_t bytes)               \
  {                                                           \
    return take(&accounts[owner], bytes);                     \
  }                                                           \
  static void *of_##name##_realloc(void *block, size_t bytes) \
  {                                                           \
    return retake(&accounts[owner], block, bytes);            \
  }                                                           \
  static void of_##name##_free(void *block)                   \
  {                                                           \
    give(&accounts[owner], block);                            \
  }

HOOKS(curl, LIBCURL)
HOOKS(event, LIBEVENT)
HOOKS(ares, CARES)

static char *of_curl_strdup(const char *text)
{
  size_t bytes = strlen(text) + 1;
  char *copy = of_curl_malloc(bytes);

  return copy ? memcpy(copy, text, bytes) : NULL;
}

static void *of_curl_calloc(size_t count, size_t bytes)
{
  void *block = of_curl_malloc(count * bytes); /* libcurl's own numbers: no overflow */

  return block ? memset(block, 0, count * bytes) : NULL;
}

/* ---- crawls ---- */

struct plan {
  enum owner owner;
  int workers;
  bool by_thread;
  bool by_base; /* a libevent base of the test's drives */
};

static void set_document(crawler *c, void *user)
{
  (void)user;
  (void)crawler_set_document(c, 1);
}

static void crawl_as(const struct plan *plan, struct event_base *base, const char *what,
                     struct cr_fault_crawl *crawl)
{
  *crawl = (struct cr_fault_crawl){
    .site = &site,
    .workers = plan->workers,
    .by_thread = plan->by_thread,
    .base = base,
    .malloc_fn = our_malloc,
    .realloc_fn = our_realloc,
    .free_fn = our_free,
    .user = &accounts[OURS],
    .prepare = plan->workers > 0 ? set_document : NULL,
  };
  cr_fault_crawl_run(crawl, what);
}

/* Returns how many allocations there were. */
static int64_t crawl(const struct plan *plan, int64_t first, int64_t last)
{
  struct account *account = &accounts[plan->owner];
  int64_t before[OWNERS];
  struct cr_fault_crawl crawl;
  char what[128];

  (void)snprintf(what, sizeof(what), "allocations %lld to %lld (%s)", (long long)first,
                 (long long)last, account->owner);
  for (int i = 0; i < OWNERS; i++)
    before[i] = atomic_load(&accounts[i].blocks);
  struct event_base *base = plan->by_base ? event_base_new() : NULL; /* the host's: it gets it */
  atomic_store(&account->asked, 0);
  account->last = last;
  account->first = first;
  crawl_as(plan, base, what, &crawl);
  account->first = 0;
  cr_checked_look();
  if (base)
    event_base_free(base);
  for (int i = 0; i < OWNERS; i++)
    if (atomic_load(&accounts[i].blocks) != before[i])
      fail_msg("%s: %lld blocks of %s, then %lld", what, (long long)before[i], accounts[i].owner,
               (long long)atomic_load(&accounts[i].blocks));
  if (first == 0 && (crawl.err != 0 || !crawl.is_all))
    fail_msg("%s: not all pages were fetched: %s", what, crawl.message);
  return atomic_load(&account->asked);
}

static void fail_each(const struct plan *plan)
{
  int64_t count;

  (void)crawl(plan, 0, 0); /* what a library makes once and keeps */
  count = crawl(plan, 0, 0);
  assert_true(count > 0);
  print_message("%s: %lld allocations\n", accounts[plan->owner].owner, (long long)count);
  for (int64_t i = cr_fault_next(0, count, SAMPLE); i > 0; i = cr_fault_next(i, count, SAMPLE)) {
    (void)crawl(plan, i, i);
    (void)crawl(plan, i, INT64_MAX);
  }
}

static void a_crawl_survives_each_of_ours(void **state)
{
  (void)state;
  fail_each(&(struct plan){ .owner = OURS });
}

static void a_crawl_with_a_worker_and_a_thread_survives_each_of_ours(void **state)
{
  (void)state;
  fail_each(&(struct plan){ .owner = OURS, .workers = 1, .by_thread = true });
}

static void a_crawl_survives_those_of_libcurl(void **state)
{
  (void)state;
  fail_each(&(struct plan){ .owner = LIBCURL });
}

static void a_crawl_survives_those_of_c_ares(void **state)
{
  (void)state;
  fail_each(&(struct plan){ .owner = CARES });
}

static void a_crawl_on_the_callers_base_survives_those_of_libevent(void **state)
{
  (void)state;
  fail_each(&(struct plan){ .owner = LIBEVENT, .by_base = true });
}

/* One for each test: it keeps its requests, and has room for some thousand crawls. */
static int start(void **state)
{
  (void)state;
  cr_fault_site_start(&site);
  return 0;
}

static int stop(void **state)
{
  (void)state;
  cr_fault_site_stop(&site);
  return 0;
}

static int take_over(void **state)
{
  (void)state;
  event_set_mem_functions(of_event_malloc, of_event_realloc, of_event_free);
  if (ares_library_init_mem(ARES_LIB_INIT_ALL, of_ares_malloc, of_ares_free, of_ares_realloc) != 0)
    return -1;
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, of_curl_malloc, of_curl_free, of_curl_realloc,
                              of_curl_strdup, of_curl_calloc) == CURLE_OK
             ? 0
             : -1;
}

static int give_back(void **state)
{
  (void)state;
  curl_global_cleanup();
  ares_library_cleanup();
  return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(a_crawl_survives_each_of_ours),
    TEST(a_crawl_with_a_worker_and_a_thread_survives_each_of_ours),
    TEST(a_crawl_survives_those_of_libcurl),
    TEST(a_crawl_survives_those_of_c_ares),
    TEST(a_crawl_on_the_callers_base_survives_those_of_libevent),
  };

  return cmocka_run_group_tests_name("real out of memory", tests, take_over, give_back);
}
