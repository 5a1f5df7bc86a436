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

#include "support/loopback.h"
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
  int listener = cr_loopback_listen(1, &p->peer_port);

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
  return cr_curl_sockets_reuse(s, p->local_port, "127.0.0.1", p->peer_port, false);
}

struct rig {
  struct cr_mem mem;
  struct cr_loop *loop;
  struct cr_curl_sockets sockets;
};

static void open_rig(struct rig *rig)
{
  cr_test_mem_init(&rig->mem);
  assert_int_equal(cr_loop_open_libevent(&rig->loop, &rig->mem, NULL), 0);
  cr_curl_sockets_init(&rig->sockets, &rig->mem, rig->loop);
}

static void close_rig(struct rig *rig)
{
  cr_curl_sockets_free(&rig->sockets);
  cr_loop_close(rig->loop);
  cr_test_mem_done(&rig->mem);
}

static void note(struct cr_curl_sockets *s, const struct pair *p)
{
  cr_curl_sockets_note(s, p->fd, p->local_port, "127.0.0.1", p->peer_port);
}

static void forget(struct cr_curl_sockets *s, int fd)
{
  cr_curl_sockets_remove(s, cr_curl_sockets_find(s, fd));
}

static void a_connection_is_quiet_until_something_comes(void **state)
{
  struct rig rig;
  struct pair p;
  char bytes[8];
  (void)state;

  open_rig(&rig);
  connect_pair(&p);
  assert_false(is_quiet(&rig.sockets, &p)); /* not known yet */
  note(&rig.sockets, &p);
  assert_true(is_quiet(&rig.sockets, &p));
  assert_true(cr_curl_sockets_reuse(&rig.sockets, p.local_port, NULL, 0, false));
  assert_int_equal(write(p.server, "x", 1), 1);
  wait_for_something(&p);
  assert_false(is_quiet(&rig.sockets, &p));
  assert_int_equal(read(p.fd, bytes, sizeof(bytes)), 1); /* it was only looked at */
  assert_true(is_quiet(&rig.sockets, &p));
  assert_int_equal(shutdown(p.server, SHUT_WR), 0);
  wait_for_something(&p);
  assert_false(is_quiet(&rig.sockets, &p));
  forget(&rig.sockets, p.fd);
  close_pair(&p);
  close_rig(&rig);
}

static void a_connection_is_told_from_others_by_its_peer(void **state)
{
  struct rig rig;
  struct pair p;
  struct pair other;
  (void)state;

  open_rig(&rig);
  connect_pair(&p);
  connect_pair(&other);
  note(&rig.sockets, &p);
  assert_false(
      cr_curl_sockets_reuse(&rig.sockets, p.local_port, "127.0.0.1", p.peer_port ^ 1, false));
  assert_false(cr_curl_sockets_reuse(&rig.sockets, p.local_port, "127.0.0.2", p.peer_port, false));
  cr_curl_sockets_note(&rig.sockets, other.fd, p.local_port, NULL, 0); /* which isn't its port */
  assert_null(cr_curl_sockets_find(&rig.sockets, other.fd));
  forget(&rig.sockets, p.fd);
  assert_false(is_quiet(&rig.sockets, &p));
  close_pair(&p);
  close_pair(&other);
  close_rig(&rig);
}

/* As two servers may be reached from one port; here the second name stands for the other server. */
static void of_twins_behind_a_proxy_both_must_be_quiet(void **state)
{
  struct rig rig;
  struct pair p;
  (void)state;

  open_rig(&rig);
  connect_pair(&p);
  int twin = dup(p.fd);
  cr_curl_sockets_note(&rig.sockets, p.fd, p.local_port, "127.0.0.1", p.peer_port);
  cr_curl_sockets_note(&rig.sockets, twin, p.local_port, "127.0.0.2", p.peer_port);
  assert_true(cr_curl_sockets_reuse(&rig.sockets, p.local_port, NULL, 0, false));
  assert_true(cr_curl_sockets_reuse(&rig.sockets, p.local_port, "127.0.0.2", p.peer_port, false));
  (void)dup2(STDERR_FILENO, twin);
  assert_true(is_quiet(&rig.sockets, &p));
  assert_false(cr_curl_sockets_reuse(&rig.sockets, p.local_port, "127.0.0.2", p.peer_port, false));
  assert_false(cr_curl_sockets_reuse(&rig.sockets, p.local_port, NULL, 0, false));
  forget(&rig.sockets, p.fd);
  forget(&rig.sockets, twin);
  (void)close(twin);
  close_pair(&p);
  close_rig(&rig);
}

