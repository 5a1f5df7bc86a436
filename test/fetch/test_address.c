/* SPDX-License-Identifier: MIT */
/* test_address.c - which addresses may be connected to, by default and by exception.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "fetch/address.h"
#include "support/oom.h"
#include "support/special_ranges.h"

static struct cr_address parse(const char *text)
{
  struct cr_address address = { .family = 0 };

  if (!cr_address_parse(cr_span_text(text), &address))
    fail_msg("not an address: %s", text);
  return address;
}

static bool is_global(const char *text)
{
  struct cr_address address = parse(text);
  return cr_address_is_global(&address);
}

static void expect_global(const char *text, bool want, const char *why)
{
  if (is_global(text) != want)
    fail_msg("%s is %sglobal: %s", text, want ? "not " : "", why);
}

/* ---- text ---- */

static void addresses_are_read_and_written(void **state)
{
  static const struct {
    const char *in;
    const char *out;
    int family;
  } cases[] = {
    { "192.0.2.1", "192.0.2.1", 4 },
    { "0.0.0.0", "0.0.0.0", 4 },
    { "255.255.255.255", "255.255.255.255", 4 },
    { "::", "::", 6 },
    { "::1", "::1", 6 },
    { "[::1]", "::1", 6 },
    { "2001:DB8:0:0:0:0:0:1", "2001:db8::1", 6 },
    { "[2001:db8::a]", "2001:db8::a", 6 },
    { "1:0:0:2:0:0:0:3", "1:0:0:2::3", 6 },
    { "::ffff:192.0.2.1", "::ffff:192.0.2.1", 6 },
    { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 6 },
    { "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      6 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_address address = parse(cases[i].in);
    char out[64];
    assert_int_equal(address.family, cases[i].family);
    cr_address_format(&address, out);
    assert_string_equal(out, cases[i].out);
  }
}

static void what_is_no_plain_address_is_refused(void **state)
{
  static const char *const cases[] = {
    "",
    " ",
    "1",
    "127.1",
    "127.0.0",
    "127.0.0.1.",
    "127.0.0.1 ",
    " 127.0.0.1",
    "127.0.0.1.1",
    "127.0.0.256",
    "0177.0.0.1", /* octal for some, decimal for others */
    "127.0.0.01",
    "0x7f.0.0.1",
    "0x7f000001",
    "2130706433",
    "127.0.0.+1",
    "127..0.1",
    "[127.0.0.1]",
    "[]",
    "[",
    "]",
    "[::1",
    "::1]",
    "[[::1]]",
    ":",
    ":::",
    "::1::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "::12345",
    "::g",
    "fe80::1%eth0",
    "[fe80::1%25eth0]",
    "::127.0.0.1.1",
    "::127.1",
    "::ffff:0177.0.0.1",
    "example.org",
    "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255:ffff:ffff:ffff:ffff:ffff:ffff",
  };
  struct cr_address address = { .family = 9 };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    if (cr_address_parse(cr_span_text(cases[i]), &address))
      fail_msg("taken for an address: %s", cases[i]);
  assert_false(cr_address_parse(cr_span("127.0.0.1\0", 10), &address));
  assert_false(cr_address_parse(cr_span("127.0.0.1\0.8", 12), &address));
  assert_false(cr_address_parse(cr_span(NULL, 0), &address));
  assert_int_equal(address.family, 9); /* untouched */
}

static void text_needs_no_nul(void **state)
{
  struct cr_address address;
  (void)state;

  assert_true(cr_address_parse(cr_span("10.1.2.34", 8), &address));
  assert_int_equal(address.bytes[3], 3);
}

/* ---- ranges ---- */

static void special_ranges_are_refused_and_their_neighbours_are_not(void **state)
{
  (void)state;
  for (size_t i = 0; i < cr_special_range_count; i++) {
    expect_global(cr_special_ranges[i].first, false, cr_special_ranges[i].why);
    expect_global(cr_special_ranges[i].last, false, cr_special_ranges[i].why);
    if (cr_special_ranges[i].before)
      expect_global(cr_special_ranges[i].before, true, cr_special_ranges[i].why);
    if (cr_special_ranges[i].after)
      expect_global(cr_special_ranges[i].after, true, cr_special_ranges[i].why);
  }
}

static void ordinary_addresses_are_global(void **state)
{
  static const char *const cases[] = { "1.1.1.1",           "8.8.8.8",          "93.184.215.14",
                                       "151.101.1.132",     "2606:4700::1111",  "2a00:1450::1",
                                       "2001:4860:4860::8", "2400:cb00:2048::", "2c0f::1" };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    expect_global(cases[i], true, "ordinary");
}

/* Each IPv4 row as it looks inside IPv6. */
static void an_ipv4_address_inside_ipv6_counts_as_what_it_is(void **state)
{
  static const struct {
    const char *prefix;
    bool global; /* when the address inside is */
    const char *why;
  } forms[] = {
    { "::ffff:", true, "IPv4-mapped: the kernel connects to the IPv4 address" },
    { "64:ff9b::", true, "NAT64, RFC 6052" },
    { "2606:4700:1:2:0:5efe:", true, "ISATAP, RFC 5214" },
    { "2606:4700:1:2:200:5efe:", true, "ISATAP with the universal bit, RFC 5214" },
    { "::", false, "IPv4-compatible, RFC 4291" },
    { "::ffff:0:", false, "IPv4-translated, RFC 2765" },
    { "64:ff9b:1::", false, "NAT64 for local use, RFC 8215" },
    { "64:ff9b:1:ffff:ffff:ffff:", false, "NAT64 for local use, RFC 8215" },
    { "fe80::5efe:", false, "ISATAP, link-local" },
    { "2001:0:102:304:8000:1:", false, "Teredo, RFC 4380" },
    { "2002:102:304::", false, "6to4, RFC 3056" },
  };
  static const char *const special[] = { "0.0.0.0",        "10.0.0.1",  "100.64.0.1",
                                         "127.0.0.1",      "127.1.2.3", "169.254.169.254",
                                         "172.16.0.1",     "192.0.0.1", "192.168.1.1",
                                         "198.18.0.1",     "192.0.2.1", "224.0.0.1",
                                         "255.255.255.255" };
  char text[128];
  (void)state;

  for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
    for (size_t k = 0; k < sizeof(special) / sizeof(special[0]); k++) {
      (void)snprintf(text, sizeof(text), "%s%s", forms[i].prefix, special[k]);
      expect_global(text, false, forms[i].why);
    }
    (void)snprintf(text, sizeof(text), "%s%s", forms[i].prefix, "8.8.8.8");
    expect_global(text, forms[i].global, forms[i].why);
  }
}

