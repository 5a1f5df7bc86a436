/* SPDX-License-Identifier: MIT */
/* NEEDS: cares */
/* No packet leaves for an address that is refused, whatever leads there.
 *
 * LDLIBS: -ldl
 *
 * Real crawls in a network of the test's own, in which every address is a web server (own_net.h,
 * every_host.h). Each row is a host; a site leads to it in each way of way_site.h. What is counted:
 * connections at the servers, calls of connect(), sendto() and sendmsg() in this process (which
 * these functions here take the place of), and connections that the kernel says were begun.
 */
#include <dlfcn.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/socket.h>

#include "crawl/crawler.h"
#include "support/crawl_rig.h"
#include "support/every_host.h"
#include "support/host_rows.h"
#include "support/own_net.h"
#include "support/requests.h"
#include "support/way_site.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define EXPORTED __attribute__((visibility("default")))

/* ---- what this process asks of the system ---- */

enum { CALLS = 65536 };

static struct call {
  struct cr_address to;
  int port;
  bool is_tcp;
} calls[CALLS];
static atomic_size_t call_count;
static atomic_llong clock_ahead_ms; /* of the system's: time passes when the test says so */

static void count_call(int fd, const struct sockaddr *to)
{
  const struct sockaddr_in *v4 = (const void *)to;
  const struct sockaddr_in6 *v6 = (const void *)to;
  struct call call = { .to.family = 0 };
  socklen_t len = sizeof(int);
  int type = 0;

  if (to && to->sa_family == AF_INET) {
    call.to.family = 4;
    memcpy(call.to.bytes, &v4->sin_addr, 4);
    call.port = ntohs(v4->sin_port);
  } else if (to && to->sa_family == AF_INET6) {
    call.to.family = 6;
    memcpy(call.to.bytes, &v6->sin6_addr, 16);
    call.port = ntohs(v6->sin6_port);
  } else {
    return; /* not of IP */
  }
  (void)getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
  call.is_tcp = type == SOCK_STREAM;
  size_t at = atomic_fetch_add(&call_count, 1);
  if (at < CALLS)
    calls[at] = call;
}

/* The next one of that name: the C library's, or a sanitizer's. */
static void *real(const char *name)
{
  void *function = dlsym(RTLD_NEXT, name);

  if (!function)
    abort();
  return function;
}

/* By other names in C, for the C library declares them with types that nobody else may use. */
EXPORTED int counted_connect(int fd, const struct sockaddr *to, socklen_t len) __asm__("connect");
EXPORTED ssize_t counted_sendto(int fd, const void *data, size_t bytes, int flags,
                                const struct sockaddr *to, socklen_t len) __asm__("sendto");

int counted_connect(int fd, const struct sockaddr *to, socklen_t len)
{
  int (*call)(int, const struct sockaddr *, socklen_t);

  *(void **)&call = real("connect");
  count_call(fd, to);
  return call(fd, to, len);
}

ssize_t counted_sendto(int fd, const void *data, size_t bytes, int flags, const struct sockaddr *to,
                       socklen_t len)
{
  ssize_t (*call)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);

  *(void **)&call = real("sendto");
  count_call(fd, to);
  return call(fd, data, bytes, flags, to, len);
}

EXPORTED ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
  ssize_t (*call)(int, const struct msghdr *, int);

  *(void **)&call = real("sendmsg");
  count_call(fd, message->msg_name);
  return call(fd, message, flags);
}

EXPORTED int clock_gettime(clockid_t id, struct timespec *t)
{
  int (*call)(clockid_t, struct timespec *);
  long long ahead_ms = atomic_load(&clock_ahead_ms);

  *(void **)&call = real("clock_gettime");
  int bad = call(id, t);
  if (bad == 0 && id != CLOCK_THREAD_CPUTIME_ID && id != CLOCK_PROCESS_CPUTIME_ID)
    t->tv_sec += (time_t)(ahead_ms / 1000);
  return bad;
}

/* ---- rows ---- */

static struct cr_host_row rows[CR_HOST_ROWS];
static size_t row_count;
static struct cr_every_host *hosts;
static const char *why_not; /* this machine can't do it; NULL: it can */

/* ---- crawls ---- */

