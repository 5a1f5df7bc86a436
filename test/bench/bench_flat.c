/* SPDX-License-Identifier: MIT */
/* bench_flat.c - does a page cost more instructions the more hosts and URLs are known?
 *
 *   valgrind --tool=callgrind --instr-atstart=no bench_flat HOSTS URLS PAGES   (test/bench/flat.sh)
 *
 * A simulated crawl: so many URLs are queued, on so many hosts in turn, then PAGES pages of them
 * are fetched, and only that is counted. Each page has ten links, five that are known and five that
 * are new. Without robots.txt, delays and HTML, so that what is left is the engine.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <valgrind/callgrind.h>

#include "base/random.h"
#include "sim/sim_crawl.h"

enum { LINKS = 10, WARM = 1000 };

struct flat {
  struct cr_sim_world world; /* first */
  struct cr_random random;
  unsigned hosts;
  unsigned urls;
  unsigned made;
};

static void name_url(const struct flat *flat, unsigned number, char out[64])
{
  (void)snprintf(out, 64, "http://h%u.example/%u/page.html", number % flat->hosts,
                 number / flat->hosts);
}

static void answer(const struct cr_sim_world *world, const struct cr_sim_request *request,
                   struct cr_sim_answer *out)
{
  struct flat *flat = (struct flat *)(void *)(uintptr_t)world;
  unsigned host = 0;
  char url[64];

  (void)sscanf(request->url.at, "http://h%u", &host);
  (void)snprintf(out->address, sizeof(out->address), "198.51.100.%u-h", host);
  out->head_ms = 10;
  cr_sim_head_begin(out, 200, "text/html");
  cr_sim_head_end(out);
  for (int i = 0; i < LINKS; i++) {
    unsigned known = (unsigned)(cr_random_next(&flat->random) % flat->urls);
    name_url(flat, i % 2 == 0 ? known : flat->urls + flat->made++, url);
    (void)cr_buf_add(&out->body, "<a href=\"", 9);
    (void)cr_buf_add(&out->body, url, strlen(url));
    (void)cr_buf_add(&out->body, "\">", 2);
  }
}

static void step_to(struct cr_sim *sim, int64_t fetched)
{
  while (crawler_get_stat(sim->c, CRAWLER_STAT_FETCHED) < fetched)
    if (crawler_step(sim->c, -1) < 0)
      exit(1);
}

int main(int argc, char **argv)
{
  struct flat flat = { .world = { answer, cr_sim_site_links } };
  long pages = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
  struct cr_sim sim;
  char url[64];

  if (pages < 1 || strtoul(argv[1], NULL, 10) == 0 || strtoul(argv[2], NULL, 10) == 0) {
    (void)fprintf(stderr, "usage: bench_flat HOSTS URLS PAGES\n");
    return 2;
  }
  flat.random = (struct cr_random){ 1 };
  flat.hosts = (unsigned)strtoul(argv[1], NULL, 10);
  flat.urls = (unsigned)strtoul(argv[2], NULL, 10);
  cr_sim_open(&sim, &(struct cr_sim_config){ .world = &flat.world });
  cr_sim_set(&sim, "concurrency", "100");
  cr_sim_set(&sim, "host_concurrency", "100");
  cr_sim_set(&sim, "site_concurrency", "0");
  cr_sim_set(&sim, "address_concurrency", "0");
  cr_sim_set(&sim, "delay", "0");
  cr_sim_set(&sim, "obey_robots", "0");
  for (unsigned i = 0; i < flat.urls; i++) {
    name_url(&flat, i, url);
    if (crawler_add(sim.c, url) < 0)
      return 1;
  }
  step_to(&sim, WARM);
  CALLGRIND_START_INSTRUMENTATION;
  step_to(&sim, WARM + pages);
  CALLGRIND_STOP_INSTRUMENTATION;
  printf("%u hosts, %u URLs known, %ld pages\n", flat.hosts, flat.urls, pages);
  return 0; /* the process ends here: nothing of it is kept */
}
