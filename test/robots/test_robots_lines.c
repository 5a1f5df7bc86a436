/* SPDX-License-Identifier: MIT */
/* test_robots_lines.c - robots.txt as a sequence of records.
 *
 * Line ends, comments, separators and limits by RFC 9309 section 2.2 and Google's robots_test.cc.
 */
#include "robots/robots_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "robots/robots.h"
#include "support/jsonl.h"

/* All records as "line field value;" with the field's number. */
static void describe(struct cr_span text, char *out, size_t room)
{
  struct cr_robots_lines lines;
  struct cr_robots_record record;
  size_t len = 0;

  out[0] = '\0';
  cr_robots_lines_init(&lines, text);
  while (cr_robots_lines_next(&lines, &record)) {
    len += (size_t)snprintf(out + len, room - len, "%u %.*s=%.*s;", record.line,
                            (int)record.name.len, record.name.at, (int)record.value.len,
                            record.value.len > 0 ? record.value.at : "");
    assert_true(len < room);
  }
}

static void records_are_read_from_lines_of_all_kinds(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *want;
    const char *why;
  } cases[] = {
    { "", "", "an empty file" },
    { "\n\r\n\r", "", "blank lines" },
    { "a:1\nb:2", "1 a=1;2 b=2;", "the last line needs no end" },
    { "a:1\rb:2\r\nc:3\n\rd:4", "1 a=1;2 b=2;3 c=3;5 d=4;", "CR, CRLF, LF; LF CR are two ends" },
    { "a:1\r\r\nb:2", "1 a=1;3 b=2;", "CR CRLF are two ends" },
    { " \ta \t: \t1 \t\n", "1 a=1;", "white space around field and value" },
    { "a:1#x\n#b:2\n c:#\n#", "1 a=1;3 c=;", "comments end a line; an empty value is one" },
    { "a:b:c", "1 a=b:c;", "the first colon parts" },
    { "a: b  c", "1 a=b  c;", "white space inside a value stays" },
    { ":x\n : x", "", "no field" },
    { "a b\na\tb\n a  \t b \n", "1 a=b;2 a=b;3 a=b;", "a forgotten colon" },
    { "a b c\n", "", "three words without a colon are prose" },
    { "a\nb \n", "", "one word is nothing" },
    { "a b c: d", "1 a b c=d;", "with a colon everything before it is the field" },
    { "\xef\xbb\xbf"
      "a:1",
      "1 a=1;", "byte order mark" },
    { "\xef\xbb"
      "a:1",
      "1 a=1;", "part of a byte order mark, as robots.cc" },
    { "\xef"
      "a:1",
      "1 a=1;", "part of a byte order mark" },
    { "\xbb\xbf"
      "a:1",
      "1 \xbb\xbf"
      "a=1;",
      "not the start of one" },
    { "\xef\xbb\xbf", "", "nothing but a byte order mark" },
    { "a:1\n\xef\xbb\xbf"
      "b:2",
      "1 a=1;2 \xef\xbb\xbf"
      "b=2;",
      "only the file's start has one" },
  };
  char got[256];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    describe(cr_span_text(cases[i].text), got, sizeof(got));
    if (strcmp(got, cases[i].want) != 0)
      fail_msg("%s: got '%s', want '%s'", cases[i].why, got, cases[i].want);
  }
}

