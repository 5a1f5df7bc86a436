/* SPDX-License-Identifier: MIT */
/* curl_sockets.c - libcurl's sockets while they are open, and what is known of them.
 *
 * libcurl names no socket where a request is about to leave (CURLINFO_ACTIVESOCKET is -1 there in
 * 7.88), only ports and addresses. Connections to different servers may have one local port, so
 * all of that port are looked at for those with the peer.
 */
#include "fetch/curl_sockets.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "fetch/sockets.h"

enum { FIRST_ROOM = 64, PORTS = 65536 };

static bool is_port(int port)
{
  return port > 0 && port < PORTS;
}

/* -1: no TCP socket. */
static int local_port_of(int fd)
{
  struct sockaddr_storage name = { .ss_family = AF_UNSPEC };
  socklen_t bytes = sizeof(name);
  struct sockaddr_in in;
  struct sockaddr_in6 in6;

  if (getsockname(fd, (struct sockaddr *)&name, &bytes) != 0)
    return -1;
  memcpy(&in, &name, sizeof(in));
  memcpy(&in6, &name, sizeof(in6));
  return name.ss_family == AF_INET    ? ntohs(in.sin_port)
         : name.ss_family == AF_INET6 ? ntohs(in6.sin6_port)
                                      : -1;
}

/* ---- two tables ---- */

/* Descriptors are handed out in a row, ports so or at random: as they are they spread well. */
static struct cr_curl_socket **of_fd(const struct cr_curl_sockets *s, int fd)
{
  return &s->by_fd[(size_t)fd & (s->room - 1)];
}

static struct cr_curl_socket **of_port(const struct cr_curl_sockets *s, int local_port)
{
  return &s->by_port[(size_t)local_port & (s->room - 1)];
}

static void put_by_fd(struct cr_curl_sockets *s, struct cr_curl_socket *socket)
{
  struct cr_curl_socket **list = of_fd(s, socket->watch.fd);

  socket->next_of_fd = *list;
  *list = socket;
}

static void put_by_port(struct cr_curl_sockets *s, struct cr_curl_socket *socket)
{
  struct cr_curl_socket **list = of_port(s, socket->local_port);

  socket->next_of_port = *list;
  *list = socket;
}

static void take_from_fd(struct cr_curl_sockets *s, const struct cr_curl_socket *socket)
{
  struct cr_curl_socket **at = of_fd(s, socket->watch.fd);

  while (*at != socket)
    at = &(*at)->next_of_fd;
  *at = socket->next_of_fd;
}

static void take_from_port(struct cr_curl_sockets *s, const struct cr_curl_socket *socket)
{
  struct cr_curl_socket **at = of_port(s, socket->local_port);

  while (*at != socket)
    at = &(*at)->next_of_port;
  *at = socket->next_of_port;
}

static void move_all(struct cr_curl_sockets *to, const struct cr_curl_sockets *from)
{
  struct cr_curl_socket *next;

  for (size_t i = 0; i < from->room; i++)
    for (struct cr_curl_socket *at = from->by_fd[i]; at; at = next) {
      next = at->next_of_fd;
      put_by_fd(to, at);
      if (at->local_port > 0)
        put_by_port(to, at);
    }
}

/* Both tables are one block. Without memory the lists get longer, as long as there are any. */
static bool grow(struct cr_curl_sockets *s)
{
  struct cr_curl_sockets larger = *s;

  if (s->count < s->room)
    return true;
  larger.room = s->room ? 2 * s->room : FIRST_ROOM;
  larger.by_fd = cr_zalloc(s->mem, CR_MEM_FETCH, 2 * larger.room * sizeof(struct cr_curl_socket *));
  if (!larger.by_fd)
    return s->room > 0;
  larger.by_port = larger.by_fd + larger.room;
  move_all(&larger, s);
  cr_free(s->mem, s->by_fd);
  *s = larger;
  return true;
}

/* ---- sockets ---- */

void cr_curl_sockets_init(struct cr_curl_sockets *s, struct cr_mem *mem, struct cr_loop *loop)
{
  *s = (struct cr_curl_sockets){ .mem = mem, .loop = loop };
}

void cr_curl_sockets_free(struct cr_curl_sockets *s)
{
  cr_free(s->mem, s->by_fd);
}

struct cr_curl_socket *cr_curl_sockets_find(const struct cr_curl_sockets *s, int fd)
{
  struct cr_curl_socket *at = s->room > 0 ? *of_fd(s, fd) : NULL;

