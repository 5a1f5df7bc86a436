/* SPDX-License-Identifier: MIT */
/* resolve_overrides.h - answers that the caller gave beforehand: "HOST:PORT:ADDR,...".
 *
 * Several entries for one host and port are several addresses, in their order. Pure.
 */
#ifndef CR_FETCH_RESOLVE_OVERRIDES_H
#define CR_FETCH_RESOLVE_OVERRIDES_H

#include "fetch/address.h"

struct cr_resolve_overrides;

/* PORT "*" or empty: any port. ADDR is IPv4, or IPv6 with or without brackets. Blanks around items
 * and empty items are skipped. *out is NULL for an empty list. CRAWLER_E_VALUE: another form. */
int cr_resolve_overrides_open(struct cr_resolve_overrides **out, struct cr_mem *mem,
                              const char *list);
void cr_resolve_overrides_close(struct cr_resolve_overrides *overrides); /* NULL is fine */
/* How many addresses host has at port, at most max, the first ones; host is in lower case and has
 * no dot at its end. overrides NULL: none. */
size_t cr_resolve_overrides_find(const struct cr_resolve_overrides *overrides, struct cr_span host,
                                 int port, struct cr_address *addresses, size_t max);

#endif
