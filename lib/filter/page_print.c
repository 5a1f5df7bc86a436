/* SPDX-License-Identifier: MIT */
/* page_print.c - what a reader sees of a page, as two hashes.
 *
 * simhash (Charikar 2002) over runs of four words, compared by Hamming distance, at most 3 of 64
 * bits: Manku, Jain, Das Sarma, "Detecting near-duplicates for web crawling" (2007). Tags are
 * passed over by their bytes, which is less than HTML asks for, but the same for the same page. The
 * sums for each bit are kept in bit planes: 64 counters take a few machine words.
 */
#include "filter/page_print.h"

#include "base/find.h"
#include "base/hash.h"

enum {
  RUN = 4,       /* words */
  BLOCK = 8,     /* runs that are added up at once */
  AGE = 15,      /* bits that a word turns by with each that follows it in a run */
  LEAST = 8,     /* words, for a page to say anything */
  PLANES = 16,   /* counts up to 65,535 */
  MOST = 0xffff, /* words that are read */
  NEAR = 3       /* bits */
};

struct sum {
  uint64_t planes[PLANES];
  uint64_t block[BLOCK]; /* runs that aren't in the planes yet: runs % BLOCK of them */
  uint64_t recent[RUN];  /* words */
  uint64_t run;          /* of these, turned by their age */
  uint64_t exact;
  uint32_t words;
  uint32_t runs;
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

static void count_bits(struct sum *sum, int plane, uint64_t bits)
{
  for (; plane < PLANES && bits; plane++) {
    uint64_t carry = sum->planes[plane] & bits;

    sum->planes[plane] ^= bits;
    bits = carry;
  }
}

/* Adds two bits to each of a plane's; returns the carries. */
static uint64_t add_two(uint64_t *plane, uint64_t a, uint64_t b)
{
  uint64_t half = *plane ^ a;
  uint64_t carry = (*plane & a) | (half & b);

  *plane = half ^ b;
  return carry;
}

/* By a tree of carry-save adders (Harley, Seal), for which most runs need no loop. */
static void count_block(struct sum *sum)
{
  const uint64_t *block = sum->block;
  uint64_t *planes = sum->planes;
  uint64_t twos[4];
  uint64_t fours[2];

  for (int i = 0; i < 4; i++)
    twos[i] = add_two(&planes[0], block[2 * i], block[2 * i + 1]);
  for (int i = 0; i < 2; i++)
    fours[i] = add_two(&planes[1], twos[2 * i], twos[2 * i + 1]);
  count_bits(sum, 3, add_two(&planes[2], fours[0], fours[1]));
}

/* Quick rather than good: it is stirred with its neighbours. What follows the word may be read up
 * to `end`. */
static uint64_t hash_of(struct cr_span word, const char *end)
{
  uint64_t hash = word.len;

  for (; word.len > 8; word = cr_span(word.at + 8, word.len - 8))
    hash = turn((hash ^ cr_load_word(word.at)) * CR_HASH_FACTOR, 32);
  uint64_t rest = 0;
  if (end - word.at >= 8)
    rest = cr_load_word(word.at) << (64 - 8 * word.len);
  else
    for (size_t i = 0; i < word.len; i++)
      rest = rest >> 8 | (uint64_t)(uint8_t)word.at[i] << 56;
  return turn((hash ^ rest) * CR_HASH_FACTOR, 33);
}

static void add_word(struct sum *sum, uint64_t hash)
{
  uint64_t *oldest = &sum->recent[sum->words % RUN];

  sum->exact = turn((sum->exact ^ hash) * CR_HASH_FACTOR, 29);
  sum->run = turn(sum->run ^ turn(*oldest, AGE * (RUN - 1)), AGE) ^ hash;
  *oldest = hash;
  sum->words++;
  if (sum->words < RUN)
    return;
  sum->block[sum->runs % BLOCK] = stir(sum->run);
  sum->runs++;
  if (sum->runs % BLOCK == 0)
    count_block(sum);
}

/* Where the text ends whose end tag begins with this; `end`: never. */
static const char *find_end(const char *at, const char *end, struct cr_span tag)
{
  for (; at < end; at++) {
    at = cr_find_byte(at, end, '<');
    if (cr_span_starts_nocase(cr_span(at, (size_t)(end - at)), tag))
      return at;
  }
  return end;
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

/* The first two letters that scripts, styles and what is shown have; hardly any other tag has. */
static bool is_looked_at(char first, char second)
{
  switch (first | 0x20) {
  case 's':
    return (second | 0x20) == 'c' || (second | 0x20) == 't' || (second | 0x20) == 'o';
  case 'i':
    return (second | 0x20) == 'm' || (second | 0x20) == 'f';
  case 'e':
    return (second | 0x20) == 'm';
  default:
    return false;
  }
}

static const char *skip_tag(struct sum *sum, const char *at, const char *end)
{
  if (end - at > 3 && memcmp(at, "<!--", 4) == 0)
    return at + 4;
  const char *close = cr_find_byte(at, end, '>');
  const char *behind = close < end ? close + 1 : end;
  if (end - at < 3 || !is_looked_at(at[1], at[2]))
    return behind;
  struct cr_span tag = cr_span(at, (size_t)(behind - at));
  if (cr_span_starts_nocase(tag, CR_SPAN("<script")))
    return find_end(behind, end, CR_SPAN("</script"));
  if (cr_span_starts_nocase(tag, CR_SPAN("<style")))
    return find_end(behind, end, CR_SPAN("</style"));
  if (is_shown(tag))
    add_word(sum, hash_of(tag, end));
  return behind;
}

static uint64_t majority(struct sum *sum)
{
  uint32_t half = sum->runs / 2;
  uint64_t bits = 0;

  for (uint32_t i = 0; i < sum->runs % BLOCK; i++)
    count_bits(sum, 0, sum->block[i]);
  for (int bit = 0; bit < 64; bit++) {
    uint32_t count = 0;

    for (int plane = 0; plane < PLANES; plane++)
      count |= (uint32_t)(sum->planes[plane] >> bit & 1) << plane;
    bits |= (uint64_t)(count > half) << bit;
  }
  return bits;
}

static void add_words(struct sum *sum, const char *at, const char *end)
{
  while (at < end && sum->words < MOST) {
    const char *from = at;

    if (*at == '<') {
      at = skip_tag(sum, at, end);
    } else if (!cr_is_of_word(*at)) {
      at++;
    } else {
      at = cr_find_word_end(at, end);
      add_word(sum, hash_of(cr_span(from, (size_t)(at - from)), end));
    }
  }
}

struct cr_print cr_print_page(struct cr_span body)
{
  struct cr_print print = { 0 };
  struct sum sum = { 0 };

  if (body.len > 0)
    add_words(&sum, body.at,
              body.at + (body.len < CR_PRINT_MAX_BYTES ? body.len : CR_PRINT_MAX_BYTES));
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
