/* SPDX-License-Identifier: MIT */
/* test_refresh.c - where a page sends its reader after a while: web-platform-tests, and own rows.
 */
#include "parse/refresh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/jsonl.h"

static void web_platform_tests_agree(void **state)
{
  (void)state;
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t passed = 0;

  cr_jsonl_open(&lines, "html/wpt-meta-refresh.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    struct cr_span content = cr_json_span(row, "content");
    int64_t delay_ms = -1;
    struct cr_span url = { NULL, 0 };
    bool is_refresh = cr_refresh_parse(content, &delay_ms, &url);
    if (is_refresh != cr_json_has(row, "url"))
      fail_msg("line %zu: %s", lines.line, content.at);
    if (is_refresh) {
      char plain[256]; /* the suite has it as a URL parser does: without tabs, newlines, ends */
      size_t len = 0;
      for (size_t i = 0; i < url.len; i++)
        if (!strchr("\t\n\r", url.at[i]))
          plain[len++] = url.at[i];
      struct cr_span trimmed = cr_span_trim(cr_span(plain, len));
      struct cr_span want = cr_json_span(row, "url");
      assert_int_equal(delay_ms, cr_json_int(row, "seconds", -1) * 1000);
      if (!cr_span_eq(trimmed, cr_span_trim(want)))
        fail_msg("line %zu: %s: %.*s", lines.line, content.at, (int)url.len, url.at);
    }
    passed++;
  }
  cr_jsonl_close(&lines);
  assert_int_equal(passed, 40);
}

static void what_is_no_time_is_no_refresh(void **state)
{
  (void)state;
  static const struct {
    const char *content;
    int64_t ms;      /* -1: no refresh */
    const char *url; /* NULL: it names none */
  } cases[] = {
    { "", -1, NULL },          { "url=a", -1, NULL },
    { "x", -1, NULL },         { "-1; url=a", -1, NULL },
    { ".5; url=a", 0, "a" },   { "5.9; url=a", 5000, "a" },
    { "5x", -1, NULL },        { "5url=a", -1, NULL },
    { "5.5a", -1, NULL },      { "5", 5000, NULL },
    { " 5 ", 5000, NULL },     { "5;", 5000, NULL },
    { "0; ", 0, NULL },        { "0;url=", 0, "" },
    { "0;url=''", 0, "" },     { "0;a", 0, "a" },
    { "0;url", 0, "url" },     { "0;url a", 0, "url a" },
    { "0;ur=a", 0, "ur=a" },   { "0;'a'b", 0, "a" },
    { "0;url='a", 0, "a" },    { "0;url=\"a'b\"c", 0, "a'b" },
    { "0 , URL = a", 0, "a" }, { "99999999999999999999999999; a", (int64_t)1 << 52, "a" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    int64_t ms = -1;
    struct cr_span url = { NULL, 0 };
    bool is_refresh = cr_refresh_parse(cr_span_text(cases[i].content), &ms, &url);
    if (is_refresh != (cases[i].ms >= 0) || ms != cases[i].ms ||
        (url.at != NULL) != (cases[i].url != NULL) || !cr_span_eq(url, cr_span_text(cases[i].url)))
      fail_msg("%s: %d %lld %.*s", cases[i].content, is_refresh, (long long)ms, (int)url.len,
               url.at);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(web_platform_tests_agree),
    cmocka_unit_test(what_is_no_time_is_no_refresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
