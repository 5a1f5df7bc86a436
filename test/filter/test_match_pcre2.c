/* SPDX-License-Identifier: MIT */
/* test_match_pcre2.c - regular expressions over URLs: what they find, refuse, and may cost. */
#include "filter/match_pcre2.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void expressions_match_anywhere_in_the_url(void **state)
{
  static const struct {
    const char *pattern, *url;
    enum cr_regex_found want;
  } cases[] = {
    { "b", "http://a.example/b", CR_REGEX_YES },
    { "^b", "http://a.example/b", CR_REGEX_NO },
    { "^http://", "http://a.example/b", CR_REGEX_YES },
    { "\\.(?:zip|tar)$", "http://a.example/b.zip", CR_REGEX_YES },
    { "\\.(?:zip|tar)$", "http://a.example/b.zip?c", CR_REGEX_NO },
    { "ZIP", "http://a.example/b.zip", CR_REGEX_NO },
    { "(?i)ZIP", "http://a.example/b.zip", CR_REGEX_YES },
    { "/(\\w+)/\\1/", "http://a.example/b/b/", CR_REGEX_YES },
    { "/(\\w+)/\\1/", "http://a.example/b/c/", CR_REGEX_NO },
    { "^(?!.*/private/)", "http://a.example/private/x", CR_REGEX_NO },
    { "", "", CR_REGEX_YES },
  };
  struct cr_regex_room *room = NULL;
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_regex_room_open(&room, &mem), 0);
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_regex_error error;
    struct cr_regex *regex = NULL;

    assert_int_equal(cr_regex_compile(&regex, room, cr_span_text(cases[i].pattern), &error), 0);
    if (cr_regex_find(regex, room, cr_span_text(cases[i].url)) != cases[i].want)
      fail_msg("%s on %s", cases[i].pattern, cases[i].url);
    cr_regex_close(regex);
  }
  cr_regex_room_close(room);
  cr_regex_room_close(NULL);
  cr_test_mem_done(&mem);
}

static void what_is_no_expression_is_refused_with_its_place(void **state)
{
  static const struct {
    const char *pattern;
    size_t offset;
  } cases[] = {
    { "a(b", 3 }, { "[a", 2 }, { "*a", 0 }, { "(*UTF)a", 6 }, { "a\\Cb", 3 },
  };
  struct cr_regex_room *room = NULL;
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_regex_room_open(&room, &mem), 0);
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_regex_error error = { 0 };
    struct cr_regex *regex = NULL;

    assert_int_equal(cr_regex_compile(&regex, room, cr_span_text(cases[i].pattern), &error),
                     CRAWLER_E_VALUE);
    assert_int_equal(error.offset, cases[i].offset);
    assert_true(strlen(error.text) > 5);
    assert_null(regex);
  }
  cr_regex_room_close(room);
  cr_test_mem_done(&mem);
}

static int64_t cpu_ms(void)
{
  return (int64_t)clock() * 1000 / CLOCKS_PER_SEC;
}

/* Patterns that backtrack for ever, on URLs made for them, up to the longest that there is. */
static void no_match_costs_more_than_its_share(void **state)
{
  static const char *const patterns[] = {
    "(a+)+$",           "(?:a|a)*[0-9]", "(a*)*[b!]{2}",       "^(?:.*,){11}[P!]{2}",
    "(?:a?){30}a{30}$", "\\w*\\d*[b-z]", "[a-z]*[a-y]*[b-x]!", "(.*)(.*)(.*)(.*)(.*)[x?]",
  };
  static char url[16384];
  struct cr_regex_room *room = NULL;
  struct cr_mem mem;
  (void)state;

  memset(url, 'a', sizeof(url));
  cr_test_mem_init(&mem);
  assert_int_equal(cr_regex_room_open(&room, &mem), 0);
  for (size_t i = 0; i < COUNT(patterns); i++) {
    struct cr_regex_error error;
    struct cr_regex *regex = NULL;

    assert_int_equal(cr_regex_compile(&regex, room, cr_span_text(patterns[i]), &error), 0);
    for (size_t len = 100; len <= sizeof(url); len *= 2) {
      int64_t began = cpu_ms();
      url[len - 1] = '!';
      (void)cr_regex_find(regex, room, cr_span(url, len));
      url[len - 1] = 'a';
      assert_in_range(cpu_ms() - began, 0, 1500); /* far more than measured: under valgrind too */
    }
    cr_regex_close(regex);
  }
  cr_regex_room_close(room);
  cr_test_mem_done(&mem);
}

