/* SPDX-License-Identifier: MIT */
/* NEEDS: cares */
/* test_resolve_cancel.c - questions that end otherwise than by an answer, in every stage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "support/dns_server.h"
#include "support/oom.h"
#include "support/resolve_rig.h"

/* ---- cancelling ---- */

static void cancelling_works_in_every_stage(void **state)
{
  struct cr_rig *f = *state;
  struct cr_resolver_config config = cr_rig_config_of(f);

  config.max_active = 1;
  cr_rig_reopen(f, config);
  cr_resolve_cancel(f->r, &f->questions[0].resolve); /* not started */
  cr_rig_start(f, 0, "asked.test");
  cr_rig_start(f, 1, "waiting.test");
  cr_rig_start(f, 2, "192.0.2.1");
  cr_resolve_cancel(f->r, &f->questions[2].resolve); /* answered, not told */
  cr_rig_run(f);
  assert_int_equal(f->asked, 1);
  cr_resolve_cancel(f->r, &f->questions[1].resolve);
  cr_resolve_cancel(f->r, &f->questions[0].resolve);
  cr_resolve_cancel(f->r, &f->questions[0].resolve); /* twice */
  cr_rig_run(f);
  assert_int_equal(f->asked, 1);       /* waiting.test is forgotten */
  cr_rig_answer(f, 0, "192.0.2.7", 0); /* nobody waits, but it is kept */
  assert_string_equal(cr_rig_resolve_now(f, "asked.test", 80), "192.0.2.7");
  assert_int_equal(f->asked, 1);
  for (int i = 0; i < 3; i++)
    assert_int_equal(f->questions[i].calls, 0);
}

static void others_that_wait_for_the_same_name_are_not_cancelled(void **state)
{
  struct cr_rig *f = *state;

  cr_rig_start(f, 0, "a.test");
  cr_rig_start(f, 1, "a.test");
  cr_resolve_cancel(f->r, &f->questions[0].resolve);
  cr_rig_run(f);
  cr_rig_start(f, 2, "a.test");
  cr_resolve_cancel(f->r, &f->questions[2].resolve);
  cr_rig_answer(f, 0, "192.0.2.1", 0);
  cr_rig_expect(&f->questions[1], "192.0.2.1");
  assert_int_equal(f->questions[0].calls + f->questions[2].calls, 0);
}

static void a_name_cancelled_while_asked_can_be_asked_for_again(void **state)
{
  struct cr_rig *f = *state;

  cr_rig_start(f, 0, "a.test");
  cr_rig_run(f);
  cr_resolve_cancel(f->r, &f->questions[0].resolve);
  cr_rig_start(f, 0, "a.test");
  cr_rig_run(f);
  assert_int_equal(f->asked, 1);
  cr_rig_answer(f, 0, "192.0.2.1", 0);
  cr_rig_expect(&f->questions[0], "192.0.2.1");
}

static void cancel_other(struct cr_rig_question *self)
{
  cr_resolve_cancel(self->f->r, &self->other->resolve);
}

static void a_callback_may_cancel_others_of_the_same_batch(void **state)
{
  struct cr_rig *f = *state;

  for (int i = 0; i < 2; i++) {
    f->questions[i].then = cancel_other;
    f->questions[i].other = &f->questions[1 - i];
    cr_rig_start(f, i, "localhost");
  }
  for (int i = 2; i < 4; i++) { /* of another name */
    f->questions[i].then = cancel_other;
    f->questions[i].other = &f->questions[5 - i];
    cr_rig_start(f, i, i == 2 ? "192.0.2.1" : "192.0.2.2");
  }
  cr_rig_run(f);
  assert_int_equal(f->questions[0].calls + f->questions[1].calls, 1);
  assert_int_equal(f->questions[2].calls + f->questions[3].calls, 1);
}

