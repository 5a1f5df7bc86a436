/* SPDX-License-Identifier: MIT */
/* What a handle makes of responses, good and hostile, and the gate. */
#include "fetch/curl_handle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fetch/curl_options.h"
#include "fetch/head_framing.h"
#include "support/fetch_rig.h"
#include "support/raw_server.h"

#define DO CR_RAW_DO
#define TEXT CR_RAW_TEXT
#define MANY CR_RAW_MANY
#define PAUSE CR_RAW_PAUSE

struct exchange { /* one shot at a server that plays a script */
  struct cr_fetch_rig rig;
  struct cr_raw_server *server;
  struct cr_fetch_shot shot;
};

static void open_exchange(struct exchange *x, const struct cr_raw_step *script)
{
  char origin[64];

  cr_fetch_rig_init(&x->rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&x->rig), 0);
  x->server = cr_raw_server_play(script);
  (void)snprintf(origin, sizeof(origin), "http://127.0.0.1:%d", cr_raw_server_port(x->server));
  cr_fetch_shot_init(&x->shot, &x->rig, origin, "/");
}

static void close_exchange(struct exchange *x)
{
  cr_fetch_shot_free(&x->shot);
  cr_fetch_rig_close(&x->rig);
  cr_raw_server_stop(x->server);
}

static bool body_is(const struct cr_fetch_shot *shot, const char *text)
{
  const struct cr_buf *body = &shot->t.body_in;
  return cr_span_eq(cr_span(body->data, body->len), cr_span_text(text));
}

static bool head_is(const struct cr_fetch_shot *shot, const char *text)
{
  return cr_span_eq(shot->t.head, cr_span_text(text));
}

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG_HEADER "X-Long: " HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED "\r\n"

