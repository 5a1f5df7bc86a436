/* SPDX-License-Identifier: MIT */
/* link_memory.h - the links of recent pages, so that a repeated one isn't parsed again.
 *
 * Pages of a site repeat their navigation. A direct-mapped table from (what the href is relative
 * to, href) to the fingerprint it led to: a hit costs one hash and one look-up. An entry is
 * verified by 64 hash bits under the crawl's random seed; the base counts as its directory only,
 * unless the href is of a form that needs all of it.
 */
#ifndef CR_FILTER_LINK_MEMORY_H
#define CR_FILTER_LINK_MEMORY_H

#include "base/mem.h"
#include "base/str.h"

struct cr_url;
struct cr_url_encoding;
struct cr_link_memory;

struct cr_link_base { /* of one page */
  uint64_t directory; /* hash of the base URL up to its last slash */
  uint64_t whole;     /* hash of all of it */
};

int cr_link_memory_open(struct cr_link_memory **out, struct cr_mem *mem, uint64_t seed);
void cr_link_memory_close(struct cr_link_memory *memory);
/* encoding: of the page's links; two pages of one base but of different encodings share nothing. */
struct cr_link_base cr_link_memory_base(const struct cr_link_memory *memory,
                                        const struct cr_url *base,
                                        const struct cr_url_encoding *encoding);
/* The tag that stands for href on a page with this base; never 0. */
uint64_t cr_link_memory_tag(const struct cr_link_base *base, struct cr_span href);
/* cr_link_memory_get() will be asked for it soon. */
void cr_link_memory_prefetch(const struct cr_link_memory *memory, uint64_t tag);
/* false: not remembered. */
bool cr_link_memory_get(const struct cr_link_memory *memory, uint64_t tag, uint64_t *fp);
void cr_link_memory_put(struct cr_link_memory *memory, uint64_t tag, uint64_t fp);

#endif
