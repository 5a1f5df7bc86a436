/* SPDX-License-Identifier: MIT */
/* trap.h - what the URLs of a site tell together: is this one of a trap?
 *
 * One bounded table for all sites holds, for every view of a URL (trap_views.h), how many URLs had
 * it and whether their pages said anything new. Pages are only read for that where many URLs have
 * a view in common. The same calls give the same answers: there is no clock and no chance in it.
 * Nothing is known of a site's first few URLs, so that small sites cost a cell each.
 */
#ifndef CR_FILTER_TRAP_H
#define CR_FILTER_TRAP_H

#include "base/mem.h"
#include "filter/page_print.h"
#include "filter/trap_parts.h"

struct cr_trap;

struct cr_trap_config {
  bool sessions; /* URLs that differ in a parameter named as sessions are, are left out */
  bool aliases;  /* and those that differ in what has made no difference */
  int64_t pages; /* that said nothing new, after which the rest of a group is; -1: never */
  int64_t share; /* URLs of a group that are taken; -1: all */
};

struct cr_trap_verdict {
  uint8_t rule;    /* enum crawler_trap: leave it; 0: take it */
  uint8_t respite; /* take it after the others: by so much less priority */
};

int cr_trap_open(struct cr_trap **out, struct cr_mem *mem, uint64_t seed, int64_t max_bytes);
void cr_trap_close(struct cr_trap *trap);
/* Of a URL that isn't known yet; one that is taken is counted. origin: "https://example.org:8443".
 * Without memory less is known. */
struct cr_trap_verdict cr_trap_judge(struct cr_trap *trap, const struct cr_trap_config *config,
                                     struct cr_span origin, const struct cr_trap_parts *parts);
/* What that would say now; nothing is counted. */
struct cr_trap_verdict cr_trap_preview(const struct cr_trap *trap,
                                       const struct cr_trap_config *config, struct cr_span origin,
                                       const struct cr_trap_parts *parts);
/* Of a URL that was taken: is one of its groups to be left out by now? */
bool cr_trap_has_spent(const struct cr_trap *trap, const struct cr_trap_config *config,
                       struct cr_span origin, const struct cr_trap_parts *parts);
/* Should its page be read for cr_trap_tell()? */
bool cr_trap_wants(const struct cr_trap *trap, struct cr_span origin,
                   const struct cr_trap_parts *parts);
/* What its page says. */
void cr_trap_tell(struct cr_trap *trap, struct cr_span origin, const struct cr_trap_parts *parts,
                  const struct cr_print *print);
/* Bytes of the table. */
size_t cr_trap_bytes(const struct cr_trap *trap);

#endif
