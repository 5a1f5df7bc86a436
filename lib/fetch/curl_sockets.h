/* SPDX-License-Identifier: MIT */
/* curl_sockets.h - libcurl's sockets while they are open, and what is known of them.
 *
 * By descriptor, for their watches: one lasts from request to request of a connection that is kept
 * alive, though libcurl names the socket anew for each. By local port, to tell whether such a
 * connection is fit for another request: what came while no request was outstanding must not be
 * taken for the response to the next one (RFC 9112 section 9.2); libcurl looks for that since 8.0
 * only.
 */
#ifndef CR_FETCH_CURL_SOCKETS_H
#define CR_FETCH_CURL_SOCKETS_H

#include <netinet/in.h>

#include "loop/loop.h"

struct cr_curl_cell;

struct cr_curl_socket {
  struct cr_watch watch;     /* whose fd it is */
  struct cr_list link;       /* among those of its cell */
  struct cr_curl_cell *cell; /* whose libcurl names it; NULL: none has yet */
  struct cr_curl_socket *next_of_fd;
  struct cr_curl_socket *next_of_port;
  int local_port; /* 0: no request was sent on it */
  int peer_port;
  char peer[INET6_ADDRSTRLEN]; /* its address; "": not known */
  bool is_named;               /* libcurl wants to hear of it */
  bool is_idle;                /* no request is outstanding on it */
  bool is_shared;              /* HTTP/2: has several at a time, and the server may speak unasked */
  uint64_t arrivals;           /* times that something was there to be read */
};

struct cr_curl_sockets {
  struct cr_mem *mem;
  struct cr_loop *loop;
  struct cr_curl_socket **by_fd;   /* hash tables of lists, of the same room */
  struct cr_curl_socket **by_port; /* of those with a local port */
  size_t room;                     /* 0, or a power of two */
  size_t count;
};

void cr_curl_sockets_init(struct cr_curl_sockets *s, struct cr_mem *mem, struct cr_loop *loop);
/* No socket may be left. */
void cr_curl_sockets_free(struct cr_curl_sockets *s);
/* NULL: not known. */
struct cr_curl_socket *cr_curl_sockets_find(const struct cr_curl_sockets *s, int fd);
/* One that isn't known yet. NULL: no memory. */
struct cr_curl_socket *cr_curl_sockets_add(struct cr_curl_sockets *s, int fd);
/* Before its fd is closed: ends its watch, and frees it. */
void cr_curl_sockets_remove(struct cr_curl_sockets *s, struct cr_curl_socket *socket);
/* The first request leaves on fd. Without memory it is forgotten, and so not used a second time.
 * peer: its numeric address; NULL: not known. */
void cr_curl_sockets_note(struct cr_curl_sockets *s, int fd, int local_port, const char *peer,
                          int peer_port);
/* HTTP/2 is spoken on fd, which was noted. */
void cr_curl_sockets_share(struct cr_curl_sockets *s, int fd);
/* Nothing to read: neither data, nor the end, nor an error. */
bool cr_curl_socket_is_quiet(const struct cr_curl_socket *socket);
/* Another request is about to leave on a connection: it is idle no more. false: it isn't known,
 * isn't quiet, where only HTTP/2 may be, or not HTTP/2 with only_shared. peer: as above. */
bool cr_curl_sockets_reuse(const struct cr_curl_sockets *s, int local_port, const char *peer,
                           int peer_port, bool only_shared);
/* Whatever is done with them: nothing more comes or goes. Which of those that have one local port
 * is meant can't be told; the others' requests are made again. */
void cr_curl_sockets_cut(const struct cr_curl_sockets *s, int local_port);
/* On those of that local port something has come; how often it has. */
void cr_curl_sockets_arrive(struct cr_curl_sockets *s, int local_port);
uint64_t cr_curl_sockets_arrivals(const struct cr_curl_sockets *s, int local_port);
/* Cuts those of that local port that are shared. */
void cr_curl_sockets_cut_shared(const struct cr_curl_sockets *s, int local_port);

#endif
