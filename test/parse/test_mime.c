/* SPDX-License-Identifier: MIT */
/* test_mime.c - what kind of thing is this?
 *
 * Parsing by the examples and rules of WHATWG MIME Sniffing sections 4.4 and 7.1.
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
  };
  char out[128];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_mime_essence(cr_span_text(cases[i].type), CR_SPAN("<html>"), out);
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
  cr_mime_essence(cr_span(type, 127), CR_SPAN("x"), out);
  assert_int_equal(strlen(out), 127);
  cr_mime_essence(cr_span(type, 128), CR_SPAN("x"), out);
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

static void what_is_not_sent_is_sniffed(void **state)
{
  (void)state;
  static const struct {
    struct cr_span body;
    const char *want;
  } cases[] = {
    { { "<!DOCTYPE html>", 15 }, "text/html" },
    { { "<!doctype HTML ", 15 }, "text/html" },
    { { "\t\n\f\r <HTML>", 11 }, "text/html" },
    { { "<a href=x>", 10 }, "text/html" },
    { { "<p>", 3 }, "text/html" },
    { { "<!--x", 5 }, "text/html" },
    { { "<h1>", 4 }, "text/html" },
    { { "<h2>", 4 }, "text/plain" },
    { { "<bx>", 4 }, "text/plain" },
    { { "<p", 2 }, "text/plain" },
    { { "<p\n>", 4 }, "text/plain" },
    { { "x<p>", 4 }, "text/plain" },
    { { " <?xml version", 14 }, "text/xml" },
    { { "%PDF-1.7\0", 9 }, "application/pdf" },
    { { " %PDF-1.7", 9 }, "text/plain" },
    { { "%!PS-Adobe-3.0", 14 }, "application/postscript" },
    { { "\xff\xfe\0x", 4 }, "text/plain" },
    { { "\xfe\xff\0x", 4 }, "text/plain" },
    { { "\xef\xbb\xbf\0", 4 }, "text/plain" },
    { { "plain \x1b[1m text\f", 16 }, "text/plain" },
    { { "\x89PNG\r\n\x1a\n\0", 9 }, "application/octet-stream" },
    { { "a\0b", 3 }, "application/octet-stream" },
    { { "a\x7f\x80\xff", 4 }, "text/plain" },
    { { "", 0 }, "" },
  };
  char out[128];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_mime_essence((struct cr_span){ NULL, 0 }, cases[i].body, out);
    assert_string_equal(out, cases[i].want);
    cr_mime_essence(CR_SPAN(" "), cases[i].body, out);
    assert_string_equal(out, cases[i].want);
  }
}

static void only_the_beginning_is_sniffed(void **state)
{
  (void)state;
  char body[2000];
  char out[128];

  memset(body, 'x', sizeof(body));
  body[1445] = '\0';
  cr_mime_essence((struct cr_span){ NULL, 0 }, cr_span(body, sizeof(body)), out);
  assert_string_equal(out, "text/plain");
  body[1444] = '\0';
  cr_mime_essence((struct cr_span){ NULL, 0 }, cr_span(body, sizeof(body)), out);
  assert_string_equal(out, "application/octet-stream");
}

static void html_and_text_are_told_by_name(void **state)
{
  (void)state;
  assert_true(cr_mime_is_html("text/html"));
  assert_true(cr_mime_is_html("application/xhtml+xml"));
  assert_false(cr_mime_is_html("text/plain"));
  assert_false(cr_mime_is_html("application/xml"));
  assert_false(cr_mime_is_html(""));
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
    cmocka_unit_test(what_is_not_sent_is_sniffed),
    cmocka_unit_test(only_the_beginning_is_sniffed),
    cmocka_unit_test(html_and_text_are_told_by_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
