/* SPDX-License-Identifier: MIT */
/* What goes over the wire, and to whom. */
#include "fetch/curl_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/inflate.h"
#include "loop/loop.h"
#include "support/fetch_rig.h"
#include "support/oom.h"
#include "support/raw_server.h"
#include "support/tls_server.h"

#define DO CR_RAW_DO
#define TEXT CR_RAW_TEXT

static const struct cr_raw_step polite[] = { DO(READ),
                                             TEXT("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
                                             DO(AGAIN) };

struct line { /* a fetcher and a server that answers everything */
  struct cr_fetch_rig rig;
  struct cr_raw_server *server;
  char origin[64];
};

static void open_line(struct line *line)
{
  line->server = cr_raw_server_play(polite);
  (void)snprintf(line->origin, sizeof(line->origin), "http://127.0.0.1:%d",
                 cr_raw_server_port(line->server));
  assert_int_equal(cr_fetch_rig_open(&line->rig), 0);
}

static void start_line(struct line *line)
{
  cr_fetch_rig_init(&line->rig, NULL);
  open_line(line);
}

static void end_line(struct line *line)
{
  cr_fetch_rig_close(&line->rig);
  cr_raw_server_stop(line->server);
}

static const char *last_request(struct line *line)
{
  const char *request =
      cr_raw_server_request(line->server, cr_raw_server_requests(line->server) - 1);
  assert_non_null(request);
  return request;
}

/* Sends it and returns what the server saw. */
static const char *seen(struct line *line, struct cr_fetch_shot *shot)
{
  cr_fetch_shot_fire(shot);
  assert_int_equal(shot->t.failure, CRAWLER_REASON_NONE);
  return last_request(line);
}

static void the_request_has_these_headers_and_no_others(void **state)
{
  struct line line;
  struct cr_fetch_shot shot;
  char want[512];

  (void)state;
  cr_fetch_rig_init(&line.rig, NULL);
  line.rig.config.user_agent = "test/1.0";
  open_line(&line);
  cr_fetch_shot_init(&shot, &line.rig, line.origin, "/a?b");
  (void)snprintf(want, sizeof(want),
                 "GET /a?b HTTP/1.1\r\nHost: %s\r\nUser-Agent: test/1.0\r\n"
                 "%s\r\n"
                 "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\r\n",
                 line.origin + strlen("http://"), cr_inflate_accept_line());
  assert_string_equal(seen(&line, &shot), want);
  cr_fetch_shot_free(&shot);
  end_line(&line);
}

static void the_target_is_sent_as_it_is_written(void **state)
{
  static const char *const paths[] = {
    "/",         "/a?",     "/?",           "/??",       "/a/../b",
    "/a/./b",    "//x//",   "/%7Ea/%c3%a9", "/%2e%2e/a", "/a;b=c,d",
    "/a|b",      "/a'b\"c", "/[a]{b}",      "/a@b:c",    "/?x=http://y/z?a",
    "/?a=%20+b", "/%00",    "/a\\b",        "/~",        "/a%",
  };
  struct line line;

  (void)state;
  start_line(&line);
  for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
    struct cr_fetch_shot shot;
    char want[128];
    cr_fetch_shot_init(&shot, &line.rig, line.origin, paths[i]);
    int len = snprintf(want, sizeof(want), "GET %s HTTP/1.1\r\n", paths[i]);
    const char *request = seen(&line, &shot);
    if (strncmp(request, want, (size_t)len) != 0)
      fail_msg("%s became %.60s", paths[i], request);
    cr_fetch_shot_free(&shot);
  }
  end_line(&line);
}

static void the_callers_headers_win(void **state)
{
  static const char *const headers[] = { "aCCept: image/*", "User-Agent: mine", "X-A: 1",
                                         "If-None-Match: \"e\"", "Accept-Encoding: identity" };
  struct line line;
  struct cr_fetch_shot shot;

  (void)state;
  cr_fetch_rig_init(&line.rig, NULL);
  line.rig.config.user_agent = "test/1.0";
  open_line(&line);
  cr_fetch_shot_init(&shot, &line.rig, line.origin, "/");
  shot.t.headers = headers;
  shot.t.header_count = 5;
  const char *request = seen(&line, &shot);
  for (size_t i = 0; i < 5; i++)
    assert_non_null(strstr(request, headers[i]));
  assert_null(strstr(request, "text/html"));
  assert_null(strstr(request, "test/1.0"));
  assert_null(strstr(request, "gzip"));

  shot.t.header_count = 0; /* and are gone with the next request */
  request = seen(&line, &shot);
  assert_null(strstr(request, "X-A"));
  assert_non_null(strstr(request, "text/html"));
  assert_non_null(strstr(request, "test/1.0"));
  assert_non_null(strstr(request, "gzip"));
  cr_fetch_shot_free(&shot);
  end_line(&line);
}

