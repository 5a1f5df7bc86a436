/* SPDX-License-Identifier: MIT */
/* event_base.c - a crawl inside a program that runs on libevent: the loop is the program's.
 *
 * usage: event_base URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <event2/event.h>
#include <stdio.h>

static int print_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  printf("%d %s\n", crawler_page_status(page), crawler_page_url(page));
  return 0;
}

static void over(crawler *c, void *user)
{
  struct event *tick = user;

  printf("over: %s\n", crawler_ended(c));
  event_del(tick); /* nothing is left on the base now, so that event_base_dispatch() returns */
}

/* The program's own work goes on meanwhile. */
static void tick(evutil_socket_t fd, short what, void *user)
{
  (void)fd;
  (void)what;
  (void)user;
}

int main(int argc, char **argv)
{
  struct event_base *base = event_base_new();
  struct event *timer = base ? event_new(base, -1, EV_PERSIST, tick, NULL) : NULL;
  struct timeval every = { .tv_sec = 1 };
  crawler *c = crawler_new();
  int err;

  if (!timer || !c || argc < 2)
    return 2;
  event_add(timer, &every);
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, print_page, NULL);
  crawler_on_done(c, over, timer);
  crawler_set_event_base(c, base);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_start(c);
  if (err == 0)
    event_base_dispatch(base);
  else
    fprintf(stderr, "event_base: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  event_free(timer);
  event_base_free(base);
  return err < 0;
}
