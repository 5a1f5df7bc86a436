/* SPDX-License-Identifier: MIT */
/* LDLIBS: -lssl -lcrypto */
/* test_hostile_http2.c - servers that misbehave in HTTP/2, frame by frame.
 *
 * The rules: RFC 9113, by section beside each row. What breaks them within a stream is failed as
 * protocol; what ends the connection is failed as truncated, and tried once more, as it may be the
 * doing of another request. Floods have to end by the deadline at the latest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/h2_server.h"
#include "support/hostile_rig.h"
#include "support/tls_world.h"

enum { FRAMES_MAX = 6, FLOOD_MAX = 5000000, ANY_REASON = -1 };

enum stream { OWN, CONNECTION, PUSHED };

struct frame {
  enum cr_h2_type type;
  int flags;
  enum stream stream;
  struct cr_span payload;
  bool is_raw;    /* the payload is the frame */
  bool is_flood;  /* again and again, until it can't be sent */
  uint32_t zeros; /* so many bytes instead of the payload */
};

struct row {
  const char *name;
  struct frame frames[FRAMES_MAX]; /* the answer to each request; a type of DATA without anything
                                      ends them */
  bool closes;                     /* the connection, behind them */
  crawler_outcome outcome;
  int reason;
  int status;
  int64_t attempts; /* 0: any */
  const char *options;
};

#define P(text) .payload = CR_SPAN_INIT(text)
#define HEADERS(text)                                          \
  {                                                            \
    .type = CR_H2_HEADERS, .flags = CR_H2_END_HEADERS, P(text) \
  }
#define LAST_HEADERS(text)                                                        \
  {                                                                               \
    .type = CR_H2_HEADERS, .flags = CR_H2_END_HEADERS | CR_H2_END_STREAM, P(text) \
  }
#define HEAD HEADERS(CR_H2_STATUS_200)
#define SOME(text)              \
  {                             \
    .type = CR_H2_DATA, P(text) \
  }
#define LAST(text)                                         \
  {                                                        \
    .type = CR_H2_DATA, .flags = CR_H2_END_STREAM, P(text) \
  }
#define RESET(code)                            \
  {                                            \
    .type = CR_H2_RST_STREAM, P("\0\0\0" code) \
  }
#define GOAWAY(last, code)                                                     \
  {                                                                            \
    .type = CR_H2_GOAWAY, .stream = CONNECTION, P("\0\0\0" last "\0\0\0" code) \
  }
#define RAW(text)           \
  {                         \
    .is_raw = true, P(text) \
  }
#define FLOOD(...)                \
  {                               \
    .is_flood = true, __VA_ARGS__ \
  }
/* A literal that isn't indexed: lengths as one character each. */
#define FIELD(name_len, name, value_len, value) "\0" name_len name value_len value

#define SECRET .outcome = FETCHED(200), .attempts = 1
#define BROKEN(status) .outcome = FAILED(PROTOCOL, status), .attempts = 1
#define ENDED(status) .outcome = FAILED(TRUNCATED, status), .attempts = 2
#define STALLED(status) \
  .outcome = FAILED(TIMEOUT, status), .attempts = 2, .options = "timeout=500ms"
#define FLOODED \
  .outcome = CRAWLER_FAILED, .reason = ANY_REASON, .status = ANY_REASON, .options = "timeout=1s"

/* ---- what is in order ---- */

