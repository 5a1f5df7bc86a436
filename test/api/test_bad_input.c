/* SPDX-License-Identifier: MIT */
/* NEEDS: cares gumbo */
/* Servers and names that behave badly: each comes to a clear end, in time, and never by a request
 * that nobody knows of. */
#include "api/crawler_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "base/clock.h"
#include "support/bad_site.h"
#include "support/crawl_rig.h"
#include "support/dns_server.h"
#include "support/requests.h"
#include "support/site_server.h"

static void open_rig(struct cr_crawl_rig *rig, enum cr_way way)
{
  cr_crawl_open(rig, way);
  for (size_t i = 0; i < cr_bad_option_count; i++)
    assert_int_equal(crawler_set_option(rig->c, cr_bad_options[i][0], cr_bad_options[i][1]), 0);
}

static const char *url_of(int port, const char *path)
{
  static char url[128];

  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
  return url;
}

/* ---- the table ---- */

static int count_links(crawler *c, crawler_page *page, void *user)
{
  struct cr_crawl_rig *rig = user;
  size_t bytes;

  (void)c;
  rig->pulled = crawler_page_link_count(page);
  (void)crawler_page_text(page, &bytes); /* whatever it is */
  for (size_t i = 0; i < rig->pulled; i += 1 + rig->pulled / 10)
    CR_CRAWL_EXPECT(rig, crawler_page_link(page, i) != NULL);
  return 0;
}

/* Of the seed, which may have become "/?" on its way. */
static const struct cr_crawl_end *end_of_seed(const struct cr_crawl_rig *rig)
{
  for (size_t i = 0; i < rig->end_count; i++)
    if (rig->ends[i].outcome != CRAWLER_REJECTED)
      return &rig->ends[i];
  return NULL;
}

/* Under valgrind: the parser gives a page up after 2 seconds, and says so. */
static bool was_too_slow(const struct cr_crawl_rig *rig, int64_t took_ms)
{
  const char *reason = crawler_incomplete(rig->c, 0, NULL);

  return took_ms >= 2000 && reason && strcmp(reason, "unparsed") == 0;
}

static void check_end(const struct cr_bad_site *site, const struct cr_crawl_rig *rig,
                      struct cr_raw_server *server, int64_t took_ms)
{
  const struct cr_crawl_end *end = end_of_seed(rig);

  if (!end)
    fail_msg("%s: no outcome", site->name);
  if (end->outcome != (int)site->outcome || end->reason != (int)site->reason ||
      end->status != site->status)
    fail_msg("%s: %s %s %d", site->name, crawler_outcome_name(end->outcome),
             crawler_reason_name(end->reason), end->status);
  if (rig->pulled != site->links && !was_too_slow(rig, took_ms))
    fail_msg("%s: %zu links", site->name, rig->pulled);
  if (cr_raw_server_requests(server) != site->requests)
    fail_msg("%s: %zu requests", site->name, cr_raw_server_requests(server));
  if (cr_crawl_stat(rig, CRAWLER_STAT_ATTEMPTS) != (int64_t)site->requests)
    fail_msg("%s: %lld attempts", site->name, (long long)cr_crawl_stat(rig, CRAWLER_STAT_ATTEMPTS));
}

