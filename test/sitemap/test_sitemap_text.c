/* SPDX-License-Identifier: MIT */
/* test_sitemap_text.c - a sitemap that is a list of URLs.
 */
#include "sitemap/sitemap_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"
#include "support/sitemap_log.h"

#define T(literal) CR_SPAN_INIT(literal)
#define A "http://a.example/"

static void lines_that_are_urls_count(void **state)
{
  static const struct cr_sitemap_row rows[] = {
    { "one", T(A), "page " A "\n", 0, CR_SITEMAP_TEXT },
    { "line ends", T(A "1\n" A "2\r" A "3\r\n\n\n" A "4\n"),
      "page " A "1\npage " A "2\npage " A "3\npage " A "4\n", 0, CR_SITEMAP_TEXT },
    { "a mark and white space", T("\xef\xbb\xbf \n\t" A "1 \t\n"), "page " A "1\n", 0,
      CR_SITEMAP_TEXT },
    { "https, in any case", T("HTTPS://a.example/\n"), "page HTTPS://a.example/\n", 0,
      CR_SITEMAP_TEXT },
    { "without scheme", T("www.a.example/b?c=d\na.example/\n"),
      "page http://www.a.example/b?c=d\npage " A "\n", 0, CR_SITEMAP_TEXT },
    { "what is none",
      T("some prose\nftp://a.example/\n/b\nfile.txt\n../b/c\n.b/c\nb/c.d\n" A
        " and more\nwww./b\n"),
      "", CRAWLER_E_FORMAT, CR_SITEMAP_UNKNOWN },
    { "among prose", T("# list\n" A "1\nend"), "page " A "1\n", 0, CR_SITEMAP_TEXT },
    { "nothing", T(""), "", CRAWLER_E_FORMAT, CR_SITEMAP_UNKNOWN },
    { "white space", T(" \n\r\n"), "", CRAWLER_E_FORMAT, CR_SITEMAP_UNKNOWN },
    { "a NUL", T(A "1\0\n" A "2\n"), "page " A "2\n", 0, CR_SITEMAP_TEXT },
  };

  (void)state;
  cr_test_sitemap_table(rows, sizeof(rows) / sizeof(*rows));
}

static int count(void *arg, const struct cr_sitemap_entry *entry)
{
  size_t *longest = arg;
  *longest = entry->loc.len > *longest ? entry->loc.len : *longest;
  return 0;
}

static void a_line_that_is_too_long_is_passed_over(void **state)
{
  size_t longest = 0;
  const struct cr_sitemap_sink sink = { count, &longest };
  struct cr_sitemap_text text;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  cr_sitemap_text_init(&text, &mem, &sink);
  assert_int_equal(cr_sitemap_text_add(&text, A, strlen(A)), 0);
  for (size_t i = 0; i < 2 * CR_SITEMAP_URL_MAX; i++)
    assert_int_equal(cr_sitemap_text_add(&text, "aa", 2), 0);
  assert_int_equal(cr_sitemap_text_add(&text, "\n" A "b\n", strlen(A) + 3), 0);
  assert_int_equal(cr_sitemap_text_end(&text), 0);
  assert_int_equal(text.urls, 1);
  assert_int_equal(longest, strlen(A) + 1);
  assert_true(cr_mem_used(&mem) <= 2 * CR_SITEMAP_URL_MAX);
  cr_sitemap_text_free(&text);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_that_are_urls_count),
    cmocka_unit_test(a_line_that_is_too_long_is_passed_over),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
