/* SPDX-License-Identifier: MIT */
/* curl_sockets.c - is a connection that was kept alive fit for another request?
 *
 * libcurl names no socket where a request is about to leave (CURLINFO_ACTIVESOCKET is -1 there in
 * 7.88), only ports and addresses. Connections to different servers may have one local port, so
 * all of that port are looked at for the one with the peer. Open addressing with linear probing;
 * what is taken out lets those behind it move up (Knuth, volume 3, section 6.4, algorithm R).
 */
#include "fetch/curl_sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { FIRST_ROOM = 64, PORTS = 65536 };

typedef int (*name_fn)(int fd, struct sockaddr *name, socklen_t *bytes);

/* text: NULL, or room for the address. -1: no TCP socket. */
static int read_name(int fd, name_fn name_of, char text[INET6_ADDRSTRLEN])
{
  struct sockaddr_storage name;
  socklen_t bytes = sizeof(name);
  struct sockaddr_in in;
  struct sockaddr_in6 in6;

  if (name_of(fd, (struct sockaddr *)&name, &bytes) != 0)
    return -1;
  memcpy(&in, &name, sizeof(in));
  memcpy(&in6, &name, sizeof(in6));
  if (name.ss_family != AF_INET && name.ss_family != AF_INET6)
    return -1;
  const void *address = name.ss_family == AF_INET ? (void *)&in.sin_addr : (void *)&in6.sin6_addr;
  if (text && !inet_ntop(name.ss_family, address, text, INET6_ADDRSTRLEN))
    return -1;
  return ntohs(name.ss_family == AF_INET ? in.sin_port : in6.sin6_port);
}

static bool is_port(int port)
{
  return port > 0 && port < PORTS;
}

/* Ports are handed out at random, or in a row: as they are they spread well. */
static size_t home_of(const struct cr_curl_sockets *s, int local_port)
{
  return (size_t)local_port & (s->room - 1);
}

static size_t after(const struct cr_curl_sockets *s, size_t at)
{
  return (at + 1) & (s->room - 1);
}

void cr_curl_sockets_init(struct cr_curl_sockets *s, struct cr_mem *mem)
{
  *s = (struct cr_curl_sockets){ .mem = mem };
}

void cr_curl_sockets_free(struct cr_curl_sockets *s)
{
  if (s->places)
    cr_free(s->mem, s->places);
}

static void put(struct cr_curl_sockets *s, struct cr_curl_socket socket)
{
  size_t at = home_of(s, socket.local_port);

  while (s->places[at].local_port != 0)
    at = after(s, at);
  s->places[at] = socket;
  s->count++;
}

static bool grow(struct cr_curl_sockets *s)
{
  struct cr_curl_sockets larger = { .mem = s->mem, .room = s->room ? 2 * s->room : FIRST_ROOM };

  if (2 * (s->count + 1) <= s->room)
    return true;
  larger.places = cr_zalloc(s->mem, CR_MEM_FETCH, larger.room * sizeof(*larger.places));
  if (!larger.places)
    return false;
  for (size_t i = 0; i < s->room; i++)
    if (s->places[i].local_port != 0)
      put(&larger, s->places[i]);
  cr_curl_sockets_free(s);
  *s = larger;
  return true;
}

void cr_curl_sockets_note(struct cr_curl_sockets *s, int fd, int local_port)
{
  if (is_port(local_port) && read_name(fd, getsockname, NULL) == local_port && grow(s))
    put(s, (struct cr_curl_socket){ fd, local_port });
}

/* The place at is free now: those behind it that would be looked for there move up. */
static void close_gap(struct cr_curl_sockets *s, size_t gap)
{
  for (size_t at = after(s, gap); s->places[at].local_port != 0; at = after(s, at)) {
    size_t from_home = (at - home_of(s, s->places[at].local_port)) & (s->room - 1);
    if (from_home < ((at - gap) & (s->room - 1)))
      continue;
    s->places[gap] = s->places[at];
    s->places[at].local_port = 0;
    gap = at;
  }
}

/* Where fd stands; room: nowhere. A socket that was reset may have no port left to begin at. */
static size_t find(const struct cr_curl_sockets *s, int fd)
{
  int local_port = read_name(fd, getsockname, NULL);
  size_t at = is_port(local_port) && s->room > 0 ? home_of(s, local_port) : 0;

  for (size_t i = 0; i < s->room; i++, at = after(s, at)) {
    if (s->places[at].local_port != 0 && s->places[at].fd == fd)
      return at;
    if (s->places[at].local_port == 0 && is_port(local_port))
      break;
  }
  return s->room;
}

void cr_curl_sockets_forget(struct cr_curl_sockets *s, int fd)
{
  size_t at = find(s, fd);

  if (at == s->room)
    return;
  s->places[at].local_port = 0;
  s->count--;
  close_gap(s, at);
}

/* Data, the end (which is read as no bytes) and an error are all more than nothing. */
static bool has_nothing_to_read(int fd)
{
  char byte;
  ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* Does it lead there? Its address is written out only where the port alone doesn't tell. */
static bool is_peer(int fd, const char *peer, int peer_port, bool by_port)
{
  char text[INET6_ADDRSTRLEN];

  return read_name(fd, getpeername, by_port ? NULL : text) == peer_port &&
         (by_port || strcmp(text, peer) == 0);
}

/* Is there another of its port behind it? */
static bool has_twin(const struct cr_curl_sockets *s, size_t at)
{
  int local_port = s->places[at].local_port;

  for (at = after(s, at); s->places[at].local_port != 0; at = after(s, at))
    if (s->places[at].local_port == local_port)
      return true;
  return false;
}

bool cr_curl_sockets_are_quiet(const struct cr_curl_sockets *s, int local_port, const char *peer,
                               int peer_port)
{
  if (!is_port(local_port) || s->room == 0)
    return false;
  for (size_t at = home_of(s, local_port); s->places[at].local_port != 0; at = after(s, at)) {
    const struct cr_curl_socket *place = &s->places[at];
    if (place->local_port == local_port &&
        (!peer || is_peer(place->fd, peer, peer_port, !has_twin(s, at))))
      return has_nothing_to_read(place->fd);
  }
  return false;
}
