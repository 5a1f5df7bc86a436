/* SPDX-License-Identifier: MIT */
/* sockets.c - what libcurl can't do with sockets, or doesn't say of them.
 */
#include "fetch/sockets.h"

#include <errno.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOCK_CLOEXEC /* a system without it: the descriptor lives for a moment only */
#define SOCK_CLOEXEC 0
#endif

bool cr_socket_is_shortage(long os_errno)
{
  return os_errno == EMFILE || os_errno == ENFILE || os_errno == ENOBUFS || os_errno == ENOMEM;
}

bool cr_sockets_are_short(void)
{
  int saved = errno;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  bool is_short = fd < 0 && cr_socket_is_shortage(errno);

  if (fd >= 0)
    (void)close(fd); /* nothing was written to it */
  errno = saved;
  return is_short;
}

size_t cr_sockets_allowed(void)
{
  struct rlimit limit;

  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return SIZE_MAX;
  return (size_t)limit.rlim_cur;
}

/* connect(2): an address of this family dissolves the association. shutdown() is for systems that
 * know no such thing, and leaves what has come to be read. */
void cr_socket_cut(int fd)
{
  static const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
  int saved = errno;

  if (connect(fd, &nobody, sizeof(nobody)) != 0)
    (void)shutdown(fd, SHUT_RDWR); /* then it isn't connected */
  errno = saved;
}
