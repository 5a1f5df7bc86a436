/* SPDX-License-Identifier: MIT */
/* tls_certs.c - certificates for tests, good and bad, made in memory by OpenSSL.
 */
#include "support/tls_certs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

enum { DAY_S = 24 * 3600, USUAL_DAYS = 10 };

struct party {
  EVP_PKEY *key;
  X509 *cert;
};

struct cr_cert_pool {
  struct party root, between, stranger;
  long serial;
};

static void set_name(X509 *cert, const char *common)
{
  X509_NAME *name = X509_NAME_new();

  assert_non_null(name);
  if (common)
    assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                                (const unsigned char *)common, -1, -1, 0),
                     1);
  assert_int_equal(X509_set_subject_name(cert, name), 1);
  X509_NAME_free(name);
}

static X509 *begin_cert(struct cr_cert_pool *pool, EVP_PKEY *key, const char *common)
{
  X509 *cert = X509_new();

  assert_non_null(cert);
  assert_int_equal(X509_set_version(cert, 2), 1); /* version 3 */
  assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), ++pool->serial), 1);
  assert_int_equal(X509_set_pubkey(cert, key), 1);
  assert_non_null(X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_S));
  assert_non_null(X509_gmtime_adj(X509_getm_notAfter(cert), (USUAL_DAYS - 1) * (long)DAY_S));
  set_name(cert, common);
  return cert;
}

static void sign(X509 *cert, const struct party *issuer, const EVP_MD *digest)
{
  assert_int_equal(X509_set_issuer_name(cert, X509_get_subject_name(issuer->cert)), 1);
  assert_true(X509_sign(cert, issuer->key, digest) > 0);
}

/* issuer NULL: itself. */
static void make_issuer(struct cr_cert_pool *pool, struct party *party, const char *common,
                        const struct party *issuer)
{
  party->key = EVP_EC_gen("P-256");
  assert_non_null(party->key);
  party->cert = begin_cert(pool, party->key, common);
  BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
  assert_non_null(constraints);
  constraints->ca = 1;
  assert_int_equal(X509_add1_ext_i2d(party->cert, NID_basic_constraints, constraints, 1, 0), 1);
  BASIC_CONSTRAINTS_free(constraints);
  sign(party->cert, issuer ? issuer : party, EVP_sha256());
}

struct cr_cert_pool *cr_cert_pool_new(void)
{
  struct cr_cert_pool *pool = calloc(1, sizeof(*pool));

  assert_non_null(pool);
  make_issuer(pool, &pool->root, "Test Root", NULL);
  make_issuer(pool, &pool->between, "Test Between", &pool->root);
  make_issuer(pool, &pool->stranger, "Test Stranger", NULL);
  return pool;
}

static void free_party(struct party *party)
{
  X509_free(party->cert);
  EVP_PKEY_free(party->key);
}

void cr_cert_pool_free(struct cr_cert_pool *pool)
{
  free_party(&pool->root);
  free_party(&pool->between);
  free_party(&pool->stranger);
  free(pool);
}

void cr_cert_pool_write(const struct cr_cert_pool *pool, const char *path)
{
  FILE *file = fopen(path, "w");

  assert_non_null(file);
  assert_int_equal(PEM_write_X509(file, pool->root.cert), 1);
  assert_int_equal(fclose(file), 0);
}

static void add_name(GENERAL_NAMES *names, const char *text, size_t bytes)
{
  GENERAL_NAME *name = GENERAL_NAME_new();
  ASN1_IA5STRING *value = ASN1_IA5STRING_new();

  assert_true(name && value);
  assert_int_equal(ASN1_STRING_set(value, text, (int)bytes), 1);
  GENERAL_NAME_set0_value(name, GEN_DNS, value);
  assert_true(sk_GENERAL_NAME_push(names, name) > 0);
}

static void add_names(X509 *x509, const struct cr_cert *cert)
{
  GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
  const char *name = cert->name ? cert->name : "a.test";
  char other[32];

  assert_non_null(names);
  for (int i = 0; i < cert->more_names; i++) {
    (void)snprintf(other, sizeof(other), "n%d.test", i);
    add_name(names, other, strlen(other));
  }
  add_name(names, name, cert->name_bytes ? cert->name_bytes : strlen(name));
  assert_int_equal(X509_add1_ext_i2d(x509, NID_subject_alt_name, names, !cert->common, 0), 1);
  GENERAL_NAMES_free(names);
}

static const struct party *issuer_of(const struct cr_cert_pool *pool, const struct cr_cert *cert,
                                     const struct party *itself)
{
  switch (cert->issuer) {
  case CR_BY_ITSELF:
    return itself;
  case CR_BY_STRANGER:
    return &pool->stranger;
  case CR_BY_OTHER:
    return &pool->between;
  case CR_BY_ROOT:
    break;
  }
  return &pool->root;
}

void cr_cert_use(struct cr_cert_pool *pool, const struct cr_cert *cert, SSL_CTX *context)
{
  struct party party = { .key = cert->rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256") };

  assert_non_null(party.key);
  party.cert = begin_cert(pool, party.key, cert->common);
  if (cert->days > 0) {
    assert_non_null(
        X509_gmtime_adj(X509_getm_notBefore(party.cert), cert->from_days * (long)DAY_S));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(party.cert),
                                    (cert->from_days + cert->days) * (long)DAY_S));
  }
  if (!cert->without_names)
    add_names(party.cert, cert);
  sign(party.cert, issuer_of(pool, cert, &party), cert->sha512 ? EVP_sha512() : EVP_sha256());
  assert_int_equal(SSL_CTX_use_certificate(context, party.cert), 1);
  assert_int_equal(SSL_CTX_use_PrivateKey(context, party.key), 1);
  if (cert->sends_chain)
    assert_int_equal(SSL_CTX_add1_chain_cert(context, pool->between.cert), 1);
  free_party(&party);
}
