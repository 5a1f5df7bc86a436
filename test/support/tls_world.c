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

#include "base/clock.h"
#include "support/hostile_rig.h"
#include "support/valgrind.h"

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

void cr_tls_world_open(const struct cr_tls_world *world, struct cr_crawl_rig *rig,
                       const char *options)
{
  cr_hostile_open(rig, options);
  cr_tls_world_trust(world, rig->c);
}

void cr_tls_visit_begin(struct cr_tls_visit *visit)
{
  visit->descriptors = cr_count_descriptors();
  visit->threads = cr_count_threads();
}

void cr_tls_visit_crawl(struct cr_tls_visit *visit, const struct cr_tls_world *world, int port,
                        const char *options, int http2)
{
  char url[64];

  visit->began_ms = cr_clock_mono_ms();
  (void)snprintf(url, sizeof(url), "https://a.test:%d/", port);
  cr_tls_world_open(world, &visit->rig, options);
  assert_int_equal(crawler_set_http2(visit->rig.c, http2), 0);
  cr_crawl_add(&visit->rig, url);
  assert_int_equal(cr_crawl_drive(&visit->rig), 0);
  visit->end = cr_crawl_end_of(&visit->rig, url);
  visit->attempts = cr_crawl_stat(&visit->rig, CRAWLER_STAT_ATTEMPTS);
}

void cr_tls_visit_close(struct cr_tls_visit *visit, int64_t most_ms)
{
  assert_in_range(cr_clock_mono_ms() - visit->began_ms, 0, cr_patient_ms(most_ms));
  cr_crawl_check(&visit->rig);
  cr_crawl_close(&visit->rig);
}

void cr_tls_visit_end(const struct cr_tls_visit *visit)
{
  assert_int_equal(cr_count_descriptors(), visit->descriptors);
  assert_true(cr_threads_become(visit->threads));
}

void cr_tls_visit_print(const struct cr_tls_visit *visit, const char *name)
{
  const struct cr_crawl_end *end = visit->end;

  print_error("%s: %s %s %d, %lld requests\n", name,
              end ? crawler_outcome_name(end->outcome) : "no outcome",
              end && end->reason ? crawler_reason_name(end->reason) : "", end ? end->status : 0,
              (long long)visit->attempts);
}

void cr_tls_world_meet(void **state, const void *rows, size_t count, size_t row_bytes,
                       size_t (*meet)(const struct cr_tls_world *world, const void *row))
{
  size_t wrong = 0;

  for (size_t i = 0; i < count; i++)
    wrong += meet(*state, (const char *)rows + i * row_bytes);
  if (wrong > 0)
    fail_msg("%zu of %zu rows differ", wrong, count);
}
