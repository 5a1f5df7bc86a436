/* SPDX-License-Identifier: MIT */
/* test_descriptors.c - real crawls of many hosts by a process that may open few files.
 *
 * The site is in a process of its own. The crawl is in another one, whose RLIMIT_NOFILE leaves room
 * for a handful of connections where it would have a hundred: every page is fetched, none fails.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "crawl/crawler.h"
#include "support/faults.h"
#include "support/forbid.h"
#include "support/site_server.h"

enum {
  HOSTS = 300,
  ROOM = 16
}; /* descriptors: the loop has some of them, and eight are to spare */

static struct {
  int port;
  int fd;
  pid_t pid;
} site;

static int answer(const struct cr_site_request *request, struct cr_site_page *page, void *user)
{
  (void)request;
  (void)user;
  page->body = "<title>A page</title><a href=/2>second</a>";
  return 1;
}

static int start_site(void **state)
{
  int ends[2];

  (void)state;
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  site.pid = fork();
  assert_true(site.pid >= 0);
  if (site.pid == 0) {
    struct cr_site_server *server = cr_site_start(&(struct cr_site_config){ .answer = answer });
    int port = cr_site_port(server);

    (void)close(ends[0]);
    if (write(ends[1], &port, sizeof(port)) == sizeof(port))
      while (read(ends[1], &port, sizeof(port)) > 0)
        ;
    cr_site_stop(server);
    _exit(0);
  }
  (void)close(ends[1]);
  site.fd = ends[0];
  assert_int_equal(read(site.fd, &site.port, sizeof(site.port)), sizeof(site.port));
  return 0;
}

static int stop_site(void **state)
{
  (void)state;
  (void)close(site.fd);
  assert_int_equal(waitpid(site.pid, NULL, 0), site.pid);
  return 0;
}

static int resolve(crawler *c, const char *host, uint64_t token, void *user)
{
  (void)host;
  (void)user;
  return crawler_resolved(c, token, "127.0.0.1", 60000);
}

static void count_line(crawler *c, int level, const char *text, void *user)
{
  (void)c;
  (void)level;
  *(int *)user += strstr(text, "fewer transfers") != NULL;
}

static crawler *make_crawler(int *lines)
{
  crawler *c = crawler_new();
  char url[64];

  (void)crawler_set_allow_private(c, "1");
  (void)crawler_set_own_server(c, 1);
  (void)crawler_set_concurrency(c, 100);
  (void)crawler_set_max_retries(c, 0);
  (void)crawler_set_max_time_ms(c, 60000);
  crawler_on_resolve(c, resolve, NULL);
  crawler_on_log(c, count_line, lines);
  for (int i = 0; i < HOSTS; i++) {
    (void)snprintf(url, sizeof(url), "http://h%d.test:%d/", i, site.port);
    (void)crawler_add(c, url);
  }
  return c;
}

static bool limit_descriptors(rlim_t room)
{
  struct rlimit limit;
  int next = dup(0);

  (void)close(next);
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return false;
  limit.rlim_cur = (rlim_t)next + room;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* 0: all is as it should be; else the number of what isn't. */
static int judge(crawler *c, int lines)
{
  int err = crawler_run(c);

  if (err != 0 || strcmp(crawler_ended(c), "complete") != 0) {
    print_message("%s: %s\n", crawler_ended(c), crawler_errmsg(c));
    return 1;
  }
  print_message("%lld shortages, %lld connections, %lld ms\n",
                (long long)crawler_get_stat(c, CRAWLER_STAT_SHORTAGES),
                (long long)crawler_get_stat(c, CRAWLER_STAT_CONNECTIONS),
                (long long)crawler_get_stat(c, CRAWLER_STAT_ELAPSED_MS));
  if (crawler_get_stat(c, CRAWLER_STAT_FETCHED) != 2 * (int64_t)HOSTS)
    return 2;
  if (crawler_get_stat(c, CRAWLER_STAT_FAILED) + crawler_get_stat(c, CRAWLER_STAT_RETRIES) != 0)
    return 3;
  (void)lines;
  return crawler_get_stat(c, CRAWLER_STAT_SHORTAGES) > 0 ? 0 : 4;
}

static int crawl_with_few_descriptors(void)
{
  int lines = 0;
  crawler *c = make_crawler(&lines);
  int wrong = limit_descriptors(ROOM) ? judge(c, lines) : 9;

  crawler_free(c);
  return wrong ? wrong : lines > 0 ? 0 : 5;
}

static void with_few_descriptors_every_page_is_fetched_and_none_fails(void **state)
{
  (void)state;
  assert_int_equal(cr_test_in_child(crawl_with_few_descriptors), 0);
}

/* Of the sockets asked for, the 40th and the next hundred are refused. */
static int crawl_with_little_memory_for_sockets(void)
{
  int lines = 0;
  crawler *c = make_crawler(&lines);

  cr_faults_plan(CR_FAULT_SOCKET, ENOBUFS, 40, 140);
  int wrong = judge(c, lines);
  (void)cr_faults_end(CR_FAULT_SOCKET);
  crawler_free(c);
  return wrong;
}

static void without_memory_for_sockets_every_page_is_fetched_and_none_fails(void **state)
{
  (void)state;
  assert_int_equal(cr_test_in_child(crawl_with_little_memory_for_sockets), 0);
}

static int start_without_descriptors(void)
{
  int lines = 0;
  crawler *c = make_crawler(&lines);
  int err = limit_descriptors(1) ? crawler_run(c) : 0;
  bool is_said = strstr(crawler_errmsg(c), "RLIMIT_NOFILE") != NULL;

  crawler_free(c);
  return err == CRAWLER_E_SYSTEM && is_said ? 0 : 1;
}

static void a_run_that_finds_no_descriptor_for_its_loop_says_what_to_do(void **state)
{
  (void)state;
  assert_int_equal(cr_test_in_child(start_without_descriptors), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(with_few_descriptors_every_page_is_fetched_and_none_fails),
    cmocka_unit_test(without_memory_for_sockets_every_page_is_fetched_and_none_fails),
    cmocka_unit_test(a_run_that_finds_no_descriptor_for_its_loop_says_what_to_do),
  };

  return cmocka_run_group_tests_name("descriptors", tests, start_site, stop_site);
}
