/* SPDX-License-Identifier: MIT */
#include "fetch/curl_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/oom.h"

struct pair { /* a connection, and its server's end */
  int fd;
  int server;
  int local_port;
  int peer_port;
};

static int port_of(int fd)
{
  struct sockaddr_in in;
  socklen_t bytes = sizeof(in);

  assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &bytes), 0);
  return ntohs(in.sin_port);
}

static void connect_pair(struct pair *p)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t bytes = sizeof(in);
  int listener = socket(AF_INET, SOCK_STREAM, 0);

  assert_int_equal(bind(listener, (struct sockaddr *)&in, bytes), 0);
  assert_int_equal(listen(listener, 1), 0);
  p->peer_port = port_of(listener);
  in.sin_port = htons((uint16_t)p->peer_port);
  p->fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(connect(p->fd, (struct sockaddr *)&in, bytes), 0);
  p->server = accept(listener, NULL, NULL);
  p->local_port = port_of(p->fd);
  assert_true(p->server >= 0);
  (void)close(listener);
}

static void close_pair(struct pair *p)
{
  (void)close(p->fd);
  (void)close(p->server);
}

static void wait_for_something(const struct pair *p)
{
  struct pollfd fd = { p->fd, POLLIN, 0 };

  assert_int_equal(poll(&fd, 1, 10000), 1);
}

static bool is_quiet(const struct cr_curl_sockets *s, const struct pair *p)
{
  return cr_curl_sockets_are_quiet(s, p->local_port, "127.0.0.1", p->peer_port);
}

static void a_connection_is_quiet_until_something_comes(void **state)
{
  struct cr_curl_sockets s;
  struct cr_mem mem;
  struct pair p;
  char bytes[8];
  (void)state;

  cr_test_mem_init(&mem);
  cr_curl_sockets_init(&s, &mem);
  connect_pair(&p);
  assert_false(is_quiet(&s, &p)); /* not known yet */
  cr_curl_sockets_note(&s, p.fd, p.local_port);
  assert_true(is_quiet(&s, &p));
  assert_true(cr_curl_sockets_are_quiet(&s, p.local_port, NULL, 0));
  assert_int_equal(write(p.server, "x", 1), 1);
  wait_for_something(&p);
  assert_false(is_quiet(&s, &p));
  assert_int_equal(read(p.fd, bytes, sizeof(bytes)), 1); /* it was only looked at */
  assert_true(is_quiet(&s, &p));
  assert_int_equal(shutdown(p.server, SHUT_WR), 0);
  wait_for_something(&p);
  assert_false(is_quiet(&s, &p));
  close_pair(&p);
  cr_curl_sockets_free(&s);
  cr_test_mem_done(&mem);
}

static void a_socket_that_took_the_number_of_another_is_not_that_one(void **state)
{
  struct cr_curl_sockets s;
  struct cr_mem mem;
  struct pair p;
  struct pair other;
  (void)state;

  cr_test_mem_init(&mem);
  cr_curl_sockets_init(&s, &mem);
  connect_pair(&p);
  cr_curl_sockets_note(&s, p.fd, p.local_port);
  assert_false(cr_curl_sockets_are_quiet(&s, p.local_port, "127.0.0.1", p.peer_port ^ 1));
  connect_pair(&other);
  assert_int_equal(dup2(other.fd, p.fd), p.fd);
  assert_false(is_quiet(&s, &p));
  cr_curl_sockets_note(&s, other.fd, p.local_port); /* which isn't its port */
  assert_false(is_quiet(&s, &p));
  (void)close(p.fd);
  assert_false(is_quiet(&s, &p));
  (void)close(p.server);
  close_pair(&other);
  cr_curl_sockets_free(&s);
  cr_test_mem_done(&mem);
}

static void of_two_hundred_each_is_known_until_it_is_closed(void **state)
{
  enum { COUNT = 200 };
  static struct pair pairs[COUNT];
  struct cr_curl_sockets s;
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  cr_curl_sockets_init(&s, &mem);
  for (int i = 0; i < COUNT; i++) {
    connect_pair(&pairs[i]);
    cr_curl_sockets_note(&s, pairs[i].fd, pairs[i].local_port);
  }
  for (int gone = 0; gone < COUNT; gone++) {
    int i = gone * 7 % COUNT;
    for (int k = gone; k < COUNT; k += 13)
      assert_true(is_quiet(&s, &pairs[k * 7 % COUNT]));
    cr_curl_sockets_forget(&s, pairs[i].fd);
    assert_false(is_quiet(&s, &pairs[i]));
    assert_int_equal(s.count, COUNT - 1 - gone);
    close_pair(&pairs[i]);
  }
  cr_curl_sockets_free(&s);
  cr_test_mem_done(&mem);
}

static void ports_that_are_none_are_not_known(void **state)
{
  static const int ports[] = { -1, 0, 65535, 65536, INT32_MAX, INT32_MIN };
  struct cr_curl_sockets s;
  struct cr_mem mem;
  (void)state;

  cr_test_mem_init(&mem);
  cr_curl_sockets_init(&s, &mem);
  for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
    cr_curl_sockets_note(&s, 0, ports[i]);
    assert_false(cr_curl_sockets_are_quiet(&s, ports[i], NULL, 80));
  }
  cr_curl_sockets_free(&s);
  cr_test_mem_done(&mem);
}

static void scenario(struct cr_mem *mem, void *arg)
{
  const struct pair *p = arg;
  struct cr_curl_sockets s;

  cr_curl_sockets_init(&s, mem);
  cr_curl_sockets_note(&s, p->fd, p->local_port);
  assert_int_equal(is_quiet(&s, p), !cr_test_oom_refused(mem));
  cr_curl_sockets_free(&s);
}

static void without_memory_a_connection_is_not_used_again(void **state)
{
  struct pair p;
  (void)state;

  connect_pair(&p);
  cr_test_oom(scenario, &p);
  close_pair(&p);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_connection_is_quiet_until_something_comes),
    cmocka_unit_test(a_socket_that_took_the_number_of_another_is_not_that_one),
    cmocka_unit_test(of_two_hundred_each_is_known_until_it_is_closed),
    cmocka_unit_test(ports_that_are_none_are_not_known),
    cmocka_unit_test(without_memory_a_connection_is_not_used_again),
  };

  return cmocka_run_group_tests_name("curl_sockets", tests, NULL, NULL);
}
