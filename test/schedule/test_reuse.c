/* SPDX-License-Identifier: MIT */
/* test_reuse.c - which connections are going to be used again. */
#include "schedule/reuse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void it_hangs_on_when_the_next_request_comes(void **state)
{
  static const struct {
    int64_t per_second, delay_ms, others, room;
    bool is_likely;
  } rows[] = {
    { 0, 0, 0, 0, true },           { 0, 4999, 0, 10, true },       { 0, 5000, 0, 10, false },
    { 0, 0, 10, 10, true },         { 100, 0, 500, 1000, true },    { 100, 0, 501, 1000, false },
    { 0, 0, 100000, 100000, true }, { 0, 0, 1000000000, 0, false },
  };
  (void)state;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const struct cr_reuse reuse = { .per_second = rows[i].per_second };
    const struct cr_reuse_host host = { rows[i].delay_ms, rows[i].others, rows[i].room, 7 };
    assert_int_equal(cr_reuse_is_likely(&reuse, &host), rows[i].is_likely);
  }
}

/* A quarter has room: it is the same quarter each time, and most of it still is when there are
 * somewhat more hosts. */
static void of_too_many_hosts_a_part_is_kept(void **state)
{
  enum { HOSTS = 10000, ROOM = 2500 };
  const struct cr_reuse reuse = { .per_second = HOSTS };
  int kept = 0;
  int both = 0;
  (void)state;

  for (uint32_t i = 0; i < HOSTS; i++) {
    const struct cr_reuse_host now = { 0, HOSTS, ROOM, i };
    const struct cr_reuse_host later = { 0, HOSTS + HOSTS / 10, ROOM, i };
    kept += cr_reuse_is_likely(&reuse, &now);
    both += cr_reuse_is_likely(&reuse, &now) && cr_reuse_is_likely(&reuse, &later);
  }
  assert_in_range(kept, ROOM - ROOM / 20, ROOM + ROOM / 20);
  assert_in_range(both, kept - kept / 8, kept);
}

static void the_rate_is_that_of_the_last_second_or_more(void **state)
{
  struct cr_reuse reuse = { .per_second = 0 };
  (void)state;

  for (int64_t now_ms = 50000; now_ms < 51000; now_ms++)
    cr_reuse_begin(&reuse, now_ms);
  assert_int_equal(reuse.per_second, 0); /* 0 before the first one, since the clock began */
  cr_reuse_begin(&reuse, 51000);
  assert_int_equal(reuse.per_second, 1000);
  cr_reuse_begin(&reuse, 61000); /* one in ten seconds is less than one in one */
  assert_int_equal(reuse.per_second, 0);
  for (int i = 0; i < 30; i++)
    cr_reuse_begin(&reuse, 61000);
  cr_reuse_begin(&reuse, 64000);
  assert_int_equal(reuse.per_second, 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_hangs_on_when_the_next_request_comes),
    cmocka_unit_test(of_too_many_hosts_a_part_is_kept),
    cmocka_unit_test(the_rate_is_that_of_the_last_second_or_more),
  };

  return cmocka_run_group_tests_name("reuse", tests, NULL, NULL);
}
