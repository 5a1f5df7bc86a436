/* SPDX-License-Identifier: MIT */
/* marks.c - where tags, names and quoted values of markup end, 64 bytes a look.
 */
#include "base/marks.h"

enum { OPEN = 1, QUOTE, NAME_END, EQUALS };

static const uint8_t classes[256] = {
  ['\t'] = NAME_END, ['\n'] = NAME_END, ['\f'] = NAME_END, ['\r'] = NAME_END, [' '] = NAME_END,
  ['/'] = NAME_END,  ['>'] = NAME_END,  ['='] = EQUALS,    ['<'] = OPEN,      ['"'] = QUOTE,
};

/* ---- byte by byte ---- */

static void clear(struct cr_marks *m)
{
  m->open = 0;
  m->quote = 0;
  m->name_end = 0;
}

static void look_1(struct cr_marks *m, const char *at)
{
  uint64_t equal = 0;

  clear(m);
  for (unsigned i = 0; i < CR_MARKS_BLOCK; i++) {
    unsigned class = classes[(uint8_t)at[i]];
    m->open |= (uint64_t)(class == OPEN) << i;
    m->quote |= (uint64_t)(class == QUOTE) << i;
    m->name_end |= (uint64_t)(class == NAME_END) << i;
    equal |= (uint64_t)(class == EQUALS) << i;
  }
  m->attribute_end = m->name_end | equal;
}

#ifdef __x86_64__
#include <immintrin.h>

/* ---- two vectors of 32 bytes ---- */

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i equals_32(__m256i bytes, char byte)
{
  return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte));
}

AVX2 static inline uint64_t bits_32(__m256i low, __m256i high)
{
  return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

/* The bytes that end a name differ in their lower halves, so that each is held against the only one
 * that it could be (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, 3.1.2). A
 * byte over 0x7f is held against 0. */
AVX2 static inline __m256i name_ends_32(__m256i bytes)
{
  const __m256i candidates = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, '\f', '\r', '>', '/'));

  return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(candidates, bytes), bytes);
}

AVX2 static void look_32(struct cr_marks *m, const char *at)
{
  __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
  __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));

  m->open = bits_32(equals_32(low, '<'), equals_32(high, '<'));
  m->quote = bits_32(equals_32(low, '"'), equals_32(high, '"'));
  m->name_end = bits_32(name_ends_32(low), name_ends_32(high));
  m->attribute_end = m->name_end | bits_32(equals_32(low, '='), equals_32(high, '='));
}

/* ---- four of 16, which every x86-64 has ---- */

static inline __m128i equals_16(__m128i bytes, char byte)
{
  return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
}

static inline uint64_t bits_16(__m128i hits)
{
  return (uint64_t)(unsigned)_mm_movemask_epi8(hits);
}

static inline __m128i name_ends_16(__m128i bytes)
{
  __m128i above_tab = _mm_sub_epi8(bytes, _mm_set1_epi8('\t'));
  __m128i to_return = _mm_min_epu8(above_tab, _mm_set1_epi8('\r' - '\t'));
  __m128i is_line = _mm_andnot_si128(equals_16(bytes, '\v'), _mm_cmpeq_epi8(to_return, above_tab));

  return _mm_or_si128(_mm_or_si128(is_line, equals_16(bytes, ' ')),
                      _mm_or_si128(equals_16(bytes, '/'), equals_16(bytes, '>')));
}

static void look_16(struct cr_marks *m, const char *at)
{
  uint64_t equal = 0;

  clear(m);
  for (unsigned i = 0; i < CR_MARKS_BLOCK; i += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
    m->open |= bits_16(equals_16(bytes, '<')) << i;
    m->quote |= bits_16(equals_16(bytes, '"')) << i;
    m->name_end |= bits_16(name_ends_16(bytes)) << i;
    equal |= bits_16(equals_16(bytes, '=')) << i;
  }
  m->attribute_end = m->name_end | equal;
}

static void look(struct cr_marks *m, const char *at, enum cr_marks_way way)
{
  if (way == CR_MARKS_BY_32)
    look_32(m, at);
  else if (way == CR_MARKS_BY_16)
    look_16(m, at);
  else
    look_1(m, at);
}

enum cr_marks_way cr_marks_best_way(void)
{
  return __builtin_cpu_supports("avx2") ? CR_MARKS_BY_32 : CR_MARKS_BY_16;
}

#else

static void look(struct cr_marks *m, const char *at, enum cr_marks_way way)
{
  (void)way;
  look_1(m, at);
}

enum cr_marks_way cr_marks_best_way(void)
{
  return CR_MARKS_BY_1;
}

#endif

/* Less than a block: what isn't there has no marks. */
static void look_at_rest(struct cr_marks *m, const char *at, enum cr_marks_way way)
{
  char last[CR_MARKS_BLOCK] = { 0 };

  memcpy(last, at, (size_t)(m->end - at));
  look(m, last, way);
}

void cr_marks_look_by(struct cr_marks *m, const char *at, enum cr_marks_way way)
{
  m->block = at;
  if (m->end - at < CR_MARKS_BLOCK)
    look_at_rest(m, at, way);
  else
    look(m, at, way);
}

void cr_marks_look(struct cr_marks *m, const char *at)
{
  cr_marks_look_by(m, at, cr_marks_best_way());
}
