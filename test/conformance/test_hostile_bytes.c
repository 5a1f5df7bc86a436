/* SPDX-License-Identifier: MIT */
/* Bytes that others' fuzzers found, sent by a server: whatever they are, the crawl ends, in bounded
 * time and memory, with one outcome. They come from a repository under the GPL and aren't copied:
 * CONFORMANCE/http/hostile-http.jsonl, {"b64": bytes} a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/conformance.h"
#include "support/hostile_bytes.h"
#include "support/jsonl.h"

static bool is_one_of_ours(const struct cr_hostile_bytes *got)
{
  if (got->outcome == CRAWLER_FETCHED || got->outcome == CRAWLER_REDIRECTED)
    return got->status >= 200;
  return got->outcome == CRAWLER_FAILED &&
         (got->reason == CRAWLER_FAILED_PROTOCOL || got->reason == CRAWLER_FAILED_TRUNCATED ||
          got->reason == CRAWLER_FAILED_TOO_LARGE || got->reason == CRAWLER_FAILED_REDIRECT_LOOP);
}

static void any_bytes_have_one_outcome(void **state)
{
  char path[CR_CONFORMANCE_PATH_BYTES];
  struct cr_jsonl lines;
  const struct cr_json *row;
  (void)state;

  if (!cr_conformance_path("http/hostile-http.jsonl", path))
    skip();
  cr_jsonl_open(&lines, path);
  while ((row = cr_jsonl_next(&lines))) {
    struct cr_hostile_bytes got;

    cr_hostile_crawl_bytes(&got, cr_json_bytes(&lines, row, ""), NULL);
    if (!is_one_of_ours(&got))
      fail_msg("line %zu: %s %s %d", lines.line, crawler_outcome_name(got.outcome),
               got.reason ? crawler_reason_name(got.reason) : "", got.status);
    assert_int_equal(got.requests, 1);
    cr_hostile_bytes_free(&got);
  }
  cr_jsonl_close(&lines);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(any_bytes_have_one_outcome),
  };

  return cmocka_run_group_tests_name("hostile_bytes", tests, NULL, NULL);
}
