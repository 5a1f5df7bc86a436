/* SPDX-License-Identifier: MIT */
/* test_punycode.c - Punycode against the samples of RFC 3492 section 7.1, and broken texts.
 */
#include "url_cases.h"

#include "url/url_host.h"

enum { MAX = 64 };

/* Samples (A) to (S) but for those in mixed case; code points as in the RFC, 0 at the end. */
static const struct {
  const char *text;
  int32_t codes[MAX];
} samples[] = {
  { "egbpdaj6bu4bxfgehfvwxn",
    { 0x644, 0x64a, 0x647, 0x645, 0x627, 0x628, 0x62a, 0x643, 0x644, 0x645, 0x648, 0x634, 0x639,
      0x631, 0x628, 0x64a, 0x61f } },
  { "ihqwcrb4cv8a8dqg056pqjye",
    { 0x4ed6, 0x4eec, 0x4e3a, 0x4ec0, 0x4e48, 0x4e0d, 0x8bf4, 0x4e2d, 0x6587 } },
  { "ihqwctvzc91f659drss3x8bo0yb",
    { 0x4ed6, 0x5011, 0x7232, 0x4ec0, 0x9ebd, 0x4e0d, 0x8aaa, 0x4e2d, 0x6587 } },
  { "4dbcagdahymbxekheh6e0a7fei0b",
    { 0x5dc, 0x5de, 0x5d4, 0x5d4, 0x5dd, 0x5e4, 0x5e9, 0x5d5, 0x5d8, 0x5dc, 0x5d0,
      0x5de, 0x5d3, 0x5d1, 0x5e8, 0x5d9, 0x5dd, 0x5e2, 0x5d1, 0x5e8, 0x5d9, 0x5ea } },
  { "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa",
    { 0x306a, 0x305c, 0x307f, 0x3093, 0x306a, 0x65e5, 0x672c, 0x8a9e, 0x3092, 0x8a71, 0x3057,
      0x3066, 0x304f, 0x308c, 0x306a, 0x3044, 0x306e, 0x304b } },
  { "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c",
    { 0xc138, 0xacc4, 0xc758, 0xbaa8, 0xb4e0, 0xc0ac, 0xb78c, 0xb4e4,
      0xc774, 0xd55c, 0xad6d, 0xc5b4, 0xb97c, 0xc774, 0xd574, 0xd55c,
      0xb2e4, 0xba74, 0xc5bc, 0xb9c8, 0xb098, 0xc88b, 0xc744, 0xae4c } },
  { "b1abfaaepdrnnbgefbadotcwatmq2g4l",
    { 0x43f, 0x43e, 0x447, 0x435, 0x43c, 0x443, 0x436, 0x435, 0x43e, 0x43d,
      0x438, 0x43d, 0x435, 0x433, 0x43e, 0x432, 0x43e, 0x440, 0x44f, 0x442,
      0x43f, 0x43e, 0x440, 0x443, 0x441, 0x441, 0x43a, 0x438 } },
  { "2-u9tlzr9756bt3uc0v", { 0x3072, 0x3068, 0x3064, 0x5c4b, 0x6839, 0x306e, 0x4e0b, '2' } },
  { "de-jg4avhby1noc0d", { 0x30d1, 0x30d5, 0x30a3, 0x30fc, 'd', 'e', 0x30eb, 0x30f3, 0x30d0 } },
  { "d9juau41awczczp", { 0x305d, 0x306e, 0x30b9, 0x30d4, 0x30fc, 0x30c9, 0x3067 } },
  { "-> $1.00 <--", { '-', '>', ' ', '$', '1', '.', '0', '0', ' ', '<', '-' } },
};

static void the_rfcs_samples_go_both_ways(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
    char text[2 * MAX];
    int32_t codes[MAX];
    size_t want = 0;
    size_t count;
    size_t len;
    while (samples[i].codes[want] != 0)
      want++;
    assert_true(cr_punycode_decode(cr_span_text(samples[i].text), codes, MAX, &count));
    assert_int_equal(count, want);
    assert_memory_equal(codes, samples[i].codes, count * sizeof(codes[0]));
    assert_true(cr_punycode_encode((struct cr_codes){ codes, count }, text, sizeof(text), &len));
    assert_span(cr_span(text, len), samples[i].text);
  }
}

static void digits_may_be_in_upper_case(void **state)
{
  int32_t codes[MAX];
  size_t count;

  (void)state;
  assert_true(cr_punycode_decode(CR_SPAN("BCHER-KVA"), codes, MAX, &count));
  assert_int_equal(count, 6);
  assert_int_equal(codes[0], 'B');
  assert_int_equal(codes[1], 0xfc);
}

static void broken_texts_are_refused(void **state)
{
  static const struct {
    const char *text;
    const char *why;
  } broken[] = {
    { "-", "a hyphen is no digit" },
    { "-a", "nor in front" },
    { "a=", "no digit" },
    { "b\xc3\xbc-kva", "no ASCII" },
    { "bcher-kv", "a number without an end" },
    { "99999999", "over 2^31" },
    { "a-999999999999999999999", "over 2^31" },
    { "ls8h=", "no digit behind the end" },
    { "ib9b", "U+D800, a surrogate" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
    int32_t codes[MAX];
    size_t count = 0;
    if (cr_punycode_decode(cr_span_text(broken[i].text), codes, MAX, &count))
      fail_msg("\"%s\" (%s) gives %zu code points", broken[i].text, broken[i].why, count);
  }
}

static void nothing_is_written_behind_a_buffer(void **state)
{
  static const int32_t bucher[] = { 'b', 0xfc, 'c', 'h', 'e', 'r' };
  const struct cr_codes codes = { bucher, 6 };
  int32_t decoded[6];
  char text[9];
  size_t count;
  size_t len;

  (void)state;
  for (size_t max = 0; max < 6; max++)
    assert_false(cr_punycode_decode(CR_SPAN("bcher-kva"), decoded, max, &count));
  assert_true(cr_punycode_decode(CR_SPAN("bcher-kva"), decoded, 6, &count));
  for (size_t max = 0; max < 9; max++)
    assert_false(cr_punycode_encode(codes, text, max, &len));
  assert_true(cr_punycode_encode(codes, text, 9, &len));
  assert_memory_equal(text, "bcher-kva", 9);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_rfcs_samples_go_both_ways),
    cmocka_unit_test(digits_may_be_in_upper_case),
    cmocka_unit_test(broken_texts_are_refused),
    cmocka_unit_test(nothing_is_written_behind_a_buffer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
