/* SPDX-License-Identifier: MIT */
/* test_dispatch.c - what a request looks like when it leaves, and what may still keep it back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <strings.h>

#include <cmocka.h>

#include "base/inflate.h"
#include "sim/sim_crawl.h"
#include "support/requests.h"

/* The request for a URL as the fetcher got it. */
struct sent {
  const char *path; /* what to look at */
  struct cr_mem mem;
  struct cr_buf headers; /* a line each */
  struct cr_buf body;
  crawler_method method;
  int port;
  bool https, stream, keep_alive, fresh, customize;
  int64_t timeout_ms, connect_timeout_ms, dns_timeout_ms;
  size_t max_body_bytes, max_header_bytes;
  int count;
};

static void note(struct cr_sim_net *net, const struct cr_transfer *t)
{
  struct sent *sent = net->user;

  if (strcmp(t->url + t->host.len + (size_t)(t->host.at - t->url), sent->path) != 0)
    return;
  cr_buf_clear(&sent->headers);
  for (size_t i = 0; i < t->header_count; i++) {
    assert_int_equal(cr_buf_add_text(&sent->headers, t->headers[i]), 0);
    assert_int_equal(cr_buf_add_char(&sent->headers, '\n'), 0);
  }
  cr_buf_clear(&sent->body);
  assert_int_equal(cr_buf_add(&sent->body, t->body.at ? t->body.at : "", t->body.len), 0);
  sent->method = t->method;
  sent->port = t->port;
  sent->https = t->https;
  sent->stream = t->stream;
  sent->keep_alive = t->keep_alive;
  sent->fresh = t->fresh;
  sent->customize = t->customize;
  sent->timeout_ms = t->timeout_ms;
  sent->connect_timeout_ms = t->connect_timeout_ms;
  sent->dns_timeout_ms = t->dns_timeout_ms;
  sent->max_body_bytes = t->max_body_bytes;
  sent->max_header_bytes = t->max_header_bytes;
  sent->count++;
}

static const struct cr_sim_page pages[] = {
  { "/", .hrefs = "/a" },
  { .url = "/a" },
  { "/form", .to = "/after" },
  { "/form307", .status = 307, .to = "/after307" },
  { "/form303", .status = 303, .to = "/after303" },
  { "/away307", .status = 307, .to = "http://b.example/after307" },
};
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim, struct sent *sent, const char *path)
{
  *sent = (struct sent){ .path = path };
  cr_mem_init(&sent->mem, NULL, NULL, NULL, NULL);
  cr_buf_init(&sent->headers, &sent->mem, CR_MEM_CORE, 1 << 20);
  cr_buf_init(&sent->body, &sent->mem, CR_MEM_CORE, 1 << 20);
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "obey_robots", "0");
  sim->net.on_start = note;
  sim->net.user = sent;
}

static void close(struct cr_sim *sim, struct sent *sent)
{
  cr_buf_free(&sent->headers);
  cr_buf_free(&sent->body);
  cr_sim_close(sim);
}

/* How many lines have this name. */
static int count_lines(const struct sent *sent, const char *name)
{
  const char *at = sent->headers.data ? sent->headers.data : "";
  size_t len = strlen(name);
  int count = 0;

  for (; *at; at += strcspn(at, "\n") + 1)
    count += strncasecmp(at, name, len) == 0 && at[len] == ':';
  return count;
}

static bool has_line(const struct sent *sent, const char *line)
{
  const char *at = sent->headers.data ? sent->headers.data : "";
  size_t len = strlen(line);

  for (; *at; at += strcspn(at, "\n") + 1)
    if (strncmp(at, line, len) == 0 && at[len] == '\n')
      return true;
  return false;
}

static void an_ordinary_request_says_what_it_takes(void **state)
{
  struct cr_sim sim;
  struct sent sent;
  (void)state;

  open(&sim, &sent, "/a");
  cr_sim_set(&sim, "timeout", "7s");
  cr_sim_set(&sim, "connect_timeout", "3s");
  cr_sim_set(&sim, "dns_timeout", "2s");
  cr_sim_set(&sim, "max_body", "12345");
  cr_sim_set(&sim, "max_headers", "5000");
  cr_sim_add(&sim, "/a");
  cr_sim_run(&sim);
  assert_int_equal(sent.count, 1);
  assert_int_equal(sent.method, CRAWLER_GET);
  assert_int_equal(sent.port, 80);
  assert_false(sent.https || sent.stream || sent.customize);
  assert_true(sent.keep_alive);
  assert_int_equal(count_lines(&sent, "Accept"), 1);
  assert_true(has_line(&sent, cr_inflate_accept_line()));
  assert_int_equal(sent.timeout_ms, 7000);
  assert_int_equal(sent.connect_timeout_ms, 3000);
  assert_int_equal(sent.dns_timeout_ms, 2000);
  assert_int_equal(sent.max_body_bytes, 12345);
  assert_int_equal(sent.max_header_bytes, 5000);
  close(&sim, &sent);
}

