/* SPDX-License-Identifier: MIT */
/* test_feed_grammar.c - which elements of a feed mean something, and what.
 */
#include "sitemap/feed_grammar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void namespaces_are_known_in_any_case(void **state)
{
  (void)state;
  static const struct {
    const char *ns;
    enum cr_feed_words words;
  } cases[] = {
    { "http://www.w3.org/2005/Atom", CR_FEED_WORDS_ATOM },
    { "http://www.w3.org/2005/atom", CR_FEED_WORDS_ATOM },
    { "http://purl.org/atom/ns#", CR_FEED_WORDS_ATOM },
    { "http://purl.org/rss/1.0/", CR_FEED_WORDS_RSS },
    { "http://my.netscape.com/rdf/simple/0.9/", CR_FEED_WORDS_RSS },
    { "http://www.w3.org/1999/02/22-rdf-syntax-ns#", CR_FEED_WORDS_RDF },
    { "http://search.yahoo.com/mrss/", CR_FEED_WORDS_MEDIA },
    { "http://search.yahoo.com/mrss", CR_FEED_WORDS_MEDIA },
    { "http://www.itunes.com/DTDs/Podcast-1.0.dtd", CR_FEED_WORDS_ITUNES },
    { "http://purl.org/atom/ns", CR_FEED_WORDS_NONE },
    { "http://www.sitemaps.org/schemas/sitemap/0.9", CR_FEED_WORDS_NONE },
    { "", CR_FEED_WORDS_NONE },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_int_equal(cr_feed_find_words(cr_span_text(cases[i].ns)), cases[i].words);
}

static void the_root_says_which_format_it_is(void **state)
{
  (void)state;
  static const struct {
    enum cr_feed_words words;
    const char *name;
    enum cr_feed_format format;
  } cases[] = {
    { CR_FEED_WORDS_NONE, "rss", CR_FEED_RSS },
    { CR_FEED_WORDS_ATOM, "rss", CR_FEED_RSS },
    { CR_FEED_WORDS_RDF, "RDF", CR_FEED_RDF },
    { CR_FEED_WORDS_ATOM, "feed", CR_FEED_ATOM },
    { CR_FEED_WORDS_ATOM, "entry", CR_FEED_ATOM },
    { CR_FEED_WORDS_NONE, "RDF", CR_FEED_UNKNOWN },
    { CR_FEED_WORDS_NONE, "feed", CR_FEED_UNKNOWN },
    { CR_FEED_WORDS_RSS, "channel", CR_FEED_UNKNOWN },
    { CR_FEED_WORDS_NONE, "html", CR_FEED_UNKNOWN },
    { CR_FEED_WORDS_NONE, "urlset", CR_FEED_UNKNOWN },
    { CR_FEED_WORDS_NONE, "", CR_FEED_UNKNOWN },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_int_equal(cr_feed_find_format(cases[i].words, cr_span_text(cases[i].name)),
                     cases[i].format);
}

static void an_element_means_something_in_its_place_only(void **state)
{
  (void)state;
  static const struct cr_span link = CR_SPAN_INIT("link");
  static const struct cr_span url = CR_SPAN_INIT("url");
  const struct cr_feed_element *element = NULL;

  element = cr_feed_find_element(CR_FEED_IN_CHANNEL, CR_FEED_WORDS_RSS, link);
  assert_non_null(element);
  assert_int_equal(element->rel, CR_FEED_SITE);
  element = cr_feed_find_element(CR_FEED_IN_ENTRY, CR_FEED_WORDS_RSS, link);
  assert_non_null(element);
  assert_int_equal(element->rel, CR_FEED_ENTRY);
  element = cr_feed_find_element(CR_FEED_IN_ENTRY, CR_FEED_WORDS_ATOM, link);
  assert_non_null(element);
  assert_string_equal(element->url, "href");
  assert_non_null(cr_feed_find_element(CR_FEED_IN_IMAGE, CR_FEED_WORDS_RSS, url));
  assert_null(cr_feed_find_element(CR_FEED_IN_ENTRY, CR_FEED_WORDS_RSS, url));
  assert_null(cr_feed_find_element(CR_FEED_IN_ENTRY, CR_FEED_WORDS_NONE, link));
  assert_null(cr_feed_find_element(CR_FEED_IN_LEAF, CR_FEED_WORDS_RSS, link));
  assert_null(cr_feed_find_element(CR_FEED_AT_START, CR_FEED_WORDS_RSS, link));
  assert_null(cr_feed_find_element(CR_FEED_IN_ENTRY, CR_FEED_WORDS_RSS, CR_SPAN("Link")));
}

static void rels_are_those_of_the_registry(void **state)
{
  (void)state;
  static const struct {
    const char *rel;
    uint16_t place;
    enum cr_feed_rel want;
  } cases[] = {
    { "", CR_FEED_IN_ENTRY, CR_FEED_ENTRY },
    { "", CR_FEED_IN_CHANNEL, CR_FEED_SITE },
    { "alternate", CR_FEED_IN_ENTRY, CR_FEED_ENTRY },
    { " Alternate\n", CR_FEED_IN_CHANNEL, CR_FEED_SITE },
    { "http://www.iana.org/assignments/relation/alternate", CR_FEED_IN_ENTRY, CR_FEED_ENTRY },
    { "http://www.iana.org/assignments/relation/self", CR_FEED_IN_CHANNEL, CR_FEED_SELF },
    { "self", CR_FEED_IN_ENTRY, CR_FEED_SELF },
    { "next", CR_FEED_IN_CHANNEL, CR_FEED_PAGE },
    { "previous", CR_FEED_IN_CHANNEL, CR_FEED_PAGE },
    { "prev-archive", CR_FEED_IN_CHANNEL, CR_FEED_PAGE },
    { "hub", CR_FEED_IN_CHANNEL, CR_FEED_HUB },
    { "enclosure", CR_FEED_IN_ENTRY, CR_FEED_ENCLOSURE },
    { "replies", CR_FEED_IN_ENTRY, CR_FEED_COMMENTS },
    { "related", CR_FEED_IN_ENTRY, CR_FEED_RELATED },
    { "via", CR_FEED_IN_ENTRY, CR_FEED_SOURCE },
    { "self", CR_FEED_IN_SOURCE, CR_FEED_SOURCE },
    { "license", CR_FEED_IN_ENTRY, CR_FEED_OTHER },
    { "http://example.org/rel#alternate", CR_FEED_IN_ENTRY, CR_FEED_OTHER },
    { "alternate self", CR_FEED_IN_ENTRY, CR_FEED_OTHER },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    enum cr_feed_rel got = cr_feed_find_rel(cr_span_text(cases[i].rel), cases[i].place);
    if (got != cases[i].want)
      fail_msg("%s: %d", cases[i].rel, (int)got);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(namespaces_are_known_in_any_case),
    cmocka_unit_test(the_root_says_which_format_it_is),
    cmocka_unit_test(an_element_means_something_in_its_place_only),
    cmocka_unit_test(rels_are_those_of_the_registry),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
