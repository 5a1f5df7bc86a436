/* SPDX-License-Identifier: MIT */
/* faults.h - system calls that fail when a test wants it, for everything in its process.
 *
 * The C library's functions are defined anew in programs that include this, count their calls,
 * and go on to the real ones unless the call is to fail. Whatever is linked dynamically calls these
 * too: libcurl, libevent, c-ares, TLS libraries. What the C library calls inside itself isn't seen.
 */
#ifndef CR_TEST_FAULTS_H
#define CR_TEST_FAULTS_H

#include <stdint.h>

enum cr_fault_call {
  CR_FAULT_SOCKET,
  CR_FAULT_CONNECT,
  CR_FAULT_SEND, /* send, sendto, sendmsg */
  CR_FAULT_RECV, /* recv, recvfrom */
  CR_FAULT_PAIR, /* socketpair, pipe, pipe2 */
  CR_FAULT_EVENTFD,
  CR_FAULT_TIMERFD,
  CR_FAULT_EPOLL_CREATE,
  CR_FAULT_EPOLL_CTL,
  CR_FAULT_EPOLL_WAIT,
  CR_FAULT_THREAD, /* pthread_create */
  CR_FAULT_OPEN,   /* open, openat, fopen */
  CR_FAULT_RANDOM, /* getrandom */
  CR_FAULT_CALLS
};

/* Instead of an errno: no more than one byte is sent or received. */
enum { CR_FAULT_SHORT = -1 };

const char *cr_fault_name(enum cr_fault_call call);
/* From now on calls are counted, from 1, and those from first to last fail with the error (first 0:
 * none does). Of all functions but this one none fails. */
void cr_faults_plan(enum cr_fault_call call, int error, int64_t first, int64_t last);
/* No more faults; returns how many calls there were since the plan. */
int64_t cr_faults_end(enum cr_fault_call call);

#endif
