/* SPDX-License-Identifier: MIT */
/* test_truncated_bodies.c - half a body: a failure, or by option keep_truncated a page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "support/crawl_rig.h"
#include "support/oom.h"
#include "support/raw_server.h"

#define FILLER "0123456789012345678901234567890123456789012345678901234567890123456789"
#define LINKS "<a href=\"/first\">" FILLER "<a href=\"/last\">" /* cut in the middle: the first */

enum { LINKS_BYTES = sizeof(LINKS) - 1, RETRIED = 3 };

/* What the hooks have seen of "/". */
struct seen {
  int pages;
  int truncated;
  size_t body_bytes;
  size_t streamed_bytes;
  char body[2048];
  bool is_duplicate;
};

static bool is_first(crawler_page *page)
{
  return crawler_request_depth(crawler_page_request(page)) == 0;
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  struct seen *seen = user;
  size_t bytes;
  const char *body = crawler_page_body(page, &bytes);

  (void)c;
  seen->is_duplicate = seen->is_duplicate || crawler_page_duplicate_of(page) != NULL;
  if (!is_first(page))
    return 0;
  seen->pages++;
  seen->truncated = crawler_page_truncated(page);
  seen->body_bytes = bytes;
  assert_true(bytes < sizeof(seen->body));
  if (bytes > 0)
    memcpy(seen->body, body, bytes);
  return 0;
}

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct seen *seen = user;

  (void)c;
  (void)data;
  if (is_first(page))
    seen->streamed_bytes += bytes;
  return CRAWLER_ACCEPT;
}

static void open(struct cr_sim *sim, const struct cr_sim_world *world, struct seen *seen,
                 bool keeps)
{
  memset(seen, 0, sizeof(*seen));
  cr_sim_open(sim, &(struct cr_sim_config){ .world = world, .parser = cr_parse_run });
  cr_sim_set(sim, "obey_robots", "0");
  cr_sim_set(sim, "keep_truncated", keeps ? "1" : "0");
  crawler_on_page(sim->c, on_page, seen);
  cr_sim_add(sim, "/");
}

/* ---- what arrives ---- */

