/* SPDX-License-Identifier: MIT */
/* NEEDS: cares gumbo */
/* test_ending_in_time.c - wherever a request is, stop, cancel and free return soon.
 *
 * Each state a transfer can be in is reached with a server that leaves it there: a name server that
 * says nothing, a port that never completes a connection, one that accepts and is silent, half a
 * head, half a body, pages that wait for their parser. Then the crawl is ended, by the thread that
 * drives it or with a thread of its own. What that took is printed, and bounded; while bodies come
 * as fast as they are read, in bytes. The same in each hook is test_free_anywhere.c's, on a virtual
 * clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "crawl/crawler.h"
#include "loop/loop.h"
#include "support/crawl_rig.h"
#include "support/dns_server.h"
#include "support/oom.h"
#include "support/raw_server.h"
#include "support/valgrind.h"

enum {
  SOON_MS = 1000, /* of a loaded machine, and of one with a sanitizer; a good one takes a few */
  TIMEOUT_MS = 300,
  REACH_MS = 10000, /* until the state must be reached */
  LARGE_PAGES = 12,
  LARGE_BYTES = 250000, /* of a page to be parsed */
  BODIES = 8,
  BODY_MOST = 64 << 20,
  FLOW_BYTES = 64 << 20,    /* by then the kernel holds as much as it will */
  CANCELED_MOST = 16 << 20, /* a few turns of the loop, of all of them */
  FLOOD_MOST = 100 << 20,   /* as well as what the kernel holds */
  FLOOD_MS = 500
};

enum state { RESOLVING, CONNECTING, HANDSHAKE, WAITING, HEAD, BODY, PARSING, DELAYED, STATES };
enum action { FREE, CANCEL, STOP };

static const char *const state_names[STATES] = {
  "a name is looked up", "a connection is awaited",
  "in a TLS handshake",  "an answer is awaited",
  "in a head",           "in a body",
  "pages are parsed",    "a host's delay is awaited"
};

#define DO(what) CR_RAW_DO(what)
#define TEXT(text) CR_RAW_TEXT(text)

static const struct cr_raw_step silent[] = { DO(STALL) };
static const struct cr_raw_step mute[] = { DO(READ), DO(STALL) };
static const struct cr_raw_step half_head[] = { DO(READ), TEXT("HTTP/1.1 200 OK\r\nX-A:"),
                                                DO(STALL) };
static const struct cr_raw_step half_body[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), DO(STALL)
};
static const struct cr_raw_step polite[] = { DO(READ),
                                             TEXT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
                                             DO(AGAIN) };
static const struct cr_raw_step large[] = { DO(ANSWER), DO(AGAIN) };
static const struct cr_raw_step *const scripts[STATES] = { NULL,      NULL,      silent, mute,
                                                           half_head, half_body, large,  polite };

struct scene {
  enum state state;
  crawler *c;
  bool has_thread;
  struct cr_mem mem; /* of the name server's loop */
  struct cr_loop *loop;
  struct cr_dns_server dns;
  struct cr_raw_server *server;
  struct cr_raw_silence silence;
  atomic_int heads, parses;
};

/* ---- servers ---- */

/* Tables in tables: slow to read, and a tree is built. */
static size_t answer_large(const char *request, char *out, size_t room, void *user)
{
  static const char unit[] = "<table><tr><td><a href=/p>x</a><p>word ";
  size_t head = (size_t)snprintf(out, room,
                                 "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                                 "Content-Length: %d\r\n\r\n",
                                 LARGE_BYTES);
  (void)request;
  (void)user;
  for (size_t i = 0; i < LARGE_BYTES; i++)
    out[head + i] = unit[i % (sizeof(unit) - 1)];
  return head + LARGE_BYTES;
}

static void stay_silent(const struct cr_dns_question *question, struct cr_dns_reply *reply,
                        void *user)
{
  (void)question;
  (void)user;
  reply->len = 0;
}

static int open_servers(struct scene *s)
{
  const struct cr_raw_step *script = scripts[s->state];
  struct cr_raw_config config = { .scripts = &script, .script_count = 1, .answer = answer_large };

  if (s->state == RESOLVING) {
    cr_test_mem_init(&s->mem);
    assert_int_equal(cr_loop_open_libevent(&s->loop, &s->mem, NULL), 0);
    assert_true(cr_dns_server_open(&s->dns, s->loop));
    s->dns.answer = stay_silent;
    assert_int_equal(crawler_set_dns_servers(s->c, s->dns.address), 0);
    return 80;
  }
  if (s->state == CONNECTING) {
    cr_raw_silence_start(&s->silence, "127.0.0.1", 0);
    return s->silence.port;
  }
  s->server = cr_raw_server_start(&config);
  assert_non_null(s->server);
  return cr_raw_server_port(s->server);
}

