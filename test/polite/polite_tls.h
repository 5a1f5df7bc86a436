/* SPDX-License-Identifier: MIT */
/* polite_tls.h - TLS for the server of the proof of politeness, and whom to trust for it.
 *
 * An authority made for the run signs a certificate for each name that is asked for. The file with
 * its own goes when it is freed. What goes wrong on our side ends the process.
 */
#ifndef CR_POLITE_TLS_H
#define CR_POLITE_TLS_H

#include <stddef.h>
#include <sys/types.h>

struct cr_polite_tls;
struct cr_polite_session;

struct cr_polite_tls *cr_polite_tls_new(void);
void cr_polite_tls_free(struct cr_polite_tls *tls);
const char *cr_polite_tls_ca_file(const struct cr_polite_tls *tls);

/* Of a connection that a client has greeted, on a descriptor that doesn't block. */
struct cr_polite_session *cr_polite_session_new(struct cr_polite_tls *tls, int fd,
                                                const char *name);
/* Doesn't say goodbye. NULL is accepted. */
void cr_polite_session_free(struct cr_polite_session *session);
/* As recv(): bytes, 0 at the end, -1 with errno EAGAIN while there are none. */
ssize_t cr_polite_session_read(struct cr_polite_session *session, void *to, size_t room);
/* All of it or, if the client has gone, nothing. */
void cr_polite_session_write(struct cr_polite_session *session, const void *from, size_t bytes);

#endif
