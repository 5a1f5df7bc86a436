/* SPDX-License-Identifier: MIT */
/* test_host_lines.c - header lines that are meant for some hosts and go to no other. */
#include "filter/host_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define HEADER CR_HOST_LINE_HEADER
#define CREDENTIALS CR_HOST_LINE_CREDENTIALS

/* The lines for an origin, joined by '|'. */
static const char *lines_for(enum cr_host_line_kind kind, const char *text,
                             struct cr_host_lines_origin origin)
{
  static char joined[512];
  struct cr_host_lines *lines = NULL;
  struct cr_mem mem;
  size_t at = 0;
  size_t len = 0;
  const char *line;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_host_lines_open(&lines, &mem, kind, text), 0);
  joined[0] = '\0';
  while ((line = cr_host_lines_next(lines, &origin, &at)))
    len += (size_t)snprintf(joined + len, sizeof(joined) - len, "%s|", line);
  cr_host_lines_close(lines);
  cr_test_mem_done(&mem);
  return joined;
}

static void a_line_goes_to_the_origins_of_its_pattern_only(void **state)
{
  static const struct {
    const char *text, *host;
    int port;
    bool https;
    const char *want;
  } cases[] = {
    { "a.test X: 1", "a.test", 443, true, "X: 1|" },
    { "a.test X: 1", "a.test", 80, false, "" },  /* not in the clear */
    { "a.test X: 1", "a.test", 8443, true, "" }, /* nor to another server */
    { "a.test X: 1", "b.a.test", 443, true, "" },
    { "a.test X: 1", "a.test.evil", 443, true, "" },
    { "a.test:8443 X: 1", "a.test", 8443, true, "X: 1|" },
    { "a.test:8443 X: 1", "a.test", 443, true, "" },
    { "https://a.test X: 1", "a.test", 443, true, "X: 1|" },
    { "http://a.test X: 1", "a.test", 80, false, "X: 1|" },
    { "HTTP://A.Test X: 1", "a.test", 80, false, "X: 1|" },
    { "http://a.test X: 1", "a.test", 443, true, "" },
    { "http://a.test X: 1", "a.test", 8080, false, "" },
    { "http://a.test:8080 X: 1", "a.test", 8080, false, "X: 1|" },
    { "*.a.test X: 1", "b.a.test", 443, true, "X: 1|" },
    { "*.a.test X: 1", "a.test", 443, true, "" },
    { "* X: 1", "any.test", 443, true, "X: 1|" },
    { "[::1]:8443   X: 1 ", "[::1]", 8443, true, "X: 1 |" },
    { "a.test X: 1\nb.test X: 2\n.test X: 3\n", "a.test", 443, true, "X: 1|X: 3|" },
    { "", "a.test", 443, true, "" },
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    const struct cr_host_lines_origin origin = { cr_span_text(cases[i].host), cases[i].port,
                                                 cases[i].https };
    const char *got = lines_for(HEADER, cases[i].text, origin);

    if (strcmp(got, cases[i].want) != 0)
      fail_msg("%s at %s: %s", cases[i].text, cases[i].host, got);
  }
}

/* The first from RFC 7617 section 2, the second from its section 2.1; RFC 4648 section 10. */
static void credentials_are_those_of_the_basic_scheme(void **state)
{
  static const struct {
    const char *pair, *want;
  } cases[] = {
    { "Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
    { "test:123\xc2\xa3", "dGVzdDoxMjPCow==" },
    { ":", "Og==" },
    { "a:", "YTo=" },
    { "a:b", "YTpi" },
    { "a:b:c ", "YTpiOmMg" },
  };
  const struct cr_host_lines_origin origin = { CR_SPAN("a.test"), 443, true };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    char text[64];
    char want[64];

    (void)snprintf(text, sizeof(text), "a.test %s", cases[i].pair);
    (void)snprintf(want, sizeof(want), "Authorization: Basic %s|", cases[i].want);
    assert_string_equal(lines_for(CREDENTIALS, text, origin), want);
  }
}

static void what_is_not_of_the_form_is_refused(void **state)
{
  static const struct {
    enum cr_host_line_kind kind;
    const char *text;
  } cases[] = {
    { HEADER, "a.test" },
    { HEADER, "a.test " },
    { HEADER, "X: 1" },
    { HEADER, "a.test no-colon" },
    { HEADER, "a.test Bad Name: 1" },
    { HEADER, "a.test : 1" },
    { HEADER, "a.test X: 1\rY: 2" },
    { HEADER, "ftp://a.test X: 1" },
    { HEADER, "http://a.test/path X: 1" },
    { HEADER, "http://user@a.test X: 1" },
    { HEADER, "a.test X: 1\n\nb.test X: 1" },
    { HEADER, " a.test X: 1" },
    { CREDENTIALS, "a.test" },
    { CREDENTIALS, "a.test user" },
    { CREDENTIALS, "a.test us\x01"
                   "er:pw" },
    { CREDENTIALS, "a.test user:p\tw" },
    { CREDENTIALS, "a.test user:pw\x7f" },
  };
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_host_lines *lines = NULL;

    if (cr_host_lines_open(&lines, &mem, cases[i].kind, cases[i].text) != CRAWLER_E_VALUE)
      fail_msg("%s", cases[i].text);
    assert_null(lines);
  }
  cr_test_mem_done(&mem);
}

static void there_is_a_ceiling(void **state)
{
  static char text[16 * (CR_HOST_LINES_MAX + 1) + 1];
  struct cr_host_lines *lines = NULL;
  struct cr_mem mem;

  (void)state;
  cr_test_mem_init(&mem);
  for (size_t i = 0; i <= CR_HOST_LINES_MAX; i++)
    memcpy(text + 12 * i, "a.test X: 1\n", 13);
  assert_int_equal(cr_host_lines_open(&lines, &mem, HEADER, text), CRAWLER_E_LIMIT);
  assert_int_equal(cr_host_lines_open(&lines, &mem, HEADER, text + 12), 0);
  cr_host_lines_close(lines);
  cr_test_mem_done(&mem);
}

static void open_some(struct cr_mem *mem, void *arg)
{
  struct cr_host_lines *lines = NULL;
  enum cr_host_line_kind kind = *(enum cr_host_line_kind *)arg;
  int err = cr_host_lines_open(&lines, mem, kind, "a.test X: 1\n*.b.test:81 Y: 2");

  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  cr_host_lines_close(lines);
}

static void a_refused_allocation_leaves_nothing(void **state)
{
  enum cr_host_line_kind kinds[] = { HEADER, CREDENTIALS };

  (void)state;
  cr_test_oom(open_some, &kinds[0]);
  cr_test_oom(open_some, &kinds[1]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_line_goes_to_the_origins_of_its_pattern_only),
    cmocka_unit_test(credentials_are_those_of_the_basic_scheme),
    cmocka_unit_test(what_is_not_of_the_form_is_refused),
    cmocka_unit_test(there_is_a_ceiling),
    cmocka_unit_test(a_refused_allocation_leaves_nothing),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
