/* SPDX-License-Identifier: MIT */
/* bench_hosts.c - a crawl of many hosts: what a request costs where nearly each is another host's.
 *
 *   bench_hosts [-c CONNECTIONS] [-w WORKERS] [-n HOSTS] [-p PAGES] [-a CA_FILE] [-l] [-o FILE]
 *               [-d PORT]... [-r SERVERS [-x]] [-S NAME=VALUE]... PORT
 *
 * One server on loopback has the same site for each of them (many_hosts.h); so many pages are
 * fetched of each, and its robots.txt. -a: by https. -l: hosts are named by their addresses. -o:
 * all URLs that were asked for, in the order in which they ended, for limit_cells. -d: of every
 * twenty hosts one is dead, at these ports in turn. -r: these name servers are asked for the
 * addresses; -x: of every twenty hosts one has a name that they don't answer for, dN.example. -S:
 * any option. idle_MB is the memory before anything is in flight. A second line says how long turns
 * of the loop took.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/many_hosts.h"
#include "bench/usage.h"
#include "crawl/crawler.h"

enum { ONE_DEAD_OF = 20, DEAD_PORTS = 4 };

struct bench {
  FILE *list; /* or NULL */
  uint32_t hosts;
  const char *pages;
  const char *port;
  const char *dead_ports[DEAD_PORTS];
  uint32_t dead_port_count;
  const char *name_servers; /* "": addresses are computed */
  bool has_dead_names;
  bool is_tls;
  bool by_address;
};

static void die(const crawler *c, const char *what)
{
  (void)fprintf(stderr, "bench_hosts: %s: %s\n", what, crawler_errmsg(c));
  exit(1);
}

static int resolve(crawler *c, const char *host, uint64_t token, void *user)
{
  char address[CR_MANY_HOSTS_NAME];

  (void)user;
  cr_many_hosts_address(cr_many_hosts_number(host), address);
  return crawler_resolved(c, token, address, (int64_t)24 * 60 * 60 * 1000);
}

static void write_url(crawler *c, const crawler_request *req, crawler_outcome outcome,
                      crawler_reason reason, const crawler_page *page, void *user)
{
  struct bench *bench = user;

  (void)c;
  (void)reason;
  (void)page;
  if (outcome == CRAWLER_FETCHED || outcome == CRAWLER_REDIRECTED)
    (void)fprintf(bench->list, "%s\n", crawler_request_url(req));
}

static void set(crawler *c, const char *name, const char *value)
{
  if (crawler_set_option(c, name, value) < 0)
    die(c, name);
}

static crawler *open_crawler(struct bench *bench)
{
  crawler *c = crawler_new();

  if (!c)
    exit(1);
  set(c, "delay", "0");
  set(c, "allow_private", "1");
  set(c, "links", "a");
  set(c, "max_pages_per_host", bench->pages);
  set(c, "dns_servers", bench->name_servers);
  if (!*bench->name_servers)
    crawler_on_resolve(c, resolve, NULL);
  if (bench->list)
    crawler_on_outcome(c, write_url, bench);
  return c;
}

static const char *port_of(const struct bench *bench, uint32_t number)
{
  if (bench->dead_port_count == 0 || number % ONE_DEAD_OF != 0)
    return bench->port;
  return bench->dead_ports[number / ONE_DEAD_OF % bench->dead_port_count];
}

static void name_host(const struct bench *bench, uint32_t number, char name[CR_MANY_HOSTS_NAME])
{
  if (bench->has_dead_names && number % ONE_DEAD_OF == 0)
    (void)snprintf(name, CR_MANY_HOSTS_NAME, "d%u.example", (unsigned)number);
  else if (bench->by_address)
    cr_many_hosts_address(number, name);
  else
    cr_many_hosts_name(number, name);
}

