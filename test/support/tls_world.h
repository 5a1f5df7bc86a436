/* SPDX-License-Identifier: MIT */
/* tls_world.h - issuers of certificates, and a file of the one to trust, for a group of tests.
 *
 * A program that uses it says so near its top: LDLIBS: -lssl -lcrypto
 */
#ifndef CR_TEST_TLS_WORLD_H
#define CR_TEST_TLS_WORLD_H

#include "support/crawl_rig.h"
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
/* A rig as cr_hostile_open() has it, which trusts them. */
void cr_tls_world_open(const struct cr_tls_world *world, struct cr_crawl_rig *rig,
                       const char *options);

/* ---- a row: one server, and a crawl of its "/" ---- */

struct cr_tls_visit {
  struct cr_crawl_rig rig;
  const struct cr_crawl_end *end; /* of the URL; NULL: none */
  int64_t attempts;
  int64_t began_ms;
  int descriptors, threads;
};

/* In this order: before the server is there; with it; behind it. */
void cr_tls_visit_begin(struct cr_tls_visit *visit);
/* Opens the rig, sets http2 (0 or 1), and drives it. */
void cr_tls_visit_crawl(struct cr_tls_visit *visit, const struct cr_tls_world *world, int port,
                        const char *options, int http2);
/* Closes the rig; all of that took at most so long. */
void cr_tls_visit_close(struct cr_tls_visit *visit, int64_t most_ms);
void cr_tls_visit_end(const struct cr_tls_visit *visit); /* no descriptor or thread is left */
/* To the terminal, what came of it. */
void cr_tls_visit_print(const struct cr_tls_visit *visit, const char *name);

/* Calls meet for each of rows, so many of so many bytes; fails if it answers other than 0. */
void cr_tls_world_meet(void **state, const void *rows, size_t count, size_t row_bytes,
                       size_t (*meet)(const struct cr_tls_world *world, const void *row));
#define MEET(rows) \
  cr_tls_world_meet(state, rows, sizeof(rows) / sizeof((rows)[0]), sizeof((rows)[0]), meet)

#endif
