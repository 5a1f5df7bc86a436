/* SPDX-License-Identifier: MIT */
/* test_extra.c - what few requests have: headers, a body, a caller's pointer, a chain of hops. */
#include "model/extra.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"

static struct cr_mem mem;
static struct cr_extra *extra;

static int make(void **state)
{
  (void)state;
  cr_test_mem_init(&mem);
  extra = cr_extra_new(&mem);
  return extra ? 0 : -1;
}

static int unmake(void **state)
{
  (void)state;
  cr_extra_free(extra);
  cr_test_mem_done(&mem);
  return 0;
}

static void only_what_can_be_sent_is_a_header(void **state)
{
  (void)state;
  static const struct {
    struct cr_span name;
    struct cr_span value;
    bool want;
    const char *why;
  } cases[] = {
    { CR_SPAN_INIT("Accept"), CR_SPAN_INIT("text/html"), true, "" },
    { CR_SPAN_INIT("X"), CR_SPAN_INIT(""), true, "an empty value" },
    { CR_SPAN_INIT("!#$%&'*+-.^_`|~09azAZ"), CR_SPAN_INIT("x"), true, "every kind of tchar" },
    { CR_SPAN_INIT("X"), CR_SPAN_INIT("a\tb c"), true, "tab and space" },
    { CR_SPAN_INIT("X"), CR_SPAN_INIT("caf\xc3\xa9 \xff"), true, "obs-text" },
    { CR_SPAN_INIT(""), CR_SPAN_INIT("x"), false, "no name" },
    { CR_SPAN_INIT("X Y"), CR_SPAN_INIT("x"), false, "a space in the name" },
    { CR_SPAN_INIT("X:"), CR_SPAN_INIT("x"), false, "a colon in the name" },
    { CR_SPAN_INIT(":authority"), CR_SPAN_INIT("x"), false, "HTTP/2's own" },
    { CR_SPAN_INIT("X\r\nY"), CR_SPAN_INIT("x"), false, "a line end in the name" },
    { CR_SPAN_INIT("X\0Y"), CR_SPAN_INIT("x"), false, "a NUL in the name" },
    { CR_SPAN_INIT("\xc3\xa9"), CR_SPAN_INIT("x"), false, "no ASCII" },
    { CR_SPAN_INIT("X\""), CR_SPAN_INIT("x"), false, "a delimiter" },
    { CR_SPAN_INIT("X"), CR_SPAN_INIT("a\r\nHost: b"), false, "a header behind it" },
    { CR_SPAN_INIT("X"), CR_SPAN_INIT("a\nb"), false, "LF" },
    { CR_SPAN_INIT("X"), CR_SPAN_INIT("a\rb"), false, "CR" },
    { CR_SPAN_INIT("X"), CR_SPAN_INIT("a\0b"), false, "NUL" },
    { CR_SPAN_INIT("X"), CR_SPAN_INIT("a\x1b[0m"), false, "escape" },
    { CR_SPAN_INIT("X"), CR_SPAN_INIT("a\x7f"), false, "delete" },
  };

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    if (cr_header_is_valid(cases[i].name, cases[i].value) != cases[i].want)
      fail_msg("row %zu (%s)", i, cases[i].why);
}

static void a_header_that_would_inject_another_is_refused(void **state)
{
  (void)state;
  assert_int_equal(cr_extra_set_header(extra, "X", "a\r\nHost: b"), CRAWLER_E_VALUE);
  assert_int_equal(cr_extra_set_header(extra, "X: y\r\nZ", "a"), CRAWLER_E_VALUE);
  assert_int_equal(cr_extra_set_header(extra, "", "a"), CRAWLER_E_VALUE);
  assert_int_equal(extra->header_count, 0);
}

