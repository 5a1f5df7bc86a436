/* SPDX-License-Identifier: MIT */
/* test_seen.c - fingerprints and their states. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "frontier/seen.h"
#include "support/oom.h"

enum { FPS = 4000, STEPS = 60000 };

/* Random ones, and ones that differ in few bits: 0, small, large, neighbours. */
static uint64_t fp_of(uint64_t i)
{
  struct cr_random random = { i };
  switch (i % 4) {
  case 0:
    return i / 4;
  case 1:
    return UINT64_MAX - i / 4;
  case 2:
    return UINT64_C(1) << (i / 4 % 64) ^ i / 256;
  default:
    return cr_random_next(&random);
  }
}

static void states_are_kept_exactly(void **state)
{
  static uint8_t want[FPS];
  struct cr_random random = { 1 };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  static struct cr_seen seen;
  int64_t known = 0;
  (void)state;

  cr_test_mem_init(&mem);
  cr_seen_init(&seen, &budget, 77);
  for (int step = 0; step < STEPS; step++) {
    uint64_t i = 3 + 4 * cr_random_below(&random, FPS / 4);
    if (step % 3)
      i = cr_random_below(&random, 400); /* the peculiar ones; twins among them are left out */
    i = i % 4 == 2 ? i + 1 : i;
    assert_int_equal(cr_seen_get(&seen, fp_of(i)), want[i]);
    uint8_t byte = (uint8_t)(64 + cr_random_below(&random, 192));
    assert_int_equal(cr_seen_put(&seen, fp_of(i), byte), 0);
    known += want[i] == 0;
    want[i] = byte;
    assert_int_equal(seen.known, known);
  }
  assert_int_equal(seen.bytes, cr_mem_used(&mem));
  cr_seen_free(&seen);
  cr_test_mem_done(&mem);
}

static void batches_answer_as_single_lookups_do(void **state)
{
  static uint64_t fps[100];
  uint8_t states[100];
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  static struct cr_seen seen;
  (void)state;

  cr_test_mem_init(&mem);
  cr_seen_init(&seen, &budget, 3);
  cr_seen_get_all(&seen, fps, 100, states); /* an empty set */
  assert_int_equal(states[0], 0);
  for (uint64_t i = 0; i < 5000; i += 2)
    assert_int_equal(cr_seen_put(&seen, fp_of(i * 4 + 3), 64 + i % 64), 0);
  for (uint64_t n = 0; n <= 100; n++) {
    for (uint64_t i = 0; i < n; i++)
      fps[i] = fp_of((n * 40 + i) * 4 + 3);
    memset(states, 1, sizeof(states));
    cr_seen_get_all(&seen, fps, n, states);
    for (uint64_t i = 0; i < n; i++)
      assert_int_equal(states[i], cr_seen_get(&seen, fps[i]));
    assert_true(n == 100 || states[n] == 1);
  }
  cr_seen_free(&seen);
  cr_test_mem_done(&mem);
}

static void at_most_16_bytes_a_url_from_15000_on(void **state)
{
  struct cr_random random = { 2 };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  static struct cr_seen seen;
  (void)state;

  cr_test_mem_init(&mem);
  cr_seen_init(&seen, &budget, 5);
  for (int n = 1; n <= 1200000; n++) {
    assert_int_equal(cr_seen_put(&seen, cr_random_next(&random), 64), 0);
    if (n == 100)
      assert_true(seen.bytes < 20000); /* small crawls are small */
    if (n >= 15000)
      assert_true(seen.bytes <= 16 * (int64_t)n); /* also just after a table grew */
    if (n >= 100000)
      assert_true(seen.bytes <= 13 * (int64_t)n);
  }
  cr_seen_free(&seen);
  cr_test_mem_done(&mem);
}

static void the_forgotten_are_unknown_and_leave_no_trace(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  static struct cr_seen seen;
  (void)state;

  cr_test_mem_init(&mem);
  cr_seen_init(&seen, &budget, 5);
  cr_seen_forget(&seen, 200); /* nothing there */
  for (uint64_t i = 0; i < 30000; i++)
    assert_int_equal(cr_seen_put(&seen, i, i % 3 ? 200 : 64 + i % 128), 0);
  cr_seen_forget(&seen, 201); /* another state */
  assert_int_equal(seen.known, 30000);
  cr_seen_forget(&seen, 200);
  assert_int_equal(seen.known, 10000);
  for (uint64_t i = 0; i < 30000; i++)
    assert_int_equal(cr_seen_get(&seen, i), i % 3 ? 0 : 64 + i % 128);
  int64_t bytes = seen.bytes;
  for (uint64_t i = 30000; i < 45000; i++) /* they find the room that was left */
    assert_int_equal(cr_seen_put(&seen, i, 64), 0);
  assert_in_range(seen.bytes, bytes, bytes + bytes / 50); /* but for a table or two */
  cr_seen_free(&seen);
  cr_test_mem_done(&mem);
}

static void put_some(struct cr_mem *mem, void *arg)
{
  struct cr_budget budget = { mem, 0 };
  static struct cr_seen seen;
  (void)arg;

  cr_seen_init(&seen, &budget, 5);
  for (uint64_t i = 0; i < 3000; i++) {
    int err = cr_seen_put(&seen, i, 64);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    assert_int_equal(cr_seen_get(&seen, i), err == 0 ? 64 : 0);
  }
  cr_seen_free(&seen);
}

static void what_found_no_room_is_unknown(void **state)
{
  (void)state;
  cr_test_oom(put_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(states_are_kept_exactly),
    cmocka_unit_test(batches_answer_as_single_lookups_do),
    cmocka_unit_test(at_most_16_bytes_a_url_from_15000_on),
    cmocka_unit_test(the_forgotten_are_unknown_and_leave_no_trace),
    cmocka_unit_test(what_found_no_room_is_unknown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