static void methods_follow_each_other_on_one_handle(void **state)
{
  static const struct {
    crawler_method method;
    const char *body;
    const char *line;
    const char *length; /* of the request's body; NULL: none */
  } rows[] = {
    { CRAWLER_GET, "", "GET / ", NULL },
    { CRAWLER_POST, "a=1", "POST / ", "Content-Length: 3\r\n" },
    { CRAWLER_HEAD, "", "HEAD / ", NULL },
    { CRAWLER_POST, "", "POST / ", "Content-Length: 0\r\n" },
    { CRAWLER_GET, "", "GET / ", NULL },
    { CRAWLER_HEAD, "", "HEAD / ", NULL },
    { CRAWLER_GET, "", "GET / ", NULL },
  };
  struct line line;
  struct cr_fetch_shot shot;

  (void)state;
  start_line(&line);
  cr_fetch_shot_init(&shot, &line.rig, line.origin, "/");
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    shot.t.method = rows[i].method;
    shot.t.body = cr_span_text(rows[i].body);
    const char *request = seen(&line, &shot);
    const char *end = strstr(request, "\r\n\r\n");
    assert_int_equal(strncmp(request, rows[i].line, strlen(rows[i].line)), 0);
    assert_string_equal(end + 4, rows[i].body);
    if (rows[i].length)
      assert_non_null(strstr(request, rows[i].length));
    else
      assert_null(strstr(request, "Content-Length"));
  }
  assert_int_equal(cr_raw_server_connections(line.server), 1);
  cr_fetch_shot_free(&shot);
  end_line(&line);
}

/* From 1 MB on libcurl asks with "Expect: 100-continue" by itself and waits a second. */
static void a_large_post_waits_for_no_permission(void **state)
{
  enum { BYTES = 2 << 20 };
  struct line line;
  struct cr_fetch_shot shot;
  char *body = malloc(BYTES);

  (void)state;
  assert_non_null(body);
  memset(body, 'x', BYTES);
  start_line(&line);
  cr_fetch_shot_init(&shot, &line.rig, line.origin, "/");
  shot.t.method = CRAWLER_POST;
  shot.t.body = cr_span(body, BYTES);
  const char *request = seen(&line, &shot);
  assert_null(strstr(request, "Expect"));
  assert_int_equal(strlen(strstr(request, "\r\n\r\n") + 4), BYTES);
  cr_fetch_shot_free(&shot);
  end_line(&line);
  free(body);
}

static void the_head_of_a_head_request_ends_it(void **state)
{
  static const struct cr_raw_step script[] = {
    DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), DO(STALL)
  };
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;
  char origin[64];

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  struct cr_raw_server *server = cr_raw_server_play(script);
  (void)snprintf(origin, sizeof(origin), "http://127.0.0.1:%d", cr_raw_server_port(server));
  cr_fetch_shot_init(&shot, &rig, origin, "/");
  shot.t.method = CRAWLER_HEAD;
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  assert_int_equal(shot.t.status, 200);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

static void the_user_agent_can_change_and_be_none(void **state)
{
  struct line line;
  struct cr_fetch_shot shot;

  (void)state;
  start_line(&line);
  cr_fetch_shot_init(&shot, &line.rig, line.origin, "/");
  assert_null(strstr(seen(&line, &shot), "User-Agent"));
  line.rig.config.user_agent = "second/2";
  assert_int_equal(cr_fetch_rig_configure(&line.rig), 0);
  assert_non_null(strstr(seen(&line, &shot), "User-Agent: second/2\r\n"));
  line.rig.config.user_agent = "";
  assert_int_equal(cr_fetch_rig_configure(&line.rig), 0);
  assert_null(strstr(seen(&line, &shot), "User-Agent"));
  cr_fetch_shot_free(&shot);
  end_line(&line);
}

