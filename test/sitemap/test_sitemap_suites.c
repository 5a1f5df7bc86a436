/* SPDX-License-Identifier: MIT */
/* NEEDS: expat */
/* test_sitemap_suites.c - what other parsers' tests assert of sitemaps (test/data/sitemaps).
 *
 * Each document is read whole and a byte at a time. Options of crawler-commons: strict_namespace is
 * one that we don't have; allow_partial, allow_doctype and normalise are how it always is here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "robots/robots.h"
#include "sitemap/feed_date.h"
#include "sitemap/sitemap_place.h"
#include "support/jsonl.h"
#include "support/oom.h"
#include "support/sitemap_log.h"

enum { LOG_MAX = 1 << 20 };

static int read_log(struct cr_mem *mem, struct cr_sitemap_log *log, struct cr_span body,
                    size_t piece)
{
  *log = (struct cr_sitemap_log){ .entries = 0 };
  cr_buf_init(&log->text, mem, CR_MEM_CORE, LOG_MAX);
  return cr_test_sitemap_read(mem, log, "", body, piece);
}

/* Whole and byte by byte give the same. */
static int read_both(struct cr_mem *mem, struct cr_sitemap_log *log, struct cr_span body)
{
  struct cr_sitemap_log single;
  int err = read_log(mem, log, body, SIZE_MAX / 2);

  assert_int_equal(read_log(mem, &single, body, 1), err);
  assert_int_equal(single.entries, log->entries);
  assert_int_equal(single.format, log->format);
  if (log->entries > 0)
    assert_string_equal(single.text.data, log->text.data);
  cr_buf_free(&single.text);
  return err;
}

/* Takes a line off the log: its URL and what stands behind it. */
static bool take_line(struct cr_span *log, struct cr_span *url, struct cr_span *rest)
{
  const char *end = log->len > 0 ? memchr(log->at, '\n', log->len) : NULL;
  if (!end)
    return false;

  struct cr_span line = cr_span(log->at, (size_t)(end - log->at));
  size_t word = (size_t)((const char *)memchr(line.at, ' ', line.len) - line.at) + 1;
  *log = cr_span(end + 1, log->len - line.len - 1);
  line = cr_span(line.at + word, line.len - word);
  const char *space = memchr(line.at, ' ', line.len);
  *url = cr_span(line.at, space ? (size_t)(space - line.at) : line.len);
  *rest = cr_span(url->at + url->len, line.len - url->len);
  return true;
}

static bool has_word(struct cr_span text, const char *word)
{
  size_t len = strlen(word);

  for (size_t at = 0; at + len <= text.len; at++)
    if (memcmp(text.at + at, word, len) == 0 && (at + len == text.len || text.at[at + len] == ' '))
      return true;
  return false;
}

static const char *kind_name(enum cr_sitemap_format format)
{
  static const char *const names[] = { "error", "urlset", "index", "text", "rss", "atom" };
  return names[format];
}

/* The URLs in order; of some the date is told. */
static void check_urls(const struct cr_json *row, const struct cr_json *urls,
                       const struct cr_sitemap_log *log)
{
  const struct cr_json *dates = cr_json_get(row, "lastmod");
  struct cr_span rest = cr_span(log->text.data, log->text.len);
  struct cr_span url;
  struct cr_span facts;
  bool is_strict = cr_json_bool(cr_json_get(row, "options"), "strict_location", false);

  for (const struct cr_json *want = urls->child; want; want = want->next) {
    assert_true(take_line(&rest, &url, &facts));
    size_t len = url.len;
    if (cr_json_bool(cr_json_get(row, "options"), "normalise", false) && memchr(url.at, '#', len))
      len = (size_t)((const char *)memchr(url.at, '#', len) - url.at); /* cut by whoever parses */
    if (len != want->text.len || memcmp(url.at, want->text.at, len) != 0)
      fail_msg("%s: %.*s, not %s", cr_json_text(row, "source"), (int)url.len, url.at,
               want->text.at);
    if (!cr_json_get(dates, want->text.at))
      continue;
    const char *date = cr_json_text(dates, want->text.at);
    char word[64] = "";
    if (date) {
      (void)snprintf(word, sizeof(word), "lastmod=%lld",
                     (long long)(cr_feed_date(cr_span_text(date)) / 1000));
      assert_true(has_word(facts, word));
    } else {
      assert_false(cr_span_starts_nocase(facts, CR_SPAN(" lastmod")));
    }
  }
  while (take_line(&rest, &url, &facts))
    assert_true(is_strict && !cr_sitemap_covers(cr_json_span(row, "url"), url));
}

