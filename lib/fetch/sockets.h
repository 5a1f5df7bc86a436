/* SPDX-License-Identifier: MIT */
/* sockets.h - what libcurl can't do with sockets, or doesn't say of them.
 */
#ifndef CR_FETCH_SOCKETS_H
#define CR_FETCH_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>

/* Does this errno of socket() say that there is none to be had, whatever was asked for? */
bool cr_socket_is_shortage(long os_errno);
/* Tries: for errors of other libraries, which don't say what was missing. Keeps errno. */
bool cr_sockets_are_short(void);
/* How many descriptors the process may have now; SIZE_MAX: any number. */
size_t cr_sockets_allowed(void);
/* Ends a TCP connection at once: what has come and isn't read is lost. fd stays open. */
void cr_socket_cut(int fd);

#endif