static void meet_bad_site(const struct cr_bad_site *site, int workers, bool document)
{
  struct cr_raw_server *server = cr_bad_site_start(site);
  int64_t began = cr_clock_mono_ms();
  struct cr_crawl_rig rig;
  int64_t took_ms;

  open_rig(&rig, CR_WAY_ANY);
  if (site->option)
    assert_int_equal(crawler_set_option(rig.c, site->option, site->value), 0);
  assert_int_equal(crawler_set_workers(rig.c, workers), 0);
  assert_int_equal(crawler_set_document(rig.c, document), 0);
  crawler_on_page(rig.c, count_links, &rig);
  cr_crawl_add(&rig, url_of(cr_raw_server_port(server), "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  took_ms = cr_clock_mono_ms() - began;
  check_end(site, &rig, server, took_ms);
  if (site->reason == CRAWLER_FAILED_TIMEOUT)
    assert_in_range(took_ms, 2 * CR_BAD_TIMEOUT_MS, 5000);
  assert_in_range(took_ms, 0, 10000);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
}

static void every_bad_server_comes_to_its_end_without_hidden_requests(void **state)
{
  (void)state;
  for (size_t i = 0; i < cr_bad_site_count; i++)
    meet_bad_site(&cr_bad_sites[i], 2, false);
}

static void it_is_the_same_without_workers_and_with_a_document(void **state)
{
  (void)state;
  for (size_t i = 0; i < cr_bad_site_count; i++)
    if (cr_bad_sites[i].outcome == CRAWLER_FETCHED)
      meet_bad_site(&cr_bad_sites[i], 0, true);
}

/* ---- connections ---- */

static void a_refused_port_fails_to_connect_once_for_each_attempt(void **state)
{
  int fd = -1;
  int port = cr_raw_refusing_port("127.0.0.1", &fd);
  struct cr_crawl_rig rig;

  (void)state;
  open_rig(&rig, CR_WAY_ANY);
  cr_crawl_add(&rig, url_of(port, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_end_of(&rig, url_of(port, "/"))->reason, CRAWLER_FAILED_CONNECT);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_ATTEMPTS), 0); /* nothing was sent */
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_RETRIES), 1);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  (void)close(fd);
}

static void a_port_that_never_answers_fails_in_time(void **state)
{
  int64_t began = cr_clock_mono_ms();
  struct cr_raw_silence silence;
  struct cr_crawl_rig rig;

  (void)state;
  cr_raw_silence_start(&silence, "127.0.0.1", 0);
  open_rig(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_connect_timeout_ms(rig.c, CR_BAD_TIMEOUT_MS), 0);
  cr_crawl_add(&rig, url_of(silence.port, "/"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_end_of(&rig, url_of(silence.port, "/"))->reason,
                   CRAWLER_FAILED_CONNECT);
  assert_in_range(cr_clock_mono_ms() - began, 2 * CR_BAD_TIMEOUT_MS, 5000);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_silence_stop(&silence);
}

#define PAGE(body, length) \
  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " length "\r\n\r\n" body

static void a_kept_connection_that_dies_costs_an_attempt_that_is_counted(void **state)
{
  static const struct cr_raw_step dying[] = { CR_RAW_DO(READ),
                                              CR_RAW_TEXT(PAGE("<a href=/2>", "11")),
                                              CR_RAW_DO(READ), CR_RAW_DO(END) };
  static const struct cr_raw_step living[] = { CR_RAW_DO(READ), CR_RAW_TEXT(PAGE("ok", "2")),
                                               CR_RAW_DO(AGAIN) };
  static const struct cr_raw_step *const scripts[] = { dying, living };
  static const struct cr_raw_step *const only_dying[] = { dying, dying };

  (void)state;
  for (int heals = 0; heals < 2; heals++) {
    struct cr_raw_config config = { .scripts = heals ? scripts : only_dying, .script_count = 2 };
    struct cr_raw_server *server = cr_raw_server_start(&config);
    int port = cr_raw_server_port(server);
    struct cr_crawl_rig rig;

    open_rig(&rig, CR_WAY_ANY);
    assert_int_equal(crawler_set_concurrency(rig.c, 1), 0);
    cr_crawl_add(&rig, url_of(port, "/1"));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    /* /1, /2 on the kept connection which dies, /2 again on a fresh one */
    assert_int_equal(cr_raw_server_requests(server), 3);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_ATTEMPTS), 3);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_RETRIES), 1);
    assert_int_equal(cr_raw_server_connections(server), 2);
    assert_int_equal(cr_crawl_end_of(&rig, url_of(port, "/2"))->outcome, CRAWLER_FETCHED);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_raw_server_stop(server);
  }
}

static void a_post_is_never_sent_twice(void **state)
{
  static const struct cr_raw_step silent[] = { CR_RAW_DO(READ), CR_RAW_DO(END) };
  struct cr_raw_server *server = cr_raw_server_play(silent);
  int port = cr_raw_server_port(server);
  struct cr_crawl_rig rig;
  crawler_request *req;

  (void)state;
  open_rig(&rig, CR_WAY_ANY);
  req = cr_request_of(rig.c, url_of(port, "/"));
  assert_int_equal(crawler_request_set_body(req, "x=1", 3, "application/x-www-form-urlencoded"), 0);
  assert_int_equal(crawler_submit(rig.c, req), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_raw_server_requests(server), 1);
  assert_int_equal(cr_crawl_end_of(&rig, url_of(port, "/"))->reason, CRAWLER_FAILED_TRUNCATED);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
}

