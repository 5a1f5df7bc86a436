/* SPDX-License-Identifier: MIT */
/* test_max_memory.c - a site with more URLs than max_memory has room for, held against its model.
 *
 *   build/test/crawl/test_max_memory [PAGES MAX_MEMORY]
 *
 * Pages of 200 KB with 50 links whose paths have 60 bytes, from a server in a process of its own.
 * The model knows each page's links, so it can tell which pages were offered and refused. With
 * arguments (as in `make test-memory`) the site is of that size, and the frontier's share is its
 * default; without, the share is small, so that it is spent soon.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "crawl/crawler.h"
#include "support/rss.h"

enum { LINKS = 50, PATH_BYTES = 60, PAGE_BYTES = 200000, LARGE_PAGE_BYTES = 3000000 };

struct site {
  uint32_t pages;
  size_t page_bytes;
  uint8_t *asked; /* how often, of each page; shared with the server */
  char *filler;
  int port;
  pid_t server;
};

static uint32_t link_of(const struct site *site, uint32_t page, uint32_t i)
{
  uint64_t pair = (uint64_t)page << 32 | i;

  return (uint32_t)(cr_hash64(&pair, sizeof(pair), 7) % site->pages);
}

static void write_path(char path[PATH_BYTES + 1], uint32_t page)
{
  (void)snprintf(path, PATH_BYTES + 1, "/%08x/%050x", (unsigned)page, (unsigned)page);
}

/* ---- the server ---- */

static void answer_page(const struct site *site, struct evhttp_request *request, uint32_t page)
{
  struct evbuffer *body = evbuffer_new();
  char path[PATH_BYTES + 1];

  if (!body)
    _exit(2);
  for (uint32_t i = 0; i < LINKS; i++) {
    write_path(path, link_of(site, page, i));
    evbuffer_add_printf(body, "<a href=\"%s\">a</a>\n", path);
  }
  size_t bytes = evbuffer_get_length(body);
  evbuffer_add_reference(body, site->filler, site->page_bytes - bytes, NULL, NULL);
  evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", "text/html");
  evhttp_send_reply(request, 200, "OK", body);
  evbuffer_free(body);
}

static void answer(struct evhttp_request *request, void *arg)
{
  const struct site *site = arg;
  char *end = NULL;
  const char *path = evhttp_request_get_uri(request);
  unsigned long page = strtoul(path + 1, &end, 16);

  if (strlen(path) != PATH_BYTES || *end != '/' || page >= site->pages) {
    evhttp_send_error(request, 404, NULL);
    return;
  }
  site->asked[page] += site->asked[page] < UINT8_MAX;
  answer_page(site, request, (uint32_t)page);
}

static void serve(struct site *site, evutil_socket_t fd)
{
  struct event_base *base = event_base_new();
  struct evhttp *http = base ? evhttp_new(base) : NULL;

  (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nothing behind */
  if (!http || evhttp_accept_socket(http, fd) != 0)
    _exit(2);
  evhttp_set_gencb(http, answer, site);
  event_base_dispatch(base);
  _exit(0);
}

/* A port of 127.0.0.1 that is listened on. */
static int listen_on(int *port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t bytes = sizeof(address);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

  assert_true(fd >= 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
  assert_int_equal(listen(fd, 256), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
  *port = ntohs(address.sin_port);
  return fd;
}

static void start_site(struct site *site, uint32_t pages, size_t page_bytes)
{
  int fd = listen_on(&site->port);

  site->pages = pages;
  site->page_bytes = page_bytes;
  site->filler = malloc(page_bytes);
  assert_non_null(site->filler);
  for (size_t i = 0; i < page_bytes; i++)
    site->filler[i] = "<p>words of a page, \n"[i % 21];
  site->asked = mmap(NULL, pages, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  assert_true(site->asked != MAP_FAILED);
  site->server = fork();
  assert_true(site->server >= 0);
  if (site->server == 0)
    serve(site, fd);
  (void)close(fd);
}

static void stop_site(struct site *site)
{
  assert_int_equal(kill(site->server, SIGKILL), 0);
  assert_int_equal(waitpid(site->server, NULL, 0), site->server);
  assert_int_equal(munmap(site->asked, site->pages), 0);
  free(site->filler);
}

/* ---- the crawl ---- */

static crawler *crawl(const struct site *site, const char *max_memory, const char *max_frontier)
{
  const char *const options[][2] = {
    { "own_server", "1" },    { "allow_private", "127.0.0.1" }, { "max_memory", max_memory },
    { "trap_pages", "none" }, { "max_frontier", max_frontier }, { "trap_aliases", "0" },
  };
  char url[128];
  char path[PATH_BYTES + 1];
  crawler *c = crawler_new();

  assert_non_null(c);
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
    assert_int_equal(crawler_set_option(c, options[i][0], options[i][1]), CRAWLER_OK);
  write_path(path, 0);
  (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", site->port, path);
  assert_int_equal(crawler_add(c, url), CRAWLER_OK);
  assert_int_equal(crawler_run(c), CRAWLER_OK);
  return c;
}

struct model {
  int64_t fetched;
  int64_t links;   /* of all that were fetched */
  int64_t refused; /* those that lead to pages which were not */
};

/* Each page that was fetched offered all its links: what it offered and wasn't fetched was refused
 * each time. The rest no page that was fetched leads to. */
static struct model model_of(const struct site *site)
{
  struct model model = { 0 };

  for (uint32_t page = 0; page < site->pages; page++) {
    if (site->asked[page] == 0)
      continue;
    assert_int_equal(site->asked[page], 1);
    model.fetched++;
    for (uint32_t i = 0; i < LINKS; i++)
      model.refused += site->asked[link_of(site, page, i)] == 0;
    model.links += LINKS;
  }
  return model;
}

static void check_ledger(crawler *c, const struct model *model)
{
  crawler_stats *stats = NULL;

  assert_int_equal(crawler_get_stats(c, &stats), CRAWLER_OK);
  int64_t capped = crawler_stats_links(stats, CRAWLER_CAPPED_MEMORY);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_FETCHED), model->fetched);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS), model->links);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS_ADMITTED), model->fetched - 1);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS_CAPPED), capped);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS_REJECTED), 0);
  assert_int_equal(crawler_stats_get(stats, CRAWLER_STAT_LINKS_KNOWN) + capped + model->fetched - 1,
                   model->links);
  assert_true(capped >= model->refused); /* more: refused, and taken when they were found again */
  assert_string_equal(crawler_ended(c), "complete");
  assert_false(crawler_is_complete(c));
  crawler_stats_free(stats);
}

