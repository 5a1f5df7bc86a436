/* SPDX-License-Identifier: MIT */
/* test_frontier_view.c - asking what is there changes nothing, and tells queued from leased. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/frontier_rig.h"

static void a_name_is_found_only_where_it_was_made(void **state)
{
  struct cr_frontier_rig rig;
  struct cr_frontier_stats stats;
  uint32_t authority;
  uint32_t host;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  rig.f->ops->find(rig.f, CR_SPAN("https://a.example"), CR_SPAN("a.example"), &authority, &host);
  assert_int_equal(authority, a);
  assert_int_equal(host, rig.f->ops->authority_host(rig.f, a));
  rig.f->ops->find(rig.f, CR_SPAN("http://a.example"), CR_SPAN("a.example"), &authority, &host);
  assert_int_equal(authority, CR_NO_ID); /* of another scheme, on the same host */
  assert_int_equal(host, rig.f->ops->authority_host(rig.f, a));
  rig.f->ops->find(rig.f, CR_SPAN("https://b.example"), CR_SPAN("b.example"), &authority, &host);
  assert_int_equal(authority, CR_NO_ID);
  assert_int_equal(host, CR_NO_ID);
  rig.f->ops->stats(rig.f, &stats);
  assert_int_equal(stats.hosts, 1);
  cr_frontier_rig_close(&rig);
}

static bool view_of(struct cr_frontier_rig *rig, uint64_t fp, struct cr_url_view *view)
{
  bool found = rig->f->ops->url_view(rig->f, fp, view);

  cr_frontier_rig_check(rig);
  return found;
}

static void a_url_is_seen_queued_leased_delayed_and_no_more(void **state)
{
  struct cr_frontier_rig rig;
  struct cr_url_view view;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  struct cr_frontier_item item = cr_frontier_rig_item(a, 7, 3);
  item.referrer = CR_SPAN("https://a.example/from");
  item.seed = CR_SPAN("https://a.example/seed");
  item.flags = CR_ITEM_SEED;
  assert_false(view_of(&rig, 7, &view));
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  assert_true(view_of(&rig, 7, &view));
  assert_false(view.is_leased);
  assert_int_equal(view.due_ms, 0);
  assert_int_equal(view.depth, 1);
  assert_int_equal(view.attempt, 1);
  assert_int_equal(view.flags, CR_ITEM_SEED);
  assert_true(cr_span_eq(view.referrer, CR_SPAN("https://a.example/from")));
  assert_true(cr_span_eq(view.seed, CR_SPAN("https://a.example/seed")));
  assert_int_equal(view.via.len, 0);

  assert_int_equal(cr_frontier_rig_next(&rig), 7);
  assert_true(view_of(&rig, 7, &view));
  assert_true(view.is_leased);
  struct cr_task task = rig.tasks[0];
  cr_frontier_rig_page(&rig, a, 8, 0);
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_RETRY, 5000);
  assert_true(view_of(&rig, 7, &view));
  assert_false(view.is_leased);
  assert_int_equal(view.due_ms, 5000);
  assert_int_equal(view.attempt, 2);
  assert_true(view_of(&rig, 8, &view));
  assert_int_equal(view.due_ms, 0);

  rig.now_ms = 5000;
  assert_int_equal(cr_frontier_rig_next(&rig), 7);
  task = rig.tasks[0];
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_DONE, 0);
  assert_false(view_of(&rig, 7, &view));
  cr_frontier_rig_close(&rig);
}

static void a_hosts_pages_are_those_leased_or_done(void **state)
{
  struct cr_frontier_rig rig;
  struct cr_host_view view;
  (void)state;

  cr_frontier_rig_open(&rig, NULL);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  cr_frontier_rig_page(&rig, a, 2, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 1);
  rig.f->ops->host_view(rig.f, 0, &view);
  assert_int_equal(view.pages, 1);
  assert_int_equal(view.queued, 1);
  assert_int_equal(view.leased, 1);
  struct cr_task task = rig.tasks[0];
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_UNCOUNTED, 0);
  rig.f->ops->host_view(rig.f, 0, &view);
  assert_int_equal(view.pages, 0);
  assert_int_equal(view.leased, 0);
  cr_frontier_rig_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_name_is_found_only_where_it_was_made),
    cmocka_unit_test(a_url_is_seen_queued_leased_delayed_and_no_more),
    cmocka_unit_test(a_hosts_pages_are_those_leased_or_done),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
