/* SPDX-License-Identifier: MIT */
/* tls_world.c - issuers of certificates, and a file of the one to trust, for a group of tests.
 */
#include "support/tls_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

int cr_tls_world_begin(void **state)
{
  struct cr_tls_world *world = calloc(1, sizeof(*world));
  const char *tmp = getenv("TMPDIR");

  assert_non_null(world);
  world->pool = cr_cert_pool_new();
  (void)snprintf(world->ca_file, sizeof(world->ca_file), "%s/crawl-ca-XXXXXX",
                 tmp ? tmp : P_tmpdir);
  int fd = mkstemp(world->ca_file);
  assert_true(fd >= 0);
  (void)close(fd);
  cr_cert_pool_write(world->pool, world->ca_file);
  *state = world;
  return 0;
}

int cr_tls_world_end(void **state)
{
  struct cr_tls_world *world = *state;

  (void)unlink(world->ca_file);
  cr_cert_pool_free(world->pool);
  free(world);
  return 0;
}

void cr_tls_world_trust(const struct cr_tls_world *world, crawler *c)
{
  assert_int_equal(crawler_set_resolve(c, "a.test:*:127.0.0.1"), 0);
  assert_int_equal(crawler_set_ca_file(c, world->ca_file), 0);
}
