/* SPDX-License-Identifier: MIT */
/* tls_world.h - issuers of certificates, and a file of the one to trust, for a group of tests.
 *
 * A program that uses it says so near its top: LDLIBS: -lssl -lcrypto
 */
#ifndef CR_TEST_TLS_WORLD_H
#define CR_TEST_TLS_WORLD_H

#include "crawl/crawler.h"
#include "support/tls_certs.h"

struct cr_tls_world { /* *state of each test */
  struct cr_cert_pool *pool;
  char ca_file[256];
};

/* For cmocka_run_group_tests_name(). */
int cr_tls_world_begin(void **state);
int cr_tls_world_end(void **state);
/* a.test is on loopback, and its certificates are trusted as far as they are good. */
void cr_tls_world_trust(const struct cr_tls_world *world, crawler *c);

#endif
