/* SPDX-License-Identifier: MIT */
/* LDLIBS: -lssl -lcrypto */
/* bench_polite.c - the proof of politeness, large, and what it costs in time.
 *
 *   bench_polite [HOSTS [PAGES]]
 *
 * A crawl of 10,000 hosts on loopback, judged by the server's log (polite/polite_check.h), and of
 * hosts that share nothing with others how much later than it might have been each request came
 * while more was queued: at most 5 ms at the median and 50 ms at the 99th percentile, with less
 * than half of the CPU in use. Exit status 1: a promise was broken, or it took longer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "polite/polite_run.h"

enum { HOSTS = 10000, PAGES = 16 };

static bool is_conserving(const struct cr_polite_run *run, const struct cr_polite_finding *found)
{
  double load = run->cpu_seconds / run->seconds / (double)sysconf(_SC_NPROCESSORS_ONLN);
  double median_ms = (double)cr_polite_late_at(found, 500) / 1e6;
  double late_ms = (double)cr_polite_late_at(found, 990) / 1e6;

  (void)printf("%zu requests in %.0f s, %.0f%% of the CPU\n", run->log.len, run->seconds,
               100 * load);
  (void)printf("later than due: p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms of %zu\n", median_ms,
               late_ms, (double)cr_polite_late_at(found, 999) / 1e6, found->late_count);
  if (load > 0.5)
    (void)printf("too much load to judge that\n");
  return load > 0.5 || (median_ms <= 5 && late_ms <= 50);
}

int main(int argc, char **argv)
{
  uint32_t hosts = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : HOSTS;
  uint32_t pages = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : PAGES;
  struct cr_polite_config config = cr_polite_config(hosts, pages);
  static const char *const options[] = { "max_retry_after=30s", NULL }; /* so that it ends soon */
  bool ok;

  config.options = options;
  config.own_network = cr_polite_own_network();
  config.concurrency = "1000";
  config.https_percent = 8; /* of thousands of requests a second, few are handshakes */
  config.seeds_ms = 6000;
  config.promise.delay_ms = 5000;
  config.promise.changed_delay_ms = 5500;
  config.change_after_ms = 30000;
  struct cr_polite_run run = cr_polite_crawl(&config);
  struct cr_polite_finding found = cr_polite_check(&run.web, &run.log, &run.promise);
  (void)printf(
      "%u hosts, %zu pages, ended: %s; %zu faults; the closest gap had %.3f ms to spare\n%s", hosts,
      found.answered, run.ended, found.all, (double)found.least_spare_ns / 1e6, found.what);
  ok = is_conserving(&run, &found) && found.all == 0;
  cr_polite_finding_free(&found);
  cr_polite_run_free(&run);
  return ok ? 0 : 1;
}
