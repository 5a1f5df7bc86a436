/* SPDX-License-Identifier: MIT */
/* test_css_urls.c - the URLs of a style sheet, by the tokens of CSS Syntax Level 3.
 */
#include "parse/css_urls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"

/* The URLs with a '|' behind each, "@" before those of an @import. */
static const char *urls_of(const char *text, char *out, size_t room)
{
  struct cr_css css;
  struct cr_css_url url;
  size_t len = 0;

  out[0] = '\0';
  cr_css_begin(&css, cr_span_text(text));
  while (cr_css_next(&css, &url)) {
    char plain[512];
    assert_true(3 * url.raw.len <= sizeof(plain));
    size_t bytes = cr_css_unescape(url.raw, plain);
    assert_true(bytes <= 3 * url.raw.len);
    assert_true(url.has_escapes || bytes == url.raw.len);
    len += (size_t)snprintf(out + len, room - len, "%s%.*s|", url.is_import ? "@" : "", (int)bytes,
                            plain);
  }
  return out;
}

struct row {
  const char *css;
  const char *want;
};

static void check(const struct row *rows, size_t count)
{
  char got[512];

  for (size_t i = 0; i < count; i++)
    if (strcmp(urls_of(rows[i].css, got, sizeof(got)), rows[i].want) != 0)
      fail_msg("%s: %s, not %s", rows[i].css, got, rows[i].want);
}

#define CHECK(rows) check((rows), sizeof(rows) / sizeof((rows)[0]))

/* CSS Syntax Level 3, 3.3. */
static void a_nul_is_a_replacement_character(void **state)
{
  (void)state;
  static const struct cr_span sheets[] = { CR_SPAN_INIT("@import 'a\0b'"),
                                           CR_SPAN_INIT("@import 'a\\\0b'"),
                                           CR_SPAN_INIT("url\0(no)@import url(a\0b)"),
                                           CR_SPAN_INIT("#\0url(no)@import url(a\\\0b)") };

  for (size_t i = 0; i < sizeof(sheets) / sizeof(sheets[0]); i++) {
    struct cr_css_url url;
    struct cr_css css;
    char plain[16];
    cr_css_begin(&css, sheets[i]);
    assert_true(cr_css_next(&css, &url));
    assert_true(url.has_escapes && url.is_import);
    size_t bytes = cr_css_unescape(url.raw, plain);
    assert_true(cr_span_eq(cr_span(plain, bytes), CR_SPAN("a\xef\xbf\xbd\x62")));
  }
}

static void urls_are_found_in_all_their_forms(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "", "" },
    { "a{background:url(x.png)}", "x.png|" },
    { "a{background:url( x.png )}", "x.png|" },
    { "a{background:url(\n\tx.png\r\n)}", "x.png|" },
    { "a{background:URL('x y.png')}", "x y.png|" },
    { "a{background:url(\"x)\")}", "x)|" },
    { "a{b:url( \n'x' )}", "x|" },
    { "a{b:url(x", "x|" }, /* the end of the sheet ends all */
    { "a{b:url('x", "x|" },
    { "a{b:'url(x)'}", "" },
    { "/* url(x) */ url(y) /* url(z)", "y|" },
    { "/*/ url(x) */", "" },
    { "/***/url(x)/ *url(y)", "x|y|" },
    { "@font-face{src:url(a.woff2)format('woff2'),local('x'),url(b.ttf)}", "a.woff2|b.ttf|" },
    { "a{b:curl(x) url-prefix(y) my-url(z) \xc3\xa4url(w)}", "" },
    { "a{b:url(data:image/png;base64,AA==)}", "data:image/png;base64,AA==|" },
    { "@font-face {src:url(file.asc)};background-image:url(file.txt)", "file.asc|file.txt|" },
  };

  CHECK(rows);
}

/* CSS Syntax Level 3, 4.3.5 and 4.3.14. */
static void what_is_bad_is_passed_over(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "a{b:url(x y)c:url(z)}", "z|" },
    { "a{b:url(x\"y)c:url(z)}", "z|" },
    { "a{b:url(x(y)c:url(z)}", "z|" },
    { "a{b:url(x\x01)c:url(y\x7f)d:url(z\\\n)url(w)}", "w|" },
    { "a{b:url(x y\\)url(z)url(w)}", "w|" },
    { "a{b:url(/**/'x')}", "" },
    { "a{b:\"x\n;c:url(z)}", "z|" }, /* a newline ends a string */
    { "a{b:url('x\ny)url(z)}", "z|" },
    { "a{b:src('x\n'y') url(z)}", "z|" },
  };

  CHECK(rows);
}

/* CSS Values 4, 4.5: one string, and what modifies it. */
static void of_url_and_src_the_first_string_counts(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "a{b:src('x')}", "x|" },
    { "a{b:SRC( /**/ \"x\" )}", "x|" },
    { "a{b:src('x' 'y')}", "x|" },
    { "a{b:url('x' 'y')}", "x|" },
    { "a{b:url(\"x\" crossorigin(anonymous) integrity('y'))}", "x|" },
    { "a{b:src(x)src(var(--x))src(x 'y')}", "" },
    { "a{b:src(url(x))}", "x|" },
  };

  CHECK(rows);
}

