/* SPDX-License-Identifier: MIT */
/* test_url_host.c - the host parser: domains, addresses, and what is neither.
 */
#include "url_cases.h"

#include "url/url_host.h"

static const struct {
  const char *host;
  const char *want; /* NULL: failure */
  const char *why;
} cases[] = {
  { "example.com", "example.com", "the usual" },
  { "EXAMPLE.com.", "example.com.", "lower case; the root's dot stays" },
  { "a_b-c!d$e'f(g)h*i+j,k;l=m~n\"o`p{q}r&s", "a_b-c!d$e'f(g)h*i+j,k;l=m~n\"o`p{q}r&s",
    "what is not forbidden" },
  { "%65x%41mple.com", "example.com", "escapes" },
  { "ex%zzample.com", NULL, "'%' is forbidden" },
  { "a%2fb", NULL, "a forbidden code point behind an escape" },
  { "a%00b", NULL, "another one" },
  { "a b", NULL, "a space" },
  { "a<b", NULL, "forbidden" },
  { "a>b", NULL, "forbidden" },
  { "a^b", NULL, "forbidden" },
  { "a|b", NULL, "forbidden" },
  { "a\x7f"
    "b",
    NULL, "DEL" },
  { "", NULL, "nothing" },
  { "%C2%AD", NULL, "nothing after mapping" },
  { ".", ".", "no label at all is no failure" },
  { "a..b", "a..b", "nor is an empty one" },
  { "b\xc3\xbc"
    "cher.de",
    "xn--bcher-kva.de", "UTF-8" },
  { "b%C3%BC"
    "cher.de",
    "xn--bcher-kva.de", "escaped UTF-8" },
  { "b\xfc"
    "cher.de",
    NULL, "Latin-1 is no UTF-8" },
  { "xn--BCHER-kva.de", "xn--bcher-kva.de", "ASCII is put in lower case" },
  { "xn--a", "xn--a", "and not looked at otherwise" },
  { "xn--a.\xc3\xbc", NULL, "but beside other characters" },
  { "\xef\xbc\xa7\xef\xbd\x8f.com", "go.com", "full width" },
  { "\xef\xbc\x85\xef\xbc\x94\xef\xbc\x91.com", NULL, "a full width '%' makes no escape" },
  { "\xef\xbc\x90\xef\xbc\xb8\xef\xbd\x83\xef\xbc\x90\xef\xbc\x8e\xef\xbc\x90\xef\xbc\x92"
    "\xef\xbc\x95\xef\xbc\x90\xef\xbc\x8e\xef\xbc\x90\xef\xbc\x91",
    "192.168.0.1", "an address in full width" },
  { "a\xe3\x80\x82"
    "b",
    "a.b", "an ideographic full stop" },
  { "[::1]", "[::1]", "IPv6" },
  { "[::1", NULL, "no bracket at the end" },
  { "::1", NULL, "no brackets" },
  { "[::1]a", NULL, "more behind it" },
  { "[", NULL, "nothing in it" },
  { "[]", NULL, "nothing in it" },
};

static void hosts_come_out_as_the_standard_says(void **state)
{
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_buf_clear(&out);
    assert_int_equal(cr_buf_add_text(&out, "//"), 0);
    int err = cr_host_parse(cr_span_text(cases[i].host), &out);
    if (err != (cases[i].want ? 0 : CRAWLER_E_URL))
      fail_msg("\"%s\" (%s) gives %d", cases[i].host, cases[i].why, err);
    assert_span(cr_span(out.data, 2), "//");
    assert_span(cr_span(out.data + 2, out.len - 2), cases[i].want ? cases[i].want : "");
    assert_int_equal(out.data[out.len], '\0');
  }
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

static void a_serialised_host_is_its_own_serialisation(void **state)
{
  struct cr_mem mem;
  struct cr_buf out;
  struct cr_buf again;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_buf_init(&again, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_buf_clear(&out);
    cr_buf_clear(&again);
    if (cr_host_parse(cr_span_text(cases[i].host), &out) != 0)
      continue;
    assert_int_equal(cr_host_parse(cr_span(out.data, out.len), &again), 0);
    assert_span(cr_span(again.data, again.len), out.data);
  }
  cr_buf_free(&out);
  cr_buf_free(&again);
  cr_test_mem_done(&mem);
}

static void opaque_hosts_keep_what_domains_may_not_hold(void **state)
{
  static const struct {
    const char *host;
    const char *want;
  } opaque[] = {
    { "EXAMPLE.com", "EXAMPLE.com" },
    { "a%2fb%zz", "a%2fb%zz" },
    { "1.2.3", "1.2.3" },
    { "\xc3\xbc\x7f\x01", "%C3%BC%7F%01" },
    { "[1::0:1]", "[1::1]" },
    { "a b", NULL },
    { "a^b", NULL },
    { "a|b", NULL },
    { "a[b", NULL },
    { "[::g]", NULL },
  };
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (size_t i = 0; i < sizeof(opaque) / sizeof(opaque[0]); i++) {
    cr_buf_clear(&out);
    int err = cr_host_parse_opaque(cr_span_text(opaque[i].host), &out);
    assert_int_equal(err, opaque[i].want ? 0 : CRAWLER_E_URL);
    if (opaque[i].want)
      assert_span(cr_span(out.data, out.len), opaque[i].want);
  }
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

static void a_host_that_is_not_plain_has_a_limit(void **state)
{
  static char text[8 * CR_HOST_MAX_CHARS];
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  memset(text, 'a', sizeof(text));
  assert_int_equal(cr_host_parse(cr_span(text, sizeof(text)), &out), 0);
  assert_int_equal(out.len, sizeof(text));
  memcpy(text, "\xc3\xbc", 2);
  /* 'u' and its dots, in two bytes */
  assert_int_equal(cr_host_parse(cr_span(text, CR_HOST_MAX_CHARS), &out), 0);
  assert_int_equal(cr_host_parse(cr_span(text, CR_HOST_MAX_CHARS + 1), &out), CRAWLER_E_LIMIT);
  assert_int_equal(cr_host_parse(cr_span(text, sizeof(text)), &out), CRAWLER_E_LIMIT);
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

static void parse_hosts(struct cr_mem *mem, void *arg)
{
  struct cr_buf out;

  (void)arg;
  cr_buf_init(&out, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    int err = cr_host_parse(cr_span_text(cases[i].host), &out);
    assert_true(err == (cases[i].want ? 0 : CRAWLER_E_URL) || cr_test_oom_refused(mem));
  }
  cr_buf_free(&out);
}

static void out_of_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(parse_hosts, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hosts_come_out_as_the_standard_says),
    cmocka_unit_test(a_serialised_host_is_its_own_serialisation),
    cmocka_unit_test(opaque_hosts_keep_what_domains_may_not_hold),
    cmocka_unit_test(a_host_that_is_not_plain_has_a_limit),
    cmocka_unit_test(out_of_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
