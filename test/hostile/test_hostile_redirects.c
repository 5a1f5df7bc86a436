/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* Redirects that lead nowhere, inside, or round and round; and more cookies than anybody keeps.
 *
 * The rules: a redirect's target is a URL of its own and passes every stage, so the source is
 * redirected whatever becomes of the target: a scheme that isn't fetched is rejected, an address
 * that the policy refuses is failed, both without a request. A Location that is no URL is no
 * redirect (RFC 9110 section 15.4: the response is the final one). How to add a row:
 * support/hostile_rig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/crawl_rig.h"
#include "support/hostile_rig.h"

#define MOVED "HTTP/1.1 302 Moved\r\nContent-Length: 0\r\n"
#define TO(name, location) \
  SCRIPT(name, DO(READ), TEXT(MOVED "Location: " location "\r\n\r\n"), DO(AGAIN))

/* ---- schemes ---- */

TO(to_ftp, "ftp://127.0.0.1/a");
TO(to_file, "file:///etc/passwd");
TO(to_data, "data:text/html,<a href=/2>");
TO(to_javascript, "javascript:alert(1)");
TO(to_gopher, "gopher://127.0.0.1:70/1");
TO(to_mail, "mailto:me@x.test");
TO(to_ws, "ws://127.0.0.1/a");
TO(to_wss, "wss://127.0.0.1/a");
TO(to_about, "about:blank");
TO(to_blob, "blob:http://127.0.0.1/a");
TO(to_dict, "dict://127.0.0.1:11211/stats");
TO(to_ldap, "ldap://127.0.0.1/dc=a");
TO(to_smb, "smb://127.0.0.1/share");
TO(to_unknown, "x-unknown+1.0:some:thing");
TO(to_view, "view-source:http://127.0.0.1/");
TO(to_feed, "FEED:http://127.0.0.1/");

#define SCHEME(script, target)                                                         \
  {                                                                                    \
    target, { script }, REDIRECTED(302), SENT(1), .then = { target, REJECTED(SCHEME) } \
  }

static const struct cr_hostile schemes[] = {
  SCHEME(to_ftp, "ftp://127.0.0.1/a"),
  SCHEME(to_file, "file:///etc/passwd"),
  SCHEME(to_data, "data:text/html,<a href=/2>"),
  SCHEME(to_javascript, "javascript:alert(1)"),
  SCHEME(to_gopher, "gopher://127.0.0.1:70/1"),
  SCHEME(to_mail, "mailto:me@x.test"),
  SCHEME(to_ws, "ws://127.0.0.1/a"),
  SCHEME(to_wss, "wss://127.0.0.1/a"),
  SCHEME(to_about, "about:blank"),
  SCHEME(to_blob, "blob:http://127.0.0.1/a"),
  SCHEME(to_dict, "dict://127.0.0.1:11211/stats"),
  SCHEME(to_ldap, "ldap://127.0.0.1/dc=a"),
  SCHEME(to_smb, "smb://127.0.0.1/share"),
  SCHEME(to_unknown, "x-unknown+1.0:some:thing"),
  SCHEME(to_view, "view-source:http://127.0.0.1/"),
  SCHEME(to_feed, "feed:http://127.0.0.1/"),
};

/* ---- addresses: only the server's own is allowed ---- */

#define INSIDE "allow_private=127.0.0.1 span_hosts=1"

TO(to_10, "http://10.0.0.1/");
TO(to_172, "http://172.16.0.1/");
TO(to_192, "http://192.168.0.1/");
TO(to_metadata, "http://169.254.169.254/latest/meta-data/");
TO(to_zero, "http://0.0.0.0/");
TO(to_zero_short, "http://0/");
TO(to_other_loopback, "http://127.0.0.2/");
TO(to_loopback_6, "http://[::1]/");
TO(to_mapped, "http://[::ffff:10.0.0.1]/");
TO(to_link_local_6, "http://[fe80::1]/");
TO(to_unique_local_6, "http://[fd00::1]/");
TO(to_decimal, "http://167772161/");
TO(to_octal, "http://012.0.0.1/");
TO(to_hexadecimal, "http://0x0a000001/");
TO(to_short, "http://10.1/");
TO(to_full_width, "http://\xef\xbc\x91\xef\xbc\x90.0.0.1/");
TO(to_dot, "http://10.0.0.1./");
TO(to_user, "http://127.0.0.1@10.0.0.1/");
TO(to_broadcast, "http://255.255.255.255/");
TO(to_multicast, "http://224.0.0.1/");
TO(to_tls, "https://10.0.0.1/");
TO(to_relative_host, "//10.0.0.1/");

