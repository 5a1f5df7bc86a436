/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* Servers that fall silent in each state, and servers that say a byte now and then.
 *
 * A request that left has until option timeout, whatever comes meanwhile; then it is failed as
 * timeout, and once asked again. What comes whole in time is fetched, however slowly it came. How
 * to add a row: support/hostile_rig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/crawl_rig.h"
#include "support/hostile_rig.h"

#define STALLS(name, text) SCRIPT(name, DO(READ), TEXT(text), DO(STALL))
#define CHUNKED_HEAD OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define GZIP_HEAD "\x1f\x8b\x08\0\0\0\0\0\0\x03"

SCRIPT(deaf, DO(STALL));
SCRIPT(mute, DO(READ), DO(STALL));
STALLS(in_version, "HTT");
STALLS(in_status, "HTTP/1.1 20");
STALLS(in_reason, "HTTP/1.1 200 O");
STALLS(before_headers, OK_LINE);
STALLS(in_name, OK_LINE "Content-");
STALLS(in_value, OK_LINE "Content-Type: te");
STALLS(before_last_line, OK_HEAD "Content-Length: 2\r\n");
STALLS(in_last_line, OK_HEAD "Content-Length: 2\r\n\r");
STALLS(in_interim, "HTTP/1.1 103 Early Hints\r\nLink: </x>");
STALLS(behind_interim, "HTTP/1.1 100 Continue\r\n\r\n");
STALLS(behind_head, OK_HEAD "Content-Length: 2\r\n\r\n");
STALLS(behind_head_open, OK_HEAD "\r\n");
STALLS(in_body, OK_HEAD "Content-Length: 9\r\n\r\nhalf");
STALLS(in_open_body, OK_HEAD "\r\nhalf");
STALLS(before_chunk, CHUNKED_HEAD);
STALLS(in_chunk_size, CHUNKED_HEAD "1");
STALLS(in_chunk_extension, CHUNKED_HEAD "4;a=b");
STALLS(behind_chunk_size, CHUNKED_HEAD "4\r\n");
STALLS(in_chunk, CHUNKED_HEAD "4\r\nha");
STALLS(behind_chunk, CHUNKED_HEAD "4\r\nhalf");
STALLS(before_last_chunk, CHUNKED_HEAD "4\r\nhalf\r\n");
STALLS(in_last_chunk, CHUNKED_HEAD "4\r\nhalf\r\n0");
STALLS(in_trailer, CHUNKED_HEAD "4\r\nhalf\r\n0\r\nX: y");
STALLS(behind_trailer, CHUNKED_HEAD "4\r\nhalf\r\n0\r\nX: y\r\n");
STALLS(in_gzip, OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 99\r\n\r\n" GZIP_HEAD);
STALLS(behind_body, OK_HEAD "Content-Length: 2\r\nConnection: close\r\n\r\nok");
STALLS(behind_404, "HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\nhalf");

#define STALL_ROW(what, script, status)                \
  {                                                    \
    what, { script }, FAILED(TIMEOUT, status), SENT(2) \
  }

static const struct cr_hostile stalls[] = {
  { "connected, never read",
    { deaf },
    FAILED(TIMEOUT, 0),
    SENT(2),
    .is_deaf = true,
    .options = SOON },
  STALL_ROW("after the request", mute, 0),
  STALL_ROW("in the version", in_version, 0),
  STALL_ROW("in the status", in_status, 0),
  STALL_ROW("in the reason", in_reason, 0),
  STALL_ROW("before the headers", before_headers, 0),
  STALL_ROW("in a header's name", in_name, 0),
  STALL_ROW("in a header's value", in_value, 0),
  STALL_ROW("before the empty line", before_last_line, 0),
  STALL_ROW("in the empty line", in_last_line, 0),
  STALL_ROW("in an interim response", in_interim, 0),
  STALL_ROW("behind an interim response", behind_interim, 0),
  STALL_ROW("between head and body", behind_head, 200),
  STALL_ROW("between head and a body until the end", behind_head_open, 200),
  STALL_ROW("in the body", in_body, 200),
  STALL_ROW("in a body until the end", in_open_body, 200),
  STALL_ROW("before the first chunk", before_chunk, 200),
  STALL_ROW("in a chunk's size", in_chunk_size, 200),
  STALL_ROW("in a chunk's extension", in_chunk_extension, 200),
  STALL_ROW("behind a chunk's size", behind_chunk_size, 200),
  STALL_ROW("in a chunk", in_chunk, 200),
  STALL_ROW("behind a chunk", behind_chunk, 200),
  STALL_ROW("before the last chunk", before_last_chunk, 200),
  STALL_ROW("in the last chunk", in_last_chunk, 200),
  STALL_ROW("in a trailer", in_trailer, 200),
  STALL_ROW("behind a trailer", behind_trailer, 200),
  STALL_ROW("in a coded body", in_gzip, 200),
  STALL_ROW("in the body of a 404", behind_404, 404),
  { "behind the body", { behind_body }, FETCHED(200), SENT(1), BODY("ok") },
};

/* ---- dribbles ---- */

SCRIPT(slow_head, DO(READ), SLOWLY(OK_HEAD "Content-Length: 2\r\n\r\n", 1), TEXT("ok"), DO(END));
SCRIPT(slow_body, DO(READ), TEXT(OK_HEAD "Content-Length: 20\r\n\r\n"),
       SLOWLY("01234567890123456789", 1), DO(END));
SCRIPT(slow_open_body, DO(READ), TEXT(OK_HEAD "\r\n"), SLOWLY("01234567890123456789", 1), DO(END));
SCRIPT(slow_chunks, DO(READ), TEXT(CHUNKED_HEAD),
       SLOWLY("2;ext\r\nok\r\n0002\r\nay\r\n0\r\nX: y\r\n\r\n", 1), DO(END));
SCRIPT(slow_interim, DO(READ), SLOWLY("HTTP/1.1 100 Continue\r\n\r\n", 1),
       TEXT(OK_HEAD "Content-Length: 2\r\n\r\nok"), DO(END));
SCRIPT(slow_multibyte, DO(READ), TEXT(OK_LINE "Content-Type: text/html; charset=utf-8\r\n\r\n"),
       SLOWLY("\xf0\x9f\x98\x80 \xe2\x82\xac", 1), DO(END));
SCRIPT(too_slow_head, DO(READ), SLOWLY(OK_HEAD "X: 0123456789\r\n\r\n", 40), DO(STALL));
SCRIPT(too_slow_body, DO(READ), TEXT(OK_HEAD "Content-Length: 99\r\n\r\n"),
       SLOWLY("01234567890123456789", 40), DO(STALL));
SCRIPT(too_slow_chunks, DO(READ), TEXT(CHUNKED_HEAD), SLOWLY("1\r\nx\r\n1\r\nx\r\n", 40),
       DO(STALL));
SCRIPT(too_slow_trailers, DO(READ), TEXT(CHUNKED_HEAD "0\r\n"), SLOWLY("X: y\r\nX: y\r\n", 40),
       DO(STALL));
SCRIPT(too_slow_hints, DO(READ), TEXT("HTTP/1.1 103 H\r\n\r\n"), PAUSE(80),
       TEXT("HTTP/1.1 103 H\r\n\r\n"), PAUSE(80), TEXT("HTTP/1.1 103 H\r\n\r\n"), PAUSE(80),
       TEXT("HTTP/1.1 103 H\r\n\r\n"), DO(STALL));

static const struct cr_hostile dribbles[] = {
  { "a head byte by byte",
    { slow_head },
    FETCHED(200),
    SENT(1),
    BODY("ok"),
    .options = "timeout=1s" },
  { "a body byte by byte", { slow_body }, FETCHED(200), SENT(1), BODY("01234567890123456789") },
  { "a body until the end byte by byte",
    { slow_open_body },
    FETCHED(200),
    SENT(1),
    BODY("01234567890123456789") },
  { "chunks byte by byte", { slow_chunks }, FETCHED(200), SENT(1), BODY("okay") },
  { "an interim response byte by byte", { slow_interim }, FETCHED(200), SENT(1), BODY("ok") },
  { "characters byte by byte",
    { slow_multibyte },
    FETCHED(200),
    SENT(1),
    BODY("\xf0\x9f\x98\x80 \xe2\x82\xac") },
  STALL_ROW("a head too slow", too_slow_head, 0),
  STALL_ROW("a body too slow", too_slow_body, 200),
  STALL_ROW("chunks too slow", too_slow_chunks, 200),
  STALL_ROW("trailers too slow", too_slow_trailers, 200),
  STALL_ROW("interim responses too slow", too_slow_hints, 0),
};

static void silence_in_any_state_ends_at_the_timeout(void **state)
{
  (void)state;
  RUN_ROWS_TOGETHER(stalls);
}

static void slowness_is_no_fault_until_the_timeout(void **state)
{
  (void)state;
  RUN_ROWS_TOGETHER(dribbles);
}

/* A hundred of them in one crawl take one timeout, not a hundred. */
static void silent_servers_do_not_wait_for_each_other(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(mute);
  int64_t began = cr_clock_mono_ms();
  struct cr_crawl_rig rig;
  (void)state;

  cr_hostile_open(&rig, "timeout=200ms max_retries=0 concurrency=100");
  for (int i = 0; i < 100; i++) {
    char url[64];
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/%d", cr_raw_server_port(server), i);
    cr_crawl_add(&rig, url);
  }
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_in_range(cr_clock_mono_ms() - began, 200, 5000);
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FAILED), 100);
  assert_int_equal(cr_raw_server_requests(server), 100);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(silence_in_any_state_ends_at_the_timeout),
    cmocka_unit_test(slowness_is_no_fault_until_the_timeout),
    cmocka_unit_test(silent_servers_do_not_wait_for_each_other),
  };

  return cmocka_run_group_tests_name("hostile_time", tests, NULL, NULL);
}