/* A shot takes 64 KB of headers and 16 MB of body. */
static const struct {
  const char *name;
  struct cr_raw_step script[8];
  crawler_reason failure;
  int status; /* 0: no head event */
  const char *head;
  const char *body;
} responses[] = {
  /* ---- in order ---- */
  { "content-length",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), DO(END) },
    CRAWLER_REASON_NONE,
    200,
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
    "hi" },
  { "until the connection closes",
    { DO(READ), TEXT("HTTP/1.0 200 OK\r\n\r\nhello"), DO(END) },
    CRAWLER_REASON_NONE,
    200,
    "HTTP/1.0 200 OK\r\n",
    "hello" },
  { "chunks",
    { DO(READ),
      TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
           "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"),
      DO(END) },
    CRAWLER_REASON_NONE,
    200,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "abcde" },
  { "trailers aren't headers",
    { DO(READ),
      TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Late: 1\r\n\r\n"),
      DO(END) },
    CRAWLER_REASON_NONE,
    200,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "a" },
  { "no body",
    { DO(READ), TEXT("HTTP/1.1 204 No Content\r\n\r\n"), DO(END) },
    CRAWLER_REASON_NONE,
    204,
    "HTTP/1.1 204 No Content\r\n",
    "" },
  { "304 has no body, whatever its length says",
    { DO(READ), TEXT("HTTP/1.1 304 Not Modified\r\nContent-Length: 999999999999\r\n\r\n"),
      DO(END) },
    CRAWLER_REASON_NONE,
    304,
    "HTTP/1.1 304 Not Modified\r\nContent-Length: 999999999999\r\n",
    "" },
  { "redirects aren't followed",
    { DO(READ),
      TEXT("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
      DO(END) },
    CRAWLER_REASON_NONE,
    302,
    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n",
    "" },
  { "lines that end in LF alone",
    { DO(READ), TEXT("HTTP/1.1 200 OK\nContent-Length: 1\n\nx"), DO(END) },
    CRAWLER_REASON_NONE,
    200,
    "HTTP/1.1 200 OK\nContent-Length: 1\n",
    "x" },
  { "the head of the final response is kept",
    { DO(READ), TEXT("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
      TEXT("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny"), DO(END) },
    CRAWLER_REASON_NONE,
    200,
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n",
    "y" },
  { "a coded body comes as it is",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
      DO(END) },
    CRAWLER_REASON_NONE,
    200,
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n",
    "nope" },
  { "byte by byte",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nConte"), PAUSE(5), TEXT("nt-Length: 3\r\n"), PAUSE(5),
      TEXT("\r\nabc"), DO(END) },
    CRAWLER_REASON_NONE,
    200,
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n",
    "abc" },

  /* ---- cut short ---- */
  { "closed without a word", { DO(READ), DO(END) }, CRAWLER_FAILED_TRUNCATED, 0, NULL, "" },
  { "reset without a word", { DO(READ), DO(RESET) }, CRAWLER_FAILED_TRUNCATED, 0, NULL, "" },
  { "closed within the status line",
    { DO(READ), TEXT("HTTP/1.1 20"), DO(END) },
    CRAWLER_FAILED_TRUNCATED,
    0,
    NULL,
    "" },
  { "closed within the head",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Len"), DO(END) },
    CRAWLER_FAILED_TRUNCATED,
    0,
    NULL,
    "" },
  { "closed after 100 Continue",
    { DO(READ), TEXT("HTTP/1.1 100 Continue\r\n\r\n"), DO(END) },
    CRAWLER_FAILED_TRUNCATED,
    0,
    NULL,
    "" },
  { "closed within the body",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), DO(END) },
    CRAWLER_FAILED_TRUNCATED,
    200,
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n",
    "half" },
  { "reset within the body",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), PAUSE(20), DO(RESET) },
    CRAWLER_FAILED_TRUNCATED,
    200,
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n",
    "half" },
  { "closed within the chunks",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), DO(END) },
    CRAWLER_FAILED_TRUNCATED,
    200,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "ab" },
  { "closed before the last chunk",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"), DO(END) },
    CRAWLER_FAILED_TRUNCATED,
    200,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "ab" },

  /* ---- not HTTP ---- */
  { "chunks that aren't",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n"),
      DO(END) },
    CRAWLER_FAILED_PROTOCOL,
    200,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "" },
  { "a chunk that is longer than it says",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"),
      DO(END) },
    CRAWLER_FAILED_PROTOCOL,
    200,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "a" },
  { "a chunk size of 2^64",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\na"),
      DO(END) },
    CRAWLER_FAILED_PROTOCOL,
    200,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "" },
  { "HTTP/0.9",
    { DO(READ), TEXT("<html>hello</html>\r\n"), DO(END) },
    CRAWLER_FAILED_PROTOCOL,
    0,
    NULL,
    "" },
  { "another protocol",
    { DO(READ), TEXT("SSH-2.0-OpenSSH_9.2\r\n"), DO(END) },
    CRAWLER_FAILED_PROTOCOL,
    0,
    NULL,
    "" },
  { "a length that is no number",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx"), DO(END) },
    CRAWLER_FAILED_PROTOCOL,
    0,
    NULL,
    "" },
  { "a protocol nobody asked to switch to",
    { DO(READ), TEXT("HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\nabc"), DO(END) },
    CRAWLER_FAILED_PROTOCOL,
    0,
    NULL,
    "" },

  /* ---- too much ---- */
  { "many headers",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\n"), MANY(LONG_HEADER, 100), TEXT("\r\n"), DO(END) },
    CRAWLER_FAILED_TOO_LARGE,
    0,
    NULL,
    "" },
  { "a header without end",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nX: "), MANY(HUNDRED, 2000), DO(STALL) },
    CRAWLER_FAILED_TOO_LARGE,
    0,
    NULL,
    "" },
  { "a flood of 1xx",
    { DO(READ), MANY("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 4000), DO(STALL) },
    CRAWLER_FAILED_TOO_LARGE,
    0,
    NULL,
    "" },
  { "a flood of trailers",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"),
      MANY(LONG_HEADER, 100), DO(STALL) },
    CRAWLER_FAILED_TOO_LARGE,
    200,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
    "a" },
  { "a body that says it is too long",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nx"), DO(STALL) },
    CRAWLER_FAILED_TOO_LARGE,
    200,
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n",
    "" },
  { "a body beyond all numbers",
    { DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
      MANY(HUNDRED, 1000000), DO(END) },
    CRAWLER_FAILED_TOO_LARGE,
    200,
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n",
    NULL },
};

