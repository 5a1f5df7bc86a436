/* SPDX-License-Identifier: MIT */
/* marks.h - where tags, names and quoted values of markup end, as bits.
 *
 * A parser of markup goes from one such byte to the next, and most are a few bytes away. One look
 * finds all of them in a stretch of bytes (the first stage of simdjson, which does it to a whole
 * document); a step is then a load, a shift and a count instead of a search. Steps go forward; one
 * that goes back behind the last look costs another.
 */
#ifndef CR_BASE_MARKS_H
#define CR_BASE_MARKS_H

#include "base/str.h"

enum cr_mark {
  CR_MARK_OPEN,          /* '<' */
  CR_MARK_QUOTE,         /* '"' */
  CR_MARK_NAME_END,      /* the white space of HTML, '/' and '>': what ends a tag's name */
  CR_MARK_ATTRIBUTE_END, /* and '=': what ends an attribute's */
  CR_MARKS
};

enum {
  CR_MARKS_BLOCK = 64,
  CR_MARKS_BLOCKS = 17,                                    /* of a look */
  CR_MARKS_BYTES = CR_MARKS_BLOCK * (CR_MARKS_BLOCKS - 1), /* of which steps may begin */
  CR_MARKS_AHEAD = 57 /* bytes whose bits cr_marks_from has at least */
};

struct cr_marks {
  const char *begin; /* of the bytes that were looked at */
  const char *end;   /* of all bytes */
  char bits[CR_MARKS][CR_MARKS_BLOCKS * CR_MARKS_BLOCK / 8];
  const char *block; /* that cr_marks_next_open has come to */
  uint64_t opens;    /* those of it that haven't been given */
};

/* How many bytes a step of a look takes. */
enum cr_marks_way { CR_MARKS_BY_1, CR_MARKS_BY_16, CR_MARKS_BY_32 };

/* The fastest that this machine has; all before it work, too. */
enum cr_marks_way cr_marks_best_way(void);
/* Looks at what begins at `at`: the fastest way, or (for tests) another. */
void cr_marks_look(struct cr_marks *m, const char *at);
void cr_marks_look_by(struct cr_marks *m, const char *at, enum cr_marks_way way);

/* Before anything else: at is the first of all bytes. */
static inline void cr_marks_begin(struct cr_marks *m, const char *at, const char *end)
{
  m->end = end;
  cr_marks_look(m, at);
}

/* Of bits that aren't 0. */
static inline unsigned cr_first_bit(uint64_t bits)
{
  return (unsigned)__builtin_ctzll(bits);
}

/* The marks of the bytes from `at` on, the first one's lowest; none behind the end. */
static inline uint64_t cr_marks_from(struct cr_marks *m, enum cr_mark mark, const char *at)
{
  uintptr_t offset = (uintptr_t)at - (uintptr_t)m->begin;

  if (offset >= CR_MARKS_BYTES) {
    cr_marks_look(m, at);
    offset = 0;
  }
  return cr_load_word(&m->bits[mark][offset / 8]) >> offset % 8;
}

/* The same as cr_marks_find where it isn't among the first CR_MARKS_AHEAD bytes. */
const char *cr_marks_find_far(struct cr_marks *m, enum cr_mark mark, const char *at);

/* The first byte from `at` on that has the mark; the end if there is none. */
static inline const char *cr_marks_find(struct cr_marks *m, enum cr_mark mark, const char *at)
{
  uint64_t bits = cr_marks_from(m, mark, at);
  return bits != 0 ? at + cr_first_bit(bits) : cr_marks_find_far(m, mark, at);
}

/* Goes on to a block that has a '<' that wasn't given. False: there is none. */
static inline bool cr_marks_next_block(struct cr_marks *m, const char *at)
{
  while (m->opens == 0) {
    uintptr_t offset = (uintptr_t)(m->block - m->begin) + CR_MARKS_BLOCK;
    if (offset < CR_MARKS_BYTES) {
      m->block += CR_MARKS_BLOCK;
      m->opens = cr_load_word(&m->bits[CR_MARK_OPEN][offset / 8]);
    } else {
      if (m->end - m->begin <= CR_MARKS_BYTES)
        return false;
      cr_marks_look(m, at - m->begin < CR_MARKS_BYTES ? m->begin + CR_MARKS_BYTES : at);
    }
  }
  return true;
}

/* The next '<' from `at` on; the end if there is none. It never goes back, and what was looked for
 * in between lay before `at`. */
static inline const char *cr_marks_next_open(struct cr_marks *m, const char *at)
{
  const char *open;

  do {
    if (!cr_marks_next_block(m, at))
      return m->end;
    open = m->block + cr_first_bit(m->opens);
    m->opens &= m->opens - 1;
  } while (open < at);
  return open;
}

#endif
