/* SPDX-License-Identifier: MIT */
/* test_frontier_random.c - the whole frontier: random operations against the model.
 *
 * All operations, all flags and all fields. The environment variable CR_TEST_SEED sets the first
 * seed, CR_TEST_SEEDS how many follow. With faults planted in the frontier's operations, each is
 * found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/random.h"
#include "crawl/crawler.h"
#include "frontier/frontier_memory.h"
#include "support/frontier_faults.h"
#include "support/frontier_model.h"
#include "support/oom.h"

enum { SEEDS = 60, STEPS = 1500, FPS = 250, BATCH = 6, TASKS = 16 };

struct run {
  struct cr_mem mem;
  struct cr_frontier *f;
  struct cr_frontier_model model;
  struct cr_random random;
  uint64_t seed;
  int step;
  uint64_t log; /* hash of every answer */
  int extras;   /* that the frontier holds */
  bool is_wrong;
  char wrong[160]; /* what was, first */
  struct cr_frontier_config config;
};

static uint64_t below(struct run *run, uint64_t n)
{
  return cr_random_below(&run->random, n);
}

static void note(struct run *run, const void *data, size_t bytes)
{
  run->log = cr_hash64(data, bytes, run->log);
}

static void expect(struct run *run, const char *wrong)
{
  if (!wrong || run->is_wrong)
    return;
  run->is_wrong = true;
  (void)snprintf(run->wrong, sizeof(run->wrong), "seed %llu, step %d: %s",
                 (unsigned long long)run->seed, run->step, wrong);
}

static void expect_equal(struct run *run, int64_t got, int64_t want, const char *what)
{
  char text[96];

  (void)snprintf(text, sizeof(text), "%s is %lld, should be %lld", what, (long long)got,
                 (long long)want);
  expect(run, got == want ? NULL : text);
}

static void count_freed(void *extra, void *user)
{
  struct run *run = user;
  assert_non_null(extra);
  run->extras--;
}

static void make_hosts(struct run *run)
{
  uint32_t hosts = 2 + (uint32_t)below(run, 10);

  for (uint32_t i = 0; i < hosts; i++) {
    char host[32];
    char site[32];
    snprintf(host, sizeof(host), "h%u.example", i);
    snprintf(site, sizeof(site), "s%u.example", i / 3);
    bool has_site = below(run, 4) != 0;
    struct cr_span site_span = cr_span_text(has_site ? site : NULL);
    uint32_t schemes = 1 + (uint32_t)below(run, 3);
    for (uint32_t k = 0; k < schemes; k++) {
      char origin[64];
      snprintf(origin, sizeof(origin), "%s%u://%s", k ? "https" : "http", k, host);
      uint32_t id = run->f->ops->authority(run->f, cr_span_text(origin), cr_span_text(host),
                                           site_span, false);
      assert_int_equal(id, run->model.authority_count);
      assert_int_equal(run->f->ops->authority_host(run->f, id), i);
      cr_model_authority(&run->model, i, site_span);
    }
  }
}

static uint32_t any_authority(struct run *run)
{
  return (uint32_t)below(run, run->model.authority_count);
}

/* Few values, and near now: ties and both sides of it. */
static int64_t any_time(struct run *run)
{
  static const int64_t offsets[] = { -5, 0, 1, 2, 3, 7, 40, 300, 5000, 400000 };
  return run->model.now_ms + offsets[below(run, sizeof(offsets) / sizeof(offsets[0]))];
}

static void fill_item(struct run *run, struct cr_frontier_item *item, char *text)
{
  static const int8_t priorities[] = { 0, 0, 0, 5, 100, -10, -100, 127, -128 };
  static const char *const texts[] = { "", "https://r.example/1", "https://r.example/two" };

  memset(item, 0, sizeof(*item));
  item->fp = below(run, FPS);
  item->authority = any_authority(run);
  item->depth = (uint16_t)(below(run, 10) ? below(run, 8) : below(run, 100));
  item->priority = priorities[below(run, sizeof(priorities))];
  item->lastmod_s = below(run, 3);
  item->kind = (uint8_t)(below(run, 3) ? CRAWLER_KIND_PAGE : CRAWLER_KIND_SITEMAP + below(run, 2));
  item->method = (uint8_t)below(run, 3);
  item->hops = (uint8_t)below(run, 4);
  item->flags = (uint8_t)(below(run, 4) ? 0 : below(run, 32));
  item->not_before_ms = below(run, 5) ? 0 : any_time(run);
  int len = snprintf(text, CR_MODEL_TEXT, "/%0*d", (int)below(run, 90), (int)item->fp);
  item->target = cr_span(text, (size_t)len);
  item->referrer = cr_span_text(texts[below(run, 3)]);
  item->via = cr_span_text(texts[below(run, 3)]);
  item->seed = cr_span_text(texts[below(run, 3)]);
  item->meta = cr_span_text(texts[below(run, 3)]);
  item->extra = below(run, 3) ? NULL : run;
}

