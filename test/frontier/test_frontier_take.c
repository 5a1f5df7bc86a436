/* SPDX-License-Identifier: MIT */
/* test_frontier_take.c - which URLs leave, in which order, and which must wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/frontier_rig.h"
#include "support/oom.h"

enum { HOSTS = 6 };

static void open_hosts(struct cr_frontier_rig *rig, const struct cr_frontier_config *config,
                       uint32_t *authorities)
{
  cr_frontier_rig_open(rig, config);
  for (int i = 0; i < HOSTS; i++) {
    char origin[32];
    snprintf(origin, sizeof(origin), "https://h%d.example", i);
    authorities[i] = cr_frontier_rig_authority(rig, origin, NULL);
  }
}

static void assert_taken(const struct cr_frontier_rig *rig, const uint64_t *fps, size_t n)
{
  assert_int_equal(rig->n, n);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(rig->tasks[i].fp, fps[i]);
}

static void finish_all(struct cr_frontier_rig *rig)
{
  for (size_t i = 0; i < rig->n; i++)
    cr_frontier_rig_finish(rig, &rig->tasks[i], CR_FINISH_DONE, 0);
}

static void within_a_host_by_priority_then_by_arrival(void **state)
{
  static const int8_t priorities[] = { 0, 127, -128, 1, 0, 127, -1, 64 };
  static const uint64_t order[] = { 2, 6, 8, 4, 1, 5, 7, 3 };
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  for (uint64_t i = 0; i < 8; i++)
    cr_frontier_rig_page(&rig, a, i + 1, priorities[i]);
  for (int i = 0; i < 8; i++) {
    assert_int_equal(cr_frontier_rig_next(&rig), order[i]);
    finish_all(&rig);
  }
  assert_int_equal(cr_frontier_rig_next(&rig), UINT64_MAX);
  cr_frontier_rig_close(&rig);
}

static void hosts_take_turns(void **state)
{
  struct cr_frontier_rig rig;
  uint32_t authorities[HOSTS];
  (void)state;

  open_hosts(&rig, NULL, authorities);
  for (uint64_t i = 0; i < HOSTS * 3; i++) /* the first host's three, the second's ... */
    cr_frontier_rig_page(&rig, authorities[i / 3], i, 0);
  for (uint64_t round = 0; round < 3; round++) {
    assert_int_equal(cr_frontier_rig_take(&rig, CR_RIG_TASKS), HOSTS); /* one slot each */
    for (uint64_t i = 0; i < HOSTS; i++)
      assert_int_equal(rig.tasks[i].fp, i * 3 + round);
    finish_all(&rig);
  }
  cr_frontier_rig_close(&rig);
}

static void one_host_may_fill_all_slots_it_has(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  uint32_t authorities[HOSTS];
  (void)state;

  config.host_cap = 3;
  open_hosts(&rig, &config, authorities);
  for (uint64_t fp = 1; fp <= 5; fp++)
    cr_frontier_rig_page(&rig, authorities[0], fp, 0);
  cr_frontier_rig_page(&rig, authorities[1], 10, 0);
  cr_frontier_rig_take(&rig, CR_RIG_TASKS);
  assert_taken(&rig, (uint64_t[]){ 1, 10, 2, 3 }, 4);
  struct cr_frontier_count count = cr_frontier_rig_count(&rig);
  assert_int_equal(count.slots, 4);
  assert_int_equal(count.hosts_waiting, 1);
  assert_int_equal(count.hosts_empty, HOSTS - 1);
  cr_frontier_rig_close(&rig);
}

