/* SPDX-License-Identifier: MIT */
/* test_robots_sitemaps.c - the sitemaps that a robots.txt lists.
 */
#include "robots/robots_sitemaps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "robots/robots.h"
#include "support/jsonl.h"
#include "support/oom.h"

static void check(const char *text, size_t bytes, const char *want)
{
  struct cr_robots_sitemaps sitemaps;
  struct cr_span url;
  struct cr_buf got;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  cr_buf_init(&got, &mem, CR_MEM_CORE, SIZE_MAX / 2);
  assert_int_equal(cr_buf_add_text(&got, ""), 0);
  cr_robots_sitemaps_init(&sitemaps, cr_span(text, bytes));
  while (cr_robots_sitemaps_next(&sitemaps, &url)) {
    assert_int_equal(cr_buf_add(&got, url.at, url.len), 0);
    assert_int_equal(cr_buf_add_char(&got, ' '), 0);
  }
  assert_string_equal(got.data ? got.data : "", want);
  assert_false(cr_robots_sitemaps_next(&sitemaps, &url));
  cr_buf_free(&got);
  cr_test_mem_done(&mem);
}

static void sitemap_lines_are_found_wherever_they_stand(void **state)
{
  static const struct {
    const char *text, *want;
  } rows[] = {
    { "", "" },
    { "User-agent: *\nDisallow: /\n", "" },
    { "Sitemap: http://a.example/s.xml", "http://a.example/s.xml " },
    { "User-agent: other\nSitemap: /1\nDisallow: /\n\nSitemap: /2", "/1 /2 " },
    { "SITEMAP:/1\rsitemap :\t/2 \t\r\nsiteMap: /3# so\n", "/1 /2 /3 " },
    { "Site-map: /1\nSitemaps: /2\n", "/1 /2 " }, /* as robots.cc has it */
    { "Sitemap:\nSitemap: #\nXSitemap: /1\n# Sitemap: /2\n", "" },
    { "\xef\xbb\xbfSitemap: /1", "/1 " },
    { "Sitemap: /1\nSitemap: /1\n", "/1 /1 " },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    check(rows[i].text, strlen(rows[i].text), rows[i].want);
}

static void what_lies_behind_the_limit_is_not_read(void **state)
{
  struct cr_buf text;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&text, &mem, CR_MEM_CORE, SIZE_MAX / 2);
  assert_int_equal(cr_buf_add_text(&text, "Sitemap: /1\n"), 0);
  while (text.len < CR_ROBOTS_MAX_BYTES)
    assert_int_equal(cr_buf_add_char(&text, '\n'), 0);
  assert_int_equal(cr_buf_add_text(&text, "Sitemap: /2\n"), 0);
  check(text.data, text.len, "/1 ");
  cr_buf_free(&text);
  cr_test_mem_done(&mem);
}

static void suites_of_other_parsers_list_as_many(void **state)
{
  static const char *const files[] = { "robots/crawler-commons.jsonl", "robots/protego.jsonl",
                                       "robots/robots-parser-js.jsonl" };
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t checked = 0;

  (void)state;
  for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
    cr_jsonl_open(&lines, files[i]);
    while ((row = cr_jsonl_next(&lines)) != NULL) {
      const struct cr_json *want = cr_json_get(row, "sitemaps");
      int64_t count = cr_json_int(row, "sitemap_count", want ? (int64_t)cr_json_len(want) : -1);
      struct cr_robots_sitemaps sitemaps;
      struct cr_span url;
      if (count < 0)
        continue;
      /* One of the three is a URL on a line of its own, which is no record. */
      count -= strstr(cr_json_text(row, "robots"), "that forgot \"sitemap:\"") != NULL;
      cr_robots_sitemaps_init(&sitemaps, cr_json_bytes(&lines, row, "robots"));
      while (cr_robots_sitemaps_next(&sitemaps, &url))
        count--;
      if (count != 0)
        fail_msg("%s: %d off", cr_json_text(row, "source"), (int)count);
      checked++;
    }
    cr_jsonl_close(&lines);
  }
  assert_true(checked > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sitemap_lines_are_found_wherever_they_stand),
    cmocka_unit_test(what_lies_behind_the_limit_is_not_read),
    cmocka_unit_test(suites_of_other_parsers_list_as_many),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
