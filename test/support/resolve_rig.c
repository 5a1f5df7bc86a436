/* SPDX-License-Identifier: MIT */
/* resolve_rig.c - a resolver on a virtual clock, with a hook that writes down what it is asked.
 */
#include "support/resolve_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/oom.h"

void cr_rig_done(struct cr_resolve *resolve, const struct cr_address *addresses, size_t count,
                 const char *why)
{
  struct cr_rig_question *q = CR_CONTAINER(resolve, struct cr_rig_question, resolve);

  q->calls++;
  q->count = count;
  q->why = why;
  q->first[0] = '\0';
  if (count > 0)
    cr_address_format(&addresses[0], q->first);
  assert_int_equal(count == 0, why != NULL);
  assert_null(resolve->state);
  if (q->then)
    q->then(q);
}

static int on_hook(const char *host, uint64_t token, void *user)
{
  struct cr_rig *f = user;

  assert_true(f->asked < CR_RIG_ASKED);
  (void)snprintf(f->names[f->asked], sizeof(f->names[0]), "%s", host);
  f->tokens[f->asked++] = token;
  if (f->in_hook)
    f->in_hook(f);
  if (f->answer_at_once)
    assert_int_equal(cr_resolver_answer(f->r, token, f->answer_at_once, CR_RIG_MINUTE_MS), 0);
  return f->result;
}

struct cr_resolver_config cr_rig_config_of(struct cr_rig *f)
{
  return (struct cr_resolver_config){ .mem = &f->mem,
                                      .loop = &f->fake->loop,
                                      .servers = "",
                                      .overrides = "",
                                      .timeout_ms = CR_RIG_TIMEOUT_MS,
                                      .max_cached = 10,
                                      .max_active = 4,
                                      .hook = on_hook,
                                      .user = f };
}

void cr_rig_reset_questions(struct cr_rig *f)
{
  for (int i = 0; i < CR_RIG_QUESTIONS; i++)
    f->questions[i] = (struct cr_rig_question){ .resolve.done = cr_rig_done, .f = f };
}

int cr_rig_set_up(void **state)
{
  struct cr_rig *f = test_calloc(1, sizeof(*f));

  cr_test_mem_init(&f->mem);
  f->fake = cr_fake_loop_open(&f->mem, CR_RIG_START_MS);
  assert_non_null(f->fake);
  struct cr_resolver_config config = cr_rig_config_of(f);
  assert_int_equal(cr_resolver_open(&f->r, &config), 0);
  cr_rig_reset_questions(f);
  *state = f;
  return 0;
}

int cr_rig_tear_down(void **state)
{
  struct cr_rig *f = *state;

  cr_resolver_close(f->r);
  cr_loop_close(&f->fake->loop);
  cr_test_mem_done(&f->mem);
  test_free(f);
  return 0;
}

void cr_rig_reopen(struct cr_rig *f, struct cr_resolver_config config)
{
  cr_resolver_close(f->r);
  f->r = NULL;
  assert_int_equal(cr_resolver_open(&f->r, &config), 0);
}

struct cr_rig_question *cr_rig_start_at(struct cr_rig *f, int i, const char *host, int port)
{
  assert_int_equal(cr_resolve_start(f->r, &f->questions[i].resolve, cr_span_text(host), port), 0);
  return &f->questions[i];
}

struct cr_rig_question *cr_rig_start(struct cr_rig *f, int i, const char *host)
{
  return cr_rig_start_at(f, i, host, 80);
}

void cr_rig_run(struct cr_rig *f)
{
  while (cr_fake_loop_step(f->fake)) {
  }
}

void cr_rig_pass(struct cr_rig *f, int64_t ms)
{
  cr_fake_loop_run(f->fake, f->fake->clock_ms + ms);
}

void cr_rig_answer(struct cr_rig *f, int asked, const char *addresses, int64_t ttl_ms)
{
  assert_int_equal(cr_resolver_answer(f->r, f->tokens[asked], addresses, ttl_ms), 0);
  cr_rig_run(f);
}

void cr_rig_expect(const struct cr_rig_question *q, const char *first)
{
  assert_int_equal(q->calls, 1);
  if (first && q->count == 0)
    fail_msg("failed: %s", q->why);
  assert_string_equal(q->first, first ? first : "");
}

const char *cr_rig_resolve_now(struct cr_rig *f, const char *host, int port)
{
  static char first[64];
  struct cr_rig_question q = { .resolve.done = cr_rig_done, .f = f };

  assert_int_equal(cr_resolve_start(f->r, &q.resolve, cr_span_text(host), port), 0);
  cr_rig_run(f);
  assert_int_equal(q.calls, 1);
  (void)snprintf(first, sizeof(first), "%s", q.count > 0 ? q.first : "-");
  return first;
}
