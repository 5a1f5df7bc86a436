/* SPDX-License-Identifier: MIT */
/* NEEDS: gumbo */
/* test_link_suites.c - the links of other projects' suites, in one piece, bytewise and by a tree.
 *
 * Rows of test/data/html: the Security Crawl Maze, katana, linkchecker, Nutch and Heritrix, w3lib's
 * base URLs and refreshes; and inside of pages the values of srcset, refresh and entities, which
 * their own parsers get whole. What doesn't hold is listed (support/suite.h).
 */
#include "parse/page_rig.h"
#include "parse/other_links.h"
#include "support/suite.h"
#include "url/url_bytes.h"

/* ---- a set of URLs ---- */

/* expected: URLs that are to be found on the page, all parts of one row. */
static void judge_urls(struct cr_suite *suite, struct page_rig *rig, const struct cr_json *expected,
                       const char *site)
{
  for (size_t i = 0; i < cr_json_len(expected); i++) {
    char want[512];
    (void)snprintf(want, sizeof(want), "%s%s", site, cr_json_at(expected, i)->text.at);
    struct cr_span url = cr_span_text(want);
    cr_suite_judge(suite, i, page_has_url(rig, url) ? NULL : page_wrong(rig, url));
  }
}

static void the_crawl_maze_is_found(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;

  page_open(&rig);
  cr_suite_open(&suite, "html/crawl-maze-pages.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      char url[256];
      (void)snprintf(url, sizeof(url), "https://maze.example%s", cr_json_text(row, "path"));
      page_read(&rig, cr_json_span(row, "html"), url, "utf-8", way);
      judge_urls(&suite, &rig, cr_json_get(row, "expected"), "https://maze.example");
    }
  cr_suite_close(&suite, 34);
  page_close(&rig);
}

/* A response without a body that has one header. */
static void read_header(struct page_rig *rig, const char *header, const char *url)
{
  struct cr_headers headers = { NULL, 0 };
  char block[512];

  (void)snprintf(block, sizeof(block), "HTTP/1.1 200 OK\r\n%s\r\n\r\n", header);
  page_read(rig, cr_span("", 0), url, "utf-8", PAGE_WHOLE);
  cr_collect_init(&rig->x.collect, &rig->x.keep, &rig->x.scratch, "utf-8", &rig->x.wants);
  assert_int_equal(cr_headers_parse(&headers, &rig->x.keep, cr_span_text(block)), 0);
  cr_header_links(&rig->x.collect, &headers);
  assert_int_equal(cr_collect_finish(&rig->x.collect), 0);
  rig->page.links = rig->x.collect.found.links;
  rig->page.link_count = rig->x.collect.found.count;
  cr_page_resolve_others(&rig->page);
}

static void what_katana_finds_is_found(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;

  page_open(&rig);
  cr_suite_open(&suite, "html/katana-links.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      const char *header = cr_json_text(row, "response_header");
      const char *url = cr_json_text(row, "base");
      if (header)
        read_header(&rig, header, url);
      else
        page_read(&rig, cr_json_span(row, "html"), url, "utf-8", way);
      judge_urls(&suite, &rig, cr_json_get(row, "contains"), "");
    }
  cr_suite_close(&suite, 24);
  page_close(&rig);
}

/* ---- linkchecker ---- */

/* The suite has the bytes of a page as characters of the same numbers, if there are only such. */
static struct cr_span bytes_of(struct cr_buf *out, struct cr_span text)
{
  const char *end = text.at + text.len;

  cr_buf_clear(out);
  for (const char *at = text.at; at < end;) {
    uint32_t code = cr_utf8_next(&at, end);
    if (code > 0xff)
      return text;
    assert_int_equal(cr_buf_add_char(out, (char)code), 0);
  }
  return cr_span(out->data, out->len);
}

/* Is there a link of that raw text, with the text of the element if it is one of <a>? At NULL the
 * absolute URL may be any. */
static bool has_link(struct page_rig *rig, const struct cr_json *want, struct cr_span resolved)
{
  struct cr_span raw = cr_span_trim(cr_json_span(want, "raw"));
  struct cr_span text = cr_json_span(want, "text");

  for (uint32_t i = 0; i < rig->page.link_count; i++) {
    const struct crawler_link *link = &rig->page.links[i];
    bool has_text = text.at && link->kind == CRAWLER_LINK_A;
    if (cr_span_eq(cr_span_trim(cr_span_text(link->href)), raw) &&
        (!has_text || cr_span_eq(cr_span_text(link->text), text)) &&
        (!resolved.at || cr_span_eq(cr_span_text(page_url(rig, i)), resolved)))
      return true;
  }
  return false;
}

