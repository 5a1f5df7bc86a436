/* SPDX-License-Identifier: MIT */
/* test_pending.c - what a host has to give, while some of it must wait for robots.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frontier/pending.h"
#include "support/frontier_rig.h"

/* One host of two authorities. */
struct pair {
  struct cr_frontier_rig rig;
  struct cr_frontier_memory *f;
  struct cr_host *host;
  uint32_t http, https;
};

static void begin(struct pair *pair)
{
  struct cr_frontier_config config = cr_frontier_rig_config();

  config.host_cap = 0;
  cr_frontier_rig_open(&pair->rig, &config);
  pair->f = cr_frontier_memory(pair->rig.f);
  pair->http = cr_frontier_rig_authority(&pair->rig, "http://a.example", NULL);
  pair->https = cr_frontier_rig_authority(&pair->rig, "https://a.example", NULL);
  pair->host = cr_host_at(&pair->f->hosts, 0);
}

static void add(struct pair *pair, const char *order) /* 'h': http, 's': https */
{
  for (uint64_t i = 0; order[i]; i++)
    cr_frontier_rig_page(&pair->rig, order[i] == 'h' ? pair->http : pair->https, i, 0);
}

static void set_gate(struct pair *pair, uint32_t authority, enum cr_gate gate)
{
  pair->rig.f->ops->set_gate(pair->rig.f, authority, gate);
  cr_frontier_rig_check(&pair->rig);
}

static void assert_order(struct pair *pair, const char *fps) /* a digit each */
{
  size_t n = cr_frontier_rig_take(&pair->rig, CR_RIG_TASKS);
  char got[CR_RIG_TASKS + 1];

  for (size_t i = 0; i < n; i++)
    got[i] = (char)('0' + pair->rig.tasks[i].fp);
  got[n] = '\0';
  assert_string_equal(got, fps);
}

static void urls_of_other_authorities_pass_those_that_wait(void **state)
{
  struct pair pair;
  (void)state;

  begin(&pair);
  add(&pair, "hshsshh");
  set_gate(&pair, pair.http, CR_GATE_ASKED);
  assert_order(&pair, "134");
  assert_int_equal(pair.host->gated, 4 - 2); /* those before the last https URL stepped aside */
  set_gate(&pair, pair.http, CR_GATE_OPEN);
  assert_order(&pair, "0256");
  cr_frontier_rig_close(&pair.rig);
}

static void those_that_waited_keep_their_places(void **state)
{
  struct pair pair;
  (void)state;

  begin(&pair);
  add(&pair, "hhshhs");
  assert_int_equal(cr_frontier_rig_take(&pair.rig, 1), 1); /* 0 */
  struct cr_task first = pair.rig.tasks[0];
  set_gate(&pair, pair.http, CR_GATE_ASKED);
  assert_int_equal(cr_frontier_rig_take(&pair.rig, 1), 1); /* 2, past 1 */
  struct cr_task second = pair.rig.tasks[0];
  cr_frontier_rig_finish(&pair.rig, &first, CR_FINISH_GIVE_BACK, 0); /* before 1, which waits */
  cr_frontier_rig_finish(&pair.rig, &second, CR_FINISH_PARK, 0);     /* behind all */
  struct cr_frontier_item urgent = cr_frontier_rig_item(pair.http, 9, 5);
  assert_int_equal(cr_frontier_rig_add(&pair.rig, &urgent), CR_ADD_NEW);
  set_gate(&pair, pair.http, CR_GATE_OPEN);
  assert_order(&pair, "9013452");
  cr_frontier_rig_close(&pair.rig);
}

static void when_all_must_wait_none_is_moved(void **state)
{
  struct pair pair;
  (void)state;

  begin(&pair);
  add(&pair, "hhhss");
  set_gate(&pair, pair.http, CR_GATE_ASKED);
  set_gate(&pair, pair.https, CR_GATE_ASKED);
  assert_order(&pair, "");
  assert_int_equal(pair.host->place, CR_PLACE_GATED);
  set_gate(&pair, pair.https, CR_GATE_OPEN);
  assert_order(&pair, "34");
  assert_int_equal(pair.host->place, CR_PLACE_GATED);
  set_gate(&pair, pair.http, CR_GATE_OPEN);
  assert_order(&pair, "012");
  cr_frontier_rig_close(&pair.rig);
}

