/* SPDX-License-Identifier: MIT */
/* test_url_file.c - "file:" URLs: hosts and drive letters.
 */
#include "url_cases.h"

static const struct url_case cases[] = {
  { NULL, "file:", "file:///", "nothing" },
  { NULL, "file:a", "file:///a", "no slash" },
  { NULL, "file:/a", "file:///a", "one slash" },
  { NULL, "file://a", "file://a/", "a host" },
  { NULL, "file:///a", "file:///a", "no host" },
  { NULL, "file:\\\\a\\b", "file://a/b", "backslashes" },
  { NULL, "file://A.B/c?d#e", "file://a.b/c?d#e", "a host is put in lower case" },
  { NULL, "file://localhost/a", "file:///a", "localhost is no host of files" },
  { NULL, "file://LocalHost", "file:///", "localhost is no host of files" },
  { NULL, "file://a:80/", NULL, "no port" },
  { NULL, "file://u@a/", NULL, "no user" },
  { NULL, "file://[::1]/a", "file://[::1]/a", "an address" },
  { NULL, "file://0x7f.1/a", "file://127.0.0.1/a", "an address" },
  { NULL, "file://%C2%AD/a", NULL, "a host that is nothing after mapping" },
  { NULL, "file:?a", "file:///?a", "no path" },
  { NULL, "file:#a", "file:///#a", "no path" },
  { NULL, "file:c|/a", "file:///c:/a", "a drive" },
  { NULL, "file://c|/a", "file:///c:/a", "a drive is no host" },
  { NULL, "file:///c|/../..", "file:///c:/", "the drive stays" },
  { NULL, "file:///c|a/..", "file:///", "that is no drive" },
  { NULL, "file:///a/c|/..", "file:///a/", "nor is that" },
  { NULL, "file:///a/../c|/..", "file:///c:/", "but that is" },
  { NULL, "http://a/c|/..", "http://a/", "only in files" },
  { "file:///C:/a/b", "..\\..\\..\\c", "file:///C:/c", "the drive stays" },
  { "file:///C:/a", "/b", "file:///C:/b", "the drive stays" },
  { "file:///C:/a", "/D:/b", "file:///D:/b", "another drive" },
  { "file:///C:", "..", "file:///C:/", "the drive stays" },
  { "file:///C:", "a", "file:///C:/a", "the drive stays" },
  { "file:///C:/a", "D|/b", "file:///D:/b", "another drive" },
  { "file:///C:/a", "D|?b", "file:///D:?b", "another drive" },
  { "file://h/C:/a", "/b", "file://h/C:/b", "the host stays" },
  { "file://h/C:/a", "//D:/b", "file:///D:/b", "a drive is no host" },
  { "file://h/a/b", "c", "file://h/a/c", "the host stays" },
  { "file://h/a?q#f", "", "file://h/a?q", "the query stays" },
  { "file://h/a?q#f", "file:", "file://h/a?q", "the query stays" },
  { "file://h/a?q#f", "?r", "file://h/a?r", "another query" },
  { "file://h/a?q#f", "#g", "file://h/a?q#g", "another fragment" },
  { "http://h/a", "file:b", "file:///b", "the base is of another scheme" },
};

static void files_come_out_as_the_standard_says(void **state)
{
  (void)state;
  CHECK_URL_CASES(cases);
}

static void a_file_url_says_what_it_is(void **state)
{
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("file:///a"), NULL), 0);
  assert_true(url.file && url.special && url.has_authority && !url.opaque_path);
  assert_int_equal(url.scheme, CR_SCHEME_OTHER);
  assert_int_equal(cr_url_port(&url), -1);
  assert_int_equal(cr_url_host(&url).len, 0);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("http://a"), NULL), 0);
  assert_false(url.file);
  cr_url_free(&url);
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
    int err = cr_url_parse(&base, cr_span_text(base_text), NULL);
    if (err == 0)
      err = cr_url_parse(&url, cr_span_text(cases[i].ref), &base);
    assert_true(err == (cases[i].want ? 0 : CRAWLER_E_URL) || cr_test_oom_refused(mem));
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
    cmocka_unit_test(files_come_out_as_the_standard_says),
    cmocka_unit_test(a_file_url_says_what_it_is),
    cmocka_unit_test(out_of_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
