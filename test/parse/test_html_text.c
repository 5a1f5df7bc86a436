/* SPDX-License-Identifier: MIT */
/* test_html_text.c - text as a reader sees it, white space folded.
 */
#include "parse/html_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse/charset.h"

static void add(struct cr_html_text *text, const char *more)
{
  cr_html_text_add(text, cr_span_text(more));
}

static void expect(const struct cr_html_text *text, size_t from, const char *want)
{
  struct cr_span got = cr_html_text_since(text, from, CR_HTML_TEXT_BYTES);
  if (!cr_span_eq(got, cr_span_text(want)))
    fail_msg("'%.*s', not '%s'", (int)got.len, got.at, want);
}

static void white_space_is_folded_over_pieces(void **state)
{
  (void)state;
  struct cr_html_text text;

  cr_html_text_clear(&text);
  add(&text, " \n a");
  add(&text, "b");
  expect(&text, 0, "ab");
  add(&text, " ");
  expect(&text, 0, "ab"); /* no space at the end */
  add(&text, "\t c\fd \r\n");
  expect(&text, 0, "ab c d");
  cr_html_text_break(&text);
  add(&text, "\xc2\xa0"); /* a no-break space is a character */
  expect(&text, 0, "ab c d \xc2\xa0");
  cr_html_text_clear(&text);
  expect(&text, 0, "");
}

static void what_came_since_has_no_space_in_front(void **state)
{
  (void)state;
  struct cr_html_text text;

  cr_html_text_clear(&text);
  add(&text, "ab");
  size_t from = text.len;
  expect(&text, from, "");
  add(&text, " cd");
  expect(&text, from, "cd");
  expect(&text, 0, "ab cd");
}

static void a_cut_leaves_whole_characters(void **state)
{
  (void)state;
  static const char *const characters[] = { "x", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x99\x82" };
  struct cr_html_text text;

  for (size_t i = 0; i < 4; i++) {
    for (size_t pad = 0; pad < 4; pad++) {
      cr_html_text_clear(&text);
      cr_html_text_add(&text, cr_span("xxx", pad));
      for (int n = 0; n < 5000; n++)
        add(&text, characters[i]);
      assert_true(text.is_full);
      for (size_t max = 1; max <= 16; max++) {
        struct cr_span got = cr_html_text_since(&text, 0, max);
        assert_true(got.len <= max && got.len + i >= max);
        assert_int_equal(cr_utf8_valid(got), got.len);
      }
      struct cr_span all = cr_html_text_since(&text, 0, CR_HTML_TEXT_BYTES);
      assert_int_equal(cr_utf8_valid(all), all.len);
      assert_true(all.len > CR_HTML_TEXT_BYTES - 4);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(white_space_is_folded_over_pieces),
    cmocka_unit_test(what_came_since_has_no_space_in_front),
    cmocka_unit_test(a_cut_leaves_whole_characters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
