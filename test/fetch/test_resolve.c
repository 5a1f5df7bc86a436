/* SPDX-License-Identifier: MIT */
/* test_resolve.c - who is asked, when, how often, and what is remembered; on a virtual clock.
 *
 * The hook stands for all who are asked; c-ares itself is in test_resolve_cares.c. Cancelling,
 * closing and running out of memory: test_resolve_cancel.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/resolve_rig.h"

/* ---- what nobody is asked for ---- */

static void literals_local_names_and_names_outside_the_dns_are_answered_by_itself(void **state)
{
  static const struct {
    const char *host;
    const char *want; /* "-": a failure */
  } cases[] = {
    { "192.0.2.1", "192.0.2.1" },
    { "::1", "::1" },
    { "[::1]", "::1" },
    { "[2001:DB8::1]", "2001:db8::1" },
    { "localhost", "127.0.0.1" },
    { "LocalHost", "127.0.0.1" },
    { "localhost.", "127.0.0.1" },
    { "a.localhost", "127.0.0.1" },
    { "a.b.localhost", "127.0.0.1" },
    { "x.onion", "-" },
    { "a.x.ONION", "-" },
    { "onion", "-" },
    { "nothing.invalid", "-" },
    { "invalid.", "-" },
    { "", "-" },
    { ".", "-" },
    { "..", "-" },
    { ".a.test", "-" },
    { "a..test", "-" },
    { "a.test..", "-" },
    { "a b", "-" },
    { "a/b", "-" },
    { "a:80", "-" },
    { "[::1", "-" },
    { "exämple.test", "-" },
    { "a\\.test", "-" },
    { "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1234.test", "-" }, /* 64 */
  };
  struct cr_rig *f = *state;

  for (int round = 0; round < 2; round++)
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
      if (strcmp(cr_rig_resolve_now(f, cases[i].host, 80), cases[i].want) != 0)
        fail_msg("%s", cases[i].host);
  assert_int_equal(f->asked, 0);
}

static void localhost_has_both_addresses(void **state)
{
  struct cr_rig *f = *state;
  struct cr_rig_question *q = cr_rig_start(f, 0, "localhost");

  cr_rig_run(f);
  assert_int_equal(q->count, 2);
}

static void names_near_the_special_ones_are_asked(void **state)
{
  static const char *const names[] = { "localhost.test", "alocalhost", "onion.test", "notonion",
                                       "invalid.test",   "a_b.test",   "localhos",   "example" };
  struct cr_rig *f = *state;

  f->answer_at_once = "192.0.2.9";
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    assert_string_equal(cr_rig_resolve_now(f, names[i], 80), "192.0.2.9");
  assert_int_equal(f->asked, (int)(sizeof(names) / sizeof(names[0])));
}

static void a_name_of_253_characters_is_asked_and_one_of_254_is_not(void **state)
{
  struct cr_rig *f = *state;
  char name[256];

  f->answer_at_once = "192.0.2.9";
  for (int i = 0; i < 255; i++)
    name[i] = i % 60 == 59 ? '.' : 'a';
  name[254] = '\0';
  assert_string_equal(cr_rig_resolve_now(f, name, 80), "-");
  name[253] = '\0';
  assert_string_equal(cr_rig_resolve_now(f, name, 80), "192.0.2.9");
  name[253] = '.'; /* the root's dot isn't counted */
  name[254] = '\0';
  assert_string_equal(cr_rig_resolve_now(f, name, 80), "192.0.2.9");
  assert_int_equal(f->asked, 1);
}

static void nothing_is_answered_inside_start(void **state)
{
  struct cr_rig *f = *state;

  f->answer_at_once = "192.0.2.1";
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 80), "192.0.2.1");
  assert_int_equal(cr_rig_start(f, 0, "192.0.2.1")->calls, 0);
  assert_int_equal(cr_rig_start(f, 1, "localhost")->calls, 0);
  assert_int_equal(cr_rig_start(f, 2, "a.test")->calls, 0); /* cached */
  assert_int_equal(cr_rig_start(f, 3, "b.test")->calls, 0);
  assert_int_equal(f->asked, 1); /* nor is the hook called there */
  cr_rig_run(f);
  for (int i = 0; i < 4; i++)
    assert_int_equal(f->questions[i].calls, 1);
}

/* ---- overrides ---- */

