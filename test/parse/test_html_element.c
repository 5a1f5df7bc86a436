/* SPDX-License-Identifier: MIT */
/* test_html_element.c - what the HTML standard's tree construction knows about a tag name.
 *
 * Names in lists of sections 13.1.2, 13.2.4 and 13.2.6 of the HTML standard.
 */
#include "parse/html_element.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct cr_element *find(const char *name)
{
  return cr_html_element(cr_span_text(name));
}

static void names_are_found_in_any_case(void **state)
{
  (void)state;
  assert_non_null(find("div"));
  assert_ptr_equal(find("DIV"), find("div"));
  assert_ptr_equal(find("FigCaption"), find("figcaption"));
  assert_non_null(find("annotation-xml"));
  assert_non_null(find("a"));
  assert_non_null(find("xmp"));
  assert_null(find("di"));
  assert_null(find("divx"));
  assert_null(find("x-a"));
  assert_null(find(""));
  assert_null(find("annotation-xml-and-more"));
  assert_null(cr_html_element(CR_SPAN("a\0")));
  assert_null(cr_html_element((struct cr_span){ NULL, 0 }));
}

static void every_slot_says_what_its_element_does(void **state)
{
  const unsigned told = CR_ELEMENT_LINKS | CR_ELEMENT_FEEDBACK;
  unsigned names = 0;
  (void)state;

  for (size_t i = 0; i < 1 << CR_ELEMENT_SLOT_BITS; i++) {
    const struct cr_element_slot *slot = &cr_html_element_slots[i];
    if (slot->name_len == 0) {
      assert_int_equal(slot->flags, 0);
      continue;
    }
    const struct cr_element *element = &cr_html_elements[slot->element];
    assert_int_equal(slot->name_len, strlen(element->name));
    assert_int_equal(slot->flags, element->flags & told);
    assert_ptr_equal(find(element->name), element);
    names++;
  }
  assert_true(names > 100);
}

static void every_name_of_a_kind_has_it(void **state)
{
  (void)state;
  static const struct {
    enum cr_element_kind kind;
    const char *names; /* with a space behind each */
  } lists[] = {
    { CR_ELEMENT_VOID, "area br embed img wbr param source track hr base basefont bgsound link " },
    { CR_ELEMENT_FORMATTING, "a b big code em font i nobr s small strike strong tt u " },
    { CR_ELEMENT_HEADING, "h1 h2 h3 h4 h5 h6 " },
    { CR_ELEMENT_TEXT, "title style xmp iframe noembed noframes " },
    { CR_ELEMENT_DEFINITION, "dd dt " },
    { CR_ELEMENT_SECTION, "tbody tfoot thead " },
    { CR_ELEMENT_CELL, "td th " },
    { CR_ELEMENT_OBJECT, "applet marquee object " },
    { CR_ELEMENT_FOREIGN, "math svg " },
    { CR_ELEMENT_COLGROUP, "col colgroup " },
    { CR_ELEMENT_IGNORED, "html head body frame " },
  };

  for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
    const char *at = lists[i].names;
    while (*at != '\0') {
      size_t len = strcspn(at, " ");
      const struct cr_element *known = cr_html_element(cr_span(at, len));
      assert_non_null(known);
      assert_int_equal(known->kind, lists[i].kind);
      at += len + 1;
    }
  }
}

static bool has(const char *name, unsigned flag)
{
  return (find(name)->flags & flag) != 0;
}

static void flags_are_those_of_the_lists(void **state)
{
  (void)state;
  assert_true(has("table", CR_ELEMENT_SCOPE));
  assert_true(has("td", CR_ELEMENT_SCOPE));
  assert_false(has("div", CR_ELEMENT_SCOPE));
  assert_true(has("object", CR_ELEMENT_MARKER));
  assert_false(has("table", CR_ELEMENT_MARKER));
  assert_true(has("div", CR_ELEMENT_CLOSES_P));
  assert_false(has("table", CR_ELEMENT_CLOSES_P)); /* not in quirks mode */
  assert_false(has("span", CR_ELEMENT_CLOSES_P));
  assert_true(has("div", CR_ELEMENT_SPECIAL));
  assert_false(has("span", CR_ELEMENT_SPECIAL));
  assert_true(has("span", CR_ELEMENT_BREAKOUT));
  assert_false(has("a", CR_ELEMENT_BREAKOUT));
  assert_true(has("foreignObject", CR_ELEMENT_IN_SVG));
  assert_true(has("mi", CR_ELEMENT_IN_MATH));
  assert_true(has("meta", CR_ELEMENT_IN_HEAD));
  assert_false(has("img", CR_ELEMENT_IN_HEAD));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_are_found_in_any_case),
    cmocka_unit_test(every_slot_says_what_its_element_does),
    cmocka_unit_test(every_name_of_a_kind_has_it),
    cmocka_unit_test(flags_are_those_of_the_lists),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