static void hold(uint32_t pages, const char *max_memory, const char *max_frontier, int64_t bytes)
{
  struct site site;

  start_site(&site, pages, PAGE_BYTES);
  for (uint32_t i = 0; i < pages; i += 4096) /* else what the model touches counted */
    assert_int_equal(((volatile uint8_t *)site.asked)[i], 0);
  cr_rss_forget_peak();
  int64_t before = cr_rss_bytes();
  crawler *c = crawl(&site, max_memory, max_frontier);
  int64_t peak = cr_rss_peak_bytes() - before;
  struct model model = model_of(&site);

  print_message("%lld of %u pages, %lld links to others refused; %.1f MB at most, %.2f of %s; "
                "%lld put off\n",
                (long long)model.fetched, (unsigned)pages, (long long)model.refused,
                (double)peak / 1048576, (double)peak / (double)bytes, max_memory,
                (long long)crawler_get_stat(c, CRAWLER_STAT_PUT_OFF));
  check_ledger(c, &model);
  assert_true(model.refused > 0);
  assert_true(!CR_RSS_COUNTS || peak <= bytes + bytes / 4);
  crawler_free(c);
  stop_site(&site);
}

static void a_crawl_keeps_to_its_memory_and_counts_what_it_refuses(void **state)
{
  (void)state;
  hold(20000, "32M", "300k", 32 << 20);
}

/* 64 of them at once would take 200 MB. */
static void large_pages_that_nobody_expects_give_way_to_each_other(void **state)
{
  struct site site;
  (void)state;

  start_site(&site, 200, LARGE_PAGE_BYTES);
  cr_rss_forget_peak();
  int64_t before = cr_rss_bytes();
  crawler *c = crawl(&site, "32M", "1M");
  int64_t peak = cr_rss_peak_bytes() - before;

  print_message("%.1f MB at most; %lld put off\n", (double)peak / 1048576,
                (long long)crawler_get_stat(c, CRAWLER_STAT_PUT_OFF));
  assert_true(crawler_get_stat(c, CRAWLER_STAT_PUT_OFF) > 0);
  assert_int_equal(crawler_get_stat(c, CRAWLER_STAT_FETCHED), 200);
  assert_int_equal(crawler_get_stat(c, CRAWLER_STAT_RETRIES), 0);
  assert_true(crawler_is_complete(c));
  assert_true(!CR_RSS_COUNTS || peak <= 40 << 20);
  crawler_free(c);
  stop_site(&site);
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_crawl_keeps_to_its_memory_and_counts_what_it_refuses),
    cmocka_unit_test(large_pages_that_nobody_expects_give_way_to_each_other),
  };

  if (argc == 3) {
    hold((uint32_t)strtoul(argv[1], NULL, 10), argv[2], "none", strtoll(argv[2], NULL, 10) << 20);
    return 0;
  }
  return cmocka_run_group_tests_name("max_memory", tests, NULL, NULL);
}