static void overrides_come_before_everything_but_literals(void **state)
{
  struct cr_rig *f = *state;
  struct cr_resolver_config config = cr_rig_config_of(f);

  config.overrides = "a.test:80:192.0.2.1,localhost:*:192.0.2.2,127.0.0.1:80:192.0.2.3,"
                     "x.onion::192.0.2.4,b.test:80:::1";
  cr_rig_reopen(f, config);
  f->answer_at_once = "192.0.2.99";
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 80), "192.0.2.1");
  assert_string_equal(cr_rig_resolve_now(f, "A.TEST.", 80), "192.0.2.1");
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 81), "192.0.2.99");
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 80), "192.0.2.1"); /* not the cached one */
  assert_string_equal(cr_rig_resolve_now(f, "localhost", 81), "192.0.2.2");
  assert_string_equal(cr_rig_resolve_now(f, "x.onion", 80), "192.0.2.4");
  assert_string_equal(cr_rig_resolve_now(f, "127.0.0.1", 80), "127.0.0.1");
  assert_string_equal(cr_rig_resolve_now(f, "b.test", 80), "::1");
}

static void overrides_can_be_replaced_at_any_time(void **state)
{
  struct cr_rig *f = *state;

  f->answer_at_once = "192.0.2.99";
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 80), "192.0.2.99");
  assert_int_equal(cr_resolver_set_overrides(f->r, "a.test:80:192.0.2.1"), 0);
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 80), "192.0.2.1");
  assert_int_equal(cr_resolver_set_overrides(f->r, "a.test:80"), CRAWLER_E_VALUE);
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 80), "192.0.2.1");
  assert_int_equal(cr_resolver_set_overrides(f->r, ""), 0);
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 80), "192.0.2.99");
  assert_int_equal(cr_resolver_set_overrides(f->r, NULL), 0);
}

static void lists_are_checked_when_opening(void **state)
{
  struct cr_rig *f = *state;
  struct cr_resolver_config config = cr_rig_config_of(f);
  struct cr_resolver *r = NULL;

  config.overrides = "nonsense";
  assert_int_equal(cr_resolver_open(&r, &config), CRAWLER_E_VALUE);
  config.overrides = NULL;
  config.servers = "nonsense";
  assert_int_equal(cr_resolver_open(&r, &config), CRAWLER_E_VALUE);
  assert_null(r);
  config.servers = NULL;
  assert_int_equal(cr_resolver_open(&r, &config), 0);
  cr_resolver_close(r);
  assert_int_equal(cr_resolve_overrides_check(&f->mem, "a.test:80:127.0.0.1"), 0);
  assert_int_equal(cr_resolve_overrides_check(&f->mem, ""), 0);
  assert_int_equal(cr_resolve_overrides_check(&f->mem, "a.test"), CRAWLER_E_VALUE);
}

/* ---- asking ---- */

static void questions_for_one_name_are_asked_once(void **state)
{
  struct cr_rig *f = *state;

  cr_rig_start(f, 0, "a.test");
  cr_rig_start_at(f, 1, "A.test.", 443);
  cr_rig_run(f);
  cr_rig_start(f, 2, "a.test");
  cr_rig_run(f);
  assert_int_equal(f->asked, 1);
  assert_string_equal(f->names[0], "a.test");
  cr_rig_answer(f, 0, "192.0.2.1", CR_RIG_MINUTE_MS);
  for (int i = 0; i < 3; i++)
    cr_rig_expect(&f->questions[i], "192.0.2.1");
}

static void an_answer_inside_the_hook_counts_whatever_it_returns(void **state)
{
  struct cr_rig *f = *state;

  f->answer_at_once = "192.0.2.1, ::1";
  f->result = 0;
  assert_string_equal(cr_rig_resolve_now(f, "a.test", 80), "192.0.2.1");
  f->result = -1;
  assert_string_equal(cr_rig_resolve_now(f, "b.test", 80), "192.0.2.1");
  assert_int_equal(f->asked, 2);
}

