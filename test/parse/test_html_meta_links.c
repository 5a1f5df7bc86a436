/* SPDX-License-Identifier: MIT */
/* test_html_meta_links.c - what <meta> says: of the page, and of other pages.
 */
#include "parse/extract_rig.h"

static void urls_in_metas_are_links(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    const char *want;
  } rows[] = {
    { "<meta http-equiv=refresh content='0; url=1'>", "refresh:1 " },
    { "<meta http-equiv=Refresh content='9;URL=\"1\"'>", "refresh:1 " },
    { "<meta http-equiv=&#82;efresh content='0;1'>", "refresh:1 " },
    { "<meta http-equiv=' refresh' content='0;1'>", "" },
    { "<meta http-equiv=refresh content='x'><meta http-equiv=refresh>", "" },
    { "<meta property=og:url content=1><meta property='OG:Image' content=2>", "meta:1 meta:2 " },
    { "<meta property=og:image:secure_url content=1><meta name=twitter:image content=2>",
      "meta:1 meta:2 " },
    { "<meta name=twitter:player content=1><meta name=twitter:card content=summary>", "meta:1 " },
    { "<meta property=og:image:width content=100><meta property=og:title content=x>", "" },
    { "<meta name=msapplication-config content=1><meta name=msapplication-TileImage content=2>",
      "meta:1 meta:2 " },
    { "<meta http-equiv=Content-Security-Policy content=\"script-src 'self' a; report-uri 1 2;\">",
      "meta:1 meta:2 " },
    { "<meta name=image property=og:image content=1><meta property=x name=og:url content=2>",
      "meta:1 meta:2 " },
    { "<meta name=twitter:image property=og:image content=1>", "meta:1 " },
    { "<meta name=description content=/a><meta name=og:image>", "" },
    { "<meta property=og:image content=''>", "" },
    { "<template><meta property=og:url content=1></template>", "" },
  };
  struct extract_rig rig;

  extract_open(&rig);
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    extract_expect(&rig, rows[i].html, rows[i].want);
  extract_close(&rig);
}

static void a_late_refresh_is_flagged(void **state)
{
  (void)state;
  struct extract_rig rig;

  extract_open(&rig);
  extract_run(&rig,
              CR_SPAN("<meta http-equiv=refresh content='5;1'><meta http-equiv=refresh "
                      "content='6;2'>"),
              SIZE_MAX / 2);
  assert_int_equal(rig.collect.found.count, 2);
  assert_int_equal(rig.collect.found.links[0].flags, 0);
  assert_int_equal(rig.collect.found.links[1].flags, CRAWLER_LINK_FLAG_LATE);
  extract_run(&rig, CR_SPAN("<meta http-equiv=refresh content='6;1'>"), SIZE_MAX / 2);
  assert_int_equal(rig.collect.found.links[0].flags, CRAWLER_LINK_FLAG_LATE);
  extract_close(&rig);
}

/* What is none, or is in a template, isn't the first. */
static void only_the_first_refresh_counts(void **state)
{
  (void)state;
  struct extract_rig rig;

  extract_open(&rig);
  extract_run(&rig,
              CR_SPAN("<meta http-equiv=refresh content=x>"
                      "<template><meta http-equiv=refresh content='0;0'></template>"
                      "<meta http-equiv=refresh content='0;1'>"
                      "<meta http-equiv=refresh content='0;2'>"),
              SIZE_MAX / 2);
  assert_int_equal(rig.collect.found.count, 2);
  assert_string_equal(rig.collect.found.links[0].href, "1");
  assert_int_equal(rig.collect.found.links[0].flags, 0);
  assert_int_equal(rig.collect.found.links[1].flags, CRAWLER_LINK_FLAG_LATE);
  extract_close(&rig);
}

static void names_and_contents_are_kept_in_order(void **state)
{
  (void)state;
  struct extract_rig rig;
  const struct cr_page_facts *facts = &rig.collect.found.facts;

  extract_open(&rig);
  extract_run(&rig,
              CR_SPAN("<meta name=' Robots ' content='noindex, &quot;x&quot;'>"
                      "<meta property=og:title content=y><meta name=z><meta content=w>"
                      "<meta property=og:x name=x content=v>"),
              SIZE_MAX / 2);
  assert_int_equal(facts->meta_count, 4);
  assert_string_equal(facts->metas[0].name, "robots");
  assert_string_equal(facts->metas[0].content, "noindex, \"x\"");
  assert_string_equal(facts->metas[1].name, "og:title");
  assert_string_equal(facts->metas[2].name, "x");
  assert_string_equal(facts->metas[3].name, "og:x");
  assert_string_equal(facts->metas[3].content, "v");
  rig.wants.metadata = false;
  extract_run(&rig, CR_SPAN("<meta name=a content=b><title>x</title>"), SIZE_MAX / 2);
  assert_int_equal(facts->meta_count, 0);
  assert_null(facts->title);
  extract_close(&rig);
}

static void more_metas_than_are_kept_are_left_out(void **state)
{
  (void)state;
  struct extract_rig rig;
  char html[32 * (CR_HTML_MAX_METAS + 1)];
  size_t len = 0;

  extract_open(&rig);
  for (int i = 0; i <= CR_HTML_MAX_METAS; i++)
    len += (size_t)snprintf(html + len, sizeof(html) - len, "<meta name=a content=b>");
  extract_run(&rig, cr_span(html, len), SIZE_MAX / 2);
  assert_int_equal(rig.collect.found.facts.meta_count, CR_HTML_MAX_METAS);
  extract_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(urls_in_metas_are_links),
    cmocka_unit_test(a_late_refresh_is_flagged),
    cmocka_unit_test(only_the_first_refresh_counts),
    cmocka_unit_test(names_and_contents_are_kept_in_order),
    cmocka_unit_test(more_metas_than_are_kept_are_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
