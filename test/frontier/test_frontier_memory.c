/* SPDX-License-Identifier: MIT */
/* test_frontier_memory.c - the whole frontier: a crawl, and what its opening, closing and small
 * operations promise. test_frontier_random.c has all operations together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/frontier_rig.h"
#include "support/oom.h"

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

static void count_freed(void *extra, void *user)
{
  assert_non_null(extra);
  --*(int *)user;
}

static void an_extra_goes_where_its_url_goes(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  int extras = 0; /* that the frontier holds */
  (void)state;

  config.free_extra = count_freed;
  config.user = &extras;
  config.host_cap = 0;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  for (uint64_t fp = 1; fp <= 4; fp++) {
    struct cr_frontier_item item = cr_frontier_rig_item(a, fp, 0);
    item.extra = &extras;
    assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
    extras++;
  }
  assert_int_equal(cr_frontier_rig_take(&rig, 3), 3);
  assert_ptr_equal(rig.tasks[0].extra, &extras);
  extras--; /* done: the caller's again */
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  rig.f->ops->set_extra(rig.f, rig.tasks[0].lease, &extras); /* stale: no effect */
  rig.f->ops->set_extra(rig.f, rig.tasks[1].lease, NULL);    /* taken back */
  extras--;
  assert_int_equal(extras, 2); /* one is queued, one is leased */
  cr_frontier_rig_close(&rig);
  assert_int_equal(extras, 0);
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
