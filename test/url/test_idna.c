/* SPDX-License-Identifier: MIT */
/* test_idna.c - domain to ASCII against Unicode's own cases, as the standard's suite has them.
 *
 * The suite asks the host parser, which gives ASCII domains to nobody; so do these tests.
 */
#include "url_cases.h"

#include "url/idna_table.h"
#include "url/url_host.h"

static const char *check_row(struct cr_buf *out, const struct cr_json *row)
{
  struct cr_span want = cr_json_span(row, "output");

  cr_buf_clear(out);
  int err = cr_host_parse(cr_json_span(row, "input"), out);
  if (err != 0 && err != CRAWLER_E_URL)
    return "another error than CRAWLER_E_URL";
  if (!want.at)
    return err == 0 ? "should fail" : NULL;
  if (err < 0)
    return "fails";
  if (cr_span_eq(cr_span(out->data, out->len), want))
    return NULL;
  print_message("got \"%s\", want \"%s\"\n", out->data, want.at);
  return "is something else";
}

static void run_rows(const char *path)
{
  struct tally tally = { .path = path };
  struct cr_jsonl lines;
  struct cr_mem mem;
  struct cr_buf out;
  const struct cr_json *row;

  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_jsonl_open(&lines, path);
  while ((row = cr_jsonl_next(&lines)))
    tally_case(&tally, &lines, cr_json_span(row, "input"), check_row(&out, row));
  cr_jsonl_close(&lines);
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
  tally_end(&tally);
}

static void the_standards_toascii_cases_pass(void **state)
{
  (void)state;
  run_rows("url/wpt-toascii.jsonl");
}

static void unicodes_idna_cases_pass(void **state)
{
  (void)state;
  run_rows("url/wpt-IdnaTestV2.jsonl");
}

static const struct {
  const char *domain;
  const char *want; /* NULL: failure */
  const char *why;
} cases[] = {
  { "xn--a-ccb.\xc3\xbc", NULL, "a decoded label that isn't NFC" },
  { "xn--7ba.\xc3\xbc", NULL, "one in upper case" },
  { "xn--a-vca.\xc3\xbc", NULL, "one with an ignored character" },
  { "xn--xn--a-.\xc3\xbc", NULL, "one that is ASCII" },
  { "xn--xn---3ra.\xc3\xbc", NULL, "one that begins with \"xn--\"" },
  { "xn--.\xc3\xbc", NULL, "an empty one" },
  { "xn--\xc3\xbc", NULL, "one that is not ASCII before" },
  { "xn--1ug.\xc3\xbc", NULL, "a joiner alone" },
  { "xn--1ec4b400i.\xc3\xbc", "xn--1ec4b400i.xn--tda", "a joiner behind a virama" },
  { "\xcc\x88"
    "a",
    NULL, "a mark in front" },
  { "a\xcc\x88", "xn--4ca", "a mark that composes" },
  { "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d", "xn--11b6iy14e", "a joiner behind a virama" },
  { "\xe0\xa4\x95\xe2\x80\x8d", NULL, "a joiner behind a letter" },
  { "\xd8\xa8\xe2\x80\x8c\xd8\xa7", "xn--mgbb899q", "a non-joiner between letters that join" },
  { "\xd8\xa8\xcc\x88\xe2\x80\x8c\xcc\x88\xd8\xa7", "xn--ssaa11vba5524a", "marks between them" },
  { "\xd8\xa8\xe2\x80\x8c", NULL, "at the end" },
  { "\xd8\xa7\xe2\x80\x8c\xd8\xa8", NULL, "behind a letter that joins to the right only" },
  { "a\xe2\x80\x8c"
    "b",
    NULL, "between letters that don't join" },
  { "1.\xd7\x90", NULL, "bidi 1: a digit in front, in another label" },
  { "\xd9\xa1\xd7\x90", NULL, "bidi 1: a digit in front" },
  { "\xd7\x90"
    "a.b",
    NULL, "bidi 2: left-to-right within right-to-left" },
  { "\xd7\x90-", NULL, "bidi 3: a hyphen at the end" },
  { "\xd7\x90"
    "1",
    "xn--1-zhc", "bidi 3: a digit at the end" },
  { "\xd7\x90"
    "1\xd9\xa1",
    NULL, "bidi 4: digits of two kinds" },
  { "a\xd7\x90"
    "b",
    NULL, "bidi 5: right-to-left within left-to-right" },
  { "a-.\xd7\x90", NULL, "bidi 6: a hyphen at the end, in another label" },
  { "a-.\xc3\xbc", "a-.xn--tda", "no rule of these without right-to-left" },
  { "\xd7\x90\xcc\x88.b\xcc\x88", "xn--ssa73l.xn--b-ccb", "marks at the ends" },
  { "\xc3\x84\xc3\x9f\xe3\x80\x82\xef\xbc\xa1", "xn--zcaj.a", "mapping; sharp s stays" },
  { "\xc2\xad\xc3\xbc", "xn--tda", "what is ignored goes" },
  { "\xc3\xbc\xcd\xb8", NULL, "an unassigned code point" },
};

