/* SPDX-License-Identifier: MIT */
/* test_robots_tags.c - what a page says to robots.
 */
#include "parse/robots_tags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "model/headers.h"
#include "support/jsonl.h"

enum {
  NOINDEX = CRAWLER_PAGE_NOINDEX,
  NOFOLLOW = CRAWLER_PAGE_NOFOLLOW,
  NOARCHIVE = CRAWLER_PAGE_NOARCHIVE
};

static const int64_t june_2010 = INT64_C(1277478000000); /* 2010-06-25T15:00:00Z */

/* ---- headers ---- */

#define HEADER(name, value)          \
  {                                  \
    "" name, value, sizeof(name) - 1 \
  }

static void a_header_is_for_all_or_for_whom_it_names(void **state)
{
  (void)state;
  static const struct {
    const char *values[3];
    unsigned robots;
    int64_t after_ms;
  } rows[] = {
    { { "noindex" }, NOINDEX, 0 },
    { { "NoIndex, nofollow" }, NOINDEX | NOFOLLOW, 0 },
    { { "none" }, NOINDEX | NOFOLLOW, 0 },
    { { "noarchive" }, NOARCHIVE, 0 },
    { { "nocache" }, NOARCHIVE, 0 },
    { { "all" }, 0, 0 },
    { { "index, follow, nosnippet, noimageindex, notranslate" }, 0, 0 },
    { { "nofollow", "noarchive" }, NOFOLLOW | NOARCHIVE, 0 },
    { { "" }, 0, 0 },
    { { ",, ,noindex,," }, NOINDEX, 0 },
    { { "noindexed" }, 0, 0 },
    { { "max-snippet: 20, nofollow, max-image-preview:large" }, NOFOLLOW, 0 },
    /* by name */
    { { "bot: nofollow" }, NOFOLLOW, 0 },
    { { "BOT : none" }, NOFOLLOW | NOINDEX, 0 },
    { { "otherbot: nofollow" }, 0, 0 },
    { { "botany: nofollow" }, 0, 0 },
    { { "*: nofollow" }, NOFOLLOW, 0 },
    { { "otherbot: noindex, nofollow", "noarchive" }, NOARCHIVE, 0 },
    { { "noarchive, otherbot: noindex, nofollow" }, NOARCHIVE, 0 },
    { { "otherbot: noindex, bot: nofollow, noarchive" }, NOFOLLOW | NOARCHIVE, 0 },
    { { ": nofollow" }, 0, 0 },
    { { "bot:" }, 0, 0 },
    /* with a time */
    { { "unavailable_after: 25 Jun 2010 15:00:00 GMT" }, 0, june_2010 },
    { { "unavailable_after: 2010-06-25T15:00:00Z, nofollow" }, NOFOLLOW, june_2010 },
    { { "Unavailable_After: Fri, 25 Jun 2010 15:00:00 GMT, noindex" }, NOINDEX, june_2010 },
    { { "bot: unavailable_after: 25 Jun 2010 15:00:00 GMT" }, 0, june_2010 },
    { { "otherbot: unavailable_after: 25 Jun 2010 15:00:00 GMT, none" }, 0, 0 },
    { { "unavailable_after: 2011-06-25", "unavailable_after: 2010-06-25T15:00:00Z" },
      0,
      june_2010 },
    { { "unavailable_after: some day" }, 0, 0 },
    { { "unavailable_after:" }, 0, 0 },
    { { "unavailable_after" }, 0, 0 },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_header at[4] = { HEADER("Content-Type", "noindex") };
    struct cr_headers headers = { at, 1 };
    struct cr_page_facts facts = { .title = NULL };
    for (size_t k = 0; k < 3 && rows[i].values[k]; k++)
      at[headers.count++] = (struct cr_header)HEADER("x-robots-TAG", rows[i].values[k]);
    cr_robots_tags_headers(&facts, &headers, CR_SPAN("bot"));
    if (facts.robots != rows[i].robots || facts.unavailable_after_ms != rows[i].after_ms)
      fail_msg("%s: %u, %lld", rows[i].values[0], facts.robots,
               (long long)facts.unavailable_after_ms);
  }
}

