/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* Connections that break in each state, and responses to nothing.
 *
 * The rules: RFC 9112 sections 8 (a message cut short is incomplete), 9.2 (what comes without a
 * request outstanding is no response to the next one), 9.3.1 (a connection that dies idle), 9.6
 * (close). A resource on an idle connection is asked for again on a fresh one, and every request
 * that left is counted. How to add a row: support/hostile_rig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/hostile_rig.h"

#define CHUNKED_HEAD OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define LENGTH_HEAD OK_HEAD "Content-Length: 9\r\n\r\n"

/* ---- resets and ends ---- */

#define RESETS(name, text) SCRIPT(name, DO(READ), TEXT(text), DO(RESET))
#define ENDS(name, text) SCRIPT(name, DO(READ), TEXT(text), DO(END))

SCRIPT(reset_mute, DO(READ), DO(RESET));
RESETS(reset_in_line, "HTTP/1.1 2");
RESETS(reset_in_headers, OK_LINE "Content-Ty");
RESETS(reset_behind_interim, "HTTP/1.1 103 H\r\n\r\n");
RESETS(reset_behind_head, LENGTH_HEAD);
RESETS(reset_in_body, LENGTH_HEAD "half");
RESETS(reset_open_body, OK_HEAD "\r\nhalf");
RESETS(reset_in_size, CHUNKED_HEAD "1");
RESETS(reset_in_chunk, CHUNKED_HEAD "9\r\nhalf");
RESETS(reset_in_trailer, CHUNKED_HEAD "4\r\nhalf\r\n0\r\nX: y");
RESETS(reset_behind_body, OK_HEAD "Content-Length: 2\r\nConnection: close\r\n\r\nok");
SCRIPT(end_at_once, DO(END));
SCRIPT(end_mute, DO(READ), DO(END));
ENDS(end_in_line, "HTTP/1.1 2");
ENDS(end_behind_line, OK_LINE);
ENDS(end_in_headers, OK_LINE "Content-Ty");
ENDS(end_before_empty_line, OK_HEAD "Content-Length: 0\r\n");
ENDS(end_behind_interim, "HTTP/1.1 103 H\r\n\r\n");
ENDS(end_behind_head, LENGTH_HEAD);
ENDS(end_in_body, LENGTH_HEAD "half");

#define CUT(what, script, status)                        \
  {                                                      \
    what, { script }, FAILED(TRUNCATED, status), SENT(2) \
  }

static const struct cr_hostile resets[] = {
  CUT("after the request", reset_mute, 0),
  CUT("in the status line", reset_in_line, 0),
  CUT("in the headers", reset_in_headers, 0),
  CUT("behind an interim response", reset_behind_interim, 0),
  CUT("behind the head", reset_behind_head, 200),
  CUT("in the body", reset_in_body, 200),
  CUT("in a body until the end", reset_open_body, 200),
  CUT("in a chunk's size", reset_in_size, 200),
  CUT("in a chunk", reset_in_chunk, 200),
  CUT("in a trailer", reset_in_trailer, 200),
  { "behind the body", { reset_behind_body }, FETCHED(200), SENT(1), BODY("ok") },
  { "once, then well", { reset_in_body, reset_behind_body }, FETCHED(200), SENT(2), BODY("ok") },
};

static const struct cr_hostile closes[] = {
  { "closed without being read", { end_at_once }, FAILED(TRUNCATED, 0), SENT(2), .is_deaf = true },
  CUT("closed after the request", end_mute, 0),
  CUT("closed in the status line", end_in_line, 0),
  CUT("closed behind the status line", end_behind_line, 0),
  CUT("closed in the headers", end_in_headers, 0),
  CUT("closed before the empty line", end_before_empty_line, 0),
  CUT("closed behind an interim response", end_behind_interim, 0),
  CUT("closed behind the head", end_behind_head, 200),
  CUT("closed in the body", end_in_body, 200),
  { "closed twice, then well",
    { end_mute, end_in_body, reset_behind_body },
    FETCHED(200),
    SENT(3),
    BODY("ok"),
    .options = "max_retries=2" },
};

/* ---- responses to nothing ---- */

#define PAGE(text, length) OK_HEAD "Content-Length: " length "\r\n\r\n" text
#define LINK PAGE("<a href=/2>", "11")
#define WRONG PAGE("wrong", "5")
#define RIGHT PAGE("right", "5")
#define TO_2 .then = { "/2", FETCHED(200), "right" }
#define LATER "own_server=0 delay=40ms delay_jitter=0" /* after what was sent unasked has come */

SCRIPT(well, DO(READ), TEXT(RIGHT), DO(AGAIN));
SCRIPT(surplus, DO(READ), TEXT(LINK WRONG), DO(READ), TEXT(RIGHT), DO(AGAIN));
SCRIPT(surplus_later, DO(READ), TEXT(LINK), PAUSE(5), TEXT(WRONG), DO(READ), TEXT(RIGHT),
       DO(AGAIN));
SCRIPT(surplus_text, DO(READ), TEXT(LINK "<p>and more</p>\r\n"), DO(READ), TEXT(RIGHT), DO(AGAIN));
SCRIPT(surplus_line, DO(READ), TEXT(LINK "\r\n"), DO(READ), TEXT(RIGHT), DO(AGAIN));
SCRIPT(surplus_chunk, DO(READ), TEXT(CHUNKED_HEAD "b\r\n<a href=/2>\r\n0\r\n\r\n" WRONG), DO(READ),
       TEXT(RIGHT), DO(AGAIN));
