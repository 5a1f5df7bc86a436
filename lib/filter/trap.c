/* SPDX-License-Identifier: MIT */
/* trap.c - what the URLs of a site tell together: is this one of a trap?
 *
 * A table of sets of four cells. A full set gives up the cell that knows least, so that a page that
 * is met once doesn't drive out what was learnt. It doubles while it fills, up to MAX_CELLS. A
 * group or rule is under suspicion after a few pages that said the same, which only makes its URLs
 * wait for others; it takes many, and hardly a different one among them, to leave URLs out.
 */
#include "filter/trap.h"

#include "base/hash.h"
#include "crawl/crawler.h"
#include "filter/trap_views.h"

enum {
  WAYS = 4,
  FIRST_CELLS = 1024,
  MAX_CELLS = 1 << 19,
  FIRST_URLS = 16,    /* of a site, that aren't looked at */
  CROWD = 24,         /* URLs of one view, for which pages are read */
  SUSPECT = 4,        /* pages that said the same, for suspicion */
  SURE = 16,          /* the same of one rule, to leave URLs out */
  SAMPLE = 2,         /* pages that are read of each view */
  SKIP = 32,          /* one in so many is, where most of those were different */
  MOST_OTHER = 32,    /* then all counts are halved: what was long ago counts less */
  GROUP_RESPITE = 64, /* to the last rank of priorities: nothing else is in flight then */
  ALIAS_RESPITE = 80
};

struct cell {
  uint64_t key;       /* 0: free */
  uint64_t near_bits; /* of the last page that was told of */
  uint32_t exact;     /* 0: none was */
  uint32_t urls;
  uint16_t same;    /* pages that said what the one before them said */
  uint16_t similar; /* nearly */
  uint16_t other;
};

struct cr_trap {
  struct cr_mem *mem;
  uint64_t seed;
  struct cell *cells;
  size_t cell_count;
  size_t used;
  int64_t max_bytes;
};

/* ---- the table ---- */

int cr_trap_open(struct cr_trap **out, struct cr_mem *mem, uint64_t seed, int64_t max_bytes)
{
  struct cr_trap *trap = cr_zalloc(mem, CR_MEM_CORE, sizeof(*trap));

  if (!trap)
    return CRAWLER_E_NOMEM;
  trap->mem = mem;
  trap->seed = seed;
  trap->max_bytes = max_bytes;
  *out = trap;
  return 0;
}

void cr_trap_close(struct cr_trap *trap)
{
  if (!trap)
    return;
  cr_free(trap->mem, trap->cells);
  cr_free(trap->mem, trap);
}

size_t cr_trap_bytes(const struct cr_trap *trap)
{
  return trap->cell_count * sizeof(*trap->cells);
}

static struct cell *set_of(struct cell *cells, size_t count, uint64_t key)
{
  return &cells[WAYS * ((size_t)(key >> 16) & (count / WAYS - 1))];
}

static uint32_t worth(const struct cell *cell)
{
  return cell->key == 0 ? 0 : 1u + cell->urls + 16u * (cell->same + cell->similar + cell->other);
}

static struct cell *least_of(struct cell *set)
{
  struct cell *least = set;

  for (int i = 1; i < WAYS; i++)
    if (worth(&set[i]) < worth(least))
      least = &set[i];
  return least;
}

/* Out of memory it stays as large as it is. */
static void grow(struct cr_trap *trap)
{
  size_t count = trap->cell_count ? 2 * trap->cell_count : FIRST_CELLS;
  struct cell *cells;

  if (trap->cell_count == MAX_CELLS || 2 * trap->used < trap->cell_count ||
      (int64_t)(count * sizeof(*cells)) > trap->max_bytes)
    return;
  cells = cr_zalloc_array(trap->mem, CR_MEM_CORE, count, sizeof(*cells));
  if (!cells)
    return;
  for (size_t i = 0; i < trap->cell_count; i++)
    if (trap->cells[i].key)
      *least_of(set_of(cells, count, trap->cells[i].key)) = trap->cells[i];
  cr_free(trap->mem, trap->cells);
  trap->cells = cells;
  trap->cell_count = count;
}

static struct cell *find(const struct cr_trap *trap, uint64_t key)
{
  struct cell *set;

