/* SPDX-License-Identifier: MIT */
/* test_robots_normal.c - which octets of a pattern and of a target are equal.
 *
 * By RFC 9309 sections 2.2.2 and 2.2.3 and RFC 3986 sections 2.2, 2.3 and 3.4.
 */
#include "robots/robots_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/jsonl.h"

enum { ROOM = 256 };

/* The normal form of a pattern whole, without the operator '$'. */
static struct cr_robots_pattern normal_pattern(char out[ROOM], struct cr_span written)
{
  struct cr_robots_pattern pattern = cr_robots_measure_pattern(written);
  struct cr_robots_reader reader = { cr_span(written.at, pattern.len), false, false };
  size_t len = 0;
  size_t octets;

  assert_int_equal(pattern.len, written.len - pattern.anchored);
  do {
    assert_true(len + 4 < ROOM);
    octets = cr_robots_read_pattern(&reader, out + len);
    assert_true(octets == 0 || octets == 1 || octets == 3);
    len += octets;
  } while (octets > 0);
  out[len] = '\0';
  if (!pattern.query)
    assert_int_equal(pattern.octets, len + pattern.anchored);
  assert_int_equal(pattern.plain, len == pattern.len && memcmp(out, written.at, len) == 0);
  return pattern;
}

static size_t normal_target(char out[ROOM], struct cr_span target, bool plain_query, bool *differs)
{
  size_t len = cr_robots_normal_target(out, ROOM - 4, target, plain_query, differs);
  assert_true(len <= ROOM - 4);
  out[len] = '\0';
  return len;
}

static void patterns_have_one_normal_form(void **state)
{
  (void)state;
  static const struct {
    const char *written;
    const char *normal;
    bool anchored;
    bool query;
    const char *why;
  } cases[] = {
    { "", "", false, false, "empty" },
    { "/a/b.html", "/a/b.html", false, false, "plain" },
    { "/%61%7a%7E%2D", "/az~-", false, false, "unreserved octets need no escape: RFC 3986 2.3" },
    { "/%e3%83%84", "/%E3%83%84", false, false, "escapes are in upper case" },
    { "/\xe3\x83\x84", "/%E3%83%84", false, false, "octets outside ASCII are sent escaped" },
    { "/%2f%3a%3F", "/%2F%3A%3F", false, false, "reserved octets stay escaped: RFC 3986 2.2" },
    { "/:?[]@!&'()+,;=", "/:?[]@!&'()+,;=", false, true, "or plain" },
    { "/a b\"<>^`{|}\\", "/a%20b%22%3C%3E%5E%60%7B%7C%7D%5C", false, false, "others are escaped" },
    { "/%20%22", "/%20%22", false, false, "and stay so" },
    { "/%25%2525", "/%25%2525", false, false, "an escaped '%' is no start of an escape" },
    { "/%", "/%", false, false, "no escape" },
    { "/%4", "/%4", false, false, "no escape" },
    { "/%zz%4g%%41", "/%zz%4g%A", false, false, "no escapes, and one" },
    { "/%00%0a", "/%00%0A", false, false, "controls" },
    { "/a$", "/a", true, false, "the operator '$' goes to anchored" },
    { "/a$b", "/a$b", false, false, "elsewhere it is a character" },
    { "/a$$", "/a$", true, false, "only the last one is the operator" },
    { "/a%24", "/a$", false, false, "escaped, it is the character" },
    { "/a*%2a**", "/a*%2A**", false, false, "the operator '*', and the character" },
    { "$", "", true, false, "nothing" },
    { "/a?b=c&d", "/a?b=c&d", false, false, "a query without characters in question" },
    { "/a?b=c:d", "/a?b=c:d", false, true, "a query with one" },
    { "/a?b=%3a%2F%3f%40", "/a?b=:/?@", false, true, "escapes of ':' '/' '?' '@'" },
    { "/a?b=%26%3D", "/a?b=%26%3D", false, false, "'&' and '=' part something" },
    { "/a%3Fb=%2F", "/a%3Fb=%2F", false, false, "an escaped '?' begins no query" },
    { "/*?b=%2F", "/*?b=%2F", false, false, "behind a '*' we don't know" },
    { "/a?b*=%2F", "/a?b*=/", false, true, "in the query '*' doesn't matter" },
  };
  char out[ROOM];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_robots_pattern got = normal_pattern(out, cr_span_text(cases[i].written));
    if (strcmp(out, cases[i].normal) != 0 || got.anchored != cases[i].anchored ||
        got.query != cases[i].query)
      fail_msg("%s (%s): got '%s', anchored %d, query %d", cases[i].written, cases[i].why, out,
               got.anchored, got.query);
  }
}

static void escapes_in_a_query_count_as_escapes(void **state)
{
  (void)state;
  assert_int_equal(cr_robots_measure_pattern(CR_SPAN("/a?b=:%3A%41$")).octets, 11);
  assert_int_equal(cr_robots_measure_pattern(CR_SPAN("/*?b=:%3A%41$")).octets, 11);
}

