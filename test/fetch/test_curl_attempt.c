/* SPDX-License-Identifier: MIT */
/* The stages of a transfer: events, deadlines, addresses, and the ways out of each. */
#include "fetch/curl_attempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/fetch_rig.h"
#include "support/raw_server.h"

#define DO CR_RAW_DO
#define TEXT CR_RAW_TEXT
#define PAUSE CR_RAW_PAUSE

static const struct cr_raw_step polite[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), DO(AGAIN)
};
static const struct cr_raw_step mute[] = { DO(READ), DO(STALL) };
static const struct cr_raw_step half[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), DO(STALL)
};

/* ---- a resolver that the test plays ---- */

static const char *answers; /* what the name resolves to at once; NULL: no answer comes */

static int play_resolver(const char *host, uint64_t token, void *user)
{
  struct cr_fetch_rig *rig = user;

  (void)host;
  if (answers)
    assert_int_equal(rig->fetcher->ops->resolved(rig->fetcher, token, answers, 0), 0);
  return 0;
}

static void open_rig(struct cr_fetch_rig *rig)
{
  cr_fetch_rig_init(rig, NULL);
  rig->config.resolve_hook = play_resolver;
  assert_int_equal(cr_fetch_rig_open(rig), 0);
}

/* ---- events ---- */

static char order[16];

static void write_order(struct cr_fetch_shot *shot, enum cr_shot_event event)
{
  size_t len = strlen(order);
  (void)shot;
  if (len + 1 < sizeof(order)) {
    order[len] = "AHDE"[event];
    order[len + 1] = '\0';
  }
}

