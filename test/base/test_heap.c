/* SPDX-License-Identifier: MIT */
/* test_heap.c - the heap against a sorted array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/heap.h"
#include "base/random.h"
#include "crawl/crawler.h"
#include "support/oom.h"

enum { NODES = 300, STEPS = 20000 };

/* Sorted by (at, order of insertion). */
struct model {
  struct cr_heap_node *sorted[NODES];
  size_t len;
};

static void model_push(struct model *model, struct cr_heap_node *node)
{
  size_t i = model->len++;
  while (i > 0 && model->sorted[i - 1]->at > node->at) {
    model->sorted[i] = model->sorted[i - 1];
    i--;
  }
  model->sorted[i] = node;
}

static void model_remove(struct model *model, const struct cr_heap_node *node)
{
  size_t i = 0;
  while (i < model->len && model->sorted[i] != node)
    i++;
  if (i == model->len)
    return;
  model->len--;
  memmove(&model->sorted[i], &model->sorted[i + 1], (model->len - i) * sizeof(model->sorted[0]));
}

static void assert_is_heap(const struct cr_heap *heap)
{
  for (size_t i = 0; i < heap->len; i++) {
    assert_int_equal(heap->nodes[i]->index, i);
    assert_true(heap->nodes[i]->at >= heap->nodes[i > 0 ? (i - 1) / 2 : 0]->at);
  }
}

static void random_operations_agree_with_a_sorted_array(void **state)
{
  static struct cr_heap_node nodes[NODES];
  struct cr_random random = { 11 };
  struct model model = { .len = 0 };
  struct cr_mem mem;
  struct cr_heap heap;
  (void)state;

  cr_test_mem_init(&mem);
  cr_heap_init(&heap, &mem, CR_MEM_FRONTIER);
  for (size_t i = 0; i < NODES; i++)
    cr_heap_node_init(&nodes[i]);
  for (int step = 0; step < STEPS; step++) {
    struct cr_heap_node *node = &nodes[cr_random_below(&random, NODES)];
    bool pushes = cr_random_below(&random, 100) < (step / 1000 % 2 ? 30 : 70);
    if (!pushes && cr_random_below(&random, 2) == 0 && model.len > 0)
      node = model.sorted[0];
    if (!pushes) {
      model_remove(&model, node);
      cr_heap_remove(&heap, node);
      assert_false(cr_heap_has(node));
    } else if (!cr_heap_has(node)) {
      node->at = (int64_t)cr_random_below(&random, 40) - 20; /* many equal times */
      model_push(&model, node);
      assert_int_equal(cr_heap_push(&heap, node), 0);
      assert_true(cr_heap_has(node));
    }
    assert_int_equal(heap.len, model.len);
    assert_ptr_equal(cr_heap_top(&heap), model.len > 0 ? model.sorted[0] : NULL);
    if (step % 100 == 0)
      assert_is_heap(&heap);
  }
  cr_heap_free(&heap);
  cr_test_mem_done(&mem);
}

static void equal_times_leave_first_in_first_out(void **state)
{
  static struct cr_heap_node nodes[NODES];
  struct cr_mem mem;
  struct cr_heap heap;
  (void)state;

  cr_test_mem_init(&mem);
  cr_heap_init(&heap, &mem, CR_MEM_FRONTIER);
  for (size_t i = 0; i < NODES; i++) {
    nodes[i].at = 5;
    assert_int_equal(cr_heap_push(&heap, &nodes[i]), 0);
  }
  for (size_t i = 0; i < NODES; i++) {
    assert_ptr_equal(cr_heap_top(&heap), &nodes[i]);
    cr_heap_remove(&heap, &nodes[i]);
  }
  assert_null(cr_heap_top(&heap));
  cr_heap_free(&heap);
  cr_test_mem_done(&mem);
}

static void the_extreme_times_are_in_order(void **state)
{
  static const int64_t times[] = { 0, INT64_MAX, INT64_MIN, -1, 1 };
  static const int64_t sorted[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
  struct cr_heap_node nodes[5];
  struct cr_mem mem;
  struct cr_heap heap;
  (void)state;

  cr_test_mem_init(&mem);
  cr_heap_init(&heap, &mem, CR_MEM_FRONTIER);
  for (size_t i = 0; i < 5; i++) {
    nodes[i].at = times[i];
    assert_int_equal(cr_heap_push(&heap, &nodes[i]), 0);
  }
  for (size_t i = 0; i < 5; i++) {
    assert_true(cr_heap_top(&heap)->at == sorted[i]);
    cr_heap_remove(&heap, cr_heap_top(&heap));
  }
  cr_heap_free(&heap);
  cr_test_mem_done(&mem);
}

static void after_reserve_pushes_allocate_nothing(void **state)
{
  static struct cr_heap_node nodes[NODES];
  struct cr_mem mem;
  struct cr_heap heap;
  (void)state;

  cr_test_mem_init(&mem);
  cr_heap_init(&heap, &mem, CR_MEM_FRONTIER);
  assert_int_equal(cr_heap_reserve(&heap, SIZE_MAX), CRAWLER_E_NOMEM);
  assert_int_equal(cr_heap_reserve(&heap, SIZE_MAX / sizeof(void *)), CRAWLER_E_NOMEM);
  assert_int_equal(cr_heap_reserve(&heap, NODES), 0);
  for (size_t i = 0; i < NODES; i++)
    assert_int_equal(cr_heap_push(&heap, &nodes[i]), 0);
  assert_int_equal(cr_heap_reserve(&heap, 1), 0); /* never shrinks */
  assert_int_equal(mem.calls, 1);
  assert_int_equal(mem.used[CR_MEM_FRONTIER], NODES * sizeof(void *));
  cr_heap_free(&heap);
  cr_test_mem_done(&mem);
}

static void push_many(struct cr_mem *mem, void *arg)
{
  static struct cr_heap_node nodes[100];
  struct cr_heap heap;
  size_t refused = 0;
  (void)arg;

  cr_heap_init(&heap, mem, CR_MEM_FRONTIER);
  for (size_t i = 0; i < 100; i++) {
    cr_heap_node_init(&nodes[i]);
    nodes[i].at = (int64_t)(i * 37 % 100);
    int err = cr_heap_push(&heap, &nodes[i]);
    assert_true(err == 0 || err == CRAWLER_E_NOMEM);
    assert_int_equal(cr_heap_has(&nodes[i]), err == 0);
    refused += err != 0;
  }
  assert_int_equal(refused > 0, cr_test_oom_refused(mem));
  assert_int_equal(heap.len, 100 - refused);
  if (heap.len > 0)
    assert_is_heap(&heap);
  cr_heap_free(&heap);
}

static void a_refused_push_changes_nothing(void **state)
{
  (void)state;
  cr_test_oom(push_many, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_operations_agree_with_a_sorted_array),
    cmocka_unit_test(equal_times_leave_first_in_first_out),
    cmocka_unit_test(the_extreme_times_are_in_order),
    cmocka_unit_test(after_reserve_pushes_allocate_nothing),
    cmocka_unit_test(a_refused_push_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
