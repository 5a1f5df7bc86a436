/* SPDX-License-Identifier: MIT */
/* bad_site.c - servers that behave badly, and what a crawl of each has to come to.
 */
#include "support/bad_site.h"

#define DO CR_RAW_DO
#define TEXT CR_RAW_TEXT
#define MANY CR_RAW_MANY
#define PAUSE CR_RAW_PAUSE
#define TEN(text) text text text text text text text text text text
#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
#define SCRIPT(name, ...) static const struct cr_raw_step name[] = { DO(READ), __VA_ARGS__ }

const char *const cr_bad_options[][2] = {
  { "own_server", "1" },    { "obey_robots", "0" },   { "max_retries", "1" },
  { "retry_delay", "1ms" }, { "timeout", "20s" },     { "connect_timeout", "20s" },
  { "max_body", "4M" },     { "max_headers", "16k" }, { "max_redirects", "2" },
};
const size_t cr_bad_option_count = sizeof(cr_bad_options) / sizeof(*cr_bad_options);

/* ---- bodies ---- */

SCRIPT(empty, TEXT(OK_HEAD "Content-Length: 0\r\n\r\n"), DO(AGAIN));
SCRIPT(until_close, TEXT(OK_HEAD "\r\n<a href=#here>"), DO(END));
SCRIPT(nothing_until_close, TEXT(OK_HEAD "\r\n"), DO(END));
SCRIPT(binary,
       TEXT(OK_HEAD "Content-Length: 40\r\n\r\n"
                    "\0\1\2<a href=#\0\xff>\x80\x81</a\0><\xc3\x28 \xed\xa0\x80<!--\x1b"
                    "\x7f\0\0\0\0\0"),
       DO(AGAIN));
SCRIPT(divs, TEXT(OK_HEAD "Content-Length: 100000\r\n\r\n"), MANY(TEN("<div>") TEN("<div>"), 1000),
       DO(AGAIN));
SCRIPT(attributes, TEXT(OK_HEAD "\r\n<a href=#x "), MANY(TEN("a=1 bb='2' "), 2000), TEXT(">"),
       DO(END));
#define TEXT_65 "Some text of a large page, and some more of it, in sixty-five by\n"
#define PART_650                                                                               \
  "<p>A link in <b>it</b>: <a href=#here>there it is, at last</a>. \n" TEXT_65 TEXT_65 TEXT_65 \
      TEXT_65 TEXT_65 TEXT_65 TEXT_65 TEXT_65 TEXT_65
SCRIPT(large, TEXT(OK_HEAD "Content-Length: 3000000\r\n\r\n"), MANY(PART_650, 4610),
       MANY(TEN("0123456789"), 35), DO(AGAIN));
