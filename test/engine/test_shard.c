/* SPDX-License-Identifier: MIT */
/* test_shard.c - a reactor's life: opened cheaply, started when needed, closed whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/sim_crawl.h"
#include "sim/sim_drive.h"

static const struct cr_sim_page pages[] = { { .url = "/" } };
static const struct cr_sim_site site = CR_SIM_SITE(pages);

static void open(struct cr_sim *sim)
{
  cr_sim_open(sim, &(struct cr_sim_config){ .world = &site.world });
  cr_sim_set(sim, "obey_robots", "0");
}

static void a_new_crawler_has_started_nothing(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  assert_null(sim.s->loop);
  assert_null(sim.s->fetcher);
  assert_null(sim.s->frontier);
  assert_null(sim.s->pool);
  assert_true(cr_sim_stat(&sim, CRAWLER_STAT_MEMORY_BYTES) < 32768);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_HOSTS), 0);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_ELAPSED_MS), 0);
  cr_sim_close(&sim);
}

/* ---- what can't be opened ---- */

static int failures_left;

static int fail_loop(struct cr_loop **out, struct cr_mem *mem, void *user)
{
  if (failures_left-- > 0)
    return CRAWLER_E_NETWORK;
  return cr_sim_open_loop(out, mem, user);
}

static int fail_fetcher(struct cr_fetcher **out, const struct cr_fetcher_config *config, void *user)
{
  struct cr_sim *sim = user;

  if (failures_left-- > 0)
    return CRAWLER_E_SYSTEM;
  return cr_sim_fetcher_open(out, config, &sim->net);
}

static void a_start_that_fails_can_be_tried_again(void **state)
{
  (void)state;
  for (int which = 0; which < 2; which++) {
    struct cr_sim sim;
    open(&sim);
    failures_left = 2;
    if (which == 0)
      sim.s->env.open_loop = fail_loop;
    else
      sim.s->env.open_fetcher = fail_fetcher;
    cr_sim_add(&sim, "/");
    for (int i = 0; i < 2; i++) {
      assert_int_equal(cr_sim_drive(&sim), which == 0 ? CRAWLER_E_NETWORK : CRAWLER_E_SYSTEM);
      assert_true(strlen(crawler_errmsg(sim.c)) > 0);
      assert_int_equal(sim.net.starts, 0);
    }
    cr_sim_run(&sim);
    assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
    cr_sim_close(&sim);
  }
}

static void a_crawler_that_could_not_start_is_freed(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  failures_left = 1;
  sim.s->env.open_fetcher = fail_fetcher;
  cr_sim_add(&sim, "/");
  assert_int_equal(cr_sim_drive(&sim), CRAWLER_E_SYSTEM);
  cr_sim_close(&sim);
}

/* ---- settings ---- */

static void links_names_the_kinds_that_are_followed(void **state)
{
  static const struct {
    const char *list;
    uint32_t kinds;
  } cases[] = {
    { "a", 1u << CRAWLER_LINK_A },
    { "area", 1u << CRAWLER_LINK_AREA },
    { "a,area", 1u << CRAWLER_LINK_A | 1u << CRAWLER_LINK_AREA },
    { " a , area ", 1u << CRAWLER_LINK_A | 1u << CRAWLER_LINK_AREA },
    { "all", 0x7ffffffe }, /* bits 1 to 30 */
    { "", 0 },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_sim sim;
    open(&sim);
    cr_sim_set(&sim, "links", cases[i].list);
    cr_shard_configure(sim.s);
    if (sim.s->link_kinds != cases[i].kinds)
      fail_msg("\"%s\": %x", cases[i].list, (unsigned)sim.s->link_kinds);
    cr_sim_close(&sim);
  }
}

static void own_server_lifts_delay_and_caps(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_set(&sim, "concurrency", "17");
  cr_shard_configure(sim.s);
  assert_int_equal(sim.s->politeness.delay_ms, 1000);
  assert_int_equal(sim.s->politeness.host_cap, 1);
  assert_int_equal(sim.s->politeness.site_cap, 2);
  assert_int_equal(sim.s->politeness.address_cap, 4);
  cr_sim_set(&sim, "own_server", "1");
  cr_shard_configure(sim.s);
  assert_int_equal(sim.s->politeness.delay_ms, 0);
  assert_int_equal(sim.s->politeness.host_cap, 17);
  assert_int_equal(sim.s->politeness.site_cap, 0);
  assert_int_equal(sim.s->politeness.address_cap, 0);
  assert_int_equal(sim.s->slots.fast_cap, 17);
  cr_sim_close(&sim);
}