static void an_empty_url_is_none(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "a{b:url()}", "" },       { "a{b:url( )}", "" },
    { "a{b:url(", "" },         { "a{b:url('')}", "" },
    { "a{b:src(\"\")}", "" },   { "@import '';@import url();", "" },
    { "@import '\\", "" },      { "@import '\\\n\\\r\n'", "" },
    { "image-set('' 1x)", "" }, { "a{b:url('\\\n ')}", " |" },
  };

  CHECK(rows);
}

static void a_name_may_be_escaped(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "a{b:u\\72l(x)}", "x|" },
    { "a{b:u\\000072 l(x)}", "x|" },
    { "a{b:ur\\6c(x)}", "x|" },
    { "a{b:\\75\r\n\\52\n\\6c\t(x)}", "x|" }, /* CR LF is one white space */
    { "a{b:u\\72\n\nl(x)}", "" },
    { "a{b:u\\r\\l('x')}", "x|" },
    { "a{b:\\0000075rl(x)}", "" },
    { "a{b:u\\\nrl(x)}", "" },
    { "a{b:\\73rc('x')i\\6d age-set('y' 1x)}", "x|y|" },
    { "@\\69mport 'x';@i\\4dPORT url(y)", "@x|@y|" },
    { "@name\\73pace url(x);url(y)", "y|" },
  };

  CHECK(rows);
}

static void an_escape_in_a_url_is_undone(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "a{b:url(x\\)y)}", "x)y|" },
    { "a{b:url(\\78 \\20 y)}", "x y|" },
    { "a{b:url(\\78\r\n\\79\r)}", "xy|" },
    { "a{b:url('\\78\r\ny\\78\ny')}", "xyxy|" },
    { "a{b:url(\\0)url(\\d800)url(\\110000)}", "\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd|" },
    { "a{b:url(\\e4\\20ac\\1f600)}", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80|" },
    { "a{b:url(\\g\\~\\\xc3\xa4)}", "g~\xc3\xa4|" },
    { "a{b:url('\\0000412')}", "A2|" },
    { "a{b:url('a\\\nb')}", "ab|" },
    { "a{b:url('a\\\r\nb\\\rc\\\fd')url(e)}", "abcd|e|" },
    { "a{b:url('a\\'b\\\\')}", "a'b\\|" },
    { "a{b:url(a\\", "a\xef\xbf\xbd|" }, /* at the end, 4.3.7 */
    { "a{b:url(\\", "\xef\xbf\xbd|" },
    { "a{b:url('a\\", "a|" }, /* in a string it is nothing, 4.3.5 */
    { "a{b:url('a\\\r", "a|" },
    { "a{b:url(a\\4", "a\x04|" },
  };

  CHECK(rows);
}

static void an_import_has_one_url_right_behind_it(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "@import 'a.css';", "@a.css|" },
    { "@import url(a.css) screen;", "@a.css|" },
    { "@IMPORT \"a.css\" layer(x) supports(content: 'y');", "@a.css|" },
    { "@import'a';@import/**/url( 'b' );@import\n/**/\nsrc('c')", "@a|@b|@c|" },
    { "@import 'a' 'b' url(c)", "@a|c|" },
    { "@import x 'a';@import ('b');@import, 'c'", "" },
    { "@import <!-- 'a'", "" },
    { "@import x url(a);", "a|" },
    { "@import 'a\n;b{c:url(d)}", "d|" }, /* behind a bad string it is no import's */
    { "@import 'a\n url(b);", "b|" },
    { "@import url(a b) 'c';", "" },
    { "@import src(url(a))", "a|" },
    { "@import src(src('a'))", "a|" },
    { "@import image-set('a')", "a|" },
    { "@imports 'a.css'", "" },
    { "@import; 'a.css'", "" },
    { "@ import 'a';@-import 'b';@1import 'c';import 'd'", "" },
  };

  CHECK(rows);
}

static void a_namespaces_url_is_no_link(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "@namespace svg url(http://a/); a{b:url(c)}", "c|" },
    { "@namespace 'http://a/'; a{b:url(c)}", "c|" },
    { "@NAMESPACE x src('http://a/') url(b); a{b:url(c)}", "c|" },
    { "@namespace url(a) @import 'b'; @import 'c'", "@c|" }, /* to the ';' it is one rule */
    { "@namespace url(a) a{b:url(c)}", "c|" },
    { "@namespaces url(a)", "a|" },
    { "@charset 'utf-8'; a{b:url(c)}", "c|" },
  };

  CHECK(rows);
}