static void no_more_than_max_active_are_asked_at_a_time_first_come_first_served(void **state)
{
  struct cr_rig *f = *state;
  char name[32];

  for (int i = 0; i < 10; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i);
    cr_rig_start(f, i, name);
  }
  cr_rig_run(f);
  assert_int_equal(f->asked, 4);
  cr_rig_answer(f, 2, "192.0.2.2", CR_RIG_MINUTE_MS);
  assert_int_equal(f->asked, 5);
  cr_rig_answer(f, 0, "192.0.2.2", CR_RIG_MINUTE_MS);
  cr_rig_answer(f, 1, NULL, CR_RIG_MINUTE_MS);
  assert_int_equal(f->asked, 7);
  for (int i = 0; i < 7; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i);
    assert_string_equal(f->names[i], name);
  }
  /* Time-outs make room too. */
  cr_rig_pass(f, CR_RIG_TIMEOUT_MS);
  assert_int_equal(f->asked, 10);
}

static void names_without_a_prompt_answer_make_room_for_others(void **state)
{
  struct cr_rig *f = *state;
  struct cr_resolver_config config = cr_rig_config_of(f);
  char name[32];

  config.max_active = 7;
  config.max_prompt = 2;
  cr_rig_reopen(f, config);
  for (int i = 0; i < 10; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i);
    cr_rig_start(f, i, name);
  }
  cr_rig_run(f);
  assert_int_equal(f->asked, 2);
  cr_rig_answer(f, 0, "192.0.2.1", CR_RIG_MINUTE_MS);
  assert_int_equal(f->asked, 3);
  cr_rig_pass(f, CR_RESOLVE_LATE_MS - 1);
  assert_int_equal(f->asked, 3);
  cr_rig_pass(f, 1);
  assert_int_equal(f->asked, 5);
  cr_rig_pass(f, CR_RESOLVE_LATE_MS);
  assert_int_equal(f->asked, 7);
  cr_rig_pass(f, CR_RESOLVE_LATE_MS); /* now it is max_active that bounds them */
  assert_int_equal(f->asked, 8);
  cr_rig_pass(f, CR_RESOLVE_LATE_MS);
  assert_int_equal(f->asked, 8);
  cr_rig_answer(f, 1, "192.0.2.2", CR_RIG_MINUTE_MS); /* late, and good all the same */
  cr_rig_expect(&f->questions[1], "192.0.2.2");
  assert_int_equal(f->asked, 9);
  cr_rig_pass(f, CR_RIG_TIMEOUT_MS);
  assert_int_equal(f->asked, 10);
  for (int i = 2; i < 7; i++)
    cr_rig_expect(&f->questions[i], NULL);
}

enum { CROWD = 1000 };

static void a_thousand_names_can_be_asked_at_once_each_by_a_token_of_its_own(void **state)
{
  static struct cr_rig_question crowd[CROWD];
  struct cr_rig *f = *state;
  struct cr_resolver_config config = cr_rig_config_of(f);
  char text[32];

  config.max_active = CROWD;
  cr_rig_reopen(f, config);
  for (int i = 0; i < CROWD; i++) {
    crowd[i] = (struct cr_rig_question){ .resolve.done = cr_rig_done, .f = f };
    (void)snprintf(text, sizeof(text), "host%d.test", i);
    assert_int_equal(cr_resolve_start(f->r, &crowd[i].resolve, cr_span_text(text), 80), 0);
  }
  cr_rig_run(f);
  assert_int_equal(f->asked, CROWD);
  for (int i = CROWD - 1; i >= 0; i--) {
    (void)snprintf(text, sizeof(text), "192.0.%d.%d", i / 250, i % 250);
    cr_rig_answer(f, i, text, CR_RIG_MINUTE_MS);
    cr_rig_expect(&crowd[i], text);
  }
}

static void tokens_are_good_for_one_answer(void **state)
{
  struct cr_rig *f = *state;

  cr_rig_start(f, 0, "a.test");
  cr_rig_run(f);
  assert_int_equal(cr_resolver_answer(f->r, 0, "192.0.2.1", 0), CRAWLER_E_INVAL);
  assert_int_equal(cr_resolver_answer(f->r, f->tokens[0] + 1, "192.0.2.1", 0), CRAWLER_E_INVAL);
  assert_int_equal(cr_resolver_answer(f->r, f->tokens[0] ^ 0xffff, "192.0.2.1", 0),
                   CRAWLER_E_INVAL);
  assert_int_equal(cr_resolver_answer(f->r, f->tokens[0], "nonsense", 0), CRAWLER_E_INVAL);
  assert_int_equal(cr_resolver_answer(f->r, f->tokens[0], "192.0.2.1,a.test", 0), CRAWLER_E_INVAL);
  assert_int_equal(cr_resolver_answer(f->r, f->tokens[0], "192.0.2.1,,::1", 0), CRAWLER_E_INVAL);
  cr_rig_answer(f, 0, "192.0.2.1", 0);
  cr_rig_expect(&f->questions[0], "192.0.2.1");
  assert_int_equal(cr_resolver_answer(f->r, f->tokens[0], "192.0.2.2", 0), CRAWLER_E_INVAL);
  /* The same slot, another token. */
  cr_rig_start(f, 1, "b.test");
  cr_rig_run(f);
  assert_true(f->tokens[1] != f->tokens[0]);
  assert_int_equal(cr_resolver_answer(f->r, f->tokens[0], "192.0.2.2", 0), CRAWLER_E_INVAL);
  cr_rig_run(f);
  assert_int_equal(f->questions[1].calls, 0);
}

