/* SPDX-License-Identifier: MIT */
/* test_url_parse.c - the URL parser against the suites of the standard, of Ada and of RFC 3986.
 */
#include "url_cases.h"

/* ---- the parts of a URL as the suites name them, from its offsets ---- */

static struct cr_span between(const struct cr_url *url, size_t from, size_t to)
{
  return cr_span(url->text.data + from, to - from);
}

static struct cr_span protocol_of(const struct cr_url *url)
{
  return between(url, 0, url->scheme_end + 1);
}

static struct cr_span username_of(const struct cr_url *url)
{
  return between(url, url->username_at, url->username_end);
}

static struct cr_span password_of(const struct cr_url *url)
{
  bool has = url->password_end > url->username_end;
  return between(url, url->username_end + has, url->password_end);
}

static struct cr_span port_of(const struct cr_url *url)
{
  return url->port < 0 ? cr_span(NULL, 0) : between(url, url->host_end + 1, url->path_at);
}

static struct cr_span host_of(const struct cr_url *url)
{
  return between(url, url->host_at, url->port < 0 ? url->host_end : url->path_at);
}

static struct cr_span search_of(const struct cr_url *url)
{
  struct cr_span query = cr_url_query(url);
  return query.len == 0 ? query : cr_span(query.at - 1, query.len + 1);
}

static struct cr_span hash_of(const struct cr_url *url)
{
  struct cr_span fragment = cr_url_fragment(url);
  return fragment.len == 0 ? fragment : cr_span(fragment.at - 1, fragment.len + 1);
}

static const struct {
  const char *name;
  struct cr_span (*get)(const struct cr_url *url);
} parts[] = { { "href", cr_url_text },     { "protocol", protocol_of }, { "username", username_of },
              { "password", password_of }, { "host", host_of },         { "hostname", cr_url_host },
              { "port", port_of },         { "pathname", cr_url_path }, { "search", search_of },
              { "hash", hash_of } };

/* NULL, or what is wrong. */
static const char *check_parts(const struct cr_url *url, const struct cr_json *row)
{
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    if (cr_json_has(row, parts[i].name) &&
        !cr_span_eq(parts[i].get(url), cr_json_span(row, parts[i].name))) {
      struct cr_span got = parts[i].get(url);
      print_message("%s is \"%.*s\"\n", parts[i].name, (int)got.len, got.at ? got.at : "");
      return parts[i].name;
    }
  }
  if (url->text.data[url->text.len] != '\0')
    return "no NUL at the end";
  return NULL;
}

static const char *check_row(struct cr_url *url, struct cr_url *base, const struct cr_json *row)
{
  bool fails = cr_json_bool(row, "failure", false);
  struct cr_span base_text = cr_json_span(row, "base");

  if (base_text.at && cr_url_parse(base, base_text, NULL) != 0)
    return fails ? NULL : "the base fails";
  int err = cr_url_parse(url, cr_json_span(row, "input"), base_text.at ? base : NULL);
  if (err != 0 && err != CRAWLER_E_URL)
    return "another error than CRAWLER_E_URL";
  if (fails)
    return err == 0 ? "should fail" : NULL;
  return err == 0 ? check_parts(url, row) : "fails";
}

static void run_rows(const char *path)
{
  struct tally tally = { .path = path };
  struct cr_jsonl lines;
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url base;
  const struct cr_json *row;

  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_url_init(&base, &mem);
  cr_jsonl_open(&lines, path);
  while ((row = cr_jsonl_next(&lines)))
    tally_case(&tally, &lines, cr_json_span(row, "input"), check_row(&url, &base, row));
  cr_jsonl_close(&lines);
  cr_url_free(&url);
  cr_url_free(&base);
  cr_test_mem_done(&mem);
  tally_end(&tally);
}

static void the_standards_suite_passes_without_departure(void **state)
{
  (void)state;
  run_rows("url/wpt-urltestdata.jsonl");
}

static void adas_extra_cases_pass_without_departure(void **state)
{
  (void)state;
  run_rows("url/ada-extra_urltestdata.jsonl");
}

/* The rows hold what is right where lengths are verified; the URL parser must not. */
static void the_length_of_labels_and_names_is_no_concern_of_the_parser(void **state)
{
  struct cr_jsonl lines;
  struct cr_mem mem;
  struct cr_url url;
  const struct cr_json *row;
  size_t count = 0;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_jsonl_open(&lines, "url/ada-verifydnslength_tests.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    assert_int_equal(cr_url_parse(&url, cr_json_span(row, "input"), NULL), 0);
    count++;
  }
  assert_int_equal(count, 10);
  cr_jsonl_close(&lines);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static void rfc3986_section_5_4_resolves_but_for_the_slash_behind_a_bare_host(void **state)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t count = 0;

  (void)state;
  cr_jsonl_open(&lines, "url/rfc3986-5.4-resolution.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    const char *want = cr_json_text(row, "also_allowed"); /* WHATWG takes "http:g" so */
    if (!want)
      want = cr_json_text(row, "expected");
    if (strcmp(want, "http://g") == 0)
      want = "http://g/";
    struct url_case c = { cr_json_text(row, "base"), cr_json_text(row, "ref"), want, "RFC 3986" };
    check_url_case(&c);
    count++;
  }
  assert_int_equal(count, 21);
  cr_jsonl_close(&lines);
}

