/* SPDX-License-Identifier: MIT */
/* frontier_faults.c - a frontier that does one thing wrong, to see whether a test finds it. */
#include "support/frontier_faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frontier/frontier_memory.h"

static const struct cr_frontier_ops *real;
static struct cr_frontier_ops spoiled;

void cr_frontier_fault_plant(struct cr_frontier *f, const struct cr_frontier_fault *fault)
{
  real = f->ops;
  spoiled = *f->ops;
  fault->plant(&spoiled);
  f->ops = &spoiled;
}

/* ---- items ---- */

/* Items are added as if they didn't have the flag, and say that they do when they are taken. */
static int add_without(struct cr_frontier *f, const struct cr_frontier_item *items, size_t n,
                       uint8_t *verdicts, uint8_t flag)
{
  for (size_t i = 0; i < n; i++) {
    struct cr_frontier_item item = items[i];
    item.flags &= (uint8_t)~flag;
    int err = real->add(f, &item, 1, &verdicts[i], NULL, NULL);
    assert_int_equal(err, 0);
    if (verdicts[i] != CR_ADD_NEW || (item.flags & CR_ITEM_OVER))
      continue;
    struct cr_frontier_memory *memory = cr_frontier_memory(f);
    struct cr_idmap_search search = cr_idmap_find(&memory->live, item.fp);
    uint32_t name = cr_idmap_next(&search);
    while (cr_entry_at(&memory->slab, name)->fp != item.fp)
      name = cr_idmap_next(&search);
    cr_entry_at(&memory->slab, name)->flags = items[i].flags;
  }
  return 0;
}

static int add_not_next(struct cr_frontier *f, const struct cr_frontier_item *items, size_t n,
                        uint8_t *verdicts, cr_frontier_done done, void *arg)
{
  (void)done;
  (void)arg;
  return add_without(f, items, n, verdicts, CR_ITEM_NEXT);
}

static int add_not_over(struct cr_frontier *f, const struct cr_frontier_item *items, size_t n,
                        uint8_t *verdicts, cr_frontier_done done, void *arg)
{
  (void)done;
  (void)arg;
  return add_without(f, items, n, verdicts, CR_ITEM_OVER);
}

static int add_not_though_rejected(struct cr_frontier *f, const struct cr_frontier_item *items,
                                   size_t n, uint8_t *verdicts, cr_frontier_done done, void *arg)
{
  (void)done;
  (void)arg;
  return add_without(f, items, n, verdicts, CR_ITEM_THOUGH_REJECTED);
}

/* What is over is done, at the depth of a seed. */
static int add_over_without_depth(struct cr_frontier *f, const struct cr_frontier_item *items,
                                  size_t n, uint8_t *verdicts, cr_frontier_done done, void *arg)
{
  for (size_t i = 0; i < n; i++) {
    struct cr_frontier_item item = items[i];
    item.depth = item.flags & CR_ITEM_OVER ? 0 : item.depth;
    int err = real->add(f, &item, 1, &verdicts[i], done, arg);
    assert_int_equal(err, 0);
  }
  return 0;
}

static void lose_next(struct cr_frontier_ops *ops)
{
  ops->add = add_not_next;
}

static void lose_over(struct cr_frontier_ops *ops)
{
  ops->add = add_not_over;
}

static void lose_though_rejected(struct cr_frontier_ops *ops)
{
  ops->add = add_not_though_rejected;
}

static void lose_depth_of_over(struct cr_frontier_ops *ops)
{
  ops->add = add_over_without_depth;
}

/* ---- gates ---- */

static void never_stale(struct cr_frontier *f, uint32_t authority, int64_t at_ms,
                        enum cr_gate meanwhile)
{
  (void)at_ms;
  real->set_stale(f, authority, CR_NEVER, meanwhile);
}

static void stale_late(struct cr_frontier *f, uint32_t authority, int64_t at_ms,
                       enum cr_gate meanwhile)
{
  real->set_stale(f, authority, at_ms == CR_NEVER ? at_ms : at_ms + 1, meanwhile);
}