SCRIPT(surplus_304, DO(READ), TEXT(LINK), DO(READ),
       TEXT("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nwrong"), DO(READ), TEXT(RIGHT),
       DO(AGAIN));
SCRIPT(timeout_408, DO(READ), TEXT(LINK), PAUSE(5),
       TEXT("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
       DO(END));
SCRIPT(timeout_408_open, DO(READ), TEXT(LINK), PAUSE(5),
       TEXT("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"), DO(READ), TEXT(RIGHT),
       DO(AGAIN));
SCRIPT(interim_idle, DO(READ), TEXT(LINK), PAUSE(5), TEXT("HTTP/1.1 100 Continue\r\n\r\n"),
       DO(READ), TEXT(RIGHT), DO(AGAIN));
SCRIPT(end_idle, DO(READ), TEXT(LINK), PAUSE(5), DO(END));
SCRIPT(reset_idle, DO(READ), TEXT(LINK), PAUSE(5), DO(RESET));
SCRIPT(end_on_reuse, DO(READ), TEXT(LINK), DO(READ), DO(END));
SCRIPT(reset_on_reuse, DO(READ), TEXT(LINK), DO(READ), DO(RESET));
SCRIPT(cut_on_reuse, DO(READ), TEXT(LINK), DO(READ), TEXT("HTTP/1.1 200 O"), DO(END));
SCRIPT(close_and_stay, DO(READ),
       TEXT(OK_HEAD "Connection: close\r\nContent-Length: 11\r\n\r\n"
                    "<a href=/2>"),
       DO(STALL));
SCRIPT(close_1_0, DO(READ),
       TEXT("HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n"
            "Content-Length: 11\r\n\r\n<a href=/2>"),
       DO(STALL));
SCRIPT(before_request, TEXT(RIGHT), DO(READ), DO(AGAIN));

static const struct cr_hostile unasked[] = {
  { "a response before the request", { before_request }, FETCHED(200), SENT(1), BODY("right") },
  { "two responses at once", { surplus, well }, FETCHED(200), SENT(2), TO_2 },
  { "two responses, the second late",
    { surplus_later, well },
    FETCHED(200),
    SENT(2),
    TO_2,
    .options = LATER },
  { "text behind the body", { surplus_text, well }, FETCHED(200), SENT(2), TO_2 },
  { "a line end behind the body", { surplus_line, well }, FETCHED(200), SENT(2), TO_2 },
  { "a response behind the last chunk", { surplus_chunk, well }, FETCHED(200), SENT(2), TO_2 },
  { "a 304 with a body",
    { surplus_304, well },
    FETCHED(200),
    SENT(2),
    .then = { "/2", FETCHED(304), "" } },
  { "408 on an idle connection",
    { timeout_408, well },
    FETCHED(200),
    SENT(2),
    TO_2,
    .options = LATER },
  { "408 on an idle connection that stays",
    { timeout_408_open, well },
    FETCHED(200),
    SENT(2),
    TO_2,
    .options = LATER },
  { "100 on an idle connection",
    { interim_idle, well },
    FETCHED(200),
    SENT(2),
    TO_2,
    .options = LATER },
  { "closed while idle", { end_idle, well }, FETCHED(200), SENT(2), TO_2, .options = LATER },
  { "reset while idle", { reset_idle, well }, FETCHED(200), SENT(2), TO_2, .options = LATER },
  { "closed at the second request", { end_on_reuse, well }, FETCHED(200), SENT(3), TO_2 },
  { "reset at the second request", { reset_on_reuse, well }, FETCHED(200), SENT(3), TO_2 },
  { "closed in the second head", { cut_on_reuse, well }, FETCHED(200), SENT(3), TO_2 },
  { "Connection: close, and stays open", { close_and_stay, well }, FETCHED(200), SENT(2), TO_2 },
  { "HTTP/1.0, and stays open", { close_1_0, well }, FETCHED(200), SENT(2), TO_2 },
};

static void a_reset_in_any_state_is_a_response_cut_short(void **state)
{
  (void)state;
  RUN_ROWS(resets);
}

static void an_early_close_in_any_state_is_a_response_cut_short(void **state)
{
  (void)state;
  RUN_ROWS(closes);
}

static void what_answers_no_request_answers_none_to_come(void **state)
{
  (void)state;
  RUN_ROWS(unasked);
}

/* Whether the reset is there before the request has left is chance. */
static void a_reset_at_once_fails_and_is_tried_again(void **state)
{
  static const struct cr_raw_step script[] = { DO(RESET) };
  struct cr_raw_server *server = cr_raw_server_play(script);
  struct cr_crawl_rig rig;
  char url[64];
  (void)state;

  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/", cr_raw_server_port(server));
  cr_hostile_open(&rig, NULL);
  cr_crawl_add(&rig, url);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  int reason = cr_crawl_end_of(&rig, url)->reason;
  assert_true(reason == CRAWLER_FAILED_TRUNCATED || reason == CRAWLER_FAILED_CONNECT);
  assert_int_equal(cr_raw_server_connections(server), 2);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_RETRIES), 1);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_reset_in_any_state_is_a_response_cut_short),
    cmocka_unit_test(an_early_close_in_any_state_is_a_response_cut_short),
    cmocka_unit_test(what_answers_no_request_answers_none_to_come),
    cmocka_unit_test(a_reset_at_once_fails_and_is_tried_again),
  };

  return cmocka_run_group_tests_name("hostile_connections", tests, NULL, NULL);
}
