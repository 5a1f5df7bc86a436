/* SPDX-License-Identifier: MIT */
/* sockets.c - is the system out of descriptors, or of memory for sockets?
 */
#include "fetch/sockets.h"

#include <errno.h>
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
