/* SPDX-License-Identifier: MIT */
/* duplicates.h - which page was the first to have this body?
 *
 * Bodies by a 64-bit digest, with the URL of the first. Bounded: with its memory used up, what is
 * known stays known, and nothing is added.
 */
#ifndef CR_FILTER_DUPLICATES_H
#define CR_FILTER_DUPLICATES_H

#include "base/mem.h"
#include "base/str.h"

struct cr_duplicates;

int cr_duplicates_open(struct cr_duplicates **out, struct cr_mem *mem);
void cr_duplicates_close(struct cr_duplicates *duplicates);
/* The URL of the first page with this digest, the duplicates' own until they are closed; NULL: this
 * is the first, and is remembered as far as max_bytes and memory allow. digest isn't 0. */
const char *cr_duplicates_first(struct cr_duplicates *duplicates, uint64_t digest,
                                struct cr_span url, int64_t max_bytes);
size_t cr_duplicates_bytes(const struct cr_duplicates *duplicates);

#endif
