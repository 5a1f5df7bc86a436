/* SPDX-License-Identifier: MIT */
/* marks.h - where tags, names and quoted values of markup end, 64 bytes a look.
 *
 * A parser of markup goes from one such byte to the next, and most are a few bytes away. One look
 * at a block finds all of them as bits; a step is then a shift and a count instead of a search (the
 * first stage of simdjson, which does it to a whole document). Steps go forward; one that goes back
 * costs another look.
 */
#ifndef CR_BASE_MARKS_H
#define CR_BASE_MARKS_H

#include <stdint.h>
#include <string.h>

enum { CR_MARKS_BLOCK = 64 };

struct cr_marks {
  const char *block;      /* the bytes that the bits below are of; NULL: none yet */
  const char *end;        /* of all bytes */
  uint64_t open;          /* '<' */
  uint64_t quote;         /* '"' */
  uint64_t name_end;      /* the white space of HTML, '/' and '>': what ends a tag's name */
  uint64_t attribute_end; /* and '=': what ends an attribute's */
};

static inline void cr_marks_begin(struct cr_marks *m, const char *end)
{
  m->block = NULL;
  m->end = end;
}

/* How many bytes a step of a look takes. */
enum cr_marks_way { CR_MARKS_BY_1, CR_MARKS_BY_16, CR_MARKS_BY_32 };

/* The fastest that this machine has; all before it work, too. */
enum cr_marks_way cr_marks_best_way(void);
/* Looks at the block that begins at `at`: the fastest way, or (for tests) another. */
void cr_marks_look(struct cr_marks *m, const char *at);
void cr_marks_look_by(struct cr_marks *m, const char *at, enum cr_marks_way way);

/* The first byte from `at` on that is one of *bits, a member of m; the end if there is none. */
static inline const char *cr_marks_find(struct cr_marks *m, const uint64_t *bits, const char *at)
{
  uintptr_t offset = (uintptr_t)at - (uintptr_t)m->block;

  if (offset >= CR_MARKS_BLOCK) {
    cr_marks_look(m, at);
    offset = 0;
  }
  if (*bits >> offset != 0)
    return at + __builtin_ctzll(*bits >> offset);
  do {
    if (m->end - m->block <= CR_MARKS_BLOCK)
      return m->end;
    cr_marks_look(m, m->block + CR_MARKS_BLOCK);
  } while (*bits == 0);
  return m->block + __builtin_ctzll(*bits);
}

#endif
