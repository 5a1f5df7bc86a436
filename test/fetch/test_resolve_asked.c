/* SPDX-License-Identifier: MIT */
/* NEEDS: cares */
/* test_resolve_asked.c - the resolver and c-ares together: many questions, several servers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "crawl/crawler.h"
#include "support/dns_rig.h"
#include "support/oom.h"

struct question {
  struct cr_resolve resolve;
  struct cr_dns_result result;
};

static void on_resolved(struct cr_resolve *resolve, const struct cr_address *addresses,
                        size_t count, const char *why)
{
  struct question *q = CR_CONTAINER(resolve, struct question, resolve);
  cr_dns_rig_done(&q->result, addresses, count, 0, why);
}

static struct cr_resolver *open_resolver(struct cr_dns_rig *f, struct cr_mem *mem,
                                         struct question *questions, int count, int64_t timeout_ms)
{
  struct cr_resolver_config config = { .mem = mem,
                                       .loop = f->loop,
                                       .servers = f->server.address,
                                       .timeout_ms = timeout_ms,
                                       .max_cached = 100,
                                       .max_active = 8 };
  struct cr_resolver *r = NULL;
  int err = cr_resolver_open(&r, &config);

  for (int i = 0; i < count; i++)
    questions[i] = (struct question){ .resolve.done = on_resolved };
  assert_true(err == 0 || err == CRAWLER_E_NOMEM);
  return r;
}

static void many_questions_for_few_names_are_few_queries(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_answer_by_name, CR_DNS_TIMEOUT_MS);
  static struct question questions[CR_DNS_MANY];
  struct cr_resolver *r = open_resolver(f, &f->mem, questions, CR_DNS_MANY, CR_DNS_TIMEOUT_MS);
  char name[32];

  for (int i = 0; i < CR_DNS_MANY; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i % 20);
    assert_int_equal(cr_resolve_start(r, &questions[i].resolve, cr_span_text(name), 80), 0);
  }
  for (int i = 0; i < CR_DNS_MANY; i++) {
    cr_dns_rig_turn_until(f, &questions[i].result.calls, 1);
    (void)snprintf(name, sizeof(name), "192.0.2.%d", i % 20);
    assert_true(cr_dns_has(&questions[i].result, name));
  }
  assert_int_equal(f->server.udp_questions, 2 * 20);
  cr_resolver_close(r);
}

/* Asks for names first to last - 1, and waits for their answers, which it checks. */
static void ask_through(struct cr_dns_rig *f, struct cr_resolver *r, struct question *questions,
                        int first, int last)
{
  char name[32];

  for (int i = first; i < last; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i);
    assert_int_equal(cr_resolve_start(r, &questions[i].resolve, cr_span_text(name), 80), 0);
  }
  for (int i = first; i < last; i++) {
    cr_dns_rig_turn_until(f, &questions[i].result.calls, 1);
    (void)snprintf(name, sizeof(name), "192.0.2.%d", i);
    assert_true(cr_dns_has(&questions[i].result, name));
  }
}

static void a_silent_server_before_one_that_answers_is_not_asked_first_for_long(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_answer_by_name, CR_DNS_TIMEOUT_MS);
  static struct question questions[CR_DNS_MANY];
  struct cr_dns_server silent;
  struct cr_resolver_config config = { .mem = &f->mem,
                                       .loop = f->loop,
                                       .timeout_ms = CR_DNS_TIMEOUT_MS,
                                       .max_cached = 100,
                                       .max_active = 100,
                                       .max_prompt = 32 };
  struct cr_resolver *r = NULL;
  char servers[100];

  assert_true(cr_dns_server_open(&silent, f->loop));
  silent.answer = cr_dns_stay_silent;
  (void)snprintf(servers, sizeof(servers), "%s,%s", silent.address, f->server.address);
  config.servers = servers;
  assert_int_equal(cr_resolver_open(&r, &config), 0);
  for (int i = 0; i < CR_DNS_MANY; i++)
    questions[i] = (struct question){ .resolve.done = on_resolved };
  ask_through(f, r, questions, 0, 20);
  assert_int_equal(silent.udp_questions, 2 * 20);
  int64_t start_ms = cr_clock_mono_ms();
  ask_through(f, r, questions, 20, CR_DNS_MANY);
  assert_int_equal(silent.udp_questions, 2 * 20);
  assert_true(cr_clock_mono_ms() - start_ms < CR_DNS_TIMEOUT_MS / 7 / 2); /* half of a first try */
  cr_resolver_close(r);
  cr_dns_server_close(&silent);
}