static void close_servers(struct scene *s)
{
  if (s->state == RESOLVING) {
    cr_dns_server_close(&s->dns);
    cr_loop_close(s->loop);
    cr_test_mem_done(&s->mem);
  } else if (s->state == CONNECTING) {
    cr_raw_silence_stop(&s->silence);
  }
  cr_raw_server_stop(s->server);
}

/* ---- the crawl ---- */

static int on_headers(crawler *c, crawler_page *page, void *user)
{
  struct scene *s = user;

  (void)c;
  (void)page;
  atomic_fetch_add(&s->heads, 1);
  return 0;
}

static int on_parse(crawler *c, crawler_page *page, void *user)
{
  struct scene *s = user;

  (void)c;
  (void)page;
  atomic_fetch_add(&s->parses, 1);
  return 0;
}

static int ignore_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)page;
  (void)user;
  return 0;
}

static void open_crawl(struct scene *s)
{
  s->c = crawler_new();
  assert_non_null(s->c);
  assert_int_equal(crawler_set_allow_private(s->c, "1"), 0);
  assert_int_equal(crawler_set_obey_robots(s->c, 0), 0);
  assert_int_equal(crawler_set_own_server(s->c, s->state != DELAYED), 0);
  assert_int_equal(crawler_set_delay_ms(s->c, s->state == DELAYED ? 3600000 : 0), 0);
  assert_int_equal(crawler_set_workers(s->c, 1), 0);
  assert_int_equal(crawler_set_document(s->c, 1), 0);
  assert_int_equal(crawler_set_max_retries(s->c, 0), 0);
  assert_int_equal(crawler_set_timeout_ms(s->c, TIMEOUT_MS), 0);
  crawler_on_headers(s->c, on_headers, s);
  crawler_on_parse(s->c, on_parse, s);
  crawler_on_page(s->c, ignore_page, NULL);
}

/* Those that a free or cancel cuts have all the time in the world. */
static void let_it_take_its_time(struct scene *s)
{
  assert_int_equal(crawler_set_timeout_ms(s->c, 3600000), 0);
  assert_int_equal(crawler_set_connect_timeout_ms(s->c, 3600000), 0);
  assert_int_equal(crawler_set_dns_timeout_ms(s->c, 3600000), 0);
}

static void add_seeds(struct scene *s, int port)
{
  char url[64];
  int count = s->state == PARSING ? LARGE_PAGES : 2;

  for (int i = 0; i < count; i++) {
    (void)snprintf(url, sizeof(url), "%s://%s:%d/%d", s->state == HANDSHAKE ? "https" : "http",
                   s->state == RESOLVING ? "a.test" : "127.0.0.1", port, i);
    assert_int_equal(crawler_add(s->c, url), 0);
  }
}

static bool is_reached(struct scene *s)
{
  int64_t transfers = crawler_get_stat(s->c, CRAWLER_STAT_TRANSFERS);

  switch (s->state) {
  case RESOLVING:
    return s->dns.udp_questions > 0;
  case CONNECTING:
    return transfers > 0;
  case HANDSHAKE:
    return cr_raw_server_connections(s->server) > 0;
  case WAITING:
  case HEAD:
    return cr_raw_server_requests(s->server) > 0;
  case BODY:
    return atomic_load(&s->heads) > 0;
  case PARSING:
    return atomic_load(&s->parses) > 0;
  default:
    return crawler_get_stat(s->c, CRAWLER_STAT_FETCHED) == 1 && transfers == 0;
  }
}

static void reach(struct scene *s)
{
  int64_t until_ms = cr_clock_mono_ms() + REACH_MS;

  if (s->has_thread)
    assert_int_equal(crawler_start_thread(s->c), 0);
  while (!is_reached(s)) {
    if (cr_clock_mono_ms() >= until_ms)
      fail_msg("%s: not reached", state_names[s->state]);
    if (s->has_thread)
      assert_int_equal(crawler_wait(s->c, 1), CRAWLER_AGAIN);
    else
      assert_int_equal(crawler_step(s->c, 1), CRAWLER_OK);
    if (s->loop)
      assert_true(cr_loop_turn(s->loop, 0) >= 0);
  }
}

/* Until the action has had its effect, in ms. */
static int64_t act(struct scene *s, enum action action)
{
  int64_t began_ms = cr_clock_mono_ms();
  int err = CRAWLER_OK;

  if (action == STOP)
    crawler_stop(s->c);
  else if (action == CANCEL)
    crawler_cancel(s->c);
  if (action != FREE && s->has_thread)
    assert_int_equal(crawler_wait(s->c, REACH_MS), CRAWLER_OK);
  while (action != FREE && !s->has_thread && err == CRAWLER_OK)
    err = crawler_step(s->c, -1);
  if (action != FREE) {
    assert_string_equal(crawler_ended(s->c), action == STOP ? "stopped" : "canceled");
    return cr_clock_mono_ms() - began_ms;
  }
  crawler_free(s->c);
  s->c = NULL;
  return cr_clock_mono_ms() - began_ms;
}

