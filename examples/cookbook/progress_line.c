/* SPDX-License-Identifier: MIT */
/* progress_line.c - the crawl runs on a thread of the library's own; this one says how far it is.
 *
 * Statistics may be read on any thread, and Ctrl-C ends the crawl in order. Pages are printed where
 * they are delivered, on the crawl's thread: without an on_page hook they would wait to be pulled
 * by crawler_next(), and the crawl would not end before.
 *
 * usage: progress_line URL [OPTION VALUE]... >PAGES
 */
#include <crawl/crawler.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { EVERY_MS = 100 };

static crawler *running; /* for the signal handler */

static void on_interrupt(int number)
{
  (void)number;
  crawler_stop(running);
}

/* On the crawl's thread: standard output is its own as long as it runs. */
static int print_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  printf("%d %s\n", crawler_page_status(page), crawler_page_url(page));
  return 0;
}

/* Numbers that are asked for together are of one moment. Without memory for them: no line. */
static void print_progress(const crawler *c)
{
  crawler_stats *stats;

  if (crawler_get_stats(c, &stats) < 0)
    return;
  int64_t fetched = crawler_stats_get(stats, CRAWLER_STAT_FETCHED);
  int64_t elapsed_ms = crawler_stats_get(stats, CRAWLER_STAT_ELAPSED_MS);

  fprintf(stderr, "\r%" PRId64 " pages, %" PRId64 " a second, %" PRId64 " queued%s\033[K", fetched,
          elapsed_ms > 0 ? fetched * 1000 / elapsed_ms : 0,
          crawler_stats_get(stats, CRAWLER_STAT_QUEUED),
          crawler_stats_get(stats, CRAWLER_STAT_WAIT_MS) > 0 ? ", all hosts rest" : "");
  crawler_stats_free(stats); /* "\033[K" cleared what was longer before */
}

static int crawl(crawler *c, const char *url)
{
  int err = crawler_add(c, url);

  if (err == CRAWLER_OK)
    err = crawler_start_thread(c);
  if (err < 0)
    return err;
  while ((err = crawler_wait(c, EVERY_MS)) == CRAWLER_AGAIN)
    print_progress(c);
  fputc('\n', stderr);
  return err;
}

int main(int argc, char **argv)
{
  crawler *c = crawler_new();
  int is_broken;

  if (!c || argc < 2) {
    fputs("usage: progress_line URL [OPTION VALUE]... >PAGES\n", stderr);
    crawler_free(c);
    return 2;
  }
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, print_page, NULL);
  running = c;
  signal(SIGINT, on_interrupt);
  is_broken = crawl(c, argv[1]) < 0 || strcmp(crawler_ended(c), "error") == 0;
  fprintf(stderr, "%s\n", is_broken ? crawler_errmsg(c) : crawler_ended(c));
  signal(SIGINT, SIG_DFL);
  crawler_free(c);
  return is_broken;
}
