/* SPDX-License-Identifier: MIT */
/* test_html_feedback.c - what a tree builder would tell the tokenizer, without a tree.
 *
 * Text states, tables, selects, forms, templates and frames: which tags count, and where only a
 * tree can tell ("?"). That what is sure is right, test_html_links.c and the fuzzer hold against
 * gumbo.
 */
#include "parse/extract_rig.h"

struct row {
  const char *html;
  const char *want;
};

static void check(const struct row *rows, size_t count)
{
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < count; i++)
    extract_expect(&rig, rows[i].html, rows[i].want);
  extract_close(&rig);
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

static void tags_in_the_text_of_an_element_are_text(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "<title><a href=1></title><a href=2>", "a:2 " },
    { "<textarea><a href=1></textarea><a href=2>", "a:2 " },
    { "<style><a href=1></style><a href=2>", "a:2 " },
    { "<script>'<a href=1>'</script><a href=2>", "a:2 " },
    { "<script><!--<script></script><a href=1>--></script><a href=2>", "a:2 " },
    { "<xmp><a href=1></xmp><a href=2>", "a:2 " },
    { "<iframe><a href=1></iframe><a href=2>", "a:2 " },
    { "<noembed><a href=1></noembed><a href=2>", "a:2 " },
    { "<noframes><a href=1></noframes><a href=2>", "a:2 " },
    { "<noscript><a href=1></a></noscript><a href=2>", "a:1 a:2 " }, /* no scripts are run */
    { "<a href=1></a><plaintext><a href=2>", "a:1 " },
    { "<!-- <a href=1> --><a href=2><!--> <a href=3>", "guess:1 a:2 a:3 " },
    { "<TITLE>x</title ><a href=1>", "a:1 " },
  };

  CHECK(rows);
}

static void in_a_table_but_in_no_cell_a_link_is_moved(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "<table><tr><td><a href=1></a></td></tr></table>", "a:1 " },
    { "<table><td><a href=1></a><th><a href=2></a></table><a href=3>", "a:1 a:2 a:3 " },
    { "<table><caption><a href=1></a></caption><td></table>", "a:1 " },
    { "<table><a href=1></a></table>", "?" },
    { "<table><form action=1></form><form action=2></form></table>", "form:1 form:2 " },
    { "<table><form action=1><f></form><form action=2></table>", "?" }, /* in f */
    { "<table><form action=1><f></form><tr><form action=2></table>", "form:1 form:2 " },
    { "<table><f><style>a{background:url(1)}</style></table>", "?" },
    { "<table background=1><tr><svg><a href=2>", "?" },
    { "<table background=1><td><svg><a href=2>", "image:1 a:2 " },
    { "<table><tr><a href=1></a></table>", "?" },
    { "<table><tr><td></td><img src=1></table>", "?" },
    { "<table><td></th><a href=1></a></td></table>", "a:1 " }, /* </th> ends no td */
    { "<table><td><table><td><a href=1></a></table><a href=2></a></table>", "a:1 a:2 " },
    { "<table><td><table></table><a href=1></a></table>", "a:1 " },
    { "<table><table><td></table><a href=1>", "a:1 " }, /* the second ends the first */
    { "<tr><td><a href=1>", "a:1 " },                   /* parts of no table mean nothing */
    { "<table><form action=1><script src=2></script></table>", "form:1 script:2 " },
    { "<table><i><tr background=1><tr>x<script src=2></script></table>",
      "?" }, /* i again, with it */
    { "<table><i><tr background=1><tr> <script src=2></script></table>", "image:1 script:2 " },
    { "<table><i><tr background=1><td>x<script src=2></script></table>", "image:1 script:2 " },
    { "<table><style>a{b:url(1)}</style></table>", "css:1 " },
    { "<table><td></table><link href=1>", "link:1 " },
  };

  CHECK(rows);
}

