/* SPDX-License-Identifier: MIT */
/* pending.c - the URLs a host has to give: due, delayed, or aside while robots.txt is asked for.
 *
 * host->gated counts the entries in the queue that must wait for robots.txt. While all of them
 * must, none is moved; in a queue of several authorities those at the head step aside, once, into
 * their authority's list, and find their places again by their order of arrival.
 */
#include "frontier/pending.h"

#include <string.h>

int cr_pending_reserve(struct cr_frontier_memory *f, struct cr_host *host,
                       const struct cr_frontier_item *item)
{
  return cr_queue_reserve(&host->queue, &f->budget, cr_entry_band(item->kind, item->priority));
}

/* An entry of the authority has come into the queue. */
static void count_in(struct cr_frontier_memory *f, struct cr_host *host, uint32_t name)
{
  struct cr_authority *authority =
      cr_authority_at(&f->hosts, cr_entry_at(&f->slab, name)->authority);
  authority->queued++;
  host->gated += authority->gate == CR_GATE_ASKED;
}

static struct cr_authority *count_out(struct cr_frontier_memory *f, struct cr_host *host,
                                      uint32_t name)
{
  struct cr_authority *authority =
      cr_authority_at(&f->hosts, cr_entry_at(&f->slab, name)->authority);
  authority->queued--;
  host->gated -= authority->gate == CR_GATE_ASKED;
  return authority;
}

static void count_queued(struct cr_frontier_memory *f, struct cr_host *host, uint32_t name)
{
  uint8_t kind = cr_entry_at(&f->slab, name)->kind;

  host->pending++;
  host->others += !cr_kind_waits_with_pages(kind);
  f->queued[kind]++;
}

/* Delayed entries whose time has come arrive now. */
static void promote(struct cr_frontier_memory *f, struct cr_host *host)
{
  while (cr_delayed_first(&f->delayed, host->delayed) <= f->now_ms) {
    uint32_t name = cr_delayed_pop(&f->delayed, &host->delayed);
    cr_queue_push(&host->queue, &f->slab, name);
    count_in(f, host, name);
  }
}

void cr_pending_push(struct cr_frontier_memory *f, struct cr_host *host, uint32_t name)
{
  promote(f, host);
  cr_queue_push(&host->queue, &f->slab, name);
  count_in(f, host, name);
  count_queued(f, host, name);
}

void cr_pending_push_front(struct cr_frontier_memory *f, struct cr_host *host, uint32_t name)
{
  cr_queue_push_front(&host->queue, &f->slab, name);
  count_in(f, host, name);
  count_queued(f, host, name);
}

void cr_pending_delay(struct cr_frontier_memory *f, struct cr_host *host, uint32_t name,
                      int64_t at_ms)
{
  if (at_ms <= f->now_ms) {
    cr_pending_push(f, host, name);
    return;
  }
  (void)cr_delayed_push(&f->delayed, &host->delayed, at_ms, name); /* its node isn't needed */
  count_queued(f, host, name);
}

static void step_aside(struct cr_frontier_memory *f, struct cr_host *host)
{
  while (host->gated > 0 && host->gated < host->queue.len) {
    uint32_t name = cr_queue_head(&host->queue);
    struct cr_authority *authority =
        cr_authority_at(&f->hosts, cr_entry_at(&f->slab, name)->authority);
    if (authority->gate != CR_GATE_ASKED)
      return;

    (void)cr_queue_pop(&host->queue, &f->slab); /* name */
    (void)count_out(f, host, name);             /* authority */
    if (authority->waiting_head == CR_ENTRY_NONE)
      authority->waiting_head = name;
    else
      cr_entry_at(&f->slab, authority->waiting_tail)->next = name;
    authority->waiting_tail = name;
  }
}

void cr_pending_arrange(struct cr_frontier_memory *f, struct cr_host *host)
{
  promote(f, host);
  step_aside(f, host);
}

uint32_t cr_pending_pop(struct cr_frontier_memory *f, struct cr_host *host)
{
  uint32_t name = cr_queue_pop(&host->queue, &f->slab);
  uint8_t kind = cr_entry_at(&f->slab, name)->kind;

  (void)count_out(f, host, name); /* the authority isn't needed */
  host->pending--;
  host->others -= !cr_kind_waits_with_pages(kind);
  f->queued[kind]--;
  return name;
}