enum { CROWD = 3000 };

/* As many as a broad crawl asks at once. */
static void of_thousands_of_questions_each_name_is_one_query(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_answer_by_name, CR_DNS_TIMEOUT_MS);
  struct question *questions = test_calloc(CROWD, sizeof(*questions));
  struct cr_resolver_config config = { .mem = &f->mem,
                                       .loop = f->loop,
                                       .servers = f->server.address,
                                       .timeout_ms = CR_DNS_TIMEOUT_MS,
                                       .max_cached = 100,
                                       .max_active = CROWD,
                                       .max_prompt = 64 };
  struct cr_resolver *r = NULL;
  char text[32];

  assert_int_equal(cr_resolver_open(&r, &config), 0);
  for (int i = 0; i < CROWD; i++) {
    questions[i].resolve.done = on_resolved;
    (void)snprintf(text, sizeof(text), "host%d.test", i % 250);
    assert_int_equal(cr_resolve_start(r, &questions[i].resolve, cr_span_text(text), 80), 0);
  }
  for (int i = 0; i < CROWD; i++) {
    cr_dns_rig_turn_until(f, &questions[i].result.calls, 1);
    (void)snprintf(text, sizeof(text), "192.0.2.%d", i % 250);
    assert_true(cr_dns_has(&questions[i].result, text));
  }
  assert_int_equal(f->server.udp_questions, 2 * 250);
  cr_resolver_close(r);
  test_free(questions);
}

static void a_resolver_may_be_closed_while_c_ares_is_asked(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_stay_silent, CR_DNS_TIMEOUT_MS);
  static struct question questions[20];
  struct cr_resolver *r = open_resolver(f, &f->mem, questions, 20, CR_DNS_TIMEOUT_MS);
  char name[32];

  for (int i = 0; i < 20; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i);
    assert_int_equal(cr_resolve_start(r, &questions[i].resolve, cr_span_text(name), 80), 0);
  }
  cr_dns_rig_turn_until(f, &f->server.udp_questions, 2);
  cr_resolver_close(r);
  assert_int_equal(cr_loop_turn(f->loop, 0), 0);
  for (int i = 0; i < 20; i++)
    assert_int_equal(questions[i].result.calls, 0);
}

static void oom_scenario(struct cr_mem *mem, void *arg)
{
  struct cr_dns_rig *f = arg;
  /* A socket that there was no memory to watch is silence: wait for it only shortly. */
  bool undisturbed = f->runs++ == 0;
  int64_t timeout_ms = undisturbed ? CR_DNS_TIMEOUT_MS : CR_DNS_SHORT_MS;
  static struct question questions[12];
  struct cr_resolver *r = open_resolver(f, mem, questions, 12, timeout_ms);
  char name[32];

  if (!r) {
    assert_true(cr_test_oom_refused(mem));
    return;
  }
  for (int i = 0; i < 12; i++) {
    (void)snprintf(name, sizeof(name), "host%d.test", i % 10);
    int err = cr_resolve_start(r, &questions[i].resolve, cr_span_text(name), 80);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    if (err)
      questions[i].result.calls = 1;
  }
  for (int i = 0; i < 12; i++) {
    cr_dns_rig_turn_until(f, &questions[i].result.calls, 1);
    if (undisturbed)
      assert_int_equal(questions[i].result.count, 1);
  }
  cr_resolver_close(r);
}

static void running_out_of_memory_fails_questions_and_loses_none(void **state)
{
  struct cr_dns_rig *f = cr_dns_rig_serve(state, cr_dns_answer_by_name, CR_DNS_TIMEOUT_MS);
  cr_test_oom(oom_scenario, f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cr_dns_rig_set_up, cr_dns_rig_tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(many_questions_for_few_names_are_few_queries),
    TEST(a_silent_server_before_one_that_answers_is_not_asked_first_for_long),
    TEST(of_thousands_of_questions_each_name_is_one_query),
    TEST(a_resolver_may_be_closed_while_c_ares_is_asked),
    TEST(running_out_of_memory_fails_questions_and_loses_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