static void key_rules_follow_their_options(void **state)
{
  static const struct {
    const char *option;
    unsigned rule;
  } cases[] = {
    { "key_trailing_slash", CR_URL_RULE_TRAILING_SLASH },
    { "key_slashes", CR_URL_RULE_SLASHES },
    { "key_index", CR_URL_RULE_INDEX },
    { "key_case", CR_URL_RULE_CASE },
    { "key_escapes", CR_URL_RULE_ESCAPES },
    { "key_www", CR_URL_RULE_WWW },
    { "key_query_order", CR_URL_RULE_QUERY_ORDER },
    { "key_tracking", CR_URL_RULE_TRACKING },
    { "key_session", CR_URL_RULE_SESSION },
    { "key_fragment", CR_URL_RULE_FRAGMENT },
  };
  struct cr_sim sim;
  unsigned rules = 0;
  (void)state;

  open(&sim);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    cr_sim_set(&sim, cases[i].option, "1");
    cr_shard_configure(sim.s);
    rules |= cases[i].rule;
    assert_int_equal(sim.s->key_rules.bits, rules);
  }
  assert_int_equal(rules, CR_URL_RULES_ALL);
  assert_int_equal(sim.s->key_rules.names.len, 0);
  cr_sim_set(&sim, "key_ignore", "ref,src_*");
  assert_true(cr_span_eq(sim.s->key_rules.names, CR_SPAN("ref,src_*")));
  cr_sim_close(&sim);
}

/* ---- small things ---- */

static char last_line[1024];

static void keep_line(crawler *c, int level, const char *text, void *user)
{
  (void)c;
  (void)user;
  (void)snprintf(last_line, sizeof(last_line), "%d %s", level, text);
}

static void a_log_line_is_cut_where_it_gets_long(void **state)
{
  static char longest[2000];
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_shard_log(sim.s, 1, "to nobody", "at all");
  crawler_on_log(sim.c, keep_line, NULL);
  cr_shard_log(sim.s, 2, "text", NULL);
  assert_string_equal(last_line, "2 text");
  cr_shard_log(sim.s, 0, "text", "detail");
  assert_string_equal(last_line, "0 text: detail");
  memset(longest, 'x', sizeof(longest) - 1);
  cr_shard_log(sim.s, 3, "text", longest);
  assert_int_equal(strlen(last_line), 2 + 511);
  cr_shard_log(sim.s, 3, longest, longest);
  assert_true(strlen(last_line) <= 2 + 511);
  cr_shard_log(sim.s, 3, "", "");
  assert_string_equal(last_line, "3 ");
  cr_sim_close(&sim);
}

static void the_first_failure_is_what_the_run_returns(void **state)
{
  struct cr_sim sim;
  (void)state;

  open(&sim);
  cr_sim_add(&sim, "/");
  assert_false(cr_sim_step(&sim, 0));
  cr_shard_fail(sim.s, CRAWLER_E_SYSTEM);
  cr_shard_fail(sim.s, CRAWLER_E_NOMEM);
  assert_int_equal(cr_sim_drive(&sim), CRAWLER_E_SYSTEM);
  assert_string_equal(crawler_ended(sim.c), "error");
  cr_sim_check(&sim);
  assert_int_equal(cr_sim_stat(&sim, CRAWLER_STAT_IN_FLIGHT), 0);
  cr_sim_run(&sim); /* it may be over */
  assert_int_equal(cr_sim_outcome(&sim, "/"), CRAWLER_FETCHED);
  cr_sim_close(&sim);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_new_crawler_has_started_nothing),
    cmocka_unit_test(a_start_that_fails_can_be_tried_again),
    cmocka_unit_test(a_crawler_that_could_not_start_is_freed),
    cmocka_unit_test(links_names_the_kinds_that_are_followed),
    cmocka_unit_test(own_server_lifts_delay_and_caps),
    cmocka_unit_test(key_rules_follow_their_options),
    cmocka_unit_test(a_log_line_is_cut_where_it_gets_long),
    cmocka_unit_test(the_first_failure_is_what_the_run_returns),
  };

  return cmocka_run_group_tests_name("shard", tests, NULL, NULL);
}