SCRIPT(truncated, TEXT(OK_HEAD "Content-Length: 10\r\n\r\nhalf"), DO(END));
SCRIPT(truncated_chunks, TEXT(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhalf"), DO(END));
SCRIPT(bad_chunks, TEXT(OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"), DO(END));
SCRIPT(endless_body, TEXT(OK_HEAD "\r\n"), MANY(TEN("0123456789abcdef"), 1 << 20), DO(END));
SCRIPT(boasting, TEXT(OK_HEAD "Content-Length: 99999999999\r\n\r\nx"), DO(STALL));
SCRIPT(too_much, TEXT(OK_HEAD "Content-Length: 2\r\n\r\nok and more"), DO(END));
SCRIPT(not_gzip, TEXT(OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"),
       DO(AGAIN));
SCRIPT(half_gzip,
       TEXT(OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n"
                    "\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c"),
       DO(AGAIN));
SCRIPT(own_coding, TEXT(OK_HEAD "Content-Encoding: x-own\r\nContent-Length: 4\r\n\r\nabcd"),
       DO(AGAIN));

/* A deflate stream (RFC 1951) with fixed codes: one byte 0, then matches of length 258 (code 285:
 * 11000101) and distance 1 (00000). Eight of them are 13 bytes, and decode to 2064. */
SCRIPT(bomb,
       TEXT(OK_HEAD "Content-Encoding: gzip\r\n\r\n"
                    "\x1f\x8b\x08\0\0\0\0\0\0\x03\x62\x18\x05"),
       MANY("\xa3\x60\x14\x8c\x82\x51\x30\x0a\x46\xc1\x28\x18\x05", 4000), DO(END));

/* ---- heads ---- */

SCRIPT(silent, DO(END));
SCRIPT(reset, DO(RESET));
SCRIPT(half_head, TEXT("HTTP/1.1 200 OK\r\nContent-Le"), DO(END));
SCRIPT(not_http, TEXT("SSH-2.0-OpenSSH_9.2\r\n"), DO(END));
SCRIPT(html_alone, TEXT("<html><body>Hello</body></html>"), DO(END));
SCRIPT(endless_head, TEXT("HTTP/1.1 200 OK\r\n"),
       MANY(TEN("X-More: 0123456789abcdef\r\n"), 1 << 16), DO(END));
SCRIPT(long_header, TEXT("HTTP/1.1 200 OK\r\nX-Long: "), MANY(TEN("0123456789abcdef"), 1 << 16),
       DO(END));
SCRIPT(nul_in_head, TEXT("HTTP/1.1 200 OK\r\nX-Nul: a\0b\r\nContent-Length: 0\r\n\r\n"), DO(END));
SCRIPT(no_colon, TEXT("HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 0\r\n\r\n"), DO(END));
SCRIPT(hints,
       TEXT("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" OK_HEAD "Content-Length: 0\r\n\r\n"),
       DO(AGAIN));
SCRIPT(unauthorised,
       TEXT("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"),
       DO(AGAIN));
SCRIPT(broken, TEXT("HTTP/1.1 500 Broken\r\nContent-Length: 2\r\n\r\nno"), DO(AGAIN));
SCRIPT(unasked_304, TEXT("HTTP/1.1 304 Not Modified\r\n\r\n"), DO(AGAIN));

/* ---- time ---- */

SCRIPT(mute, DO(STALL));
SCRIPT(mute_in_head, TEXT("HTTP/1.1 200 OK\r\nContent-"), DO(STALL));
SCRIPT(mute_in_body, TEXT(OK_HEAD "Content-Length: 10\r\n\r\nhalf"), DO(STALL));
SCRIPT(drip, TEXT(OK_HEAD "Content-Length: 9\r\n\r\n1"), PAUSE(20), TEXT("2"), PAUSE(20), TEXT("3"),
       PAUSE(20), TEXT("4"), PAUSE(20), TEXT("5"), DO(STALL));

/* ---- redirects ---- */

#define MOVED "HTTP/1.1 302 Moved\r\nContent-Length: 0\r\n"
SCRIPT(to_itself, TEXT(MOVED "Location: /\r\n\r\n"), DO(AGAIN));
SCRIPT(to_itself_in_full, TEXT(MOVED "Location: ?\r\n\r\n"), DO(READ),
       TEXT(MOVED "Location: /\r\n\r\n"), DO(AGAIN));
SCRIPT(with_cookie, TEXT(MOVED "Set-Cookie: a=1\r\nLocation: /\r\n\r\n"), DO(AGAIN));
SCRIPT(with_cookie_once, TEXT(MOVED "Set-Cookie: a=1\r\nLocation: /\r\n\r\n"), DO(READ),
       TEXT(OK_HEAD "Content-Length: 0\r\n\r\n"), DO(AGAIN));
SCRIPT(no_location, TEXT(MOVED "\r\n"), DO(AGAIN));
SCRIPT(bad_location, TEXT(MOVED "Location: http://[\r\n\r\n"), DO(AGAIN));
SCRIPT(to_mail, TEXT(MOVED "Location: mailto:me@x.test\r\n\r\n"), DO(AGAIN));

#define FETCH(name, script, status, links)                                                     \
  {                                                                                            \
    name, { script, NULL }, NULL, NULL, CRAWLER_FETCHED, CRAWLER_REASON_NONE, status, 1, links \
  }
#define FAIL(name, script, reason, status, requests)                                               \
  {                                                                                                \
    name, { script, NULL }, NULL, NULL, CRAWLER_FAILED, CRAWLER_FAILED_##reason, status, requests, \
        0                                                                                          \
  }

#define SLOW(name, script, status)                                                                \
  {                                                                                               \
    name, { script, NULL }, "timeout", "60ms", CRAWLER_FAILED, CRAWLER_FAILED_TIMEOUT, status, 2, \
        0                                                                                         \
  }

const struct cr_bad_site cr_bad_sites[] = {
  FETCH("an empty body", empty, 200, 0),
  FETCH("a body that ends with the connection", until_close, 200, 1),
  FETCH("no body that ends with the connection", nothing_until_close, 200, 0),
  FETCH("a binary body called text/html", binary, 200, 1),
  FETCH("100 KB of <div>", divs, 200, 0),
  FETCH("a tag of 40,000 attributes", attributes, 200, 1),
  FETCH("a page of 3 MB", large, 200, 4610),
  FETCH("more bytes than announced", too_much, 200, 0),
  FETCH("an interim response first", hints, 200, 0),
  FETCH("401", unauthorised, 401, 0),
  { "500, which is tried again",
    { broken, NULL },
    NULL,
    NULL,
    CRAWLER_FETCHED,
    CRAWLER_REASON_NONE,
    500,
    2,
    0 },
  FETCH("304 to a request without condition", unasked_304, 304, 0),
  FETCH("a redirect to nowhere", no_location, 302, 0),
  FETCH("a redirect to what is no URL", bad_location, 302, 0),
  FAIL("closed in the middle of the body", truncated, TRUNCATED, 200, 2),
  FAIL("closed in the middle of a chunk", truncated_chunks, TRUNCATED, 200, 2),
  FAIL("chunks without sense", bad_chunks, PROTOCOL, 200, 1),
  FAIL("closed after the request", silent, TRUNCATED, 0, 2),
  FAIL("reset after the request", reset, TRUNCATED, 0, 2),
  FAIL("closed in the middle of the head", half_head, TRUNCATED, 0, 2),
  FAIL("not HTTP", not_http, PROTOCOL, 0, 1),
  FAIL("HTTP without head", html_alone, PROTOCOL, 0, 1),
  FAIL("a header line without colon", no_colon, PROTOCOL, 0, 1),
  FAIL("a NUL in the head", nul_in_head, PROTOCOL, 0, 1),
  FAIL("headers without end", endless_head, TOO_LARGE, 0, 1),
  FAIL("a header without end", long_header, TOO_LARGE, 0, 1),
  FAIL("a body without end", endless_body, TOO_LARGE, 200, 1),
  FAIL("a body announced too large", boasting, TOO_LARGE, 200, 1),
  FAIL("a gzip bomb", bomb, TOO_LARGE, 200, 1),
  FAIL("gzip that isn't", not_gzip, PROTOCOL, 200, 1),
  FAIL("half a gzip", half_gzip, PROTOCOL, 200, 1),
  FAIL("a coding nobody knows", own_coding, PROTOCOL, 200, 1),
  SLOW("silent after the request", mute, 0),
  SLOW("silent in the middle of the head", mute_in_head, 0),
  SLOW("silent in the middle of the body", mute_in_body, 200),
  SLOW("a byte now and then", drip, 200),
  FAIL("a redirect to itself", to_itself, REDIRECT_LOOP, 302, 1),
  FAIL("a redirect to itself and back", to_itself_in_full, REDIRECT_LOOP, 302, 2),
  { "a cookie redirect to itself, cookies off",
    { with_cookie, NULL },
    "cookies",
    "0",
    CRAWLER_FAILED,
    CRAWLER_FAILED_REDIRECT_LOOP,
    302,
    1,
    0 },
  { "a cookie redirect to itself for ever, cookies on",
    { with_cookie, NULL },
    "cookies",
    "1",
    CRAWLER_FAILED,
    CRAWLER_FAILED_TOO_MANY_REDIRECTS,
    302,
    3,
    0 },
  { "a cookie redirect to itself, cookies on",
    { with_cookie_once, NULL },
    "cookies",
    "1",
    CRAWLER_FETCHED,
    CRAWLER_REASON_NONE,
    200,
    2,
    0 },
  { "closed after the request, then well",
    { silent, empty },
    NULL,
    NULL,
    CRAWLER_FETCHED,
    CRAWLER_REASON_NONE,
    200,
    2,
    0 },
  { "a redirect to a mail address",
    { to_mail, NULL },
    NULL,
    NULL,
    CRAWLER_REDIRECTED,
    CRAWLER_REASON_NONE,
    302,
    1,
    0 },
};
const size_t cr_bad_site_count = sizeof(cr_bad_sites) / sizeof(*cr_bad_sites);

struct cr_raw_server *cr_bad_site_start(const struct cr_bad_site *site)
{
  struct cr_raw_config config = { .scripts = site->scripts,
                                  .script_count = site->scripts[1] ? 2 : 1 };

  return cr_raw_server_start(&config);
}