static void a_connection_is_kept_only_while_it_will_be_used(void **state)
{
  static const struct {
    const char *delay;
    bool keep;
  } cases[] = {
    { "0", true }, { "1s", true }, { "4999ms", true }, { "5s", false }, { "1m", false }
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    struct sent sent;
    open(&sim, &sent, "/a");
    cr_sim_set(&sim, "delay", cases[i].delay);
    cr_sim_add(&sim, "/a");
    cr_sim_run(&sim);
    assert_int_equal(sent.keep_alive, cases[i].keep);
    close(&sim, &sent);
  }
}

/* ---- headers: the request's own, the option's, ours; the first of a name is sent ---- */

static void the_requests_own_headers_come_first(void **state)
{
  struct cr_sim sim;
  struct sent sent;
  (void)state;

  open(&sim, &sent, "/a");
  cr_sim_set(&sim, "header", "X-Both: option");
  cr_sim_set(&sim, "header", "X-Option: 1");
  cr_sim_set(&sim, "header", "accept-language: de");
  crawler_request *req = cr_request_of(sim.c, CR_SIM_ORIGIN "/a");
  assert_int_equal(crawler_request_set_header(req, "x-both", "request"), 0);
  assert_int_equal(crawler_request_set_header(req, "Accept", "text/plain"), 0);
  assert_int_equal(crawler_request_set_header(req, "Accept", "image/png"), 0); /* replaces */
  assert_int_equal(crawler_request_set_header(req, "X\nY", "1"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_request_set_header(req, "X", "a\r\nB: c"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run(&sim);
  assert_true(has_line(&sent, "x-both: request"));
  assert_int_equal(count_lines(&sent, "X-Both"), 1);
  assert_true(has_line(&sent, "X-Option: 1"));
  assert_true(has_line(&sent, "accept-language: de"));
  assert_true(has_line(&sent, "Accept: image/png"));
  assert_int_equal(count_lines(&sent, "Accept"), 1);
  close(&sim, &sent);
}

/* 64 of each, the documented limits, and the three of ours behind them. */
static void as_many_headers_as_can_be_set_are_sent(void **state)
{
  struct cr_sim sim;
  struct sent sent;
  char name[32];
  (void)state;

  open(&sim, &sent, "/a");
  crawler_request *req = cr_request_of(sim.c, CR_SIM_ORIGIN "/a");
  assert_int_equal(crawler_request_set_body(req, "x", 1, "text/plain"), 0);
  for (int i = 0; i < 64; i++) {
    (void)snprintf(name, sizeof(name), "X-Own-%d", i);
    assert_int_equal(crawler_request_set_header(req, name, "1"), 0);
    (void)snprintf(name, sizeof(name), "X-Option-%d: 1", i);
    cr_sim_set(&sim, "header", name);
  }
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run(&sim);
  assert_true(has_line(&sent, "X-Own-63: 1"));
  assert_true(has_line(&sent, "X-Option-63: 1"));
  assert_int_equal(count_lines(&sent, "Content-Type"), 1);
  assert_int_equal(count_lines(&sent, "Accept"), 1);
  assert_int_equal(count_lines(&sent, "Accept-Encoding"), 1);
  close(&sim, &sent);
}

/* Wherever a seed is redirected to, and what is found there, is another server's. */
static void the_options_headers_go_to_the_seeds_origins_only(void **state)
{
  static const struct cr_sim_page away_pages[] = {
    { "/", .hrefs = "/a https://a.example/s http://a.example:8080/p http://b.example/b" },
    { "/moved", .to = "http://c.example/home" },
    { .url = "http://c.example/home", .hrefs = "/c" },
    { .url = "https://d.example/", .hrefs = "/d http://d.example/plain" },
  };
  static const struct cr_sim_site away_site = CR_SIM_SITE(away_pages);
  static const struct {
    const char *seed;
    const char *path;
    bool is_sent;
  } cases[] = {
    { "http://a.example/", "/", true },           { "http://a.example/", "/a", true },
    { "http://a.example/", "/s", true }, /* the same server, better */
    { "http://a.example/", ":8080/p", false },    { "http://a.example/", "/b", false },
    { "http://a.example/moved", "/moved", true }, { "http://a.example/moved", "/home", false },
    { "http://a.example/moved", "/c", false },    { "https://d.example/", "/d", true },
    { "https://d.example/", "/plain", false }, /* in clear text */
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    struct sent sent;
    open(&sim, &sent, cases[i].path);
    sim.net.world = &away_site.world;
    cr_sim_set(&sim, "header", "Authorization: secret");
    cr_sim_set(&sim, "span_hosts", "1");
    cr_sim_add(&sim, cases[i].seed);
    cr_sim_run(&sim);
    if (sent.count != 1 || has_line(&sent, "Authorization: secret") != cases[i].is_sent)
      fail_msg("%s of %s: %u times", cases[i].path, cases[i].seed, (unsigned)sent.count);
    close(&sim, &sent);
  }
}

static int set_header(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  ++*(int *)user;
  return crawler_request_set_header(req, "X-Attempt",
                                    crawler_request_attempt(req) == 1 ? "one" : "more");
}

static void on_request_may_set_headers_of_each_attempt(void **state)
{
  static const struct cr_sim_page flaky[] = {
    { "/a", .failure = CRAWLER_FAILED_TIMEOUT, .times = 1 },
    { .url = "/a" },
  };
  static const struct cr_sim_site flaky_site = CR_SIM_SITE(flaky);
  struct cr_sim sim;
  struct sent sent;
  int calls = 0;
  (void)state;

  open(&sim, &sent, "/a");
  sim.net.world = &flaky_site.world;
  crawler_on_request(sim.c, set_header, &calls);
  cr_sim_add(&sim, "/a");
  while (sent.count < 1)
    assert_false(cr_sim_step(&sim, -1));
  assert_true(has_line(&sent, "X-Attempt: one"));
  cr_sim_run(&sim);
  assert_int_equal(calls, 2);
  assert_true(has_line(&sent, "X-Attempt: more"));
  assert_int_equal(count_lines(&sent, "X-Attempt"), 1);
  close(&sim, &sent);
}

/* A connection that was kept too long may be why an attempt failed: the next one goes without. */
static void a_retry_asks_on_a_fresh_connection(void **state)
{
  static const crawler_reason failures[] = { CRAWLER_FAILED_TRUNCATED, CRAWLER_FAILED_TIMEOUT };

  (void)state;
  for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
    struct cr_sim_page flaky[] = { { "/a", .failure = failures[i], .times = 1 }, { .url = "/a" } };
    struct cr_sim_site flaky_site = CR_SIM_SITE(flaky);
    struct cr_sim sim;
    struct sent sent;

    open(&sim, &sent, "/a");
    sim.net.world = &flaky_site.world;
    cr_sim_add(&sim, "/a");
    while (sent.count < 1)
      assert_false(cr_sim_step(&sim, -1));
    assert_false(sent.fresh);
    cr_sim_run(&sim);
    assert_int_equal(sent.count, 2);
    assert_true(sent.fresh);
    close(&sim, &sent);
  }
}

/* ---- methods and bodies ---- */

static crawler_request *new_post(struct cr_sim *sim, const char *url)
{
  crawler_request *req = cr_request_of(sim->c, url);

  assert_non_null(req);
  assert_int_equal(crawler_request_set_body(req, "a=1&b=2", 7, "application/x-www-form-urlencoded"),
                   0);
  assert_int_equal(crawler_request_method(req), CRAWLER_POST);
  assert_int_equal(crawler_request_set_header(req, "X-Own", "1"), 0);
  return req;
}

static void a_body_makes_a_post(void **state)
{
  struct cr_sim sim;
  struct sent sent;
  (void)state;

  open(&sim, &sent, "/a");
  sim.net.police.lenient = true; /* it knows no methods */
  cr_sim_add(&sim, "/a");        /* another method is another URL */
  assert_int_equal(crawler_submit(sim.c, new_post(&sim, CR_SIM_ORIGIN "/a")), 0);
  cr_sim_run(&sim);
  assert_int_equal(sent.count, 2);
  assert_int_equal(sent.method, CRAWLER_POST);
  assert_string_equal(sent.body.data, "a=1&b=2");
  assert_true(has_line(&sent, "Content-Type: application/x-www-form-urlencoded"));
  close(&sim, &sent);
}

static void redirects_keep_or_change_the_method_as_they_say(void **state)
{
  static const struct {
    const char *from, *to;
    crawler_method method;
    bool own_header;
  } cases[] = {
    { "/form", "/after", CRAWLER_GET, false },
    { "/form307", "/after307", CRAWLER_POST, true },
    { "/form303", "/after303", CRAWLER_GET, false },
    { "/away307", "/after307", CRAWLER_POST, false }, /* to another origin nothing goes along */
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    char url[64];
    struct cr_sim sim;
    struct sent sent;
    open(&sim, &sent, cases[i].to);
    cr_sim_set(&sim, "span_hosts", "1");
    (void)snprintf(url, sizeof(url), CR_SIM_ORIGIN "%s", cases[i].from);
    assert_int_equal(crawler_submit(sim.c, new_post(&sim, url)), 0);
    cr_sim_run(&sim);
    assert_int_equal(sent.count, 1);
    assert_int_equal(sent.method, cases[i].method);
    assert_int_equal(has_line(&sent, "X-Own: 1"), cases[i].own_header);
    assert_int_equal(sent.body.len, cases[i].own_header ? 7 : 0);
    close(&sim, &sent);
  }
}

static void a_head_request_has_no_body_and_no_links(void **state)
{
  struct cr_sim sim;
  struct sent sent;
  (void)state;

  open(&sim, &sent, "/");
  crawler_request *req = cr_request_of(sim.c, CR_SIM_ORIGIN "/");
  assert_int_equal(crawler_request_set_method(req, CRAWLER_HEAD), 0);
  assert_int_equal(crawler_request_set_method(req, (crawler_method)9), CRAWLER_E_VALUE);
  assert_int_equal(crawler_submit(sim.c, req), 0);
  cr_sim_run(&sim);
  assert_int_equal(sent.method, CRAWLER_HEAD);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_FETCHED), 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_BODY_BYTES), 0);
  close(&sim, &sent);
}

