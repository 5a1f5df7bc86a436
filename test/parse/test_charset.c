/* SPDX-License-Identifier: MIT */
/* test_charset.c - which encoding is this text in?
 *
 * Labels of the WHATWG Encoding standard section 4.2; the order of evidence of the HTML standard
 * section 13.2.3.2; w3lib's cases where that project and the standards agree.
 */
#include "parse/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/parse.h"
#include "support/jsonl.h"

static void labels_are_found_whatever_their_case(void **state)
{
  (void)state;
  static const struct {
    const char *label;
    const char *want; /* NULL: none */
  } cases[] = {
    { "utf-8", "utf-8" },
    { "UTF8", "utf-8" },
    { " \t\n\f\rutf-8 ", "utf-8" },
    { "unicode-1-1-utf-8", "utf-8" },
    { "x-unicode20utf8", "utf-8" },
    { "ISO-8859-1", "windows-1252" },
    { "ascii", "windows-1252" },
    { "latin1", "windows-1252" },
    { "l9", "iso-8859-15" },
    { "iso-8859-9", "windows-1254" },
    { "866", "ibm866" },
    { "x-x-big5", "big5" },
    { "gb2312", "gbk" },
    { "GB18030", "gb18030" },
    { "Shift_JIS", "shift_jis" },
    { "ks_c_5601-1987", "euc-kr" },
    { "unicode", "utf-16le" },
    { "unicodefffe", "utf-16be" },
    { "utf-16", "utf-16le" },
    { "hz-gb-2312", "replacement" },
    { "iso-2022-kr", "replacement" },
    { "x-user-defined", "x-user-defined" },
    { "visual", "iso-8859-8" },
    { "logical", "iso-8859-8-i" },
    { "utf-7", NULL },
    { "utf-32", NULL },
    { "utf-8x", NULL },
    { "utf-", NULL },
    { "\xa0utf-8", NULL },
    { "ISO-2022-CN-EXT//TRANSLIT", NULL },
    { "IBM1390", NULL },
    { "", NULL },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const char *name = cr_charset_of_label(cr_span_text(cases[i].label));
    if (cases[i].want)
      assert_string_equal(name, cases[i].want);
    else
      assert_null(name);
  }
  assert_null(cr_charset_of_label(CR_SPAN("utf-8\0")));
  assert_null(cr_charset_of_label((struct cr_span){ NULL, 0 }));
}

static void every_label_is_in_order_and_found(void **state)
{
  (void)state;
  assert_int_equal(cr_charset_label_count, 228);
  for (size_t i = 0; i < cr_charset_label_count; i++) {
    const char *label = cr_charset_labels[i].label;
    const struct cr_charset *set = &cr_charsets[cr_charset_labels[i].charset];
    assert_true(i == 0 || strcmp(cr_charset_labels[i - 1].label, label) < 0);
    assert_ptr_equal(cr_charset_find(cr_span_text(label)), set);
    assert_ptr_equal(cr_charset_find(cr_span_text(set->name)), set);
  }
}

