/* SPDX-License-Identifier: MIT */
/* place.c - where a host is: in exactly one place at every moment, so that no wake-up is lost.
 *
 * The rule for groups: while a group has a free slot and hosts wait for it in a lane, one host of
 * that lane, let go by the group, is in the ring. It is at the front, so it is served before
 * newcomers; if it finds the group full it returns to the head of the list; and when it leaves the
 * ring for any reason the next one is let go. Lanes have lists of their own because a lane may be
 * barred (slow lane full, enough hosts untried, page limit reached) while the others go on.
 */
#include "frontier/place.h"

#include "frontier/pending.h"

uint32_t cr_place_host_cap(const struct cr_frontier_memory *f, const struct cr_host *host)
{
  uint32_t cap = host->max_in_flight ? host->max_in_flight : f->config.host_cap;
  return cap ? cap : UINT32_MAX;
}

uint32_t cr_place_group_cap(const struct cr_frontier_memory *f, const struct cr_group *group)
{
  return group->kind == CR_GROUP_SITE ? f->config.site_cap : f->config.address_cap;
}

static bool is_full(const struct cr_frontier_memory *f, uint32_t group)
{
  if (group == CR_NO_ID)
    return false;
  const struct cr_group *at = cr_group_at(&f->hosts, group);
  uint32_t cap = cr_place_group_cap(f, at);
  return cap != 0 && at->in_flight >= cap;
}

uint32_t cr_place_full_group(const struct cr_frontier_memory *f, const struct cr_host *host)
{
  if (is_full(f, host->site))
    return host->site;
  return is_full(f, host->address) ? host->address : CR_NO_ID;
}

