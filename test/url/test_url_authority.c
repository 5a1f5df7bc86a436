/* SPDX-License-Identifier: MIT */
/* test_url_authority.c - userinfo, hosts and ports in URLs.
 */
#include "url_cases.h"

static const struct url_case cases[] = {
  { NULL, "http://example.com", "http://example.com/", "the usual" },
  { NULL, "http://EXAMPLE.Com:80/", "http://example.com/", "lower case, the scheme's port" },
  { NULL, "https://a:443/", "https://a/", "the scheme's port" },
  { NULL, "https://a:80/", "https://a:80/", "another's" },
  { NULL, "http://a:8080?b", "http://a:8080/?b", "a port and no path" },
  { NULL, "http://a:/b", "http://a/b", "an empty port" },
  { NULL, "http://a:00000000080/", "http://a/", "zeros in front" },
  { NULL, "http://a:0/", "http://a:0/", "zero" },
  { NULL, "http://a:65535/", "http://a:65535/", "the largest port" },
  { NULL, "http://a:65536/", NULL, "over it" },
  { NULL, "http://a:18446744073709551696/", NULL, "2^64 + 80" },
  { NULL, "http://a:8a/", NULL, "no number" },
  { NULL, "http://a:-1/", NULL, "no number" },
  { NULL, "http://a:80:80/", NULL, "two ports" },
  { NULL, "http://[::1]:8080/", "http://[::1]:8080/", "colons in brackets" },
  { NULL, "http://[::1]:80", "http://[::1]/", "colons in brackets" },
  { NULL, "http://[::1", NULL, "an open bracket" },
  { NULL, "http://0x7f.1:81/", "http://127.0.0.1:81/", "an address and a port" },
  { NULL, "http://%61%3A80/", NULL, "an escaped colon begins no port" },
  { NULL, "http://", NULL, "no host" },
  { NULL, "http://?", NULL, "no host" },
  { NULL, "http://@/", NULL, "no host" },
  { NULL, "http://:80/", NULL, "no host" },
  { NULL, "http://u@:80/", NULL, "no host" },
  { NULL, "http://u:p@a:81/", "http://u:p@a:81/", "name, password, port" },
  { NULL, "http://u:@a/", "http://u@a/", "an empty password goes" },
  { NULL, "http://:p@a/", "http://:p@a/", "an empty name stays" },
  { NULL, "http://:@a/", "http://a/", "both empty" },
  { NULL, "http://u@v@w:x:y@a/", "http://u%40v%40w:x%3Ay@a/", "the last '@', the first ':'" },
  { NULL, "http://u /@a/", NULL, "a slash ends the authority" },
  { NULL, "http://a\\@b/", "http://a/@b/", "a backslash too" },
  { NULL, "web://a\\@b/", "web://a%5C@b/", "not where the scheme isn't special" },
  { NULL, "http://a#@b/", "http://a/#@b/", "'#' ends it" },
  { NULL, "http://\xc3\xbc[]|^;=\"@a/", "http://%C3%BC%5B%5D%7C%5E%3B%3D%22@a/", "escapes" },
  { NULL, "web://U:P@A:81", "web://U:P@A:81", "no lower case, no path" },
  { NULL, "web://:80", NULL, "a port needs a host" },
  { NULL, "web://u@", NULL, "so does a name" },
  { NULL, "web://", "web://", "an empty host alone is one" },
  { NULL, "web://a b/", NULL, "a space" },
};

static void authorities_come_out_as_the_standard_says(void **state)
{
  (void)state;
  CHECK_URL_CASES(cases);
}

static void assert_authority(const struct cr_url *url, uint32_t username_end, uint32_t password_end,
                             uint32_t host_at)
{
  assert_int_equal(url->username_end, username_end);
  assert_int_equal(url->password_end, password_end);
  assert_int_equal(url->host_at, host_at);
}

static void offsets_point_where_the_header_says(void **state)
{
  struct cr_mem mem;
  struct cr_url url;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("https://user:pass@example.com:1234/"), NULL), 0);
  assert_int_equal(url.username_at, 8);
  assert_authority(&url, 12, 17, 18);
  assert_int_equal(url.host_end, 29);
  assert_int_equal(url.path_at, 34);
  assert_int_equal(url.port, 1234);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("https://user@b"), NULL), 0);
  assert_authority(&url, 12, 12, 13);
  assert_int_equal(url.port, -1);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("https://:pass@b"), NULL), 0);
  assert_authority(&url, 8, 13, 14);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("https://b"), NULL), 0);
  assert_authority(&url, 8, 8, 8);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

static void parse_all(struct cr_mem *mem, void *arg)
{
  (void)arg;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_url url;
    cr_url_init(&url, mem);
    int err = cr_url_parse(&url, cr_span_text(cases[i].ref), NULL);
    assert_true(err == (cases[i].want ? 0 : CRAWLER_E_URL) || cr_test_oom_refused(mem));
    cr_url_free(&url);
  }
}

static void out_of_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(parse_all, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(authorities_come_out_as_the_standard_says),
    cmocka_unit_test(offsets_point_where_the_header_says),
    cmocka_unit_test(out_of_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