static void https_to_a_server_without_fails_as_tls(void **state)
{
  static const struct cr_raw_step plain[] = { CR_RAW_TEXT("HTTP/1.1 400 What?\r\n\r\n"),
                                              CR_RAW_DO(END) };
  struct cr_raw_server *server = cr_raw_server_play(plain);
  struct cr_crawl_rig rig;
  char url[64];

  (void)state;
  (void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/", cr_raw_server_port(server));
  open_rig(&rig, CR_WAY_ANY);
  cr_crawl_add(&rig, url);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_end_of(&rig, url)->reason, CRAWLER_FAILED_TLS);
  assert_int_equal(cr_raw_server_connections(server), 1);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
}

/* ---- redirects ---- */

static int answer_redirects(const struct cr_site_request *request, struct cr_site_page *page,
                            void *user)
{
  static char location[64];
  unsigned long n = strtoul(request->path + 2, NULL, 10);

  (void)user;
  page->status = 302;
  page->headers = location;
  if (strcmp(request->path, "/a") == 0)
    (void)snprintf(location, sizeof(location), "Location: /a/\n");
  else if (strcmp(request->path, "/a/") == 0)
    *page = (struct cr_site_page){ .body = "here" };
  else if (strcmp(request->path, "/ping") == 0)
    (void)snprintf(location, sizeof(location), "Location: /pong\n");
  else if (strcmp(request->path, "/pong") == 0)
    (void)snprintf(location, sizeof(location), "Location: /ping\n");
  else
    (void)snprintf(location, sizeof(location), "Location: /%c%lu\n", request->path[1], n + 1);
  return 1;
}

static struct cr_site_server *start_redirects(void)
{
  struct cr_site_config config = { .answer = answer_redirects };

  return cr_site_start(&config);
}

static void a_directory_redirect_leads_to_a_url_of_its_own(void **state)
{
  for (int rule = 0; rule < 2; rule++) { /* with the trailing-slash rule it is the same URL */
    struct cr_site_server *site = start_redirects();
    struct cr_crawl_rig rig;

    (void)state;
    open_rig(&rig, CR_WAY_ANY);
    assert_int_equal(crawler_set_key_trailing_slash(rig.c, rule), 0);
    cr_crawl_add(&rig, cr_site_url(site, "/a"));
    assert_int_equal(cr_crawl_drive(&rig), 0);
    assert_int_equal(cr_site_count(site, "/a"), 1);
    assert_int_equal(cr_site_count(site, "/a/"), 1);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 1);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_REDIRECTED), rule ? 0 : 1);
    assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_ADMITTED), rule ? 1 : 2);
    assert_int_equal(cr_crawl_end_of(&rig, cr_site_url(site, "/a/"))->outcome, CRAWLER_FETCHED);
    cr_crawl_check(&rig);
    cr_crawl_close(&rig);
    cr_site_stop(site);
  }
}

static void a_redirect_loop_ends_where_it_comes_round(void **state)
{
  struct cr_site_server *site = start_redirects();
  struct cr_crawl_rig rig;

  (void)state;
  open_rig(&rig, CR_WAY_ANY);
  cr_crawl_add(&rig, cr_site_url(site, "/ping"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_site_total(site), 2);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_REDIRECTED), 2);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), 0);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void a_chain_of_redirects_ends_at_its_limit(void **state)
{
  struct cr_site_server *site = start_redirects();
  struct cr_crawl_rig rig;

  (void)state;
  open_rig(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_max_redirects(rig.c, 5), 0);
  cr_crawl_add(&rig, cr_site_url(site, "/r0"));
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_site_total(site), 6);
  assert_int_equal(cr_crawl_end_of(&rig, cr_site_url(site, "/r5"))->reason,
                   CRAWLER_FAILED_TOO_MANY_REDIRECTS);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

/* ---- names and addresses ---- */

