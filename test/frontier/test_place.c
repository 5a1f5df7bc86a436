/* SPDX-License-Identifier: MIT */
/* test_place.c - where hosts are, and that groups let them go in order and forget none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frontier/place.h"
#include "support/frontier_rig.h"

enum { HOSTS = 8, PAGES = 4 };

/* Hosts of one site, each with some pages; host h's fps are h * 10 ... */
static void begin(struct cr_frontier_rig *rig, uint32_t site_cap)
{
  struct cr_frontier_config config = cr_frontier_rig_config();

  config.site_cap = site_cap;
  cr_frontier_rig_open(rig, &config);
  for (uint64_t h = 0; h < HOSTS; h++) {
    char origin[32];
    snprintf(origin, sizeof(origin), "https://h%d.example", (int)h);
    uint32_t authority = cr_frontier_rig_authority(rig, origin, "example");
    for (uint64_t i = 0; i < PAGES; i++)
      cr_frontier_rig_page(rig, authority, h * 10 + i, 0);
  }
}

static struct cr_host *host_of(const struct cr_frontier_rig *rig, uint32_t h)
{
  return cr_host_at(&cr_frontier_memory(rig->f)->hosts, h);
}

static void set_speed(struct cr_frontier_rig *rig, uint32_t host, bool slow)
{
  struct cr_host_update update = { .host = host, .fields = CR_HOST_SLOW, .slow = slow };
  assert_int_equal(cr_frontier_rig_update(rig, &update), 0);
}

static void set_slow(struct cr_frontier_rig *rig, uint32_t host)
{
  set_speed(rig, host, true);
}

static void hosts_of_a_full_site_are_served_in_turn(void **state)
{
  struct cr_frontier_rig rig;
  struct cr_task held[2];
  (void)state;

  begin(&rig, 2);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 2);
  memcpy(held, rig.tasks, sizeof(held));
  assert_int_equal(cr_frontier_rig_count(&rig).hosts_waiting, HOSTS); /* 2 full, 6 for the site */
  for (uint64_t i = 2; i < HOSTS * PAGES; i++) {                      /* one slot at a time */
    cr_frontier_rig_finish(&rig, &held[i % 2], CR_FINISH_DONE, 0);
    assert_int_equal(cr_frontier_rig_take(&rig, 9), 1);
    assert_int_equal(rig.tasks[0].fp, i % HOSTS * 10 + i / HOSTS);
    held[i % 2] = rig.tasks[0];
  }
  cr_frontier_rig_close(&rig);
}

static void one_who_was_let_go_is_served_before_newcomers(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig, 1);
  assert_int_equal(cr_frontier_rig_next(&rig), 0);
  struct cr_task first = rig.tasks[0];
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0); /* all find the site full */
  char other[] = "https://other.example";
  uint32_t newcomer = cr_frontier_rig_authority(&rig, other, "example");
  cr_frontier_rig_page(&rig, newcomer, 99, 0);
  assert_int_equal(host_of(&rig, HOSTS)->place, CR_PLACE_RING);
  cr_frontier_rig_finish(&rig, &first, CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 10);
  cr_frontier_rig_close(&rig);
}

static void who_lost_its_slot_is_first_again(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig, 1);
  assert_int_equal(cr_frontier_rig_next(&rig), 0);
  struct cr_task first = rig.tasks[0];
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  uint32_t urgent = cr_frontier_rig_authority(&rig, "https://other.example", "example");
  cr_frontier_rig_page(&rig, urgent, 99, 100); /* of a better rank: its turn comes sooner */
  cr_frontier_rig_finish(&rig, &first, CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 99);
  struct cr_task second = rig.tasks[0];
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  cr_frontier_rig_finish(&rig, &second, CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 10); /* not 20 */
  cr_frontier_rig_close(&rig);
}

/* Lanes are served in turn, though a slow host never is without a slot, and asks for more. */
static void no_lane_takes_every_slot_of_a_site(void **state)
{
  struct cr_frontier_rig rig;
  unsigned served[HOSTS] = { 0 };
  (void)state;

  begin(&rig, 1);
  for (uint32_t h = 0; h < 6; h++) /* two slow, four that aren't, two of which nobody knows */
    set_speed(&rig, h, h < 2);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 1);
  for (int i = 0; i < 3 * PAGES; i++) {
    served[rig.tasks[0].host]++;
    struct cr_task task = rig.tasks[0];
    cr_frontier_rig_finish(&rig, &task, CR_FINISH_DONE, 0);
    assert_int_equal(cr_frontier_rig_take(&rig, 9), 1);
  }
  assert_int_equal(served[0] + served[1], PAGES);
  assert_int_equal(served[2] + served[3] + served[4] + served[5], PAGES);
  assert_int_equal(served[6] + served[7], PAGES);
  for (int h = 0; h < HOSTS; h++)
    assert_int_equal(served[h], h == 0 || h == 1 || h > 5 ? 2 : 1);
  cr_frontier_rig_close(&rig);
}

