/* SPDX-License-Identifier: MIT */
/* LDLIBS: -lssl -lcrypto */
/* test_polite_options.c - the checker sees a crawler that keeps less than what was promised.
 *
 * Real crawls, each in a process of its own and with one option that breaks the promise. They wait
 * most of the time, and some run side by side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "polite/polite_run.h"
#include "support/valgrind.h"

static const struct {
  const char *option; /* NULL: as promised */
  enum cr_polite_fault fault;
  const char *more; /* another option: an end where the crawl would go on for long */
} rows[] = {
  { NULL, CR_POLITE_FAULTS, NULL },
  { "host_concurrency=4", CR_POLITE_HOST_CAP, NULL },
  { NULL, CR_POLITE_FAULTS, NULL },
  { "delay=95ms", CR_POLITE_TOO_SOON, NULL },
  { "max_crawl_delay=200ms", CR_POLITE_TOO_SOON, NULL },
  { "obey_robots=0", CR_POLITE_FORBIDDEN, "max_time=15s" },
  { "obey_robots=0", CR_POLITE_UNJUDGED, "max_time=15s" },
  { "own_server=1", CR_POLITE_HOST_CAP, "max_time=15s" },
  { "host_concurrency=2", CR_POLITE_HOST_CAP, NULL },
  { "site_concurrency=3", CR_POLITE_SITE_CAP, NULL },
  { "address_concurrency=5", CR_POLITE_ADDRESS_CAP, NULL },
  { "max_retries=4", CR_POLITE_TOO_OFTEN, NULL },
  { "retry_delay=150ms", CR_POLITE_IN_PARK, NULL },
  { "max_retry_after=1s", CR_POLITE_IN_PARK, NULL },
  { "max_parks=7", CR_POLITE_GIVEN_UP, NULL },
  { "max_depth=1", CR_POLITE_MISSED, NULL },
  { "ca_file=", CR_POLITE_MISSED, NULL }, /* the system's, who don't know ours */
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
enum { AT_ONCE = 9 }; /* more would wait for the machine, and time out, where a sanitizer is slow */
enum { CROWDED = 2 }; /* the first rows: several at once are promised, and no delay */

static struct cr_polite_config config_of(size_t row)
{
  struct cr_polite_config config = cr_polite_config(160, 10);

  if (row < CROWDED) {
    config.promise.delay_ms = 0;
    config.promise.host_cap = 3;
    config.promise.site_cap = 5;
    config.promise.address_cap = 7;
  }
  return config;
}

enum verdict { AS_IT_SHOULD, OTHERWISE, STARVED };

/* What the checker finds. A machine that lets the crawl wait for long makes it miss what it waits
 * for itself, an answer's time among others. */
static enum verdict crawl(size_t row)
{
  struct cr_polite_config config = config_of(row);
  const char *options[] = { rows[row].option, rows[row].more, NULL };

  config.own_network = cr_polite_own_network();
  config.options = options;
  struct cr_polite_run run = cr_polite_crawl(&config);
  struct cr_polite_finding found = cr_polite_check(&run.web, &run.log, &run.promise);
  bool ok = rows[row].option ? found.faults[rows[row].fault] > 0 : found.all == 0;
  if (!ok)
    (void)fprintf(stderr, "%s: %zu faults, %.1f s starved\n%s",
                  rows[row].option ? rows[row].option : "as promised", found.all,
                  run.starved_seconds, found.what);
  enum verdict verdict = ok ? AS_IT_SHOULD : run.starved_seconds > 2 ? STARVED : OTHERWISE;
  cr_polite_finding_free(&found);
  cr_polite_run_free(&run);
  return verdict;
}

/* In a child process: 0 if the checker finds what it should. Some options only allow what then has
 * to happen: it may not, the first time. */
static int crawl_until_shown(size_t row)
{
  enum verdict verdict = crawl(row);

  for (int again = 0; again < 3; again++)
    if (verdict == STARVED || (verdict == OTHERWISE && rows[row].option))
      verdict = crawl(row);
  return verdict == AS_IT_SHOULD ? 0 : 1;
}

static pid_t begin(size_t row)
{
  pid_t child = fork();

  if (child == 0)
    _exit(crawl_until_shown(row));
  assert_true(child > 0);
  return child;
}

static void an_option_that_breaks_a_promise_shows_in_the_log(void **state)
{
  size_t begun = 0;
  int bad = 0;
  (void)state;

  if (cr_under_valgrind())
    skip(); /* the log is of times */

  (void)fflush(NULL);
  for (size_t ended = 0; ended < ROWS; ended++) {
    for (; begun < ROWS && begun - ended < AT_ONCE; begun++)
      (void)begin(begun);
    int status = 0;
    assert_true(wait(&status) > 0);
    bad += status != 0;
  }
  assert_int_equal(bad, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_option_that_breaks_a_promise_shows_in_the_log),
  };

  return cmocka_run_group_tests_name("polite options", tests, NULL, NULL);
}