static void crawler_commons_sitemaps_list_what_they_should(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  struct cr_mem mem;
  size_t checked = 0;

  (void)state;
  cr_test_mem_init(&mem);
  cr_jsonl_open(&lines, "sitemaps/crawler-commons.jsonl");
  while ((row = cr_jsonl_next(&lines)) != NULL) {
    struct cr_sitemap_log log;
    const char *kind = cr_json_text(row, "kind");
    bool is_strict = cr_json_bool(cr_json_get(row, "options"), "strict_namespace", false);
    if (is_strict && strcmp(kind, "error") == 0)
      continue; /* the next row has the same document without the option */

    (void)read_both(&mem, &log, cr_json_bytes(&lines, row, "body"));
    if (strcmp(kind_name(log.format), kind) != 0)
      fail_msg("%s: %s", cr_json_text(row, "source"), kind_name(log.format));
    const struct cr_json *urls = cr_json_get(row, strcmp(kind, "index") == 0 ? "sitemaps" : "urls");
    if (urls)
      check_urls(row, urls, &log);
    if (cr_json_has(row, "count"))
      assert_int_equal(log.entries, cr_json_int(row, "count", -1));
    if (strcmp(kind, "error") == 0)
      assert_int_equal(log.entries, 0);
    cr_buf_free(&log.text);
    checked++;
  }
  cr_jsonl_close(&lines);
  cr_test_mem_done(&mem);
  assert_int_equal(checked, 27);
}

static void check_fact(struct cr_span facts, const char *name, int64_t value)
{
  char word[64];

  (void)snprintf(word, sizeof(word), "%s=%lld", name, (long long)value);
  assert_true(has_word(facts, word));
}

static void check_members(const struct cr_json *entry, struct cr_span facts)
{
  static const char *const freqs[] = { "",       "always",  "hourly", "daily",
                                       "weekly", "monthly", "yearly", "never" };
  const char *lastmod = cr_json_text(entry, "lastmod");
  const char *priority = cr_json_text(entry, "priority");
  const char *freq = cr_json_text(entry, "changefreq");

  if (lastmod && *lastmod)
    check_fact(facts, "lastmod", cr_feed_date(cr_span_text(lastmod)) / 1000);
  if (priority)
    check_fact(facts, "priority", (int64_t)(strtod(priority, NULL) * 1000 + 0.5));
  for (size_t i = 1; freq && i < sizeof(freqs) / sizeof(*freqs); i++)
    if (strcmp(freqs[i], freq) == 0)
      check_fact(facts, "freq", (int64_t)i);
  if (!lastmod && !priority && !freq)
    assert_int_equal(facts.len, 0);
}

static void scrapys_sitemaps_have_these_members(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  cr_jsonl_open(&lines, "sitemaps/scrapy-sitemap.jsonl");
  while ((row = cr_jsonl_next(&lines)) != NULL) {
    struct cr_sitemap_log log;
    struct cr_span url;
    struct cr_span facts;
    bool is_index = strcmp(cr_json_text(row, "type"), "sitemapindex") == 0;

    assert_int_equal(read_both(&mem, &log, cr_json_span(row, "body")), 0);
    assert_int_equal(log.format, is_index ? CR_SITEMAP_INDEX : CR_SITEMAP_URLSET);
    struct cr_span rest = cr_span(log.text.data, log.text.len);
    const struct cr_json *want = cr_json_get(row, "entries")->child;
    for (; want; want = want->next) {
      assert_true(take_line(&rest, &url, &facts));
      assert_true(cr_span_eq(url, cr_json_span(want, "loc")));
      check_members(want, facts);
    }
    assert_int_equal(rest.len, 0);
    cr_buf_free(&log.text);
  }
  cr_jsonl_close(&lines);
  cr_test_mem_done(&mem);
}

