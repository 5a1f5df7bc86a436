/* SPDX-License-Identifier: MIT */
/* NEEDS: cares */
/* test_identity.c - whole crawls of servers that write down what they are told, and by whom.
 *
 * test_request_headers.c has the rules, on a simulated web; here it is what goes over the wire.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/raw_server.h"
#include "support/requests.h"
#include "support/tls_server.h"

/* ---- certificates ---- */

static void open_tls(struct cr_crawl_rig *rig, const struct cr_tls_server *server)
{
  cr_crawl_open(rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_resolve(rig->c, "a.test:*:127.0.0.1"), 0);
  assert_int_equal(crawler_set_ca_file(rig->c, server->certificate), 0);
  assert_int_equal(crawler_set_max_retries(rig->c, 0), 0);
}

static const struct cr_crawl_end *end_of_kind(const struct cr_crawl_rig *rig, int kind)
{
  for (size_t i = 0; i < rig->end_count; i++)
    if (rig->ends[i].kind == kind)
      return &rig->ends[i];
  return NULL;
}

/* Another server's certificate is all that is trusted. */
static void
pages_robots_and_sitemaps_are_refused_from_a_server_that_nobody_vouches_for(void **state)
{
  static const int kinds[] = { CRAWLER_KIND_PAGE, CRAWLER_KIND_ROBOTS, CRAWLER_KIND_SITEMAP };
  struct cr_tls_server server;
  struct cr_tls_server other;

  (void)state;
  cr_tls_server_start(&server);
  cr_tls_server_start(&other);
  for (size_t i = 0; i < 3; i++) {
    struct cr_crawl_rig rig;
    char url[64];

    open_tls(&rig, &other);
    (void)snprintf(url, sizeof(url), "https://a.test:%d/page", server.port);
    assert_int_equal(crawler_set_obey_robots(rig.c, kinds[i] == CRAWLER_KIND_ROBOTS), 0);
    if (kinds[i] == CRAWLER_KIND_SITEMAP)
      assert_int_equal(crawler_add_sitemap(rig.c, url), 0);
    else
      cr_crawl_add(&rig, url);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    const struct cr_crawl_end *end = end_of_kind(&rig, kinds[i]);
    assert_non_null(end);
    assert_int_equal(end->outcome, CRAWLER_FAILED);
    assert_int_equal(end->reason, CRAWLER_FAILED_TLS);
    assert_int_equal(end->status, 0);
    assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FETCHED), 0);
    cr_crawl_close(&rig);
  }
  cr_tls_server_stop(&other);
  cr_tls_server_stop(&server);
}

/* A redirect of a seed leads to it: it isn't where the seed was added. */
static void a_client_certificate_is_shown_to_seeds_origins_only(void **state)
{
  struct cr_tls_server server;

  (void)state;
  cr_tls_server_start_with(
      &server, &(struct cr_tls_ways){ .version = "-tls1_2", .demands_certificate = true });
  for (int is_seed = 0; is_seed <= 1; is_seed++) {
    struct cr_crawl_rig rig;
    char url[64];
    char redirect[128];

    (void)snprintf(url, sizeof(url), "https://a.test:%d/page", server.port);
    (void)snprintf(redirect, sizeof(redirect),
                   "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", url);
    const struct cr_raw_step answer[] = { CR_RAW_DO(READ),
                                          { .kind = CR_RAW_SEND, .data = redirect },
                                          CR_RAW_DO(AGAIN) };
    struct cr_raw_server *first = cr_raw_server_play(answer);
    open_tls(&rig, &server);
    assert_int_equal(crawler_set_client_cert(rig.c, server.certificate), 0);
    assert_int_equal(crawler_set_client_key(rig.c, server.locked_key), 0);
    assert_int_equal(crawler_set_client_key_password(rig.c, "word"), 0);
    assert_int_equal(crawler_set_tls_min(rig.c, "1.2"), 0);
    char seed[64];
    (void)snprintf(seed, sizeof(seed), "http://127.0.0.1:%d/", cr_raw_server_port(first));
    cr_crawl_add(&rig, is_seed ? url : seed);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    const struct cr_crawl_end *end = cr_crawl_end_of(&rig, url);
    assert_non_null(end);
    assert_int_equal(end->outcome, is_seed ? CRAWLER_FETCHED : CRAWLER_FAILED);
    assert_int_equal(end->reason, is_seed ? 0 : CRAWLER_FAILED_TLS);
    cr_crawl_close(&rig);
    cr_raw_server_stop(first);
  }
  cr_tls_server_stop(&server);
}

/* ---- credentials ---- */

