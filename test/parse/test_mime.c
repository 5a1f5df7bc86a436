/* SPDX-License-Identifier: MIT */
/* test_mime.c - what a response says of its kind.
 *
 * Parsing by the examples and rules of WHATWG MIME Sniffing section 4.4; several values by "extract
 * a MIME type", its examples and those of web-platform-tests (fetch/content-type), and nosniff by
 * "determine nosniff" of the Fetch standard.
 */
#include "parse/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void essences_are_lower_case_and_valid(void **state)
{
  (void)state;
  static const struct {
    const char *type;
    const char *want;
  } cases[] = {
    { "text/html", "text/html" },
    { " \tTEXT/HTML ; charset=utf-8", "text/html" },
    { "application/xhtml+xml;", "application/xhtml+xml" },
    { "x!#$%&'*+-.^_`|~0/y", "x!#$%&'*+-.^_`|~0/y" },
    { "text/html\r\n", "text/html" },
    { "text", "" },
    { "/html", "" },
    { "text/", "" },
    { "text/;html", "" },
    { "text/ht ml", "" },
    { "text /html", "" },
    { "text/html/x", "" },
    { "t\xc3\xa4xt/html", "" },
    { ";charset=utf-8", "" },
    { "*/*", "" },
    { "*/x", "*/x" },
    { "", "" },
    { " ", "" },
    { NULL, "" },
  };
  char out[128];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_mime_essence(cr_span_text(cases[i].type), out);
    assert_string_equal(out, cases[i].want);
  }
}

static void a_type_too_long_is_none(void **state)
{
  (void)state;
  char type[256];
  char out[128];

  memset(type, 'a', sizeof(type));
  type[4] = '/';
  cr_mime_essence(cr_span(type, 127), out);
  assert_int_equal(strlen(out), 127);
  cr_mime_essence(cr_span(type, 128), out);
  assert_string_equal(out, "");
}

struct labelled {
  const char *type;
  const char *want;
};

static void check_charsets(const struct labelled *cases, size_t count)
{
  char label[64];

  for (size_t i = 0; i < count; i++) {
    cr_mime_charset(cr_span_text(cases[i].type), label);
    if (strcmp(label, cases[i].want) != 0)
      fail_msg("%s: '%s', not '%s'", cases[i].type, label, cases[i].want);
  }
}

static void a_charset_is_found_as_the_standard_does(void **state)
{
  (void)state;
  static const struct labelled cases[] = {
    { "text/html;charset=utf-8", "utf-8" },
    { "text/html; charset=utf-8", "utf-8" },
    { "text/html ;\t CHARSET=utf-8 ", "utf-8" },
    { "text/html;charset=\"utf-8\"", "utf-8" },
    { "text/html;charset=\"utf-8", "utf-8" },
    { "text/html;charset=\"utf-8\"x;charset=gbk", "utf-8" },
    { "text/html;a=b;charset=utf-8", "utf-8" },
    { "text/html;charset=gbk;charset=utf-8", "gbk" },
    { "text/html;a=\"x;charset=gbk\";charset=utf-8", "utf-8" },
    { "text/html;a=\"x\\\";charset=gbk\";charset=utf-8", "utf-8" },
    { "text/html;charset;charset=utf-8", "utf-8" },
    { "text/html;charset=;charset=utf-8", "utf-8" },
    { "text/html;charset=\x01;charset=utf-8", "utf-8" },
    { "text/html;charset=\"\x7f\";charset=utf-8", "utf-8" },
    { "text/html;charset=\"a\tb\";charset=utf-8", "a\tb" },
    { "text/html;charset=\xe4;charset=utf-8", "\xe4" },
    { "text/html;;;charset=utf-8", "utf-8" },
    { "text/html;charset = utf-8", "" },
    { "text/html;charset= \"utf-8\"", "\"utf-8\"" },
    { "text/html;xcharset=utf-8", "" },
    { "text/html", "" },
    { "charset=utf-8", "" },
    { "text;charset=utf-8", "" },
    { ";charset=utf-8", "" },
    { "text/html;charset=\"\"", "" },
    { "text/html;charset=\"\";charset=utf-8", "" },
    { "text/html;charset='utf-8'", "'utf-8'" },
    { "text/html;a=\"\\", "" },
    { NULL, "" },
    { "", "" },
  };

  check_charsets(cases, sizeof(cases) / sizeof(cases[0]));
}

static void backslashes_in_a_quoted_charset_are_undone(void **state)
{
  (void)state;
  static const struct labelled cases[] = {
    { "text/html;charset=\"ut\\f-8\"", "utf-8" }, { "text/html;charset=\"\\u\\t\\f-8\"", "utf-8" },
    { "text/html;charset=\"\\\\\\\"\"", "\\\"" }, { "text/html;charset=\"gbk\\", "gbk\\" },
    { "text/html;charset=ut\\f-8", "ut\\f-8" },   { "text/html;charset=\"gbk\\\"", "gbk\"" },
  };

  check_charsets(cases, sizeof(cases) / sizeof(cases[0]));
}