static void dates_are_those_of_crawler_commons(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;

  (void)state;
  cr_jsonl_open(&lines, "sitemaps/lastmod-dates.jsonl");
  while ((row = cr_jsonl_next(&lines)) != NULL) {
    int64_t ms = cr_feed_date(cr_json_span(row, "input"));
    if (cr_json_has(row, "utc"))
      assert_int_equal(ms, cr_feed_date(cr_json_span(row, "utc")));
    assert_int_equal(ms != 0, cr_json_has(row, "utc"));
  }
  cr_jsonl_close(&lines);
}

static void the_location_rule_is_that_of_crawler_commons(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;

  (void)state;
  cr_jsonl_open(&lines, "sitemaps/location-rule.jsonl");
  while ((row = cr_jsonl_next(&lines)) != NULL)
    assert_int_equal(cr_sitemap_covers(cr_json_span(row, "sitemap"), cr_json_span(row, "url")),
                     cr_json_bool(row, "valid", false));
  cr_jsonl_close(&lines);
}

/* ---- whole discoveries ---- */

enum { URLS_MAX = 64 };

struct walk {
  struct cr_jsonl *lines;
  const struct cr_json *row;
  struct cr_mem *mem;
  const char *seen[URLS_MAX]; /* sitemaps, in the order in which they were found */
  size_t seen_count;
  const char *pages[URLS_MAX];
  size_t page_count;
};

static const char *keep(struct walk *w, struct cr_span text)
{
  const char *kept = cr_arena_strndup(&w->lines->arena, text.at, text.len);
  assert_non_null(kept);
  return kept;
}

static void see(struct walk *w, struct cr_span url)
{
  const char *text = keep(w, url);

  for (size_t i = 0; i < w->seen_count; i++)
    if (strcmp(w->seen[i], text) == 0)
      return;
  assert_true(w->seen_count < URLS_MAX);
  w->seen[w->seen_count++] = text;
}

/* used: of each response, as the same URL may answer differently the second time. */
static const struct cr_json *answer(struct walk *w, const char *url)
{
  for (const struct cr_json *r = cr_json_get(w->row, "responses")->child; r; r = r->next)
    if (strcmp(cr_json_text(r, "url"), url) == 0)
      return r;
  return NULL;
}

static void list(struct walk *w, struct cr_span body)
{
  struct cr_sitemap_log log;
  struct cr_span url;
  struct cr_span facts;

  (void)read_both(w->mem, &log, body);
  struct cr_span rest = cr_span(log.text.data, log.text.len);
  while (rest.len > 0) {
    bool is_sitemap = rest.at[0] == 's';
    assert_true(take_line(&rest, &url, &facts));
    if (is_sitemap) {
      see(w, url);
    } else {
      assert_true(w->page_count < URLS_MAX);
      w->pages[w->page_count++] = keep(w, url);
    }
  }
  cr_buf_free(&log.text);
}

static void visit(struct walk *w, const char *url)
{
  const struct cr_json *r = answer(w, url);
  int64_t status = r ? cr_json_int(r, "status", 404) : 404;

  if (status / 100 == 3)
    see(w, cr_json_span(cr_json_get(r, "headers"), "Location"));
  else if (status == 200)
    list(w, cr_json_bytes(w->lines, r, "body"));
}