static void targets_have_two_normal_forms(void **state)
{
  (void)state;
  static const struct {
    const char *target;
    const char *first;
    const char *second;
    const char *why;
  } cases[] = {
    { "", "", "", "empty" },
    { "/a?b", "/a?b", "/a?b", "plain" },
    { "/%7Ea%2fb", "/~a%2Fb", "/~a%2Fb", "as in patterns" },
    { "/%e3%83%84", "/%E3%83%84", "/%E3%83%84", "as sent" },
    { "/\xe3\x83\x84", "/\xe3\x83\x84", "/\xe3\x83\x84", "not as sent: no pattern has it" },
    { "/a|b c", "/a%7Cb%20c", "/a%7Cb%20c", "what some don't escape" },
    { "/*%2A$%24", "/%2A%2A$$", "/%2A%2A$$", "no operators here" },
    { "/%3F%2F?%2F%3F%3D", "/%3F%2F?%2F%3F%3D", "/%3F%2F?/\?%3D", "only the query differs" },
    { "/?a?%40", "/?a?%40", "/?a?@", "the first '?' begins it" },
    { "/%", "/%", "/%", "no escape" },
    { "/%f", "/%f", "/%f", "no escape" },
  };
  char out[ROOM];
  bool differs = false;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_span target = cr_span_text(cases[i].target);
    (void)normal_target(out, target, false, &differs);
    if (strcmp(out, cases[i].first) != 0)
      fail_msg("%s (%s): first form '%s'", cases[i].target, cases[i].why, out);
    assert_int_equal(differs, strcmp(cases[i].first, cases[i].second) != 0);
    if (cr_robots_target_is_normal(target))
      assert_string_equal(out, cases[i].target);
    (void)normal_target(out, target, true, &differs);
    if (strcmp(out, cases[i].second) != 0)
      fail_msg("%s (%s): second form '%s'", cases[i].target, cases[i].why, out);
  }
}

static void a_form_over_the_room_is_not_written_whole(void **state)
{
  (void)state;
  char out[7];
  bool differs;

  assert_int_equal(cr_robots_normal_target(out, 4, CR_SPAN("/abc"), false, &differs), 4);
  assert_int_equal(cr_robots_normal_target(out, 4, CR_SPAN("/**"), false, &differs), 7);
  assert_int_equal(cr_robots_normal_target(out, 4, CR_SPAN("/*"), false, &differs), 4);
  assert_true(cr_robots_normal_target(out, 4, CR_SPAN("/abcdefghijkl"), false, &differs) > 4);
}

static void a_plain_target_needs_no_rewriting(void **state)
{
  (void)state;
  assert_true(cr_robots_target_is_normal(CR_SPAN("/a/b;c,d?e=f&g=$(h)[i]'j~k\x80")));
  assert_true(cr_robots_target_is_normal(cr_span(NULL, 0)));
  assert_false(cr_robots_target_is_normal(CR_SPAN("/%41")));
  assert_false(cr_robots_target_is_normal(CR_SPAN("/*")));
  assert_false(cr_robots_target_is_normal(CR_SPAN("/|")));
}

static void every_octet_equals_its_escape_unless_that_is_reserved(void **state)
{
  (void)state;
  for (unsigned octet = 0; octet < 256; octet++) {
    const char plain[2] = { '/', (char)octet };
    char upper[8];
    char lower[8];
    char target[ROOM];
    char pattern[ROOM];
    bool differs;

    (void)snprintf(upper, sizeof(upper), "/%%%02X", octet);
    (void)snprintf(lower, sizeof(lower), "/%%%02x", octet);
    (void)normal_pattern(pattern, cr_span_text(lower));
    (void)normal_target(target, cr_span_text(upper), false, &differs);
    assert_string_equal(pattern, target);

    bool reserved = octet != 0 && strchr(":/?#[]@!&'()+,;=%", (int)octet);
    (void)normal_target(target, cr_span(plain, 2), false, &differs);
    assert_int_equal(strcmp(pattern, target) == 0, !reserved && octet < 128);
    if (octet != '*' && octet != '$') {
      (void)normal_pattern(target, cr_span(plain, 2));
      assert_int_equal(strcmp(pattern, target) == 0, !reserved);
    }
  }
}

/* Its parser escapes patterns: before and after they are one to us. */
static void patterns_that_googles_parser_rewrites_stay_what_they_are(void **state)
{
  (void)state;
  struct cr_jsonl rows;
  const struct cr_json *row;
  size_t checked = 0;

  cr_jsonl_open(&rows, "robots/google-robotstxt-parsing.jsonl");
  while ((row = cr_jsonl_next(&rows))) {
    const char *op = cr_json_text(row, "op");
    char written[ROOM];
    char expected[ROOM];

    if (!op || strcmp(op, "escape_pattern") != 0)
      continue;
    (void)normal_pattern(written, cr_json_span(row, "pattern"));
    (void)normal_pattern(expected, cr_json_span(row, "expected"));
    assert_string_equal(written, expected);
    checked++;
  }
  cr_jsonl_close(&rows);
  assert_int_equal(checked, 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(patterns_have_one_normal_form),
    cmocka_unit_test(escapes_in_a_query_count_as_escapes),
    cmocka_unit_test(targets_have_two_normal_forms),
    cmocka_unit_test(a_form_over_the_room_is_not_written_whole),
    cmocka_unit_test(a_plain_target_needs_no_rewriting),
    cmocka_unit_test(every_octet_equals_its_escape_unless_that_is_reserved),
    cmocka_unit_test(patterns_that_googles_parser_rewrites_stay_what_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