static void a_proxys_place_is_where_libcurl_connects_to(void **state)
{
  static const struct {
    const char *proxy;
    const char *host;
    int port;
  } rows[] = {
    { "http://proxy.test", "proxy.test", 1080 },
    { "https://proxy.test", "proxy.test", 443 },
    { "socks5h://proxy.test:9050", "proxy.test", 9050 },
    { "HTTPS://me:wo:rd@proxy.test:3128/", "proxy.test", 3128 },
    { "http://a@b@proxy.test:/x:1", "proxy.test", 1080 },
    { "http://[::1]:3128", "::1", 3128 },
    { "socks4a://[::1]", "::1", 1080 },
    { "http://127.0.0.1:99999", "127.0.0.1", 0 },
    { "http://", "", 1080 },
    { "http://[", "", 1080 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_curl_place place = cr_curl_proxy_place(rows[i].proxy);
    assert_true(cr_span_eq(place.host, cr_span_text(rows[i].host)));
    assert_int_equal(place.port, rows[i].port);
  }
}

static void the_environment_names_no_proxy(void **state)
{
  struct line line;
  struct cr_fetch_shot shot;

  (void)state;
  assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1/", 1), 0);
  assert_int_equal(setenv("all_proxy", "http://127.0.0.1:1/", 1), 0);
  start_line(&line);
  cr_fetch_shot_init(&shot, &line.rig, line.origin, "/");
  (void)seen(&line, &shot);
  cr_fetch_shot_free(&shot);
  end_line(&line);
  assert_int_equal(unsetenv("http_proxy"), 0);
  assert_int_equal(unsetenv("all_proxy"), 0);
}

static void names_go_where_the_resolver_says_each_time(void **state)
{
  static const char *const hosts[] = {
    "a.test", "b.test", "a.test", "A.b.test", "b.test", "a.test."
  };
  struct line line;
  char resolve[256];

  (void)state;
  cr_fetch_rig_init(&line.rig, NULL);
  line.server = cr_raw_server_play(polite);
  int port = cr_raw_server_port(line.server);
  (void)snprintf(resolve, sizeof(resolve),
                 "a.test:%d:127.0.0.1,b.test:%d:127.0.0.1,A.b.test:%d:127.0.0.1,"
                 "a.test.:%d:127.0.0.1",
                 port, port, port, port);
  line.rig.config.resolve = resolve;
  assert_int_equal(cr_fetch_rig_open(&line.rig), 0);
  for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
    struct cr_fetch_shot shot;
    char origin[64];
    char want[64];
    (void)snprintf(origin, sizeof(origin), "http://%s:%d", hosts[i], port);
    (void)snprintf(want, sizeof(want), "Host: %s:%d\r\n", hosts[i], port);
    cr_fetch_shot_init(&shot, &line.rig, origin, "/");
    shot.t.keep_alive = false;
    const char *request = seen(&line, &shot);
    if (!strstr(request, want))
      fail_msg("%s: %s", hosts[i], request);
    assert_string_equal(shot.t.address, "127.0.0.1");
    cr_fetch_shot_free(&shot);
  }
  end_line(&line);
}

/* ---- routes: handles in a cell, without a fetcher ---- */

struct trip {
  struct cr_curl_handle handle;
  struct cr_transfer t;
  struct cr_arena arena;
  char url[64];
  int code; /* -1: not ended */
};

static void note_code(struct cr_curl_job *job, int code)
{
  CR_CONTAINER(job, struct trip, handle.job)->code = code;
}

static void hear_news(struct cr_curl_handle *h)
{
  (void)h;
}

static void open_trip(struct trip *trip, const struct cr_curl_env *env)
{
  *trip = (struct trip){ .t = { .max_header_bytes = 65536, .max_body_bytes = 65536 } };
  cr_curl_handle_init(&trip->handle, env);
  trip->handle.news = hear_news;
  trip->handle.job.ended = note_code;
  cr_arena_init(&trip->arena, env->mem, CR_MEM_PAGE, 4096, 0);
  trip->t.arena = &trip->arena;
  cr_buf_init(&trip->t.body_in, env->mem, CR_MEM_BODY, 65536);
}

