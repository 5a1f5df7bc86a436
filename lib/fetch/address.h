/* SPDX-License-Identifier: MIT */
/* address.h - which IP addresses may be connected to?
 *
 * Default: globally reachable unicast only. Every range of IANA's IPv4 and IPv6 special-purpose
 * address registries (RFC 6890 and updates) and multicast is refused, also when an IPv4 address
 * hides inside an IPv6 one. An IPv4-mapped address counts as the IPv4 address, and so does a NAT64
 * one (64:ff9b::/96); IPv4-compatible and IPv4-translated ones, 6to4 and Teredo are refused
 * altogether. Exceptions are an explicit list. Pure.
 */
#ifndef CR_FETCH_ADDRESS_H
#define CR_FETCH_ADDRESS_H

#include "base/mem.h"
#include "base/str.h"

struct cr_address {  /* network order */
  uint8_t bytes[16]; /* IPv4: the first 4 */
  uint8_t family;    /* 4 or 6 */
};

struct cr_address_policy;

/* "192.0.2.1", "::1", "[::1]"; no zone ids. false: not an address. */
bool cr_address_parse(struct cr_span text, struct cr_address *address);
/* Writes its text ("192.0.2.1", "2001:db8::1") with a NUL; out has 64 bytes. */
void cr_address_format(const struct cr_address *address, char out[64]);
/* An IPv4-mapped address is the IPv4 address. */
bool cr_address_eq(const struct cr_address *a, const struct cr_address *b);
/* "localhost" and names under it (RFC 6761 section 6.3), in any case, with the root's dot or not.
 */
bool cr_address_is_loopback_name(struct cr_span host);
/* Is it in no special range, also by the IPv4 address inside it? */
bool cr_address_is_global(const struct cr_address *address);

/* list: "0", "none" or "": no exception; "1" or "all": all; else host names, addresses and CIDRs,
 * separated by commas. ".example.org" is example.org and all names under it. NULL counts as "".
 * CRAWLER_E_VALUE: something else. */
int cr_address_policy_open(struct cr_address_policy **out, struct cr_mem *mem, const char *list);
void cr_address_policy_close(struct cr_address_policy *policy); /* NULL is fine */
/* May a transfer to host (as in its URL) connect to address? An exception for a host opens all its
 * addresses; one for an address or CIDR opens it for all hosts. */
bool cr_address_allowed(const struct cr_address_policy *policy, struct cr_span host,
                        const struct cr_address *address);

#endif
