/* SPDX-License-Identifier: MIT */
/* test_charset_prescan.c - what a document says about its own encoding.
 *
 * html5lib's encoding suite, w3lib's declared encodings where they follow the standard, and rows
 * for each step of the HTML standard's prescan (13.2.3.2).
 */
#include "parse/charset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/parse.h"
#include "support/jsonl.h"

static const char *decide(struct cr_span html)
{
  return cr_charset_decide(html, (struct cr_span){ NULL, 0 }, "text/html");
}

static void all_html5lib_cases_pass(void **state)
{
  (void)state;
  struct cr_jsonl lines;
  const struct cr_json *row = NULL;
  size_t passed = 0;

  cr_jsonl_open(&lines, "charset/html5lib-encoding.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    const char *want = cr_charset_of_label(cr_json_span(row, "expected"));
    const char *got = decide(cr_json_bytes(&lines, row, "html"));
    assert_non_null(want);
    if (strcmp(got, want) != 0)
      fail_msg("%s: %s, not %s", cr_json_text(row, "source"), got, want);
    passed++;
  }
  cr_jsonl_close(&lines);
  assert_int_equal(passed, 39);
}

static void prescan_follows_each_step_of_the_standard(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want; /* NULL: nothing said */
  } cases[] = {
    { "<meta charset=koi8-r>", "koi8-r" },
    { "<META/CHARSET=KOI8-R/>", NULL }, /* the value is "koi8-r/" */
    { "<meta/charset='koi8-r'/>", "koi8-r" },
    { "<meta charset='koi8-r>", NULL },
    { "<meta charset=koi8-r", NULL },
    { "<metax charset=koi8-r>", NULL },
    { "<meta x=1 charset=koi8-r>", "koi8-r" },
    { "<meta charset = koi8-r >", "koi8-r" },
    { "<meta =charset=koi8-r>", NULL }, /* a name may begin with '=' */
    { "<meta charset=koi8-r charset=gbk>", "koi8-r" },
    { "<meta charset=x><meta charset=gbk>", "gbk" },
    { "<meta charset=utf-16le>", "utf-8" },
    { "<meta charset=x-user-defined>", "windows-1252" },
    { "<meta charset=hz-gb-2312>", "replacement" },
    { "<meta content='text/html;charset=gbk' http-equiv=content-type>", "gbk" },
    { "<meta http-equiv=CONTENT-TYPE content='charset=gbk'>", "gbk" },
    { "<meta http-equiv=content-type content='charset charset=gbk'>", "gbk" },
    { "<meta http-equiv=content-type content='charset=gbk;x'>", "gbk" },
    { "<meta http-equiv=content-type content='charset=\"gbk\"x'>", "gbk" },
    { "<meta http-equiv=content-type content='charset=\"gbk'>", NULL },
    { "<meta http-equiv=content-type content='charset='>", NULL },
    { "<meta http-equiv=refresh content='charset=gbk'>", NULL },
    { "<meta content='charset=gbk'>", NULL },
    { "<meta content='charset=gbk' charset=koi8-r>", "koi8-r" },
    { "<meta charset=koi8-r content='charset=gbk'>", "koi8-r" },
    { "<meta charset=x http-equiv=content-type content='charset=gbk'>", NULL },
    { "<!-- <meta charset=gbk> --><meta charset=koi8-r>", "koi8-r" },
    { "<!--><meta charset=koi8-r>", "koi8-r" },
    { "<!---><meta charset=koi8-r>", "koi8-r" },
    { "<!-- <meta charset=gbk>", NULL },
    { "<!x <meta charset=gbk>", NULL },
    { "<?x <meta charset=gbk><meta charset=koi8-r>", "koi8-r" },
    { "</ <meta charset=gbk><meta charset=koi8-r>", "koi8-r" },
    { "</p a='<meta charset=gbk>'><meta charset=koi8-r>", "koi8-r" },
    { "<p a=\"<meta charset=gbk>\"><meta charset=koi8-r>", "koi8-r" },
    { "< meta charset=gbk>", NULL },
    { "1 < 2 <meta charset=gbk>", "gbk" },
    { "<", NULL },
    { "<m", NULL },
    { "<meta ", NULL },
    { "<!", NULL },
    { "", NULL },
    { "<?xml version=\"1.0\" encoding=\"koi8-r\"?>", "koi8-r" },
    { "<?xml version=\"1.0\" encoding=\"koi8-r\"?><meta charset=gbk>", "gbk" },
    { "<?xml encoding \t= 'koi8-r'?>", "koi8-r" },
    { "<?xml encoding='utf-16'?>", "utf-8" },
    { "<?xml encoding='koi8-r ?>", NULL },
    { "<?xml encoding='koi8 -r'?>", NULL },
    { "<?xml encoding=koi8-r?>", NULL },
    { "<?xml encoding='koi8-r'", NULL },
    { " <?xml encoding='koi8-r'?>", NULL },
    { "<?xml version='1.0'?>", NULL },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const char *got = cr_charset_prescan(cr_span_text(cases[i].html));
    const char *want = cases[i].want;
    if (got != want && (!got || !want || strcmp(got, want) != 0))
      fail_msg("%s: %s, not %s", cases[i].html, got, want);
  }
}

