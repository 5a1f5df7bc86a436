/* SPDX-License-Identifier: MIT */
/* poll_loop.c - a crawl in any other event loop, by two functions: watch and timer. Here the loop
 * is plain poll(2).
 *
 * usage: poll_loop URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <poll.h>
#include <stdio.h>
#include <time.h>

#define MAX_FDS 1024

struct loop {
  struct pollfd fds[MAX_FDS];
  size_t count;
  long long wake_ms; /* when the crawler's timer fires; -1: never */
};

static long long now_ms(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int watch(crawler *c, int fd, int events, void *user)
{
  struct loop *loop = user;
  size_t at = 0;

  (void)c;
  while (at < loop->count && loop->fds[at].fd != fd)
    at++;
  if (events == 0) {
    if (at < loop->count)
      loop->fds[at] = loop->fds[--loop->count];
    return 0;
  }
  if (at == MAX_FDS)
    return -1; /* no room: the crawl ends with CRAWLER_E_SYSTEM */
  if (at == loop->count)
    loop->count++;
  loop->fds[at].fd = fd;
  loop->fds[at].events =
      (short)((events & CRAWLER_READ ? POLLIN : 0) | (events & CRAWLER_WRITE ? POLLOUT : 0));
  loop->fds[at].revents = 0;
  return 0;
}

static int timer(crawler *c, int64_t ms, void *user)
{
  struct loop *loop = user;

  (void)c;
  loop->wake_ms = ms < 0 ? -1 : now_ms() + ms;
  return 0;
}

static int timeout_of(const struct loop *loop)
{
  long long left = loop->wake_ms - now_ms();

  if (loop->wake_ms < 0)
    return -1;
  return left < 0 ? 0 : (int)(left < 60000 ? left : 60000);
}

/* One turn. The list may change under each call, so it works on a copy of what poll() said. */
static int turn(crawler *c, struct loop *loop)
{
  struct pollfd ready[MAX_FDS];
  size_t count = loop->count;
  int state = CRAWLER_OK;

  if (poll(loop->fds, (nfds_t)loop->count, timeout_of(loop)) < 0)
    return CRAWLER_E_SYSTEM;
  for (size_t i = 0; i < count; i++)
    ready[i] = loop->fds[i];
  for (size_t i = 0; i < count && state == CRAWLER_OK; i++) {
    int events = (ready[i].revents & (POLLIN | POLLHUP | POLLERR) ? CRAWLER_READ : 0) |
                 (ready[i].revents & (POLLOUT | POLLERR) ? CRAWLER_WRITE : 0);

    if (events)
      state = crawler_fd_ready(c, ready[i].fd, events);
  }
  if (state == CRAWLER_OK && loop->wake_ms >= 0 && now_ms() >= loop->wake_ms) {
    loop->wake_ms = -1;
    state = crawler_timer_fired(c);
  }
  return state;
}

static int print_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  printf("%d %s\n", crawler_page_status(page), crawler_page_url(page));
  return 0;
}

int main(int argc, char **argv)
{
  static struct loop loop;
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 2)
    return 2;
  loop.wake_ms = -1;
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, print_page, NULL);
  crawler_set_loop(c, watch, timer, &loop);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_start(c);
  while (err == CRAWLER_OK)
    err = turn(c, &loop);
  if (err < 0)
    fprintf(stderr, "poll_loop: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err < 0;
}