#define ADDRESS(what, script, target)                                        \
  {                                                                          \
    what, { script }, REDIRECTED(302), SENT(1), .options = INSIDE, .then = { \
      target,                                                                \
      FAILED(ADDRESS, 0),                                                    \
      NULL                                                                   \
    }                                                                        \
  }

static const struct cr_hostile addresses[] = {
  ADDRESS("10.0.0.0/8", to_10, "http://10.0.0.1/"),
  ADDRESS("172.16.0.0/12", to_172, "http://172.16.0.1/"),
  ADDRESS("192.168.0.0/16", to_192, "http://192.168.0.1/"),
  ADDRESS("the metadata of a cloud", to_metadata, "http://169.254.169.254/latest/meta-data/"),
  ADDRESS("0.0.0.0", to_zero, "http://0.0.0.0/"),
  ADDRESS("0", to_zero_short, "http://0.0.0.0/"),
  ADDRESS("another loopback address", to_other_loopback, "http://127.0.0.2/"),
  ADDRESS("[::1]", to_loopback_6, "http://[::1]/"),
  ADDRESS("IPv4 mapped", to_mapped, "http://[::ffff:a00:1]/"),
  ADDRESS("link-local IPv6", to_link_local_6, "http://[fe80::1]/"),
  ADDRESS("unique local IPv6", to_unique_local_6, "http://[fd00::1]/"),
  ADDRESS("a decimal number", to_decimal, "http://10.0.0.1/"),
  ADDRESS("octal", to_octal, "http://10.0.0.1/"),
  ADDRESS("hexadecimal", to_hexadecimal, "http://10.0.0.1/"),
  ADDRESS("two parts", to_short, "http://10.0.0.1/"),
  ADDRESS("full-width digits", to_full_width, "http://10.0.0.1/"),
  ADDRESS("a trailing dot", to_dot, "http://10.0.0.1/"),
  ADDRESS("another host as user", to_user, "http://10.0.0.1/"),
  ADDRESS("broadcast", to_broadcast, "http://255.255.255.255/"),
  ADDRESS("multicast", to_multicast, "http://224.0.0.1/"),
  ADDRESS("TLS", to_tls, "https://10.0.0.1/"),
  ADDRESS("no scheme", to_relative_host, "http://10.0.0.1/"),
};

/* ---- loops ---- */

static size_t send_on(const char *request, char *out, size_t room, void *count)
{
  size_t *n = count;

  (void)request;
  ++*n;
  return (size_t)snprintf(out, room, MOVED "Location: /?n=%zu\r\n\r\n", *n);
}

static size_t set_and_send_back(const char *request, char *out, size_t room, void *count)
{
  size_t *n = count;

  (void)request;
  ++*n;
  return (size_t)snprintf(out, room, MOVED "Set-Cookie: n=%zu\r\nLocation: /\r\n\r\n", *n);
}

TO(to_itself, "/");
TO(to_empty, "");
TO(to_fragment, "#there");
TO(to_query, "?");
TO(to_dots, "/a/../b/.././");
SCRIPT(answers, DO(ANSWER), DO(AGAIN));

