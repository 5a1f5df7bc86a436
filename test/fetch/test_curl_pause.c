/* SPDX-License-Identifier: MIT */
/* test_curl_pause.c - a transfer that its owner has paused: nothing comes, nothing is lost, and
 * others go on. */
#include <curl/curl.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/fetch_rig.h"
#include "support/raw_server.h"

#define DO CR_RAW_DO
#define TEXT CR_RAW_TEXT

enum { LINE = 64, LINES = 64 << 10, LARGE = LINE * LINES, KEPT_MOST = 160 << 10 };

#define LINE_TEXT "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-\n"
#define LARGE_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 4194304\r\n\r\n"

static const struct cr_raw_step large[] = { DO(READ), TEXT(LARGE_HEAD),
                                            CR_RAW_MANY(LINE_TEXT, LINES), DO(AGAIN) };
static const struct cr_raw_step endless[] = { DO(READ), TEXT("HTTP/1.1 200 OK\r\n\r\n"),
                                              CR_RAW_MANY(LINE_TEXT, LINES), DO(END) };
static const struct cr_raw_step small[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), DO(AGAIN)
};
static const struct cr_raw_step half[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), DO(STALL)
};
static const struct cr_raw_step cut[] = { DO(READ),
                                          TEXT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
                                          DO(END) };
static const struct cr_raw_step mute[] = { DO(READ), DO(STALL) };

/* ---- libcurl's memory, of this whole process ---- */

static long refused; /* the allocation that is, counted down; 0: none */

static bool refuses(void)
{
  return refused > 0 && --refused == 0;
}

static void *take(size_t bytes)
{
  return refuses() ? NULL : malloc(bytes);
}

static void *take_zeroed(size_t count, size_t bytes)
{
  return refuses() ? NULL : calloc(count, bytes);
}

static void *retake(void *block, size_t bytes)
{
  return refuses() ? NULL : realloc(block, bytes);
}

static char *take_text(const char *text)
{
  return refuses() ? NULL : strdup(text);
}

/* ---- scenes ---- */

/* A shot at a server of its own on a rig of its own, paused at its first data event. */
struct scene {
  struct cr_fetch_rig rig;
  struct cr_raw_server *server;
  struct cr_fetch_shot shot;
};

static void aim(struct cr_fetch_shot *shot, struct cr_fetch_rig *rig, struct cr_raw_server *server)
{
  cr_fetch_shot_aim(shot, rig, "127.0.0.1", cr_raw_server_port(server));
  shot->t.stream = true;
}

static void begin(struct scene *s, const struct cr_raw_step *script)
{
  cr_fetch_rig_init(&s->rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&s->rig), 0);
  s->server = cr_raw_server_play(script);
  aim(&s->shot, &s->rig, s->server);
  s->shot.answers[CR_SHOT_DATA] = CR_FETCH_LATER;
}

static void pause_it(struct scene *s)
{
  assert_int_equal(cr_fetch_shot_start(&s->shot), 0);
  while (s->shot.seen[CR_SHOT_DATA] == 0)
    cr_fetch_rig_turn(&s->rig);
}

static void end(struct scene *s)
{
  cr_fetch_shot_free(&s->shot);
  cr_fetch_rig_close(&s->rig);
  cr_raw_server_stop(s->server);
}

/* Another transfer of the same fetcher, from beginning to end. */
static void fire_another(struct scene *s, const struct cr_raw_step *script, int64_t timeout_ms)
{
  struct cr_raw_server *server = cr_raw_server_play(script);
  struct cr_fetch_shot other;

  aim(&other, &s->rig, server);
  if (timeout_ms > 0)
    other.t.timeout_ms = timeout_ms;
  assert_int_equal(cr_fetch_shot_start(&other), 0);
  while (other.seen[CR_SHOT_DONE] == 0)
    cr_fetch_rig_turn(&s->rig);
  assert_int_equal(other.t.failure, timeout_ms > 0 ? CRAWLER_FAILED_TIMEOUT : CRAWLER_REASON_NONE);
  cr_fetch_shot_free(&other);
  cr_raw_server_stop(server);
}

static void check_large(const struct scene *s)
{
  assert_int_equal(s->shot.seen[CR_SHOT_DONE], 1);
  assert_int_equal(s->shot.t.failure, CRAWLER_REASON_NONE);
  assert_int_equal(s->shot.t.wire_bytes, LARGE);
  assert_int_equal(s->shot.data.len, LARGE);
  for (size_t at = 0; at < LARGE; at += LINE)
    assert_memory_equal(s->shot.data.data + at, LINE_TEXT, LINE);
}

