/* SPDX-License-Identifier: MIT */
/* test_host_pattern.c - which hosts a pattern means; test_match_glob.c has the lists of them. */
#include "filter/host_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void a_pattern_means_these_hosts_and_no_other(void **state)
{
  static const struct {
    const char *pattern, *host;
    int port;
    bool want;
  } cases[] = {
    { "a.test", "a.test", 80, true },
    { "A.Test.", "a.test", 80, true },
    { "a.test", "a.test.", 80, true },
    { "a.test", "b.a.test", 80, false },
    { "a.test", "ba.test", 80, false },
    { "*.a.test", "b.a.test", 80, true },
    { "*.a.test", "a.test", 80, false },
    { "*.a.test", "ba.test", 80, false },
    { ".a.test", "a.test", 80, true },
    { ".a.test", "c.b.a.test", 80, true },
    { ".a.test", "ba.test", 80, false },
    { "*", "a.test", 80, true },
    { "*:81", "a.test", 80, false },
    { "*:81", "a.test", 81, true },
    { "a.test:81", "a.test", 81, true },
    { "a.test:81", "a.test", -1, false },
    { "b\xc3\xbc"
      "cher.test",
      "xn--bcher-kva.test", 80, true },
    { "[0::1]", "[::1]", 80, true },
    { "0x7f.1", "127.0.0.1", 80, true },
  };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_host_pattern pattern;
    struct cr_mem mem;
    struct cr_buf room;

    cr_test_mem_init(&mem);
    cr_buf_init(&room, &mem, CR_MEM_CORE, 4096);
    assert_int_equal(cr_host_pattern_read(&pattern, cr_span_text(cases[i].pattern), &room), 0);
    if (cr_host_pattern_matches(&pattern, cr_span_text(cases[i].host), cases[i].port) !=
        cases[i].want)
      fail_msg("%s and %s", cases[i].pattern, cases[i].host);
    cr_buf_free(&room);
    cr_test_mem_done(&mem);
  }
}

static void what_is_no_pattern_is_refused(void **state)
{
  static const char *const cases[] = { "",        ".",         "*.",      "a b", "a*",
                                       "**.a",    "*.1.2.3.4", ".[::1]",  "a:0", "a:65536",
                                       "a.test/", "[::1",      "a..b:x80" };

  (void)state;
  for (size_t i = 0; i < COUNT(cases); i++) {
    struct cr_host_pattern pattern = { .port = 7 };
    struct cr_mem mem;
    struct cr_buf room;

    cr_test_mem_init(&mem);
    cr_buf_init(&room, &mem, CR_MEM_CORE, 4096);
    if (cr_host_pattern_read(&pattern, cr_span_text(cases[i]), &room) != CRAWLER_E_VALUE)
      fail_msg("%s", cases[i]);
    assert_int_equal(pattern.port, 7);
    cr_buf_free(&room);
    cr_test_mem_done(&mem);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_pattern_means_these_hosts_and_no_other),
    cmocka_unit_test(what_is_no_pattern_is_refused),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