static void a_header_of_the_same_name_is_replaced(void **state)
{
  char name[] = "Accept";
  char value[] = "text/html";
  (void)state;

  assert_int_equal(cr_extra_set_header(extra, name, value), 0);
  name[0] = 'Z'; /* they were copied */
  value[0] = 'Z';
  assert_int_equal(cr_extra_set_header(extra, "Accept-Language", "de"), 0);
  assert_int_equal(extra->header_count, 2);
  assert_string_equal(extra->headers[0], "Accept: text/html");
  assert_int_equal(cr_extra_set_header(extra, "aCCEPT", ""), 0);
  assert_int_equal(extra->header_count, 2);
  assert_string_equal(extra->headers[0], "aCCEPT: ");
  assert_string_equal(extra->headers[1], "Accept-Language: de");
  assert_int_equal(cr_extra_set_header(extra, "Acc", "x"), 0); /* the start of a name is no name */
  assert_int_equal(extra->header_count, 3);
}

static void headers_have_a_limit_and_replacing_does_not_count(void **state)
{
  char name[16];
  (void)state;

  for (int i = 0; i < CR_EXTRA_MAX_HEADERS; i++) {
    (void)snprintf(name, sizeof(name), "X-%d", i);
    assert_int_equal(cr_extra_set_header(extra, name, "a"), 0);
  }
  assert_int_equal(cr_extra_set_header(extra, "Y", "a"), CRAWLER_E_LIMIT);
  assert_int_equal(cr_extra_set_header(extra, "X-63", "b"), 0);
  assert_int_equal(extra->header_count, CR_EXTRA_MAX_HEADERS);
  assert_string_equal(extra->headers[63], "X-63: b");
}

static void a_body_is_copied_with_its_zeros(void **state)
{
  char body[] = "a\0b";
  (void)state;

  assert_null(extra->body.at);
  assert_int_equal(cr_extra_set_body(extra, cr_span(body, 3), "text/plain"), 0);
  memset(body, 'x', sizeof(body));
  assert_true(cr_span_eq(extra->body, CR_SPAN("a\0b")));
  assert_string_equal(extra->content_type, "text/plain");

  assert_int_equal(cr_extra_set_body(extra, cr_span(NULL, 0), "a/b"), 0);
  assert_non_null(extra->body.at); /* an empty body is a body */
  assert_int_equal(extra->body.len, 0);
  assert_string_equal(extra->content_type, "a/b");
}

static void what_is_over_the_ceiling_leaves_the_old_body(void **state)
{
  (void)state;
  char *large = calloc(1, CR_EXTRA_MAX_BYTES);
  assert_non_null(large);
  assert_int_equal(cr_extra_set_body(extra, CR_SPAN("old"), "a/b"), 0);
  assert_int_equal(cr_extra_set_body(extra, cr_span(large, CR_EXTRA_MAX_BYTES), "c/d"),
                   CRAWLER_E_NOMEM);
  assert_true(cr_span_eq(extra->body, CR_SPAN("old")));
  assert_string_equal(extra->content_type, "a/b");
  free(large);
}

static void what_is_dropped_is_neither_sent_nor_in_the_way(void **state)
{
  (void)state;
  assert_int_equal(cr_extra_set_header(extra, "Authorization", "x"), 0);
  assert_int_equal(cr_extra_set_body(extra, CR_SPAN("b"), "a/b"), 0);
  cr_extra_drop_message(extra);
  assert_int_equal(extra->header_count, 0);
  assert_int_equal(extra->body.len, 0);
  assert_null(extra->content_type);
  assert_int_equal(cr_extra_set_header(extra, "A", "y"), 0);
  assert_string_equal(extra->headers[0], "A: y");
}

static void count(void *data)
{
  ++*(int *)data;
}

static void data_is_freed_once_when_replaced_or_at_the_end(void **state)
{
  int a = 0;
  int b = 0;
  (void)state;

  struct cr_extra *own = cr_extra_new(&mem);
  assert_non_null(own);
  cr_extra_set_data(own, &a, count);
  assert_ptr_equal(own->data, &a);
  assert_int_equal(a, 0);
  cr_extra_set_data(own, &b, count);
  assert_int_equal(a, 1);
  assert_int_equal(b, 0);
  cr_extra_free(own);
  assert_int_equal(a, 1);
  assert_int_equal(b, 1);
}

