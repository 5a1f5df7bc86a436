/* SPDX-License-Identifier: MIT */
/* test_frontier_finish.c - how leases end, and what is said of hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/frontier_rig.h"
#include "support/oom.h"

static uint32_t open_one(struct cr_frontier_rig *rig, bool gate)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  config.gate = gate;
  cr_frontier_rig_open(rig, &config);
  return cr_frontier_rig_authority(rig, "https://a.example", "a.example");
}

static struct cr_task take_one(struct cr_frontier_rig *rig)
{
  assert_int_equal(cr_frontier_rig_take(rig, 1), 1);
  return rig->tasks[0];
}

static void each_kind_of_end(void **state)
{
  static const struct {
    enum cr_finish_kind kind;
    int64_t at_ms;
    int attempt; /* the next one; 0: there is none */
    int64_t due_ms;
    const char *why;
  } cases[] = {
    { CR_FINISH_DONE, 0, 0, 0, "over for good" },
    { CR_FINISH_RETRY, 50, 2, 50, "again at its time, one attempt more" },
    { CR_FINISH_PARK, 50, 1, 50, "again at its time, the same attempt" },
    { CR_FINISH_RETRY, -5, 2, 0, "a time that is past is now" },
    { CR_FINISH_GIVE_BACK, 50, 1, 0, "nothing was sent: at once" },
    { CR_FINISH_SAME, 50, 1, 0, "another target, at once" },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    struct cr_frontier_rig rig;
    uint32_t a = open_one(&rig, false);
    cr_frontier_rig_page(&rig, a, 1, 0);
    struct cr_task task = take_one(&rig);
    struct cr_finish fin = { task.lease, cases[i].kind, cases[i].at_ms, CR_SPAN("/to"), a };
    assert_int_equal(rig.f->ops->finish(rig.f, &fin, 0), 0);
    cr_frontier_rig_check(&rig);
    assert_int_equal(rig.f->ops->finish(rig.f, &fin, 0), CRAWLER_E_STATE); /* once */
    rig.now_ms = cases[i].due_ms - 1;
    assert_true(cases[i].due_ms == 0 || cr_frontier_rig_take(&rig, 1) == 0);
    rig.now_ms = cases[i].due_ms;
    assert_int_equal(cr_frontier_rig_take(&rig, 1), cases[i].attempt > 0);
    assert_true(rig.n == 0 || rig.tasks[0].attempt == cases[i].attempt);
    cr_frontier_rig_close(&rig);
  }
}

static void what_is_given_back_is_first_again(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_one(&rig, false);
  for (uint64_t fp = 1; fp <= 3; fp++)
    cr_frontier_rig_page(&rig, a, fp, 0);
  struct cr_task first = take_one(&rig);
  cr_frontier_rig_finish(&rig, &first, CR_FINISH_PARK, 0); /* behind the others */
  struct cr_task second = take_one(&rig);
  assert_int_equal(second.fp, 2);
  cr_frontier_rig_page(&rig, a, 4, 1);
  cr_frontier_rig_finish(&rig, &second, CR_FINISH_GIVE_BACK, 0); /* before those of its priority */
  static const uint64_t order[] = { 4, 2, 3, 1 };
  for (int i = 0; i < 4; i++) {
    struct cr_task task = take_one(&rig);
    assert_int_equal(task.fp, order[i]);
    cr_frontier_rig_finish(&rig, &task, CR_FINISH_DONE, 0);
  }
  cr_frontier_rig_close(&rig);
}

static void delayed_urls_arrive_in_order_of_their_times(void **state)
{
  static const int64_t at_ms[] = { 30, 10, 20, 10, 5 };
  static const uint64_t order[] = { 9, 4, 1, 3, 2, 0 };
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  (void)state;

  config.host_cap = 0;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  for (uint64_t fp = 0; fp < 5; fp++)
    cr_frontier_rig_page(&rig, a, fp, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 5);
  for (int i = 0; i < 5; i++)
    cr_frontier_rig_finish(&rig, &rig.tasks[i], CR_FINISH_RETRY, at_ms[i]);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  assert_int_equal(rig.next_due_ms, 5);
  cr_frontier_rig_page(&rig, a, 9, 0); /* here before them */
  rig.now_ms = 100;
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 6);
  for (int i = 0; i < 6; i++)
    assert_int_equal(rig.tasks[i].fp, order[i]);
  cr_frontier_rig_close(&rig);
}