static void what_came_is_a_page_after_the_last_attempt(void **state)
{
  static const struct {
    struct cr_sim_page page; /* "/" */
    bool keeps;
    const char *max_body;
    crawler_reason reason; /* of the failure; NONE: fetched */
    int truncated;
    unsigned asked;
    size_t bytes;
    const char *why;
  } rows[] = {
    { { "/", .body = LINKS, .failure = CRAWLER_FAILED_TRUNCATED },
      false,
      "64M",
      CRAWLER_FAILED_TRUNCATED,
      0,
      RETRIED,
      0,
      "off: a failure" },
    { { "/", .body = LINKS, .failure = CRAWLER_FAILED_TRUNCATED },
      true,
      "64M",
      0,
      CRAWLER_FAILED_TRUNCATED,
      RETRIED,
      LINKS_BYTES / 2,
      "cut, and retried before" },
    { { "/", .body = LINKS, .failure = CRAWLER_FAILED_TRUNCATED, .times = 1 },
      true,
      "64M",
      0,
      0,
      2,
      LINKS_BYTES,
      "whole at the second attempt" },
    { { "/", .body = LINKS, .failure = CRAWLER_FAILED_TIMEOUT },
      false,
      "64M",
      CRAWLER_FAILED_TIMEOUT,
      0,
      RETRIED,
      0,
      "off: a failure" },
    { { "/", .body = LINKS }, false, "20", CRAWLER_FAILED_TOO_LARGE, 0, 1, 0, "off: a failure" },
    { { "/", .body = LINKS }, true, "20", 0, CRAWLER_FAILED_TOO_LARGE, 1, 20, "not retried" },
    { { "/", .body = LINKS }, true, "0", 0, CRAWLER_FAILED_TOO_LARGE, 1, 0, "nothing of it" },
    { { "/", .body = LINKS, .status = 404, .failure = CRAWLER_FAILED_TRUNCATED },
      true,
      "64M",
      0,
      CRAWLER_FAILED_TRUNCATED,
      RETRIED,
      LINKS_BYTES / 2,
      "whatever its status" },
    { { "/", .failure = CRAWLER_FAILED_CONNECT },
      true,
      "64M",
      CRAWLER_FAILED_CONNECT,
      0,
      RETRIED,
      0,
      "no answer, no page" },
    { { "/", .failure = CRAWLER_FAILED_PROTOCOL },
      true,
      "64M",
      CRAWLER_FAILED_PROTOCOL,
      0,
      1,
      0,
      "not HTTP" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    for (int streamed = 0; streamed <= 1; streamed++) {
      struct cr_sim_page table[] = {
        rows[i].page,
        { "/", .body = LINKS },
      };
      struct cr_sim_site site = CR_SIM_SITE(table);
      struct cr_sim sim;
      struct seen seen;
      bool fetched = rows[i].reason == CRAWLER_REASON_NONE;
      open(&sim, &site.world, &seen, rows[i].keeps);
      cr_sim_set(&sim, "max_body", rows[i].max_body);
      if (streamed)
        crawler_on_body(sim.c, on_body, &seen);
      cr_sim_run_checked(&sim, 1);
      if (cr_sim_outcome(&sim, "/") != (fetched ? CRAWLER_FETCHED : CRAWLER_FAILED) ||
          cr_sim_reason(&sim, "/") != (int)rows[i].reason ||
          cr_sim_asked(&sim, "/") != rows[i].asked || seen.truncated != rows[i].truncated)
        fail_msg("row %zu, %s: outcome %d, reason %d, asked %u times, truncated %d", i, rows[i].why,
                 cr_sim_outcome(&sim, "/"), cr_sim_reason(&sim, "/"), cr_sim_asked(&sim, "/"),
                 seen.truncated);
      assert_int_equal(seen.pages, fetched);
      if (streamed && fetched && rows[i].asked == 1)
        assert_int_equal(seen.streamed_bytes, rows[i].bytes);
      if (!streamed)
        assert_int_equal(seen.body_bytes, rows[i].bytes);
      if (!streamed && rows[i].bytes > 0)
        assert_memory_equal(seen.body, LINKS, rows[i].bytes);
      cr_sim_close(&sim);
    }
}

static void its_links_are_taken_and_the_crawl_is_not_complete(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = LINKS, .failure = CRAWLER_FAILED_TRUNCATED },
    { .url = "/first" },
    { .url = "/last" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  struct seen seen;
  (void)state;

  open(&sim, &site.world, &seen, true);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/first"), CRAWLER_FETCHED);
  assert_int_equal(cr_sim_asked(&sim, "/last"), 0);
  assert_string_equal(crawler_ended(sim.c), "complete");
  assert_int_equal(crawler_is_complete(sim.c), 0);
  assert_int_equal(cr_sim_incomplete(&sim, "truncated"), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_STATUS_2XX), 2);
  cr_sim_close(&sim);
}

static void half_a_body_is_nobodys_duplicate(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = LINKS, .failure = CRAWLER_FAILED_TRUNCATED },
    { "/first", .body = LINKS, .failure = CRAWLER_FAILED_TRUNCATED },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  struct seen seen;
  (void)state;

  open(&sim, &site.world, &seen, true);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/first"), CRAWLER_FETCHED);
  assert_false(seen.is_duplicate);
  cr_sim_close(&sim);
}

static int no_retry(crawler *c, const crawler_request *req, crawler_reason reason,
                    const crawler_page *page, int64_t *delay_ms, void *user)
{
  (void)c;
  (void)req;
  (void)delay_ms;
  assert_int_equal(reason, CRAWLER_FAILED_TRUNCATED);
  assert_int_equal(crawler_page_truncated(page), 0); /* not yet */
  ++*(int *)user;
  return CRAWLER_REJECT;
}

static void the_hook_may_have_it_at_once(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .body = LINKS, .failure = CRAWLER_FAILED_TRUNCATED, .status = 500 },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  struct seen seen;
  int asked = 0;
  (void)state;

  open(&sim, &site.world, &seen, true);
  crawler_on_retry(sim.c, no_retry, &asked);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(asked, 1);
  assert_int_equal(cr_sim_asked(&sim, "/"), 1);
  assert_int_equal(seen.truncated, CRAWLER_FAILED_TRUNCATED);
  cr_sim_close(&sim);
}

static void a_redirect_needs_no_body(void **state)
{
  static const struct cr_sim_page pages[] = {
    { "/", .to = "/first", .body = LINKS, .failure = CRAWLER_FAILED_TRUNCATED },
    { .url = "/first" },
  };
  static const struct cr_sim_site site = CR_SIM_SITE(pages);
  struct cr_sim sim;
  struct seen seen;
  (void)state;

  open(&sim, &site.world, &seen, true);
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_REDIRECTED);
  assert_int_equal(cr_sim_outcome(&sim, "/first"), CRAWLER_FETCHED);
  assert_int_equal(crawler_is_complete(sim.c), 1);
  cr_sim_close(&sim);
}