static void stale_otherwise(struct cr_frontier *f, uint32_t authority, int64_t at_ms,
                            enum cr_gate meanwhile)
{
  real->set_stale(f, authority, at_ms, meanwhile == CR_GATE_OPEN ? CR_GATE_ASKED : CR_GATE_OPEN);
}

static void lose_stale(struct cr_frontier_ops *ops)
{
  ops->set_stale = never_stale;
}

static void be_stale_late(struct cr_frontier_ops *ops)
{
  ops->set_stale = stale_late;
}

static void wait_otherwise(struct cr_frontier_ops *ops)
{
  ops->set_stale = stale_otherwise;
}

/* ---- limits of a host ---- */

static void one_page_more(struct cr_frontier *f, int64_t pages)
{
  real->set_host_pages(f, pages == CR_NEVER ? pages : pages + 1);
}

static int finish_counted(struct cr_frontier *f, const struct cr_finish *fin, int64_t now_ms)
{
  struct cr_finish other = *fin;

  if (other.kind == CR_FINISH_UNCOUNTED)
    other.kind = CR_FINISH_DONE;
  return real->finish(f, &other, now_ms);
}

static int update_unspent(struct cr_frontier *f, const struct cr_host_update *update,
                          int64_t now_ms)
{
  struct cr_host_update other = *update;

  other.fields &= ~(unsigned)CR_HOST_SPENT;
  return real->host_update(f, &other, now_ms);
}

static int update_spent_for_good(struct cr_frontier *f, const struct cr_host_update *update,
                                 int64_t now_ms)
{
  struct cr_host_update other = *update;

  if (!other.spent)
    other.fields &= ~(unsigned)CR_HOST_SPENT;
  return real->host_update(f, &other, now_ms);
}

static void grant_one_more(struct cr_frontier_ops *ops)
{
  ops->set_host_pages = one_page_more;
}

static void count_all(struct cr_frontier_ops *ops)
{
  ops->finish = finish_counted;
}

static void lose_spent(struct cr_frontier_ops *ops)
{
  ops->host_update = update_unspent;
}

static void stay_spent(struct cr_frontier_ops *ops)
{
  ops->host_update = update_spent_for_good;
}

/* ---- pauses ---- */

/* A pause that no time ends lasts a second only. */
static int update_with_end(struct cr_frontier *f, const struct cr_host_update *update,
                           int64_t now_ms)
{
  struct cr_host_update other = *update;

  if (other.blocked_until_ms == CR_NEVER)
    other.blocked_until_ms = now_ms + 1000;
  return real->host_update(f, &other, now_ms);
}

/* ... or for ever: who is paused stays so. */
static int update_without_resume(struct cr_frontier *f, const struct cr_host_update *update,
                                 int64_t now_ms)
{
  struct cr_host_update other = *update;
  struct cr_host_view view;

  real->host_view(f, update->host, &view);
  if (view.blocked_until_ms == CR_NEVER)
    other.fields &= ~(unsigned)CR_HOST_BLOCKED;
  return real->host_update(f, &other, now_ms);
}

static void end_a_pause(struct cr_frontier_ops *ops)
{
  ops->host_update = update_with_end;
}

static void lose_resume(struct cr_frontier_ops *ops)
{
  ops->host_update = update_without_resume;
}

const struct cr_frontier_fault cr_frontier_faults[] = {
  { "what comes next comes last", lose_next },
  { "what is over is queued", lose_over },
  { "what is over is at depth 0", lose_depth_of_over },
  { "what was rejected stays so", lose_though_rejected },
  { "robots.txt is good for ever", lose_stale },
  { "robots.txt is too old a millisecond late", be_stale_late },
  { "an old robots.txt lets pass what should wait", wait_otherwise },
  { "a host may give a page more", grant_one_more },
  { "a page that doesn't count does", count_all },
  { "a host is never spent", lose_spent },
  { "a host is spent for good", stay_spent },
  { "a pause ends by itself", end_a_pause },
  { "a pause never ends", lose_resume },
};
const size_t cr_frontier_fault_count = sizeof(cr_frontier_faults) / sizeof(cr_frontier_faults[0]);
