/* SPDX-License-Identifier: MIT */
/* test_submission.c - a request on its own, on its way to the loop thread. */
#include "model/submission.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/meta.h"
#include "support/oom.h"

static struct cr_home *home;

static int open_home(void **state)
{
  (void)state;
  home = cr_home_new(NULL, NULL, NULL, NULL);
  return home ? 0 : -1;
}

static int close_home(void **state)
{
  (void)state;
  assert_int_equal(home->refs, 1);
  assert_int_equal(home->mem.blocks, 0);
  cr_home_release(home);
  return 0;
}

static void urls_are_absolute_or_relative_to_a_base(void **state)
{
  (void)state;
  static const struct {
    const char *url;
    const char *base;
    int err;
    const char *want;
    const char *why;
  } cases[] = {
    { "http://a.example", NULL, 0, "http://a.example/", "" },
    { " HTTPS://u:p@A.example:443/./b?c#d ", NULL, 0, "https://a.example/b?c", "" },
    { "b", "http://a.example/c/d?e", 0, "http://a.example/c/b", "" },
    { "?b", "http://u:p@a.example/c#d", 0, "http://a.example/c?b", "" },
    { "", "http://a.example/c?d#e", 0, "http://a.example/c?d", "" },
    { "//b.example", "https://a.example/", 0, "https://b.example/", "" },
    { "http://b.example/", "ftp://a.example/", 0, "http://b.example/", "any base will do" },
    { "http://b.example/", "mailto:x", 0, "http://b.example/", "" },
    { "", NULL, CRAWLER_E_URL, NULL, "empty" },
    { "b", NULL, CRAWLER_E_URL, NULL, "relative to nothing" },
    { "a.example", NULL, CRAWLER_E_URL, NULL, "" },
    { "http://", NULL, CRAWLER_E_URL, NULL, "" },
    { "http://a b/", NULL, CRAWLER_E_URL, NULL, "" },
    { "http://a.example:65536/", NULL, CRAWLER_E_URL, NULL, "" },
    { "b", "c", CRAWLER_E_URL, NULL, "a base that is no URL" },
    { "http://b.example/", "", CRAWLER_E_URL, NULL, "" },
    { "b", "mailto:x", CRAWLER_E_URL, NULL, "nothing is relative to it" },
    { "ftp://a.example/", NULL, CRAWLER_E_SCHEME, NULL, "" },
    { "javascript:void(0)", "http://a.example/", CRAWLER_E_SCHEME, NULL, "" },
    { "b", "ftp://a.example/", CRAWLER_E_SCHEME, NULL, "" },
    { "a.example:80", NULL, CRAWLER_E_SCHEME, NULL, "reads as a scheme" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_submission *sub = NULL;
    int err = cr_submission_new(&sub, home, cases[i].url, cases[i].base);
    if (err != cases[i].err || (err == 0) != (sub != NULL))
      fail_msg("row %zu: %d (%s)", i, err, cases[i].why);
    if (sub)
      assert_string_equal(sub->req.url, cases[i].want);
    cr_submission_free(sub);
  }
}

static void what_is_too_long_is_no_url(void **state)
{
  static char text[100000];
  struct cr_submission *sub = NULL;
  (void)state;

  memset(text, 'x', sizeof(text) - 1);
  memcpy(text, "http://a.example/", 17);
  assert_int_equal(cr_submission_new(&sub, home, text, NULL), CRAWLER_E_URL);
  assert_int_equal(cr_submission_new(&sub, home, "b", text), CRAWLER_E_URL);
  text[CR_REQUEST_MAX_URL + 1] = '\0';
  assert_int_equal(cr_submission_new(&sub, home, text, NULL), CRAWLER_E_URL);
  assert_null(sub);
  text[CR_REQUEST_MAX_URL] = '\0';
  assert_int_equal(cr_submission_new(&sub, home, text, NULL), 0);
  cr_submission_free(sub);
}

static void it_holds_the_home_and_all_it_was_given(void **state)
{
  struct cr_submission *sub = NULL;
  struct cr_list list;
  (void)state;

  cr_list_init(&list);
  cr_submission_free(NULL);
  assert_int_equal(cr_submission_new(&sub, home, "http://a.example/", NULL), 0);
  assert_int_equal(home->refs, 2);
  assert_int_equal(sub->letter.kind, CR_LETTER_SUBMIT);
  assert_int_equal(sub->req.phase, CR_REQUEST_NEW);
  assert_int_equal(sub->req.method, CRAWLER_GET);
  assert_int_equal(sub->req.kind, CRAWLER_KIND_PAGE);
  assert_ptr_equal(sub->req.arena, &sub->arena);
  assert_null(sub->req.extra);
  assert_int_equal(cr_meta_set(&sub->req.meta, sub->req.arena, "k", "v"), 0);
  assert_non_null(cr_request_extra(&sub->req));

  assert_true(cr_home_post(home, &sub->letter));
  cr_home_collect(home, &list);
  struct cr_letter *letter = CR_CONTAINER(cr_list_pop(&list), struct cr_letter, link);
  assert_ptr_equal(CR_CONTAINER(letter, struct cr_submission, letter), sub);
  cr_submission_free(sub);
}

static void count(void *data)
{
  ++*(int *)data;
}

static void it_may_be_the_last_to_hold_the_home(void **state)
{
  struct cr_home *own = cr_home_new(NULL, NULL, NULL, NULL);
  struct cr_submission *sub = NULL;
  int freed = 0;
  (void)state;

  assert_non_null(own);
  assert_int_equal(cr_submission_new(&sub, own, "http://a.example/", NULL), 0);
  assert_non_null(cr_request_extra(&sub->req));
  cr_extra_set_data(sub->req.extra, &freed, count);
  cr_home_close(own);
  cr_home_release(own);
  assert_int_equal(freed, 0);
  cr_submission_free(sub); /* ASan tells whether the home was there until the end, and is gone */
  assert_int_equal(freed, 1);
}

static void make_with(struct cr_mem *oom, void *arg)
{
  struct cr_home *own = cr_home_new(oom->malloc_fn, oom->realloc_fn, oom->free_fn, oom->user);
  struct cr_submission *sub = NULL;
  (void)arg;

  if (!own) {
    assert_true(cr_test_oom_refused(oom));
    return;
  }
  int err = cr_submission_new(&sub, own, "b\xc3\xbc\tcher",
                              "http://b\xc3\xbc"
                              "cher.example/");
  assert_int_equal(err, cr_test_oom_refused(oom) ? CRAWLER_E_NOMEM : 0);
  assert_int_equal(sub != NULL, err == 0);
  if (sub)
    assert_string_equal(sub->req.url, "http://xn--bcher-kva.example/b%C3%BCcher");
  cr_submission_free(sub);
  assert_int_equal(own->refs, 1);
  assert_int_equal(own->mem.blocks, 0);
  cr_home_release(own);
}

static void without_memory_there_is_none_and_the_home_is_let_go(void **state)
{
  (void)state;
  cr_test_oom(make_with, NULL);
}

#define WITH_HOME(test) cmocka_unit_test_setup_teardown(test, open_home, close_home)

int main(void)
{
  const struct CMUnitTest tests[] = {
    WITH_HOME(urls_are_absolute_or_relative_to_a_base),
    WITH_HOME(what_is_too_long_is_no_url),
    WITH_HOME(it_holds_the_home_and_all_it_was_given),
    cmocka_unit_test(it_may_be_the_last_to_hold_the_home),
    cmocka_unit_test(without_memory_there_is_none_and_the_home_is_let_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
