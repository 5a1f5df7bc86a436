/* SPDX-License-Identifier: MIT */
/* The whole fetcher: proxies, many transfers, and the ends of things. */
#include "fetch/fetcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/fetch_rig.h"
#include "support/oom.h"
#include "support/raw_server.h"

#define DO CR_RAW_DO
#define TEXT CR_RAW_TEXT

static const struct cr_raw_step polite[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), DO(AGAIN)
};
static const struct cr_raw_step mute[] = { DO(READ), DO(STALL) };
static const struct cr_raw_step half[] = {
  DO(READ), TEXT("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), DO(STALL)
};

/* ---- proxies ---- */

/* A fetcher with a proxy that plays the script, and a shot at origin. */
struct detour {
  struct cr_fetch_rig rig;
  struct cr_raw_server *proxy;
  struct cr_fetch_shot shot;
  char url[64];
};

static void open_detour(struct detour *d, const char *scheme, const struct cr_raw_step *script,
                        const char *origin)
{
  d->proxy = cr_raw_server_play(script);
  (void)snprintf(d->url, sizeof(d->url), "%s://127.0.0.1:%d", scheme, cr_raw_server_port(d->proxy));
  cr_fetch_rig_init(&d->rig, NULL);
  d->rig.config.proxy = d->url;
  d->rig.config.allow_private = "0"; /* doesn't concern the proxy itself */
  assert_int_equal(cr_fetch_rig_open(&d->rig), 0);
  cr_fetch_shot_init(&d->shot, &d->rig, origin, "/a?");
  cr_fetch_shot_fire(&d->shot);
  assert_int_equal(d->shot.seen[CR_SHOT_ADDRESS], 0);
  assert_string_equal(d->shot.t.address, "");
}

static void close_detour(struct detour *d)
{
  cr_fetch_shot_free(&d->shot);
  cr_fetch_rig_close(&d->rig);
  cr_raw_server_stop(d->proxy);
}

static void an_http_proxy_is_asked_for_the_whole_url(void **state)
{
  struct detour d;

  (void)state;
  open_detour(&d, "http", polite, "http://far.test:8080");
  assert_int_equal(d.shot.t.failure, CRAWLER_REASON_NONE);
  assert_true(d.shot.t.sent);
  const char *request = cr_raw_server_request(d.proxy, 0);
  assert_int_equal(strncmp(request, "GET http://far.test:8080/a? HTTP/1.1\r\n", 38), 0);
  assert_non_null(strstr(request, "Host: far.test:8080\r\n"));
  close_detour(&d);
}

static void a_proxys_connection_is_used_for_another_host(void **state)
{
  struct cr_fetch_shot second;
  struct detour d;

  (void)state;
  open_detour(&d, "http", polite, "http://far.test:8080");
  cr_fetch_shot_init(&second, &d.rig, "http://farther.test:80", "/");
  cr_fetch_shot_fire(&second);
  assert_int_equal(second.t.failure, CRAWLER_REASON_NONE);
  assert_true(second.t.reused);
  assert_int_equal(cr_raw_server_connections(d.proxy), 1);
  cr_fetch_shot_free(&second);
  close_detour(&d);
}

static void a_proxy_that_refuses_to_connect_is_connect(void **state)
{
  static const struct cr_raw_step refuse[] = { DO(READ),
                                               TEXT("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"),
                                               DO(END) };
  static const struct cr_raw_step ask[] = {
    DO(READ),
    TEXT("HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"),
    DO(END)
  };
  static const struct cr_raw_step hang_up[] = { DO(READ), DO(END) };
  static const struct cr_raw_step *const scripts[] = { refuse, ask, hang_up };

  (void)state;
  for (size_t i = 0; i < 3; i++) {
    struct detour d;
    open_detour(&d, "http", scripts[i], "https://far.test:443");
    assert_int_equal(d.shot.t.failure, CRAWLER_FAILED_CONNECT);
    assert_false(d.shot.t.sent);
    assert_int_equal(d.shot.t.status, 0);
    assert_int_equal(strncmp(cr_raw_server_request(d.proxy, 0), "CONNECT far.test:443 ", 21), 0);
    close_detour(&d);
  }
}

/* RFC 1928: version 5, no authentication; connect; the name goes to the proxy. */
static void a_socks_proxy_resolves_the_name_and_sees_a_plain_request(void **state)
{
  static const struct cr_raw_step script[] = {
    TEXT("\5\0"), TEXT("\5\0\0\1\0\0\0\0\0\0"), DO(READ),
    TEXT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"), DO(STALL)
  };
  struct detour d;

  (void)state;
  open_detour(&d, "socks5h", script, "http://far.test:80");
  assert_int_equal(d.shot.t.failure, CRAWLER_REASON_NONE);
  close_detour(&d);
}

/* Else the second user's request would go by what the first one has opened: CVE-2026-3784, which a
 * libcurl that fails here has not been mended of. */
static void users_of_one_proxy_do_not_share_connections(void **state)
{
  static const struct {
    const char *user;
    const char *login; /* NULL: none is sent */
    bool reused;
  } rows[] = {
    { "one:1@", "Basic b25lOjE=", false },
    { "two:2@", "Basic dHdvOjI=", false },
    { "two:2@", "Basic dHdvOjI=", true },
    { "", NULL, false },
    { "", NULL, true },
  };
  struct cr_raw_server *proxy = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_fetch_shot shot;
    char url[64];

    (void)snprintf(url, sizeof(url), "http://%s127.0.0.1:%d", rows[i].user,
                   cr_raw_server_port(proxy));
    cr_fetch_shot_init(&shot, &rig, "http://far.test:80", "/");
    shot.t.proxy = url;
    shot.t.keep_alive = true;
    cr_fetch_shot_fire(&shot);
    assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
    assert_int_equal(shot.t.reused, rows[i].reused);
    const char *login = strstr(cr_raw_server_request(proxy, i), "Proxy-Authorization: ");
    assert_int_equal(login != NULL, rows[i].login != NULL);
    if (login)
      assert_int_equal(strncmp(login + 21, rows[i].login, strlen(rows[i].login)), 0);
    cr_fetch_shot_free(&shot);
  }
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(proxy);
}