static bool read_way(const char *url, size_t *way, unsigned *row)
{
  const char *path = strstr(url, "/w-");

  return path && cr_way_site_read(path, way, row) && *row < row_count;
}

static void on_outcome(crawler *c, const crawler_request *req, crawler_outcome outcome,
                       crawler_reason reason, const crawler_page *page, void *user)
{
  unsigned row;
  size_t way;
  (void)c;
  (void)page;
  (void)user;

  if (!read_way(crawler_request_url(req), &way, &row))
    return;
  if (outcome == CRAWLER_FAILED && reason == CRAWLER_FAILED_ADDRESS)
    rows[row].failed |= UINT64_C(1) << way;
}

static const char *url_of(const char *way, size_t row)
{
  static char url[256];

  (void)snprintf(url, sizeof(url), "http://%s/w-%s-%zu", rows[row].host, way, row);
  return url;
}

/* What a stranger's page might make a host add. */
static int on_page(crawler *c, crawler_page *page, void *user)
{
  crawler_request *req = crawler_page_request(page);
  const char *url = crawler_request_url(req);
  size_t row = strtoul(url + 7, NULL, 10);
  size_t len = strlen(url);
  crawler_request *requisite;
  (void)user;

  if (len < 11 || strcmp(url + len - 11, ".ways.test/") != 0 || row >= row_count)
    return 0;
  (void)crawler_add(c, url_of("stranger", row)); /* some are no URLs */
  (void)crawler_add_from(c, req, url_of("add-from", row));
  (void)crawler_add_sitemap(c, url_of("added-sitemap", row));
  requisite = cr_request_of(c, url_of("added-requisite", row));
  if (requisite) {
    (void)crawler_request_set_kind(requisite, CRAWLER_KIND_REQUISITE);
    (void)crawler_submit(c, requisite);
  }
  return 0;
}

static void open_crawler(struct cr_crawl_rig *rig, const char *allow_private,
                         const char *obey_robots)
{
  const char *const options[][2] = {
    { "dns_servers", cr_every_host_dns(hosts) },
    { "allow_private", allow_private },
    { "obey_robots", obey_robots },
    { "own_server", "1" },
    { "span_hosts", "1" },
    { "links", "all" },
    { "requisites", "1" },
    { "refresh_redirects", "1" },
    { "obey_canonical", "1" },
    { "trap_pages", "-1" },
    { "trap_aliases", "0" },
    { "max_retries", "0" },
    { "retry_delay", "0" },
    { "connect_timeout", "1s" },
  };

  cr_crawl_open(rig, CR_WAY_ANY);
  for (size_t i = 0; i < COUNT(options); i++)
    if (crawler_set_option(rig->c, options[i][0], options[i][1]) != 0)
      fail_msg("%s", crawler_errmsg(rig->c));
  crawler_on_outcome(rig->c, on_outcome, NULL);
}

static void forget(void)
{
  for (size_t i = 0; i < row_count; i++)
    rows[i].failed = rows[i].seen = 0;
  atomic_store(&call_count, 0);
  cr_every_host_forget(hosts);
}

static void add_seeds(crawler *c, size_t row)
{
  crawler_request *post;
  char url[512];

  cr_way_site_url(url, sizeof(url), (unsigned)row, rows[row].host, "ways.test");
  assert_int_equal(crawler_add(c, url), 0);
  cr_way_site_url(url, sizeof(url), (unsigned)row, rows[row].host, "rr.test");
  assert_int_equal(crawler_add(c, url), 0);
  assert_int_equal(crawler_add(c, url_of("seed", row)) == 0, rows[row].fate != CR_HOST_INVALID);
  post = cr_request_of(c, url_of("post", row));
  if (post) {
    assert_int_equal(crawler_request_set_body(post, "x", 1, "text/plain"), 0);
    assert_int_equal(crawler_submit(c, post), 0);
  }
}

static void note_visits(void)
{
  size_t count;
  const struct cr_every_visit *visits = cr_every_host_visits(hosts, &count);

  for (size_t i = 0; i < count; i++) {
    unsigned row;
    size_t way;
    if (read_way(visits[i].path, &way, &row))
      rows[row].seen |= UINT64_C(1) << way;
  }
}

