/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
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
    { "<p><dialog><a href=1>x</p>y</a>", "1", 1, false },
    { "<p><search></search><p>x<a href=1><p>y</a>", "1", 1, false },
    { "<main><p>x<a href=1><p>y</a></main><a href=2>", "2", 3, true },
    { "<li><main><a href=1><li>x</a>", "1", 1, false },
    { "<x><a href=1></y>z</a>", "1", 1, false }, /* gumbo takes x for y */
    { "<menuitem><a href=1></menuitem>x</a>", "1", 1, false },
    { "<svg><title><menuitem></menuitem><p><p></title></svg><a href=1>", "1", 1, false },
    { "<table background=0><select><col><img src=1>", "1", 2, false },
    { "<table background=0><select><input type=hidden><img src=1>", "1", 2, false },
    { "</br><frameset><frame src=0></frameset><a href=1>", "1", 1, true },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct rig rig;
    rig_open(&rig, NULL);
    rig.p.type = CR_SPAN("text/html");
    rig.p.link_kinds = CR_LINK_BIT(CRAWLER_LINK_A) | CR_LINK_BIT(CRAWLER_LINK_IMAGE);
    char *wire = rig_run(&rig, cr_span_text(rows[i].html));
    assert_int_equal(rig.p.note, CR_PARSE_WHOLE);
    if (rig.p.link_count != rows[i].links || rig.p.links_are_exact != rows[i].is_exact)
      fail_msg("%s: %u links, exact %d", rows[i].html, rig.p.link_count, rig.p.links_are_exact);
    assert_string_equal(rig.p.links[rows[i].links - 1].href, rows[i].last_href);
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