struct stage { /* two servers: here may know, there may not */
  struct cr_raw_server *here, *there;
  int there_port;
};

/* /out leads to the other server, everything else is a page with a link there and one here. */
static size_t answer_here(const char *request, char *out, size_t room, void *user)
{
  const struct stage *stage = user;
  char body[160];

  if (strncmp(request, "GET /out", 8) == 0)
    return (size_t)snprintf(out, room,
                            "HTTP/1.1 307 Away\r\nLocation: http://b.test:%d/landed\r\n"
                            "Content-Length: 0\r\n\r\n",
                            stage->there_port);
  int len = snprintf(body, sizeof(body), "<a href=/out>1</a><a href=http://b.test:%d/linked>2</a>",
                     stage->there_port);
  return (size_t)snprintf(
      out, room, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", len,
      body);
}

static size_t answer_there(const char *request, char *out, size_t room, void *user)
{
  (void)request;
  (void)user;
  return (size_t)snprintf(out, room, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

static struct cr_raw_server *answering(size_t (*answer)(const char *, char *, size_t, void *),
                                       void *user)
{
  static const struct cr_raw_step script[] = { CR_RAW_DO(ANSWER), CR_RAW_DO(AGAIN) };
  static const struct cr_raw_step *const scripts[] = { script };

  return cr_raw_server_start(&(struct cr_raw_config){
      .scripts = scripts, .script_count = 1, .answer = answer, .user = user });
}

static void no_log(crawler *c, int level, const char *text, void *user)
{
  struct cr_crawl_rig *rig = user;

  (void)c;
  (void)level;
  CR_CRAWL_EXPECT(rig, !strstr(text, "word") && !strstr(text, "bWU6d29yZA=="));
}

/* Nothing of it is found in what can be asked of a crawl but by crawler_get_option(). */
static void expect_untold(struct cr_crawl_rig *rig, const char *url)
{
  crawler_explanation *e = NULL;

  assert_int_equal(crawler_explain(rig->c, &e, url, 0), 0);
  for (int check = 0; check < CRAWLER_CHECK_COUNT; check++) {
    const char *rule = crawler_explanation_rule(e, (crawler_check)check);
    assert_true(!rule || !strstr(rule, "word"));
  }
  crawler_explanation_free(e);
  for (const char *name = crawler_option_next(NULL); name; name = crawler_option_next(name)) {
    assert_null(strstr(crawler_option_help(name), "word:"));
    assert_null(strstr(crawler_option_default(name), "word"));
  }
  assert_null(strstr(crawler_errmsg(rig->c), "word"));
}

static void what_is_written_for_a_server_is_seen_by_no_other(void **state)
{
  struct stage stage;
  struct cr_crawl_rig rig;
  char text[96];
  size_t seen;

  (void)state;
  stage.there = answering(answer_there, NULL);
  stage.there_port = cr_raw_server_port(stage.there);
  stage.here = answering(answer_here, &stage);
  cr_crawl_open(&rig, CR_WAY_ANY);
  crawler_on_log(rig.c, no_log, &rig);
  assert_int_equal(crawler_set_obey_robots(rig.c, 1), 0);
  assert_int_equal(crawler_set_span_hosts(rig.c, 1), 0);
  assert_int_equal(crawler_set_resolve(rig.c, "a.test:*:127.0.0.1,b.test:*:127.0.0.1"), 0);
  assert_int_equal(crawler_set_from(rig.c, "me@a.test"), 0);
  (void)snprintf(text, sizeof(text), "http://a.test:%d", cr_raw_server_port(stage.here));
  assert_int_equal(crawler_set_credentials(rig.c, text, "me", "word"), 0);
  assert_int_equal(crawler_set_header_for(rig.c, text, "X-Key: word"), 0);
  (void)snprintf(text, sizeof(text), "http://a.test:%d/", cr_raw_server_port(stage.here));
  cr_crawl_add(&rig, text);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FETCHED), 3);
  expect_untold(&rig, text);
  cr_crawl_close(&rig);

  seen = cr_raw_server_requests(stage.here);
  assert_int_equal(seen, 3); /* robots.txt, the page, /out */
  for (size_t i = 0; i < seen; i++) {
    const char *request = cr_raw_server_request(stage.here, i);
    assert_non_null(strstr(request, "\r\nAuthorization: Basic bWU6d29yZA==\r\n"));
    assert_non_null(strstr(request, "\r\nX-Key: word\r\n"));
  }
  seen = cr_raw_server_requests(stage.there);
  assert_int_equal(seen, 3); /* robots.txt, the target, the link */
  for (size_t i = 0; i < seen; i++) {
    const char *request = cr_raw_server_request(stage.there, i);
    assert_null(strstr(request, "Authorization"));
    assert_null(strstr(request, "X-Key"));
    assert_non_null(strstr(request, "\r\nFrom: me@a.test\r\n"));
  }
  cr_raw_server_stop(stage.here);
  cr_raw_server_stop(stage.there);
}

