/* SPDX-License-Identifier: MIT */
/* fault_site.c - a site with something of everything, and whole crawls of it in which things fail.
 */
#include "support/fault_site.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "support/crawl_rig.h"
#include "support/dns_server.h"
#include "support/oom.h"
#include "support/site_server.h"
#include "support/tls_server.h"

enum {
  BIG_BYTES = 300 * 1000,
  PAGES = 10,
  CRAWL_MS = 20000,
  WAIT_MS = 300,
  CONNECT_MS = 1000,
  DNS_MS = 500
};

/* ---- the site, in the child process ---- */

struct served {
  struct cr_fault_site ports;
  char robots[256];
  char sitemap[256];
  char front[1024];
  char big[BIG_BYTES];
  char zipped[1024];
  size_t zipped_bytes;
  int flaky_requests;
};

static void zip(struct served *served)
{
  static char text[] = "<title>Zipped</title><a href=/deep>deep</a>";
  z_stream stream = { .next_in = (Bytef *)text, .avail_in = sizeof(text) - 1 };

  stream.next_out = (Bytef *)served->zipped;
  stream.avail_out = sizeof(served->zipped);
  if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK &&
      deflate(&stream, Z_FINISH) == Z_STREAM_END)
    served->zipped_bytes = stream.total_out;
  (void)deflateEnd(&stream);
}

static void write_texts(struct served *served)
{
  const struct cr_fault_site *p = &served->ports;

  (void)snprintf(served->robots, sizeof(served->robots),
                 "User-agent: *\nDisallow: /no\nSitemap: http://a.test:%d/sitemap.xml\n", p->port);
  (void)snprintf(served->sitemap, sizeof(served->sitemap),
                 "<?xml version=\"1.0\"?><urlset><url><loc>http://a.test:%d/listed</loc></url>"
                 "</urlset>",
                 p->port);
  (void)snprintf(served->front, sizeof(served->front),
                 "<title>Front</title><a href=/moved>1</a><a href=/gz>2</a><a href=/cookie>3</a>"
                 "<a href=/flaky>4</a><a href=/big>5</a><a href=/no>6</a>"
                 "<a href=http://b.test:%d/other>7</a><a href=https://a.test:%d/page>8</a>",
                 p->port, p->tls_port);
  memset(served->big, 'x', sizeof(served->big));
  zip(served);
}

static int answer(const struct cr_site_request *request, struct cr_site_page *page, void *user)
{
  struct served *served = user;
  const char *path = request->path;
  char cookie[64];

  if (strcmp(path, "/") == 0)
    page->body = served->front;
  else if (strcmp(path, "/robots.txt") == 0)
    *page =
        (struct cr_site_page){ .headers = "Content-Type: text/plain\n", .body = served->robots };
  else if (strcmp(path, "/sitemap.xml") == 0)
    *page = (struct cr_site_page){ .headers = "Content-Type: text/xml\n", .body = served->sitemap };
  else if (strcmp(path, "/moved") == 0)
    *page = (struct cr_site_page){ .status = 302, .headers = "Location: /target\n" };
  else if (strcmp(path, "/gz") == 0)
    *page = (struct cr_site_page){ .headers = "Content-Type: text/html\nContent-Encoding: gzip\n",
                                   .body = served->zipped,
                                   .bytes = served->zipped_bytes };
  else if (strcmp(path, "/cookie") == 0 &&
           !cr_site_header(request, "Cookie", cookie, sizeof(cookie)))
    *page =
        (struct cr_site_page){ .status = 302, .headers = "Location: /cookie\nSet-Cookie: a=b\n" };
  else if (strcmp(path, "/flaky") == 0 && served->flaky_requests++ % 2 == 0)
    page->status = 500;
  else if (strcmp(path, "/big") == 0)
    *page = (struct cr_site_page){ .headers = "Content-Type: text/html\n",
                                   .body = served->big,
                                   .bytes = sizeof(served->big) };
  else
    page->body = "<title>A page</title>";
  return 1;
}

