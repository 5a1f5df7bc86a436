/* SPDX-License-Identifier: MIT */
/* page_print.h - what a reader sees of a page, as two hashes.
 *
 * The words between the tags and the pictures; not the links, whose addresses differ on pages that
 * are the same to everybody else. Pure; time linear in what is read, at most CR_PRINT_MAX_BYTES.
 */
#ifndef CR_FILTER_PAGE_PRINT_H
#define CR_FILTER_PAGE_PRINT_H

#include <stdint.h>

#include "base/str.h"

#define CR_PRINT_MAX_BYTES (64 << 10)

struct cr_print {
  uint64_t near_bits; /* Charikar's simhash: similar pages differ in few bits */
  uint32_t exact;     /* of all words in order; 0: too few to tell pages apart by */
};

enum cr_likeness { CR_PRINT_OTHER, CR_PRINT_SIMILAR, CR_PRINT_SAME };

struct cr_print cr_print_page(struct cr_span body);
/* Neither may have exact 0. */
enum cr_likeness cr_print_compare(const struct cr_print *a, const struct cr_print *b);

#endif