static void queries_are_encoded_as_utf8(void **state)
{
  struct cr_jsonl lines;
  struct cr_mem mem;
  struct cr_url url;
  struct cr_buf text;
  const struct cr_json *row;
  size_t count = 0;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_buf_init(&text, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_jsonl_open(&lines, "url/wpt-percent-encoding.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    struct cr_span input = cr_json_span(row, "input");
    cr_buf_clear(&text);
    assert_int_equal(cr_buf_add_text(&text, "http://a/?"), 0);
    assert_int_equal(cr_buf_add(&text, input.at, input.len), 0);
    assert_int_equal(cr_buf_add_text(&text, "#"), 0); /* lest a control be trimmed */
    assert_int_equal(cr_url_parse(&url, cr_span(text.data, text.len), NULL), 0);
    assert_span(cr_url_query(&url), cr_json_text(cr_json_get(row, "output"), "utf-8"));
    count++;
  }
  assert_int_equal(count, 6);
  cr_jsonl_close(&lines);
  cr_buf_free(&text);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static const struct url_case cases[] = {
  { NULL, "HTTP://a", "http://a/", "a scheme in upper case" },
  { NULL, "http:a", "http://a/", "slashes may be absent without a base" },
  { NULL, "http:\\\\a\\b", "http://a/b", "backslashes" },
  { NULL, "http:/\\/\\a/b", "http://a/b", "any number of slashes" },
  { NULL, "a.html", NULL, "relative to nothing" },
  { NULL, "", NULL, "relative to nothing" },
  { NULL, "1http://a/", NULL, "a scheme begins with a letter" },
  { NULL, "a+-.1://b", "a+-.1://b", "what else it may hold" },
  { NULL, "a_b://c", NULL, "what it may not" },
  { NULL, "ws://a:80/", "ws://a/", "another special scheme" },
  { NULL, "wss://a:443", "wss://a/", "another special scheme" },
  { NULL, "ftp://A:21/", "ftp://a/", "another special scheme" },
  { NULL, "web://A:21", "web://A:21", "any other scheme" },
  { NULL, " \x01http://a/\x02 ", "http://a/", "controls and spaces around" },
  { NULL, "ht\ntp://e\tx\r/a\nb", "http://ex/ab", "tabs and newlines within" },
  { NULL, "http://a/\xe2\t\x82\xac", "http://a/%EF%BF%BD%EF%BF%BD%EF%BF%BD",
    "the parts of a character don't meet over a tab" },
  { "http://a/b/c", "", "http://a/b/c", "the same document" },
  { "http://a/b/c?q#f", "", "http://a/b/c?q", "without the fragment" },
  { "http://a/b/c?q#f", "#g", "http://a/b/c?q#g", "another fragment" },
  { "http://a/b/c?q#f", "?r", "http://a/b/c?r", "another query" },
  { "http://a/b/c?q", "?", "http://a/b/c?", "an empty query" },
  { "http://a/b/c?q", "/d", "http://a/d", "another path" },
  { "http://u:p@a:1/b/c", "d", "http://u:p@a:1/b/d", "userinfo and port stay" },
  { "http://u:p@a:1/b/c", "//d", "http://d/", "userinfo and port go" },
  { "http://a/b/c", "\\\\d\\e", "http://d/e", "backslashes" },
  { "http://a/b/c", "///d/e", "http://d/e", "any number of slashes" },
  { "http://a/b/c", "http:d", "http://a/b/d", "the base's scheme without slashes" },
  { "http://a/b/c", "http:/d", "http://a/d", "the base's scheme with one slash" },
  { "http://a/b/c", "https:d", "https://d/", "another scheme" },
  { "http://a/b/c", "mailto:x@y", "mailto:x@y", "an opaque path" },
  { "http://a/b/c", "javascript:alert(1) //", "javascript:alert(1) //", "an opaque path" },
  { "mailto:x@y", "z", NULL, "an opaque path is no base" },
  { "mailto:x@y?q#f", "#z", "mailto:x@y?q#z", "but for a fragment" },
  { "web://a/b", "//c", "web://c", "another host" },
  { "web://a/b", "///c", "web:///c", "no host" },
  { "web://a/b", "\\c", "web://a/\\c", "a backslash is no slash here" },
};

static void single_cases_come_out_as_the_standard_says(void **state)
{
  (void)state;
  CHECK_URL_CASES(cases);
}

static void nul_bytes_are_bytes(void **state)
{
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("http://a/b\0c?\0#\0d"), NULL), 0);
  assert_span(cr_url_text(&url), "http://a/b%00c?%00#%00d");
  assert_int_equal(cr_url_parse(&url, CR_SPAN("http://a\0b/"), NULL), CRAWLER_E_URL);
  assert_int_equal(cr_url_parse(&url, cr_span(NULL, 0), NULL), CRAWLER_E_URL);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static void a_parsed_text_parses_to_itself(void **state)
{
  struct cr_jsonl lines;
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url again;
  const struct cr_json *row;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_url_init(&again, &mem);
  cr_jsonl_open(&lines, "url/wpt-urltestdata.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    if (cr_url_parse(&url, cr_json_span(row, "input"), NULL) != 0)
      continue;
    assert_int_equal(cr_url_parse(&again, cr_url_text(&url), NULL), 0);
    assert_span(cr_url_text(&again), url.text.data);
  }
  cr_jsonl_close(&lines);
  cr_url_free(&url);
  cr_url_free(&again);
  cr_test_mem_done(&mem);
}

/* A text of count times what, behind "http://a/". */
static void fill(struct cr_buf *text, const char *what, size_t count)
{
  cr_buf_clear(text);
  assert_int_equal(cr_buf_add_text(text, "http://a/"), 0);
  for (size_t i = 0; i < count; i++)
    assert_int_equal(cr_buf_add_text(text, what), 0);
}

static void what_is_too_long_is_refused_before_and_after(void **state)
{
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url base;
  struct cr_buf text;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_url_init(&base, &mem);
  cr_buf_init(&text, &mem, CR_MEM_CORE, 1 << 20);

  fill(&text, "b", CR_URL_MAX_BYTES - 9);
  assert_int_equal(cr_url_parse(&base, cr_span(text.data, text.len), NULL), 0);
  assert_int_equal(base.text.len, CR_URL_MAX_BYTES);
  fill(&text, "b", CR_URL_MAX_BYTES - 8);
  assert_int_equal(cr_url_parse(&url, cr_span(text.data, text.len), NULL), CRAWLER_E_LIMIT);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("?"), &base), CRAWLER_E_LIMIT);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("c"), &base), 0);
  assert_span(cr_url_text(&url), "http://a/c");

  fill(&text, "\x01", 30000);
  assert_int_equal(cr_url_parse(&url, cr_span(text.data, text.len - 1), NULL), 0);
  fill(&text, "\x01z", 30000);
  assert_int_equal(cr_url_parse(&url, cr_span(text.data, text.len), NULL), CRAWLER_E_LIMIT);
  fill(&text, "\xff\t", 32000);
  assert_int_equal(cr_url_parse(&url, cr_span(text.data, text.len), NULL), CRAWLER_E_LIMIT);
  fill(&text, "b/../", 13000);
  assert_int_equal(cr_url_parse(&url, cr_span(text.data, text.len), NULL), 0);
  assert_span(cr_url_text(&url), "http://a/");

  cr_buf_free(&text);
  cr_url_free(&url);
  cr_url_free(&base);
  cr_test_mem_done(&mem);
}

