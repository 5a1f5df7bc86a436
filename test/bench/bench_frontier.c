/* SPDX-License-Identifier: MIT */
/* bench_frontier.c - what the frontier costs: bytes a URL, and nanoseconds a call.
 *
 *   bench_frontier [URLs, default 10000000] [hosts, default 100000]
 *
 * Fingerprints come from splitmix64; targets are 60 bytes. "Any host": each URL of a batch of 50
 * is another host's, at random, so that nearly every step is a cache miss; "one host": a batch is
 * one host's, like the links of a page. All in one thread; processor time, kernel included.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/random.h"
#include "crawl/crawler.h"
#include "frontier/frontier.h"
#include "frontier/seen.h"

enum { BATCH = 50, TARGET_BYTES = 60, TAKES = 64 };

static const uint64_t key_seed = 42;

struct bench {
  struct cr_mem mem;
  struct cr_frontier *f;
  uint32_t *authorities;
  size_t urls;
  size_t hosts;
};

static double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The kernel's part: giving pages of memory, above all. */
static double kernel_seconds(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec * 1e-6;
}

static uint64_t key(uint64_t n) /* the n-th fingerprint */
{
  struct cr_random random = { key_seed + n * 0x9e3779b97f4a7c15u };
  return cr_random_next(&random);
}

static void check(int ok, const char *what)
{
  if (ok)
    return;
  fprintf(stderr, "bench_frontier: %s\n", what);
  exit(1);
}

static double frontier_mb(const struct bench *b)
{
  return (double)b->mem.used[CR_MEM_FRONTIER] / 1e6;
}

/* ---- the seen-set alone ---- */

static void probe(const struct cr_seen *seen, size_t count, const char *what)
{
  struct cr_random random = { 7 };
  uint64_t fps[BATCH];
  uint8_t states[BATCH];
  size_t found = 0;
  size_t rounds = 4000000 / BATCH;
  double spent = 0;

  for (size_t r = 0; r < rounds; r++) {
    for (int i = 0; i < BATCH; i++)
      fps[i] = key(cr_random_below(&random, count));
    double start = seconds();
    cr_seen_get_all(seen, fps, BATCH, states);
    spent += seconds() - start;
    for (int i = 0; i < BATCH; i++)
      found += states[i] != 0;
  }
  printf("  %s: %.1f million/s (%zu of %zu known)\n", what, (double)(rounds * BATCH) / spent / 1e6,
         found, rounds * BATCH);
}

static void bench_seen(struct bench *b)
{
  static const size_t marks[] = { 100000, 500000, 1000000, 2000000, 5000000, 7000000, 10000000 };
  struct cr_budget budget = { &b->mem, 0 };
  struct cr_seen *seen = calloc(1, sizeof(*seen));
  double worst = 0;
  double spent = 0;
  size_t done = 0;

  check(seen != NULL, "out of memory");
  cr_seen_init(seen, &budget, 1);
  printf("seen-set alone\n");
  for (size_t m = 0; m < sizeof(marks) / sizeof(marks[0]) && marks[m] <= b->urls; m++) {
    double start = seconds();
    for (; done < marks[m]; done++) {
      check(cr_seen_put(seen, key(done), 64) == 0, "out of memory");
      double each = (double)seen->bytes / (double)seen->known;
      if (done >= marks[0] && each > worst)
        worst = each;
    }
    spent += seconds() - start;
    printf("  %8zu URLs: %5.2f bytes a URL\n", done, (double)seen->bytes / (double)seen->known);
  }
  printf("  at most %.2f bytes a URL from %zu on; insertion %.1f million/s\n", worst, marks[0],
         (double)done / spent / 1e6);
  probe(seen, done, "probes of known URLs, batches of 50");
  cr_seen_free(seen);
  free(seen);
}

/* ---- the whole frontier ---- */

static void make_authorities(struct bench *b)
{
  double start = seconds();

  b->authorities = calloc(b->hosts, sizeof(*b->authorities));
  check(b->authorities != NULL, "out of memory");
  for (size_t i = 0; i < b->hosts; i++) {
    char origin[64];
    int len = snprintf(origin, sizeof(origin), "https://www.host-%zu.example", i);
    struct cr_span name = cr_span(origin, (size_t)len);
    struct cr_span host = cr_span(origin + 8, (size_t)len - 8);
    struct cr_span site = cr_span(origin + 12, (size_t)len - 12);
    b->authorities[i] = b->f->ops->authority(b->f, name, host, site, false);
    check(b->authorities[i] != CR_NO_ID, "out of memory");
  }
  printf("authorities: %zu, %.0f ns each, %.0f bytes each with host, site and names\n", b->hosts,
         (seconds() - start) / (double)b->hosts * 1e9, frontier_mb(b) * 1e6 / (double)b->hosts);
}

static void fill_batch(const struct bench *b, struct cr_frontier_item *items, size_t first,
                       bool one_host)
{
  static char targets[BATCH][TARGET_BYTES + 1];
  struct cr_random random = { first };
  size_t host = cr_random_below(&random, b->hosts);

  memset(items, 0, BATCH * sizeof(*items));
  for (size_t i = 0; i < BATCH; i++) {
    if (!one_host)
      host = cr_random_below(&random, b->hosts);
    snprintf(targets[i], sizeof(targets[i]), "/%0*zu", TARGET_BYTES - 1, first + i);
    items[i].fp = key(first + i);
    items[i].authority = b->authorities[host];
    items[i].depth = 3;
    items[i].target = cr_span(targets[i], TARGET_BYTES);
    items[i].referrer = CR_SPAN("https://www.host-12345.example/some/page/that/links.html");
    items[i].seed = CR_SPAN("https://www.host-1.example/");
  }
}

