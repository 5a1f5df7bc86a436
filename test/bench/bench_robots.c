/* SPDX-License-Identifier: MIT */
/* bench_robots.c - what robots.txt and politeness cost a request, among a million known hosts.
 *
 *   bench_robots [hosts, default 1000000] [checks a round, default 500000]
 *
 * Each host has a file of its own: half of them 6 rules, four in ten 20, one in ten 60, paths of 5
 * to 40 bytes, a tenth with a '*'. A request is of a host at random, so that nearly every step is a
 * cache miss: authority, facts, rules (cr_robots_check), the host's delay, and when it may be asked
 * again. Targets have 20 to 60 bytes. Then one host's file over and over, which is in the cache.
 * Medians of 9 rounds; all in one thread, processor time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "frontier/frontier.h"
#include "robots/robots.h"
#include "schedule/politeness.h"

enum { ROUNDS = 9, TARGETS = 4096, ORIGIN_BYTES = 64 };

struct facts { /* as the engine keeps them with an authority */
  struct cr_robots *rules;
  int64_t read_ms, fresh_until_ms, spent_ms;
};

struct bench {
  struct cr_mem mem;
  struct cr_frontier *f;
  struct cr_random random;
  uint32_t *authorities;
  int64_t *delays_ms; /* of the hosts */
  size_t hosts;
  size_t text_bytes, rules_bytes;
  char targets[TARGETS][64];
};

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void check(int ok, const char *what)
{
  if (ok)
    return;
  fprintf(stderr, "bench_robots: %s\n", what);
  exit(1);
}

static const char *const words[] = { "admin", "search", "cgi-bin",   "wp-content", "user",   "api",
                                     "cart",  "print",  "index.php", "tmp",        "account" };
#define WORDS (sizeof(words) / sizeof(words[0]))

static size_t write_path(struct bench *b, char *out, size_t room, int parts)
{
  size_t len = 0;

  for (int i = 0; i < parts; i++)
    len +=
        (size_t)snprintf(out + len, room - len, "/%s%u", words[cr_random_below(&b->random, WORDS)],
                         (unsigned)cr_random_below(&b->random, 20));
  return len;
}

static size_t write_file(struct bench *b, char *out, size_t room)
{
  uint64_t draw = cr_random_below(&b->random, 10);
  int rules = draw < 5 ? 6 : draw < 9 ? 20 : 60;
  size_t len = (size_t)snprintf(out, room, "User-agent: *\nCrawl-delay: %u\n", (unsigned)draw);

  for (int i = 0; i < rules; i++) {
    const char *field = cr_random_below(&b->random, 6) == 0 ? "Allow: " : "Disallow: ";
    len += (size_t)snprintf(out + len, room - len, "%s", field);
    len += write_path(b, out + len, room - len, 1 + (int)cr_random_below(&b->random, 3));
    len += (size_t)snprintf(out + len, room - len, "%s\n",
                            cr_random_below(&b->random, 10) == 0 ? "/*.pdf" : "/");
  }
  return len;
}

static void add_host(struct bench *b, size_t i)
{
  char text[8192];
  char origin[ORIGIN_BYTES];
  int len = snprintf(origin, sizeof(origin), "https://www.host-%zu.example", i);
  struct cr_span host = cr_span(origin + 8, (size_t)len - 8);
  struct facts *facts = cr_zalloc(&b->mem, CR_MEM_CORE, sizeof(*facts));

  check(facts != NULL, "out of memory");
  size_t bytes = write_file(b, text, sizeof(text));
  check(cr_robots_parse(&facts->rules, &b->mem, cr_span(text, bytes), CR_SPAN("bench")) == 0,
        "out of memory");
  facts->fresh_until_ms = INT64_MAX;
  b->text_bytes += bytes;
  b->rules_bytes += cr_robots_bytes(facts->rules);
  b->delays_ms[i] = cr_robots_delay_ms(facts->rules);
  b->authorities[i] =
      b->f->ops->authority(b->f, cr_span(origin, (size_t)len), host, cr_span_from(host, 4), false);
  check(b->authorities[i] != CR_NO_ID, "out of memory");
  b->f->ops->set_facts(b->f, b->authorities[i], facts);
}

/* What a request costs before it leaves; the sum is what keeps the compiler from leaving it out. */
static int64_t judge(struct bench *b, size_t host, const char *target)
{
  const struct facts *facts = b->f->ops->facts(b->f, b->authorities[host]);
  struct cr_politeness p = { .delay_ms = 1000, .jitter_percent = 20 };
  bool allowed =
      facts->fresh_until_ms > 0 && cr_robots_check(facts->rules, cr_span_text(target)).allowed;

  if (b->delays_ms[host] > p.delay_ms)
    p.delay_ms = b->delays_ms[host];
  return cr_politeness_next_ok(&p, 0, cr_random_next(&b->random)) + allowed;
}

static int compare(const void *a, const void *b)
{
  double x = *(const double *)a;
  double y = *(const double *)b;

  return x < y ? -1 : x > y;
}

static double median_ns(struct bench *b, size_t hosts, size_t checks)
{
  double each[ROUNDS];
  volatile int64_t sum = 0;

  for (int round = 0; round < ROUNDS; round++) {
    double start = seconds();
    for (size_t i = 0; i < checks; i++)
      sum += judge(b, cr_random_below(&b->random, hosts), b->targets[i % TARGETS]);
    each[round] = (seconds() - start) / (double)checks * 1e9;
  }
  qsort(each, ROUNDS, sizeof(each[0]), compare);
  return each[ROUNDS / 2];
}

static void free_facts(void *facts, void *user)
{
  struct bench *b = user;
  struct facts *f = facts;

  if (f)
    cr_robots_free(f->rules);
  cr_free(&b->mem, f);
}

int main(int argc, char **argv)
{
  static struct bench b;
  size_t checks = argc > 2 ? strtoul(argv[2], NULL, 10) : 500000;

  b.hosts = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
  check(b.hosts > 0 && checks > 0, "usage: bench_robots [hosts] [checks]");
  cr_mem_init(&b.mem, NULL, NULL, NULL, NULL);
  const struct cr_frontier_config config = {
    .mem = &b.mem, .seed = 1, .free_facts = free_facts, .user = &b
  };
  check(cr_frontier_memory_open(&b.f, &config) == 0, "out of memory");
  b.authorities = calloc(b.hosts, sizeof(*b.authorities));
  b.delays_ms = calloc(b.hosts, sizeof(*b.delays_ms));
  check(b.authorities && b.delays_ms, "out of memory");
  for (size_t i = 0; i < TARGETS; i++)
    (void)write_path(&b, b.targets[i], sizeof(b.targets[i]),
                     2 + (int)cr_random_below(&b.random, 3));
  for (size_t i = 0; i < b.hosts; i++)
    add_host(&b, i);
  printf("%zu hosts: %.0f bytes of robots.txt each, %.2f times that when parsed\n", b.hosts,
         (double)b.text_bytes / (double)b.hosts, (double)b.rules_bytes / (double)b.text_bytes);
  printf("robots match + policy: %.0f ns a request of any host, %.0f ns of one\n",
         median_ns(&b, b.hosts, checks), median_ns(&b, 1, checks));
  b.f->ops->close(b.f);
  free(b.authorities);
  free(b.delays_ms);
  return 0;
}