static const struct cr_hostile loops[] = {
  { "to itself", { to_itself }, FAILED(REDIRECT_LOOP, 302), SENT(1) },
  { "to itself with cookies on and none sent",
    { to_itself },
    FAILED(REDIRECT_LOOP, 302),
    SENT(1),
    .options = "cookies=1" },
  { "to an empty reference", { to_empty }, FAILED(REDIRECT_LOOP, 302), SENT(1) },
  { "to a fragment", { to_fragment }, FAILED(REDIRECT_LOOP, 302), SENT(1) },
  { "to an empty query for ever", { to_query }, FAILED(REDIRECT_LOOP, 302), SENT(2) },
  { "to itself by dots", { to_dots }, FAILED(REDIRECT_LOOP, 302), SENT(1) },
  { "to itself with another query each time",
    { answers },
    REDIRECTED(302),
    SENT(3),
    .answer = send_on,
    .then = { "/?n=2", FAILED(TOO_MANY_REDIRECTS, 302), NULL } },
  { "the same, a hundred times",
    { answers },
    REDIRECTED(302),
    SENT(101),
    .answer = send_on,
    .options = "max_redirects=100",
    .then = { "/?n=100", FAILED(TOO_MANY_REDIRECTS, 302), NULL } },
  { "to itself with another cookie each time",
    { answers },
    FAILED(TOO_MANY_REDIRECTS, 302),
    SENT(3),
    .answer = set_and_send_back,
    .options = "cookies=1" },
};

/* ---- what a redirect is made of ---- */

#define HERE "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere"
#define THEN(path) .then = { path, FETCHED(200), "here" }
#define TO_THERE "HTTP/1.1 302 Moved\r\nLocation: /there\r\n"

SCRIPT(with_endless_body, DO(READ), TEXT(TO_THERE "\r\n"), MANY(TEN(TEN("0123456789")), 1 << 17),
       DO(END));