static void ask_again(struct cr_rig_question *self)
{
  if (self->calls < 5)
    assert_int_equal(cr_resolve_start(self->f->r, &self->resolve, CR_SPAN("a.test"), 80), 0);
}

static void a_callback_may_ask_again(void **state)
{
  struct cr_rig *f = *state;

  f->questions[0].then = ask_again;
  cr_rig_start(f, 0, "a.test");
  cr_rig_run(f);
  cr_rig_answer(f, 0, "192.0.2.1", 0);
  assert_int_equal(f->questions[0].calls, 5);
  assert_int_equal(f->asked, 1);
}

static void cancel_first(struct cr_rig *f)
{
  cr_resolve_cancel(f->r, &f->questions[0].resolve);
  if (f->asked == 1)
    cr_rig_start(f, 1, "b.test");
}

static void the_hook_may_cancel_and_start(void **state)
{
  struct cr_rig *f = *state;

  f->in_hook = cancel_first;
  cr_rig_start(f, 0, "a.test");
  cr_rig_run(f);
  assert_int_equal(f->asked, 2);
  cr_rig_answer(f, 0, "192.0.2.1", 0);
  cr_rig_answer(f, 1, "192.0.2.2", 0);
  assert_int_equal(f->questions[0].calls, 0);
  cr_rig_expect(&f->questions[1], "192.0.2.2");
}

static void closing_tells_nobody(void **state)
{
  struct cr_rig *f = *state;
  struct cr_resolver_config config = cr_rig_config_of(f);

  config.max_active = 1;
  config.overrides = "o.test:80:192.0.2.1";
  cr_rig_reopen(f, config);
  cr_rig_start(f, 0, "asked.test");
  cr_rig_run(f);
  cr_rig_start(f, 1, "waiting.test");
  cr_rig_start(f, 2, "192.0.2.1");
  cr_rig_start(f, 3, "o.test");
  cr_rig_start(f, 4, "not a name");
  cr_resolver_close(f->r);
  f->r = NULL;
  cr_rig_run(f);
  cr_rig_pass(f, CR_RIG_DAY_MS);
  for (int i = 0; i < 5; i++) {
    assert_int_equal(f->questions[i].calls, 0);
    assert_null(f->questions[i].resolve.state);
  }
  cr_resolver_close(NULL);
}

/* ---- without the hook ---- */

/* The server's sockets are never looked at on the virtual loop, and c-ares' own clock is the real
 * one: for c-ares nothing has happened yet when our time is over. */
static void a_name_that_c_ares_is_late_with_keeps_its_place_but_not_its_questions(void **state)
{
  struct cr_rig *f = *state;
  struct cr_resolver_config config = cr_rig_config_of(f);
  struct cr_dns_server server;

  if (!cr_dns_server_open(&server, &f->fake->loop))
    skip();
  config.servers = server.address;
  config.max_active = 1;
  f->result = -1; /* the hook leaves all names to c-ares */
  cr_rig_reopen(f, config);
  cr_rig_start(f, 0, "a.test");
  cr_rig_run(f);
  cr_rig_start(f, 1, "b.test");
  f->fake->clock_ms += CR_RIG_TIMEOUT_MS;
  cr_rig_run(f);
  cr_rig_expect(&f->questions[0], NULL);
  assert_string_equal(f->questions[0].why, "no answer in time");
  assert_int_equal(f->questions[1].calls, 0);
  assert_int_equal(f->asked, 1);
  cr_resolver_close(f->r);
  f->r = NULL;
  cr_dns_server_close(&server);
}

