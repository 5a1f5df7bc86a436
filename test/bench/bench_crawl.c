/* SPDX-License-Identifier: MIT */
/* bench_crawl.c - what a page costs beyond fetching it and parsing its HTML.
 *
 *   bench_crawl record FILE URL   crawls with the real parser and writes down each page's raw hrefs
 *   bench_crawl replay FILE URL   crawls again with a parser that only looks them up
 *   bench_crawl real - URL        crawls with the real parser and writes nothing
 *
 * What replay costs above the fetch-only loop (limit.c, mode K) is the library's own share: URLs,
 * seen-test, queues, schedule, ledgers. Prints one line like limit's. -w N workers, -c N
 * connections, -o the lines that the command prints.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/crawler_impl.h"
#include "base/hash.h"
#include "bench/usage.h"

#include "../../examples/command/output.h"

/* Of one page; its links follow, each a byte of flags and the NUL-terminated href. */
struct record {
  uint64_t url;
  uint32_t link_count;
  uint32_t bytes; /* of the hrefs with their NULs, without the flags */
};

static struct {
  FILE *out;
  char *file;           /* what was recorded, whole */
  size_t *cells;        /* 1 + offset in file; 0: free */
  struct cr_usage load; /* what reading it took */
  struct output output;
} bench;

#define CELLS ((size_t)1 << 17)

static uint64_t url_hash(struct cr_parse *p)
{
  const struct cr_visit *v = CR_CONTAINER(p, struct cr_visit, parse);

  return cr_hash64(v->page.req.url, v->page.req.url_bytes, 0) | 1;
}

/* ---- record ---- */

static void parse_and_record(struct cr_parse *p, void *user)
{
  struct record r = { .url = url_hash(p) };

  cr_parse_run(p, user);
  r.link_count = p->link_count;
  for (uint32_t i = 0; i < p->link_count; i++)
    r.bytes += p->links[i].href_bytes + 1;
  flockfile(bench.out); /* one page's record is whole, whichever workers write */
  fwrite(&r, sizeof(r), 1, bench.out);
  for (uint32_t i = 0; i < p->link_count; i++) {
    fputc(p->links[i].flags, bench.out);
    fwrite(p->links[i].href, p->links[i].href_bytes + 1, 1, bench.out);
  }
  funlockfile(bench.out);
}

/* ---- replay ---- */

static struct record record_at(size_t cell)
{
  struct record r = { 0 };

  if (cell)
    memcpy(&r, bench.file + cell - 1, sizeof(r));
  return r;
}

static size_t *cell_of(uint64_t url)
{
  size_t at = (size_t)url & (CELLS - 1);

  while (bench.cells[at] && record_at(bench.cells[at]).url != url)
    at = (at + 1) & (CELLS - 1);
  return &bench.cells[at];
}

static int load(const char *path)
{
  FILE *f = fopen(path, "rb");
  long size;

  if (!f || fseek(f, 0, SEEK_END) != 0)
    return -1;
  size = ftell(f);
  rewind(f);
  bench.file = malloc((size_t)size);
  bench.cells = calloc(CELLS, sizeof(*bench.cells));
  if (!bench.file || !bench.cells || fread(bench.file, 1, (size_t)size, f) != (size_t)size)
    return -1;
  fclose(f);
  for (size_t at = 0; at < (size_t)size;) {
    struct record r = record_at(at + 1);

    *cell_of(r.url) = at + 1;
    at += sizeof(r) + r.bytes + r.link_count;
  }
  return 0;
}

