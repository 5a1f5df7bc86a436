/* SPDX-License-Identifier: MIT */
/* test_option_lines.c - options of which each set adds a line, and their setters. */
#include "api/crawler_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/oom.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void each_set_adds_a_line_and_an_empty_one_takes_all_away(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_int_equal(crawler_set_header_for(c, "a.test", "X: 1"), 0);
  assert_int_equal(crawler_set_option(c, "header_for", "*.b.test:81 Y: 2"), 0);
  assert_string_equal(crawler_get_option(c, "header_for"), "a.test X: 1\n*.b.test:81 Y: 2\n");
  assert_int_equal(crawler_set_option(c, "header_for", ""), 0);
  assert_string_equal(crawler_get_option(c, "header_for"), "");
  assert_int_equal(crawler_set_credentials(c, "a.test", "me", "pass: word "), 0);
  assert_int_equal(crawler_set_credentials(c, "b.test", "", ""), 0);
  assert_string_equal(crawler_get_option(c, "credentials"), "a.test me:pass: word \nb.test :\n");
  crawler_free(c);
}

static void what_is_refused_changes_nothing(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_int_equal(crawler_set_header_for(c, "a.test", "X: 1"), 0);
  assert_int_equal(crawler_set_credentials(c, "a.test", "me", "word"), 0);
  assert_int_equal(crawler_set_header_for(c, "a.test", "no colon"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_header_for(c, "a.test b.test", "X: 1"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_header_for(c, "ftp://a.test", "X: 1"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_header_for(c, "", "X: 1"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_header_for(c, "a.test", "X: 1\na.test Y: 1"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_credentials(c, "a.test", "m:e", "word"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_credentials(c, "a test", "me", "word"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_credentials(c, "a.test", "me", "wo\nrd"), CRAWLER_E_VALUE);
  assert_int_equal(crawler_set_header_for(NULL, "a.test", "X: 1"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_header_for(c, NULL, "X: 1"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_header_for(c, "a.test", NULL), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_credentials(NULL, "a.test", "me", "word"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_credentials(c, NULL, "me", "word"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_credentials(c, "a.test", NULL, "word"), CRAWLER_E_INVAL);
  assert_int_equal(crawler_set_credentials(c, "a.test", "me", NULL), CRAWLER_E_INVAL);
  assert_string_equal(crawler_get_option(c, "header_for"), "a.test X: 1\n");
  assert_string_equal(crawler_get_option(c, "credentials"), "a.test me:word\n");
  crawler_free(c);
}

static void there_is_room_for_1000_lines(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  for (int i = 0; i < 1000; i++)
    assert_int_equal(crawler_set_credentials(c, "a.test", "me", "secret"), 0);
  assert_int_equal(crawler_set_credentials(c, "a.test", "me", "secret"), CRAWLER_E_LIMIT);
  assert_non_null(strstr(crawler_errmsg(c), "1000"));
  assert_int_equal(crawler_set_option(c, "credentials", ""), 0);
  assert_int_equal(crawler_set_credentials(c, "a.test", "me", "secret"), 0);
  crawler_free(c);
}

/* Whoever reads messages isn't whoever may know the password. */
static void no_message_tells_a_secret(void **state)
{
  static const struct {
    const char *option, *value;
  } cases[] = {
    { "header", "Authorization secret" },
    { "header_for", "a.test Authorization secret" },
    { "header_for", "ftp://a.test Authorization: secret" },
    { "credentials", "a.test secret" },
    { "credentials", "a*b me:secret" },
    { "proxy", "socks4://me:secret@127.0.0.1:1" },
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    crawler *c = crawler_new();

    assert_int_equal(crawler_set_option(c, cases[i].option, cases[i].value), CRAWLER_E_VALUE);
    assert_non_null(strstr(crawler_errmsg(c), cases[i].option));
    assert_null(strstr(crawler_errmsg(c), "secret"));
    assert_int_equal(crawler_run(c), CRAWLER_E_VALUE);
    assert_null(strstr(crawler_errmsg(c), "secret"));
    crawler_free(c);
  }
}

static void set_lines(struct cr_mem *mem, void *arg)
{
  struct cr_home *home = cr_home_new(mem->malloc_fn, mem->realloc_fn, mem->free_fn, mem->user);
  crawler *c = home ? cr_crawler_on(home) : NULL;

  (void)arg;
  if (!c)
    return;
  for (int i = 0; i < 2; i++) {
    int err = crawler_set_header_for(c, "a.test", "X: 1");
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    err = crawler_set_credentials(c, "*.a.test", "me", "word");
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  }
  crawler_free(c);
}

static void without_memory_a_set_says_so_and_nothing_leaks(void **state)
{
  (void)state;
  cr_test_oom(set_lines, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_set_adds_a_line_and_an_empty_one_takes_all_away),
    cmocka_unit_test(what_is_refused_changes_nothing),
    cmocka_unit_test(there_is_room_for_1000_lines),
    cmocka_unit_test(no_message_tells_a_secret),
    cmocka_unit_test(without_memory_a_set_says_so_and_nothing_leaks),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