static void oom_scenario(struct cr_mem *mem, void *arg)
{
  struct cr_rig *f = arg;
  char name[32];

  f->r = NULL;
  f->asked = 0;
  f->answer_at_once = "192.0.2.1,::1";
  cr_rig_reset_questions(f);
  f->fake = cr_fake_loop_open(mem, CR_RIG_START_MS);
  if (!f->fake)
    return;
  struct cr_resolver_config config = cr_rig_config_of(f);
  config.mem = mem;
  config.overrides = "host3.test:80:192.0.2.1";
  int err = cr_resolver_open(&f->r, &config);
  assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
  for (int i = 0; !err && i < 20; i++) {
    (void)snprintf(name, sizeof(name), i == 4 ? "localhost" : "host%d.test", i % 12);
    int start_err = cr_resolve_start(f->r, &f->questions[i].resolve, cr_span_text(name), 80);
    assert_true(start_err == 0 || (start_err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    if (start_err)
      f->questions[i].calls = 1;
    if (i % 7 == 0)
      cr_rig_run(f);
  }
  cr_rig_run(f);
  for (int i = 0; !err && i < 20; i++) {
    assert_int_equal(f->questions[i].calls, 1);
    if (!cr_test_oom_refused(mem))
      assert_true(f->questions[i].count > 0);
  }
  cr_resolver_close(f->r);
  cr_loop_close(&f->fake->loop);
}

static void running_out_of_memory_fails_questions_and_loses_none(void **state)
{
  struct cr_rig *f = test_calloc(1, sizeof(*f));
  (void)state;

  cr_test_oom(oom_scenario, f);
  test_free(f);
}

/* ---- everything at once ---- */

/* Every question that is started is told once or cancelled, and none twice. */
static void random_use_keeps_the_promises(void **state)
{
  struct cr_rig *f = *state;
  struct cr_random random = { 4711 };
  bool pending[CR_RIG_QUESTIONS] = { false };
  char name[32];

  for (int n = 0; n < 5000; n++) {
    int i = (int)cr_random_below(&random, CR_RIG_QUESTIONS);
    struct cr_rig_question *q = &f->questions[i];
    if (pending[i] && q->calls == 1)
      pending[i] = false;
    switch (cr_random_below(&random, 8)) {
    case 0:
      cr_rig_run(f);
      break;
    case 1:
      cr_rig_pass(f, (int64_t)cr_random_below(&random, 2 * CR_RIG_TIMEOUT_MS));
      break;
    case 2:
      cr_resolve_cancel(f->r, &q->resolve);
      pending[i] = false;
      break;
    case 3:
    case 4:
      if (f->asked > 0) { /* most are no longer pending */
        int k = f->asked - 1 - (int)cr_random_below(&random, f->asked < 8 ? f->asked : 8);
        (void)cr_resolver_answer(f->r, f->tokens[k], n % 3 ? "192.0.2.1" : "", CR_RIG_MINUTE_MS);
      }
      break;
    default:
      if (pending[i])
        break;
      assert_null(q->resolve.state);
      (void)snprintf(name, sizeof(name), "host%d.test", (int)cr_random_below(&random, 30));
      q->calls = 0;
      cr_rig_start(f, i, name);
      pending[i] = true;
    }
    for (int k = 0; k < CR_RIG_QUESTIONS; k++)
      assert_true(f->questions[k].calls <= 1);
  }
  cr_rig_pass(f, 100 * CR_RIG_TIMEOUT_MS);
  for (int i = 0; i < CR_RIG_QUESTIONS; i++)
    if (pending[i])
      assert_int_equal(f->questions[i].calls, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cr_rig_set_up, cr_rig_tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(cancelling_works_in_every_stage),
    TEST(others_that_wait_for_the_same_name_are_not_cancelled),
    TEST(a_name_cancelled_while_asked_can_be_asked_for_again),
    TEST(a_callback_may_cancel_others_of_the_same_batch),
    TEST(a_callback_may_ask_again),
    TEST(the_hook_may_cancel_and_start),
    TEST(closing_tells_nobody),
    TEST(a_name_that_c_ares_is_late_with_keeps_its_place_but_not_its_questions),
    cmocka_unit_test(running_out_of_memory_fails_questions_and_loses_none),
    TEST(random_use_keeps_the_promises),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