static void an_address_in_the_url_is_refused_through_a_proxy_too(void **state)
{
  static const char *const origins[] = { "http://127.0.0.1:80",    "http://[::1]:80",
                                         "https://10.0.0.1:443",   "http://localhost:80",
                                         "http://a.localhost.:80", "https://localhost:443" };
  struct detour d;

  (void)state;
  for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
    open_detour(&d, "http", polite, origins[i]);
    assert_int_equal(d.shot.t.failure, CRAWLER_FAILED_ADDRESS);
    assert_int_equal(cr_raw_server_connections(d.proxy), 0);
    close_detour(&d);
  }
}

static void a_proxy_that_is_not_there_is_connect(void **state)
{
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;
  char url[64];
  int fd = -1;

  (void)state;
  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", cr_raw_refusing_port("127.0.0.1", &fd));
  cr_fetch_rig_init(&rig, NULL);
  rig.config.proxy = url;
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_aim(&shot, &rig, "far.test", 80);
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_FAILED_CONNECT);
  assert_int_equal(rig.fetcher->ops->resolved(rig.fetcher, 1, "127.0.0.1", 0), CRAWLER_E_INVAL);
  assert_int_equal(cr_fetch_rig_configure(&rig), 0);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  (void)close(fd);
}

/* By the library's resolver, for libcurl's would use a thread that may outlive the crawler. */
static void a_proxys_name_is_looked_up_as_others_are(void **state)
{
  static const struct {
    const char *name;
    crawler_reason failure;
  } proxies[] = {
    { "proxy.test", CRAWLER_REASON_NONE },
    { "me:word@PROXY.test", CRAWLER_REASON_NONE },
    { "nobody.test", CRAWLER_FAILED_CONNECT },
  };
  struct cr_raw_server *proxy = cr_raw_server_play(polite);
  (void)state;

  for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
    int threads = cr_count_threads();
    struct cr_fetch_rig rig;
    struct cr_fetch_shot shot;
    char url[64];

    (void)snprintf(url, sizeof(url), "http://%s:%d", proxies[i].name, cr_raw_server_port(proxy));
    cr_fetch_rig_init(&rig, NULL);
    rig.config.proxy = url;
    rig.config.resolve = "proxy.test:*:127.0.0.1";
    rig.config.dns_servers = "127.0.0.1:1";
    assert_int_equal(cr_fetch_rig_open(&rig), 0);
    cr_fetch_shot_aim(&shot, &rig, "far.test", 80);
    cr_fetch_shot_fire(&shot);
    assert_int_equal(shot.t.failure, proxies[i].failure);
    assert_true(cr_threads_become(threads));
    cr_fetch_shot_free(&shot);
    cr_fetch_rig_close(&rig);
  }
  cr_raw_server_stop(proxy);
}

