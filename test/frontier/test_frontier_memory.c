/* SPDX-License-Identifier: MIT */
/* test_frontier_memory.c - the whole frontier: random operations against the model, and what its
 * opening, closing and small operations promise.
 *
 * The environment variable CR_TEST_SEED sets the first seed, CR_TEST_SEEDS how many follow.
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
#include "support/frontier_model.h"
#include "support/frontier_rig.h"
#include "support/oom.h"

enum { SEEDS = 60, STEPS = 1500, FPS = 250, BATCH = 6, TASKS = 16 };

/* ---- random operations ---- */

struct run {
  struct cr_mem mem;
  struct cr_frontier *f;
  struct cr_frontier_model model;
  struct cr_random random;
  uint64_t seed;
  int step;
  uint64_t log; /* hash of every answer */
  int extras;   /* that the frontier holds */
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
  if (wrong)
    fail_msg("seed %llu, step %d: %s", (unsigned long long)run->seed, run->step, wrong);
}

static void expect_equal(struct run *run, int64_t got, int64_t want, const char *what)
{
  if (got != want)
    fail_msg("seed %llu, step %d: %s is %lld, should be %lld", (unsigned long long)run->seed,
             run->step, what, (long long)got, (long long)want);
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
  item->kind = (uint8_t)(below(run, 3) ? CRAWLER_KIND_PAGE : CRAWLER_KIND_SITEMAP + below(run, 2));
  item->method = (uint8_t)below(run, 3);
  item->hops = (uint8_t)below(run, 4);
  item->flags = (uint8_t)(below(run, 6) ? 0 : below(run, 4));
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
    run->extras += verdicts[i] == CR_ADD_NEW && items[i].extra;
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

  fin.kind = below(run, 2) ? CR_FINISH_DONE : (enum cr_finish_kind)below(run, 5);
  int len = snprintf(text, sizeof(text), "/to/%0*d", (int)below(run, 90), run->step);
  fin.target = cr_span(text, (size_t)len);
  int err = run->f->ops->finish(run->f, &fin, now_ms);
  expect_equal(run, err, cr_model_finish(&run->model, &fin, now_ms), "finish");
  run->extras -= err == 0 && fin.kind == CR_FINISH_DONE && had_extra;
}