static void the_same_url_goes_on_elsewhere(void **state)
{
  struct cr_frontier_rig rig;
  struct cr_frontier_stats stats;
  (void)state;

  uint32_t a = open_one(&rig, true);
  uint32_t b = cr_frontier_rig_authority(&rig, "https://b.example", NULL);
  struct cr_frontier_item item = cr_frontier_rig_item(a, 1, 0);
  item.extra = &rig;
  item.seed = CR_SPAN("https://seed.example/");
  item.depth = 9;
  assert_int_equal(cr_frontier_rig_add(&rig, &item), CR_ADD_NEW);
  rig.f->ops->set_gate(rig.f, a, CR_GATE_OPEN);
  struct cr_task task = take_one(&rig);
  struct cr_finish fin = { task.lease, CR_FINISH_SAME, 0, CR_SPAN("/on/another/host"), b };
  assert_int_equal(rig.f->ops->finish(rig.f, &fin, 0), 0);
  cr_frontier_rig_check(&rig);
  task = take_one(&rig);
  assert_true(task.kind == CRAWLER_KIND_ROBOTS && task.authority == b); /* gates hold there too */
  rig.f->ops->set_gate(rig.f, b, CR_GATE_OPEN);
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_DONE, 0);
  task = take_one(&rig);
  assert_true(task.fp == 1 && task.hops == 1 && task.attempt == 1 && task.depth == 9);
  assert_true(task.host == 1 && task.authority == b && task.extra == &rig);
  assert_true(cr_span_eq(task.target, CR_SPAN("/on/another/host")));
  assert_true(cr_span_eq(task.seed, CR_SPAN("https://seed.example/")));
  assert_int_equal(rig.f->ops->lower(rig.f, 1, 3), CR_SEEN_LIVE); /* still found */
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_DONE, 0);
  rig.f->ops->stats(rig.f, &stats);
  assert_true(stats.known == 1 && stats.queued == 0 && stats.leased == 0);
  cr_frontier_rig_close(&rig);
}

static void impossible_ends_change_nothing(void **state)
{
  static char target[65536];
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_one(&rig, false);
  cr_frontier_rig_page(&rig, a, 1, 0);
  struct cr_task task = take_one(&rig);
  const struct cr_finish cases[] = {
    { task.lease, (enum cr_finish_kind)6, 0, CR_SPAN("/"), a },
    { task.lease, CR_FINISH_SAME, 0, CR_SPAN("/"), a + 1 },
    { task.lease, CR_FINISH_SAME, 0, cr_span(target, sizeof(target)), a },
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
    assert_int_equal(rig.f->ops->finish(rig.f, &cases[i], 0), CRAWLER_E_INVAL);
  struct cr_finish stale = { { task.lease.slot, task.lease.generation + 1 }, 0, 0, { 0 }, 0 };
  assert_int_equal(rig.f->ops->finish(rig.f, &stale, 0), CRAWLER_E_STATE);
  cr_frontier_rig_check(&rig);
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_DONE, 0);
  cr_frontier_rig_close(&rig);
}

/* b's own gate is closed, and it sleeps: a's task waits for b's time, not for b's judgement. */
static void a_redirected_robots_task_takes_the_other_hosts_turn(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_one(&rig, true);
  uint32_t b = cr_frontier_rig_authority(&rig, "https://b.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  cr_frontier_rig_page(&rig, b, 2, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 2);
  const struct cr_task of_a = rig.tasks[0];
  const struct cr_task of_b = rig.tasks[1];
  assert_true(!of_a.again && of_a.asked == a && of_b.asked == b);
  struct cr_finish fin = { of_a.lease, CR_FINISH_SAME, 0, CR_SPAN("/moved"), b };
  assert_int_equal(rig.f->ops->finish(rig.f, &fin, 0), 0);
  cr_frontier_rig_check(&rig);
  assert_int_equal(cr_frontier_rig_count(&rig).queued[CRAWLER_KIND_ROBOTS], 1);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0); /* b's slot is used by its own */
  struct cr_host_update pause = { .host = of_b.host,
                                  .fields = CR_HOST_RELEASE | CR_HOST_NEXT_OK,
                                  .next_ok_ms = 40,
                                  .lease = of_b.lease };
  assert_int_equal(cr_frontier_rig_update(&rig, &pause), 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  assert_int_equal(rig.next_due_ms, 40);
  rig.now_ms = 40;
  struct cr_task task = take_one(&rig);
  assert_true(task.kind == CRAWLER_KIND_ROBOTS && task.authority == a && task.asked == b);
  assert_true(task.host == of_b.host && task.hops == 1 && task.attempt == 1 && task.again);
  assert_true(cr_span_eq(task.target, CR_SPAN("/moved")));
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_RETRY, 50);
  rig.now_ms = 50;
  task = take_one(&rig); /* there again, and not from the beginning */
  assert_true(task.asked == b && task.hops == 1 && task.attempt == 2);
  rig.f->ops->set_gate(rig.f, a, CR_GATE_OPEN);
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 1);
  cr_frontier_rig_close(&rig);
}