static void tunnels_are_refused_whoever_is_inside(void **state)
{
  (void)state;
  expect_global("2002:7f00:1::", false, "6to4 of 127.0.0.1");
  expect_global("2002:a00:1::1", false, "6to4 of 10.0.0.1");
  expect_global("2002:808:808::", false, "6to4 of 8.8.8.8");
  expect_global("2001:0:4136:e378:8000:63bf:3fff:fdd2", false, "Teredo, RFC 4380 section 4");
  expect_global("2001:0:4136:e378:8000:63bf:80ff:fffe", false, "Teredo of 127.0.0.1");
}

/* RFC 4291 section 2.5.5.2. */
static void a_mapped_address_equals_the_ipv4_address(void **state)
{
  static const struct {
    const char *a;
    const char *b;
    bool want;
  } cases[] = {
    { "192.0.2.1", "192.0.2.1", true },
    { "192.0.2.1", "192.0.2.2", false },
    { "192.0.2.1", "::ffff:192.0.2.1", true },
    { "::ffff:192.0.2.1", "192.0.2.1", true },
    { "::ffff:192.0.2.1", "::ffff:192.0.2.1", true },
    { "192.0.2.1", "::192.0.2.1", false },
    { "::1", "::1", true },
    { "::1", "::2", false },
    { "0.0.0.0", "::", false },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_address a = parse(cases[i].a);
    struct cr_address b = parse(cases[i].b);
    assert_int_equal(cr_address_eq(&a, &b), cases[i].want);
  }
}

