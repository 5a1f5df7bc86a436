/* SPDX-License-Identifier: MIT */
/* resolve_rig.h - a resolver on a virtual clock, with a hook that writes down what it is asked.
 *
 * Include <cmocka.h> and what it needs before use. Failures are reported to the running test.
 */
#ifndef CR_TEST_RESOLVE_RIG_H
#define CR_TEST_RESOLVE_RIG_H

#include "fetch/resolve.h"
#include "support/fake_loop.h"

enum { CR_RIG_START_MS = 5000000, CR_RIG_TIMEOUT_MS = 4000, CR_RIG_ASKED = 4096 };
enum { CR_RIG_QUESTIONS = 64, CR_RIG_MINUTE_MS = 60 * 1000, CR_RIG_DAY_MS = 24 * 60 * 60 * 1000 };

struct cr_rig;

struct cr_rig_question {
  struct cr_resolve resolve;
  struct cr_rig *f;
  int calls;
  size_t count;
  char first[64]; /* address */
  const char *why;
  void (*then)(struct cr_rig_question *self);
  struct cr_rig_question *other;
};

struct cr_rig {
  struct cr_mem mem;
  struct cr_fake_loop *fake;
  struct cr_resolver *r;
  struct cr_rig_question questions[CR_RIG_QUESTIONS];
  /* what the hook was asked */
  char names[CR_RIG_ASKED][32];
  uint64_t tokens[CR_RIG_ASKED];
  int asked;
  /* how it behaves */
  const char *answer_at_once; /* NULL: not */
  int result;
  void (*in_hook)(struct cr_rig *f);
};

/* Set-up and tear-down of a test: *state is a rig with an open resolver. */
int cr_rig_set_up(void **state);
int cr_rig_tear_down(void **state);
/* The configuration of that resolver; and another resolver instead. */
struct cr_resolver_config cr_rig_config_of(struct cr_rig *f);
void cr_rig_reopen(struct cr_rig *f, struct cr_resolver_config config);
void cr_rig_reset_questions(struct cr_rig *f);
void cr_rig_done(struct cr_resolve *resolve, const struct cr_address *addresses, size_t count,
                 const char *why);

/* Asks question i; at port 80. */
struct cr_rig_question *cr_rig_start(struct cr_rig *f, int i, const char *host);
struct cr_rig_question *cr_rig_start_at(struct cr_rig *f, int i, const char *host, int port);
/* Does what is ready; lets time pass. */
void cr_rig_run(struct cr_rig *f);
void cr_rig_pass(struct cr_rig *f, int64_t ms);
/* Answers what the hook was asked as the asked-th name, and runs. */
void cr_rig_answer(struct cr_rig *f, int asked, const char *addresses, int64_t ttl_ms);
/* The question was told once, with this first address; NULL: a failure. */
void cr_rig_expect(const struct cr_rig_question *q, const char *first);
/* One question alone that needs no more than a run: its first address, or "-". */
const char *cr_rig_resolve_now(struct cr_rig *f, const char *host, int port);

#endif