static void nothing_comes_in_a_pause_and_others_go_on(void **state)
{
  struct scene s;
  (void)state;

  begin(&s, large);
  pause_it(&s);
  size_t came = s.shot.data.len;
  size_t held = mallinfo2().uordblks; /* libcurl's memory too */
  for (int i = 0; i < 3; i++)
    fire_another(&s, large, 0);
  assert_true(mallinfo2().uordblks < held + KEPT_MOST);
  assert_int_equal(s.shot.seen[CR_SHOT_DATA], 1);
  assert_int_equal(s.shot.data.len, came);
  assert_int_equal(s.shot.t.wire_bytes, came);
  assert_true(came <= KEPT_MOST);

  s.shot.answers[CR_SHOT_DATA] = CR_FETCH_GO;
  cr_fetch_shot_resume(&s.shot, CR_FETCH_GO);
  cr_fetch_rig_run(&s.rig);
  check_large(&s);
  end(&s);
}

/* What libcurl had read when there was no room for it is judged like everything else. */
static void a_limit_holds_wherever_it_falls(void **state)
{
  struct scene s;
  (void)state;

  begin(&s, endless);
  s.shot.answers[CR_SHOT_DATA] = CR_FETCH_GO;
  for (size_t most = 120 << 10; most < 300 << 10; most += 5000) {
    s.shot.t.max_body_bytes = most;
    cr_buf_clear(&s.shot.data);
    cr_fetch_shot_fire(&s.shot);
    assert_int_equal(s.shot.t.failure, CRAWLER_FAILED_TOO_LARGE);
    assert_int_equal(s.shot.data.len, most);
  }
  end(&s);
}

static void paused_at_each_piece_it_arrives_whole(void **state)
{
  struct scene s;
  int pauses = 0;
  (void)state;

  begin(&s, large);
  assert_int_equal(cr_fetch_shot_start(&s.shot), 0);
  while (s.shot.seen[CR_SHOT_DONE] == 0) {
    if (s.shot.seen[CR_SHOT_DATA] > pauses) {
      assert_int_equal(s.shot.seen[CR_SHOT_DATA], ++pauses); /* one at a time */
      cr_fetch_shot_resume(&s.shot, CR_FETCH_GO);
      cr_fetch_shot_resume(&s.shot, CR_FETCH_GO); /* isn't paused any more */
    }
    cr_fetch_rig_turn(&s.rig);
  }
  assert_true(pauses >= LARGE / KEPT_MOST);
  check_large(&s);
  end(&s);
}

static void the_owner_may_end_it_after_all(void **state)
{
  const struct cr_raw_step *const scripts[] = { large, small, half };
  (void)state;

  for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
    struct scene s;
    begin(&s, scripts[i]);
    pause_it(&s);
    cr_fetch_shot_resume(&s.shot, CR_FETCH_END);
    cr_fetch_rig_run(&s.rig);
    assert_int_equal(s.shot.t.failure, CRAWLER_FAILED_UNWANTED_TYPE);
    assert_int_equal(s.shot.seen[CR_SHOT_DATA], 1);
    end(&s);
  }
}

/* The same easy handle serves the next transfer: it isn't paused. */
static void cancelled_in_a_pause_it_leaves_nothing_behind(void **state)
{
  struct scene s;
  (void)state;

  begin(&s, large);
  for (int i = 0; i < 3; i++) {
    pause_it(&s);
    cr_fetch_shot_cancel(&s.shot);
    cr_fetch_shot_resume(&s.shot, CR_FETCH_GO); /* is nothing to anybody */
    cr_buf_clear(&s.shot.data);
    cr_arena_reset(&s.shot.arena);
  }
  s.shot.answers[CR_SHOT_DATA] = CR_FETCH_GO;
  cr_fetch_shot_fire(&s.shot);
  check_large(&s);
  end(&s);
}

static void a_fetcher_closes_over_a_paused_transfer(void **state)
{
  struct scene s;
  (void)state;

  begin(&s, large);
  pause_it(&s);
  s.rig.fetcher->ops->close(s.rig.fetcher);
  s.rig.fetcher = NULL;
  assert_int_equal(s.shot.seen[CR_SHOT_DONE], 0);
  end(&s);
}

