/* SPDX-License-Identifier: MIT */
/* test_frontier_add.c - what becomes of a URL that is added, and of one whose depth is lowered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/frontier_rig.h"
#include "support/oom.h"

static uint8_t state_of(struct cr_frontier_rig *rig, uint64_t fp)
{
  uint8_t state = 0;
  assert_int_equal(rig->f->ops->lookup(rig->f, &fp, 1, &state), CR_FRONTIER_NOW);
  return state;
}

static uint8_t byte(unsigned what, unsigned value)
{
  return (uint8_t)(what << 6 | value);
}

static void a_url_is_new_once(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  struct cr_frontier_item item = cr_frontier_rig_item(a, 0, 0); /* 0 is a fingerprint like others */
  assert_int_equal(state_of(&rig, 0), 0);
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_KNOWN);
  assert_int_equal(state_of(&rig, 0), byte(CR_SEEN_LIVE, 1));
  assert_int_equal(cr_frontier_rig_next(&rig), 0);
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_KNOWN); /* leased */
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_KNOWN); /* done */
  assert_int_equal(state_of(&rig, 0), byte(CR_SEEN_DONE, 1));
  assert_int_equal(cr_frontier_rig_count(&rig).queued[CRAWLER_KIND_PAGE], 0);
  cr_frontier_rig_close(&rig);
}

static void a_batch_is_taken_in_order(void **state)
{
  struct cr_frontier_rig rig;
  struct cr_frontier_item items[40];
  uint8_t verdicts[40];
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  for (uint64_t i = 0; i < 40; i++)
    items[i] = cr_frontier_rig_item(a, i / 2, 0);
  assert_int_equal(rig.f->ops->add(rig.f, items, 40, verdicts, NULL, NULL), CR_FRONTIER_NOW);
  for (int i = 0; i < 40; i++)
    assert_int_equal(verdicts[i], i % 2 ? CR_ADD_KNOWN : CR_ADD_NEW);
  assert_int_equal(rig.f->ops->add(rig.f, items, 0, verdicts, NULL, NULL), CR_FRONTIER_NOW);
  cr_frontier_rig_check(&rig);
  cr_frontier_rig_close(&rig);
}

static void what_goes_next_is_before_its_equals(void **state)
{
  static const struct {
    int8_t priority;
    uint8_t flags;
  } added[] = { { 0, 0 }, { 0, CR_ITEM_NEXT }, { 1, 0 }, { 0, CR_ITEM_NEXT }, { 0, 0 } };
  static const uint64_t taken[] = { 2, 3, 1, 0, 4 };
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  for (uint64_t i = 0; i < 5; i++) {
    struct cr_frontier_item item = cr_frontier_rig_item(a, i, added[i].priority);
    item.flags = added[i].flags;
    assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  }
  for (uint64_t i = 0; i < 5; i++) {
    assert_int_equal(cr_frontier_rig_next(&rig), taken[i]);
    cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  }
  cr_frontier_rig_close(&rig);
}

static void a_shorter_path_lowers_the_depth_wherever_the_url_is(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  struct cr_frontier_item item = cr_frontier_rig_item(a, 7, 0);
  item.depth = 200;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  assert_int_equal(state_of(&rig, 7), byte(CR_SEEN_LIVE, CR_SEEN_DEEP));
  item.depth = 150;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_SHALLOWER); /* queued */
  assert_int_equal(rig.f->ops->lower(rig.f, 7, 150), CR_SEEN_UNKNOWN);  /* not smaller */
  assert_int_equal(rig.f->ops->lower(rig.f, 7, 100), CR_SEEN_LIVE);
  assert_int_equal(cr_frontier_rig_next(&rig), 7);
  assert_int_equal(rig.tasks[0].depth, 100);
  assert_int_equal(rig.f->ops->lower(rig.f, 7, 80), CR_SEEN_LIVE); /* leased */
  assert_int_equal(rig.f->ops->lease_depth(rig.f, rig.tasks[0].lease), 80);
  cr_frontier_rig_check(&rig);
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  assert_int_equal(rig.f->ops->lower(rig.f, 7, 70), CR_SEEN_UNKNOWN); /* done: 63 or more */
  item.depth = 5;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_SHALLOWER);
  assert_int_equal(state_of(&rig, 7), byte(CR_SEEN_DONE, 5));
  assert_int_equal(rig.f->ops->lower(rig.f, 7, 4), CR_SEEN_DONE);
  assert_int_equal(rig.f->ops->lower(rig.f, 8, 0), CR_SEEN_UNKNOWN); /* never heard of */
  cr_frontier_rig_close(&rig);
}