static void do_add(struct run *run)
{
  struct cr_frontier_item items[BATCH];
  char texts[BATCH][CR_MODEL_TEXT];
  uint8_t verdicts[BATCH];
  size_t n = 1 + below(run, BATCH);

  for (size_t i = 0; i < n; i++) {
    fill_item(run, &items[i], texts[i]);
    if (i > 0 && below(run, 2)) { /* found on the same page */
      items[i].referrer = items[i - 1].referrer;
      items[i].via = items[i - 1].via;
      items[i].seed = items[i - 1].seed;
      items[i].meta = items[i - 1].meta;
    }
  }
  expect_equal(run, run->f->ops->add(run->f, items, n, verdicts, NULL, NULL), 0, "add");
  for (size_t i = 0; i < n; i++) {
    expect_equal(run, verdicts[i], cr_model_add(&run->model, &items[i]), "verdict");
    bool is_over = (items[i].flags & CR_ITEM_OVER) != 0; /* its extra is still ours */
    run->extras += verdicts[i] == CR_ADD_NEW && items[i].extra && !is_over;
  }
  note(run, verdicts, n);
}

static void do_take(struct run *run)
{
  struct cr_task tasks[TASKS];
  struct cr_take want = { .now_ms = run->model.now_ms, .max_tasks = (uint32_t)below(run, TASKS) };
  size_t n = 0;
  int64_t due_ms = 0;

  if (below(run, 2))
    want.now_ms += (int64_t)below(run, below(run, 3) ? 12 : 6000);
  want.max_fast = below(run, 4) ? TASKS : (uint32_t)below(run, 3);
  want.max_untried = below(run, 4) ? TASKS : (uint32_t)below(run, 3);
  want.max_slow = below(run, 4) ? TASKS : (uint32_t)below(run, 3);
  want.max_pages = below(run, 4) ? TASKS : (uint32_t)below(run, 3);
  expect_equal(run, run->f->ops->take(run->f, &want, tasks, &n, &due_ms, NULL, NULL), 0, "take");
  expect(run, cr_model_take(&run->model, &want, tasks, n, due_ms));
  for (size_t i = 0; i < n; i++) {
    note(run, &tasks[i].fp, sizeof(tasks[i].fp));
    note(run, &tasks[i].lease, sizeof(tasks[i].lease));
  }
  note(run, &due_ms, sizeof(due_ms));
}

/* A lease that is held, most of the time. */
static int any_lease(struct run *run, struct cr_lease *lease)
{
  int first = (int)below(run, CR_MODEL_LEASES);

  *lease = (struct cr_lease){ (uint32_t)below(run, 20), (uint32_t)below(run, 4) };
  if (below(run, 12) == 0)
    return cr_model_find_lease(&run->model, *lease);
  for (int i = 0; i < CR_MODEL_LEASES; i++) {
    int at = (first + i) % CR_MODEL_LEASES;
    if (!run->model.leases[at].held)
      continue;
    *lease = run->model.leases[at].lease;
    return at;
  }
  return cr_model_find_lease(&run->model, *lease);
}

static void do_finish(struct run *run)
{
  struct cr_finish fin = { .at_ms = any_time(run), .authority = any_authority(run) };
  char text[CR_MODEL_TEXT];
  int64_t now_ms = run->model.now_ms + (int64_t)below(run, 3);
  int lease = any_lease(run, &fin.lease);
  bool had_extra = lease >= 0 && run->model.leases[lease].url >= 0 &&
                   run->model.urls[run->model.leases[lease].url].item.extra;

  fin.kind = below(run, 2) ? CR_FINISH_DONE : (enum cr_finish_kind)below(run, 6);
  int len = snprintf(text, sizeof(text), "/to/%0*d", (int)below(run, 90), run->step);
  fin.target = cr_span(text, (size_t)len);
  int err = run->f->ops->finish(run->f, &fin, now_ms);
  expect_equal(run, err, cr_model_finish(&run->model, &fin, now_ms), "finish");
  bool is_over = fin.kind == CR_FINISH_DONE || fin.kind == CR_FINISH_UNCOUNTED;
  run->extras -= err == 0 && is_over && had_extra;
}