static int answer_name(crawler *c, const char *host, uint64_t token, void *user)
{
  struct cr_crawl_rig *rig = user;
  const char *addresses = strcmp(host, "nowhere.test") == 0   ? ""
                          : strcmp(host, "inside.test") == 0  ? "127.0.0.1"
                          : strcmp(host, "inside6.test") == 0 ? "::1,::ffff:127.0.0.1"
                                                              : NULL;

  if (strcmp(host, "mute.test") == 0)
    return 0; /* taken, never answered */
  CR_CRAWL_EXPECT(rig, crawler_resolved(c, token, addresses, 1000) == 0);
  return 0;
}

static void check_name(const char *host, const char *private, crawler_reason reason)
{
  struct cr_site_server *site = cr_site_start_generated(1);
  int64_t began = cr_clock_mono_ms();
  struct cr_crawl_rig rig;
  char url[64];

  (void)snprintf(url, sizeof(url), "http://%s:%d/p/0", host, cr_site_port(site));
  open_rig(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_dns_timeout_ms(rig.c, CR_BAD_TIMEOUT_MS), 0);
  assert_int_equal(crawler_set_allow_private(rig.c, private), 0);
  crawler_on_resolve(rig.c, answer_name, &rig);
  cr_crawl_add(&rig, url);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  if (!cr_crawl_end_of(&rig, url) || cr_crawl_end_of(&rig, url)->reason != (int)reason)
    fail_msg("%s: %s", host,
             cr_crawl_end_of(&rig, url) ? crawler_reason_name(cr_crawl_end_of(&rig, url)->reason)
                                        : "no outcome");
  assert_int_equal(cr_site_total(site), reason == CRAWLER_REASON_NONE);
  assert_in_range(cr_clock_mono_ms() - began, 0, 5000);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

static void a_name_that_does_not_resolve_fails_as_dns(void **state)
{
  (void)state;
  check_name("nowhere.test", "1", CRAWLER_FAILED_DNS);
  check_name("other.test", "1", CRAWLER_FAILED_DNS);
  check_name("mute.test", "1", CRAWLER_FAILED_DNS);
  check_name("host.invalid", "1", CRAWLER_FAILED_DNS); /* RFC 6761: not even asked for */
  check_name("inside.test", "1", CRAWLER_REASON_NONE);
}

static void private_addresses_are_refused_unless_allowed(void **state)
{
  (void)state;
  check_name("127.0.0.1", "0", CRAWLER_FAILED_ADDRESS);
  check_name("[::1]", "0", CRAWLER_FAILED_ADDRESS);
  check_name("[::ffff:7f00:1]", "0", CRAWLER_FAILED_ADDRESS);
  check_name("localhost", "0", CRAWLER_FAILED_ADDRESS);
  check_name("10.1.2.3", "0", CRAWLER_FAILED_ADDRESS);
  check_name("169.254.169.254", "127.0.0.1", CRAWLER_FAILED_ADDRESS);
  check_name("0.0.0.0", "0", CRAWLER_FAILED_ADDRESS);
  check_name("inside.test", "0", CRAWLER_FAILED_ADDRESS);
  check_name("inside6.test", "0", CRAWLER_FAILED_ADDRESS);
  check_name("inside.test", "10.0.0.0/8", CRAWLER_FAILED_ADDRESS);
  check_name("inside.test", "127.0.0.0/8", CRAWLER_REASON_NONE);
  check_name("inside.test", "inside.test", CRAWLER_REASON_NONE);
  check_name("127.0.0.1", "127.0.0.1", CRAWLER_REASON_NONE);
}

static void a_redirect_does_not_lead_inside(void **state)
{
  struct cr_site_server *inside = cr_site_start_generated(1);
  struct cr_site_page page = { .path = "/", .status = 302 };
  struct cr_site_server *site;
  struct cr_crawl_rig rig;
  char location[100];
  char url[80];

  (void)state;
  (void)snprintf(url, sizeof(url), "http://inside.test:%d/p/0", cr_site_port(inside));
  (void)snprintf(location, sizeof(location), "Location: %s\n", url);
  page.headers = location;
  site = cr_site_start_pages(&page, 1);
  open_rig(&rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_allow_private(rig.c, "outside.test"), 0);
  assert_int_equal(crawler_set_span_hosts(rig.c, 1), 0);
  assert_int_equal(crawler_set_resolve(rig.c, "outside.test:*:127.0.0.1"), 0);
  crawler_on_resolve(rig.c, answer_name, &rig);
  (void)snprintf(location, sizeof(location), "http://outside.test:%d/", cr_site_port(site));
  cr_crawl_add(&rig, location);
  (void)snprintf(location, sizeof(location), "Location: %s\n", url);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_REDIRECTED), 1);
  assert_int_equal(cr_crawl_end_of(&rig, url)->reason, CRAWLER_FAILED_ADDRESS);
  assert_int_equal(cr_site_total(inside), 0);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
  cr_site_stop(inside);
}

