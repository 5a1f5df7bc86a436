/* SPDX-License-Identifier: MIT */
/* special_ranges.h - the ranges of addresses that are refused.
 *
 * IANA's IPv4 and IPv6 Special-Purpose Address Registries, with the RFC that each row names, and
 * what else isn't globally reachable unicast; each with its first and last address and the
 * neighbours outside.
 */
#ifndef CR_TEST_SPECIAL_RANGES_H
#define CR_TEST_SPECIAL_RANGES_H

#include <stddef.h>

struct cr_special_range {
  const char *before; /* NULL: none, or special for another reason */
  const char *first;
  const char *last;
  const char *after; /* as before */
  const char *why;
};

extern const struct cr_special_range cr_special_ranges[];
extern const size_t cr_special_range_count;

#endif
