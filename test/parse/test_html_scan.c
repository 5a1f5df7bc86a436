/* SPDX-License-Identifier: MIT */
/* test_html_scan.c - the tags of a document, one after the other.
 *
 * Rows for the states of the HTML standard's tokenizer, section 13.2.5.
 */
#include "parse/html_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* All tags as "name", "/name", "name!" if self-closing, with "*n" for n attributes. */
static void describe(struct cr_span html, bool in_foreign, char *out, size_t room)
{
  struct cr_html_scan s = { html.at, html.at + html.len };
  struct cr_html_tag tag;
  size_t len = 0;

  out[0] = '\0';
  while (cr_html_scan_tag(&s, &tag, in_foreign)) {
    len += (size_t)snprintf(out + len, room - len, "%s%.*s%s", tag.is_end ? "/" : "",
                            (int)tag.name.len, tag.name.at, tag.is_self_closing ? "!" : "");
    if (tag.attributes > 0)
      len += (size_t)snprintf(out + len, room - len, "*%zu", tag.attributes);
    len += (size_t)snprintf(out + len, room - len, " ");
    assert_true(len < room);
    if (cr_span_eq_nocase(tag.name, CR_SPAN("script")) && !tag.is_end)
      cr_html_scan_script(&s);
    if (cr_span_eq_nocase(tag.name, CR_SPAN("title")) && !tag.is_end)
      cr_html_scan_text(&s, tag.name);
  }
}

static void tags_are_found_as_a_tokenizer_finds_them(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } cases[] = {
    { "", "" },
    { "no tags", "" },
    { "<p>x</p>", "p /p " },
    { "<P CLASS=x>", "P*1 " },
    { "<br/>", "br! " },
    { "<br / >", "br " },
    { "<br a=b/>", "br*1 " },
    { "<br a='b'/>", "br!*1 " },
    { "<br a/>", "br!*1 " },
    { "<br a />", "br!*1 " },
    { "<br a=b / c>", "br*2 " },
    { "<a href='>'><b>", "a*1 b " },
    { "<a href=\"'>\"><b>", "a*1 b " },
    { "<a href=>x", "a*1 " },
    { "<a href= 'x' >", "a*1 " },
    { "<a href\n=\n'>'>", "a*1 " },
    { "<a x'y='1'>", "a*1 " },
    { "<a =x=y>", "a*1 " },
    { "<a 'x>'>", "a*1 " },
    { "<a x='1'y='2'>", "a*2 " },
    { "<a/b/c>", "a*2 " },
    { "<a<b>", "a<b " },
    { "< a><1><>", "" },
    { "</ a></1></><b>", "b " },
    { "</p a='>'>x", "/p*1 " },
    { "<!doctype html><p>", "p " },
    { "<!-- <p> --><b>", "b " },
    { "<!--><b>", "b " },
    { "<!---><b>", "b " },
    { "<!----><b>", "b " },
    { "<!-- -- ><p> --!><b>", "b " },
    { "<!-- --><b>", "b " },
    { "<!-- ---><b>", "b " },
    { "<!-- <!-- --><b>", "b " },
    { "<!-- <b>", "" },
    { "<!-<b>x", "" },
    { "<?php <b> ?>", "" },
    { "<?x?><b>", "b " },
    { "<![CDATA[<b>]]><i>", "i " },
    { "<b", "" },
    { "<b ", "" },
    { "<b a", "" },
    { "<b a=", "" },
    { "<b a='>", "" },
    { "<", "" },
    { "</", "" },
    { "<!", "" },
    { "<!--", "" },
    { "<!---", "" },
    { "<p><b", "p " },
    { "<title><b></titlex></b></TITLE ><i>", "title i " },
    { "<title><b>", "title " },
    { "<script><b></script><i>", "script i " },
    { "<script>'</scriptx>'</script/><i>", "script i " },
    { "<script><!-- </script><i>", "script i " },
    { "<script><!--<script></script></script><i>", "script i " },
    { "<script><!--<script></script>--></script><i>", "script i " },
    { "<script><!--<script>--></script><i>", "script i " },
    { "<script><!--><script></script><i>", "script i " },
    { "<script><!--<scriptx></script><i>", "script i " },
    { "<script><!--<script> x", "script " },
    { "<script><!--<script></script><b>", "script " },
    { "<script></script", "script " },
  };
  char got[256];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    describe(cr_span_text(cases[i].html), false, got, sizeof(got));
    if (strcmp(got, cases[i].want) != 0)
      fail_msg("%s: %s, not %s", cases[i].html, got, cases[i].want);
  }
}

static void sections_count_in_svg_and_math_only(void **state)
{
  (void)state;
  char got[64];

  describe(CR_SPAN("<![CDATA[<b>]]><i>"), true, got, sizeof(got));
  assert_string_equal(got, "i ");
  describe(CR_SPAN("<![CDATA[ > <b>]]><i>"), true, got, sizeof(got));
  assert_string_equal(got, "i ");
  describe(CR_SPAN("<![CDATA[ > <b>]]><i>"), false, got, sizeof(got));
  assert_string_equal(got, "b i ");
  describe(CR_SPAN("<![cdata[ > <b>]]><i>"), true, got, sizeof(got));
  assert_string_equal(got, "b i ");
}

static void attributes_have_name_and_value(void **state)
{
  (void)state;
  const struct cr_span rest = CR_SPAN(" a=1 B='2 x' c= \"3\" d/e =f=g h=");
  static const char *const want[][2] = { { "a", "1" },  { "B", "2 x" }, { "c", "3" },
                                         { "d", NULL }, { "e", "f=g" }, { "h", "" } };
  struct cr_html_scan s = { rest.at, rest.at + rest.len };
  struct cr_span name;
  struct cr_span value;

  for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
    assert_true(cr_html_scan_attribute(&s, &name, &value));
    assert_true(cr_span_eq(name, cr_span_text(want[i][0])));
    assert_true(cr_span_eq(value, cr_span_text(want[i][1])));
    assert_true((value.at == NULL) == (want[i][1] == NULL));
  }
  assert_false(cr_html_scan_attribute(&s, &name, &value));
}

/* Every prefix of a page that has everything, in memory of that very size. */
static void every_prefix_ends_quietly(void **state)
{
  (void)state;
  static const char html[] =
      "<!doctype html><?x?></ x><!-- - -- --!><a b='c' d=\"e\" f=g h / i><![CDATA[ ]] ]]>"
      "<title> </titl </title ><script><!-- <script <script> - -- </script> --></script>";
  char got[256];

  for (size_t len = 0; len < sizeof(html); len++) {
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, html, len);
    char *exact = realloc(copy, len > 0 ? len : 1);
    assert_non_null(exact);
    describe(cr_span(exact, len), false, got, sizeof(got));
    describe(cr_span(exact, len), true, got, sizeof(got));
    free(exact);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tags_are_found_as_a_tokenizer_finds_them),
    cmocka_unit_test(sections_count_in_svg_and_math_only),
    cmocka_unit_test(attributes_have_name_and_value),
    cmocka_unit_test(every_prefix_ends_quietly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