static void of_several_values_the_last_that_is_valid_counts(void **state)
{
  (void)state;
  static const struct {
    const char *type;
    const char *essence;
    const char *charset;
  } cases[] = {
    { "text/plain,text/html", "text/html", "" },
    { "text/html, text/plain", "text/plain", "" },
    { "text/html;charset=gbk, text/plain", "text/plain", "" },
    { "text/plain;charset=gbk, text/html;charset=koi8-r", "text/html", "koi8-r" },
    { "text/html;charset=gbk, text/html", "text/html", "gbk" },
    { "text/html;charset=gbk, TEXT/HTML;a=b", "text/html", "gbk" },
    { "text/html;charset=gbk, text/html;charset=koi8-r", "text/html", "koi8-r" },
    /* the one that is carried over is the first's */
    { "text/html;charset=gbk, text/html;charset=koi8-r, text/html", "text/html", "gbk" },
    { "text/html;charset=gbk, text/plain, text/html", "text/html", "" },
    { "text/html, text/html;charset=gbk, text/html", "text/html", "" },
    { "text/html;charset=\"gbk\\\\\", text/html", "text/html", "gbk\\" },
    { "text/html;charset=gbk, nonsense, text/html", "text/html", "gbk" },
    { "text/html;charset=gbk, */*", "text/html", "gbk" },
    { "text/html;charset=gbk, */*;charset=koi8-r, text/html", "text/html", "gbk" },
    { "*/*, text/html", "text/html", "" },
    { "text/html,", "text/html", "" },
    { ",,text/html,,", "text/html", "" },
    { ",", "", "" },
    { "text/html;a=\",text/plain\"", "text/html", "" },
    { "text/html;a=\",\\\",text/plain", "text/html", "" },
    { "text/html;charset=gbk;a=\", text/plain;charset=koi8-r", "text/html", "gbk" },
    { "text/html;\" \", \"text/plain", "text/html", "" },
    { "text/plain;charset=\"gbk\"x, text/html", "text/html", "" },
  };
  char essence[128];
  char charset[64];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_mime_essence(cr_span_text(cases[i].type), essence);
    cr_mime_charset(cr_span_text(cases[i].type), charset);
    if (strcmp(essence, cases[i].essence) != 0 || strcmp(charset, cases[i].charset) != 0)
      fail_msg("%s: '%s' in '%s'", cases[i].type, essence, charset);
  }
}

static void a_charset_longer_than_any_label_is_none(void **state)
{
  (void)state;
  char type[128] = "a/b;charset=";
  size_t begin = strlen(type);
  char label[64];

  memset(type + begin, 'x', sizeof(type) - begin);
  cr_mime_charset(cr_span(type, begin + 63), label);
  assert_int_equal(strlen(label), 63);
  cr_mime_charset(cr_span(type, begin + 64), label);
  assert_string_equal(label, "");
  cr_mime_charset(cr_span(type, sizeof(type)), label);
  assert_string_equal(label, "");
}

static void the_first_value_says_nosniff(void **state)
{
  (void)state;
  static const struct {
    const char *options;
    bool want;
  } cases[] = {
    { "nosniff", true },
    { "NoSniff", true },
    { " nosniff\t", true },
    { "nosniff, other", true },
    { "nosniff,nosniff", true },
    { "other, nosniff", false },
    { ", nosniff", false },
    { "nosniff;", false },
    { "nosniff x", false },
    { "\"nosniff\"", false },
    { "no-sniff", false },
    { "nosnif", false },
    { "", false },
    { NULL, false },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_int_equal(cr_mime_is_nosniff(cr_span_text(cases[i].options)), cases[i].want);
}

static void html_xml_and_text_are_told_by_name(void **state)
{
  (void)state;
  assert_true(cr_mime_is_html("text/html"));
  assert_true(cr_mime_is_html("application/xhtml+xml"));
  assert_false(cr_mime_is_html("text/plain"));
  assert_false(cr_mime_is_html("application/xml"));
  assert_false(cr_mime_is_html(""));
  assert_true(cr_mime_is_xml("text/xml"));
  assert_true(cr_mime_is_xml("application/xml"));
  assert_true(cr_mime_is_xml("application/rss+xml"));
  assert_false(cr_mime_is_xml("text/xml2"));
  assert_false(cr_mime_is_xml("text/html"));
  assert_false(cr_mime_is_xml(""));
  assert_true(cr_mime_is_text("text/anything"));
  assert_true(cr_mime_is_text("application/ld+json"));
  assert_true(cr_mime_is_text("application/json"));
  assert_true(cr_mime_is_text("image/svg+xml"));
  assert_true(cr_mime_is_text("application/javascript"));
  assert_false(cr_mime_is_text("application/octet-stream"));
  assert_false(cr_mime_is_text("image/png"));
  assert_false(cr_mime_is_text(""));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(essences_are_lower_case_and_valid),
    cmocka_unit_test(a_type_too_long_is_none),
    cmocka_unit_test(a_charset_is_found_as_the_standard_does),
    cmocka_unit_test(backslashes_in_a_quoted_charset_are_undone),
    cmocka_unit_test(of_several_values_the_last_that_is_valid_counts),
    cmocka_unit_test(a_charset_longer_than_any_label_is_none),
    cmocka_unit_test(the_first_value_says_nosniff),
    cmocka_unit_test(html_xml_and_text_are_told_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
