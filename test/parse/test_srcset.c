/* SPDX-License-Identifier: MIT */
/* test_srcset.c - the URLs of a srcset attribute.
 *
 * web-platform-tests' parse-a-srcset-attribute by the first candidate, and linkchecker's rows by
 * all of them; test_link_suites.c has the same inside of pages.
 */
#include "parse/srcset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/suite.h"

static void every_candidate_comes_in_turn(void **state)
{
  (void)state;
  static const struct {
    const char *in;
    const char *want; /* with a '|' behind each */
  } cases[] = {
    { "", "" },
    { " , ", "" },
    { "a", "a|" },
    { "a,b", "a,b|" }, /* a comma without a space is part of the URL */
    { "a, b", "a|b|" },
    { "a 1x, b 2x", "a|b|" },
    { "a 1x,b 2x", "a|b|" },
    { "a 100w 50h, b 50h", "a|" }, /* a height alone is none */
    { "a 1x 2x, b", "b|" },
    { "a 1w 1x, b", "b|" },
    { "a 0w, b 0h, c 0x", "c|" },
    { "a -1x, b -0x, c +1x, d 1.x, e .5x, f 1e3x, g 1e-3x, h 1ex", "b|e|f|g|" },
    { "a x, b w, c 1q, d 1", "" },
    { "a 1e400x, b 1e308x, c 1.8e308x, d 1.79e308x, e 0.001e312x, f 1e-400x", "b|d|f|" },
    { "a 17976931348623158078e289x, b 17976931348623158079e289x, c 0e99999999999x", "a|c|" },
    { "a 1797693134862315807.8e290x, b 1e99999999999999999999x, c 00.0e9x", "a|c|" },
    { "a (b, c) 1x, d", "d|" },
    { "a ( , b", "" }, /* a parenthesis that isn't closed */
    { "data:image/gif;base64,AAAA 1x, b 2x", "data:image/gif;base64,AAAA|b|" },
    { "a,,, b", "a|b|" },
    { "a\t1x\n,\fb\r", "a|b|" },
    { ",a", "a|" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_srcset s = { cases[i].in, cases[i].in + strlen(cases[i].in) };
    struct cr_span url;
    char got[256] = "";
    size_t len = 0;
    while (cr_srcset_next(&s, &url))
      len += (size_t)snprintf(got + len, sizeof(got) - len, "%.*s|", (int)url.len, url.at);
    if (strcmp(got, cases[i].want) != 0)
      fail_msg("%s: %s, not %s", cases[i].in, got, cases[i].want);
    assert_ptr_equal(s.at, s.end);
  }
}

/* The first candidate, or all. */
static const char *judge(const struct cr_json *row)
{
  struct cr_span text = cr_json_span(row, "srcset");
  struct cr_srcset s = { text.at, text.at + text.len };
  const struct cr_json *urls = cr_json_get(row, "urls");
  struct cr_span url = { "", 0 };

  if (!urls) {
    if (!cr_srcset_next(&s, &url))
      url = cr_span("", 0);
    return cr_span_eq(url, cr_json_span(row, "first_candidate")) ? NULL : "another candidate";
  }
  for (size_t i = 0; i < cr_json_len(urls); i++)
    if (!cr_srcset_next(&s, &url) || !cr_span_eq(url, cr_json_at(urls, i)->text))
      return "other candidates";
  return cr_srcset_next(&s, &url) ? "more candidates" : NULL;
}

static void suites_agree(void **state)
{
  (void)state;
  struct cr_suite suite;
  const struct cr_json *row;

  cr_suite_open(&suite, "html/srcset.jsonl");
  while ((row = cr_suite_next(&suite)))
    cr_suite_judge(&suite, 0, judge(row));
  cr_suite_close(&suite, 122);
}

static void hostile_values_take_linear_time(void **state)
{
  (void)state;
  static const char *const units[] = { ",", " ", "a", "a ", "a,", "a (", "1x ", "a 1x," };
  enum { BYTES = 10 * 1000 * 1000 };
  char *text = malloc(BYTES);

  for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
    size_t unit = strlen(units[i]);
    struct cr_srcset s = { text, text + BYTES };
    struct cr_span url;
    for (size_t at = 0; at < BYTES; at++)
      text[at] = units[i][at % unit];
    while (cr_srcset_next(&s, &url))
      assert_true(url.len > 0 && url.at >= text && url.at + url.len <= s.end);
    assert_ptr_equal(s.at, s.end);
  }
  free(text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_candidate_comes_in_turn),
    cmocka_unit_test(suites_agree),
    cmocka_unit_test(hostile_values_take_linear_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
