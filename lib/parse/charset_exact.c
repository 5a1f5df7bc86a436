/* SPDX-License-Identifier: MIT */
/* charset_exact.c - what converters read in another way than the WHATWG Encoding standard.
 *
 * The characters of its indexes that glibc's converters don't have, or have as others: in Big5
 * full-width signs ("\xa1\xfe" is U+FF0F), pictures of controls, and what Hong Kong's extension has
 * twice; in gb18030 what its newer editions moved. Found by decoding every pair, and all that is
 * longer up to U+FFFF, with the npm package @exodus/bytes, which carries the indexes. Pure data and
 * a search.
 */
#include "parse/charset.h"

enum { REPLACEMENT = 0xfffd, FOUR_BYTES = 0x10000, BYTES_A_CHECK = 64 * 1024 };

struct run {      /* characters that follow one another, as do their code points */
  uint32_t first; /* its bytes as a number; of four: FOUR_BYTES and the standard's pointer */
  uint16_t count;
  uint16_t code;
};

/* Sorted, all of them. */
static const struct run big5[] = {
  { 0x0080, 1, 0xfffd }, { 0x8e69, 1, 0x7bb8 }, { 0x8e6f, 1, 0x7c06 }, { 0x8e7e, 1, 0x7cce },
  { 0x8eab, 1, 0x7dd2 }, { 0x8eb4, 1, 0x7e1d }, { 0x8ecd, 1, 0x8005 }, { 0x8ed0, 1, 0x8028 },
  { 0x8f57, 1, 0x83c1 }, { 0x8f69, 1, 0x84a8 }, { 0x8f6e, 1, 0x840f }, { 0x8fcb, 1, 0x89a6 },
  { 0x8fcc, 1, 0x89a9 }, { 0x8ffe, 1, 0x8d77 }, { 0x906d, 1, 0x90fd }, { 0x907a, 1, 0x92b9 },
  { 0x90dc, 1, 0x975c }, { 0x90f1, 1, 0x97ff }, { 0x91bf, 1, 0x9f16 }, { 0x9244, 1, 0x8503 },
  { 0x92af, 1, 0x5159 }, { 0x92b0, 1, 0x515b }, { 0x92b1, 2, 0x515d }, { 0x92c8, 1, 0x936e },
  { 0x92d1, 1, 0x7479 }, { 0x9447, 1, 0x6d67 }, { 0x94ca, 1, 0x799b }, { 0x95d9, 1, 0x9097 },
  { 0x9644, 1, 0x975d }, { 0x96ed, 1, 0x701e }, { 0x96fc, 1, 0x5b28 }, { 0x9b76, 1, 0x7201 },
  { 0x9b78, 1, 0x77d7 }, { 0x9b7b, 1, 0x7e87 }, { 0x9bc6, 1, 0x99d6 }, { 0x9bde, 1, 0x91d4 },
  { 0x9bec, 1, 0x60de }, { 0x9bf6, 1, 0x6fb6 }, { 0x9c42, 1, 0x8f36 }, { 0x9c53, 1, 0x4fbb },
  { 0x9c62, 1, 0x71df }, { 0x9c68, 1, 0x9104 }, { 0x9c6b, 1, 0x9df0 }, { 0x9c77, 1, 0x83cf },
  { 0x9cbc, 1, 0x5c10 }, { 0x9cbd, 1, 0x79e3 }, { 0x9cd0, 1, 0x5a67 }, { 0x9d57, 1, 0x8f0b },
  { 0x9d5a, 1, 0x7b51 }, { 0x9dc4, 1, 0x62d0 }, { 0x9ea9, 1, 0x6062 }, { 0x9eef, 1, 0x75f9 },
  { 0x9efd, 1, 0x6c4a }, { 0x9f60, 1, 0x9b2e }, { 0x9f66, 1, 0x9f17 }, { 0x9fcb, 1, 0x50ed },
  { 0x9fd8, 1, 0x5f0c }, { 0xa063, 1, 0x880f }, { 0xa077, 1, 0x62ce }, { 0xa0d5, 1, 0x7468 },
  { 0xa0df, 1, 0x7162 }, { 0xa0e4, 1, 0x7250 }, { 0xa145, 1, 0x2027 }, { 0xa14e, 1, 0xfe51 },
  { 0xa15a, 1, 0x2574 }, { 0xa1c2, 1, 0x00af }, { 0xa1c3, 1, 0xffe3 }, { 0xa1c5, 1, 0x02cd },
  { 0xa1e3, 1, 0xff5e }, { 0xa1f2, 1, 0x2295 }, { 0xa1f3, 1, 0x2299 }, { 0xa1fe, 1, 0xff0f },
  { 0xa240, 1, 0xff3c }, { 0xa241, 1, 0x2215 }, { 0xa242, 1, 0xfe68 }, { 0xa244, 1, 0xffe5 },
  { 0xa246, 2, 0xffe0 }, { 0xa2cc, 1, 0x5341 }, { 0xa2ce, 1, 0x5345 }, { 0xa3c0, 32, 0x2400 },
  { 0xa3e0, 1, 0x2421 }, { 0xa3e1, 1, 0x20ac }, { 0xc6cf, 1, 0x5ef4 }, { 0xc6d3, 1, 0x65e0 },
  { 0xc6d5, 1, 0x7676 }, { 0xc6d7, 1, 0x96b6 }, { 0xc6de, 1, 0x3003 }, { 0xc6df, 1, 0x4edd },
  { 0xfa5f, 1, 0x5029 }, { 0xfa66, 1, 0x507d }, { 0xfabd, 1, 0x5305 }, { 0xfac5, 1, 0x5344 },
  { 0xfad5, 1, 0x537f }, { 0xfb48, 1, 0x5605 }, { 0xfbb8, 1, 0x5a77 }, { 0xfbf3, 1, 0x5e75 },
  { 0xfbf9, 1, 0x5ed0 }, { 0xfc4f, 1, 0x5f58 }, { 0xfc6c, 1, 0x60a4 }, { 0xfcb9, 1, 0x6490 },
  { 0xfce2, 1, 0x6674 }, { 0xfcf1, 1, 0x675e }, { 0xfdb7, 1, 0x6c9c }, { 0xfdb8, 1, 0x6e1d },
  { 0xfdbb, 1, 0x6e2f }, { 0xfdf1, 1, 0x716e }, { 0xfe52, 1, 0x732a }, { 0xfe6f, 1, 0x745c },
  { 0xfeaa, 1, 0x74e9 }, { 0xfedd, 1, 0x7809 }
};

