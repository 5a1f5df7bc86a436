/* SPDX-License-Identifier: MIT */
/* frontier_take.c - the ring's next host gives a URL, or its robots task.
 *
 * Each visit gives one task or moves the host to its group's wait list, so the loop ends. A lease
 * and the node that a retry would need are had first: finishing needs no memory.
 */
#include <string.h>

#include "frontier/pending.h"
#include "frontier/place.h"

struct quota { /* left */
  uint32_t fast, untried, slow, pages;
};

static unsigned open_lanes(const struct quota *left)
{
  unsigned lanes = 0;
  if (left->fast > 0)
    lanes |= 1u << 0;
  if (left->fast > 0 && left->untried > 0)
    lanes |= 1u << CR_LANE_UNTRIED;
  if (left->slow > 0)
    lanes |= 1u << CR_LANE_SLOW;
  return left->pages > 0 ? lanes | lanes << CR_LANE_PAGE : lanes;
}

/* An open gate was judged before, and is asked for anew. */
static enum cr_gate gate_while_asked(const struct cr_authority *authority)
{
  return authority->gate == CR_GATE_OPEN ? (enum cr_gate)authority->stale_gate : CR_GATE_ASKED;
}

static bool has_to_ask(const struct cr_frontier_memory *f, const struct cr_authority *authority)
{
  if (authority->gate == CR_GATE_OPEN)
    return f->config.gate && authority->stale_ms <= f->now_ms && authority->asking == CR_NO_ID &&
           authority->ask_at == CR_DELAYED_NONE;
  return authority->gate == CR_GATE_UNKNOWN;
}

static void fill_robots(struct cr_frontier_memory *f, uint32_t id, struct cr_task *task)
{
  struct cr_authority *authority = cr_authority_at(&f->hosts, id);
  const struct cr_moved *moved = authority->moved;

  memset(task, 0, sizeof(*task));
  task->authority = id;
  task->asked = moved ? moved->authority : id;
  task->host = cr_authority_at(&f->hosts, task->asked)->host;
  task->lease = cr_lease_take(&f->leases, CR_ENTRY_NONE, id, task->host);
  task->kind = CRAWLER_KIND_ROBOTS;
  task->attempt = authority->attempt;
  task->again = authority->ask_at != CR_DELAYED_NONE;
  if (moved) {
    task->hops = moved->hops;
    task->target = cr_span(moved->target, moved->len);
  }
  cr_pending_set_gate(f, id, gate_while_asked(authority));
  authority->asking = task->lease.slot;
}

static void fill(struct cr_frontier_memory *f, uint32_t name, struct cr_task *task)
{
  const struct cr_entry *entry = cr_entry_at(&f->slab, name);

  task->fp = entry->fp;
  task->authority = entry->authority;
  task->asked = entry->authority;
  task->host = cr_authority_at(&f->hosts, entry->authority)->host;
  task->lease = cr_lease_take(&f->leases, name, entry->authority, task->host);
  task->lastmod_s = entry->lastmod_s;
  task->depth = entry->depth;
  task->priority = entry->priority;
  task->kind = entry->kind;
  task->method = entry->method;
  task->hops = entry->hops;
  task->flags = entry->flags;
  task->attempt = entry->attempt;
  task->target = cr_span(entry->target, entry->target_len);
  task->referrer = cr_entry_origin(&f->slab, entry, CR_ORIGIN_REFERRER);
  task->via = cr_entry_origin(&f->slab, entry, CR_ORIGIN_VIA);
  task->seed = cr_entry_origin(&f->slab, entry, CR_ORIGIN_SEED);
  task->meta = cr_entry_origin(&f->slab, entry, CR_ORIGIN_META);
  task->extra = entry->extra;
  task->again = false;
}

/* The host may give a task and all caps allow it. */
static void give(struct cr_frontier_memory *f, struct cr_host *host, struct cr_task *task)
{
  uint32_t ask = cr_pending_due_ask(f, host);

  if (ask == CR_NO_ID) {
    uint32_t authority = cr_entry_at(&f->slab, cr_queue_head(&host->queue))->authority;
    if (has_to_ask(f, cr_authority_at(&f->hosts, authority)))
      ask = authority;
  }
  if (ask != CR_NO_ID) {
    fill_robots(f, ask, task);
  } else {
    fill(f, cr_pending_pop(f, host), task);
    host->leased++;
  }
  task->slow = host->slow;
  task->untried = !host->tried;
  f->leased[task->kind]++;
  host->pages += task->kind == CRAWLER_KIND_PAGE;
  cr_place_use(f, host);
}

static bool reserve(struct cr_frontier_memory *f)
{
  return cr_leases_reserve(&f->leases) && cr_delayed_reserve(&f->delayed, f->leases.count + 1);
}

/* The next host but one, and the entry of the next, which was fetched at the last visit. */
static void look_ahead(struct cr_frontier_memory *f, const struct cr_ring_node *node)
{
  struct cr_ring_node *next = cr_ring_after(&f->ring, node);
  struct cr_ring_node *second = next ? cr_ring_after(&f->ring, next) : NULL;

  if (next)
    cr_queue_prefetch_head(&CR_CONTAINER(next, struct cr_host, node)->queue, &f->slab);
  if (second)
    cr_host_prefetch(CR_CONTAINER(second, struct cr_host, node));
}

/* Up to max_tasks tasks; CRAWLER_E_NOMEM when memory ends before. */
static int take_all(struct cr_frontier_memory *f, const struct cr_take *want, struct cr_task *tasks,
                    size_t *n)
{
  struct quota left = { want->max_fast, want->max_untried, want->max_slow, want->max_pages };

  while (*n < want->max_tasks) {
    struct cr_ring_node *node = cr_ring_pick(&f->ring, open_lanes(&left));
    if (!node)
      return 0;
    struct cr_host *host = CR_CONTAINER(node, struct cr_host, node);
    uint32_t group = cr_place_full_group(f, host);
    if (group != CR_NO_ID) {
      cr_place_wait(f, host, group);
      continue;
    }
    if (!reserve(f))
      return CRAWLER_E_NOMEM;
    look_ahead(f, node);
    struct cr_task *task = &tasks[(*n)++];
    give(f, host, task);
    cr_ring_next(&f->ring);
    cr_place_anew(f, host);
    left.fast -= !task->slow;
    left.untried -= task->untried;
    left.slow -= task->slow;
    left.pages -= task->kind == CRAWLER_KIND_PAGE;
  }
  return 0;
}

int cr_frontier_take(struct cr_frontier *base, const struct cr_take *want, struct cr_task *tasks,
                     size_t *n, int64_t *next_due_ms, cr_frontier_done done, void *arg)
{
  struct cr_frontier_memory *f = cr_frontier_memory(base);

  (void)done; /* for answers that come later */
  (void)arg;
  *n = 0;
  cr_place_tick(f, want->now_ms);
  int err = take_all(f, want, tasks, n);
  *next_due_ms = cr_wheel_next(&f->wheel);
  return err < 0 && *n == 0 ? err : CR_FRONTIER_NOW;
}
