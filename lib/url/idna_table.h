/* SPDX-License-Identifier: MIT */
/* idna_table.h - the format of idna_table.c.
 *
 * Code points in runs of equal treatment, sorted; each run reaches up to the next one's start.
 */
#ifndef CR_URL_IDNA_TABLE_H
#define CR_URL_IDNA_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* What UTS46 makes of a code point. */
enum cr_idna_kind {
  CR_IDNA_VALID,
  CR_IDNA_DISALLOWED,
  CR_IDNA_IGNORED,
  CR_IDNA_TO_ONE, /* mapped to the code point in cr_idna_values */
  CR_IDNA_TO_TEXT /* mapped to the text at that offset of cr_idna_pool */
};

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

extern const size_t cr_idna_run_count;
extern const uint32_t cr_idna_runs[];   /* first code point * 8 + enum cr_idna_kind */
extern const uint16_t cr_idna_values[]; /* of each run */
extern const uint8_t cr_idna_pool[];    /* UTF-8 texts, each behind a byte with its length */

/* Properties: enum cr_idna_bidi in bits 0-2, enum cr_idna_joining in bits 3-5, ... */
enum { CR_IDNA_MARK = 1 << 6, CR_IDNA_VIRAMA = 1 << 7 };

extern const size_t cr_idna_prop_count;
extern const uint32_t cr_idna_props[]; /* first code point * 256 + properties */

#endif