/* Everything leads to each row in every way. */
static void crawl(const char *allow_private, const char *obey_robots)
{
  struct cr_crawl_rig rig;

  open_crawler(&rig, allow_private, obey_robots);
  crawler_on_page(rig.c, on_page, NULL);
  forget();
  for (size_t i = 0; i < row_count; i++)
    add_seeds(rig.c, i);
  if (cr_crawl_drive(&rig) != 0)
    fail_msg("%s", crawler_errmsg(rig.c));
  assert_string_equal(crawler_ended(rig.c), "complete");
  cr_crawl_close(&rig);
  note_visits();
}

/* ---- what must be so ---- */

/* A bit for each way that has none of the flags and that a crawler of these parts takes. */
static uint64_t ways_without(unsigned flags)
{
  uint64_t ways = 0;

  if (!strstr(crawler_parts(), "expat"))
    flags |= CR_WAY_XML;
  for (size_t i = 0; i < cr_site_way_count; i++)
    if ((cr_site_ways[i].flags & flags) == 0)
      ways |= UINT64_C(1) << i;
  return ways;
}

static void expect_ways(const struct cr_host_row *row, uint64_t got, uint64_t want,
                        const char *what)
{
  for (size_t i = 0; i < cr_site_way_count; i++)
    if ((got ^ want) >> i & 1)
      print_error("%s by %s: %s%s\n", row->host, cr_site_ways[i].name, want >> i & 1 ? "not " : "",
                  what);
  assert_true(got == want);
}

/* The site and the rows that are public: nothing else may have been called, but the name server. */
static bool may_be_called(const struct call *call)
{
  struct cr_address site = cr_host_row_address(CR_EVERY_HOST_SITE);
  struct cr_address own = cr_host_row_address("127.0.0.1");
  int dns_port = (int)strtol(strchr(cr_every_host_dns(hosts), ':') + 1, NULL, 10);

  if (cr_address_eq(&call->to, &own) && call->port == dns_port && !call->is_tcp)
    return true;
  if (cr_address_eq(&call->to, &site))
    return true;
  for (size_t i = 0; i < row_count; i++)
    if (rows[i].fate == CR_HOST_REACHED && cr_address_eq(&call->to, &rows[i].address))
      return true;
  return false;
}

static size_t calls_to(const struct cr_address *address)
{
  size_t count = 0;

  for (size_t i = 0; i < atomic_load(&call_count); i++)
    count += calls[i].is_tcp && cr_address_eq(&calls[i].to, address);
  return count;
}

static void expect_no_other_calls(long begun_before)
{
  size_t count = atomic_load(&call_count);
  long tcp = 0;
  char text[64];

  assert_true(count > 0 && count <= CALLS);
  for (size_t i = 0; i < count; i++) {
    tcp += calls[i].is_tcp;
    cr_address_format(&calls[i].to, text);
    if (!may_be_called(&calls[i]))
      fail_msg("a connection to %s port %d", text, calls[i].port);
  }
  assert_int_equal(cr_own_net_connections_begun() - begun_before, tcp);
}

/* The servers have seen nobody at an address of a row that is refused. */
static void expect_no_other_visits(void)
{
  size_t count;
  const struct cr_every_visit *visits = cr_every_host_visits(hosts, &count);

  for (size_t i = 0; i < count; i++) {
    struct call call = { .to = cr_host_row_address(visits[i].address), .is_tcp = true };
    if (!may_be_called(&call))
      fail_msg("a visit at %s: %s", visits[i].address, visits[i].path);
  }
}

static void expect_refusals(const char *obey_robots)
{
  unsigned never = CR_WAY_NEVER | (*obey_robots == '0' ? CR_WAY_ROBOTS : 0);

  for (size_t i = 0; i < row_count; i++) {
    const struct cr_host_row *row = &rows[i];
    if (row->fate == CR_HOST_REFUSED) {
      expect_ways(row, row->seen, 0, "seen");
      expect_ways(row, row->failed, ways_without(never), "failed for its address");
    } else if (row->fate == CR_HOST_REACHED) {
      expect_ways(row, row->seen, ways_without(never | CR_WAY_SILENT), "seen");
    } else { /* nor is it a base: what is relative to it is the site's own */
      expect_ways(row, row->failed, 0, "asked for");
    }
  }
}

#define SKIP_UNLESS_POSSIBLE()                 \
  do {                                         \
    if (why_not) {                             \
      print_message("skipped: %s\n", why_not); \
      skip();                                  \
    }                                          \
  } while (0)

