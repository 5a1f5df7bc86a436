/* SPDX-License-Identifier: MIT */
/* test_ring.c - whose turn it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "frontier/ring.h"

enum { NODES = 40, ALL_LANES = (1 << CR_LANES) - 1 };

static void ranks_of_priorities(void **state)
{
  static const struct {
    int priority;
    int rank;
  } cases[] = { { 127, 0 }, { 64, 0 },  { 63, 1 },  { 1, 1 },   { 0, 2 },
                { -1, 2 },  { -63, 2 }, { -64, 3 }, { -128, 3 } };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_int_equal(cr_ring_rank(cases[i].priority), cases[i].rank);
}

static struct cr_ring_node *take(struct cr_ring *ring, unsigned lanes)
{
  struct cr_ring_node *node = cr_ring_pick(ring, lanes);
  if (!node)
    return NULL;
  cr_list_remove(&node->link);
  cr_ring_next(ring);
  return node;
}

static void every_rank_gets_its_share(void **state)
{
  static const int at_least[CR_RING_RANKS] = { 4000, 2000, 1000, 500 }; /* of 8000: 1 / 2^(b + 1) */
  struct cr_ring ring;
  struct cr_ring_node nodes[CR_RING_RANKS] = { 0 };
  int taken[CR_RING_RANKS] = { 0 };
  (void)state;

  cr_ring_init(&ring);
  for (uint8_t i = 0; i < CR_RING_RANKS; i++) {
    nodes[i].rank = i;
    cr_ring_push(&ring, &nodes[i]);
  }
  for (int i = 0; i < 8000; i++) {
    struct cr_ring_node *node = take(&ring, ALL_LANES);
    taken[node->rank]++;
    cr_ring_push(&ring, node);
  }
  for (int i = 0; i < CR_RING_RANKS; i++)
    assert_true(taken[i] >= at_least[i]);
}

static void the_best_rank_stands_in_for_an_empty_one(void **state)
{
  struct cr_ring ring;
  struct cr_ring_node nodes[2] = { { .rank = 1 }, { .rank = 3 } };
  int taken[CR_RING_RANKS] = { 0 };
  (void)state;

  cr_ring_init(&ring);
  assert_null(cr_ring_pick(&ring, ALL_LANES));
  for (int i = 0; i < 2; i++)
    cr_ring_push(&ring, &nodes[i]);
  for (int i = 0; i < 800; i++) {
    struct cr_ring_node *node = take(&ring, ALL_LANES);
    taken[node->rank]++;
    cr_ring_push(&ring, node);
  }
  assert_int_equal(taken[1], 700); /* all but one in eight */
  assert_int_equal(taken[3], 100);
}

static void who_waits_longest_is_first_whatever_the_lane(void **state)
{
  struct cr_random random = { 1 };
  struct cr_ring ring;
  struct cr_ring_node nodes[NODES] = { 0 };
  (void)state;

  cr_ring_init(&ring);
  for (int i = 0; i < NODES; i++) {
    nodes[i].rank = 2;
    nodes[i].lane = (uint8_t)cr_random_below(&random, CR_LANES);
    cr_ring_push(&ring, &nodes[i]);
  }
  for (int i = 0; i < 10 * NODES; i++) {
    struct cr_ring_node *node = take(&ring, ALL_LANES);
    assert_ptr_equal(node, &nodes[i % NODES]);
    cr_ring_push(&ring, node);
  }
}

static void barred_lanes_are_passed_over_and_keep_their_turn(void **state)
{
  struct cr_ring ring;
  struct cr_ring_node page = { .rank = 0, .lane = CR_LANE_PAGE };
  struct cr_ring_node slow = { .rank = 0, .lane = CR_LANE_SLOW };
  struct cr_ring_node other = { .rank = 3, .lane = 0 };
  (void)state;

  cr_ring_init(&ring);
  cr_ring_push(&ring, &page);
  cr_ring_push(&ring, &slow);
  cr_ring_push(&ring, &other);
  assert_ptr_equal(cr_ring_pick(&ring, 1u << 0), &other);
  assert_ptr_equal(cr_ring_pick(&ring, 1u << 0 | 1u << CR_LANE_SLOW), &slow);
  assert_ptr_equal(cr_ring_pick(&ring, ALL_LANES), &page);
  assert_null(cr_ring_pick(&ring, 0));
}

static void the_front_is_before_all_others(void **state)
{
  struct cr_ring ring;
  struct cr_ring_node nodes[4] = { 0 };
  (void)state;

  cr_ring_init(&ring);
  nodes[2].lane = CR_LANE_SLOW;
  nodes[3].lane = CR_LANE_SLOW;
  cr_ring_push(&ring, &nodes[0]);
  cr_ring_push(&ring, &nodes[3]);
  cr_ring_push_front(&ring, &nodes[1]);
  cr_ring_push_front(&ring, &nodes[2]);
  assert_ptr_equal(cr_ring_after(&ring, &nodes[1]), &nodes[0]);
  assert_null(cr_ring_after(&ring, &nodes[0]));
  static const int order[] = { 2, 1, 0, 3 };
  for (int i = 0; i < 4; i++)
    assert_ptr_equal(take(&ring, ALL_LANES), &nodes[order[i]]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ranks_of_priorities),
    cmocka_unit_test(every_rank_gets_its_share),
    cmocka_unit_test(the_best_rank_stands_in_for_an_empty_one),
    cmocka_unit_test(who_waits_longest_is_first_whatever_the_lane),
    cmocka_unit_test(barred_lanes_are_passed_over_and_keep_their_turn),
    cmocka_unit_test(the_front_is_before_all_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