/* A site has more hosts than slots; that somebody always waits for one of these keeps none of the
 * others waiting for a transfer. */
static void a_crowded_site_does_not_keep_others_waiting(void **state)
{
  struct cr_frontier_rig rig;
  struct cr_task held[2];
  (void)state;

  begin(&rig, 2);
  assert_int_equal(cr_frontier_rig_take(&rig, 2), 2); /* all the transfers that there may be */
  memcpy(held, rig.tasks, sizeof(held));
  for (int i = 0; i < HOSTS; i++) { /* the others find the site full, one at a time */
    cr_frontier_rig_finish(&rig, &held[i % 2], CR_FINISH_DONE, 0);
    assert_int_equal(cr_frontier_rig_take(&rig, 1), 1);
    held[i % 2] = rig.tasks[0];
  }
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  uint32_t lone = cr_frontier_rig_authority(&rig, "https://lone.example", NULL);
  cr_frontier_rig_page(&rig, lone, 99, 0);
  int turns = 0;
  for (bool served = false; !served; turns++) {
    cr_frontier_rig_finish(&rig, &held[turns % 2], CR_FINISH_DONE, 0);
    assert_int_equal(cr_frontier_rig_take(&rig, 1), 1);
    held[turns % 2] = rig.tasks[0];
    served = rig.tasks[0].fp == 99;
  }
  assert_true(turns <= HOSTS);
  cr_frontier_rig_close(&rig);
}

static void a_barred_lane_does_not_keep_the_slot_from_others(void **state)
{
  struct cr_take want = {
    .max_tasks = 9, .max_fast = 9, .max_untried = 9, .max_slow = 0, .max_pages = 9
  };
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig, 1);
  set_slow(&rig, 1); /* next in line, but its lane will be full */
  assert_int_equal(cr_frontier_rig_next(&rig), 0);
  struct cr_task first = rig.tasks[0];
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  cr_frontier_rig_finish(&rig, &first, CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_take_want(&rig, want), 1);
  assert_int_equal(rig.tasks[0].fp, 20);
  cr_frontier_rig_finish(&rig, &rig.tasks[0], CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 10); /* it hasn't lost its turn */
  cr_frontier_rig_close(&rig);
}

static void a_page_limit_does_not_keep_the_slot_from_other_kinds(void **state)
{
  struct cr_take want = {
    .max_tasks = 9, .max_fast = 9, .max_untried = 9, .max_slow = 9, .max_pages = 0
  };
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig, 1);
  struct cr_frontier_item requisite = cr_frontier_rig_item(HOSTS - 1, 77, 5);
  requisite.kind = CRAWLER_KIND_REQUISITE;
  assert_int_equal(cr_frontier_rig_add(&rig, &requisite), CR_ADD_NEW);
  assert_int_equal(cr_frontier_rig_take_want(&rig, want), 1);
  assert_int_equal(rig.tasks[0].fp, 77);
  cr_frontier_rig_close(&rig);
}

static void sitemaps_wait_with_pages_for_room_under_the_limit(void **state)
{
  struct cr_take want = {
    .max_tasks = 9, .max_fast = 9, .max_untried = 9, .max_slow = 9, .max_pages = 0
  };
  struct cr_frontier_stats stats;
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig, 1);
  struct cr_frontier_item sitemap = cr_frontier_rig_item(HOSTS - 1, 77, 5);
  sitemap.kind = CRAWLER_KIND_SITEMAP;
  assert_int_equal(cr_frontier_rig_add(&rig, &sitemap), CR_ADD_NEW);
  rig.f->ops->stats(rig.f, &stats);
  assert_int_equal(stats.queued, stats.queued_pages);
  assert_int_equal(cr_frontier_rig_take_want(&rig, want), 0);
  want.max_pages = 1;
  assert_true(cr_frontier_rig_take_want(&rig, want) > 0);
  cr_frontier_rig_close(&rig);
}

static void one_who_is_let_go_and_leaves_passes_it_on(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig, 1);
  assert_int_equal(cr_frontier_rig_next(&rig), 0);
  struct cr_task first = rig.tasks[0];
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  cr_frontier_rig_finish(&rig, &first, CR_FINISH_DONE, 0);
  assert_int_equal(host_of(&rig, 1)->let_go_by, 0);
  struct cr_host_update block = { .host = 1, .fields = CR_HOST_BLOCKED };
  block.blocked_until_ms = CR_NEVER;
  assert_int_equal(cr_frontier_rig_update(&rig, &block), 0);
  assert_int_equal(host_of(&rig, 1)->place, CR_PLACE_BLOCKED);
  assert_int_equal(host_of(&rig, 2)->let_go_by, 0);
  set_slow(&rig, 2); /* to another lane */
  assert_int_equal(host_of(&rig, 3)->let_go_by, 0);
  rig.f->ops->set_gate(rig.f, 3, CR_GATE_ASKED);
  cr_frontier_rig_check(&rig);
  assert_int_equal(host_of(&rig, 3)->place, CR_PLACE_GATED);
  assert_int_equal(host_of(&rig, 4)->let_go_by, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 40);
  cr_frontier_rig_close(&rig);
}

