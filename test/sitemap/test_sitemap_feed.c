/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* test_sitemap_feed.c - RSS and Atom as a sitemap.
 */
#include "sitemap/sitemap_feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"
#include "support/sitemap_log.h"

#define T(literal) CR_SPAN_INIT(literal)
#define RSS(inside) T("<rss version='2.0'><channel><link>/</link>" inside "</channel></rss>")
#define ATOM(inside) T("<feed xmlns='http://www.w3.org/2005/Atom'>" inside "</feed>")

static void the_pages_of_entries_count(void **state)
{
  static const struct cr_sitemap_row rows[] = {
    { "an item", RSS("<item><link>/1</link></item><item><guid>http://a.example/2</guid></item>"),
      "page /1\npage http://a.example/2\n", 0, CR_SITEMAP_RSS },
    { "one page an item", RSS("<item><link>/1</link><guid>http://a.example/2</guid></item>"),
      "page /1\n", 0, CR_SITEMAP_RSS },
    { "dates",
      RSS("<item><pubDate>Sun, 19 May 2002 15:21:36 GMT</pubDate><link>/1</link></item>"
          "<item><link>/2</link></item><item><title>x</title></item><item><link>/3</link></item>"),
      "page /1 lastmod=1021821696\npage /2\npage /3\n", 0, CR_SITEMAP_RSS },
    { "no entry", RSS("<title>x</title>"), "", 0, CR_SITEMAP_RSS },
    { "Atom",
      ATOM("<link href='/'/><entry><link rel='self' href='/s'/><link href='/1'/>"
           "<published>2002-05-19T15:21:36Z</published><updated>2003-12-13T18:30:02Z</updated>"
           "</entry>"),
      "page /1 lastmod=1071340202\n", 0, CR_SITEMAP_ATOM },
    { "cut off", T("<rss><channel><item><link>/1</link><title>x"), "page /1\n", CRAWLER_E_FORMAT,
      CR_SITEMAP_RSS },
    { "RDF",
      T("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        "xmlns='http://purl.org/rss/1.0/'><item rdf:about='/1'><link>/1</link></item></rdf:RDF>"),
      "page /1\n", 0, CR_SITEMAP_RSS },
  };

  (void)state;
  cr_test_sitemap_table(rows, sizeof(rows) / sizeof(*rows));
}

static int refuse(void *arg, const struct cr_sitemap_entry *entry)
{
  size_t *told = arg;

  assert_true(entry->loc.len > 0);
  (*told)++;
  return 42;
}

static void an_answer_of_the_sink_ends_the_reading(void **state)
{
  const struct cr_span text = RSS("<item><link>/1</link></item><item><link>/2</link></item>"
                                  "<item><link>/3</link></item>");
  size_t told = 0;
  const struct cr_sitemap_sink sink = { refuse, &told };
  struct cr_sitemap_feed *feed = NULL;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  assert_int_equal(cr_sitemap_feed_open(&feed, &mem, &sink), 0);
  (void)cr_sitemap_feed_add(feed, text.at, text.len);
  assert_int_equal(cr_sitemap_feed_end(feed), 42);
  assert_int_equal(told, 1);
  assert_int_equal(cr_sitemap_feed_format(feed), CR_SITEMAP_RSS);
  cr_sitemap_feed_close(feed);
  cr_sitemap_feed_close(NULL);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_pages_of_entries_count),
    cmocka_unit_test(an_answer_of_the_sink_ends_the_reading),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
