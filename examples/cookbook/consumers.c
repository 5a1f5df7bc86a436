/* SPDX-License-Identifier: MIT */
/* consumers.c - several threads take pages from one crawl, each as soon as it has time.
 *
 * The crawl runs on a thread of the library's own. One thread at a time may wait for its next page,
 * so they take turns under a lock; the work on a page is done without it. Who is slow slows the
 * crawl down: what nobody has taken is bounded by option max_buffered.
 *
 * usage: consumers THREADS URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_CONSUMERS = 64 };

struct shared {
  pthread_mutex_t lock; /* guards all that follows: whose turn it is */
  crawler *c;
  int result; /* of the last crawler_next(): anything but CRAWLER_OK is the end */
};

struct consumer {
  struct shared *shared;
  pthread_t thread;
  int pages;
  size_t bytes;
};

/* NULL: there are no more. */
static crawler_page *take(struct shared *shared)
{
  crawler_page *page = NULL;

  pthread_mutex_lock(&shared->lock);
  if (shared->result == CRAWLER_OK)
    shared->result = crawler_next(shared->c, &page, -1);
  pthread_mutex_unlock(&shared->lock);
  return page;
}

static void *consume(void *user)
{
  struct consumer *me = user;
  crawler_page *page;

  while ((page = take(me->shared)) != NULL) {
    size_t bytes = 0;

    crawler_page_text(page, &bytes); /* decoded here: work that is done in parallel */
    me->pages++;
    me->bytes += bytes;
    crawler_page_release(page); /* its URL has ended when the next one was taken, or does now */
  }
  return NULL;
}

/* How many could be started. */
static int start(struct consumer *consumers, int count, struct shared *shared)
{
  for (int i = 0; i < count; i++) {
    consumers[i].shared = shared;
    if (pthread_create(&consumers[i].thread, NULL, consume, &consumers[i]) != 0)
      return i;
  }
  return count;
}

int main(int argc, char **argv)
{
  struct shared shared = { .lock = PTHREAD_MUTEX_INITIALIZER, .result = CRAWLER_OK };
  struct consumer consumers[MAX_CONSUMERS] = { 0 };
  long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
  crawler *c = crawler_new();
  int started;
  int err;

  if (!c || argc < 3 || count < 1 || count > MAX_CONSUMERS) {
    fprintf(stderr, "usage: consumers THREADS URL [OPTION VALUE]... (1 to %d)\n", MAX_CONSUMERS);
    crawler_free(c);
    return 2;
  }
  for (int i = 3; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  shared.c = c;
  err = crawler_add(c, argv[2]);
  if (err == 0)
    err = crawler_start_thread(c);
  started = err == 0 ? start(consumers, (int)count, &shared) : 0;
  for (int i = 0; i < started; i++) {
    pthread_join(consumers[i].thread, NULL);
    printf("thread %d: %d pages, %zu bytes\n", i + 1, consumers[i].pages, consumers[i].bytes);
  }
  if (err == 0 && shared.result < 0)
    err = shared.result;
  if (err < 0)
    fprintf(stderr, "consumers: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c); /* stops the crawl if no thread could be started */
  return err < 0 || started == 0;
}
