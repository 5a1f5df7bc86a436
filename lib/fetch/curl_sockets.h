/* SPDX-License-Identifier: MIT */
/* curl_sockets.h - is a connection that was kept alive fit for another request?
 *
 * What came on it while no request was outstanding must not be taken for the response to the next
 * one (RFC 9112 section 9.2); libcurl looks for that since 8.0 only. Sockets are libcurl's: they
 * are remembered by local port while they are open.
 */
#ifndef CR_FETCH_CURL_SOCKETS_H
#define CR_FETCH_CURL_SOCKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

struct cr_curl_socket {
  int fd;
  int local_port; /* 0: the place is free */
};

struct cr_curl_sockets {
  struct cr_mem *mem;
  struct cr_curl_socket *places; /* a hash table, at most half full */
  size_t room;                   /* 0, or a power of two */
  size_t count;
};

void cr_curl_sockets_init(struct cr_curl_sockets *s, struct cr_mem *mem);
void cr_curl_sockets_free(struct cr_curl_sockets *s);
/* A new connection. Without memory it is forgotten, and so not used a second time. */
void cr_curl_sockets_note(struct cr_curl_sockets *s, int fd, int local_port);
/* fd is about to be closed. */
void cr_curl_sockets_forget(struct cr_curl_sockets *s, int fd);
/* Open, and nothing to read. false: not, or the connection isn't known. peer: the numeric address;
 * NULL: whichever, as all connections go to one server. */
bool cr_curl_sockets_are_quiet(const struct cr_curl_sockets *s, int local_port, const char *peer,
                               int peer_port);

#endif