/* The validity criteria of UTS46 and the rules behind them, one by one. */
static void each_rule_for_labels_holds(void **state)
{
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_buf_clear(&out);
    int err = cr_idna_to_ascii(cr_span_text(cases[i].domain), &out);
    if (err != (cases[i].want ? 0 : CRAWLER_E_URL))
      fail_msg("\"%s\" (%s) gives %d", cases[i].domain, cases[i].why, err);
    if (cases[i].want)
      assert_span(cr_span(out.data, out.len), cases[i].want);
  }
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

static void assert_sorted(const uint16_t *planes, const uint16_t *firsts)
{
  assert_int_equal(planes[0], 0);
  for (size_t plane = 0; plane < CR_IDNA_PLANES; plane++) {
    assert_true(planes[plane] < planes[plane + 1]);
    assert_int_equal(firsts[planes[plane]], 0);
    for (size_t i = planes[plane] + 1u; i < planes[plane + 1]; i++)
      assert_true(firsts[i - 1] < firsts[i]);
  }
}

static void the_tables_are_sorted_and_whole(void **state)
{
  (void)state;
  assert_sorted(cr_idna_map_planes, cr_idna_map_firsts);
  assert_sorted(cr_idna_prop_planes, cr_idna_prop_firsts);
  for (size_t i = 0; i < cr_idna_prop_planes[CR_IDNA_PLANES]; i++)
    assert_true((cr_idna_prop_values[i] & 7) <= CR_IDNA_BIDI_NEUTRAL);
}

/* UTS46 section 5: what the table maps to is not mapped again. */
static void every_character_maps_to_a_fixed_point(void **state)
{
  struct cr_mem mem;
  struct cr_buf out;
  size_t domains = 0;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (uint32_t code = 0x80; code <= 0x10ffff; code++) {
    char text[8] = "a"; /* some can't begin a label */
    char again[64];
    if (code == 0xd800)
      code = 0xe000;
    size_t len = 1 + cr_utf8_put(text + 1, code);
    cr_buf_clear(&out);
    if (cr_idna_to_ascii(cr_span(text, len), &out) != 0)
      continue;
    assert_in_range(out.len, 1, sizeof(again));
    memcpy(again, out.data, out.len);
    len = out.len;
    cr_buf_clear(&out);
    assert_int_equal(cr_idna_to_ascii(cr_span(again, len), &out), 0);
    assert_true(cr_span_eq(cr_span(out.data, out.len), cr_span(again, len)));
    domains++;
  }
  assert_true(domains > 100000);
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

static void long_domains_are_refused_not_cut(void **state)
{
  static char text[5 * CR_HOST_MAX_CHARS];
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, 8 * sizeof(text));
  for (size_t len = 3; len <= sizeof(text); len += 3) { /* U+FDFA maps to 18 characters */
    memcpy(text + len - 3, "\xef\xb7\xba", 3);
    cr_buf_clear(&out);
    int err = cr_idna_to_ascii(cr_span(text, len), &out);
    assert_int_equal(err, 18 * len / 3 <= CR_HOST_MAX_CHARS ? CRAWLER_E_URL : CRAWLER_E_LIMIT);
  }
  for (size_t dots = 1; dots < CR_HOST_MAX_CHARS + 2; dots++) {
    memset(text, '.', dots);
    memcpy(text + dots, "\xc3\x9f", 2);
    cr_buf_clear(&out);
    int err = cr_idna_to_ascii(cr_span(text, dots + 2), &out);
    assert_int_equal(err, dots < CR_HOST_MAX_CHARS ? 0 : CRAWLER_E_LIMIT);
  }
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

static void convert(struct cr_mem *mem, void *arg)
{
  struct cr_buf out;

  (void)arg;
  cr_buf_init(&out, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  int err = cr_idna_to_ascii(CR_SPAN("B\xc3\xbc"
                                     "cher.example.xn--bcher-kva"),
                             &out);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (err == 0)
    assert_span(cr_span(out.data, out.len), "xn--bcher-kva.example.xn--bcher-kva");
  cr_buf_free(&out);
}

static void out_of_memory_is_an_ordinary_error(void **state)
{
  (void)state;
  cr_test_oom(convert, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_standards_toascii_cases_pass),
    cmocka_unit_test(unicodes_idna_cases_pass),
    cmocka_unit_test(each_rule_for_labels_holds),
    cmocka_unit_test(the_tables_are_sorted_and_whole),
    cmocka_unit_test(every_character_maps_to_a_fixed_point),
    cmocka_unit_test(long_domains_are_refused_not_cut),
    cmocka_unit_test(out_of_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
