/* SPDX-License-Identifier: MIT */
/* NEEDS: cares */
/* test_sockets.c - what libcurl can't do with sockets, or doesn't say of them. */
#include "fetch/sockets.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fetch/resolve.h"
#include "loop/loop.h"
#include "support/crawl_rig.h"
#include "support/oom.h"

static void errors_that_have_to_do_with_the_peer_are_no_shortage(void **state)
{
  static const int shortages[] = { EMFILE, ENFILE, ENOBUFS, ENOMEM };
  static const int others[] = { 0, EACCES, EAFNOSUPPORT, ECONNREFUSED, EADDRNOTAVAIL, EINTR };
  (void)state;

  for (size_t i = 0; i < sizeof(shortages) / sizeof(shortages[0]); i++)
    assert_true(cr_socket_is_shortage(shortages[i]));
  for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    assert_false(cr_socket_is_shortage(others[i]));
}

static void a_process_at_its_limit_is_short_and_nothing_is_left_open(void **state)
{
  struct rlimit old;
  struct rlimit none;
  int before = cr_count_descriptors();
  (void)state;

  errno = EDOM;
  assert_false(cr_sockets_are_short());
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
  none = old;
  none.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  errno = EDOM;
  bool is_short = cr_sockets_are_short();
  int error = errno;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
  assert_true(is_short);
  assert_int_equal(error, EDOM);
  assert_int_equal(cr_count_descriptors(), before);
}

static void note_why(void *arg, const struct cr_address *addresses, size_t count, int64_t ttl_ms,
                     const char *why)
{
  (void)addresses;
  assert_int_equal(count, 0);
  assert_int_equal(ttl_ms, 0); /* nothing is remembered */
  *(const char **)arg = why;
}

static void a_name_that_finds_no_socket_says_so_and_is_not_remembered(void **state)
{
  struct cr_mem mem;
  struct cr_loop *loop = NULL;
  struct cr_cares *cares = NULL;
  const char *why = NULL;
  struct rlimit old;
  (void)state;

  cr_test_mem_init(&mem);
  assert_int_equal(cr_loop_open_libevent(&loop, &mem, NULL), 0);
  assert_int_equal(cr_cares_open(&cares, &mem, loop, "127.0.0.1:9", 1000), 0);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 0, old.rlim_max }), 0);
  int err = cr_cares_ask(cares, "a.test", note_why, &why);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
  assert_int_equal(err, 0);
  assert_ptr_equal(why, cr_resolve_no_socket);
  cr_cares_close(cares);
  cr_loop_close(loop);
  cr_test_mem_done(&mem);
}

static void what_has_come_on_a_socket_that_is_cut_is_not_read(void **state)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t bytes = sizeof(in);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char byte;
  (void)state;

  assert_int_equal(bind(listener, (struct sockaddr *)&in, bytes), 0);
  assert_int_equal(listen(listener, 1), 0);
  assert_int_equal(getsockname(listener, (struct sockaddr *)&in, &bytes), 0);
  assert_int_equal(connect(fd, (struct sockaddr *)&in, bytes), 0);
  int peer = accept(listener, NULL, NULL);
  assert_int_equal(send(peer, "text", 4, MSG_NOSIGNAL), 4);
  assert_int_equal(recv(fd, &byte, 1, MSG_PEEK), 1);
  errno = EDOM;
  cr_socket_cut(fd);
  assert_int_equal(errno, EDOM);
  assert_true(recv(fd, &byte, 1, MSG_DONTWAIT) <= 0);
  assert_true(recv(peer, &byte, 1, 0) <= 0); /* it is told */
  cr_socket_cut(-1);
  (void)close(peer);
  (void)close(fd);
  (void)close(listener);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(errors_that_have_to_do_with_the_peer_are_no_shortage),
    cmocka_unit_test(a_name_that_finds_no_socket_says_so_and_is_not_remembered),
    cmocka_unit_test(what_has_come_on_a_socket_that_is_cut_is_not_read),
    cmocka_unit_test(a_process_at_its_limit_is_short_and_nothing_is_left_open),
  };

  return cmocka_run_group_tests_name("sockets", tests, NULL, NULL);
}
