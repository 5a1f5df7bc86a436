/* SPDX-License-Identifier: MIT */
/* test_url_key.c - which URLs count as one.
 */
#include "url_cases.h"

enum {
  SLASH = CR_URL_RULE_TRAILING_SLASH,
  ORDER = CR_URL_RULE_QUERY_ORDER,
  WWW = CR_URL_RULE_WWW,
  CASE = CR_URL_RULE_CASE,
  ALL = SLASH | ORDER | WWW | CASE
};

static const struct {
  const char *url;
  unsigned rules;
  const char *key;
  const char *why;
} cases[] = {
  { "http://a.org/b?c#d", 0, "http://a.org/b?c", "without the fragment" },
  { "http://a.org/#", 0, "http://a.org/", "without an empty one" },
  { "http://a.org", 0, "http://a.org/", "the root" },
  { "http://A.org:80/b/../c", 0, "http://a.org/c", "what the serialisation does" },
  { "https://a.org:8443/b", 0, "https://a.org:8443/b", "another port is another URL" },
  { "http://u:p@a.org/b", 0, "http://a.org/b", "without userinfo" },
  { "http://u:p@a.org:81/b?c", 0, "http://a.org:81/b?c", "without userinfo" },
  { "http://a.org./b", 0, "http://a.org/b", "without the root's dot" },
  { "http://a.org.:81/b", 0, "http://a.org:81/b", "without the root's dot" },
  { "http://a.org../b", 0, "http://a.org../b", "two dots are no name" },
  { "http://./b", 0, "http://./b", "nor is a dot alone" },
  { "http://a.org/b?", 0, "http://a.org/b", "without an empty query" },
  { "http://a.org/b?#c", 0, "http://a.org/b", "without an empty query" },
  { "http://a.org/%7eb%2d%2E%5f%41%7A%30", 0, "http://a.org/~b-._Az0", "unreserved characters" },
  { "http://a.org/?%7e=%61", 0, "http://a.org/?~=a", "in the query too" },
  { "http://a.org/%c3%bc%2f?%3d%26", 0, "http://a.org/%C3%BC%2F?%3D%26", "reserved ones stay" },
  { "http://a.org/%20%C3", 0, "http://a.org/%20%C3", "what is in upper case already" },
  { "http://a.org/\xc3\xbc", 0, "http://a.org/%C3%BC", "and what the parser encodes" },
  { "http://a.org/%2541", 0, "http://a.org/%2541", "escapes are undone once" },
  { "http://a.org/%%34%31", 0, "http://a.org/%%341", "and make no new ones" },
  { "http://a.org/%4%31", 0, "http://a.org/%4%31", "and make no new ones" },
  { "http://a.org/%%7a%", 0, "http://a.org/%z%", "where they can't, they are" },
  { "http://a.org/%?%34%31", 0, "http://a.org/%?41", "nor can they over a '?'" },
  { "http://a.org/b/", 0, "http://a.org/b/", "a slash at the end tells URLs apart" },
  { "http://a.org/B?C", 0, "http://a.org/B?C", "case does" },
  { "http://a.org/?b&a", 0, "http://a.org/?b&a", "order does" },
  { "http://www.a.org/", 0, "http://www.a.org/", "\"www.\" does" },

  { "http://a.org/b/", SLASH, "http://a.org/b", "without the slash" },
  { "http://a.org/b//", SLASH, "http://a.org/b", "without all of them" },
  { "http://a.org/b/?c/", SLASH, "http://a.org/b?c/", "in front of the query only" },
  { "http://a.org//", SLASH, "http://a.org/", "the root keeps one" },
  { "http://a.org/", SLASH, "http://a.org/", "the root keeps one" },
  { "http://a.org/b", SLASH, "http://a.org/b", "nothing to do" },

  { "http://a.org/?b=1&a=2", ORDER, "http://a.org/?a=2&b=1", "by name" },
  { "http://a.org/?a=2&a=1&a", ORDER, "http://a.org/?a=2&a=1&a", "values keep their order" },
  { "http://a.org/?b&a=1&b=2&a=0", ORDER, "http://a.org/?a=1&a=0&b&b=2", "in each name" },
  { "http://a.org/?ab=1&a=1&a.=1", ORDER, "http://a.org/?a=1&a.=1&ab=1", "shorter names first" },
  { "http://a.org/?b&&a", ORDER, "http://a.org/?&a&b", "an empty one is one" },
  { "http://a.org/?%62=1&%61=2", ORDER, "http://a.org/?a=2&b=1", "when escapes are undone" },
  { "http://a.org/?a=1&b=2", ORDER, "http://a.org/?a=1&b=2", "nothing to do" },
  { "http://a.org/?b", ORDER, "http://a.org/?b", "nothing to do" },

  { "http://www.a.org/", WWW, "http://a.org/", "without \"www.\"" },
  { "http://www.a.org.:81/b", WWW, "http://a.org:81/b", "without \"www.\"" },
  { "http://www.www.a.org/", WWW, "http://a.org/", "without all of them" },
  { "http://www.org/", WWW, "http://www.org/", "a name of its own" },
  { "http://www.www.org/", WWW, "http://www.org/", "a name of its own" },
  { "http://www2.a.org/", WWW, "http://www2.a.org/", "another name" },
  { "http://u@www.a.org/b", WWW, "http://a.org/b", "behind userinfo" },
  { "http://[::1]/", WWW, "http://[::1]/", "an address" },

  { "http://a.org/B%c3%9c?C=D", CASE, "http://a.org/b%C3%9C?c=d", "escapes stay in upper case" },
  { "http://a.org/%41", CASE, "http://a.org/a", "what was escaped too" },

  { "http://u@WWW.A.org.:80/B/%7e/?Z&Y=%2f#f", ALL, "http://a.org/b/~?y=%2F&z", "all of them" },

  { "ftp://u@A.org./%41/?#b", ALL, "ftp://u@a.org./%41/?", "other schemes: no fragment, no more" },
  { "web:/a%41?#b", ALL, "web:/a%41?", "other schemes" },
  { "mailto:A@b#c", ALL, "mailto:A@b", "other schemes" },
};

