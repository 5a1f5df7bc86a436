/* SPDX-License-Identifier: MIT */
/* NEEDS: cares */
/* test_system_refuses.c - whole crawls of a real site in which system calls fail in turn.
 *
 * Each function that takes something from the system, each of its calls, each error that it may
 * plausibly give; the first of these also with all calls that follow. Whatever fails: the crawl
 * ends, complete or with an error and words for it, and leaves no descriptor, no thread and no
 * memory behind.
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

enum { SAMPLE = 4 };

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

struct plan {
  const struct row *row;
  bool by_thread;
  int error;
};

/* Returns how many calls there were. */
static int64_t crawl(const struct plan *plan, int64_t first, int64_t last)
{
  const struct row *row = plan->row;
  struct cr_fault_crawl crawl = { .site = &site, .workers = 1, .by_thread = plan->by_thread };
  char what[128];

  (void)snprintf(what, sizeof(what), "%s%s, error %d, calls %lld to %lld", cr_fault_name(row->call),
                 plan->by_thread ? " by a thread" : "", plan->error, (long long)first,
                 (long long)last);
  cr_faults_plan(row->call, plan->error, first, last);
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

static void fail_each(const struct plan *plan, int64_t calls)
{
  bool for_good = plan->error == plan->row->errors[0] && may_last(plan->error);

  for (int64_t i = cr_fault_next(0, calls, SAMPLE); i > 0; i = cr_fault_next(i, calls, SAMPLE)) {
    (void)crawl(plan, i, i);
    if (for_good)
      (void)crawl(plan, i, INT64_MAX);
  }
}

/* libcurl from 8.9 on has an eventfd instead of a pair, libevent 2.2 epoll_pwait2() instead of a
 * timerfd. */
static bool is_of_some_versions(enum cr_fault_call call)
{
  return call == CR_FAULT_PAIR || call == CR_FAULT_TIMERFD;
}

/* Each drive has calls of its own, so they are counted in each. */
static void refuse(const struct row *row, bool by_thread)
{
  struct plan plan = { .row = row, .by_thread = by_thread };
  int64_t calls = crawl(&plan, 0, 0);

  if (calls == 0 && !is_of_some_versions(row->call))
    fail_msg("%s is never called%s", cr_fault_name(row->call), by_thread ? " by a thread" : "");
  if (calls == 0)
    print_message("%s is never called by these libraries\n", cr_fault_name(row->call));
  for (size_t k = 0; k < sizeof(row->errors) / sizeof(row->errors[0]); k++) {
    plan.error = row->errors[k];
    if (plan.error != 0)
      fail_each(&plan, calls);
  }
}

static void whatever_the_system_refuses_a_crawl_ends_and_leaves_nothing_behind(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    refuse(&rows[i], false);
    refuse(&rows[i], true);
  }
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
