/* SPDX-License-Identifier: MIT */
/* depth.c - what a page led to, kept while max_depth is set.
 *
 * A record for each page, found by its fingerprint, and one block behind it: the children, then
 * the text. Records that were removed are used again.
 */
#include "frontier/depth.h"

#include <string.h>

#include "crawl/crawler.h"
#include "frontier/idmap.h"
#include "frontier/records.h"

enum {
  MAP_BITS = 4,
  INDEX_BYTES = 12 /* about, of a record in the map */
};

struct page {
  uint64_t fp;
  uint64_t *block; /* NULL: a free record */
  size_t child_count;
  size_t refused_count;
  size_t refused_bytes;
  uint32_t next_free;
  uint16_t depth;
  bool same_level;
};

struct cr_depth {
  struct cr_mem *mem;
  struct cr_budget budget;
  int64_t max_bytes;
  int64_t used_bytes;
  int64_t lost;
  size_t count;
  uint32_t free_page; /* CR_NOWHERE: none */
  struct cr_records pages;
  struct cr_idmap map;
};

int cr_depth_open(struct cr_depth **out, struct cr_mem *mem, uint64_t seed, int64_t max_bytes)
{
  struct cr_depth *depth = cr_zalloc(mem, CR_MEM_FRONTIER, sizeof(*depth));
  if (!depth)
    return CRAWLER_E_NOMEM;

  depth->mem = mem;
  depth->budget.mem = mem;
  depth->max_bytes = max_bytes;
  depth->free_page = CR_NOWHERE;
  cr_records_init(&depth->pages, &depth->budget, sizeof(struct page));
  if (cr_idmap_open(&depth->map, &depth->budget, seed, MAP_BITS) < 0) {
    cr_depth_close(depth);
    return CRAWLER_E_NOMEM;
  }
  *out = depth;
  return 0;
}

static struct page *page_at(const struct cr_depth *depth, uint32_t id)
{
  return cr_records_at(&depth->pages, id);
}

void cr_depth_close(struct cr_depth *depth)
{
  if (!depth)
    return;
  for (uint32_t i = 0; i < depth->pages.count; i++)
    cr_free(depth->mem, page_at(depth, i)->block);
  cr_records_free(&depth->pages);
  cr_idmap_close(&depth->map);
  cr_free(depth->mem, depth);
}

static uint32_t find(const struct cr_depth *depth, uint64_t fp)
{
  struct cr_idmap_search search = cr_idmap_find(&depth->map, fp);
  uint32_t id = cr_idmap_next(&search);

  while (id != CR_NOWHERE && page_at(depth, id)->fp != fp)
    id = cr_idmap_next(&search);
  return id;
}

static size_t block_bytes(size_t child_count, size_t refused_bytes)
{
  return child_count * sizeof(uint64_t) + refused_bytes;
}

static int64_t cost_of(const struct page *page)
{
  size_t bytes = block_bytes(page->child_count, page->refused_bytes);
  return (int64_t)(bytes + sizeof(struct page) + INDEX_BYTES);
}

/* A record that is in no map; CR_NOWHERE: out of memory. */
static uint32_t take_record(struct cr_depth *depth)
{
  uint32_t id = depth->free_page;

  if (id != CR_NOWHERE)
    depth->free_page = page_at(depth, id)->next_free;
  else if (cr_records_add(&depth->pages))
    id = depth->pages.count - 1;
  return id;
}

static void free_record(struct cr_depth *depth, uint32_t id)
{
  memset(page_at(depth, id), 0, sizeof(struct page));
  page_at(depth, id)->next_free = depth->free_page;
  depth->free_page = id;
}

/* The record of fp, made if need be, without a block then; CR_NOWHERE: out of memory. */
static uint32_t find_or_make(struct cr_depth *depth, uint64_t fp)
{
  uint32_t id = find(depth, fp);
  if (id != CR_NOWHERE)
    return id;
  id = take_record(depth);
  if (id == CR_NOWHERE)
    return CR_NOWHERE;
  if (cr_idmap_add(&depth->map, fp, id) < 0) {
    free_record(depth, id);
    return CR_NOWHERE;
  }
  page_at(depth, id)->fp = fp;
  return id;
}

