/* SPDX-License-Identifier: MIT */
/* page_print.c - what a reader sees of a page, as two hashes.
 *
 * simhash (Charikar 2002) over runs of four words, compared by Hamming distance, at most 3 of 64
 * bits: Manku, Jain, Das Sarma, "Detecting near-duplicates for web crawling" (2007). Tags are
 * passed over by their bytes, which is less than HTML asks for, but the same for the same page. The
 * sums for each bit are kept in bit planes: 64 counters take a few machine words.
 */
#include "filter/page_print.h"

#include "base/hash.h"

enum {
  RUN = 4,       /* words */
  LEAST = 8,     /* words, for a page to say anything */
  PLANES = 16,   /* counts up to 65,535 */
  MOST = 0xffff, /* words that are read */
  NEAR = 3       /* bits */
};

struct sum {
  uint64_t planes[PLANES];
  uint64_t recent[RUN];
  uint64_t exact;
  uint32_t words;
};

static uint64_t turn(uint64_t x, unsigned by)
{
  return x << by | x >> (64 - by);
}

static uint64_t stir(uint64_t x) /* the end of MurmurHash3 */
{
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdu;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53u;
  return x ^ x >> 33;
}

static void count_bits(struct sum *sum, uint64_t bits)
{
  for (int i = 0; i < PLANES && bits; i++) {
    uint64_t carry = sum->planes[i] & bits;

    sum->planes[i] ^= bits;
    bits = carry;
  }
}

static void add_word(struct sum *sum, struct cr_span word)
{
  uint64_t hash = cr_hash64(word.at, word.len, 0);
  uint64_t run = 0;

  sum->exact = stir(sum->exact ^ hash);
  sum->recent[sum->words % RUN] = hash;
  sum->words++;
  if (sum->words < RUN)
    return;
  for (uint32_t i = 0; i < RUN; i++) /* from the newest back */
    run ^= turn(sum->recent[(sum->words - 1 - i) % RUN], 1 + 15 * i);
  count_bits(sum, stir(run));
}

static bool is_of_word(char c)
{
  return cr_is_alpha(c) || cr_is_digit(c) || (unsigned char)c >= 0x80;
}

/* Where the text ends whose end tag begins with this; len: never. */
static size_t find_end(struct cr_span body, size_t at, struct cr_span tag)
{
  for (; at + tag.len <= body.len; at++) {
    const char *next = memchr(body.at + at, '<', body.len - at);

    if (!next)
      break;
    at = (size_t)(next - body.at);
    if (cr_span_starts_nocase(cr_span(next, body.len - at), tag))
      return at;
  }
  return body.len;
}

/* A tag that shows something counts as a word. */
static bool is_shown(struct cr_span tag)
{
  static const struct cr_span shown[] = { CR_SPAN_INIT("<img"), CR_SPAN_INIT("<iframe"),
                                          CR_SPAN_INIT("<source"), CR_SPAN_INIT("<embed") };

  for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
    if (cr_span_starts_nocase(tag, shown[i]))
      return true;
  return false;
}

/* Of most tags only the first letter is looked at. */
static size_t skip_tag(struct sum *sum, struct cr_span body, size_t at)
{
  struct cr_span tag = cr_span(body.at + at, body.len - at);
  const char *close = memchr(tag.at, '>', tag.len);
  char first = tag.len > 1 ? cr_lower(tag.at[1]) : 0;

  if (tag.len > 3 && memcmp(tag.at, "<!--", 4) == 0)
    return at + 4;
  tag.len = close ? (size_t)(close - tag.at) + 1 : tag.len;
  if (first == 's' && cr_span_starts_nocase(tag, CR_SPAN("<script")))
    return find_end(body, at + tag.len, CR_SPAN("</script"));
  if (first == 's' && cr_span_starts_nocase(tag, CR_SPAN("<style")))
    return find_end(body, at + tag.len, CR_SPAN("</style"));
  if ((first == 's' || first == 'i' || first == 'e') && is_shown(tag))
    add_word(sum, tag);
  return at + tag.len;
}

static uint64_t majority(const struct sum *sum)
{
  uint32_t half = (sum->words - RUN + 1) / 2;
  uint64_t bits = 0;

  for (int bit = 0; bit < 64; bit++) {
    uint32_t count = 0;

    for (int plane = 0; plane < PLANES; plane++)
      count |= (uint32_t)(sum->planes[plane] >> bit & 1) << plane;
    bits |= (uint64_t)(count > half) << bit;
  }
  return bits;
}

struct cr_print cr_print_page(struct cr_span body)
{
  struct cr_print print = { 0 };
  struct sum sum = { 0 };
  size_t at = 0;

  body.len = body.len < CR_PRINT_MAX_BYTES ? body.len : CR_PRINT_MAX_BYTES;
  while (at < body.len && sum.words < MOST) {
    size_t from = at;

    if (body.at[at] == '<') {
      at = skip_tag(&sum, body, at);
      continue;
    }
    while (at < body.len && is_of_word(body.at[at]))
      at++;
    if (at > from)
      add_word(&sum, cr_span(body.at + from, at - from));
    else
      at++;
  }
  if (sum.words < LEAST)
    return print;
  print.near_bits = majority(&sum);
  print.exact = (uint32_t)sum.exact ? (uint32_t)sum.exact : 1;
  return print;
}

enum cr_likeness cr_print_compare(const struct cr_print *a, const struct cr_print *b)
{
  if (a->exact == b->exact)
    return CR_PRINT_SAME;
  return __builtin_popcountll(a->near_bits ^ b->near_bits) <= NEAR ? CR_PRINT_SIMILAR
                                                                   : CR_PRINT_OTHER;
}