static const struct row sound[] = {
  { "a page", { HEAD, LAST("secret") }, SECRET },
  { "a page without a body", { LAST_HEADERS(CR_H2_STATUS_200) }, SECRET },
  { "an empty frame at the end", { HEAD, SOME("secret"), LAST("") }, SECRET },
  { "trailers (8.1)",
    { HEAD, SOME("secret"), LAST_HEADERS(FIELD("\5", "x-sum", "\1", "1")) },
    SECRET },
  { "frames of an unknown type (4.1)",
    { { .type = CR_H2_UNKNOWN, P("?") }, HEAD, { .type = CR_H2_UNKNOWN, P("?") }, LAST("secret") },
    SECRET },
  { "reset without error behind the end (8.1)", { HEAD, LAST("secret"), RESET("\0") }, SECRET },
  { "the last one before it goes (6.8)", { GOAWAY("\1", "\0"), HEAD, LAST("secret") }, SECRET },
  { "the last one, then gone",
    { GOAWAY("\1", "\0"), HEAD, LAST("secret") },
    .closes = true,
    SECRET },
  { "a hint before (100 to 199)",
    { HEADERS("\x08\x03"
              "103"),
      HEAD, LAST("secret") },
    SECRET },
  { "padding", { HEAD, { .type = CR_H2_DATA, .flags = 8 | 1, P("\3secret\0\0\0") } }, SECRET },
};

/* ---- a stream that breaks the rules ---- */

static const struct row streams[] = {
  { "refused (8.7)", { RESET("\7") }, ENDED(0) },
  { "an internal error", { RESET("\2") }, ENDED(0) },
  { "cancelled in the body", { HEAD, SOME("sec"), RESET("\x8") }, ENDED(200) },
  /* libcurl 7.88 takes it for the end, as a browser does. */
  { "reset without error in the body", { HEAD, SOME("sec"), RESET("\0") }, SECRET },
  { "the same, of a length that is known",
    { HEADERS("\x88" FIELD("\16", "content-length", "\1", "6")), SOME("sec"), RESET("\0") },
    ENDED(200) },
  { "no :status (8.3.2)", { HEADERS(FIELD("\1", "a", "\1", "b")), LAST("secret") }, BROKEN(0) },
  { "a :status that is no number",
    { HEADERS("\x08\x03"
              "2x0"),
      LAST("secret") },
    BROKEN(0) },
  { "two :status", { HEADERS("\x88\x88"), LAST("secret") }, BROKEN(0) },
  { "a pseudo-header of requests", { HEADERS("\x88\x84"), LAST("secret") }, BROKEN(0) },
  { "a pseudo-header behind others (8.3)",
    { HEADERS(FIELD("\1", "a", "\1", "b") "\x88"), LAST("secret") },
    BROKEN(0) },
  { "upper case (8.2.1)",
    { HEADERS("\x88" FIELD("\3", "Foo", "\1", "b")), LAST("secret") },
    BROKEN(0) },
  { "connection: close (8.2.2)",
    { HEADERS("\x88" FIELD("\12", "connection", "\5", "close")), LAST("secret") },
    BROKEN(0) },
  { "transfer-encoding: chunked (8.2.2)",
    { HEADERS("\x88" FIELD("\21", "transfer-encoding", "\7", "chunked")), LAST("secret") },
    BROKEN(0) },
  { "longer than its length says (8.1.1)",
    { HEADERS("\x88" FIELD("\16", "content-length", "\1", "3")), LAST("secret") },
    BROKEN(200) },
  { "shorter than its length says",
    { HEADERS("\x88" FIELD("\16", "content-length", "\1", "9")), LAST("secret") },
    BROKEN(200) },
  { "a length that is no number",
    { HEADERS("\x88" FIELD("\16", "content-length", "\1", "x")), LAST("secret") },
    BROKEN(0) },
  { "two lengths",
    { HEADERS("\x88" FIELD("\16", "content-length", "\1", "6")
                  FIELD("\16", "content-length", "\1", "7")),
      LAST("secret") },
    BROKEN(0) },
  { "silence", { { 0 } }, STALLED(0) },
  { "silence behind the head", { HEAD }, STALLED(200) },
  { "silence in the body", { HEAD, SOME("sec") }, STALLED(200) },
  { "hints without end",
    { FLOOD(.type = CR_H2_HEADERS, .flags = CR_H2_END_HEADERS,
            P("\x08\x03"
              "103")) },
    .outcome = FAILED(TOO_LARGE, 0),
    .attempts = 1 },
  { "a body without end",
    { HEAD, FLOOD(.type = CR_H2_DATA, .zeros = 16384) },
    .outcome = FAILED(TOO_LARGE, 200),
    .attempts = 1 },
};