static void quotas_bound_what_they_name_and_nothing_else(void **state)
{
  struct cr_frontier_rig rig;
  uint32_t authorities[HOSTS];
  (void)state;

  open_hosts(&rig, NULL, authorities);
  for (uint64_t i = 0; i < HOSTS; i++) { /* 0, 1: slow; 4, 5: untried; 1, 3, 5: no pages */
    struct cr_frontier_item item = cr_frontier_rig_item(authorities[i], i, 0);
    struct cr_host_update slow = { .host = (uint32_t)i, .fields = CR_HOST_SLOW, .slow = i < 2 };
    item.kind = i % 2 ? CRAWLER_KIND_REQUISITE : CRAWLER_KIND_PAGE;
    assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
    if (i < 4)
      assert_int_equal(cr_frontier_rig_update(&rig, &slow), 0);
  }
  static const struct {
    struct cr_take want;
    uint64_t fps[HOSTS];
    size_t n;
  } cases[] = {
    { { .max_tasks = 0, .max_fast = 9, .max_untried = 9, .max_slow = 9, .max_pages = 9 },
      { 0 },
      0 },
    { { .max_tasks = 9, .max_fast = 0, .max_untried = 0, .max_slow = 0, .max_pages = 9 },
      { 0 },
      0 },
    { { .max_tasks = 9, .max_fast = 9, .max_untried = 9, .max_slow = 9, .max_pages = 0 },
      { 3, 5, 1 },
      3 },
    { { .max_tasks = 9, .max_fast = 2, .max_untried = 2, .max_slow = 0, .max_pages = 9 },
      { 2, 3 },
      2 },
    { { .max_tasks = 9, .max_fast = 0, .max_untried = 0, .max_slow = 1, .max_pages = 9 },
      { 0 },
      1 },
    { { .max_tasks = 9, .max_fast = 9, .max_untried = 9, .max_slow = 9, .max_pages = 1 },
      { 2, 3, 5, 1 },
      4 },
    { { .max_tasks = 9, .max_fast = 0, .max_untried = 0, .max_slow = 9, .max_pages = 0 },
      { 1 },
      1 },
    { { .max_tasks = 9, .max_fast = 9, .max_untried = 0, .max_slow = 0, .max_pages = 9 },
      { 2, 3 },
      2 },
    { { .max_tasks = 9, .max_fast = 9, .max_untried = 1, .max_slow = 0, .max_pages = 9 },
      { 2, 3, 4 },
      3 },
    { { .max_tasks = 9, .max_fast = 1, .max_untried = 9, .max_slow = 0, .max_pages = 9 },
      { 2 },
      1 },
    { { .max_tasks = 3, .max_fast = 9, .max_untried = 9, .max_slow = 9, .max_pages = 9 },
      { 2, 3, 4 },
      3 },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_task taken[HOSTS];
    cr_frontier_rig_take_want(&rig, cases[i].want);
    assert_taken(&rig, cases[i].fps, cases[i].n);
    memcpy(taken, rig.tasks, sizeof(taken));
    for (size_t k = cases[i].n; k-- > 0;) /* their hosts go to the end, in the order of the hosts */
      cr_frontier_rig_finish(&rig, &taken[k], CR_FINISH_PARK, 0);
    for (uint32_t h = 0; h < HOSTS; h++) { /* and the ring is as it was at first */
      struct cr_host_update block = { .host = h, .fields = CR_HOST_BLOCKED };
      block.blocked_until_ms = CR_NEVER;
      assert_int_equal(cr_frontier_rig_update(&rig, &block), 0);
    }
    for (uint32_t h = 0; h < HOSTS; h++) {
      struct cr_host_update unblock = { .host = (h + 2) % HOSTS, .fields = CR_HOST_BLOCKED };
      assert_int_equal(cr_frontier_rig_update(&rig, &unblock), 0);
    }
  }
  cr_frontier_rig_close(&rig);
}

static void robots_come_first_and_their_urls_wait(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  (void)state;

  config.gate = true;
  config.host_cap = 4;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  cr_frontier_rig_page(&rig, a, 2, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, CR_RIG_TASKS), 1);
  const struct cr_task robots = rig.tasks[0];
  assert_int_equal(robots.kind, CRAWLER_KIND_ROBOTS);
  assert_true(robots.authority == a && robots.attempt == 1 && robots.fp == 0);
  assert_true(robots.target.len == 0 && robots.extra == NULL);
  struct cr_frontier_count count = cr_frontier_rig_count(&rig);
  assert_true(count.slots == 1 && count.leased[CRAWLER_KIND_ROBOTS] == 1);
  assert_true(count.hosts_waiting == 1 && count.queued[CRAWLER_KIND_PAGE] == 2);
  assert_int_equal(rig.next_due_ms, CR_NEVER); /* only the lease's end can change anything */
  cr_frontier_rig_page(&rig, a, 3, 100);
  assert_int_equal(cr_frontier_rig_take(&rig, CR_RIG_TASKS), 0);
  cr_frontier_rig_finish(&rig, &robots, CR_FINISH_DONE, 0); /* the gate is the caller's to open */
  assert_int_equal(cr_frontier_rig_take(&rig, CR_RIG_TASKS), 0);
  rig.f->ops->set_gate(rig.f, a, CR_GATE_OPEN);
  cr_frontier_rig_take(&rig, CR_RIG_TASKS);
  assert_taken(&rig, (uint64_t[]){ 3, 1, 2 }, 3);
  cr_frontier_rig_close(&rig);
}

