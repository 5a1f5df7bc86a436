/* SPDX-License-Identifier: MIT */
/* polite_run.c - a crawl of a polite_web, by the library, from its server.
 *
 * Names are answered by hook, so that no resolver is asked; there is no jitter, so that a delay has
 * nothing to spare.
 */
#include "polite/polite_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "crawl/crawler.h"

/* So long that a machine which leaves the crawler no CPU for seconds isn't taken for a server that
 * gave no answer: it would be asked again, rightly, and the log shows an answer. */
enum { TIMEOUT_MS = 8000, ROBOTS_MS = 20000 };

struct crawl {
  const struct cr_polite_config *config;
  struct cr_polite_run *run;
  int64_t begin_ns;
  const char *ca_file;
};

static int on_resolve(crawler *c, const char *host, uint64_t token, void *user)
{
  const struct crawl *crawl = user;
  const struct cr_polite_web *web = &crawl->run->web;
  uint32_t number = cr_polite_find(web, host);
  char text[32] = "";

  if (number < web->hosts && cr_polite_nature(web, number) != CR_POLITE_NAMELESS) {
    uint32_t address = cr_polite_address(web, number);
    (void)snprintf(text, sizeof(text), "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
                   address >> 8 & 255, address & 255);
  }
  return crawler_resolved(c, token, text, 3600 * 1000);
}

static int on_page(crawler *c, crawler_page *page, void *user)
{
  struct crawl *crawl = user;
  struct cr_polite_promise *promise = &crawl->run->promise;
  int64_t now_ns = cr_polite_now_ns();
  int64_t after_ns = crawl->config->change_after_ms * 1000000;

  (void)page;
  if (after_ns == 0 || promise->changed_ns > 0 || now_ns - crawl->begin_ns < after_ns)
    return CRAWLER_ACCEPT;
  (void)crawler_set_delay_ms(c, promise->changed_delay_ms);
  promise->changed_ns = cr_polite_now_ns(); /* what has ended until now was before it */
  return CRAWLER_ACCEPT;
}

static void set(crawler *c, const char *name, const char *value)
{
  if (crawler_set_option(c, name, value) == 0)
    return;
  (void)fprintf(stderr, "option %s is not %s\n", name, value);
  abort();
}

static void set_number(crawler *c, const char *name, int64_t value)
{
  char text[24];

  (void)snprintf(text, sizeof(text), "%lld", (long long)value);
  set(c, name, text);
}

static void set_ms(crawler *c, const char *name, int64_t ms)
{
  char text[24];

  (void)snprintf(text, sizeof(text), "%lldms", (long long)ms);
  set(c, name, text);
}

static void set_up(crawler *c, struct crawl *crawl)
{
  const struct cr_polite_config *config = crawl->config;
  const struct cr_polite_promise *promise = &config->promise;

  set_ms(c, "delay", promise->delay_ms);
  set(c, "delay_jitter", "0");
  set_number(c, "host_concurrency", promise->host_cap);
  set_number(c, "site_concurrency", promise->site_cap);
  set_number(c, "address_concurrency", promise->address_cap);
  set_number(c, "max_parks", promise->parks);
  set_number(c, "max_retries", promise->retries);
  set_ms(c, "retry_delay", promise->park_ms);
  set_ms(c, "timeout", TIMEOUT_MS);
  set_ms(c, "max_robots_time", ROBOTS_MS); /* where there never is one */
  set(c, "concurrency", config->concurrency);
  set(c, "span_hosts", "1");
  set(c, "allow_private", "127.0.0.0/8");
  set(c, "ca_file", crawl->ca_file);
  set(c, "random_seed", "1");
  for (const char *const *at = config->options; at && *at; at++) {
    char name[64] = "";
    const char *value = strchr(*at, '=');
    memcpy(name, *at, (size_t)(value - *at));
    set(c, name, value + 1);
  }
  crawler_on_resolve(c, on_resolve, crawl);
  crawler_on_page(c, on_page, crawl);
}

static void add_seed(crawler *c, const struct cr_polite_web *web, uint32_t host)
{
  char url[CR_POLITE_URL];

  cr_polite_url(web, host, 0, url);
  if (crawler_add(c, url) < 0)
    abort();
}

/* Whichever of its seeds are due are added; then the crawl goes on. */
static void drive(crawler *c, const struct crawl *crawl)
{
  uint32_t seeds = cr_polite_seeds(&crawl->run->web);
  int64_t all_ns = crawl->config->seeds_ms * 1000000;
  uint32_t added = 0;
  int err = CRAWLER_OK;

  while (err == CRAWLER_OK || added < seeds) {
    int64_t since_ns = cr_polite_now_ns() - crawl->begin_ns;
    while (added < seeds && all_ns * added <= since_ns * seeds)
      add_seed(c, &crawl->run->web, added++);
    err = crawler_step(c, added < seeds ? 1 : -1);
    if (err < 0)
      abort();
  }
}

static double cpu_seconds(void)
{
  struct rusage usage;

  (void)getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* See proc(5) for schedstat; 0 where the system doesn't say. */
static double starved_seconds(void)
{
  char line[80] = "";
  FILE *in = fopen("/proc/thread-self/schedstat", "r");

  if (in && !fgets(line, sizeof(line), in))
    line[0] = '\0';
  if (in)
    (void)fclose(in);
  const char *waited_ns = strchr(line, ' ');
  return waited_ns ? strtod(waited_ns, NULL) / 1e9 : 0;
}

struct cr_polite_config cr_polite_config(uint32_t hosts, uint32_t pages)
{
  return (struct cr_polite_config){
    .seed = 1,
    .hosts = hosts,
    .pages = pages,
    .https_percent = 50,
    .promise = {
      .delay_ms = 100,
      .host_cap = 1,
      .site_cap = 2,
      .address_cap = 4,
      .park_ms = 200,
      .parks = 6,
      .retries = 3,
      .robots_attempts = 4,
    },
    .concurrency = "64",
  };
}

struct cr_polite_run cr_polite_crawl(const struct cr_polite_config *config)
{
  struct cr_polite_run run = { .promise = config->promise };
  struct crawl crawl = { config, &run, cr_polite_now_ns(), NULL };
  struct cr_polite_server *server;
  double cpu = cpu_seconds();
  double starved = starved_seconds();
  crawler *c = crawler_new();

  if (!c)
    abort();
  run.web = (struct cr_polite_web){ .seed = config->seed,
                                    .hosts = config->hosts,
                                    .pages = config->pages,
                                    .https_percent = config->https_percent };
  server = cr_polite_server_start(&run.web, config->own_network);
  crawl.ca_file = cr_polite_server_ca_file(server);
  set_up(c, &crawl);
  drive(c, &crawl);
  run.seconds = (double)(cr_polite_now_ns() - crawl.begin_ns) / 1e9;
  run.cpu_seconds = cpu_seconds() - cpu;
  run.starved_seconds = starved_seconds() - starved;
  (void)snprintf(run.ended, sizeof(run.ended), "%s", crawler_ended(c));
  crawler_free(c);
  run.log = cr_polite_server_stop(server);
  return run;
}

void cr_polite_run_free(struct cr_polite_run *run)
{
  free(run->log.at);
}