static void where_a_robots_task_was_sent_is_forgotten_with_its_gate(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_one(&rig, true);
  uint32_t b = cr_frontier_rig_authority(&rig, "https://b.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  struct cr_task task = take_one(&rig);
  struct cr_finish fin = { task.lease, CR_FINISH_SAME, 0, CR_SPAN("/moved"), b };
  assert_int_equal(rig.f->ops->finish(rig.f, &fin, 0), 0);
  assert_int_equal(rig.f->ops->set_default_gate(rig.f, false), 1); /* it isn't given again */
  cr_frontier_rig_check(&rig);
  assert_int_equal(cr_frontier_rig_count(&rig).hosts_empty, 1);
  assert_int_equal(rig.f->ops->set_default_gate(rig.f, true), 0);
  task = take_one(&rig);
  assert_true(task.kind == CRAWLER_KIND_ROBOTS && task.asked == a && task.hops == 0);
  assert_true(task.target.len == 0 && !task.again);
  cr_frontier_rig_close(&rig);
}

static void robots_are_asked_again_at_their_time(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_one(&rig, true);
  cr_frontier_rig_page(&rig, a, 1, 0);
  struct cr_task task = take_one(&rig);
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_RETRY, 70);
  struct cr_frontier_count count = cr_frontier_rig_count(&rig);
  assert_true(count.queued[CRAWLER_KIND_ROBOTS] == 1 && count.hosts_sleeping == 1);
  rig.now_ms = 69;
  assert_int_equal(cr_frontier_rig_take(&rig, 1), 0);
  assert_int_equal(rig.next_due_ms, 70);
  rig.now_ms = 70;
  task = take_one(&rig);
  assert_true(task.kind == CRAWLER_KIND_ROBOTS && task.attempt == 2);
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_PARK, 80);
  rig.now_ms = 80;
  task = take_one(&rig);
  assert_int_equal(task.attempt, 2);
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_GIVE_BACK, 0);
  task = take_one(&rig);
  assert_int_equal(task.attempt, 2); /* nothing was sent */
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_RETRY, 1000);
  rig.f->ops->set_gate(rig.f, a, CR_GATE_OPEN); /* the caller has the rules from elsewhere */
  cr_frontier_rig_check(&rig);
  assert_int_equal(cr_frontier_rig_count(&rig).queued[CRAWLER_KIND_ROBOTS], 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 1);
  assert_int_equal(rig.next_due_ms, CR_NEVER);
  cr_frontier_rig_close(&rig);
}

static void a_gate_that_was_set_is_not_changed_by_an_older_lease(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_one(&rig, true);
  cr_frontier_rig_page(&rig, a, 1, 0);
  struct cr_task task = take_one(&rig);
  rig.f->ops->set_gate(rig.f, a, CR_GATE_OPEN);
  struct cr_finish fin = { task.lease, CR_FINISH_RETRY, 50, { 0 }, 0 };
  assert_int_equal(rig.f->ops->finish(rig.f, &fin, 0), 1); /* it isn't queued */
  assert_int_equal(cr_frontier_rig_count(&rig).queued[CRAWLER_KIND_ROBOTS], 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 1);
  cr_frontier_rig_close(&rig);
}

static void a_released_slot_is_free_before_the_lease_ends(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_one(&rig, false);
  cr_frontier_rig_page(&rig, a, 1, 0);
  cr_frontier_rig_page(&rig, a, 2, 0);
  struct cr_task first = take_one(&rig);
  struct cr_host_update update = { .host = first.host,
                                   .fields = CR_HOST_RELEASE | CR_HOST_NEXT_OK,
                                   .next_ok_ms = 40,
                                   .lease = first.lease };
  assert_int_equal(cr_frontier_rig_take(&rig, 1), 0);
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0);
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0); /* once more does no harm */
  assert_int_equal(cr_frontier_rig_count(&rig).slots, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 1), 0);
  rig.now_ms = 40;
  assert_int_equal(cr_frontier_rig_next(&rig), 2);
  cr_frontier_rig_finish(&rig, &first, CR_FINISH_DONE, 0); /* does not free the other's slot */
  assert_int_equal(cr_frontier_rig_count(&rig).slots, 1);
  assert_int_equal(cr_frontier_rig_update(&rig, &update), CRAWLER_E_STATE);
  cr_frontier_rig_close(&rig);
}

