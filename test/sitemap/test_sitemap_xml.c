/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* test_sitemap_xml.c - urlset and sitemapindex.
 */
#include "sitemap/sitemap_xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/sitemap_log.h"

#define T(literal) CR_SPAN_INIT(literal)
#define NS "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
#define SET(inside) T("<urlset " NS ">" inside "</urlset>")
#define URL(inside) SET("<url>" inside "</url>")

static void entries_and_their_members_are_read(void **state)
{
  static const struct cr_sitemap_row rows[] = {
    { "the protocol's example",
      T("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n   <url>\n"
        "      <loc>http://www.example.com/</loc>\n      <lastmod>2005-01-01</lastmod>\n"
        "      <changefreq>monthly</changefreq>\n      <priority>0.8</priority>\n   </url>\n"
        "   <url><loc>http://www.example.com/catalog?item=73&amp;desc=vacation</loc>"
        "<lastmod>2004-12-23T18:00:15+00:00</lastmod><priority>0.3</priority></url></urlset>"),
      "page http://www.example.com/ lastmod=1104537600 priority=800 freq=5\n"
      "page http://www.example.com/catalog?item=73&desc=vacation lastmod=1103824815 "
      "priority=300\n",
      0, CR_SITEMAP_URLSET },
    { "an index", T("<sitemapindex " NS "><sitemap><loc>/1.xml</loc></sitemap></sitemapindex>"),
      "sitemap /1.xml\n", 0, CR_SITEMAP_INDEX },
    { "no namespace", T("<urlset><url><loc>/1</loc></url></urlset>"), "page /1\n", 0,
      CR_SITEMAP_URLSET },
    { "a prefix", T("<s:urlset xmlns:s='x'><s:url><s:loc>/1</s:loc></s:url></s:urlset>"),
      "page /1\n", 0, CR_SITEMAP_URLSET },
    { "another case", T("<URLSET><URL><LOC>/1</LOC></URL></URLSET>"), "page /1\n", 0,
      CR_SITEMAP_URLSET },
    { "pieces of text", URL("<loc> /<![CDATA[a?b&c]]>&#x64;<!-- x -->e\n</loc>"), "page /a?b&cde\n",
      0, CR_SITEMAP_URLSET },
    { "members before loc, and of the entry only",
      SET("<url><priority>1</priority><loc>/1</loc></url><url><loc>/2</loc></url>"),
      "page /1 priority=1000\npage /2\n", 0, CR_SITEMAP_URLSET },
    { "no loc", SET("<url><priority>1</priority></url><url><loc> </loc></url>"), "", 0,
      CR_SITEMAP_URLSET },
    { "several locs", URL("<loc>/1</loc><lastmod>1970-01-02</lastmod><loc>/2</loc><loc>/3</loc>"),
      "page /1 lastmod=86400\npage /2\npage /3\n", 0, CR_SITEMAP_URLSET },
    { "members that mean nothing",
      URL("<loc>/1</loc><lastmod>soon</lastmod><priority>high"
          "</priority><changefreq>often</changefreq><x>y</x>"),
      "page /1\n", 0, CR_SITEMAP_URLSET },
    { "other vocabularies",
      URL("<i:image xmlns:i='http://www.google.com/schemas/sitemap-image/1.1'><i:loc>/no</i:loc>"
          "</i:image><i:loc xmlns:i='y'>/no</i:loc><loc>/1</loc>"),
      "page /1\n", 0, CR_SITEMAP_URLSET },
    { "a prefix that isn't declared",
      URL("<image:image><image:loc>/no</image:loc></image:image>"
          "<loc>/1</loc>"),
      "page /1\n", 0, CR_SITEMAP_URLSET },
    { "alternates",
      URL("<loc>/en</loc><x:link xmlns:x='http://www.w3.org/1999/xhtml' rel='alternate' "
          "hreflang='de' href='/de'/><x:link xmlns:x='http://www.w3.org/1999/xhtml' "
          "rel='Alternate' href=' /x '/><x:link xmlns:x='http://www.w3.org/1999/xhtml' "
          "rel='canonical' href='/no'/>"),
      "page /en de=/de =/x\n", 0, CR_SITEMAP_URLSET },
    { "entries elsewhere", SET("<x><url><loc>/no</loc></url></x><loc>/no</loc>"), "", 0,
      CR_SITEMAP_URLSET },
    { "an empty one", T("<urlset/>"), "", 0, CR_SITEMAP_URLSET },
    { "UTF-16", T("\xff\xfe<\0u\0r\0l\0s\0e\0t\0/\0>\0"), "", 0, CR_SITEMAP_URLSET },
    { "a byte order mark and lines before the root",
      T("\xef\xbb\xbf\n\n<urlset><url><loc>/\xc3\xa9</loc></url></urlset>"), "page /\xc3\xa9\n", 0,
      CR_SITEMAP_URLSET },
  };

  (void)state;
  cr_test_sitemap_table(rows, sizeof(rows) / sizeof(*rows));
}

