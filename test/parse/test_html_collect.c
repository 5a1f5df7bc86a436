/* SPDX-License-Identifier: MIT */
/* test_html_collect.c - what a page says of links and of itself, put together.
 */
#include "parse/html_collect.h"

#include "parse/extract_rig.h"

static void titles_and_languages_are_the_pages_first(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *title; /* NULL: none */
    const char *lang;
  } rows[] = {
    { "", NULL, NULL },
    { "<title>", "", NULL },
    { "<title> a \n b&amp;c </title><title>d</title>", "a b&c", NULL },
    { "<html lang=en><title>a<b>c</title>", "a<b>c", "en" },
    { "<svg><title>a</title></svg><title>b</title>", "b", NULL },
    { "<template><title>a</title></template><title>b</title>", "b", NULL },
    { "<iframe srcdoc='<title>a</title>'></iframe><title>b</title>", "b", NULL },
    { "<html lang=''><html lang=x>", NULL, "" },
    { "<title>\xe4</title>", "\xef\xbf\xbd", NULL },
    { "<a href=x>y<title>a b</title>z</a>", "a b", NULL },
    { "<a href=x>skip<head><title>a</title></head><p>t", "a", NULL },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    for (size_t piece = 100; piece > 0; piece = piece > 1 ? 1 : 0) {
      extract_run(&rig, cr_span_text(rows[i].html), piece);
      const struct cr_page_facts *facts = &rig.collect.found.facts;
      assert_true((facts->title == NULL) == (rows[i].title == NULL));
      assert_true((facts->lang == NULL) == (rows[i].lang == NULL));
      if (rows[i].title)
        assert_string_equal(facts->title, rows[i].title);
      if (rows[i].lang)
        assert_string_equal(facts->lang, rows[i].lang);
    }
  }
  extract_close(&rig);
}

static void values_are_decoded_from_the_pages_charset(void **state)
{
  (void)state;
  static const struct {
    const char *charset;
    const char *html;
    const char *want;
  } rows[] = {
    { "utf-8", "<a href=\xc3\xa4>\xc3\xa4&auml;</a>", "a:\xc3\xa4'\xc3\xa4\xc3\xa4' " },
    { "utf-8", "<a href=\xe4>", "a:\xef\xbf\xbd " },
    { "utf-8", "<a href=\xef\xbb\xbfx>", "a:\xef\xbb\xbfx " }, /* no mark in the middle of a page */
    { "windows-1252", "<a href=\xe4>\x80&euro;</a>", "a:\xc3\xa4'\xe2\x82\xac\xe2\x82\xac' " },
    { "iso-8859-5", "<a href=\xd0>", "a:\xd0\xb0 " },
    { "euc-jp", "<a href=\xa4\xa2>\xa4\xa2</a>", "a:\xe3\x81\x82'\xe3\x81\x82' " },
    { "windows-1252", "<a href='a\r\nb'>", "a:a\nb " },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    rig.charset = rows[i].charset;
    extract_expect(&rig, rows[i].html, rows[i].want);
  }
  extract_close(&rig);
}

static void the_first_base_with_a_href_counts(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want; /* NULL: none */
  } rows[] = {
    { "<base target=x><base href=1><base href=2>", "1" },
    { "<base href=''><base href=2>", "" },
    { "<p><base href=1>", "1" },
    { "<template><base href=1></template>", NULL },
    { "<svg><base href=1></base></svg>", NULL },
    { "<iframe srcdoc='<base href=1>'></iframe>", NULL },
    { "<!-- <base href=1> -->", NULL },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    extract_run(&rig, cr_span_text(rows[i].html), 1);
    if (!rows[i].want)
      assert_null(rig.collect.found.base_href.at);
    else
      assert_string_equal(rig.collect.found.base_href.at, rows[i].want);
  }
  extract_close(&rig);
}

static void the_first_base_of_a_document_inside_counts_there(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want; /* of the link, innermost first */
  } rows[] = {
    { "<iframe srcdoc='<base href=1/><a href=x>'></iframe>", "1/ " },
    { "<iframe srcdoc='<a href=x><base href=1/><base href=2/>'></iframe>", "1/ " },
    { "<iframe srcdoc='<base href=&amp;#49;><base href=2><a href=x>'></iframe>", "1 " },
    { "<base href=1/><iframe srcdoc='<a href=x>'></iframe>", "- " },
    { "<iframe srcdoc='<base href=1/>'></iframe><a href=x>", "" },
    { "<iframe srcdoc='<template><base href=1/></template><a href=x>'></iframe>", "- " },
    { "<iframe srcdoc=\"<base href=1/><iframe srcdoc='<base href=2/><a href=x>'>\"></iframe>",
      "2/ 1/ " },
    { "<iframe srcdoc=\"<iframe srcdoc='<a href=x>'></iframe><base href=1/>\"></iframe>", "- 1/ " },
    { "<iframe srcdoc=\"<iframe srcdoc='<base href=1/>'></iframe><a href=x>\"></iframe>", "- " },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_html_found *found = &rig.collect.found;
    char got[64] = "";
    extract_run(&rig, cr_span_text(rows[i].html), 1);
    assert_int_equal(found->count, 1);
    for (uint16_t at = found->links[0].base; at > 0; at = found->inner_bases[at - 1].outer) {
      const char *href = found->inner_bases[at - 1].href.at;
      size_t len = strlen(got);
      (void)snprintf(got + len, sizeof(got) - len, "%s ", href ? href : "-");
    }
    if (strcmp(got, rows[i].want) != 0)
      fail_msg("%s: %s, not %s", rows[i].html, got, rows[i].want);
  }
  extract_close(&rig);
}

