/* SPDX-License-Identifier: MIT */
/* test_resolve_cache.c - entries by name, busy and idle, and which of them go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/random.h"
#include "fetch/resolve_cache.h"
#include "support/oom.h"

enum { NAMES = 200, MAX_IDLE = 20 };

struct fixture {
  struct cr_mem mem;
  struct cr_resolve_cache cache;
};

static int set_up(void **state)
{
  struct fixture *f = test_calloc(1, sizeof(*f));

  cr_test_mem_init(&f->mem);
  cr_resolve_cache_init(&f->cache, &f->mem, MAX_IDLE, 1);
  *state = f;
  return 0;
}

static int tear_down(void **state)
{
  struct fixture *f = *state;

  cr_resolve_cache_free(&f->cache);
  cr_test_mem_done(&f->mem);
  test_free(f);
  return 0;
}

static struct cr_span name_of(int i, char text[32])
{
  (void)snprintf(text, 32, "host%d.test", i);
  return cr_span_text(text);
}

static struct cr_resolve_entry *find(struct fixture *f, int i)
{
  char text[32];
  return cr_resolve_cache_find(&f->cache, name_of(i, text));
}

static struct cr_resolve_entry *add(struct fixture *f, int i)
{
  char text[32];
  struct cr_resolve_entry *entry = cr_resolve_cache_add(&f->cache, name_of(i, text), true);

  assert_non_null(entry);
  assert_string_equal(entry->name, text);
  assert_int_equal(entry->stage, CR_RESOLVE_WAITING);
  return entry;
}

static void entries_are_found_by_their_whole_name(void **state)
{
  struct fixture *f = *state;
  struct cr_resolve_entry *entries[NAMES];

  assert_null(find(f, 0));
  for (int i = 0; i < NAMES; i++)
    entries[i] = add(f, i);
  for (int i = 0; i < NAMES; i++)
    assert_ptr_equal(find(f, i), entries[i]);
  assert_null(cr_resolve_cache_find(&f->cache, CR_SPAN("host1.tes")));
  assert_null(cr_resolve_cache_find(&f->cache, CR_SPAN("")));
}

static void unlisted_entries_are_not_found_and_not_counted(void **state)
{
  struct fixture *f = *state;
  struct cr_resolve_entry *entry = cr_resolve_cache_add(&f->cache, CR_SPAN("a.test"), false);

  assert_non_null(entry);
  assert_null(cr_resolve_cache_find(&f->cache, CR_SPAN("a.test")));
  assert_int_equal(f->cache.entry_count, 0);
  cr_resolve_cache_drop(&f->cache, entry);
}

static void the_least_recently_used_goes_first(void **state)
{
  struct fixture *f = *state;

  for (int i = 0; i < MAX_IDLE; i++)
    cr_resolve_cache_make_idle(&f->cache, add(f, i));
  cr_resolve_cache_make_busy(&f->cache, find(f, 0)); /* used again */
  cr_resolve_cache_make_idle(&f->cache, find(f, 0));
  cr_resolve_cache_make_idle(&f->cache, add(f, 100));
  assert_null(find(f, 1));
  assert_non_null(find(f, 0));
  cr_resolve_cache_make_idle(&f->cache, add(f, 101));
  assert_null(find(f, 2));
  assert_int_equal(f->cache.idle_count, MAX_IDLE);
  assert_int_equal(f->cache.entry_count, MAX_IDLE);
}

static void busy_entries_never_go(void **state)
{
  struct fixture *f = *state;

  for (int i = 0; i < NAMES; i++) {
    struct cr_resolve_entry *entry = add(f, i);
    if (i % 2)
      cr_resolve_cache_make_idle(&f->cache, entry);
  }
  for (int i = 0; i < NAMES; i += 2)
    assert_non_null(find(f, i));
  assert_int_equal(f->cache.idle_count, MAX_IDLE);
}

static void a_cache_of_no_size_keeps_nothing(void **state)
{
  struct fixture *f = *state;

  f->cache.max_idle = 0;
  cr_resolve_cache_make_idle(&f->cache, add(f, 1));
  assert_null(find(f, 1));
}

