/* SPDX-License-Identifier: MIT */
/* The responses of llhttp's tests (test/data/http/README.md), which a strict parser takes or stops
 * at: what it takes is fetched or redirects, and what it stops at is failed as protocol. Where a
 * crawl is meant to be different is listed, with the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/hostile_bytes.h"
#include "support/jsonl.h"

enum { CASES = 32 };

static const struct {
  const char *name;
  int outcome, reason;
  const char *why;
} different[] = {
  { "HTTP/1.1 with keep-alive disabled and 204 status", CRAWLER_FETCHED, CRAWLER_REASON_NONE,
    "what follows a response is left alone with its connection" },
  { "HTTP 200 response with Upgrade header and Transfer-Encoding", CRAWLER_FAILED,
    CRAWLER_FAILED_TRUNCATED, "the transcription has lost the empty line behind the last chunk" },
  { "HTTP 100 first, then 400", CRAWLER_FAILED, CRAWLER_FAILED_PROTOCOL,
    "libcurl takes the second empty line for a body without a head, HTTP/0.9" },
  { "Headers separated by CR", CRAWLER_FETCHED, CRAWLER_REASON_NONE,
    "RFC 9112 section 2.2 lets a CR alone be a space" },
  { "Extra space between HTTP version and status code", CRAWLER_FETCHED, CRAWLER_REASON_NONE,
    "libcurl takes it; nothing can be misread" },
  { "ICE response", CRAWLER_FAILED, CRAWLER_FAILED_PROTOCOL, "no protocol of ours" },
  { "Spaces in header name", CRAWLER_FETCHED, CRAWLER_REASON_NONE,
    "such a line has no meaning for a crawl, and is none of its framing" },
  { "`chunked` before other transfer-encoding", CRAWLER_FAILED, CRAWLER_FAILED_PROTOCOL,
    "RFC 9112 section 6.1: chunked is last, or the codings can't be undone" },
  { "multiple transfer-encoding where chunked is not the last one", CRAWLER_FAILED,
    CRAWLER_FAILED_PROTOCOL, "the same" },
  { "`chunkedchunked` transfer-encoding does not enable chunked enconding", CRAWLER_FAILED,
    CRAWLER_FAILED_PROTOCOL, "a coding that nobody knows can't be undone" },
  { "No semicolon before chunk extensions", CRAWLER_FAILED, CRAWLER_FAILED_TRUNCATED,
    "libcurl leaves out what follows a size; the empty line at the end is lost" },
};

static size_t difference_of(const char *name)
{
  size_t i = 0;

  while (i < sizeof(different) / sizeof(different[0]) && strcmp(different[i].name, name) != 0)
    i++;
  return i;
}

/* Latin-1, transcribed as UTF-8, becomes bytes again; a head without its empty line, which the
 * transcription has lost, gets it. */
static size_t bytes_of(struct cr_span raw, char *out)
{
  size_t len = 0;

  for (size_t i = 0; i < raw.len; i++) {
    unsigned char c = (unsigned char)raw.at[i];
    if (c >= 0xc2 && c <= 0xc3 && i + 1 < raw.len)
      c = (unsigned char)((c & 3) << 6 | (raw.at[++i] & 0x3f));
    out[len++] = (char)c;
  }
  if (!memmem(out, len, "\r\n\r\n", 4)) {
    memcpy(out + len, "\r\n", 2);
    len += 2;
  }
  return len;
}

static size_t check(const struct cr_json *row, size_t *differences)
{
  const char *name = cr_json_text(row, "name");
  struct cr_span raw = cr_json_span(row, "raw");
  bool is_good = !cr_json_has(row, "error");
  int outcome = is_good ? CRAWLER_FETCHED : CRAWLER_FAILED;
  int reason = is_good ? CRAWLER_REASON_NONE : CRAWLER_FAILED_PROTOCOL;
  char *bytes = malloc(raw.len + 4);
  size_t at = difference_of(name);
  struct cr_hostile_bytes got;

  assert_non_null(bytes);
  cr_hostile_crawl_bytes(&got, cr_span(bytes, bytes_of(raw, bytes)), NULL);
  free(bytes);
  bool is_redirected = is_good && got.outcome == CRAWLER_REDIRECTED;
  bool agrees = is_redirected || (got.outcome == outcome && got.reason == reason);
  bool is_listed = at < sizeof(different) / sizeof(different[0]);
  bool is_right = is_listed ? !agrees && got.outcome == different[at].outcome &&
                                  got.reason == different[at].reason
                            : agrees;
  *differences += is_listed;
  if (!is_right)
    print_error("%s: %s %s %d%s\n", name, crawler_outcome_name(got.outcome),
                got.reason ? crawler_reason_name(got.reason) : "", got.status,
                is_listed ? ", listed as different" : "");
  cr_hostile_bytes_free(&got);
  return !is_right;
}

static void llhttps_responses_end_as_a_strict_parser_has_it(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t cases = 0;
  size_t wrong = 0;
  size_t differences = 0;
  (void)state;

  cr_jsonl_open(&lines, "http/llhttp-responses.jsonl");
  for (; (row = cr_jsonl_next(&lines)); cases++)
    wrong += check(row, &differences);
  cr_jsonl_close(&lines);
  assert_int_equal(cases, CASES);
  assert_int_equal(differences, sizeof(different) / sizeof(different[0]));
  if (wrong > 0)
    fail_msg("%zu of %zu differ", wrong, cases);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(llhttps_responses_end_as_a_strict_parser_has_it),
  };

  return cmocka_run_group_tests_name("llhttp_cases", tests, NULL, NULL);
}