static const struct run gb18030[] = {
  { 0xa3a0, 1, 0x3000 },
  { 0xfe51, 3, 0xe816 },
  { 0xfe6c, 1, 0xe831 },
  { 0xfe76, 1, 0xe83b },
  { 0xfe91, 1, 0xe855 },
  { FOUR_BYTES + 19057, 8, 0x9fb4 },
  { FOUR_BYTES + 39076, 10, 0xfe10 },
};

static const struct run euc_kr[] = { { 0xa2e8, 1, REPLACEMENT } };

static const struct run jis0212[] = { { 0x8fa2c3, 1, 0xa6 } };

#define TABLE(runs)                        \
  {                                        \
    runs, sizeof(runs) / sizeof((runs)[0]) \
  }

static const struct table {
  const struct run *runs; /* NULL: converters agree */
  size_t count;
} tables[CR_ICONV_SETS] = {
  [CR_ICONV_BIG5] = TABLE(big5),
  [CR_ICONV_EUC_KR] = TABLE(euc_kr),
  [CR_ICONV_GB18030] = TABLE(gb18030),
  [CR_ICONV_JIS0212] = TABLE(jis0212),
};

/* The run that a character is in; NULL: none. */
static const struct run *find(const struct table *table, uint32_t number)
{
  const struct run *runs = table->runs;
  size_t low = 0;
  size_t high = table->count;

  while (low < high) { /* the first that begins behind it */
    size_t middle = low + (high - low) / 2;
    if (runs[middle].first <= number)
      low = middle + 1;
    else
      high = middle;
  }
  return low > 0 && number - runs[low - 1].first < runs[low - 1].count ? &runs[low - 1] : NULL;
}

static bool is_lead(char byte)
{
  return (uint8_t)byte >= 0x81 && (uint8_t)byte <= 0xfe;
}

/* Does in begin with four bytes of gb18030, or with those of them that fit into it? */
static bool begins_four(struct cr_span in)
{
  return in.len >= 2 && is_lead(in.at[0]) && cr_is_digit(in.at[1]) &&
         (in.len < 3 || is_lead(in.at[2])) && (in.len < 4 || cr_is_digit(in.at[3]));
}

static uint32_t number_of_four(const char *at)
{
  uint32_t pointer = (uint8_t)at[0] - 0x81u;

  pointer = pointer * 10 + ((uint8_t)at[1] - '0');
  pointer = pointer * 126 + ((uint8_t)at[2] - 0x81u);
  return FOUR_BYTES + pointer * 10 + ((uint8_t)at[3] - '0');
}

/* How many bytes in, which begins with no ASCII, are taken together. Two are wherever the first may
 * begin a pair: if they are none, the second is either no character too, or ASCII, which begins
 * nothing. */
static size_t unit_bytes(enum cr_iconv_set set, struct cr_span in)
{
  size_t most = 2;

  if (!is_lead(in.at[0]))
    return 1;
  if (set == CR_ICONV_JIS0212)
    most = 3;
  else if (set == CR_ICONV_GB18030 && begins_four(in))
    most = 4;
  return in.len < most ? in.len : most;
}

static uint32_t number_of(struct cr_span unit)
{
  uint32_t number = 0;

  if (unit.len == 4)
    return number_of_four(unit.at);
  for (size_t i = 0; i < unit.len; i++)
    number = number << 8 | (uint8_t)unit.at[i];
  return number;
}

/* To the standard four bytes that the end cuts off are one error; to converters, several. */
static bool is_cut(enum cr_iconv_set set, struct cr_span rest)
{
  return set == CR_ICONV_GB18030 && rest.len < 4 && begins_four(rest);
}

bool cr_charset_find_exact(enum cr_iconv_set set, struct cr_span in, struct cr_exact *exact,
                           const atomic_bool *given_up)
{
  const struct table *table = &tables[set];
  size_t check_at = BYTES_A_CHECK;

  for (size_t at = 0; table->count > 0 && at < in.len;) {
    if (at >= check_at) {
      check_at = at + BYTES_A_CHECK;
      if (cr_is_given_up(given_up))
        return false;
    }
    struct cr_span rest = cr_span(in.at + at, in.len - at);
    if ((uint8_t)rest.at[0] < 0x80) {
      at++;
      continue;
    }
    size_t bytes = unit_bytes(set, rest);
    uint32_t number = number_of(cr_span(rest.at, bytes));
    const struct run *run = find(table, number);
    if (run || is_cut(set, rest)) {
      uint32_t code = run ? run->code + (number - run->first) : (uint32_t)REPLACEMENT;
      *exact = (struct cr_exact){ at, bytes, code };
      return true;
    }
    at += bytes;
  }
  return false;
}
