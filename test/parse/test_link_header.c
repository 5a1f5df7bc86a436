/* SPDX-License-Identifier: MIT */
/* test_link_header.c - the links of an HTTP Link header: RFC 8288, its examples and appendix B.
 */
#include "parse/link_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static size_t put(char *out, size_t room, const char *name, const struct cr_link_parameter *p)
{
  char text[256];

  if (!p->text.at)
    return 0;
  assert_true(p->text.len < sizeof(text));
  return (size_t)snprintf(out, room, " %s=%.*s", name, (int)cr_link_header_text(p, text), text);
}

/* "target rel=... type=... hreflang=... anchor|" for each. */
static const char *read_all(const char *field, char *out, size_t room)
{
  struct cr_link_header it = { field, field + strlen(field) };
  struct cr_link_value value;
  size_t len = 0;

  out[0] = '\0';
  while (cr_link_header_next(&it, &value)) {
    len += (size_t)snprintf(out + len, room - len, "%.*s", (int)value.target.len, value.target.at);
    len += put(out + len, room - len, "rel", &value.rel);
    len += put(out + len, room - len, "type", &value.type);
    len += put(out + len, room - len, "hreflang", &value.hreflang);
    len += (size_t)snprintf(out + len, room - len, "%s|", value.has_anchor ? " anchor" : "");
    assert_true(len < room);
  }
  return out;
}

struct row {
  const char *field;
  const char *want;
};

static void check(const struct row *rows, size_t count)
{
  char got[512];

  for (size_t i = 0; i < count; i++)
    if (strcmp(read_all(rows[i].field, got, sizeof(got)), rows[i].want) != 0)
      fail_msg("%s: %s, not %s", rows[i].field, got, rows[i].want);
}

#define CHECK(rows) check((rows), sizeof(rows) / sizeof((rows)[0]))

static void values_and_parameters_are_told_apart(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "", "" },
    { "nonsense, more", "" },
    { "<http://example.com/TheBook/chapter2>; rel=\"previous\"; title=\"previous chapter\"",
      "http://example.com/TheBook/chapter2 rel=previous|" },
    { "</>; rel=\"http://example.net/foo\"", "/ rel=http://example.net/foo|" },
    { "</terms>; rel=\"copyright\"; anchor=\"#foo\"", "/terms rel=copyright anchor|" },
    { "</TheBook/chapter2>; rel=\"previous\"; title*=UTF-8'de'letztes%20Kapitel, "
      "</TheBook/chapter4>; rel=\"next\"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel",
      "/TheBook/chapter2 rel=previous|/TheBook/chapter4 rel=next|" },
    { "<http://example.org/>; rel=\"start http://example.net/relation/other\"",
      "http://example.org/ rel=start http://example.net/relation/other|" },
    { "<a>;REL=next;rel=prev", "a rel=next|" }, /* the first counts */
    { "<a>; rel = next ; type = text/html", "a rel=next type=text/html|" },
    { "<a>;rel", "a rel=|" },
    { "<a>;rel=", "a rel=|" },
    { "<a,b;c>;rel=\"x,y;z\",<d>", "a,b;c rel=x,y;z|d|" },
    { "<a>;rel=\"x\\\"y\\\\\"", "a rel=x\"y\\|" },
    { "<a>;rel=\"x", "a rel=x|" },
    { "<a>;rel=\"x\\", "a rel=x|" },
    { ",, <a> x y ;rel=z, ,<b>", "a rel=z|b|" },
    { "<>;hreflang=de", " hreflang=de|" },
  };

  CHECK(rows);
}

/* Appendix B gives up at most of these; what it has kept by then is here too. */
static void what_does_not_belong_is_passed_over(void **state)
{
  (void)state;
  static const struct row rows[] = {
    { "<a>;rel=b c", "a rel=b c|" },
    { "<a>;rel=b c ;type=d\te\t, <f>", "a rel=b c type=d\te|f|" },
    { "<a>;rel=b\"c;type=d", "a rel=b\"c type=d|" },
    { "<a>;rel=b <c>,<d>", "a rel=b <c>|d|" },
    { "<a> <b>", "a|b|" },
    { "<a>;rel=\"x\"<b>;rel=y", "a rel=x|b rel=y|" },
    { "<a><b>x<c>", "a|b|c|" },
    { "<a>;<b>;rel=c", "a rel=c|" }, /* "<b>" is a name */
    { "<a>;rel=\"x\" y;type=z", "a rel=x type=z|" },
    { "<a> \";rel=b, <c>\" ;rel=d", "a rel=d|" },
    { "<a", "" },
    { "<a>,<b", "a|" },
    { "<", "" },
    { "\"<a>\"<b>", "b|" },
    { "\"<a>\\\"<b>\" , <c>", "c|" },
    { "\"<a>", "" },
    { "<a>,\"<b>", "a|" },
    { "<a\"b>\"<c>\"<d>", "a\"b|d|" },
  };

  CHECK(rows);
}

static void hostile_fields_take_linear_time(void **state)
{
  (void)state;
  static const char *const units[] = { "<",         ">", ",", ";",       "<>", "<>;",     "\"",
                                       "<>;a=\"\\", "=", " ", "<>;a=b ", "\\", "<>\"\\\"" };
  enum { BYTES = 10 * 1000 * 1000 };
  char *field = malloc(BYTES);

  for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
    struct cr_link_header it = { field, field + BYTES };
    struct cr_link_value value;
    for (size_t at = 0; at < BYTES; at++)
      field[at] = units[i][at % strlen(units[i])];
    while (cr_link_header_next(&it, &value))
      assert_true(value.target.at >= field && value.target.at + value.target.len <= it.end);
    assert_ptr_equal(it.at, it.end);
  }
  free(field);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_and_parameters_are_told_apart),
    cmocka_unit_test(what_does_not_belong_is_passed_over),
    cmocka_unit_test(hostile_fields_take_linear_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
