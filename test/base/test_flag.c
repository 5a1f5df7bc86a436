/* SPDX-License-Identifier: MIT */
/* test_flag.c - the descriptor says what the flag says.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/flag.h"
#include "crawl/crawler.h"

static int is_readable(const struct cr_flag *flag)
{
  struct pollfd p = { .fd = flag->fd, .events = POLLIN };

  return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

static void the_descriptor_is_readable_while_the_flag_is_up(void **state)
{
  struct cr_flag flag = CR_FLAG_CLOSED;

  (void)state;
  assert_int_equal(cr_flag_open(&flag), 0);
  assert_false(is_readable(&flag));
  for (int i = 0; i < 3; i++) {
    cr_flag_set(&flag, true);
    cr_flag_set(&flag, true); /* twice counts once */
    assert_true(is_readable(&flag));
    cr_flag_set(&flag, false);
    assert_false(is_readable(&flag));
  }
  cr_flag_close(&flag);
  assert_int_equal(flag.fd, -1);
}

static void a_closed_flag_can_be_set_and_closed(void **state)
{
  struct cr_flag flag = CR_FLAG_CLOSED;

  (void)state;
  cr_flag_set(&flag, true);
  assert_false(flag.up);
  cr_flag_close(&flag);
  assert_int_equal(flag.fd, -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_descriptor_is_readable_while_the_flag_is_up),
    cmocka_unit_test(a_closed_flag_can_be_set_and_closed),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