/* ---- a connection that breaks the rules ---- */

static const struct row connections[] = {
  { "the end at once", { { 0 } }, .closes = true, ENDED(0) },
  { "the end behind the head", { HEAD }, .closes = true, ENDED(200) },
  { "the end in the body", { HEAD, SOME("sec") }, .closes = true, ENDED(200) },
  { "sent away unseen (6.8)", { GOAWAY("\0", "\0") }, ENDED(0) },
  { "sent away for a flood", { GOAWAY("\0", "\13") }, .closes = true, ENDED(0) },
  { "no field at all (RFC 7541)", { HEADERS("\xff\xff\xff\xff\xff\xff"), LAST("x") }, ENDED(0) },
  { "an index that isn't there", { HEADERS("\xc8"), LAST("x") }, ENDED(0) },
  { "data of no stream (6.1)", { { .type = CR_H2_DATA, .stream = CONNECTION, P("x") } }, ENDED(0) },
  { "a frame too long (4.2)", { RAW("\0\x80\0\0\0\0\0\0\1") }, ENDED(0) },
  { "a setting too short (6.5)",
    { { .type = CR_H2_SETTINGS, .stream = CONNECTION, P("\0\3\0") } },
    ENDED(0) },
  { "a setting out of its range (6.5.2)",
    { { .type = CR_H2_SETTINGS, .stream = CONNECTION, P("\0\2\0\0\0\2") } },
    ENDED(0) },
  /* As above. */
  { "padding longer than its frame (6.1)",
    { HEAD, { .type = CR_H2_DATA, .flags = 8, P("\x40xx") } },
    SECRET },
  { "the same, of a length that is known",
    { HEADERS("\x88" FIELD("\16", "content-length", "\1", "6")),
      { .type = CR_H2_DATA, .flags = 8, P("\x40xx") } },
    ENDED(200) },
  { "noise in the body",
    { HEAD, SOME("sec"), RAW("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") },
    SECRET },
  { "a block that another frame comes between (6.10)",
    { { .type = CR_H2_HEADERS, P(CR_H2_STATUS_200) }, LAST("x") },
    ENDED(0) },
  { "more of a block that hasn't begun", { { .type = CR_H2_CONTINUATION, P("\x88") } }, ENDED(0) },
  { "a push, which was forbidden (8.4)",
    { { .type = CR_H2_PUSH_PROMISE, .flags = CR_H2_END_HEADERS, P("\0\0\0\2\x82\x87\x84") } },
    ENDED(0) },
  { "an answer that nobody asked for",
    { { .type = CR_H2_HEADERS, .flags = CR_H2_END_HEADERS, .stream = PUSHED, P("\x88") } },
    ENDED(0) },
  { "a window too large (6.9.1)",
    { { .type = CR_H2_WINDOW_UPDATE, .stream = CONNECTION, P("\x7f\xff\xff\xff") } },
    ENDED(0) },
  { "HTTP/1.1", { RAW("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret") }, ENDED(0) },
  { "noise",
    { RAW("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") },
    ENDED(0) },
};

/* ---- floods ---- */

static const struct row floods[] = {
  { "pings", { FLOOD(.type = CR_H2_PING, .stream = CONNECTION, P("12345678")) }, FLOODED },
  { "settings",
    { FLOOD(.type = CR_H2_SETTINGS, .stream = CONNECTION, P("\0\4\0\0\1\0")) },
    FLOODED },
  { "empty settings", { FLOOD(.type = CR_H2_SETTINGS, .stream = CONNECTION, P("")) }, FLOODED },
  { "windows", { FLOOD(.type = CR_H2_WINDOW_UPDATE, P("\0\0\0\1")) }, FLOODED },
  { "priorities", { FLOOD(.type = CR_H2_PRIORITY, P("\0\0\0\0\1")) }, FLOODED },
  { "unknown frames", { FLOOD(.type = CR_H2_UNKNOWN, P("")) }, FLOODED },
  { "empty data", { HEAD, FLOOD(.type = CR_H2_DATA, P("")) }, FLOODED },
  { "nothing but padding",
    { HEAD, FLOOD(.type = CR_H2_DATA, .flags = 8, P("\3\0\0\0")) },
    FLOODED },
  { "empty pieces of a block",
    { { .type = CR_H2_HEADERS, P(CR_H2_STATUS_200) }, FLOOD(.type = CR_H2_CONTINUATION, P("")) },
    FLOODED },
  { "a block without end",
    { { .type = CR_H2_HEADERS, P(CR_H2_STATUS_200) },
      FLOOD(.type = CR_H2_CONTINUATION, P(FIELD("\1", "a", "\1", "b"))) },
    FLOODED },
  { "resets of other streams",
    { FLOOD(.type = CR_H2_RST_STREAM, .stream = PUSHED, P("\0\0\0\0")) },
    FLOODED },
};