static void nothing_leaves_for_a_refused_address(void **state)
{
  static const char *const obey_robots[] = { "1", "0" };
  (void)state;

  SKIP_UNLESS_POSSIBLE();
  for (size_t i = 0; i < COUNT(obey_robots); i++) {
    long before = cr_own_net_connections_begun();
    crawl("0", obey_robots[i]);
    expect_refusals(obey_robots[i]);
    expect_no_other_visits();
    expect_no_other_calls(before);
  }
}

/* The counters do count, and each way does lead there. */
static void with_the_door_open_every_way_leads_to_every_host(void **state)
{
  (void)state;

  SKIP_UNLESS_POSSIBLE();
  crawl("1", "1");
  for (size_t i = 0; i < row_count; i++) {
    const struct cr_host_row *row = &rows[i];
    if (row->fate == CR_HOST_INVALID)
      continue;
    if (calls_to(&row->address) == 0)
      fail_msg("nothing was called for %s", row->host);
    if (row->takes_tcp)
      expect_ways(row, row->seen, ways_without(CR_WAY_NEVER | CR_WAY_SILENT), "seen");
    expect_ways(row, row->failed, 0, "failed for its address");
  }
}

/* ---- the hook ---- */

struct asked {                 /* by on_address */
  struct cr_address overruled; /* family 0: none */
  unsigned kinds;              /* a bit for each crawler_kind */
  size_t wrong;                /* questions whose allowed wasn't what the policy says */
};

static int on_address(crawler *c, const crawler_request *req, const char *text, int port,
                      int allowed, void *user)
{
  struct asked *asked = user;
  struct cr_address address = { .family = 0 };
  (void)c;

  asked->kinds |= 1u << crawler_request_kind(req);
  if (!cr_address_parse(cr_span_text(text), &address) || (port != 80 && port != 443) ||
      allowed != cr_address_is_global(&address))
    asked->wrong++;
  if (cr_address_eq(&address, &asked->overruled))
    return CRAWLER_OVERRULE;
  return asked->overruled.family ? CRAWLER_ACCEPT : CRAWLER_REJECT;
}

static void crawl_asking(struct asked *asked)
{
  struct cr_crawl_rig rig;

  open_crawler(&rig, "0", "1");
  crawler_on_page(rig.c, on_page, NULL);
  crawler_on_address(rig.c, on_address, asked);
  forget();
  for (size_t i = 0; i < row_count; i++)
    add_seeds(rig.c, i);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_close(&rig);
  note_visits();
  assert_int_equal(asked->wrong, 0);
}

static void nothing_leaves_that_the_hook_refuses(void **state)
{
  struct asked asked = { .wrong = 0 };
  size_t tcp = 0;
  (void)state;

  SKIP_UNLESS_POSSIBLE();
  crawl_asking(&asked);
  for (size_t i = 0; i < atomic_load(&call_count); i++)
    tcp += calls[i].is_tcp;
  assert_int_equal(tcp, 0);
}

static void the_hook_opens_the_one_address_that_it_overrules(void **state)
{
  struct asked asked = { .overruled = cr_host_row_address("10.0.0.0") };
  long before = cr_own_net_connections_begun();
  (void)state;

  SKIP_UNLESS_POSSIBLE();
  for (size_t i = 0; i < row_count; i++) /* its fate for this once */
    if (cr_address_eq(&rows[i].address, &asked.overruled))
      rows[i].fate = CR_HOST_REACHED;
  crawl_asking(&asked);
  expect_refusals("1");
  expect_no_other_visits();
  expect_no_other_calls(before);
  assert_int_equal(asked.kinds, 1u << CRAWLER_KIND_PAGE | 1u << CRAWLER_KIND_ROBOTS |
                                    1u << CRAWLER_KIND_SITEMAP | 1u << CRAWLER_KIND_REQUISITE);
  for (size_t i = 0; i < row_count; i++)
    if (cr_address_eq(&rows[i].address, &asked.overruled))
      rows[i].fate = CR_HOST_REFUSED;
}

/* ---- names that change ---- */

