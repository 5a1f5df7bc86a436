/* SPDX-License-Identifier: MIT */
/* sink.c - give each page to another thread, and let its URL end when that thread is done with it.
 *
 * A page that was fetched but not stored is no fetched page: it is deferred in on_page and
 * finished by the thread that stores it, as OK, or as RETRY when storing failed. Here storing is
 * printing.
 *
 * usage: sink URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <pthread.h>
#include <stdio.h>

enum { ROOM = 64 }; /* pages that may wait: the crawler doesn't count what it has given away */

struct sink {
  pthread_mutex_t lock; /* guards all that follows */
  pthread_cond_t changed;
  crawler_page *pages[ROOM];
  size_t first;
  size_t count;
  int closed;
};

static void put(struct sink *sink, crawler_page *page)
{
  pthread_mutex_lock(&sink->lock);
  while (sink->count == ROOM) /* the whole crawl waits: a sink should be faster than the network */
    pthread_cond_wait(&sink->changed, &sink->lock);
  sink->pages[(sink->first + sink->count++) % ROOM] = page;
  pthread_cond_broadcast(&sink->changed);
  pthread_mutex_unlock(&sink->lock);
}

/* NULL: closed, and empty. */
static crawler_page *take(struct sink *sink)
{
  crawler_page *page = NULL;

  pthread_mutex_lock(&sink->lock);
  while (sink->count == 0 && !sink->closed)
    pthread_cond_wait(&sink->changed, &sink->lock);
  if (sink->count > 0) {
    page = sink->pages[sink->first];
    sink->first = (sink->first + 1) % ROOM;
    sink->count--;
    pthread_cond_broadcast(&sink->changed);
  }
  pthread_mutex_unlock(&sink->lock);
  return page;
}

static void close_sink(struct sink *sink)
{
  pthread_mutex_lock(&sink->lock);
  sink->closed = 1;
  pthread_cond_broadcast(&sink->changed);
  pthread_mutex_unlock(&sink->lock);
}

/* 0: stored. */
static int store(crawler_page *page)
{
  size_t bytes;

  crawler_page_body(page, &bytes);
  return printf("%zu bytes of %s\n", bytes, crawler_page_url(page)) < 0;
}

static void *store_all(void *user)
{
  crawler_page *page;

  while ((page = take(user)) != NULL)
    crawler_page_finish(page, store(page) == 0 ? CRAWLER_FINISH_OK : CRAWLER_FINISH_RETRY);
  return NULL;
}

static int hand_over(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  crawler_page_defer(page);
  put(user, page); /* the page is the other thread's from here on */
  return 0;
}

int main(int argc, char **argv)
{
  struct sink sink = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
  crawler *c = crawler_new();
  pthread_t thread;
  int err;

  if (!c || argc < 2 || pthread_create(&thread, NULL, store_all, &sink) != 0)
    return 2;
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, hand_over, &sink);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c); /* returns when all deferred pages are finished */
  if (err < 0)
    fprintf(stderr, "sink: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  close_sink(&sink);
  pthread_join(thread, NULL);
  crawler_free(c);
  return err < 0;
}
