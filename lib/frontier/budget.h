/* SPDX-License-Identifier: MIT */
/* budget.h - memory that counts towards the frontier's ceiling.
 *
 * Whatever grows with the crawl is allocated through a budget: NULL means out of memory or over
 * the ceiling, which callers treat alike. What a URL needs on its way out of the frontier uses a
 * budget without a ceiling, so that a full frontier can always be emptied.
 */
#ifndef CR_FRONTIER_BUDGET_H
#define CR_FRONTIER_BUDGET_H

#include "base/mem.h"

struct cr_budget {
  struct cr_mem *mem;
  int64_t max_bytes; /* of all CR_MEM_FRONTIER memory of mem; 0: none */
};

static inline bool cr_budget_has(const struct cr_budget *budget, size_t more_bytes)
{
  if (budget->max_bytes == 0)
    return true;
  int64_t used = atomic_load_explicit(&budget->mem->used[CR_MEM_FRONTIER], memory_order_relaxed);
  return used <= budget->max_bytes && more_bytes <= (uint64_t)(budget->max_bytes - used);
}

/* Like cr_resize; old_bytes is what block has now (0 with NULL). */
static inline void *cr_budget_resize(const struct cr_budget *budget, void *block, size_t old_bytes,
                                     size_t bytes)
{
  if (bytes > old_bytes && !cr_budget_has(budget, bytes - old_bytes))
    return NULL;
  return cr_resize(budget->mem, CR_MEM_FRONTIER, block, bytes);
}

static inline void cr_budget_free(const struct cr_budget *budget, void *block)
{
  cr_free(budget->mem, block);
}

#endif
