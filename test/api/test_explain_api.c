/* SPDX-License-Identifier: MIT */
/* An explanation as a caller holds it: what it takes, how long it lives, its names. */
#include "api/crawler_impl.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "support/oom.h"

static void what_makes_no_sense_is_refused(void **state)
{
  crawler *c = crawler_new();
  crawler_explanation *e = NULL;
  (void)state;

  assert_int_equal(crawler_explain(NULL, &e, "http://a.example/", 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_explain(c, NULL, "http://a.example/", 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_explain(c, &e, NULL, 0), CRAWLER_E_INVAL);
  assert_int_equal(crawler_explain(c, &e, "http://a.example/", 2), CRAWLER_E_INVAL);
  assert_null(e);
  crawler_explanation_free(NULL);
  crawler_free(c);
}

static void an_explanation_outlives_its_crawler(void **state)
{
  crawler *c = crawler_new();
  crawler_explanation *e;
  (void)state;

  assert_int_equal(crawler_deny_url(c, "*.zip"), 0);
  assert_int_equal(crawler_explain(c, &e, "http://a.example/b.zip", 0), 0);
  crawler_free(c);
  assert_string_equal(crawler_explanation_url(e), "http://a.example/b.zip");
  assert_string_equal(crawler_explanation_key(e), "http://a.example/b.zip");
  assert_string_equal(crawler_explanation_host(e), "a.example");
  assert_string_equal(crawler_explanation_rule(e, CRAWLER_CHECK_SCOPE), "deny_url *.zip");
  assert_int_equal(crawler_explanation_place(e), CRAWLER_PLACE_UNKNOWN);
  assert_null(crawler_explanation_referrer(e));
  assert_null(crawler_explanation_via(e));
  assert_null(crawler_explanation_seed(e));
  crawler_explanation_free(e);
}

static void what_is_no_url_is_explained_as_given(void **state)
{
  crawler *c = crawler_new();
  crawler_explanation *e;
  (void)state;

  assert_int_equal(crawler_explain(c, &e, "not a url", 0), 0);
  assert_string_equal(crawler_explanation_url(e), "not a url");
  assert_string_equal(crawler_explanation_key(e), "");
  assert_string_equal(crawler_explanation_host(e), "");
  assert_string_equal(crawler_explanation_delay_rule(e), "");
  assert_int_equal(crawler_explanation_decider(e), CRAWLER_CHECK_URL);
  for (int fact = 0; fact < CRAWLER_FACT_COUNT; fact++)
    assert_int_equal(crawler_explanation_fact(e, (crawler_fact)fact), -1);
  crawler_explanation_free(e);
  crawler_free(c);
}

static void numbers_that_are_none_have_no_answer(void **state)
{
  crawler *c = crawler_new();
  crawler_explanation *e;
  (void)state;

  assert_int_equal(crawler_explain(c, &e, "http://a.example/", 0), 0);
  for (int i = -1; i <= 99; i += 100) {
    assert_int_equal(crawler_explanation_check(e, (crawler_check)i), CRAWLER_ANSWER_NOT_ASKED);
    assert_int_equal(crawler_explanation_reason(e, (crawler_check)i), CRAWLER_REASON_NONE);
    assert_null(crawler_explanation_rule(e, (crawler_check)i));
    assert_int_equal(crawler_explanation_rule_line(e, (crawler_check)i), 0);
    assert_int_equal(crawler_explanation_fact(e, (crawler_fact)i), -1);
    assert_null(crawler_check_name(i));
    assert_null(crawler_answer_name(i));
    assert_null(crawler_place_name(i));
    assert_null(crawler_fact_name(i));
  }
  crawler_explanation_free(e);
  crawler_free(c);
}

static void every_number_has_a_name(void **state)
{
  (void)state;
  for (int i = 0; i < CRAWLER_CHECK_COUNT; i++)
    assert_non_null(crawler_check_name(i));
  for (int i = CRAWLER_ANSWER_YES; i <= CRAWLER_ANSWER_NOT_ASKED; i++)
    assert_non_null(crawler_answer_name(i));
  for (int i = CRAWLER_PLACE_UNKNOWN; i <= CRAWLER_PLACE_ENDED; i++)
    assert_non_null(crawler_place_name(i));
  for (int i = 0; i < CRAWLER_FACT_COUNT; i++)
    assert_non_null(crawler_fact_name(i));
  assert_null(crawler_check_name(CRAWLER_CHECK_COUNT));
  assert_null(crawler_fact_name(CRAWLER_FACT_COUNT));
}

static void explain_with_memory(struct cr_mem *mem, void *arg)
{
  const char *url = arg;
  crawler *c = crawler_new_with(mem->malloc_fn, mem->realloc_fn, mem->free_fn, mem->user);
  crawler_explanation *e = NULL;
  int err = CRAWLER_E_NOMEM;

  if (c)
    err = crawler_explain(c, &e, url, 0);
  assert_true(err == 0 || err == CRAWLER_E_NOMEM);
  assert_true((err == 0) == (e != NULL));
  if (!cr_test_oom_refused(mem))
    assert_int_equal(err, 0);
  crawler_explanation_free(e);
  crawler_free(c);
}

static void out_of_memory_is_an_ordinary_error(void **state)
{
  char url[] = "http://10.0.0.1/a?b";
  char not_url[] = "mailto:a@b.example";
  (void)state;

  cr_test_oom(explain_with_memory, url);
  cr_test_oom(explain_with_memory, not_url);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_makes_no_sense_is_refused),
    cmocka_unit_test(an_explanation_outlives_its_crawler),
    cmocka_unit_test(what_is_no_url_is_explained_as_given),
    cmocka_unit_test(numbers_that_are_none_have_no_answer),
    cmocka_unit_test(every_number_has_a_name),
    cmocka_unit_test(out_of_memory_is_an_ordinary_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