static void do_host_update(struct run *run)
{
  static const char *const addresses[] = { "192.0.2.1", "192.0.2.2", "2001:db8::1", "" };
  struct cr_host_update update = {
    .host = (uint32_t)below(run, run->model.host_count),
    .fields = (unsigned)below(run, 128),
    .next_ok_ms = any_time(run),
    .blocked_until_ms = below(run, 5) ? any_time(run) : CR_NEVER,
    .max_in_flight = (uint32_t)below(run, 4),
    .slow = below(run, 2),
    .spent = below(run, 3) == 0,
    .address = cr_span_text(addresses[below(run, 4)]),
  };
  int64_t now_ms = run->model.now_ms + (int64_t)below(run, 3);
  int lease = any_lease(run, &update.lease);

  if (lease >= 0 && below(run, 20))
    update.host = run->model.leases[lease].host;
  if (below(run, 3)) /* hosts are blocked, or spent, less often than they are let go */
    update.fields &= ~(unsigned)CR_HOST_BLOCKED;
  if (below(run, 3))
    update.fields &= ~(unsigned)CR_HOST_SPENT;
  int err = run->f->ops->host_update(run->f, &update, now_ms);
  expect_equal(run, err, cr_model_host_update(&run->model, &update, now_ms), "host_update");
}

/* A host is paused, which ends when somebody says so, or the whole crawl. */
static void do_pause(struct run *run)
{
  uint32_t first = (uint32_t)below(run, run->model.host_count);
  uint32_t end = below(run, 4) ? first + 1 : run->model.host_count;
  struct cr_host_update update = { .fields = CR_HOST_BLOCKED };

  if (end == run->model.host_count && end > first + 1)
    first = 0;
  update.blocked_until_ms = below(run, 2) ? CR_NEVER : below(run, 3) ? 0 : any_time(run);
  for (update.host = first; update.host < end; update.host++)
    expect_equal(run, run->f->ops->host_update(run->f, &update, run->model.now_ms),
                 cr_model_host_update(&run->model, &update, run->model.now_ms), "pause");
}

static void do_known(struct run *run)
{
  uint64_t fps[BATCH];
  uint8_t states[BATCH];
  size_t n = below(run, BATCH + 1);
  uint16_t depth = (uint16_t)below(run, 80);

  for (size_t i = 0; i < n; i++)
    fps[i] = below(run, FPS);
  expect_equal(run, run->f->ops->lookup(run->f, fps, n, states), 0, "lookup");
  for (size_t i = 0; i < n; i++)
    expect_equal(run, states[i], cr_model_lookup(&run->model, fps[i]), "state");
  if (n == 0)
    return;
  unsigned reason = (unsigned)below(run, 3); /* so that some are forgotten */
  switch (below(run, 6)) {
  case 0:
    run->f->ops->forget_rejected(run->f, reason);
    cr_model_forget_rejected(&run->model, reason);
    break;
  case 1:
    expect_equal(run, run->f->ops->reject(run->f, fps[0], reason), 0, "reject");
    cr_model_reject(&run->model, fps[0], reason);
    break;
  default:
    expect_equal(run, run->f->ops->lower(run->f, fps[0], depth),
                 cr_model_lower(&run->model, fps[0], depth), "lower");
  }
}

/* What robots.txt said is known, and for how long. */
static void open_gate(struct run *run)
{
  uint32_t authority = any_authority(run);
  enum cr_gate meanwhile = below(run, 2) ? CR_GATE_OPEN : CR_GATE_ASKED;
  int64_t stale_ms = below(run, 4) ? any_time(run) : CR_NEVER;

  run->f->ops->set_gate(run->f, authority, CR_GATE_OPEN);
  cr_model_set_gate(&run->model, authority, CR_GATE_OPEN);
  run->f->ops->set_stale(run->f, authority, stale_ms, meanwhile);
  cr_model_set_stale(&run->model, authority, stale_ms, meanwhile);
}

static void limit_pages(struct run *run)
{
  int64_t pages = below(run, 3) ? (int64_t)below(run, 40) : CR_NEVER;

  run->f->ops->set_host_pages(run->f, pages);
  run->model.host_pages = pages;
}

static void do_rules(struct run *run)
{
  uint32_t authority = any_authority(run);
  enum cr_gate gate = below(run, 3) ? CR_GATE_OPEN : (enum cr_gate)below(run, 3);
  uint32_t caps[3] = { (uint32_t)below(run, 4), (uint32_t)below(run, 4), (uint32_t)below(run, 4) };
  struct cr_lease lease;
  int found = any_lease(run, &lease);
  bool closed = below(run, 2);

  switch (below(run, 12)) {
  case 0:
    expect_equal(run, run->f->ops->set_default_gate(run->f, closed),
                 cr_model_set_default_gate(&run->model, closed), "set_default_gate");
    break;
  case 1:
    run->f->ops->set_caps(run->f, caps[0], caps[1], caps[2]);
    run->model.config.host_cap = caps[0];
    run->model.config.site_cap = caps[1];
    run->model.config.address_cap = caps[2];
    break;
  case 2:
    if (found >= 0 && run->model.leases[found].url >= 0)
      run->extras += !run->model.urls[run->model.leases[found].url].item.extra;
    run->f->ops->set_extra(run->f, lease, run);
    cr_model_set_extra(&run->model, found, run);
    break;
  case 3:
    limit_pages(run);
    break;
  case 4:
  case 5:
  case 6:
    open_gate(run);
    break;
  default:
    run->f->ops->set_gate(run->f, authority, gate);
    cr_model_set_gate(&run->model, authority, gate);
  }
}

