/* SPDX-License-Identifier: MIT */
/* tls_server.h - an HTTPS server for tests: openssl s_server with a certificate of its own.
 *
 * Every request gets the same page, "secret", and the connection is closed.
 */
#ifndef CR_TEST_TLS_SERVER_H
#define CR_TEST_TLS_SERVER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct cr_tls_server {
  char directory[256];
  char certificate[288]; /* PEM, signed by itself: serves as the CA file */
  char key[288];         /* PEM */
  char locked_key[288];  /* the same, encrypted with the password "word" */
  int port;              /* of 127.0.0.1 */
  pid_t pid;
  int input;
  FILE *output;
};

/* The certificate is for the host name a.test. */
void cr_tls_server_start(struct cr_tls_server *server);
struct cr_tls_ways {
  const char *version;      /* of TLS, and no other: "-tls1_2"; NULL: any */
  bool demands_certificate; /* the client has to show the server's own certificate */
};
void cr_tls_server_start_with(struct cr_tls_server *server, const struct cr_tls_ways *ways);
void cr_tls_server_stop(struct cr_tls_server *server);

#endif