static void look_up(struct cr_parse *p, void *user)
{
  size_t cell = *cell_of(url_hash(p));
  struct record r = record_at(cell);
  const char *at = bench.file + cell - 1 + sizeof(r);

  (void)user;
  if (!cell) {
    fputs("bench_crawl: a page that isn't recorded\n", stderr);
    exit(1);
  }
  p->body = p->wire;
  p->mime = "text/html";
  p->charset = "utf-8";
  p->is_html = true;
  if (p->link_kinds == 0 || r.link_count == 0)
    return;
  p->links = cr_arena_alloc(p->keep, r.link_count * sizeof(*p->links));
  if (!p->links)
    exit(1);
  p->link_count = r.link_count;
  for (uint32_t i = 0; i < r.link_count; i++) {
    struct crawler_link *link = &p->links[i];

    *link = (struct crawler_link){ .kind = CRAWLER_LINK_A, .flags = (uint8_t)*at++, .href = at };
    link->href_bytes = (uint32_t)strlen(at);
    at += link->href_bytes + 1;
  }
}

/* ---- main ---- */

static void load_and_account(const char *path)
{
  struct cr_usage begin = cr_usage_now();

  if (load(path) < 0)
    exit(1);
  bench.load = cr_usage_minus(cr_usage_now(), begin);
}

/* Of the whole process, without what loading the recorded links took. */
static void report(crawler *c, const char *mode, double wall)
{
  struct cr_usage use = cr_usage_minus(cr_usage_now(), bench.load);
  int64_t pages = crawler_get_stat(c, CRAWLER_STAT_FETCHED);

  printf("mode=%s ok=%" PRId64 " bad=%" PRId64 " MB=%.1f links=%" PRId64 " connects=%" PRId64
         " allocs/page=%.2f",
         mode, pages, crawler_get_stat(c, CRAWLER_STAT_FAILED),
         (double)crawler_get_stat(c, CRAWLER_STAT_BODY_BYTES) / 1e6,
         crawler_get_stat(c, CRAWLER_STAT_LINKS), crawler_get_stat(c, CRAWLER_STAT_CONNECTIONS),
         (double)atomic_load(&c->home->mem.calls) / (double)pages);
  cr_usage_print(use, wall, (double)pages, "page");
}

static crawler *make(const char *url, const char *connections, const char *workers)
{
  crawler *c = crawler_new();

  if (!c)
    exit(1);
  crawler_set_option(c, "own_server", "1");
  crawler_set_option(c, "obey_robots", "0");
  crawler_set_option(c, "allow_private", "1");
  crawler_set_option(c, "links", "a");
  crawler_set_option(c, "concurrency", connections);
  crawler_set_option(c, "workers", workers);
  if (crawler_add(c, url) < 0)
    exit(2);
  return c;
}

static void choose_parser(crawler *c, const char *mode, const char *file)
{
  if (strcmp(mode, "record") == 0) {
    bench.out = fopen(file, "wb");
    c->shard.env.parser = parse_and_record;
    if (!bench.out)
      exit(1);
  } else if (strcmp(mode, "replay") == 0) {
    load_and_account(file);
    c->shard.env.parser = look_up;
  }
}

int main(int argc, char **argv)
{
  const char *connections = "64";
  const char *workers = "0";
  bool output = false;
  const char *mode;
  crawler *c;
  double wall;
  int opt;

  while ((opt = getopt(argc, argv, "c:ow:")) != -1) {
    if (opt == 'c')
      connections = optarg;
    else if (opt == 'w')
      workers = optarg;
    else if (opt == 'o')
      output = true;
    else
      return 2;
  }
  if (argc - optind < 3)
    return 2;
  mode = argv[optind];
  c = make(argv[optind + 2], connections, workers);
  choose_parser(c, mode, argv[optind + 1]);
  bench.output.c = c;
  if (output && output_open(&bench.output) < 0)
    return 1;
  wall = cr_usage_clock();
  if (crawler_run(c) < 0) {
    fprintf(stderr, "bench_crawl: %s\n", crawler_errmsg(c));
    return 1;
  }
  report(c, mode, cr_usage_clock() - wall);
  if (bench.out && fclose(bench.out) != 0)
    return 1;
  crawler_free(c);
  return 0;
}
