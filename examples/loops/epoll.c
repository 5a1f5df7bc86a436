/* SPDX-License-Identifier: MIT */
/* epoll.c - a crawl inside a program that waits with epoll(7), and has a timer of its own.
 *
 * usage: epoll URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 5, MAX_EVENTS = 64 };

struct loop {
  int epoll;
  int ticker; /* the program's timer */
  long long ticks;
  long long wake_ms; /* when the crawler's timer fires; -1: never */
  int is_over;
};

static long long now_ms(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* ---- what the crawler asks of the loop ---- */

static int watch(crawler *c, int fd, int events, void *user)
{
  struct loop *loop = user;
  struct epoll_event event = { .data.fd = fd };

  (void)c;
  event.events = (events & CRAWLER_READ ? EPOLLIN : 0U) | (events & CRAWLER_WRITE ? EPOLLOUT : 0U);
  if (events == 0) {
    (void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL); /* ENOENT: it was closed, and is out */
    return 0;
  }
  if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
    return 0;
  return errno == EEXIST ? epoll_ctl(loop->epoll, EPOLL_CTL_MOD, fd, &event) : -1;
}

static int timer(crawler *c, int64_t ms, void *user)
{
  struct loop *loop = user;

  (void)c;
  loop->wake_ms = ms < 0 ? -1 : now_ms() + ms;
  return 0;
}

static void over(crawler *c, void *user)
{
  struct loop *loop = user;

  (void)c;
  loop->is_over = 1;
}

static int print_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  printf("%d %s\n", crawler_page_status(page), crawler_page_url(page));
  return 0;
}

/* ---- the program's loop ---- */

static int open_loop(struct loop *loop)
{
  struct itimerspec every = { .it_value.tv_nsec = TICK_MS * 1000000L,
                              .it_interval.tv_nsec = TICK_MS * 1000000L };
  struct epoll_event event = { .events = EPOLLIN };

  loop->wake_ms = -1;
  loop->epoll = epoll_create1(EPOLL_CLOEXEC);
  loop->ticker = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  event.data.fd = loop->ticker;
  return loop->epoll < 0 || loop->ticker < 0 ||
                 epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->ticker, &event) < 0 ||
                 timerfd_settime(loop->ticker, 0, &every, NULL) < 0
             ? -1
             : 0;
}

static int timeout_of(const struct loop *loop)
{
  long long left = loop->wake_ms - now_ms();

  if (loop->wake_ms < 0)
    return -1;
  return left < 0 ? 0 : (int)(left < 60000 ? left : 60000);
}

static void dispatch(crawler *c, struct loop *loop, const struct epoll_event *event)
{
  int events = (event->events & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CRAWLER_READ : 0) |
               (event->events & (EPOLLOUT | EPOLLERR) ? CRAWLER_WRITE : 0);
  uint64_t times = 0;

  if (event->data.fd != loop->ticker)
    (void)crawler_fd_ready(c, event->data.fd, events); /* on_done tells the end, good or bad */
  else if (read(loop->ticker, &times, sizeof(times)) == sizeof(times))
    loop->ticks += (long long)times;
}

static int run_loop(crawler *c, struct loop *loop)
{
  struct epoll_event events[MAX_EVENTS];

  while (!loop->is_over) {
    int count = epoll_wait(loop->epoll, events, MAX_EVENTS, timeout_of(loop));

    if (count < 0 && errno != EINTR)
      return -1;
    for (int i = 0; i < count && !loop->is_over; i++)
      dispatch(c, loop, &events[i]);
    if (!loop->is_over && loop->wake_ms >= 0 && now_ms() >= loop->wake_ms) {
      loop->wake_ms = -1; /* it fires once, and may be set anew now */
      (void)crawler_timer_fired(c);
    }
  }
  return 0;
}

int main(int argc, char **argv)
{
  static struct loop loop;
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 2 || open_loop(&loop) < 0)
    return 2;
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, print_page, NULL);
  crawler_on_done(c, over, &loop);
  crawler_set_loop(c, watch, timer, &loop);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_start(c);
  if (err == 0 && run_loop(c, &loop) < 0)
    perror("epoll_wait");
  if (err == 0)
    printf("over: %s, after %lld ticks\n", crawler_ended(c), loop.ticks);
  else
    fprintf(stderr, "epoll: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c); /* still takes descriptors out of the loop */
  close(loop.ticker);
  close(loop.epoll);
  return err < 0;
}
