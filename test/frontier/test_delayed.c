/* SPDX-License-Identifier: MIT */
/* test_delayed.c - the heaps of what is not due yet, against an array that is searched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "frontier/delayed.h"
#include "support/oom.h"

enum { HEAPS = 3, SUBJECTS = 400, STEPS = 40000 };

struct model {
  int heap[SUBJECTS]; /* -1: in none */
  int64_t at_ms[SUBJECTS];
  uint64_t order[SUBJECTS];
  uint32_t node[SUBJECTS];
  uint64_t next_order;
};

static int first_of(const struct model *model, int heap)
{
  int first = -1;
  for (int i = 0; i < SUBJECTS; i++) {
    if (model->heap[i] != heap)
      continue;
    if (first < 0 || model->at_ms[i] < model->at_ms[first] ||
        (model->at_ms[i] == model->at_ms[first] && model->order[i] < model->order[first]))
      first = i;
  }
  return first;
}

static void assert_walk_finds_all(const struct cr_delayed *delayed, uint32_t root,
                                  const struct model *model, int heap)
{
  bool found[SUBJECTS] = { false };

  for (uint32_t node = root; node != CR_DELAYED_NONE; node = cr_delayed_walk(delayed, node)) {
    uint32_t subject = cr_delayed_at(delayed, node)->subject;
    assert_int_equal(model->heap[subject], heap);
    assert_false(found[subject]);
    found[subject] = true;
  }
  for (int i = 0; i < SUBJECTS; i++)
    assert_int_equal(found[i], model->heap[i] == heap);
}

static void push(struct cr_delayed *delayed, uint32_t *heaps, struct model *model, int subject,
                 struct cr_random *random)
{
  int heap = (int)cr_random_below(random, HEAPS);

  assert_true(cr_delayed_reserve(delayed, 1));
  model->heap[subject] = heap;
  model->at_ms[subject] = (int64_t)cr_random_below(random, 30);
  model->order[subject] = model->next_order++;
  model->node[subject] =
      cr_delayed_push(delayed, &heaps[heap], model->at_ms[subject], (uint32_t)subject);
}

static void the_earliest_leaves_first(void **state)
{
  static struct model model;
  struct cr_random random = { 2 };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_delayed delayed;
  uint32_t heaps[HEAPS] = { CR_DELAYED_NONE, CR_DELAYED_NONE, CR_DELAYED_NONE };
  (void)state;

  cr_test_mem_init(&mem);
  cr_delayed_init(&delayed, &budget);
  memset(model.heap, 0xff, sizeof(model.heap));
  for (int step = 0; step < STEPS; step++) {
    int subject = (int)cr_random_below(&random, SUBJECTS);
    int heap = (int)cr_random_below(&random, HEAPS);
    int first = first_of(&model, heap);
    assert_true(cr_delayed_first(&delayed, heaps[heap]) ==
                (first < 0 ? INT64_MAX : model.at_ms[first]));
    if (model.heap[subject] < 0) {
      push(&delayed, heaps, &model, subject, &random);
    } else if (cr_random_below(&random, 3) == 0) {
      cr_delayed_remove(&delayed, &heaps[model.heap[subject]], model.node[subject]);
      model.heap[subject] = -1;
    } else if (first >= 0) {
      assert_int_equal(cr_delayed_pop(&delayed, &heaps[heap]), first);
      model.heap[first] = -1;
    }
    if (step % 100 == 0)
      assert_walk_finds_all(&delayed, heaps[heap], &model, heap);
  }
  assert_true(delayed.nodes.count <= SUBJECTS); /* nodes are used again */
  cr_delayed_free(&delayed);
  cr_test_mem_done(&mem);
}

static void long_heaps_need_no_stack(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_delayed delayed;
  uint32_t heap = CR_DELAYED_NONE;
  (void)state;

  cr_test_mem_init(&mem);
  cr_delayed_init(&delayed, &budget);
  assert_true(cr_delayed_reserve(&delayed, 100000));
  for (int i = 0; i < 100000; i++) /* falling times: a chain of only children */
    (void)cr_delayed_push(&delayed, &heap, 100000 - i, (uint32_t)i);
  uint32_t walked = 0;
  for (uint32_t node = heap; node != CR_DELAYED_NONE; node = cr_delayed_walk(&delayed, node))
    walked++;
  assert_int_equal(walked, 100000);
  for (int i = 100000; i-- > 0;)
    assert_int_equal(cr_delayed_pop(&delayed, &heap), i);
  assert_int_equal(heap, CR_DELAYED_NONE);
  cr_delayed_free(&delayed);
  cr_test_mem_done(&mem);
}

static void reserve_some(struct cr_mem *mem, void *arg)
{
  struct cr_budget budget = { mem, 0 };
  struct cr_delayed delayed;
  uint32_t heap = CR_DELAYED_NONE;
  (void)arg;

  cr_delayed_init(&delayed, &budget);
  for (uint32_t i = 0; i < 300; i++) {
    if (cr_delayed_reserve(&delayed, 2))
      (void)cr_delayed_push(&delayed, &heap, i, i);
    else
      assert_true(cr_test_oom_refused(mem));
  }
  cr_delayed_free(&delayed);
}

static void what_was_reserved_can_be_pushed(void **state)
{
  (void)state;
  cr_test_oom(reserve_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_earliest_leaves_first),
    cmocka_unit_test(long_heaps_need_no_stack),
    cmocka_unit_test(what_was_reserved_can_be_pushed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