/* ---- many ---- */

enum { MANY = 300, HOSTS = 100 };

/* 127.0.0.1 to 127.0.0.100, of which only the first listens, or that one alone. */
static void fire_many(uint32_t cell_size, uint32_t concurrency, int hosts)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot *shots = calloc(MANY, sizeof(*shots));
  char host[32];

  assert_non_null(shots);
  cr_fetch_rig_init(&rig, NULL);
  rig.config.cell_size = cell_size;
  rig.config.concurrency = concurrency;
  rig.config.host_connections = hosts == 1 ? concurrency : 1;
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  rig.loop->patience_us = INT64_MAX; /* else the first ones end before the last begin */
  for (int i = 0; i < MANY; i++) {
    (void)snprintf(host, sizeof(host), "127.0.0.%d", 1 + i % hosts);
    cr_fetch_shot_aim(&shots[i], &rig, host, cr_raw_server_port(server));
  }
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < MANY; i++) {
      cr_buf_clear(&shots[i].t.body_in);
      assert_int_equal(cr_fetch_shot_start(&shots[i]), 0);
    }
    cr_fetch_rig_run(&rig);
    for (int i = 0; i < MANY; i++) {
      bool listens = i % hosts == 0;
      assert_int_equal(shots[i].t.failure, listens ? CRAWLER_REASON_NONE : CRAWLER_FAILED_CONNECT);
      assert_int_equal(shots[i].t.body_in.len, listens ? 5 : 0);
      if (listens && concurrency >= MANY)
        assert_int_equal(shots[i].t.reused, round);
    }
  }
  for (int i = 0; i < MANY; i++)
    cr_fetch_shot_free(&shots[i]);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
  free(shots);
}

static void three_hundred_transfers_run_at_once_and_keep_their_connections(void **state)
{
  (void)state;
  fire_many(0, MANY, 1);
}

static void more_may_be_in_flight_than_was_expected(void **state)
{
  (void)state;
  fire_many(0, 1, 1);
  fire_many(4, 1, 1);
}

static void hosts_are_spread_over_cells(void **state)
{
  (void)state;
  fire_many(4, 8, HOSTS);
  fire_many(4, MANY, HOSTS);
}

/* ---- ends ---- */

static void close_ends_transfers_in_every_state(void **state)
{
  struct cr_raw_server *waiting = cr_raw_server_play(mute);
  struct cr_raw_server *reading = cr_raw_server_play(half);
  struct cr_raw_silence silence;

  (void)state;
  cr_raw_silence_start(&silence, "127.0.0.1", 0);
  for (int turns = 0; turns < 5; turns++) {
    struct cr_fetch_rig rig;
    struct cr_fetch_shot shots[4];
    cr_fetch_rig_init(&rig, NULL);
    assert_int_equal(cr_fetch_rig_open(&rig), 0);
    cr_fetch_shot_aim(&shots[0], &rig, "never.test", 80);
    cr_fetch_shot_aim(&shots[1], &rig, "127.0.0.1", silence.port);
    cr_fetch_shot_aim(&shots[2], &rig, "127.0.0.1", cr_raw_server_port(waiting));
    cr_fetch_shot_aim(&shots[3], &rig, "127.0.0.1", cr_raw_server_port(reading));
    for (int i = 0; i < 4; i++)
      assert_int_equal(cr_fetch_shot_start(&shots[i]), 0);
    for (int turn = 0; turn < turns; turn++)
      cr_fetch_rig_turn(&rig);
    rig.fetcher->ops->close(rig.fetcher);
    rig.fetcher = NULL;
    for (int i = 0; i < 4; i++) {
      assert_int_equal(shots[i].seen[CR_SHOT_DONE], 0);
      assert_null(shots[i].t.state);
      cr_fetch_shot_free(&shots[i]);
    }
    cr_fetch_rig_close(&rig);
  }
  cr_raw_silence_stop(&silence);
  cr_raw_server_stop(waiting);
  cr_raw_server_stop(reading);
}