/* ---- coded bodies ---- */

/* A thousand times 'a', by gzip. */
static const char gzipped[] =
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x4c\x1c\x05\xa3\x60\x14\x0c\x77\x00"
    "\x00\x03\xda\x38\x9a\xe8\x03\x00\x00";

enum { CODED_BYTES = sizeof(gzipped) - 1, DECODED_BYTES = 1000 };

struct coded_world {
  struct cr_sim_world world; /* first */
  size_t bytes;              /* of gzipped that are sent */
  bool is_damaged;
  const char *coding;
};

static void answer_coded(const struct cr_sim_world *world, const struct cr_sim_request *request,
                         struct cr_sim_answer *answer)
{
  const struct coded_world *coded = (const struct coded_world *)world;
  (void)request;

  answer->resolve_ms = answer->connect_ms = answer->head_ms = answer->body_ms = 1;
  memcpy(answer->address, "192.0.2.1", 10);
  answer->status = 200;
  cr_sim_head_begin(answer, 200, "text/plain");
  cr_sim_head_add(answer, "Content-Encoding", coded->coding);
  cr_sim_head_end(answer);
  assert_int_equal(cr_buf_add(&answer->body, gzipped, coded->bytes), 0);
  if (coded->is_damaged)
    answer->body.data[12] ^= 0x7f;
}