  if (trap->cell_count == 0)
    return NULL;
  set = set_of(trap->cells, trap->cell_count, key);
  for (int i = 0; i < WAYS; i++)
    if (set[i].key == key)
      return &set[i];
  return NULL;
}

/* The cell, made if need be; NULL: there is no table. It may move the others. */
static struct cell *make(struct cr_trap *trap, uint64_t key)
{
  struct cell *cell = find(trap, key);

  if (cell)
    return cell;
  grow(trap);
  if (trap->cell_count == 0)
    return NULL;
  cell = least_of(set_of(trap->cells, trap->cell_count, key));
  trap->used += cell->key == 0;
  *cell = (struct cell){ .key = key };
  return cell;
}

static void raise(uint16_t *count)
{
  *count = (uint16_t)(*count + (*count < UINT16_MAX));
}

static void count_url(struct cell *cell)
{
  cell->urls += cell->urls < UINT32_MAX;
}

/* ---- what has been learnt ---- */

/* One in four may have been different: pages of the site proper, under the same folder. */
static bool is_suspect(const struct cell *cell)
{
  return cell && cell->same + cell->similar >= SUSPECT &&
         4 * cell->other <= cell->same + cell->similar;
}

static bool is_sure(const struct cell *cell, int64_t pages)
{
  return cell && pages >= 0 && cell->same >= pages && 16 * cell->other <= cell->same;
}

/* ---- views in the table ---- */

struct looked_up {
  struct cr_trap_view views[CR_TRAP_VIEWS];
  size_t count;
};

/* The key of a site's own cell. */
static uint64_t site_of(const struct cr_trap *trap, struct cr_span origin)
{
  return cr_hash64(origin.at, origin.len, trap->seed) | 1;
}

static void look_up(const struct cr_trap *trap, uint64_t site, const struct cr_trap_parts *parts,
                    struct looked_up *found)
{
  found->count = cr_trap_views(parts, site, found->views);
  for (size_t i = 0; i < found->count && trap->cell_count > 0; i++) {
    const struct cell *set = set_of(trap->cells, trap->cell_count, found->views[i].rest);

    __builtin_prefetch(&set[0]);
    __builtin_prefetch(&set[2]);
  }
}

static void soften(struct cr_trap_verdict *verdict, uint8_t respite)
{
  verdict->respite = verdict->respite > respite ? verdict->respite : respite;
}

static void judge_variant(const struct cr_trap *trap, const struct cr_trap_config *config,
                          const struct cr_trap_view *view, struct cr_trap_verdict *verdict)
{
  const struct cell *rest = find(trap, view->rest);
  const struct cell *rule;

  if (!rest || rest->urls == 0)
    return;
  if (config->sessions && view->is_session)
    verdict->rule = CRAWLER_TRAP_SESSION;
  if (!config->aliases || verdict->rule)
    return;
  rule = find(trap, view->rule);
  if (is_suspect(rule))
    soften(verdict, ALIAS_RESPITE);
  if (is_sure(rule, SURE))
    verdict->rule = CRAWLER_TRAP_ALIAS;
}

static void judge_group(const struct cr_trap *trap, const struct cr_trap_config *config,
                        const struct cr_trap_view *view, struct cr_trap_verdict *verdict)
{
  const struct cell *group = find(trap, view->rest);

  if (group && config->share >= 0 && group->urls >= config->share)
    verdict->rule = CRAWLER_TRAP_SHARE;
  if (config->pages < 0 || verdict->rule || !is_suspect(group))
    return;
  soften(verdict, GROUP_RESPITE);
  if (is_sure(group, config->pages))
    verdict->rule = CRAWLER_TRAP_NOVELTY;
}

/* Is it among the first few of its site? */
static bool is_early(struct cr_trap *trap, uint64_t site)
{
  struct cell *cell = make(trap, site);

  if (!cell)
    return true;
  count_url(cell);
  return cell->urls <= FIRST_URLS;
}

static void judge_views(const struct cr_trap *trap, const struct cr_trap_config *config,
                        const struct looked_up *found, struct cr_trap_verdict *verdict)
{
  for (size_t i = 0; i < found->count && verdict->rule == 0; i++)
    if (found->views[i].rule)
      judge_variant(trap, config, &found->views[i], verdict);
    else
      judge_group(trap, config, &found->views[i], verdict);
}