  while (at && at->watch.fd != fd)
    at = at->next_of_fd;
  return at;
}

struct cr_curl_socket *cr_curl_sockets_add(struct cr_curl_sockets *s, int fd)
{
  struct cr_curl_socket *socket = grow(s) ? cr_zalloc(s->mem, CR_MEM_FETCH, sizeof(*socket)) : NULL;

  if (!socket)
    return NULL;
  socket->watch.fd = fd;
  cr_list_init(&socket->link);
  put_by_fd(s, socket);
  s->count++;
  return socket;
}

void cr_curl_sockets_remove(struct cr_curl_sockets *s, struct cr_curl_socket *socket)
{
  (void)cr_loop_watch(s->loop, &socket->watch, 0); /* ending a watch needs nothing */
  take_from_fd(s, socket);
  if (socket->local_port > 0)
    take_from_port(s, socket);
  cr_list_remove(&socket->link);
  s->count--;
  cr_free(s->mem, socket);
}

void cr_curl_sockets_note(struct cr_curl_sockets *s, int fd, int local_port, const char *peer,
                          int peer_port)
{
  struct cr_curl_socket *socket = cr_curl_sockets_find(s, fd);

  if (!is_port(local_port) || local_port_of(fd) != local_port)
    return;
  if (!socket) /* it was connected before there was anything to wait for */
    socket = cr_curl_sockets_add(s, fd);
  if (!socket || socket->local_port > 0)
    return;
  socket->local_port = local_port;
  socket->peer_port = peer_port;
  if (peer && strlen(peer) < sizeof(socket->peer))
    memcpy(socket->peer, peer, strlen(peer) + 1);
  put_by_port(s, socket);
}

void cr_curl_sockets_share(struct cr_curl_sockets *s, int fd)
{
  struct cr_curl_socket *socket = cr_curl_sockets_find(s, fd);

  if (socket)
    socket->is_shared = true;
}

bool cr_curl_socket_is_quiet(const struct cr_curl_socket *socket)
{
  char byte;
  ssize_t n = recv(socket->watch.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* The first with that local port behind at; NULL: behind none. */
static struct cr_curl_socket *next_of(const struct cr_curl_sockets *s, int local_port,
                                      const struct cr_curl_socket *at)
{
  if (!is_port(local_port) || s->room == 0)
    return NULL;
  struct cr_curl_socket *next = at ? at->next_of_port : *of_port(s, local_port);
  while (next && next->local_port != local_port)
    next = next->next_of_port;
  return next;
}

static bool may_be_of(const struct cr_curl_socket *socket, const char *peer, int peer_port)
{
  if (!peer || !socket->peer[0])
    return true;
  return socket->peer_port == peer_port && strcmp(socket->peer, peer) == 0;
}

bool cr_curl_sockets_reuse(const struct cr_curl_sockets *s, int local_port, const char *peer,
                           int peer_port, bool only_shared)
{
  struct cr_curl_socket *at = NULL;
  bool is_known = false;

  while ((at = next_of(s, local_port, at))) {
    if (!may_be_of(at, peer, peer_port))
      continue;
    if (!at->is_shared && (only_shared || !cr_curl_socket_is_quiet(at)))
      return false;
    at->is_idle = false;
    is_known = true;
  }
  return is_known;
}

void cr_curl_sockets_arrive(struct cr_curl_sockets *s, int local_port)
{
  struct cr_curl_socket *at = NULL;

  while ((at = next_of(s, local_port, at)))
    at->arrivals++;
}

uint64_t cr_curl_sockets_arrivals(const struct cr_curl_sockets *s, int local_port)
{
  const struct cr_curl_socket *at = NULL;
  uint64_t arrivals = 0;

  while ((at = next_of(s, local_port, at)))
    arrivals += at->arrivals;
  return arrivals;
}

void cr_curl_sockets_cut(const struct cr_curl_sockets *s, int local_port)
{
  const struct cr_curl_socket *at = NULL;

  while ((at = next_of(s, local_port, at)))
    cr_socket_cut(at->watch.fd);
}

void cr_curl_sockets_cut_shared(const struct cr_curl_sockets *s, int local_port)
{
  const struct cr_curl_socket *at = NULL;

  while ((at = next_of(s, local_port, at)))
    if (at->is_shared)
      cr_socket_cut(at->watch.fd);
}
