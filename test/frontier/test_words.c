/* SPDX-License-Identifier: MIT */
/* test_words.c - the sorted table of words against a sorted array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "frontier/words.h"
#include "support/oom.h"

enum { WORDS = 3000, STEPS = 40000 };

static void assert_is_sorted(const struct cr_words *words)
{
  uint64_t before = 0;
  uint32_t used = 0;
  uint32_t count = cr_words_slot_count(words);

  for (uint32_t i = 0; i < count; i++) {
    uint64_t word = words->slots[i];
    if (word == 0)
      continue;
    uint32_t home = cr_words_home(words, word);
    assert_true(word > before);
    assert_true(home <= i);
    for (uint32_t k = home; k < i; k++)
      assert_true(words->slots[k] != 0); /* else a search would end before it */
    before = word;
    used++;
  }
  assert_int_equal(used, words->used);
  assert_true(count == 0 || words->slots[count - 1] == 0);
}

static bool holds(const struct cr_words *words, uint64_t word)
{
  return words->slots && words->slots[cr_words_find(words, word)] == word;
}

static void random_words_are_found_and_removed(void **state)
{
  static uint64_t all[WORDS];
  static bool there[WORDS];
  struct cr_random random = { 5 };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_words words = { NULL, 0, 0, 0 };
  (void)state;

  cr_test_mem_init(&mem);
  for (int i = 0; i < WORDS; i++) /* every third crowds on few homes */
    all[i] = i % 3 ? cr_random_next(&random)
                   : cr_random_below(&random, 20) << 56 | cr_random_below(&random, 1u << 30) | 1;
  for (int step = 0; step < STEPS; step++) {
    int i = (int)cr_random_below(&random, WORDS);
    assert_int_equal(holds(&words, all[i]), there[i]);
    if (there[i])
      cr_words_remove(&words, cr_words_find(&words, all[i]));
    else if (!holds(&words, all[i])) /* a twin may be there */
      assert_true(cr_words_insert(&words, &budget, all[i], 17));
    there[i] = !there[i];
    if (step % 500 == 0)
      assert_is_sorted(&words);
  }
  cr_words_free(&words, &budget);
  cr_test_mem_done(&mem);
}

static void tables_grow_by_a_quarter_at_different_sizes(void **state)
{
  struct cr_random random = { 6 };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_words words[2] = { { NULL, 0, 0, 0 }, { NULL, 0, 0, 0 } };
  uint32_t together = 0;
  (void)state;

  cr_test_mem_init(&mem);
  for (uint32_t i = 0; i < 100000; i++) {
    uint64_t word = cr_random_next(&random) | 1;
    uint32_t before[2] = { words[0].capacity, words[1].capacity };
    for (int k = 0; k < 2; k++) {
      assert_true(cr_words_insert(&words[k], &budget, word, k ? 128 : 0));
      if (i >= 1000)
        assert_true(cr_words_bytes(&words[k]) < (size_t)words[k].used * 14); /* 64 are spare */
      if (before[k] >= 320)
        assert_in_range(words[k].capacity, before[k], before[k] + before[k] / 4);
    }
    together += i > 1000 && before[0] != words[0].capacity && before[1] != words[1].capacity;
  }
  assert_int_equal(together, 0);
  for (int k = 0; k < 2; k++)
    cr_words_free(&words[k], &budget);
  cr_test_mem_done(&mem);
}

static void zeroed_slots_are_closed_up(void **state)
{
  struct cr_random random = { 8 };
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_words words = { NULL, 0, 0, 0 };
  (void)state;

  cr_test_mem_init(&mem);
  cr_words_settle(&words); /* nothing to do */
  for (int i = 0; i < WORDS; i++)
    assert_true(cr_words_insert(&words, &budget, cr_random_next(&random) | 1, 0));
  for (uint32_t i = 0; i < cr_words_slot_count(&words); i++) {
    if (words.slots[i] % 3 == 0)
      words.slots[i] = 0;
  }
  cr_words_settle(&words);
  assert_is_sorted(&words);
  assert_in_range(words.used, WORDS / 2, WORDS * 3 / 4);
  cr_words_free(&words, &budget);
  cr_test_mem_done(&mem);
}

static void words_that_crowd_at_the_end_cost_no_more_than_their_number(void **state)
{
  struct cr_mem mem;
  struct cr_budget budget = { &mem, 0 };
  struct cr_words words = { NULL, 0, 0, 0 };
  (void)state;

  cr_test_mem_init(&mem);
  for (uint64_t i = 0; i < 500; i++) { /* all want the last home, however many there are */
    assert_true(cr_words_insert(&words, &budget, UINT64_MAX - i * 1000, 0));
    assert_is_sorted(&words);
  }
  assert_true(cr_words_bytes(&words) < 500 * 8 * 4);
  cr_words_free(&words, &budget);
  cr_test_mem_done(&mem);
}

static void insert_some(struct cr_mem *mem, void *arg)
{
  struct cr_random random = { 9 };
  struct cr_budget budget = { mem, 0 };
  struct cr_words words = { NULL, 0, 0, 0 };
  uint32_t inserted = 0;
  (void)arg;

  for (int i = 0; i < 500; i++)
    inserted += cr_words_insert(&words, &budget, cr_random_next(&random), 0);
  assert_int_equal(words.used, inserted);
  assert_is_sorted(&words);
  assert_true(inserted == 500 || cr_test_oom_refused(mem));
  cr_words_free(&words, &budget);
}

static void a_failed_growth_changes_nothing(void **state)
{
  (void)state;
  cr_test_oom(insert_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_words_are_found_and_removed),
    cmocka_unit_test(tables_grow_by_a_quarter_at_different_sizes),
    cmocka_unit_test(zeroed_slots_are_closed_up),
    cmocka_unit_test(words_that_crowd_at_the_end_cost_no_more_than_their_number),
    cmocka_unit_test(a_failed_growth_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