static void bench_add(struct bench *b, size_t from, size_t to, bool one_host)
{
  struct cr_frontier_item items[BATCH];
  uint8_t verdicts[BATCH];
  double spent = 0;
  double worst = 0;
  double kernel = kernel_seconds();

  for (size_t n = from; n < to; n += BATCH) {
    fill_batch(b, items, n, one_host);
    double start = seconds();
    int err = b->f->ops->add(b->f, items, BATCH, verdicts, NULL, NULL);
    double took = seconds() - start;
    spent += took;
    worst = took > worst ? took : worst;
    check(err == CR_FRONTIER_NOW, "add failed");
    for (int i = 0; i < BATCH; i++)
      check(verdicts[i] == CR_ADD_NEW, "a URL was not new");
  }
  kernel = kernel_seconds() - kernel;
  printf("  %s, URLs %zu to %zu: %.2f million/s (%.2f without the kernel's part), slowest batch "
         "%.1f ms\n",
         one_host ? "one host" : "any host", from, to, (double)(to - from) / spent / 1e6,
         (double)(to - from) / (spent - kernel) / 1e6, worst * 1e3);
}

static void bench_lookup(struct bench *b)
{
  struct cr_random random = { 9 };
  uint64_t fps[BATCH];
  uint8_t states[BATCH];
  size_t rounds = 4000000 / BATCH;
  double spent = 0;

  for (size_t r = 0; r < rounds; r++) {
    for (int i = 0; i < BATCH; i++)
      fps[i] = key(cr_random_below(&random, b->urls));
    double start = seconds();
    (void)b->f->ops->lookup(b->f, fps, BATCH, states);
    spent += seconds() - start;
    check(CR_SEEN_CLASS(states[0]) != CR_SEEN_UNKNOWN, "a URL was forgotten");
  }
  printf("lookup of known URLs, batches of 50: %.1f million/s\n",
         (double)(rounds * BATCH) / spent / 1e6);
}

static void finish_task(struct bench *b, const struct cr_task *task, int64_t now_ms)
{
  struct cr_host_update update = { .host = task->host,
                                   .fields = CR_HOST_RELEASE | CR_HOST_NEXT_OK,
                                   .next_ok_ms = now_ms + 1000,
                                   .lease = task->lease };
  struct cr_finish fin = { .lease = task->lease, .kind = CR_FINISH_DONE };

  check(b->f->ops->host_update(b->f, &update, now_ms) == 0, "host_update failed");
  check(b->f->ops->finish(b->f, &fin, now_ms) == 0, "finish failed");
}

/* Every host sleeps a second after each URL. */
static void bench_take(struct bench *b, size_t count)
{
  struct cr_task tasks[TAKES];
  int64_t now_ms = 1;
  int64_t due_ms = 0;
  size_t taken = 0;
  double start = seconds();

  while (taken < count) {
    struct cr_take want = { now_ms, TAKES, TAKES, TAKES, TAKES, TAKES };
    size_t n = 0;
    check(b->f->ops->take(b->f, &want, tasks, &n, &due_ms, NULL, NULL) == 0, "take failed");
    for (size_t i = 0; i < n; i++)
      finish_task(b, &tasks[i], now_ms);
    taken += n;
    if (n == 0) {
      check(due_ms != CR_NEVER, "the frontier ran dry");
      now_ms = due_ms;
    } else if (taken % 4096 < TAKES) {
      now_ms++;
    }
  }
  printf("take + host_update(release, next_ok) + finish: %.2f us a URL (%zu URLs, %lld ms of "
         "crawl)\n",
         (seconds() - start) / (double)taken * 1e6, taken, (long long)now_ms);
}

static void bench_frontier(struct bench *b)
{
  struct cr_frontier_config config = {
    .mem = &b->mem, .seed = 5, .host_cap = 1, .site_cap = 2, .address_cap = 4
  };
  size_t step = b->urls / 4 / BATCH * BATCH;

  check(cr_frontier_memory_open(&b->f, &config) == 0, "out of memory");
  printf("empty frontier: %.1f KB\n", frontier_mb(b) * 1e3);
  make_authorities(b);
  double before = frontier_mb(b);
  printf("add, batches of 50\n");
  for (size_t n = 0; n + step <= b->urls; n += step)
    bench_add(b, n, n + step, n / step % 4 == 3);
  struct cr_frontier_stats stats;
  b->f->ops->stats(b->f, &stats);
  printf("memory of %lld queued URLs of %d bytes: %.1f bytes each, %.2f of them seen-set\n",
         (long long)stats.queued, TARGET_BYTES,
         (frontier_mb(b) - before) * 1e6 / (double)stats.queued,
         (double)stats.seen_bytes / (double)stats.known);
  b->urls = (size_t)stats.queued;
  bench_lookup(b);
  bench_take(b, b->urls / 4);
  double start = seconds();
  b->f->ops->close(b->f);
  printf("close: %.2f s\n", seconds() - start);
}

int main(int argc, char **argv)
{
  struct bench b = { .urls = 10000000, .hosts = 100000 };

  if (argc > 1)
    b.urls = strtoull(argv[1], NULL, 10);
  if (argc > 2)
    b.hosts = strtoull(argv[2], NULL, 10);
  check(b.urls >= 1000 && b.hosts >= 1, "at least 1000 URLs and 1 host");
  cr_mem_init(&b.mem, NULL, NULL, NULL, NULL);
  bench_seen(&b);
  bench_frontier(&b);
  free(b.authorities);
  check(b.mem.blocks == 0, "memory leaks");
  return 0;
}
