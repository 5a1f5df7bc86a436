/* SPDX-License-Identifier: MIT */
/* test_frontier_check.c - the check finds what is wrong, and the recount finds all there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frontier/place.h"
#include "support/frontier_rig.h"

/* Host 0 waits for its site, 1 is full, 2 in the ring, 3 asleep, 4 blocked, 5 gated, 6 empty; 7 has
 * been let go by its site. */
enum { WAITS, FULL, READY, ASLEEP, BLOCKED, GATED, EMPTY, LET_GO, HOSTS };
enum { LANE = CR_LANE_PAGE | CR_LANE_UNTRIED }; /* of all of them */

static const char *const origins[HOSTS] = { "https://0.example", "https://1.example",
                                            "https://2.example", "https://3.example",
                                            "https://4.example", "https://5.example",
                                            "https://6.example", "https://7.example" };

static void begin(struct cr_frontier_rig *rig)
{
  struct cr_frontier_config config = cr_frontier_rig_config();
  struct cr_host_update update = { .host = ASLEEP,
                                   .fields = CR_HOST_NEXT_OK | CR_HOST_BLOCKED,
                                   .next_ok_ms = 500 };

  config.site_cap = 2;
  cr_frontier_rig_open(rig, &config);
  uint32_t ids[HOSTS];
  for (uint64_t h = 0; h < HOSTS; h++) {
    bool has_site = h == WAITS || h == FULL || h == LET_GO;
    ids[h] = cr_frontier_rig_authority(rig, origins[h], has_site ? "site" : NULL);
  }
  uint32_t also = cr_frontier_rig_authority(rig, "https://8.example", "site");
  cr_frontier_rig_page(rig, ids[FULL], 10, 0);
  cr_frontier_rig_page(rig, ids[FULL], 11, 0);
  cr_frontier_rig_page(rig, also, 80, 0);
  assert_int_equal(cr_frontier_rig_take(rig, 9), 2);
  struct cr_task second = rig->tasks[1];
  cr_frontier_rig_page(rig, ids[LET_GO], 70, 0);
  cr_frontier_rig_page(rig, ids[WAITS], 1, 0);
  cr_frontier_rig_page(rig, ids[WAITS], 2, -7);
  assert_int_equal(cr_frontier_rig_take(rig, 9), 0);
  cr_frontier_rig_finish(rig, &second, CR_FINISH_DONE, 0);
  for (uint64_t h = READY; h <= GATED; h++)
    cr_frontier_rig_page(rig, ids[h], h * 10, 0);
  assert_int_equal(cr_frontier_rig_update(rig, &update), 0);
  update.host = BLOCKED;
  update.blocked_until_ms = CR_NEVER;
  assert_int_equal(cr_frontier_rig_update(rig, &update), 0);
  rig->f->ops->set_gate(rig->f, ids[GATED], CR_GATE_ASKED);
  cr_frontier_rig_check(rig);
}

static void the_recount_finds_every_host_in_one_place(void **state)
{
  static const uint8_t places[HOSTS] = {
    [WAITS] = CR_PLACE_GROUP,   [FULL] = CR_PLACE_FULL,       [READY] = CR_PLACE_RING,
    [ASLEEP] = CR_PLACE_ASLEEP, [BLOCKED] = CR_PLACE_BLOCKED, [GATED] = CR_PLACE_GATED,
    [EMPTY] = CR_PLACE_EMPTY,   [LET_GO] = CR_PLACE_RING
  };
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig);
  for (uint32_t h = 0; h < HOSTS; h++)
    assert_int_equal(cr_host_at(&cr_frontier_memory(rig.f)->hosts, h)->place, places[h]);
  struct cr_frontier_count count = cr_frontier_rig_count(&rig);
  assert_int_equal(count.hosts, HOSTS + 1);
  assert_int_equal(count.hosts_ready, 2);
  assert_int_equal(count.hosts_sleeping, 1);
  assert_int_equal(count.hosts_blocked, 1);
  assert_int_equal(count.hosts_waiting, 3);
  assert_int_equal(count.hosts_empty, 2);
  assert_int_equal(count.slots, 1);
  struct cr_frontier_stats stats;
  rig.f->ops->stats(rig.f, &stats);
  assert_int_equal(stats.hosts_delayed, 1);
  assert_int_equal(stats.hosts_parked, 1);
  assert_int_equal(stats.hosts_gated, 1);
  assert_int_equal(stats.hosts_full, 2);
  assert_int_equal(count.queued[CRAWLER_KIND_PAGE], 8);
  assert_int_equal(count.leased[CRAWLER_KIND_PAGE], 1);
  cr_frontier_rig_close(&rig);
}