static void close_trip(struct trip *trip)
{
  cr_curl_handle_free(&trip->handle);
  cr_arena_free(&trip->arena);
  cr_buf_free(&trip->t.body_in);
}

/* The CURLcode of a transfer to host; address NULL: the handle is told none. */
static int travel(struct trip *trip, struct cr_curl_cell *cell, const char *origin,
                  const char *address)
{
  const char *host = strstr(origin, "://") + 3;

  (void)snprintf(trip->url, sizeof(trip->url), "%s/", origin);
  trip->t.url = trip->url;
  trip->t.host = cr_span(host, strcspn(host, ":"));
  trip->t.port = (int)strtol(strrchr(host, ':') + 1, NULL, 10);
  trip->t.sent = false;
  trip->code = -1;
  assert_int_equal(cr_curl_handle_prepare(&trip->handle, &trip->t, address), 0);
  assert_int_equal(cr_curl_cell_add(cell, &trip->handle.job), 0);
  while (trip->code == -1)
    assert_int_equal(cr_loop_turn(trip->handle.env->loop, 100), 0);
  cr_curl_cell_remove(cell, &trip->handle.job);
  cr_curl_handle_clear(&trip->handle);
  return trip->code;
}

/* A second handle, which is told no address, sees what the first one left in the multi's cache. */
static void a_route_ends_with_the_next_transfer_of_its_handle(void **state)
{
  struct cr_mem mem;
  const struct cr_source anywhere = { .ip_version = 0 };
  struct cr_curl_env env = { .mem = &mem,
                             .proxy = "",
                             .ca_file = "",
                             .client_cert = "",
                             .source = &anywhere,
                             .user_agent_serial = 1 };
  struct cr_curl_sockets sockets;
  struct cr_curl_cell *cell = NULL;
  struct trip first;
  struct trip second;
  char origins[3][32];
  char none[] = "";
  struct cr_raw_server *server = cr_raw_server_play(polite);
  static const char *const hosts[] = { "a.test", "b.test", "127.0.0.1" };

  (void)state;
  cr_test_mem_init(&mem);
  env.sockets = &sockets;
  env.user_agent = none;
  assert_int_equal(cr_loop_open_libevent(&env.loop, &mem, NULL), 0);
  assert_int_equal(cr_address_policy_open(&env.policy, &mem, "1"), 0);
  cr_curl_sockets_init(&sockets, &mem, env.loop);
  assert_int_equal(cr_curl_cell_open(&cell, &sockets, 8), 0);
  open_trip(&first, &env);
  open_trip(&second, &env);
  for (int i = 0; i < 3; i++)
    (void)snprintf(origins[i], sizeof(origins[i]), "http://%s:%d", hosts[i],
                   cr_raw_server_port(server));

  assert_int_equal(travel(&first, cell, origins[0], "127.0.0.1"), CURLE_OK);
  assert_int_equal(travel(&second, cell, origins[0], NULL), CURLE_OK);
  assert_int_equal(travel(&second, cell, origins[1], NULL), CURLE_COULDNT_RESOLVE_HOST);
  assert_int_equal(travel(&first, cell, origins[1], "127.0.0.1"), CURLE_OK);
  assert_int_equal(travel(&second, cell, origins[0], NULL), CURLE_COULDNT_RESOLVE_HOST);
  assert_int_equal(travel(&first, cell, origins[2], "127.0.0.1"), CURLE_OK);
  assert_int_equal(travel(&first, cell, origins[1], "127.0.0.1"), CURLE_OK);
  assert_int_equal(travel(&second, cell, origins[2], NULL), CURLE_COULDNT_RESOLVE_HOST);
  close_trip(&first);
  close_trip(&second);
  cr_curl_cell_close(cell);
  cr_address_policy_close(env.policy);
  cr_curl_sockets_free(&sockets);
  cr_loop_close(env.loop);
  cr_test_mem_done(&mem);
  cr_raw_server_stop(server);
}

