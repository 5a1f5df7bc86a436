/* SPDX-License-Identifier: MIT */
/* bench_start.c - what a crawler costs that does nothing.
 *
 *   bench_start [ROUNDS]
 *
 * crawler_new() and crawler_free() of one that isn't started: median and worst of ROUNDS (1000) in
 * microseconds. Then two that are, with workers 0, nothing in flight and no TLS: what starting
 * takes, and how much more resident memory the process has, of the first with the other libraries'
 * set-up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crawl/crawler.h"
#include "support/rss.h"

enum { ROUNDS = 1000, ROUNDS_MOST = 1000000 };

static double microseconds(void)
{
  struct timespec now;

  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;

  return left < right ? -1 : left > right;
}

static void bench_new(int rounds)
{
  double *took = malloc((size_t)rounds * sizeof(*took));

  if (!took)
    exit(1);
  for (int i = 0; i < rounds; i++) {
    double began = microseconds();
    crawler_free(crawler_new());
    took[i] = microseconds() - began;
  }
  qsort(took, (size_t)rounds, sizeof(*took), compare);
  printf("new and free: %.1f us, at most %.1f\n", took[rounds / 2], took[rounds - 1]);
  free(took);
}

static crawler *bench_start(const char *which)
{
  int64_t rss = cr_rss_bytes();
  double began = microseconds();
  crawler *c = crawler_new();

  if (!c || crawler_set_workers(c, 0) != 0 || crawler_set_keep_open(c, 1) != 0 ||
      crawler_step(c, 0) != CRAWLER_OK)
    exit(1);
  printf(
      "%s new and started: %.1f us, %lld KB of resident memory, %lld KB of it the crawler's own\n",
      which, microseconds() - began, (long long)(cr_rss_bytes() - rss) / 1024,
      (long long)crawler_get_stat(c, CRAWLER_STAT_MEMORY_BYTES) / 1024);
  return c;
}

int main(int argc, char **argv)
{
  int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : ROUNDS;

  if (rounds < 1 || rounds > ROUNDS_MOST)
    return 2;
  crawler *first = bench_start("first");
  crawler *second = bench_start("second");

  crawler_free(first);
  crawler_free(second);
  bench_new(rounds);
  return 0;
}