/* Spoils one thing; spoil(f, host) is called twice: the second time it mends it again. */
typedef void (*spoil)(struct cr_frontier_memory *f, struct cr_host *host);

static void spoil_gated(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->gated ^= 1;
}

static void spoil_pending(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->pending ^= 8;
}

static void spoil_leased(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->leased ^= 8;
}

static void spoil_in_flight(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->in_flight ^= 8;
}

static void spoil_length(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->queue.len ^= 8;
}

static void spoil_authority(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)host;
  cr_authority_at(&f->hosts, READY)->queued ^= 1;
}

static void spoil_order(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  struct cr_band *bands = host->queue.more;
  struct cr_band first = bands[0];
  bands[0] = bands[1];
  bands[1] = first;
}

static void spoil_tail(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->queue.one.tail ^= 1;
}

static void spoil_priority(struct cr_frontier_memory *f, struct cr_host *host)
{
  cr_entry_at(&f->slab, host->queue.one.head)->priority ^= 1;
}

static void spoil_owner(struct cr_frontier_memory *f, struct cr_host *host)
{
  cr_entry_at(&f->slab, host->queue.one.head)->authority ^= 1;
}

static void spoil_place(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->place ^= CR_PLACE_RING;
}

static void spoil_places(struct cr_frontier_memory *f, struct cr_host *host)
{
  f->hosts_in[host->place] ^= 1;
}

static void spoil_lane(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->node.lane ^= CR_LANE_UNTRIED;
}

static void spoil_rank(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->node.rank ^= 1;
}

static void spoil_next_ok(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->next_ok_ms ^= 1;
}

static void spoil_alarm(struct cr_frontier_memory *f, struct cr_host *host)
{
  if (cr_alarm_is_set(&host->alarm))
    cr_wheel_cancel(&f->wheel, &host->alarm);
  else
    cr_wheel_set(&f->wheel, &host->alarm, 500);
}

static void spoil_ticket(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->node.ticket ^= UINT64_MAX; /* a neighbour in the same list has a larger one, or a smaller */
}

static void spoil_waits_for(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->waits_for ^= 1;
}

static void spoil_let_go_by(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)f;
  host->let_go_by = host->let_go_by == CR_NO_ID ? 0 : CR_NO_ID;
}

static void spoil_let_go(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)host;
  struct cr_group *group = cr_group_at(&f->hosts, 0);
  struct cr_host *other = cr_host_at(&f->hosts, LET_GO);
  group->let_go[LANE] = group->let_go[LANE] ? NULL : other;
}

static void spoil_group(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)host;
  cr_group_at(&f->hosts, 0)->in_flight ^= 8;
}

static void spoil_list(struct cr_frontier_memory *f, struct cr_host *host)
{
  struct cr_list *list = &cr_group_at(&f->hosts, 0)->waiting[LANE];
  if (cr_list_empty(&host->node.link))
    cr_list_push(list, &host->node.link);
  else
    cr_list_remove(&host->node.link);
}

static void spoil_moved(struct cr_frontier_memory *f, struct cr_host *host)
{
  static struct cr_moved moved;
  struct cr_authority *authority = cr_authority_at(&f->hosts, READY);
  (void)host;
  authority->moved = authority->moved ? NULL : &moved;
}

static void spoil_asking(struct cr_frontier_memory *f, struct cr_host *host)
{
  struct cr_authority *authority = cr_authority_at(&f->hosts, READY);
  (void)host;
  authority->asking = authority->asking == CR_NO_ID ? 0 : CR_NO_ID;
}

