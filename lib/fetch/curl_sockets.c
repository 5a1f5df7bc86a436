/* SPDX-License-Identifier: MIT */
/* curl_sockets.c - is a connection that was kept alive fit for another request?
 *
 * libcurl names no socket where a request is about to leave (CURLINFO_ACTIVESOCKET is -1 there in
 * 7.88), only ports and addresses. An entry isn't removed when its socket is closed; that another
 * socket has got its number since is seen by the ports.
 */
#include "fetch/curl_sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

typedef int (*name_fn)(int fd, struct sockaddr *name, socklen_t *bytes);

/* -1: no TCP socket. */
static int port_of(int fd, name_fn name_of)
{
  struct sockaddr_storage name;
  socklen_t bytes = sizeof(name);
  struct sockaddr_in in;
  struct sockaddr_in6 in6;

  if (name_of(fd, (struct sockaddr *)&name, &bytes) != 0)
    return -1;
  if (name.ss_family == AF_INET) {
    memcpy(&in, &name, sizeof(in));
    return ntohs(in.sin_port);
  }
  if (name.ss_family == AF_INET6) {
    memcpy(&in6, &name, sizeof(in6));
    return ntohs(in6.sin6_port);
  }
  return -1;
}

static bool is_port(int port)
{
  return port >= 0 && port < CR_SOCKET_PAGES * CR_SOCKET_PAGE;
}

void cr_curl_sockets_init(struct cr_curl_sockets *s, struct cr_mem *mem)
{
  memset(s, 0, sizeof(*s));
  s->mem = mem;
}

void cr_curl_sockets_free(struct cr_curl_sockets *s)
{
  for (size_t i = 0; i < CR_SOCKET_PAGES; i++)
    if (s->pages[i])
      cr_free(s->mem, s->pages[i]);
}

void cr_curl_sockets_note(struct cr_curl_sockets *s, int fd, int local_port)
{
  if (!is_port(local_port) || port_of(fd, getsockname) != local_port)
    return;
  int **page = &s->pages[local_port / CR_SOCKET_PAGE];
  if (!*page)
    *page = cr_zalloc(s->mem, CR_MEM_FETCH, CR_SOCKET_PAGE * sizeof(**page));
  if (*page)
    (*page)[local_port % CR_SOCKET_PAGE] = fd + 1;
}

/* Data, the end (which is read as no bytes) and an error are all more than nothing. */
static bool has_nothing_to_read(int fd)
{
  char byte;
  ssize_t n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool cr_curl_sockets_are_quiet(const struct cr_curl_sockets *s, int local_port, int peer_port)
{
  const int *page = is_port(local_port) ? s->pages[local_port / CR_SOCKET_PAGE] : NULL;
  int fd = page ? page[local_port % CR_SOCKET_PAGE] - 1 : -1;

  return fd >= 0 && port_of(fd, getsockname) == local_port &&
         (peer_port < 0 || port_of(fd, getpeername) == peer_port) && has_nothing_to_read(fd);
}
