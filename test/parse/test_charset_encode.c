/* SPDX-License-Identifier: MIT */
/* test_charset_encode.c - queries in the encoding of their document.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "parse/charset.h"
#include "parse/parse.h"
#include "support/jsonl.h"
#include "support/oom.h"

/* The query of text, a query, on a page of charset. */
static const char *query_in(struct cr_url *url, const char *charset, struct cr_span text)
{
  struct cr_url_encoding encoding = cr_charset_encoding(charset);
  struct cr_buf link;

  cr_buf_init(&link, url->text.mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  assert_int_equal(cr_buf_add_text(&link, "http://a.example/?"), 0);
  assert_int_equal(cr_buf_add(&link, text.at, text.len), 0);
  assert_int_equal(cr_buf_add_text(&link, "#"), 0); /* lest a control be trimmed */
  assert_int_equal(cr_url_parse_in(url, cr_span(link.data, link.len), NULL, &encoding), 0);
  cr_buf_free(&link);
  url->text.data[url->text.len - 1] = '\0';
  return url->text.data + url->query_at + 1;
}

static bool system_has(const char *charset)
{
  struct cr_url_encoding encoding = cr_charset_encoding(charset);
  struct cr_mem mem;
  struct cr_buf out;

  cr_mem_init(&mem, NULL, NULL, NULL, NULL);
  cr_buf_init(&out, &mem, CR_MEM_CORE, 100);
  bool has = !encoding.encode || (encoding.encode(charset, CR_SPAN("\xe4\xb8\x80"), &out) == 0 &&
                                  out.data[0] != '%'); /* U+4E00 is no reference */
  cr_buf_free(&out);
  return has;
}

static bool is_single_byte(const char *charset)
{
  return cr_charset_find(cr_span_text(charset))->way == CR_CHARSET_SINGLE;
}

static void every_case_of_web_platform_tests_holds(void **state)
{
  struct cr_jsonl lines;
  struct cr_mem mem;
  struct cr_url url;
  const struct cr_json *row;
  size_t cases = 0;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_jsonl_open(&lines, "url/wpt-percent-encoding.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    const struct cr_json *want = cr_json_get(row, "output")->child;
    for (; want; want = want->next) {
      if (!is_single_byte(want->key.at) && !system_has(want->key.at))
        continue;
      assert_string_equal(query_in(&url, want->key.at, cr_json_span(row, "input")), want->text.at);
      cases++;
    }
  }
  assert_true(cases >= 8); /* 12 where iconv has all sets */
  cr_jsonl_close(&lines);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static const struct {
  const char *charset;
  const char *text;
  const char *want;
  const char *why;
} cases[] = {
  { "utf-8", "\xc3\xbc", "%C3%BC", "" },
  { "", "\xc3\xbc", "%C3%BC", "no charset is UTF-8" },
  { "utf-16le", "\xc3\xbc", "%C3%BC", "\"get an output encoding\"" },
  { "utf-16be", "\xc3\xbc", "%C3%BC", "" },
  { "replacement", "\xc3\xbc", "%C3%BC", "" },
  { "windows-1252", "quoted=\xc3\xbc", "quoted=%FC", "linkchecker, file_url_quote.html" },
  { "windows-1252", "%C3%BC&%zz", "%C3%BC&%zz", "what is escaped stays" },
  { "windows-1252", "\xe2\x82\xac", "%80", "the euro sign" },
  { "windows-1252", "\xc2\x81", "%81", "a byte that is a control" },
  { "windows-1252", "\xc2\x80", "%26%23128%3B", "one that isn't" },
  { "windows-1252",
    "a\xcf\x80"
    "b",
    "a%26%23960%3Bb", "a reference" },
  { "windows-1252", "\xf0\x9f\x98\x80", "%26%23128512%3B", "of four bytes" },
  { "windows-1252", "\xff<", "%26%2365533%3B%3C", "no UTF-8" },
  { "windows-1252", "a b\"'<>", "a%20b%22%27%3C%3E", "the special query's set, as ever" },
  { "iso-8859-2", "\xc2\xa2", "%26%23162%3B", "" },
  { "iso-8859-6", "\xef\xbf\xbd", "%26%2365533%3B", "an undefined byte is no U+FFFD" },
  { "iso-8859-8-i", "\xd7\x90", "%E0", "alef" },
  { "koi8-r", "\xd0\xbf\xd1\x80", "%D0%D2", "two letters" },
  { "windows-1251", "\xd0\xbf\xd1\x80", "%EF%F0", "the same" },
  { "ibm866", "\xd0\xbf\xd1\x80", "%AF%E0", "the same" },
  { "macintosh", "\xef\xa3\xbf", "%F0", "an apple" },
  { "x-user-defined", "\xef\x9e\x80\xef\x9f\xbf", "%80%FF", "U+F780, U+F7FF" },
  { "x-user-defined", "\xc3\xbc", "%26%23252%3B", "" },
};

static void queries_are_written_in_the_documents_encoding(void **state)
{
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const char *got = query_in(&url, cases[i].charset, cr_span_text(cases[i].text));
    if (strcmp(got, cases[i].want) != 0)
      fail_msg("row %zu: %s, not %s (%s)", i, got, cases[i].want, cases[i].why);
  }
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static const struct {
  const char *base;
  const char *href;
  const char *want;
  const char *why;
} parts[] = {
  { NULL, "http://a.example/\xc3\xbc?\xc3\xbc#\xc3\xbc", "http://a.example/%C3%BC?%FC#%C3%BC",
    "queries only" },
  { NULL, "http://\xc3\xbc.example/?\xc3\xbc", "http://xn--tda.example/?%FC", "no host" },
  { NULL, "https://a.example/?\xc3\n\xbc", "https://a.example/?%26%2365533%3B%26%2365533%3B",
    "the parts of a character don't meet" },
  { NULL, "ftp://a.example/?\xc3\xbc", "ftp://a.example/?%FC", "special" },
  { NULL, "file:///a?\xc3\xbc", "file:///a?%FC", "special" },
  { NULL, "ws://a.example/?\xc3\xbc", "ws://a.example/?%C3%BC", "but these" },
  { NULL, "wss://a.example/?\xc3\xbc", "wss://a.example/?%C3%BC", "" },
  { NULL, "web://a.example/?\xc3\xbc", "web://a.example/?%C3%BC", "not special" },
  { NULL, "mailto:a?\xc3\xbc", "mailto:a?%C3%BC", "" },
  { "http://a.example/b?c", "?\xc3\xbc", "http://a.example/b?%FC", "relative" },
  { "http://a.example/b?%C3%BC", "#\xc3\xbc", "http://a.example/b?%C3%BC#%C3%BC",
    "the base's own query" },
  { NULL, "http://a.example/?#\xc3\xbc", "http://a.example/?#%C3%BC", "an empty one" },
};

static void only_queries_of_special_urls_are(void **state)
{
  struct cr_url_encoding encoding = cr_charset_encoding("windows-1252");
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url base;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_url_init(&base, &mem);
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    if (parts[i].base)
      assert_int_equal(cr_url_parse(&base, cr_span_text(parts[i].base), NULL), 0);
    assert_int_equal(
        cr_url_parse_in(&url, cr_span_text(parts[i].href), parts[i].base ? &base : NULL, &encoding),
        0);
    if (strcmp(url.text.data, parts[i].want) != 0)
      fail_msg("%s, not %s (%s)", url.text.data, parts[i].want, parts[i].why);
  }
  cr_url_free(&url);
  cr_url_free(&base);
  cr_test_mem_done(&mem);
}

/* Every character of every single-byte encoding comes back as its byte. */
static void single_bytes_come_back(void **state)
{
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  for (size_t i = 0; i < cr_charset_label_count; i++) {
    const struct cr_charset *set = &cr_charsets[cr_charset_labels[i].charset];
    for (unsigned byte = 0x80; set->way == CR_CHARSET_SINGLE && byte < 0x100; byte++) {
      uint16_t code = cr_charset_tables[set->which][byte - 0x80];
      char text[4];
      char want[8];
      size_t len = cr_charset_put(code, text);
      (void)snprintf(want, sizeof(want), "%%%02X", byte);
      if (code != 0xfffd)
        assert_string_equal(query_in(&url, set->name, cr_span(text, len)), want);
    }
  }
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static void parse_with(struct cr_mem *mem, void *arg)
{
  const char *charset = *(const char *const *)arg;
  struct cr_url_encoding encoding = cr_charset_encoding(charset);
  struct cr_url url;

  cr_url_init(&url, mem);
  int err = cr_url_parse_in(&url, CR_SPAN("http://a.example/?\xe2\x82\xac\xe3\x81\x82&b#c"), NULL,
                            &encoding);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (err == 0)
    assert_int_equal(cr_url_fragment(&url).len, 1);
  cr_url_free(&url);
}

static void out_of_memory_is_an_error(void **state)
{
  const char *charsets[] = { "utf-8", "windows-1252", "x-user-defined", "shift_jis",
                             "iso-2022-jp" };

  (void)state;
  for (size_t i = 0; i < sizeof(charsets) / sizeof(charsets[0]); i++)
    cr_test_oom(parse_with, &charsets[i]);
}

static void what_grows_too_long_is_over_the_limit(void **state)
{
  struct cr_url_encoding encoding = cr_charset_encoding("windows-1252");
  static char text[CR_URL_MAX_BYTES];
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  memset(text, 0xff, sizeof(text)); /* each byte becomes "%26%2365533%3B" */
  memcpy(text, "http://a/?", 10);
  assert_int_equal(cr_url_parse_in(&url, cr_span(text, sizeof(text)), NULL, &encoding),
                   CRAWLER_E_LIMIT);
  assert_int_equal(cr_url_parse_in(&url, cr_span(text, 4000), NULL, &encoding), 0);
  assert_int_equal(url.text.len, 10 + 3990 * 14);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_case_of_web_platform_tests_holds),
    cmocka_unit_test(queries_are_written_in_the_documents_encoding),
    cmocka_unit_test(only_queries_of_special_urls_are),
    cmocka_unit_test(single_bytes_come_back),
    cmocka_unit_test(out_of_memory_is_an_error),
    cmocka_unit_test(what_grows_too_long_is_over_the_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