static void at_rest_nothing_is_left_on_the_loop(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  cr_fetch_shot_fire(&shot);
  assert_true(rig.fetcher->ops->rest(rig.fetcher));
  assert_false(rig.fetcher->ops->rest(rig.fetcher));
  assert_int_equal(rig.loop->timers.len, 0);
  assert_true(cr_list_empty(&rig.loop->deferred));
  cr_fetch_shot_fire(&shot); /* and on it goes, with a new connection */
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  assert_false(shot.t.reused);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

static void two_fetchers_are_independent(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rigs[2];
  struct cr_fetch_shot shot;

  (void)state;
  for (int i = 0; i < 2; i++) {
    cr_fetch_rig_init(&rigs[i], NULL);
    assert_int_equal(cr_fetch_rig_open(&rigs[i]), 0);
  }
  cr_fetch_rig_close(&rigs[0]);
  cr_fetch_shot_aim(&shot, &rigs[1], "127.0.0.1", cr_raw_server_port(server));
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rigs[1]);
  cr_raw_server_stop(server);
}

static void settings_that_make_no_sense_are_refused(void **state)
{
  struct cr_fetch_rig rig;

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  rig.config.allow_private = "300.0.0.0/8";
  assert_int_equal(cr_fetch_rig_open(&rig), CRAWLER_E_VALUE);
  cr_fetch_rig_close(&rig);
  cr_fetch_rig_init(&rig, NULL);
  rig.config.resolve = "nonsense";
  assert_int_equal(cr_fetch_rig_open(&rig), CRAWLER_E_VALUE);
  cr_fetch_rig_close(&rig);

  static const char *const proxies[] = { "socks5://127.0.0.1:1", "socks4://127.0.0.1:1",
                                         "127.0.0.1:1", "ftp://127.0.0.1:1" };
  for (size_t i = 0; i < 4; i++) {
    cr_fetch_rig_init(&rig, NULL);
    rig.config.proxy = proxies[i];
    assert_int_equal(cr_fetch_rig_open(&rig), CRAWLER_E_VALUE);
    cr_fetch_rig_close(&rig);
  }
}

static void a_change_that_fails_changes_nothing(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  rig.config.allow_private = "127.0.0.1";
  rig.config.resolve = "a.test:*:127.0.0.1";
  rig.config.user_agent = "first/1";
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  rig.config.user_agent = "second/2";
  rig.config.allow_private = "x/y";
  assert_int_equal(cr_fetch_rig_configure(&rig), CRAWLER_E_VALUE);
  rig.config.allow_private = "0";
  rig.config.resolve = "nonsense";
  assert_int_equal(cr_fetch_rig_configure(&rig), CRAWLER_E_VALUE);
  cr_fetch_shot_aim(&shot, &rig, "a.test", cr_raw_server_port(server));
  cr_fetch_shot_fire(&shot);
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);
  assert_non_null(strstr(cr_raw_server_request(server, 0), "first/1"));
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