/* RFC 6761 section 6.3. */
static void localhost_and_what_is_under_it_is_loopback(void **state)
{
  static const char *const names[] = { "localhost",   "LocalHost",    "localhost.",
                                       "a.localhost", "a.localhost.", "a.b.LOCALHOST" };
  static const char *const others[] = { "",           ".",           "local",     "localhost..",
                                        "xlocalhost", "localhost.a", "127.0.0.1", "ocalhost" };
  (void)state;

  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    if (!cr_address_is_loopback_name(cr_span_text(names[i])))
      fail_msg("not loopback: %s", names[i]);
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    if (cr_address_is_loopback_name(cr_span_text(others[i])))
      fail_msg("loopback: %s", others[i]);
}

/* A second, slow opinion: bit by bit, from the texts of the table above. */
static bool lies_between(const struct cr_address *a, const char *first, const char *last)
{
  struct cr_address low = parse(first);
  struct cr_address high = parse(last);

  return low.family == a->family && memcmp(low.bytes, a->bytes, 16) <= 0 &&
         memcmp(a->bytes, high.bytes, 16) <= 0;
}

static void random_addresses_agree_with_the_table(void **state)
{
  struct cr_random random = { 7 };
  (void)state;

  for (int n = 0; n < 20000; n++) {
    struct cr_address a = { .family = n % 2 ? 4 : 6 };
    bool special = false;
    for (int i = 0; i < (a.family == 4 ? 4 : 16); i++)
      a.bytes[i] = (uint8_t)cr_random_next(&random);
    for (size_t i = 0; i < cr_special_range_count; i++)
      special = special || lies_between(&a, cr_special_ranges[i].first, cr_special_ranges[i].last);
    assert_int_equal(cr_address_is_global(&a), !special);
  }
}

/* ---- exceptions ---- */

static bool allowed(const char *list, const char *host, const char *address)
{
  struct cr_mem mem;
  struct cr_address_policy *policy = NULL;
  struct cr_address parsed = parse(address);
  bool result;

  cr_test_mem_init(&mem);
  int err = cr_address_policy_open(&policy, &mem, list);
  if (err)
    fail_msg("%s: error %d", list, err);
  result = cr_address_allowed(policy, cr_span_text(host), &parsed);
  cr_address_policy_close(policy);
  cr_test_mem_done(&mem);
  return result;
}