SCRIPT(with_silent_body, DO(READ), TEXT(TO_THERE "Content-Length: 9\r\n\r\nhalf"), DO(STALL));
SCRIPT(with_cut_body, DO(READ), TEXT(TO_THERE "Content-Length: 9\r\n\r\nhalf"), DO(END));
SCRIPT(with_reset_body, DO(READ), TEXT(TO_THERE "Content-Length: 9\r\n\r\nhalf"), DO(RESET));
SCRIPT(with_bad_chunks, DO(READ), TEXT(TO_THERE "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
       DO(END));
SCRIPT(with_bad_coding, DO(READ),
       TEXT(TO_THERE "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"), DO(AGAIN));
SCRIPT(here, DO(READ), TEXT(HERE), DO(AGAIN));
SCRIPT(without_location, DO(READ), TEXT(MOVED "\r\n"), DO(AGAIN));
SCRIPT(two_locations, DO(READ), TEXT(MOVED "Location: /there\r\nLocation: /elsewhere\r\n\r\n"),
       DO(READ), TEXT(HERE), DO(AGAIN));
SCRIPT(with_cr, DO(READ), TEXT(MOVED "Location: /th\rere\r\n\r\n"), DO(READ), TEXT(HERE),
       DO(AGAIN));
SCRIPT(with_crlf_escaped, DO(READ), TEXT(MOVED "Location: /a%0d%0aX-Evil:%20yes\r\n\r\n"), DO(READ),
       TEXT(HERE), DO(AGAIN));
SCRIPT(with_tab, DO(READ), TEXT(MOVED "Location: /th\tere\r\n\r\n"), DO(READ), TEXT(HERE),
       DO(AGAIN));
SCRIPT(with_spaces, DO(READ), TEXT(MOVED "Location: /a b?c d  \r\n\r\n"), DO(READ), TEXT(HERE),
       DO(AGAIN));
SCRIPT(with_bytes, DO(READ), TEXT(MOVED "Location: /\xe9\xff\r\n\r\n"), DO(READ), TEXT(HERE),
       DO(AGAIN));
SCRIPT(with_backslash, DO(READ), TEXT(MOVED "Location: \\a\\b\r\n\r\n"), DO(READ), TEXT(HERE),
       DO(AGAIN));
SCRIPT(with_fold, DO(READ), TEXT(MOVED "Location:\r\n /there\r\n\r\n"), DO(READ), TEXT(HERE),
       DO(AGAIN));
SCRIPT(with_set_cookie, DO(READ), TEXT(MOVED "Location: /there\r\nSet-Cookie: a=b\r\n\r\n"),
       DO(READ), TEXT(HERE), DO(AGAIN));
SCRIPT(long_location, DO(READ), TEXT(MOVED "Location: /"), MANY(TEN("0123456789"), 300),
       TEXT("\r\n\r\n"), DO(AGAIN));
SCRIPT(longer_location, DO(READ), TEXT(MOVED "Location: /"), MANY(TEN("0123456789"), 10486),
       TEXT("\r\n\r\n"), DO(AGAIN));
TO(to_bad_host, "http://a b/");
TO(to_bad_port, "http://a:99999/");
TO(to_bracket, "http://[");
TO(to_percent, "http://%00/");
TO(to_nothing, "//");
SCRIPT(status_300, DO(READ),
       TEXT("HTTP/1.1 300 Choose\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"), DO(AGAIN));
SCRIPT(status_304, DO(READ), TEXT("HTTP/1.1 304 Same\r\nLocation: /a\r\n\r\n"), DO(AGAIN));
SCRIPT(status_305, DO(READ),
       TEXT("HTTP/1.1 305 Proxy\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"),
       DO(AGAIN));
SCRIPT(status_399, DO(READ), TEXT("HTTP/1.1 399 What\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"),
       DO(AGAIN));
SCRIPT(status_201, DO(READ), TEXT("HTTP/1.1 201 Made\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"),
       DO(AGAIN));

static const struct cr_hostile redirects[] = {
  { "a body without end", { with_endless_body, here }, REDIRECTED(302), SENT(2), THEN("/there") },
  { "a body that stops",
    { with_silent_body, here },
    REDIRECTED(302),
    SENT(2),
    THEN("/there"),
    .options = SOON },
  { "a body cut short", { with_cut_body, here }, REDIRECTED(302), SENT(2), THEN("/there") },
  { "a body reset", { with_reset_body, here }, REDIRECTED(302), SENT(2), THEN("/there") },
  { "chunks that are none", { with_bad_chunks, here }, REDIRECTED(302), SENT(2), THEN("/there") },
  { "a coding that is none",
    { with_bad_coding, here },
    REDIRECTED(302),
    SENT(2),
    .options = "max_redirects=1",
    .then = { "/there", FAILED(TOO_MANY_REDIRECTS, 302), NULL } },
  { "no Location", { without_location }, FETCHED(302), SENT(1) },
  { "two Locations", { two_locations }, REDIRECTED(302), SENT(2), THEN("/there") },
  { "a CR in Location", { with_cr }, REDIRECTED(302), SENT(2), THEN("/th%20ere") },
  { "CR LF in Location, escaped",
    { with_crlf_escaped },
    REDIRECTED(302),
    SENT(2),
    THEN("/a%0d%0aX-Evil:%20yes") },
  { "a tab in Location", { with_tab }, REDIRECTED(302), SENT(2), THEN("/there") },
  { "spaces in Location", { with_spaces }, REDIRECTED(302), SENT(2), THEN("/a%20b?c%20d") },
  { "bytes in Location", { with_bytes }, REDIRECTED(302), SENT(2), THEN("/%E9%FF") },
  { "backslashes in Location", { with_backslash }, REDIRECTED(302), SENT(2), THEN("/a/b") },
  { "a folded Location", { with_fold }, REDIRECTED(302), SENT(2), THEN("/there") },
  { "a cookie on the way",
    { with_set_cookie },
    REDIRECTED(302),
    SENT(2),
    THEN("/there"),
    .options = "cookies=1" },
  { "a Location of 1 MB", { longer_location }, FAILED(TOO_LARGE, 0), SENT(1) },
  { "a Location of 1 MB, max_headers at its most",
    { longer_location },
    FAILED(TOO_LARGE, 0),
    SENT(1),
    .options = "max_headers=300k" },
  { "a space in the host", { to_bad_host }, FETCHED(302), SENT(1) },
  { "a port over 65535", { to_bad_port }, FETCHED(302), SENT(1) },
  { "an open bracket", { to_bracket }, FETCHED(302), SENT(1) },
  { "a NUL in the host", { to_percent }, FETCHED(302), SENT(1) },
  { "no host", { to_nothing }, FETCHED(302), SENT(1) },
  { "300 with a Location", { status_300 }, FETCHED(300), SENT(1) },
  { "304 with a Location", { status_304 }, FETCHED(304), SENT(1) },
  { "305, use a proxy", { status_305 }, FETCHED(305), SENT(1) },
  { "399 with a Location", { status_399 }, FETCHED(399), SENT(1) },
  { "201 with a Location", { status_201 }, FETCHED(201), SENT(1) },
};

static void a_target_of_another_scheme_is_rejected_without_a_request(void **state)
{
  (void)state;
  RUN_ROWS(schemes);
}

static void a_target_inside_is_refused_without_a_request(void **state)
{
  (void)state;
  RUN_ROWS(addresses);
}

static void every_loop_of_redirects_ends(void **state)
{
  (void)state;
  RUN_ROWS(loops);
}

static void a_redirect_is_said_by_its_head_alone(void **state)
{
  (void)state;
  RUN_ROWS(redirects);
}

/* A URL of ours has 16 KB at most. */
static void a_target_too_long_is_rejected_as_a_link_is(void **state)
{
  struct cr_raw_server *server = cr_raw_server_play(long_location);
  struct cr_crawl_rig rig;
  char url[64];
  (void)state;

  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/", cr_raw_server_port(server));
  cr_hostile_open(&rig, "max_headers=64k max_url_length=-1");
  cr_crawl_add(&rig, url);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_end_of(&rig, url)->outcome, CRAWLER_REDIRECTED);
  assert_int_equal(cr_crawl_ends(&rig, CRAWLER_REJECTED), 1);
  assert_int_equal(cr_raw_server_requests(server), 1);
  cr_crawl_check(&rig);
  for (size_t i = 0; i < rig.end_count; i++)
    if (rig.ends[i].outcome == CRAWLER_REJECTED)
      assert_int_equal(rig.ends[i].reason, CRAWLER_REJECTED_INVALID_URL);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
}