static void rules_that_have_expired_are_asked_for_again(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL); /* open gates */
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  rig.f->ops->set_gate(rig.f, a, CR_GATE_UNKNOWN);
  assert_int_equal(cr_frontier_rig_next(&rig), 0);
  assert_int_equal(rig.tasks[0].kind, CRAWLER_KIND_ROBOTS);
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  rig.f->ops->set_gate(rig.f, a, CR_GATE_OPEN);
  assert_int_equal(cr_frontier_rig_next(&rig), 1);
  cr_frontier_rig_close(&rig);
}

/* An authority that was judged, and has pages of fp 1 to 4; its rules are stale from 100 on. */
static uint32_t open_stale(struct cr_frontier_rig *rig, enum cr_gate meanwhile)
{
  struct cr_frontier_config config = cr_frontier_rig_config();

  config.gate = true;
  config.host_cap = 2;
  cr_frontier_rig_open(rig, &config);
  uint32_t a = cr_frontier_rig_authority(rig, "https://a.example", NULL);
  for (uint64_t fp = 1; fp <= 4; fp++)
    cr_frontier_rig_page(rig, a, fp, 0);
  rig->f->ops->set_gate(rig->f, a, CR_GATE_OPEN);
  rig->f->ops->set_stale(rig->f, a, 100, meanwhile);
  rig->now_ms = 99;
  assert_int_equal(cr_frontier_rig_next(rig), 1);
  cr_frontier_rig_finish(rig, &rig->tasks[0], CR_FINISH_DONE, 0);
  rig->now_ms = 100;
  assert_int_equal(cr_frontier_rig_next(rig), 0);
  assert_false(rig->tasks[0].again);
  return a;
}

static void stale_rules_are_asked_for_while_urls_go_on_leaving(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_stale(&rig, CR_GATE_OPEN);
  struct cr_task robots = rig.tasks[0];
  assert_int_equal(robots.authority, a);
  assert_int_equal(cr_frontier_rig_next(&rig), 2);
  const struct cr_task page = rig.tasks[0];
  cr_frontier_rig_finish(&rig, &robots, CR_FINISH_RETRY, 300);
  assert_int_equal(cr_frontier_rig_next(&rig), 3);
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  rig.now_ms = 300;
  assert_int_equal(cr_frontier_rig_next(&rig), 0);
  robots = rig.tasks[0];
  assert_true(robots.again && robots.attempt == 2);
  cr_frontier_rig_check(&rig);
  rig.f->ops->set_gate(rig.f, a, CR_GATE_OPEN);
  rig.f->ops->set_stale(rig.f, a, 400, CR_GATE_OPEN);
  cr_frontier_rig_finish(&rig, &robots, CR_FINISH_DONE, 0);
  cr_frontier_rig_finish(&rig, &page, CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 4);
  cr_frontier_rig_close(&rig);
}

static void or_while_they_wait(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_stale(&rig, CR_GATE_ASKED);
  const struct cr_task robots = rig.tasks[0];
  assert_int_equal(cr_frontier_rig_next(&rig), UINT64_MAX);
  rig.f->ops->set_gate(rig.f, a, CR_GATE_OPEN); /* fresh for good */
  cr_frontier_rig_finish(&rig, &robots, CR_FINISH_DONE, 0);
  rig.now_ms = 1000000;
  assert_int_equal(cr_frontier_rig_next(&rig), 2);
  cr_frontier_rig_close(&rig);
}

static void a_robots_task_is_as_polite_as_any_other(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_host_update update = { .fields = CR_HOST_NEXT_OK, .next_ok_ms = 500 };
  struct cr_frontier_rig rig;
  (void)state;

  config.gate = true;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0);
  rig.now_ms = 499;
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  assert_int_equal(rig.next_due_ms, 500);
  rig.now_ms = 500;
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 1);
  cr_frontier_rig_close(&rig);
}

static void a_page_that_may_not_leave_does_not_ask_for_robots(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_take want = {
    .max_tasks = 9, .max_fast = 9, .max_untried = 9, .max_slow = 9, .max_pages = 0
  };
  struct cr_frontier_rig rig;
  (void)state;

  config.gate = true;
  cr_frontier_rig_open(&rig, &config);
  cr_frontier_rig_page(&rig, cr_frontier_rig_authority(&rig, "https://a.example", NULL), 1, 0);
  assert_int_equal(cr_frontier_rig_take_want(&rig, want), 0);
  want.max_pages = 1;
  assert_int_equal(cr_frontier_rig_take_want(&rig, want), 1);
  cr_frontier_rig_close(&rig);
}

