/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_html_tame.c - what gumbo misreads, written so that it doesn't.
 */
#include "parse/html_tame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/html_node.h"
#include "parse/parse.h"
#include "support/oom.h"

static void end_tags_in_svg_and_math_have_nothing_behind_their_name(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } cases[] = {
    { "", "" },
    { "<svg></svg >x", "<svg></svg> x" },
    { "<svg><g></G\n/></svg a='>'>x</svg >", "<svg><g></G>  </svg>      x</svg >" },
    { "<math><mi></mi x></math\t>", "<math><mi></mi>  </math> " },
    { "</br><p></BR x>", "<br ><p><br  x>" },
    { "<svg></br></svg >", "<svg><br ></svg >" },
    { "<script></br></script>", "<script></br></script>" },
    { "<svg><![CDATA[</svg >]]></svg >", "<svg><![CDATA[</svg >]]></svg> " },
    { "<svg><!--</svg >--></svg>", "<svg><!--</svg >--></svg>" },
    { "<p></p ><title></svg ></title >", "<p></p ><title></svg ></title >" },
    { "<svg></svg x", "<svg></svg x" },
    { "<svg>&#99999999999;</svg>", "<svg>&#00009999999;</svg>" },
    { "<style>&#99999999999;</style>", "<style>&#99999999999;</style>" },
    { "<title a=&#99999999999;>&#99999999999;", "<title a=&#00009999999;>&#00009999999;" },
    { "<!--&#99999999999;--><a &#99999999999;", "<!--&#99999999999;--><a &#00009999999;" },
  };
  char copy[128];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    size_t len = strlen(cases[i].html);
    memcpy(copy, cases[i].html, len + 1);
    cr_html_tame(copy, len, NULL);
    assert_string_equal(copy, cases[i].want);
  }
}

static void an_attribute_that_repeats_one_and_has_no_value_is_gone(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } cases[] = {
    { "<a b b c=d>", "<a b   c=d>" },
    { "<a b=1 B c=d>", "<a b=1   c=d>" },
    { "<a b b=1 c=d>", "<a b b=1 c=d>" },
    { "<a b/b/b c=d>", "<a b/ /  c=d>" },
    { "<a b c b>", "<a b c  >" },
    { "<script>'<a b b c>'</script>", "<script>'<a b b c>'</script>" },
    { "<a b='b b'>", "<a b='b b'>" },
    { "<svg><a 'x' 'x' c=<>", "<svg><a 'x'     c=<>" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    char copy[128];
    size_t len = strlen(cases[i].html);
    memcpy(copy, cases[i].html, len + 1);
    cr_html_tame(copy, len, NULL);
    assert_string_equal(copy, cases[i].want);
  }
}

static const struct crawler_node *find(const struct crawler_node *root, const char *tag)
{
  for (const struct crawler_node *at = root; at; at = cr_html_walk(at, root)) {
    size_t len = 0;
    const char *name = cr_html_tag(at, &len);
    if (name && cr_span_eq(cr_span(name, len), cr_span_text(tag)))
      return at;
  }
  return NULL;
}

/* gumbo takes what follows for svg's otherwise. */
static void a_tree_ends_svg_where_the_standard_does(void **state)
{
  static const char html[] = "<svg><g></g x></svg\n><b>in body</b>";
  struct cr_mem mem;
  struct cr_arena keep;
  struct cr_arena scratch;
  (void)state;

  cr_test_mem_init(&mem);
  cr_arena_init(&keep, &mem, CR_MEM_PAGE, 4096, 0);
  cr_arena_init(&scratch, &mem, CR_MEM_PAGE, 4096, 0);
  struct cr_parse p = { .mem = &mem,
                        .keep = &keep,
                        .scratch = &scratch,
                        .wire = cr_span_text(html),
                        .type = CR_SPAN("text/html"),
                        .max_body_bytes = sizeof(html),
                        .may_build_tree = true,
                        .want_document = true };
  cr_parse_run(&p, NULL);
  assert_non_null(p.tree);
  const struct crawler_node *b = find(cr_html_root(p.tree), "b");
  assert_ptr_equal(cr_html_parent(b), find(cr_html_root(p.tree), "body"));
  cr_arena_free(&keep);
  cr_arena_free(&scratch);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(end_tags_in_svg_and_math_have_nothing_behind_their_name),
    cmocka_unit_test(an_attribute_that_repeats_one_and_has_no_value_is_gone),
    cmocka_unit_test(a_tree_ends_svg_where_the_standard_does),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
