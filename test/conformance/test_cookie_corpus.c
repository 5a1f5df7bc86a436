/* SPDX-License-Identifier: MIT */
/* test_cookie_corpus.c - Set-Cookie headers found by fuzzing another parser.
 *
 * $CONFORMANCE/http has them; without it they are left out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fetch/cookie_jar.h"
#include "support/conformance.h"
#include "support/jsonl.h"
#include "support/oom.h"

#define NOW INT64_C(1559559600000) /* 2019-06-03T11:00:00Z */

/* Any bytes: no error, and what is sent has a bound and no line end. */
static void hostile_bytes_are_taken_or_left(void **state)
{
  const struct cr_cookie_place place = { CR_SPAN("home.example.org"), CR_SPAN("/"), true };
  char path[CR_CONFORMANCE_PATH_BYTES];
  struct cr_cookie_jar *jar = NULL;
  const struct cr_json *row;
  struct cr_jsonl lines;
  struct cr_buf out;
  struct cr_mem mem;

  (void)state;
  if (!cr_conformance_path("http/hostile-cookie.jsonl", path))
    skip();
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, 1 << 16);
  assert_int_equal(cr_cookie_jar_open(&jar, &mem, 1 << 20, 1), 0);
  cr_jsonl_open(&lines, path);
  while ((row = cr_jsonl_next(&lines))) {
    struct cr_span bytes = cr_json_bytes(&lines, row, "");

    assert_non_null(bytes.at);
    assert_int_equal(cr_cookie_jar_take(jar, &place, bytes, NOW), 0);
    cr_buf_clear(&out);
    assert_int_equal(cr_cookie_jar_give(jar, &place, NOW, &out), 0);
    assert_true(out.len <= CR_COOKIE_LINE_BYTES);
    assert_null(out.len > 0 ? memchr(out.data, '\n', out.len) : NULL);
  }
  print_message("%zu inputs, %zu cookies kept\n", lines.line, cr_cookie_jar_count(jar));
  cr_jsonl_close(&lines);
  cr_buf_free(&out);
  cr_cookie_jar_close(jar);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hostile_bytes_are_taken_or_left),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
