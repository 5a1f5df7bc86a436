/* SPDX-License-Identifier: MIT */
/* test_histogram.c - percentiles are those of the sorted values, an eighth too high at most. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/histogram.h"
#include "base/random.h"

static void an_empty_one_says_0(void **state)
{
  struct cr_histogram h = { .max = 0 };
  (void)state;

  assert_true(cr_histogram_count(&h) == 0);
  assert_true(cr_histogram_max(&h) == 0);
  for (int per_mille = 1; per_mille <= 1000; per_mille++)
    assert_true(cr_histogram_percentile(&h, per_mille) == 0);
}

static void a_single_value_is_every_percentile(void **state)
{
  static const int64_t values[] = {
    0,          1,          7,        8, 15, 16, 17, 999, 1000, 4294967295, UINT32_C(1) << 31,
    4294967296, 5000000000, INT64_MAX
  };
  (void)state;

  for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
    struct cr_histogram h = { .max = 0 };

    cr_histogram_add(&h, values[i]);
    assert_true(cr_histogram_count(&h) == 1);
    assert_true(cr_histogram_max(&h) == values[i]);
    assert_true(cr_histogram_percentile(&h, 1) == values[i]);
    assert_true(cr_histogram_percentile(&h, 500) == values[i]);
    assert_true(cr_histogram_percentile(&h, 1000) == values[i]);
  }
}

static void values_below_0_count_as_0(void **state)
{
  struct cr_histogram h = { .max = 0 };
  (void)state;

  cr_histogram_add(&h, -1);
  cr_histogram_add(&h, INT64_MIN);
  assert_true(cr_histogram_count(&h) == 2);
  assert_true(cr_histogram_percentile(&h, 1000) == 0);
}

/* The largest value that can't be told from this one. */
static int64_t top_of(int64_t value)
{
  struct cr_histogram h = { .max = 0 };

  cr_histogram_add(&h, value);
  cr_histogram_add(&h, INT64_MAX);
  return cr_histogram_percentile(&h, 500);
}

static void buckets_meet_without_gap_and_are_an_eighth_wide_at_most(void **state)
{
  int64_t bottom = 0;
  int buckets = 0;
  (void)state;

  while (bottom < INT64_C(1) << CR_HISTOGRAM_VALUE_BITS) {
    int64_t top = top_of(bottom);

    buckets++;
    assert_true(top >= bottom);
    if (top == INT64_MAX)
      break;
    assert_true(top < 16 ? top == bottom : top - bottom < bottom / 8 + (bottom % 8 != 0));
    assert_true(top_of(top) == top);
    assert_true(top_of(bottom + (top - bottom) / 2) == top);
    bottom = top + 1;
  }
  assert_int_equal(buckets, CR_HISTOGRAM_BUCKETS);
  assert_true(bottom > INT64_C(3600) * 1000000); /* microseconds of an hour are told */
}

static void what_is_larger_than_all_buckets_is_told_by_the_largest(void **state)
{
  struct cr_histogram h = { .max = 0 };
  (void)state;

  for (int i = 0; i < 99; i++)
    cr_histogram_add(&h, INT64_C(1) << (i % 30 + 33));
  cr_histogram_add(&h, 5);
  assert_true(cr_histogram_count(&h) == 100);
  assert_true(cr_histogram_percentile(&h, 10) == 5);
  assert_true(cr_histogram_percentile(&h, 11) == INT64_C(1) << 62);
  assert_true(cr_histogram_max(&h) == INT64_C(1) << 62);
}

static int compare(const void *a, const void *b)
{
  int64_t x = *(const int64_t *)a;
  int64_t y = *(const int64_t *)b;

  return (x > y) - (x < y);
}

/* By the definition: the smallest value that per_mille of all don't exceed. */
static void check_percentiles(const struct cr_histogram *h, const int64_t *sorted, size_t count)
{
  int64_t before = 0;

  for (int per_mille = 1; per_mille <= 1000; per_mille++) {
    int64_t want = sorted[(count * (size_t)per_mille + 999) / 1000 - 1];
    int64_t got = cr_histogram_percentile(h, per_mille);

    assert_true(got >= want);
    assert_true(got <= want + want / 8);
    assert_true(got >= before);
    before = got;
  }
  assert_true(before == sorted[count - 1]);
  assert_true(cr_histogram_max(h) == sorted[count - 1]);
  assert_true(cr_histogram_count(h) == (int64_t)count);
}

static void percentiles_are_those_of_the_sorted_values(void **state)
{
  static const size_t counts[] = { 1, 2, 3, 10, 99, 100, 101, 999, 1000, 1001, 5000 };
  struct cr_random random = { 20 };
  int64_t values[5000];
  (void)state;

  for (int bits = 1; bits <= 31; bits++) {
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
      struct cr_histogram h = { .max = 0 };

      for (size_t n = 0; n < counts[i]; n++) {
        /* Small ones and large ones are about as frequent. */
        uint64_t below = UINT64_C(1) << cr_random_below(&random, (uint64_t)bits + 1);
        values[n] = (int64_t)cr_random_below(&random, below);
        cr_histogram_add(&h, values[n]);
      }
      qsort(values, counts[i], sizeof(*values), compare);
      check_percentiles(&h, values, counts[i]);
    }
  }
}

static void counts_of_many_years_are_no_overflow(void **state)
{
  struct cr_histogram h = { .max = 9 };
  (void)state;

  atomic_store(&h.counts[3], INT64_C(4000000000000000000));
  atomic_store(&h.counts[9], INT64_C(4000000000000000000));
  assert_true(cr_histogram_count(&h) == INT64_C(8000000000000000000));
  assert_true(cr_histogram_percentile(&h, 500) == 3);
  assert_true(cr_histogram_percentile(&h, 501) == 9);
}

/* ---- one thread adds, another reads ---- */

enum { ADDED = 200000 };

static void *add_many(void *arg)
{
  struct cr_histogram *h = arg;

  for (int64_t i = 0; i < ADDED; i++)
    cr_histogram_add(h, i % 1000);
  return NULL;
}

static void a_copy_of_one_that_grows_is_of_one_moment(void **state)
{
  static struct cr_histogram h;
  pthread_t thread;
  int64_t count = 0;
  (void)state;

  assert_int_equal(pthread_create(&thread, NULL, add_many, &h), 0);
  while (count < ADDED) {
    struct cr_histogram copy;

    cr_histogram_copy(&copy, &h);
    assert_true(cr_histogram_count(&copy) >= count);
    count = cr_histogram_count(&copy);
    assert_true(cr_histogram_percentile(&copy, 500) <= cr_histogram_percentile(&copy, 999));
    assert_true(cr_histogram_percentile(&copy, 999) <= cr_histogram_max(&copy));
  }
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_true(count == ADDED);
  assert_true(cr_histogram_max(&h) == 999);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_empty_one_says_0),
    cmocka_unit_test(a_single_value_is_every_percentile),
    cmocka_unit_test(values_below_0_count_as_0),
    cmocka_unit_test(buckets_meet_without_gap_and_are_an_eighth_wide_at_most),
    cmocka_unit_test(what_is_larger_than_all_buckets_is_told_by_the_largest),
    cmocka_unit_test(percentiles_are_those_of_the_sorted_values),
    cmocka_unit_test(counts_of_many_years_are_no_overflow),
    cmocka_unit_test(a_copy_of_one_that_grows_is_of_one_moment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
