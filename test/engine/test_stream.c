/* SPDX-License-Identifier: MIT */
/* test_stream.c - bodies in pieces: what on_body is given, and what is read of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"

struct collector {
  char data[4096];
  size_t bytes;
  int calls;
  int at_page;
};

static int collect(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct collector *collector = user;

  (void)c;
  assert_int_equal(crawler_page_status(page), 200);
  assert_true(collector->bytes + bytes <= sizeof(collector->data));
  memcpy(collector->data + collector->bytes, data, bytes);
  collector->bytes += bytes;
  collector->calls++;
  return CRAWLER_ACCEPT;
}

static int has_no_body(crawler *c, crawler_page *page, void *user)
{
  struct collector *collector = user;
  size_t bytes = 99;

  (void)c;
  assert_null(crawler_page_body(page, &bytes));
  assert_int_equal(bytes, 0);
  assert_null(crawler_page_text(page, NULL));
  collector->at_page++;
  return 0;
}

static void a_body_may_be_taken_as_it_comes(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = "<a href=\"/found\">", .type = "text/html" },
    { "/found", .body = "" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct collector collector = { .bytes = 0 };
  struct cr_sim sim;
  (void)state;

  cr_sim_open_site(&sim, &site);
  crawler_on_body(sim.c, collect, &collector);
  crawler_on_page(sim.c, has_no_body, &collector);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(collector.bytes, 17);
  assert_memory_equal(collector.data, "<a href=\"/found\">", 17);
  assert_int_equal(collector.calls, 2);
  assert_int_equal(collector.at_page, 2);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_BODY_BYTES), 17);
  cr_sim_close(&sim);
}

static int count_bytes(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  (void)c;
  (void)page;
  (void)data;
  *(size_t *)user += bytes;
  return CRAWLER_ACCEPT;
}

/* Of max_memory an eighth may be kept. */
static void links_are_read_in_its_first_8_mb(void **state)
{
  static char body[(9 << 20) + 1];
  static const struct cr_sim_page pages[] = {
    { "/", .body = body, .type = "text/html" },
    { "/first", .body = "" },
    { "/at_3_mb", .body = "" },
    { "/last", .body = "" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  static const struct {
    const char *max_memory;
    unsigned at_3_mb;
  } cases[] = { { "none", 1 }, { "64M", 1 }, { "16M", 0 } };
  (void)state;

  memset(body, ' ', sizeof(body) - 1);
  memcpy(body, "<a href=\"/first\">", 17);
  memcpy(body + (3 << 20), "<a href=\"/at_3_mb\">", 19);
  memcpy(body + sizeof(body) - 17, "<a href=\"/last\">", 16);
  for (size_t i = 0; i < 3; i++) {
    struct cr_sim sim;
    size_t bytes = 0;
    int64_t count = 0;

    cr_sim_open_site(&sim, &site);
    cr_sim_set(&sim, "max_memory", cases[i].max_memory);
    crawler_on_body(sim.c, count_bytes, &bytes);
    cr_sim_run(&sim);
    assert_int_equal(bytes, sizeof(body) - 1);
    assert_int_equal(cr_sim_asked(&sim, "/first"), 1);
    assert_int_equal(cr_sim_asked(&sim, "/at_3_mb"), cases[i].at_3_mb);
    assert_int_equal(cr_sim_asked(&sim, "/last"), 0);
    assert_string_equal(crawler_incomplete(sim.c, 0, &count), "unparsed");
    assert_int_equal(count, 1);
    cr_sim_close(&sim);
  }
}

enum { OPEN = 12, OPEN_BYTES = 1000000, OPEN_MEMORY = 8 << 20 };

struct open_streams {
  crawler_request *paused[OPEN];
  int count;
  size_t bytes;
  int64_t peak; /* of the account */
};

/* Each waits with its last bytes until all have come so far. */
static int wait_for_all(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct open_streams *streams = user;
  int64_t now = crawler_get_stat(c, CRAWLER_STAT_MEMORY_BYTES);

  streams->bytes += bytes;
  if (now > streams->peak)
    streams->peak = now;
  if (((const char *)data)[bytes - 1] != '!')
    return CRAWLER_ACCEPT;
  assert_true(streams->count < OPEN);
  streams->paused[streams->count++] = crawler_page_request(page);
  for (int i = 0; streams->count == OPEN && i < OPEN; i++)
    assert_int_equal(crawler_request_resume(streams->paused[i]), 0);
  return CRAWLER_LATER;
}

static void what_is_kept_of_all_together_has_room_in_max_memory(void **state)
{
  static char body[OPEN_BYTES + 1];
  static char urls[OPEN][8];
  static struct cr_sim_page pages[OPEN + 1];
  const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct open_streams streams = { .count = 0 };
  struct cr_sim sim;
  int64_t count = 0;
  (void)state;

  memset(body, ' ', OPEN_BYTES - 1);
  body[OPEN_BYTES - 1] = '!';
  pages[OPEN] = (struct cr_sim_page){ "/", .hrefs = "/0 /1 /2 /3 /4 /5 /6 /7 /8 /9 /10 /11" };
  for (int i = 0; i < OPEN; i++) {
    (void)snprintf(urls[i], sizeof(urls[i]), "/%d", i);
    pages[i] = (struct cr_sim_page){ urls[i], .body = body };
  }
  cr_sim_open_site(&sim, &site);
  cr_sim_set(&sim, "own_server", "1");
  cr_sim_set(&sim, "max_memory", "8M");
  crawler_on_body(sim.c, wait_for_all, &streams);
  cr_sim_run(&sim);
  assert_int_equal(streams.count, OPEN);
  assert_true(streams.bytes > OPEN * OPEN_BYTES); /* the front page's, too */
  assert_true(streams.peak <= OPEN_MEMORY);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), OPEN + 1);
  assert_string_equal(crawler_incomplete(sim.c, 0, &count), "unparsed");
  assert_in_range(count, 1, OPEN - 2);
  cr_sim_close(&sim);
}

