/* SPDX-License-Identifier: MIT */
/* frontier_finish.c - a lease ends; a host's facts change.
 *
 * Arguments are judged, and memory is had, before anything changes: a call that fails changes
 * nothing but the time. Only CR_FINISH_SAME and CR_HOST_ADDRESS need memory.
 */
#include "frontier/pending.h"
#include "frontier/place.h"

static struct cr_host *host_of(const struct cr_frontier_memory *f, uint32_t authority)
{
  return cr_host_at(&f->hosts, cr_authority_at(&f->hosts, authority)->host);
}

/* The lease's slot is free again. The host is to be placed, and its groups to wake, afterwards. */
static void release(struct cr_frontier_memory *f, struct cr_leased *leased)
{
  if (leased->released)
    return;
  leased->released = true;
  cr_place_free(f, cr_host_at(&f->hosts, leased->host));
}

static void settle(struct cr_frontier_memory *f, struct cr_host *host)
{
  cr_pending_trim(f, host);
  cr_place(f, host);
  cr_place_wake_groups(f, host);
}

/* Only the lease that the authority waits for decides what becomes of it. */
static int finish_robots(struct cr_frontier_memory *f, const struct cr_finish *fin, uint32_t id)
{
  struct cr_authority *authority = cr_authority_at(&f->hosts, id);
  bool is_timed = fin->kind == CR_FINISH_RETRY || fin->kind == CR_FINISH_PARK;

  bool is_over = fin->kind == CR_FINISH_DONE || fin->kind == CR_FINISH_UNCOUNTED;

  if (authority->asking != fin->lease.slot)
    return is_over ? 0 : 1;
  if (fin->kind == CR_FINISH_SAME && cr_pending_move_ask(f, id, fin->authority, fin->target) < 0)
    return CRAWLER_E_NOMEM;
  authority->asking = CR_NO_ID;
  if (is_over) {
    if (authority->gate == CR_GATE_OPEN)
      cr_pending_forget_ask(f, id);
    return 0;
  }
  if (fin->kind == CR_FINISH_RETRY && authority->attempt < UINT8_MAX)
    authority->attempt++;
  cr_pending_ask_again(f, id, is_timed ? fin->at_ms : f->now_ms);
  return 0;
}

static void finish_done(struct cr_frontier_memory *f, uint32_t name)
{
  const struct cr_entry *entry = cr_entry_at(&f->slab, name);
  unsigned depth = entry->depth < CR_SEEN_DEEP ? entry->depth : CR_SEEN_DEEP;

  cr_idmap_remove(&f->live, entry->fp, name);
  (void)cr_seen_put(&f->seen, entry->fp, (uint8_t)(CR_SEEN_DONE << 6 | depth)); /* it is known */
  cr_entry_free(&f->slab, name);
}

/* The entry takes another target and authority, and comes to the head of its queue. */
static int finish_same(struct cr_frontier_memory *f, const struct cr_finish *fin, uint32_t name)
{
  struct cr_host *host = host_of(f, fin->authority);
  const struct cr_entry *entry = cr_entry_at(&f->slab, name);
  int16_t rank = cr_entry_band(entry->kind, entry->priority);
  uint32_t copy = CR_ENTRY_NONE;

  f->slab.budget = &f->unlimited; /* a URL that was admitted isn't lost to the ceiling */
  if (cr_queue_reserve(&host->queue, &f->unlimited, rank) == 0)
    copy = cr_entry_retarget(&f->slab, name, fin->target);
  f->slab.budget = &f->budget;
  if (copy == CR_ENTRY_NONE) {
    cr_pending_trim(f, host);
    return CRAWLER_E_NOMEM;
  }

  cr_idmap_replace(&f->live, cr_entry_at(&f->slab, name)->fp, name, copy);
  cr_entry_free(&f->slab, name);
  cr_entry_at(&f->slab, copy)->authority = fin->authority;
  cr_pending_push_front(f, host, copy);
  return 0;
}

static int finish_entry(struct cr_frontier_memory *f, const struct cr_finish *fin, uint32_t name)
{
  struct cr_entry *entry = cr_entry_at(&f->slab, name);
  struct cr_host *host = host_of(f, entry->authority);

  switch (fin->kind) {
  case CR_FINISH_DONE:
  case CR_FINISH_UNCOUNTED:
    finish_done(f, name);
    return 0;
  case CR_FINISH_RETRY:
    if (entry->attempt < UINT8_MAX)
      entry->attempt++;
    cr_pending_delay(f, host, name, fin->at_ms);
    return 0;
  case CR_FINISH_PARK:
    cr_pending_delay(f, host, name, fin->at_ms);
    return 0;
  case CR_FINISH_GIVE_BACK:
    cr_pending_push_front(f, host, name);
    return 0;
  case CR_FINISH_SAME:
    return finish_same(f, fin, name);
  }
  return CRAWLER_E_INVAL;
}

