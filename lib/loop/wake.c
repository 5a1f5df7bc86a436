/* SPDX-License-Identifier: MIT */
/* wake.c - how other threads and signal handlers wake a loop, on Linux: an eventfd.
 *
 * One descriptor of our own and a write() of 8 bytes. libevent's way (event_active from another
 * thread) needs its locks and can lose activations (libevent #1530).
 */
#include "loop/wake.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "crawl/crawler.h"

static void on_readable(struct cr_watch *watch, int events)
{
  struct cr_wake *wake = CR_CONTAINER(watch, struct cr_wake, watch);
  uint64_t count = 0;
  (void)events;

  /* One read takes all signals. It can only fail with nothing to take, which is as good. */
  ssize_t got = read(watch->fd, &count, sizeof(count));
  (void)got;
  cr_loop_woken(wake->loop);
}

int cr_wake_open(struct cr_wake *wake, struct cr_loop *loop)
{
  *wake = (struct cr_wake){ .watch = { .ready = on_readable }, .loop = loop };
  wake->watch.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return wake->watch.fd < 0 ? CRAWLER_E_SYSTEM : 0;
}

int cr_wake_listen(struct cr_wake *wake, bool on)
{
  return cr_loop_watch(wake->loop, &wake->watch, on ? CR_LOOP_READ : 0);
}

void cr_wake_signal(const struct cr_wake *wake)
{
  uint64_t one = 1;
  int saved = errno; /* may run in a signal handler */

  /* EAGAIN means that the counter is full: the loop has plenty of reason to wake. */
  ssize_t put = write(wake->watch.fd, &one, sizeof(one));
  (void)put;
  errno = saved;
}

void cr_wake_close(struct cr_wake *wake)
{
  if (wake->watch.fd < 0)
    return;
  (void)cr_wake_listen(wake, false); /* ending a watch doesn't fail */
  (void)close(wake->watch.fd);       /* nothing can be lost in an eventfd */
  wake->watch.fd = -1;
}