/* A thousand times 'a', by gzip. */
static const char gzipped[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\x00"
    "\x00\x03\xda\x38\x9a\xe8\x03\x00\x00";

enum { CODED_BYTES = sizeof(gzipped) - 1, DECODED_BYTES = 1000 };

static bool is_decoded(const char *data, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++)
    if (data[i] != 'a')
      return false;
  return bytes == DECODED_BYTES;
}

struct coded_world {
  struct cr_sim_world world; /* first */
  size_t bytes;              /* of the coded body that are sent */
  const char *coding;
  const char *transfer; /* Transfer-Encoding; NULL: none */
};

static void answer_coded(const struct cr_sim_world *world, const struct cr_sim_request *request,
                         struct cr_sim_answer *answer)
{
  const struct coded_world *w = (const struct coded_world *)(const void *)world;

  (void)request;
  cr_sim_head_begin(answer, 200, "text/plain");
  if (w->coding)
    cr_sim_head_add(answer, "Content-Encoding", w->coding);
  if (w->transfer)
    cr_sim_head_add(answer, "Transfer-Encoding", w->transfer);
  cr_sim_head_end(answer);
  (void)cr_buf_add(&answer->body, gzipped, w->bytes); /* test memory isn't limited */
}

static int check_decoded(crawler *c, crawler_page *page, void *user)
{
  size_t bytes = 0;
  const char *body = crawler_page_body(page, &bytes);

  (void)c;
  assert_true(is_decoded(body, bytes));
  assert_int_equal(crawler_page_wire_bytes(page), CODED_BYTES);
  ++*(int *)user;
  return 0;
}

static void crawl_coded(const char *coding, const char *transfer)
{
  struct coded_world world = { { answer_coded, cr_sim_site_links }, CODED_BYTES, coding, transfer };
  struct collector collector = { .bytes = 0 };
  struct cr_sim sim;
  int seen = 0;

  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &world.world, .parser = cr_parse_run });
  cr_sim_set(&sim, "obey_robots", "0");
  crawler_on_page(sim.c, check_decoded, &seen);
  cr_sim_add(&sim, "/");
  cr_sim_run(&sim);
  assert_int_equal(seen, 1);
  crawler_on_page(sim.c, NULL, NULL);
  crawler_on_body(sim.c, collect, &collector);
  cr_sim_add(&sim, "/2");
  cr_sim_run(&sim);
  assert_true(is_decoded(collector.data, collector.bytes));
  cr_sim_close(&sim);
}

