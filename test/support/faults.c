/* SPDX-License-Identifier: MIT */
/* faults.c - system calls that fail when a test wants it, for everything in its process.
 *
 * Only programs that include faults.h have it linked (Makefile). A real function is looked up at
 * its first call; before any plan every call goes through at once.
 */
#include "support/faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

static _Atomic int64_t calls[CR_FAULT_CALLS];
static int planned_call;
static int planned_error;
static int64_t planned_first;
static int64_t planned_last;

const char *cr_fault_name(enum cr_fault_call call)
{
  static const char *const names[CR_FAULT_CALLS] = {
    "socket",         "connect",       "send",         "recv",      "socketpair or pipe",
    "eventfd",        "timerfd",       "epoll_create", "epoll_ctl", "epoll_wait",
    "pthread_create", "open or fopen", "getrandom",
  };

  return names[call];
}

void cr_faults_plan(enum cr_fault_call call, int error, int64_t first, int64_t last)
{
  for (int i = 0; i < CR_FAULT_CALLS; i++)
    atomic_store(&calls[i], 0);
  planned_call = call;
  planned_error = error;
  planned_last = last;
  planned_first = first;
}

int64_t cr_faults_end(enum cr_fault_call call)
{
  planned_first = 0;
  return atomic_load(&calls[call]);
}

/* 0: the call goes on. */
static int fault(enum cr_fault_call call)
{
  int64_t number = atomic_fetch_add(&calls[call], 1) + 1;

  if (planned_first == 0 || planned_call != (int)call || number < planned_first ||
      number > planned_last)
    return 0;
  return planned_error;
}

/* true: the call fails, errno says how. */
static bool fails(enum cr_fault_call call)
{
  int error = fault(call);

  if (error > 0)
    errno = error;
  return error > 0;
}

/* The function that one of the same name here stands before. Threads may look it up at once. */
static void *find(void **found, const char *name)
{
  void *at = __atomic_load_n(found, __ATOMIC_RELAXED);

  if (!at) {
    at = dlsym(RTLD_NEXT, name);
    __atomic_store_n(found, at, __ATOMIC_RELAXED);
  }
  return at;
}

/* libevent ends the process when it finds no pair for a new base. */
static bool is_spared(const void *caller)
{
  Dl_info from;

  return dladdr(caller, &from) != 0 && strstr(from.dli_fname, "libevent") != NULL;
}

/* Declares real. */
#define REAL(type, name, parameters) \
  static void *found;                \
  type(*real) parameters;            \
  *(void **)&real = find(&found, #name)

/* The declarations of the C library say nothing of visibility, and the build's is hidden. */
#pragma GCC visibility push(default)

int socket(int domain, int type, int protocol)
{
  REAL(int, socket, (int, int, int));
  return fails(CR_FAULT_SOCKET) ? -1 : real(domain, type, protocol);
}

int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t bytes)
{
  REAL(int, connect, (int, __CONST_SOCKADDR_ARG, socklen_t));
  return fails(CR_FAULT_CONNECT) ? -1 : real(fd, address, bytes);
}

/* How many of bytes go on; -1: it fails. */
static ssize_t passing(enum cr_fault_call call, size_t bytes)
{
  int error = fault(call);

  if (error > 0)
    errno = error;
  return error > 0 ? -1 : error == CR_FAULT_SHORT && bytes > 1 ? 1 : (ssize_t)bytes;
}

ssize_t send(int fd, const void *data, size_t bytes, int flags)
{
  REAL(ssize_t, send, (int, const void *, size_t, int));
  ssize_t pass = passing(CR_FAULT_SEND, bytes);
  return pass < 0 ? -1 : real(fd, data, (size_t)pass, flags);
}

/* A datagram is whole or not at all. */
ssize_t sendto(int fd, const void *data, size_t bytes, int flags, __CONST_SOCKADDR_ARG to,
               socklen_t to_bytes)
{
  REAL(ssize_t, sendto, (int, const void *, size_t, int, __CONST_SOCKADDR_ARG, socklen_t));
  return fails(CR_FAULT_SEND) ? -1 : real(fd, data, bytes, flags, to, to_bytes);
}