static void force_queues_what_is_known_but_not_what_is_live(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  struct cr_frontier_item item = cr_frontier_rig_item(a, 7, 0);
  item.flags = CR_ITEM_FORCE;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_KNOWN);
  assert_int_equal(cr_frontier_rig_next(&rig), 7);
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_KNOWN);
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  assert_int_equal(cr_frontier_rig_next(&rig), 7);
  assert_int_equal(rig.tasks[0].attempt, 1);

  assert_int_equal(rig.f->ops->reject(rig.f, 8, 48), 0);
  item.fp = 8;
  item.flags = 0;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_KNOWN);
  item.flags = CR_ITEM_FORCE;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  struct cr_frontier_stats stats;
  rig.f->ops->stats(rig.f, &stats);
  assert_int_equal(stats.known, 2);
  cr_frontier_rig_close(&rig);
}

static void the_pending_cap_is_tested_before_anything_is_remembered(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  (void)state;

  config.max_pending = 2;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  uint32_t b = cr_frontier_rig_authority(&rig, "https://b.example", NULL);
  struct cr_frontier_item third = cr_frontier_rig_item(a, 3, 0);
  cr_frontier_rig_page(&rig, a, 1, 0);
  cr_frontier_rig_page(&rig, a, 2, 0);
  assert_int_equal(cr_frontier_rig_add(&rig, &third), CR_ADD_CAP);
  assert_int_equal(state_of(&rig, 3), 0);
  cr_frontier_rig_page(&rig, b, 4, 0); /* the cap is a host's */
  assert_int_equal(cr_frontier_rig_next(&rig), 1);
  assert_int_equal(cr_frontier_rig_add(&rig, &third), CR_ADD_NEW); /* what is leased isn't queued */
  struct cr_frontier_item again = cr_frontier_rig_item(a, 2, 0);
  assert_int_equal(cr_frontier_rig_add(&rig, &again), CR_ADD_KNOWN);   /* known is said first */
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_GIVE_BACK, 0); /* over the cap: allowed */
  assert_int_equal(cr_frontier_rig_count(&rig).queued[CRAWLER_KIND_PAGE], 4);
  cr_frontier_rig_close(&rig);
}

static void an_item_that_cannot_be_changes_nothing(void **state)
{
  static char long_target[65536];
  struct cr_frontier_rig rig;
  struct cr_frontier_item items[2];
  uint8_t verdicts[2];
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  memset(long_target, 'x', sizeof(long_target));
  for (int i = 0; i < 5; i++) {
    items[0] = cr_frontier_rig_item(a, 1, 0);
    items[1] = cr_frontier_rig_item(a, 2, 0);
    items[1].authority = i == 0 ? a + 1 : i == 1 ? CR_NO_ID : a;
    items[1].kind = i == 2 ? CRAWLER_KIND_ROBOTS : i == 3 ? CR_FRONTIER_KINDS : 0;
    items[1].target = i == 4 ? cr_span(long_target, sizeof(long_target)) : CR_SPAN("/");
    assert_int_equal(rig.f->ops->add(rig.f, items, 2, verdicts, NULL, NULL), CRAWLER_E_INVAL);
    assert_int_equal(state_of(&rig, 1), 0);
  }
  items[1].target.len = 65535;
  assert_int_equal(rig.f->ops->add(rig.f, items, 2, verdicts, NULL, NULL), 0);
  cr_frontier_rig_check(&rig);
  cr_frontier_rig_close(&rig);
}

static void not_before_is_exact(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  struct cr_frontier_item item = cr_frontier_rig_item(a, 7, 0);
  item.not_before_ms = 1001;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  rig.now_ms = 1000;
  assert_int_equal(cr_frontier_rig_next(&rig), UINT64_MAX);
  assert_int_equal(rig.next_due_ms, 1001);
  rig.now_ms = 1001;
  assert_int_equal(cr_frontier_rig_next(&rig), 7);
  cr_frontier_rig_close(&rig);
}

static void the_ceiling_is_never_passed_and_refusals_leave_no_mark(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  uint64_t fp = 1;
  (void)state;

  config.max_bytes = 200000;
  config.host_cap = 0;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  struct cr_frontier_item item = cr_frontier_rig_item(a, fp, 0);
  while (cr_frontier_rig_add(&rig, &item) == CR_ADD_NEW) {
    assert_true(rig.mem->used[CR_MEM_FRONTIER] <= config.max_bytes);
    item.fp = ++fp;
    item.not_before_ms = fp % 5 ? 0 : 5; /* delayed ones need a little more */
    item.priority = (int8_t)(fp % 200);
  }
  assert_in_range(fp, 500, 4000);
  assert_int_equal(state_of(&rig, fp), 0);
  assert_true(rig.f->ops->reject(rig.f, UINT64_C(1) << 40, 48) == 0 ||
              state_of(&rig, UINT64_C(1) << 40) == 0);

  /* A full frontier can be emptied, and then there is room again. */
  rig.now_ms = 5;
  for (uint64_t left = fp - 1; left > 0;) {
    assert_int_not_equal(cr_frontier_rig_take(&rig, CR_RIG_TASKS), 0);
    left -= rig.n;
    for (size_t i = 0; i < rig.n; i++)
      cr_frontier_rig_finish(&rig, &rig.tasks[i], CR_FINISH_DONE, 0);
  }
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  cr_frontier_rig_close(&rig);
}