static void an_answer_replaces_the_one_before_and_is_cut(void **state)
{
  struct fixture *f = *state;
  struct cr_resolve_entry *entry = add(f, 1);
  struct cr_address addresses[CR_RESOLVE_MAX_ADDRESSES + 4];

  for (size_t i = 0; i < CR_RESOLVE_MAX_ADDRESSES + 4; i++)
    addresses[i] = (struct cr_address){ .bytes = { 10, 0, 0, (uint8_t)i }, .family = 4 };
  cr_resolve_cache_answer(&f->cache, entry, NULL, 0, "no such host");
  assert_int_equal(entry->stage, CR_RESOLVE_ANSWERED);
  assert_int_equal(entry->address_count, 0);
  assert_string_equal(entry->why, "no such host");
  cr_resolve_cache_answer(&f->cache, entry, addresses, CR_RESOLVE_MAX_ADDRESSES + 4, NULL);
  assert_int_equal(entry->address_count, CR_RESOLVE_MAX_ADDRESSES);
  assert_int_equal(entry->addresses[15].bytes[3], 15);
  assert_null(entry->why);
}

static void freeing_takes_questions_off(void **state)
{
  struct fixture *f = *state;
  struct cr_resolve question = { .done = NULL };
  struct cr_resolve_entry *entry = add(f, 1);

  cr_list_init(&question.link);
  cr_list_push(&entry->questions, &question.link);
  question.state = entry;
  cr_resolve_cache_free(&f->cache);
  assert_null(question.state);
  assert_true(cr_list_empty(&question.link));
  assert_null(find(f, 1));
}

/* Against a model: which names are there, which of them idle, and when each was used last. */
static void random_use_agrees_with_a_list(void **state)
{
  struct fixture *f = *state;
  struct cr_random random = { 99 };
  enum { ABSENT, BUSY, IDLE } is[NAMES] = { ABSENT };
  int used[NAMES] = { 0 };

  for (int n = 1; n < 20000; n++) {
    int i = (int)cr_random_below(&random, NAMES);
    struct cr_resolve_entry *entry = find(f, i);
    assert_int_equal(entry != NULL, is[i] != ABSENT);
    if (!entry) {
      (void)add(f, i);
      is[i] = BUSY;
    } else if (cr_random_below(&random, 5) == 0) {
      cr_resolve_cache_drop(&f->cache, entry);
      is[i] = ABSENT;
    } else if (is[i] == IDLE) {
      cr_resolve_cache_make_busy(&f->cache, entry);
      is[i] = BUSY;
    } else {
      int idle = 0;
      int oldest = i;
      cr_resolve_cache_make_idle(&f->cache, entry);
      is[i] = IDLE;
      used[i] = n;
      for (int k = 0; k < NAMES; k++) {
        idle += is[k] == IDLE;
        if (is[k] == IDLE && used[k] < used[oldest])
          oldest = k;
      }
      if (idle > MAX_IDLE)
        is[oldest] = ABSENT;
    }
  }
}

static void oom_scenario(struct cr_mem *mem, void *arg)
{
  struct cr_resolve_cache cache;
  struct cr_address address = { .bytes = { 10 }, .family = 4 };
  char text[32];
  (void)arg;

  cr_resolve_cache_init(&cache, mem, MAX_IDLE, 1);
  for (int i = 0; i < 150; i++) {
    struct cr_resolve_entry *entry = cr_resolve_cache_add(&cache, name_of(i, text), true);
    if (!entry) {
      assert_true(cr_test_oom_refused(mem));
      continue;
    }
    assert_ptr_equal(cr_resolve_cache_find(&cache, name_of(i, text)), entry);
    entry->expires_ms = 1000;
    cr_resolve_cache_answer(&cache, entry, &address, 1, NULL);
    assert_int_equal(entry->stage, CR_RESOLVE_ANSWERED);
    if (entry->address_count == 0) {
      assert_string_equal(entry->why, "out of memory");
      assert_int_equal(entry->expires_ms, 0);
    }
    if (i % 3 == 0)
      cr_resolve_cache_make_idle(&cache, entry);
  }
  cr_resolve_cache_free(&cache);
}

static void running_out_of_memory_loses_single_names(void **state)
{
  (void)state;
  cr_test_oom(oom_scenario, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(entries_are_found_by_their_whole_name),
    TEST(unlisted_entries_are_not_found_and_not_counted),
    TEST(the_least_recently_used_goes_first),
    TEST(busy_entries_never_go),
    TEST(a_cache_of_no_size_keeps_nothing),
    TEST(an_answer_replaces_the_one_before_and_is_cut),
    TEST(freeing_takes_questions_off),
    TEST(random_use_agrees_with_a_list),
    cmocka_unit_test(running_out_of_memory_loses_single_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