static void an_answer_has_at_most_16_addresses(void **state)
{
  struct cr_rig *f = *state;
  char list[1000] = "";
  size_t at = 0;

  for (int i = 1; i <= 40; i++)
    at += (size_t)snprintf(list + at, sizeof(list) - at, "%s192.0.2.%d", i > 1 ? " , " : "", i);
  cr_rig_start(f, 0, "a.test");
  cr_rig_run(f);
  cr_rig_answer(f, 0, list, 0);
  cr_rig_expect(&f->questions[0], "192.0.2.1");
  assert_int_equal(f->questions[0].count, CR_RESOLVE_MAX_ADDRESSES);
}

static void no_addresses_mean_no_such_host(void **state)
{
  static const char *const nothing[] = { NULL, "", "  " };
  struct cr_rig *f = *state;
  char name[32];

  for (int i = 0; i < 3; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i);
    cr_rig_start(f, i, name);
    cr_rig_run(f);
    cr_rig_answer(f, i, nothing[i], 0);
    cr_rig_expect(&f->questions[i], NULL);
    assert_string_equal(f->questions[i].why, "no such host");
  }
}

/* ---- time ---- */

static void a_hook_that_never_answers_times_out(void **state)
{
  struct cr_rig *f = *state;

  cr_rig_start(f, 0, "a.test");
  cr_rig_run(f);
  cr_rig_pass(f, CR_RIG_TIMEOUT_MS - 1);
  assert_int_equal(f->questions[0].calls, 0);
  cr_rig_pass(f, 1);
  cr_rig_expect(&f->questions[0], NULL);
  assert_string_equal(f->questions[0].why, "no answer in time");
  assert_int_equal(cr_resolver_answer(f->r, f->tokens[0], "192.0.2.1", 0), CRAWLER_E_INVAL);
}

static void waiting_for_a_turn_is_not_counted(void **state)
{
  struct cr_rig *f = *state;
  struct cr_resolver_config config = cr_rig_config_of(f);

  config.max_active = 1;
  cr_rig_reopen(f, config);
  cr_rig_start(f, 0, "a.test");
  cr_rig_start(f, 1, "b.test");
  cr_rig_run(f);
  cr_rig_pass(f, CR_RIG_TIMEOUT_MS);
  cr_rig_expect(&f->questions[0], NULL);
  assert_int_equal(f->questions[1].calls, 0);
  cr_rig_pass(f, CR_RIG_TIMEOUT_MS - 1);
  cr_rig_answer(f, 1, "192.0.2.1", 0);
  cr_rig_expect(&f->questions[1], "192.0.2.1");
}

/* Starts, answers and says how often the hook was asked so far. */
static int asked_for(struct cr_rig *f, const char *name)
{
  (void)cr_rig_resolve_now(f, name, 80);
  return f->asked;
}

