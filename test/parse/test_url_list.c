/* SPDX-License-Identifier: MIT */
/* test_url_list.c - a text that lists URLs, one a line.
 */
#include "parse/url_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void lines_that_are_urls_are_taken(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *want; /* with a '|' behind each */
  } rows[] = {
    { "", "" },
    { "http://a/", "http://a/|" },
    { "http://a/\nhttps://b/\r\nHTTP://c/\rhttp://d/",
      "http://a/|https://b/|HTTP://c/|http://d/|" },
    { "\xef\xbb\xbfhttp://a/\n", "http://a/|" },
    { "  http://a/ \t\n\n\n# http://b/\nftp://c/\n/d\nhttp://e f/\n", "http://a/|" },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_url_list list = { rows[i].text, rows[i].text + strlen(rows[i].text) };
    struct cr_span url;
    char got[256] = "";
    size_t len = 0;
    while (cr_url_list_next(&list, &url))
      len += (size_t)snprintf(got + len, sizeof(got) - len, "%.*s|", (int)url.len, url.at);
    if (strcmp(got, rows[i].want) != 0)
      fail_msg("%s: %s, not %s", rows[i].text, got, rows[i].want);
    assert_ptr_equal(list.at, list.end);
  }
}

static void a_line_with_a_nul_is_none(void **state)
{
  (void)state;
  const struct cr_span text = CR_SPAN("http://a/\0b\nhttp://c/");
  struct cr_url_list list = { text.at, text.at + text.len };
  struct cr_span url;

  assert_true(cr_url_list_next(&list, &url));
  assert_true(cr_span_eq(url, CR_SPAN("http://c/")));
  assert_false(cr_url_list_next(&list, &url));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_that_are_urls_are_taken),
    cmocka_unit_test(a_line_with_a_nul_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
