/* SPDX-License-Identifier: MIT */
/* frontier_rig.c - a frontier in memory for tests, that verifies itself after every operation. */
#include "support/frontier_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/oom.h"

struct cr_frontier_config cr_frontier_rig_config(void)
{
  return (struct cr_frontier_config){ .seed = 1, .host_cap = 1 };
}

void cr_frontier_rig_open(struct cr_frontier_rig *rig, const struct cr_frontier_config *config)
{
  struct cr_frontier_config used = config ? *config : cr_frontier_rig_config();

  memset(rig, 0, sizeof(*rig));
  cr_test_mem_init(&rig->own_mem);
  rig->mem = used.mem ? used.mem : &rig->own_mem;
  rig->now_ms = used.now_ms;
  used.mem = rig->mem;
  assert_int_equal(cr_frontier_memory_open(&rig->f, &used), 0);
}

void cr_frontier_rig_close(struct cr_frontier_rig *rig)
{
  rig->f->ops->close(rig->f);
  cr_test_mem_done(&rig->own_mem);
}

void cr_frontier_rig_check(struct cr_frontier_rig *rig)
{
  const char *wrong = cr_frontier_memory_check(rig->f);
  if (wrong)
    fail_msg("%s", wrong);
}

uint32_t cr_frontier_rig_authority(struct cr_frontier_rig *rig, const char *origin,
                                   const char *site)
{
  const char *host = strstr(origin, "//");
  assert_non_null(host);
  uint32_t id = rig->f->ops->authority(rig->f, cr_span_text(origin), cr_span_text(host + 2),
                                       cr_span_text(site), false);
  assert_int_not_equal(id, CR_NO_ID);
  return id;
}

struct cr_frontier_item cr_frontier_rig_item(uint32_t authority, uint64_t fp, int8_t priority)
{
  return (struct cr_frontier_item){
    .fp = fp, .authority = authority, .depth = 1, .priority = priority, .target = CR_SPAN("/")
  };
}

uint8_t cr_frontier_rig_add(struct cr_frontier_rig *rig, const struct cr_frontier_item *item)
{
  uint8_t verdict = UINT8_MAX;
  assert_int_equal(rig->f->ops->add(rig->f, item, 1, &verdict, NULL, NULL), CR_FRONTIER_NOW);
  cr_frontier_rig_check(rig);
  return verdict;
}

void cr_frontier_rig_page(struct cr_frontier_rig *rig, uint32_t authority, uint64_t fp,
                          int8_t priority)
{
  struct cr_frontier_item item = cr_frontier_rig_item(authority, fp, priority);
  assert_int_equal(cr_frontier_rig_add(rig, &item), CR_ADD_NEW);
}

size_t cr_frontier_rig_take_want(struct cr_frontier_rig *rig, struct cr_take want)
{
  want.now_ms = rig->now_ms;
  assert_true(want.max_tasks <= CR_RIG_TASKS);
  assert_int_equal(
      rig->f->ops->take(rig->f, &want, rig->tasks, &rig->n, &rig->next_due_ms, NULL, NULL),
      CR_FRONTIER_NOW);
  cr_frontier_rig_check(rig);
  return rig->n;
}

size_t cr_frontier_rig_take(struct cr_frontier_rig *rig, uint32_t max)
{
  return cr_frontier_rig_take_want(rig, (struct cr_take){ .max_tasks = max,
                                                          .max_fast = max,
                                                          .max_untried = max,
                                                          .max_slow = max,
                                                          .max_pages = max });
}

uint64_t cr_frontier_rig_next(struct cr_frontier_rig *rig)
{
  return cr_frontier_rig_take(rig, 1) == 1 ? rig->tasks[0].fp : UINT64_MAX;
}

void cr_frontier_rig_finish(struct cr_frontier_rig *rig, const struct cr_task *task,
                            enum cr_finish_kind kind, int64_t at_ms)
{
  struct cr_finish fin = { .lease = task->lease, .kind = kind, .at_ms = at_ms };
  assert_int_equal(rig->f->ops->finish(rig->f, &fin, rig->now_ms), 0);
  cr_frontier_rig_check(rig);
}

int cr_frontier_rig_update(struct cr_frontier_rig *rig, const struct cr_host_update *update)
{
  int err = rig->f->ops->host_update(rig->f, update, rig->now_ms);
  cr_frontier_rig_check(rig);
  return err;
}

struct cr_frontier_count cr_frontier_rig_count(struct cr_frontier_rig *rig)
{
  struct cr_frontier_count count;
  rig->f->ops->recount(rig->f, &count);
  return count;
}