static void responses_end_as_the_table_says(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(responses) / sizeof(responses[0]); i++) {
    struct exchange x;
    open_exchange(&x, responses[i].script);
    struct cr_transfer *t = &x.shot.t;
    cr_fetch_shot_fire(&x.shot);
    if (t->failure != responses[i].failure || t->status != responses[i].status)
      fail_msg("%s: failure %d (%s), status %d", responses[i].name, t->failure,
               t->error ? t->error : "", t->status);
    if (!t->error != (t->failure == CRAWLER_REASON_NONE))
      fail_msg("%s: a failure and only a failure has a text", responses[i].name);
    if (x.shot.seen[CR_SHOT_HEAD] != (responses[i].status != 0))
      fail_msg("%s: %d head events", responses[i].name, x.shot.seen[CR_SHOT_HEAD]);
    if (responses[i].head && !head_is(&x.shot, responses[i].head))
      fail_msg("%s: head %.*s", responses[i].name, (int)t->head.len, t->head.at);
    if (responses[i].body && !body_is(&x.shot, responses[i].body))
      fail_msg("%s: body of %zu bytes", responses[i].name, t->body_in.len);
    assert_int_equal(t->wire_bytes, t->body_in.len);
    assert_true(t->sent);
    assert_int_equal(cr_raw_server_requests(x.server), 1);
    close_exchange(&x);
  }
}

/* libcurl has limits of its own: 100 KB for a line, 300 KB for all (8.3; Debian's 7.88.1 too). */
static void libcurls_own_limits_are_too_large_too(void **state)
{
  static const struct cr_raw_step long_line[] = { DO(READ), TEXT("HTTP/1.1 200 OK\r\nX: "),
                                                  MANY(HUNDRED, 2000), DO(STALL) };
  static const struct cr_raw_step many_lines[] = { DO(READ), TEXT("HTTP/1.1 200 OK\r\n"),
                                                   MANY(LONG_HEADER, 100000), DO(STALL) };
  static const struct cr_raw_step *const scripts[] = { long_line, many_lines };

  (void)state;
  for (size_t i = 0; i < 2; i++) {
    struct exchange x;
    open_exchange(&x, scripts[i]);
    x.shot.t.max_header_bytes = 10 << 20;
    cr_fetch_shot_fire(&x.shot);
    assert_int_equal(x.shot.t.failure, CRAWLER_FAILED_TOO_LARGE);
    close_exchange(&x);
  }
}

static void a_body_is_kept_up_to_its_limit(void **state)
{
  static const struct cr_raw_step script[] = {
    DO(READ), TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n"),
    DO(STALL)
  };
  static const struct {
    size_t max_body_bytes;
    const char *kept;
  } rows[] = { { 0, "" }, { 1, "0" }, { 9, "012345678" } };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct exchange x;
    open_exchange(&x, script);
    x.shot.t.max_body_bytes = rows[i].max_body_bytes;
    cr_fetch_shot_fire(&x.shot);
    assert_int_equal(x.shot.t.failure, CRAWLER_FAILED_TOO_LARGE);
    assert_true(body_is(&x.shot, rows[i].kept));
    close_exchange(&x);
  }
}

static void a_body_of_exactly_the_limit_is_fine(void **state)
{
  static const struct cr_raw_step script[] = {
    DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"), DO(END)
  };
  struct exchange x;

  (void)state;
  open_exchange(&x, script);
  x.shot.t.max_body_bytes = 10;
  cr_fetch_shot_fire(&x.shot);
  assert_int_equal(x.shot.t.failure, CRAWLER_REASON_NONE);
  assert_true(body_is(&x.shot, "0123456789"));
  close_exchange(&x);
}

