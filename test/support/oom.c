/* SPDX-License-Identifier: MIT */
/* oom.c - memory for tests: every leak is a failure, and every allocation can be refused.
 *
 * The method is SQLite's ("How SQLite Is Tested", section 3.1): fail the i-th allocation, for
 * all i, once alone and once with all that follow. Counters are atomic: threads may allocate.
 */
#include "support/oom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { RUNS_MAX = 1000 };

struct plan {
  _Atomic int64_t asked; /* allocations so far in this run */
  _Atomic int64_t refused;
  int64_t first; /* the first to refuse; 0: none */
  int64_t last;  /* the last to refuse */
};

static bool refuse(struct plan *plan)
{
  int64_t number = atomic_fetch_add(&plan->asked, 1) + 1;
  if (plan->first == 0 || number < plan->first || number > plan->last)
    return false;
  atomic_fetch_add(&plan->refused, 1);
  return true;
}

static void *plan_malloc(size_t bytes, void *user)
{
  return refuse(user) ? NULL : malloc(bytes);
}

static void *plan_realloc(void *block, size_t bytes, void *user)
{
  return refuse(user) ? NULL : realloc(block, bytes);
}

static void plan_free(void *block, void *user)
{
  (void)user;
  free(block);
}

/* How many allocations the run asked for. */
static int64_t run(void (*scenario)(struct cr_mem *, void *), void *arg, int64_t first,
                   int64_t last)
{
  struct plan plan = { .first = first, .last = last };
  struct cr_mem mem;

  cr_mem_init(&mem, plan_malloc, plan_realloc, plan_free, &plan);
  scenario(&mem, arg);
  if (mem.blocks != 0 || cr_mem_used(&mem) != 0)
    fail_msg("%lld blocks (%lld bytes) leak when allocations %lld to %lld fail",
             (long long)mem.blocks, (long long)cr_mem_used(&mem), (long long)first,
             (long long)last);
  return plan.asked;
}

void cr_test_oom(void (*scenario)(struct cr_mem *mem, void *arg), void *arg)
{
  int64_t count = run(scenario, arg, 0, 0);
  int64_t step = 1 + count / RUNS_MAX;

  for (int64_t i = 1; i <= count; i += step) {
    run(scenario, arg, i, i);
    run(scenario, arg, i, INT64_MAX);
  }
}

bool cr_test_oom_refused(const struct cr_mem *mem)
{
  const struct plan *plan = mem->user;
  return plan->refused != 0;
}

void cr_test_mem_init(struct cr_mem *mem)
{
  cr_mem_init(mem, NULL, NULL, NULL, NULL);
}

void cr_test_mem_done(struct cr_mem *mem)
{
  if (mem->blocks != 0 || cr_mem_used(mem) != 0)
    fail_msg("%lld blocks (%lld bytes) were not freed", (long long)mem->blocks,
             (long long)cr_mem_used(mem));
}
