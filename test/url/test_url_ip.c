/* SPDX-License-Identifier: MIT */
/* test_url_ip.c - every spelling of IPv4 and IPv6 addresses.
 */
#include "url_cases.h"

#include "url/url_host.h"

static const struct {
  const char *host;
  const char *want; /* NULL: failure */
} cases[] = {
  { "1.2.3.4", "1.2.3.4" },
  { "1.2.3.4.", "1.2.3.4" },
  { "255.255.255.255", "255.255.255.255" },
  { "256.1.1.1", NULL },
  { "1.1.1.256", NULL },
  { "1.2.3.4.5", NULL },
  { "1.2.3", "1.2.0.3" },
  { "1.2.65535", "1.2.255.255" },
  { "1.2.65536", NULL },
  { "1.2", "1.0.0.2" },
  { "1.16777215", "1.255.255.255" },
  { "1.16777216", NULL },
  { "0", "0.0.0.0" },
  { "4294967295", "255.255.255.255" },
  { "4294967296", NULL },
  { "99999999999999999999999999999999", NULL },
  { "0x7f.1", "127.0.0.1" },
  { "0X7F000001", "127.0.0.1" },
  { "0x", "0.0.0.0" },
  { "1.0x", "1.0.0.0" },
  { "0xg", "0xg" },
  { "a.0x1", NULL },
  { "017700000001", "127.0.0.1" },
  { "010.010", "8.0.0.8" },
  { "08", NULL },
  { "1.2.3.08", NULL },
  { "a.8", NULL },
  { "8.a", "8.a" },
  { "1..2", NULL },
  { ".1", NULL },
  { "1.", "0.0.0.1" },
  { "1..", "1.." },
  { "1.2.3.4.a", "1.2.3.4.a" },
  { "1.2.3.4e", "1.2.3.4e" },
  { "face", "face" },
  { "-1", "-1" },
  { "[::]", "[::]" },
  { "[::1]", "[::1]" },
  { "[1::]", "[1::]" },
  { "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]" },
  { "[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]" },
  { "[::2:3:4:5:6:7:8]", "[0:2:3:4:5:6:7:8]" },
  { "[1:2:3:4::5:6:7:8]", NULL },
  { "[1:2:3:4:5:6:7:8:9]", NULL },
  { "[1:2:3:4:5:6:7]", NULL },
  { "[1:2:3:4:5:6:7:8::]", NULL },
  { "[1:2:3:4:5:6:7:]", NULL },
  { "[:1:2:3:4:5:6:7:8]", NULL },
  { "[:1]", NULL },
  { "[:]", NULL },
  { "[:::]", NULL },
  { "[1:]", NULL },
  { "[1::2::3]", NULL },
  { "[1:::2]", NULL },
  { "[00001::]", NULL },
  { "[g::]", NULL },
  { "[ABCD:0EF::]", "[abcd:ef::]" },
  { "[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]" },
  { "[1:0:0:2:3:0:0:4]", "[1::2:3:0:0:4]" },
  { "[0:1:0:1:0:1:0:1]", "[0:1:0:1:0:1:0:1]" },
  { "[1:0:2::]", "[1:0:2::]" },
  { "[::1.2.3.4]", "[::102:304]" },
  { "[::ffff:255.255.255.255]", "[::ffff:ffff:ffff]" },
  { "[1:2:3:4:5:6:7.8.9.10]", "[1:2:3:4:5:6:708:90a]" },
  { "[1:2:3:4:5:6:7:1.2.3.4]", NULL },
  { "[1.2.3.4::]", NULL },
  { "[::1.2.3]", NULL },
  { "[::1.2.3.4.5]", NULL },
  { "[::1.2.3.4:1]", NULL },
  { "[::1.2.3.256]", NULL },
  { "[::1.2.3.04]", NULL },
  { "[::1.2.3.]", NULL },
  { "[::.1.2.3]", NULL },
  { "[::1..2.3]", NULL },
  { "[::1.2.3.0x4]", NULL },
  { "[::12345.2.3.4]", NULL },
  { "[fe80::1%25eth0]", NULL },
  { "[::1 ]", NULL },
};

static void addresses_come_out_in_one_spelling(void **state)
{
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_buf_clear(&out);
    int err = cr_host_parse(cr_span_text(cases[i].host), &out);
    if (err != (cases[i].want ? 0 : CRAWLER_E_URL))
      fail_msg("\"%s\" gives %d \"%s\"", cases[i].host, err, out.data);
    if (cases[i].want)
      assert_span(cr_span(out.data, out.len), cases[i].want);
  }
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

static void numbers_at_the_end_are_told_from_names(void **state)
{
  static const struct {
    const char *host;
    bool number;
  } ends[] = { { "1", true },    { "a.1", true },   { "a.1.", true },   { "a.09", true },
               { "a.0x", true }, { "a.0xf", true }, { "a.0XF", true },  { "a.0xg", false },
               { "a", false },   { "1.a", false },  { "a.1..", false }, { "", false },
               { ".", false },   { "a.1e", false }, { "a.x", false },   { "face", false } };

  (void)state;
  for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
    if (cr_host_ends_in_number(cr_span_text(ends[i].host)) != ends[i].number)
      fail_msg("\"%s\"", ends[i].host);
}

static void literals_give_their_bytes(void **state)
{
  static const uint8_t v4[] = { 192, 0, 2, 255 };
  static const uint8_t v6[] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd };
  uint8_t addr[16];

  (void)state;
  assert_int_equal(cr_host_address(CR_SPAN("192.0.2.255"), addr), 4);
  assert_memory_equal(addr, v4, sizeof(v4));
  assert_int_equal(cr_host_address(CR_SPAN("[2001:db8::abcd]"), addr), 6);
  assert_memory_equal(addr, v6, sizeof(v6));
}

static void names_are_no_addresses(void **state)
{
  static const char *const names[] = { "",      "example.com", "a.1.2.3.com", "1.2.3.4.example",
                                       "[::g]", "[]",          "[",           "[::1",
                                       "::1",   "cafe",        "a.256" };
  uint8_t addr[16];

  (void)state;
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    assert_int_equal(cr_host_address(cr_span_text(names[i]), addr), 0);
}

/* Every 16-bit pattern of zero and other pieces, there and back. */
static void any_ipv6_address_survives_its_serialisation(void **state)
{
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (unsigned zeros = 0; zeros < 256; zeros++) {
    uint16_t pieces[8];
    uint16_t again[8];
    for (unsigned i = 0; i < 8; i++)
      pieces[i] = zeros >> i & 1 ? 0 : (uint16_t)(0xf0a1 >> (4 * (i % 4)));
    cr_buf_clear(&out);
    assert_int_equal(cr_ipv6_put(&out, pieces), 0);
    assert_true(cr_ipv6_parse(cr_span(out.data + 1, out.len - 2), again));
    assert_memory_equal(pieces, again, sizeof(pieces));
  }
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(addresses_come_out_in_one_spelling),
    cmocka_unit_test(numbers_at_the_end_are_told_from_names),
    cmocka_unit_test(literals_give_their_bytes),
    cmocka_unit_test(names_are_no_addresses),
    cmocka_unit_test(any_ipv6_address_survives_its_serialisation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
