/* SPDX-License-Identifier: MIT */
/* test_css_urls.c - the URLs of a style sheet, by the tokens of CSS Syntax Level 3.
 */
#include "parse/css_urls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

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

/* CSS Syntax Level 3, 3.3. */
static void a_nul_is_a_replacement_character(void **state)
{
  (void)state;
  static const struct cr_span sheets[] = { CR_SPAN_INIT("@import 'a\0b'"),
                                           CR_SPAN_INIT("@import 'a\\\0b'"),
                                           CR_SPAN_INIT("@import url(a\0b)") };

  for (size_t i = 0; i < sizeof(sheets) / sizeof(sheets[0]); i++) {
    struct cr_css_url url;
    struct cr_css css;
    char plain[16];
    cr_css_begin(&css, sheets[i]);
    assert_true(cr_css_next(&css, &url));
    assert_true(url.has_escapes);
    size_t bytes = cr_css_unescape(url.raw, plain);
    assert_true(cr_span_eq(cr_span(plain, bytes), CR_SPAN("a\xef\xbf\xbd\x62")));
  }
}

static void urls_are_found_in_all_their_forms(void **state)
{
  (void)state;
  static const struct {
    const char *css;
    const char *want;
  } cases[] = {
    { "", "" },
    { "a{background:url(x.png)}", "x.png|" },
    { "a{background:url( x.png )}", "x.png|" },
    { "a{background:URL('x y.png')}", "x y.png|" },
    { "a{background:url(\"x)\")}", "x)|" },
    { "a{b:url()}", "|" },
    { "a{b:url(x", "x|" }, /* the end of the sheet ends all */
    { "a{b:url('x", "x|" },
    { "a{b:url(x y)c:url(z)}", "z|" }, /* bad url */
    { "a{b:url(x\"y)c:url(z)}", "z|" },
    { "a{b:url(x\\)y)}", "x)y|" },
    { "a{b:u\\72l(x)}", "x|" },
    { "a{b:u\\000072 l(x)}", "x|" },
    { "a{b:ur\\6c(x)}", "x|" },
    { "a{b:url(\\78 \\20 y)}", "x y|" },
    { "a{b:url(\\0)}", "\xef\xbf\xbd|" },
    { "a{b:url('a\\\nb')}", "ab|" },
    { "a{b:'url(x)'}", "" },
    { "a{b:\"x\n;c:url(z)}", "z|" }, /* bad string: ends at the newline */
    { "/* url(x) */ url(y) /* url(z)", "y|" },
    { "/*/ url(x) */", "" },
    { "@import 'a.css';", "@a.css|" },
    { "@import url(a.css) screen;", "@a.css|" },
    { "@IMPORT \"a.css\" layer(x) supports(content: 'y');", "@a.css|" },
    { "@\\69mport 'a.css'", "@a.css|" },
    { "@imports 'a.css'", "" },
    { "@import; 'a.css'", "" },
    { "@namespace svg url(http://a/); a{b:url(c)}", "c|" },
    { "@namespace 'http://a/'; a{b:url(c)}", "c|" },
    { "@charset 'utf-8'; a{b:url(c)}", "c|" },
    { "@font-face{src:url(a.woff2)format('woff2'),local('x'),url(b.ttf)}", "a.woff2|b.ttf|" },
    { "a{b:image-set('x.png' 1x, 'y.png' type('image/png'), url(z.png) 3x)}",
      "x.png|y.png|z.png|" },
    { "a{b:-webkit-image-set(url(x) 1x)} c{d:'e'}", "x|" },
    { "a{b:src('x')}", "x|" },
    { "a{b:curl(x) url-prefix(y) my-url(z)}", "" },
    { "a{b:url(data:image/png;base64,AA==)}", "data:image/png;base64,AA==|" },
    { "@font-face {src:url(file.asc)};background-image:url(file.txt)", "file.asc|file.txt|" },
    { "<!-- a{b:url(x)} -->", "x|" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    char got[512];
    if (strcmp(urls_of(cases[i].css, got, sizeof(got)), cases[i].want) != 0)
      fail_msg("%s: %s, not %s", cases[i].css, got, cases[i].want);
  }
}

static void hostile_sheets_take_linear_time(void **state)
{
  (void)state;
  static const char *const units[] = {
    "url(", "/*",     "\"",  "\\",  "@import", "@import '", "(",
    ")",    "url('x", "u\\", "\\0", "@",       "url( ",     "a{"
  };
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
    cmocka_unit_test(hostile_sheets_take_linear_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