/* ---- a run ---- */

static uint32_t number_of(enum stream stream, uint32_t own)
{
  return stream == OWN ? own : stream == PUSHED ? 2 : 0;
}

static bool send_frame(struct cr_h2_peer *peer, const struct frame *f, uint32_t own)
{
  static const char zeros[16384];
  struct cr_span payload = f->zeros > 0 ? cr_span(zeros, f->zeros) : f->payload;

  if (f->is_raw)
    return cr_h2_send_raw(peer, payload);
  return cr_h2_send(peer, f->type, f->flags, number_of(f->stream, own), payload);
}

static bool is_none(const struct frame *f)
{
  return f->type == CR_H2_DATA && f->flags == 0 && f->payload.at == NULL && f->zeros == 0;
}

static void follow(struct cr_h2_peer *peer, uint32_t stream, unsigned nth)
{
  const struct row *row = cr_h2_user(peer);
  (void)nth;

  for (size_t i = 0; i < FRAMES_MAX && !is_none(&row->frames[i]); i++) {
    int times = row->frames[i].is_flood ? FLOOD_MAX : 1;
    while (times-- > 0 && send_frame(peer, &row->frames[i], stream))
      ;
  }
  if (row->closes)
    cr_h2_close(peer);
}

static bool is_as_wanted(const struct row *row, const struct cr_tls_visit *visit)
{
  const struct cr_crawl_end *end = visit->end;

  return end && end->outcome == (int)row->outcome &&
         (row->reason == ANY_REASON || end->reason == row->reason) &&
         (row->status == ANY_REASON || end->status == row->status) &&
         (row->attempts == 0 || visit->attempts == row->attempts);
}

static size_t meet(const struct cr_tls_world *world, const void *arg)
{
  const struct row *row = arg;
  struct cr_h2_config config = { .answer = follow, .user = (void *)(uintptr_t)row };
  struct cr_tls_visit visit;

  cr_tls_visit_begin(&visit);
  struct cr_h2_server *server = cr_h2_server_start(world->pool, &config);
  cr_tls_visit_crawl(&visit, world, cr_h2_server_port(server), row->options, 1);
  bool is_wrong = !is_as_wanted(row, &visit);
  if (is_wrong)
    cr_tls_visit_print(&visit, row->name);
  assert_int_equal(cr_h2_server_seen(server).offers, cr_h2_server_seen(server).connections);
  cr_tls_visit_close(&visit, 15000);
  cr_h2_server_stop(server);
  cr_tls_visit_end(&visit);
  return is_wrong;
}

static void what_is_in_order_is_fetched(void **state)
{
  MEET(sound);
}

static void a_stream_that_breaks_the_rules_fails_alone(void **state)
{
  MEET(streams);
}

static void a_connection_that_breaks_the_rules_ends(void **state)
{
  MEET(connections);
}

static void floods_end(void **state)
{
  MEET(floods);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_in_order_is_fetched),
    cmocka_unit_test(a_stream_that_breaks_the_rules_fails_alone),
    cmocka_unit_test(a_connection_that_breaks_the_rules_ends),
    cmocka_unit_test(floods_end),
  };

  return cmocka_run_group_tests_name("hostile_http2", tests, cr_tls_world_begin, cr_tls_world_end);
}