static void events_come_in_order_and_once(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  open_rig(&rig);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  shot.on_event = write_order;
  order[0] = '\0';
  cr_fetch_shot_fire(&shot);
  assert_string_equal(order, "AHE");
  assert_int_equal(shot.t.body_in.len, 5);

  shot.t.stream = true;
  order[0] = '\0';
  cr_fetch_shot_fire(&shot);
  assert_string_equal(order, "AHDE");
  assert_int_equal(shot.data.len, 5);
  assert_int_equal(shot.t.body_in.len, 5); /* of the first time */
  assert_int_equal(shot.t.wire_bytes, 5);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

static void stream_from_here(struct cr_fetch_shot *shot, enum cr_shot_event event)
{
  if (event == CR_SHOT_HEAD)
    shot->t.stream = true;
}

static void a_stream_may_be_asked_for_at_the_head(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  open_rig(&rig);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  shot.on_event = stream_from_here;
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  assert_int_equal(shot.data.len, 5);
  assert_int_equal(shot.t.body_in.len, 0);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

/* The head is told although the body never ends. */
static void the_head_does_not_wait_for_the_body(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(half);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  open_rig(&rig);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  assert_int_equal(cr_fetch_shot_start(&shot), 0);
  while (shot.seen[CR_SHOT_HEAD] == 0)
    cr_fetch_rig_turn(&rig);
  assert_int_equal(shot.seen[CR_SHOT_DONE], 0);
  cr_fetch_shot_cancel(&shot);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

static void the_owner_can_say_later_and_end(void **state)
{
  static const struct {
    enum cr_shot_event at;
    enum cr_fetch_answer answer;
    crawler_reason failure;
    size_t connections;
  } rows[] = {
    { CR_SHOT_ADDRESS, CR_FETCH_LATER, CRAWLER_REASON_NONE, 0 },
    { CR_SHOT_HEAD, CR_FETCH_END, CRAWLER_FAILED_UNWANTED_TYPE, 1 },
    { CR_SHOT_DATA, CR_FETCH_END, CRAWLER_FAILED_UNWANTED_TYPE, 1 },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_raw_server *server = cr_raw_server_play(half);
    struct cr_fetch_rig rig;
    struct cr_fetch_shot shot;
    open_rig(&rig);
    cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
    shot.t.stream = true;
    shot.answers[rows[i].at] = rows[i].answer;
    cr_fetch_shot_fire(&shot);
    assert_int_equal(shot.t.failure, rows[i].failure);
    assert_int_equal(shot.t.later, rows[i].answer == CR_FETCH_LATER);
    assert_int_equal(shot.t.sent, rows[i].answer != CR_FETCH_LATER);
    assert_int_equal(cr_raw_server_connections(server), rows[i].connections);
    for (int event = rows[i].at + 1; event < CR_SHOT_DONE; event++)
      assert_int_equal(shot.seen[event], 0);
    cr_fetch_shot_free(&shot);
    cr_fetch_rig_close(&rig);
    cr_raw_server_stop(server);
  }
}

/* ---- cancel ---- */

static void cancel_it(struct cr_fetch_shot *shot, enum cr_shot_event event)
{
  if ((int)event == *(const int *)shot->user)
    cr_fetch_shot_cancel(shot);
}

static void cancel_works_inside_every_event(void **state)
{
  (void)state;
  for (int event = CR_SHOT_ADDRESS; event < CR_SHOT_DONE; event++) {
    struct cr_raw_server *server = cr_raw_server_play(polite);
    struct cr_fetch_rig rig;
    struct cr_fetch_shot shot;
    struct cr_fetch_shot next;
    open_rig(&rig);
    cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
    cr_fetch_shot_aim(&next, &rig, "127.0.0.1", cr_raw_server_port(server));
    shot.t.stream = true;
    shot.user = &event;
    shot.on_event = cancel_it;
    assert_int_equal(cr_fetch_shot_start(&shot), 0);
    cr_fetch_rig_run(&rig);
    cr_fetch_shot_free(&shot);
    assert_int_equal(shot.seen[event], 1);
    assert_int_equal(shot.seen[CR_SHOT_DONE], 0);
    cr_fetch_shot_fire(&next); /* on the same handle */
    assert_int_equal(next.t.failure, CRAWLER_REASON_NONE);
    cr_fetch_shot_free(&next);
    cr_fetch_rig_close(&rig);
    cr_raw_server_stop(server);
  }
}

static void cancel_and_start_again(struct cr_fetch_shot *shot, enum cr_shot_event event)
{
  if (event != CR_SHOT_HEAD || shot->user == NULL)
    return;
  shot->user = NULL;
  cr_fetch_shot_cancel(shot);
  assert_int_equal(cr_fetch_shot_start(shot), 0);
}

static void a_transfer_may_be_started_again_inside_its_own_event(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  open_rig(&rig);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  shot.user = &rig;
  shot.on_event = cancel_and_start_again;
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  assert_int_equal(cr_raw_server_requests(server), 2);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

static void cancel_the_other(struct cr_fetch_shot *shot, enum cr_shot_event event)
{
  if (event == CR_SHOT_DONE)
    cr_fetch_shot_cancel(shot->user);
}

/* Resolving, connecting, waiting for a head, reading a body. */
static void cancel_works_in_every_state_from_another_transfers_event(void **state)
{
  struct cr_raw_server *good = cr_raw_server_play(polite);
  struct cr_raw_server *waiting = cr_raw_server_play(mute);
  struct cr_raw_server *reading = cr_raw_server_play(half);
  struct cr_raw_silence silence;
  cr_raw_silence_start(&silence, "127.0.0.1", 0);
  const struct {
    const char *host;
    int port;
  } rows[] = {
    { "never.test", 80 },
    { "127.0.0.1", silence.port },
    { "127.0.0.1", cr_raw_server_port(waiting) },
    { "127.0.0.1", cr_raw_server_port(reading) },
  };

  (void)state;
  answers = NULL;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    for (int turns = 0; turns < 4; turns++) {
      struct cr_fetch_rig rig;
      struct cr_fetch_shot victim;
      struct cr_fetch_shot shot;
      open_rig(&rig);
      cr_fetch_shot_aim(&victim, &rig, rows[i].host, rows[i].port);
      cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(good));
      shot.on_event = cancel_the_other;
      shot.user = &victim;
      assert_int_equal(cr_fetch_shot_start(&victim), 0);
      for (int turn = 0; turn < turns; turn++)
        cr_fetch_rig_turn(&rig);
      cr_fetch_shot_fire(&shot);
      assert_int_equal(victim.seen[CR_SHOT_DONE], 0);
      cr_fetch_shot_free(&victim);
      cr_fetch_shot_free(&shot);
      cr_fetch_rig_close(&rig);
    }
  }
  cr_raw_silence_stop(&silence);
  cr_raw_server_stop(good);
  cr_raw_server_stop(waiting);
  cr_raw_server_stop(reading);
}

static void cancel_the_other_at_the_address(struct cr_fetch_shot *shot, enum cr_shot_event event)
{
  if (event == CR_SHOT_ADDRESS)
    cr_fetch_shot_cancel(shot->user);
}

/* Both names are resolved in the same turn: one event is about to come when the other cancels
 * it. */
static void cancel_reaches_what_is_about_to_be_told(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shots[2];

  (void)state;
  open_rig(&rig);
  for (int i = 0; i < 2; i++) {
    cr_fetch_shot_aim(&shots[i], &rig, "127.0.0.1", cr_raw_server_port(server));
    shots[i].on_event = cancel_the_other_at_the_address;
    shots[i].user = &shots[1 - i];
    assert_int_equal(cr_fetch_shot_start(&shots[i]), 0);
  }
  cr_fetch_rig_run(&rig);
  assert_int_equal(shots[0].seen[CR_SHOT_ADDRESS] + shots[1].seen[CR_SHOT_ADDRESS], 1);
  assert_int_equal(shots[0].seen[CR_SHOT_DONE] + shots[1].seen[CR_SHOT_DONE], 1);
  for (int i = 0; i < 2; i++)
    cr_fetch_shot_free(&shots[i]);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

static void cancel_works_right_after_start(void **state)
{
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  open_rig(&rig);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", 1);
  assert_int_equal(cr_fetch_shot_start(&shot), 0);
  cr_fetch_shot_cancel(&shot);
  cr_fetch_rig_turn(&rig);
  assert_int_equal(shot.seen[CR_SHOT_ADDRESS], 0);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
}

/* ---- deadlines ---- */

struct stop { /* where a transfer gets stuck */
  const char *origin;
  int port;
  crawler_reason want;
  bool sent;
  int status;
};

static void get_stuck(const struct stop *stop)
{
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;
  char origin[64];

  cr_fetch_rig_init(&rig, NULL);
  rig.config.resolve_hook = play_resolver;
  rig.config.insecure = true; /* reading the system's CA file takes longer than the deadline */
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  (void)snprintf(origin, sizeof(origin), "%s:%d", stop->origin, stop->port);
  cr_fetch_shot_init(&shot, &rig, origin, "/");
  shot.t.dns_timeout_ms = 30;
  shot.t.connect_timeout_ms = 60;
  shot.t.timeout_ms = 250;
  int64_t begin_ms = cr_loop_now(rig.loop);
  cr_fetch_shot_fire(&shot);
  int64_t took_ms = cr_loop_now(rig.loop) - begin_ms;
  if (shot.t.failure != stop->want)
    fail_msg("%s: %d (%s)", origin, shot.t.failure, shot.t.error);
  assert_int_equal(shot.t.sent, stop->sent);
  assert_int_equal(shot.t.status, stop->status);
  assert_true(took_ms >= (stop->sent ? 250 : stop->want == CRAWLER_FAILED_DNS ? 30 : 60));
  assert_true(took_ms < 5000); /* the other limits of a shot are longer */
  assert_int_equal(shot.seen[CR_SHOT_HEAD], stop->status != 0);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
}

static void each_stage_has_its_deadline(void **state)
{
  struct cr_raw_server *waiting = cr_raw_server_play(mute);
  struct cr_raw_server *reading = cr_raw_server_play(half);
  struct cr_raw_silence silence;
  cr_raw_silence_start(&silence, "127.0.0.1", 0);
  const struct stop stops[] = {
    { "http://never.test", 80, CRAWLER_FAILED_DNS, false, 0 },
    { "http://127.0.0.1", silence.port, CRAWLER_FAILED_CONNECT, false, 0 },
    { "https://127.0.0.1", cr_raw_server_port(waiting), CRAWLER_FAILED_CONNECT, false, 0 },
    { "http://127.0.0.1", cr_raw_server_port(waiting), CRAWLER_FAILED_TIMEOUT, true, 0 },
    { "http://127.0.0.1", cr_raw_server_port(reading), CRAWLER_FAILED_TIMEOUT, true, 200 },
  };

  (void)state;
  answers = NULL;
  for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
    get_stuck(&stops[i]);
  cr_raw_silence_stop(&silence);
  cr_raw_server_stop(waiting);
  cr_raw_server_stop(reading);
}

static void the_whole_time_bounds_the_connecting_too(void **state)
{
  struct cr_raw_silence silence;
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  cr_raw_silence_start(&silence, "127.0.0.1", 0);
  open_rig(&rig);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", silence.port);
  shot.t.timeout_ms = 30;
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_FAILED_CONNECT);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_silence_stop(&silence);
}

static void no_deadline_is_a_deadline_of_none(void **state)
{
  static const struct cr_raw_step slow[] = { DO(READ), PAUSE(50),
                                             TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                                             DO(END) };
  struct cr_raw_server *server = cr_raw_server_play(slow);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  open_rig(&rig);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  shot.t.dns_timeout_ms = 0;
  shot.t.connect_timeout_ms = 0;
  shot.t.timeout_ms = INT64_MAX;
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

/* ---- names and addresses ---- */

static void a_name_that_does_not_resolve_is_dns(void **state)
{
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  answers = "";
  open_rig(&rig);
  cr_fetch_shot_aim(&shot, &rig, "none.test", 80);
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_FAILED_DNS);
  assert_non_null(shot.t.error);
  assert_int_equal(shot.seen[CR_SHOT_ADDRESS], 0);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
}

static void a_refused_port_is_connect(void **state)
{
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;
  int fd = -1;
  int port = cr_raw_refusing_port("127.0.0.1", &fd);

  (void)state;
  open_rig(&rig);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", port);
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_FAILED_CONNECT);
  assert_string_equal(shot.t.error, "the server refused the connection");
  assert_false(shot.t.sent);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  (void)close(fd);
}

/* 127.0.0.2 and 127.0.0.3 refuse the server's port; 127.0.0.1 is the server. */
static void the_next_address_is_tried_when_one_does_not_connect(void **state)
{
  static const struct {
    const char *answers;
    crawler_reason want;
  } rows[] = {
    { "127.0.0.2,127.0.0.1", CRAWLER_REASON_NONE },
    { "127.0.0.2,127.0.0.3,127.0.0.1", CRAWLER_REASON_NONE },
    { "127.0.0.2,127.0.0.3", CRAWLER_FAILED_CONNECT },
  };
  struct cr_raw_server *server = cr_raw_server_play(polite);
  int port = cr_raw_server_port(server);
  int fds[2];

  (void)state;
  if (cr_raw_refuse("127.0.0.2", port, &fds[0]) < 0 ||
      cr_raw_refuse("127.0.0.3", port, &fds[1]) < 0)
    skip(); /* a system with one loopback address, or the port is taken there */
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_fetch_rig rig;
    struct cr_fetch_shot shot;
    open_rig(&rig);
    answers = rows[i].answers;
    cr_fetch_shot_aim(&shot, &rig, "many.test", port);
    cr_fetch_shot_fire(&shot);
    assert_int_equal(shot.t.failure, rows[i].want);
    assert_int_equal(shot.seen[CR_SHOT_ADDRESS], 1);
    assert_string_equal(shot.shown_address, "127.0.0.2");
    assert_string_equal(shot.t.address, rows[i].want ? "" : "127.0.0.1");
    cr_fetch_shot_free(&shot);
    cr_fetch_rig_close(&rig);
  }
  (void)close(fds[0]);
  (void)close(fds[1]);
  cr_raw_server_stop(server);
}