/* By the standard since 2025. */
static void a_select_holds_what_any_element_does(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "<select><option>a<optgroup><hr><div><span></select><a href=1>", "a:1 " },
    { "<select><script src=1></script></select>", "script:1 " },
    { "<select><option hx-get=1><optgroup style='a:url(2)'><hr hx-get=3></select>",
      "form:1 css:2 form:3 " },
    { "<select><option><a href=1>x</a></option><option><a href=2><img src=3></a></select>",
      "a:1'x' a:2 image:3 " },
    { "<select><button><span><a href=1></a></button><option></select>", "a:1 " },
    { "<select><style>a{b:url(1)}</style></select>", "css:1 " },
    { "<select><textarea><a href=1></textarea><a href=2></a></select>", "a:2 " },
    { "<select><select><a href=1>", "a:1 " }, /* the second tag ends it */
    { "<select><input src=1><a href=2>", "image:1 a:2 " },
    { "<select><table><td><select></table></select><a href=1>", "a:1 " },
    { "<table><select><option hx-get=1></table>", "?" }, /* before the table */
    { "<table><td><select></td><td><a href=1>", "a:1 " },
    { "<table><td><select><tr><td><a href=1></a></select></table>", "a:1 " },
    { "</select><a href=1>", "a:1 " },
    { "<select><form action=1></form><form action=2></select>", "form:1 form:2 " },
    { "<form action=1><select></form></select><form action=2>", "form:1 form:2 " },
    { "<select><object data=1></select><select><a href=2>", "?" }, /* it is still open */
    /* and links around, inside and across */
    { "<a href=1><select><option>x<option>y</select></a><a href=2>", "a:1'x y' a:2 " },
    { "<a href=1><select><optgroup><option><p>x<optgroup></option></select></a>", "a:1'x' " },
    { "<a href=1><select><input src=2></a>", "a:1 image:2 " },
    { "<select><a href=1></select>x", "?" }, /* again, behind it */
    { "<select><a href=1><input>", "?" },
    { "<select><a href=1><option>x</option></a></select>", "a:1'x' " },
    { "<select><option><a href=1>x</option></select>", "?" },
    { "<a href=1><div></b></div></a>", "?" },
    { "<a href=1><div></span></div></a>", "a:1 " },
  };

  CHECK(rows);
}

static void a_form_in_a_form_is_none(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "<form action=1><form action=2></form><form action=3>", "form:1 form:3 " },
    { "<form action=1></form></form><form action=2>", "form:1 form:2 " },
  };

  CHECK(rows);
}

static void what_a_template_holds_a_tree_decides(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "<template><p>x</template><a href=1>", "a:1 " },
    { "<template><a href=1></a></template>", "?" },
    { "<template><select><option></template><a href=1>", "a:1 " },
    { "<table><template><td></template><td><a href=1>", "a:1 " },
    { "</template><a href=1>", "a:1 " },
  };

  CHECK(rows);
}

static void frames_and_second_roots_a_tree_decides(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "<frameset><frame src=1></frameset>", "?" },
    { "<frame src=1><a href=2>", "a:2 " }, /* no frameset: no frame */
    { "<body background=1><a href=2>", "image:1 a:2 " },
    { "<a href=1></a><body background=2>", "?" },
    { "<body><body class=x>", "?" },
    { "<html manifest=1><a href=2>", "manifest:1 a:2 " },
    { "<a href=1><html manifest=2>", "?" },
    { "<!doctype html> <!-- --><html> <head profile=1><base>", "cite:1 " },
    { "x<head profile=1>", "" },
    { "<div><head profile=1>", "" },
    { "</br><head profile=1>", "" },
    { "</p><head profile=1><head profile=2>", "cite:1 " },
    { "</frame><head profile=1>", "cite:1 " },
    { "<body><p></body></html><a href=1>", "a:1 " },
  };

  CHECK(rows);
}

static void names_are_numbered_in_any_case(void **state)
{
  (void)state;
  assert_true(cr_html_name_number(CR_SPAN("linearGradient")) ==
              cr_html_name_number(CR_SPAN("LINEARGRADIENT")));
  assert_true(cr_html_name_number(CR_SPAN("a")) != cr_html_name_number(CR_SPAN("b")));
  assert_true(cr_html_name_number(CR_SPAN("lineargradient")) !=
              cr_html_name_number(CR_SPAN("lineargradienx")));
  assert_true(cr_html_name_number(CR_SPAN("a")) !=
              cr_html_name_number((struct cr_span){ "a\0", 2 }));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tags_in_the_text_of_an_element_are_text),
    cmocka_unit_test(in_a_table_but_in_no_cell_a_link_is_moved),
    cmocka_unit_test(a_select_holds_what_any_element_does),
    cmocka_unit_test(a_form_in_a_form_is_none),
    cmocka_unit_test(what_a_template_holds_a_tree_decides),
    cmocka_unit_test(frames_and_second_roots_a_tree_decides),
    cmocka_unit_test(names_are_numbered_in_any_case),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
