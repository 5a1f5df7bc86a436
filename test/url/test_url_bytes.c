/* SPDX-License-Identifier: MIT */
/* test_url_bytes.c - the percent-encode sets, UTF-8, and the encoder.
 */
#include "url_cases.h"

#include "url/url_bytes.h"

/* The sets as the standard words them: each is another one and some code points more. */
static void the_sets_hold_what_the_standard_lists(void **state)
{
  static const struct {
    unsigned set;
    unsigned base; /* what it includes; 0: the controls */
    const char *more;
  } sets[] = {
    { CR_URL_IN_OPAQUE, 0, "" },
    { CR_URL_IN_FRAGMENT, CR_URL_IN_OPAQUE, " \"<>`" },
    { CR_URL_IN_QUERY, CR_URL_IN_OPAQUE, " \"#<>" },
    { CR_URL_IN_SPECIAL_QUERY, CR_URL_IN_QUERY, "'" },
    { CR_URL_IN_PATH, CR_URL_IN_QUERY, "?^`{}" },
    { CR_URL_IN_USERINFO, CR_URL_IN_PATH, "/:;=@[\\]|" },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
    for (unsigned c = 0; c < 256; c++) {
      bool control = c < 0x20 || c > 0x7e;
      bool base = sets[i].base ? cr_url_is((char)c, sets[i].base) : control;
      bool more = c != 0 && strchr(sets[i].more, (char)c);
      assert_int_equal(cr_url_is((char)c, sets[i].set), base || more);
    }
  }
}

static void forbidden_domain_code_points_are_the_standards(void **state)
{
  (void)state;
  for (unsigned c = 0; c < 256; c++) {
    bool forbidden = c < 0x20 || c > 0x7e || strchr(" #/:<>?@[\\]^|%", (char)c);
    assert_int_equal(cr_url_is((char)c, CR_URL_NOT_DOMAIN), forbidden);
    assert_int_equal(cr_url_is((char)c, CR_URL_ENDS_SEGMENT),
                     c == '/' || c == '\\' || c == '?' || c == '#');
  }
}

static void every_scalar_value_survives_utf8(void **state)
{
  (void)state;
  for (uint32_t code = 0; code <= 0x10ffff; code++) {
    char text[4];
    const char *at = text;
    if (code == 0xd800)
      code = 0xe000;
    size_t len = cr_utf8_put(text, code);
    assert_int_equal(cr_utf8_next(&at, text + len), code);
    assert_ptr_equal(at, text + len);
  }
}

static void a_headers_bytes_stay_bytes(void **state)
{
  static const struct {
    const char *text;
    const char *want;
  } cases[] = {
    { "", "" },
    { "/a b?c=\t'\x7f%zz", "/a b?c=\t'\x7f%zz" },
    { "/\xc3\xa9", "/%C3%A9" },
    { "/caf\xe9?\xff\x80", "/caf%E9?%FF%80" },
    { "//\xc3\xa9/", "//%C3%A9/" },
  };
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_buf_init(&out, &mem, CR_MEM_CORE, 64);
    assert_int_equal(cr_url_put_raw(&out, cr_span_text(cases[i].text)), 0);
    assert_true(cr_span_eq(cr_span(out.data, out.len), cr_span_text(cases[i].want)));
    cr_buf_free(&out);
  }
  cr_buf_init(&out, &mem, CR_MEM_CORE, 8);
  assert_int_equal(cr_url_put_raw(&out, CR_SPAN("\xc3\xa9\xc3")), CRAWLER_E_LIMIT);
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

/* Table 3-8 and its neighbours in the Unicode Standard, chapter 3: maximal subparts. */
static void each_maximal_part_of_a_broken_sequence_is_one_replacement(void **state)
{
  static const struct {
    const char *text;
    size_t want; /* code points */
  } cases[] = {
    { "\xc0\xaf", 2 },
    { "\xe0\x9f\x80", 3 },
    { "\xed\xa0\x80", 3 },
    { "\xf0\x8f\xbf\xbf", 4 },
    { "\xf4\x90\x80\x80", 4 },
    { "\xf4\x91\x92\x93\xff", 5 },
    { "\xe1\x80\xe2", 2 },
    { "\xf0\x91\x92", 1 },
    { "\xf1\xbf", 1 },
    { "\xe2\x82", 1 },
    { "\x80\xbf", 2 },
    { "\xf5\x80", 2 },
    { "\xff", 1 },
    { "\xc2", 1 },
    { "\xc1\xbf", 2 },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    const char *at = cases[i].text;
    const char *end = at + strlen(at);
    size_t count = 0;
    for (; at < end; count++)
      assert_int_equal(cr_utf8_next(&at, end), CR_URL_REPLACEMENT);
    assert_int_equal(count, cases[i].want);
  }
}

static void encode(struct cr_mem *mem, void *arg)
{
  struct cr_buf out;

  (void)arg;
  cr_buf_init(&out, mem, CR_MEM_CORE, 1000);
  int err = cr_url_put_encoded(&out, CR_SPAN("a \xc3\xbc\xff\xef\xbf\xbd\0b"), CR_URL_IN_QUERY);
  if (err == 0)
    err = cr_url_put_encoded(&out, cr_span(NULL, 0), CR_URL_IN_QUERY);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (err == 0)
    assert_true(
        cr_span_eq(cr_span(out.data, out.len), CR_SPAN("a%20%C3%BC%EF%BF%BD%EF%BF%BD%00b")));
  cr_buf_free(&out);
}

static void encoding_escapes_bytes_and_replaces_what_is_broken(void **state)
{
  (void)state;
  cr_test_oom(encode, NULL);
}

static void encoding_stops_at_the_ceiling(void **state)
{
  struct cr_mem mem;
  struct cr_buf out;

  (void)state;
  cr_test_mem_init(&mem);
  cr_buf_init(&out, &mem, CR_MEM_CORE, 64);
  for (int i = 0; i < 100; i++)
    if (cr_url_put_encoded(&out, CR_SPAN("  "), CR_URL_IN_QUERY) < 0)
      break;
  assert_int_equal(cr_url_put_encoded(&out, CR_SPAN("  "), CR_URL_IN_QUERY), CRAWLER_E_LIMIT);
  assert_true(out.len <= 64);
  cr_buf_free(&out);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_sets_hold_what_the_standard_lists),
    cmocka_unit_test(forbidden_domain_code_points_are_the_standards),
    cmocka_unit_test(every_scalar_value_survives_utf8),
    cmocka_unit_test(each_maximal_part_of_a_broken_sequence_is_one_replacement),
    cmocka_unit_test(encoding_escapes_bytes_and_replaces_what_is_broken),
    cmocka_unit_test(encoding_stops_at_the_ceiling),
    cmocka_unit_test(a_headers_bytes_stay_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