static void answers_are_kept_for_their_ttl_between_a_floor_and_a_ceiling(void **state)
{
  static const struct {
    int64_t ttl_ms;
    int64_t kept_ms;
  } cases[] = {
    { 0, CR_RIG_MINUTE_MS },
    { -5, CR_RIG_MINUTE_MS },
    { INT64_MIN, CR_RIG_MINUTE_MS },
    { 1000, CR_RIG_MINUTE_MS },
    { CR_RIG_MINUTE_MS + 1, CR_RIG_MINUTE_MS + 1 },
    { 3600 * 1000, 3600 * 1000 },
    { CR_RIG_DAY_MS, CR_RIG_DAY_MS },
    { 7LL * CR_RIG_DAY_MS, CR_RIG_DAY_MS },
    { INT64_MAX, CR_RIG_DAY_MS },
  };
  struct cr_rig *f = *state;
  char name[32];

  for (int i = 0; i < (int)(sizeof(cases) / sizeof(cases[0])); i++) {
    (void)snprintf(name, sizeof(name), "ttl%d.test", i);
    f->asked = 0;
    f->answer_at_once = NULL;
    cr_rig_start(f, i, name);
    cr_rig_run(f);
    cr_rig_answer(f, 0, "192.0.2.1", cases[i].ttl_ms);
    cr_rig_expect(&f->questions[i], "192.0.2.1");
    f->answer_at_once = "192.0.2.2";
    cr_rig_pass(f, cases[i].kept_ms - 1);
    assert_string_equal(cr_rig_resolve_now(f, name, 80), "192.0.2.1");
    assert_int_equal(f->asked, 1);
    cr_rig_pass(f, 1);
    assert_string_equal(cr_rig_resolve_now(f, name, 80), "192.0.2.2");
    assert_int_equal(f->asked, 2);
  }
}

static void failures_are_remembered_for_a_short_time(void **state)
{
  struct cr_rig *f = *state;

  cr_rig_start(f, 0, "absent.test");
  cr_rig_start(f, 1, "silent.test");
  cr_rig_run(f);
  cr_rig_answer(f, 0, "", CR_RIG_DAY_MS);
  cr_rig_pass(f, CR_RIG_TIMEOUT_MS); /* now silent.test timed out */
  f->answer_at_once = "192.0.2.1";
  f->asked = 0;
  assert_int_equal(asked_for(f, "silent.test"), 0);
  cr_rig_pass(f, CR_RESOLVE_TROUBLE_MS - 1);
  assert_int_equal(asked_for(f, "silent.test"), 0);
  cr_rig_pass(f, 1);
  assert_int_equal(asked_for(f, "silent.test"), 1);
  cr_rig_pass(f, CR_RESOLVE_ABSENT_MS - CR_RIG_TIMEOUT_MS - CR_RESOLVE_TROUBLE_MS - 1);
  assert_int_equal(asked_for(f, "absent.test"), 1);
  cr_rig_pass(f, 1);
  assert_int_equal(asked_for(f, "absent.test"), 2);
}

static void the_names_used_last_are_kept(void **state)
{
  struct cr_rig *f = *state;
  char name[32];

  f->answer_at_once = "192.0.2.1";
  for (int i = 0; i < 10; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i);
    assert_int_equal(asked_for(f, name), i + 1);
  }
  assert_int_equal(asked_for(f, "host0.test"), 10);
  assert_int_equal(asked_for(f, "more.test"), 11); /* host1 goes */
  assert_int_equal(asked_for(f, "host0.test"), 11);
  assert_int_equal(asked_for(f, "host2.test"), 11);
  assert_int_equal(asked_for(f, "host1.test"), 12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cr_rig_set_up, cr_rig_tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(literals_local_names_and_names_outside_the_dns_are_answered_by_itself),
    TEST(localhost_has_both_addresses),
    TEST(names_near_the_special_ones_are_asked),
    TEST(a_name_of_253_characters_is_asked_and_one_of_254_is_not),
    TEST(nothing_is_answered_inside_start),
    TEST(overrides_come_before_everything_but_literals),
    TEST(overrides_can_be_replaced_at_any_time),
    TEST(lists_are_checked_when_opening),
    TEST(questions_for_one_name_are_asked_once),
    TEST(an_answer_inside_the_hook_counts_whatever_it_returns),
    TEST(no_more_than_max_active_are_asked_at_a_time_first_come_first_served),
    TEST(names_without_a_prompt_answer_make_room_for_others),
    TEST(a_thousand_names_can_be_asked_at_once_each_by_a_token_of_its_own),
    TEST(tokens_are_good_for_one_answer),
    TEST(an_answer_has_at_most_16_addresses),
    TEST(no_addresses_mean_no_such_host),
    TEST(a_hook_that_never_answers_times_out),
    TEST(waiting_for_a_turn_is_not_counted),
    TEST(answers_are_kept_for_their_ttl_between_a_floor_and_a_ceiling),
    TEST(failures_are_remembered_for_a_short_time),
    TEST(the_names_used_last_are_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