static void a_buffer_smaller_than_the_body_is_a_limit_too(void **state)
{
  static const struct cr_raw_step script[] = {
    DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"), DO(END)
  };
  struct exchange x;

  (void)state;
  open_exchange(&x, script);
  cr_buf_init(&x.shot.t.body_in, x.rig.mem, CR_MEM_BODY, 5);
  cr_fetch_shot_fire(&x.shot);
  assert_int_equal(x.shot.t.failure, CRAWLER_FAILED_TOO_LARGE);
  close_exchange(&x);
}

static void a_length_is_not_believed_before_the_bytes_come(void **state)
{
  static const struct cr_raw_step script[] = {
    DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 16000000\r\n\r\nx"), DO(END)
  };
  struct exchange x;

  (void)state;
  open_exchange(&x, script);
  cr_fetch_shot_fire(&x.shot);
  assert_int_equal(x.shot.t.failure, CRAWLER_FAILED_TRUNCATED);
  assert_true(x.shot.t.body_in.cap < 1 << 20);
  close_exchange(&x);
}

static void times_and_addresses_are_written_down(void **state)
{
  static const struct cr_raw_step script[] = { DO(READ), PAUSE(20),
                                               TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                                               DO(AGAIN) };
  struct exchange x;

  (void)state;
  open_exchange(&x, script);
  int64_t before_ms = cr_loop_now(x.rig.loop);
  cr_fetch_shot_fire(&x.shot);
  assert_true(x.shot.t.sent_ms >= before_ms);
  assert_true(x.shot.t.first_byte_ms >= x.shot.t.sent_ms + 15);
  assert_true(x.shot.t.first_byte_ms <= cr_loop_now(x.rig.loop));
  assert_string_equal(x.shot.t.address, "127.0.0.1");
  assert_string_equal(x.shot.shown_address, "127.0.0.1");
  assert_false(x.shot.t.reused);
  cr_fetch_shot_fire(&x.shot);
  assert_true(x.shot.t.reused);
  assert_string_equal(x.shot.t.address, "127.0.0.1");
  assert_int_equal(cr_raw_server_connections(x.server), 1);
  close_exchange(&x);
}

/* Each script kills a connection that was kept alive, under its second request. */
static void nothing_is_sent_twice_by_itself(void **state)
{
#define FIRST DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), DO(READ)
  static const struct {
    struct cr_raw_step script[6];
  } rows[] = {
    { { FIRST, DO(END) } },
    { { FIRST, DO(RESET) } },
    { { FIRST, PAUSE(10), DO(END) } },
    { { FIRST, TEXT("HTTP/1.1 200 OK\r\n"), DO(END) } }, /* a byte of response came */
  };
#undef FIRST

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct exchange x;
    open_exchange(&x, rows[i].script);
    cr_fetch_shot_fire(&x.shot);
    assert_int_equal(x.shot.t.failure, CRAWLER_REASON_NONE);
    cr_fetch_shot_fire(&x.shot);
    assert_int_equal(x.shot.t.failure, CRAWLER_FAILED_TRUNCATED);
    assert_true(x.shot.t.sent && x.shot.t.reused);
    assert_int_equal(cr_raw_server_requests(x.server), 2); /* the first one, and the second once */
    x.shot.t.fresh = true;
    cr_fetch_shot_fire(&x.shot); /* a retry is the caller's, on a new connection */
    assert_int_equal(x.shot.t.failure, CRAWLER_REASON_NONE);
    assert_false(x.shot.t.reused);
    assert_int_equal(cr_raw_server_connections(x.server), 2);
    close_exchange(&x);
  }
}

/* Two connections are kept, and both die under their next request: libcurl would go from one to the
 * other. */