static void evidence_counts_in_the_order_of_the_standard(void **state)
{
  (void)state;
  static const struct {
    const char *body;
    const char *type;
    const char *mime;
    const char *want;
  } cases[] = {
    { "\xef\xbb\xbf<meta charset=gbk>", "text/html;charset=big5", "text/html", "utf-8" },
    { "\xff\xfe<", "text/html;charset=big5", "text/html", "utf-16le" },
    { "\xfe\xff<", "", "text/html", "utf-16be" },
    { "<meta charset=gbk>", "text/html;charset=big5", "text/html", "big5" },
    { "<meta charset=gbk>", "text/html;charset=none", "text/html", "gbk" },
    { "<meta charset=gbk>", "text/html;charset=\"ut\\f-8\"", "text/html", "utf-8" },
    { "<meta charset=gbk>", "text/html;charset=big5,text/html", "text/html", "big5" },
    { "<meta charset=gbk>", "text/html", "text/html", "gbk" },
    { "<meta charset=none>", "text/html", "text/html", "windows-1252" },
    { "", "", "text/html", "windows-1252" },
    { "x", "application/xhtml+xml", "application/xhtml+xml", "utf-8" },
    { "<meta charset=koi8-r />", "", "application/xhtml+xml", "koi8-r" },
    { "<meta charset=gbk>", "text/plain", "text/plain", "utf-8" },
    { "x", "text/plain;charset=latin1", "text/plain", "windows-1252" },
    { "<?xml version='1.0' encoding='koi8-r'?>", "text/xml", "text/xml", "koi8-r" },
    { "<?xml version='1.0' encoding='koi8-r'?>", "", "text/html", "koi8-r" },
    { "", "", "text/plain", "utf-8" },
    { "@charset \"gbk\";", "text/css", "text/css", "gbk" },
    { "@charset \"gbk\";", "text/css;charset=big5", "text/css", "big5" },
    { "\xef\xbb\xbf@charset \"gbk\";", "text/css", "text/css", "utf-8" },
    { "@charset \"none\";", "text/css", "text/css", "utf-8" },
    { "@charset \"gbk\";", "text/plain", "text/plain", "utf-8" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_string_equal(
        cr_charset_decide(cr_span_text(cases[i].body), cr_span_text(cases[i].type), cases[i].mime),
        cases[i].want);
}

static void a_byte_order_mark_says_its_length(void **state)
{
  (void)state;
  size_t bytes = 9;

  assert_string_equal(cr_charset_of_bom(CR_SPAN("\xef\xbb\xbf"), &bytes), "utf-8");
  assert_int_equal(bytes, 3);
  assert_string_equal(cr_charset_of_bom(CR_SPAN("\xff\xfe\0\0"), &bytes), "utf-16le");
  assert_int_equal(bytes, 2);
  assert_null(cr_charset_of_bom(CR_SPAN("\xef\xbb"), &bytes));
  assert_int_equal(bytes, 0);
  assert_null(cr_charset_of_bom(CR_SPAN(""), &bytes));
}

/* Python's name of a codec, as far as the cases have it; NULL: one that the web doesn't know. */
static const char *name_of_python(const char *codec)
{
  static const char *const pairs[][2] = {
    { "cp1252", "windows-1252" },  { "gb18030", "gbk" },         { "big5hkscs", "big5" },
    { "iso8859-4", "iso-8859-4" }, { "cp1251", "windows-1251" }, { "utf-16", "utf-16le" },
    { "utf-8", "utf-8" }
  };

  for (size_t i = 0; codec && i < sizeof(pairs) / sizeof(pairs[0]); i++)
    if (strcmp(pairs[i][0], codec) == 0)
      return pairs[i][1];
  return NULL;
}

/* The header's value; some cases have the name before it. */
static struct cr_span header_value(const struct cr_json *row)
{
  struct cr_span type = cr_json_span(row, "content_type");
  struct cr_span name = CR_SPAN("Content-Type: ");
  if (cr_span_starts_nocase(type, name))
    return cr_span(type.at + name.len, type.len - name.len);
  return type;
}

/* The standards go other ways than w3lib where a quoted value has text behind it, where two values
 * stand in one header, for UTF-32, which isn't an encoding of the web, and for a label that they
 * don't have. */
static bool is_disputed(struct cr_span type)
{
  return cr_span_eq(type, CR_SPAN("text/html; charset=\"utf-8\"x")) ||
         cr_span_eq(type, CR_SPAN("text/html; charset=\"utf-8\"extra")) ||
         cr_span_eq(type, CR_SPAN("text/html; charset=utf-8, text/plain; charset=utf-16")) ||
         cr_span_eq(type, CR_SPAN("text/html; charset=utf-32")) ||
         cr_span_eq(type, CR_SPAN(" Latin-1"));
}

static bool check_w3lib(const struct cr_json *row)
{
  const char *op = cr_json_text(row, "op");
  const char *want = name_of_python(cr_json_text(row, "expected"));
  const char *got = NULL;

  if (strcmp(op, "resolve_encoding") == 0 && !is_disputed(cr_json_span(row, "label"))) {
    got = cr_charset_of_label(cr_json_span(row, "label"));
  } else if (strcmp(op, "http_content_type_encoding") == 0 && !is_disputed(header_value(row))) {
    char label[64];
    cr_mime_charset(header_value(row), label);
    got = cr_charset_of_label(cr_span_text(label));
  } else {
    return false;
  }
  if (got != want && (!got || !want || strcmp(got, want) != 0))
    fail_msg("%s: %s, not %s", cr_json_text(row, "source"), got, want);
  return true;
}

static void w3lib_cases_of_headers_and_labels_pass(void **state)
{
  (void)state;
  struct cr_jsonl lines;
  const struct cr_json *row = NULL;
  size_t passed = 0;

  cr_jsonl_open(&lines, "charset/w3lib-encoding.jsonl");
  while ((row = cr_jsonl_next(&lines)))
    passed += check_w3lib(row) ? 1 : 0;
  cr_jsonl_close(&lines);
  assert_int_equal(passed, 33);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(labels_are_found_whatever_their_case),
    cmocka_unit_test(every_label_is_in_order_and_found),
    cmocka_unit_test(evidence_counts_in_the_order_of_the_standard),
    cmocka_unit_test(a_byte_order_mark_says_its_length),
    cmocka_unit_test(w3lib_cases_of_headers_and_labels_pass),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