/* Of datagrams here: c-ares sends its questions so. */
ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
  REAL(ssize_t, sendmsg, (int, const struct msghdr *, int));
  return fails(CR_FAULT_SEND) ? -1 : real(fd, message, flags);
}

ssize_t recv(int fd, void *data, size_t bytes, int flags)
{
  REAL(ssize_t, recv, (int, void *, size_t, int));
  ssize_t pass = passing(CR_FAULT_RECV, bytes);
  return pass < 0 ? -1 : real(fd, data, (size_t)pass, flags);
}

ssize_t recvfrom(int fd, void *data, size_t bytes, int flags, __SOCKADDR_ARG from,
                 socklen_t *from_bytes)
{
  REAL(ssize_t, recvfrom, (int, void *, size_t, int, __SOCKADDR_ARG, socklen_t *));
  return fails(CR_FAULT_RECV) ? -1 : real(fd, data, bytes, flags, from, from_bytes);
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
  REAL(int, socketpair, (int, int, int, int *));
  return is_spared(__builtin_return_address(0)) || !fails(CR_FAULT_PAIR)
             ? real(domain, type, protocol, ends)
             : -1;
}

int pipe(int ends[2])
{
  REAL(int, pipe, (int *));
  return is_spared(__builtin_return_address(0)) || !fails(CR_FAULT_PAIR) ? real(ends) : -1;
}

int pipe2(int ends[2], int flags)
{
  REAL(int, pipe2, (int *, int));
  return is_spared(__builtin_return_address(0)) || !fails(CR_FAULT_PAIR) ? real(ends, flags) : -1;
}

int eventfd(unsigned count, int flags)
{
  REAL(int, eventfd, (unsigned, int));
  return fails(CR_FAULT_EVENTFD) ? -1 : real(count, flags);
}

int timerfd_create(clockid_t clock, int flags)
{
  REAL(int, timerfd_create, (clockid_t, int));
  return fails(CR_FAULT_TIMERFD) ? -1 : real(clock, flags);
}

int epoll_create(int size)
{
  REAL(int, epoll_create, (int));
  return fails(CR_FAULT_EPOLL_CREATE) ? -1 : real(size);
}

int epoll_create1(int flags)
{
  REAL(int, epoll_create1, (int));
  return fails(CR_FAULT_EPOLL_CREATE) ? -1 : real(flags);
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
  REAL(int, epoll_ctl, (int, int, int, struct epoll_event *));
  return fails(CR_FAULT_EPOLL_CTL) ? -1 : real(epoll, operation, fd, event);
}

int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout_ms)
{
  REAL(int, epoll_wait, (int, struct epoll_event *, int, int));
  return fails(CR_FAULT_EPOLL_WAIT) ? -1 : real(epoll, events, room, timeout_ms);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
  REAL(int, pthread_create, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *));
  return fails(CR_FAULT_THREAD) ? errno : real(thread, attr, run, arg);
}

ssize_t getrandom(void *out, size_t bytes, unsigned flags)
{
  REAL(ssize_t, getrandom, (void *, size_t, unsigned));
  return fails(CR_FAULT_RANDOM) ? -1 : real(out, bytes, flags);
}

FILE *fopen(const char *path, const char *mode)
{
  REAL(FILE *, fopen, (const char *, const char *));
  return fails(CR_FAULT_OPEN) ? NULL : real(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
  REAL(FILE *, fopen64, (const char *, const char *));
  return fails(CR_FAULT_OPEN) ? NULL : real(path, mode);
}

/* The third argument is there with flags that create a file. */
static mode_t mode_of(int flags, va_list args)
{
  return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
  REAL(int, open, (const char *, int, ...));
  va_list args;

  va_start(args, flags);
  mode_t mode = mode_of(flags, args);
  va_end(args);
  return fails(CR_FAULT_OPEN) ? -1 : real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
  REAL(int, open64, (const char *, int, ...));
  va_list args;

  va_start(args, flags);
  mode_t mode = mode_of(flags, args);
  va_end(args);
  return fails(CR_FAULT_OPEN) ? -1 : real(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
  REAL(int, openat, (int, const char *, int, ...));
  va_list args;

  va_start(args, flags);
  mode_t mode = mode_of(flags, args);
  va_end(args);
  return fails(CR_FAULT_OPEN) ? -1 : real(directory, path, flags, mode);
}

#pragma GCC visibility pop