static void a_warm_url_resolves_without_allocation(void **state)
{
  static const char *const refs[] = { "b.html",        "../c/d.html?e=f#g",          "/h",
                                      "//i.example/j", "https://example.org:8080/k", "l\tm" };
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url base;
  int64_t calls = 0;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_url_init(&base, &mem);
  assert_int_equal(cr_url_parse(&base, CR_SPAN("http://example.com/docs/a/"), NULL), 0);
  for (int round = 0; round < 2; round++) {
    if (round == 1)
      calls = mem.calls;
    for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++)
      assert_int_equal(cr_url_parse(&url, cr_span_text(refs[i]), &base), 0);
  }
  assert_int_equal(mem.calls, calls);
  cr_url_free(&url);
  cr_url_free(&base);
  cr_test_mem_done(&mem);
}

static void parse_many(struct cr_mem *mem, void *arg)
{
  struct cr_url url;
  struct cr_url base;

  (void)arg;
  cr_url_init(&url, mem);
  cr_url_init(&base, mem);
  if (cr_url_parse(&base, CR_SPAN("http://a/b"), NULL) == 0) {
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
      int err = cr_url_parse(&url, cr_span_text(cases[i].ref), &base);
      assert_true(err == 0 || err == CRAWLER_E_URL || err == CRAWLER_E_NOMEM);
      if (err == CRAWLER_E_NOMEM)
        assert_true(cr_test_oom_refused(mem));
    }
  } else {
    assert_true(cr_test_oom_refused(mem));
  }
  cr_url_free(&url);
  cr_url_free(&base);
}

static void out_of_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(parse_many, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_standards_suite_passes_without_departure),
    cmocka_unit_test(adas_extra_cases_pass_without_departure),
    cmocka_unit_test(the_length_of_labels_and_names_is_no_concern_of_the_parser),
    cmocka_unit_test(rfc3986_section_5_4_resolves_but_for_the_slash_behind_a_bare_host),
    cmocka_unit_test(queries_are_encoded_as_utf8),
    cmocka_unit_test(single_cases_come_out_as_the_standard_says),
    cmocka_unit_test(nul_bytes_are_bytes),
    cmocka_unit_test(a_parsed_text_parses_to_itself),
    cmocka_unit_test(what_is_too_long_is_refused_before_and_after),
    cmocka_unit_test(a_warm_url_resolves_without_allocation),
    cmocka_unit_test(out_of_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
