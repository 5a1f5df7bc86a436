/* SPDX-License-Identifier: MIT */
/* NEEDS: expat gumbo */
/* test_parse_given_up.c - what nobody wants any more (arena.h) is left soon, in each of its phases.
 *
 * Nothing is timed: each phase is told by what it would have come to, had it gone on.
 */
#include "parse_rig.h"

#include "parse/arena_rig.h"
#include "parse/charset.h"
#include "parse/css_urls.h"
#include "parse/html_empty.h"
#include "parse/html_guard.h"
#include "parse/html_tame.h"

enum { TIMES = 50000, DOCUMENT_TIMES = 2000 };

static atomic_bool is_up = true;

static struct cr_span repeat(const char *begin, const char *unit, size_t times)
{
  size_t head = strlen(begin);
  size_t len = strlen(unit);
  char *text = malloc(head + times * len + 1);

  assert_non_null(text);
  memcpy(text, begin, head);
  for (size_t i = 0; i < times; i++)
    memcpy(text + head + i * len, unit, len);
  text[head + times * len] = '\0';
  return cr_span(text, head + times * len);
}

static void free_text(struct cr_span text)
{
  free((void *)(uintptr_t)text.at);
}

/* ---- all of it ---- */

static const struct {
  const char *type;
  const char *begin;
  const char *unit;
} bodies[] = {
  { "text/html", "", "<a href=x>y</a>" },
  { "text/html", "<a href=x><table><a href=x>", "<a href=x>y</a>" }, /* a tree's */
  { "text/html; charset=big5", "", "<a href=x>\xa4\xa4</a>" },
  { "text/html; charset=iso-2022-jp", "", "<a href=x>\x1b$B$\x22\x1b(B</a>" },
  { "text/html", "<style>", "a{b:url(x)}" },
  { "application/xhtml+xml", "", "<a href=x>y</a>" },
  { "text/css", "", "a{b:url(x)}" },
  { "text/plain", "", "http://a.example/\n" },
  { "application/rss+xml", "<rss version='2.0'><channel>",
    "<item><link>http://a.example/</link></item>" },
};

static uint32_t links_left(size_t i, const atomic_bool *given_up, bool document)
{
  struct cr_span body = repeat(bodies[i].begin, bodies[i].unit, document ? DOCUMENT_TIMES : TIMES);
  struct rig rig;

  rig_open(&rig, NULL);
  rig.scratch.given_up = given_up;
  rig.p.type = cr_span_text(bodies[i].type);
  rig.p.link_kinds = UINT32_MAX;
  rig.p.want_document = document;
  rig.p.max_links = 0;
  rig.p.max_tree_bytes = 0;
  rig.p.max_ratio = 0;
  char *wire = rig_run(&rig, body);
  uint32_t count = rig.p.link_count;
  if (document)
    assert_true((rig.p.tree != NULL) == (given_up == NULL));
  rig_close(&rig, wire);
  free_text(body);
  return count;
}

static void no_body_is_read_to_its_end(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
    uint32_t all = links_left(i, NULL, false);
    uint32_t left = links_left(i, &is_up, false);
    if (all < TIMES || left > TIMES / 4)
      fail_msg("row %zu: %u links of %u", i, left, all);
  }
  (void)links_left(0, NULL, true);
  (void)links_left(0, &is_up, true);
}

/* ---- while gumbo builds ---- */

static atomic_bool by_clock;
static unsigned clock_calls;

/* The first is asked before gumbo begins; the flag goes up with the third. */
static int64_t raise_the_flag(void)
{
  if (++clock_calls == 3)
    atomic_store(&by_clock, true);
  return 0;
}

static void a_tree_is_left_where_it_is(void **state)
{
  struct cr_span body = repeat("", "<p>some words", TIMES);
  (void)state;

  for (int raises = 0; raises < 2; raises++) {
    struct rig rig;
    rig_open(&rig, NULL);
    clock_calls = 0;
    atomic_store(&by_clock, false);
    rig.scratch.given_up = raises ? &by_clock : NULL;
    rig.p.clock_ms = raise_the_flag;
    rig.p.want_document = true;
    rig.p.max_links = 0;
    rig.p.max_tree_bytes = 0;
    char *wire = rig_run(&rig, body);
    assert_true((rig.p.tree == NULL) == (raises == 1));
    assert_true(raises ? clock_calls == 3 : clock_calls > 100);
    rig_close(&rig, wire);
  }
  free_text(body);
}