static int64_t play(enum state state, enum action action, bool has_thread)
{
  struct scene s = { .state = state, .has_thread = has_thread };

  open_crawl(&s);
  int port = open_servers(&s);
  if (action != STOP)
    let_it_take_its_time(&s);
  else
    assert_int_equal(crawler_set_dns_timeout_ms(s.c, TIMEOUT_MS), 0);
  add_seeds(&s, port);
  reach(&s);
  int64_t ms = act(&s, action);
  int64_t began_ms = cr_clock_mono_ms();
  crawler_free(s.c);
  ms = cr_clock_mono_ms() - began_ms > ms ? cr_clock_mono_ms() - began_ms : ms;
  close_servers(&s);
  return ms;
}

/* The longest of all rounds in each state. */
static void end_everywhere(enum action action, int64_t most_ms)
{
  for (int state = 0; state < STATES; state++) {
    int64_t longest[2];
    for (int has_thread = 0; has_thread < 2; has_thread++) {
      longest[has_thread] = play((enum state)state, action, has_thread);
      if (longest[has_thread] > cr_patient_ms(most_ms))
        fail_msg("%s: %lld ms", state_names[state], (long long)longest[has_thread]);
    }
    print_message("%-26s %4lld ms, with a thread %4lld ms\n", state_names[state],
                  (long long)longest[0], (long long)longest[1]);
  }
}

static void free_returns_soon_in_every_state(void **state)
{
  (void)state;
  end_everywhere(FREE, SOON_MS);
}

static void cancel_ends_the_run_soon_in_every_state(void **state)
{
  (void)state;
  end_everywhere(CANCEL, SOON_MS);
}

/* What is in flight may take its timeout, no more. */
static void stop_ends_the_run_by_its_timeouts(void **state)
{
  (void)state;
  end_everywhere(STOP, TIMEOUT_MS + SOON_MS);
}

/* ---- bodies without an end ---- */

/* Collected, from a server that keeps their sockets full. */
static void open_flood(struct scene *s)
{
  static char block[64 << 10];
  static const struct cr_raw_step script[] = {
    DO(READ),
    TEXT("HTTP/1.1 200 OK\r\nContent-Type: application/x-data\r\n\r\n"),
    { .kind = CR_RAW_SEND, .data = block, .bytes = sizeof(block), .number = INT32_MAX },
    DO(END)
  };
  char url[64];

  open_crawl(s);
  let_it_take_its_time(s);
  assert_int_equal(crawler_set_max_body_bytes(s->c, BODY_MOST), 0);
  s->server = cr_raw_server_play(script);
  for (int i = 0; i < BODIES; i++) {
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/%d", cr_raw_server_port(s->server), i);
    assert_int_equal(crawler_add(s->c, url), 0);
  }
}

static void close_flood(struct scene *s)
{
  crawler_free(s->c);
  cr_raw_server_stop(s->server);
}

static void cancel_from_another_thread_ends_bodies_without_end(void **state)
{
  struct scene s = { .has_thread = true };
  (void)state;

  open_flood(&s);
  assert_int_equal(crawler_start_thread(s.c), 0);
  while (cr_raw_server_sent(s.server) < FLOW_BYTES)
    assert_int_equal(crawler_wait(s.c, 1), CRAWLER_AGAIN);
  crawler_cancel(s.c);
  long long before = cr_raw_server_sent(s.server);
  assert_int_equal(crawler_wait(s.c, -1), CRAWLER_OK);
  long long more = cr_raw_server_sent(s.server) - before;
  assert_string_equal(crawler_ended(s.c), "canceled");
  print_message("sent after cancel: %lld KB\n", more >> 10);
  assert_true(more < CANCELED_MOST);
  close_flood(&s);
}

/* Else max_time, timeouts and who steps it would wait until the bodies are over their limit. */
static void a_step_takes_so_much_of_bodies_without_end(void **state)
{
  struct scene s = { .has_thread = false };
  long long most = 0;
  int err = CRAWLER_OK;
  (void)state;

  open_flood(&s);
  assert_int_equal(crawler_set_max_time_ms(s.c, FLOOD_MS), 0);
  while (err == CRAWLER_OK) {
    long long before = cr_raw_server_sent(s.server);
    err = crawler_step(s.c, 0);
    long long more = cr_raw_server_sent(s.server) - before;
    most = more > most ? more : most;
  }
  assert_int_equal(err, CRAWLER_DONE);
  print_message("sent in a step: %lld KB, %s\n", most >> 10, crawler_ended(s.c));
  assert_true(most < FLOOD_MOST);
  close_flood(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(free_returns_soon_in_every_state),
    cmocka_unit_test(cancel_ends_the_run_soon_in_every_state),
    cmocka_unit_test(stop_ends_the_run_by_its_timeouts),
    cmocka_unit_test(cancel_from_another_thread_ends_bodies_without_end),
    cmocka_unit_test(a_step_takes_so_much_of_bodies_without_end),
  };

  return cmocka_run_group_tests_name("ending in time", tests, NULL, NULL);
}
