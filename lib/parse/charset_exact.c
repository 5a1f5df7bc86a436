/* SPDX-License-Identifier: MIT */
/* charset_exact.c - what converters read in another way than the WHATWG Encoding standard.
 *
 * The characters of its indexes Big5 and gb18030 that glibc's BIG5-HKSCS and GB18030 don't have, or
 * have as others: in Big5 full-width signs ("\xa1\xfe" is U+FF0F), pictures of controls, and what
 * Hong Kong's extension has twice; in gb18030 what its newer editions moved. Found by decoding
 * every pair with the npm package @exodus/bytes, which carries the indexes. Pure data and a search.
 */
#include "parse/charset.h"

struct run {     /* pairs that follow one another, as do their code points */
  uint16_t pair; /* below 0x100: a single byte */
  uint16_t count;
  uint16_t code;
};

/* Sorted, both. */
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

static const struct run gb18030[] = { { 0xa3a0, 1, 0x3000 },
                                      { 0xfe51, 3, 0xe816 },
                                      { 0xfe6c, 1, 0xe831 },
                                      { 0xfe76, 1, 0xe83b },
                                      { 0xfe91, 1, 0xe855 } };

/* The run that a pair is in; NULL: none. */
static const struct run *find(const struct run *runs, size_t count, uint16_t pair)
{
  size_t low = 0;
  size_t high = count;

  while (low < high) { /* the first that begins behind the pair */
    size_t middle = low + (high - low) / 2;
    if (runs[middle].pair <= pair)
      low = middle + 1;
    else
      high = middle;
  }
  return low > 0 && pair - runs[low - 1].pair < runs[low - 1].count ? &runs[low - 1] : NULL;
}

static const struct run *find_in(enum cr_iconv_set set, uint16_t pair)
{
  switch (set) {
  case CR_ICONV_BIG5:
    return find(big5, sizeof(big5) / sizeof(big5[0]), pair);
  case CR_ICONV_GB18030:
    return find(gb18030, sizeof(gb18030) / sizeof(gb18030[0]), pair);
  default:
    return NULL;
  }
}

/* Two bytes are taken wherever the first may begin a pair: if they are none, the second is either
 * no character too, or ASCII, which begins nothing. Four bytes of gb18030 are two such pairs. */
bool cr_charset_find_exact(enum cr_iconv_set set, struct cr_span in, struct cr_exact *exact)
{
  if (set != CR_ICONV_BIG5 && set != CR_ICONV_GB18030)
    return false;
  for (size_t at = 0; at < in.len;) {
    uint8_t lead = (uint8_t)in.at[at];
    if (lead < 0x80) {
      at++;
      continue;
    }
    size_t bytes = lead == 0x80 || lead == 0xff || at + 1 == in.len ? 1 : 2;
    uint16_t pair = bytes == 1 ? lead : (uint16_t)(lead << 8 | (uint8_t)in.at[at + 1]);
    const struct run *run = find_in(set, pair);
    if (run) {
      *exact = (struct cr_exact){ at, bytes, (uint32_t)run->code + (pair - run->pair) };
      return true;
    }
    at += bytes;
  }
  return false;
}
