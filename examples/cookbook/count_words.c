/* SPDX-License-Identifier: MIT */
/* count_words.c - work on pages in parallel: on_parse runs on the threads that parse.
 *
 * Each worker counts the words of its page alone, without a lock, and holds one only to add the
 * result to what all of them share. Printed at the end: the pages by length, and the sum.
 *
 * usage: count_words URL [OPTION VALUE]...
 *
 *   count_words https://example.org/ workers 8
 */
#include <crawl/crawler.h>

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct count {
  size_t words;
  char *url;
};

struct counts {
  pthread_mutex_t lock; /* guards all that follows */
  struct count *list;
  size_t used;
  size_t room;
  int failed;
};

static int is_tag(const crawler_node *node, const char *name)
{
  size_t bytes;
  const char *tag = crawler_node_tag(node, &bytes);

  return tag && bytes == strlen(name) && memcmp(tag, name, bytes) == 0;
}

/* Runs of anything but white space, in all text that is shown. */
static size_t words_of(const crawler_page *page)
{
  const crawler_node *root = crawler_page_root(page);
  size_t words = 0;

  for (const crawler_node *n = root; n; n = crawler_node_walk(n, root)) {
    const crawler_node *parent = crawler_node_parent(n);
    const unsigned char *text = (const unsigned char *)crawler_node_text(n);

    if (!text || is_tag(parent, "script") || is_tag(parent, "style") || is_tag(parent, "title"))
      continue;
    for (; *text; text++)
      words += !isspace(text[0]) && (isspace(text[1]) || !text[1]);
  }
  return words;
}

/* The lock is held. -1: out of memory. */
static int append(struct counts *counts, const char *url, size_t words)
{
  if (counts->used == counts->room) {
    size_t room = counts->room ? counts->room * 2 : 64;
    struct count *list = realloc(counts->list, room * sizeof(*list));

    if (!list)
      return -1;
    counts->list = list;
    counts->room = room;
  }
  counts->list[counts->used].words = words;
  counts->list[counts->used].url = strdup(url);
  if (!counts->list[counts->used].url)
    return -1;
  counts->used++;
  return 0;
}

/* On a worker: the page may be read, and nothing else of the crawler be touched. */
static int count_page(crawler *c, crawler_page *page, void *user)
{
  struct counts *counts = user;
  size_t words = words_of(page);

  (void)c;
  if (crawler_page_status(page) != 200 || !crawler_page_root(page))
    return 0;
  pthread_mutex_lock(&counts->lock);
  if (append(counts, crawler_page_url(page), words) < 0)
    counts->failed = 1;
  pthread_mutex_unlock(&counts->lock);
  return 0;
}

static int more_words(const void *a, const void *b)
{
  const struct count *left = a;
  const struct count *right = b;

  if (left->words != right->words)
    return left->words < right->words ? 1 : -1;
  return strcmp(left->url, right->url);
}

/* After the crawl: no worker is left that needs the lock. */
static void print_counts(struct counts *counts)
{
  size_t sum = 0;

  if (counts->used > 0)
    qsort(counts->list, counts->used, sizeof(*counts->list), more_words);
  for (size_t i = 0; i < counts->used; i++) {
    printf("%7zu %s\n", counts->list[i].words, counts->list[i].url);
    sum += counts->list[i].words;
    free(counts->list[i].url);
  }
  free(counts->list);
  printf("%7zu words on %zu pages%s\n", sum, counts->used,
         counts->failed ? ", and memory for no more" : "");
}

int main(int argc, char **argv)
{
  struct counts counts = { .lock = PTHREAD_MUTEX_INITIALIZER };
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 2) {
    fputs("usage: count_words URL [OPTION VALUE]...\n", stderr);
    crawler_free(c);
    return 2;
  }
  crawler_set_document(c, 1); /* a worker builds it, too */
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_parse(c, count_page, &counts);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "count_words: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  print_counts(&counts);
  return err < 0 || counts.failed;
}