static void exceptions_open_what_they_name_and_nothing_else(void **state)
{
  static const struct {
    const char *list;
    const char *host;
    const char *address;
    bool want;
  } cases[] = {
    { "", "example.org", "127.0.0.1", false },
    { "", "example.org", "8.8.8.8", true },
    { "0", "localhost", "127.0.0.1", false },
    { "none", "localhost", "127.0.0.1", false },
    { " 0 ", "localhost", "127.0.0.1", false },
    { "1", "example.org", "127.0.0.1", true },
    { "all", "example.org", "169.254.169.254", true },
    { "ALL", "example.org", "fe80::1", true },
    { "true", "example.org", "127.0.0.1", true },
    { "Yes", "example.org", "127.0.0.1", true },
    { "on", "example.org", "127.0.0.1", true },
    { "false", "false", "127.0.0.1", false },
    { "no", "no", "127.0.0.1", false },
    { "OFF", "off", "127.0.0.1", false },
    /* addresses and ranges, whatever the host is called */
    { "127.0.0.1", "example.org", "127.0.0.1", true },
    { "127.0.0.1", "127.0.0.1", "127.0.0.1", true },
    { "127.0.0.1", "example.org", "127.0.0.2", false },
    { "127.0.0.1", "example.org", "::1", false },
    { "127.0.0.0/8", "example.org", "127.255.255.255", true },
    { "127.0.0.1/8", "example.org", "127.9.9.9", true },
    { "127.0.0.0/8", "example.org", "128.0.0.0", true },
    { "127.0.0.0/8", "example.org", "10.0.0.1", false },
    { "10.0.0.0/9", "example.org", "10.127.255.255", true },
    { "10.0.0.0/9", "example.org", "10.128.0.0", false },
    { "192.168.1.128/25", "example.org", "192.168.1.127", false },
    { "192.168.1.128/25", "example.org", "192.168.1.128", true },
    { "0.0.0.0/0", "example.org", "10.0.0.1", true },
    { "0.0.0.0/0", "example.org", "::1", false },
    { "::/0", "example.org", "::1", true },
    { "::/0", "example.org", "127.0.0.1", false },
    { "::/0", "example.org", "::ffff:127.0.0.1", false }, /* it is an IPv4 address */
    { "::1", "[::1]", "::1", true },
    { "[::1]", "[::1]", "::1", true },
    { "[fd00::]/8", "a", "fd12::1", true },
    { "fd00::/8", "a", "fc12::1", false },
    { "fd12:3456:789a:8000::/49", "a", "fd12:3456:789a:8000::1", true },
    { "fd12:3456:789a:8000::/49", "a", "fd12:3456:789a:7fff::1", false },
    { "127.0.0.1", "a", "::ffff:127.0.0.1", true },
    { "::ffff:127.0.0.1", "a", "127.0.0.1", true },
    { "::ffff:10.0.0.0/104", "a", "10.200.0.1", true },
    { "::ffff:10.0.0.0/104", "a", "11.0.0.1", true },
    { "::ffff:10.0.0.0/104", "a", "127.0.0.1", false },
    { "10.0.0.0/8", "a", "64:ff9b::10.0.0.1", false }, /* a translator's way to it isn't named */
    { "64:ff9b::/96", "a", "64:ff9b::10.0.0.1", true },
    { "10.0.0.0/8", "a", "2002:a00:1::", false },
    /* names, whatever they resolve to */
    { "localhost", "localhost", "127.0.0.1", true },
    { "localhost", "LocalHost.", "::1", true },
    { "LOCALHOST.", "localhost", "::1", true },
    { "localhost", "localhost.example", "127.0.0.1", false },
    { "localhost", "alocalhost", "127.0.0.1", false },
    { "example.org", "www.example.org", "10.0.0.1", false },
    { ".example.org", "www.example.org", "10.0.0.1", true },
    { ".example.org", "a.b.example.org", "10.0.0.1", true },
    { ".example.org", "example.org", "10.0.0.1", true },
    { ".example.org", "EXAMPLE.ORG.", "10.0.0.1", true },
    { ".example.org", "badexample.org", "10.0.0.1", false },
    { ".example.org", "xexample.org", "10.0.0.1", false },
    { ".example.org", "example.org.evil.test", "10.0.0.1", false },
    { ".example.org", "org", "10.0.0.1", false },
    { ".example.org", "", "10.0.0.1", false },
    /* lists */
    { "a.test, 10.0.0.0/8 ,,.b.test,", "x", "10.1.1.1", true },
    { "a.test, 10.0.0.0/8 ,,.b.test,", "a.test", "192.168.0.1", true },
    { "a.test, 10.0.0.0/8 ,,.b.test,", "c.b.test", "192.168.0.1", true },
    { "a.test, 10.0.0.0/8 ,,.b.test,", "c.a.test", "192.168.0.1", false },
    { ",", "a", "10.0.0.1", false },
    { "my_host-1", "my_host-1", "10.0.0.1", true },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    if (allowed(cases[i].list, cases[i].host, cases[i].address) != cases[i].want)
      fail_msg("\"%s\": %s at %s", cases[i].list, cases[i].host, cases[i].address);
}

static void what_is_no_list_is_refused(void **state)
{
  static const char *const cases[] = {
    "127.0.0.1/33",
    "127.0.0.1/-1",
    "127.0.0.1/",
    "127.0.0.1/8/8",
    "127.0.0.1/ 8",
    "::1/129",
    "::1/0x8",
    "127.0.0",
    "127.0.0/8",
    "300.0.0.1",
    "10",
    "example.org/8",
    "example.org:80",
    "127.0.0.1:80",
    "[::1]:80",
    "*",
    "*.example.org",
    "a b",
    "exämple.org",
    ".",
    "..",
    "a..b",
    ".a..b",
    "a.test..",
    "all,10.0.0.0/8",
    "10.0.0.0/8,1",
    "0,1",
    "yes,10.0.0.0/8",
    "10.0.0.0/8,off",
    "http://example.org",
    "fe80::1%eth0",
    "127.0.0.1;10.0.0.1",
  };
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_address_policy *policy = NULL;
    if (cr_address_policy_open(&policy, &mem, cases[i]) != CRAWLER_E_VALUE || policy)
      fail_msg("taken for a list: %s", cases[i]);
  }
  cr_test_mem_done(&mem);
}

