/* SPDX-License-Identifier: MIT */
/* test_cookie_read.c - what a Set-Cookie header says. */
#include "fetch/cookie_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define NOW INT64_C(1559559600000) /* 2019-06-03T11:00:00Z */
#define NEVER CR_COOKIE_NEVER

static void assert_span(struct cr_span got, const char *want)
{
  if (!cr_span_eq(got, cr_span_text(want)))
    fail_msg("%.*s is not %s", (int)got.len, got.at, want);
}

static void names_values_and_attributes_are_told_apart(void **state)
{
  static const struct {
    const char *header, *name, *value, *domain, *path;
    bool secure;
  } cases[] = {
    { "a=b", "a", "b", "", "", false },
    { " a\t=\t b c ; x", "a", "b c", "", "", false },
    { "a=b=c", "a", "b=c", "", "", false },
    { "a=", "a", "", "", "", false },
    { "a=\"b; c\"", "a", "\"b", "", "", false },
    { "a=b; DOMAIN=.A.Test ; pAtH=/x y; SECURE", "a", "b", "A.Test", "/x y", true },
    { "a=b; Domain=..a.test", "a", "b", ".a.test", "", false },
    { "a=b; Domain=a.test; Domain=", "a", "b", "a.test", "", false },
    { "a=b; Path=/x; Path=y", "a", "b", "", "", false },
    { "a=b; Path=/x; Path=/y", "a", "b", "", "/y", false },
    { "a=b; secure=no", "a", "b", "", "", true },
    { "a=b; \"secure\"; secure x; xsecure", "a", "b", "", "", false },
    { "a=b; HttpOnly; SameSite=None; Priority=High", "a", "b", "", "", false },
    { "a=b\rc; Secure", "a", "b", "", "", false }, /* as if the line ended there */
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_cookie cookie;

    assert_true(cr_cookie_read(&cookie, cr_span_text(cases[i].header), NOW));
    assert_span(cookie.name, cases[i].name);
    assert_span(cookie.value, cases[i].value);
    assert_span(cookie.domain, cases[i].domain);
    assert_span(cookie.path, cases[i].path);
    assert_int_equal(cookie.secure, cases[i].secure);
    assert_true(cookie.expires_ms == NEVER);
  }
}

static void the_end_is_by_max_age_and_else_by_expires(void **state)
{
  static const struct {
    const char *attributes;
    int64_t expires_ms;
  } cases[] = {
    { "", NEVER },
    { "; Max-Age=60", NOW + 60000 },
    { "; Max-Age=0", 0 },
    { "; Max-Age=-5", 0 },
    { "; Max-Age=-", 0 },
    { "; Max-Age=", NEVER },
    { "; Max-Age=6x", NEVER },
    { "; Max-Age=+6", NEVER },
    { "; Max-Age=99999999999999999999999", NOW + (INT64_C(1) << 40) * 1000 },
    { "; Expires=Mon, 03 Jun 2019 11:00:10 GMT", NOW + 10000 },
    { "; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 0 },
    { "; Expires=Mon, 01 Jan 1601 00:00:00 GMT", 0 },
    { "; Expires=tomorrow", NEVER },
    { "; Expires=Mon, 03 Jun 2019 11:00:10 GMT; Expires=tomorrow", NOW + 10000 },
    { "; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOW + 60000 },
    { "; Expires=Thu, 01 Jan 2099 00:00:00 GMT; Max-Age=0", 0 },
    { "; Max-Age=60; Max-Age=x", NOW + 60000 },
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_cookie cookie;
    char header[128];

    (void)snprintf(header, sizeof(header), "a=b%s", cases[i].attributes);
    assert_true(cr_cookie_read(&cookie, cr_span_text(header), NOW));
    if (cookie.expires_ms != cases[i].expires_ms)
      fail_msg("%s: %lld", header, (long long)cookie.expires_ms);
  }
}

static void what_is_no_cookie_is_told(void **state)
{
  static const char *const cases[] = { "",
                                       "a",
                                       "=",
                                       "=b",
                                       " =b",
                                       ";a=b",
                                       "a; b=c",
                                       "\t",
                                       "a\x01=b",
                                       "a=b\x7f",
                                       "a=b; Path=/\x1b",
                                       "\rabc=d",
                                       "a\x0b=b" };
  struct cr_cookie cookie = { .expires_ms = 7 };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++)
    if (cr_cookie_read(&cookie, cr_span_text(cases[i]), NOW))
      fail_msg("case %zu", i);
  assert_false(cr_cookie_read(&cookie, cr_span(NULL, 0), NOW));
  assert_false(cr_cookie_read(&cookie, cr_span("\0a=b", 4), NOW));
  assert_int_equal(cookie.expires_ms, 7);
}

static void sizes_have_a_limit(void **state)
{
  static char header[CR_COOKIE_MAX_BYTES + CR_COOKIE_MAX_ATTRIBUTE + 64];
  struct cr_cookie cookie;

  (void)state;
  memset(header, 'x', sizeof(header));
  header[1] = '=';
  assert_true(cr_cookie_read(&cookie, cr_span(header, CR_COOKIE_MAX_BYTES + 1), NOW));
  assert_int_equal(cookie.value.len, CR_COOKIE_MAX_BYTES - 1);
  assert_false(cr_cookie_read(&cookie, cr_span(header, CR_COOKIE_MAX_BYTES + 2), NOW));
  memcpy(header, "a=b; Path=/", 11);
  assert_true(cr_cookie_read(&cookie, cr_span(header, 10 + CR_COOKIE_MAX_ATTRIBUTE), NOW));
  assert_int_equal(cookie.path.len, CR_COOKIE_MAX_ATTRIBUTE);
  assert_true(cr_cookie_read(&cookie, cr_span(header, 11 + CR_COOKIE_MAX_ATTRIBUTE), NOW));
  assert_int_equal(cookie.path.len, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_values_and_attributes_are_told_apart),
    cmocka_unit_test(the_end_is_by_max_age_and_else_by_expires),
    cmocka_unit_test(what_is_no_cookie_is_told),
    cmocka_unit_test(sizes_have_a_limit),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