static void add_hosts(crawler *c, const struct bench *bench)
{
  char name[CR_MANY_HOSTS_NAME];
  char url[2 * CR_MANY_HOSTS_NAME];

  for (uint32_t i = 0; i < bench->hosts; i++) {
    name_host(bench, i, name);
    (void)snprintf(url, sizeof(url), "%s://%s:%s/", bench->is_tls ? "https" : "http", name,
                   port_of(bench, i));
    if (crawler_add(c, url) < 0)
      die(c, url);
  }
}

static void report(const crawler *c, double idle_mb, double wall)
{
  int64_t requests = crawler_get_stat(c, CRAWLER_STAT_ATTEMPTS);

  printf("requests=%" PRId64 " pages=%" PRId64 " failed=%" PRId64 " MB=%.1f connects=%" PRId64,
         requests, crawler_get_stat(c, CRAWLER_STAT_FETCHED),
         crawler_get_stat(c, CRAWLER_STAT_FAILED),
         (double)crawler_get_stat(c, CRAWLER_STAT_BODY_BYTES) / 1e6,
         crawler_get_stat(c, CRAWLER_STAT_CONNECTIONS));
  printf(" idle_MB=%.1f", idle_mb);
  cr_usage_print(cr_usage_now(), wall, (double)requests, "request");
  printf("turns of the loop: median %.3f ms, p99 %.2f, p99.9 %.2f, longest %.1f\n",
         (double)crawler_get_stat(c, CRAWLER_STAT_TURN_P50_US) / 1e3,
         (double)crawler_get_stat(c, CRAWLER_STAT_TURN_P99_US) / 1e3,
         (double)crawler_get_stat(c, CRAWLER_STAT_TURN_P999_US) / 1e3,
         (double)crawler_get_stat(c, CRAWLER_STAT_TURN_MAX_US) / 1e3);
}

int main(int argc, char **argv)
{
  struct bench bench = { .hosts = 10000, .pages = "10", .name_servers = "" };
  const char *connections = "1000";
  const char *workers = "0";
  const char *ca_file = "";
  const char *list = NULL;
  char *options[16];
  size_t count = 0;
  int opt;

  while ((opt = getopt(argc, argv, "c:w:n:p:a:lo:d:r:xS:")) != -1) {
    switch (opt) {
    case 'c':
      connections = optarg;
      break;
    case 'w':
      workers = optarg;
      break;
    case 'n':
      bench.hosts = (uint32_t)strtoul(optarg, NULL, 10);
      break;
    case 'p':
      bench.pages = optarg;
      break;
    case 'a':
      ca_file = optarg;
      break;
    case 'l':
      bench.by_address = true;
      break;
    case 'o':
      list = optarg;
      break;
    case 'd':
      if (bench.dead_port_count < DEAD_PORTS)
        bench.dead_ports[bench.dead_port_count++] = optarg;
      break;
    case 'r':
      bench.name_servers = optarg;
      break;
    case 'x':
      bench.has_dead_names = true;
      break;
    case 'S':
      if (count < sizeof(options) / sizeof(options[0]) && strchr(optarg, '='))
        options[count++] = optarg;
      break;
    default:
      return 2;
    }
  }
  if (optind + 1 != argc)
    return 2;
  bench.port = argv[optind];
  bench.is_tls = *ca_file != '\0';
  bench.list = list ? fopen(list, "w") : NULL;
  if (list && !bench.list)
    return 1;
  crawler *c = open_crawler(&bench);
  set(c, "concurrency", connections);
  set(c, "workers", workers);
  set(c, "ca_file", ca_file);
  for (size_t i = 0; i < count; i++) {
    char *value = strchr(options[i], '=');
    *value = '\0';
    set(c, options[i], value + 1);
  }
  add_hosts(c, &bench);
  double idle_mb = cr_usage_resident_mb();
  double began = cr_usage_clock();
  if (crawler_run(c) < 0)
    die(c, "crawler_run");
  report(c, idle_mb, cr_usage_clock() - began);
  crawler_free(c);
  return bench.list && fclose(bench.list) != 0;
}