/* 0, or what is wrong with fin. */
static int judge(const struct cr_frontier_memory *f, const struct cr_finish *fin,
                 const struct cr_leased *leased)
{
  if (!leased)
    return CRAWLER_E_STATE;
  if ((int)fin->kind < CR_FINISH_DONE || fin->kind > CR_FINISH_UNCOUNTED)
    return CRAWLER_E_INVAL;
  if (fin->kind != CR_FINISH_SAME)
    return 0;
  bool is_possible =
      fin->authority < f->hosts.authorities.count && fin->target.len <= CR_ENTRY_TARGET_MAX;
  return is_possible ? 0 : CRAWLER_E_INVAL;
}

int cr_frontier_finish(struct cr_frontier *base, const struct cr_finish *fin, int64_t now_ms)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);
  struct cr_leased *leased = cr_lease_find(&f->leases, fin->lease);

  if (leased && leased->entry != CR_ENTRY_NONE) {
    cr_seen_prefetch(&f->seen, cr_entry_at(&f->slab, leased->entry)->fp);
    cr_idmap_prefetch(&f->live, cr_entry_at(&f->slab, leased->entry)->fp);
  }
  cr_place_tick(f, now_ms);
  int err = judge(f, fin, leased);
  if (err < 0)
    return err;
  struct cr_host *host = cr_host_at(&f->hosts, leased->host);
  uint8_t kind = CRAWLER_KIND_ROBOTS;
  if (leased->entry != CR_ENTRY_NONE) {
    kind = cr_entry_at(&f->slab, leased->entry)->kind;
    err = finish_entry(f, fin, leased->entry);
    host->leased -= err == 0;
  } else {
    err = finish_robots(f, fin, leased->authority);
  }
  if (err < 0)
    return err;

  if (kind == CRAWLER_KIND_PAGE && fin->kind != CR_FINISH_DONE)
    host->pages--;
  release(f, leased);
  cr_lease_end(&f->leases, fin->lease);
  f->leased[kind]--;
  settle(f, host);
  if (fin->kind == CR_FINISH_SAME)
    settle(f, host_of(f, fin->authority));
  return err;
}

static void apply(struct cr_host *host, const struct cr_host_update *update)
{
  if (update->fields & CR_HOST_NEXT_OK && update->next_ok_ms > host->next_ok_ms)
    host->next_ok_ms = update->next_ok_ms;
  if (update->fields & CR_HOST_BLOCKED)
    host->blocked_until_ms = update->blocked_until_ms;
  if (update->fields & CR_HOST_CAP)
    host->max_in_flight = update->max_in_flight;
  if (update->fields & CR_HOST_SLOW) {
    host->slow = update->slow;
    host->tried = true;
  }
  if (update->fields & CR_HOST_SPENT)
    host->spent = update->spent;
}

/* 0 with the group (CR_NO_ID for no text), or CRAWLER_E_NOMEM. */
static int find_address(struct cr_frontier_memory *f, const struct cr_host_update *update,
                        uint32_t *address)
{
  *address = CR_NO_ID;
  if (!(update->fields & CR_HOST_ADDRESS) || update->address.len == 0)
    return 0;
  *address = cr_hosts_group(&f->hosts, CR_GROUP_ADDRESS, update->address);
  return *address == CR_NO_ID ? CRAWLER_E_NOMEM : 0;
}

static bool is_over(const struct cr_frontier_memory *f, uint32_t group)
{
  if (group == CR_NO_ID)
    return false;
  const struct cr_group *at = cr_group_at(&f->hosts, group);
  uint32_t cap = cr_place_group_cap(f, at);
  return cap != 0 && at->in_flight > cap;
}

int cr_frontier_host_update(struct cr_frontier *base, const struct cr_host_update *update,
                            int64_t now_ms)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);
  bool releases = update->fields & CR_HOST_RELEASE;
  struct cr_leased *leased = releases ? cr_lease_find(&f->leases, update->lease) : NULL;
  uint32_t address = CR_NO_ID;

  cr_place_tick(f, now_ms);
  if (update->host >= f->hosts.hosts.count)
    return CRAWLER_E_INVAL;
  if (releases && !leased)
    return CRAWLER_E_STATE;
  struct cr_host *host = cr_host_at(&f->hosts, update->host);
  if (leased && leased->host != update->host)
    return CRAWLER_E_INVAL;
  if (find_address(f, update, &address) < 0)
    return CRAWLER_E_NOMEM;

  apply(host, update);
  if (leased)
    release(f, leased);
  if (update->fields & CR_HOST_ADDRESS)
    cr_place_join(f, host, address);
  settle(f, host);
  return is_over(f, address) ? 1 : 0;
}
