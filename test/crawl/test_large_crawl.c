/* SPDX-License-Identifier: MIT */
/* test_large_crawl.c - a million URLs on a hundred thousand hosts, verified against a model.
 *
 *   build/test/crawl/test_large_crawl [PAGES HOSTS [MOMENTS]]
 *
 * With arguments (as in `make sim-large`) it crawls a web of that size and says what that cost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "sim/sim_large.h"
#include "support/valgrind.h"

static double cpu_seconds(void)
{
  struct timespec now;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of the crawler's memory, seen-set and queues only; both at the fullest moment. */
static void print_cost(const struct cr_sim_large *large, double seconds)
{
  const struct cr_sim_census *census = &large->census;
  struct cr_frontier_stats stats;
  struct rusage usage;

  large->sim.s->frontier->ops->stats(large->sim.s->frontier, &stats);
  getrusage(RUSAGE_SELF, &usage);
  printf("%lld URLs on %lld hosts, %lld links: %.1f s, %.0f URLs/s, %lld turns\n",
         (long long)census->offered, (long long)stats.hosts,
         (long long)large->sim.s->ledger.links.links, seconds, (double)census->offered / seconds,
         (long long)large->turns);
  printf("memory: crawler %lld MB at most, %.0f bytes/URL; seen-set %.1f bytes/URL; model %lld MB; "
         "process %ld MB\n",
         (long long)large->most_bytes >> 20, (double)large->most_bytes / (double)census->offered,
         (double)stats.seen_bytes / (double)stats.known, (long long)cr_mem_used(&large->mem) >> 20,
         usage.ru_maxrss >> 10);
  printf(
      "%lld fetched, %lld redirected, %lld failed, %lld dropped; %lld s of virtual time; "
      "longest wait at a queue's head %lld s, may be %lld s; %lld retries timed; %lld parks, %lld "
      "exchanges under a Crawl-delay; %lld moments\n",
      (long long)census->by_outcome[CRAWLER_FETCHED],
      (long long)census->by_outcome[CRAWLER_REDIRECTED],
      (long long)census->by_outcome[CRAWLER_FAILED], (long long)census->by_outcome[CRAWLER_DROPPED],
      (long long)large->sim.loop->clock_ms / 1000, (long long)large->places.waited_ms / 1000,
      (long long)large->max_wait_ms / 1000, (long long)census->retries_seen,
      (long long)large->sim.net.police.parks, (long long)large->sim.net.police.delays_asked,
      (long long)large->places.walks);
}

static void print_moment(const struct cr_sim_large *large)
{
  const struct cr_sim_places *at = &large->places;
  struct cr_frontier_stats stats;

  large->sim.s->frontier->ops->stats(large->sim.s->frontier, &stats);
  printf("%.0f s: %lld known, %lld queued, %lld MB; hosts: %lld ready, %lld asleep, %lld at their "
         "robots.txt, %lld at a lease\n",
         cpu_seconds(), (long long)stats.known, (long long)stats.queued,
         (long long)cr_mem_used(&large->sim.crawl_mem) >> 20, (long long)at->ready,
         (long long)at->wheel, (long long)at->robots, (long long)at->leased);
  (void)fflush(stdout); /* hours may pass */
}

static const char *crawl(uint32_t pages, uint32_t hosts, int moments)
{
  struct cr_sim_large *large = calloc(1, sizeof(*large));
  const char *wrong;
  double began = cpu_seconds();

  assert_non_null(large);
  cr_sim_large_init(large, 1, hosts, pages);
  large->on_moment = print_moment;
  cr_sim_large_open(large);
  wrong = cr_sim_large_run(large, moments);
  print_cost(large, cpu_seconds() - began);
  if (wrong)
    printf("wrong: %s\n", wrong);
  assert_true(large->census.retries_seen > 0 && large->places.walks > 5);
  assert_true(large->sim.net.police.delays_asked > 0 && large->sim.net.police.parks > 0);
  cr_sim_large_close(large);
  free(large);
  return wrong;
}

/* So much less under what takes so much longer. */
static uint32_t less(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 10;
#endif
  return cr_under_valgrind() ? 50 : 1;
}

static void a_million_urls_end_as_the_model_says(void **state)
{
  (void)state;
  assert_null(crawl(1100000 / less(), 100000 / less(), 20));
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_million_urls_end_as_the_model_says),
  };

  if (argc > 2)
    return crawl((uint32_t)strtoul(argv[1], NULL, 10), (uint32_t)strtoul(argv[2], NULL, 10),
                 argc > 3 ? (int)strtoul(argv[3], NULL, 10) : 10) != NULL;
  return cmocka_run_group_tests_name("large crawl", tests, NULL, NULL);
}