static void without_a_name_of_ours_only_what_is_for_all_counts(void **state)
{
  static const struct cr_header at[] = { HEADER("X-Robots-Tag", "bot: noindex"),
                                         HEADER("X-Robots-Tag", ": noarchive"),
                                         HEADER("X-Robots-Tag", "nofollow") };
  const struct cr_headers headers = { at, 3 };
  struct cr_page_facts facts = { .title = NULL };
  (void)state;

  cr_robots_tags_headers(&facts, &headers, cr_span(NULL, 0));
  assert_int_equal(facts.robots, NOFOLLOW);
  cr_robots_tags_headers(&facts, NULL, cr_span(NULL, 0)); /* nor is there a header */
  cr_robots_tags_meta(&facts, CR_SPAN(""), CR_SPAN("noindex"), cr_span(NULL, 0));
  assert_int_equal(facts.robots, NOFOLLOW);
}

/* ---- metas ---- */

static void a_meta_is_for_all_robots_or_for_whom_it_names(void **state)
{
  (void)state;
  static const struct {
    const char *name, *content;
    unsigned robots;
  } rows[] = {
    { "robots", "noindex,nofollow", NOINDEX | NOFOLLOW },
    { "robots", " NOFOLLOW ", NOFOLLOW },
    { "robots", "noindex nofollow", NOINDEX | NOFOLLOW },
    { "robots", "all", 0 },
    { "robots", "", 0 },
    { "bot", "none", NOINDEX | NOFOLLOW },
    { "googlebot", "none", 0 },
    { "description", "none", 0 },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct cr_page_facts facts = { .title = NULL };
    cr_robots_tags_meta(&facts, cr_span_text(rows[i].name), cr_span_text(rows[i].content),
                        CR_SPAN("Bot"));
    if (facts.robots != rows[i].robots)
      fail_msg("%s: %s: %u", rows[i].name, rows[i].content, facts.robots);
  }
}

static int robots_of(const char *html)
{
  crawler_page *page = NULL;

  assert_int_equal(crawler_document_new(&page, "http://a/", "text/html", html, strlen(html), NULL),
                   0);
  int robots = crawler_page_robots(page);
  crawler_page_release(page);
  return robots;
}

static void where_a_meta_stands_counts_as_in_the_document(void **state)
{
  (void)state;
  static const struct {
    const char *html;
    int robots;
  } rows[] = {
    { "<meta name=robots content=nofollow>", NOFOLLOW },
    { "<META NAME=' RoBots ' CONTENT='&#78;ofollow'>", NOFOLLOW },
    { "<body><p><meta name=robots content=nofollow>", NOFOLLOW },
    { "<meta name=robots content=noindex><meta name=robots content=nofollow>", NOFOLLOW | NOINDEX },
    { "<meta name=robots content=all><meta name=robots content=none>", NOFOLLOW | NOINDEX },
    { "<template><meta name=robots content=nofollow></template>", 0 },
    { "<!-- <meta name=robots content=nofollow> -->", 0 },
    { "<iframe srcdoc='<meta name=robots content=nofollow>'></iframe>", 0 },
    { "<meta name=robots><meta content=nofollow>", 0 },
    { "<meta http-equiv=pragma content=no-cache>", NOARCHIVE },
    { "<meta http-equiv=robots content=nofollow>", 0 },
  };

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    if (robots_of(rows[i].html) != rows[i].robots)
      fail_msg("%s: %d", rows[i].html, robots_of(rows[i].html));
}

static void nutch_reads_the_same(void **state)
{
  struct cr_jsonl rows;
  const struct cr_json *row;
  size_t checked = 0;
  (void)state;

  cr_jsonl_open(&rows, "html/meta-robots.jsonl");
  while ((row = cr_jsonl_next(&rows))) {
    int robots = robots_of(cr_json_text(row, "html"));
    assert_int_equal((robots & NOINDEX) != 0, cr_json_bool(row, "noindex", false));
    assert_int_equal((robots & NOFOLLOW) != 0, cr_json_bool(row, "nofollow", false));
    assert_int_equal((robots & NOARCHIVE) != 0, cr_json_bool(row, "nocache", false));
    checked++;
  }
  cr_jsonl_close(&rows);
  assert_int_equal(checked, 3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_header_is_for_all_or_for_whom_it_names),
    cmocka_unit_test(without_a_name_of_ours_only_what_is_for_all_counts),
    cmocka_unit_test(a_meta_is_for_all_robots_or_for_whom_it_names),
    cmocka_unit_test(where_a_meta_stands_counts_as_in_the_document),
    cmocka_unit_test(nutch_reads_the_same),
  };

  return cmocka_run_group_tests_name("robots tags", tests, NULL, NULL);
}
