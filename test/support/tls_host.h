/* SPDX-License-Identifier: MIT */
/* tls_host.h - an HTTPS server for tests that misbehaves below HTTP, by OpenSSL, on a thread.
 *
 * One connection at a time. A program that uses it says so near its top: LDLIBS: -lssl -lcrypto
 */
#ifndef CR_TEST_TLS_HOST_H
#define CR_TEST_TLS_HOST_H

#include "support/tls_certs.h"

struct cr_tls_host;

enum cr_tls_end {               /* what follows the response */
                  CR_TLS_CLOSE, /* close_notify, and the end */
                  CR_TLS_CUT,   /* the end without close_notify */
                  CR_TLS_RESET,
                  CR_TLS_STALL,
                  CR_TLS_GARBAGE, /* bytes that are no record */
                  CR_TLS_AGAIN    /* the next request on the connection */
};

struct cr_tls_config {
  struct cr_cert cert;
  int least_version, most_version; /* TLS1_2_VERSION; 0: any */
  const char *ciphers;             /* of TLS 1.2 and older; NULL: OpenSSL's */
  int dh_bits;                     /* of the key exchange: 1024, 2048; 0: by a curve */
  bool wants_client_cert;
  int slowly_ms;        /* between the bytes of the handshake, 16 at a time; 0: at once */
  const char *response; /* NULL: a page "secret" */
  int new_keys;         /* so many of them before a response (TLS 1.3) */
  bool first_is_well;   /* but for the first one */
  int keys_behind; /* at most so many of them behind the first response, until one can't be sent */
  enum cr_tls_end end;
};

struct cr_tls_host *cr_tls_host_start(struct cr_cert_pool *pool,
                                      const struct cr_tls_config *config);
void cr_tls_host_stop(struct cr_tls_host *host);
int cr_tls_host_port(const struct cr_tls_host *host);
/* So far: connections accepted, requests read. */
size_t cr_tls_host_connections(struct cr_tls_host *host);
size_t cr_tls_host_requests(struct cr_tls_host *host);
/* Were all of keys_behind sent? */
bool cr_tls_host_sent_all(struct cr_tls_host *host);

#endif