static void compare(struct run *run)
{
  struct cr_frontier_count count;
  struct cr_frontier_stats stats;

  expect(run, cr_frontier_memory_check(run->f));
  run->f->ops->recount(run->f, &count);
  run->f->ops->stats(run->f, &stats);
  expect(run, cr_model_compare(&run->model, &count, &stats));
  note(run, &count, sizeof(count));
  note(run, &stats, sizeof(stats));
  for (uint32_t i = 0; i < run->model.host_count; i++) {
    struct cr_host_view view;
    run->f->ops->host_view(run->f, i, &view);
    expect(run, cr_model_compare_host(&run->model, i, &view));
  }
  for (int i = 0; i < CR_MODEL_LEASES; i++) {
    const struct cr_model_lease *lease = &run->model.leases[i];
    if (lease->held && lease->url >= 0)
      expect_equal(run, run->f->ops->lease_depth(run->f, lease->lease),
                   run->model.urls[lease->url].item.depth, "lease_depth");
  }
}

static void begin(struct run *run, uint64_t seed)
{
  memset(run, 0, sizeof(*run));
  run->seed = seed;
  run->random.state = seed;
  cr_test_mem_init(&run->mem);
  run->config = (struct cr_frontier_config){
    .mem = &run->mem,
    .seed = seed * 7,
    .now_ms = (int64_t)below(run, 100000),
    .host_cap = 1 + (uint32_t)below(run, 3),
    .site_cap = (uint32_t)below(run, 3),
    .address_cap = (uint32_t)below(run, 3),
    .max_pending = below(run, 2) ? 0 : (uint32_t)below(run, 30),
    .gate = below(run, 3) != 0,
    .free_extra = count_freed,
    .user = run,
  };
  assert_int_equal(cr_frontier_memory_open(&run->f, &run->config), 0);
  cr_model_open(&run->model, &run->config);
  make_hosts(run);
}

/* Until something is wrong. fault NULL: none is planted. */
static uint64_t run_seed(struct run *run, uint64_t seed, const struct cr_frontier_fault *fault)
{
  begin(run, seed);
  if (fault)
    cr_frontier_fault_plant(run->f, fault);
  for (run->step = 0; run->step < STEPS && !run->is_wrong; run->step++) {
    uint64_t dice = below(run, 100);
    if (dice < 22)
      do_add(run);
    else if (dice < 50)
      do_take(run);
    else if (dice < 72)
      do_finish(run);
    else if (dice < 85)
      do_host_update(run);
    else if (dice < 87)
      do_pause(run);
    else if (dice < 93)
      do_known(run);
    else
      do_rules(run);
    compare(run);
  }
  run->f->ops->close(run->f);
  assert_true(run->extras == 0 || run->is_wrong);
  cr_test_mem_done(&run->mem);
  return run->log;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
  const char *text = getenv(name);
  return text ? strtoull(text, NULL, 10) : otherwise;
}

static void random_operations_agree_with_the_model(void **state)
{
  static struct run run;
  uint64_t first = number_from("CR_TEST_SEED", 1);
  uint64_t seeds = number_from("CR_TEST_SEEDS", SEEDS);
  (void)state;

  for (uint64_t seed = first; seed < first + seeds; seed++) {
    (void)run_seed(&run, seed, NULL);
    if (run.is_wrong)
      fail_msg("%s", run.wrong);
  }
  print_message("seeds %llu to %llu, %d operations each\n", (unsigned long long)first,
                (unsigned long long)(first + seeds - 1), STEPS);
}

static void the_same_calls_give_the_same_answers(void **state)
{
  static struct run run;
  (void)state;

  for (uint64_t seed = 1000; seed < 1003; seed++)
    assert_true(run_seed(&run, seed, NULL) == run_seed(&run, seed, NULL));
}

static void each_planted_fault_is_found(void **state)
{
  static struct run run;
  (void)state;

  for (size_t i = 0; i < cr_frontier_fault_count; i++) {
    const struct cr_frontier_fault *fault = &cr_frontier_faults[i];
    uint64_t seed = 0;
    do
      (void)run_seed(&run, ++seed, fault);
    while (!run.is_wrong && seed < SEEDS);
    if (!run.is_wrong)
      fail_msg("%s: not found", fault->what);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_operations_agree_with_the_model),
    cmocka_unit_test(the_same_calls_give_the_same_answers),
    cmocka_unit_test(each_planted_fault_is_found),
  };
  return cmocka_run_group_tests_name("frontier random", tests, NULL, NULL);
}