void cr_pending_trim(struct cr_frontier_memory *f, struct cr_host *host)
{
  if (host->pending == 0 && host->leased == 0 && host->queue.band_count > 0)
    cr_queue_reset(&host->queue, &f->budget);
}

/* The last one first: each then finds its place at, or close behind, the head of its band. */
static uint32_t reverse(const struct cr_slab *slab, uint32_t name)
{
  uint32_t reversed = CR_ENTRY_NONE;

  while (name != CR_ENTRY_NONE) {
    struct cr_entry *entry = cr_entry_at(slab, name);
    uint32_t next = entry->next;
    entry->next = reversed;
    reversed = name;
    name = next;
  }
  return reversed;
}

static void bring_back(struct cr_frontier_memory *f, struct cr_host *host,
                       struct cr_authority *authority)
{
  uint32_t name = reverse(&f->slab, authority->waiting_head);

  authority->waiting_head = CR_ENTRY_NONE;
  authority->waiting_tail = CR_ENTRY_NONE;
  while (name != CR_ENTRY_NONE) {
    uint32_t next = cr_entry_at(&f->slab, name)->next;
    cr_queue_put_back(&host->queue, &f->slab, name);
    count_in(f, host, name);
    name = next;
  }
}

struct cr_host *cr_pending_asked_host(const struct cr_frontier_memory *f, uint32_t id)
{
  const struct cr_authority *authority = cr_authority_at(&f->hosts, id);

  if (authority->moved)
    authority = cr_authority_at(&f->hosts, authority->moved->authority);
  return cr_host_at(&f->hosts, authority->host);
}

void cr_pending_set_gate(struct cr_frontier_memory *f, uint32_t id, enum cr_gate gate)
{
  struct cr_authority *authority = cr_authority_at(&f->hosts, id);
  struct cr_host *host = cr_host_at(&f->hosts, authority->host);
  bool was_asked = authority->gate == CR_GATE_ASKED;

  authority->asking = CR_NO_ID;
  if (authority->ask_at != CR_DELAYED_NONE) {
    cr_delayed_remove(&f->delayed, &cr_pending_asked_host(f, id)->asks, authority->ask_at);
    authority->ask_at = CR_DELAYED_NONE;
    f->queued[CRAWLER_KIND_ROBOTS]--;
  }
  authority->gate = (uint8_t)gate;
  if (was_asked && gate != CR_GATE_ASKED) {
    host->gated -= authority->queued;
    bring_back(f, host, authority);
  } else if (!was_asked && gate == CR_GATE_ASKED) {
    host->gated += authority->queued;
  }
}

void cr_pending_ask_again(struct cr_frontier_memory *f, uint32_t id, int64_t at_ms)
{
  struct cr_host *host = cr_pending_asked_host(f, id);

  cr_authority_at(&f->hosts, id)->ask_at = cr_delayed_push(&f->delayed, &host->asks, at_ms, id);
  f->queued[CRAWLER_KIND_ROBOTS]++;
}

int cr_pending_move_ask(struct cr_frontier_memory *f, uint32_t id, uint32_t asked,
                        struct cr_span target)
{
  struct cr_authority *authority = cr_authority_at(&f->hosts, id);
  struct cr_moved *moved = cr_budget_resize(&f->unlimited, NULL, 0, sizeof(*moved) + target.len);
  unsigned hops = authority->moved ? authority->moved->hops : 0;

  if (!moved)
    return CRAWLER_E_NOMEM;
  moved->authority = asked;
  moved->hops = (uint8_t)(hops < UINT8_MAX ? hops + 1 : hops);
  moved->len = target.len;
  memcpy(moved->target, target.at, target.len);
  cr_budget_free(&f->unlimited, authority->moved);
  authority->moved = moved;
  return 0;
}

void cr_pending_forget_ask(struct cr_frontier_memory *f, uint32_t id)
{
  struct cr_authority *authority = cr_authority_at(&f->hosts, id);

  cr_budget_free(&f->unlimited, authority->moved);
  authority->moved = NULL;
  authority->attempt = 1;
  authority->stale_ms = CR_NEVER;
}

uint32_t cr_pending_due_ask(const struct cr_frontier_memory *f, const struct cr_host *host)
{
  if (cr_delayed_first(&f->delayed, host->asks) > f->now_ms)
    return CR_NO_ID;
  return cr_delayed_at(&f->delayed, host->asks)->subject;
}