static void nothing_is_sent_again_on_another_kept_connection(void **state)
{
  static const struct cr_raw_step script[] = { DO(READ), PAUSE(20),
                                               TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                                               DO(READ), DO(END) };
  struct exchange x;
  struct cr_fetch_shot other;

  (void)state;
  open_exchange(&x, script);
  cr_fetch_shot_init(&other, &x.rig, "http://127.0.0.1:0", "/");
  other.t.url = x.shot.t.url;
  other.t.port = x.shot.t.port;
  assert_int_equal(cr_fetch_shot_start(&other), 0);
  cr_fetch_shot_fire(&x.shot);
  assert_int_equal(cr_raw_server_connections(x.server), 2);
  cr_fetch_shot_fire(&x.shot);
  assert_int_equal(x.shot.t.failure, CRAWLER_FAILED_TRUNCATED);
  assert_int_equal(cr_raw_server_requests(x.server), 3);
  assert_int_equal(cr_raw_server_connections(x.server), 2);
  cr_fetch_shot_free(&other);
  close_exchange(&x);
}

/* While the server keeps a connection open the next request takes it, or a new one if told. */
static void fresh_leaves_kept_connections_alone(void **state)
{
  static const struct cr_raw_step script[] = { DO(READ),
                                               TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                                               DO(AGAIN) };
  struct exchange x;

  (void)state;
  open_exchange(&x, script);
  cr_fetch_shot_fire(&x.shot);
  x.shot.t.fresh = true;
  cr_fetch_shot_fire(&x.shot);
  assert_false(x.shot.t.reused);
  x.shot.t.fresh = false;
  cr_fetch_shot_fire(&x.shot);
  assert_true(x.shot.t.reused);
  assert_int_equal(cr_raw_server_connections(x.server), 2);
  close_exchange(&x);
}

static void without_keep_alive_each_request_has_a_connection(void **state)
{
  static const struct cr_raw_step script[] = { DO(READ),
                                               TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                                               DO(AGAIN) };
  struct exchange x;

  (void)state;
  open_exchange(&x, script);
  x.shot.t.keep_alive = false;
  cr_fetch_shot_fire(&x.shot);
  x.shot.t.keep_alive = true;
  cr_fetch_shot_fire(&x.shot);
  assert_false(x.shot.t.reused);
  cr_fetch_shot_fire(&x.shot);
  assert_true(x.shot.t.reused);
  assert_int_equal(cr_raw_server_connections(x.server), 2);
  close_exchange(&x);
}

static void ignore(struct cr_curl_handle *h)
{
  (void)h;
}

/* As libcurl hands them over, until it is told to wait. */
static void a_streams_buffer_ends_where_libcurl_is_stopped(void **state)
{
  static char data[16 << 10];
  (void)state;

  for (size_t bytes = 1000; bytes <= sizeof(data); bytes += 769) {
    struct cr_mem mem;
    cr_mem_init(&mem, NULL, NULL, NULL, NULL);
    const struct cr_curl_env env = { .mem = &mem };
    struct cr_transfer t = { .stream = true, .max_body_bytes = 1 << 20 };
    struct cr_curl_handle h;
    cr_curl_handle_init(&h, &env);
    h.news = ignore;
    h.t = &t;
    h.headed = true;
    h.length = CR_NO_LENGTH;
    while (cr_curl_take_body(data, 1, bytes, &h) == bytes)
      ;
    assert_true(h.is_full);
    assert_in_range(h.pieces.len, 128 << 10, 160 << 10);
    assert_in_range(h.pieces.cap, h.pieces.len, 160 << 10);
    cr_curl_handle_free(&h);
    assert_int_equal(cr_mem_used(&mem), 0);
  }
}

static bool add_up(const struct cr_transfer *t, size_t more_bytes, void *user)
{
  (void)t;
  *(size_t *)user += more_bytes;
  return true;
}