static void spoil_queued(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)host;
  f->queued[CRAWLER_KIND_PAGE] ^= 1;
}

static void spoil_leases(struct cr_frontier_memory *f, struct cr_host *host)
{
  (void)host;
  f->leased[CRAWLER_KIND_ROBOTS] ^= 1;
}

static void spoil_state(struct cr_frontier_memory *f, struct cr_host *host)
{
  uint64_t fp = cr_entry_at(&f->slab, host->queue.one.head)->fp;
  uint8_t live = CR_SEEN_LIVE << 6 | 1;
  uint8_t other = cr_seen_get(&f->seen, fp) == live ? CR_SEEN_DONE << 6 : live;
  assert_int_equal(cr_seen_put(&f->seen, fp, other), 0);
}

static void spoil_live(struct cr_frontier_memory *f, struct cr_host *host)
{
  uint32_t name = host->queue.one.head;
  uint64_t fp = cr_entry_at(&f->slab, name)->fp;
  struct cr_idmap_search search = cr_idmap_find(&f->live, fp);
  if (cr_idmap_next(&search) == name)
    cr_idmap_remove(&f->live, fp, name);
  else
    assert_int_equal(cr_idmap_add(&f->live, fp, name), 0);
}

static void spoil_reserve(struct cr_frontier_memory *f, struct cr_host *host)
{
  static uint32_t kept;
  uint32_t count = f->delayed.free_count;
  (void)host;
  f->delayed.free_count = count ? 0 : kept;
  kept = count;
}

static void every_planted_fault_is_found(void **state)
{
  static const struct {
    int host;
    spoil spoil;
    const char *what;
  } faults[] = {
    { READY, spoil_gated, "gated" },         { GATED, spoil_gated, "gated" },
    { READY, spoil_pending, "pending" },     { FULL, spoil_leased, "leased" },
    { READY, spoil_in_flight, "in flight" }, { ASLEEP, spoil_length, "length" },
    { READY, spoil_authority, "authority" }, { WAITS, spoil_order, "order of bands" },
    { READY, spoil_tail, "tail" },           { READY, spoil_priority, "priority" },
    { READY, spoil_owner, "owner" },         { READY, spoil_place, "place" },
    { EMPTY, spoil_place, "place" },         { ASLEEP, spoil_place, "place" },
    { ASLEEP, spoil_places, "places" },      { READY, spoil_lane, "lane" },
    { READY, spoil_rank, "rank" },           { WAITS, spoil_lane, "lane" },
    { ASLEEP, spoil_next_ok, "next_ok" },    { ASLEEP, spoil_alarm, "alarm" },
    { READY, spoil_alarm, "alarm" },         { READY, spoil_ticket, "ticket" },
    { WAITS, spoil_waits_for, "waits_for" }, { LET_GO, spoil_let_go_by, "let_go_by" },
    { READY, spoil_let_go_by, "let_go_by" }, { LET_GO, spoil_let_go, "let_go" },
    { READY, spoil_group, "group" },         { WAITS, spoil_list, "wait list" },
    { EMPTY, spoil_list, "wait list" },      { READY, spoil_asking, "asking" },
    { READY, spoil_moved, "moved" },         { READY, spoil_queued, "queued" },
    { READY, spoil_leases, "leases" },       { READY, spoil_state, "state" },
    { READY, spoil_live, "live" },           { READY, spoil_reserve, "reserve" },
  };
  struct cr_frontier_rig rig;
  (void)state;

  begin(&rig);
  struct cr_frontier_memory *f = cr_frontier_memory(rig.f);
  for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
    struct cr_host *host = cr_host_at(&f->hosts, (uint32_t)faults[i].host);
    assert_null(cr_frontier_memory_check(rig.f));
    faults[i].spoil(f, host);
    if (!cr_frontier_memory_check(rig.f))
      fail_msg("%s: not found", faults[i].what);
    faults[i].spoil(f, host);
  }
  cr_frontier_rig_check(&rig);
  cr_frontier_rig_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_recount_finds_every_host_in_one_place),
    cmocka_unit_test(every_planted_fault_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
