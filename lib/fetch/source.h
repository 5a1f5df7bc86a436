/* SPDX-License-Identifier: MIT */
/* source.h - which of this machine's addresses, and which IP version, connections are made from.
 *
 * Options interface and ip_version. A source that is an address decides the version, too.
 */
#ifndef CR_FETCH_SOURCE_H
#define CR_FETCH_SOURCE_H

#include "fetch/address.h"

struct cr_source {
  struct cr_address address; /* family 0: any */
  char device[16];           /* an interface's name (IFNAMSIZ); "": any */
  uint8_t ip_version;        /* 4 or 6; 0: both */
};

/* interface: an address, an interface's name, or "". CRAWLER_E_VALUE: neither. Whether there is
 * such a thing is known when it is used. */
int cr_source_read(struct cr_source *source, struct cr_span interface);
/* "any", "4" or "6". CRAWLER_E_VALUE: none of them. */
int cr_ip_version_read(struct cr_span text, uint8_t *ip_version);
/* Of what IP version is a connection to address? An IPv4-mapped one is IPv4. */
uint8_t cr_address_ip_version(const struct cr_address *address);
/* Does the source, or the option, leave it out? */
bool cr_source_reaches(const struct cr_source *source, const struct cr_address *address);
/* Of a new socket of AF_INET or AF_INET6. 0, or an errno. */
int cr_source_bind(const struct cr_source *source, int fd, int family);

#endif