enum { BATCH = 3 };

/* What was refused for memory is unknown, and the frontier is sound. */
static void add_batch(struct cr_frontier *f, uint32_t authority, uint64_t first, struct cr_mem *mem)
{
  static const char *const pages[] = { "https://r.example/", "https://r.example/another/page" };
  struct cr_frontier_item items[BATCH];
  uint8_t verdicts[BATCH];

  for (uint64_t i = 0; i < BATCH; i++) {
    items[i] = cr_frontier_rig_item(authority, first + i, (int8_t)(first % 7));
    items[i].not_before_ms = (first + i) % 4 ? 0 : 1000;
    items[i].referrer = cr_span_text(pages[first % 2]); /* shared by the batch */
  }
  assert_int_equal(f->ops->add(f, items, BATCH, verdicts, NULL, NULL), 0);
  for (uint64_t i = 0; i < BATCH; i++) {
    uint8_t seen = 0;
    assert_int_equal(f->ops->lookup(f, &items[i].fp, 1, &seen), 0);
    assert_true(verdicts[i] == CR_ADD_NEW ||
                (verdicts[i] == CR_ADD_MEMORY && cr_test_oom_refused(mem)));
    assert_int_equal(seen != 0, verdicts[i] == CR_ADD_NEW);
  }
  assert_null(cr_frontier_memory_check(f));
}

static void assert_referrers_are_whole(struct cr_frontier *f)
{
  struct cr_take want = { 1000, 200, 200, 200, 200, 200 };
  static struct cr_task tasks[200];
  int64_t due = 0;
  size_t n = 0;

  if (f->ops->take(f, &want, tasks, &n, &due, NULL, NULL) < 0)
    return; /* no memory for a single lease */
  for (size_t i = 0; i < n; i++)
    assert_true(cr_span_eq(tasks[i].referrer, CR_SPAN("https://r.example/")) ||
                cr_span_eq(tasks[i].referrer, CR_SPAN("https://r.example/another/page")));
}

static void add_some(struct cr_mem *mem, void *arg)
{
  struct cr_frontier_config config = { .mem = mem, .seed = 1 };
  struct cr_frontier *f = NULL;
  (void)arg;

  if (cr_frontier_memory_open(&f, &config) < 0) {
    assert_true(cr_test_oom_refused(mem));
    return;
  }
  uint32_t a = f->ops->authority(f, CR_SPAN("https://a.example"), CR_SPAN("a.example"),
                                 CR_SPAN("a.example"), false);
  for (uint64_t fp = 0; a != CR_NO_ID && fp < 150; fp += BATCH)
    add_batch(f, a, fp, mem);
  assert_referrers_are_whole(f);
  f->ops->close(f);
}

static void without_memory_nothing_is_remembered(void **state)
{
  (void)state;
  cr_test_oom(add_some, NULL);
}

static void what_is_over_is_known_and_never_queued(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  uint64_t fp = 7;
  uint8_t seen = 0;
  (void)state;

  config.max_pending = 1;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  struct cr_frontier_item item = cr_frontier_rig_item(a, fp, 0);
  item.flags = CR_ITEM_OVER;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW); /* no cap is in its way */
  assert_int_equal(rig.f->ops->lookup(rig.f, &fp, 1, &seen), CR_FRONTIER_NOW);
  assert_int_equal(seen, CR_SEEN_DONE << 6 | 1);
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_KNOWN);
  item.depth = 0;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_SHALLOWER);
  item.flags |= CR_ITEM_FORCE;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  item.fp = 1; /* that one is live */
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_SHALLOWER);
  assert_int_equal(cr_frontier_rig_count(&rig).queued[CRAWLER_KIND_PAGE], 1);
  cr_frontier_rig_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_url_is_new_once),
    cmocka_unit_test(a_batch_is_taken_in_order),
    cmocka_unit_test(what_goes_next_is_before_its_equals),
    cmocka_unit_test(a_shorter_path_lowers_the_depth_wherever_the_url_is),
    cmocka_unit_test(force_queues_what_is_known_but_not_what_is_live),
    cmocka_unit_test(the_pending_cap_is_tested_before_anything_is_remembered),
    cmocka_unit_test(an_item_that_cannot_be_changes_nothing),
    cmocka_unit_test(not_before_is_exact),
    cmocka_unit_test(the_ceiling_is_never_passed_and_refusals_leave_no_mark),
    cmocka_unit_test(without_memory_nothing_is_remembered),
    cmocka_unit_test(what_is_over_is_known_and_never_queued),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
