/* SPDX-License-Identifier: MIT */
/* test_html_reference.c - character references that gumbo can't count.
 *
 * Rows after the numeric character reference states of the HTML standard (13.2.5.75 to 80), and
 * what gumbo makes of them.
 */
#include "parse/html_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/parse.h"
#include "support/oom.h"

static void only_numbers_beyond_unicode_change(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want; /* NULL: the same */
  } cases[] = {
    { "", NULL },
    { "&#", NULL },
    { "&#x", NULL },
    { "&#65;&#x41;&#X10FFFF;&#1114111;", NULL },
    { "&#9999999;&#xffffff;", NULL },
    { "&#0000000000000000000065;", NULL },
    { "&#x00000000000000000041", NULL },
    { "&#10000000;", "&#09999999;" },
    { "&#99999999999;", "&#00009999999;" },
    { "&#4294967361;", "&#0009999999;" },
    { "&#x100000041;", "&#x000ffffff;" },
    { "&#XABCDEF0", "&#X0ffffff" },
    { "&#0000099999999", "&#0000009999999" },
    { "a&#12345678&#x1234567g", "a&#09999999&#x0ffffffg" },
    { "&&##12345678", NULL },
    { "&&#12345678", "&&#09999999" },
    { "&#12345678a", "&#09999999a" },
  };
  char copy[64];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const char *want = cases[i].want ? cases[i].want : cases[i].html;
    size_t len = strlen(cases[i].html);
    memcpy(copy, cases[i].html, len + 1);
    cr_html_tame_references(copy, len);
    assert_string_equal(copy, want);
    cr_html_tame_references(copy, len); /* once is enough */
    assert_string_equal(copy, want);
  }
}

/* Both ways to a tree: for links alone, and to keep. */
static void gumbo_reads_them_as_the_standard_does(void **state)
{
  (void)state;
  static const char page[] = "<a href='&#99999999999;&#x100000041;'>&#4294967361;</a>";
  struct cr_mem mem;
  struct cr_arena keep;
  struct cr_arena scratch;

  for (int document = 0; document < 2; document++) {
    cr_test_mem_init(&mem);
    cr_arena_init(&keep, &mem, CR_MEM_PAGE, 4096, 0);
    cr_arena_init(&scratch, &mem, CR_MEM_PAGE, 4096, 0);
    struct cr_parse p = { .mem = &mem,
                          .keep = &keep,
                          .scratch = &scratch,
                          .wire = cr_span_text(page),
                          .type = CR_SPAN("text/html"),
                          .max_body_bytes = sizeof(page),
                          .link_kinds = ~0u,
                          .may_build_tree = true,
                          .want_link_text = true,
                          .want_document = document == 1 };
    cr_parse_run(&p, NULL);
    assert_int_equal(p.link_count, 1);
    assert_string_equal(p.links[0].href, "\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(p.links[0].text, "\xef\xbf\xbd");
    cr_arena_free(&keep);
    cr_arena_free(&scratch);
    cr_test_mem_done(&mem);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_numbers_beyond_unicode_change),
    cmocka_unit_test(gumbo_reads_them_as_the_standard_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