static void next_ok_and_parks_are_exact(void **state)
{
  struct cr_host_update update = { .fields = CR_HOST_NEXT_OK, .next_ok_ms = 1003 };
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  cr_frontier_rig_update(&rig, &update);
  update.next_ok_ms = 900; /* the later one counts */
  cr_frontier_rig_update(&rig, &update);
  assert_int_equal(cr_frontier_rig_count(&rig).hosts_sleeping, 1);
  rig.now_ms = 1002;
  assert_int_equal(cr_frontier_rig_next(&rig), UINT64_MAX);
  assert_int_equal(rig.next_due_ms, 1003);
  update.fields = CR_HOST_BLOCKED;
  update.blocked_until_ms = 1010;
  cr_frontier_rig_update(&rig, &update);
  assert_int_equal(cr_frontier_rig_count(&rig).hosts_blocked, 1);
  rig.now_ms = 1009;
  assert_int_equal(cr_frontier_rig_next(&rig), UINT64_MAX);
  assert_int_equal(rig.next_due_ms, 1010);
  update.blocked_until_ms = CR_NEVER;
  cr_frontier_rig_update(&rig, &update);
  rig.now_ms = 100000;
  assert_int_equal(cr_frontier_rig_next(&rig), UINT64_MAX);
  assert_int_equal(rig.next_due_ms, CR_NEVER);
  update.blocked_until_ms = 0; /* the last one counts */
  cr_frontier_rig_update(&rig, &update);
  assert_int_equal(cr_frontier_rig_next(&rig), 1);
  cr_frontier_rig_close(&rig);
}

static void time_never_goes_back(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  struct cr_frontier_item item = cr_frontier_rig_item(a, 1, 0);
  rig.now_ms = 1000;
  assert_int_equal(cr_frontier_rig_next(&rig), UINT64_MAX);
  rig.now_ms = 10;
  item.not_before_ms = 500;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  assert_int_equal(cr_frontier_rig_next(&rig), 1);
  rig.now_ms = CR_NEVER; /* as late as it gets */
  assert_int_equal(cr_frontier_rig_next(&rig), UINT64_MAX);
  cr_frontier_rig_close(&rig);
}

static void low_priorities_do_not_starve(void **state)
{
  struct cr_frontier_rig rig;
  uint32_t authorities[HOSTS];
  int low = 0;
  (void)state;

  open_hosts(&rig, NULL, authorities);
  for (uint64_t fp = 0; fp < 200; fp++) /* the first host's are of the lowest priority */
    cr_frontier_rig_page(&rig, authorities[fp % HOSTS], fp, fp % HOSTS ? 100 : -100);
  for (int i = 0; i < 160; i++) {
    uint64_t fp = cr_frontier_rig_next(&rig);
    low += fp % HOSTS == 0;
    finish_all(&rig);
  }
  assert_int_equal(low, 20); /* of 160: one in eight */
  cr_frontier_rig_close(&rig);
}

/* Every task's lease is held; without memory for one nothing is taken. */
static void take_some(struct cr_mem *mem, void *arg)
{
  struct cr_frontier_config config = { .mem = mem, .seed = 1, .gate = true };
  struct cr_take want = {
    .max_tasks = 8, .max_fast = 8, .max_untried = 8, .max_slow = 8, .max_pages = 8
  };
  struct cr_frontier *f = NULL;
  struct cr_task tasks[8];
  int64_t due = 0;
  (void)arg;

  if (cr_frontier_memory_open(&f, &config) < 0)
    return;
  uint32_t a = f->ops->authority(f, CR_SPAN("https://a.example"), CR_SPAN("a.example"),
                                 cr_span(NULL, 0), false);
  for (uint64_t fp = 0; a != CR_NO_ID && fp < 200; fp++) {
    struct cr_frontier_item item = cr_frontier_rig_item(a, fp, 0);
    uint8_t verdict = 0;
    (void)f->ops->add(f, &item, 1, &verdict, NULL, NULL); /* or memory is out */
  }
  for (int round = 0; a != CR_NO_ID && round < 25; round++) {
    size_t n = 0;
    int err = f->ops->take(f, &want, tasks, &n, &due, NULL, NULL);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && n == 0 && cr_test_oom_refused(mem)));
    if (round == 0)
      f->ops->set_gate(f, a, CR_GATE_OPEN);
    for (size_t i = 0; i < n; i++) {
      struct cr_finish fin = { .lease = tasks[i].lease, .kind = CR_FINISH_RETRY, .at_ms = 10 };
      if (i % 2)
        assert_int_equal(f->ops->finish(f, &fin, 0), 0);
    }
    assert_null(cr_frontier_memory_check(f));
  }
  f->ops->close(f);
}

