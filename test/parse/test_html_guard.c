/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_html_guard.c - how deep and wide would the tree of a document be?
 *
 * Small documents with their depth by the HTML standard (html and body not counted), repeated ones
 * that grow or don't, and the same ones against the depth of gumbo's tree.
 */
#include "parse/html_guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/html_gumbo.h"
#include "parse/html_node.h"
#include "support/oom.h"

static void depth_is_that_of_the_open_elements(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    size_t want;
  } cases[] = {
    { "", 0 },
    { "text", 0 },
    { "<html><head></head><body></body></html>", 0 },
    { "<p>a<p>b<p>c", 1 },
    { "<ul><li>a<li>b</ul>", 2 },
    { "<ul><li><ul><li>a</ul><li>b</ul>", 4 },
    { "<dl><dt>a<dd>b<dt>c</dl>", 2 },
    { "<div><br><img><hr><input></div>", 1 },
    { "<table><tr><td>a<td>b<tr><td>c</table>", 4 },
    { "<table><tbody><tr><td><table><tr><td>a</table></table>", 8 },
    { "<td><td><td>", 0 },
    { "<select><option>a<option>b<div><div></select>", 2 },
    { "<b>1<p>2</b>3</p>", 2 },
    { "<a href=1>x<a href=2>y<a href=3>z", 1 },
    { "<h1>a<h2>b<h3>c", 1 },
    { "<script>'<div><div><div>'</script>", 0 },
    { "<textarea><div><div></textarea>", 0 },
    { "<!-- <div><div> --><p>", 1 },
    { "<plaintext><div><div>", 0 },
    { "<svg><path/><path/><g><path/></g></svg>", 2 },
    { "<svg><style><g></style></svg>", 3 },
    { "<svg><p>", 1 },
    { "<div/><div/><div/>", 3 },
    { "<ruby>a<rt>b<rt>c</ruby>", 2 },
    { "<rt>a<rt>b", 2 },
    { "<x-a><x-b></x-b></x-a><x-a></x-a>", 2 },
    { "<span><span></span></span><span></span>", 2 },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    size_t depth = cr_html_measure(cr_span_text(cases[i].html), NULL).depth;
    if (depth != cases[i].want)
      fail_msg("%s: %zu, not %zu", cases[i].html, depth, cases[i].want);
  }
}

static size_t attributes_of(size_t count)
{
  char html[8192];
  size_t len = (size_t)snprintf(html, sizeof(html), "<p><a");
  for (size_t i = 0; i < count; i++)
    len += (size_t)snprintf(html + len, sizeof(html) - len, " a%zu", i);
  len += (size_t)snprintf(html + len, sizeof(html) - len, ">");
  assert_true(len < sizeof(html));
  return cr_html_measure(cr_span(html, len), NULL).attributes;
}

static void attributes_of_the_widest_tag_are_counted(void **state)
{
  (void)state;
  assert_int_equal(attributes_of(0), 0);
  assert_int_equal(attributes_of(1), 1);
  assert_int_equal(attributes_of(1000), 1000);
  assert_int_equal(cr_html_measure(CR_SPAN("<a b c><p d='x y z'>"), NULL).attributes, 2);
}

/* unit, times over, in memory of its own. */
static char *repeat(const char *unit, size_t times, size_t *len)
{
  size_t unit_len = strlen(unit);
  char *html = malloc(unit_len * times + 1);
  assert_non_null(html);
  for (size_t i = 0; i < times; i++)
    memcpy(html + i * unit_len, unit, unit_len);
  html[unit_len * times] = '\0';
  *len = unit_len * times;
  return html;
}

static enum cr_parse_note judge(const char *unit, size_t times)
{
  size_t len = 0;
  char *html = repeat(unit, times, &len);
  enum cr_parse_note note = cr_html_guard(cr_span(html, len), NULL);
  free(html);
  return note;
}

