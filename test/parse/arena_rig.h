/* SPDX-License-Identifier: MIT */
/* arena_rig.h - an arena for tests, without a ceiling; closing asserts that nothing was leaked.
 */
#ifndef CR_TEST_ARENA_RIG_H
#define CR_TEST_ARENA_RIG_H

#include "base/arena.h"
#include "support/oom.h"

struct arena_rig {
  struct cr_mem mem;
  struct cr_arena arena;
};

static inline void arena_open(struct arena_rig *rig)
{
  cr_test_mem_init(&rig->mem);
  cr_arena_init(&rig->arena, &rig->mem, CR_MEM_PAGE, 4096, 0);
}

static inline void arena_close(struct arena_rig *rig)
{
  cr_arena_free(&rig->arena);
  cr_test_mem_done(&rig->mem);
}

#endif