static void documents_inside_are_read_three_deep(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    uint32_t links;
    bool is_cut;
  } rows[] = {
    { "<iframe srcdoc=\"<img src=1><iframe srcdoc='<img src=2>"
      "<iframe srcdoc=&amp;quot;<img src=3>&amp;quot;></iframe>'></iframe><img src=4>\">"
      "</iframe><img src=5>",
      5, false },
    { "<iframe srcdoc=\"<img src=1><iframe srcdoc='<img src=2><iframe srcdoc=&amp;quot;"
      "<iframe srcdoc=x></iframe><img src=3>&amp;quot;></iframe>'></iframe><img src=4>\">"
      "</iframe><img src=5>",
      5, true },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    extract_run(&rig, cr_span_text(rows[i].html), 7);
    assert_int_equal(rig.collect.found.count, rows[i].links);
    assert_int_equal(rig.collect.is_cut, rows[i].is_cut);
    assert_int_equal(rig.collect.depth, 0);
  }
  extract_close(&rig);
}

static void many_documents_inside_take_the_room_of_one(void **state)
{
  (void)state;
  enum { COUNT = 20000 };
  const struct cr_span unit = CR_SPAN("<iframe srcdoc=x></iframe>");
  char *html = malloc(COUNT * unit.len);
  struct extract_rig rig;

  for (size_t i = 0; i < COUNT; i++)
    memcpy(html + i * unit.len, unit.at, unit.len);
  extract_open(&rig);
  extract_run(&rig, cr_span(html, COUNT * unit.len), COUNT * unit.len);
  assert_true(cr_arena_held_bytes(&rig.scratch) < 4 * COUNT * unit.len);
  extract_close(&rig);
  free(html);
}

static void links_grow_without_a_bound_of_their_own_but_one(void **state)
{
  (void)state;
  struct extract_rig rig;
  enum { COUNT = CR_HTML_MAX_LINKS + 10 };
  const struct cr_span unit = CR_SPAN("<img src=x>");
  char *html = malloc(COUNT * unit.len);

  for (size_t i = 0; i < COUNT; i++)
    memcpy(html + i * unit.len, unit.at, unit.len);
  extract_open(&rig);
  extract_run(&rig, cr_span(html, 1000 * unit.len), SIZE_MAX / 2);
  assert_int_equal(rig.collect.found.count, 1000);
  extract_run(&rig, cr_span(html, COUNT * unit.len), SIZE_MAX / 2);
  assert_int_equal(rig.collect.found.count, CR_HTML_MAX_LINKS);
  extract_close(&rig);
  free(html);
}

static void an_attribute_is_found_in_any_case(void **state)
{
  (void)state;
  const struct cr_html_attribute attributes[] = {
    { CR_SPAN_INIT("Href"), CR_SPAN_INIT("1") },
    { CR_SPAN_INIT("href"), CR_SPAN_INIT("2") },
    { CR_SPAN_INIT("rel"), { NULL, 0 } },
  };
  const struct cr_html_tag tag = { .attributes = attributes, .attribute_count = 3 };
  struct cr_span value = { NULL, 0 };

  assert_true(cr_html_attribute(&tag, CR_SPAN("href"), &value));
  assert_true(cr_span_eq(value, CR_SPAN("1")));
  assert_true(cr_html_attribute(&tag, CR_SPAN("rel"), &value));
  assert_null(value.at);
  assert_false(cr_html_attribute(&tag, CR_SPAN("hre"), &value));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(titles_and_languages_are_the_pages_first),
    cmocka_unit_test(values_are_decoded_from_the_pages_charset),
    cmocka_unit_test(the_first_base_with_a_href_counts),
    cmocka_unit_test(the_first_base_of_a_document_inside_counts_there),
    cmocka_unit_test(documents_inside_are_read_three_deep),
    cmocka_unit_test(many_documents_inside_take_the_room_of_one),
    cmocka_unit_test(links_grow_without_a_bound_of_their_own_but_one),
    cmocka_unit_test(an_attribute_is_found_in_any_case),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
