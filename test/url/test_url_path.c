/* SPDX-License-Identifier: MIT */
/* test_url_path.c - paths, queries and fragments in URLs.
 */
#include "url_cases.h"

static const struct url_case cases[] = {
  { "http://a/b/c", "d", "http://a/b/d", "the last segment goes" },
  { "http://a/b/c/", "d", "http://a/b/c/d", "an empty one too" },
  { "http://a", "d", "http://a/d", "the root" },
  { "web://a", "d", "web://a/d", "no path at all" },
  { "http://a/b/c", ".", "http://a/b/", "this folder" },
  { "http://a/b/c", "..", "http://a/", "the one above" },
  { "http://a/b/c", "../..", "http://a/", "not above the root" },
  { "http://a/b/c", "../../../../d", "http://a/d", "not above the root" },
  { "http://a/b/c", "/%2e./d/.%2E/e/%2e", "http://a/e/", "dots as escapes" },
  { "http://a/b/c", "/d/%2e%2e", "http://a/", "dots as escapes" },
  { "http://a/b/c", "%2", "http://a/b/%2", "no escape" },
  { "http://a/b/c", "...", "http://a/b/...", "three dots are a name" },
  { "http://a/b/c", ".%2e.", "http://a/b/.%2e.", "three dots are a name" },
  { "http://a/b/c", ".d/..e/.%2ef", "http://a/b/.d/..e/.%2ef", "names that begin with dots" },
  { "http://a/b/c", "d./e../f", "http://a/b/d./e../f", "names that end with dots" },
  { "http://a/b/c", "d//../e", "http://a/b/d/e", "an empty segment is one" },
  { "http://a/b/c", "d//..", "http://a/b/d/", "an empty segment is one" },
  { "http://a/b/c", "./d", "http://a/b/d", "a dot in front" },
  { "http://a/b/c", "d/.?e", "http://a/b/d/?e", "a dot in front of the query" },
  { "http://a/b/c", "d/..#e", "http://a/b/#e", "dots in front of the fragment" },
  { "http://a/b/c", "?../d", "http://a/b/c?../d", "no segments in the query" },
  { "http://a/b/c", "..\\d", "http://a/d", "a backslash is a slash" },
  { "http://a/b/c", "d\\..\\e", "http://a/b/e", "a backslash is a slash" },
  { "http://a/b/c", "d?\\#\\", "http://a/b/d?\\#\\", "not behind the path" },
  { "web://a/b/c", "..\\d/./e", "web://a/b/..\\d/e", "nor where the scheme isn't special" },
  { "http://a/b/c", "d e?f g#h i", "http://a/b/d%20e?f%20g#h%20i", "spaces" },
  { "http://a/b/c", "d e/../f g/./h", "http://a/b/f%20g/h", "escapes and dots" },
  { "http://a/b/c", "'?'#'", "http://a/b/'?%27#'", "an apostrophe in the query" },
  { "web://a/b/c", "'?'#'", "web://a/b/'?'#'", "only where the scheme is special" },
  { "http://a/b/c", "^`{}|\"<>?^`{}|\"<>#^`{}|\"<>",
    "http://a/b/%5E%60%7B%7D|%22%3C%3E?^`{}|%22%3C%3E#^%60{}|%22%3C%3E", "the sets differ" },
  { "http://a/b/c", "?a#b#c?d", "http://a/b/c?a#b#c?d", "one query, one fragment" },
  { "http://a/b/c", "%zz%", "http://a/b/%zz%", "bad escapes stay" },
  { "http://a/b/c", "\xe2\x82\xac\xff\xe2\x82", "http://a/b/%E2%82%AC%EF%BF%BD%EF%BF%BD",
    "what is no UTF-8 becomes U+FFFD" },
  { NULL, "data:a b \x01\xc3\xbc<>", "data:a b %01%C3%BC<>", "an opaque path" },
  { NULL, "data:a  #b", "data:a %20#b", "a space at its end" },
  { NULL, "data: ?", "data:%20?", "a space at its end" },
  { NULL, "data:a  ", "data:a", "spaces at the end of it all" },
  { NULL, "data:../a/./b", "data:../a/./b", "no segments in it" },
  { "web:/a", "..//b", "web:/.//b", "a path that must not read as a host" },
  { "web:/.//b", "c", "web:/.//c", "which stays so" },
  { "web:/.//b/c", "/d", "web:/d", "or is needed no more" },
  { "web:/.//b/c", "../../d", "web:/d", "or is needed no more" },
  { "web:/.//b?q", "?r", "web:/.//b?r", "which stays so" },
  { "web:/.//b", "", "web:/.//b", "which stays so" },
  { NULL, "web:/..//", "web:/.//", "a path that must not read as a host" },
  { NULL, "web:///a", "web:///a", "an empty host" },
};

static void paths_come_out_as_the_standard_says(void **state)
{
  (void)state;
  CHECK_URL_CASES(cases);
}

static void offsets_are_right_behind_a_shielded_path(void **state)
{
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("web:/.//b?q#f"), NULL), 0);
  assert_int_equal(url.host_end, 4);
  assert_span(cr_url_path(&url), "//b");
  assert_span(cr_url_query(&url), "q");
  assert_span(cr_url_fragment(&url), "f");
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static void a_path_of_dots_takes_linear_time_and_room(void **state)
{
  enum { BYTES = 60000 };
  static char text[BYTES];
  static const char *const patterns[] = { "../", "a/../", "%2e%2E/", "//..", "\\.\\" };
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url base;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_url_init(&base, &mem);
  for (size_t p = 0; p < sizeof(patterns) / sizeof(patterns[0]); p++) {
    for (size_t i = 0; i < BYTES; i++)
      text[i] = patterns[p][i % strlen(patterns[p])];
    assert_int_equal(cr_url_parse(&base, CR_SPAN("http://a/b/c"), NULL), 0);
    int err = cr_url_parse(&url, cr_span(text, BYTES), &base);
    assert_true(err == 0 || err == CRAWLER_E_URL);
    assert_true(mem.used[CR_MEM_CORE] < 8 * CR_URL_MAX_BYTES);
  }
  cr_url_free(&url);
  cr_url_free(&base);
  cr_test_mem_done(&mem);
}

static void resolve_all(struct cr_mem *mem, void *arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_url url;
    struct cr_url base;
    const char *base_text = cases[i].base ? cases[i].base : "http://a";
    cr_url_init(&url, mem);
    cr_url_init(&base, mem);
    if (cr_url_parse(&base, cr_span_text(base_text), NULL) != 0 ||
        cr_url_parse(&url, cr_span_text(cases[i].ref), &base) != 0)
      assert_true(cr_test_oom_refused(mem));
    cr_url_free(&url);
    cr_url_free(&base);
  }
}

static void out_of_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(resolve_all, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(paths_come_out_as_the_standard_says),
    cmocka_unit_test(offsets_are_right_behind_a_shielded_path),
    cmocka_unit_test(a_path_of_dots_takes_linear_time_and_room),
    cmocka_unit_test(out_of_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
