/* SPDX-License-Identifier: MIT */
/* NEEDS: cares gumbo pcre2 */
/* How little stack a thread needs that drives a whole crawl, parses and builds trees. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/fault_site.h"
#include "support/rss.h"
#include "support/site_server.h"

/* What crawler.h and docs/reference/embedding.md say. Half of it is left for a hook. */
enum { STACK_BYTES = 128 * 1024, UNTOUCHED = 0xA5, GUARD_BYTES = 64 * 1024, DEPTH = 150 };

static size_t untouched(const unsigned char *stack)
{
  size_t bytes = 0;

  while (bytes < STACK_BYTES && stack[bytes] == UNTOUCHED)
    bytes++;
  return bytes;
}

/* Runs on a stack of that size; below it nothing may be touched. */
static void run_on_small_stack(void *(*run)(void *), void *arg, const char *what)
{
  pthread_attr_t attr;
  pthread_t thread;
  unsigned char *block = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  assert_ptr_not_equal(block, MAP_FAILED);
  assert_int_equal(mprotect(block, GUARD_BYTES, PROT_NONE), 0);
  unsigned char *stack = block + GUARD_BYTES;
  memset(stack, UNTOUCHED, STACK_BYTES);
  assert_int_equal(pthread_attr_init(&attr), 0);
  assert_int_equal(pthread_attr_setstack(&attr, stack, STACK_BYTES), 0);
  assert_int_equal(pthread_create(&thread, &attr, run, arg), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  (void)pthread_attr_destroy(&attr);
  size_t used = STACK_BYTES - untouched(stack);
  print_message("%s: %zu KB of stack\n", what, used / 1024);
  assert_true(used <= STACK_BYTES / 2);
  assert_int_equal(munmap(block, GUARD_BYTES + STACK_BYTES), 0);
}

/* With a sanitizer frames are larger. */
static void only_as_it_is_installed(void)
{
  if (!cr_rss_counts())
    skip();
}

/* ---- HTTP ---- */

static int build_tree(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  CR_CRAWL_EXPECT(rig, crawler_page_root(page) != NULL);
  CR_CRAWL_EXPECT(rig, crawler_page_links(page, NULL, NULL, NULL, NULL) > 0);
  CR_CRAWL_EXPECT(rig, crawler_page_text(page, NULL) != NULL);
  return 0;
}

static void *crawl_http(void *arg)
{
  cr_crawl_drive(arg);
  return NULL;
}

/* Tables and formatting in each other, nearly as deep as trees are built. */
static void write_deep(char *html, size_t bytes)
{
  static const char *const nested[] = { "<div>", "<b>", "<table><tr><td>", "<p><i>" };
  size_t len = 0;

  for (size_t i = 0; i < DEPTH; i++)
    len += (size_t)snprintf(html + len, bytes - len, "%s", nested[i % 4]);
  (void)snprintf(html + len, bytes - len, "<a href=/p/0>a link</a>");
}

static void a_crawl_with_trees_needs_half_of_it(void **state)
{
  static char deep[8192];
  struct cr_site_page pages[] = { { .path = "/deep", .body = deep } };
  struct cr_site_config config = { .pages = pages, .count = 1, .generated = 20 };
  struct cr_crawl_rig rig;
  (void)state;

  only_as_it_is_installed();
  write_deep(deep, sizeof(deep));
  struct cr_site_server *site = cr_site_start(&config);
  cr_crawl_open(&rig, CR_WAY_RUN);
  crawler_on_page(rig.c, build_tree, &rig);
  assert_int_equal(crawler_set_workers(rig.c, 0), 0);
  assert_int_equal(crawler_set_document(rig.c, 1), 0);
  assert_int_equal(crawler_set_simhash(rig.c, 1), 0);
  assert_int_equal(crawler_deny_url(rig.c, "re:(a|b)*c(?=d)(e+f?)*$"), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/deep"));
  run_on_small_stack(crawl_http, &rig, "HTTP and trees");
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 21);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- HTTPS, DNS, gzip, cookies ---- */

static void set_document(crawler *c, void *user)
{
  (void)user;
  (void)crawler_set_document(c, 1);
}

static void *crawl_https(void *arg)
{
  cr_fault_crawl_run(arg, "on a small stack");
  return NULL;
}

static void a_crawl_with_tls_needs_half_of_it(void **state)
{
  struct cr_fault_site site;
  struct cr_fault_crawl crawl = { .site = &site, .prepare = set_document };
  (void)state;

  only_as_it_is_installed();
  cr_fault_site_start(&site);
  run_on_small_stack(crawl_https, &crawl, "HTTPS and names");
  assert_int_equal(crawl.err, 0);
  assert_true(crawl.is_all);
  cr_fault_site_stop(&site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_crawl_with_trees_needs_half_of_it),
    cmocka_unit_test(a_crawl_with_tls_needs_half_of_it),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
