/* SPDX-License-Identifier: MIT */
/* test_memory_held.c - what a crawler holds that has nothing to do; and max_memory under a caller
 * who is slower than the web: what waits for on_parse, on_page or crawler_next() is the crawler's
 * until he has it.
 */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>
#include <zlib.h>

#include "support/crawl_rig.h"
#include "support/site_server.h"

enum { PAGES = 40, BODY_BYTES = 1800000, CODED_ROOM = 64 << 10, MEMORY = 16 << 20, SLOWLY_MS = 5 };

struct coded {
  char bytes[CODED_ROOM];
  size_t len;
};

static char *new_text(void)
{
  char *text = malloc(BODY_BYTES);

  assert_non_null(text);
  for (size_t i = 0; i < BODY_BYTES; i++)
    text[i] = "<p>words of a page\n"[i % 19];
  return text;
}

static void make_body(struct coded *coded)
{
  char *text = new_text();
  z_stream z = { 0 };

  assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  z.next_in = (Bytef *)text;
  z.avail_in = BODY_BYTES;
  z.next_out = (Bytef *)coded->bytes;
  z.avail_out = CODED_ROOM;
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  coded->len = z.total_out;
  deflateEnd(&z);
  free(text);
}

static int answer(const struct cr_site_request *request, struct cr_site_page *page, void *user)
{
  const struct coded *coded = user;

  (void)request;
  page->headers = "Content-Type: text/html\nContent-Encoding: gzip\n";
  page->body = coded->bytes;
  page->bytes = coded->len;
  return 1;
}

static _Atomic int64_t peak;

static void look(struct cr_crawl_rig *rig, crawler_page *page)
{
  int64_t now = cr_crawl_stat(rig, CRAWLER_STAT_MEMORY_BYTES);
  size_t bytes = 0;

  CR_CRAWL_EXPECT(rig, crawler_page_body(page, &bytes) != NULL);
  CR_CRAWL_EXPECT(rig, bytes == BODY_BYTES);
  if (now > peak)
    peak = now;
  (void)nanosleep(&(struct timespec){ .tv_nsec = SLOWLY_MS * 1000000 }, NULL);
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  look(user, page);
  return 0;
}

static void on_pulled(struct cr_crawl_rig *rig, crawler_page *page)
{
  look(rig, page);
  crawler_page_release(page);
}

static void crawl(struct cr_site_server *site, enum cr_way way, bool pulled)
{
  struct cr_crawl_rig rig;
  char path[16];

  cr_crawl_open(&rig, way);
  assert_int_equal(crawler_set_option(rig.c, "own_server", "1"), 0);
  assert_int_equal(crawler_set_option(rig.c, "max_memory", "16M"), 0);
  rig.on_pulled = pulled ? on_pulled : NULL;
  if (!pulled)
    crawler_on_page(rig.c, on_page, &rig);
  for (int i = 0; i < PAGES; i++) {
    (void)snprintf(path, sizeof(path), "/%d", i);
    cr_crawl_add(&rig, cr_site_url(site, path));
  }
  peak = 0;
  assert_int_equal(cr_crawl_drive(&rig), 0);
  print_message("%s: %.1f MB at most\n", cr_way_name(way), (double)peak / 1048576);
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FETCHED), PAGES);
  assert_true(peak <= MEMORY + (pulled ? MEMORY / 8 : 0)); /* the page in his hands is his */
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
}

static void pages_that_wait_for_a_slow_caller_have_room_in_max_memory(void **state)
{
  static const struct {
    enum cr_way way;
    bool pulled;
  } cases[] = { { CR_WAY_RUN, false }, { CR_WAY_NEXT, true }, { CR_WAY_THREAD, true } };
  struct coded coded;
  (void)state;

  make_body(&coded);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_site_server *site =
        cr_site_start(&(struct cr_site_config){ .answer = answer, .user = &coded });
    crawl(site, cases[i].way, cases[i].pulled);
    cr_site_stop(site);
  }
}

/* ---- a slow on_parse, on workers ---- */