static bool is_on(const struct cr_trap_config *config)
{
  return config->sessions || config->aliases || config->pages >= 0 || config->share >= 0;
}

struct cr_trap_verdict cr_trap_judge(struct cr_trap *trap, const struct cr_trap_config *config,
                                     struct cr_span origin, const struct cr_trap_parts *parts)
{
  struct cr_trap_verdict verdict = { 0 };
  uint64_t site = site_of(trap, origin);
  struct looked_up found;

  if (!is_on(config) || is_early(trap, site))
    return verdict;
  look_up(trap, site, parts, &found);
  judge_views(trap, config, &found, &verdict);
  for (size_t i = 0; i < found.count && verdict.rule == 0; i++) {
    struct cell *cell = make(trap, found.views[i].rest);

    if (cell)
      count_url(cell);
  }
  return verdict;
}

struct cr_trap_verdict cr_trap_preview(const struct cr_trap *trap,
                                       const struct cr_trap_config *config, struct cr_span origin,
                                       const struct cr_trap_parts *parts)
{
  uint64_t site = site_of(trap, origin);
  const struct cell *cell = find(trap, site);
  struct cr_trap_verdict verdict = { 0 };
  struct looked_up found;

  if (!is_on(config) || !cell || cell->urls < FIRST_URLS)
    return verdict;
  look_up(trap, site, parts, &found);
  judge_views(trap, config, &found, &verdict);
  return verdict;
}

bool cr_trap_has_spent(const struct cr_trap *trap, const struct cr_trap_config *config,
                       struct cr_span origin, const struct cr_trap_parts *parts)
{
  struct looked_up found;

  if (trap->used == 0 || config->pages < 0)
    return false;
  look_up(trap, site_of(trap, origin), parts, &found);
  for (size_t i = 0; i < found.count; i++)
    if (found.views[i].rule == 0 && is_sure(find(trap, found.views[i].rest), config->pages))
      return true;
  return false;
}

/* ---- what pages say ---- */

static bool is_sampled(const struct cell *cell, uint64_t chance)
{
  return cell->other < SAMPLE || 4 * (cell->same + cell->similar) >= cell->other ||
         chance % SKIP == 0;
}

bool cr_trap_wants(const struct cr_trap *trap, struct cr_span origin,
                   const struct cr_trap_parts *parts)
{
  struct looked_up found;
  uint64_t chance;

  if (trap->used == 0)
    return false;
  look_up(trap, site_of(trap, origin), parts, &found);
  chance = cr_hash64(parts->path.at, parts->path.len, trap->seed);
  for (size_t i = 0; i < found.count; i++) {
    const struct cr_trap_view *view = &found.views[i];
    const struct cell *cell = find(trap, view->rest);

    if (!cell || cell->urls < (view->rule ? 2 : CROWD))
      continue;
    if (view->rule)
      cell = find(trap, view->rule);
    if (!cell || is_sampled(cell, chance))
      return true;
  }
  return false;
}

static void count_likeness(struct cell *cell, enum cr_likeness likeness)
{
  raise(likeness == CR_PRINT_SAME      ? &cell->same
        : likeness == CR_PRINT_SIMILAR ? &cell->similar
                                       : &cell->other);
  if (cell->other == MOST_OTHER) {
    cell->same /= 2;
    cell->similar /= 2;
    cell->other /= 2;
  }
}

void cr_trap_tell(struct cr_trap *trap, struct cr_span origin, const struct cr_trap_parts *parts,
                  const struct cr_print *print)
{
  struct looked_up found;

  if (print->exact == 0)
    return;
  look_up(trap, site_of(trap, origin), parts, &found);
  for (size_t i = 0; i < found.count; i++) {
    struct cell *cell = find(trap, found.views[i].rest);
    struct cr_print before;

    if (!cell)
      continue;
    before = (struct cr_print){ cell->near_bits, cell->exact };
    cell->near_bits = print->near_bits;
    cell->exact = print->exact;
    if (before.exact == 0)
      continue;
    if (found.views[i].rule)
      cell = make(trap, found.views[i].rule); /* may move the one before */
    if (cell)
      count_likeness(cell, cr_print_compare(&before, print));
  }
}
