/* SPDX-License-Identifier: MIT */
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
  struct cr_polite_finding found = cr_polite_check(&run->web, &run->log, &run->promise);

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
    cmocka_unit_test(the_checker_sees_each_planted_fault),
  };

  return cmocka_run_group_tests_name("polite crawl", tests, crawl, forget);
}
