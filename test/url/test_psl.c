/* SPDX-License-Identifier: MIT */
/* test_psl.c - registrable domains against the public suffix list's own cases.
 */
#include "url_cases.h"

/* Rows that the list itself does not bear out. */
static const struct {
  const char *host;
  const char *why;
} departures[] = {
  { "b.example.local", "\"local\" is not on the list, so its rule \"*\" holds; the list's own test "
                       "has this row commented out" },
};

static bool departs(struct cr_span host)
{
  for (size_t i = 0; i < sizeof(departures) / sizeof(departures[0]); i++)
    if (cr_span_eq(host, cr_span_text(departures[i].host))) {
      print_message("%s departs: %s\n", departures[i].host, departures[i].why);
      return true;
    }
  return false;
}

/* Rows give hosts as people write them; sites are asked of serialised ones. A host without a
 * registrable domain is its own site. */
static void the_lists_own_cases_pass(void **state)
{
  struct tally tally = { .path = "url/public-suffix.jsonl" };
  struct cr_jsonl lines;
  struct cr_mem mem;
  struct cr_buf host;
  struct cr_buf want;
  const struct cr_json *row;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&host, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_buf_init(&want, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_jsonl_open(&lines, tally.path);
  while ((row = cr_jsonl_next(&lines))) {
    struct cr_span input = cr_json_span(row, "host");
    struct cr_span domain = cr_json_span(row, "registered_domain");
    cr_buf_clear(&host);
    cr_buf_clear(&want);
    assert_int_equal(cr_host_parse(input, &host), 0);
    assert_int_equal(cr_host_parse(domain.at ? domain : input, &want), 0);
    struct cr_span site = cr_host_site(cr_span(host.data, host.len));
    bool same = cr_span_eq(site, cr_span(want.data, want.len));
    if (same || !departs(input))
      tally_case(&tally, &lines, input, same ? NULL : "is another site");
  }
  cr_jsonl_close(&lines);
  cr_buf_free(&host);
  cr_buf_free(&want);
  cr_test_mem_done(&mem);
  tally_end(&tally);
}

static void sites_of_other_hosts(void **state)
{
  static const struct {
    const char *host;
    const char *site;
    const char *why;
  } cases[] = {
    { "www.example.com", "example.com", "the usual" },
    { "www.example.com.", "example.com", "the root's dot is no part of it" },
    { "a.b.example.co.uk", "example.co.uk", "a suffix of two labels" },
    { "localhost", "localhost", "one label" },
    { "1.2.3.4", "1.2.3.4", "an address has no parent" },
    { "[2001:db8::1]", "[2001:db8::1]", "nor has this" },
    { "co.uk", "co.uk", "a suffix" },
    { "me.github.io", "me.github.io", "a private suffix" },
    { "www.xn--85x722f.xn--fiqs8s", "xn--85x722f.xn--fiqs8s", "Punycode" },
    { ".", "", "no label" },
    { "", "", "nothing" },
    { "a..com", "a..com", "an empty label" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_span host = cr_span_text(cases[i].host);
    struct cr_span site = cr_host_site(host);
    print_message("%s: %s\n", cases[i].host, cases[i].why);
    assert_span(site, cases[i].site);
    assert_true(site.at >= host.at && site.at + site.len <= host.at + host.len);
  }
}

static void suffixes_are_told_from_names_below_them(void **state)
{
  static const struct {
    const char *host;
    bool is_suffix;
  } cases[] = {
    { "com", true },      { "com.", true },         { "co.uk", true },      { "github.io", true },
    { "unlisted", true }, { "a.ck", true },         { "www.ck", false },    { "a.com", false },
    { "a.co.uk", false }, { "a.github.io", false }, { "127.0.0.1", false }, { "[::1]", false },
    { "", false },        { "localhost", true },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    if (cr_host_is_suffix(cr_span_text(cases[i].host)) != cases[i].is_suffix)
      fail_msg("%s", cases[i].host);
}

static void a_host_too_long_for_dns_is_its_own_site(void **state)
{
  char host[300];

  (void)state;
  for (size_t i = 0; i < sizeof(host); i++)
    host[i] = i % 2 ? '.' : 'a';
  memcpy(host + 249, ".com", 4);
  assert_int_equal(cr_host_site(cr_span(host, 253)).len, 5);
  assert_int_equal(cr_host_site(cr_span(host, 299)).len, 299);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_lists_own_cases_pass),
    cmocka_unit_test(sites_of_other_hosts),
    cmocka_unit_test(suffixes_are_told_from_names_below_them),
    cmocka_unit_test(a_host_too_long_for_dns_is_its_own_site),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