static int64_t later_of(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

static int64_t sooner_of(int64_t a, int64_t b)
{
  return a < b ? a : b;
}

static bool has_used_up_its_pages(const struct cr_frontier_memory *f, const struct cr_host *host)
{
  return host->spent || host->pages >= f->host_pages;
}

/* Is the first entry to arrive one that can't leave then: for robots.txt, or the limit of pages? */
static bool next_is_kept(const struct cr_frontier_memory *f, const struct cr_host *host)
{
  if (host->delayed == CR_DELAYED_NONE)
    return false;
  const struct cr_entry *entry =
      cr_entry_at(&f->slab, cr_delayed_at(&f->delayed, host->delayed)->subject);
  return cr_authority_at(&f->hosts, entry->authority)->gate == CR_GATE_ASKED ||
         (cr_kind_waits_with_pages(entry->kind) && has_used_up_its_pages(f, host));
}

/* Has the queue's head all that it needs to leave, but for the time? Its head is a page only where
 * nothing else is in the queue. */
static bool has_due(const struct cr_frontier_memory *f, struct cr_host *host)
{
  if (host->queue.len <= host->gated || host->spent)
    return false;
  return host->pages < f->host_pages ||
         !cr_kind_waits_with_pages(cr_queue_head_kind(&host->queue, &f->slab));
}

/* Is what it would give of the last rank? That waits until nothing else of it is in flight. */
static bool is_last_rank(const struct cr_frontier_memory *f, struct cr_host *host)
{
  return host->queue.len > host->gated && cr_pending_due_ask(f, host) == CR_NO_ID &&
         cr_ring_rank(cr_queue_head_priority(&host->queue, &f->slab)) == CR_RING_RANKS - 1;
}

/* Where the host belongs; *alarm_ms is when to judge it again (CR_NEVER: not for time alone). */
static enum cr_place judge(const struct cr_frontier_memory *f, struct cr_host *host,
                           int64_t *alarm_ms)
{
  int64_t entry_ms = host->spent ? CR_NEVER : cr_delayed_first(&f->delayed, host->delayed);
  int64_t ask_ms = cr_delayed_first(&f->delayed, host->asks);
  int64_t work_ms = has_due(f, host) ? 0 : sooner_of(entry_ms, ask_ms);

  *alarm_ms = CR_NEVER;
  if (host->pending == 0 && host->asks == CR_DELAYED_NONE)
    return CR_PLACE_EMPTY;
  if (has_used_up_its_pages(f, host) && (host->others == 0 || host->spent) &&
      host->asks == CR_DELAYED_NONE)
    return CR_PLACE_EXHAUSTED;
  if (host->blocked_until_ms == CR_NEVER)
    return CR_PLACE_BLOCKED;
  if (work_ms == CR_NEVER)
    return CR_PLACE_GATED;
  if (host->in_flight >= cr_place_host_cap(f, host))
    return CR_PLACE_FULL;
  if (work_ms > f->now_ms && entry_ms < ask_ms && next_is_kept(f, host)) {
    *alarm_ms = entry_ms; /* then there is one more that waits: judge again */
    return CR_PLACE_ASLEEP;
  }
  int64_t due_ms = later_of(work_ms, later_of(host->next_ok_ms, host->blocked_until_ms));
  if (due_ms > f->now_ms) {
    *alarm_ms = due_ms;
    return host->blocked_until_ms == due_ms ? CR_PLACE_PARKED : CR_PLACE_ASLEEP;
  }
  /* What becomes due while the host is in the ring may change its rank or lane. */
  *alarm_ms = ask_ms > f->now_ms ? sooner_of(entry_ms, ask_ms) : entry_ms;
  return host->in_flight > 0 && is_last_rank(f, host) ? CR_PLACE_FULL : CR_PLACE_RING;
}

static void set_alarm(struct cr_frontier_memory *f, struct cr_host *host, int64_t alarm_ms)
{
  if (cr_alarm_is_set(&host->alarm)) {
    if (host->alarm.due_ms == alarm_ms)
      return;
    cr_wheel_cancel(&f->wheel, &host->alarm);
  }
  if (alarm_ms != CR_NEVER)
    cr_wheel_set(&f->wheel, &host->alarm, alarm_ms);
}

/* Of what the host would give next. */
static uint8_t rank_of(const struct cr_frontier_memory *f, struct cr_host *host)
{
  if (cr_pending_due_ask(f, host) != CR_NO_ID)
    return 0;
  return cr_ring_rank(cr_queue_head_priority(&host->queue, &f->slab));
}

static uint8_t lane_of(const struct cr_frontier_memory *f, struct cr_host *host)
{
  bool is_page = cr_pending_due_ask(f, host) == CR_NO_ID &&
                 cr_kind_waits_with_pages(cr_queue_head_kind(&host->queue, &f->slab));
  uint8_t speed = host->tried ? host->slow ? CR_LANE_SLOW : 0 : CR_LANE_UNTRIED;
  return (uint8_t)((is_page ? CR_LANE_PAGE : 0) | speed);
}

static void move_to(struct cr_frontier_memory *f, struct cr_host *host, enum cr_place place)
{
  f->hosts_in[host->place]--;
  f->hosts_in[place]++;
  host->place = (uint8_t)place;
}

/* Out of the ring or a wait list. Returns the group that may let another one go now. */
static uint32_t leave(struct cr_frontier_memory *f, struct cr_host *host)
{
  uint32_t group = host->let_go_by;

  cr_list_remove(&host->node.link);
  if (group != CR_NO_ID)
    cr_group_at(&f->hosts, group)->let_go[host->node.lane] = NULL;
  host->let_go_by = CR_NO_ID;
  host->waits_for = CR_NO_ID;
  move_to(f, host, CR_PLACE_EMPTY);
  return group;
}

static void enter_ring(struct cr_frontier_memory *f, struct cr_host *host)
{
  uint8_t rank = rank_of(f, host);
  uint8_t lane = lane_of(f, host);

  if (host->place == CR_PLACE_GROUP && host->node.lane == lane) {
    host->node.rank = rank; /* for when it is let go */
    return;
  }
  if (host->place == CR_PLACE_RING && host->node.lane == lane && host->node.rank == rank)
    return;
  uint32_t group = leave(f, host);
  host->node.rank = rank;
  host->node.lane = lane;
  move_to(f, host, CR_PLACE_RING);
  cr_ring_push(&f->ring, &host->node);
  cr_place_wake(f, group);
}

void cr_place(struct cr_frontier_memory *f, struct cr_host *host)
{
  int64_t alarm_ms = CR_NEVER;

  cr_pending_arrange(f, host);
  enum cr_place place = judge(f, host, &alarm_ms);
  set_alarm(f, host, alarm_ms);
  if (place == CR_PLACE_RING) {
    enter_ring(f, host);
  } else if (host->place != place) {
    uint32_t group = leave(f, host);
    move_to(f, host, place);
    cr_place_wake(f, group);
  }
}

void cr_place_anew(struct cr_frontier_memory *f, struct cr_host *host)
{
  uint32_t group = leave(f, host);
  cr_place(f, host);
  cr_place_wake(f, group);
}

void cr_place_tick(struct cr_frontier_memory *f, int64_t now_ms)
{
  struct cr_list due;

  now_ms = sooner_of(now_ms, CR_NEVER - 1); /* what is due CR_NEVER never is */
  if (now_ms <= f->now_ms)
    return;
  f->now_ms = now_ms;
  cr_list_init(&due);
  cr_wheel_advance(&f->wheel, now_ms, &due);
  for (struct cr_list *node = cr_list_pop(&due); node; node = cr_list_pop(&due)) {
    if (!cr_list_empty(&due))
      cr_host_prefetch(CR_CONTAINER(due.next, struct cr_host, alarm.link));
    cr_place(f, CR_CONTAINER(node, struct cr_host, alarm.link));
  }
}

void cr_place_wait(struct cr_frontier_memory *f, struct cr_host *host, uint32_t group)
{
  struct cr_list *list = &cr_group_at(&f->hosts, group)->waiting[host->node.lane];
  uint32_t let_go_by = leave(f, host);

  move_to(f, host, CR_PLACE_GROUP);
  host->waits_for = group;
  if (let_go_by == group)
    cr_list_push_front(list, &host->node.link);
  else
    cr_list_push(list, &host->node.link);
  cr_place_wake(f, let_go_by);
}

/* To the front of the ring, from a wait list or from where it is in the ring. */
static void let_go(struct cr_frontier_memory *f, struct cr_group *group, struct cr_host *host)
{
  move_to(f, host, CR_PLACE_RING);
  group->let_go[host->node.lane] = host;
  cr_list_remove(&host->node.link);
  cr_ring_push_front(&f->ring, &host->node);
}

/* So that no lane takes every slot from another one: those that were let go before, and weren't
 * served, come before the new ones, and of either those of the lanes that follow the one served
 * last. Who is pushed last stands first. */
void cr_place_wake(struct cr_frontier_memory *f, uint32_t id)
{
  if (id == CR_NO_ID || is_full(f, id))
    return;
  struct cr_group *group = cr_group_at(&f->hosts, id);
  struct cr_host *before[CR_LANES];
  bool is_new = false;

  for (unsigned i = 0; i < CR_LANES; i++) {
    unsigned lane = (group->served + CR_LANES - i) % CR_LANES;
    before[lane] = group->let_go[lane];
    if (before[lane] || cr_list_empty(&group->waiting[lane]))
      continue;
    struct cr_host *host = CR_CONTAINER(group->waiting[lane].next, struct cr_host, node.link);
    host->waits_for = CR_NO_ID;
    host->let_go_by = id;
    let_go(f, group, host);
    is_new = true;
  }
  for (unsigned i = 0; is_new && i < CR_LANES; i++) {
    unsigned lane = (group->served + CR_LANES - i) % CR_LANES;
    if (before[lane])
      let_go(f, group, before[lane]);
  }
}

/* more may be negative. */
static void add_slots(struct cr_frontier_memory *f, uint32_t group, int64_t more)
{
  if (group == CR_NO_ID)
    return;
  struct cr_group *at = cr_group_at(&f->hosts, group);
  at->in_flight = (uint32_t)(at->in_flight + more);
}

static void note_served(struct cr_frontier_memory *f, uint32_t group, uint8_t lane)
{
  if (group != CR_NO_ID)
    cr_group_at(&f->hosts, group)->served = lane;
}

void cr_place_use(struct cr_frontier_memory *f, struct cr_host *host)
{
  note_served(f, host->site, host->node.lane);
  note_served(f, host->address, host->node.lane);
  host->in_flight++;
  add_slots(f, host->site, 1);
  add_slots(f, host->address, 1);
}

void cr_place_free(struct cr_frontier_memory *f, struct cr_host *host)
{
  host->in_flight--;
  add_slots(f, host->site, -1);
  add_slots(f, host->address, -1);
}

void cr_place_wake_groups(struct cr_frontier_memory *f, const struct cr_host *host)
{
  cr_place_wake(f, host->site);
  cr_place_wake(f, host->address);
}

void cr_place_join(struct cr_frontier_memory *f, struct cr_host *host, uint32_t address)
{
  uint32_t old = host->address;
  if (old == address)
    return;
  uint32_t let_go_by = leave(f, host);
  add_slots(f, old, -(int64_t)host->in_flight);
  add_slots(f, address, host->in_flight);
  host->address = address;
  cr_place(f, host);
  cr_place_wake(f, let_go_by);
  cr_place_wake(f, old);
}

const char *cr_place_check(const struct cr_frontier_memory *f, struct cr_host *host)
{
  int64_t alarm_ms = CR_NEVER;
  enum cr_place place = judge(f, host, &alarm_ms);
  bool in_turn = host->place == CR_PLACE_RING || host->place == CR_PLACE_GROUP;

  if (in_turn ? place != CR_PLACE_RING : place != host->place)
    return "a host is not where it belongs";
  if (cr_alarm_is_set(&host->alarm) ? host->alarm.due_ms != alarm_ms : alarm_ms != CR_NEVER)
    return "a host's alarm is set for the wrong time";
  if (in_turn && (host->node.rank != rank_of(f, host) || host->node.lane != lane_of(f, host)))
    return "a host is in the wrong rank or lane";
  if (in_turn == cr_list_empty(&host->node.link))
    return "a host is in no list, or in one it should not be in";
  if ((host->waits_for != CR_NO_ID) != (host->place == CR_PLACE_GROUP))
    return "a host waits for a group elsewhere than in its list";
  if (host->let_go_by != CR_NO_ID && host->place != CR_PLACE_RING)
    return "a host that was let go is not in the ring";
  return NULL;
}