static void strings_of_an_image_set_are_urls_but_those_of_functions_in_it(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "a{b:image-set('x.png' 1x, 'y.png' type('image/png'), url(z.png) 3x)}",
      "x.png|y.png|z.png|" },
    { "a{b:-webkit-image-set(url(x) 1x)} c{d:'e'}", "x|" },
    { "IMAGE-SET('a' type(\"b\"), 'c' calc((1x + 2x) * 1), 'd')'e'", "a|c|d|" },
    { "image-set(url('a' 'b') 1x, src('c' 'd'), 'e')'f'", "a|c|e|" },
    { "image-set(cross-fade('a', url(b)) 1x, 'c')", "b|c|" },
    { "image-set ('a')image-sets('b')x-image-set('c')", "" },
    { "a{b:image-set('c' 1x;d:'e'}f{g:'h'}", "c|" }, /* not closed */
    { "a)){b:image-set('c')}'d'", "c|" },
  };

  CHECK(rows);
}

/* CSS Syntax Level 3, 4.3.1, 4.3.3 and 4.3.4: "url(" is a function where a name begins. */
static void behind_a_number_or_a_hash_no_function_begins(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "<!-- a{b:url(x)} -->", "x|" },
    { "<!--url(a)-->url(b)", "a|b|" },
    { "<!-url(a)<! --url(b)-url(c)--url(d)", "" },
    { "#url(a)#1url(b)#\\31 url(c)#-url('d')", "" },
    { "@url(a)@url('b')", "" },
    { "1url(a)-1url(b)+.5url(c)1e3url(d)1e-3url(e)1e-url(f)1--url(g)", "" },
    { "1\\75rl(a)", "" },
    { "1.url(a)1%url(b)1e+url(c)+url(d)-.url(e)", "a|b|c|d|e|" },
    { "# url(a)@ url(b)1/**/url(c)u+url(d)\\\nurl(e)", "a|b|c|d|e|" },
    { "#image-set('a')1src('b')", "" },
  };

  CHECK(rows);
}

/* "@i" makes the reader look at every token; it's a rule without a meaning. */
static void a_sheet_that_is_not_read_has_no_url(void **state)
{
  static const char *const pieces[] = { "url(",  "URL(",     "src(",     "image-set(", "-webkit-",
                                        "Set('", "@import ", "@IMPORT'", "'a'",        "\"b\"",
                                        "u",     "rl(",      "r\\6c(",   "\\@",        "(",
                                        ")",     "rgb(",     ";",        "{",          "}",
                                        "/*",    "*/",       " ",        "@",          "import" };
  struct cr_random random = { 5 };
  unsigned with_urls = 0;
  (void)state;

  for (int round = 0; round < 100000; round++) {
    char read[256] = "@i;";
    char got[512];
    char want[512];
    size_t len = 3;
    for (uint64_t n = cr_random_next(&random) % 8; n > 0; n--) {
      size_t piece = cr_random_next(&random) % (sizeof(pieces) / sizeof(pieces[0]));
      len += (size_t)snprintf(read + len, sizeof(read) - len, "%s", pieces[piece]);
    }
    (void)urls_of(read, want, sizeof(want));
    if (strcmp(urls_of(read + 3, got, sizeof(got)), want) != 0)
      fail_msg("%s: %s, not %s", read + 3, got, want);
    with_urls += want[0] != '\0';
  }
  assert_true(with_urls > 1000);
}

static void hostile_sheets_take_linear_time(void **state)
{
  (void)state;
  static const char *const units[] = { "url(",      "/*", "\"",    "\\",     "@import",
                                       "@import '", "(",  ")",     "url('x", "u\\",
                                       "\\0",       "@",  "url( ", "a{",     "image-set(",
                                       "'\\\r\n",   "#",  "<!--",  "1e",     "url(a\n" };
  enum { BYTES = 10 * 1000 * 1000 };
  char *text = malloc(BYTES);

  for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
    size_t unit = strlen(units[i]);
    struct cr_css css;
    struct cr_css_url url;
    for (size_t at = 0; at < BYTES; at++)
      text[at] = units[i][at % unit];
    cr_css_begin(&css, cr_span(text, BYTES));
    while (cr_css_next(&css, &url))
      assert_true(url.raw.at >= text && url.raw.at + url.raw.len <= text + BYTES);
    assert_ptr_equal(css.at, css.end);
  }
  free(text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_nul_is_a_replacement_character),
    cmocka_unit_test(urls_are_found_in_all_their_forms),
    cmocka_unit_test(what_is_bad_is_passed_over),
    cmocka_unit_test(of_url_and_src_the_first_string_counts),
    cmocka_unit_test(an_empty_url_is_none),
    cmocka_unit_test(a_name_may_be_escaped),
    cmocka_unit_test(an_escape_in_a_url_is_undone),
    cmocka_unit_test(an_import_has_one_url_right_behind_it),
    cmocka_unit_test(a_namespaces_url_is_no_link),
    cmocka_unit_test(strings_of_an_image_set_are_urls_but_those_of_functions_in_it),
    cmocka_unit_test(behind_a_number_or_a_hash_no_function_begins),
    cmocka_unit_test(a_sheet_that_is_not_read_has_no_url),
    cmocka_unit_test(hostile_sheets_take_linear_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