/* Two parts for each link: as it is written, and its absolute URL if the row has one. */
static void judge_linkchecker(struct cr_suite *suite, struct page_rig *rig,
                              const struct cr_json *links)
{
  for (size_t i = 0; i < cr_json_len(links); i++) {
    const struct cr_json *want = cr_json_at(links, i);
    struct cr_span raw = cr_json_span(want, "raw");
    struct cr_span resolved = cr_json_span(want, "resolved");
    cr_suite_judge(suite, 2 * i,
                   has_link(rig, want, cr_span(NULL, 0)) ? NULL : page_wrong(rig, raw));
    cr_suite_judge(suite, 2 * i + 1,
                   has_link(rig, want, resolved) ? NULL : page_wrong(rig, resolved));
  }
}

static void what_linkchecker_finds_is_found(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;
  struct cr_buf buf;

  page_open(&rig);
  cr_buf_init(&buf, &rig.x.mem, CR_MEM_CORE, 1 << 20);
  cr_suite_open(&suite, "html/linkchecker-pages.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      struct cr_span html = bytes_of(&buf, cr_json_span(row, "html"));
      const char *charset = cr_charset_decide(html, CR_SPAN("text/html"), "text/html");
      page_read(&rig, html, cr_json_text(row, "base"), charset, way);
      judge_linkchecker(&suite, &rig, cr_json_get(row, "links"));
    }
  cr_suite_close(&suite, 15);
  cr_buf_free(&buf);
  page_close(&rig);
}

/* ---- Nutch, Heritrix, and linkchecker's parser ---- */

/* Which links of a page they follow: none of a page that says so, no form that is posted. */
static bool is_followed(const struct page_rig *rig, const struct crawler_link *link)
{
  return !(rig->x.collect.found.facts.robots & CRAWLER_PAGE_NOFOLLOW) &&
         !(link->flags & CRAWLER_LINK_FLAG_POST);
}

/* Some are written without the slash of an empty path. */
static bool is_same_url(struct cr_span url, struct cr_span want)
{
  return cr_span_eq(url, want) || (url.len == want.len + 1 && url.at[want.len] == '/' &&
                                   memcmp(url.at, want.at, want.len) == 0);
}

/* All of them, in order, and no others. */
static const char *judge_order(struct page_rig *rig, const struct cr_json *row)
{
  const struct cr_json *links = cr_json_get(row, "links");
  const struct cr_json *raw = cr_json_get(row, "raw_links");
  const struct cr_json *anchors = cr_json_get(row, "anchors");
  const struct cr_json *wanted = links ? links : raw;
  size_t at = 0;

  for (uint32_t i = 0; i < rig->page.link_count; i++) {
    const struct crawler_link *link = &rig->page.links[i];
    if (!is_followed(rig, link))
      continue;
    struct cr_span got = links ? cr_span_text(page_url(rig, i)) : cr_span_text(link->href);
    const struct cr_json *want = cr_json_at(wanted, at);
    if (!want || !is_same_url(cr_span_trim(got), want->text))
      return page_wrong(rig, want ? want->text : CR_SPAN("more"));
    if (anchors && !cr_span_eq(cr_span_text(link->text), cr_json_at(anchors, at)->text))
      return page_wrong(rig, cr_json_at(anchors, at)->text);
    at++;
  }
  return at == cr_json_len(wanted) ? NULL : page_wrong(rig, cr_json_at(wanted, at)->text);
}

static void what_nutch_and_heritrix_find_is_found(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;

  page_open(&rig);
  cr_suite_open(&suite, "html/links-nutch-heritrix-linkchecker.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      page_read(&rig, cr_json_span(row, "html"), cr_json_text(row, "base"), "utf-8", way);
      cr_suite_judge(&suite, 0, judge_order(&rig, row));
    }
  cr_suite_close(&suite, 22);
  page_close(&rig);
}

/* ---- w3lib ---- */

static const char *judge_base(struct page_rig *rig, const struct cr_json *row)
{
  struct cr_span want = cr_json_span(row, "expected");
  struct cr_url base;
  bool is_right = want.len == 0 && !rig->page.base_href.at;

  cr_url_init(&base, &rig->x.mem);
  if (want.len > 0) {
    assert_int_equal(cr_page_base(&rig->page, &base), 0);
    is_right = is_same_url(cr_url_text(&base), want);
  }
  (void)snprintf(rig->wrong, sizeof(rig->wrong), "%s, not %s", base.text.data ? base.text.data : "",
                 want.at);
  cr_url_free(&base);
  return is_right ? NULL : rig->wrong;
}

