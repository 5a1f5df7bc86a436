/* SPDX-License-Identifier: MIT */
/* test_match_pcre2_none.c - patterns of a library without PCRE2: an expression is refused, others
 * hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "filter/match.h"
#include "support/oom.h"

static void an_expression_is_refused_and_adds_nothing(void **state)
{
  struct cr_match_rules rules;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  cr_match_init(&rules, &mem);
  assert_int_equal(cr_match_add(&rules, CR_MATCH_DENY_URL, CR_SPAN("re:a")), CRAWLER_E_UNSUPPORTED);
  assert_int_equal(cr_match_add(&rules, CR_MATCH_INCLUDE, CR_SPAN("RE:(")), CRAWLER_E_UNSUPPORTED);
  assert_int_equal(rules.count, 0);
  assert_int_equal(cr_match_add(&rules, CR_MATCH_DENY_URL, CR_SPAN("*.zip")), 0);
  assert_false(
      cr_match_evaluate(&rules, CR_SPAN("http://a.test/b.zip"), CR_SPAN("a.test"), 80).accepted);
  cr_match_free(&rules);
  cr_test_mem_done(&mem);
}

/* The answer to who would ask all the same is the cautious one. */
static void nobody_knows_whether_an_expression_matches(void **state)
{
  struct cr_regex_error error;
  struct cr_regex *regex = NULL;

  (void)state;
  assert_int_equal(cr_regex_compile(&regex, NULL, CR_SPAN("a"), &error), CRAWLER_E_UNSUPPORTED);
  assert_null(regex);
  assert_int_equal(cr_regex_find(NULL, NULL, CR_SPAN("a")), CR_REGEX_OVER_LIMIT);
}

static void a_crawler_says_why(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_int_equal(crawler_exclude(c, "re:a"), CRAWLER_E_UNSUPPORTED);
  assert_string_equal(crawler_errmsg(c), "built without PCRE2: re:a");
  crawler_free(c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_expression_is_refused_and_adds_nothing),
    cmocka_unit_test(nobody_knows_whether_an_expression_matches),
    cmocka_unit_test(a_crawler_says_why),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
