/* SPDX-License-Identifier: MIT */
/* curl_sockets.h - is a connection that was kept alive fit for another request?
 *
 * What came on it while no request was outstanding must not be taken for the response to the next
 * one (RFC 9112 section 9.2); libcurl looks for that since 8.0 only. Sockets are libcurl's: they
 * are remembered by local port, and known again by both of their ports.
 */
#ifndef CR_FETCH_CURL_SOCKETS_H
#define CR_FETCH_CURL_SOCKETS_H

#include <stdbool.h>

#include "base/mem.h"

enum { CR_SOCKET_PAGES = 256, CR_SOCKET_PAGE = 256 }; /* by high and low byte of the port */

struct cr_curl_sockets {
  struct cr_mem *mem;
  int *pages[CR_SOCKET_PAGES]; /* descriptor + 1, 0: none; made when first needed */
};

void cr_curl_sockets_init(struct cr_curl_sockets *s, struct cr_mem *mem);
void cr_curl_sockets_free(struct cr_curl_sockets *s);
/* A new connection. Without memory it is forgotten, and so not used a second time. */
void cr_curl_sockets_note(struct cr_curl_sockets *s, int fd, int local_port);
/* Open, and nothing to read. false: not, or the connection isn't known. peer_port -1: whichever,
 * as all connections go to one server. */
bool cr_curl_sockets_are_quiet(const struct cr_curl_sockets *s, int local_port, int peer_port);

#endif