static void a_silent_address_uses_up_half_of_the_time_only(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_raw_silence silence;
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  cr_raw_silence_start(&silence, "127.0.0.2", cr_raw_server_port(server));
  open_rig(&rig);
  answers = "127.0.0.2,127.0.0.1";
  cr_fetch_shot_aim(&shot, &rig, "many.test", cr_raw_server_port(server));
  shot.t.connect_timeout_ms = 200;
  int64_t begin_ms = cr_loop_now(rig.loop);
  cr_fetch_shot_fire(&shot);
  int64_t took_ms = cr_loop_now(rig.loop) - begin_ms;
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  assert_string_equal(shot.t.address, "127.0.0.1");
  assert_true(took_ms >= 100);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_silence_stop(&silence);
  cr_raw_server_stop(server);
}

/* The request left: another address would be a second request. */
static void no_other_address_is_tried_after_the_request_left(void **state)
{
  static const struct cr_raw_step rude[] = { DO(READ), DO(RESET) };
  struct cr_raw_server *server = cr_raw_server_play(rude);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  open_rig(&rig);
  answers = "127.0.0.1,127.0.0.1,127.0.0.2";
  cr_fetch_shot_aim(&shot, &rig, "many.test", cr_raw_server_port(server));
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_FAILED_TRUNCATED);
  assert_int_equal(cr_raw_server_requests(server), 1);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