/* ---- a proxy of its own ---- */

static size_t answer_as_proxy(const char *request, char *out, size_t room, void *user)
{
  (void)user;
  if (strncmp(request, "GET http://a.test/ ", 19) == 0)
    return (size_t)snprintf(out, room,
                            "HTTP/1.1 302 Found\r\nLocation: http://far.test/landed\r\n"
                            "Content-Length: 0\r\n\r\n");
  return (size_t)snprintf(out, room, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

/* In on_request: URLs of a.test go by the proxy. */
static int choose_proxy(crawler *c, crawler_request *req, void *user)
{
  struct cr_crawl_rig *rig = user;
  const char *proxy = rig->user;

  (void)c;
  if (strcmp(crawler_request_host(req), "a.test") == 0)
    CR_CRAWL_EXPECT(rig, crawler_request_set_proxy(req, proxy) == 0);
  return CRAWLER_ACCEPT;
}

/* No name of it resolves here: had a request gone directly, it would have failed. */
static void a_requests_own_proxy_serves_it_and_where_it_is_redirected_to(void **state)
{
  struct cr_raw_server *proxy = answering(answer_as_proxy, NULL);
  char url[64];

  (void)state;
  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", cr_raw_server_port(proxy));
  for (int in_hook = 0; in_hook <= 1; in_hook++) {
    struct cr_crawl_rig rig;
    size_t before = cr_raw_server_requests(proxy);

    cr_crawl_open(&rig, CR_WAY_ANY);
    rig.user = url;
    assert_int_equal(crawler_set_dns_servers(rig.c, "127.0.0.1:1"), 0);
    crawler_request *req = cr_request_of(rig.c, "http://a.test/");
    assert_int_equal(crawler_request_set_proxy(req, "socks4://127.0.0.1"), CRAWLER_E_VALUE);
    if (in_hook)
      crawler_on_request(rig.c, choose_proxy, &rig);
    else
      assert_int_equal(crawler_request_set_proxy(req, url), 0);
    assert_int_equal(crawler_submit(rig.c, req), 0);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(cr_crawl_end_of(&rig, "http://a.test/")->outcome, CRAWLER_REDIRECTED);
    assert_int_equal(cr_crawl_end_of(&rig, "http://far.test/landed")->outcome, CRAWLER_FETCHED);
    assert_int_equal(cr_raw_server_requests(proxy) - before, 2);
    cr_crawl_close(&rig);
  }
  cr_raw_server_stop(proxy);
}

static void a_request_may_go_around_the_proxy_of_the_crawl(void **state)
{
  struct cr_raw_server *proxy = answering(answer_as_proxy, NULL);
  struct cr_raw_server *server = answering(answer_there, NULL);
  struct cr_crawl_rig rig;
  char url[64];

  (void)state;
  cr_crawl_open(&rig, CR_WAY_ANY);
  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", cr_raw_server_port(proxy));
  assert_int_equal(crawler_set_proxy(rig.c, url), 0);
  assert_int_equal(crawler_set_host_concurrency(rig.c, 1), 0);
  for (int i = 0; i < 6; i++) { /* in turns, by the same handles */
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/%d", cr_raw_server_port(server), i);
    crawler_request *req = cr_request_of(rig.c, url);
    assert_int_equal(crawler_request_set_proxy(req, "http://127.0.0.1:1"), 0);
    assert_int_equal(crawler_request_set_proxy(req, i % 2 == 0 ? "" : NULL), 0);
    assert_int_equal(crawler_submit(rig.c, req), 0);
  }
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_FETCHED), 6);
  assert_int_equal(cr_raw_server_requests(server), 3);
  assert_int_equal(cr_raw_server_requests(proxy), 3);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
  cr_raw_server_stop(proxy);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(pages_robots_and_sitemaps_are_refused_from_a_server_that_nobody_vouches_for),
    cmocka_unit_test(a_client_certificate_is_shown_to_seeds_origins_only),
    cmocka_unit_test(what_is_written_for_a_server_is_seen_by_no_other),
    cmocka_unit_test(a_requests_own_proxy_serves_it_and_where_it_is_redirected_to),
    cmocka_unit_test(a_request_may_go_around_the_proxy_of_the_crawl),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