/* What was sent may have had its effect. */
static void a_post_is_tried_again_only_if_it_was_not_sent(void **state)
{
  static const struct {
    crawler_reason failure;
    unsigned asked;
  } cases[] = {
    { CRAWLER_FAILED_DNS, 3 },
    { CRAWLER_FAILED_CONNECT, 3 },
    { CRAWLER_FAILED_TIMEOUT, 1 },
    { CRAWLER_FAILED_TRUNCATED, 1 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const struct cr_sim_page failing[] = { { "/p", .failure = cases[i].failure } };
    const struct cr_sim_site failing_site = CR_SIM_SITE(failing);
    struct cr_sim sim;
    struct sent sent;
    open(&sim, &sent, "/p");
    sim.net.world = &failing_site.world;
    assert_int_equal(crawler_submit(sim.c, new_post(&sim, CR_SIM_ORIGIN "/p")), 0);
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_asked(&sim, "/p"), cases[i].asked);
    assert_int_equal(sent.method, CRAWLER_POST); /* the last attempt too */
    assert_int_equal(sent.body.len, 7);
    close(&sim, &sent);
  }
}

/* ---- what keeps a request back costs its host nothing ---- */

static int drop_a(crawler *c, crawler_request *req, void *user)
{
  (void)c;
  (void)user;
  return strstr(crawler_request_url(req), "/drop") ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static void a_dropped_url_costs_no_delay(void **state)
{
  struct cr_sim sim;
  struct sent sent;
  (void)state;

  open(&sim, &sent, "/a");
  crawler_on_request(sim.c, drop_a, NULL);
  for (int i = 0; i < 50; i++) {
    char url[32];
    (void)snprintf(url, sizeof(url), "/drop/%d", i);
    cr_sim_add(&sim, url);
  }
  cr_sim_add(&sim, "/a");
  cr_sim_run_checked(&sim, 1);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_DROPPED), 50);
  assert_int_equal(cr_sim_request(&sim, "/a")->begin_ms, 1000);
  close(&sim, &sent);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_ordinary_request_says_what_it_takes),
    cmocka_unit_test(a_connection_is_kept_only_while_it_will_be_used),
    cmocka_unit_test(the_requests_own_headers_come_first),
    cmocka_unit_test(as_many_headers_as_can_be_set_are_sent),
    cmocka_unit_test(the_options_headers_go_to_the_seeds_origins_only),
    cmocka_unit_test(on_request_may_set_headers_of_each_attempt),
    cmocka_unit_test(a_retry_asks_on_a_fresh_connection),
    cmocka_unit_test(a_body_makes_a_post),
    cmocka_unit_test(redirects_keep_or_change_the_method_as_they_say),
    cmocka_unit_test(a_head_request_has_no_body_and_no_links),
    cmocka_unit_test(a_post_is_tried_again_only_if_it_was_not_sent),
    cmocka_unit_test(a_dropped_url_costs_no_delay),
  };

  return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