static void do_host_update(struct run *run)
{
  static const char *const addresses[] = { "192.0.2.1", "192.0.2.2", "2001:db8::1", "" };
  struct cr_host_update update = {
    .host = (uint32_t)below(run, run->model.host_count),
    .fields = (unsigned)below(run, 64),
    .next_ok_ms = any_time(run),
    .blocked_until_ms = below(run, 5) ? any_time(run) : CR_NEVER,
    .max_in_flight = (uint32_t)below(run, 4),
    .slow = below(run, 2),
    .address = cr_span_text(addresses[below(run, 4)]),
  };
  int64_t now_ms = run->model.now_ms + (int64_t)below(run, 3);
  int lease = any_lease(run, &update.lease);

  if (lease >= 0 && below(run, 20))
    update.host = run->model.leases[lease].host;
  if (below(run, 3)) /* hosts are blocked less often than they are let go */
    update.fields &= ~(unsigned)CR_HOST_BLOCKED;
  int err = run->f->ops->host_update(run->f, &update, now_ms);
  expect_equal(run, err, cr_model_host_update(&run->model, &update, now_ms), "host_update");
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

static uint64_t run_seed(struct run *run, uint64_t seed)
{
  begin(run, seed);
  for (run->step = 0; run->step < STEPS; run->step++) {
    uint64_t dice = below(run, 100);
    if (dice < 22)
      do_add(run);
    else if (dice < 50)
      do_take(run);
    else if (dice < 72)
      do_finish(run);
    else if (dice < 87)
      do_host_update(run);
    else if (dice < 94)
      do_known(run);
    else
      do_rules(run);
    compare(run);
  }
  run->f->ops->close(run->f);
  assert_int_equal(run->extras, 0);
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

  for (uint64_t seed = first; seed < first + seeds; seed++)
    (void)run_seed(&run, seed);
  print_message("seeds %llu to %llu, %d operations each\n", (unsigned long long)first,
                (unsigned long long)(first + seeds - 1), STEPS);
}

static void the_same_calls_give_the_same_answers(void **state)
{
  static struct run run;
  (void)state;

  for (uint64_t seed = 1000; seed < 1003; seed++)
    assert_true(run_seed(&run, seed) == run_seed(&run, seed));
}

/* ---- a crawl on a virtual clock ---- */

enum { SITES = 20, PAGES = 15, LASTS_MS = 130, DELAY_MS = 1000 };

struct crawl {
  struct cr_frontier_rig rig;
  struct cr_task flying[SITES];
  int64_t ends_ms[SITES]; /* -1: nothing is in flight */
  int64_t ended_ms[SITES];
  int fetched;
};

static void send_all(struct crawl *crawl)
{
  cr_frontier_rig_take(&crawl->rig, CR_RIG_TASKS);
  for (size_t i = 0; i < crawl->rig.n; i++) {
    const struct cr_task *task = &crawl->rig.tasks[i];
    assert_int_equal(crawl->ends_ms[task->host], -1);
    assert_true(crawl->rig.now_ms - crawl->ended_ms[task->host] >= DELAY_MS);
    crawl->flying[task->host] = *task;
    crawl->ends_ms[task->host] = crawl->rig.now_ms + LASTS_MS;
  }
}

static int64_t next_end(const struct crawl *crawl, uint32_t *host)
{
  int64_t first_ms = INT64_MAX;
  for (uint32_t i = 0; i < SITES; i++) {
    if (crawl->ends_ms[i] < 0 || crawl->ends_ms[i] >= first_ms)
      continue;
    first_ms = crawl->ends_ms[i];
    *host = i;
  }
  return first_ms;
}

static void end_one(struct crawl *crawl, uint32_t host)
{
  struct cr_host_update update = { .host = host,
                                   .fields = CR_HOST_RELEASE | CR_HOST_NEXT_OK,
                                   .next_ok_ms = crawl->rig.now_ms + DELAY_MS,
                                   .lease = crawl->flying[host].lease };

  assert_int_equal(cr_frontier_rig_update(&crawl->rig, &update), 0);
  cr_frontier_rig_finish(&crawl->rig, &crawl->flying[host], CR_FINISH_DONE, 0);
  crawl->ends_ms[host] = -1;
  crawl->ended_ms[host] = crawl->rig.now_ms;
  crawl->fetched++;
}

static void a_polite_crawl_takes_exactly_as_long_as_it_must(void **state)
{
  static struct crawl crawl;
  uint32_t host = 0;
  (void)state;

  cr_frontier_rig_open(&crawl.rig, NULL);
  for (uint64_t i = 0; i < SITES; i++) {
    char origin[32];
    snprintf(origin, sizeof(origin), "https://h%d.example", (int)i);
    uint32_t authority = cr_frontier_rig_authority(&crawl.rig, origin, NULL);
    for (uint64_t page = 0; page < PAGES; page++)
      cr_frontier_rig_page(&crawl.rig, authority, i * PAGES + page, 0);
    crawl.ends_ms[i] = -1;
    crawl.ended_ms[i] = -DELAY_MS;
  }
  for (;;) {
    send_all(&crawl);
    int64_t end_ms = next_end(&crawl, &host);
    if (end_ms == INT64_MAX && crawl.rig.next_due_ms == CR_NEVER)
      break;
    bool ends = end_ms <= crawl.rig.next_due_ms;
    crawl.rig.now_ms = ends ? end_ms : crawl.rig.next_due_ms;
    if (ends)
      end_one(&crawl, host);
  }
  assert_int_equal(crawl.fetched, SITES * PAGES);
  assert_int_equal(crawl.rig.now_ms, PAGES * LASTS_MS + (PAGES - 1) * DELAY_MS);
  assert_int_equal(cr_frontier_rig_count(&crawl.rig).hosts_empty, SITES);
  cr_frontier_rig_close(&crawl.rig);
}

/* ---- opening, closing, small operations ---- */

static void count_facts(void *facts, void *user)
{
  assert_non_null(facts);
  ++*(int *)user;
}

static int64_t queued_of(struct cr_frontier_rig *rig, uint32_t authority)
{
  struct cr_host_view view;

  rig->f->ops->host_view(rig->f, rig->f->ops->authority_host(rig->f, authority), &view);
  return view.queued;
}

static void facts_are_kept_and_freed_at_close(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  int freed = 0;
  int old = 0;
  int new = 0;
  (void)state;

  config.free_facts = count_facts;
  config.user = &freed;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example:81", "example");
  uint32_t b = cr_frontier_rig_authority(&rig, "https://b.example", NULL);
  assert_null(rig.f->ops->facts(rig.f, a));
  rig.f->ops->set_facts(rig.f, a, &old);
  assert_ptr_equal(rig.f->ops->facts(rig.f, a), &old);
  rig.f->ops->set_facts(rig.f, a, &new); /* the old ones are ours */
  assert_null(rig.f->ops->facts(rig.f, b));
  assert_true(cr_span_eq(rig.f->ops->authority_origin(rig.f, a), CR_SPAN("https://a.example:81")));
  assert_int_equal(queued_of(&rig, b), 0);
  assert_true(cr_span_eq(rig.f->ops->host_key(rig.f, rig.f->ops->authority_host(rig.f, b)),
                         CR_SPAN("b.example")));
  assert_int_equal(rig.f->ops->durable_seq(rig.f), 0);
  assert_true(rig.f->ops->sync);
  cr_frontier_rig_close(&rig);
  assert_int_equal(freed, 1);
}

static void rejections_last_until_they_are_forgotten(void **state)
{
  struct cr_frontier_rig rig;
  const uint64_t fps[3] = { 1, 2, 3 };
  uint8_t states[3];
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  assert_int_equal(queued_of(&rig, a), 1);
  for (int i = 0; i < 3; i++)
    assert_int_equal(rig.f->ops->reject(rig.f, fps[i], 48 + (unsigned)i), 0);
  assert_int_equal(rig.f->ops->reject(rig.f, 3, 60), 0); /* the first reason stays */
  assert_int_equal(rig.f->ops->lookup(rig.f, fps, 3, states), 0);
  assert_int_equal(CR_SEEN_CLASS(states[0]), CR_SEEN_LIVE); /* known otherwise */
  assert_int_equal(CR_SEEN_CLASS(states[2]), CR_SEEN_REJECTED);
  assert_int_equal(CR_SEEN_VALUE(states[2]), 50);
  assert_int_equal(rig.f->ops->lower(rig.f, 2, 0), CR_SEEN_REJECTED);
  rig.f->ops->forget_rejected(rig.f, 50);
  cr_frontier_rig_check(&rig);
  assert_int_equal(rig.f->ops->lookup(rig.f, fps, 3, states), 0);
  assert_true(states[0] != 0 && states[1] != 0 && states[2] == 0);
  cr_frontier_rig_page(&rig, a, 3, 0);
  cr_frontier_rig_close(&rig);
}

static void an_extra_goes_where_its_url_goes(void **state)
{
  static struct run run;
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  (void)state;

  memset(&run, 0, sizeof(run));
  config.free_extra = count_freed;
  config.user = &run;
  config.host_cap = 0;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  for (uint64_t fp = 1; fp <= 4; fp++) {
    struct cr_frontier_item item = cr_frontier_rig_item(a, fp, 0);
    item.extra = &run;
    assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
    run.extras++;
  }
  assert_int_equal(cr_frontier_rig_take(&rig, 3), 3);
  assert_ptr_equal(rig.tasks[0].extra, &run);
  run.extras--; /* done: the caller's again */
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  rig.f->ops->set_extra(rig.f, rig.tasks[0].lease, &run); /* stale: no effect */
  rig.f->ops->set_extra(rig.f, rig.tasks[1].lease, NULL); /* taken back */
  run.extras--;
  assert_int_equal(run.extras, 2); /* one is queued, one is leased */
  cr_frontier_rig_close(&rig);
  assert_int_equal(run.extras, 0);
}

static void a_small_crawl_is_small(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  assert_true(rig.mem->used[CR_MEM_FRONTIER] < 40000);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", "a.example");
  for (uint64_t fp = 0; fp < 100; fp++)
    cr_frontier_rig_page(&rig, a, fp * 12345, 0);
  assert_true(rig.mem->used[CR_MEM_FRONTIER] < 150000);
  struct cr_frontier_stats stats;
  rig.f->ops->stats(rig.f, &stats);
  assert_true(stats.known == 100 && stats.queued_pages == 100 && stats.hosts == 1);
  cr_frontier_rig_close(&rig);
}

static void open_and_close(struct cr_mem *mem, void *arg)
{
  struct cr_frontier_config config = { .mem = mem, .seed = 1 };
  struct cr_frontier *f = NULL;
  (void)arg;

  int err = cr_frontier_memory_open(&f, &config);
  assert_int_equal(err, cr_test_oom_refused(mem) ? CRAWLER_E_NOMEM : 0);
  if (err == 0)
    f->ops->close(f);
}

static void opening_fails_cleanly(void **state)
{
  (void)state;
  cr_test_oom(open_and_close, NULL);
}

static void an_empty_frontier_gives_nothing(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  assert_int_equal(rig.next_due_ms, CR_NEVER);
  rig.f->ops->set_caps(rig.f, 1, 1, 1);
  rig.f->ops->set_default_gate(rig.f, true);
  rig.f->ops->forget_rejected(rig.f, 50);
  cr_frontier_rig_check(&rig);
  cr_frontier_rig_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_operations_agree_with_the_model),
    cmocka_unit_test(the_same_calls_give_the_same_answers),
    cmocka_unit_test(a_polite_crawl_takes_exactly_as_long_as_it_must),
    cmocka_unit_test(facts_are_kept_and_freed_at_close),
    cmocka_unit_test(rejections_last_until_they_are_forgotten),
    cmocka_unit_test(an_extra_goes_where_its_url_goes),
    cmocka_unit_test(a_small_crawl_is_small),
    cmocka_unit_test(opening_fails_cleanly),
    cmocka_unit_test(an_empty_frontier_gives_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
