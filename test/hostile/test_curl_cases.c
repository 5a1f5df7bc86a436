/* SPDX-License-Identifier: MIT */
/* NEEDS: brotli zstd */
/* curl's own HTTP tests (test/data/http/README.md), with its exit status as our reason.
 *
 * The server is curl's "sws" as far as these need it: part "data", or "dataN" for a path that ends
 * in the test's number and four digits; "swsbounce" in an answer has the next request get the next
 * part. It closes after each answer. Compared are how the crawl ended and how many requests it
 * made. Where a crawl is meant to be different is listed, with the reason. */
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
#include "support/jsonl.h"
#include "support/requests.h"

enum { CASES = 76, PARTS_MAX = 8, ANSWER_ROOM = 200 << 10, URL_BYTES = 512 };

/* libcurl-errors(3), as far as the tests have them. */
static const struct {
  int curl_exit, outcome, reason;
} exits[] = {
  { 0, CRAWLER_FETCHED, CRAWLER_REASON_NONE },
  { 1, CRAWLER_FAILED, CRAWLER_FAILED_PROTOCOL },   /* no HTTP of ours */
  { 8, CRAWLER_FAILED, CRAWLER_FAILED_PROTOCOL },   /* weird server reply */
  { 18, CRAWLER_FAILED, CRAWLER_FAILED_TRUNCATED }, /* partial file */
  { 22, CRAWLER_FETCHED, CRAWLER_REASON_NONE },     /* --fail: a status of 400 and more */
  { 47, CRAWLER_FAILED, CRAWLER_FAILED_TOO_MANY_REDIRECTS },
  { 52, CRAWLER_FAILED, CRAWLER_FAILED_TRUNCATED }, /* empty reply */
  { 56, CRAWLER_FAILED, CRAWLER_FAILED_TRUNCATED }, /* receive error */
  { 61, CRAWLER_FAILED, CRAWLER_FAILED_PROTOCOL },  /* bad content encoding */
  { 63, CRAWLER_FAILED, CRAWLER_FAILED_TOO_LARGE },
};

struct difference {
  const char *id;
  int outcome, reason; /* 0, 0: as curl's */
  size_t requests;     /* 0: as curl's */
  const char *why;
};

static const struct difference different[] = {
  { "curl-test1166", 0, 0, 1, "one URL is asked for once" },
  { "curl-test1240", 0, 0, 1, "a URL is one URL: no globbing" },
  { "curl-test1328", 0, 0, 1, "the same" },
  { "curl-test18", 0, 0, 1, "the same" },
  { "curl-test1473", CRAWLER_FAILED, CRAWLER_FAILED_PROTOCOL, 0,
    "libcurl takes whitespace before the first header since 8.1 only: refused by each alike, as "
    "RFC "
    "9112 section 2.2 allows" },
  { "curl-test223", CRAWLER_FAILED, CRAWLER_FAILED_TRUNCATED, 0,
    "less comes than its length says; a body is decoded when it is whole" },
  { "curl-test269", CRAWLER_FAILED, CRAWLER_FAILED_TRUNCATED, 0, "a length isn't ignored" },
  { "curl-test395", CRAWLER_FAILED, CRAWLER_FAILED_TOO_LARGE, 0,
    "a length over 64 bits is over max_body, and isn't ignored" },
  { "curl-test66", CRAWLER_FAILED, CRAWLER_FAILED_PROTOCOL, 0, "HTTP/0.9 is never allowed" },
};

struct part {
  char name[16];
  char *bytes;
  size_t len;
};

struct sws {
  const char *number; /* of the test */
  struct part parts[PARTS_MAX];
  size_t count;
  int bounced; /* to part data<N> */
};

/* ---- the server ---- */

static const struct part *find_part(const struct sws *sws, long number)
{
  char name[16];

  (void)snprintf(name, sizeof(name), number > 0 ? "data%ld" : "data", number);
  for (size_t i = 0; i < sws->count; i++)
    if (strcmp(sws->parts[i].name, name) == 0)
      return &sws->parts[i];
  return NULL;
}

/* Which part a request line asks for: the last number in its path says. */
static const struct part *part_for(const struct sws *sws, const char *request)
{
  size_t line = strcspn(request, "\r\n");
  size_t digits = strlen(sws->number);
  const struct part *part = NULL;

  for (size_t i = 0; i + digits <= line; i++)
    if (memcmp(request + i, sws->number, digits) == 0) {
      long rest = strtol(request + i + digits, NULL, 10);
      part = find_part(sws, rest > 0 ? rest : 0);
      if (part)
        return part;
    }
  return find_part(sws, 0);
}

