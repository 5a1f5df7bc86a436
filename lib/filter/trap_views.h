/* SPDX-License-Identifier: MIT */
/* trap_views.h - a URL with one part left out, in each of the ways that traps vary it.
 *
 * A view is what is left, as a hash. Two sorts: a group is the URLs of one pattern (below one
 * folder, one path with any query, ending in one name), of which it's asked whether they say
 * anything new; a variant leaves out one parameter, one number, letter case or order, of which it's
 * asked, for a whole site at once, whether it makes any difference: that is its rule.
 * Pure: no allocation.
 */
#ifndef CR_FILTER_TRAP_VIEWS_H
#define CR_FILTER_TRAP_VIEWS_H

#include "filter/trap_parts.h"

enum { CR_TRAP_VIEWS = 16 };

struct cr_trap_view {
  uint64_t rest;   /* of the URL without the part */
  uint64_t rule;   /* the part: 0 for a group */
  bool is_session; /* a parameter that is listed as one */
};

/* site: a hash of scheme, host and port. Returns how many there are, at most CR_TRAP_VIEWS. */
size_t cr_trap_views(const struct cr_trap_parts *parts, uint64_t site,
                     struct cr_trap_view views[CR_TRAP_VIEWS]);

#endif