static void all_that_a_body_grows_by_is_asked_for(void **state)
{
  static char data[1000];
  (void)state;

  for (size_t bytes = 1; bytes <= sizeof(data); bytes += 9) {
    struct cr_mem mem;
    size_t asked = 0;
    cr_mem_init(&mem, NULL, NULL, NULL, NULL);
    const struct cr_curl_env env = { .mem = &mem, .may_grow = add_up, .user = &asked };
    struct cr_transfer t = { .max_body_bytes = 1 << 20 };
    struct cr_curl_handle h;
    cr_curl_handle_init(&h, &env);
    cr_buf_init(&t.body_in, &mem, CR_MEM_BODY, 1 << 20);
    h.t = &t;
    h.headed = true;
    h.told_head = true;
    h.length = CR_NO_LENGTH;
    for (int i = 0; i < 100; i++) {
      assert_int_equal(cr_curl_take_body(data, 1, bytes, &h), bytes);
      assert_int_equal(asked, t.body_in.cap);
    }
    cr_buf_free(&t.body_in);
    cr_curl_handle_free(&h);
    assert_int_equal(cr_mem_used(&mem), 0);
  }
}

static bool refuse_over_3_mb(const struct cr_transfer *t, size_t more_bytes, void *user)
{
  (void)user;
  return t->body_in.cap + more_bytes <= 3000000;
}

/* The buffer is as long as the Content-Length once an eighth has come, and never more than eight
 * times what came. What has no room for its whole length goes on as long as there is some. */
static void a_large_body_makes_room_once(void **state)
{
  enum { PIECE = 16384, GROWN = 66 * PIECE };
  static const struct {
    int64_t length;
    bool is_refused;
    size_t came, cap;
  } rows[] = {
    { 1000000, false, PIECE, 1000001 },  { 5000000, false, 600000, GROWN },
    { 5000000, false, 700000, 5000001 }, { 5000000, false, 5000000, 5000001 },
    { 5000000, true, 700000, GROWN },    { 900000000, false, 5000000, 8 * GROWN },
  };
  static char data[PIECE];
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_mem mem;
    cr_mem_init(&mem, NULL, NULL, NULL, NULL);
    const struct cr_curl_env env = { .mem = &mem,
                                     .may_grow = rows[i].is_refused ? refuse_over_3_mb : NULL };
    struct cr_transfer t = { .max_body_bytes = 1 << 30 };
    struct cr_curl_handle h;
    cr_curl_handle_init(&h, &env);
    h.news = ignore;
    cr_buf_init(&t.body_in, &mem, CR_MEM_BODY, 1 << 30);
    h.t = &t;
    h.headed = true;
    h.length = rows[i].length;
    while (t.body_in.len < rows[i].came) {
      size_t left = (size_t)rows[i].length - t.body_in.len;
      size_t bytes = left < PIECE ? left : PIECE;
      assert_int_equal(cr_curl_take_body(data, 1, bytes, &h), bytes);
      h.collected = 0;
    }
    assert_in_range(t.body_in.cap, t.body_in.len + 1, rows[i].cap);
    if (rows[i].cap > (size_t)rows[i].length)
      assert_int_equal(t.body_in.cap, rows[i].cap);
    cr_buf_free(&t.body_in);
    cr_curl_handle_free(&h);
    assert_int_equal(cr_mem_used(&mem), 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_large_body_makes_room_once),
    cmocka_unit_test(responses_end_as_the_table_says),
    cmocka_unit_test(libcurls_own_limits_are_too_large_too),
    cmocka_unit_test(a_body_is_kept_up_to_its_limit),
    cmocka_unit_test(a_body_of_exactly_the_limit_is_fine),
    cmocka_unit_test(a_buffer_smaller_than_the_body_is_a_limit_too),
    cmocka_unit_test(a_length_is_not_believed_before_the_bytes_come),
    cmocka_unit_test(a_streams_buffer_ends_where_libcurl_is_stopped),
    cmocka_unit_test(all_that_a_body_grows_by_is_asked_for),
    cmocka_unit_test(times_and_addresses_are_written_down),
    cmocka_unit_test(nothing_is_sent_twice_by_itself),
    cmocka_unit_test(nothing_is_sent_again_on_another_kept_connection),
    cmocka_unit_test(fresh_leaves_kept_connections_alone),
    cmocka_unit_test(without_keep_alive_each_request_has_a_connection),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