static void resolve(const struct cr_dns_question *question, struct cr_dns_reply *reply, void *user)
{
  (void)user;
  if (question->type == CR_DNS_A)
    cr_dns_add_address(reply, NULL, 60, "127.0.0.1");
}

static void write_tls_robots(const struct cr_tls_server *tls, const char *text)
{
  char path[300];
  FILE *file;

  (void)snprintf(path, sizeof(path), "%s/robots.txt", tls->directory);
  if (!text) {
    (void)unlink(path);
    return;
  }
  file = fopen(path, "w");
  assert_non_null(file);
  (void)fputs(text, file);
  (void)fclose(file);
}

struct door { /* the parent's end is open as long as the site is wanted */
  struct cr_watch watch;
  bool is_closed;
};

static void on_door(struct cr_watch *watch, int events)
{
  struct door *door = CR_CONTAINER(watch, struct door, watch);

  (void)events;
  door->is_closed = true;
}

/* Answers questions for names until the parent goes. */
static void serve_names(int fd, struct cr_fault_site *ports)
{
  struct door door = { .watch = { .fd = fd, .ready = on_door } };
  struct cr_dns_server dns;
  struct cr_loop *loop = NULL;
  struct cr_mem mem;

  cr_test_mem_init(&mem);
  if (cr_loop_open_libevent(&loop, &mem, NULL) != 0 || !cr_dns_server_open(&dns, loop))
    return;
  dns.answer = resolve;
  ports->dns_port = dns.port;
  if (write(fd, ports, sizeof(*ports)) == sizeof(*ports) &&
      cr_loop_watch(loop, &door.watch, CR_LOOP_READ) == 0)
    while (!door.is_closed && cr_loop_turn(loop, -1) == 0)
      ;
  (void)cr_loop_watch(loop, &door.watch, 0);
  cr_dns_server_close(&dns);
  cr_loop_close(loop);
}

