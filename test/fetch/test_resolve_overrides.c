/* SPDX-License-Identifier: MIT */
/* test_resolve_overrides.c - the list "HOST:PORT:ADDR,...".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "fetch/resolve_overrides.h"
#include "support/oom.h"

/* The addresses that list gives host at port, with a blank behind each. */
static void lookup(const char *list, const char *host, int port, size_t max, char *out)
{
  struct cr_mem mem;
  struct cr_resolve_overrides *overrides = NULL;
  struct cr_address addresses[8];
  size_t count;

  cr_test_mem_init(&mem);
  int err = cr_resolve_overrides_open(&overrides, &mem, list);
  if (err)
    fail_msg("%s: error %d", list, err);
  count = cr_resolve_overrides_find(overrides, cr_span_text(host), port, addresses, max);
  assert_true(count <= max);
  *out = '\0';
  for (size_t i = 0; i < count; i++) {
    cr_address_format(&addresses[i], out);
    out += strlen(out);
    *out++ = ' ';
    *out = '\0';
  }
  cr_resolve_overrides_close(overrides);
  cr_test_mem_done(&mem);
}

static void entries_answer_for_their_host_and_port(void **state)
{
  static const struct {
    const char *list;
    const char *host;
    int port;
    const char *want;
  } cases[] = {
    { "", "a.test", 80, "" },
    { "a.test:80:127.0.0.1", "a.test", 80, "127.0.0.1 " },
    { "a.test:80:127.0.0.1", "a.test", 443, "" },
    { "a.test:80:127.0.0.1", "b.test", 80, "" },
    { "a.test:80:127.0.0.1", "www.a.test", 80, "" },
    { "a.test:*:127.0.0.1", "a.test", 8080, "127.0.0.1 " },
    { "a.test::127.0.0.1", "a.test", 8080, "127.0.0.1 " },
    { "A.Test.:80:127.0.0.1", "a.test", 80, "127.0.0.1 " },
    { "a.test:80:::1", "a.test", 80, "::1 " },
    { "a.test:80:[::1]", "a.test", 80, "::1 " },
    { "a.test:80:2001:db8::1", "a.test", 80, "2001:db8::1 " },
    { "a.test:80:127.0.0.1,b.test:80:127.0.0.2", "b.test", 80, "127.0.0.2 " },
    { " a.test:80:127.0.0.1 ,, a.test:80:::1 ,", "a.test", 80, "127.0.0.1 ::1 " },
    { "a.test:80:127.0.0.1,a.test:*:127.0.0.2", "a.test", 80, "127.0.0.1 127.0.0.2 " },
    { "a.test:80:127.0.0.1,a.test:*:127.0.0.2", "a.test", 81, "127.0.0.2 " },
    { "a.test:65535:127.0.0.1", "a.test", 65535, "127.0.0.1 " },
    { ",,", "a.test", 80, "" },
  };
  char out[256];
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    lookup(cases[i].list, cases[i].host, cases[i].port, 8, out);
    if (strcmp(out, cases[i].want) != 0)
      fail_msg("%s: %s:%d gives \"%s\"", cases[i].list, cases[i].host, cases[i].port, out);
  }
}

static void no_more_addresses_come_than_there_is_room_for(void **state)
{
  char out[256];
  (void)state;

  lookup("a:1:10.0.0.1,a:1:10.0.0.2,a:1:10.0.0.3", "a", 1, 2, out);
  assert_string_equal(out, "10.0.0.1 10.0.0.2 ");
  lookup("a:1:10.0.0.1", "a", 1, 0, out);
  assert_string_equal(out, "");
}

static void other_forms_are_refused(void **state)
{
  static const char *const cases[] = {
    "a.test",
    "a.test:80",
    "a.test:127.0.0.1",
    "127.0.0.1",
    ":80:127.0.0.1",
    "a.test:0:127.0.0.1",
    "a.test:65536:127.0.0.1",
    "a.test:http:127.0.0.1",
    "a.test:-1:127.0.0.1",
    "a.test: 80:127.0.0.1",
    "a.test:80:",
    "a.test:80:b.test",
    "a.test:80:127.0.0",
    "a.test:80:127.0.0.1:80",
    "a.test:80:[::1",
    "a.test:80:fe80::1%eth0",
    "a.test:80:127.0.0.1,127.0.0.2",
    "a.test:80:127.0.0.1;b.test:80:127.0.0.2",
    "a.test:80:127.0.0.1,nonsense",
  };
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_resolve_overrides *overrides = NULL;
    if (cr_resolve_overrides_open(&overrides, &mem, cases[i]) != CRAWLER_E_VALUE || overrides)
      fail_msg("taken: %s", cases[i]);
  }
  cr_test_mem_done(&mem);
}

static void oom_scenario(struct cr_mem *mem, void *arg)
{
  struct cr_resolve_overrides *overrides = NULL;
  int err = cr_resolve_overrides_open(&overrides, mem, arg);

  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  cr_resolve_overrides_close(overrides);
}

static void running_out_of_memory_is_an_error(void **state)
{
  char list[] = "a.test:80:127.0.0.1,b.test:*:::1";
  (void)state;
  cr_test_oom(oom_scenario, list);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_answer_for_their_host_and_port),
    cmocka_unit_test(no_more_addresses_come_than_there_is_room_for),
    cmocka_unit_test(other_forms_are_refused),
    cmocka_unit_test(running_out_of_memory_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
