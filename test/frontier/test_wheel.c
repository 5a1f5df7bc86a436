/* SPDX-License-Identifier: MIT */
/* test_wheel.c - the timing wheel against an array that is searched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "frontier/wheel.h"

enum { ALARMS = 200, STEPS = 60000 };

struct model {
  int64_t due_ms[ALARMS]; /* -1: not set */
  uint64_t order[ALARMS];
  uint64_t next_order;
};

static int64_t model_next(const struct model *model, int *which)
{
  int64_t first_ms = INT64_MAX;
  uint64_t order = UINT64_MAX;

  for (int i = 0; i < ALARMS; i++) {
    if (model->due_ms[i] < 0 || model->due_ms[i] > first_ms ||
        (model->due_ms[i] == first_ms && model->order[i] > order))
      continue;
    first_ms = model->due_ms[i];
    order = model->order[i];
    *which = i;
  }
  return first_ms;
}

/* Times that meet every level's edges. */
static int64_t any_delay(struct cr_random *random)
{
  uint64_t bits = cr_random_below(random, 44);
  uint64_t edge = UINT64_C(1) << bits;
  return (int64_t)(1 + (cr_random_below(random, 3) ? cr_random_below(random, edge)
                                                   : edge - cr_random_below(random, 2)));
}

static void assert_fires_as(struct model *model, struct cr_alarm *alarms, struct cr_list *due,
                            int64_t now_ms)
{
  int which = 0;

  while (model_next(model, &which) <= now_ms) {
    struct cr_list *node = cr_list_pop(due);
    assert_non_null(node);
    assert_ptr_equal(CR_CONTAINER(node, struct cr_alarm, link), &alarms[which]);
    assert_false(cr_alarm_is_set(&alarms[which]));
    model->due_ms[which] = -1;
  }
  assert_true(cr_list_empty(due));
}

static void alarms_fire_exactly_and_in_order(void **state)
{
  static struct cr_wheel wheel;
  static struct cr_alarm alarms[ALARMS];
  static struct model model;
  struct cr_random random = { 3 };
  int64_t now_ms = 12345;
  int which = 0;
  (void)state;

  cr_wheel_init(&wheel, now_ms);
  for (int i = 0; i < ALARMS; i++) {
    cr_alarm_init(&alarms[i]);
    model.due_ms[i] = -1;
  }
  for (int step = 0; step < STEPS; step++) {
    int i = (int)cr_random_below(&random, ALARMS);
    cr_wheel_cancel(&wheel, &alarms[i]);
    model.due_ms[i] = -1;
    if (cr_random_below(&random, 4)) {
      model.due_ms[i] = now_ms + any_delay(&random);
      model.order[i] = model.next_order++;
      cr_wheel_set(&wheel, &alarms[i], model.due_ms[i]);
    }
    int64_t next_ms = model_next(&model, &which);
    if (cr_random_below(&random, 2))
      assert_true(cr_wheel_next(&wheel) == next_ms);
    if (cr_random_below(&random, 3))
      continue;
    struct cr_list due;
    cr_list_init(&due);
    bool to_next = cr_random_below(&random, 2) && next_ms != INT64_MAX;
    now_ms = to_next ? next_ms - (int64_t)cr_random_below(&random, 2)
                     : now_ms + any_delay(&random) % 10000;
    cr_wheel_advance(&wheel, now_ms, &due);
    assert_fires_as(&model, alarms, &due, now_ms);
  }
}

static void equal_times_fire_in_the_order_they_were_set(void **state)
{
  static struct cr_wheel wheel;
  static struct cr_alarm alarms[6];
  struct cr_list due;
  (void)state;

  cr_wheel_init(&wheel, 0);
  cr_list_init(&due);
  for (int i = 0; i < 6; i++) {
    cr_alarm_init(&alarms[i]);
    cr_wheel_set(&wheel, &alarms[i], 1000000); /* each from a lower level than the one before */
    cr_wheel_advance(&wheel, 1000000 - (1 << (20 - 4 * i)), &due);
  }
  assert_true(cr_list_empty(&due));
  cr_wheel_advance(&wheel, 1000000, &due);
  for (int i = 0; i < 6; i++)
    assert_ptr_equal(cr_list_pop(&due), &alarms[i].link);
}

static void an_alarm_does_not_fire_with_its_slot(void **state)
{
  static struct cr_wheel wheel;
  static struct cr_alarm alarms[4];
  struct cr_list due;
  (void)state;

  cr_wheel_init(&wheel, 0);
  cr_list_init(&due);
  for (int i = 0; i < 4; i++) { /* one slot: 400..403 */
    cr_alarm_init(&alarms[i]);
    cr_wheel_set(&wheel, &alarms[i], 403 - i);
  }
  for (int64_t now_ms = 399; now_ms <= 403; now_ms++) {
    cr_wheel_advance(&wheel, now_ms, &due);
    assert_true(cr_wheel_next(&wheel) == (now_ms < 403 ? now_ms + 1 : INT64_MAX));
    struct cr_list *node = cr_list_pop(&due);
    assert_ptr_equal(node, now_ms == 399 ? NULL : &alarms[403 - now_ms].link);
    assert_true(cr_list_empty(&due));
  }
}

static void any_time_will_do(void **state)
{
  static struct cr_wheel wheel;
  struct cr_alarm near;
  struct cr_alarm far;
  struct cr_list due;
  (void)state;

  cr_wheel_init(&wheel, 0);
  cr_list_init(&due);
  cr_alarm_init(&near);
  cr_alarm_init(&far);
  cr_wheel_set(&wheel, &far, INT64_MAX - 1);
  cr_wheel_set(&wheel, &near, 1);
  assert_true(cr_wheel_next(&wheel) == 1);
  cr_wheel_advance(&wheel, INT64_MAX - 2, &due);
  assert_ptr_equal(cr_list_pop(&due), &near.link);
  assert_true(cr_list_empty(&due));
  assert_true(cr_wheel_next(&wheel) == INT64_MAX - 1);
  cr_wheel_advance(&wheel, 5, &due); /* time doesn't go back */
  cr_wheel_advance(&wheel, INT64_MAX - 1, &due);
  assert_ptr_equal(cr_list_pop(&due), &far.link);
  assert_true(cr_wheel_next(&wheel) == INT64_MAX);
}

static void a_cancelled_alarm_is_forgotten(void **state)
{
  static struct cr_wheel wheel;
  struct cr_alarm a;
  struct cr_alarm b;
  struct cr_list due;
  (void)state;

  cr_wheel_init(&wheel, 7);
  cr_list_init(&due);
  cr_alarm_init(&a);
  cr_alarm_init(&b);
  cr_wheel_cancel(&wheel, &a);
  cr_wheel_set(&wheel, &a, 5000);
  cr_wheel_set(&wheel, &b, 5001);
  cr_wheel_cancel(&wheel, &a);
  assert_false(cr_alarm_is_set(&a));
  assert_true(cr_wheel_next(&wheel) == 5001);
  cr_wheel_cancel(&wheel, &b);
  assert_true(cr_wheel_next(&wheel) == INT64_MAX);
  cr_wheel_advance(&wheel, 9000, &due);
  assert_true(cr_list_empty(&due));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(alarms_fire_exactly_and_in_order),
    cmocka_unit_test(equal_times_fire_in_the_order_they_were_set),
    cmocka_unit_test(an_alarm_does_not_fire_with_its_slot),
    cmocka_unit_test(any_time_will_do),
    cmocka_unit_test(a_cancelled_alarm_is_forgotten),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