static void declarations_in_utf16_are_seen(void **state)
{
  (void)state;
  assert_string_equal(cr_charset_prescan(CR_SPAN("<\0?\0x\0m\0l")), "utf-16le");
  assert_string_equal(cr_charset_prescan(CR_SPAN("\0<\0?\0x\0m")), "utf-16be");
  assert_null(cr_charset_prescan(CR_SPAN("<\0?\0x")));
}

/* In the first 1024 bytes the scan doesn't know of scripts; behind them a parser has its say. */
static void behind_1024_bytes_only_what_is_markup_counts(void **state)
{
  (void)state;
  static const struct {
    const char *late;
    const char *want;
  } cases[] = {
    { "<meta charset=gbk>", "gbk" },
    { "<body><p title='x>'><meta charset=gbk>", "gbk" },
    { "<script>'<meta charset=gbk>'</script>", NULL },
    { "<script>'<meta charset=gbk>'</script><meta charset=koi8-r>", "koi8-r" },
    { "<title><meta charset=gbk></title>", NULL },
    { "<!-- <meta charset=gbk> -->", NULL },
    { "<meta charset=gbk", NULL },
    { "<meta content='text/html;charset=gbk' http-equiv=content-type>", "gbk" },
    { "<meta charset=utf-16>", "utf-8" },
  };
  char html[2048];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    memset(html, ' ', sizeof(html));
    memcpy(html + 1500, cases[i].late, strlen(cases[i].late));
    const char *got = cr_charset_prescan(cr_span(html, sizeof(html)));
    if (cases[i].want)
      assert_string_equal(got, cases[i].want);
    else
      assert_null(got);
  }
}

/* What a prescan takes for one is tentative until a parser meets the first that is. */
static void the_first_meta_of_a_parser_has_the_last_word(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } cases[] = {
    { "<title><meta charset=gbk></title>", "gbk" },
    { "<title><meta charset=gbk></title><meta charset=koi8-r>", "koi8-r" },
    { "<script>'<meta charset=gbk>'</script><p><meta charset=koi8-r><meta charset=utf-8>",
      "koi8-r" },
    { "<?xml version='1.0' encoding='gbk'?><meta charset=koi8-r>", "koi8-r" },
    { "<?xml version='1.0' encoding='gbk'?><meta charset=x>", "gbk" },
  };
  char html[2048];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_string_equal(cr_charset_prescan(cr_span_text(cases[i].html)), cases[i].want);
  memset(html, ' ', sizeof(html));
  memcpy(html, cases[0].html, strlen(cases[0].html));
  memcpy(html + 1500, "<meta charset=koi8-r>", 21);
  assert_string_equal(cr_charset_prescan(cr_span(html, sizeof(html))), "koi8-r");
}

static void a_meta_across_the_border_counts_once(void **state)
{
  (void)state;
  static const char meta[] = "<meta charset=gbk>";
  char html[2048];

  for (size_t at = 1000; at < 1030; at++) {
    memset(html, ' ', sizeof(html));
    memcpy(html + at, meta, sizeof(meta) - 1);
    assert_string_equal(cr_charset_prescan(cr_span(html, sizeof(html))), "gbk");
  }
}

