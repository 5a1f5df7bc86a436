/* SPDX-License-Identifier: MIT */
/* LDLIBS: -lssl -lcrypto */
/* test_polite_crawl.c - the proof of politeness, small: a real crawl, judged by its server's log.
 *
 * `make soak` runs a larger one, and says how much later than due requests came (bench_polite.c).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "polite/polite_faults.h"
#include "polite/polite_run.h"
#include "support/valgrind.h"

static int crawl(void **state)
{
  static struct cr_polite_run run;
  struct cr_polite_config config = cr_polite_config(300, 12);

  config.own_network = cr_polite_own_network();
  config.promise.changed_delay_ms = 150;
  config.change_after_ms = 1500;
  run = cr_polite_crawl(&config);
  *state = &run;
  return 0;
}

static int forget(void **state)
{
  cr_polite_run_free(*state);
  return 0;
}

static void a_crawl_keeps_all_that_it_promises(void **state)
{
  const struct cr_polite_run *run = *state;
  struct cr_polite_finding found;

  if (cr_under_valgrind())
    skip(); /* answers come too late for the crawl, and are asked for again */
  found = cr_polite_check(&run->web, &run->log, &run->promise);
  print_message("%zu requests in %.1f s; later than due: p50 %.1f ms, p99 %.1f ms of %zu\n",
                run->log.len, run->seconds, (double)cr_polite_late_at(&found, 500) / 1e6,
                (double)cr_polite_late_at(&found, 990) / 1e6, found.late_count);
  if (found.all > 0)
    fail_msg("%zu faults:\n%s", found.all, found.what);
  assert_string_equal(run->ended, "complete");
  assert_true(run->promise.changed_ns > 0);
  assert_true(found.answered > 1000);
  assert_true(found.late_count > 100);
  cr_polite_finding_free(&found);
}

/* What a record shows of the mix. */
enum sight {
  A_429 = 1 << 0,
  A_503 = 1 << 1,
  WITH_RETRY_AFTER = 1 << 2,
  WITHOUT_RETRY_AFTER = 1 << 3,
  DROPPED = 1 << 4,
  CUT = 1 << 5, /* the client's patience has ended */
  SLOW = 1 << 6,
  BY_HTTPS = 1 << 7,
  ROBOTS_BY_HTTPS = 1 << 8,
  NO_HTTPS = 1 << 9, /* only with port 443 */
  EVERYTHING = (1 << 10) - 1
};

static unsigned sights_of(const struct cr_polite_record *r)
{
  bool refused = r->page >= 0 && (r->status == 429 || r->status == 503);
  bool robots = r->page == CR_POLITE_ROBOTS && r->secure;

  return (refused && r->status == 429 ? A_429 : 0u) | (refused && r->status == 503 ? A_503 : 0u) |
         (refused && r->until_ns > 0 ? WITH_RETRY_AFTER : 0u) |
         (refused && r->until_ns == 0 ? WITHOUT_RETRY_AFTER : 0u) |
         (r->status == CR_POLITE_DROPPED ? DROPPED : 0u) | (r->status == CR_POLITE_CUT ? CUT : 0u) |
         (r->written_ns - r->read_ns > 100 * 1000000 ? SLOW : 0u) |
         (r->page >= 0 && r->secure ? BY_HTTPS : 0u) | (robots ? ROBOTS_BY_HTTPS : 0u) |
         (r->page == CR_POLITE_HELLO ? NO_HTTPS : 0u);
}

static bool is_never_heard(enum cr_polite_nature nature)
{
  return nature == CR_POLITE_CLOSED || nature == CR_POLITE_SILENT || nature == CR_POLITE_NAMELESS;
}

/* A proof of what never came would be none. */
static void hosts_and_answers_of_every_kind_were_there(void **state)
{
  const struct cr_polite_run *run = *state;
  struct cr_polite_finding found = cr_polite_check(&run->web, &run->log, &run->promise);
  bool has_443 = run->web.tls_port == 443;
  unsigned seen = has_443 ? 0 : NO_HTTPS;
  size_t natures[CR_POLITE_UNREACHABLE + 1] = { 0 };
  size_t schemes[CR_POLITE_TWIN + 1] = { 0 };

  for (size_t i = 0; i < run->log.len; i++) {
    seen |= sights_of(&run->log.at[i]);
    natures[cr_polite_nature(&run->web, run->log.at[i].host)]++;
    schemes[cr_polite_schemes(&run->web, run->log.at[i].host)]++;
  }
  assert_int_equal(seen, EVERYTHING);
  for (uint32_t host = 0; host < run->web.hosts; host++)
    natures[cr_polite_nature(&run->web, host)] += is_never_heard(cr_polite_nature(&run->web, host));
  for (size_t i = 0; i <= CR_POLITE_UNREACHABLE; i++)
    assert_true(natures[i] > 0);
  for (size_t i = 0; i <= CR_POLITE_TWIN; i++)
    assert_true(schemes[i] > 0 || (!has_443 && i >= CR_POLITE_BOTH));
  assert_int_equal(found.most_at_host, 1); /* more in test_polite_options.c */
  assert_int_equal(found.most_at_site, run->promise.site_cap);
  assert_int_equal(found.most_at_address, run->promise.address_cap);
  cr_polite_finding_free(&found);
}

static void the_checker_sees_each_planted_fault(void **state)
{
  const struct cr_polite_run *run = *state;
  const struct cr_polite_scene scene = { &run->web, &run->promise, run->log };

  for (size_t i = 0; i < cr_polite_plant_count; i++) {
    const struct cr_polite_plant *plant = &cr_polite_plants[i];
    struct cr_polite_log log;
    if (!cr_polite_plant(plant, &scene, &log))
      fail_msg("no place for %s", plant->what);
    struct cr_polite_finding found = cr_polite_check(&run->web, &log, &run->promise);
    if (found.faults[plant->fault] == 0)
      fail_msg("%s was not seen, but:\n%s", plant->what, found.what);
    cr_polite_finding_free(&found);
    free(log.at);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_crawl_keeps_all_that_it_promises),
    cmocka_unit_test(hosts_and_answers_of_every_kind_were_there),
    cmocka_unit_test(the_checker_sees_each_planted_fault),
  };

  return cmocka_run_group_tests_name("polite crawl", tests, crawl, forget);
}
