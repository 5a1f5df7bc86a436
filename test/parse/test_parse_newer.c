/* SPDX-License-Identifier: MIT */
/* test_parse_newer.c - pages that gumbo reads by rules of before 2025.
 */
#include "parse_rig.h"

#include "parse/html_collect.h"

/* gumbo would leave out what the select holds, so it isn't asked, wherever the doubt comes up. */
static void where_gumbo_is_older_than_the_standard_tokens_decide(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *last_href;
    uint32_t links;
    bool is_exact;
  } rows[] = {
    { "<select><option><a href=1></a></select><a href=2>", "2", 2, true },
    { "<p>x<a href=1><p>y</a><a href=2>", "2", 3, true }, /* by gumbo: the first one twice */
    { "<p>x<a href=1><p>y</a><select><option><a href=2></select>", "2", 2, false },
    { "<a href=0></a><select><body background=1></select>", "1", 2, false },
    { "<svg><p><select><a href=1></select>", "1", 1, false }, /* p ends svg, as a tree would say */
    { "<select><p hx-get=0></select><p>x<a href=1><p>y</a>", "1", 1, false },
    { "<select><img src=1></select><p>x<a href=2><p>", "2", 2, false },
    { "<p>x<a href=1><p>y</a><svg></p></svg><a href=2>", "2", 2, false },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct rig rig;
    rig_open(&rig, NULL);
    rig.p.type = CR_SPAN("text/html");
    rig.p.link_kinds = CR_LINK_BIT(CRAWLER_LINK_A) | CR_LINK_BIT(CRAWLER_LINK_IMAGE);
    char *wire = rig_run(&rig, cr_span_text(rows[i].html));
    assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
    assert_int_equal(rig.p.link_count, rows[i].links);
    assert_string_equal(rig.p.links[rows[i].links - 1].href, rows[i].last_href);
    assert_int_equal(rig.p.links_are_exact, rows[i].is_exact);
    rig_close(&rig, wire);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(where_gumbo_is_older_than_the_standard_tokens_decide),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