/* A text without tags: there gumbo asks for hardly any memory. */
static void the_clock_is_read_at_each_large_block(void **state)
{
  struct cr_span body = repeat("<p>", "x", 3000000);
  struct rig rig;
  (void)state;

  rig_open(&rig, NULL);
  clock_calls = 0;
  rig.scratch.given_up = &by_clock;
  atomic_store(&by_clock, false);
  rig.p.clock_ms = raise_the_flag;
  rig.p.want_document = true;
  rig.p.max_links = 0;
  rig.p.max_tree_bytes = 0;
  char *wire = rig_run(&rig, body);
  assert_null(rig.p.tree);
  assert_int_equal(clock_calls, 3);
  rig_close(&rig, wire);
  free_text(body);
}

/* ---- the others, each by itself ---- */

static void passes_over_a_document_end(void **state)
{
  struct cr_span wide = repeat("", "<p>x", TIMES);
  struct cr_span last = repeat(wide.at, "<p a b c d>", 1);
  struct cr_span html = repeat("", "<p>&#99999999999;", TIMES);
  (void)state;

  assert_int_equal(cr_html_measure(last, NULL).attributes, 4);
  assert_int_equal(cr_html_measure(last, &is_up).attributes, 0);
  cr_html_tame((char *)(uintptr_t)html.at, html.len, &is_up);
  assert_string_equal(html.at + html.len - 17, "<p>&#99999999999;");
  cr_html_tame((char *)(uintptr_t)html.at, html.len, NULL);
  assert_string_equal(html.at + html.len - 17, "<p>&#00009999999;");
  free_text(wide);
  free_text(last);
  free_text(html);
}

static void a_copy_isnt_written(void **state)
{
  static const char *const charsets[] = { "utf-8", "utf-16le", "windows-1252", "x-user-defined",
                                          "big5",  "euc-jp",   "iso-2022-jp" };
  struct cr_span bytes = repeat("", "\xa4\xa4\xff", TIMES);
  struct cr_span xhtml = repeat("", "<p>x", TIMES);
  struct cr_span empty = repeat(xhtml.at, "<script/>", 1);
  struct arena_rig rig;
  struct cr_span out;
  (void)state;

  arena_open(&rig);
  rig.arena.given_up = &is_up;
  for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
    if (cr_charset_decode(&rig.arena, charsets[i], bytes, &out) != CRAWLER_E_NOMEM)
      fail_msg("%s", charsets[i]);
  out = empty;
  (void)cr_html_end_empty(&rig.arena, &out);
  assert_true(out.len == empty.len);
  rig.arena.given_up = NULL;
  assert_int_equal(cr_html_end_empty(&rig.arena, &out), 0);
  assert_true(out.len > empty.len);
  free_text(bytes);
  free_text(xhtml);
  free_text(empty);
  arena_close(&rig);
}

static void a_search_for_characters_ends(void **state)
{
  struct cr_span plain = repeat("", "\xa4\xa4", TIMES);
  struct cr_span text = repeat(plain.at, "\xa1\xfe", 1); /* that of test_charset_exact.c */
  struct cr_exact exact;
  (void)state;

  assert_false(cr_charset_find_exact(CR_ICONV_BIG5, text, &exact, &is_up));
  assert_true(cr_charset_find_exact(CR_ICONV_BIG5, text, &exact, NULL));
  assert_int_equal(exact.at, plain.len);
  free_text(plain);
  free_text(text);
}

static void a_sheet_without_urls_ends(void **state)
{
  struct cr_span plain = repeat("", "a{b:c}", TIMES);
  struct cr_span sheet = repeat(plain.at, "a{b:url(x)}", 1);
  struct cr_css css;
  struct cr_css_url url;
  (void)state;

  cr_css_begin(&css, sheet);
  css.given_up = &is_up;
  assert_false(cr_css_next(&css, &url));
  css.given_up = NULL;
  assert_true(cr_css_next(&css, &url));
  free_text(plain);
  free_text(sheet);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(no_body_is_read_to_its_end),
    cmocka_unit_test(a_tree_is_left_where_it_is),
    cmocka_unit_test(the_clock_is_read_at_each_large_block),
    cmocka_unit_test(passes_over_a_document_end),
    cmocka_unit_test(a_copy_isnt_written),
    cmocka_unit_test(a_search_for_characters_ends),
    cmocka_unit_test(a_sheet_without_urls_ends),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
