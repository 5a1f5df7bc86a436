/* SPDX-License-Identifier: MIT */
/* test_referrer.c - what a request tells of the page that its URL was found on. */
#include "url/referrer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crawl/crawler.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static enum cr_referrer_policy policy_of(const char *name)
{
  enum cr_referrer_policy policy = CR_REFERRER_NONE;

  assert_int_equal(cr_referrer_policy_read(cr_span_text(name), &policy), 0);
  return policy;
}

/* Referrer Policy, sections 3.1 to 3.8, with the examples' hosts. */
static void each_policy_tells_what_the_standard_says(void **state)
{
  static const char page[] = "https://example.com/page.html?q#fragment";
  static const char whole[] = "https://example.com/page.html?q";
  static const char origin[] = "https://example.com/";
  static const struct {
    const char *policy, *page, *url, *want;
  } cases[] = {
    { "no-referrer", page, "https://example.com/b", "" },
    { "same-origin", page, "https://example.com/b", whole },
    { "same-origin", page, "https://example.com:444/b", "" },
    { "same-origin", page, "https://not.example.com/b", "" },
    { "same-origin", page, "http://example.com/b", "" },
    { "strict-origin", page, "https://example.com/b", origin },
    { "strict-origin", page, "https://not.example.com/b", origin },
    { "strict-origin", page, "http://not.example.com/b", "" },
    { "strict-origin", "http://a.test/x", "http://b.test/", "http://a.test/" },
    { "strict-origin-when-cross-origin", page, "https://example.com/b", whole },
    { "strict-origin-when-cross-origin", page, "https://not.example.com/b", origin },
    { "strict-origin-when-cross-origin", page, "http://not.example.com/b", "" },
    { "Strict-Origin-When-Cross-Origin", "http://a.test/x", "https://b.test/", "http://a.test/" },
    { "no-referrer-when-downgrade", page, "https://not.example.com/b", whole },
    { "no-referrer-when-downgrade", page, "http://example.com/b", "" },
    { "no-referrer-when-downgrade", "http://a.test/x", "http://b.test/", "http://a.test/x" },
    { "no-referrer-when-downgrade", "http://a.test:81/#/x", "http://b.test/", "http://a.test:81/" },
    { "no-referrer-when-downgrade", "", "http://b.test/", "" },
    { "strict-origin", "", "http://b.test/", "" },
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_span got = cr_referrer(policy_of(cases[i].policy), cr_span_text(cases[i].page),
                                     cr_span_text(cases[i].url));

    if (!cr_span_eq(got, cr_span_text(cases[i].want)))
      fail_msg("%s, %s to %s: %.*s", cases[i].policy, cases[i].page, cases[i].url, (int)got.len,
               got.at);
  }
}

/* Section 8.3, step 6. */
static void a_long_url_becomes_its_origin(void **state)
{
  static char page[5000] = "https://a.test/";
  const struct cr_span url = CR_SPAN("https://a.test/b");
  enum cr_referrer_policy policy = policy_of("same-origin");

  (void)state;
  memset(page + strlen(page), 'x', sizeof(page) - strlen(page) - 1);
  assert_int_equal(cr_referrer(policy, cr_span(page, 4096), url).len, 4096);
  assert_int_equal(cr_referrer(policy, cr_span(page, 4097), url).len, 15);
}

/* Those that tell an http server of an https page, and what is none. */
static void other_policies_are_refused(void **state)
{
  static const char *const names[] = { "",           "origin", "origin-when-cross-origin",
                                       "unsafe-url", "none",   "strict-origin " };
  enum cr_referrer_policy policy = CR_REFERRER_SAME_ORIGIN;

  (void)state;
  for (size_t i = 0; i < COUNT(names); i++)
    assert_int_equal(cr_referrer_policy_read(cr_span_text(names[i]), &policy), CRAWLER_E_VALUE);
  assert_int_equal(policy, CR_REFERRER_SAME_ORIGIN);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_policy_tells_what_the_standard_says),
    cmocka_unit_test(a_long_url_becomes_its_origin),
    cmocka_unit_test(other_policies_are_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
