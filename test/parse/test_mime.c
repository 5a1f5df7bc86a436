/* SPDX-License-Identifier: MIT */
/* test_mime.c - what a response says of its kind.
 *
 * Parsing by the examples and rules of WHATWG MIME Sniffing section 4.4; nosniff by "determine
 * nosniff" of the Fetch standard.
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
    { "text/html, text/plain", "" },
    { "text/html/x", "" },
    { "t\xc3\xa4xt/html", "" },
    { ";charset=utf-8", "" },
    { "*/*", "*/*" },
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

static void parameters_are_found_as_the_standard_does(void **state)
{
  (void)state;
  static const struct {
    const char *type;
    const char *want; /* NULL: none */
  } cases[] = {
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
    { "text/html;;;charset=utf-8", "utf-8" },
    { "text/html;charset = utf-8", NULL },
    { "text/html;charset= \"utf-8\"", "\"utf-8\"" },
    { "text/html;xcharset=utf-8", NULL },
    { "text/html", NULL },
    { "charset=utf-8", NULL },
    { "text/html;charset=\"\"", "" },
    { "text/html;charset='utf-8'", "'utf-8'" },
    { "text/html;a=\"\\", NULL },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_span value = cr_mime_parameter(cr_span_text(cases[i].type), CR_SPAN("charset"));
    if (!cases[i].want)
      assert_null(value.at);
    else if (!cr_span_eq(value, cr_span_text(cases[i].want)))
      fail_msg("%s: %.*s", cases[i].type, (int)value.len, value.at);
  }
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
    cmocka_unit_test(parameters_are_found_as_the_standard_does),
    cmocka_unit_test(the_first_value_says_nosniff),
    cmocka_unit_test(html_xml_and_text_are_told_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