/* Two minutes pass, and the name's answer with them (its TTL is 0, at least one is kept). */
static int let_time_pass(crawler *c, crawler_page *page, void *user)
{
  if (strstr(crawler_page_url(page), "/first"))
    assert_int_equal(crawler_add(c, user), 0);
  atomic_fetch_add(&clock_ahead_ms, 120 * 1000);
  return 0;
}

/* How often 127.0.0.1 was called by a crawl of a name that is at first public, then there. */
static size_t rebind(const char *name, const char *allow_private)
{
  struct cr_crawl_rig rig;
  struct cr_address loopback = cr_host_row_address("127.0.0.1");
  char first[128];
  char second[128];

  open_crawler(&rig, allow_private, "0");
  (void)snprintf(first, sizeof(first), "http://%s/first", name);
  (void)snprintf(second, sizeof(second), "http://%s/w-seed-0", name);
  crawler_on_page(rig.c, let_time_pass, second);
  forget();
  int questions = cr_every_host_questions(hosts);
  assert_int_equal(crawler_add(rig.c, first), 0);
  assert_int_equal(cr_crawl_drive(&rig), 0);
  cr_crawl_close(&rig);
  note_visits();
  assert_int_equal(cr_every_host_questions(hosts) - questions, 4); /* A and AAAA, twice */
  assert_int_equal(rows[0].seen == 1, *allow_private == '1');
  assert_int_equal(rows[0].failed == 1, *allow_private == '0');
  return calls_to(&loopback);
}

static void a_name_that_moves_to_a_private_address_is_not_followed_there(void **state)
{
  struct cr_address site = cr_host_row_address(CR_EVERY_HOST_SITE);
  (void)state;

  SKIP_UNLESS_POSSIBLE();
  assert_int_equal(rebind("one.4-5db8d822.4-7f000001.to.test", "0"), 0);
  assert_int_equal(calls_to(&site), 1);
  assert_int_equal(rebind("one.4-5db8d823.4-7f000001.to.test", "1"), 1);
}

/* Nobody listens at port 81: the other address of the name would be next. */
static void the_private_one_of_two_addresses_is_not_tried_when_the_other_fails(void **state)
{
  static const struct {
    const char *name;
    const char *address;
  } cases[] = {
    { "4-5db8d822.4-0a420001.to.test", "10.66.0.1" },
    { "4-0a420001.4-5db8d822.to.test", "10.66.0.1" },
    { "4-5db8d822.6-fd000000000000000000000000000001.to.test", "fd00::1" },
    { "4-5db8d822.6-00000000000000000000ffff7f000001.to.test", "127.0.0.1" },
  };
  struct cr_address site = cr_host_row_address(CR_EVERY_HOST_SITE);
  (void)state;

  SKIP_UNLESS_POSSIBLE();
  for (size_t i = 0; i < 2 * COUNT(cases); i++) {
    bool open = i % 2;
    struct cr_address address = cr_host_row_address(cases[i / 2].address);
    struct cr_crawl_rig rig;
    char url[128];

    open_crawler(&rig, open ? "1" : "0", "0");
    (void)snprintf(url, sizeof(url), "http://%s:81/", cases[i / 2].name);
    forget();
    assert_int_equal(crawler_add(rig.c, url), 0);
    assert_int_equal(cr_crawl_drive(&rig), 0);
    cr_crawl_close(&rig);
    assert_int_equal(calls_to(&site), 1);
    assert_int_equal(calls_to(&address), open);
  }
}

static int open_network(void **state)
{
  (void)state;
  why_not = cr_own_net_enter();
  if (why_not)
    return 0;
  hosts = cr_every_host_start();
  row_count = cr_host_rows_make(rows);
  return 0;
}

static int close_network(void **state)
{
  (void)state;
  if (hosts)
    cr_every_host_stop(hosts);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_leaves_for_a_refused_address),
    cmocka_unit_test(with_the_door_open_every_way_leads_to_every_host),
    cmocka_unit_test(nothing_leaves_that_the_hook_refuses),
    cmocka_unit_test(the_hook_opens_the_one_address_that_it_overrules),
    cmocka_unit_test(a_name_that_moves_to_a_private_address_is_not_followed_there),
    cmocka_unit_test(the_private_one_of_two_addresses_is_not_tried_when_the_other_fails),
  };
  return cmocka_run_group_tests(tests, open_network, close_network);
}