static void w3lib_base_urls_come_out(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;

  page_open(&rig);
  cr_suite_open(&suite, "html/w3lib-base-url.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      const char *url = cr_json_text(row, "url");
      page_read(&rig, cr_json_bytes(&suite.lines, row, "html"), url ? url : "http://unset.example/",
                "utf-8", way);
      cr_suite_judge(&suite, 0, judge_base(&rig, row));
    }
  cr_suite_close(&suite, 11);
  page_close(&rig);
}

static const char *judge_refresh(struct page_rig *rig, const struct cr_json *expected)
{
  const struct cr_json *seconds = cr_json_at(expected, 0);
  struct cr_span want = cr_json_at(expected, 1)->text;

  if (rig->page.link_count != (want.at ? 1 : 0))
    return page_wrong(rig, want);
  if (!want.at)
    return NULL;
  bool is_late = (rig->page.links[0].flags & CRAWLER_LINK_FLAG_LATE) != 0;
  return page_has_url(rig, want) && is_late == (seconds->number > 5) ? NULL : page_wrong(rig, want);
}

static void w3lib_refreshes_are_found(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;

  page_open(&rig);
  rig.x.wants.kinds = CR_LINK_BIT(CRAWLER_LINK_REFRESH);
  cr_suite_open(&suite, "html/w3lib-meta-refresh.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      page_read(&rig, cr_json_bytes(&suite.lines, row, "html"), cr_json_text(row, "url"), "utf-8",
                way);
      cr_suite_judge(&suite, 0, judge_refresh(&rig, cr_json_get(row, "expected")));
    }
  cr_suite_close(&suite, 14);
  page_close(&rig);
}

static const char *judge_robots(const struct page_rig *rig, const struct cr_json *row)
{
  unsigned robots = rig->x.collect.found.facts.robots;

  return ((robots & CRAWLER_PAGE_NOINDEX) != 0) == cr_json_bool(row, "noindex", false) &&
                 ((robots & CRAWLER_PAGE_NOFOLLOW) != 0) == cr_json_bool(row, "nofollow", false) &&
                 ((robots & CRAWLER_PAGE_NOARCHIVE) != 0) == cr_json_bool(row, "nocache", false)
             ? NULL
             : "other flags";
}

static void nutch_reads_the_same_of_robots(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;

  page_open(&rig);
  cr_suite_open(&suite, "html/meta-robots.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      page_read(&rig, cr_json_span(row, "html"), "http://host.example/", "utf-8", way);
      cr_suite_judge(&suite, 0, judge_robots(&rig, row));
    }
  cr_suite_close(&suite, 3);
  page_close(&rig);
}

/* ---- values, inside of pages ---- */

/* A value in double quotes. */
static void put_value(struct cr_buf *out, const char *before, struct cr_span value,
                      const char *after)
{
  cr_buf_clear(out);
  assert_int_equal(cr_buf_add_text(out, before), 0);
  for (size_t i = 0; i < value.len; i++) {
    char c = value.at[i];
    const char *escaped = c == '&' ? "&amp;" : c == '"' ? "&quot;" : c == '\r' ? "&#13;" : NULL;
    assert_int_equal(escaped ? cr_buf_add_text(out, escaped) : cr_buf_add_char(out, c), 0);
  }
  assert_int_equal(cr_buf_add_text(out, after), 0);
}

static bool has_hrefs(const struct page_rig *rig, const struct cr_json *urls)
{
  if (rig->page.link_count != cr_json_len(urls))
    return false;
  for (uint32_t i = 0; i < rig->page.link_count; i++)
    if (!cr_span_eq(cr_span_text(rig->page.links[i].href), cr_json_at(urls, i)->text))
      return false;
  return true;
}

/* All URLs, or the first one: "" is none. */
static const char *judge_srcset(struct page_rig *rig, const struct cr_json *row)
{
  const struct cr_json *urls = cr_json_get(row, "urls");
  struct cr_span want = cr_json_span(row, "first_candidate");
  const char *got = rig->page.link_count > 0 ? rig->page.links[0].href : "";

  return (urls ? has_hrefs(rig, urls) : cr_span_eq(cr_span_text(got), want))
             ? NULL
             : page_wrong(rig, want);
}

struct value_suite { /* a value a row, in a page of nothing else */
  const char *path;
  const char *member;
  const char *before, *after; /* of the value in its page */
  const char *url;            /* the page's */
  size_t rows;
  const char *(*judge)(struct page_rig *rig, const struct cr_json *row);
};

static void judge_values(const struct value_suite *values)
{
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;
  struct cr_buf html;

  page_open(&rig);
  cr_buf_init(&html, &rig.x.mem, CR_MEM_CORE, 1 << 20);
  cr_suite_open(&suite, values->path);
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      put_value(&html, values->before, cr_json_span(row, values->member), values->after);
      page_read(&rig, cr_span(html.data, html.len), values->url, "utf-8", way);
      cr_suite_judge(&suite, 0, values->judge(&rig, row));
    }
  cr_suite_close(&suite, values->rows);
  cr_buf_free(&html);
  page_close(&rig);
}

