/* SPDX-License-Identifier: MIT */
/* duplicates.c - which page was the first to have this body?
 *
 * A hash set of digests, open addressing, at most half full; URLs lie in an arena.
 */
#include "filter/duplicates.h"

#include "base/arena.h"
#include "crawl/crawler.h"

#define FIRST_CELLS 256 /* a power of two */

struct cell {
  uint64_t digest;
  const char *url; /* NULL: free */
};

struct cr_duplicates {
  struct cr_mem *mem;
  struct cr_arena urls;
  struct cell *cells;
  size_t cell_count;
  size_t used;
};

int cr_duplicates_open(struct cr_duplicates **out, struct cr_mem *mem)
{
  struct cr_duplicates *d = cr_zalloc(mem, CR_MEM_CORE, sizeof(*d));

  if (!d)
    return CRAWLER_E_NOMEM;
  d->mem = mem;
  cr_arena_init(&d->urls, mem, CR_MEM_CORE, 16384, 0);
  *out = d;
  return 0;
}

void cr_duplicates_close(struct cr_duplicates *d)
{
  if (!d)
    return;
  cr_arena_free(&d->urls);
  cr_free(d->mem, d->cells);
  cr_free(d->mem, d);
}

size_t cr_duplicates_bytes(const struct cr_duplicates *d)
{
  return d->cell_count * sizeof(*d->cells) + cr_arena_held_bytes(&d->urls);
}

static struct cell *find(struct cell *cells, size_t count, uint64_t digest)
{
  size_t at = (size_t)digest & (count - 1);

  while (cells[at].url && cells[at].digest != digest)
    at = (at + 1) & (count - 1);
  return &cells[at];
}

static bool grow(struct cr_duplicates *d, int64_t max_bytes)
{
  size_t count = d->cell_count ? 2 * d->cell_count : FIRST_CELLS;
  struct cell *cells;

  if (2 * (d->used + 1) <= d->cell_count)
    return true;
  /* The new table stands beside the old one for a moment. */
  if ((int64_t)(cr_duplicates_bytes(d) + count * sizeof(*cells)) > max_bytes)
    return false;
  cells = cr_zalloc_array(d->mem, CR_MEM_CORE, count, sizeof(*cells));
  if (!cells)
    return false;
  for (size_t i = 0; i < d->cell_count; i++)
    if (d->cells[i].url)
      *find(cells, count, d->cells[i].digest) = d->cells[i];
  cr_free(d->mem, d->cells);
  d->cells = cells;
  d->cell_count = count;
  return true;
}

const char *cr_duplicates_first(struct cr_duplicates *d, uint64_t digest, struct cr_span url,
                                int64_t max_bytes)
{
  const char *text;

  if (d->cell_count > 0) {
    struct cell *cell = find(d->cells, d->cell_count, digest);
    if (cell->url)
      return cell->url;
  }
  if ((int64_t)(cr_duplicates_bytes(d) + url.len + 1) > max_bytes || !grow(d, max_bytes))
    return NULL;
  text = cr_arena_strndup(&d->urls, url.at, url.len);
  if (!text)
    return NULL;
  *find(d->cells, d->cell_count, digest) = (struct cell){ digest, text };
  d->used++;
  return NULL;
}
