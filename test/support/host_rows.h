/* SPDX-License-Identifier: MIT */
/* host_rows.h - hosts that a crawler is led to, and what must come of it.
 *
 * Addresses of every special range with their neighbours, IPv4 inside IPv6, other spellings, names.
 */
#ifndef CR_TEST_HOST_ROWS_H
#define CR_TEST_HOST_ROWS_H

#include "fetch/address.h"

enum { CR_HOST_ROWS = 512 };

enum cr_host_fate {
  CR_HOST_REFUSED, /* never connected to */
  CR_HOST_REACHED, /* public: else nothing is proved of the others */
  CR_HOST_INVALID  /* no URL at all */
};

struct cr_host_row {
  char host[80]; /* as in a URL */
  struct cr_address address;
  enum cr_host_fate fate;
  bool takes_tcp;  /* this network connects to it */
  uint64_t failed; /* the test's: a bit for each way: failed for its address */
  uint64_t seen;   /* by the servers */
};

/* In a network of one's own (own_net.h), where it asks which addresses can be connected to. Returns
 * how many there are. */
size_t cr_host_rows_make(struct cr_host_row rows[CR_HOST_ROWS]);
struct cr_address cr_host_row_address(const char *text); /* "": none; else the test fails */

#endif