static void a_wrong_update_changes_nothing(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_one(&rig, false);
  (void)cr_frontier_rig_authority(&rig, "https://b.example", NULL);
  cr_frontier_rig_page(&rig, a, 1, 0);
  cr_frontier_rig_page(&rig, a, 2, 0);
  struct cr_task task = take_one(&rig);
  struct cr_host_update update = { .host = 2, .fields = CR_HOST_BLOCKED };
  update.blocked_until_ms = CR_NEVER;
  assert_int_equal(cr_frontier_rig_update(&rig, &update), CRAWLER_E_INVAL); /* no such host */
  update = (struct cr_host_update){ .host = 1, .fields = CR_HOST_RELEASE, .lease = task.lease };
  assert_int_equal(cr_frontier_rig_update(&rig, &update), CRAWLER_E_INVAL); /* another host's */
  update.host = 0;
  update.lease.generation++;
  update.fields |= CR_HOST_BLOCKED;
  update.blocked_until_ms = CR_NEVER;
  assert_int_equal(cr_frontier_rig_update(&rig, &update), CRAWLER_E_STATE);
  cr_frontier_rig_finish(&rig, &task, CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 2);
  cr_frontier_rig_close(&rig);
}

static void caps_of_a_host_can_change(void **state)
{
  struct cr_frontier_rig rig;
  (void)state;

  uint32_t a = open_one(&rig, false);
  for (uint64_t fp = 1; fp <= 9; fp++)
    cr_frontier_rig_page(&rig, a, fp, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 1);
  struct cr_host_update update = { .fields = CR_HOST_CAP, .max_in_flight = 3 };
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 2);
  rig.f->ops->set_caps(rig.f, 5, 0, 0); /* its own stands before the default */
  cr_frontier_rig_check(&rig);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  update.max_in_flight = 0; /* the default again */
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 2);
  cr_frontier_rig_close(&rig);
}

static void an_address_over_its_cap_is_reported(void **state)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_host_update update = { .fields = CR_HOST_ADDRESS, .address = CR_SPAN("192.0.2.1") };
  struct cr_frontier_rig rig;
  (void)state;

  config.address_cap = 1;
  cr_frontier_rig_open(&rig, &config);
  cr_frontier_rig_page(&rig, cr_frontier_rig_authority(&rig, "https://a.example", NULL), 1, 0);
  cr_frontier_rig_page(&rig, cr_frontier_rig_authority(&rig, "https://b.example", NULL), 2, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 2);
  struct cr_task tasks[2] = { rig.tasks[0], rig.tasks[1] };
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0);
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0); /* it has joined already */
  update.host = 1;
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 1);
  cr_frontier_rig_finish(&rig, &tasks[1], CR_FINISH_GIVE_BACK, 0);
  assert_int_equal(cr_frontier_rig_take(&rig, 9), 0);
  assert_int_equal(cr_frontier_rig_count(&rig).hosts_waiting, 1);
  cr_frontier_rig_finish(&rig, &tasks[0], CR_FINISH_DONE, 0);
  assert_int_equal(cr_frontier_rig_next(&rig), 2);

  update.address = cr_span(NULL, 0); /* leaves the group, with the slot in use */
  assert_int_equal(cr_frontier_rig_update(&rig, &update), 0);
  cr_frontier_rig_close(&rig);
}

struct scenario {
  struct cr_frontier *f;
  struct cr_task tasks[12];
  size_t n;
};

/* A frontier with leases of every kind; false: not even that could be had. */
static bool prepare(struct scenario *s, struct cr_mem *mem)
{
  struct cr_frontier_config config = { .mem = mem, .seed = 1, .address_cap = 2 };
  struct cr_take want = {
    .max_tasks = 12, .max_fast = 12, .max_untried = 12, .max_slow = 12, .max_pages = 12
  };
  int64_t due = 0;

  s->n = 0;
  if (cr_frontier_memory_open(&s->f, &config) < 0)
    return false;
  uint32_t a = s->f->ops->authority(s->f, CR_SPAN("https://a.example"), CR_SPAN("a.example"),
                                    cr_span(NULL, 0), false);
  for (uint64_t fp = 0; a != CR_NO_ID && fp < 12; fp++) {
    struct cr_frontier_item item = cr_frontier_rig_item(a, fp, (int8_t)fp);
    uint8_t verdict = 0;
    (void)s->f->ops->add(s->f, &item, 1, &verdict, NULL, NULL); /* or memory is out */
  }
  if (a == CR_NO_ID || s->f->ops->take(s->f, &want, s->tasks, &s->n, &due, NULL, NULL) < 0)
    s->n = 0;
  return true;
}