static uint64_t *copy_block(struct cr_depth *depth, const struct cr_depth_entry *entry)
{
  uint64_t *block =
      cr_alloc(depth->mem, CR_MEM_FRONTIER, block_bytes(entry->child_count, entry->refused_bytes));
  if (!block)
    return NULL;
  if (entry->child_count > 0)
    memcpy(block, entry->children, entry->child_count * sizeof(uint64_t));
  if (entry->refused_bytes > 0)
    memcpy(block + entry->child_count, entry->refused, entry->refused_bytes);
  return block;
}

static bool is_possible(const struct cr_depth_entry *entry)
{
  return entry->child_count <= INT32_MAX && entry->refused_bytes <= INT32_MAX;
}

/* 0 or why the page can't be kept; the old entry stays then. */
static int put(struct cr_depth *depth, uint64_t fp, const struct page *page,
               const struct cr_depth_entry *entry)
{
  uint32_t old = find(depth, fp);
  int64_t old_cost = old == CR_NOWHERE ? 0 : cost_of(page_at(depth, old));

  if (depth->max_bytes != 0 && depth->used_bytes - old_cost + cost_of(page) > depth->max_bytes)
    return CRAWLER_E_LIMIT;
  uint64_t *block = copy_block(depth, entry);
  uint32_t id = block ? find_or_make(depth, fp) : CR_NOWHERE;
  if (id == CR_NOWHERE) {
    cr_free(depth->mem, block);
    return CRAWLER_E_NOMEM;
  }

  struct page *kept = page_at(depth, id);
  depth->count += kept->block == NULL;
  cr_free(depth->mem, kept->block); /* entry may have pointed into it */
  *kept = *page;
  kept->block = block;
  depth->used_bytes += cost_of(page) - old_cost;
  return 0;
}

int cr_depth_put(struct cr_depth *depth, uint64_t fp, const struct cr_depth_entry *entry)
{
  const struct page page = { .fp = fp,
                             .child_count = entry->child_count,
                             .refused_count = entry->refused_count,
                             .refused_bytes = entry->refused_bytes,
                             .depth = entry->depth,
                             .same_level = entry->same_level };
  int err = is_possible(entry) ? put(depth, fp, &page, entry) : CRAWLER_E_LIMIT;

  depth->lost += err < 0;
  return err;
}

static void show(const struct page *page, struct cr_depth_entry *entry)
{
  *entry = (struct cr_depth_entry){ .children = page->block,
                                    .child_count = page->child_count,
                                    .refused = (const char *)(page->block + page->child_count),
                                    .refused_count = page->refused_count,
                                    .refused_bytes = page->refused_bytes,
                                    .depth = page->depth,
                                    .same_level = page->same_level };
}

bool cr_depth_get(const struct cr_depth *depth, uint64_t fp, struct cr_depth_entry *entry)
{
  uint32_t id = find(depth, fp);
  if (id == CR_NOWHERE)
    return false;
  show(page_at(depth, id), entry);
  return true;
}

bool cr_depth_lower(struct cr_depth *depth, uint64_t fp, uint16_t to, struct cr_depth_entry *entry)
{
  uint32_t id = find(depth, fp);
  if (id == CR_NOWHERE || page_at(depth, id)->depth <= to)
    return false;
  page_at(depth, id)->depth = to;
  show(page_at(depth, id), entry);
  return true;
}

void cr_depth_remove(struct cr_depth *depth, uint64_t fp)
{
  uint32_t id = find(depth, fp);
  if (id == CR_NOWHERE)
    return;
  struct page *page = page_at(depth, id);
  depth->used_bytes -= cost_of(page);
  depth->count--;
  cr_free(depth->mem, page->block);
  cr_idmap_remove(&depth->map, fp, id);
  free_record(depth, id);
}

bool cr_depth_next(const struct cr_depth *depth, size_t *cursor, uint64_t *fp,
                   struct cr_depth_entry *entry)
{
  while (*cursor < depth->pages.count) {
    const struct page *page = page_at(depth, (uint32_t)(*cursor)++);
    if (!page->block)
      continue;
    *fp = page->fp;
    show(page, entry);
    return true;
  }
  return false;
}

size_t cr_depth_count(const struct cr_depth *depth)
{
  return depth->count;
}

int64_t cr_depth_lost(const struct cr_depth *depth)
{
  return depth->lost;
}
