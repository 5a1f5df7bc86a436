/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* Status lines and headers that no server should send.
 *
 * The rules: RFC 9112 sections 2.2 (line ends, bare CR, whitespace), 4 (status line), 5 (fields,
 * folding), 6.3 (length of a body); RFC 9110 sections 2.5 (versions), 8.6 (Content-Length) and 15
 * (statuses). A final response is fetched, whatever its status; one whose end can't be told is
 * none. How to add a row: support/hostile_rig.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/hostile_rig.h"

/* ---- status lines ---- */

#define EMPTY "Content-Length: 0\r\n\r\n"
#define TWO "Content-Length: 2\r\n\r\nok"
#define SAY(name, text) SCRIPT(name, DO(READ), TEXT(text), DO(END))
#define STATUS_LINE(name, line) SAY(name, line "\r\n" TWO)

STATUS_LINE(no_reason, "HTTP/1.1 200");
STATUS_LINE(empty_reason, "HTTP/1.1 200 ");
SCRIPT(long_reason, DO(READ), TEXT("HTTP/1.1 200 "), MANY(TEN("very "), 100), TEXT("\r\n" TWO),
       DO(END));
STATUS_LINE(reason_in_latin_1, "HTTP/1.1 200 Ori\xebntatie \x80\xff");
STATUS_LINE(version_1_0, "HTTP/1.0 200 OK");
STATUS_LINE(version_1_2, "HTTP/1.2 200 OK");
STATUS_LINE(version_1_9, "HTTP/1.9 200 OK");
STATUS_LINE(version_0_9, "HTTP/0.9 200 OK");
STATUS_LINE(version_3_0, "HTTP/3.0 200 OK");
STATUS_LINE(version_11_1, "HTTP/11.1 200 OK");
STATUS_LINE(version_1_01, "HTTP/1.01 200 OK");
STATUS_LINE(version_none, "HTTP/ 200 OK");
STATUS_LINE(lower_case, "http/1.1 200 OK");
STATUS_LINE(httper, "HTTPER/1.1 200 OK");
STATUS_LINE(icy, "ICY 200 OK");
STATUS_LINE(rtsp, "RTSP/1.0 200 OK");
STATUS_LINE(status_000, "HTTP/1.1 000 Nothing");
STATUS_LINE(status_099, "HTTP/1.1 099 Nothing");
STATUS_LINE(status_1000, "HTTP/1.1 1000 Much");
STATUS_LINE(status_minus_1, "HTTP/1.1 -1 Less");
STATUS_LINE(status_2, "HTTP/1.1 2 OK");
STATUS_LINE(status_word, "HTTP/1.1 fine");
STATUS_LINE(status_none, "HTTP/1.1");
STATUS_LINE(status_600, "HTTP/1.1 600 What");
STATUS_LINE(status_999, "HTTP/1.1 999 Denied");
SAY(blank_lines_first, "\r\n\r\nHTTP/1.1 200 OK\r\n" TWO);
SCRIPT(line_of_50_kb, DO(READ), TEXT("HTTP/1.1 200 "), MANY(TEN("very "), 1000), TEXT("\r\n" TWO),
       DO(END));
SCRIPT(endless_line, DO(READ), TEXT("HTTP/1.1 200 "), MANY(TEN("very much "), 1 << 16), DO(END));
SCRIPT(binary, DO(READ), TEXT("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"), DO(END));
SCRIPT(nuls, DO(READ), MANY("\0\0\0\0\0\0\0\0\0\0", 100), DO(END));

/* ---- interim responses ---- */

SCRIPT(interim_100, DO(READ), TEXT("HTTP/1.1 100 Continue\r\n\r\n" OK_HEAD TWO), DO(END));
SCRIPT(interim_199, DO(READ), TEXT("HTTP/1.1 199 Hm\r\nX: y\r\n\r\n" OK_HEAD TWO), DO(END));
SCRIPT(interim_many, DO(READ), MANY("HTTP/1.1 102 Processing\r\n\r\n", 100), TEXT(OK_HEAD TWO),
       DO(END));