static void what_comes_before_an_error_counts(void **state)
{
  static const struct cr_sitemap_row rows[] = {
    { "HTML", T("<!DOCTYPE html><html><body><a href='/no'>x</a></body></html>"), "",
      CRAWLER_E_FORMAT, CR_SITEMAP_UNKNOWN },
    { "other XML", T("<x><url><loc>/no</loc></url></x>"), "", CRAWLER_E_FORMAT,
      CR_SITEMAP_UNKNOWN },
    { "a root cut off", T("<urls"), "", CRAWLER_E_FORMAT, CR_SITEMAP_UNKNOWN },
    { "a tag cut off behind a URL", T("<urlset><url><loc>/1</lo"), "page /1\n", CRAWLER_E_FORMAT,
      CR_SITEMAP_URLSET },
    { "... or at its beginning", T("<urlset><url><loc>/1<"), "", CRAWLER_E_FORMAT,
      CR_SITEMAP_URLSET },
    { "a URL cut off", T("<urlset><url><loc>/1</loc></url><url><loc>/2"), "page /1\n",
      CRAWLER_E_FORMAT, CR_SITEMAP_URLSET },
    { "an entry cut off", T("<urlset><url><loc>/1</loc><last"), "page /1\n", CRAWLER_E_FORMAT,
      CR_SITEMAP_URLSET },
    { "not well-formed",
      T("<urlset><url><loc>/1</loc></url><url><loc>/a?b&c=d</loc></url></urlset>"), "page /1\n",
      CRAWLER_E_FORMAT, CR_SITEMAP_URLSET },
    { "something behind the end", T("<urlset><url><loc>/1</loc></url></urlset>x"), "page /1\n",
      CRAWLER_E_FORMAT, CR_SITEMAP_URLSET },
    { "a charset that isn't known", T("<?xml version='1.0' encoding='x-none'?><urlset/>"), "",
      CRAWLER_E_UNSUPPORTED, CR_SITEMAP_UNKNOWN },
  };

  (void)state;
  cr_test_sitemap_table(rows, sizeof(rows) / sizeof(*rows));
}

static void entities_are_not_expanded_into_more(void **state)
{
  static const struct cr_sitemap_row rows[] = {
    { "an external one",
      T("<!DOCTYPE u [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
        "<urlset><url><loc>/a&x;</loc></url></urlset>"),
      "page /a\n", 0, CR_SITEMAP_URLSET },
    { "a billion laughs",
      T("<!DOCTYPE u [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>"
        "<urlset><url><loc>/&c;</loc></url></urlset>"),
      "", CRAWLER_E_LIMIT, CR_SITEMAP_UNKNOWN },
  };

  (void)state;
  cr_test_sitemap_table(rows, sizeof(rows) / sizeof(*rows));
}

static void priorities_are_thousandths(void **state)
{
  static const struct {
    const char *text;
    int want;
  } rows[] = {
    { "0.5", 500 },
    { "1", 1000 },
    { "1.0", 1000 },
    { "0", 0 },
    { "0.0", 0 },
    { ".25", 250 },
    { " 0.8\n", 800 },
    { "0.12345", 123 },
    { "00.1", 100 },
    { "1.", 1000 },
    { "1.1", -1 },
    { "10", -1 },
    { "-0.5", -1 },
    { "", -1 },
    { ".", -1 },
    { "0,5", -1 },
    { "0.5x", -1 },
    { "0..5", -1 },
    { "11111111111111111111", -1 },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    if (cr_sitemap_priority(cr_span_text(rows[i].text)) != rows[i].want)
      fail_msg("'%s'", rows[i].text);
}

static void change_frequencies_are_words(void **state)
{
  (void)state;
  assert_int_equal(cr_sitemap_freq(CR_SPAN(" Daily\n")), CR_SITEMAP_DAILY);
  assert_int_equal(cr_sitemap_freq(CR_SPAN("never")), CR_SITEMAP_NEVER);
  assert_int_equal(cr_sitemap_freq(CR_SPAN("dail")), CR_SITEMAP_FREQ_NONE);
  assert_int_equal(cr_sitemap_freq(CR_SPAN("")), CR_SITEMAP_FREQ_NONE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_and_their_members_are_read),
    cmocka_unit_test(what_comes_before_an_error_counts),
    cmocka_unit_test(entities_are_not_expanded_into_more),
    cmocka_unit_test(priorities_are_thousandths),
    cmocka_unit_test(change_frequencies_are_words),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