/* The one that may be asked is 127.0.0.2; localhost is 127.0.0.1 (RFC 6761). */
static void a_target_called_localhost_is_refused_too(void **state)
{
  static const struct cr_raw_step to_localhost[] = {
    DO(READ), TEXT(MOVED "Location: http://localhost/\r\n\r\n"), DO(AGAIN)
  };
  static const struct cr_raw_step to_below[] = {
    DO(READ), TEXT(MOVED "Location: http://a.LOCALHOST./\r\n\r\n"), DO(AGAIN)
  };
  static const struct cr_hostile rows[] = {
    { "localhost",
      { to_localhost },
      REDIRECTED(302),
      SENT(1),
      .address = "127.0.0.2",
      .options = "allow_private=127.0.0.2 span_hosts=1",
      .then = { "http://localhost/", FAILED(ADDRESS, 0), NULL } },
    { "a.localhost.",
      { to_below },
      REDIRECTED(302),
      SENT(1),
      .address = "127.0.0.2",
      .options = "allow_private=127.0.0.2 span_hosts=1",
      .then = { "http://a.localhost./", FAILED(ADDRESS, 0), NULL } },
  };
  (void)state;

  RUN_ROWS(rows);
}

/* ---- cookies ---- */

enum { COOKIES_EACH = 200, COOKIE_ROUNDS = 50, COOKIE_HEADER_MAX = 8 << 10 };

/* Page n sets 200 cookies of its own and links to page n + 1. */
static size_t set_cookies(const char *request, char *out, size_t room, void *user)
{
  int n = (int)strtol(strchr(request, '/') + 1, NULL, 10);
  size_t len = (size_t)snprintf(out, room, OK_HEAD);
  char body[32];

  (void)user;
  for (int i = 0; i < COOKIES_EACH; i++)
    len +=
        (size_t)snprintf(out + len, room - len, "Set-Cookie: c%d=0123456789012345678901234567\r\n",
                         n * COOKIES_EACH + i);
  (void)snprintf(body, sizeof(body), "<a href=/%d>", n + 1);
  return len + (size_t)snprintf(out + len, room - len, "Content-Length: %zu\r\n\r\n%s",
                                strlen(body), body);
}

