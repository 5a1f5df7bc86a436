/* SPDX-License-Identifier: MIT */
/* test_big_bodies.c - bodies larger than memory through on_body, and types that nobody wants.
 *
 * The server is a process of its own and makes them up as it sends. As a test each body has half a
 * GB; `make test-big` says how many GB it shall have.
 */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "support/crawl_rig.h"
#include "support/rss.h"

enum { RSS_MOST = 32 << 20 };

enum { BLOCK = 64 << 10, MEMBER = 64 << 20, REQUEST_ROOM = 8192, SENT_MOST = 1 << 20 };

static int64_t body_bytes = (int64_t)512 << 20;

/* ---- the server's process ---- */

struct sent { /* shared with the crawler's process */
  _Atomic int64_t bytes;
  _Atomic int connections;
};

static struct sent *sent;
static pid_t server_pid;
static int server_port;

static bool send_all(int fd, const void *data, size_t bytes)
{
  const char *at = data;

  while (bytes > 0) {
    ssize_t n = send(fd, at, bytes, MSG_NOSIGNAL);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    sent->bytes += n;
    at += n;
    bytes -= (size_t)n;
  }
  return true;
}

static void send_head(int fd, const char *lines, int64_t bytes)
{
  char head[512];
  int len = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\n%sContent-Length: %lld\r\n\r\n", lines,
                     (long long)bytes);

  (void)send_all(fd, head, (size_t)len);
}

static void fill_block(char *block, int64_t at)
{
  memset(block, (int)('a' + at / BLOCK % 26), BLOCK);
}

static void send_plain(int fd, const char *lines)
{
  static char block[BLOCK];

  send_head(fd, lines, body_bytes);
  for (int64_t at = 0; at < body_bytes; at += BLOCK) {
    fill_block(block, at);
    if (!send_all(fd, block, BLOCK))
      return;
  }
}

/* Members of 64 MB of zeros, about 64 KB each (RFC 1952 section 2.2: one after the other). */
static void send_bomb(int fd)
{
  static unsigned char member[4 * BLOCK];
  static unsigned char zeros[BLOCK];
  z_stream zs = { .zalloc = NULL };
  int result = Z_OK;

  (void)deflateInit2(&zs, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  zs.next_out = member;
  zs.avail_out = sizeof(member);
  for (size_t left = MEMBER; result == Z_OK; left -= BLOCK) {
    zs.next_in = zeros;
    zs.avail_in = BLOCK;
    result = deflate(&zs, left == BLOCK ? Z_FINISH : Z_NO_FLUSH);
  }
  size_t bytes = zs.total_out;
  (void)deflateEnd(&zs);
  int64_t count = body_bytes / MEMBER;
  send_head(fd, "Content-Encoding: gzip\r\nConnection: close\r\n", count * (int64_t)bytes);
  while (count-- > 0 && send_all(fd, member, bytes))
    continue;
}

static void answer(int fd, const char *request)
{
  if (strncmp(request, "GET /plain", 10) == 0)
    send_plain(fd, "Content-Type: application/x-data\r\nConnection: close\r\n");
  else if (strncmp(request, "GET /image", 10) == 0)
    send_plain(fd, "Content-Type: image/png\r\n");
  else if (strncmp(request, "GET /bomb", 9) == 0)
    send_bomb(fd);
  else {
    send_head(fd, "Content-Type: text/html\r\nConnection: close\r\n", 5);
    (void)send_all(fd, "hello", 5);
  }
}

/* One connection after the other, one request on each. */
static void serve(int listener)
{
  char request[REQUEST_ROOM];
  int small = BLOCK;

  for (;;) {
    int fd = accept(listener, NULL, NULL);
    size_t len = 0;
    ssize_t n = 1;

    if (fd < 0)
      _exit(1);
    sent->connections++;
    /* What the kernel takes and doesn't send says nothing. */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    request[0] = '\0';
    while (n > 0 && !strstr(request, "\r\n\r\n") && len + 1 < sizeof(request)) {
      n = recv(fd, request + len, sizeof(request) - 1 - len, 0);
      len += n > 0 ? (size_t)n : 0;
      request[len] = '\0';
    }
    answer(fd, request);
    (void)close(fd);
  }
}

static int start_server(void **state)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
  socklen_t len = sizeof(to);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  (void)state;

  sent = mmap(NULL, sizeof(*sent), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (sent == MAP_FAILED || listener < 0 || bind(listener, (struct sockaddr *)&to, len) != 0 ||
      listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr *)&to, &len) != 0)
    return -1;
  server_port = ntohs(to.sin_port);
  server_pid = fork();
  if (server_pid == 0)
    serve(listener);
  (void)close(listener);
  return server_pid < 0 ? -1 : 0;
}

static int stop_server(void **state)
{
  (void)state;
  (void)kill(server_pid, SIGKILL);
  (void)waitpid(server_pid, NULL, 0);
  return munmap(sent, sizeof(*sent));
}

/* ---- the crawler's ---- */
struct reader {
  struct cr_crawl_rig rig;
  int64_t bytes;
  int64_t calls;
  int later_each; /* so many calls; 0: never */
  bool is_zeros;
  char url[64];
};

