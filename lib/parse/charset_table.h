/* SPDX-License-Identifier: MIT */
/* charset_table.h - the format of the generated charset_labels.c and charset_tables.c.
 */
#ifndef CR_PARSE_CHARSET_TABLE_H
#define CR_PARSE_CHARSET_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* How an encoding is decoded. */
enum cr_charset_way {
  CR_CHARSET_UTF8,
  CR_CHARSET_UTF16LE,
  CR_CHARSET_UTF16BE,
  CR_CHARSET_SINGLE,       /* which: its row in cr_charset_tables */
  CR_CHARSET_USER_DEFINED, /* 0x80 to 0xff are U+F780 to U+F7FF */
  CR_CHARSET_REPLACEMENT,  /* all of it is one U+FFFD */
  CR_CHARSET_ICONV,        /* which: enum cr_iconv_set */
  CR_CHARSET_EUCJP,        /* the structure here, the characters by iconv */
  CR_CHARSET_ISO2022JP     /* the same */
};

enum cr_iconv_set {
  CR_ICONV_BIG5,
  CR_ICONV_EUC_KR,
  CR_ICONV_GB18030, /* gbk too: the standard decodes both alike */
  CR_ICONV_SHIFT_JIS,
  CR_ICONV_JIS0208, /* pairs of JIS X 0208, written as in Shift_JIS; and ASCII */
  CR_ICONV_JIS0212, /* only the three-byte characters of EUC-JP */
  CR_ICONV_SETS
};

/* Texts in place: a pointer would cost the shared library 32 bytes, with its relocation. */
struct cr_charset {
  char name[15];
  uint8_t way;
  uint8_t which;
};

struct cr_charset_label {
  char label[20];
  uint8_t charset; /* index into cr_charsets */
};

extern const struct cr_charset cr_charsets[];
extern const size_t cr_charset_label_count;
extern const struct cr_charset_label cr_charset_labels[]; /* sorted by strcmp */
extern const uint16_t cr_charset_tables[][128];           /* U+FFFD: no character */

#endif
