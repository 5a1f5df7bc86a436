/* SPDX-License-Identifier: MIT */
/* test_sitemap_place.c - which URLs a sitemap may list for where it is.
 */
#include "sitemap/sitemap_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
static void a_sitemap_covers_its_directory(void **state)
{
  static const struct {
    const char *sitemap, *url;
    bool covered;
  } rows[] = {
    /* the examples of sitemaps.org, "Sitemap file location" */
    { "http://example.com/catalog/sitemap.xml", "http://example.com/catalog/show?item=23", true },
    { "http://example.com/catalog/sitemap.xml", "http://example.com/catalog/show?a=2&b=3", true },
    { "http://example.com/catalog/sitemap.xml", "http://example.com/image/show?item=23", false },
    { "http://example.com/catalog/sitemap.xml", "https://example.com/catalog/page1.php", false },
    { "http://www.example.com/sitemap.xml", "http://subdomain.example.com/a", false },
    { "http://example.com:100/sitemap.xml", "http://example.com:100/a", true },
    { "http://example.com:100/sitemap.xml", "http://example.com/a", false },
    { "http://example.com/sitemap.xml", "http://example.com/", true },
    { "http://example.com/catalog/sitemap.xml", "http://example.com/catalog", false },
    { "http://example.com/catalog/sitemap.xml", "http://example.com/catalogue/a", false },
    { "http://example.com/a/", "http://example.com/a/b/c", true },
    { "http://example.com/s?dir=/a/b/", "http://example.com/c", true },
    { "http://example.com/s#/a/", "http://example.com/c", true },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    assert_int_equal(cr_sitemap_covers(cr_span_text(rows[i].sitemap), cr_span_text(rows[i].url)),
                     rows[i].covered);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_sitemap_covers_its_directory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
