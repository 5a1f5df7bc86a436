/* SPDX-License-Identifier: MIT */
/* test_resolve_cares_none.c - names of a library without c-ares: those that need no question, and
 * those that a hook resolves.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/oom.h"
#include "support/resolve_rig.h"

static void the_hook_and_what_is_known_answer(void **state)
{
  struct cr_rig *f = *state;

  assert_int_equal(cr_resolver_set_overrides(f->r, "b.test:80:192.0.2.2"), 0);
  f->answer_at_once = "192.0.2.1";
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 80), "192.0.2.1");
  assert_string_equal(cr_rig_resolve_now(f, "b.test", 80), "192.0.2.2");
  assert_string_equal(cr_rig_resolve_now(f, "192.0.2.3", 80), "192.0.2.3");
}

static void what_the_hook_leaves_fails_and_says_why(void **state)
{
  struct cr_rig *f = *state;

  f->result = -1;
  struct cr_rig_question *q = cr_rig_start(f, 0, "a.test");
  cr_rig_run(f);
  cr_rig_expect(q, NULL);
  assert_non_null(strstr(q->why, "built without c-ares"));
}

static void name_servers_are_refused(void **state)
{
  struct cr_rig *f = *state;
  struct cr_resolver_config config = cr_rig_config_of(f);
  struct cr_resolver *r = NULL;

  config.servers = "192.0.2.53";
  assert_int_equal(cr_resolver_open(&r, &config), CRAWLER_E_UNSUPPORTED);
  assert_int_equal(cr_resolve_servers_check("192.0.2.53"), CRAWLER_E_UNSUPPORTED);
  assert_int_equal(cr_resolve_servers_check(""), 0);
}

static void the_option_says_why(void **state)
{
  crawler *c = crawler_new();

  (void)state;
  assert_int_equal(crawler_set_dns_servers(c, "192.0.2.53"), CRAWLER_E_UNSUPPORTED);
  assert_string_equal(crawler_errmsg(c), "built without c-ares: dns_servers");
  assert_int_equal(crawler_set_dns_servers(c, ""), 0);
  crawler_free(c);
}

static void open_and_close(struct cr_mem *mem, void *arg)
{
  struct cr_cares *cares = NULL;
  int err = cr_cares_open(&cares, mem, NULL, "", 1000);

  (void)arg;
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (!err) {
    assert_int_equal(cr_cares_begin_with(cares, 3), 0);
    assert_int_equal(cr_cares_pending(cares), 0);
    assert_false(cr_cares_is_misled(cares));
    cr_cares_set_ip_version(cares, 6);
  }
  cr_cares_close(cares);
}

static void memory_may_run_out_at_any_place(void **state)
{
  (void)state;
  cr_test_oom(open_and_close, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(the_hook_and_what_is_known_answer, cr_rig_set_up,
                                    cr_rig_tear_down),
    cmocka_unit_test_setup_teardown(what_the_hook_leaves_fails_and_says_why, cr_rig_set_up,
                                    cr_rig_tear_down),
    cmocka_unit_test_setup_teardown(name_servers_are_refused, cr_rig_set_up, cr_rig_tear_down),
    cmocka_unit_test(the_option_says_why),
    cmocka_unit_test(memory_may_run_out_at_any_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