static void check_cookie_headers(struct cr_raw_server *server)
{
  bool any = false;

  for (size_t i = 0; i < cr_raw_server_requests(server); i++) {
    const char *line = strstr(cr_raw_server_request(server, i), "\r\nCookie: ");
    any = any || line;
    if (line)
      assert_true(strcspn(line + 2, "\r\n") <= COOKIE_HEADER_MAX);
  }
  assert_true(any);
}

static void ten_thousand_cookies_over_many_responses_are_bounded(void **state)
{
  const struct cr_raw_step *const scripts[] = { answers };
  struct cr_raw_config config = { .scripts = scripts, .script_count = 1, .answer = set_cookies };
  struct cr_raw_server *server = cr_raw_server_start(&config);
  int64_t began = cr_clock_mono_ms();
  struct cr_crawl_rig rig;
  char url[64];
  (void)state;

  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/0", cr_raw_server_port(server));
  cr_hostile_open(&rig, "cookies=1 max_pages=50");
  cr_crawl_add(&rig, url);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_int_equal(cr_crawl_stat(&rig, CRAWLER_STAT_FETCHED), COOKIE_ROUNDS);
  check_cookie_headers(server);
  assert_in_range(cr_clock_mono_ms() - began, 0, 10000);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
}

#define COOKIES(count)                                               \
  DO(READ), TEXT(OK_HEAD), MANY("Set-Cookie: a=0123456\r\n", count), \
      TEXT("Content-Length: 11\r\n\r\n<a href=/2>"), DO(READ), TEXT(HERE), DO(AGAIN)

SCRIPT(cookies_990, COOKIES(990));
SCRIPT(cookies_10k, COOKIES(10000));
SCRIPT(cookie_of_8_kb, DO(READ), TEXT(OK_HEAD "Set-Cookie: a="), MANY(TEN("0123456789"), 80),
       TEXT("\r\nContent-Length: 11\r\n\r\n<a href=/2>"), DO(READ), TEXT(HERE), DO(AGAIN));
SCRIPT(cookie_for_others, DO(READ),
       TEXT(OK_HEAD
            "Set-Cookie: a=b; Domain=com\r\nSet-Cookie: a=b; Domain=0.1\r\nSet-Cookie: =\r\n"
            "Set-Cookie: ;;;\r\nSet-Cookie:\r\nSet-Cookie: a\x01=b\r\n"
            "Content-Length: 11\r\n\r\n<a href=/2>"),
       DO(READ), TEXT(HERE), DO(AGAIN));

static const struct cr_hostile cookies[] = {
  { "990 cookies",
    { cookies_990 },
    FETCHED(200),
    SENT(2),
    THEN("/2"),
    .options = "cookies=1 max_headers=64k" },
  { "10,000 cookies",
    { cookies_10k },
    FAILED(TOO_LARGE, 0),
    SENT(1),
    .options = "cookies=1 max_headers=300k" },
  { "10,000 cookies over max_headers",
    { cookies_10k },
    FAILED(TOO_LARGE, 0),
    SENT(1),
    .options = "cookies=1" },
  { "a cookie of 8 KB",
    { cookie_of_8_kb },
    FETCHED(200),
    SENT(2),
    THEN("/2"),
    .options = "cookies=1" },
  { "cookies for others and for nobody",
    { cookie_for_others },
    FETCHED(200),
    SENT(2),
    THEN("/2"),
    .options = "cookies=1" },
};

static void cookies_without_measure_do_not_matter(void **state)
{
  (void)state;
  RUN_ROWS(cookies);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_target_of_another_scheme_is_rejected_without_a_request),
    cmocka_unit_test(a_target_inside_is_refused_without_a_request),
    cmocka_unit_test(every_loop_of_redirects_ends),
    cmocka_unit_test(a_redirect_is_said_by_its_head_alone),
    cmocka_unit_test(a_target_too_long_is_rejected_as_a_link_is),
    cmocka_unit_test(a_target_called_localhost_is_refused_too),
    cmocka_unit_test(ten_thousand_cookies_over_many_responses_are_bounded),
    cmocka_unit_test(cookies_without_measure_do_not_matter),
  };

  return cmocka_run_group_tests_name("hostile_redirects", tests, NULL, NULL);
}