static void of_two_hundred_each_is_known_until_it_is_closed(void **state)
{
  enum { COUNT = 200 };
  static struct pair pairs[COUNT];
  struct rig rig;
  (void)state;

  open_rig(&rig);
  for (int i = 0; i < COUNT; i++) {
    connect_pair(&pairs[i]);
    note(&rig.sockets, &pairs[i]);
    note(&rig.sockets, &pairs[i]); /* twice is once */
  }
  for (int gone = 0; gone < COUNT; gone++) {
    int i = gone * 7 % COUNT;
    for (int k = gone; k < COUNT; k += 13) {
      assert_true(is_quiet(&rig.sockets, &pairs[k * 7 % COUNT]));
      assert_non_null(cr_curl_sockets_find(&rig.sockets, pairs[k * 7 % COUNT].fd));
    }
    forget(&rig.sockets, pairs[i].fd);
    assert_false(is_quiet(&rig.sockets, &pairs[i]));
    assert_null(cr_curl_sockets_find(&rig.sockets, pairs[i].fd));
    assert_int_equal(rig.sockets.count, COUNT - 1 - gone);
    close_pair(&pairs[i]);
  }
  close_rig(&rig);
}

static void not_called(struct cr_watch *watch, int events)
{
  (void)watch;
  (void)events;
  fail(); /* it was removed */
}

static void what_is_removed_is_not_watched(void **state)
{
  struct rig rig;
  struct pair p;
  (void)state;

  open_rig(&rig);
  connect_pair(&p);
  struct cr_curl_socket *socket = cr_curl_sockets_add(&rig.sockets, p.fd);
  assert_ptr_equal(cr_curl_sockets_find(&rig.sockets, p.fd), socket);
  socket->watch.ready = not_called;
  assert_int_equal(cr_loop_watch(rig.loop, &socket->watch, CR_LOOP_READ), 0);
  assert_int_equal(write(p.server, "x", 1), 1);
  wait_for_something(&p);
  cr_curl_sockets_remove(&rig.sockets, socket);
  assert_int_equal(cr_loop_turn(rig.loop, 0), 0);
  close_pair(&p);
  close_rig(&rig);
}

static void what_is_cut_carries_nothing_more(void **state)
{
  struct rig rig;
  struct pair p;
  struct pair other;
  (void)state;

  open_rig(&rig);
  cr_curl_sockets_cut(&rig.sockets, 1);
  connect_pair(&p);
  connect_pair(&other);
  note(&rig.sockets, &p);
  note(&rig.sockets, &other);
  cr_curl_sockets_cut(&rig.sockets, p.local_port);
  assert_false(is_quiet(&rig.sockets, &p));
  assert_int_equal(send(p.fd, "x", 1, MSG_NOSIGNAL), -1);
  assert_true(is_quiet(&rig.sockets, &other));
  assert_int_equal(send(other.fd, "x", 1, MSG_NOSIGNAL), 1);
  forget(&rig.sockets, p.fd);
  forget(&rig.sockets, other.fd);
  close_pair(&p);
  close_pair(&other);
  close_rig(&rig);
}

static void ports_that_are_none_are_not_known(void **state)
{
  static const int ports[] = { -1, 0, 65535, 65536, INT32_MAX, INT32_MIN };
  struct rig rig;
  (void)state;

  open_rig(&rig);
  for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
    cr_curl_sockets_note(&rig.sockets, 0, ports[i], NULL, 0);
    assert_false(cr_curl_sockets_reuse(&rig.sockets, ports[i], NULL, 80, false));
  }
  close_rig(&rig);
}

static void scenario(struct cr_mem *mem, void *arg)
{
  const struct pair *p = arg;
  struct cr_curl_sockets s;

  cr_curl_sockets_init(&s, mem, NULL);
  note(&s, p);
  assert_int_equal(is_quiet(&s, p), !cr_test_oom_refused(mem));
  if (cr_curl_sockets_find(&s, p->fd))
    forget(&s, p->fd);
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
    cmocka_unit_test(a_connection_is_told_from_others_by_its_peer),
    cmocka_unit_test(of_twins_behind_a_proxy_both_must_be_quiet),
    cmocka_unit_test(of_two_hundred_each_is_known_until_it_is_closed),
    cmocka_unit_test(what_is_removed_is_not_watched),
    cmocka_unit_test(what_is_cut_carries_nothing_more),
    cmocka_unit_test(ports_that_are_none_are_not_known),
    cmocka_unit_test(without_memory_a_connection_is_not_used_again),
  };

  return cmocka_run_group_tests_name("curl_sockets", tests, NULL, NULL);
}
