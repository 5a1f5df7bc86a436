/* SPDX-License-Identifier: MIT */
/* find.h - the next byte of a kind, inline.
 *
 * What parsers look for is mostly a few bytes away: there memchr's call costs more than its search.
 * 16 bytes a step where the compiler's target has SSE2 (every x86-64), else 8.
 */
#ifndef CR_BASE_FIND_H
#define CR_BASE_FIND_H

#include <stdint.h>
#include <string.h>

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

/* The first that is ' ' or below it, '/', '>' or '=': where a name of markup may end. */
static inline const char *cr_find_name_end(const char *at, const char *end)
{
  const __m128i space = _mm_set1_epi8(' ');
  const __m128i slash = _mm_set1_epi8('/');
  const __m128i close = _mm_set1_epi8('>');
  const __m128i equals = _mm_set1_epi8('=');

  for (; end - at >= 16; at += 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(block, space), block);
    __m128i other =
        _mm_or_si128(_mm_cmpeq_epi8(block, slash),
                     _mm_or_si128(_mm_cmpeq_epi8(block, close), _mm_cmpeq_epi8(block, equals)));
    unsigned hits = (unsigned)_mm_movemask_epi8(_mm_or_si128(low, other));
    if (hits != 0)
      return at + __builtin_ctz(hits);
  }
  while (at < end && (unsigned char)*at > ' ' && *at != '/' && *at != '>' && *at != '=')
    at++;
  return at;
}

#else

static inline const char *cr_find_name_end(const char *at, const char *end)
{
  while (at < end && (unsigned char)*at > ' ' && *at != '/' && *at != '>' && *at != '=')
    at++;
  return at;
}

static inline const char *cr_find_byte(const char *at, const char *end, char byte)
{
  const uint64_t ones = UINT64_C(0x0101010101010101);
  const uint64_t pattern = ones * (unsigned char)byte;

  for (; end - at >= 8; at += 8) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    word ^= pattern; /* a byte that is looked for is 0 now (Mycroft's test) */
    if (((word - ones) & ~word & (ones << 7)) != 0)
      break;
  }
  while (at < end && *at != byte)
    at++;
  return at;
}

#endif
#endif