static void a_name_of_254_characters_is_too_long(void **state)
{
  struct cr_mem mem;
  struct cr_address_policy *policy = NULL;
  char name[256];
  (void)state;

  for (int i = 0; i < 254; i++)
    name[i] = i % 60 == 59 ? '.' : 'a';
  name[254] = '\0';
  cr_test_mem_init(&mem);
  assert_int_equal(cr_address_policy_open(&policy, &mem, name), CRAWLER_E_VALUE);
  name[253] = '\0';
  assert_int_equal(cr_address_policy_open(&policy, &mem, name), 0);
  cr_address_policy_close(policy);
  cr_test_mem_done(&mem);
}

static void long_lists_are_fine(void **state)
{
  struct cr_mem mem;
  struct cr_address_policy *policy = NULL;
  struct cr_address address = parse("10.9.99.1");
  static char list[20000];
  size_t at = 0;
  (void)state;

  for (int i = 0; i < 1000; i++)
    at += (size_t)snprintf(list + at, sizeof(list) - at, "10.%d.%d.0/24,", i / 100, i % 100);
  cr_test_mem_init(&mem);
  assert_int_equal(cr_address_policy_open(&policy, &mem, list), 0);
  assert_true(cr_address_allowed(policy, CR_SPAN("a"), &address));
  address.bytes[1] = 10;
  assert_false(cr_address_allowed(policy, CR_SPAN("a"), &address));
  cr_address_policy_close(policy);
  cr_test_mem_done(&mem);
}

static void oom_scenario(struct cr_mem *mem, void *arg)
{
  struct cr_address_policy *policy = NULL;
  struct cr_address address = parse("10.0.0.1");
  int err = cr_address_policy_open(&policy, mem, arg);

  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  if (!err)
    assert_true(cr_address_allowed(policy, CR_SPAN("a.test"), &address));
  cr_address_policy_close(policy);
}

static void running_out_of_memory_is_an_error(void **state)
{
  char list[] = "a.test,10.0.0.0/8";
  (void)state;
  cr_test_oom(oom_scenario, list);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(addresses_are_read_and_written),
    cmocka_unit_test(what_is_no_plain_address_is_refused),
    cmocka_unit_test(text_needs_no_nul),
    cmocka_unit_test(special_ranges_are_refused_and_their_neighbours_are_not),
    cmocka_unit_test(ordinary_addresses_are_global),
    cmocka_unit_test(an_ipv4_address_inside_ipv6_counts_as_what_it_is),
    cmocka_unit_test(tunnels_are_refused_whoever_is_inside),
    cmocka_unit_test(a_mapped_address_equals_the_ipv4_address),
    cmocka_unit_test(localhost_and_what_is_under_it_is_loopback),
    cmocka_unit_test(random_addresses_agree_with_the_table),
    cmocka_unit_test(exceptions_open_what_they_name_and_nothing_else),
    cmocka_unit_test(what_is_no_list_is_refused),
    cmocka_unit_test(a_name_of_254_characters_is_too_long),
    cmocka_unit_test(long_lists_are_fine),
    cmocka_unit_test(running_out_of_memory_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