static void an_end_that_came_meanwhile_is_told_after_the_pause(void **state)
{
  static const struct {
    const struct cr_raw_step *script;
    size_t bytes;
    crawler_reason failure;
  } rows[] = {
    { small, 5, CRAWLER_REASON_NONE },
    { cut, 4, CRAWLER_FAILED_TRUNCATED },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct scene s;
    begin(&s, rows[i].script);
    pause_it(&s);
    fire_another(&s, small, 0);
    assert_int_equal(s.shot.seen[CR_SHOT_DONE], 0);
    cr_fetch_shot_resume(&s.shot, CR_FETCH_GO);
    assert_int_equal(s.shot.seen[CR_SHOT_DONE], 0); /* not inside */
    cr_fetch_rig_run(&s.rig);
    assert_int_equal(s.shot.data.len, rows[i].bytes);
    assert_int_equal(s.shot.t.failure, rows[i].failure);
    end(&s);
  }
}

static void the_deadline_waits_for_the_pause_to_end(void **state)
{
  struct scene s;
  (void)state;

  begin(&s, half);
  s.shot.t.timeout_ms = 250;
  pause_it(&s);
  fire_another(&s, mute, 400);
  assert_int_equal(s.shot.seen[CR_SHOT_DONE], 0);
  cr_fetch_shot_resume(&s.shot, CR_FETCH_GO);
  cr_fetch_rig_turn(&s.rig);
  assert_int_equal(s.shot.seen[CR_SHOT_DONE], 0); /* what was left of it is left */
  cr_fetch_rig_run(&s.rig);
  assert_int_equal(s.shot.t.failure, CRAWLER_FAILED_TIMEOUT);
  end(&s);
}

/* However much there is: others want their turn. */
static void a_turn_of_the_loop_takes_so_much_of_a_body_and_no_more(void **state)
{
  static char block[64 << 10];
  static const struct cr_raw_step script[] = {
    DO(READ),
    TEXT(LARGE_HEAD),
    { .kind = CR_RAW_SEND, .data = block, .bytes = sizeof(block), .number = LARGE / sizeof(block) },
    DO(AGAIN)
  };
  (void)state;

  for (int streams = 0; streams <= 1; streams++) {
    struct scene s;
    begin(&s, script);
    s.shot.t.stream = streams;
    s.shot.answers[CR_SHOT_DATA] = CR_FETCH_GO;
    assert_int_equal(cr_fetch_shot_start(&s.shot), 0);
    while (s.shot.seen[CR_SHOT_DONE] == 0) {
      int64_t before = s.shot.t.wire_bytes;
      cr_fetch_rig_turn(&s.rig);
      assert_true(s.shot.t.wire_bytes - before <= KEPT_MOST);
    }
    assert_int_equal(s.shot.t.failure, CRAWLER_REASON_NONE);
    assert_int_equal(s.shot.t.wire_bytes, LARGE);
    assert_int_equal(streams ? s.shot.data.len : s.shot.t.body_in.len, LARGE);
    end(&s);
  }
}

/* Going on, libcurl notes the socket anew. Where it lacks the memory it has to be stopped: it would
 * divide by zero later. */
static void without_memory_to_go_on_it_ends(void **state)
{
  enum { MOST = 8 };
  size_t failed = 0;
  (void)state;

  for (long i = 1; i <= MOST; i++) {
    struct scene s;
    begin(&s, large);
    pause_it(&s);
    s.shot.answers[CR_SHOT_DATA] = CR_FETCH_GO;
    refused = i;
    cr_fetch_shot_resume(&s.shot, CR_FETCH_GO);
    cr_fetch_rig_run(&s.rig);
    refused = 0;
    assert_int_equal(s.shot.seen[CR_SHOT_DONE], 1);
    failed += s.shot.t.failure != CRAWLER_REASON_NONE;
    fire_another(&s, small, 0);
    end(&s);
  }
  assert_in_range(failed, 2, MOST);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_comes_in_a_pause_and_others_go_on),
    cmocka_unit_test(a_limit_holds_wherever_it_falls),
    cmocka_unit_test(paused_at_each_piece_it_arrives_whole),
    cmocka_unit_test(the_owner_may_end_it_after_all),
    cmocka_unit_test(cancelled_in_a_pause_it_leaves_nothing_behind),
    cmocka_unit_test(a_fetcher_closes_over_a_paused_transfer),
    cmocka_unit_test(an_end_that_came_meanwhile_is_told_after_the_pause),
    cmocka_unit_test(the_deadline_waits_for_the_pause_to_end),
    cmocka_unit_test(without_memory_to_go_on_it_ends),
    cmocka_unit_test(a_turn_of_the_loop_takes_so_much_of_a_body_and_no_more),
  };

  if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, free, retake, take_text, take_zeroed) != 0)
    return 1;
  int failed = cmocka_run_group_tests_name("paused transfers", tests, NULL, NULL);
  curl_global_cleanup();
  return failed;
}
