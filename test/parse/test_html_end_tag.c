/* SPDX-License-Identifier: MIT */
/* test_html_end_tag.c - what an end tag closes.
 *
 * Rows after the insertion modes of the HTML standard, 13.2.6.4 and 13.2.6.5, and where gumbo goes
 * another way: what may be closed is doubted there.
 */
#include "parse/html_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* The open elements from the bottom up; "~" before one to be opened again, "?" before one that is
 * doubted, "..." if all is unsure. */
static void describe(const char *html, char *out, size_t room)
{
  struct cr_html_scan s = { html, html + strlen(html) };
  struct cr_stack stack = { .len = 0 };
  struct cr_html_tag tag;
  size_t len = 0;

  while (cr_html_scan_tag(&s, &tag, false)) {
    if (tag.is_end)
      cr_html_end_tag(&stack, &tag, cr_html_element(tag.name));
    else
      cr_html_start_tag(&stack, &s, &tag, cr_html_element(tag.name));
  }
  out[0] = '\0';
  for (size_t i = 0; i < stack.len; i++) {
    const struct cr_open *open = &stack.open[i];
    len += (size_t)snprintf(out + len, room - len, "%s%s%.*s ", open->is_pending ? "~" : "",
                            open->is_doubted ? "?" : "", (int)open->name.len, open->name.at);
  }
  len += (size_t)snprintf(out + len, room - len, "%s", stack.is_unsure ? "..." : "");
  assert_true(len < room);
}

static void tags_close_what_the_standard_says(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } cases[] = {
    { "</p></div></b></br></x></html>", "" },
    { "<div><span></div>", "" },
    { "<span><div></span>", "span div " },
    { "<span><em></span>", "~em " },
    { "<div><b></div>", "~b " },
    { "<b><div></b>", "div " },
    { "<b><span></b>", "" },
    { "<b><table></b>", "b table " },
    { "<h1></h3>", "" },
    { "<p><button></p>", "p button " },
    { "<li><ul></li>", "li ul " },
    { "<ul><li><div></li>", "ul " },
    { "<dl><dt></dl>", "" },
    { "<div><table></div>", "div table " },
    { "<table><td><div></table>", "" },
    { "<table><td><div></td>", "table tbody tr " },
    { "<table><td></tr>", "table tbody " },
    { "<table><td><table></td>", "table tbody tr td table " },
    { "<table><td><b></td>", "table tbody tr " }, /* ends with the cell */
    { "<table><tr><b></table>", "~b " },
    { "<div><select></div>", "div select " },
    { "<select><option></select>", "" },
    { "<select><option></option>", "select " },
    { "<template><div></template>", "" },
    { "<div><template></div>", "div template " },
    { "<form><div></form>", "div " },
    { "<form><p></form>", "" },
    { "<form><table></form>", "?form table " },
    { "<object><div></object>", "" },
    { "<object><marquee></object>", "?object ?marquee " }, /* gumbo closes both */
    { "<div><noscript><p></noscript>", "div noscript p " },
    { "<label><main></label>", "?label ?main " }, /* to gumbo main isn't special */
    { "<x-a><x-b></x-b></x-a>", "" },
    { "<x-a><x-b></x-a>", "?x-a ?x-b " }, /* gumbo closes x-b */
    { "<x-a></x-b>", "?x-a " },
    { "<div><x-a></x-b></div>", "" },
    { "<menuitem></menuitem>", "?menuitem " },
    { "<svg><g><path></svg>", "" },
    { "<svg><g></path></g>", "svg " },
    { "<div><svg><g></div>", "" },
    { "<svg><foreignobject><div></svg>", "svg foreignobject div " },
    { "<svg><foreignobject></svg>", "" },
    { "<math><mi></math>", "" },
    { "<x-a><svg></x-b>", "?x-a ?svg ..." },
    { "<frameset></frameset>", "frameset ..." },
    { "<b><b><b><b></b></b></b></b>", "?b " }, /* the first is off the list */
    { "<a><object></object></a>", "" },
    { "<title></title></title>", "" },
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
    cmocka_unit_test(tags_close_what_the_standard_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
