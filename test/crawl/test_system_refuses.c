/* SPDX-License-Identifier: MIT */
/* test_system_refuses.c - whole crawls of a real site in which system calls fail in turn.
 *
 * Each function that takes something from the system, each of its calls, each error that it may
 * plausibly give; the first of these also with all calls that follow. Whatever fails: the crawl
 * ends, complete or with an error and words for it, and leaves no descriptor and no thread behind.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/fault_site.h"
#include "support/faults.h"

enum { SAMPLE = 8 };

static struct cr_fault_site site;

static const struct row {
  enum cr_fault_call call;
  bool is_harmless; /* a single failure costs no page */
  int errors[6];
} rows[] = {
  { CR_FAULT_SOCKET, true, { EMFILE, ENFILE, ENOBUFS, ENOMEM } },
  { CR_FAULT_SOCKET, false, { EACCES } },
  { CR_FAULT_CONNECT, true, { ENOBUFS, ENOMEM } },
  { CR_FAULT_CONNECT, false, { EAGAIN, EADDRNOTAVAIL, ENETUNREACH, EINTR } },
  { CR_FAULT_SEND, false, { EPIPE, ECONNRESET, ENOBUFS, EINTR, EAGAIN, CR_FAULT_SHORT } },
  { CR_FAULT_RECV, false, { ECONNRESET, ENOMEM } },
  { CR_FAULT_RECV, true, { EAGAIN, EINTR, CR_FAULT_SHORT } },
  { CR_FAULT_PAIR, true, { EMFILE, ENFILE, ENOMEM } },
  { CR_FAULT_EVENTFD, false, { EMFILE, ENFILE, ENOMEM } },
  { CR_FAULT_TIMERFD, true, { EMFILE, ENOMEM, ENODEV, ENOSYS } },
  { CR_FAULT_EPOLL_CREATE, false, { EMFILE, ENFILE, ENOMEM } },
  { CR_FAULT_EPOLL_CTL, false, { ENOMEM, ENOSPC } },
  { CR_FAULT_EPOLL_WAIT, true, { EINTR } },
  { CR_FAULT_EPOLL_WAIT, false, { ENOMEM } },
  { CR_FAULT_THREAD, false, { EAGAIN, ENOMEM, EPERM } },
  { CR_FAULT_OPEN, false, { EMFILE, ENFILE, ENOMEM, EACCES, ENOENT } },
  { CR_FAULT_RANDOM, false, { ENOSYS, EINTR, EAGAIN } },
};

/* Returns how many calls there were. */
static int64_t crawl(const struct row *row, int error, int64_t first, int64_t last)
{
  struct cr_fault_crawl crawl = { .site = &site, .workers = 1, .by_thread = first % 2 != 0 };
  char what[128];

  (void)snprintf(what, sizeof(what), "%s, error %d, calls %lld to %lld", cr_fault_name(row->call),
                 error, (long long)first, (long long)last);
  cr_faults_plan(row->call, error, first, last);
  cr_fault_crawl_run(&crawl, what);
  int64_t calls = cr_faults_end(row->call);
  if ((first == 0 || (first == last && row->is_harmless)) && (crawl.err != 0 || !crawl.is_all))
    fail_msg("%s: not all pages were fetched: %s", what, crawl.message);
  return calls;
}

/* EINTR and EAGAIN that never end would be no errors, but a kernel that makes fun of us. */
static bool may_last(int error)
{
  return error != EINTR && error != EAGAIN && error != CR_FAULT_SHORT;
}

static void fail_each(const struct row *row, int error, bool for_good)
{
  int64_t calls = crawl(row, error, 0, 0);

  for (int64_t i = cr_fault_next(0, calls, SAMPLE); i > 0; i = cr_fault_next(i, calls, SAMPLE)) {
    (void)crawl(row, error, i, i);
    if (for_good && may_last(error))
      (void)crawl(row, error, i, INT64_MAX);
  }
}

static void whatever_the_system_refuses_a_crawl_ends_and_leaves_nothing_behind(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    for (size_t k = 0; k < sizeof(rows[i].errors) / sizeof(rows[i].errors[0]); k++)
      if (rows[i].errors[k] != 0)
        fail_each(&rows[i], rows[i].errors[k], k == 0);
}

static int start(void **state)
{
  (void)state;
  cr_fault_site_start(&site);
  return 0;
}

static int stop(void **state)
{
  (void)state;
  cr_fault_site_stop(&site);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(whatever_the_system_refuses_a_crawl_ends_and_leaves_nothing_behind),
  };

  return cmocka_run_group_tests_name("the system refuses", tests, start, stop);
}
