/* SPDX-License-Identifier: MIT */
/* test_url_key_query.c - which parameters of a query count, and in which order.
 */
#include "url_cases.h"

enum {
  ORDER = CR_URL_RULE_QUERY_ORDER,
  TRACKING = CR_URL_RULE_TRACKING,
  SESSION = CR_URL_RULE_SESSION
};

#define ID32 "0123456789abcdefghijklemopqrstuv"

static const struct {
  const char *query;
  unsigned rules;
  const char *names;
  const char *want; /* NULL: no query */
  const char *why;
} cases[] = {
  { "a&utm_source=b&c", TRACKING, "", "a&c", "in the middle" },
  { "utm_source=b&c", TRACKING, "", "c", "in front" },
  { "c&utm_source", TRACKING, "", "c", "at the end, without a value" },
  { "utm_source=b", TRACKING, "", NULL, "nothing else" },
  { "utm_source=a&gclid=b&fbclid=c&x=1&_ga=2", TRACKING, "", "x=1", "many" },
  { "UTM_Source=b&GCLID=1&c", TRACKING, "", "c", "in any case" },
  { "%75tm_source=b&c", TRACKING, "", "c", "when escapes are undone" },
  { "a&utm_source=b&c", 0, "", "a&utm_source=b&c", "not by itself" },
  { "a&utm_source=b&c", ORDER, "", "a&c&utm_source=b", "nor by another rule" },
  { "xutm_source=1&agclid=2&gclids=3&gclid%3D=4", TRACKING, "",
    "xutm_source=1&agclid=2&gclids=3&gclid%3D=4", "other names" },
  { "a=utm_source=b", TRACKING, "", "a=utm_source=b", "a value" },
  { "a;utm_source=b", TRACKING, "", "a;utm_source=b", "';' is no separator" },
  { "&utm_source=b&", TRACKING, "", "&", "empty ones stay" },
  { "utm_source=b&", TRACKING, "", NULL, "one empty one is an empty query" },

  { "PHPSESSID=2Aa3ASdfasfdadf&a=1", SESSION, "", "a=1", "PHP" },
  { "a=1&jsessionid=" ID32 "&foo=bar", SESSION, "", "a=1&foo=bar", "urlcanon, aggressive" },
  { "a=1&CFID=12412453&CFTOKEN=15501799&foo=bar", SESSION, "", "a=1&foo=bar",
    "urlcanon, aggressive" },
  { "ASPSESSIONIDAQBSDSRT=EOHBLBDDPFCLHKPGGKLILNAM&x=y", SESSION, "", "x=y", "ASP" },
  { "x=y&sid=9682993c8daa2c5497996114facdc805", SESSION, "", "x=y", "a session's form" },
  { "x=y&sid=17&cfid=a&sid=" ID32 "0", SESSION, "", "x=y&sid=17&cfid=a&sid=" ID32 "0",
    "not a session's form" },
  { "aspsessionidab=1&xsid=" ID32, SESSION, "", "aspsessionidab=1&xsid=" ID32, "other names" },

  { "a=1&b=2&c=3", 0, "b", "a=1&c=3", "names of the caller's own" },
  { "a=1&b=2&c=3", 0, " C , A ", "b=2", "several, spaces, any case" },
  { "ab=1&abc=2&b=3", 0, "ab*", "b=3", "all that begin so" },
  { "ab=1&b", 0, "*", NULL, "all" },
  { "a=1&&b", 0, ",, ,", "a=1&&b", "no names" },
  { "phpsessid=2Aa3ASdfasfdadf&a=1&b", 0, "sid,phpsessid,sessionid,jsessionid", "a=1&b",
    "crawler-commons, BasicURLNormalizerTest" },
  { "c=1&utm_term=2&sid=3&a&&b=4", TRACKING | ORDER, "sid", "a&b=4&c=1", "with the others" },
  { "b=1&a=1&", ORDER, "", "a=1&b=1", "crawler-commons" },
};

static void parameters_that_do_not_count_are_taken_out(void **state)
{
  struct cr_mem mem;
  struct cr_url url;
  struct cr_buf text;
  struct cr_buf key;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_buf_init(&text, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_buf_init(&key, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_key_rules rules = { cases[i].rules, cr_span_text(cases[i].names) };
    cr_buf_clear(&text);
    assert_int_equal(cr_buf_add_text(&text, "http://a.org/?"), 0);
    assert_int_equal(cr_buf_add_text(&text, cases[i].query), 0);
    assert_int_equal(cr_url_parse(&url, cr_span(text.data, text.len), NULL), 0);
    assert_int_equal(cr_url_key(&url, &rules, &key), 0);
    const char *got = strchr(key.data, '?');
    if ((got == NULL) != (cases[i].want == NULL) || (got && strcmp(got + 1, cases[i].want) != 0))
      fail_msg("row %zu: %s (%s)", i, key.data, cases[i].why);
  }
  cr_buf_free(&key);
  cr_buf_free(&text);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

/* "http://a.org/?" and count parameters in falling order, five names each twice. */
static void write_query(struct cr_buf *text, size_t count)
{
  static const char names[] = "edcba";

  assert_int_equal(cr_buf_add_text(text, "http://a.org/?"), 0);
  for (size_t i = 0; i < count; i++) {
    if (i > 0)
      assert_int_equal(cr_buf_add_char(text, '&'), 0);
    assert_int_equal(cr_buf_add_char(text, names[i * 5 / count]), 0);
    assert_int_equal(cr_buf_add_char(text, '='), 0);
    assert_int_equal(cr_buf_add_char(text, (char)('0' + i % 10)), 0);
  }
}

static void many_parameters(struct cr_mem *mem, void *arg)
{
  size_t count = *(const size_t *)arg;
  struct cr_url url;
  struct cr_buf text;
  struct cr_buf key;
  struct cr_key_rules rules = { .bits = CR_URL_RULE_QUERY_ORDER };
  int err = CRAWLER_E_NOMEM;

  cr_url_init(&url, mem);
  cr_buf_init(&text, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_buf_init(&key, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  if (cr_buf_reserve(&text, 20 + 4 * count) == 0) {
    write_query(&text, count);
    err = cr_url_parse(&url, cr_span(text.data, text.len), NULL);
  }
  if (err == 0)
    err = cr_url_key(&url, &rules, &key);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  if (err == 0) {
    assert_int_equal(key.len, text.len);
    for (size_t i = 14; i + 4 < key.len; i += 4)
      assert_true(memcmp(key.data + i, key.data + i + 4, 3) <= 0);
  }
  cr_buf_free(&key);
  cr_buf_free(&text);
  cr_url_free(&url);
}

static void many_parameters_are_sorted_and_out_of_memory_is_an_error(void **state)
{
  static const size_t counts[] = { 2, 5, 10, 30, 65, 100, 1000, 16000 };

  (void)state;
  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    size_t count = counts[i];
    cr_test_oom(many_parameters, &count);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(parameters_that_do_not_count_are_taken_out),
    cmocka_unit_test(many_parameters_are_sorted_and_out_of_memory_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