static void a_coded_body_is_decoded_whole_or_in_pieces(void **state)
{
  (void)state;
  crawl_coded("gzip", NULL);
  crawl_coded("gzip", "chunked"); /* which the fetcher undoes */
}

static void a_transfer_coding_is_undone_too(void **state)
{
  (void)state;
  crawl_coded(NULL, "gzip, chunked");
  crawl_coded("identity", "x-gzip , , Chunked");
  crawl_coded("gzip", "identity");
}

static void a_broken_or_unknown_coding_is_a_failure(void **state)
{
  static const struct {
    size_t bytes;
    const char *coding;
  } cases[] = { { CODED_BYTES - 4, "gzip" }, { 12, "gzip" }, { CODED_BYTES, "sdch" } };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    for (int streamed = 0; streamed <= 1; streamed++) {
      struct coded_world world = {
        { answer_coded, cr_sim_site_links }, cases[i].bytes, cases[i].coding, NULL
      };
      struct collector collector = { .bytes = 0 };
      struct cr_sim sim;
      cr_sim_open(&sim, &(struct cr_sim_config){ .world = &world.world, .parser = cr_parse_run });
      cr_sim_set(&sim, "obey_robots", "0");
      if (streamed)
        crawler_on_body(sim.c, collect, &collector);
      cr_sim_add(&sim, "/");
      cr_sim_run_checked(&sim, 1);
      assert_int_equal(cr_sim_reason(&sim, "/"), CRAWLER_FAILED_PROTOCOL);
      assert_int_equal(cr_sim_asked(&sim, "/"), 1);
      cr_sim_close(&sim);
    }
}

static void a_body_that_grows_beyond_the_limit_is_too_large(void **state)
{
  static const struct {
    int64_t limit;
    bool fetched;
  } cases[] = {
    { CODED_BYTES - 1, false },
    { CODED_BYTES, false },
    { DECODED_BYTES - 1, false },
    { DECODED_BYTES, true },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    for (int streamed = 0; streamed <= 1; streamed++) {
      struct coded_world world = { { answer_coded, cr_sim_site_links }, CODED_BYTES, "gzip", NULL };
      struct collector collector = { .bytes = 0 };
      struct cr_sim sim;
      cr_sim_open(&sim, &(struct cr_sim_config){ .world = &world.world, .parser = cr_parse_run });
      cr_sim_set(&sim, "obey_robots", "0");
      assert_int_equal(crawler_set_max_body_bytes(sim.c, cases[i].limit), 0);
      if (streamed)
        crawler_on_body(sim.c, collect, &collector);
      cr_sim_add(&sim, "/");
      cr_sim_run_checked(&sim, 1);
      assert_int_equal(cr_sim_outcome(&sim, "/"),
                       cases[i].fetched ? CRAWLER_FETCHED : CRAWLER_FAILED);
      assert_int_equal(cr_sim_reason(&sim, "/"), cases[i].fetched ? 0 : CRAWLER_FAILED_TOO_LARGE);
      assert_true((int64_t)collector.bytes <= cases[i].limit);
      assert_int_equal(cr_sim_asked(&sim, "/"), 1);
      cr_sim_close(&sim);
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_body_may_be_taken_as_it_comes),
    cmocka_unit_test(links_are_read_in_its_first_8_mb),
    cmocka_unit_test(what_is_kept_of_all_together_has_room_in_max_memory),
    cmocka_unit_test(a_coded_body_is_decoded_whole_or_in_pieces),
    cmocka_unit_test(a_transfer_coding_is_undone_too),
    cmocka_unit_test(a_broken_or_unknown_coding_is_a_failure),
    cmocka_unit_test(a_body_that_grows_beyond_the_limit_is_too_large),
  };

  return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
