/* SPDX-License-Identifier: MIT */
/* hello.c - the smallest crawler: print each page of a site.
 *
 *   cc hello.c $(pkg-config --cflags --libs libcrawl) && ./a.out https://example.org/
 */
#include <crawl/crawler.h>

#include <stdio.h>

static int print_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  printf("%d %s\n", crawler_page_status(page), crawler_page_url(page));
  return 0;
}

/* Every URL ends here, page or not: says why the one given, or where it leads, is none. */
static void print_reason(crawler *c, const crawler_request *req, crawler_outcome outcome,
                         crawler_reason reason, const crawler_page *page, void *user)
{
  (void)c;
  (void)outcome;
  (void)page;
  (void)user;
  if (crawler_request_kind(req) == CRAWLER_KIND_PAGE && crawler_request_depth(req) == 0 && reason)
    fprintf(stderr, "hello: %s: %s\n", crawler_request_url(req), crawler_reason_name(reason));
}

int main(int argc, char **argv)
{
  crawler *c = crawler_new();
  int64_t fetched;
  int err;

  if (!c || argc < 2)
    return 2;
  crawler_on_page(c, print_page, NULL);
  crawler_on_outcome(c, print_reason, NULL);
  for (int i = 2; i + 1 < argc; i += 2) /* any option by name: own_server 1 */
    crawler_set_option(c, argv[i], argv[i + 1]);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "hello: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  fetched = crawler_get_stat(c, CRAWLER_STAT_FETCHED);
  crawler_free(c);
  return err < 0 || fetched == 0;
}