static void an_ipv6_literal_is_an_address(void **state)
{
  static const struct cr_raw_step *const scripts[] = { polite };
  struct cr_raw_config config = { .scripts = scripts, .script_count = 1, .address = "::1" };
  struct line line;

  (void)state;
  line.server = cr_raw_server_start(&config);
  if (!line.server)
    skip(); /* no IPv6 on this system */
  cr_fetch_rig_init(&line.rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&line.rig), 0);
  (void)snprintf(line.origin, sizeof(line.origin), "http://[::1]:%d",
                 cr_raw_server_port(line.server));
  struct cr_fetch_shot shot;
  cr_fetch_shot_init(&shot, &line.rig, line.origin, "/");
  (void)seen(&line, &shot);
  assert_string_equal(shot.t.address, "::1");
  (void)seen(&line, &shot);
  assert_true(shot.t.reused);
  cr_fetch_shot_free(&shot);
  end_line(&line);
}

static void certificates_are_verified_unless_told_otherwise(void **state)
{
  static const struct {
    const char *host;
    bool has_ca;
    bool insecure;
    crawler_reason want;
    const char *why;
  } rows[] = {
    { "a.test", true, false, CRAWLER_REASON_NONE, "the right name, a CA that is known" },
    { "a.test", false, false, CRAWLER_FAILED_TLS, "the system doesn't know the CA" },
    { "b.test", true, false, CRAWLER_FAILED_TLS, "the wrong name" },
    { "a.test", false, true, CRAWLER_REASON_NONE, "insecure" },
    { "b.test", false, true, CRAWLER_REASON_NONE, "insecure" },
  };
  struct cr_tls_server server;
  char resolve[128];

  (void)state;
  cr_tls_server_start(&server);
  (void)snprintf(resolve, sizeof(resolve), "a.test:%d:127.0.0.1,b.test:%d:127.0.0.1", server.port,
                 server.port);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_fetch_rig rig;
    struct cr_fetch_shot shot;
    char origin[64];
    cr_fetch_rig_init(&rig, NULL);
    rig.config.resolve = resolve;
    rig.config.ca_file = rows[i].has_ca ? server.certificate : NULL;
    rig.config.insecure = rows[i].insecure;
    assert_int_equal(cr_fetch_rig_open(&rig), 0);
    (void)snprintf(origin, sizeof(origin), "https://%s:%d", rows[i].host, server.port);
    cr_fetch_shot_init(&shot, &rig, origin, "/page");
    cr_fetch_shot_fire(&shot);
    if (shot.t.failure != rows[i].want)
      fail_msg("%s: %d (%s)", rows[i].why, shot.t.failure, shot.t.error ? shot.t.error : "");
    assert_int_equal(shot.t.sent, rows[i].want == CRAWLER_REASON_NONE);
    assert_int_equal(shot.t.body_in.len, rows[i].want == CRAWLER_REASON_NONE ? 6 : 0);
    cr_fetch_shot_free(&shot);
    cr_fetch_rig_close(&rig);
  }
  cr_tls_server_stop(&server);
}

static void a_ca_file_that_is_not_there_is_our_own_fault(void **state)
{
  struct cr_tls_server server;
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;
  char origin[64];

  (void)state;
  cr_tls_server_start(&server);
  cr_fetch_rig_init(&rig, NULL);
  rig.config.ca_file = "no/such/file.pem";
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  (void)snprintf(origin, sizeof(origin), "https://127.0.0.1:%d", server.port);
  cr_fetch_shot_init(&shot, &rig, origin, "/page");
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_FAILED_INTERNAL);
  assert_non_null(strstr(shot.t.error, "file.pem"));
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_tls_server_stop(&server);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_request_has_these_headers_and_no_others),
    cmocka_unit_test(the_target_is_sent_as_it_is_written),
    cmocka_unit_test(the_callers_headers_win),
    cmocka_unit_test(methods_follow_each_other_on_one_handle),
    cmocka_unit_test(a_large_post_waits_for_no_permission),
    cmocka_unit_test(the_head_of_a_head_request_ends_it),
    cmocka_unit_test(the_user_agent_can_change_and_be_none),
    cmocka_unit_test(a_proxys_place_is_where_libcurl_connects_to),
    cmocka_unit_test(the_environment_names_no_proxy),
    cmocka_unit_test(names_go_where_the_resolver_says_each_time),
    cmocka_unit_test(a_route_ends_with_the_next_transfer_of_its_handle),
    cmocka_unit_test(an_ipv6_literal_is_an_address),
    cmocka_unit_test(certificates_are_verified_unless_told_otherwise),
    cmocka_unit_test(a_ca_file_that_is_not_there_is_our_own_fault),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
