/* SPDX-License-Identifier: MIT */
/* polite_tls.c - TLS for the server of the proof of politeness, and whom to trust for it.
 *
 * All names have one key. Nothing is resumed and no ticket is sent, so that each connection is a
 * handshake, and an idle one is silent.
 */
#include "polite/polite_tls.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum { DAY_S = 24 * 3600 };

struct cr_polite_tls {
  SSL_CTX *context;
  EVP_PKEY *key;
  X509 *authority;
  long serial;
  char ca_file[256];
};

struct cr_polite_session {
  SSL *ssl;
};

static void need(bool what, const char *text)
{
  if (what)
    return;
  (void)fprintf(stderr, "%s failed\n", text);
  ERR_print_errors_fp(stderr);
  abort();
}

/* ---- certificates ---- */

static void extend(X509 *certificate, int nid, const char *value)
{
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

  need(extension && X509_add_ext(certificate, extension, -1) == 1, "X509_add_ext");
  X509_EXTENSION_free(extension);
}

/* issuer NULL: itself. */
static X509 *certify(struct cr_polite_tls *tls, X509 *issuer, const char *name)
{
  X509 *certificate = X509_new();
  X509_NAME *subject = X509_NAME_new();
  char names[128];

  need(certificate && subject, "X509_new");
  need(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
                                  0) == 1,
       "X509_NAME_add_entry_by_txt");
  (void)snprintf(names, sizeof(names), "DNS:%s", name);
  need(X509_set_version(certificate, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++tls->serial) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY_S) &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), DAY_S) &&
           X509_set_subject_name(certificate, subject) == 1 &&
           X509_set_issuer_name(certificate, issuer ? X509_get_subject_name(issuer) : subject) ==
               1 &&
           X509_set_pubkey(certificate, tls->key) == 1,
       "a certificate");
  extend(certificate, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
  if (issuer)
    extend(certificate, NID_subject_alt_name, names);
  need(X509_sign(certificate, tls->key, EVP_sha256()) > 0, "X509_sign");
  X509_NAME_free(subject);
  return certificate;
}

static void write_authority(struct cr_polite_tls *tls)
{
  const char *tmp = getenv("TMPDIR");

  (void)snprintf(tls->ca_file, sizeof(tls->ca_file), "%s/crawl-ca-XXXXXX", tmp ? tmp : P_tmpdir);
  int fd = mkstemp(tls->ca_file);
  FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
  need(file && PEM_write_X509(file, tls->authority) == 1 && fclose(file) == 0, "PEM_write_X509");
}

/* ---- life ---- */

struct cr_polite_tls *cr_polite_tls_new(void)
{
  struct cr_polite_tls *tls = calloc(1, sizeof(*tls));

  need(tls != NULL, "calloc");
  tls->key = EVP_EC_gen("P-256");
  tls->context = SSL_CTX_new(TLS_server_method());
  need(tls->key && tls->context, "SSL_CTX_new");
  SSL_CTX_set_session_cache_mode(tls->context, SSL_SESS_CACHE_OFF);
  (void)SSL_CTX_set_options(tls->context, SSL_OP_NO_TICKET);
  need(SSL_CTX_set_num_tickets(tls->context, 0) == 1, "SSL_CTX_set_num_tickets");
  tls->authority = certify(tls, NULL, "politeness");
  write_authority(tls);
  return tls;
}

void cr_polite_tls_free(struct cr_polite_tls *tls)
{
  (void)unlink(tls->ca_file);
  SSL_CTX_free(tls->context);
  X509_free(tls->authority);
  EVP_PKEY_free(tls->key);
  free(tls);
}

const char *cr_polite_tls_ca_file(const struct cr_polite_tls *tls)
{
  return tls->ca_file;
}

/* ---- connections ---- */

struct cr_polite_session *cr_polite_session_new(struct cr_polite_tls *tls, int fd, const char *name)
{
  struct cr_polite_session *session = calloc(1, sizeof(*session));
  X509 *certificate = certify(tls, tls->authority, name);

  need(session != NULL, "calloc");
  session->ssl = SSL_new(tls->context);
  need(session->ssl && SSL_set_fd(session->ssl, fd) == 1 &&
           SSL_use_certificate(session->ssl, certificate) == 1 &&
           SSL_use_PrivateKey(session->ssl, tls->key) == 1,
       "SSL_new");
  SSL_set_accept_state(session->ssl);
  X509_free(certificate);
  return session;
}

void cr_polite_session_free(struct cr_polite_session *session)
{
  if (!session)
    return;
  SSL_free(session->ssl);
  free(session);
}

ssize_t cr_polite_session_read(struct cr_polite_session *session, void *to, size_t room)
{
  size_t n;

  ERR_clear_error();
  if (SSL_read_ex(session->ssl, to, room, &n) == 1)
    return (ssize_t)n;
  if (SSL_get_error(session->ssl, 0) != SSL_ERROR_WANT_READ)
    return 0;
  errno = EAGAIN;
  return -1;
}

void cr_polite_session_write(struct cr_polite_session *session, const void *from, size_t bytes)
{
  size_t n;

  ERR_clear_error();
  (void)SSL_write_ex(session->ssl, from, bytes, &n); /* as the header says */
}