static void a_coded_body_is_kept_as_far_as_it_decodes(void **state)
{
  static const struct {
    size_t sent;
    bool is_damaged;
    const char *coding;
    int64_t max_body;
    int truncated; /* -1: failed, protocol */
    size_t most;   /* bytes that may come of it */
  } rows[] = {
    { CODED_BYTES, false, "gzip", DECODED_BYTES, 0, DECODED_BYTES },
    { CODED_BYTES - 4, false, "gzip", DECODED_BYTES, CRAWLER_FAILED_TRUNCATED, DECODED_BYTES },
    { 15, false, "gzip", DECODED_BYTES, CRAWLER_FAILED_TRUNCATED, DECODED_BYTES },
    { CODED_BYTES, false, "gzip", 500, CRAWLER_FAILED_TOO_LARGE, 500 },
    { CODED_BYTES, false, "gzip", 20, CRAWLER_FAILED_TOO_LARGE, 20 }, /* on the wire, too */
    { CODED_BYTES, true, "gzip", DECODED_BYTES, -1, 0 },
    { CODED_BYTES, false, "sdch", DECODED_BYTES, -1, 0 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    for (int streamed = 0; streamed <= 1; streamed++) {
      struct coded_world world = {
        { answer_coded, cr_sim_site_links }, rows[i].sent, rows[i].is_damaged, rows[i].coding
      };
      struct cr_sim sim;
      struct seen seen;
      open(&sim, &world.world, &seen, true);
      assert_int_equal(crawler_set_max_body_bytes(sim.c, rows[i].max_body), 0);
      if (streamed)
        crawler_on_body(sim.c, on_body, &seen);
      cr_sim_run_checked(&sim, 1);
      size_t bytes = streamed ? seen.streamed_bytes : seen.body_bytes;
      if (rows[i].truncated < 0) {
        assert_int_equal(cr_sim_reason(&sim, "/"), CRAWLER_FAILED_PROTOCOL);
      } else {
        assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
        if (seen.truncated != rows[i].truncated || bytes > rows[i].most ||
            (rows[i].sent > 20 && bytes != rows[i].most))
          fail_msg("row %zu, streamed %d: truncated %d, %zu bytes", i, streamed, seen.truncated,
                   bytes);
      }
      assert_int_equal(cr_sim_asked(&sim, "/"), 1);
      cr_sim_close(&sim);
    }
}

/* ---- real connections ---- */

static void a_real_server_may_cut_it_in_any_way(void **state)
{
  static const struct cr_raw_step closed[] = {
    CR_RAW_DO(READ), CR_RAW_TEXT("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" LINKS),
    CR_RAW_DO(END)
  };
  static const struct cr_raw_step chunked[] = {
    CR_RAW_DO(READ),
    CR_RAW_TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1ff\r\n" LINKS),
    CR_RAW_DO(END)
  };
  static const struct cr_raw_step large[] = {
    CR_RAW_DO(READ), CR_RAW_TEXT("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" LINKS FILLER),
    CR_RAW_DO(STALL)
  };
  static const struct cr_raw_step headless[] = { CR_RAW_DO(READ),
                                                 CR_RAW_TEXT("HTTP/1.1 200 OK\r\nContent-Le"),
                                                 CR_RAW_DO(END) };
  static const struct cr_raw_step stalled[] = {
    CR_RAW_DO(READ), CR_RAW_TEXT("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" LINKS),
    CR_RAW_DO(STALL)
  };
  static const struct {
    const struct cr_raw_step *script;
    crawler_reason reason; /* NONE: fetched */
    int truncated;
  } rows[] = {
    { closed, 0, CRAWLER_FAILED_TRUNCATED }, { chunked, 0, CRAWLER_FAILED_TRUNCATED },
    { large, 0, CRAWLER_FAILED_TOO_LARGE },  { headless, CRAWLER_FAILED_TRUNCATED, 0 },
    { stalled, 0, CRAWLER_FAILED_TIMEOUT },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_raw_server *server = cr_raw_server_play(rows[i].script);
    struct cr_crawl_rig rig;
    struct seen seen = { 0 };
    char url[64];
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/", cr_raw_server_port(server));
    cr_crawl_open(&rig, CR_WAY_ANY);
    assert_int_equal(crawler_set_keep_truncated(rig.c, 1), 0);
    assert_int_equal(crawler_set_max_retries(rig.c, 0), 0);
    assert_int_equal(crawler_set_timeout_ms(rig.c, rows[i].script == stalled ? 50 : 8000), 0);
    assert_int_equal(crawler_set_max_body_bytes(rig.c, LINKS_BYTES), 0);
    if (rows[i].script != large) /* a length of 500 alone is no reason */
      assert_int_equal(crawler_set_max_body_bytes(rig.c, 5000), 0);
    crawler_on_page(rig.c, on_page, &seen);
    cr_crawl_add(&rig, url);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    cr_crawl_check(&rig);
    assert_int_equal(cr_crawl_end_of(&rig, url)->reason, rows[i].reason);
    assert_int_equal(seen.truncated, rows[i].truncated);
    assert_int_equal(seen.pages, rows[i].reason == 0);
    if (seen.pages > 0) {
      assert_int_equal(seen.body_bytes, LINKS_BYTES);
      assert_memory_equal(seen.body, LINKS, LINKS_BYTES);
    }
    cr_crawl_close(&rig);
    cr_raw_server_stop(server);
  }
}

/* ---- without memory ---- */

static void crawl(struct cr_mem *mem, void *arg)
{
  struct coded_world world = {
    { answer_coded, cr_sim_site_links }, CODED_BYTES - 4, false, "gzip"
  };
  struct cr_sim sim;
  int err = CRAWLER_E_NOMEM;

  (void)arg;
  cr_sim_open(&sim, &(struct cr_sim_config){
                        .world = &world.world,
                        .mem = mem,
                        .parser = cr_parse_run,
                    });
  if (sim.c) {
    (void)crawler_set_option(sim.c, "obey_robots", "0");
    (void)crawler_set_option(sim.c, "keep_truncated", "1");
    (void)crawler_set_option(sim.c, "max_body", "500");
    (void)crawler_set_option(sim.c, "max_retries", "0");
    err = crawler_add(sim.c, CR_SIM_ORIGIN "/");
    if (err == 0)
      err = cr_sim_drive(&sim);
  }
  assert_true(err == 0 || cr_test_oom_refused(mem));
  cr_sim_close(&sim);
}

static void every_refused_allocation_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(crawl, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_came_is_a_page_after_the_last_attempt),
    cmocka_unit_test(its_links_are_taken_and_the_crawl_is_not_complete),
    cmocka_unit_test(half_a_body_is_nobodys_duplicate),
    cmocka_unit_test(the_hook_may_have_it_at_once),
    cmocka_unit_test(a_redirect_needs_no_body),
    cmocka_unit_test(a_coded_body_is_kept_as_far_as_it_decodes),
    cmocka_unit_test(a_real_server_may_cut_it_in_any_way),
    cmocka_unit_test(every_refused_allocation_is_an_ordinary_error),
  };

  return cmocka_run_group_tests_name("truncated bodies", tests, NULL, NULL);
}
