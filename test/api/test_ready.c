/* SPDX-License-Identifier: MIT */
/* Pages on their way to crawler_next(): order, waiting, and a descriptor that says what is so. */
#include "api/crawler_impl.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support/crawl_rig.h"

static struct cr_visit visits[3];

static void open_ready(struct cr_ready *ready)
{
  memset(ready, 0, sizeof(*ready));
  memset(visits, 0, sizeof(visits));
  for (size_t i = 0; i < 3; i++)
    cr_list_init(&visits[i].ready_link);
  assert_int_equal(cr_ready_init(ready), 0);
}

static int is_readable(const struct cr_ready *ready)
{
  struct pollfd fd = { .fd = ready->flag.fd, .events = POLLIN };

  return poll(&fd, 1, 0);
}

static void pages_come_in_the_order_they_were_given(void **state)
{
  struct cr_ready ready;

  (void)state;
  open_ready(&ready);
  assert_null(cr_ready_pop(&ready));
  for (size_t i = 0; i < 3; i++)
    cr_ready_push(&ready, &visits[i]);
  for (size_t i = 0; i < 3; i++)
    assert_ptr_equal(cr_ready_pop(&ready), &visits[i]);
  assert_null(cr_ready_pop(&ready));
  cr_ready_free(&ready);
}

static void the_descriptor_is_readable_while_there_are_pages_or_the_end(void **state)
{
  struct cr_ready ready;
  int descriptors = cr_count_descriptors();

  (void)state;
  open_ready(&ready);
  assert_int_equal(ready.flag.fd, -1);
  assert_int_equal(cr_count_descriptors(), descriptors);
  assert_int_equal(cr_ready_open_fd(&ready), 0);
  assert_int_equal(is_readable(&ready), 0);
  cr_ready_push(&ready, &visits[0]);
  cr_ready_push(&ready, &visits[1]);
  assert_int_equal(is_readable(&ready), 1);
  assert_non_null(cr_ready_pop(&ready));
  assert_int_equal(is_readable(&ready), 1);
  assert_non_null(cr_ready_pop(&ready));
  assert_int_equal(is_readable(&ready), 0);
  cr_ready_set_over(&ready, true);
  assert_int_equal(is_readable(&ready), 1);
  cr_ready_push(&ready, &visits[2]);
  assert_non_null(cr_ready_pop(&ready));
  assert_int_equal(is_readable(&ready), 1);
  cr_ready_set_over(&ready, false);
  assert_int_equal(is_readable(&ready), 0);
  cr_ready_free(&ready);
  assert_int_equal(cr_count_descriptors(), descriptors);
}

static void a_descriptor_opened_late_says_what_is_so_already(void **state)
{
  struct cr_ready ready;
  int fd;

  (void)state;
  open_ready(&ready);
  cr_ready_push(&ready, &visits[0]);
  assert_int_equal(cr_ready_open_fd(&ready), 0);
  assert_int_equal(is_readable(&ready), 1);
  fd = ready.flag.fd;
  assert_int_equal(cr_ready_open_fd(&ready), 0); /* a second time it is the same */
  assert_int_equal(ready.flag.fd, fd);
  cr_ready_free(&ready);
}

static void waiting_ends_with_a_page_the_end_or_the_time(void **state)
{
  struct cr_ready ready;
  int64_t began = cr_clock_mono_ms();

  (void)state;
  open_ready(&ready);
  assert_false(cr_ready_wait(&ready, 0, false));
  assert_false(cr_ready_wait(&ready, 15, false));
  assert_in_range(cr_clock_mono_ms() - began, 14, 5000);
  cr_ready_push(&ready, &visits[0]);
  assert_true(cr_ready_wait(&ready, -1, false));
  assert_false(cr_ready_wait(&ready, 1, true)); /* a page is not the end */
  cr_ready_set_over(&ready, true);
  assert_true(cr_ready_wait(&ready, -1, true));
  assert_true(cr_ready_wait(&ready, 0, true));
  cr_ready_free(&ready);
}

static void *push_soon(void *arg)
{
  cr_ready_push(arg, &visits[0]);
  return NULL;
}

static void a_page_wakes_who_waits(void **state)
{
  struct cr_ready ready;
  pthread_t thread;

  (void)state;
  open_ready(&ready);
  assert_int_equal(pthread_create(&thread, NULL, push_soon, &ready), 0);
  assert_true(cr_ready_wait(&ready, -1, false));
  assert_ptr_equal(cr_ready_pop(&ready), &visits[0]);
  assert_int_equal(pthread_join(thread, NULL), 0);
  cr_ready_free(&ready);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(pages_come_in_the_order_they_were_given),
    cmocka_unit_test(the_descriptor_is_readable_while_there_are_pages_or_the_end),
    cmocka_unit_test(a_descriptor_opened_late_says_what_is_so_already),
    cmocka_unit_test(waiting_ends_with_a_page_the_end_or_the_time),
    cmocka_unit_test(a_page_wakes_who_waits),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
