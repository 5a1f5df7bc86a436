/* SPDX-License-Identifier: MIT */
/* test_html_gumbo_none.c - documents of a library without gumbo: links as far as tokens tell them,
 * and no tree.
 */
#include "parse/html_gumbo.h"

#include "parse/html_node.h"
#include "parse/html_token.h"
#include "parse/parse_rig.h"

/* A nested table that tokens can't place. */
#define DOUBTFUL "<a href=x><table><tr><td>y<a href=z>w</a></table>"

static void tokens_have_to_do(void **state)
{
  struct rig rig;
  char out[SEEN_BYTES];

  (void)state;
  rig_open(&rig, NULL);
  rig.p.may_build_tree = false;
  char *wire = rig_run(&rig, CR_SPAN(DOUBTFUL));
  assert_false(rig.p.needs_tree); /* nobody could build one */
  assert_false(rig.p.links_are_exact);
  assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
  assert_non_null(strstr(links_of(&rig.p, out), "a x"));
  assert_non_null(strstr(out, "a z"));
  rig_close(&rig, wire);
}

static void what_tokens_can_tell_is_exact(void **state)
{
  struct rig rig;
  char out[SEEN_BYTES];

  (void)state;
  rig_open(&rig, NULL);
  char *wire = rig_run(&rig, CR_SPAN("<p><a href=x>y</a>"));
  assert_true(rig.p.links_are_exact);
  assert_string_equal(links_of(&rig.p, out), "a x text=y\n");
  rig_close(&rig, wire);
}

static void a_document_is_refused_and_leaves_nothing(void **state)
{
  struct rig rig;

  (void)state;
  assert_false(cr_parse_has_trees);
  rig_open(&rig, NULL);
  char *wire = rig_run(&rig, CR_SPAN("<p>text"));
  size_t used = rig.keep.used_bytes;
  assert_int_equal(cr_parse_document(&rig.p), CR_PARSE_NO_PARSER);
  assert_null(rig.p.tree);
  assert_int_equal(rig.keep.used_bytes, used);
  rig_close(&rig, wire);
}

static void a_caller_is_told(void **state)
{
  crawler *c = crawler_new();
  crawler_page *page = NULL;

  (void)state;
  assert_int_equal(crawler_set_document(c, 1), CRAWLER_E_UNSUPPORTED);
  assert_string_equal(crawler_errmsg(c), "built without gumbo: document");
  assert_int_equal(crawler_set_document(c, 0), 0);
  crawler_free(c);
  assert_int_equal(crawler_document_new(&page, NULL, "text/html", "<p>", 3, NULL), 0);
  assert_int_equal(crawler_page_build_document(page), CRAWLER_E_UNSUPPORTED);
  assert_null(crawler_page_root(page));
  crawler_page_release(page);
}

/* The answers to who would ask all the same. */
static void there_are_no_nodes(void **state)
{
  struct cr_html_attribute attributes[1];

  (void)state;
  assert_int_equal(cr_html_name_elements(NULL, NULL), 0);
  assert_null(cr_html_root(NULL));
  assert_null(cr_html_parent(NULL));
  assert_null(cr_html_first_child(NULL));
  assert_null(cr_html_next_sibling(NULL));
  assert_null(cr_html_walk(NULL, NULL));
  assert_null(cr_html_tag(NULL, NULL));
  assert_null(cr_html_text(NULL));
  assert_null(cr_html_comment(NULL));
  assert_null(cr_html_attr(NULL, "href"));
  assert_int_equal(cr_html_space(NULL), CR_HTML_HTML);
  assert_string_equal(cr_html_system_id(NULL), "");
  assert_int_equal(cr_html_attributes(NULL, attributes, 1), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tokens_have_to_do),
    cmocka_unit_test(what_tokens_can_tell_is_exact),
    cmocka_unit_test(a_document_is_refused_and_leaves_nothing),
    cmocka_unit_test(a_caller_is_told),
    cmocka_unit_test(there_are_no_nodes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