static void keys_come_out_as_the_header_says(void **state)
{
  struct cr_mem mem;
  struct cr_url url;
  struct cr_buf key;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  cr_buf_init(&key, &mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    assert_int_equal(cr_url_parse(&url, cr_span_text(cases[i].url), NULL), 0);
    assert_int_equal(cr_url_key(&url, cases[i].rules, &key), 0);
    if (strcmp(key.data, cases[i].key) != 0 || key.len != strlen(cases[i].key))
      fail_msg("%s (%s): \"%s\"", cases[i].url, cases[i].why, key.data);
  }
  cr_buf_free(&key);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

/* Is the key of the key of text the key itself, by all sets of rules? */
static void check_own_key(struct cr_mem *mem, struct cr_span text)
{
  struct cr_url url;
  struct cr_url again;
  struct cr_buf key;
  struct cr_buf second;

  cr_url_init(&url, mem);
  cr_url_init(&again, mem);
  cr_buf_init(&key, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_buf_init(&second, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  for (unsigned rules = 0; rules <= ALL && cr_url_parse(&url, text, NULL) == 0; rules++) {
    assert_int_equal(cr_url_key(&url, rules, &key), 0);
    assert_int_equal(cr_url_parse(&again, cr_span(key.data, key.len), NULL), 0);
    assert_span(cr_url_text(&again), key.data);
    assert_int_equal(cr_url_key(&again, rules, &second), 0);
    assert_span(cr_span(second.data, second.len), key.data);
  }
  cr_buf_free(&key);
  cr_buf_free(&second);
  cr_url_free(&url);
  cr_url_free(&again);
}

static void the_key_of_a_key_is_the_key(void **state)
{
  struct cr_jsonl lines;
  struct cr_mem mem;
  const struct cr_json *row;

  (void)state;
  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    check_own_key(&mem, cr_span_text(cases[i].url));
  cr_jsonl_open(&lines, "url/wpt-urltestdata.jsonl");
  while ((row = cr_jsonl_next(&lines)))
    check_own_key(&mem, cr_json_span(row, "input"));
  cr_jsonl_close(&lines);
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
  int err = CRAWLER_E_NOMEM;

  cr_url_init(&url, mem);
  cr_buf_init(&text, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_buf_init(&key, mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  if (cr_buf_reserve(&text, 20 + 4 * count) == 0) {
    write_query(&text, count);
    err = cr_url_parse(&url, cr_span(text.data, text.len), NULL);
  }
  if (err == 0)
    err = cr_url_key(&url, ORDER, &key);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  if (err == 0) {
    assert_int_equal(key.len, text.len);
    for (size_t i = 14; i + 4 < key.len; i += 4) {
      assert_true(key.data[i] <= key.data[i + 4]);
      if (key.data[i] == key.data[i + 4]) /* stable: values go on counting */
        assert_int_equal((key.data[i + 2] - '0' + 1) % 10, key.data[i + 6] - '0');
    }
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

static void a_key_needs_no_more_room_than_its_url(void **state)
{
  struct cr_mem mem;
  struct cr_url url;
  struct cr_buf key;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("http://a.org/%7e"), NULL), 0);
  cr_buf_init(&key, &mem, CR_MEM_CORE, 16);
  assert_int_equal(cr_url_key(&url, 0, &key), 0);
  cr_buf_free(&key);
  cr_buf_init(&key, &mem, CR_MEM_CORE, 8);
  assert_int_equal(cr_url_key(&url, 0, &key), CRAWLER_E_LIMIT);
  cr_buf_free(&key);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keys_come_out_as_the_header_says),
    cmocka_unit_test(the_key_of_a_key_is_the_key),
    cmocka_unit_test(many_parameters_are_sorted_and_out_of_memory_is_an_error),
    cmocka_unit_test(a_key_needs_no_more_room_than_its_url),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
