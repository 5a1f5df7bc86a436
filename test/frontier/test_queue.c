/* SPDX-License-Identifier: MIT */
/* test_queue.c - one host's due URLs against an array that is searched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "frontier/queue.h"
#include "support/oom.h"

enum { ENTRIES = 120, STEPS = 40000 };

struct rig {
  struct cr_mem mem;
  struct cr_budget budget;
  struct cr_slab slab;
  struct cr_queue queue;
  uint32_t names[ENTRIES];
  int64_t order[ENTRIES]; /* 0: not queued */
  int64_t back, front;
};

static uint32_t make(struct cr_slab *slab, int8_t priority)
{
  struct cr_entry_shared shared = { NULL, CR_SLAB_NONE };
  uint8_t kind = priority & 1 ? CRAWLER_KIND_REQUISITE : CRAWLER_KIND_PAGE;
  struct cr_frontier_item item = { .priority = priority, .kind = kind };
  uint32_t name = cr_entry_make(slab, &item, &shared);
  assert_int_not_equal(name, CR_ENTRY_NONE);
  return name;
}

static void begin(struct rig *rig, unsigned priorities)
{
  struct cr_random random = { priorities };

  memset(rig, 0, sizeof(*rig));
  cr_test_mem_init(&rig->mem);
  rig->budget.mem = &rig->mem;
  cr_slab_init(&rig->slab, &rig->budget);
  cr_queue_init(&rig->queue);
  for (int i = 0; i < ENTRIES; i++)
    rig->names[i] = make(&rig->slab, (int8_t)(cr_random_below(&random, priorities) * 37));
}

static void end(struct rig *rig)
{
  cr_queue_reset(&rig->queue, &rig->budget);
  cr_slab_close(&rig->slab);
  cr_test_mem_done(&rig->mem);
}

static const struct cr_entry *entry_of(const struct rig *rig, int i)
{
  return cr_entry_at(&rig->slab, rig->names[i]);
}

static int rank_of(const struct rig *rig, int i)
{
  return cr_entry_band(entry_of(rig, i)->kind, entry_of(rig, i)->priority);
}

static int first_of(const struct rig *rig)
{
  int first = -1;
  for (int i = 0; i < ENTRIES; i++) {
    if (rig->order[i] == 0)
      continue;
    int difference = first < 0 ? 1 : rank_of(rig, i) - rank_of(rig, first);
    if (difference > 0 || (difference == 0 && rig->order[i] < rig->order[first]))
      first = i;
  }
  return first;
}

static void push(struct rig *rig, int i, bool in_front)
{
  assert_int_equal(cr_queue_reserve(&rig->queue, &rig->budget, (int16_t)rank_of(rig, i)), 0);
  rig->order[i] = in_front ? --rig->front : ++rig->back;
  if (in_front)
    cr_queue_push_front(&rig->queue, &rig->slab, rig->names[i]);
  else
    cr_queue_push(&rig->queue, &rig->slab, rig->names[i]);
}

static void what_is_no_page_first_then_by_priority_then_by_arrival(void **state)
{
  static struct rig rig;
  struct cr_random random = { 1 };
  (void)state;

  for (unsigned priorities = 1; priorities <= 256; priorities *= 4) {
    begin(&rig, priorities);
    uint32_t len = 0;
    for (int step = 0; step < STEPS / 4; step++) {
      int i = (int)cr_random_below(&random, ENTRIES);
      int first = first_of(&rig);
      uint32_t head = cr_queue_head(&rig.queue);
      assert_int_equal(rig.queue.len, len);
      assert_int_equal(head, first < 0 ? CR_ENTRY_NONE : rig.names[first]);
      if (first >= 0) {
        assert_int_equal(cr_queue_head_priority(&rig.queue, &rig.slab),
                         entry_of(&rig, first)->priority);
        assert_int_equal(cr_queue_head_kind(&rig.queue, &rig.slab), entry_of(&rig, first)->kind);
      }
      if (rig.order[i] == 0) {
        push(&rig, i, cr_random_below(&random, 4) == 0);
        len++;
      } else {
        assert_int_equal(cr_queue_pop(&rig.queue, &rig.slab), head);
        rig.order[first] = 0;
        len--;
      }
    }
    end(&rig);
  }
}

