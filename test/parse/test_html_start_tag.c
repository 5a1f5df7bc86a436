/* SPDX-License-Identifier: MIT */
/* test_html_start_tag.c - what a start tag closes and opens.
 *
 * Rows after the insertion modes of the HTML standard, 13.2.6.4 and 13.2.6.5: the elements open at
 * the end of a document of start tags only.
 */
#include "parse/html_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The open elements from the bottom up; "?" before one that is doubted, "..." if all is unsure. */
static void describe(const char *html, char *out, size_t room)
{
  struct cr_html_scan s = { html, html + strlen(html) };
  struct cr_stack stack = { .len = 0 };
  struct cr_html_tag tag;
  size_t len = 0;

  while (cr_html_scan_tag(&s, &tag, false)) {
    assert_false(tag.is_end);
    cr_html_start_tag(&stack, &s, &tag, cr_html_element(tag.name));
  }
  out[0] = '\0';
  for (size_t i = 0; i < stack.len; i++)
    len += (size_t)snprintf(out + len, room - len, "%s%.*s ", stack.open[i].is_doubted ? "?" : "",
                            (int)stack.open[i].name.len, stack.open[i].name.at);
  len += (size_t)snprintf(out + len, room - len, "%s", stack.is_unsure ? "..." : "");
  assert_true(len < room);
}

static void tags_open_what_the_standard_says(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } cases[] = {
    { "<html><head><body>", "" },
    { "<div><p>", "div p " },
    { "<p><div>", "div " },
    { "<p><span><div>", "div " },
    { "<p><button><div>", "p button div " },
    { "<p><table>", "p table " }, /* in quirks mode */
    { "<p><br><img><hr>", "" },
    { "<ul><li><p><li>", "ul li " },
    { "<ul><li><div><li>", "ul li " },
    { "<ul><li><ul><li>", "ul li ul li " },
    { "<ul><li><section><li>", "ul li section li " },
    { "<dl><dt><dd><dt>", "dl dt " },
    { "<h1><h2>", "h2 " },
    { "<h1><b><h2>", "h1 b h2 " },
    { "<button><button>", "button " },
    { "<b><b>", "b b " },
    { "<a><b><a>", "b a " },
    { "<option><option>", "option " },
    { "<optgroup><option><optgroup>", "optgroup optgroup " },
    { "<select><option><option>", "select option " },
    { "<select><optgroup><option><optgroup>", "select optgroup " },
    { "<select><div><p>", "select " },
    { "<select><select>", "" },
    { "<div><select><input>", "div " },
    { "<table><td><select><td>", "table tbody tr td " },
    { "<td><tr>", "" },
    { "<table><tr><tr>", "table tbody tr " },
    { "<table><thead><td><tbody>", "table tbody " },
    { "<table><caption><div><tr>", "table tbody tr " },
    { "<table><colgroup><col>", "table " },
    { "<table><caption><col>", "table " },
    { "<table><div><table>", "table " },
    { "<table><td><table>", "table tbody tr td table " },
    { "<rt><rt>", "rt rt " },
    { "<ruby><rt><rp>", "ruby rp " },
    { "<ruby><rtc><rt><rt>", "ruby rtc rt " },
    { "<ruby><rtc><rt><rtc>", "ruby rtc " },
    { "<form><form>", "form ?form " },
    { "<noscript>", "?noscript " }, /* in the head it ends by itself */
    { "<div><noscript>", "div noscript " },
    { "<menuitem>", "?menuitem " },
    { "<template><td>", "template ?td " },
    { "<svg><path/><g>", "svg g " },
    { "<svg/><p>", "p " },
    { "<svg><g><p>", "p " },
    { "<svg><font>", "svg font " },
    { "<svg><font color=x>", "font " },
    { "<svg><foreignobject><p><p>", "svg foreignobject p " },
    { "<svg><title><b/>", "svg title b " },
    { "<math><mi><p>", "math mi p " },
    { "<math><mi><mglyph/>", "math mi " },
    { "<math><desc><x/>", "math desc " }, /* is of svg only */
    { "<math><annotation-xml><svg><x/>", "math annotation-xml svg " },
    { "<math><annotation-xml encoding=x><y/>", "math annotation-xml " },
    { "<math><annotation-xml encoding=text/html><y/>", "math annotation-xml y ..." },
    { "<div><frameset><br>", "div frameset br ..." },
    { "<isindex>", "isindex ..." },
    { "<style><p></style><div>", "div " },
    { "<script>'<p>'</script><div>", "div " },
    { "<textarea><p></textarea><div>", "div " },
    { "<plaintext><p><div>", "" },
    { "<svg><style><p>", "p " },
  };
  char got[256];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    describe(cases[i].html, got, sizeof(got));
    if (strcmp(got, cases[i].want) != 0)
      fail_msg("%s: %s, not %s", cases[i].html, got, cases[i].want);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tags_open_what_the_standard_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