static void more_slots_let_more_go(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig, 1);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 1);
  rig.f->ops->set_caps(rig.f, 1, 3, 0);
  cr_frontier_rig_check(&rig);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 2);
  rig.f->ops->set_caps(rig.f, 1, 2, 0); /* fewer: those in flight stay */
  cr_frontier_rig_check(&rig);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  rig.f->ops->set_caps(rig.f, 1, 0, 0);
  cr_frontier_rig_check(&rig);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), HOSTS - 3);
  cr_frontier_rig_close(&rig);
}

static void two_groups_must_both_have_a_slot(void **state)
{
  struct cr_frontier_rig rig;
  struct cr_host_update join = { .fields = CR_HOST_ADDRESS };
  (void)state;

  begin(&rig, 3);
  rig.f->ops->set_caps(rig.f, 1, 3, 1);
  for (join.host = 0; join.host < HOSTS; join.host++) {
    join.address = join.host < 4 ? CR_SPAN("192.0.2.1") : CR_SPAN("192.0.2.2");
    assert_int_equal(cr_frontier_rig_update(&rig, &join), 0);
  }
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 2); /* one each address */
  struct cr_task first = rig.tasks[0];
  struct cr_task fifth = rig.tasks[1];
  assert_true(first.fp == 0 && fifth.fp == 40);
  cr_frontier_rig_finish(&rig, &fifth, CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 50);

  join.host = 1; /* elsewhere, it need not wait */
  join.address = CR_SPAN("192.0.2.3");
  assert_int_equal(cr_frontier_rig_update(&rig, &join), 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 10);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0); /* the site is full */
  cr_frontier_rig_close(&rig);
}

static void what_becomes_due_in_the_ring_changes_rank_and_lane(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig, 0);
  struct cr_frontier_item later = cr_frontier_rig_item(5, 77, 127);
  later.kind = CRAWLER_KIND_REQUISITE;
  later.not_before_ms = 10;
  assert_int_equal(cr_frontier_rig_add(&rig, &later), CR_ADD_NEW);
  const struct cr_host *host = host_of(&rig, 5);
  assert_true(host->place == CR_PLACE_RING && host->node.lane == (CR_LANE_PAGE | CR_LANE_UNTRIED));
  assert_int_equal(host->node.rank, cr_ring_rank(0));
  rig.now_ms = 10;
  assert_int_equal(cr_frontier_rig_next(&rig), 77);
  cr_frontier_rig_close(&rig);
}

static void hosts_wake_in_the_order_of_their_times(void **state)
{
  struct cr_frontier_rig rig;
  struct cr_host_update sleep = { .fields = CR_HOST_NEXT_OK };
  (void)state;

  begin(&rig, 0);
  for (sleep.host = 0; sleep.host < HOSTS; sleep.host++) {
    sleep.next_ok_ms = 100 - sleep.host;
    assert_int_equal(cr_frontier_rig_update(&rig, &sleep), 0);
  }
  rig.now_ms = 1000;
  assert_int_equal(cr_frontier_rig_take(&rig, CR_RIG_TASKS), HOSTS);
  for (uint32_t i = 0; i < HOSTS; i++)
    assert_int_equal(rig.tasks[i].host, HOSTS - 1 - i);
  cr_frontier_rig_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hosts_of_a_full_site_are_served_in_turn),
    cmocka_unit_test(one_who_was_let_go_is_served_before_newcomers),
    cmocka_unit_test(who_lost_its_slot_is_first_again),
    cmocka_unit_test(no_lane_takes_every_slot_of_a_site),
    cmocka_unit_test(a_crowded_site_does_not_keep_others_waiting),
    cmocka_unit_test(a_barred_lane_does_not_keep_the_slot_from_others),
    cmocka_unit_test(a_page_limit_does_not_keep_the_slot_from_other_kinds),
    cmocka_unit_test(sitemaps_wait_with_pages_for_room_under_the_limit),
    cmocka_unit_test(one_who_is_let_go_and_leaves_passes_it_on),
    cmocka_unit_test(more_slots_let_more_go),
    cmocka_unit_test(two_groups_must_both_have_a_slot),
    cmocka_unit_test(what_becomes_due_in_the_ring_changes_rank_and_lane),
    cmocka_unit_test(hosts_wake_in_the_order_of_their_times),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
