/* SPDX-License-Identifier: MIT */
/* pull.c - no callbacks: ask for one page after the other. With "thread" as the first argument the
 * crawl runs on a thread of the library's own, and this one only takes pages.
 *
 * usage: pull [thread] URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <string.h>

static void print_page(crawler_page *page)
{
  size_t bytes;

  crawler_page_body(page, &bytes);
  printf("%d %zu bytes, %zu links, %s\n", crawler_page_status(page), bytes,
         crawler_page_link_count(page), crawler_page_url(page));
}

int main(int argc, char **argv)
{
  int threaded = argc > 1 && strcmp(argv[1], "thread") == 0;
  int at = 1 + threaded;
  crawler *c = crawler_new();
  crawler_page *page;
  int err;

  if (!c || argc <= at)
    return 2;
  for (int i = at + 1; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  err = crawler_add(c, argv[at]);
  if (err == 0 && threaded)
    err = crawler_start_thread(c);
  while (err == 0 && (err = crawler_next(c, &page, -1)) == CRAWLER_OK) {
    print_page(page);
    crawler_page_release(page); /* now its URL has ended */
  }
  if (err < 0)
    fprintf(stderr, "pull: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err < 0;
}