static size_t answer(const char *request, char *out, size_t room, void *user)
{
  struct sws *sws = user;
  const struct part *part = part_for(sws, request);

  if (sws->bounced > 0)
    part = find_part(sws, sws->bounced);
  if (!part || part->len > room)
    return 0;
  memcpy(out, part->bytes, part->len);
  sws->bounced = memmem(part->bytes, part->len, "swsbounce", 9) ? sws->bounced + 1 : 0;
  return part->len;
}

/* ---- a case ---- */

/* %TESTNUMBER and what else curl's test files have for bytes. */
static size_t expand(const char *text, size_t bytes, const char *number, int port, char *out)
{
  char server_port[8];
  size_t len = 0;
  (void)snprintf(server_port, sizeof(server_port), "%d", port);
  const char *const words[][2] = {
    { "%TESTNUMBER", number },
    { "%HOSTIP", "127.0.0.1" },
    { "%HTTPPORT", server_port },
    { "%CR", "\r" },
    { "%AMP", "&" },
  };

  for (size_t i = 0; i < bytes;) {
    size_t w = 0;
    while (w < 5 && (bytes - i < strlen(words[w][0]) ||
                     memcmp(text + i, words[w][0], strlen(words[w][0])) != 0))
      w++;
    if (w < 5) {
      memcpy(out + len, words[w][1], strlen(words[w][1]));
      len += strlen(words[w][1]);
      i += strlen(words[w][0]);
    } else {
      out[len++] = text[i++];
    }
  }
  out[len] = '\0';
  return len;
}

static void read_parts(struct sws *sws, struct cr_jsonl *lines, const struct cr_json *row)
{
  const struct cr_json *responses = cr_json_get(row, "responses");

  for (size_t i = 0; i < cr_json_len(responses); i++) {
    const struct cr_json *response = cr_json_at(responses, i);
    struct cr_span raw = cr_json_bytes(lines, response, "raw");
    struct part *part = &sws->parts[sws->count++];

    assert_true(sws->count <= PARTS_MAX && raw.len < ANSWER_ROOM);
    (void)snprintf(part->name, sizeof(part->name), "%s", cr_json_text(response, "part"));
    part->bytes = malloc(4 * raw.len + 64);
    assert_non_null(part->bytes);
    part->len = expand(raw.at, raw.len, sws->number, 0, part->bytes);
  }
}

/* Of curl's options those that change how it ends. -1: HEAD. */
static void set_options(struct cr_crawl_rig *rig, const struct cr_json *row, bool *is_head)
{
  const struct cr_json *options = cr_json_get(row, "options");
  char setting[64];

  for (size_t i = 0; i < cr_json_len(options); i++) {
    const char *option = cr_json_at(options, i)->text.at;
    *is_head = *is_head || strcmp(option, "-I") == 0;
    if (strncmp(option, "--max-filesize ", 15) == 0) {
      (void)snprintf(setting, sizeof(setting), "max_body=%s", option + 15);
      cr_hostile_set(rig, setting);
    } else if (strncmp(option, "--max-redirs ", 13) == 0) {
      (void)snprintf(setting, sizeof(setting), "max_redirects=%s", option + 13);
      cr_hostile_set(rig, setting);
    } else if (strncmp(option, "-c ", 3) == 0 || strncmp(option, "-b ", 3) == 0) {
      cr_hostile_set(rig, "cookies=1");
    }
  }
}

static void add_urls(struct cr_crawl_rig *rig, const struct cr_json *row, const char *number,
                     int port, bool is_head)
{
  const struct cr_json *urls = cr_json_get(row, "url");

  for (size_t i = 0; i < cr_json_len(urls); i++) {
    char url[URL_BYTES] = "http://";
    struct cr_span text = cr_json_at(urls, i)->text;
    bool has_scheme = strncmp(text.at, "http://", 7) == 0;

    (void)expand(text.at, text.len, number, port, has_scheme ? url : url + 7);
    crawler_request *req = cr_request_of(rig->c, url);
    assert_non_null(req);
    assert_int_equal(crawler_request_set_method(req, is_head ? CRAWLER_HEAD : CRAWLER_GET), 0);
    assert_int_equal(crawler_submit(rig->c, req), 0);
  }
}