static int on_body(crawler *c, crawler_page *page, const void *data, size_t bytes, void *user)
{
  struct reader *r = user;
  const char *text = data;
  char first = r->is_zeros ? '\0' : (char)('a' + r->bytes / BLOCK % 26);
  char last = r->is_zeros ? '\0' : (char)('a' + (r->bytes + (int64_t)bytes - 1) / BLOCK % 26);

  (void)c;
  CR_CRAWL_EXPECT(&r->rig, text[0] == first && text[bytes - 1] == last);
  r->bytes += (int64_t)bytes;
  if (r->later_each == 0 || ++r->calls % r->later_each != 0)
    return CRAWLER_ACCEPT;
  CR_CRAWL_EXPECT(&r->rig, crawler_request_resume(crawler_page_request(page)) == 0);
  return CRAWLER_LATER;
}

static void open(struct reader *r, const char *path)
{
  memset(r, 0, sizeof(*r));
  cr_crawl_open(&r->rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_timeout_ms(r->rig.c, 600 * 1000), 0);
  assert_int_equal(crawler_set_host_concurrency(r->rig.c, 1), 0);
  (void)snprintf(r->url, sizeof(r->url), "http://127.0.0.1:%d%s", server_port, path);
  cr_crawl_add(&r->rig, r->url);
  sent->bytes = 0;
  sent->connections = 0;
}

static void a_body_of_any_size_costs_no_memory(void **state)
{
  static const struct {
    const char *path;
    int later_each;
  } rows[] = { { "/plain", 0 }, { "/plain", 7 }, { "/bomb", 100 } };
  (void)state;

  int64_t before = cr_rss_bytes();
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct reader r;
    open(&r, rows[i].path);
    r.later_each = rows[i].later_each;
    r.is_zeros = strcmp(rows[i].path, "/bomb") == 0;
    assert_int_equal(crawler_set_max_body_bytes(r.rig.c, (int64_t)1 << 40), 0);
    assert_int_equal(crawler_set_max_ratio(r.rig.c, -1), 0);
    crawler_on_body(r.rig.c, on_body, &r);
    assert_int_equal(cr_crawl_drive(&r.rig), 0);
    cr_crawl_check(&r.rig);
    assert_int_equal(cr_crawl_ends(&r.rig, CRAWLER_FETCHED), 1);
    assert_int_equal(r.bytes, body_bytes);
    cr_crawl_close(&r.rig);
    int64_t more = cr_rss_peak_bytes() - before;
    print_message("%s, later %d: %lld bytes, %lld on the wire, %lld KB more at most\n",
                  rows[i].path, rows[i].later_each, (long long)r.bytes,
                  (long long)atomic_load(&sent->bytes), (long long)more >> 10);
    assert_true(!cr_rss_counts() || more < RSS_MOST);
  }
}

static void max_body_holds_for_them(void **state)
{
  static const struct {
    const char *path;
    bool is_bomb;
  } rows[] = { { "/plain", false }, { "/bomb", true } };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct reader r;
    open(&r, rows[i].path);
    r.is_zeros = rows[i].is_bomb;
    crawler_on_body(r.rig.c, on_body, &r);
    assert_int_equal(cr_crawl_drive(&r.rig), 0);
    cr_crawl_check(&r.rig);
    assert_int_equal(cr_crawl_end_of(&r.rig, r.url)->reason, CRAWLER_FAILED_TOO_LARGE);
    assert_true(r.bytes <= 64 << 20);
    assert_int_equal(r.bytes > 0, rows[i].is_bomb); /* the other one's length says it at once */
    assert_true(sent->bytes < SENT_MOST);
    cr_crawl_close(&r.rig);
  }
}

/* ---- what nobody wants ---- */

static int reject_images(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  return strcmp(crawler_page_mime(page), "image/png") == 0 ? CRAWLER_REJECT : CRAWLER_ACCEPT;
}

static void an_unwanted_type_costs_its_headers(void **state)
{
  (void)state;
  for (int by_hook = 0; by_hook <= 1; by_hook++)
    for (int streams = 0; streams <= 1; streams++) {
      struct reader r;
      char small[64];
      open(&r, "/image");
      if (by_hook)
        crawler_on_headers(r.rig.c, reject_images, NULL);
      else
        assert_int_equal(crawler_set_mime_types(r.rig.c, "text/html"), 0);
      if (streams)
        crawler_on_body(r.rig.c, on_body, &r);
      assert_int_equal(crawler_set_max_body_bytes(r.rig.c, (int64_t)1 << 40), 0);
      assert_int_equal(cr_crawl_drive(&r.rig), 0);
      assert_int_equal(cr_crawl_end_of(&r.rig, r.url)->reason, CRAWLER_FAILED_UNWANTED_TYPE);
      assert_int_equal(r.bytes, 0);

      /* Its connection is no good for another request. */
      crawler_on_body(r.rig.c, NULL, NULL);
      (void)snprintf(small, sizeof(small), "http://127.0.0.1:%d/small", server_port);
      cr_crawl_add(&r.rig, small);
      assert_int_equal(cr_crawl_drive(&r.rig), 0);
      assert_int_equal(cr_crawl_end_of(&r.rig, small)->outcome, CRAWLER_FETCHED);
      assert_int_equal(cr_crawl_stat(&r.rig, CRAWLER_STAT_BODY_BYTES), 5);
      assert_int_equal(sent->connections, 2);
      print_message("sent of the image: %lld bytes\n", (long long)atomic_load(&sent->bytes));
      assert_true(sent->bytes < SENT_MOST);
      cr_crawl_close(&r.rig);
    }
}

int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_body_of_any_size_costs_no_memory),
    cmocka_unit_test(max_body_holds_for_them),
    cmocka_unit_test(an_unwanted_type_costs_its_headers),
  };

  if (argc > 1)
    body_bytes = strtoll(argv[1], NULL, 10) << 30;
  return cmocka_run_group_tests_name("big bodies", tests, start_server, stop_server);
}
