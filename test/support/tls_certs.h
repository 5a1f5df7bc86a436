/* SPDX-License-Identifier: MIT */
/* tls_certs.h - certificates for tests, good and bad, made in memory by OpenSSL.
 *
 * A program that uses it says so near its top: LDLIBS: -lssl -lcrypto
 */
#ifndef CR_TEST_TLS_CERTS_H
#define CR_TEST_TLS_CERTS_H

#include <stdbool.h>

#include <openssl/ssl.h>

struct cr_cert {      /* what is special about a server's certificate; all zero: nothing is */
  const char *name;   /* in subjectAltName; NULL: a.test */
  size_t name_bytes;  /* 0: name is text */
  const char *common; /* the subject's common name; NULL: none, and no subject */
  int more_names;     /* so many others first */
  int from_days,
      days; /* valid from so many days from now, for so many; 0 days: from yesterday, 9 */
  enum { CR_BY_ROOT, CR_BY_ITSELF, CR_BY_STRANGER, CR_BY_OTHER } issuer; /* OTHER: by the root's */
  bool sends_chain;   /* the certificate between, which CR_BY_OTHER needs */
  bool without_names; /* no subjectAltName */
  bool sha512;
  bool rsa; /* a key of 2048 bits; else one on P-256 */
};

struct cr_cert_pool; /* the issuers, and their keys */

struct cr_cert_pool *cr_cert_pool_new(void);
void cr_cert_pool_free(struct cr_cert_pool *pool);
/* Writes the root's certificate, which is to be trusted, as PEM. */
void cr_cert_pool_write(const struct cr_cert_pool *pool, const char *path);
/* Makes a certificate and gives it, with its key, to a server's context. */
void cr_cert_use(struct cr_cert_pool *pool, const struct cr_cert *cert, SSL_CTX *context);

#endif
