/* SPDX-License-Identifier: MIT */
/* LDLIBS: -lz */
/* The bad servers of Apache Nutch's tests (test/data/http/README.md): what they send, or how to
 * make it, and what is to come of it. A body over the limit, which Nutch marks as truncated, is too
 * large. Where a crawl is meant to be different is listed, with the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/buf.h"
#include "support/hostile_bytes.h"
#include "support/jsonl.h"
#include "support/oom.h"

enum { CASES = 10, LONG_NAME = 10000 };

/* id, why */
static const char *const different[][2] = {
  { "nutch-NoStatusLine", "HTTP/0.9 is not taken: any text would be a page" },
};

static bool is_listed(const char *id)
{
  for (size_t i = 0; i < sizeof(different) / sizeof(different[0]); i++)
    if (strcmp(different[i][0], id) == 0)
      return true;
  return false;
}

static void add(struct cr_buf *out, const char *text)
{
  assert_int_equal(cr_buf_add(out, text, strlen(text)), 0);
}

/* "X-Custom-Header-{x*10000}: hello" so many times. */
static void make_headers(struct cr_buf *out, const struct cr_json *generate)
{
  char name[LONG_NAME + 1];

  memset(name, 'x', LONG_NAME);
  name[LONG_NAME] = '\0';
  add(out, cr_json_text(generate, "head"));
  for (int64_t i = cr_json_int(generate, "repeat", 0); i > 0; i--) {
    add(out, "X-Custom-Header-");
    add(out, name);
    add(out, ": hello\r\n");
  }
  add(out, cr_json_text(generate, "tail"));
}

static void add_gzipped(struct cr_buf *out, const char *body, size_t bytes)
{
  z_stream zs = { 0 };
  char coded[4096];

  assert_int_equal(deflateInit2(&zs, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  zs.next_in = (Bytef *)(uintptr_t)body;
  zs.avail_in = (uInt)bytes;
  zs.next_out = (Bytef *)coded;
  zs.avail_out = sizeof(coded);
  assert_int_equal(deflate(&zs, Z_FINISH), Z_STREAM_END);
  assert_int_equal(cr_buf_add(out, coded, sizeof(coded) - zs.avail_out), 0);
  (void)deflateEnd(&zs);
}

static void make_body(struct cr_buf *out, const struct cr_json *generate)
{
  size_t bytes = (size_t)cr_json_int(generate, "body_kib", 0) << 10;
  const char *coding = cr_json_text(generate, "content_encoding");
  char *body = malloc(bytes);

  assert_non_null(body);
  memset(body, 'x', bytes);
  add(out, "HTTP/1.1 200 OK\r\nContent-Type: ");
  add(out, cr_json_text(generate, "content_type"));
  add(out, coding ? "\r\nContent-Encoding: gzip\r\n\r\n" : "\r\n\r\n");
  if (coding)
    add_gzipped(out, body, bytes);
  else
    assert_int_equal(cr_buf_add(out, body, bytes), 0);
  free(body);
}

/* What it is expected to be, as far as the row says. */
static bool is_expected(const struct cr_json *expect, const struct cr_hostile_bytes *got)
{
  const char *body = cr_json_text(expect, "body");
  int64_t bytes = cr_json_int(expect, "body_bytes", -1);

  if (cr_json_bool(expect, "error", false))
    return got->outcome == CRAWLER_FAILED;
  if (cr_json_has(expect, "truncated"))
    return got->outcome == CRAWLER_FAILED && got->reason == CRAWLER_FAILED_TOO_LARGE;
  return got->outcome == CRAWLER_FETCHED && got->status == cr_json_int(expect, "status", 200) &&
         (!body || (got->body && strcmp(got->body, body) == 0)) &&
         (bytes < 0 || (int64_t)got->body_bytes == bytes);
}

static size_t check(const struct cr_json *row)
{
  const char *id = cr_json_text(row, "id");
  const struct cr_json *generate = cr_json_get(row, "generate");
  int64_t limit = cr_json_int(cr_json_get(row, "limits"), "max_body", -1);
  struct cr_hostile_bytes got;
  struct cr_mem mem;
  struct cr_buf bytes;
  char options[64] = "max_headers=64k";

  cr_test_mem_init(&mem);
  cr_buf_init(&bytes, &mem, CR_MEM_PAGE, 1 << 20);
  if (cr_json_has(generate, "repeat"))
    make_headers(&bytes, generate);
  else if (cr_json_has(row, "generate"))
    make_body(&bytes, generate);
  else
    add(&bytes, cr_json_text(row, "raw"));
  if (limit >= 0)
    (void)snprintf(options, sizeof(options), "max_body=%lld", (long long)limit);
  cr_hostile_crawl_bytes(&got, cr_span(bytes.data, bytes.len), options);
  bool is_right = is_expected(cr_json_get(row, "expect"), &got) != is_listed(id);
  if (!is_right)
    print_error("%s: %s %s %d, %zu bytes%s\n", id, crawler_outcome_name(got.outcome),
                got.reason ? crawler_reason_name(got.reason) : "", got.status, got.body_bytes,
                is_listed(id) ? "; listed as different" : "");
  cr_hostile_bytes_free(&got);
  cr_buf_free(&bytes);
  cr_test_mem_done(&mem);
  return !is_right;
}

static void nutchs_bad_servers_come_to_what_it_expects(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t cases = 0;
  size_t wrong = 0;
  size_t listed = 0;
  (void)state;

  cr_jsonl_open(&lines, "http/nutch-bad-servers.jsonl");
  for (; (row = cr_jsonl_next(&lines)); cases++) {
    wrong += check(row);
    listed += is_listed(cr_json_text(row, "id"));
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
    cmocka_unit_test(nutchs_bad_servers_come_to_what_it_expects),
  };

  return cmocka_run_group_tests_name("nutch_cases", tests, NULL, NULL);
}