static void hitting_a_limit_is_an_answer_of_its_own(void **state)
{
  static const char *const patterns[] = { "(a+)+$", "^(?:a|b|ab)*$", "(a*)*b$|(a*)*c$",
                                          /* few steps, but each passes over what is left */
                                          "[a-z]+[a-z0-9]+[?~]", "a*[a-z]{700}[0-9]" };
  static char url[2001];
  struct cr_regex_room *room = NULL;
  struct cr_mem mem;
  (void)state;

  memset(url, 'a', sizeof(url));
  url[sizeof(url) - 1] = '!';
  cr_test_mem_init(&mem);
  assert_int_equal(cr_regex_room_open(&room, &mem), 0);
  for (size_t i = 0; i < COUNT(patterns); i++) {
    struct cr_regex_error error;
    struct cr_regex *regex = NULL;

    assert_int_equal(cr_regex_compile(&regex, room, cr_span_text(patterns[i]), &error), 0);
    assert_int_equal(cr_regex_find(regex, room, cr_span(url, sizeof(url))), CR_REGEX_OVER_LIMIT);
    assert_int_equal(cr_regex_find(regex, room, CR_SPAN("aaa")),
                     i >= 2 ? CR_REGEX_NO : CR_REGEX_YES); /* the room is as good as new */
    cr_regex_close(regex);
  }
  cr_regex_room_close(room);
  cr_test_mem_done(&mem);
}

/* One that begins with ".*" goes back over the whole URL once: that much is always granted. */
static void an_ordinary_expression_is_tried_up_to_2048_bytes(void **state)
{
  static const char *const patterns[] = { ".*\\.(?:pdf|zip)$", "/docs/.*[?&]page=\\d+$",
                                          "^https?://[^/]+/(?:[^/]+/)*[0-9]+$" };
  static char url[2049] = "http://a.example/docs/";
  struct cr_regex_room *room = NULL;
  struct cr_mem mem;
  (void)state;

  for (size_t i = strlen(url); i < sizeof(url); i++)
    url[i] = i % 10 ? 'a' : '/';
  cr_test_mem_init(&mem);
  assert_int_equal(cr_regex_room_open(&room, &mem), 0);
  for (size_t i = 0; i < COUNT(patterns); i++) {
    struct cr_regex_error error;
    struct cr_regex *regex = NULL;

    assert_int_equal(cr_regex_compile(&regex, room, cr_span_text(patterns[i]), &error), 0);
    assert_int_equal(cr_regex_find(regex, room, cr_span(url, 2048)), CR_REGEX_NO);
    assert_int_equal(cr_regex_find(regex, room, cr_span(url, 2049)), CR_REGEX_OVER_LIMIT);
    cr_regex_close(regex);
  }
  cr_regex_room_close(room);
  cr_test_mem_done(&mem);
}

static int64_t used(const struct cr_mem *mem)
{
  return atomic_load(&mem->used[CR_MEM_CORE]);
}

static void matching_keeps_what_it_has_and_takes_no_more(void **state)
{
  static char url[2000];
  struct cr_regex_error error;
  struct cr_regex_room *room = NULL;
  struct cr_regex *regex = NULL;
  struct cr_mem mem;
  int64_t before;
  (void)state;

  memset(url, 'a', sizeof(url));
  cr_test_mem_init(&mem);
  assert_int_equal(cr_regex_room_open(&room, &mem), 0);
  assert_int_equal(cr_regex_compile(&regex, room, CR_SPAN("^(?:(a)|b)*$"), &error), 0);
  for (size_t len = 0; len <= sizeof(url); len += 100)
    (void)cr_regex_find(regex, room, cr_span(url, len));
  before = used(&mem);
  for (size_t len = 0; len <= sizeof(url); len += 100) {
    (void)cr_regex_find(regex, room, cr_span(url, len));
    assert_int_equal(used(&mem), before);
  }
  assert_in_range(before, 1, 5 << 20);
  cr_regex_close(regex);
  cr_regex_room_close(room);
  cr_test_mem_done(&mem);
}

static void compile_and_find(struct cr_mem *mem, void *arg)
{
  static char url[2000];
  struct cr_regex_error error;
  struct cr_regex_room *room = NULL;
  struct cr_regex *regex = NULL;
  int err = cr_regex_room_open(&room, mem);
  (void)arg;

  memset(url, 'a', sizeof(url));
  if (err == 0)
    err = cr_regex_compile(&regex, room, CR_SPAN("^(?:(a)|b)*$"), &error);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (err == 0) {
    enum cr_regex_found found = cr_regex_find(regex, room, cr_span(url, 200));
    assert_int_equal(found, cr_test_oom_refused(mem) ? CR_REGEX_OVER_LIMIT : CR_REGEX_YES);
    (void)cr_regex_find(regex, room, cr_span(url, sizeof(url)));
  }
  cr_regex_close(regex);
  cr_regex_room_close(room);
}

static void without_memory_there_is_no_answer(void **state)
{
  (void)state;
  cr_test_oom(compile_and_find, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(expressions_match_anywhere_in_the_url),
    cmocka_unit_test(what_is_no_expression_is_refused_with_its_place),
    cmocka_unit_test(no_match_costs_more_than_its_share),
    cmocka_unit_test(hitting_a_limit_is_an_answer_of_its_own),
    cmocka_unit_test(an_ordinary_expression_is_tried_up_to_2048_bytes),
    cmocka_unit_test(matching_keeps_what_it_has_and_takes_no_more),
    cmocka_unit_test(without_memory_there_is_no_answer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