/* ---- a name server ---- */

static void answer_dns(const struct cr_dns_question *question, struct cr_dns_reply *reply,
                       void *user)
{
  (void)user;
  if (strcmp(question->name, "good.test") == 0 && question->type == CR_DNS_A)
    cr_dns_add_address(reply, NULL, 60, "127.0.0.1");
  else if (strcmp(question->name, "silent.test") == 0)
    reply->len = 0;
  else if (strcmp(question->name, "broken.test") == 0)
    cr_dns_set_code(reply, CR_DNS_SERVFAIL);
  else if (strcmp(question->name, "good.test") != 0)
    cr_dns_set_code(reply, CR_DNS_NXDOMAIN);
}

/* The name server is on the same base as the crawl. */
static void names_come_from_the_servers_given(void **state)
{
  static const struct {
    const char *host;
    int reason;
  } rows[] = {
    { "good.test", CRAWLER_REASON_NONE },
    { "none.test", CRAWLER_FAILED_DNS },
    { "broken.test", CRAWLER_FAILED_DNS },
    { "silent.test", CRAWLER_FAILED_DNS },
  };
  struct cr_site_server *site = cr_site_start_generated(1);
  struct cr_crawl_rig rig;
  struct cr_loop *loop = NULL;
  struct cr_dns_server dns;
  char url[64];

  (void)state;
  open_rig(&rig, CR_WAY_BASE);
  assert_int_equal(cr_loop_open_libevent(&loop, &rig.c->home->mem, rig.base), 0);
  assert_true(cr_dns_server_open(&dns, loop));
  dns.answer = answer_dns;
  assert_int_equal(crawler_set_dns_servers(rig.c, dns.address), 0);
  assert_int_equal(crawler_set_dns_timeout_ms(rig.c, 2 * CR_BAD_TIMEOUT_MS), 0);
  for (size_t i = 0; i < 4; i++) {
    (void)snprintf(url, sizeof(url), "http://%s:%d/p/0", rows[i].host, cr_site_port(site));
    cr_crawl_add(&rig, url);
  }
  assert_int_equal(crawler_start(rig.c), 0);
  while (rig.done_calls == 0)
    assert_true(event_base_loop(rig.base, EVLOOP_ONCE) >= 0);
  cr_dns_server_close(&dns);
  cr_loop_close(loop);
  for (size_t i = 0; i < 4; i++) {
    (void)snprintf(url, sizeof(url), "http://%s:%d/p/0", rows[i].host, cr_site_port(site));
    assert_int_equal(cr_crawl_end_of(&rig, url)->reason, rows[i].reason);
  }
  assert_int_equal(cr_site_total(site), 1);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_site_stop(site);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_bad_server_comes_to_its_end_without_hidden_requests),
    cmocka_unit_test(it_is_the_same_without_workers_and_with_a_document),
    cmocka_unit_test(a_refused_port_fails_to_connect_once_for_each_attempt),
    cmocka_unit_test(a_port_that_never_answers_fails_in_time),
    cmocka_unit_test(a_kept_connection_that_dies_costs_an_attempt_that_is_counted),
    cmocka_unit_test(a_post_is_never_sent_twice),
    cmocka_unit_test(https_to_a_server_without_fails_as_tls),
    cmocka_unit_test(a_directory_redirect_leads_to_a_url_of_its_own),
    cmocka_unit_test(a_redirect_loop_ends_where_it_comes_round),
    cmocka_unit_test(a_chain_of_redirects_ends_at_its_limit),
    cmocka_unit_test(a_name_that_does_not_resolve_fails_as_dns),
    cmocka_unit_test(private_addresses_are_refused_unless_allowed),
    cmocka_unit_test(a_redirect_does_not_lead_inside),
    cmocka_unit_test(names_come_from_the_servers_given),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
