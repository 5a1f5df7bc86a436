/* SPDX-License-Identifier: MIT */
/* test_wake.c - the descriptor that other threads write to; whole loops: support/loop_contract.c.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop/wake.h"
#include "support/fake_loop.h"
#include "support/oom.h"

struct fixture {
  struct cr_mem mem;
  struct cr_fake_loop *fake;
  struct cr_wake wake;
  int woken;
};

static void on_wake(void *arg)
{
  ++*(int *)arg;
}

static int set_up(void **state)
{
  struct fixture *f = test_calloc(1, sizeof(*f));

  cr_test_mem_init(&f->mem);
  f->fake = cr_fake_loop_open(&f->mem, 0);
  assert_non_null(f->fake);
  assert_int_equal(cr_wake_open(&f->wake, &f->fake->loop), 0);
  assert_in_range(f->wake.watch.fd, 0, CR_FAKE_WATCHES - 1);
  assert_int_equal(cr_loop_on_wake(&f->fake->loop, on_wake, &f->woken), 0);
  *state = f;
  return 0;
}

static int tear_down(void **state)
{
  struct fixture *f = *state;

  cr_wake_close(&f->wake);
  cr_loop_close(&f->fake->loop);
  cr_test_mem_done(&f->mem);
  test_free(f);
  return 0;
}

static bool is_readable(const struct fixture *f)
{
  struct pollfd p = { .fd = f->wake.watch.fd, .events = POLLIN };
  return poll(&p, 1, 0) == 1;
}

static void many_signals_are_one_call(void **state)
{
  struct fixture *f = *state;

  assert_int_equal(cr_wake_listen(&f->wake, true), 0);
  assert_false(is_readable(f));
  for (int i = 0; i < 100; i++)
    cr_wake_signal(&f->wake);
  assert_true(is_readable(f));
  cr_fake_loop_ready(f->fake, f->wake.watch.fd, CR_LOOP_READ);
  assert_int_equal(f->woken, 1);
  assert_false(is_readable(f));
}

static void a_call_without_signal_does_not_block(void **state)
{
  struct fixture *f = *state;

  assert_int_equal(cr_wake_listen(&f->wake, true), 0);
  cr_fake_loop_ready(f->fake, f->wake.watch.fd, CR_LOOP_READ);
  assert_int_equal(f->woken, 1);
}

static void a_full_counter_blocks_nobody(void **state)
{
  struct fixture *f = *state;
  uint64_t full = UINT64_MAX - 1;

  assert_int_equal(write(f->wake.watch.fd, &full, sizeof(full)), (int)sizeof(full));
  errno = EDOM;
  cr_wake_signal(&f->wake);
  assert_int_equal(errno, EDOM);
  assert_true(is_readable(f));
}

static void listening_can_be_turned_off_and_on(void **state)
{
  struct fixture *f = *state;

  assert_int_equal(f->wake.watch.events, 0);
  assert_int_equal(cr_wake_listen(&f->wake, true), 0);
  assert_ptr_equal(f->fake->watches[f->wake.watch.fd], &f->wake.watch);
  assert_int_equal(cr_wake_listen(&f->wake, false), 0);
  assert_null(f->fake->watches[f->wake.watch.fd]);
}

static void closing_twice_closes_once(void **state)
{
  struct fixture *f = *state;
  int fd = f->wake.watch.fd;

  assert_int_equal(cr_wake_listen(&f->wake, true), 0);
  cr_wake_close(&f->wake);
  assert_null(f->fake->watches[fd]);
  assert_int_equal(fcntl(fd, F_GETFD), -1);
  cr_wake_close(&f->wake);
}

static void programs_that_are_started_do_not_inherit_it(void **state)
{
  struct fixture *f = *state;
  assert_int_equal(fcntl(f->wake.watch.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(many_signals_are_one_call),    TEST(a_call_without_signal_does_not_block),
    TEST(a_full_counter_blocks_nobody), TEST(listening_can_be_turned_off_and_on),
    TEST(closing_twice_closes_once),    TEST(programs_that_are_started_do_not_inherit_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