enum { PARSE_MS = 20 };

static int on_parse(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;
  size_t bytes = 0;

  (void)c;
  CR_CRAWL_EXPECT(rig, crawler_page_body(page, &bytes) != NULL && bytes == BODY_BYTES);
  (void)nanosleep(&(struct timespec){ .tv_nsec = PARSE_MS * 1000000 }, NULL);
  return 0;
}

static int answer_plain(const struct cr_site_request *request, struct cr_site_page *page,
                        void *user)
{
  (void)request;
  page->headers = "Content-Type: text/html\n";
  page->body = user;
  page->bytes = BODY_BYTES;
  return 1;
}

/* How much it held at most, as malloc() rounds it. */
static int64_t parse_slowly(struct cr_site_server *site, const char *max_memory)
{
  struct cr_crawl_rig rig;
  char path[16];

  cr_crawl_open(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_option(rig.c, "own_server", "1"), 0);
  assert_int_equal(crawler_set_option(rig.c, "max_memory", max_memory), 0);
  assert_int_equal(crawler_set_workers(rig.c, 2), 0);
  crawler_on_parse(rig.c, on_parse, &rig);
  for (int i = 0; i < PAGES; i++) {
    (void)snprintf(path, sizeof(path), "/%d", i);
    cr_crawl_add(&rig, cr_site_url(site, path));
  }
  assert_int_equal(cr_crawl_drive(&rig), 0);
  int64_t most = rig.memory.peak_bytes;
  print_message("max_memory %s: %.1f MB at most\n", max_memory, (double)most / 1048576);
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FETCHED), PAGES);
  assert_true(cr_crawl_stat(&rig, CRAWLER_STAT_TURN_P50_US) < PARSE_MS * 1000);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  return most;
}

static void pages_that_wait_for_a_slow_on_parse_have_room_in_max_memory(void **state)
{
  char *text = new_text();
  struct cr_site_server *site =
      cr_site_start(&(struct cr_site_config){ .answer = answer_plain, .user = text });
  (void)state;

  int64_t held = parse_slowly(site, "16M");
  assert_true(held <= MEMORY + MEMORY / 8); /* an answer's head and its parse have what they need */
  assert_true(parse_slowly(site, "1G") > 2 * held);
  cr_site_stop(site);
  free(text);
}

/* ---- with nothing to do ---- */

enum { IDLE_MOST = 1 << 20 };

/* In use of the whole process, what other libraries have taken included. */
static int64_t heap_bytes(void)
{
  struct mallinfo2 info = mallinfo2();

  return (int64_t)(info.uordblks + info.hblkhd);
}

static void a_started_crawler_without_workers_holds_at_most_a_megabyte(void **state)
{
  int64_t before = heap_bytes();
  struct cr_crawl_rig rig;
  (void)state;

  cr_crawl_open(&rig, CR_WAY_STEP);
  assert_int_equal(crawler_set_workers(rig.c, 0), 0);
  assert_int_equal(crawler_set_keep_open(rig.c, 1), 0);
  int64_t created = atomic_load(&rig.memory.bytes);
  for (int i = 0; i < 3; i++)
    assert_int_equal(crawler_step(rig.c, 0), CRAWLER_OK);
  int64_t started = atomic_load(&rig.memory.bytes);
  int64_t heap = heap_bytes() - before;
  print_message("%.0f KB created, %.0f started, %.0f with other libraries'\n",
                (double)created / 1024, (double)started / 1024, (double)heap / 1024);
  assert_true(created > 0 && started > created);
  assert_true(started <= IDLE_MOST);
  assert_true(heap <= IDLE_MOST);
  cr_crawl_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_started_crawler_without_workers_holds_at_most_a_megabyte),
    cmocka_unit_test(pages_that_wait_for_a_slow_caller_have_room_in_max_memory),
    cmocka_unit_test(pages_that_wait_for_a_slow_on_parse_have_room_in_max_memory),
  };

  return cmocka_run_group_tests_name("memory_held", tests, NULL, NULL);
}