static void serve(int fd)
{
  static struct served served; /* large, and of this process alone */
  struct cr_site_server *site =
      cr_site_start(&(struct cr_site_config){ .answer = answer, .user = &served });
  struct cr_tls_server tls;

  cr_tls_server_start(&tls);
  write_tls_robots(&tls, "HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  served.ports.port = cr_site_port(site);
  served.ports.tls_port = tls.port;
  memcpy(served.ports.ca_file, tls.certificate, sizeof(served.ports.ca_file));
  write_texts(&served);
  serve_names(fd, &served.ports);
  write_tls_robots(&tls, NULL);
  cr_tls_server_stop(&tls);
  cr_site_stop(site);
  _exit(0);
}

void cr_fault_site_start(struct cr_fault_site *site)
{
  int ends[2];
  pid_t pid;
  ssize_t got;

  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  (void)fflush(NULL);
  pid = fork();
  assert_true(pid >= 0);
  if (pid == 0) {
    (void)close(ends[0]);
    serve(ends[1]);
  }
  (void)close(ends[1]);
  got = read(ends[0], site, sizeof(*site));
  site->fd = ends[0];
  site->pid = pid;
  if (got == 0) {
    cr_fault_site_stop(site);
    skip();
  }
  assert_int_equal(got, sizeof(*site));
}

void cr_fault_site_stop(struct cr_fault_site *site)
{
  (void)close(site->fd);
  assert_int_equal(waitpid(site->pid, NULL, 0), site->pid);
}

/* ---- a crawl ---- */

/* A setting that fails is told by the start. */
static void set_up(crawler *c, const struct cr_fault_crawl *crawl)
{
  char servers[32];
  char url[64];

  (void)snprintf(servers, sizeof(servers), "127.0.0.1:%d", crawl->site->dns_port);
  (void)snprintf(url, sizeof(url), "http://a.test:%d/", crawl->site->port);
  (void)crawler_set_allow_private(c, "1");
  (void)crawler_set_own_server(c, 1);
  (void)crawler_set_dns_servers(c, servers);
  (void)crawler_set_ca_file(c, crawl->site->ca_file);
  (void)crawler_set_cookies(c, 1);
  (void)crawler_set_span_hosts(c, 1);
  (void)crawler_set_workers(c, crawl->workers);
  (void)crawler_set_retry_delay_ms(c, 1);
  (void)crawler_set_dns_timeout_ms(c, DNS_MS);
  (void)crawler_set_connect_timeout_ms(c, CONNECT_MS);
  (void)crawler_set_max_idle_wait_ms(c, WAIT_MS);
  (void)crawler_set_max_time_ms(c, CRAWL_MS);
  (void)crawler_set_random_seed(c, 1);
  if (crawl->prepare)
    crawl->prepare(c, crawl->user);
  (void)crawler_add(c, url);
}

static void end_base(crawler *c, void *user)
{
  (void)c;
  (void)event_base_loopexit(user, NULL);
}

/* The base is the host's: it has what it needs, and what fails later is the crawler's. */
static int drive_by_base(crawler *c, struct event_base *base)
{
  int err = crawler_set_event_base(c, base);

  crawler_on_done(c, end_base, base);
  if (!err)
    err = crawler_start(c);
  while (!err && !*crawler_ended(c))
    if (event_base_loop(base, EVLOOP_ONCE) != 0)
      break;
  return err ? err : strcmp(crawler_ended(c), "error") == 0 ? CRAWLER_E_SYSTEM : 0;
}

static int drive(crawler *c, const struct cr_fault_crawl *crawl)
{
  crawler_page *page = NULL;
  int err;

  if (crawl->base)
    return drive_by_base(c, crawl->base);
  if (!crawl->by_thread)
    return crawler_run(c);
  err = crawler_start_thread(c);
  while (err == 0 || err == CRAWLER_AGAIN) {
    err = crawler_next(c, &page, -1);
    crawler_page_release(page);
    page = NULL;
  }
  if (err == CRAWLER_DONE && strcmp(crawler_ended(c), "error") == 0)
    return CRAWLER_E_SYSTEM; /* the number isn't told */
  return err == CRAWLER_DONE ? 0 : err;
}

/* One of the site's pages is only in its sitemap. */
static int64_t pages_found(void)
{
  return strstr(crawler_parts(), "expat") ? PAGES : PAGES - 1;
}

static int64_t stat_of(const crawler *c, crawler_stat which)
{
  return crawler_get_stat(c, which);
}

static void check_sums(const crawler *c, const char *what)
{
  int64_t urls = stat_of(c, CRAWLER_STAT_QUEUED) + stat_of(c, CRAWLER_STAT_IN_FLIGHT) +
                 stat_of(c, CRAWLER_STAT_FETCHED) + stat_of(c, CRAWLER_STAT_REDIRECTED) +
                 stat_of(c, CRAWLER_STAT_FAILED) + stat_of(c, CRAWLER_STAT_DROPPED);
  int64_t links = stat_of(c, CRAWLER_STAT_LINKS_KNOWN) + stat_of(c, CRAWLER_STAT_LINKS_REJECTED) +
                  stat_of(c, CRAWLER_STAT_LINKS_CAPPED) + stat_of(c, CRAWLER_STAT_LINKS_ADMITTED);

  if (stat_of(c, CRAWLER_STAT_ADMITTED) != urls || stat_of(c, CRAWLER_STAT_LINKS) != links ||
      stat_of(c, CRAWLER_STAT_TRANSFERS) != 0)
    fail_msg("%s: the ledgers don't hold", what);
}

static void check(const crawler *c, struct cr_fault_crawl *crawl, const char *what)
{
  const char *ended = crawler_ended(c);

  check_sums(c, what);
  /* A page that was pulled and released after a run broke ends in the next one. */
  if (stat_of(c, CRAWLER_STAT_IN_FLIGHT) != 0 && !(crawl->by_thread && crawl->err < 0))
    fail_msg("%s: something is still in flight", what);
  if (strcmp(ended, "max_time") == 0)
    fail_msg("%s: the crawl hangs", what);
  if (crawl->err < 0 && !crawl->message[0])
    fail_msg("%s: %s, and no message", what, crawler_error_name(crawl->err));
  if (crawl->err == 0 && strcmp(ended, "complete") != 0 && strcmp(ended, "waiting") != 0)
    fail_msg("%s: no error, but it ended for %s", what, ended);
  crawl->is_all = stat_of(c, CRAWLER_STAT_FETCHED) == pages_found();
  crawl->failed = stat_of(c, CRAWLER_STAT_FAILED);
  crawl->shortages = stat_of(c, CRAWLER_STAT_SHORTAGES);
}

/* Memory of the C library, with a count of the blocks that are alive. */
static void *count_malloc(size_t bytes, void *user)
{
  _Atomic int64_t *blocks = user;
  void *block = malloc(bytes);

  atomic_fetch_add(blocks, block != NULL);
  return block;
}

static void *count_realloc(void *block, size_t bytes, void *user)
{
  _Atomic int64_t *blocks = user;
  bool is_new = block == NULL;
  void *grown = realloc(block, bytes);

  atomic_fetch_add(blocks, is_new && grown);
  return grown;
}

static void count_free(void *block, void *user)
{
  _Atomic int64_t *blocks = user;

  atomic_fetch_sub(blocks, block != NULL);
  free(block);
}

static crawler *make_crawler(const struct cr_fault_crawl *crawl, _Atomic int64_t *blocks)
{
  if (crawl->malloc_fn)
    return crawler_new_with(crawl->malloc_fn, crawl->realloc_fn, crawl->free_fn, crawl->user);
  return crawler_new_with(count_malloc, count_realloc, count_free, blocks);
}

void cr_fault_crawl_run(struct cr_fault_crawl *crawl, const char *what)
{
  int descriptors = cr_count_descriptors();
  int threads = cr_count_threads();
  _Atomic int64_t blocks = 0;
  crawler *c = make_crawler(crawl, &blocks);

  crawl->err = CRAWLER_E_NOMEM;
  crawl->is_all = false;
  crawl->failed = 0;
  crawl->shortages = 0;
  crawl->message[0] = '\0';
  if (c) {
    set_up(c, crawl);
    crawl->err = drive(c, crawl);
    (void)snprintf(crawl->message, sizeof(crawl->message), "%s", crawler_errmsg(c));
    check(c, crawl, what);
    crawler_free(c);
  }
  if (atomic_load(&blocks) != 0)
    fail_msg("%s: %lld blocks of memory are left", what, (long long)atomic_load(&blocks));
  if (cr_count_descriptors() != descriptors)
    fail_msg("%s: %d descriptors, then %d", what, descriptors, cr_count_descriptors());
  if (!cr_threads_become(threads))
    fail_msg("%s: %d threads, then %d", what, threads, cr_count_threads());
}

/* ---- which of many ---- */

static uint64_t seed(void)
{
  static uint64_t chosen;
  const char *given = getenv("CR_SEED");

  if (chosen == 0) {
    chosen = given ? strtoull(given, NULL, 10) : cr_random_seed() % 1000000 + 1;
    print_message("CR_SEED=%llu\n", (unsigned long long)chosen);
  }
  return chosen;
}

int64_t cr_fault_next(int64_t at, int64_t count, int64_t at_most)
{
  const char *which = getenv("CR_FAULTS");
  struct cr_random random = { seed() + (uint64_t)at };
  int64_t step = 1;

  if (count > at_most && !(which && strcmp(which, "all") == 0))
    step = 1 + (int64_t)cr_random_below(&random, 2 * (uint64_t)count / (uint64_t)at_most);
  at += step;
  return at <= count ? at : 0;
}
