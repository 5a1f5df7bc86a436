/* SPDX-License-Identifier: MIT */
/* marks.c - where tags, names and quoted values of markup end, as bits.
 */
#include "base/marks.h"

/* Of a block. */
struct masks {
  uint64_t open;
  uint64_t quote;
  uint64_t name_end;
  uint64_t equals;
};

static inline void store(struct cr_marks *m, unsigned block, const struct masks *of)
{
  cr_store_word(&m->bits[CR_MARK_OPEN][8 * block], of->open);
  cr_store_word(&m->bits[CR_MARK_QUOTE][8 * block], of->quote);
  cr_store_word(&m->bits[CR_MARK_NAME_END][8 * block], of->name_end);
  cr_store_word(&m->bits[CR_MARK_ATTRIBUTE_END][8 * block], of->name_end | of->equals);
}

/* ---- byte by byte ---- */

static bool ends_name(char c)
{
  return cr_is_space(c) || c == '/' || c == '>';
}

static void look_1(struct cr_marks *m, unsigned block, const char *at)
{
  struct masks of = { 0 };

  for (unsigned i = 0; i < CR_MARKS_BLOCK; i++) {
    of.open |= (uint64_t)(at[i] == '<') << i;
    of.quote |= (uint64_t)(at[i] == '"') << i;
    of.name_end |= (uint64_t)ends_name(at[i]) << i;
    of.equals |= (uint64_t)(at[i] == '=') << i;
  }
  store(m, block, &of);
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

AVX2 static void look_32(struct cr_marks *m, unsigned block, const char *at, unsigned count)
{
  for (const char *end = at + (size_t)count * CR_MARKS_BLOCK; at < end; at += CR_MARKS_BLOCK) {
    __builtin_prefetch((const void *)((uintptr_t)at + CR_MARKS_BYTES)); /* of the next look */
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));
    const struct masks of = {
      .open = bits_32(equals_32(low, '<'), equals_32(high, '<')),
      .quote = bits_32(equals_32(low, '"'), equals_32(high, '"')),
      .name_end = bits_32(name_ends_32(low), name_ends_32(high)),
      .equals = bits_32(equals_32(low, '='), equals_32(high, '=')),
    };
    store(m, block++, &of);
  }
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

static void look_16(struct cr_marks *m, unsigned block, const char *at)
{
  struct masks of = { 0 };

  for (unsigned i = 0; i < CR_MARKS_BLOCK; i += 16) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + i));
    of.open |= bits_16(equals_16(bytes, '<')) << i;
    of.quote |= bits_16(equals_16(bytes, '"')) << i;
    of.name_end |= bits_16(name_ends_16(bytes)) << i;
    of.equals |= bits_16(equals_16(bytes, '=')) << i;
  }
  store(m, block, &of);
}

static void look(struct cr_marks *m, unsigned block, const char *at, unsigned count,
                 enum cr_marks_way way)
{
  if (way == CR_MARKS_BY_32) {
    look_32(m, block, at, count);
    return;
  }
  for (unsigned i = 0; i < count; i++, at += CR_MARKS_BLOCK) {
    if (way == CR_MARKS_BY_16)
      look_16(m, block + i, at);
    else
      look_1(m, block + i, at);
  }
}

enum cr_marks_way cr_marks_best_way(void)
{
  return __builtin_cpu_supports("avx2") ? CR_MARKS_BY_32 : CR_MARKS_BY_16;
}

#else

static void look(struct cr_marks *m, unsigned block, const char *at, unsigned count,
                 enum cr_marks_way way)
{
  (void)way;
  for (unsigned i = 0; i < count; i++)
    look_1(m, block + i, at + (size_t)i * CR_MARKS_BLOCK);
}

enum cr_marks_way cr_marks_best_way(void)
{
  return CR_MARKS_BY_1;
}

#endif

/* Less than a block: what isn't there has no marks. */
static void look_at_rest(struct cr_marks *m, unsigned block, const char *at, enum cr_marks_way way)
{
  char last[CR_MARKS_BLOCK] = { 0 };
  size_t seen = 8 * ((size_t)block + 1);

  memcpy(last, at, (size_t)(m->end - at));
  look(m, block, last, 1, way);
  for (unsigned i = 0; i < CR_MARKS; i++)
    memset(&m->bits[i][seen], 0, sizeof(m->bits[i]) - seen);
}

void cr_marks_look_by(struct cr_marks *m, const char *at, enum cr_marks_way way)
{
  size_t blocks = (size_t)(m->end - at) / CR_MARKS_BLOCK;
  unsigned whole = blocks < CR_MARKS_BLOCKS ? (unsigned)blocks : CR_MARKS_BLOCKS;

  m->begin = at;
  look(m, 0, at, whole, way);
  if (whole < CR_MARKS_BLOCKS)
    look_at_rest(m, whole, at + (size_t)whole * CR_MARKS_BLOCK, way);
  m->block = at;
  m->opens = cr_load_word(m->bits[CR_MARK_OPEN]);
}

void cr_marks_look(struct cr_marks *m, const char *at)
{
  cr_marks_look_by(m, at, cr_marks_best_way());
}

const char *cr_marks_find_far(struct cr_marks *m, enum cr_mark mark, const char *at)
{
  uint64_t bits = 0;

  while (bits == 0) {
    if (m->end - at <= CR_MARKS_AHEAD)
      return m->end;
    at += CR_MARKS_AHEAD;
    bits = cr_marks_from(m, mark, at);
  }
  return at + cr_first_bit(bits);
}