static void srcsets_are_read_in_a_page(void **state)
{
  (void)state;
  judge_values(&(struct value_suite){ "html/srcset.jsonl", "srcset", "<img srcset=\"", "\">",
                                      "http://host.example/", 122, judge_srcset });
}

/* The suite's URL is what a URL parser makes of it at first: without tabs, newlines, and ends. */
static const char *judge_content(struct page_rig *rig, const struct cr_json *row)
{
  struct cr_span want = cr_json_span(row, "url");
  struct cr_url base;
  struct cr_url url;

  if (rig->page.link_count != (want.at ? 1 : 0))
    return page_wrong(rig, want);
  if (!want.at)
    return NULL;
  cr_url_init(&base, &rig->x.mem);
  cr_url_init(&url, &rig->x.mem);
  assert_int_equal(cr_url_parse(&base, cr_span_text(rig->page.req.url), NULL), 0);
  int err = cr_url_parse(&url, want, &base);
  bool is_right = err < 0 ? *page_url(rig, 0) == '\0' : page_has_url(rig, cr_url_text(&url));
  bool is_late = (rig->page.links[0].flags & CRAWLER_LINK_FLAG_LATE) != 0;
  cr_url_free(&base);
  cr_url_free(&url);
  return is_right && is_late == (cr_json_int(row, "seconds", -1) > 5) ? NULL
                                                                      : page_wrong(rig, want);
}

static void refreshes_are_read_in_a_page(void **state)
{
  (void)state;
  judge_values(&(struct value_suite){ "html/wpt-meta-refresh.jsonl", "content",
                                      "<meta http-equiv=refresh content=\"", "\">",
                                      "http://host.example/dir/x", 40, judge_content });
}

/* In a title: of all that has text alone inside it knows references, and ends trimmed. */
static void entities_are_read_in_a_page(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;
  struct page_rig rig;

  page_open(&rig);
  cr_suite_open(&suite, "html/w3lib-entities.jsonl");
  while ((row = cr_suite_next(&suite)))
    for (int way = 0; way < PAGE_WAYS; way++) {
      char html[512];
      struct cr_span text = cr_json_bytes(&suite.lines, row, "text");
      struct cr_span want = cr_span_trim(cr_json_span(row, "expected"));
      int len = snprintf(html, sizeof(html), "<title>%.*s</title>", (int)text.len, text.at);
      page_read(&rig, cr_span(html, (size_t)len), "http://host.example/", "utf-8", way);
      const char *title = rig.x.collect.found.facts.title;
      cr_suite_judge(&suite, 0, title && cr_span_eq(cr_span_text(title), want) ? NULL : title);
    }
  cr_suite_close(&suite, 32);
  page_close(&rig);
}

/* A list of a file that no test judges would stay unseen. */
static void only_suites_that_are_judged_have_departures(void **state)
{
  (void)state;
  static const char judged[] =
      "crawl-maze-pages.jsonl katana-links.jsonl linkchecker-pages.jsonl "
      "links-nutch-heritrix-linkchecker.jsonl w3lib-base-url.jsonl w3lib-meta-refresh.jsonl "
      "meta-robots.jsonl srcset.jsonl wpt-meta-refresh.jsonl w3lib-entities.jsonl "
      "scrapy-linkextractor.jsonl tree-links.jsonl ";
  struct cr_jsonl lines;
  const struct cr_json *row;
  char file[64];

  cr_jsonl_open(&lines, "html/departures.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    (void)snprintf(file, sizeof(file), "%s ", cr_json_text(row, "file"));
    if (!strstr(judged, file))
      fail_msg("departures.jsonl:%zu: %s", lines.line, file);
  }
  cr_jsonl_close(&lines);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_crawl_maze_is_found),
    cmocka_unit_test(what_katana_finds_is_found),
    cmocka_unit_test(what_linkchecker_finds_is_found),
    cmocka_unit_test(what_nutch_and_heritrix_find_is_found),
    cmocka_unit_test(w3lib_base_urls_come_out),
    cmocka_unit_test(w3lib_refreshes_are_found),
    cmocka_unit_test(nutch_reads_the_same_of_robots),
    cmocka_unit_test(srcsets_are_read_in_a_page),
    cmocka_unit_test(refreshes_are_read_in_a_page),
    cmocka_unit_test(entities_are_read_in_a_page),
    cmocka_unit_test(only_suites_that_are_judged_have_departures),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
