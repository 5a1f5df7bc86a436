/* SPDX-License-Identifier: MIT */
/* Names and texts of every number in the public lists. */
#include "api/crawler_impl.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void every_error_has_a_name_and_a_text_of_its_own(void **state)
{
  (void)state;
  for (int a = CRAWLER_E_HOOK; a <= CRAWLER_AGAIN; a++) {
    assert_int_equal(strncmp(crawler_error_name(a), "CRAWLER_", 8), 0);
    assert_string_not_equal(crawler_error_name(a), "CRAWLER_E_UNKNOWN");
    assert_true(strlen(crawler_strerror(a)) > 3);
    for (int b = a + 1; b <= CRAWLER_AGAIN; b++) {
      assert_string_not_equal(crawler_error_name(a), crawler_error_name(b));
      assert_string_not_equal(crawler_strerror(a), crawler_strerror(b));
    }
  }
  assert_string_equal(crawler_error_name(CRAWLER_E_NOMEM), "CRAWLER_E_NOMEM");
  assert_string_equal(crawler_strerror(CRAWLER_E_NOMEM), "out of memory");
}

static void a_number_that_is_no_error_has_texts_all_the_same(void **state)
{
  static const int numbers[] = { -15, 3, 4711, INT32_MIN, INT32_MAX };

  (void)state;
  for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
    assert_non_null(crawler_strerror(numbers[i]));
    assert_string_equal(crawler_error_name(numbers[i]), "CRAWLER_E_UNKNOWN");
  }
}

/* The header's lists, by hand: numbers are part of the ABI. */
static void reasons_have_the_numbers_and_names_of_the_header(void **state)
{
  static const struct {
    int number;
    const char *name;
  } rows[] = {
    { 0, "" },
    { 1, "dns" },
    { 2, "connect" },
    { 3, "tls" },
    { 4, "timeout" },
    { 5, "truncated" },
    { 6, "protocol" },
    { 7, "too_large" },
    { 8, "unwanted_type" },
    { 9, "redirect_loop" },
    { 10, "too_many_redirects" },
    { 11, "rate_limited" },
    { 12, "host_dead" },
    { 13, "address" },
    { 14, "internal" },
    { 32, "robots" },
    { 33, "robots_unreachable" },
    { 34, "filter" },
    { 35, "trap" },
    { 48, "invalid_url" },
    { 49, "scheme" },
    { 50, "scope" },
    { 51, "trap" },
    { 52, "filter" },
    { 53, "depth" },
    { 54, "nofollow" },
    { 55, "kind" },
    { 56, "pattern_limit" },
    { 64, "cap" },
    { 65, "memory" },
  };
  size_t named = 0;

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
    assert_string_equal(crawler_reason_name(rows[i].number), rows[i].name);
  for (int number = -10; number < 1000; number++)
    named += crawler_reason_name(number) != NULL;
  assert_int_equal(named, sizeof(rows) / sizeof(*rows));
}

static size_t count_named(const char *(*name)(int number), int from, int to)
{
  size_t n = 0;

  for (int number = from; number <= to; number++)
    n += name(number) != NULL;
  return n;
}

static void outcomes_kinds_links_and_numbers_have_names(void **state)
{
  (void)state;
  assert_string_equal(crawler_outcome_name(CRAWLER_FETCHED), "fetched");
  assert_string_equal(crawler_outcome_name(CRAWLER_REDIRECTED), "redirected");
  assert_string_equal(crawler_outcome_name(CRAWLER_FAILED), "failed");
  assert_string_equal(crawler_outcome_name(CRAWLER_DROPPED), "dropped");
  assert_string_equal(crawler_outcome_name(CRAWLER_REJECTED), "rejected");
  assert_int_equal(count_named(crawler_outcome_name, -5, 100), 5);
  assert_string_equal(crawler_kind_name(CRAWLER_KIND_PAGE), "page");
  assert_string_equal(crawler_kind_name(CRAWLER_KIND_ROBOTS), "robots");
  assert_string_equal(crawler_kind_name(CRAWLER_KIND_SITEMAP), "sitemap");
  assert_string_equal(crawler_kind_name(CRAWLER_KIND_REQUISITE), "requisite");
  assert_int_equal(count_named(crawler_kind_name, -5, 100), 4);
  assert_string_equal(crawler_link_kind_name(CRAWLER_LINK_A), "a");
  assert_string_equal(crawler_link_kind_name(CRAWLER_LINK_AREA), "area");
  assert_string_equal(crawler_link_kind_name(CRAWLER_LINK_GUESS), "guess");
  assert_int_equal(count_named(crawler_link_kind_name, -5, 100), 30);
  assert_int_equal(count_named(crawler_stat_name, -5, 100), CRAWLER_STAT_COUNT);
  assert_string_equal(crawler_stat_name(CRAWLER_STAT_LINKS_KNOWN), "links_known");
  for (int which = 0; which < CRAWLER_STAT_COUNT; which++)
    assert_int_equal(crawler_stat_by_name(crawler_stat_name(which)), which);
  assert_int_equal(crawler_stat_by_name("links_know"), -1);
  assert_int_equal(crawler_stat_by_name("LINKS_KNOWN"), -1);
  assert_int_equal(crawler_stat_by_name(""), -1);
  assert_int_equal(crawler_stat_by_name(NULL), -1);
}

static void the_version_is_the_headers(void **state)
{
  (void)state;
  assert_int_equal(crawler_version(), CRAWLER_VERSION_MAJOR << 16 | CRAWLER_VERSION_MINOR << 8 |
                                          CRAWLER_VERSION_PATCH);
  assert_string_equal(crawler_version_string(), "0.1.0");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_error_has_a_name_and_a_text_of_its_own),
    cmocka_unit_test(a_number_that_is_no_error_has_texts_all_the_same),
    cmocka_unit_test(reasons_have_the_numbers_and_names_of_the_header),
    cmocka_unit_test(outcomes_kinds_links_and_numbers_have_names),
    cmocka_unit_test(the_version_is_the_headers),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