static void fields_are_known_in_any_case_and_in_frequent_misspellings(void **state)
{
  (void)state;
  static const struct {
    const char *name;
    enum cr_robots_field want;
  } cases[] = {
    { "User-agent", CR_ROBOTS_AGENT },   { "USER-AGENT", CR_ROBOTS_AGENT },
    { "useragent", CR_ROBOTS_AGENT },    { "User Agent", CR_ROBOTS_AGENT },
    { "Allow", CR_ROBOTS_ALLOW },        { "aLLOW", CR_ROBOTS_ALLOW },
    { "Disallow", CR_ROBOTS_DISALLOW },  { "dISALLOW", CR_ROBOTS_DISALLOW },
    { "Dissallow", CR_ROBOTS_DISALLOW }, { "Dissalow", CR_ROBOTS_DISALLOW },
    { "Disalow", CR_ROBOTS_DISALLOW },   { "Diasllow", CR_ROBOTS_DISALLOW },
    { "Disallaw", CR_ROBOTS_DISALLOW },  { "Disallowed", CR_ROBOTS_DISALLOW },
    { "Sitemap", CR_ROBOTS_SITEMAP },    { "site-map", CR_ROBOTS_SITEMAP },
    { "Host", CR_ROBOTS_HOST },          { "Hostname", CR_ROBOTS_OTHER },
    { "Crawl-delay", CR_ROBOTS_DELAY },  { "Request-Rate", CR_ROBOTS_RATE },
    { "Crawl", CR_ROBOTS_OTHER },        { "Disallo", CR_ROBOTS_OTHER },
    { "xAllow", CR_ROBOTS_OTHER },       { "user_agent", CR_ROBOTS_OTHER },
    { "Desallow", CR_ROBOTS_OTHER },     { "Content-Signal", CR_ROBOTS_SIGNAL },
  };
  struct cr_robots_lines lines;
  struct cr_robots_record record;
  char text[64];

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    (void)snprintf(text, sizeof(text), "%s: x", cases[i].name);
    cr_robots_lines_init(&lines, cr_span_text(text));
    assert_true(cr_robots_lines_next(&lines, &record));
    if (record.field != cases[i].want)
      fail_msg("%s: %d", cases[i].name, (int)record.field);
  }
}

/* RFC 9309 section 2.2 has neither of these. */
static void read_strictly_fields_are_written_out(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    enum cr_robots_field want; /* OTHER: no record, or one of no known field */
  } cases[] = {
    { "aLLow : /a", CR_ROBOTS_ALLOW },   { "Disallow:/a", CR_ROBOTS_DISALLOW },
    { "User-agent:a", CR_ROBOTS_AGENT }, { "Crawl-delay:a", CR_ROBOTS_DELAY },
    { "Allowed: /a", CR_ROBOTS_OTHER },  { "Disallow-all: /a", CR_ROBOTS_OTHER },
    { "useragent: a", CR_ROBOTS_OTHER }, { "Dissallow: /a", CR_ROBOTS_OTHER },
    { "site-map: /a", CR_ROBOTS_OTHER }, { "Disallow /a", CR_ROBOTS_OTHER },
  };
  struct cr_robots_lines lines;
  struct cr_robots_record record;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_robots_lines_init(&lines, cr_span_text(cases[i].text));
    lines.strict = true;
    record.field = CR_ROBOTS_OTHER;
    (void)cr_robots_lines_next(&lines, &record); /* there may be none */
    if (record.field != cases[i].want)
      fail_msg("%s: %d", cases[i].text, (int)record.field);
  }
}

static char *make_text(size_t bytes)
{
  char *text = test_malloc(bytes);
  memset(text, 'x', bytes);
  return text;
}

/* GoogleOnly_LineTooLong: what a line has behind the limit isn't there. */
static void a_long_line_ends_at_the_limit(void **state)
{
  (void)state;
  size_t bytes = CR_ROBOTS_LINE_BYTES + 100;
  char *text = make_text(bytes);
  struct cr_robots_lines lines;
  struct cr_robots_record record;

  memcpy(text, "a:", 2);
  memcpy(text + bytes - 4, "\nb:2", 4);
  cr_robots_lines_init(&lines, cr_span(text, bytes));
  assert_true(cr_robots_lines_next(&lines, &record));
  assert_int_equal(record.value.len, CR_ROBOTS_LINE_BYTES - 2);
  assert_true(cr_robots_lines_next(&lines, &record));
  assert_int_equal(record.line, 2);
  assert_false(cr_robots_lines_next(&lines, &record));
  test_free(text);
}

/* Is the line "a:b" read that ends so many bytes before the limit (negative: behind it) and has end
 * behind it? A comment fills the file in front. */
static bool last_line_is_read(long before, const char *end)
{
  size_t line_end = (size_t)(CR_ROBOTS_MAX_BYTES - before);
  size_t bytes = line_end + strlen(end);
  char *text = make_text(bytes);
  struct cr_robots_lines lines;
  struct cr_robots_record record;

  text[0] = '#';
  memcpy(text + line_end - 4, "\na:b", 4);
  memcpy(text + line_end, end, strlen(end));
  cr_robots_lines_init(&lines, cr_span(text, bytes));
  bool read = cr_robots_lines_next(&lines, &record);
  if (read)
    assert_int_equal(record.value.len, 1);
  test_free(text);
  return read;
}