/* The worst end of a page, redirects apart. */
static void worst_end(const struct cr_crawl_rig *rig, int *outcome, int *reason)
{
  *outcome = CRAWLER_FETCHED;
  *reason = CRAWLER_REASON_NONE;
  for (size_t i = 0; i < rig->end_count; i++)
    if (rig->ends[i].outcome != CRAWLER_FETCHED && rig->ends[i].outcome != CRAWLER_REDIRECTED) {
      *outcome = rig->ends[i].outcome;
      *reason = rig->ends[i].reason;
    }
}

static const struct difference *difference_of(const char *id)
{
  for (size_t i = 0; i < sizeof(different) / sizeof(different[0]); i++)
    if (strcmp(different[i].id, id) == 0)
      return &different[i];
  return NULL;
}

struct found {
  int outcome, reason;
  size_t requests;
};

static struct found wanted(const struct cr_json *row)
{
  int64_t curl_exit = cr_json_int(row, "curl_exit", -1);
  size_t i = 0;

  while (i < sizeof(exits) / sizeof(exits[0]) && exits[i].curl_exit != curl_exit)
    i++;
  assert_true(i < sizeof(exits) / sizeof(exits[0]));
  return (struct found){ exits[i].outcome, exits[i].reason,
                         cr_json_len(cr_json_get(row, "requests")) };
}

static bool is_same(const struct found *a, const struct found *b)
{
  return a->outcome == b->outcome && a->reason == b->reason && a->requests == b->requests;
}

static size_t compare(const struct cr_json *row, const struct found *got)
{
  const struct difference *listed = difference_of(cr_json_text(row, "id"));
  const struct found of_curl = wanted(row);
  struct found want = of_curl;

  if (listed && listed->outcome) {
    want.outcome = listed->outcome;
    want.reason = listed->reason;
  }
  if (listed && listed->requests)
    want.requests = listed->requests;
  if (is_same(got, &want) && (!listed || !is_same(&want, &of_curl)))
    return 0;
  print_error("%s (%s): %s %s, %zu requests, not %zu%s\n", cr_json_text(row, "id"),
              cr_json_text(row, "name"), crawler_outcome_name(got->outcome),
              got->reason ? crawler_reason_name(got->reason) : "", got->requests, want.requests,
              listed ? "; listed as different" : "");
  return 1;
}

static size_t check(struct cr_jsonl *lines, const struct cr_json *row)
{
  static const struct cr_raw_step script[] = { DO(ANSWER), DO(END) };
  static const struct cr_raw_step *const scripts[] = { script };
  struct sws sws = { .number = cr_json_text(row, "id") + strlen("curl-test") };
  struct cr_raw_config config = {
    .scripts = scripts, .script_count = 1, .answer = answer, .user = &sws
  };
  int64_t began = cr_clock_mono_ms();
  struct cr_crawl_rig rig;
  struct found got;
  bool is_head = false;

  read_parts(&sws, lines, row);
  struct cr_raw_server *server = cr_raw_server_start(&config);
  cr_hostile_open(&rig, "max_retries=0 max_redirects=10 max_headers=64k max_depth=0");
  set_options(&rig, row, &is_head);
  add_urls(&rig, row, sws.number, cr_raw_server_port(server), is_head);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  assert_in_range(cr_clock_mono_ms() - began, 0, 10000);
  worst_end(&rig, &got.outcome, &got.reason);
  got.requests = cr_raw_server_requests(server);
  cr_crawl_check(&rig);
  cr_crawl_close(&rig);
  cr_raw_server_stop(server);
  for (size_t i = 0; i < sws.count; i++)
    free(sws.parts[i].bytes);
  return compare(row, &got);
}

static void curls_tests_end_as_curl_does(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t cases = 0;
  size_t wrong = 0;
  size_t listed = 0;
  (void)state;

  cr_jsonl_open(&lines, "http/curl-http.jsonl");
  for (; (row = cr_jsonl_next(&lines)); cases++) {
    wrong += check(&lines, row);
    listed += difference_of(cr_json_text(row, "id")) != NULL;
  }
  cr_jsonl_close(&lines);
  assert_int_equal(cases, CASES);
  assert_int_equal(listed, sizeof(different) / sizeof(different[0]));
  if (wrong > 0)
    fail_msg("%zu of %zu differ", wrong, cases);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(curls_tests_end_as_curl_does),
  };

  return cmocka_run_group_tests_name("curl_cases", tests, NULL, NULL);
}
