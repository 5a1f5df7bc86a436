/* SPDX-License-Identifier: MIT */
/* libuv.c - a crawl inside a program that runs on libuv, and has a timer of its own.
 *
 * LDLIBS: -luv
 * usage: libuv URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum { TICK_MS = 5, MAX_FD = 4096 };

struct adapter {
  uv_loop_t *loop;
  crawler *c;
  uv_poll_t *polls[MAX_FD]; /* by descriptor; NULL: not watched */
  uv_timer_t timer;
};

/* ---- what the crawler asks of the loop ---- */

static void free_handle(uv_handle_t *handle)
{
  free(handle);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
  struct adapter *a = poll->data;
  uv_os_fd_t fd;

  if (uv_fileno((uv_handle_t *)poll, &fd) < 0)
    return;
  if (status < 0) /* let the crawler find out what is wrong */
    events = UV_READABLE | UV_WRITABLE;
  (void)crawler_fd_ready(a->c, fd,
                         (events & UV_READABLE ? CRAWLER_READ : 0) |
                             (events & UV_WRITABLE ? CRAWLER_WRITE : 0));
}

static void unwatch(struct adapter *a, int fd)
{
  if (a->polls[fd])
    uv_close((uv_handle_t *)a->polls[fd], free_handle); /* frees it at the end of the turn */
  a->polls[fd] = NULL;
}

static int watch(crawler *c, int fd, int events, void *user)
{
  struct adapter *a = user;

  (void)c;
  if (fd >= MAX_FD)
    return -1;
  if (events == 0) {
    unwatch(a, fd);
    return 0;
  }
  if (!a->polls[fd]) {
    uv_poll_t *poll = malloc(sizeof(*poll));

    if (!poll || uv_poll_init(a->loop, poll, fd) < 0) {
      free(poll);
      return -1;
    }
    poll->data = a;
    a->polls[fd] = poll;
  }
  return uv_poll_start(a->polls[fd],
                       (events & CRAWLER_READ ? UV_READABLE : 0) |
                           (events & CRAWLER_WRITE ? UV_WRITABLE : 0),
                       on_ready);
}

static void on_timer(uv_timer_t *timer)
{
  struct adapter *a = timer->data;

  (void)crawler_timer_fired(a->c);
}

static int set_timer(crawler *c, int64_t ms, void *user)
{
  struct adapter *a = user;

  (void)c;
  if (ms < 0)
    return uv_timer_stop(&a->timer);
  uv_update_time(a->loop); /* it counts from the turn's beginning, which may be long ago */
  return uv_timer_start(&a->timer, on_timer, (uint64_t)ms, 0);
}

/* ---- the program ---- */

static int print_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  printf("%d %s\n", crawler_page_status(page), crawler_page_url(page));
  return 0;
}

static void over(crawler *c, void *user)
{
  (void)c;
  uv_stop(user);
}

static void on_tick(uv_timer_t *ticker)
{
  ++*(long long *)ticker->data;
}

static int crawl(struct adapter *a, const char *url)
{
  int err = crawler_add(a->c, url);

  crawler_on_page(a->c, print_page, NULL);
  crawler_on_done(a->c, over, a->loop);
  crawler_set_loop(a->c, watch, set_timer, a);
  if (err == 0)
    err = crawler_start(a->c);
  if (err == 0)
    uv_run(a->loop, UV_RUN_DEFAULT);
  else
    fprintf(stderr, "libuv: %s: %s\n", crawler_strerror(err), crawler_errmsg(a->c));
  return err;
}

int main(int argc, char **argv)
{
  static struct adapter a;
  uv_timer_t ticker;
  long long ticks = 0;
  int err;

  a.loop = uv_default_loop();
  a.c = crawler_new();
  if (!a.loop || !a.c || argc < 2)
    return 2;
  uv_timer_init(a.loop, &a.timer);
  uv_timer_init(a.loop, &ticker);
  a.timer.data = &a;
  ticker.data = &ticks;
  uv_timer_start(&ticker, on_tick, TICK_MS, TICK_MS);
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(a.c, argv[i], argv[i + 1]);

  err = crawl(&a, argv[1]);
  if (err == 0)
    printf("over: %s, after %lld ticks\n", crawler_ended(a.c), ticks);
  crawler_free(a.c); /* closes what is still watched */
  uv_close((uv_handle_t *)&a.timer, NULL);
  uv_close((uv_handle_t *)&ticker, NULL);
  uv_run(a.loop, UV_RUN_DEFAULT); /* until every handle is closed */
  return uv_loop_close(a.loop) < 0 || err < 0;
}