static void without_memory_for_a_lease_nothing_is_taken(void **state)
{
  (void)state;
  cr_test_oom(take_some, NULL);
}

static uint32_t open_wide(struct cr_frontier_rig *rig)
{
  struct cr_frontier_config config = cr_frontier_rig_config();

  config.host_cap = 9;
  cr_frontier_rig_open(rig, &config);
  return cr_frontier_rig_authority(rig, "https://a.example", NULL);
}

static void add_requisite(struct cr_frontier_rig *rig, uint32_t authority, uint64_t fp)
{
  struct cr_frontier_item item = cr_frontier_rig_item(authority, fp, -9);

  item.kind = CRAWLER_KIND_REQUISITE;
  assert_int_equal(cr_frontier_rig_add(rig, &item), CR_ADD_NEW);
}

static void a_host_gives_no_more_pages_than_it_is_granted(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_wide(&rig);
  rig.f->ops->set_host_pages(rig.f, 2);
  for (uint64_t fp = 1; fp <= 4; fp++)
    cr_frontier_rig_page(&rig, a, fp, 0);
  add_requisite(&rig, a, 5);
  assert_int_equal(cr_frontier_rig_take(&rig, 8), 3);
  assert_taken(&rig, (const uint64_t[]){ 5, 1, 2 }, 3); /* 5 is no page, and so the first */
  const struct cr_task last = rig.tasks[2];
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  cr_frontier_rig_finish(&rig, &rig.tasks[1], CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 8), 0);
  cr_frontier_rig_finish(&rig, &last, CR_FINISH_UNCOUNTED, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 8), 1);
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_GIVE_BACK, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 8), 1);
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 8), 0);
  assert_int_equal(rig.next_due_ms, CR_NEVER);
  assert_int_equal(cr_frontier_rig_count(&rig).hosts_exhausted, 1);
  add_requisite(&rig, a, 6);
  assert_int_equal(cr_frontier_rig_count(&rig).hosts_exhausted, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 6);
  finish_all(&rig);
  rig.f->ops->set_host_pages(rig.f, CR_NEVER);
  assert_int_equal(cr_frontier_rig_take(&rig, 8), 1);
  finish_all(&rig);
  cr_frontier_rig_check(&rig);
  cr_frontier_rig_close(&rig);
}

static void a_spent_host_gives_nothing_until_it_is_told(void **state)
{
  struct cr_host_update update = { .fields = CR_HOST_SPENT, .spent = true };
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_wide(&rig);
  cr_frontier_rig_page(&rig, a, 1, 0);
  update.host = rig.f->ops->authority_host(rig.f, a);
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 8), 0);
  add_requisite(&rig, a, 2);
  assert_int_equal(cr_frontier_rig_take(&rig, 8), 0);
  assert_int_equal(cr_frontier_rig_count(&rig).hosts_exhausted, 1);
  update.spent = false;
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 8), 2);
  finish_all(&rig);
  cr_frontier_rig_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_host_gives_no_more_pages_than_it_is_granted),
    cmocka_unit_test(a_spent_host_gives_nothing_until_it_is_told),
    cmocka_unit_test(within_a_host_by_priority_then_by_arrival),
    cmocka_unit_test(hosts_take_turns),
    cmocka_unit_test(one_host_may_fill_all_slots_it_has),
    cmocka_unit_test(quotas_bound_what_they_name_and_nothing_else),
    cmocka_unit_test(robots_come_first_and_their_urls_wait),
    cmocka_unit_test(rules_that_have_expired_are_asked_for_again),
    cmocka_unit_test(stale_rules_are_asked_for_while_urls_go_on_leaving),
    cmocka_unit_test(or_while_they_wait),
    cmocka_unit_test(a_robots_task_is_as_polite_as_any_other),
    cmocka_unit_test(a_page_that_may_not_leave_does_not_ask_for_robots),
    cmocka_unit_test(next_ok_and_parks_are_exact),
    cmocka_unit_test(time_never_goes_back),
    cmocka_unit_test(low_priorities_do_not_starve),
    cmocka_unit_test(without_memory_for_a_lease_nothing_is_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
