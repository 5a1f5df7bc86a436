/* SPDX-License-Identifier: MIT */
/* loopback.h - a listening socket for servers of tests.
 */
#ifndef CR_TEST_LOOPBACK_H
#define CR_TEST_LOOPBACK_H

/* On a free port of 127.0.0.1; blocking, and closed in programs that are executed. */
int cr_loopback_listen(int backlog, int *port);

#endif