static void a_line_that_the_size_limit_cuts_is_dropped(void **state)
{
  (void)state;
  assert_true(last_line_is_read(0, ""));      /* the file ends at the limit */
  assert_true(last_line_is_read(0, "\nc:d")); /* the line does */
  assert_true(last_line_is_read(0, "\r\nc:d"));
  assert_true(last_line_is_read(1, "\r\nc:d"));  /* the limit is between CR and LF */
  assert_true(last_line_is_read(5, "\nc:dddd")); /* the next line is cut */
  assert_false(last_line_is_read(-1, ""));
  assert_false(last_line_is_read(0, "bb\n"));
  assert_false(last_line_is_read(-3, "\n"));
}

static void a_single_line_over_the_size_limit_is_nothing(void **state)
{
  (void)state;
  char *text = make_text(CR_ROBOTS_MAX_BYTES + 1);
  struct cr_robots_lines lines;
  struct cr_robots_record record;

  text[1] = ':';
  cr_robots_lines_init(&lines, cr_span(text, CR_ROBOTS_MAX_BYTES + 1));
  assert_false(cr_robots_lines_next(&lines, &record));
  cr_robots_lines_init(&lines, cr_span(text, CR_ROBOTS_MAX_BYTES));
  assert_true(cr_robots_lines_next(&lines, &record));
  test_free(text);
}

static void odd_bytes_are_ordinary_octets(void **state)
{
  (void)state;
  static const char text[] = "a\0:\0\xff\n\0:\n\x1b:\x7f\n";
  struct cr_robots_lines lines;
  struct cr_robots_record record;

  cr_robots_lines_init(&lines, cr_span(text, sizeof(text) - 1));
  assert_true(cr_robots_lines_next(&lines, &record));
  assert_int_equal(record.name.len, 2);
  assert_memory_equal(record.value.at, "\0\xff", 2);
  assert_true(cr_robots_lines_next(&lines, &record));
  assert_int_equal(record.name.len, 1);
  assert_true(cr_robots_lines_next(&lines, &record));
  assert_int_equal(record.line, 3);
  assert_false(cr_robots_lines_next(&lines, &record));
  cr_robots_lines_init(&lines, cr_span(NULL, 0));
  assert_false(cr_robots_lines_next(&lines, &record));
}

static void records_are_counted_as_googles_parser_counts_them(void **state)
{
  (void)state;
  struct cr_jsonl rows;
  const struct cr_json *row;
  size_t checked = 0;

  cr_jsonl_open(&rows, "robots/google-robotstxt-parsing.jsonl");
  while ((row = cr_jsonl_next(&rows))) {
    struct cr_robots_lines lines;
    struct cr_robots_record record;
    int64_t known = 0;
    int64_t unknown = 0;

    if (!cr_json_has(row, "valid_directives"))
      continue;
    cr_robots_lines_init(&lines, cr_json_bytes(&rows, row, "robots"));
    while (cr_robots_lines_next(&lines, &record))
      *(record.field == CR_ROBOTS_OTHER ? &unknown : &known) += 1;
    assert_int_equal(known, cr_json_int(row, "valid_directives", -1));
    assert_int_equal(unknown, cr_json_int(row, "unknown_directives", -1));
    assert_int_equal(lines.line, cr_json_int(row, "last_line", lines.line));
    checked++;
  }
  cr_jsonl_close(&rows);
  assert_int_equal(checked, 5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(records_are_read_from_lines_of_all_kinds),
    cmocka_unit_test(fields_are_known_in_any_case_and_in_frequent_misspellings),
    cmocka_unit_test(read_strictly_fields_are_written_out),
    cmocka_unit_test(a_long_line_ends_at_the_limit),
    cmocka_unit_test(a_line_that_the_size_limit_cuts_is_dropped),
    cmocka_unit_test(a_single_line_over_the_size_limit_is_nothing),
    cmocka_unit_test(odd_bytes_are_ordinary_octets),
    cmocka_unit_test(records_are_counted_as_googles_parser_counts_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
