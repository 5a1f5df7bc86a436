/* SPDX-License-Identifier: MIT */
/* find.h - the next byte of a kind, inline.
 *
 * What parsers look for is mostly a few bytes away: there memchr's call costs more than its search.
 * 16 bytes a step where the compiler's target has SSE2 (every x86-64), else 8.
 */
#ifndef CR_BASE_FIND_H
#define CR_BASE_FIND_H

#include "base/str.h"

#define CR_FIND_ONES UINT64_C(0x0101010101010101)

/* Has a word a byte that is 0x80 or more, below ' ' or `but`? (Mycroft's test, twice.) */
static inline bool cr_find_odd(uint64_t word, char but)
{
  uint64_t barred = word ^ CR_FIND_ONES * (unsigned char)but;
  uint64_t hits =
      ((barred - CR_FIND_ONES) & ~barred) | ((word - CR_FIND_ONES * ' ') & ~word) | word;

  return (hits & CR_FIND_ONES << 7) != 0;
}

#ifdef __SSE2__
#include <emmintrin.h>

/* In [at, end); end: there is none. */
static inline const char *cr_find_byte(const char *at, const char *end, char byte)
{
  const __m128i wanted = _mm_set1_epi8(byte);

  for (; end - at >= 16; at += 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
    unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, wanted));
    if (hits != 0)
      return at + __builtin_ctz(hits);
  }
  while (at < end && *at != byte)
    at++;
  return at;
}

/* Are all bytes, 16 or more, printable as cr_is_printable has it? Mostly they are, and nothing is
 * gained by an early end. */
static inline bool cr_is_printable_block(const char *at, const char *end, char but)
{
  const __m128i control = _mm_set1_epi8(' ' - 1);
  const __m128i barred = _mm_set1_epi8(but);
  __m128i good = _mm_set1_epi8(-1);

  while (at < end) {
    const char *from = end - at < 16 ? end - 16 : at; /* the last ones once more */
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)from);
    good = _mm_and_si128(good, _mm_cmpgt_epi8(block, control)); /* signed: 0x80 is low */
    good = _mm_andnot_si128(_mm_cmpeq_epi8(block, barred), good);
    at = from + 16;
  }
  return _mm_movemask_epi8(good) == 0xffff;
}

/* Over all blocks of 16 that are of a word, as cr_find_word_end has it, and in the next one to the
 * first byte that isn't. */
static inline const char *cr_find_word_block(const char *at, const char *end)
{
  const __m128i case_bit = _mm_set1_epi8(0x20);

  for (; end - at >= 16; at += 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i letter = _mm_sub_epi8(_mm_or_si128(block, case_bit), _mm_set1_epi8('a'));
    __m128i digit = _mm_sub_epi8(block, _mm_set1_epi8('0'));
    __m128i ascii = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter),
                                 _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit));
    unsigned of_word = (unsigned)_mm_movemask_epi8(_mm_or_si128(ascii, block));
    if (of_word != 0xffff)
      return at + __builtin_ctz(~of_word);
  }
  return at;
}

#else

static inline const char *cr_find_word_block(const char *at, const char *end)
{
  (void)end;
  return at;
}

static inline const char *cr_find_byte(const char *at, const char *end, char byte)
{
  const uint64_t pattern = CR_FIND_ONES * (unsigned char)byte;

  for (; end - at >= 8; at += 8) {
    uint64_t word = cr_load_word(at) ^ pattern; /* what is looked for is 0 (Mycroft's test) */
    if (((word - CR_FIND_ONES) & ~word & (CR_FIND_ONES << 7)) != 0)
      break;
  }
  while (at < end && *at != byte)
    at++;
  return at;
}

static inline bool cr_is_printable_block(const char *at, const char *end, char but)
{
  for (; end - at >= 8; at += 8)
    if (cr_find_odd(cr_load_word(at), but))
      return false;
  return !cr_find_odd(cr_load_word(end - 8), but); /* the last ones once more */
}

#endif

/* An ASCII letter or digit, or a byte of 0x80 or more. */
static inline bool cr_is_of_word(char c)
{
  return (uint8_t)((c | 0x20) - 'a') < 26 || (uint8_t)(c - '0') < 10 || (uint8_t)c >= 0x80;
}

/* The first byte in [at, end) that isn't of a word; end: all are. */
static inline const char *cr_find_word_end(const char *at, const char *end)
{
  at = cr_find_word_block(at, end);
  while (at < end && cr_is_of_word(*at))
    at++;
  return at;
}

/* Is all of it ASCII, not below ' ', and not `but`? */
static inline bool cr_is_printable(const char *at, const char *end, char but)
{
  if (end - at >= 16)
    return cr_is_printable_block(at, end, but);
  if (end - at >= 8)
    return !cr_find_odd(cr_load_word(at), but) && !cr_find_odd(cr_load_word(end - 8), but);
  for (; at < end; at++)
    if ((unsigned char)*at < ' ' || (unsigned char)*at >= 0x80 || *at == but)
      return false;
  return true;
}
#endif
