/* SPDX-License-Identifier: MIT */
/* test_html_empty.c - XHTML's empty text elements, written as HTML has them.
 */
#include "parse/html_empty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "parse/arena_rig.h"
#include "support/oom.h"

static const struct {
  const char *xhtml;
  const char *want; /* NULL: the same */
} cases[] = {
  { "<script src='s'/>x", "<script src='s'/></script>x" },
  { "<SCRIPT\n/>", "<SCRIPT\n/></script>" },
  { "a<title/><style/>b", "a<title/></title><style/></style>b" },
  { "<textarea/><iframe/><xmp/>", "<textarea/></textarea><iframe/></iframe><xmp/></xmp>" },
  { "<noembed/><noframes/>", "<noembed/></noembed><noframes/></noframes>" },
  { "<select><script/></select>", "<select><script/></script></select>" },
  { "<svg><desc><title/></desc></svg>", "<svg><desc><title/></title></desc></svg>" },
  { "<title></title>", NULL },
  { "<title/ >", NULL },
  { "<script src=s/>", NULL }, /* the slash is the value's */
  { "<script", NULL },
  { "<script/", NULL },
  { "<a href='x'/><div/><br/>", NULL },
  { "<script>'<title/>'</script>", NULL },
  { "<!--<title/>--><?x <title/>?>", NULL },
  { "<svg><title/><style/><script/></svg>", NULL }, /* that does close them */
  { "<svg><![CDATA[<title/>]]></svg>", NULL },
  { "", NULL },
};

static void only_what_would_hide_the_rest_gets_an_end_tag(void **state)
{
  (void)state;
  struct arena_rig rig;

  arena_open(&rig);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_span xhtml = cr_span_text(cases[i].xhtml);
    assert_int_equal(cr_html_end_empty(&rig.arena, &xhtml), 0);
    if (!cases[i].want)
      assert_ptr_equal(xhtml.at, cases[i].xhtml);
    else if (!cr_span_eq(xhtml, cr_span_text(cases[i].want)))
      fail_msg("%s: %s", cases[i].xhtml, xhtml.at);
    else
      assert_int_equal(xhtml.at[xhtml.len], '\0');
  }
  arena_close(&rig);
}

static void it_grows_to_no_more_than_twice_its_size(void **state)
{
  (void)state;
  enum { COUNT = 50000 };
  static char page[COUNT * 6];
  struct cr_span xhtml = cr_span(page, sizeof(page));
  struct arena_rig rig;

  for (size_t i = 0; i < COUNT; i++)
    memcpy(page + 6 * i, "<xmp/>", 6);
  arena_open(&rig);
  assert_int_equal(cr_html_end_empty(&rig.arena, &xhtml), 0);
  assert_int_equal(xhtml.len, 2 * sizeof(page));
  arena_close(&rig);
}

static void without_memory_it_stays_as_it_is(struct cr_mem *mem, void *arg)
{
  struct cr_arena arena;
  struct cr_span xhtml = CR_SPAN("<title/>");
  (void)arg;

  cr_arena_init(&arena, mem, CR_MEM_PAGE, 16, 0);
  int err = cr_html_end_empty(&arena, &xhtml);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  assert_int_equal(xhtml.len, err == 0 ? 16 : 8);
  cr_arena_free(&arena);
}

static void every_allocation_may_fail(void **state)
{
  (void)state;
  cr_test_oom(without_memory_it_stays_as_it_is, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_would_hide_the_rest_gets_an_end_tag),
    cmocka_unit_test(it_grows_to_no_more_than_twice_its_size),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