static void finish_some(struct cr_mem *mem, void *arg)
{
  static char target[3000];
  struct scenario s;
  (void)arg;

  if (!prepare(&s, mem))
    return;
  memset(target, 'x', sizeof(target));
  for (size_t i = 0; i < s.n; i++) {
    struct cr_finish fin = { s.tasks[i].lease, (enum cr_finish_kind)(i % 5), 100,
                             cr_span(target, sizeof(target)), s.tasks[i].authority };
    struct cr_host_update update = { .host = s.tasks[i].host,
                                     .fields = CR_HOST_ADDRESS | CR_HOST_RELEASE,
                                     .lease = s.tasks[i].lease,
                                     .address = cr_span(target, i) };
    int err = s.f->ops->host_update(s.f, &update, 0);
    assert_true(err >= 0 || (err == CRAWLER_E_NOMEM && cr_test_oom_refused(mem)));
    err = s.f->ops->finish(s.f, &fin, 0);
    assert_true(err == 0 || (err == CRAWLER_E_NOMEM && fin.kind == CR_FINISH_SAME));
    assert_null(cr_frontier_memory_check(s.f));
    fin.kind = CR_FINISH_DONE; /* which always can be */
    assert_true(err == 0 || s.f->ops->finish(s.f, &fin, 0) == 0);
    assert_null(cr_frontier_memory_check(s.f));
  }
  s.f->ops->close(s.f);
}

static void only_a_new_target_or_address_needs_memory(void **state)
{
  (void)state;
  cr_test_oom(finish_some, NULL);
}

static void a_redirect_is_not_refused_for_the_ceiling(void **state)
{
  static char target[3000];
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_frontier_rig rig;
  (void)state;

  memset(target, 'x', sizeof(target));
  config.max_bytes = 120000;
  cr_frontier_rig_open(&rig, &config);
  uint32_t a = cr_frontier_rig_authority(&rig, "https://a.example", NULL);
  struct cr_frontier_item item = cr_frontier_rig_item(a, 0, 0);
  while (cr_frontier_rig_add(&rig, &item) == CR_ADD_NEW)
    item.fp++;
  struct cr_task task = take_one(&rig);
  struct cr_finish fin = { task.lease, CR_FINISH_SAME, 0, cr_span(target, sizeof(target)), a };
  assert_int_equal(rig.f->ops->finish(rig.f, &fin, 0), 0);
  cr_frontier_rig_check(&rig);
  struct cr_span origin = CR_SPAN("https://b.example");
  struct cr_span host = CR_SPAN("b.example");
  assert_int_equal(rig.f->ops->authority(rig.f, origin, host, host, false), CR_NO_ID);
  assert_int_equal(rig.f->ops->authority(rig.f, origin, host, host, true), a + 1);
  task = take_one(&rig);
  assert_true(task.fp == 0 && task.target.len == sizeof(target));
  cr_frontier_rig_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_kind_of_end),
    cmocka_unit_test(what_is_given_back_is_first_again),
    cmocka_unit_test(delayed_urls_arrive_in_order_of_their_times),
    cmocka_unit_test(the_same_url_goes_on_elsewhere),
    cmocka_unit_test(impossible_ends_change_nothing),
    cmocka_unit_test(robots_are_asked_again_at_their_time),
    cmocka_unit_test(a_redirected_robots_task_takes_the_other_hosts_turn),
    cmocka_unit_test(where_a_robots_task_was_sent_is_forgotten_with_its_gate),
    cmocka_unit_test(a_gate_that_was_set_is_not_changed_by_an_older_lease),
    cmocka_unit_test(a_released_slot_is_free_before_the_lease_ends),
    cmocka_unit_test(a_wrong_update_changes_nothing),
    cmocka_unit_test(caps_of_a_host_can_change),
    cmocka_unit_test(an_address_over_its_cap_is_reported),
    cmocka_unit_test(only_a_new_target_or_address_needs_memory),
    cmocka_unit_test(a_redirect_is_not_refused_for_the_ceiling),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
