/* SPDX-License-Identifier: MIT */
/* test_lists.c - lists of schemes, ports, statuses, file extensions and media types. */
#include "filter/lists.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void what_is_a_list_is_told(void **state)
{
  static const struct {
    bool (*is)(struct cr_span list);
    const char *list;
    bool want;
  } cases[] = {
    { cr_list_of_schemes, "", true },
    { cr_list_of_schemes, "https", true },
    { cr_list_of_schemes, " HTTP , https,", true },
    { cr_list_of_schemes, "ftp", false },
    { cr_list_of_schemes, "http:", false },
    { cr_list_of_ports, "80,443, 8000-8999", true },
    { cr_list_of_ports, "65535", true },
    { cr_list_of_ports, "0", false },
    { cr_list_of_ports, "65536", false },
    { cr_list_of_ports, "9-8", false },
    { cr_list_of_ports, "8-", false },
    { cr_list_of_ports, "-8", false },
    { cr_list_of_ports, "1-2-3", false },
    { cr_list_of_ports, "http", false },
    { cr_list_of_statuses, "", true },
    { cr_list_of_statuses, "400, 500-599", true },
    { cr_list_of_statuses, "399", false },
    { cr_list_of_statuses, "600", false },
    { cr_list_of_statuses, "200-500", false },
    { cr_list_of_statuses, "504-502", false },
    { cr_list_of_statuses, "5xx", false },
    { cr_list_of_extensions, "pdf,.tar,none", true },
    { cr_list_of_extensions, "tar.gz", false },
    { cr_list_of_extensions, ".", false },
    { cr_list_of_extensions, "*", false },
    { cr_list_of_extensions, "a/b", false },
    { cr_list_of_types, "text/html, image/*", true },
    { cr_list_of_types, "*/*", true },
    { cr_list_of_types, "html", false },
    { cr_list_of_types, "text/", false },
    { cr_list_of_types, "/html", false },
    { cr_list_of_types, "a/b/c", false },
    { cr_list_of_types, "text/html;charset=x", false },
  };
  (void)state;

  for (size_t i = 0; i < COUNT(cases); i++)
    if (cases[i].is(cr_span_text(cases[i].list)) != cases[i].want)
      fail_msg("row %zu: %s", i, cases[i].list);
}

static void words_match_in_any_case_and_as_a_whole(void **state)
{
  (void)state;
  assert_true(cr_list_has_word(CR_SPAN("http, HTTPS"), CR_SPAN("https")));
  assert_false(cr_list_has_word(CR_SPAN("https"), CR_SPAN("http")));
  assert_false(cr_list_has_word(CR_SPAN(",, ,"), CR_SPAN("http")));
  assert_false(cr_list_has_word(CR_SPAN(""), CR_SPAN("http")));
}

static void ports_and_statuses_are_numbers_or_ranges(void **state)
{
  const struct cr_span list = CR_SPAN("80,8000-8002");
  (void)state;

  assert_true(cr_list_has_port(list, 80));
  assert_false(cr_list_has_port(list, 7999));
  assert_true(cr_list_has_port(list, 8000));
  assert_true(cr_list_has_port(list, 8002));
  assert_false(cr_list_has_port(list, 8003));
  assert_false(cr_list_has_port(CR_SPAN(""), 80));
  assert_true(cr_list_has_status(CR_SPAN("408,500-504"), 504));
  assert_false(cr_list_has_status(CR_SPAN("408,500-504"), 505));
  assert_false(cr_list_has_status(CR_SPAN(""), 500));
}

static void an_extension_is_of_the_last_segment(void **state)
{
  static const struct {
    const char *path, *want;
  } cases[] = {
    { "/", "" },
    { "/a", "" },
    { "/a.html", "html" },
    { "/a.tar.gz", "gz" },
    { "/a.b/c", "" },
    { "/a.b/", "" },
    { "/.profile", "" },
    { "/.a.b", "b" },
    { "/a.", "" },
    { "/a.html?b.pdf", "html" },
    { "/a?b.pdf", "" },
    { "/a.html#b.pdf", "html" },
    { "/a.jsp;x=y.z", "jsp" },
    { "/a;x=y.z", "" },
    { "/a.b;c/d", "" },
    { "", "" },
  };
  (void)state;

  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_span got = cr_url_extension(cr_span_text(cases[i].path));
    if (!cr_span_eq(got, cr_span_text(cases[i].want)))
      fail_msg("%s: %.*s", cases[i].path, (int)got.len, got.at);
  }
}

static void an_extension_is_listed_with_or_without_its_dot(void **state)
{
  (void)state;
  assert_true(cr_list_has_extension(CR_SPAN("html, .PDF"), CR_SPAN("pdf")));
  assert_true(cr_list_has_extension(CR_SPAN("html"), CR_SPAN("HTML")));
  assert_false(cr_list_has_extension(CR_SPAN("html"), CR_SPAN("htm")));
  assert_false(cr_list_has_extension(CR_SPAN("html"), CR_SPAN("")));
  assert_true(cr_list_has_extension(CR_SPAN("html,none"), CR_SPAN("")));
}

static void a_type_matches_by_halves(void **state)
{
  (void)state;
  assert_true(cr_list_has_type(CR_SPAN("text/html"), CR_SPAN("text/html")));
  assert_true(cr_list_has_type(CR_SPAN("Text/HTML"), CR_SPAN("text/html")));
  assert_false(cr_list_has_type(CR_SPAN("text/html"), CR_SPAN("text/htm")));
  assert_false(cr_list_has_type(CR_SPAN("text/html"), CR_SPAN("application/html")));
  assert_true(cr_list_has_type(CR_SPAN("a/b, image/*"), CR_SPAN("image/png")));
  assert_true(cr_list_has_type(CR_SPAN("*/*"), CR_SPAN("image/png")));
  assert_false(cr_list_has_type(CR_SPAN("*/*"), CR_SPAN("image")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_a_list_is_told),
    cmocka_unit_test(words_match_in_any_case_and_as_a_whole),
    cmocka_unit_test(ports_and_statuses_are_numbers_or_ranges),
    cmocka_unit_test(an_extension_is_of_the_last_segment),
    cmocka_unit_test(an_extension_is_listed_with_or_without_its_dot),
    cmocka_unit_test(a_type_matches_by_halves),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