/* ---- the hook that gets the CURL handle ---- */

static void set_what_it_should_not(struct cr_transfer *t, void *curl, void *user)
{
  (void)t;
  (void)user;
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_USERPWD, "me:secret"), CURLE_OK);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_URL, "http://127.0.0.1:1/"), CURLE_OK);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_PROXY, "http://127.0.0.1:1/"), CURLE_OK);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, NULL), CURLE_OK);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L), CURLE_OK);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, NULL), CURLE_OK);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, NULL), CURLE_OK);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_RESOLVE, NULL), CURLE_OK);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, "/no/such"), CURLE_OK);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L), CURLE_OK);
}

static void a_customized_handle_keeps_what_guards_and_is_not_used_again(void **state)
{
  static const struct cr_raw_step script[] = {
    DO(READ), TEXT("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 4\r\n\r\nbody"),
    DO(AGAIN)
  };
  struct cr_raw_server *server = cr_raw_server_play(script);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  rig.config.customize = set_what_it_should_not;
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  shot.t.customize = true;
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  assert_int_equal(shot.t.status, 302);
  assert_int_equal(shot.t.body_in.len, 4);
  assert_true(shot.t.sent);
  assert_non_null(strstr(cr_raw_server_request(server, 0), "Authorization: Basic"));

  shot.t.customize = false;
  cr_fetch_shot_fire(&shot);
  assert_null(strstr(cr_raw_server_request(server, 1), "Authorization"));
  assert_int_equal(cr_raw_server_requests(server), 2);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

static void cancel_in_customize(struct cr_transfer *t, void *curl, void *user)
{
  struct cr_fetch_shot *shot = CR_CONTAINER(t, struct cr_fetch_shot, t);
  (void)user;
  cr_fetch_shot_cancel(shot);
  assert_int_equal(curl_easy_setopt(curl, CURLOPT_VERBOSE, 0L), CURLE_OK); /* still there */
}

static void the_customizing_hook_may_cancel(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  rig.config.customize = cancel_in_customize;
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  shot.t.customize = true;
  assert_int_equal(cr_fetch_shot_start(&shot), 0);
  cr_fetch_rig_run(&rig);
  assert_int_equal(shot.seen[CR_SHOT_DONE], 0);
  assert_int_equal(cr_raw_server_connections(server), 0);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(events_come_in_order_and_once),
    cmocka_unit_test(a_stream_may_be_asked_for_at_the_head),
    cmocka_unit_test(the_head_does_not_wait_for_the_body),
    cmocka_unit_test(the_owner_can_say_later_and_end),
    cmocka_unit_test(cancel_works_inside_every_event),
    cmocka_unit_test(a_transfer_may_be_started_again_inside_its_own_event),
    cmocka_unit_test(cancel_works_in_every_state_from_another_transfers_event),
    cmocka_unit_test(cancel_reaches_what_is_about_to_be_told),
    cmocka_unit_test(cancel_works_right_after_start),
    cmocka_unit_test(each_stage_has_its_deadline),
    cmocka_unit_test(the_whole_time_bounds_the_connecting_too),
    cmocka_unit_test(no_deadline_is_a_deadline_of_none),
    cmocka_unit_test(a_name_that_does_not_resolve_is_dns),
    cmocka_unit_test(a_refused_port_is_connect),
    cmocka_unit_test(the_next_address_is_tried_when_one_does_not_connect),
    cmocka_unit_test(a_silent_address_uses_up_half_of_the_time_only),
    cmocka_unit_test(no_other_address_is_tried_after_the_request_left),
    cmocka_unit_test(a_customized_handle_keeps_what_guards_and_is_not_used_again),
    cmocka_unit_test(the_customizing_hook_may_cancel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