/* robots.txt first, then the paths that the suite's crawler tries (usp.tree). */
static void discover(struct walk *w)
{
  static const char *const tried[] = { "/sitemap.xml", "/sitemap-index.xml", "/sitemap_index.xml" };
  const char *start = cr_json_text(w->row, "start");
  char url[256];

  (void)snprintf(url, sizeof(url), "%s/robots.txt", start);
  const struct cr_json *robots = answer(w, url);
  if (robots && cr_json_int(robots, "status", 404) == 200) {
    struct cr_robots *rules = NULL;
    struct cr_span sitemap;
    assert_int_equal(
        cr_robots_parse(&rules, w->mem, cr_json_span(robots, "body"), CR_SPAN("crawler")), 0);
    for (size_t at = 0; cr_robots_next_sitemap(rules, &at, &sitemap);)
      see(w, sitemap);
    cr_robots_free(rules);
  }
  for (size_t i = 0; i < w->seen_count; i++)
    visit(w, w->seen[i]);
  for (size_t i = 0; i < sizeof(tried) / sizeof(*tried); i++) {
    (void)snprintf(url, sizeof(url), "%s%s", start, tried[i]);
    size_t before = w->seen_count;
    see(w, cr_span_text(url));
    if (w->seen_count > before)
      visit(w, w->seen[before]);
  }
}

/* Breadth first here, depth first there: the pages are compared as a set with their numbers. */
static void check_pages(const struct walk *w)
{
  const struct cr_json *pages = cr_json_get(w->row, "pages");
  bool used[URLS_MAX] = { false };

  if (!pages || pages->type != CR_JSON_ARRAY)
    return;
  if (cr_json_len(pages) != w->page_count)
    fail_msg("%s: %zu pages", cr_json_text(w->row, "source"), w->page_count);
  for (const struct cr_json *p = pages->child; p; p = p->next) {
    size_t i = 0;
    while (i < w->page_count && (used[i] || strcmp(w->pages[i], p->text.at) != 0))
      i++;
    assert_true(i < w->page_count);
    used[i] = true;
  }
}

static void discoveries_find_the_pages_of_the_suite(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  struct cr_mem mem;
  size_t checked = 0;

  (void)state;
  cr_test_mem_init(&mem);
  cr_jsonl_open(&lines, "sitemaps/ultimate-sitemap-parser.jsonl");
  while ((row = cr_jsonl_next(&lines)) != NULL) {
    struct walk w = { .lines = &lines, .row = row, .mem = &mem };
    if (cr_json_has(row, "start"))
      discover(&w);
    else
      list(&w, cr_json_span(row, "body"));
    check_pages(&w);
    checked++;
  }
  cr_jsonl_close(&lines);
  cr_test_mem_done(&mem);
  assert_int_equal(checked, 15);
}

static void bytes_that_fuzzers_found_do_no_harm(void **state)
{
  static const char *const files[] = { "sitemaps/hostile-sitemap.jsonl",
                                       "sitemaps/hostile-atom.jsonl" };
  struct cr_jsonl lines;
  const struct cr_json *row;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  for (size_t i = 0; i < 2; i++) {
    cr_jsonl_open(&lines, files[i]);
    while ((row = cr_jsonl_next(&lines)) != NULL) {
      struct cr_sitemap_log log;
      struct cr_span body = cr_json_bytes(&lines, row, "");
      assert_non_null(body.at);
      (void)read_both(&mem, &log, body);
      assert_true(log.most_bytes < 4 << 20);
      cr_buf_free(&log.text);
    }
    cr_jsonl_close(&lines);
  }
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(crawler_commons_sitemaps_list_what_they_should),
    cmocka_unit_test(scrapys_sitemaps_have_these_members),
    cmocka_unit_test(dates_are_those_of_crawler_commons),
    cmocka_unit_test(the_location_rule_is_that_of_crawler_commons),
    cmocka_unit_test(discoveries_find_the_pages_of_the_suite),
    cmocka_unit_test(bytes_that_fuzzers_found_do_no_harm),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
