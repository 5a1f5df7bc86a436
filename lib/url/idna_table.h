/* SPDX-License-Identifier: MIT */
/* idna_table.h - the format of idna_table.c.
 *
 * Code points in runs of equal treatment, sorted; each run reaches up to the next one's start, or
 * to the end of its plane of 65536. Planes: where the runs of each start, and last their count.
 */
#ifndef CR_URL_IDNA_TABLE_H
#define CR_URL_IDNA_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum { CR_IDNA_PLANES = 17 };

/* What UTS46 makes of the code points of a run; a larger number is the code point that each is
 * mapped to. No surrogate and no private character is mapped to: theirs are the texts' numbers. */
enum {
  CR_IDNA_VALID,
  CR_IDNA_DISALLOWED,
  CR_IDNA_IGNORED,
  CR_IDNA_TEXTS = 0xd800, /* + n: mapped to the text at offset n of cr_idna_pool */
  CR_IDNA_TEXTS_END = 0xf900
};

extern const uint16_t cr_idna_map_planes[CR_IDNA_PLANES + 1];
extern const uint16_t cr_idna_map_firsts[]; /* the lower 16 bits of the first code point */
extern const uint16_t cr_idna_map_values[];
extern const uint8_t cr_idna_pool[]; /* UTF-8 texts, each behind a byte with its length */

/* Bidi_Class as far as RFC 5893 tells classes apart. */
enum cr_idna_bidi {
  CR_IDNA_BIDI_NONE, /* a class that no label with right-to-left characters may hold */
  CR_IDNA_BIDI_L,
  CR_IDNA_BIDI_R, /* R, AL */
  CR_IDNA_BIDI_AN,
  CR_IDNA_BIDI_EN,
  CR_IDNA_BIDI_NSM,
  CR_IDNA_BIDI_NEUTRAL /* ES, CS, ET, ON, BN */
};

/* Joining_Type as far as RFC 5892 appendix A.1 tells types apart. */
enum cr_idna_joining {
  CR_IDNA_JOINS_NOT,
  CR_IDNA_JOINS_LEFT,
  CR_IDNA_JOINS_RIGHT,
  CR_IDNA_JOINS_BOTH,
  CR_IDNA_TRANSPARENT
};

/* Properties: enum cr_idna_bidi in bits 0-2, enum cr_idna_joining in bits 3-5, ... */
enum { CR_IDNA_MARK = 1 << 6, CR_IDNA_VIRAMA = 1 << 7 };

extern const uint16_t cr_idna_prop_planes[CR_IDNA_PLANES + 1];
extern const uint16_t cr_idna_prop_firsts[];
extern const uint8_t cr_idna_prop_values[];

#endif