static void every_prefix_ends_quietly(void **state)
{
  (void)state;
  static const char html[] = "<!-- - --><!x><?x></x a=b><p a='b' c=\"d\" e f=g/><meta http-equiv="
                             "content-type content='a charset = \"gbk\"' charset=koi8-r x>";
  char *copy = NULL;

  for (size_t len = 0; len < sizeof(html); len++) {
    copy = malloc(len + 1); /* of exactly that size, so that reading on is seen */
    assert_non_null(copy);
    memcpy(copy, html, len);
    const char *name = cr_charset_prescan(cr_span(copy, len));
    assert_true((name != NULL) == (len >= sizeof(html) - 1));
    free(copy);
  }
}

static void w3lib_declared_encodings_pass(void **state)
{
  (void)state;
  struct cr_jsonl lines;
  const struct cr_json *row = NULL;
  size_t passed = 0;

  cr_jsonl_open(&lines, "charset/w3lib-encoding.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    struct cr_span body = cr_json_bytes(&lines, row, "body");
    const char *want = cr_json_text(row, "expected");
    if (strcmp(cr_json_text(row, "op"), "html_body_declared_encoding") != 0)
      continue;
    const char *got = cr_charset_prescan(body);
    /* w3lib also takes pragmas of another name and "< meta": the standard says they say nothing. */
    if (memmem(body.at, body.len, "Fake-Content", 12) ||
        memmem(body.at, body.len, "httpequiv", 9) || memmem(body.at, body.len, "< meta", 6))
      assert_null(got);
    else if (want)
      assert_string_equal(got, want);
    else
      assert_null(got);
    passed++;
  }
  cr_jsonl_close(&lines);
  assert_int_equal(passed, 23);
}

static void a_style_sheet_names_its_charset_in_its_first_bytes(void **state)
{
  (void)state;
  static const struct {
    const char *css;
    const char *want; /* NULL: none */
  } rows[] = {
    /* CSS Syntax 3, section 3.2: exactly these bytes */
    { "@charset \"windows-1251\";a{}", "windows-1251" },
    { "@charset \" GBK \";", "gbk" },
    { "@charset \"utf-16be\";", "utf-8" },
    { "@charset \"utf-16\";", "utf-8" },
    { "@charset \"x\";", NULL },
    { "@charset \"\";", NULL },
    { "@charset 'gbk';", NULL },
    { "@charset  \"gbk\";", NULL },
    { "@CHARSET \"gbk\";", NULL },
    { " @charset \"gbk\";", NULL },
    { "@charset \"gbk\" ;", NULL },
    { "@charset \"gbk\"", NULL },
    { "@charset \"gbk", NULL },
    { "@charset \"", NULL },
    { "@charset", NULL },
    { "", NULL },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const char *name = cr_charset_of_css(cr_span_text(rows[i].css));
    if (rows[i].want)
      assert_string_equal(name, rows[i].want);
    else
      assert_null(name);
  }
  assert_null(cr_charset_of_css(cr_span(NULL, 0)));
}

static void it_stands_in_the_first_1024_bytes_of_the_sheet(void **state)
{
  (void)state;
  char css[1100];

  for (size_t last = 1022; last < 1026; last++) {
    memset(css, ' ', sizeof(css));
    memcpy(css, "@charset \"gbk", 13);
    memcpy(css + last - 1, "\";", 2);
    const char *name = cr_charset_of_css(cr_span(css, sizeof(css)));
    assert_int_equal(name != NULL, last < 1024);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_html5lib_cases_pass),
    cmocka_unit_test(prescan_follows_each_step_of_the_standard),
    cmocka_unit_test(declarations_in_utf16_are_seen),
    cmocka_unit_test(behind_1024_bytes_only_what_is_markup_counts),
    cmocka_unit_test(the_first_meta_of_a_parser_has_the_last_word),
    cmocka_unit_test(a_meta_across_the_border_counts_once),
    cmocka_unit_test(every_prefix_ends_quietly),
    cmocka_unit_test(w3lib_declared_encodings_pass),
    cmocka_unit_test(a_style_sheet_names_its_charset_in_its_first_bytes),
    cmocka_unit_test(it_stands_in_the_first_1024_bytes_of_the_sheet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