static void what_nests_without_end_is_refused(void **state)
{
  (void)state;
  static const char *const units[] = {
    "<div>",
    "<span>",
    "<div><p>x</p>",
    "<b><div></b>",
    "<b id=1><i id=2><div></i></b>",
    "<table><tr><td>",
    "<ul><li>",
    "<svg><g>",
    "<svg><style></style><g></svg><div>",
    "<div><script></div></script>",
    "<div><!--</div>-->",
    "<div><select></div></select>",
    "<div><script><!--<script></script></div>--></script>",
    "<x-a></x-b>",
    "<noscript><div></noscript>",
    "<object></div>",
    "<menuitem><div></menuitem>",
    "<template><div></template><div>",
    "<frameset>",
    "<rt>",
    "<x/>",
    "<math><annotation-xml encoding=text/html><x/>",
  };

  for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
    if (judge(units[i], 1100) != CR_PARSE_TOO_DEEP)
      fail_msg("%s", units[i]);
    assert_int_equal(judge(units[i], 100), CR_PARSE_WHOLE);
  }
}

/* What pages do wrong all the time. */
static void what_only_looks_deep_is_let_through(void **state)
{
  (void)state;
  static const char *const units[] = {
    "<p>a",
    "<li>a",
    "<option>a",
    "<table><tr><td>a<td>b</table>",
    "<td>a",
    "</div>",
    "<div><span></div>",
    "<p><b>a</p>",
    "<table><td><font color=red>a</table>",
    "<div><b><i>x</b></i></div>",
    "<a href=x>a",
    "<ruby>a<rt>b</ruby>",
    "<svg><path d=x /><g><circle/></g></svg>",
    "<svg><title>a</title></svg>",
    "<math><mi>x</mi><mo>=</mo></math>",
    "<select><option>a<option>b</select>",
    "<form><input><p>a</form>",
    "<my-card><my-icon></my-icon></my-card>",
    "<script>if (a<b) document.write('<div>')</script>",
    "<body><noscript><img></noscript>",
    "<h1>a</h2>",
    "<br/><img/><hr/>",
    "<object><param><embed></object>",
    "<table><caption>a</caption><col><thead><tr><th>b</thead></table>",
    "<template><tr><td>a</td></tr></template>",
  };

  for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
    if (judge(units[i], 5000) != CR_PARSE_WHOLE)
      fail_msg("%s", units[i]);
}

static void limits_are_exact(void **state)
{
  (void)state;
  assert_int_equal(judge("<div>", CR_HTML_MAX_DEPTH), CR_PARSE_WHOLE);
  assert_int_equal(judge("<div>", CR_HTML_MAX_DEPTH + 1), CR_PARSE_TOO_DEEP);

  size_t len = 0;
  char *attributes = repeat(" a", CR_HTML_MAX_ATTRIBUTES + 1, &len);
  memcpy(attributes, "<p", 2); /* the first one is the name */
  attributes[len - 1] = '>';   /* and the last one isn't there */
  assert_int_equal(cr_html_measure(cr_span(attributes, len), NULL).attributes,
                   CR_HTML_MAX_ATTRIBUTES - 1);
  free(attributes);
  assert_int_equal(judge("<p a a a a a a a a a a a a a a a a a a a a a a a a a a a>", 100),
                   CR_PARSE_WHOLE);
}

static size_t depth_of(const struct GumboInternalOutput *tree)
{
  const struct crawler_node *root = cr_html_root(tree);
  size_t deepest = 0;

  for (const struct crawler_node *node = root; node; node = cr_html_walk(node, root)) {
    size_t depth = 0;
    for (const struct crawler_node *up = node; up; up = cr_html_parent(up))
      depth += cr_html_tag(up, NULL) ? 1 : 0;
    deepest = depth > deepest ? depth : deepest;
  }
  return deepest;
}

static int64_t no_time(void)
{
  return 0;
}