SCRIPT(interim_endless, DO(READ), MANY("HTTP/1.1 100 Continue\r\n\r\n", 1 << 18), DO(END));
SAY(interim_alone, "HTTP/1.1 100 Continue\r\nServer: x\r\n\r\n");
SAY(switching, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
               "\0\0\0\x04\0\0\0\0\0");
SAY(switching_http, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" OK_HEAD TWO);
SAY(interim_with_length, "HTTP/1.1 103 Hints\r\nContent-Length: 999\r\n\r\n" OK_HEAD TWO);

/* ---- header lines ---- */

#define HEADERS(name, lines) SAY(name, OK_HEAD lines TWO)

SAY(lf_only, "HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 2\n\nok");
SAY(mixed_ends, "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 2\r\n\nok");
HEADERS(bare_cr, "X: a\rSet-Cookie: b=c\r\n");
HEADERS(cr_cr_lf, "X: a\r\r\n");
HEADERS(nul_in_value, "X: a\0b\r\n");
HEADERS(nul_in_name, "X\0Y: a\r\n");
HEADERS(control, "X: a\1\2\x1b[2J\x7f\r\n");
HEADERS(folded, "X: a\r\n b\r\n\tc\r\n");
SAY(folded_first, OK_LINE " X: y\r\n" TWO);
SAY(folded_length, OK_HEAD "Content-Length:\r\n 2\r\n\r\nok");
SAY(folded_chunked, OK_HEAD "Transfer-Encoding:\r\n chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
HEADERS(space_in_name, "en-US X-Type: text/xml\r\n");
HEADERS(space_before_colon, "X-Type : text/xml\r\n");
SAY(space_before_length, OK_HEAD "Content-Length : 2\r\n\r\nok");
HEADERS(no_name, ": a\r\n");
HEADERS(no_value, "X:\r\n");
HEADERS(no_colon, "no colon here\r\n");
HEADERS(colon_alone, ":\r\n");
HEADERS(markup_in_name, "<script>alert(1)</script>: x\r\n");
HEADERS(high_bytes, "\xc3\xa4\xff: \xc3\xa4\xff\r\n");
SCRIPT(header_of_8_kb, DO(READ), TEXT(OK_HEAD "X: "), MANY(TEN("12345678"), 100), TEXT("\r\n" TWO),
       DO(END));
SCRIPT(header_of_20_kb, DO(READ), TEXT(OK_HEAD "X: "), MANY(TEN("12345678"), 250), TEXT("\r\n" TWO),
       DO(END));
SCRIPT(header_of_200_kb, DO(READ), TEXT(OK_HEAD "X: "), MANY(TEN("12345678"), 2500),
       TEXT("\r\n" TWO), DO(END));
SCRIPT(headers_1000, DO(READ), TEXT(OK_HEAD), MANY("a:\r\n", 998), TEXT(TWO), DO(END));
SCRIPT(headers_1001, DO(READ), TEXT(OK_HEAD), MANY("a:\r\n", 999), TEXT(TWO), DO(END));
SCRIPT(types_many, DO(READ), TEXT(OK_LINE),
       MANY("Content-Type: text/plain\r\nContent-Type: image/png\r\n", 200), TEXT(TWO), DO(END));
SCRIPT(folds_endless, DO(READ), TEXT(OK_HEAD "X: y\r\n"), MANY(" more\r\n", 1 << 18), DO(END));

/* ---- statuses that nobody asked for ---- */

SAY(status_204, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello");
SAY(status_205, "HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n");
SAY(status_206, "HTTP/1.1 206 Part\r\nContent-Range: bytes 5-6/99\r\nContent-Length: 2\r\n\r\nok");
SAY(status_304, "HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n");
SAY(status_401,
    "HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: Basic\r\n" TWO);
SAY(status_407, "HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n" TWO);
SAY(status_416, "HTTP/1.1 416 Range\r\nContent-Range: bytes */10\r\n" TWO);
SAY(status_417, "HTTP/1.1 417 Expectation\r\n" TWO);
SAY(status_426, "HTTP/1.1 426 Upgrade\r\nUpgrade: TLS/1.0\r\nConnection: upgrade\r\n" TWO);
SAY(status_511, "HTTP/1.1 511 Network\r\n" TWO);
SAY(upgrade_offered, OK_HEAD "Connection: upgrade\r\nUpgrade: h2c, h2\r\n" TWO);

static const struct cr_hostile status_lines[] = {
  { "no reason", { no_reason }, FETCHED(200), SENT(1), BODY("ok") },
  { "an empty reason", { empty_reason }, FETCHED(200), SENT(1), BODY("ok") },
  { "a reason of 5 KB", { long_reason }, FETCHED(200), SENT(1), BODY("ok") },
  { "a reason in no UTF-8", { reason_in_latin_1 }, FETCHED(200), SENT(1), BODY("ok") },
  { "HTTP/1.0", { version_1_0 }, FETCHED(200), SENT(1), BODY("ok") },
  { "HTTP/1.2, which is none (curl's test 129)", { version_1_2 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "HTTP/1.9", { version_1_9 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "HTTP/0.9 in a status line", { version_0_9 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "HTTP/3.0 in a status line", { version_3_0 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "HTTP/11.1", { version_11_1 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "HTTP/1.01", { version_1_01 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "HTTP/ without a version", { version_none }, FAILED(PROTOCOL, 0), SENT(1) },
  { "http/1.1, which browsers take", { lower_case }, FETCHED(200), SENT(1), BODY("ok") },
  { "HTTPER/1.1", { httper }, FAILED(PROTOCOL, 0), SENT(1) },
  { "ICY, of old radio servers", { icy }, FAILED(PROTOCOL, 0), SENT(1) },
  { "RTSP/1.0", { rtsp }, FAILED(PROTOCOL, 0), SENT(1) },
  { "status 000", { status_000 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "status 099", { status_099 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "status 1000", { status_1000 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "status -1", { status_minus_1 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "status 2", { status_2 }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a word as status", { status_word }, FAILED(PROTOCOL, 0), SENT(1) },
  { "no status", { status_none }, FAILED(PROTOCOL, 0), SENT(1) },
  { "status 600", { status_600 }, FETCHED(600), SENT(1) },
  { "status 999", { status_999 }, FETCHED(999), SENT(1) },
  { "blank lines before the status line", { blank_lines_first }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a status line of 50 KB", { line_of_50_kb }, FAILED(TOO_LARGE, 0), SENT(1) },
  { "a status line without end", { endless_line }, FAILED(TOO_LARGE, 0), SENT(1) },
  { "a TLS record", { binary }, FAILED(PROTOCOL, 0), SENT(1) },
  { "1000 NULs", { nuls }, FAILED(PROTOCOL, 0), SENT(1) },
};

static const struct cr_hostile interim[] = {
  { "100 to a GET", { interim_100 }, FETCHED(200), SENT(1), BODY("ok") },
  { "199", { interim_199 }, FETCHED(200), SENT(1), BODY("ok") },
  { "102 a hundred times", { interim_many }, FETCHED(200), SENT(1), BODY("ok") },
  { "100 without end", { interim_endless }, FAILED(TOO_LARGE, 0), SENT(1) },
  { "100 and nothing more", { interim_alone }, FAILED(TRUNCATED, 0), SENT(2) },
  { "101 to no upgrade", { switching }, FAILED(PROTOCOL, 0), SENT(1) },
  { "101, then HTTP/1.1 all the same", { switching_http }, FAILED(PROTOCOL, 0), SENT(1) },
  { "103 with a length", { interim_with_length }, FETCHED(200), SENT(1), BODY("ok") },
};

static const struct cr_hostile header_lines[] = {
  { "lines that end with LF", { lf_only }, FETCHED(200), SENT(1), BODY("ok") },
  { "lines that end in both ways", { mixed_ends }, FETCHED(200), SENT(1), BODY("ok") },
  { "a CR inside a value", { bare_cr }, FETCHED(200), SENT(1), BODY("ok"), .options = "cookies=1" },
  { "CR CR LF", { cr_cr_lf }, FETCHED(200), SENT(1), BODY("ok") },
  { "a NUL in a value (curl's test 262)", { nul_in_value }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a NUL in a name", { nul_in_name }, FAILED(PROTOCOL, 0), SENT(1) },
  { "control characters in a value", { control }, FETCHED(200), SENT(1), BODY("ok") },
  { "folded lines", { folded }, FETCHED(200), SENT(1), BODY("ok") },
  { "whitespace before the first header", { folded_first }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a folded Content-Length", { folded_length }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a folded Transfer-Encoding", { folded_chunked }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a space in a name", { space_in_name }, FETCHED(200), SENT(1), BODY("ok") },
  { "a space before a colon", { space_before_colon }, FETCHED(200), SENT(1), BODY("ok") },
  { "a space before Content-Length's colon",
    { space_before_length },
    FETCHED(200),
    SENT(1),
    BODY("ok") },
  { "a header without name", { no_name }, FETCHED(200), SENT(1), BODY("ok") },
  { "a header without value", { no_value }, FETCHED(200), SENT(1), BODY("ok") },
  { "a line without colon", { no_colon }, FAILED(PROTOCOL, 0), SENT(1) },
  { "a colon and nothing else", { colon_alone }, FETCHED(200), SENT(1), BODY("ok") },
  { "markup as a name", { markup_in_name }, FETCHED(200), SENT(1), BODY("ok") },
  { "high bytes in name and value", { high_bytes }, FETCHED(200), SENT(1), BODY("ok") },
  { "a header of 8 KB", { header_of_8_kb }, FETCHED(200), SENT(1), BODY("ok") },
  { "a header over max_headers", { header_of_20_kb }, FAILED(TOO_LARGE, 0), SENT(1) },
  { "a header over libcurl's own limit",
    { header_of_200_kb },
    FAILED(TOO_LARGE, 0),
    SENT(1),
    .options = "max_headers=300k" },
  { "1000 headers", { headers_1000 }, FETCHED(200), SENT(1), BODY("ok") },
  { "1001 headers", { headers_1001 }, FAILED(TOO_LARGE, 0), SENT(1) },
  { "400 types", { types_many }, FETCHED(200), SENT(1), BODY("ok") },
  { "folded lines without end", { folds_endless }, FAILED(TOO_LARGE, 0), SENT(1) },
};

static const struct cr_hostile statuses[] = {
  { "204 with a body", { status_204 }, FETCHED(204), SENT(1), BODY("") },
  { "205", { status_205 }, FETCHED(205), SENT(1), BODY("") },
  { "206 to no range", { status_206 }, FETCHED(206), SENT(1), BODY("ok") },
  { "304 with a length", { status_304 }, FETCHED(304), SENT(1), BODY("") },
  { "401", { status_401 }, FETCHED(401), SENT(1), BODY("ok") },
  { "407 from no proxy", { status_407 }, FETCHED(407), SENT(1), BODY("ok") },
  { "416 to no range", { status_416 }, FETCHED(416), SENT(1), BODY("ok") },
  { "417 to no expectation", { status_417 }, FETCHED(417), SENT(1), BODY("ok") },
  { "426", { status_426 }, FETCHED(426), SENT(1), BODY("ok") },
  { "511, a captive portal", { status_511 }, FETCHED(511), SENT(1), BODY("ok") },
  { "an upgrade offered", { upgrade_offered }, FETCHED(200), SENT(1), BODY("ok") },
};

static void status_lines_that_are_none_fail_as_protocol(void **state)
{
  (void)state;
  RUN_ROWS(status_lines);
}

static void interim_responses_are_left_out_and_bounded(void **state)
{
  (void)state;
  RUN_ROWS(interim);
}

static void header_lines_are_read_or_refused_by_the_rule(void **state)
{
  (void)state;
  RUN_ROWS(header_lines);
}

static void a_status_that_nobody_asked_for_is_fetched_as_it_is(void **state)
{
  (void)state;
  RUN_ROWS(statuses);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(status_lines_that_are_none_fail_as_protocol),
    cmocka_unit_test(interim_responses_are_left_out_and_bounded),
    cmocka_unit_test(header_lines_are_read_or_refused_by_the_rule),
    cmocka_unit_test(a_status_that_nobody_asked_for_is_fetched_as_it_is),
  };

  return cmocka_run_group_tests_name("hostile_heads", tests, NULL, NULL);
}