static void what_stepped_aside_finds_its_place_again(void **state)
{
  static struct rig rig;
  struct cr_random random = { 2 };
  (void)state;

  for (int round = 0; round < 50; round++) {
    begin(&rig, 4);
    rig.queue.back_order = UINT32_MAX - 20; /* the numbers wrap around */
    rig.queue.front_order = rig.queue.back_order - 1;
    for (int i = 0; i < ENTRIES; i++)
      push(&rig, i, cr_random_below(&random, 5) == 0);
    uint32_t aside[ENTRIES];
    int count = (int)cr_random_below(&random, ENTRIES);
    for (int i = 0; i < count; i++)
      aside[i] = cr_queue_pop(&rig.queue, &rig.slab);
    for (int i = count; i-- > 1;) { /* back in any order */
      int k = (int)cr_random_below(&random, (uint64_t)i + 1);
      uint32_t swap = aside[i];
      aside[i] = aside[k];
      aside[k] = swap;
    }
    for (int i = 0; i < count; i++)
      cr_queue_put_back(&rig.queue, &rig.slab, aside[i]);
    for (int i = 0; i < ENTRIES; i++) {
      int first = first_of(&rig);
      assert_int_equal(cr_queue_pop(&rig.queue, &rig.slab), rig.names[first]);
      rig.order[first] = 0;
    }
    end(&rig);
  }
}

static void a_band_that_was_made_stays(void **state)
{
  static struct rig rig;
  (void)state;

  begin(&rig, 256);
  for (int i = 0; i < ENTRIES; i++)
    push(&rig, i, false);
  while (cr_queue_pop(&rig.queue, &rig.slab) != CR_ENTRY_NONE)
    continue;
  int64_t blocks = rig.mem.blocks;
  int64_t calls = rig.mem.calls;
  for (int i = 0; i < ENTRIES; i++) /* without reserving */
    cr_queue_push_front(&rig.queue, &rig.slab, rig.names[i]);
  assert_int_equal(rig.mem.calls, calls);
  while (cr_queue_pop(&rig.queue, &rig.slab) != CR_ENTRY_NONE)
    continue;
  cr_queue_reset(&rig.queue, &rig.budget);
  assert_int_equal(rig.mem.blocks, blocks - 1);
  assert_int_equal(rig.queue.band_count, 0);
  end(&rig);
}

static void one_priority_needs_no_memory(void **state)
{
  static struct rig rig;
  (void)state;

  begin(&rig, 1);
  int64_t calls = rig.mem.calls;
  for (int i = 0; i < ENTRIES; i++)
    push(&rig, i, false);
  assert_int_equal(rig.mem.calls, calls);
  cr_queue_prefetch_head(&rig.queue, &rig.slab); /* these may be asked of any queue */
  cr_queue_prefetch_tail(&rig.queue, &rig.slab, 0);
  cr_queue_prefetch_tail(&rig.queue, &rig.slab, 1);
  while (cr_queue_pop(&rig.queue, &rig.slab) != CR_ENTRY_NONE)
    continue;
  cr_queue_prefetch_head(&rig.queue, &rig.slab);
  cr_queue_prefetch_tail(&rig.queue, &rig.slab, 0);
  end(&rig);
}

static void reserve_some(struct cr_mem *mem, void *arg)
{
  struct cr_budget budget = { mem, 0 };
  struct cr_queue queue;
  (void)arg;

  cr_queue_init(&queue);
  uint16_t made = 0;
  for (int priority = -128; priority < 128; priority++) {
    int err = cr_queue_reserve(&queue, &budget, (int8_t)priority);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    made += err == 0;
  }
  assert_int_equal(queue.band_count, made);
  cr_queue_reset(&queue, &budget);
}

static void a_band_that_could_not_be_made_changes_nothing(void **state)
{
  (void)state;
  cr_test_oom(reserve_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_no_page_first_then_by_priority_then_by_arrival),
    cmocka_unit_test(what_stepped_aside_finds_its_place_again),
    cmocka_unit_test(a_band_that_was_made_stays),
    cmocka_unit_test(one_priority_needs_no_memory),
    cmocka_unit_test(a_band_that_could_not_be_made_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
