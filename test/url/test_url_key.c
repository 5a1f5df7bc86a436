/* SPDX-License-Identifier: MIT */
/* test_url_key.c - which URLs count as one.
 */
#include "url_cases.h"

enum {
  SLASH = CR_URL_RULE_TRAILING_SLASH,
  ORDER = CR_URL_RULE_QUERY_ORDER,
  WWW = CR_URL_RULE_WWW,
  CASE = CR_URL_RULE_CASE,
  FRAGMENT = CR_URL_RULE_FRAGMENT,
  ESCAPES = CR_URL_RULE_ESCAPES,
  FOUR = SLASH | ORDER | WWW | CASE
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
  { "http://a.org/?a=2&a=1&a", ORDER, "http://a.org/?a&a=1&a=2", "then by value" },
  { "http://a.org/?b&a=1&b=2&a=0", ORDER, "http://a.org/?a=0&a=1&b&b=2", "in each name" },
  { "http://a.org/?ab=1&a=1&a.=1", ORDER, "http://a.org/?a=1&a.=1&ab=1", "shorter names first" },
  { "http://a.org/?b&&a", ORDER, "http://a.org/?a&b", "an empty one is none" },
  { "http://a.org/?&", ORDER, "http://a.org/", "nor is a query of such" },
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

  { "http://a.org/[a]|?{b}\\^`", ESCAPES, "http://a.org/%5Ba%5D%7C?%7Bb%7D%5C%5E%60", "all" },
  { "http://a.org/%5ba%5d", ESCAPES, "http://a.org/%5Ba%5D", "as those that are escaped" },
  { "http://a.org/%?%&%4&%zz", ESCAPES, "http://a.org/%25?%25&%254&%25zz", "a '%' alone" },
  { "http://a.org/%%34%31", ESCAPES, "http://a.org/%2541", "and what follows it" },
  { "http://a.org/[a]?%", 0, "http://a.org/[a]?%", "not by themselves" },
  { "http://a.org/?a=1&a[=2&%=3", ESCAPES | ORDER, "http://a.org/?%25=3&a=1&a%5B=2", "in order" },

  { "http://a.org/#!b", 0, "http://a.org/", "a fragment is none" },
  { "http://a.org/#!b", FRAGMENT, "http://a.org/#!b", "one that names a page" },
  { "http://a.org/?c#/b?d", FRAGMENT, "http://a.org/?c#/b?d", "one that names a page" },
  { "http://u@a.org/?#!%7e%c3%bc", FRAGMENT, "http://a.org/#!~%C3%BC", "its escapes" },
  { "http://a.org/#!", FRAGMENT, "http://a.org/#!", "the first of them" },
  { "http://a.org/#b/!", FRAGMENT, "http://a.org/", "one that doesn't" },
  { "http://a.org/#", FRAGMENT, "http://a.org/", "an empty one" },
  { "http://a.org/B#!B", FRAGMENT | CASE, "http://a.org/b#!B", "its case is the script's" },
  { "ftp://a.org/#!b", FRAGMENT, "ftp://a.org/", "not of other schemes" },

  { "http://u@WWW.A.org.:80/B/%7e/?Z&Y=%2f#f", FOUR, "http://a.org/b/~?y=%2F&z", "all of them" },

  { "ftp://u@A.org./%41/?#b", CR_URL_RULES_ALL, "ftp://u@a.org./%41/?",
    "other schemes: no fragment, no more" },
  { "web:/a%41?#b", CR_URL_RULES_ALL, "web:/a%41?", "other schemes" },
  { "mailto:A@b#c", CR_URL_RULES_ALL, "mailto:A@b", "other schemes" },
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
    struct cr_key_rules rules = { .bits = cases[i].rules };
    assert_int_equal(cr_url_key(&url, rules.bits ? &rules : NULL, &key), 0);
    if (strcmp(key.data, cases[i].key) != 0 || key.len != strlen(cases[i].key))
      fail_msg("%s (%s): \"%s\"", cases[i].url, cases[i].why, key.data);
  }
  cr_buf_free(&key);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

/* Is the key of the key of url the key itself? */
static void check_own_key(const struct cr_url *url, const struct cr_key_rules *rules,
                          struct cr_url *again)
{
  struct cr_buf key;
  struct cr_buf second;

  cr_buf_init(&key, url->text.mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  cr_buf_init(&second, url->text.mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  assert_int_equal(cr_url_key(url, rules, &key), 0);
  assert_int_equal(cr_url_parse(again, cr_span(key.data, key.len), NULL), 0);
  assert_span(cr_url_text(again), key.data);
  assert_int_equal(cr_url_key(again, rules, &second), 0);
  assert_span(cr_span(second.data, second.len), key.data);
  cr_buf_free(&key);
  cr_buf_free(&second);
}

/* By all sets of rules. */
static void check_own_keys(struct cr_mem *mem, struct cr_span text)
{
  struct cr_key_rules rules = { 0 };
  struct cr_url url;
  struct cr_url again;

  cr_url_init(&url, mem);
  cr_url_init(&again, mem);
  if (cr_url_parse(&url, text, NULL) == 0) {
    for (; rules.bits <= CR_URL_RULES_ALL; rules.bits++)
      check_own_key(&url, &rules, &again);
    rules.bits = CR_URL_RULES_ALL;
    rules.names = CR_SPAN("a,b*");
    check_own_key(&url, &rules, &again);
  }
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
    check_own_keys(&mem, cr_span_text(cases[i].url));
  cr_jsonl_open(&lines, "url/wpt-urltestdata.jsonl");
  while ((row = cr_jsonl_next(&lines)))
    check_own_keys(&mem, cr_json_span(row, "input"));
  cr_jsonl_close(&lines);
  cr_test_mem_done(&mem);
}

static void a_key_needs_the_room_that_the_header_says(void **state)
{
  struct cr_mem mem;
  struct cr_url url;
  struct cr_buf key;

  (void)state;
  cr_test_mem_init(&mem);
  cr_url_init(&url, &mem);
  assert_int_equal(cr_url_parse(&url, CR_SPAN("http://a.org/%7e"), NULL), 0);
  cr_buf_init(&key, &mem, CR_MEM_CORE, 16);
  assert_int_equal(cr_url_key(&url, NULL, &key), 0);
  cr_buf_free(&key);
  cr_buf_init(&key, &mem, CR_MEM_CORE, 8);
  assert_int_equal(cr_url_key(&url, NULL, &key), CRAWLER_E_LIMIT);
  cr_buf_free(&key);
  static char longest[CR_URL_MAX_BYTES];
  struct cr_key_rules escapes = { .bits = ESCAPES };
  memset(longest, '[', sizeof(longest));
  memcpy(longest, "http://a/", 9);
  assert_int_equal(cr_url_parse(&url, cr_span(longest, sizeof(longest)), NULL), 0);
  cr_buf_init(&key, &mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  assert_int_equal(cr_url_key(&url, &escapes, &key), 0);
  assert_int_equal(key.len, 9 + 3 * (sizeof(longest) - 9));
  cr_buf_free(&key);
  cr_url_free(&url);
  cr_test_mem_done(&mem);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(keys_come_out_as_the_header_says),
    cmocka_unit_test(the_key_of_a_key_is_the_key),
    cmocka_unit_test(a_key_needs_the_room_that_the_header_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