/* Up to seven of these tags in a row, forty times over. */
static size_t write_soup(uint64_t seed, char *html, size_t room)
{
  static const char *const tags[] = { "a",        "b",
                                      "br",       "button",
                                      "caption",  "code",
                                      "dd",       "div",
                                      "dl",       "dt",
                                      "em",       "font",
                                      "form",     "h1",
                                      "i",        "li",
                                      "main",     "math",
                                      "mi",       "nobr",
                                      "object",   "ol",
                                      "option",   "p",
                                      "rt",       "ruby",
                                      "select",   "span",
                                      "svg",      "table",
                                      "td",       "template",
                                      "title",    "tr",
                                      "ul",       "x-a",
                                      "x-b",      "g",
                                      "th",       "tbody",
                                      "u",        "pre",
                                      "noscript", "script",
                                      "textarea", "foreignObject",
                                      "desc",     "optgroup",
                                      "label",    "article",
                                      "rp",       "address" };
  size_t len = 0;
  uint64_t start = seed;

  for (int times = 0; times < 40; times++) {
    seed = start;
    size_t count = 1 + seed % 7;
    for (size_t i = 0; i < count; i++) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      const char *tag = tags[(seed >> 33) % (sizeof(tags) / sizeof(tags[0]))];
      bool is_end = (seed >> 20) % 5 < 2;
      bool has_text = (seed >> 22) % 3 == 0;
      len += (size_t)snprintf(html + len, room - len, "<%s%s>%s", is_end ? "/" : "", tag,
                              has_text ? "t" : "");
    }
  }
  assert_true(len < room);
  return len;
}

/* Tables have parts that no tag says, and the adoption agency wraps what is closed already. */
static void gumbo_is_never_much_deeper(void **state)
{
  (void)state;
  struct cr_mem mem;
  struct cr_arena arena;
  char html[16384];

  cr_test_mem_init(&mem);
  cr_arena_init(&arena, &mem, CR_MEM_PAGE, 256 * 1024, 0);
  for (uint64_t seed = 1; seed <= 4000; seed++) {
    const struct GumboInternalOutput *tree = NULL;
    struct cr_span soup = cr_span(html, write_soup(seed * 7919, html, sizeof(html)));
    struct cr_html_limits limits = { 64 * 1024 * 1024, 1000, no_time, NULL };
    assert_int_equal(cr_html_build(&tree, &arena, soup, &limits), CR_PARSE_WHOLE);
    size_t real = depth_of(tree);
    size_t guessed = cr_html_measure(soup, NULL).depth;
    if (real > 3 * guessed + 50)
      fail_msg("%zu, guessed %zu, for %.*s", real, guessed, (int)soup.len / 40, soup.at);
    cr_arena_reset(&arena);
  }
  cr_arena_free(&arena);
  cr_test_mem_done(&mem);
}

/* gumbo can't be stopped inside of one. */
static void a_piece_without_end_is_refused(void **state)
{
  static const struct {
    const char *begin;
    size_t bytes;
    enum cr_parse_note note;
  } cases[] = {
    { "<p>", CR_HTML_MAX_PIECE - 10, CR_PARSE_WHOLE },
    { "<p>", CR_HTML_MAX_PIECE, CR_PARSE_TOO_BIG },
    { "<script>", CR_HTML_MAX_PIECE, CR_PARSE_TOO_BIG },
    { "<!--", CR_HTML_MAX_PIECE, CR_PARSE_TOO_BIG },
    { "<p a='", CR_HTML_MAX_PIECE, CR_PARSE_TOO_BIG },
  };
  char *html = malloc(CR_HTML_MAX_PIECE + 64);
  (void)state;

  assert_non_null(html);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    size_t begin = strlen(cases[i].begin);
    memcpy(html, cases[i].begin, begin);
    memset(html + begin, 'x', cases[i].bytes);
    assert_int_equal(cr_html_guard(cr_span(html, begin + cases[i].bytes), NULL), cases[i].note);
  }
  free(html);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(depth_is_that_of_the_open_elements),
    cmocka_unit_test(attributes_of_the_widest_tag_are_counted),
    cmocka_unit_test(what_nests_without_end_is_refused),
    cmocka_unit_test(what_only_looks_deep_is_let_through),
    cmocka_unit_test(limits_are_exact),
    cmocka_unit_test(a_piece_without_end_is_refused),
    cmocka_unit_test(gumbo_is_never_much_deeper),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