static void data_without_a_destructor_is_left_alone(void **state)
{
  int a = 0;
  int b = 0;
  (void)state;

  cr_extra_set_data(extra, &a, NULL);
  cr_extra_set_data(extra, &b, count);
  cr_extra_set_data(extra, NULL, NULL);
  assert_null(extra->data);
  assert_int_equal(a, 0);
  assert_int_equal(b, 1);
  cr_extra_free(NULL);
}

static void a_hop_is_told_when_it_comes_again(void **state)
{
  static const char *const hops[] = { "http://a.example/?", "http://a.example/", "" };
  char url[] = "http://a.example/#";
  bool again = true;
  (void)state;

  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(cr_extra_add_hop(extra, cr_span_text(hops[i]), &again), 0);
    assert_false(again);
  }
  assert_int_equal(cr_extra_add_hop(extra, cr_span(url, sizeof(url) - 2), &again), 0);
  assert_true(again); /* by bytes, not by pointer */
  assert_int_equal(cr_extra_add_hop(extra, cr_span(NULL, 0), &again), 0);
  assert_true(again);
  assert_int_equal(cr_extra_add_hop(extra, cr_span_text(url), &again), 0);
  assert_false(again);
  url[0] = 'x'; /* it was copied */

  struct cr_extra_hop *hop = extra->chain; /* oldest first, each once */
  for (size_t i = 0; i < 3; i++, hop = hop->next)
    assert_true(cr_span_eq(hop->url, cr_span_text(hops[i])));
  assert_true(cr_span_eq(hop->url, CR_SPAN("http://a.example/#")));
  assert_null(hop->next);
}

static void fill(struct cr_mem *oom, void *arg)
{
  struct cr_extra *e = cr_extra_new(oom);
  char long_text[2000];
  bool again = true;
  int freed = 0;
  (void)arg;

  if (!e) {
    assert_true(cr_test_oom_refused(oom));
    return;
  }
  memset(long_text, 'x', sizeof(long_text));
  long_text[sizeof(long_text) - 1] = '\0'; /* more than a chunk of the arena */
  cr_extra_set_data(e, &freed, count);
  int err = cr_extra_set_header(e, "X", long_text);
  assert_int_equal(e->header_count, err == 0);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(oom)));
  err = cr_extra_set_body(e, cr_span_text(long_text), long_text);
  assert_int_equal(e->body.len, err == 0 ? sizeof(long_text) - 1 : 0);
  assert_int_equal(e->content_type != NULL, err == 0);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(oom)));
  for (int i = 0; i < 3; i++) {
    long_text[0] = (char)('a' + i);
    err = cr_extra_add_hop(e, cr_span_text(long_text), &again);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(oom)));
    assert_false(again); /* a hop that could not be kept isn't in the chain */
  }
  cr_extra_free(e);
  assert_int_equal(freed, 1);
}

static void without_memory_nothing_is_half_set(void **state)
{
  (void)state;
  cr_test_oom(fill, NULL);
}

#define WITH_EXTRA(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_can_be_sent_is_a_header),
    WITH_EXTRA(a_header_that_would_inject_another_is_refused),
    WITH_EXTRA(a_header_of_the_same_name_is_replaced),
    WITH_EXTRA(headers_have_a_limit_and_replacing_does_not_count),
    WITH_EXTRA(a_body_is_copied_with_its_zeros),
    WITH_EXTRA(what_is_over_the_ceiling_leaves_the_old_body),
    WITH_EXTRA(what_is_dropped_is_neither_sent_nor_in_the_way),
    WITH_EXTRA(data_is_freed_once_when_replaced_or_at_the_end),
    WITH_EXTRA(data_without_a_destructor_is_left_alone),
    WITH_EXTRA(a_hop_is_told_when_it_comes_again),
    cmocka_unit_test(without_memory_nothing_is_half_set),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