static void unknown_gates_give_a_task_each(void **state)
{
  struct pair pair;
  (void)state;

  begin(&pair);
  add(&pair, "hhss");
  set_gate(&pair, pair.http, CR_GATE_UNKNOWN);
  set_gate(&pair, pair.https, CR_GATE_UNKNOWN);
  assert_int_equal(cr_frontier_rig_take(&pair.rig, 9), 2);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(pair.rig.tasks[i].kind, CRAWLER_KIND_ROBOTS);
    assert_int_equal(pair.rig.tasks[i].authority, i ? pair.https : pair.http);
  }
  set_gate(&pair, pair.https, CR_GATE_OPEN);
  set_gate(&pair, pair.http, CR_GATE_UNKNOWN); /* not judged after all: asked for once more */
  assert_int_equal(cr_frontier_rig_take(&pair.rig, 9), 3);
  assert_true(pair.rig.tasks[0].kind == CRAWLER_KIND_ROBOTS && pair.rig.tasks[1].fp == 2);
  cr_frontier_rig_close(&pair.rig);
}

static void what_arrives_late_waits_as_well(void **state)
{
  struct pair pair;
  (void)state;

  begin(&pair);
  for (uint64_t fp = 0; fp < 4; fp++) {
    struct cr_frontier_item item = cr_frontier_rig_item(fp % 2 ? pair.https : pair.http, fp, 0);
    item.not_before_ms = 10 - (int64_t)fp;
    assert_int_equal(cr_frontier_rig_add(&pair.rig, &item), CR_ADD_NEW);
  }
  set_gate(&pair, pair.http, CR_GATE_ASKED);
  assert_order(&pair, "");
  assert_int_equal(pair.rig.next_due_ms, 7);
  pair.rig.now_ms = 8;
  assert_order(&pair, "3");
  assert_int_equal(pair.rig.next_due_ms, 9);
  pair.rig.now_ms = 10;
  assert_order(&pair, "1");
  assert_int_equal(pair.rig.next_due_ms, CR_NEVER);
  assert_int_equal(cr_frontier_rig_count(&pair.rig).queued[CRAWLER_KIND_PAGE], 2);
  set_gate(&pair, pair.http, CR_GATE_OPEN);
  assert_order(&pair, "20");
  cr_frontier_rig_close(&pair.rig);
}

static void opening_by_default_lets_all_go_that_were_not_judged(void **state)
{
  struct pair pair;
  (void)state;

  begin(&pair);
  add(&pair, "hshs");
  set_gate(&pair, pair.http, CR_GATE_OPEN); /* judged */
  pair.rig.f->ops->set_default_gate(pair.rig.f, true);
  cr_frontier_rig_check(&pair.rig);
  assert_int_equal(cr_frontier_rig_take(&pair.rig, 2), 2);
  assert_true(pair.rig.tasks[0].fp == 0 && pair.rig.tasks[1].kind == CRAWLER_KIND_ROBOTS);
  uint32_t later = cr_frontier_rig_authority(&pair.rig, "https://b.example", NULL);
  cr_frontier_rig_page(&pair.rig, later, 8, 0);
  pair.rig.f->ops->set_default_gate(pair.rig.f, false);
  cr_frontier_rig_check(&pair.rig);
  assert_order(&pair, "1823");
  cr_frontier_rig_close(&pair.rig);
}

static void an_empty_host_keeps_no_bands(void **state)
{
  struct pair pair;
  (void)state;

  begin(&pair);
  for (uint64_t fp = 0; fp < 20; fp++)
    cr_frontier_rig_page(&pair.rig, pair.http, fp, (int8_t)fp);
  assert_int_equal(cr_frontier_rig_take(&pair.rig, CR_RIG_TASKS), 20);
  assert_int_equal(pair.host->queue.band_count, 20); /* a lease may come back */
  int64_t blocks = pair.rig.mem->blocks;
  for (size_t i = 0; i < 20; i++)
    cr_frontier_rig_finish(&pair.rig, &pair.rig.tasks[i], CR_FINISH_DONE, 0);
  assert_int_equal(pair.host->queue.band_count, 0);
  assert_true(pair.rig.mem->blocks < blocks);
  cr_frontier_rig_close(&pair.rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(urls_of_other_authorities_pass_those_that_wait),
    cmocka_unit_test(those_that_waited_keep_their_places),
    cmocka_unit_test(when_all_must_wait_none_is_moved),
    cmocka_unit_test(unknown_gates_give_a_task_each),
    cmocka_unit_test(what_arrives_late_waits_as_well),
    cmocka_unit_test(opening_by_default_lets_all_go_that_were_not_judged),
    cmocka_unit_test(an_empty_host_keeps_no_bands),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