/* As if the process had opened all the files that it may. */
static void running_out_of_descriptors_is_internal(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;
  struct rlimit limit;

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  shot.t.keep_alive = false;
  cr_fetch_shot_fire(&shot); /* libcurl has all the descriptors that it needs for itself */
  assert_int_equal(shot.t.failure, CRAWLER_REASON_NONE);

  assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
  int lowest_free = dup(0);
  assert_true(lowest_free >= 0);
  (void)close(lowest_free);
  struct rlimit tight = { (rlim_t)lowest_free, limit.rlim_max };
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
  cr_fetch_shot_fire(&shot);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
  assert_int_equal(shot.t.failure, CRAWLER_FAILED_INTERNAL);
  assert_non_null(strstr(shot.t.error, "descriptors"));
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

/* ---- memory ---- */

static void fetch_two_pages(struct cr_mem *mem, void *arg)
{
  struct cr_raw_server *server = arg;
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shots[2];
  bool all_done = true;

  cr_fetch_rig_init(&rig, mem);
  rig.config.user_agent = "test/1.0";
  int err = cr_fetch_rig_open(&rig);
  for (int i = 0; i < 2 && !err; i++) {
    cr_fetch_shot_aim(&shots[i], &rig, "127.0.0.1", cr_raw_server_port(server));
    shots[i].t.stream = i == 1;
    err = cr_fetch_shot_start(&shots[i]);
    if (!err)
      cr_fetch_rig_run(&rig);
    all_done = all_done && !err && shots[i].t.failure == CRAWLER_REASON_NONE;
    if (!err && shots[i].t.failure != CRAWLER_FAILED_INTERNAL)
      assert_true(shots[i].t.failure == CRAWLER_REASON_NONE ||
                  strcmp(shots[i].t.error, "out of memory") == 0);
    cr_fetch_shot_free(&shots[i]);
  }
  if (!cr_test_oom_refused(mem))
    assert_true(!err && all_done);
  if (err)
    assert_int_equal(err, CRAWLER_E_NOMEM);
  cr_fetch_rig_close(&rig);
}

static void every_allocation_may_fail(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  (void)state;
  cr_test_oom(fetch_two_pages, server);
  cr_raw_server_stop(server);
}

/* What is in flight decides what is allocated, not how much was fetched. */
static void a_steady_fetcher_allocates_nothing(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(polite);
  struct cr_fetch_rig rig;
  struct cr_fetch_shot shot;

  (void)state;
  cr_fetch_rig_init(&rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  cr_fetch_shot_aim(&shot, &rig, "127.0.0.1", cr_raw_server_port(server));
  for (int i = 0; i < 3; i++) {
    cr_fetch_shot_fire(&shot);
    cr_buf_clear(&shot.t.body_in);
    cr_arena_reset(&shot.arena);
  }
  int64_t calls = rig.mem->calls;
  for (int i = 0; i < 10; i++) {
    cr_fetch_shot_fire(&shot);
    cr_buf_clear(&shot.t.body_in);
    cr_arena_reset(&shot.arena);
  }
  assert_int_equal(rig.mem->calls, calls);
  cr_fetch_shot_free(&shot);
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

/* To libcurl before 8.1.0 the line would continue a header that is freed: ASan tells. */
static void a_folded_first_line_continues_nothing_of_the_response_before(void **state)
{
  static const struct cr_raw_step script[] = {
    CR_RAW_DO(READ), CR_RAW_TEXT("HTTP/1.1 200 OK\r\nX-Before: value\r\nContent-Length: 0\r\n\r\n"),
    CR_RAW_DO(READ), CR_RAW_TEXT("HTTP/1.1 200 OK\r\n folded: x\r\nContent-Length: 0\r\n\r\n"),
    CR_RAW_DO(END),
  };
  struct cr_raw_server *server = cr_raw_server_play(script);
  struct cr_fetch_shot shots[2];
  struct cr_fetch_rig rig;
  (void)state;

  cr_fetch_rig_init(&rig, NULL);
  assert_int_equal(cr_fetch_rig_open(&rig), 0);
  for (int i = 0; i < 2; i++) {
    cr_fetch_shot_aim(&shots[i], &rig, "127.0.0.1", cr_raw_server_port(server));
    cr_fetch_shot_fire(&shots[i]);
    assert_int_equal(shots[i].t.failure != CRAWLER_REASON_NONE, i == 1);
    cr_fetch_shot_free(&shots[i]);
  }
  cr_fetch_rig_close(&rig);
  cr_raw_server_stop(server);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_folded_first_line_continues_nothing_of_the_response_before),
    cmocka_unit_test(an_http_proxy_is_asked_for_the_whole_url),
    cmocka_unit_test(a_proxys_connection_is_used_for_another_host),
    cmocka_unit_test(a_proxy_that_refuses_to_connect_is_connect),
    cmocka_unit_test(a_socks_proxy_resolves_the_name_and_sees_a_plain_request),
    cmocka_unit_test(users_of_one_proxy_do_not_share_connections),
    cmocka_unit_test(an_address_in_the_url_is_refused_through_a_proxy_too),
    cmocka_unit_test(a_proxy_that_is_not_there_is_connect),
    cmocka_unit_test(a_proxys_name_is_looked_up_as_others_are),
    cmocka_unit_test(three_hundred_transfers_run_at_once_and_keep_their_connections),
    cmocka_unit_test(more_may_be_in_flight_than_was_expected),
    cmocka_unit_test(hosts_are_spread_over_cells),
    cmocka_unit_test(close_ends_transfers_in_every_state),
    cmocka_unit_test(at_rest_nothing_is_left_on_the_loop),
    cmocka_unit_test(two_fetchers_are_independent),
    cmocka_unit_test(settings_that_make_no_sense_are_refused),
    cmocka_unit_test(a_change_that_fails_changes_nothing),
    cmocka_unit_test(running_out_of_descriptors_is_internal),
    cmocka_unit_test(every_allocation_may_fail),
    cmocka_unit_test(a_steady_fetcher_allocates_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
